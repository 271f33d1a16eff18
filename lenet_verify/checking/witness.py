"""Two derivations, one truth: what a framework says of each layer, held against inference."""

from __future__ import annotations

from dataclasses import replace

from lenet_verify.architecture import Architecture, Layer, Shape
from lenet_verify.errors import InferenceError
from lenet_verify.inference import derive

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
    try:
        derived = derive(layer)
    except InferenceError as e:
        return dict.fromkeys(("output", "params"), f"{DISAGREE}by inference {e}")
    if derived is None:
        return {}
    found: dict[str, str] = {}
    if layer.shapes is not None and _sizes(derived.shapes) != _sizes(layer.shapes):
        ours = ", ".join(str(shape) for shape in derived.shapes)
        theirs = ", ".join(str(shape) for shape in layer.shapes)
        found["output"] = f"{DISAGREE}the framework says {theirs}, inference {ours}"
    counts = {
        "params": derived.trainable + derived.non_trainable,
        "trainable": derived.trainable,
        "non_trainable": derived.non_trainable,
    }
    for fact, ours_count in counts.items():
        theirs_count = getattr(layer, fact)
        if theirs_count is not None and theirs_count != ours_count:
            found[fact] = f"{DISAGREE}the framework says {theirs_count}, inference {ours_count}"
    return found
