"""How strong a spec is: what became of every single edit to its network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction
from typing import Any

from lenet_verify.edits import KINDS, Edit
from lenet_verify.verdict import Finding


class Fate(IntEnum):
    """What becomes of an edit, from the strongest to the weakest."""

    QUOTED = 0
    """A claim with a quote notices it."""
    CLAIMED = 1
    """Another claim does."""
    STRUCTURE = 2
    """Nothing but the structure that a closed spec judges does."""
    SURVIVES = 3
    """Nothing does."""
    SAME = 4
    """It computes the same, so that there is nothing to notice."""
    NO_NETWORK = 5
    """What comes of it does not join."""


@dataclass(frozen=True)
class Tally:
    """How many of some edits are noticed.

    Attributes:
        edits: how many there are that compute something else.
        quoted, claimed, noticed: how many of them are noticed by claims with quotes alone, by all
            claims, and with the structure.
    """

    edits: int = 0
    quoted: int = 0
    claimed: int = 0
    noticed: int = 0

    @staticmethod
    def of(fates: Iterable[Fate]) -> Tally:
        """The tally of what became of some edits."""
        counted = [fate for fate in fates if fate <= Fate.SURVIVES]
        quoted, claimed, noticed = (
            sum(fate <= least for fate in counted)
            for least in (Fate.QUOTED, Fate.CLAIMED, Fate.STRUCTURE)
        )
        return Tally(len(counted), quoted, claimed, noticed)


def share(part: int, whole: int) -> Fraction:
    """A share in percent; of nothing, everything."""
    return Fraction(100 * part, whole) if whole else Fraction(100)


@dataclass(frozen=True)
class Catch:
    """A fact that would notice an edit: of which layer, and its value in the spec's notation."""

    layer: str
    fact: str
    expected: Any


@dataclass(frozen=True)
class Survivor:
    """An edit that nothing notices, with the fact that would; None where none can be claimed."""

    edit: Edit
    catch: Catch | None


@dataclass(frozen=True)
class Proposal:
    """A claim that would notice survivors, as a spec has it."""

    id: str
    why: str
    expect: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Aside:
    """A fact that a source states and the spec's own network does not bear out."""

    claim: str | None
    layer: str
    fact: str

    @staticmethod
    def of(finding: Finding) -> Aside:
        """The fact that a finding is about."""
        return Aside(finding.claim, finding.layer, finding.fact)


@dataclass(frozen=True)
class Strength:
    """What became of every single edit to a spec's own network.

    Attributes:
        spec, title: of the spec.
        edits: all of them, or a sample, with what became of each.
        sampled_from: how many there are in all.
        layers: the names of the layers, in order.
        survivors: those that nothing notices.
        proposals: the claims that would.
        aside: what of the claims is left out, since it does not hold to begin with.
    """

    spec: str
    title: str
    edits: Sequence[tuple[Edit, Fate]]
    sampled_from: int
    layers: Sequence[str]
    survivors: Sequence[Survivor] = ()
    proposals: Sequence[Proposal] = ()
    aside: Sequence[Aside] = ()

    @property
    def total(self) -> Tally:
        """All edits together."""
        return Tally.of(fate for _, fate in self.edits)

    @property
    def score(self) -> Fraction:
        """The percentage of edits that are noticed."""
        return share(self.total.noticed, self.total.edits)

    @property
    def by_kind(self) -> Mapping[str, Tally]:
        """The edits of each kind that there are any of."""
        return self._by(KINDS, lambda edit: edit.kind)

    @property
    def by_layer(self) -> Mapping[str, Tally]:
        """The edits to each layer; an insertion is one to the layer that it follows."""
        return self._by(self.layers, lambda edit: edit.layer)

    def count(self, fate: Fate) -> int:
        """How many edits came to this."""
        return sum(one is fate for _, one in self.edits)

    def _by(self, keys: Iterable[str], key: Callable[[Edit], str]) -> Mapping[str, Tally]:
        found: dict[str, list[Fate]] = {one: [] for one in keys}
        for edit, fate in self.edits:
            found[key(edit)].append(fate)
        tallies = {one: Tally.of(fates) for one, fates in found.items()}
        return {one: tally for one, tally in tallies.items() if tally.edits}


def told(survivors: Iterable[Survivor]) -> Iterator[tuple[str, str]]:
    """Survivors by layer, those that change one thing in several ways told of once."""
    grouped: dict[tuple[str, str], list[str]] = {}
    for one in survivors:
        what, arrow, new = one.edit.text.partition(_ARROW)
        grouped.setdefault((one.edit.layer, what), []).extend([new] if arrow else [])
    for (layer, what), values in grouped.items():
        yield layer, _ARROW.join(filter(None, (what, ", ".join(values))))


_ARROW = " → "
