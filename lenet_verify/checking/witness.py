"""Two derivations, one truth: what was read of each layer, held against inference."""

from __future__ import annotations

from dataclasses import replace

from lenet_verify.architecture import Architecture, Call, Layer, Shape
from lenet_verify.errors import InferenceError
from lenet_verify.inference import Derived, derive_call

DISAGREE = "the two derivations disagree: "
"""How the reason begins for a fact on which the framework and inference differ."""


def cross_checked(architecture: Architecture) -> Architecture:
    """The architecture with every fact made unknown on which inference says something else."""
    layers = tuple(_checked(layer) for layer in architecture.layers)
    return replace(architecture, layers=layers)


def disagreements(layer: Layer) -> tuple[str, ...]:
    """Why facts of a cross-checked layer are unknown because the derivations disagree."""
    reasons = (reason for reason in layer.unknown.values() if reason.startswith(DISAGREE))
    return tuple(dict.fromkeys(reasons))


def _checked(layer: Layer) -> Layer:
    if layer.layers:
        return replace(layer, layers=tuple(_checked(inner) for inner in layer.layers))
    unknown = {**layer.unknown, **_differences(layer)}
    return replace(layer, unknown=unknown) if len(unknown) > len(layer.unknown) else layer


def _sizes(shapes: tuple[Shape, ...]) -> list[tuple[int | None, ...]]:
    """The sizes alone: which axis has the channels is a way of reading them."""
    return [shape.sizes for shape in shapes]


def _differences(layer: Layer) -> dict[str, str]:
    if "config" in layer.unknown:
        return {}
    found: dict[str, str] = {}
    for call in layer.details or (Call((), layer.input_shapes, layer.shapes),):
        try:
            derived = derive_call(layer, call)
        except InferenceError as e:
            return dict.fromkeys(("output", "params"), f"{DISAGREE}by inference {e}")
        if derived is not None:
            found |= {**_of_shapes(layer, call, derived), **_of_counts(layer, derived), **found}
    return found


def _of_shapes(layer: Layer, call: Call, derived: Derived) -> dict[str, str]:
    # a layer that is told more than its arguments may put out more than they say
    if "call" in layer.unknown or call.shapes is None:
        return {}
    if _sizes(derived.shapes) == _sizes(call.shapes):
        return {}
    ours, theirs = (", ".join(map(str, shapes)) for shapes in (derived.shapes, call.shapes))
    return {"output": _differ(theirs, ours)}


def _of_counts(layer: Layer, derived: Derived) -> dict[str, str]:
    counts = {
        "params": derived.trainable + derived.non_trainable,
        "trainable": derived.trainable,
        "non_trainable": derived.non_trainable,
    }
    if "quantization" in layer.unknown:
        return {}
    if _partly_frozen(layer, derived):
        return {}
    return {
        fact: _differ(getattr(layer, fact), ours)
        for fact, ours in counts.items()
        if getattr(layer, fact) not in (None, ours)
    }


def _partly_frozen(layer: Layer, derived: Derived) -> bool:
    """Whether all weights are there, some frozen for themselves, which no argument tells."""
    trainable, frozen = layer.trainable, layer.non_trainable
    if trainable is None or frozen is None or trainable > derived.trainable:
        return False
    return layer.params == trainable + frozen == derived.trainable + derived.non_trainable


def _differ(theirs: object, ours: object) -> str:
    return f"{DISAGREE}the model says {theirs}, inference {ours}"
