"""Which axis of each tensor is the channels: Keras's tensors do not say, some layers do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lenet_verify.readers.keras_layer import Kind
from lenet_verify.vocabulary import LAYERS

_REARRANGING = frozenset(
    {"Permute", "RepeatVector", "Reshape", "ops.Transpose", "ops.Reshape", "ops.Moveaxis"}
)
"""What comes out of these may have its channels elsewhere than what went in."""


def axis_orders(nodes: Sequence[Any], kinds: Mapping[int, Kind], usual: bool) -> dict[int, bool]:
    """For the id of each tensor, whether its channels come first.

    A layer with a `data_format` says so of what it takes and gives; any other layer takes the
    order over, forwards and then backwards, so that an input has the order that its reader wants.

    Args:
        nodes: of the graph, in topological order.
        kinds: by the id of each operation, what it is.
        usual: what Keras is set to.
    """
    orders: dict[int, bool] = {}
    keeping = [node for node in nodes if kinds[id(node.operation)].type not in _REARRANGING]
    stated = {id(node): _stated(kinds[id(node.operation)]) for node in nodes}
    for node in nodes:
        _take(orders, node.output_tensors, stated[id(node)])
    for node in nodes:
        _take(orders, node.input_tensors, stated[id(node)])
    for node in keeping:
        _take(orders, node.output_tensors, _first(orders, node.input_tensors))
    for node in reversed(keeping):
        _take(orders, node.input_tensors, _first(orders, node.output_tensors))
    for node in keeping:
        _take(orders, node.output_tensors, _first(orders, node.input_tensors))
    for node in nodes:
        _take(orders, (*node.input_tensors, *node.output_tensors), usual)
    return orders


def _stated(kind: Kind) -> bool | None:
    """The order that a layer is told of; of one that flattens, it says nothing of its output."""
    known = LAYERS.get(kind.type)
    stated = kind.config.get("data_format") if known else None
    return None if stated is None else bool(stated == "channels_first")


def _take(orders: dict[int, bool], tensors: Iterable[Any], order: bool | None) -> None:
    if order is not None:
        for tensor in tensors:
            orders.setdefault(id(tensor), order)


def _first(orders: Mapping[int, bool], tensors: Iterable[Any]) -> bool | None:
    return next((orders[id(tensor)] for tensor in tensors if id(tensor) in orders), None)
