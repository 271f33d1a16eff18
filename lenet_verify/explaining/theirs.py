"""A user's model as edits speak of it: where each layer of the canonical form stands in it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from lenet_verify.architecture import Architecture, Layer
from lenet_verify.checking.canonical import CanonicalForm, Unit
from lenet_verify.checking.wiring import calls_of, layer_of, network

Path = tuple[str, ...]
"""The names that lead to a layer: of the nested models around it, then its own."""


class Theirs:
    """The layers of a model by their names in the canonical form."""

    def __init__(self, model: Architecture, found: CanonicalForm, exact: bool) -> None:
        self.model, self.found = model, found
        net = network(model.layers, model.outputs, model.ends, exact=exact)
        self._origins = net.origins
        self._known = {layer.name for layer in net.layers}

    def path(self, name: str) -> Path | None:
        """Where a layer stands; None for one that only a rewrite has made."""
        name = self.found.parts.get(name, name)
        return self._origins.get(name, (name,)) if name in self._known else None

    def name(self, name: str) -> str:
        """What the user calls a layer: its own name, whatever it stands in."""
        path = self.path(name)
        return path[-1] if path else name

    def layer(self, path: Path) -> Layer:
        """The layer at a path."""
        layers: Sequence[Layer] = self.model.layers
        for name in path:
            found = next(layer for layer in layers if layer.name == name)
            layers = found.layers
        return found

    def names_beside(self, path: Path) -> set[str]:
        """The names of all layers of the model that a layer stands in."""
        inside = path[:-1]
        return {one.name for one in (self.layer(inside) if inside else self.model).layers}

    def at(self, path: Path) -> Unit | None:
        """The unit of the canonical form whose layer stands there, if any."""
        return self._by_path.get(path)

    @cached_property
    def _by_path(self) -> dict[Path, Unit]:
        paths = ((self.path(unit.name), unit) for unit in self.found.units)
        return {path: unit for path, unit in paths if path is not None}

    @cached_property
    def units(self) -> dict[str, Unit]:
        """The units of the canonical form by name."""
        return {unit.name: unit for unit in self.found.units}

    @cached_property
    def places(self) -> dict[str, int]:
        """Where the units and the inputs stand, in the order of the network."""
        names = [one.name for one in self.found.inputs]
        names += [one.name for one in self.found.units]
        return {name: number for number, name in enumerate(names)}

    @cached_property
    def readers(self) -> dict[str, list[str]]:
        """The units that read a unit or an input."""
        found: dict[str, list[str]] = {}
        for unit in self.found.units:
            for wire in dict.fromkeys(wire for call in calls_of(unit.layer) for wire in call):
                found.setdefault(layer_of(wire, self.places), []).append(unit.name)
        return found

    def leaving(self, name: str) -> Path | None:
        """Where what a unit or an input gives comes from: its last activation layer, or itself."""
        unit = self.units.get(name)
        return self.path(unit.absorbed[-1].name if unit and unit.absorbed else name)
