"""What becomes of a verdict if a network is edited: the edit applied, inferred, and checked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from lenet_verify.architecture import Architecture
from lenet_verify.checking import check
from lenet_verify.edits import applied
from lenet_verify.explaining.candidate import Candidate
from lenet_verify.spec import Spec
from lenet_verify.verdict import Finding

Key = tuple[str | None, str, str, int | None]
"""What tells one finding from another, whatever was observed."""


def key_of(finding: Finding) -> Key:
    """The claim, the layer and the fact that a finding is about."""
    return finding.claim, finding.layer, finding.fact, finding.line


@dataclass(frozen=True)
class Trial:
    """What an edited network comes to.

    Attributes:
        architecture: the network.
        failing: the findings that fail, those left out that are tolerated.
    """

    architecture: Architecture
    failing: tuple[Finding, ...]

    @cached_property
    def keys(self) -> frozenset[Key]:
        """What tells the failing findings apart."""
        return frozenset(map(key_of, self.failing))


_LAYERS = 40_000
_LEAST, _MOST = 12, 600


class Trials:
    """Edits made to one model, each combination judged once.

    Attributes:
        left: how many more may be made in search of the fewest; large networks take their time.
    """

    def __init__(
        self, spec: Spec, model: Architecture, exact: bool, tolerated: Iterable[Finding]
    ) -> None:
        self.spec, self.model, self.exact = spec, model, exact
        self.tolerated = frozenset(map(key_of, tolerated))
        self.left = min(_MOST, max(_LEAST, _LAYERS // max(1, len(model.layers))))
        self._known: dict[frozenset[Candidate], Trial | None] = {}

    def of(self, edits: Iterable[Candidate]) -> Trial | None:
        """What some edits come to together; None where the layers do not join then."""
        chosen = frozenset(edits)
        if chosen not in self._known:
            self.left -= 1
            self._known[chosen] = self._judged(chosen)
        return self._known[chosen]

    def keys(self, edits: Iterable[Candidate]) -> frozenset[Key]:
        """What fails then; nothing where the layers do not join."""
        trial = self.of(edits)
        return frozenset() if trial is None else trial.keys

    def cost(self, edits: Iterable[Candidate]) -> float:
        """How many findings fail then."""
        trial = self.of(edits)
        return float("inf") if trial is None else len(trial.failing)

    def _judged(self, chosen: frozenset[Candidate]) -> Trial | None:
        ordered = sorted(chosen, key=lambda one: one.turn)
        network = applied(self.model, *(one.edit for one in ordered))
        if network is None:
            return None
        verdict = check(self.spec, network, exact=self.exact)
        failing = (one for one in verdict.failing if key_of(one) not in self.tolerated)
        return Trial(network, tuple(failing))
