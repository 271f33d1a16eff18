"""One layer: its rule applied, and what the whole layer comes to over all its calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import prod
from typing import Any

from lenet_verify.architecture import Call, Layer, Shape
from lenet_verify.errors import InferenceError
from lenet_verify.inference.derived import (
    MOST_AXES,
    MOST_OUTPUTS,
    Derived,
    Impossible,
    Weights,
    total,
)
from lenet_verify.inference.rules import RULES

Inputs = tuple[Shape, ...]

_known: dict[tuple[str, int, Inputs], tuple[Mapping[str, Any], Derived | None]] = {}
"""What layers of these very arguments came to on such inputs: every layer is derived twice, and
many files have it. The arguments are kept, so that no others can come to have their id."""

_MOST_KNOWN, _LONGEST_KNOWN = 512, 4096


def derive(layer: Layer) -> Derived | None:
    """What one layer comes to on the inputs of its first call; None where that cannot be said.

    Raises:
        InferenceError: no such layer takes such inputs.
    """
    if layer.input_shapes is None or "config" in layer.unknown:
        return None
    sources = layer.details[0].inputs if layer.details else ()
    return derive_call(layer, Call(sources, layer.input_shapes))


def derive_call(layer: Layer, call: Call) -> Derived | None:
    """What one call of a layer comes to; None where that cannot be said.

    Raises:
        InferenceError: no such layer takes such inputs.
    """
    if layer.type not in RULES or call.input_shapes is None:
        return None
    inputs = _without_masks(layer, call, call.input_shapes)
    try:
        derived = _by_rule(layer.type, layer.config, inputs)
    except Impossible as e:
        shapes = ", ".join(str(shape) for shape in inputs) or "nothing"
        raise InferenceError(layer.name, f"{layer.type} on {shapes}: {e}") from e
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return None  # arguments of a form that the rule does not know: another version's, a fake's
    if derived is not None and not _is_readable(derived):
        return None
    if derived is not None and layer.config.get("trainable") is False:
        return frozen(derived)
    return derived


def _by_rule(type_: str, config: Mapping[str, Any], inputs: Inputs) -> Derived | None:
    """What the rule says, which is asked once, unless the arguments are long."""
    key = (type_, id(config), inputs)
    if key not in _known:
        derived = RULES[type_](_in_axis_order(inputs, config), config)
        if len(repr(config)) > _LONGEST_KNOWN:
            return derived
        if len(_known) == _MOST_KNOWN:
            _known.clear()
        _known[key] = (config, derived)
    return _known[key][1]


def _is_readable(derived: Derived) -> bool:
    """Whether outputs are so few, and of so few axes, that a file of many such layers can be read:
    a list of a million sizes would be one in each layer after it too."""
    few = len(derived.shapes) <= MOST_OUTPUTS
    return few and all(len(shape.sizes) < MOST_AXES for shape in derived.shapes)


def frozen(derived: Derived) -> Derived:
    """The same of a layer that is not trained."""
    all_of_them = derived.trainable_weights + derived.non_trainable_weights
    return replace(derived, trainable_weights=(), non_trainable_weights=all_of_them)


def weights_of(layer: Layer) -> Weights | None:
    """The shapes of all weights of a layer: what a file that holds its weights must have.

    Args:
        layer: filled, by inference or by a reader: it knows the shapes of its inputs.

    Returns:
        First the weights that are trained, then the others; () where there is none. A file may
        have them in another order: Keras leaves a weight in its place when it freezes it. Of a
        nested model those of each layer inside, layer by layer; a layer that is called several
        times has its weights once. None where that cannot be said: there is no rule for the
        layer, or for one inside, its inputs are unknown or refused, it is quantized, or the
        model's own count is another one, as when models inside of it share a layer.
    """
    if layer.type == "InputLayer":
        return ()
    if layer.layers:
        return _weights_inside(layer)
    try:
        derived = None if "quantization" in layer.unknown else derive(layer)
    except InferenceError:
        return None
    return None if derived is None else derived.trainable_weights + derived.non_trainable_weights


def _weights_inside(model: Layer) -> Weights | None:
    """The weights of a nested model."""
    found: list[tuple[int, ...]] = []
    for layer in model.layers:
        own = weights_of(layer)
        if own is None:
            return None
        found += own
    return tuple(found) if model.params in (None, sum(map(prod, found))) else None


def _without_masks(layer: Layer, call: Call, inputs: Inputs) -> Inputs:
    """The inputs but those masks that are handed over as such: they change no shape."""
    if layer.type.startswith("ops.") or len(call.inputs) != len(inputs):
        return inputs
    return tuple(
        shape
        for shape, source in zip(inputs, call.inputs, strict=True)
        if not source.argument.endswith("mask")
    )


def _in_axis_order(inputs: Inputs, config: Mapping[str, Any]) -> Inputs:
    """The inputs read in the axis order that a layer is told they have."""
    stated = config.get("data_format")
    if stated not in ("channels_first", "channels_last"):
        return inputs
    first = stated == "channels_first"
    return tuple(
        shape if shape.channels_first == first else replace(shape, channels_first=first)
        for shape in inputs
    )


def measures(
    type_: str,
    unknown: Mapping[str, str],
    calls: Sequence[Call],
    derived: Sequence[Derived | None],
) -> dict[str, Any]:
    """A layer's multiply-adds and connections, summed over its calls.

    Args:
        type_: of the layer.
        unknown: what is unknown of it already, and why.
        calls: its calls with what they take.
        derived: what each of them comes to.

    Returns:
        `macs` and `connections`; and what is unknown of the layer, the reasons why there is none
        of these among it.
    """
    found: dict[str, Any] = {}
    reasons: dict[str, str] = {}
    for fact in ("macs", "connections"):
        each = [None if one is None else getattr(one, fact) for one in derived]
        found[fact] = total(*each)
        if found[fact] is None:
            reasons[fact] = _why_none(type_, fact, unknown, calls, derived)
    return {**found, "unknown": {**unknown, **reasons} if reasons else unknown}


def _why_none(
    type_: str,
    fact: str,
    unknown: Mapping[str, str],
    calls: Sequence[Call],
    derived: Sequence[Derived | None],
) -> str:
    noun = "multiply-adds" if fact == "macs" else fact
    if None in derived:
        return unknown.get("output", f"the {noun} of {type_} cannot be derived")
    taken = (shape for call in calls for shape in call.input_shapes or ())
    if fact == "macs" or any(None in shape.sizes for shape in taken):
        return f"its {noun} depend on a variable size"
    return f"the literature defines no {noun} of {type_}"
