"""The shapes of the weights in a file, dealt out to the layers that its config names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import prod
from typing import Any

from lenet_verify.architecture import Architecture, Layer
from lenet_verify.readers.weights_by_class import CONTAINERS, dealt_by_class
from lenet_verify.readers.weights_by_name import GROUP, Dealt, Path, Shapes, dealt_by_name

__all__ = ["GROUPS", "Shapes", "with_weights"]

GROUPS: Mapping[str, tuple[str, ...]] = {
    "hdf5": (GROUP,),
    "keras": CONTAINERS,
}
"""By the kind of file, the groups in which the layers have their weights."""

_FROM_WEIGHTS = "by its weights in the file alone"


def with_weights(architecture: Architecture, kind: str, shapes: Shapes) -> Architecture:
    """An architecture with the weights that its file keeps.

    Args:
        architecture: of the file's config.
        kind: of the file, `hdf5` or `keras`.
        shapes: of every dataset below the groups, by its path.

    Returns:
        Each layer with the shapes of its weights, those inside nested models too where the file
        tells whose they are; the number of weights of a layer that is somebody's own class is
        known by them. What is there for no layer is told of the whole.
    """
    if "layers" in architecture.unknown and not architecture.layers:
        unknown = {**architecture.unknown, "weights": architecture.unknown["layers"]}
        return replace(architecture, unknown=unknown)
    deal = dealt_by_name if kind == "hdf5" else dealt_by_class
    dealt, left = deal(architecture, shapes)
    layers = tuple(_with(_filled(layer, (layer.name,), dealt)) for layer in architecture.layers)
    return replace(
        _counted(replace(architecture, layers=layers)), stray_weights=tuple(sorted(left))
    )


def _filled(layer: Layer, path: Path, dealt: Dealt) -> Layer:
    """A layer with what was dealt to it, and to the layers inside of it."""
    if path not in dealt:
        return layer
    inner = tuple(_filled(one, (*path, one.name), dealt) for one in layer.layers)
    weights = [*dealt[path].values(), *(shape for one in inner for shape in one.weights or ())]
    return replace(layer, layers=inner, weights=tuple(weights))


def _with(layer: Layer) -> Layer:
    """A layer whose weights tell how many they are, where nothing else does."""
    known = layer.params is not None or layer.layers or "quantization" in layer.unknown
    if known or layer.weights is None:
        return layer
    unknown = {fact: why for fact, why in layer.unknown.items() if fact != "params"}
    declared = {**layer.declared, "params": _FROM_WEIGHTS}
    count = sum(map(prod, layer.weights))
    return replace(layer, params=count, unknown=unknown, declared=declared)


def _counted(architecture: Architecture) -> Architecture:
    """The total, where the weights in the file have filled its last gap."""
    counts = [layer.params for layer in architecture.layers]
    known = [count for count in counts if count is not None]
    if architecture.params is not None or "layers" in architecture.unknown:
        return architecture
    if len(known) < len(counts):
        return architecture
    unknown: dict[str, Any] = dict(architecture.unknown)
    unknown.pop("params", None)
    return replace(architecture, params=sum(known), unknown=unknown)
