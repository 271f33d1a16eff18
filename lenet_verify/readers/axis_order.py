"""Which axis of each tensor is the channels: tensors do not say, some layers do."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from lenet_verify.vocabulary import LAYERS

_REARRANGING = frozenset(
    {"Permute", "RepeatVector", "Reshape", "ops.Transpose", "ops.Reshape", "ops.Moveaxis"}
)
"""What comes out of these may have its channels elsewhere than what went in."""


class Flow(NamedTuple):
    """One call of a layer: what it is, and the tensors that it takes and gives, by any key."""

    type: str
    config: Mapping[str, Any]
    taken: Sequence[Hashable]
    given: Sequence[Hashable]


def axis_orders(flows: Sequence[Flow], usual: bool) -> dict[Hashable, bool]:
    """For each tensor, whether its channels come first.

    A layer with a `data_format` says so of what it takes and gives; any other layer takes the
    order over, forwards and then backwards, so that an input has the order that its reader wants.

    Args:
        flows: the calls of a graph, in topological order.
        usual: the order where nothing says another.
    """
    orders: dict[Hashable, bool] = {}
    keeping = [flow for flow in flows if flow.type not in _REARRANGING]
    stated = [_stated(flow) for flow in flows]
    for flow, order in zip(flows, stated, strict=True):
        _take(orders, flow.given, order)
    for flow, order in zip(flows, stated, strict=True):
        _take(orders, flow.taken, order)
    for flow in keeping:
        _take(orders, flow.given, _first(orders, flow.taken))
    for flow in reversed(keeping):
        _take(orders, flow.taken, _first(orders, flow.given))
    for flow in keeping:
        _take(orders, flow.given, _first(orders, flow.taken))
    for flow in flows:
        _take(orders, (*flow.taken, *flow.given), usual)
    return orders


def _stated(flow: Flow) -> bool | None:
    """The order that a layer is told of; of one that flattens, it says nothing of its output."""
    stated = flow.config.get("data_format") if flow.type in LAYERS else None
    return None if stated is None else bool(stated == "channels_first")


def _take(orders: dict[Hashable, bool], tensors: Iterable[Hashable], order: bool | None) -> None:
    if order is not None:
        for tensor in tensors:
            orders.setdefault(tensor, order)


def _first(orders: Mapping[Hashable, bool], tensors: Iterable[Hashable]) -> bool | None:
    return next((orders[tensor] for tensor in tensors if tensor in orders), None)
