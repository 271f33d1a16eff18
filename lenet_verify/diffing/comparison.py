"""Two models compared, layer by layer: pure, whatever they come from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from lenet_verify.architecture import Architecture, Layer, Shape, Source
from lenet_verify.difference import Change, Difference, Kind, LayerDifference, Unknown
from lenet_verify.diffing.arguments import changed_arguments
from lenet_verify.diffing.opened import Graph, kept_closed, of_model, of_nested
from lenet_verify.diffing.pairing import paired, reading_order
from lenet_verify.diffing.wiring import Fed, Wiring
from lenet_verify.functions import POINTS, both_computed, difference
from lenet_verify.show.json_document import plain_config
from lenet_verify.show.rows import wire

COUNTS = ("params", "trainable", "non_trainable", "macs", "connections")
_DERIVED = ("macs", "connections")
"""What can be unknown of layers of which all is known."""
_OWN = ("output", "params", "trainable", "non_trainable")
"""What belongs to a layer itself where the same comes in and the arguments are the same."""


def diff(old: Architecture, new: Architecture) -> Difference:
    """What changed between two models.

    Both are compared as they stand, layer by layer; only models in them that are called once are
    opened. Names do not count, whatever is unknown does: it is never the same.

    Args:
        old: the one model.
        new: the other.
    """
    closed = {*kept_closed(old.layers), *kept_closed(new.layers)}
    graphs = of_model(old, closed), of_model(new, closed)
    found = _Comparison(*graphs, closed)
    layers = tuple(found.layers())
    totals = tuple(_totals(old, new, *graphs))
    return Difference(
        titles=(old.title, new.title),
        layers=layers,
        model=(*found.ends(), *_unaccounted(totals, layers)),
        compiled=tuple(_compiled(old, new)),
        unknown=tuple(_unknown_of_model(old, new, layers)),
        totals=totals,
    )


class _Comparison:
    """Two graphs, of whole models or of nested ones."""

    def __init__(self, old: Graph, new: Graph, closed: Collection[str]) -> None:
        self._old, self._new, self._closed = old, new, closed
        self._partners = paired(old, new)
        self._wiring = Wiring(old, new, self._partners)
        self._readers = _readers(old), _readers(new)

    def layers(self) -> Iterator[LayerDifference]:
        """Every layer of either; those of a model that is called several times follow it."""
        for old, new in self._rows():
            if old is None or new is None:
                yield self._alone(old, new)
                continue
            yield self._of_pair(old, new)
            if old.layers and new.layers:
                inside = (
                    of_nested(old, self._old.paths[old.name], self._closed),
                    of_nested(new, self._new.paths[new.name], self._closed),
                )
                yield from _Comparison(*inside, self._closed).layers()

    def ends(self) -> Iterator[Change]:
        """Whether data comes in and leaves where it did, what was added or removed aside."""
        ours = [self._partners[name] for name in self._old.inputs if name in self._partners]
        theirs = [name for name in self._new.inputs if name in ours]
        if ours != theirs:
            yield Change("inputs", list(self._old.inputs), list(self._new.inputs))
        ends = self._old.outputs, self._new.outputs
        several = len(ends[0]) != len(ends[1])
        if several or self._wiring.of_sources(*ends) is Fed.OTHERWISE:
            yield Change("outputs", *([wire(end) for end in side] for side in ends))

    def _rows(self) -> Iterator[tuple[Layer | None, Layer | None]]:
        """In the order of the new model; what was removed follows what it followed."""
        ours = {layer.name: layer for layer in reading_order(self._old)}
        after: dict[str | None, list[Layer]] = {}
        last = None
        for name, layer in ours.items():
            last = self._partners.get(name, last)
            if name not in self._partners:
                after.setdefault(last, []).append(layer)
        of = {new: ours[old] for old, new in self._partners.items()}
        yield from ((layer, None) for layer in after.get(None, ()))
        for layer in reading_order(self._new):
            yield of.get(layer.name), layer
            if layer.name in of:
                yield from ((removed, None) for removed in after.get(layer.name, ()))

    def _alone(self, old: Layer | None, new: Layer | None) -> LayerDifference:
        readers = self._readers[0 if new is None else 1]
        layer = new or old
        assert layer is not None  # one of the two is there
        feeders = dict.fromkeys(wire(one) for call in layer.details for one in call.inputs)
        return LayerDifference(
            old,
            new,
            inputs=tuple(feeders),
            readers=tuple(readers.get(layer.name, ())),
            old_place=self._old.place(old) if old else None,
            new_place=self._new.place(new) if new else None,
        )

    def _of_pair(self, old: Layer, new: Layer) -> LayerDifference:
        causes = list(_changed(old, new))
        effects = list(_effects(old, new))
        fed = Fed.SAME
        if not {"inputs"} & {*old.unknown, *new.unknown}:
            fed = self._wiring.of_layer(old, new)
        if fed is not Fed.SAME:
            change = Change("inputs", _feeders(old), _feeders(new))
            (causes if fed is Fed.OTHERWISE else effects).append(change)
        unknown = tuple(_unknown(old, new))
        if not causes and not unknown and _input_shapes(old) == _input_shapes(new):
            causes = [one for one in effects if one.fact in _OWN]
            effects = [one for one in effects if one.fact not in _OWN]
        return LayerDifference(
            old,
            new,
            tuple(causes),
            tuple(effects),
            unknown,
            old_place=self._old.place(old),
            new_place=self._new.place(new),
        )


def _changed(old: Layer, new: Layer) -> Iterator[Change]:
    """What is changed of a layer itself, whatever feeds it."""
    nested = bool(old.layers and new.layers)
    if old.type != new.type and not nested:
        yield Change("type", old.type, new.type)
    arguments = list(changed_arguments(old, new))
    if ("config" in old.unknown) == ("config" in new.unknown):
        yield from arguments
    told = any(one.fact.partition(".")[0] == "activation" for one in arguments)
    known = "activation" not in {*old.unknown, *new.unknown}
    if known and not told:
        yield from _another_function(old.activation, new.activation)
    if len(old.details) != len(new.details):
        yield Change("calls", len(old.details), len(new.details))


def _another_function(old: str | None, new: str | None) -> Iterator[Change]:
    """Another activation: by what both compute where they are the models' own, else by name."""
    values = both_computed(old, new)
    if values is None and old != new:
        yield Change("activation", old, new)
    where = None if values is None else difference(*values)
    if values is None or where is None:
        return
    if old != new:
        yield Change("activation", old, new)
    else:
        before, after = (one[POINTS.index(where)] for one in values)
        told = f"{new}, which gives {after:.6g} at x = {where:.6g} for {before:.6g}"
        yield Change("activation", old, told)


