"""A network rewritten layer by layer as another is written.

Each layer of the other is replaced by its counterpart, in the form that the other has there; views,
identities and activations stand where the other has them. What is not known to compute the same
then is not rewritten.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from lenet_verify.architecture import Layer, Shape
from lenet_verify.checking.canonical import ACTIVATION, IDENTITY, Unit, composed
from lenet_verify.checking.rewriting.elsewhere import (
    alike,
    applies_the_same,
    applying_on,
    elsewhere,
)
from lenet_verify.checking.rewriting.forms import filled
from lenet_verify.checking.rewriting.sides import Side, common_identities
from lenet_verify.checking.rewriting.views import RESHAPE, is_view, shapes_of, take_names
from lenet_verify.checking.wiring import COMMUTATIVE, Network, calls_of, free, layer_of
from lenet_verify.vocabulary import ACTIVATION_LAYERS


class Otherwise(Exception):
    """A network cannot be written as another is."""


class Following:
    """A network made anew as another is written."""

    def __init__(self, ours: Side, theirs: Side, pairs: Mapping[str, str]) -> None:
        """Takes what to write and how.

        Args:
            ours: the network that is followed.
            theirs: the one that is rewritten.
            pairs: its units and inputs by those of the other, each of which has one.
        """
        self._ours, self._theirs, self._pairs = ours, theirs, pairs
        self._kept = dict(common_identities(ours, theirs, pairs))
        self._views = {root: [*views] for root, views in theirs.views.items()}
        self._hosts = {
            part.name: unit.name for unit in ours.units.values() for part in unit.absorbed
        }
        self._made: list[str] = []
        self._spare: dict[str, list[str]] = {}
        self._names = {layer.name for layer in theirs.net.layers}
        self._now: dict[str, Shape] = {}
        self._wires: dict[str, str] = {}
        self.found = theirs.net.copy()
        self.found.layers = []
        self.partners: dict[str, str] = {}

    def network(self) -> Network:
        """The network that computes the same; `partners` has its layers by those of the other.

        Raises:
            Otherwise: the two are not wired alike, or this would not be known to compute the same.
        """
        for layer in self._ours.layers.values():
            if layer.type == "InputLayer":
                self._put(layer, self._theirs.layers[self._pairs[layer.name]])
            elif layer.name in self._ours.units:
                self._unit(layer)
            elif layer.name in self._hosts:
                self._activation(layer)
            elif is_view(layer):
                self._view(layer)
            else:
                self._identity(layer)
        wanted, before = self._ours.net.outputs, self._theirs.net.outputs
        outputs = [self._wire(wire) for wire in wanted]
        if self._read(wanted, outputs) != self._read_before(before):
            raise Otherwise
        self.found.outputs = outputs
        self.found.layers += [one for one in self._theirs.net.layers if not one.reaches_output]
        gone = [view.name for rest in self._views.values() for view in rest]
        names = take_names(self.found, self._made, gone)
        self.partners = {one: names.get(other, other) for one, other in self.partners.items()}
        return self.found

    def _put(self, ours: Layer, theirs: Layer) -> None:
        """Adds a layer that stands for one of the other network."""
        self.found.layers.append(theirs)
        self._now |= shapes_of(Network([theirs], []))
        self.partners[ours.name] = self._wires[ours.name] = theirs.name

    def _wire(self, wire: str) -> str:
        """What carries what a wire of the other network does."""
        name = layer_of(wire, self._ours.layers)
        return self._wires[name] + wire[len(name) :]

    def _root(self, wire: str) -> str:
        """Where what a wire of the other network carries is made."""
        root = self._ours.root(wire)
        name = layer_of(root, self._ours.layers)
        return self._pairs[name] + root[len(name) :]

    def _read(self, wanted: Iterable[str], wires: Sequence[str]) -> list[tuple[str, object]]:
        """What is read, and in which shape."""
        roots = map(self._root, wanted)
        return [(r, _sizes(self._now.get(w))) for r, w in zip(roots, wires, strict=True)]

    def _read_before(self, wires: Iterable[str]) -> list[tuple[str, object]]:
        theirs = self._theirs
        return [(theirs.root(wire), _sizes(theirs.shapes.get(wire))) for wire in wires]

    def _unit(self, ours: Layer) -> None:
        before = self._theirs.layers[self._pairs[ours.name]]
        layer = self._fed_as(ours, before)
        wanted, found = self._ours.units[ours.name], self._theirs.units[before.name]
        if self._is_apart(wanted) and _applied(wanted) == _applied(found):
            self._spare[ours.name] = [part.name for part in found.absorbed]
            self._put(ours, self._applying(layer, ours, before))
            return
        self._put(ours, layer)
        for part in found.absorbed:
            self._apply_after(ours, self._theirs.layers[part.name])
        self.partners[ours.name] = layer.name

    def _fed_as(self, ours: Layer, before: Layer) -> Layer:
        """A unit on what the other's is fed, in the form that the other has."""
        calls = calls_of(ours)
        wires = tuple(tuple(map(self._wire, call)) for call in calls)
        read = [*map(self._read, calls, wires)]
        wanted = [*map(self._read_before, calls_of(before))]
        if before.type in COMMUTATIVE:
            read, wanted = ([sorted(call, key=str) for call in side] for side in (read, wanted))
        roots = [[[root for root, _ in call] for call in side] for side in (read, wanted)]
        if roots[0] != roots[1]:
            raise Otherwise
        fed = tuple(self._now[wire] for wire in wires[0] if wire in self._now)
        fits = read == wanted
        layer = before
        if len(wires) == len(wires[0]) == len(fed) == 1:
            layer = self._in_form(ours, before, fed[0], fits)
        elif not fits:
            raise Otherwise
        self._note(ours, before)
        layer = replace(layer, inputs=wires[0], calls=wires if before.calls else ())
        return replace(layer, input_shapes=fed) if len(fed) == len(wires[0]) else layer

    def _in_form(self, ours: Layer, before: Layer, fed: Shape, fits: bool) -> Layer:
        """A unit in the form that the other's has, on what is of some shape."""
        if fits and alike(ours, before):
            return before
        best = elsewhere(ours, before, fed)
        if fits and (best is None or best.layer.type != ours.type):
            return before
        if best is None:
            raise Otherwise
        if fits and alike(best.layer, before):
            return before
        if not alike(best.layer, before):
            self.found.recast[before.name] = best.rule
            for wire in map(self._wire, ours.inputs):
                if self.found.recast.get(wire) == RESHAPE:
                    self.found.recast[wire] = best.rule
        return best.layer

    def _note(self, ours: Layer, before: Layer) -> None:
        """Notes why a unit is not fed by what fed it."""
        recast = self.found.recast
        for call, there in zip(calls_of(ours), calls_of(before), strict=True):
            fed = {self._theirs.root(wire): wire for wire in there}
            for wire in call:
                if (now := self._wire(wire)) not in there:
                    why = recast.get(before.name) or recast.get(now)
                    self.found.note(before.name, why or self._why(wire, fed[self._root(wire)]))

    def _why(self, ours: str, before: str) -> str:
        """The rule by which one wire carries what another did."""
        here = [self.partners.get(name) for name in self._ours.passed.get(ours, ())]
        there = [*self._theirs.passed.get(before, ())]
        views = {one.name for one in self._theirs.views.get(self._theirs.root(before), ())}
        if [name for name in here if name in views] != [name for name in there if name in views]:
            return RESHAPE
        return IDENTITY if {*here, *there} & self._theirs.identities.keys() else ACTIVATION

    def _is_apart(self, unit: Unit) -> bool:
        """Whether something stands between the activations of a unit."""
        parts = [unit.name, *(part.name for part in unit.absorbed)]
        feeders = [self._ours.layers[name].inputs[0] for name in parts[1:]]
        return feeders != parts[:-1]

    def _applying(self, layer: Layer, ours: Layer, before: Layer) -> Layer:
        """A unit with the activation that the other's has of its own; where others stand, they
        are dealt out."""
        if (layer.activation or "linear") == (ours.activation or "linear"):
            return layer
        if "activation" not in layer.config or "activation" not in ours.config:
            raise Otherwise
        self._check(ours, (layer.shapes or (None,))[0], before)
        config = {**layer.config, "activation": ours.config["activation"]}
        self.found.recast.setdefault(layer.name, ACTIVATION)
        return replace(layer, activation=ours.activation, config=config)

    def _activation(self, ours: Layer) -> None:
        """One that the other network has apart from its unit."""
        unit = self._hosts[ours.name]
        feeder = self._wire(ours.inputs[0])
        if unit not in self._spare:
            self._wires[ours.name] = feeder  # all of the unit's are applied already
            return
        before = self._theirs.layers[self._pairs[unit]]
        spare = self._spare[unit]
        name = spare.pop(0) if spare else free(f"{before.name}/{ours.activation}", self._names)
        self._check(ours, self._now.get(feeder), before)
        self._make(ours, name, feeder, before.name, ACTIVATION)
        if any(one in self._ours.identities for one in self._ours.passed[ours.name]):
            self.found.note(name, IDENTITY)

    def _make(self, ours: Layer, name: str, feeder: str, whole: str, rule: str) -> None:
        """Adds an activation layer as the other network has it, which is part of theirs."""
        fed = self._now.get(feeder)
        if fed is None:
            raise Otherwise
        layer = filled(replace(ours, name=name, inputs=(feeder,), input_shapes=(fed,)))
        if layer is None:
            raise Otherwise
        if name not in self._theirs.layers:
            self.found.parts[name] = whole
        self.found.recast[name] = rule
        self._put(ours, layer)

    def _check(self, ours: Layer, fed: Shape | None, before: Layer) -> None:
        """Whether an activation makes of some shape what it made where the unit had it."""
        parts = self._theirs.units[before.name].absorbed
        there = [self._theirs.layers[part.name].input_shapes for part in parts]
        for shapes in (before.shapes, *there):
            if not applies_the_same(ours.activation, (shapes or (None,))[0], fed):
                raise Otherwise

    def _apply_after(self, ours: Layer, part: Layer) -> None:
        """Adds an activation layer of theirs straight after its unit."""
        feeder = self._wires[ours.name]
        fed = self._now.get(feeder)
        if part.inputs != (feeder,) or (fed,) != part.input_shapes:
            moved = None if fed is None else applying_on(part, feeder, fed)
            if moved is None:
                raise Otherwise
            part = moved
            self.found.note(part.name, IDENTITY)
        self._put(ours, part)

    def _view(self, ours: Layer) -> None:
        feeder = self._wire(ours.inputs[0])
        fed = self._now.get(feeder)
        root = self._root(ours.inputs[0])
        if fed is None:
            raise Otherwise
        view = filled(replace(ours, inputs=(feeder,), input_shapes=(fed,)))
        if view is None or not is_view(view):
            raise Otherwise
        rest = self._views.get(root, [])
        fitting = (one for one in rest if one.shapes == view.shapes)
        like = next(fitting, None) or next(iter(rest), None)
        rule = self.found.recast.get(layer_of(root, self._theirs.layers), RESHAPE)
        if like is None:
            if not self._ours.is_read(ours.name):  # to make it up would mend what is missing
                raise Otherwise
            name = free(f"{feeder} as {view.output}", self._names)
            self.found.parts[name] = self.found.parts.get(feeder, feeder)
            self.found.recast[name] = rule
            self._made.append(name)
            self._put(ours, replace(view, name=name))
            return
        rest.remove(like)
        same = alike(like, view)
        if not same:
            self.found.recast[like.name] = rule
        elif like.inputs != (feeder,):
            why = rule if rule != RESHAPE else self._why(ours.inputs[0], like.inputs[0])
            self.found.note(like.name, why)
        if same:
            view = replace(like, inputs=(feeder,), input_shapes=(fed,), shapes=view.shapes)
        self._put(ours, replace(view, name=like.name))

    def _identity(self, ours: Layer) -> None:
        feeder = self._wire(ours.inputs[0])
        if ours.type in ACTIVATION_LAYERS:  # of the model's own that are linear none is left
            whole = self.found.parts.get(feeder, layer_of(feeder, self._names))
            self._make(ours, free(f"{feeder}/linear", self._names), feeder, whole, IDENTITY)
            return
        if ours.name not in self._kept:
            self._wires[ours.name] = feeder
            return
        theirs = self._theirs.layers[self._kept[ours.name]]
        if theirs.inputs != (feeder,):
            self.found.note(theirs.name, IDENTITY)
            theirs = replace(theirs, inputs=(feeder,))
        if fed := self._now.get(feeder):
            theirs = replace(theirs, input_shapes=(fed,), shapes=(fed,))
        self._put(ours, theirs)


def _applied(unit: Unit) -> str | None:
    return composed(unit.activations)


def _sizes(shape: Shape | None) -> object:
    return None if shape is None else (shape.sizes, shape.channels_first)
