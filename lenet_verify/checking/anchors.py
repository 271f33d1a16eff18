"""Layers that are beyond doubt each other's: what is above or below them is the same, too.

A signature of a layer is what it is together with the signatures of all that feeds it, or of all
that it feeds. One edit changes the signatures below it on the way down, and those above it on the
way up, and no others: what is left over is what was edited.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import NamedTuple

from lenet_verify.checking.canonical import Unit
from lenet_verify.checking.wiring import COMMUTATIVE, calls_of, layer_of

Pairs = dict[str, str]
"""The model's names by the spec's."""


def anchors(wanted: Sequence[Unit], found: Sequence[Unit], known: Mapping[str, str]) -> Pairs:
    """Pairs of units that their place in the graph makes certain.

    Args:
        wanted: the spec's units, in topological order.
        found: the model's.
        known: pairs that are settled already.
    """
    if all(unit.name in known for unit in wanted):
        return dict(known)
    ours, theirs = _Graph(wanted), _Graph(found)
    pairs = _Pairing(ours, theirs, known)
    for loosely in (False, True):
        numbers: dict[Hashable, int] = {}
        mine, others = ours.signatures(numbers, loosely), theirs.signatures(numbers, loosely)
        both = [{name: (s.above[name], s.below[name]) for name in s.above} for s in (mine, others)]
        pairs.join(both[0], both[1], only_unique=False)
        pairs.join(mine.above, others.above)
        pairs.join(mine.below, others.below)
        pairs.spread(mine.own, others.own)
    return pairs.found


class _Signatures(NamedTuple):
    """Of each unit by its name, as numbers: what it is; with all above it; with all below it."""

    own: Mapping[str, int]
    above: Mapping[str, int]
    below: Mapping[str, int]


class _Graph:
    """Units with what each reads and what reads it."""

    def __init__(self, units: Sequence[Unit]) -> None:
        self.units = {unit.name: unit for unit in units}
        self.feeders = {
            unit.name: [
                layer_of(wire, self.units) for call in calls_of(unit.layer) for wire in call
            ]
            for unit in units
        }
        self.readers: dict[str, list[tuple[str, int]]] = {name: [] for name in self.units}
        for name, feeders in self.feeders.items():
            ordered = self.units[name].layer.type not in COMMUTATIVE
            for place, feeder in enumerate(feeders):
                if feeder in self.readers:
                    self.readers[feeder].append((name, place if ordered else 0))

    def neighbours(self, name: str, own: Mapping[str, int]) -> dict[Hashable, list[str]]:
        """What feeds a unit and what reads it, by where that is and what it is."""
        found: dict[Hashable, list[str]] = {}
        ordered = self.units[name].layer.type not in COMMUTATIVE
        for place, feeder in enumerate(self.feeders[name]):
            key = ("above", own.get(feeder), place if ordered else 0)
            found.setdefault(key, []).append(feeder)
        for reader, place in self.readers[name]:
            found.setdefault(("below", own.get(reader), place), []).append(reader)
        return found

    def signatures(self, numbers: dict[Hashable, int], loosely: bool) -> _Signatures:
        """The signatures as numbers, equal ones alike in both graphs that share `numbers`."""

        def number(key: Hashable) -> int:
            return numbers.setdefault(key, len(numbers))

        own = {
            name: number(unit.features.loosely() if loosely else unit.features)
            for name, unit in self.units.items()
        }
        above: dict[str, int] = {}
        for name, unit in self.units.items():
            fed = [above.get(feeder, -1) for feeder in self.feeders[name]]
            if unit.layer.type in COMMUTATIVE:
                fed.sort()
            above[name] = number(("above", own[name], tuple(fed)))
        below: dict[str, int] = {}
        for name in reversed(self.units):
            read = sorted((below.get(reader, -1), place) for reader, place in self.readers[name])
            below[name] = number(("below", own[name], tuple(read), self.units[name].leaves))
        return _Signatures(own, above, below)


class _Pairing:
    """Pairs as they are found."""

    def __init__(self, ours: _Graph, theirs: _Graph, known: Mapping[str, str]) -> None:
        self.ours, self.theirs = ours, theirs
        self.found: Pairs = dict(known)
        self._taken = set(known.values())

    def join(
        self,
        ours: Mapping[str, Hashable],
        theirs: Mapping[str, Hashable],
        *,
        only_unique: bool = True,
    ) -> None:
        """Pairs the units of one signature; those that several have, if there are as many here as
        there, for then it does not matter which is whose."""
        groups: dict[Hashable, tuple[list[str], list[str]]] = {}
        for name, key in ours.items():
            if name not in self.found:
                groups.setdefault(key, ([], []))[0].append(name)
        for name, key in theirs.items():
            if name not in self._taken and key in groups:
                groups[key][1].append(name)
        for mine, others in groups.values():
            if len(mine) == len(others) and (len(mine) == 1 or not only_unique):
                for one, other in zip(mine, others, strict=True):
                    self._pair(one, other)

    def spread(self, ours: Mapping[str, int], theirs: Mapping[str, int]) -> None:
        """Pairs the neighbours of pairs that are alike and stand in the same place."""
        waiting = list(self.found.items())
        while waiting:
            mine, other = waiting.pop()
            if mine not in self.ours.units or other not in self.theirs.units:
                continue
            there = self.theirs.neighbours(other, theirs)
            for place, names in self.ours.neighbours(mine, ours).items():
                left = [name for name in names if self._free(name)]
                matches = [name for name in there.get(place, ()) if self._is_left(name)]
                if len(left) == len(matches):  # of twins it matters which is whose
                    for pair in zip(left, matches, strict=True):
                        self._pair(*pair)
                        waiting.append(pair)

    def _free(self, mine: str) -> bool:
        return mine in self.ours.units and mine not in self.found

    def _is_left(self, other: str) -> bool:
        return other in self.theirs.units and other not in self._taken

    def _pair(self, mine: str, other: str) -> None:
        self.found[mine] = other
        self._taken.add(other)
