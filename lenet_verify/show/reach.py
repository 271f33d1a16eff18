"""What of the input each layer of a network sees, whatever is nested in it or shared.

`inference.fields` wants a row for every call, and nested models opened. A nested model that is
called several times is opened for its first call.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter

from lenet_verify.architecture import Architecture, Call, Layer, Source
from lenet_verify.inference import Field, fields
from lenet_verify.show.rows import Path, calls

Place = tuple[Path, int]
"""One call of one layer."""


def reaches(architecture: Architecture) -> Mapping[Place, Field | str]:
    """By call, what of the network's input its first output sees; or why that cannot be said."""
    opened = _Opened(architecture.layers)
    try:
        ends = {place: opened.end(place) for place in opened.layers}
        feeders = {end: opened.feeders(end) for end in ends.values()}
        order = list(TopologicalSorter(feeders).static_order())
    except (CycleError, RecursionError):
        return dict.fromkeys(opened.layers, "the network feeds itself")
    names = _unique(order)
    found = fields(
        [replace(opened.row(place), name=names[place]) for place in order if place in feeders],
        {names[place]: [names[one] for one in feeders.get(place, ())] for place in order},
    )
    return {place: found[names[end]] for place, end in ends.items()}


class _Opened:
    """Every layer at any depth, and where what it puts out really comes from."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        self.layers: dict[Place, Layer] = {}
        self._add(layers, ())

    def _add(self, layers: Iterable[Layer], path: Path) -> None:
        for layer in layers:
            own = (*path, layer.name)
            self.layers |= {(own, call): layer for call in range(len(calls(layer)))}
            self._add(layer.layers, own)

    def end(self, place: Place, output: int = 0) -> Place:
        """The call that computes an output: one inside where a nested model puts it out, one
        outside where an input of a nested model does."""
        path, call = place
        layer = self.layers.get(place)
        if layer is None or (layer.layers and call):
            return place
        if layer.layers:
            ends = layer.ends or tuple(map(Source, layer.outputs))
            return self._behind(path, ends, output) or place
        if layer.type == "InputLayer" and len(path) > 1:
            model = self.layers[path[:-1], 0]
            entrances = [one.name for one in model.layers if one.type == "InputLayer"]
            number = entrances.index(layer.name)
            return self._behind(path[:-2], calls(model)[0].inputs, number) or place
        return place

    def _behind(self, path: Path, sources: Sequence[Source], number: int) -> Place | None:
        if number >= len(sources):
            return None
        source = sources[number]
        return self.end(((*path, source.layer), source.call), source.output)

    def feeders(self, place: Place) -> list[Place]:
        """The calls that feed one."""
        path = place[0][:-1]
        sources = self._call(place).inputs
        return [self.end(((*path, one.layer), one.call), one.output) for one in sources]

    def row(self, place: Place) -> Layer:
        """One call as a layer of its own; of a nested model, which stays closed, the layer."""
        layer, call = self.layers[place], self._call(place)
        if layer.layers:
            return layer
        changes = {"input_shapes": call.input_shapes, "shapes": call.shapes}
        return replace(layer, calls=(), details=(call,), **changes)  # type: ignore[arg-type]

    def _call(self, place: Place) -> Call:
        return calls(self.layers[place])[place[1]] if place in self.layers else Call(())


def _unique(places: Iterable[Place]) -> dict[Place, str]:
    """A name for each call that no other has: reasons are told in them."""
    names: dict[Place, str] = {}
    taken: set[str] = set()
    for path, call in places:
        name = "/".join(path) + (f"#{call + 1}" if call else "")
        while name in taken:
            name += "'"
        taken.add(name)
        names[path, call] = name
    return names
