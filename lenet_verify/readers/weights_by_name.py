"""The weights of an .h5 file, dealt out to the layers by the names of groups and weights.

A layer's group has its name. A nested model has one group for all the layers inside it: there
Keras calls a weight by the layer that made it, `dense/kernel`, after the models in which that was
made, if any: `inner/dense/kernel`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from lenet_verify.architecture import Architecture, Layer

Shapes = Mapping[str, tuple[int, ...]]

Path = tuple[str, ...]
"""A layer's name, after those of the nested models around it."""

Dealt = dict[Path, dict[str, tuple[int, ...]]]
"""What each layer has, but for the layers inside it: shapes by the names of the weights."""

GROUP = "model_weights"
"""The group in which the layers have theirs."""

_OF_NO_LAYER = f"{GROUP}/top_level_model_weights/"

_NEAREST = 8
"""How many names a weight's own may follow: the layer's, and those of the models nearest to it."""


def dealt_by_name(architecture: Architecture, shapes: Shapes) -> tuple[Dealt, list[str]]:
    """Whose each weight of an .h5 file is.

    Args:
        architecture: of its config.
        shapes: of every dataset, by its path.

    Returns:
        What each layer has, those inside nested models too where the file tells; and the paths
        of what is no layer's.
    """
    dealt: Dealt = {(layer.name,): {} for layer in architecture.layers}
    left = []
    for path, shape in shapes.items():
        if path.startswith(_OF_NO_LAYER):
            continue
        owner, weight = _owner(path, dealt)
        if owner:
            dealt[owner][weight] = shape
        else:
            left.append(path)
    for layer in architecture.layers:
        if layer.layers:
            _deal_inside(layer, architecture.title, dealt)
    return dealt, left


def _owner(path: str, dealt: Dealt) -> tuple[Path, str]:
    """The layer in whose group a dataset is, and its name there; a name may have slashes in it."""
    parts = path.split("/")[1:]
    for end in range(len(parts) - 1, 0, -1):
        owner = ("/".join(parts[:end]),)
        if owner in dealt:
            return owner, "/".join(parts[end:])
    return (), path


def _deal_inside(model: Layer, title: str, dealt: Dealt) -> None:
    """Deals what a nested model has out to the layers inside, if the names tell whose it is: all
    of it but for what is left for the only layer that has nothing, and no layer by two names."""
    own = dealt[model.name,]
    inside = dict(_inside(model, (model.name,)))
    owners = [path for path, one in inside.items() if not one.layers and one.params != 0]
    by_beginning = _by_beginning(owners, title)
    beginnings = {weight: _beginning(weight, by_beginning) for weight in own}
    told = set(filter(None, beginnings.values()))
    known = {by_beginning[one] for one in told}
    idle = [path for path in owners if path not in known]
    if len(known) < len(told) or (None in beginnings.values() and len(idle) != 1):
        return
    dealt |= {path: {} for path in inside}
    for weight, beginning in beginnings.items():
        owner = by_beginning[beginning] if beginning else None
        dealt[owner or idle[0]][weight] = own.pop(weight)


def _inside(model: Layer, path: Path) -> Iterator[tuple[Path, Layer]]:
    """Every layer inside a nested model, those of models inside it too, with its path."""
    for layer in model.layers:
        yield (*path, layer.name), layer
        yield from _inside(layer, (*path, layer.name))


def _by_beginning(owners: Iterable[Path], title: str) -> dict[Path, Path | None]:
    """Which layer's the weights are whose names begin so; None where it may be several."""
    found: dict[Path, Path | None] = {}
    for path in owners:
        whole = (title, *path)
        for number in range(1, min(_NEAREST, len(whole)) + 1):
            # a name of Keras 2 may have a slash in it
            beginning = tuple("/".join(whole[-number:]).split("/"))
            found[beginning] = path if found.get(beginning, path) == path else None
    return found


def _beginning(weight: str, by_beginning: Mapping[Path, Path | None]) -> Path | None:
    """How a weight's name begins, if it means one layer."""
    parts = tuple(weight.split("/"))
    found = [parts[:end] for end in range(1, len(parts)) if parts[:end] in by_beginning]
    return found[0] if len(found) == 1 and by_beginning[found[0]] is not None else None
