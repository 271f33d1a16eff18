"""The weights of a .keras file, dealt out to the layers by the groups that they are in.

A layer's group has the name of its class, numbered where there are several; a nested model has
groups of the layers inside it in its own: `layers/functional/layers/dense_1/vars/0`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from lenet_verify.architecture import Architecture, Layer
from lenet_verify.readers.config.entry import in_snake_case
from lenet_verify.readers.weights_by_name import Dealt, Path, Shapes

CONTAINERS = ("layers", "_layer_checkpoint_dependencies")
"""The groups in which a model has those of its layers."""

_STATES = re.compile(
    r"(?<!/layers)(?<!/_layer_checkpoint_dependencies)/(generator|seed_generator)/vars/0$"
)
"""Where a layer of a .keras file keeps the state of its random numbers, which is no weight: two
numbers. A layer of that name is in a group of layers."""

_LOOKED_UP = "/vars/idf_weights"
"""Where a lookup of a .keras file keeps what it was told of the frequency of words."""

_EXPORTED: Mapping[str, str] = {"GroupQueryAttention": "GroupedQueryAttention"}
"""The classes that Keras exports by another name than their own."""


def dealt_by_class(architecture: Architecture, shapes: Shapes) -> tuple[Dealt, list[str]]:
    """Whose each weight of a .keras file is.

    Args:
        architecture: of its config.
        shapes: of every dataset, by its path.

    Returns:
        What each layer has, those inside nested models too where the file tells; and the paths
        of what is no layer's.
    """
    groups = _groups(architecture.layers)
    dealt: Dealt = {path: {} for inside in groups.values() for path in inside.values()}
    left = []
    for path, shape in shapes.items():
        if _is_no_weight(path, shapes):
            continue
        owner = _owner(path, groups)
        if owner:
            dealt[owner][path] = shape
        else:
            left.append(path)
    return dealt, left


def _groups(layers: Sequence[Layer], around: Path = ()) -> dict[Path, dict[str, Path]]:
    """By the model around them, whose each group is.

    Inside a nested model that is left unsaid of a class of which one layer cannot be read: it may
    be one with a layer elsewhere, and writers differ in whether they number it.
    """
    seen: Counter[str] = Counter()
    here: dict[str, Path] = {}
    found = {around: here}
    named = [(layer, _class_name(layer)) for layer in layers if not layer.type.startswith("ops.")]
    unsure = {name for layer, name in named if around and "config" in layer.unknown}
    for layer, name in named:
        number, seen[name] = seen[name], seen[name] + 1
        if name not in unsure:
            path = (*around, layer.name)
            here[f"{name}_{number}" if number else name] = path
            found |= _groups(layer.layers, path) if layer.layers else {}
    return found


def _class_name(layer: Layer) -> str:
    return in_snake_case(_EXPORTED.get(layer.type) or re.split(r"[.>]", layer.type)[-1])


def _owner(path: str, groups: Mapping[Path, Mapping[str, Path]]) -> Path:
    """The innermost layer in whose group a dataset is."""
    parts = path.split("/")
    owner: Path = ()
    while len(parts) > 2 and parts[0] in CONTAINERS and parts[1] in groups.get(owner, ()):
        owner = groups[owner][parts[1]]
        parts = parts[2:]
    return owner


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
