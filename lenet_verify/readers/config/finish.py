"""What is left to say of a layer once its shapes are known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from lenet_verify.architecture import Call, Layer, Shape, Source
from lenet_verify.readers.axis_order import Flow, axis_orders
from lenet_verify.readers.kind import with_activation

COUNTS = ("params", "trainable", "non_trainable")
_DECLARED = "by what the file declares of it alone"

_SCORES = "return_attention_scores"

Inputs = tuple[Shape, ...]


def finished(filled: Iterable[Layer], outlined: Iterable[Layer]) -> tuple[Layer, ...]:
    """The layers of one model as they are observed.

    Args:
        filled: with everything that follows from the outline.
        outlined: the same layers with the shapes that the file declares. Where these differ from
            what follows, they are what is observed: a check holds inference against them.
    """
    layers = tuple(_finished(*pair) for pair in zip(filled, outlined, strict=True))
    return _in_axis_order(layers) if any(map(_has_channels_first, layers)) else layers


def _finished(layer: Layer, outlined: Layer) -> Layer:
    if layer.type == "InputLayer":
        return layer
    unknown = dict(layer.unknown)
    changes: dict[str, Any] = {}
    if layer.layers:
        changes["layers"] = finished(layer.layers, outlined.layers)
    elif layer.activation is None and "activation" not in unknown:
        rank = len(layer.input_shapes[0].sizes) + 1 if layer.input_shapes else None
        kind = with_activation(layer.type, layer.config, rank)
        if kind.activation is not None:
            changes["activation"] = kind.activation
        unknown |= kind.unknown
    if "quantization" in unknown:
        changes |= dict.fromkeys(COUNTS)
        unknown |= dict.fromkeys(COUNTS, unknown["quantization"])
    if _SCORES in unknown.get("call", ""):
        shapes = layer.details[0].shapes if layer.details else layer.shapes
        changes["shapes"] = shapes if len(shapes or ()) > 1 else None
        if changes["shapes"] is None:  # there is a second output, and nothing tells its shape
            unknown["output"] = unknown["call"]
    elif layer.params is None and layer.shapes is not None and "quantization" not in unknown:
        changes["declared"] = {"output": _DECLARED}
    elif shapes := _differing(layer.shapes, outlined.shapes):
        changes["shapes"] = shapes
    if layer.details:
        changes["details"] = tuple(
            replace(
                call,
                shapes=None
                if changes.get("shapes", ()) is None
                else _differing(call.shapes, told.shapes) or call.shapes,
            )
            for call, told in zip(layer.details, outlined.details, strict=True)
        )
    if unknown != layer.unknown:
        changes["unknown"] = unknown
    return replace(layer, **changes) if changes else layer


def _differing(derived: Inputs | None, declared: Inputs | None) -> Inputs | None:
    """What is declared, where it is something else than what is derived; None where it is not."""
    pairs = list(zip(derived or (), declared or (), strict=False))
    if all(_fit(one.sizes, other.sizes) for one, other in pairs):
        return None
    return (*(declared or ()), *(derived or ())[len(declared or ()) :])


def _fit(derived: Sequence[int | None], declared: Sequence[int | None]) -> bool:
    """Whether a declared shape is the derived one; a size that it leaves open may be any."""
    return len(derived) == len(declared) and all(
        told is None or own == told for own, told in zip(derived, declared, strict=True)
    )


def _has_channels_first(layer: Layer) -> bool:
    stated = layer.config.get("data_format") == "channels_first"
    given = any(shape.channels_first for shape in layer.shapes or ())  # by a layer inside of it
    return stated or given or any(map(_has_channels_first, layer.layers))


def _in_axis_order(layers: Sequence[Layer]) -> tuple[Layer, ...]:
    """The layers with every shape in the axis order that they agree on."""
    tensors = {
        (layer.name, number): (layer, *both)
        for layer in layers
        for number, both in enumerate(_tensors(layer))
    }
    flows = []
    for step in _far_from_the_end_first(layers):
        layer, taken, given = tensors[step]
        flows.append(Flow(layer.type, layer.config, taken, given))
    orders = axis_orders(flows, usual=False)
    return tuple(_turned(layer, orders) for layer in layers)


def _far_from_the_end_first(layers: Iterable[Layer]) -> list[tuple[str, int]]:
    """Every call, those that more calls follow before others: as Keras sorts them. Where two
    layers want different orders of one tensor, the first has its way."""
    feeders = {
        (layer.name, number): [(source.layer, source.call) for source in call.inputs]
        for layer in layers
        for number, call in enumerate(_calls(layer))
    }
    readers = Counter(feeder for fed in feeders.values() for feeder in fed)
    following = dict.fromkeys(feeders, 0)
    ready = [step for step in feeders if not readers[step]]
    for step in ready:  # which grows
        for feeder in feeders[step]:
            following[feeder] = max(following[feeder], following[step] + 1)
            readers[feeder] -= 1
            if not readers[feeder]:
                ready.append(feeder)
    last_first = [*feeders][::-1]
    return sorted(last_first, key=lambda step: -following[step])


def _calls(layer: Layer) -> Sequence[Call]:
    sources = tuple(map(Source, layer.inputs))
    return layer.details or (Call(sources, layer.input_shapes, layer.shapes),)


def _tensors(layer: Layer) -> Iterable[tuple[list[Any], list[Any]]]:
    """The tensors that each call of a layer takes and gives."""
    for number, call in enumerate(_calls(layer)):
        taken = [(source.layer, source.call, source.output) for source in call.inputs]
        # what is not known of an output is no reason that nothing goes through
        outputs = max(len(call.shapes or ()), 1)
        given = [(layer.name, number, output) for output in range(outputs)]
        yield taken, given


def _turned(layer: Layer, orders: Mapping[Any, bool]) -> Layer:
    calls = []
    for call, (taken, given) in zip(_calls(layer), _tensors(layer), strict=True):
        calls.append(
            replace(
                call,
                input_shapes=_each(call.input_shapes, taken, orders),
                shapes=_each(call.shapes, given, orders),
            )
        )
    return replace(
        layer,
        input_shapes=calls[0].input_shapes,
        shapes=calls[0].shapes,
        details=tuple(calls) if layer.details else (),
    )


def _each(shapes: Inputs | None, keys: Sequence[Any], orders: Mapping[Any, bool]) -> Inputs | None:
    if shapes is None:
        return None
    return tuple(
        Shape(shape.sizes, len(shape.sizes) > 1 and orders.get(key, False))
        for shape, key in zip(shapes, keys, strict=False)
    )
