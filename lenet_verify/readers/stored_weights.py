"""The shapes of the weights in a file, dealt out to the layers that its config names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import prod
from typing import Any

from lenet_verify.architecture import Architecture, Layer
from lenet_verify.readers.config.entry import in_snake_case

Shapes = Mapping[str, tuple[int, ...]]

GROUPS: Mapping[str, tuple[str, ...]] = {
    "hdf5": ("model_weights",),
    "keras": ("layers", "_layer_checkpoint_dependencies"),
}
"""By the kind of file, the groups in which the layers have their weights."""

_STATES = re.compile(
    r"(?<!/layers)(?<!/_layer_checkpoint_dependencies)/(generator|seed_generator)/vars/0$"
)
"""Where a layer of a .keras file keeps the state of its random numbers, which is no weight: two
numbers. A layer of that name is in a group of layers."""

_LOOKED_UP = "/vars/idf_weights"
"""Where a lookup of a .keras file keeps what it was told of the frequency of words."""

_EXPORTED: Mapping[str, str] = {"GroupQueryAttention": "GroupedQueryAttention"}
"""The classes that Keras exports by another name than their own."""

_OF_NO_LAYER = "model_weights/top_level_model_weights/"
_FROM_WEIGHTS = "by its weights in the file alone"


def with_weights(architecture: Architecture, kind: str, shapes: Shapes) -> Architecture:
    """An architecture with the weights that its file keeps.

    Args:
        architecture: of the file's config.
        kind: of the file, `hdf5` or `keras`.
        shapes: of every dataset below the groups, by its path.

    Returns:
        Each layer with the shapes of its weights; the number of weights of a layer that is
        somebody's own class is known by them. What is there for no layer is told of the whole.
    """
    if "layers" in architecture.unknown and not architecture.layers:
        unknown = {**architecture.unknown, "weights": architecture.unknown["layers"]}
        return replace(architecture, unknown=unknown)
    places = _by_name(architecture.layers) if kind == "hdf5" else _by_class(architecture.layers)
    dealt: dict[str, list[tuple[int, ...]]] = {name: [] for name in places.values()}
    left: list[str] = []
    for path, shape in shapes.items():
        if path.startswith(_OF_NO_LAYER) or (kind == "keras" and _is_no_weight(path, shapes)):
            continue
        name = next((places[one] for one in _prefixes(path) if one in places), None)
        if name is None:
            left.append(path)
        else:
            dealt[name].append(shape)
    layers = tuple(
        _with(layer, tuple(dealt[layer.name])) if layer.name in dealt else layer
        for layer in architecture.layers
    )
    return replace(
        _counted(replace(architecture, layers=layers)), stray_weights=tuple(sorted(left))
    )


def _is_no_weight(path: str, shapes: Shapes) -> bool:
    """Whether a .keras file keeps there what its layer does not count among its weights."""
    if path.endswith(_LOOKED_UP):
        return True
    if shapes[path] == (2,) and _STATES.search(path):
        return True
    return path.endswith("/vars/0") and _is_kept_twice(path.removesuffix("/vars/0"), shapes)


def _is_kept_twice(group: str, shapes: Shapes) -> bool:
    """Whether a SpectralNormalization keeps the kernel of the layer inside once more, before its
    own vector."""
    kernel = shapes[f"{group}/vars/0"]
    return (
        shapes.get(f"{group}/layer/vars/0") == kernel
        and shapes.get(f"{group}/vars/1") == (1, *kernel[-1:])
        and f"{group}/vars/2" not in shapes
    )


def _prefixes(path: str) -> Iterable[str]:
    """The groups that a dataset is in, the innermost first."""
    parts = path.split("/")
    return ("/".join(parts[:number]) for number in range(len(parts) - 1, 0, -1))


def _by_name(layers: Sequence[Layer]) -> dict[str, str]:
    """In .h5, a layer's group has its name."""
    return {f"model_weights/{layer.name}": layer.name for layer in layers}


def _by_class(layers: Iterable[Layer]) -> dict[str, str]:
    """In .keras, a layer's group has the name of its class, numbered where there are several."""
    seen: Counter[str] = Counter()
    places: dict[str, str] = {}
    for layer in layers:
        if layer.type.startswith("ops."):
            continue
        name = in_snake_case(_EXPORTED.get(layer.type) or re.split(r"[.>]", layer.type)[-1])
        number, seen[name] = seen[name], seen[name] + 1
        for group in GROUPS["keras"]:
            places[f"{group}/{name}_{number}" if number else f"{group}/{name}"] = layer.name
    return places


def _with(layer: Layer, weights: tuple[tuple[int, ...], ...]) -> Layer:
    if layer.params is not None or layer.layers or "quantization" in layer.unknown:
        return replace(layer, weights=weights)
    unknown = {fact: why for fact, why in layer.unknown.items() if fact != "params"}
    declared = {**layer.declared, "params": _FROM_WEIGHTS}
    count = sum(map(prod, weights))
    return replace(layer, weights=weights, params=count, unknown=unknown, declared=declared)


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
