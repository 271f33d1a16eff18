"""A network, its frozen spec, and others held against that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from random import Random

from lenet_verify import Verdict, check
from lenet_verify.freeze import freeze
from lenet_verify.spec import Limits, Spec
from lenet_verify.spec.load import read_spec
from lenet_verify.verdict import Outcome
from tests.mutation.network import Network, Row, renamed, shuffled
from tests.mutation.static import architecture


@dataclass(frozen=True)
class Original:
    """A network with the spec that pins it."""

    net: Network

    @cached_property
    def spec(self) -> Spec:
        frozen = freeze(architecture(self.net), "a random network")
        assert not frozen.warnings, (frozen.warnings, str(self.net))
        return read_spec(frozen.text.encode(), "frozen.yaml", Limits())

    def verdict(self, other: Network) -> Verdict:
        """What the check says of another network."""
        return check(self.spec, architecture(other))


Naming = Callable[[Network, Random], Network]


def _foreign(net: Network, rng: Random) -> Network:
    """Names that say nothing, in any order."""
    numbers = rng.sample(range(100, 1000), len(net.rows))
    new = {row.name: f"x{number}" for row, number in zip(net.rows, numbers, strict=True)}
    return renamed(shuffled(net, rng), lambda row: new[row.name])


def _counted(net: Network, rng: Random) -> Network:
    """Names as Keras gives them to layers in the order in which they are made."""
    counts: Counter[str] = Counter()

    def name(row: Row) -> str:
        counts[row.type] += 1
        return f"{row.type.lower()}_{counts[row.type] - 1}".removesuffix("_0")

    return renamed(shuffled(net, rng), name)


def _misleading(net: Network, rng: Random) -> Network:
    """Each layer under another one's name."""
    names = [row.name for row in net.layers]
    new = dict(zip(names, rng.sample(names, len(names)), strict=True))
    return renamed(net, lambda row: new.get(row.name, row.name))


NAMINGS: Mapping[str, Naming] = {
    "own": lambda net, rng: net,
    "foreign": _foreign,
    "counted": _counted,
    "misleading": _misleading,
}
"""Under which names and in which order a network is held against the spec of another."""


@dataclass
class Tally:
    """What became of the networks that one kind of change, or one equivalence, made."""

    outcomes: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        self.outcomes += other.outcomes
        self.codes += other.codes


def failing_codes(verdict: Verdict) -> Counter[str]:
    """The codes of what is broken; if nothing is, of what is unknown."""
    broken = {one.code for one in verdict.failing if one.outcome is Outcome.BROKEN}
    return Counter(broken or {f"unknown: {one.code}" for one in verdict.failing})
