"""Two networks side by side: what of each its bare form has, and what stands in between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from lenet_verify.architecture import Layer
from lenet_verify.checking.canonical import CanonicalForm, Unit, formed
from lenet_verify.checking.likeness import Features, arguments, features, only_applies
from lenet_verify.checking.rewriting.bare import bare
from lenet_verify.checking.rewriting.elsewhere import alike
from lenet_verify.checking.rewriting.separable import split
from lenet_verify.checking.rewriting.views import is_view, shapes_of
from lenet_verify.checking.wiring import COMMUTATIVE, Network, calls_of, layer_of
from lenet_verify.vocabulary import ACTIVATION_LAYERS

Edge = tuple[str, int, int]
"""What reads a tensor: a unit, in which call, in which place; no unit for the outputs."""


class Side:
    """A network, and which of its layers are units of its bare form.

    Attributes:
        net: the network, its separable convolutions in halves.
        units, inputs, outputs: of its bare form, the units by name.
        layers: those that reach an output, by name.
        shapes: of all wires that are known.
        identities: what gives back at inference what it gets, activations left out: by the name of
            each the unit or the input below which it might stand, and all that would read it there.
        views: by a unit or an input the layers that only read it in another shape.
        passed: by a wire the layers through which it carries what a unit or an input puts out.
    """

    def __init__(self, net: Network, form: CanonicalForm) -> None:
        self.net = net
        self.units = {unit.name: unit for unit in form.units}
        self.inputs = [layer.name for layer in form.inputs]
        self.outputs = form.outputs
        self.layers = {layer.name: layer for layer in net.layers if layer.reaches_output}
        self.shapes = shapes_of(net)
        self.identities: dict[str, tuple[str, list[Edge]]] = {}
        self.views: dict[str, list[Layer]] = {}
        self._roots: dict[str, str] = {}
        self._readers: dict[str, list[Edge]] = {}
        self.passed: dict[str, tuple[str, ...]] = {}
        for layer in self.layers.values():
            if layer.name in self.units:
                for edge, wire in _edges(layer):
                    self._read(wire, edge)
            elif layer.type != "InputLayer":
                feeder = layer.inputs[0]
                root = self._roots[layer.name] = self.root(feeder)
                self.passed[layer.name] = (*self.passed.get(feeder, ()), layer.name)
                if is_view(layer):
                    self.views.setdefault(root, []).append(layer)
                elif layer.type not in ACTIVATION_LAYERS:
                    self.identities[layer.name] = root, []
        for place, wire in enumerate(net.outputs):
            self._read(wire, ("", 0, place))
        self.identities = {name: self._below(*one) for name, one in self.identities.items()}

    def _read(self, wire: str, edge: Edge) -> None:
        self._readers.setdefault(self.root(wire), []).append(edge)
        for name in self.passed.get(wire, ()):
            if name in self.identities:
                self.identities[name][1].append(edge)

    def _below(self, root: str, edges: list[Edge]) -> tuple[str, list[Edge]]:
        """Where an identity might stand as well, below activations of their own that it feeds."""
        while len(edges) == 1 and edges[0][0] and only_applies(self.units[edges[0][0]].layer):
            root = edges[0][0]
            edges = self._readers[root]
        return root, edges

    def is_read(self, name: str) -> bool:
        """Whether a layer, or what leaves the network, reads a layer."""
        return name in self._read_names

    @cached_property
    def _read_names(self) -> frozenset[str]:
        calls = [call for layer in self.layers.values() for call in calls_of(layer)]
        wires = (wire for call in (*calls, self.net.outputs) for wire in call)
        return frozenset(layer_of(wire, self.layers) for wire in wires)

    def root(self, wire: str) -> str:
        """The wire of the unit or the input whose values a wire carries."""
        return self._roots.get(wire, wire)


def _edges(layer: Layer) -> Iterator[tuple[Edge, str]]:
    for number, call in enumerate(calls_of(layer)):
        for place, wire in enumerate(call):
            yield (layer.name, number, 0 if layer.type in COMMUTATIVE else place), wire


def bared(net: Network, keep: frozenset[str]) -> Side:
    """A network with its bare form.

    Args:
        net: in topological order.
        keep: the types of layers that are not to be rewritten away.
    """
    halves = split(net)
    return Side(halves, formed(bare(halves), keep))


@dataclass(frozen=True)
class Marked(Unit):
    """A unit of a bare form, with the identities around it: they tell twins apart."""

    marks: tuple[tuple[str, str], ...] = ()

    @cached_property
    def features(self) -> Features:
        """What tells it from other units, and so where identities stand."""
        found = features(self.layer, self.activation)
        return found._replace(arguments=(*found.arguments, *self.marks))


def marked(side: Side) -> tuple[Unit, ...]:
    """The units of a bare form, each with the identities around it."""
    marks: dict[str, list[tuple[str, str]]] = {}
    for name, (root, edges) in side.identities.items():
        kind = repr((side.layers[name].type, arguments(side.layers[name].config)))
        marks.setdefault(layer_of(root, side.layers), []).append(("feeds", kind))
        for reader, number, place in edges:
            marks.setdefault(reader, []).append((f"is fed {number} {place}", kind))
    return tuple(
        Marked(**_fields(unit), marks=tuple(sorted(marks[unit.name])))
        if unit.name in marks
        else unit
        for unit in side.units.values()
    )


def _fields(unit: Unit) -> dict[str, Any]:
    return {one.name: getattr(unit, one.name) for one in fields(unit)}


def common_identities(
    ours: Side, theirs: Side, pairs: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """The identities that two networks have in the same places, the others' by ours."""
    names = {"": "", **pairs}
    left: dict[object, list[Layer]] = {}
    for name, (root, edges) in theirs.identities.items():
        left.setdefault((root, tuple(sorted(edges))), []).append(theirs.layers[name])
    places: dict[object, list[Layer]] = {}
    for name, (root, edges) in ours.identities.items():
        unit = layer_of(root, ours.layers)
        there = pairs[unit] + root[len(unit) :]
        read = tuple(sorted((names[reader], *rest) for reader, *rest in edges))
        places.setdefault((there, read), []).append(ours.layers[name])
    for place, wanted in places.items():
        yield from _paired(wanted, left.get(place, []))


def _paired(wanted: list[Layer], found: list[Layer]) -> Iterator[tuple[str, str]]:
    """Layers that are alike, then those of one type; their order is no matter."""
    for fits in (alike, _of_one_type):
        for one in [*wanted]:
            other = next((layer for layer in found if fits(one, layer)), None)
            if other is not None:
                wanted.remove(one)
                found.remove(other)
                yield one.name, other.name


def _of_one_type(one: Layer, other: Layer) -> bool:
    return one.type == other.type
