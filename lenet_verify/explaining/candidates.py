"""The edits that the pairing of a spec's layers with a model's suggests.

Made all together they turn the model into the spec's network: of each pair the class and the
arguments that differ, what is missing and what is extra, what is fed by something else. Besides,
layers that are swapped, which is one edit where it would be several.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import count

from lenet_verify.architecture import Architecture, Layer, Shape, Source
from lenet_verify.checking.canonical import Unit
from lenet_verify.checking.match import Match, match
from lenet_verify.checking.wiring import COMMUTATIVE, layer_of
from lenet_verify.checking.witness import cross_checked
from lenet_verify.edits import Delete, Edit, Input, Insert, Output, Rewire
from lenet_verify.explaining.candidate import Candidate
from lenet_verify.explaining.claimed import edits_of_claims
from lenet_verify.explaining.guessed import guesses
from lenet_verify.explaining.layers import edits_of_layer
from lenet_verify.explaining.shorter import lower, replaced, swaps
from lenet_verify.explaining.theirs import Path, Theirs
from lenet_verify.spec import Spec
from lenet_verify.verdict import Finding
from lenet_verify.vocabulary import activation_of

_TURNS = ("type", "argument", "activation", "input", "insert", "swap", "delete", "rewire", "output")
"""Edits are made in this order: what is rewired reads what was inserted."""


def candidates(
    spec: Spec, model: Architecture, failing: Sequence[Finding], exact: bool, number: int = 0
) -> list[Candidate]:
    """The edits that might mend a model.

    Args:
        spec: what it should be.
        model: what it is.
        failing: the findings to be mended.
        exact: whether the model is judged as it stands.
        number: of the round: how often the model has been edited so already.
    """
    matched = match(spec, cross_checked(model), exact)
    return _Suggestions(spec, matched, Theirs(model, matched.found, exact), number).all(failing)


class _Suggestions:
    """What one pairing suggests."""

    def __init__(self, spec: Spec, matched: Match, theirs: Theirs, number: int) -> None:
        self.spec, self.matched, self.theirs = spec, matched, theirs
        self._round, self._order = number, count()
        self._partners = {ours: unit for ours, (unit, _) in matched.alignment.partners.items()}
        self._inserted: dict[str, Path] = {}
        self._unread: set[str] = set()
        self._failing: set[str] = set()

    def all(self, failing: Sequence[Finding]) -> list[Candidate]:
        """Every candidate."""
        self._failing = {one.layer for one in failing}
        found = [*self._inputs()] if self.matched.wanted else []
        if self.matched.wanted is not None:
            wanted = self.matched.wanted.units
            for unit in wanted:
                found += self._of_unit(unit)
            found += self._extras()
            for unit in wanted:
                if unit.name in self._partners:
                    found += self._rewired(unit, self._partners[unit.name])
            found += self._outputs()
        known = {_what(one.edit) for one in found}
        units = {self._partners[one.layer].name for one in found if one.layer in self._partners}
        suggested = edits_of_claims(self.spec, self.matched, self.theirs, failing)
        touched = {one.layer for one in found}
        # of a layer that differs from the spec's, its claims say the same once more
        suggested = (one for one in suggested if one[1] not in touched and one[2] not in units)
        for edit, ours, name, guess in (*suggested, *guesses(self.matched, self.theirs)):
            if _what(edit) not in known:
                known.add(_what(edit))
                found.append(self._candidate(edit, ours, name, guess=guess))
        found.sort(key=lambda one: one.place)
        plain = [one for one in found if one.plain]
        for edit, ours, name, instead in (
            *replaced(self.theirs, plain),
            *lower(self.theirs, plain),
            *swaps(self.matched, self.theirs, plain, failing),
        ):
            found.append(self._candidate(edit, ours, name, instead, guess=not instead))
        return found

    def _candidate(
        self,
        edit: Edit,
        ours: str | None,
        name: str | None,
        instead: Sequence[Candidate] = (),
        *,
        guess: bool = False,
    ) -> Candidate:
        """A candidate.

        Args:
            edit: the edit.
            ours: the paper's name of its layer.
            name: the name of its unit in the canonical form; of an insertion, the one before.
            instead: what it does the work of.
            guess: whether it is a guess.
        """
        order = next(self._order)
        own = None if edit.kind == "insert" or name is None else self.theirs.name(name)
        if edit.kind != "insert" and edit.layer != own:
            own = edit.layer  # an activation layer of the unit
        place = (self.theirs.places.get(name or "", -1), order)
        turn = (self._round, _TURNS.index(edit.kind) if edit.kind in _TURNS else 0, order)
        return Candidate(edit, ours, own, place, turn, tuple(instead), guess)

    def _inputs(self) -> Iterator[Candidate]:
        wanted, found = self.matched.wanted, self.matched.found
        if wanted is None or "input" in self.matched.observed.unknown:
            return
        names = {layer.name: self.matched.named([layer.name])[0] for layer in found.inputs}
        ours = {layer.name: layer for layer in wanted.inputs}
        for layer in found.inputs:
            one = ours.get(names[layer.name])
            if one is None and len(wanted.inputs) == len(found.inputs) == 1:
                one = wanted.inputs[0]
            if one is None or not one.shapes or not layer.shapes:
                continue
            value = _in_order_of(one.shapes[0], layer.shapes[0])
            if value.sizes != layer.shapes[0].sizes:
                edit = Input(layer=layer.name, old=layer.shapes[0], new=value)
                yield self._candidate(edit, one.name, layer.name)

    def _of_unit(self, unit: Unit) -> Iterator[Candidate]:
        partner = self._partners.get(unit.name)
        if partner is not None:
            for edit in edits_of_layer(unit, partner, self.theirs):
                yield self._candidate(edit, unit.name, partner.name)
        elif not unit.optional or unit.name in self._failing:
            yield from self._missing(unit)

    def _missing(self, unit: Unit) -> Iterator[Candidate]:
        """The insertion of a layer of the spec."""
        feeders = [self._counterpart(wire) for wire in unit.layer.inputs]
        paths = [path for path in feeders if path is not None]
        if not paths or len(paths) < len(feeders) or len({path[:-1] for path in paths}) > 1:
            return
        after = paths[0]
        if len(paths) > 1:
            readers = self._readers(unit)
            after = next((path for path in paths if self._reads(readers, path)), after)
        beside = self.theirs.names_beside(after)
        beside |= {path[-1] for path in self._inserted.values() if path[:-1] == after[:-1]}
        row = _row(unit, beside, self._data_format())
        reads = tuple(Source(path[-1]) for path in paths) if len(paths) > 1 else ()
        places = self._places(unit, after)
        reader, place = places[0] if places else (None, None)
        edit = Insert(
            layer=after[-1],
            within=after[:-1],
            new=row,
            reader=None if reader is None else reader[-1],
            place=place,
            reads=reads,
            unread=unit.name in self._unread,
        )
        self._inserted[unit.name] = (*after[:-1], row.name)
        above = next((self._partners[w].name for w in self._above(unit)), None)
        yield self._candidate(edit, unit.name, above)
        for reader, place in places[1:]:
            at, sources = place or 0, (Source(after[-1]), Source(row.name))
            if reader is None:
                more: Edit = Output(layer=after[-1], old=sources[0], new=sources[1], place=at)
            else:
                more = Rewire(
                    layer=reader[-1],
                    within=reader[:-1],
                    old=sources[0],
                    new=sources[1],
                    place=at,
                )
            yield self._candidate(more, unit.name, above)

    def _above(self, unit: Unit) -> Iterator[str]:
        """The nearest layers of the spec above one that the model has."""
        names = self.matched.wanted_names(unit.layer.inputs)
        return (name for name in names if name in self._partners)

    def _counterpart(self, wire: str) -> Path | None:
        """Where the counterpart of a layer or input of the spec stands; None if there is none, or
        if it is a further output."""
        if wire in self._inserted:
            return self._inserted[wire]
        if wire in self._partners:
            return self.theirs.leaving(self._partners[wire].name)
        for layer in self.matched.found.inputs:
            if self.matched.named([layer.name])[0] == wire:
                return (layer.name,)
        return None

    def _readers(self, unit: Unit) -> list[Unit]:
        """The layers of the model that read a missing layer, if there were one."""
        assert self.matched.wanted is not None
        found: dict[str, Unit] = {}
        reading = {unit.name}
        for one in self.matched.wanted.units:
            if reading & {layer_of(wire, reading) for wire in one.layer.inputs}:
                partner = self._partners.get(one.name)
                if partner is None:
                    reading.add(one.name)
                else:
                    found[partner.name] = partner
        return list(found.values())

    def _reads(self, readers: Iterable[Unit], path: Path) -> bool:
        known = self.theirs.places
        wires = {layer_of(wire, known) for one in readers for wire in one.layer.inputs}
        return any(self.theirs.leaving(name) == path for name in wires)

    def _places(self, unit: Unit, after: Path) -> list[tuple[Path | None, int | None]]:
        """Where a layer that is inserted is read: by a layer in a place, or as an output; none if
        it is read by all that read the one before it."""
        assert self.matched.wanted is not None
        units, outputs = self.matched.wanted.units, self.matched.wanted.outputs
        feeder = unit.layer.inputs[0]
        alone = len(unit.layer.inputs) == 1 and feeder in self._inserted
        if alone and feeder not in self._unread:
            return []
        wire = next((w for w in unit.layer.inputs if self._counterpart(w) == after), None)
        others = any(wire in one.layer.inputs for one in units if one.name != unit.name)
        if not alone and not others and wire not in outputs:
            return []
        found: list[tuple[Path | None, int | None]] = []
        for one in units:
            partner = self._partners.get(one.name)
            path = self.theirs.path(partner.name) if partner else None
            for place, name in enumerate(one.layer.inputs):
                if name == unit.name and path is not None and path[:-1] == after[:-1]:
                    found.append((path, place))
        if len(after) == 1:
            found += [(None, place) for place, name in enumerate(outputs) if name == unit.name]
        if not found:
            self._unread.add(unit.name)
        return found

    def _data_format(self) -> str | None:
        formats = (unit.layer.config.get("data_format") for unit in self.matched.found.units)
        return next((one for one in formats if one is not None), None)

    def _extras(self) -> Iterator[Candidate]:
        for unit in self.matched.alignment.extra:
            path = self.theirs.path(unit.name)
            if unit.optional or path is None or unit.name in self.matched.found.parts:
                continue
            for name, row in [(unit.name, unit.layer), *((p.name, p) for p in unit.absorbed)]:
                where = self.theirs.path(name)
                if where is None or not row.inputs:
                    continue
                keep = self._kept(unit) if name == unit.name else 0
                edit = Delete(
                    layer=where[-1], within=where[:-1], old=self.theirs.layer(where), keep=keep
                )
                yield self._candidate(edit, None, unit.name)
        for layer in self.matched.found.dead:
            path = self.theirs.path(layer.name)
            if path is not None and layer.params and layer.inputs:
                edit = Delete(layer=path[-1], within=path[:-1], old=self.theirs.layer(path))
                yield self._candidate(edit, None, layer.name)

    def _kept(self, extra: Unit) -> int:
        """Which input of an extra layer is what its readers should read."""
        assert self.matched.wanted is not None
        wanted = {unit.name: unit for unit in self.matched.wanted.units}
        ours = {partner.name: name for name, partner in self._partners.items()}
        readers = (ours.get(name) for name in self.theirs.readers.get(extra.name, ()))
        expected = {
            wire
            for name in readers
            if name is not None
            for wire in self.matched.wanted_names(wanted[name].layer.inputs)
        }
        told = [self.matched.found_names([wire]) for wire in extra.layer.inputs]
        return next((k for k, names in enumerate(told) if expected & set(names)), 0)

    def _rewired(self, unit: Unit, partner: Unit) -> Iterator[Candidate]:
        """A layer fed by the counterparts of what feeds it in the spec."""
        expected = list(self.matched.wanted_names(unit.layer.inputs))
        observed = list(self.matched.found_names(partner.layer.inputs))
        path = self.theirs.path(partner.name)
        if expected == observed or path is None or partner.layer.calls:
            return
        if not len(expected) == len(observed) == len(unit.layer.inputs):
            return
        places = [k for k, name in enumerate(observed) if name != expected[k]]
        wires = [unit.layer.inputs[k] for k in places]
        if unit.layer.type in COMMUTATIVE:
            left = list(expected)
            places = [k for k, name in enumerate(observed) if not _taken(left, name)]
            wires = [wire for wire in unit.layer.inputs if _taken(left, self._seen(wire))]
        for place, wire in zip(places, wires, strict=False):
            source = self._counterpart(wire)
            if source is None or source[:-1] != path[:-1]:
                continue
            known = self.theirs.places
            before = self.theirs.leaving(layer_of(partner.layer.inputs[place], known))
            edit = Rewire(
                layer=path[-1],
                within=path[:-1],
                old=Source(before[-1] if before else "?"),
                new=Source(source[-1]),
                place=place,
            )
            yield self._candidate(edit, unit.name, partner.name)

    def _outputs(self) -> Iterator[Candidate]:
        """What leaves the model in each place, where that is something else."""
        assert self.matched.wanted is not None
        wanted, found = self.matched.wanted.outputs, self.matched.found.outputs
        expected = list(self.matched.wanted_names(wanted))
        observed = list(self.matched.found_names(found))
        if expected == observed or not len(expected) == len(observed) == len(wanted) == len(found):
            return
        for place, name in enumerate(expected):
            if observed[place] == name:
                continue
            new, old = self._counterpart(wanted[place]), self.theirs.leaving(found[place])
            if new is None or old is None or len(new) > 1:
                continue
            edit = Output(layer=new[-1], old=Source(old[-1]), new=Source(new[-1]), place=place)
            partner = self._partners.get(wanted[place])
            yield self._candidate(edit, wanted[place], partner.name if partner else None)

    def _seen(self, wire: str) -> str:
        return next(iter(self.matched.wanted_names([wire])), wire)


def _taken(names: list[str], name: str) -> bool:
    """Whether a name is among some, of which it is taken away then."""
    if name in names:
        names.remove(name)
        return True
    return False


def _what(edit: Edit) -> tuple[object, ...]:
    """What tells two edits apart that cannot both be made."""
    which = getattr(edit, "argument", None), getattr(edit, "place", None)
    return edit.kind, edit.within, edit.layer, which


def _in_order_of(wanted: Shape, theirs: Shape) -> Shape:
    """A shape, channels last, in the axis order of another."""
    if not theirs.channels_first or len(wanted.sizes) < 2:
        return wanted
    *spatial, channels = wanted.sizes
    return Shape((channels, *spatial), channels_first=True)


def _row(unit: Unit, taken: set[str], data_format: str | None) -> Layer:
    """A layer of the spec as it is inserted, its activations with it if they can be."""
    layer = unit.layer
    config = dict(layer.config)
    if len(unit.activations) == 1 and "activation" in config:
        config["activation"] = unit.activations[0]
    if data_format is not None and "data_format" in config:
        config["data_format"] = data_format
    name, number = unit.name, 1
    while name in taken:
        number += 1
        name = f"{unit.name}_{number}"
    new = Layer(name=name, type=layer.type, config=config)
    return replace(new, activation=activation_of(layer.type, config) or layer.activation)
