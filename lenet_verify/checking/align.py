"""The spec's layers and the model's, paired.

By name where names agree, unless the graph says that names mislead (Keras counts `conv2d_1` on
from one model to the next). Of the rest, those first whose place in the graph makes them certain;
then, between these, by the pairing in order that costs least: what kind of layer, which shape,
how many weights, which arguments. A layer without a partner is missing, or extra.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from lenet_verify.architecture import Layer
from lenet_verify.checking.anchors import anchors
from lenet_verify.checking.canonical import Unit
from lenet_verify.checking.likeness import GAP, difference, same
from lenet_verify.checking.wiring import COMMUTATIVE, calls_of, in_order, layer_of

_REWIRED = 0.3
"""What it costs if a layer is not fed by the partners of what feeds its own, or leaves the model
as another output."""
_MISSED = 1.0
"""What it costs if the model lacks what is an identity at inference; it may have more of them."""
_MOST_ABOVE = 2**256
"""Beyond it branches are alike: in a row of sums every one has twice as much above it."""
_FEW = 3
"""So many layers are looked for everywhere, to know whether there can be a better pairing."""
_MOST_CELLS = 4_000_000
"""Pairs beyond which not every one is weighed: a file may have any number of layers."""

Unlike = Callable[[Unit, Unit], float]


def in_best_form(wanted: Unit, found: Unit) -> float:
    """What it costs to let a model's unit stand for a spec's, in the form that fits best."""
    return min(difference(wanted.features, form.features) for form in (found, *found.forms))


@dataclass(frozen=True)
class Alignment:
    """Which unit of the model stands for which of the spec's.

    Attributes:
        partners: by the spec's name: the model's unit and how it was found (`name`, `order`).
        extra: the model's units that stand for none.
        cost: how unlike the layers of all pairs are, and how many are without one; 0 where every
            layer has a partner that is like it, fed by the partners of what feeds it.
    """

    partners: Mapping[str, tuple[Unit, str]]
    extra: tuple[Unit, ...]
    cost: float = 0.0


def align(
    wanted: Sequence[Unit],
    found: Sequence[Unit],
    *,
    partial: bool = False,
    unlike: Unlike = in_best_form,
    settled: Mapping[str, str] | None = None,
) -> Alignment:
    """Pairs a spec's units with a model's, both in reading order.

    Args:
        wanted: the spec's.
        found: the model's.
        partial: whether `wanted` speaks of some layers only, so that others are no surprise.
        unlike: what it costs to let the second stand for the first.
        settled: pairs that are settled already, the model's names by the spec's.
    """
    if settled:
        return _completed(wanted, found, settled, partial, unlike)
    if not partial and _is_one_network(wanted, found):
        pairs = zip(wanted, found, strict=True)
        return Alignment({one.name: (other, _by(one, other)) for one, other in pairs}, ())
    theirs = {unit.name for unit in found}
    named = {unit.name: unit.name for unit in wanted if unit.name in theirs}
    best = _completed(wanted, found, named, partial, unlike)
    if not partial and named and best.cost > _least(wanted, found, best, unlike):
        by_order = _completed(wanted, found, {}, partial, unlike)
        if by_order.cost < best.cost:
            return by_order
    return best


def _least(
    wanted: Sequence[Unit], found: Sequence[Unit], known: Alignment, unlike: Unlike
) -> float:
    """What any pairing costs at least: that of those few layers which a known one finds unlike
    their partners, each with what is most like it."""
    pairs = [(one, known.partners[one.name][0]) for one in wanted if one.name in known.partners]
    differing = [one for one, other in pairs if unlike(one, other) > 0]
    if len(pairs) < len(wanted) or len(differing) > _FEW:
        return 0.0
    kinds = {_kind(unit): unit for unit in found}.values()
    return sum(
        min(0.0 if one.optional else GAP, *(unlike(one, kind) for kind in kinds))
        for one in differing
    )


def in_reading_order(units: Sequence[Unit], outputs: Sequence[str]) -> list[Unit]:
    """Units in the order in which they feed the outputs, first inputs first.

    It depends on the graph alone: frameworks order parallel branches each in their own way.
    """
    by_name = {unit.name: unit for unit in units}
    layers = {name: unit.layer for name, unit in by_name.items()}
    above: dict[str, int] = {}
    for layer in layers.values():
        feeders = (above.get(layer_of(wire, layers), 0) for wire in layer.inputs)
        above[layer.name] = min(1 + sum(feeders), _MOST_ABOVE)

    def feeders_of(layer: Layer) -> Sequence[str]:
        if layer.type not in COMMUTATIVE:
            return [wire for call in calls_of(layer) for wire in call]
        return sorted(layer.inputs, key=lambda wire: _look(layers.get(wire), above.get(wire, 0)))

    return [by_name[layer.name] for layer in in_order(layers.values(), feeders_of, outputs)]


def _look(layer: Layer | None, above: int) -> tuple[int, str, str, int]:
    """What tells the branches of a sum apart, whatever they are called."""
    if layer is None:
        return (-above, "", "", 0)
    return (-above, layer.type, str(layer.shapes), layer.params or 0)


def _by(one: Unit, other: Unit) -> str:
    return "name" if one.name == other.name else "order"


def _is_one_network(wanted: Sequence[Unit], found: Sequence[Unit]) -> bool:
    """Whether the two are the same layer by layer and wire by wire."""
    if len(wanted) != len(found):
        return False
    ours = {unit.name: number for number, unit in enumerate(wanted)}
    theirs = {unit.name: number for number, unit in enumerate(found)}
    return all(
        same(one.layer, other.layer)
        and one.activation == other.activation
        and one.leaves == other.leaves
        and _wires(one, ours) == _wires(other, theirs)
        for one, other in zip(wanted, found, strict=True)
    )


def _wires(unit: Unit, numbers: Mapping[str, int]) -> list[int]:
    """What feeds a unit, by the number of the unit it comes from; what comes from outside is -1."""
    wires = (wire for call in calls_of(unit.layer) for wire in call)
    found = [numbers.get(layer_of(wire, numbers), -1) for wire in wires]
    return sorted(found) if unit.layer.type in COMMUTATIVE else found


def _completed(
    wanted: Sequence[Unit],
    found: Sequence[Unit],
    known: Mapping[str, str],
    partial: bool,
    unlike: Unlike,
) -> Alignment:
    """The alignment with the pairs that are known, and the best ones of the rest."""
    pairs = dict(known) if partial else anchors(wanted, found, known)
    settled = dict(pairs)
    extra = 0.0 if partial else GAP
    for ours, theirs in _between(wanted, found, settled):
        for one, other in _cheapest(ours, theirs, extra, unlike):
            pairs[one.name] = other.name
    if not partial:
        pairs |= _moved(wanted, found, pairs)
    by_name = {unit.name: unit for unit in found}
    partners = {
        one.name: (other, _by(one, other))
        for one in wanted
        if one.name in pairs and (other := by_name[pairs[one.name]])
    }
    taken = set(pairs.values())
    left = tuple(unit for unit in found if unit.name not in taken)
    return Alignment(partners, left, _cost(wanted, partners, left, unlike))


def _between(
    wanted: Sequence[Unit], found: Sequence[Unit], settled: Mapping[str, str]
) -> Iterable[tuple[list[Unit], list[Unit]]]:
    """What has no partner yet, cut at those pairs that stand in the same order on both sides."""
    places = {unit.name: number for number, unit in enumerate(found)}
    taken = set(settled.values())
    cuts = _in_step([places[settled[u.name]] for u in wanted if u.name in settled])
    ours: list[Unit] = []
    start = 0
    for unit in wanted:
        if unit.name not in settled:
            ours.append(unit)
        elif (end := places[settled[unit.name]]) in cuts:
            yield ours, [one for one in found[start:end] if one.name not in taken]
            ours, start = [], end + 1
    yield ours, [one for one in found[start:] if one.name not in taken]


def _in_step(numbers: Sequence[int]) -> set[int]:
    """The longest rising row of some numbers (by patience sorting: Fredman, 1975)."""
    tops: list[int] = []
    before: dict[int, int | None] = {}
    for number in numbers:
        pile = bisect_left(tops, number)
        before[number] = tops[pile - 1] if pile else None
        tops[pile : pile + 1] = [number]
    row: set[int] = set()
    last = tops[-1] if tops else None
    while last is not None:
        row.add(last)
        last = before[last]
    return row


def _moved(
    wanted: Sequence[Unit], found: Sequence[Unit], pairs: Mapping[str, str]
) -> dict[str, str]:
    """Layers alike in every respect that stand elsewhere: better wired wrong than missing here
    and extra there."""
    taken = set(pairs.values())
    left = {unit.name: unit for unit in found if unit.name not in taken}
    moved: dict[str, str] = {}
    for one in wanted if left else ():
        if one.name not in pairs and one.layer.params:
            other = next((u for u in left.values() if _alike(one, u)), None)
            if other is not None:
                moved[one.name] = other.name
                del left[other.name]
    return moved


def _alike(one: Unit, other: Unit) -> bool:
    return one.activation == other.activation and same(one.layer, other.layer)


def _cost(
    wanted: Sequence[Unit],
    partners: Mapping[str, tuple[Unit, str]],
    extra: Sequence[Unit],
    unlike: Unlike,
) -> float:
    """How unlike the layers of all pairs are, and how many layers are without one."""
    cost = sum(0.0 if unit.optional else GAP for unit in extra)
    names = {one.name: partners[one.name][0].name for one in wanted if one.name in partners}
    known = {name: number for number, name in enumerate(names.values())}
    ours = {name: known[theirs] for name, theirs in names.items()}
    for unit in extra:
        if unit.optional:  # what it is fed is what it feeds
            known[unit.name] = known.get(layer_of(unit.layer.inputs[0], known), -1)
    for one in wanted:
        if one.name not in partners:
            cost += _MISSED if one.optional else GAP
            continue
        other = partners[one.name][0]
        cost += unlike(one, other)
        moved = one.leaves != other.leaves or _wires(one, ours) != _wires(other, known)
        cost += _REWIRED if moved else 0.0
    return cost


def _cheapest(
    wanted: Sequence[Unit], found: Sequence[Unit], extra: float, unlike: Unlike
) -> list[tuple[Unit, Unit]]:
    """The order-preserving pairing of least cost (Needleman and Wunsch, 1970)."""
    rows, columns = len(wanted), len(found)
    if not rows or not columns:
        return []
    if rows * columns > _MOST_CELLS:
        return _first_that_fit(wanted, found, unlike)
    skipped = [0.0 if unit.optional else extra for unit in found]
    kinds: dict[Hashable, int] = {}
    numbers = [kinds.setdefault(_kind(unit), len(kinds)) for unit in found]
    examples = [found[numbers.index(number)] for number in range(len(kinds))]
    # from the end, so that of several equally good pairings the earliest layers are taken
    below = [*accumulate(reversed(skipped), initial=0.0)][::-1]
    steps: list[bytearray] = []
    for one in reversed(wanted):
        gap = _MISSED if one.optional else GAP
        costs = [unlike(one, example) for example in examples]
        right = below[columns] + gap
        here = [right] * (columns + 1)
        step = bytearray(columns)
        for j in range(columns - 1, -1, -1):
            best, kind = below[j + 1] + costs[numbers[j]], _PAIR
            if (cost := below[j] + gap) < best:
                best, kind = cost, _SKIP_OURS
            if (cost := right + skipped[j]) < best:
                best, kind = cost, _SKIP_THEIRS
            here[j] = right = best
            step[j] = kind
        below = here
        steps.append(step)
    steps.reverse()
    pairs: list[tuple[Unit, Unit]] = []
    i, j = 0, 0
    while i < rows and j < columns:
        kind = steps[i][j]
        if kind == _PAIR:
            pairs.append((wanted[i], found[j]))
        i += kind != _SKIP_THEIRS
        j += kind != _SKIP_OURS
    return pairs


def _kind(unit: Unit) -> Hashable:
    return unit.features, tuple(form.features for form in unit.forms)


_PAIR, _SKIP_OURS, _SKIP_THEIRS = 0, 1, 2


def _first_that_fit(
    wanted: Sequence[Unit], found: Sequence[Unit], unlike: Unlike
) -> list[tuple[Unit, Unit]]:
    """The pairing that takes for each layer the first that comes and fits."""
    pairs: list[tuple[Unit, Unit]] = []
    start = 0
    for one in wanted:
        rest = range(start, len(found))
        place = next((n for n in rest if unlike(one, found[n]) < GAP), None)
        if place is not None:
            pairs.append((one, found[place]))
            start = place + 1
    return pairs
