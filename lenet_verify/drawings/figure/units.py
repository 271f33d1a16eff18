"""A lane cut into units: where everything passes through one layer, one unit ends.

A layer of a chain is a unit; branches that part and meet again are one. What leaves a tensor's
shape as it is (activations, normalisations, Dropout) belongs to the layer before it; what only
reshapes or pads belongs to the layer after it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from lenet_verify.architecture import Layer, Shape
from lenet_verify.drawings.figure.lanes import Lane

_BEFORE = ("Flatten", "Reshape", "Permute", "ZeroPadding", "Cropping", "ops.Reshape")
_TELLING_SIZES = 3
"""So many sizes of maps inside of one block make it a network of stages, such as a U-Net."""


@dataclass(frozen=True)
class Unit:
    """A layer, or branches, with what belongs to it.

    Attributes:
        layers: of all branches, or the one.
        before, after: what is drawn with them.
        ends: those of the layers that no other reads, where there are several.
        is_part: whether connections pass by it: it is cut out of branches by size alone.
    """

    layers: tuple[Layer, ...]
    before: tuple[Layer, ...] = ()
    after: tuple[Layer, ...] = ()
    ends: tuple[Layer, ...] = ()
    is_part: bool = False

    @property
    def end(self) -> Layer:
        """The layer that makes what leaves."""
        return self.layers[-1]

    @property
    def all_layers(self) -> tuple[Layer, ...]:
        """Every layer, in order."""
        return (*self.before, *self.layers, *self.after)

    @property
    def branches(self) -> bool:
        """Whether there is more in it than one layer in a chain."""
        return len(self.layers) > 1 or bool(self.end.layers)

    @property
    def is_chain(self) -> bool:
        """Whether each of its layers reads the one before, whatever else it reads."""
        return all(one.name in other.inputs for one, other in pairwise(self.layers))

    @property
    def is_input(self) -> bool:
        """Whether it is where data comes in."""
        return len(self.layers) == 1 and self.end.type == "InputLayer"


def units(lane: Lane) -> list[Unit]:
    """The units of a lane, in order."""
    found: list[Unit] = []
    waiting: tuple[Layer, ...] = ()
    read = {source for sources in lane.sources.values() for source in sources}
    for block, is_part in _blocks(lane):
        layer = block[0]
        if len(block) == 1 and not layer.layers and not is_part:
            if found and not waiting and not found[-1].is_input and _keeps(layer):
                found[-1] = replace(found[-1], after=(*found[-1].after, layer))
                continue
            if layer.type.startswith(_BEFORE) or (found and _keeps(layer)):
                waiting = (*waiting, layer)
                continue
        ends = tuple(one for one in block if one.name not in read)
        found.append(Unit(block, waiting, (), ends if len(ends) > 1 else (), is_part))
        waiting = ()
    if waiting:  # nothing comes after them
        found.append(Unit(waiting[-1:], before=waiting[:-1]))
    return found


def size(layer: Layer) -> tuple[int | None, ...] | None:
    """The size of its maps; empty for vectors, None where it is unknown."""
    shape = first_shape(layer)
    return None if shape is None else shape.spatial if shape.sizes else ()


def first_shape(layer: Layer) -> Shape | None:
    """The shape of what leaves it, of several outputs the first; None where it is unknown."""
    return layer.shapes[0] if layer.shapes else None


def _keeps(layer: Layer) -> bool:
    """Whether a picture of shapes need not show it."""
    if layer.input_shapes is None or layer.input_shapes != layer.shapes:
        return False
    if layer.type == "PReLU" or "Normalization" in layer.type:
        return True
    return layer.params == 0 and "Pool" not in layer.type and len(layer.inputs) == 1


def _blocks(lane: Lane) -> Iterator[tuple[tuple[Layer, ...], bool]]:
    """The layers between two through which everything passes, with the second of them.

    Yields:
        Layers, and whether connections pass by them.
    """
    place = {layer.name: at for at, layer in enumerate(lane.layers)}
    bridged = [0] * (len(place) + 1)
    for name, sources in lane.sources.items():
        for source in sources:
            low, high = sorted((place[source], place[name]))
            if high - low > 1:
                bridged[low + 1] += 1
                bridged[high] -= 1
    # two layers side by side are joined by no edge
    for at in range(len(lane.layers) - 1):
        if lane.layers[at].name not in lane.sources[lane.layers[at + 1].name]:
            bridged[at] += 1
            bridged[at + 1] -= 1
    block: list[Layer] = []
    over = 0
    for layer, change in zip(lane.layers, bridged, strict=False):
        over += change
        block.append(layer)
        if over == 0:
            yield from _stages(block)
            block = []
    if block:
        yield from _stages(block)


def _stages(block: Sequence[Layer]) -> Iterator[tuple[tuple[Layer, ...], bool]]:
    """A block, or where it is most of a network, its layers by the size of their maps."""
    sizes = {size(layer) for layer in block if not layer.type.startswith(_BEFORE)}
    told = {one for one in sizes if one and len(one) > 1 and any(each != 1 for each in one)}
    if len(told) < _TELLING_SIZES:
        yield tuple(block), False
        return
    runs: list[list[Layer]] = [[]]
    by_size: dict[object, list[Layer]] = {}
    at: object = None
    for layer in block:
        if size(layer) in told and size(layer) != at:
            at = size(layer)
            runs.append([])
        runs[-1].append(layer)
        by_size.setdefault(at, []).append(layer)
    # branches of several sizes side by side have no one order but that of the sizes
    groups = runs if len(runs) <= 2 * len(told) else by_size.values()
    for group in groups:
        if group:
            yield tuple(group), True