def _effects(old: Layer, new: Layer) -> Iterator[Change]:
    if _outputs(old) != _outputs(new):
        yield Change("output", _told(_outputs(old)), _told(_outputs(new)))
    for fact in () if old.layers and new.layers else COUNTS:
        values = getattr(old, fact), getattr(new, fact)
        if values[0] != values[1] and None not in values:
            yield Change(fact, *values)
    if old.reaches_output != new.reaches_output:
        yield Change("reaches_output", old.reaches_output, new.reaches_output)


def _unknown(old: Layer, new: Layer) -> Iterator[Unknown]:
    """What cannot be compared of two layers.

    That multiply-adds cannot be derived on either side is no reason to think them different.
    """
    for fact in dict.fromkeys((*old.unknown, *new.unknown)):
        if fact not in _DERIVED:
            yield Unknown(fact, old.unknown.get(fact), new.unknown.get(fact))
    for fact in COUNTS:
        values = getattr(old, fact), getattr(new, fact)
        one_side = (values[0] is None) != (values[1] is None)
        if one_side and (fact in _DERIVED or fact not in {*old.unknown, *new.unknown}):
            reasons = (
                layer.unknown.get(fact, "it cannot be counted") if value is None else None
                for layer, value in zip((old, new), values, strict=True)
            )
            yield Unknown(fact, *reasons)


def _outputs(layer: Layer) -> list[tuple[Shape, ...] | None]:
    """The shapes that it puts out: those of every call, if they differ."""
    shapes = [call.shapes for call in layer.details]
    alike = all(one == shapes[0] for one in shapes)
    return shapes[:1] if alike else shapes


def _told(shapes: Sequence[tuple[Shape, ...] | None]) -> Any:
    """Shapes as the spec writes them; lists where there are several."""
    texts = [None if one is None else _single(list(map(str, one))) for one in shapes]
    return _single(texts)


def _single(values: Sequence[Any]) -> Any:
    return values[0] if len(values) == 1 else values


def _input_shapes(layer: Layer) -> list[Any]:
    return [call.input_shapes for call in layer.details]


def _feeders(layer: Layer) -> Any:
    calls = [[_argument(one) + wire(one) for one in call.inputs] for call in layer.details]
    return _single(calls)


def _argument(source: Source) -> str:
    return f"{source.argument}=" if source.argument else ""


def _readers(graph: Graph) -> Mapping[str, Iterable[str]]:
    """By layer, the layers that it feeds."""
    found: dict[str, dict[str, None]] = {}
    for layer in graph.layers:
        for call in layer.details:
            for source in call.inputs:
                found.setdefault(source.layer, {})[layer.name] = None
    return found


def _totals(old: Architecture, new: Architecture, ours: Graph, theirs: Graph) -> Iterator[Change]:
    for fact in COUNTS:
        yield Change(fact, getattr(old, fact), getattr(new, fact))
    yield Change("output", _shapes_of(ours), _shapes_of(theirs))


def _shapes_of(graph: Graph) -> list[str | None]:
    """The shapes of what leaves a model."""
    layers = {layer.name: layer for layer in graph.layers}
    found: list[str | None] = []
    for end in graph.outputs:
        calls = layers[end.layer].details if end.layer in layers else ()
        shapes = calls[end.call].shapes if end.call < len(calls) else None
        known = shapes is not None and end.output < len(shapes)
        found.append(str(shapes[end.output]) if shapes is not None and known else None)
    return found


def _unaccounted(totals: Iterable[Change], layers: Sequence[LayerDifference]) -> Iterator[Change]:
    """Totals that differ though no layer does: weights that several share, or that none has."""
    if all(one.kind in (Kind.SAME, Kind.RENAMED) for one in layers):
        for one in totals:
            if one.fact in COUNTS and one.old != one.new and None not in (one.old, one.new):
                yield one


def _compiled(old: Architecture, new: Architecture) -> Iterator[Change]:
    """How both are compiled; a model that is not compiled is no other architecture."""
    if old.compiled is None or new.compiled is None:
        return
    for fact in ("optimizer", "loss", "metrics"):
        values = getattr(old.compiled, fact), getattr(new.compiled, fact)
        if values[0] != values[1]:
            yield Change(fact, *map(plain_config, values))


def _unknown_of_model(
    old: Architecture, new: Architecture, layers: Iterable[LayerDifference]
) -> Iterator[Unknown]:
    """What is unknown of the whole, where no layer says so itself."""
    of_layers = {one.fact for layer in layers for one in layer.unknown}
    for fact in dict.fromkeys((*old.unknown, *new.unknown)):
        if fact not in _DERIVED and fact not in of_layers:
            yield Unknown(fact, old.unknown.get(fact), new.unknown.get(fact))
