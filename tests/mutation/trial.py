"""Random networks, their frozen specs, and others held against these."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from random import Random

from lenet_verify import Verdict, check
from lenet_verify.freeze import freeze
from lenet_verify.spec import Limits, Spec
from lenet_verify.spec.load import read_spec
from lenet_verify.verdict import Outcome
from tests.mutation.changes import CHANGES, changed
from tests.mutation.equivalences import nested, owned, respelt
from tests.mutation.growing import random_network
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


_EACH = 4
"""Changes and equivalences tried on one random network."""
_TRIES = 8
"""How many kinds of change are tried for one that can be made."""


@dataclass(frozen=True)
class Held:
    """A network held against the frozen spec of another.

    Attributes:
        kind: what was done to the other; of equivalences, all that was.
        outcome: `caught`, `unknown` or `passed`, or of an equivalence `held` or `failed`;
            `refused` where there was nothing to do.
        codes: of the findings that failed.
        wrong: the two, if the verdict is wrong.
    """

    kind: tuple[str, ...]
    outcome: str
    codes: frozenset[str] = frozenset()
    wrong: str = ""


def mutants(rng: Random) -> Iterator[Held]:
    """A random network changed in ways that change what it computes, each mutant under its own
    names and in another form."""
    original = Original(random_network(rng))
    for _ in range(_EACH):
        for _ in range(_TRIES):
            kind = rng.choice(list(CHANGES))
            mutant = changed(original.net, kind, rng)
            if mutant is not None:
                break
            yield Held((kind,), "refused")
        else:
            continue
        for form in (mutant, _in_other_form(mutant, rng)[0]):
            yield _judged_mutant(original, kind, form)


def equivalents(rng: Random) -> Iterator[Held]:
    """A random network in other forms that compute the same."""
    original = Original(random_network(rng))
    for _ in range(_EACH):
        form, done = _in_other_form(original.net, rng)
        verdict = original.verdict(form)
        if verdict.holds:
            yield Held(tuple(done), "held")
        else:
            wrong = _told(original.net, form, verdict)
            yield Held(tuple(done), "failed", _codes(verdict), wrong)


def _judged_mutant(original: Original, kind: str, form: Network) -> Held:
    verdict = original.verdict(form)
    if verdict.holds:
        return Held((kind,), "passed", wrong=_told(original.net, form, verdict))
    broken = any(one.outcome is Outcome.BROKEN for one in verdict.failing)
    return Held((kind,), "caught" if broken else "unknown", _codes(verdict))


def _in_other_form(net: Network, rng: Random) -> tuple[Network, list[str]]:
    """A network after up to four equivalences, under any names, perhaps with a model inside."""
    form, done = respelt(owned(net), rng, rng.randint(0, 4))
    naming = rng.choice(list(NAMINGS))
    form = NAMINGS[naming](form, rng)
    inside = nested(form, rng) if rng.random() < 0.2 else None
    done += [f"{naming} names"] + (["nested model"] if inside else [])
    return inside or form, done


def _codes(verdict: Verdict) -> frozenset[str]:
    return frozenset(one.code for one in verdict.failing)


def _told(net: Network, other: Network, verdict: Verdict) -> str:
    """Two networks as rows, and what the check found."""
    found = [f"{one.code} {one.layer} {one.fact}: {one.observed} for {one.expected}"
             for one in verdict.failing[:4]]  # fmt: skip
    return "\n".join([str(net), "=>", str(other), *found])


CHUNK = 50
"""Networks of a chunk, whose random numbers are its own, so that processes may share the work."""

_DO: Mapping[str, Callable[[Random], Iterator[Held]]] = {
    "mutants": mutants,
    "equivalents": equivalents,
}


def chunk(task: tuple[str, int, int]) -> list[Held]:
    """What became of a chunk of networks, given what to make of them, the seed and its number."""
    name, seed, number = task
    rng = Random(f"{name} {seed}/{number}")
    return [held for _ in range(CHUNK) for held in _DO[name](rng)]
