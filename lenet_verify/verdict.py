"""What a check finds: outcomes, findings, and the verdict that they add up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any


class Outcome(Enum):
    """What became of one checked fact."""

    HOLDS = "holds"
    BROKEN = "broken"
    UNKNOWN = "unknown"
    DEVIATES = "deviates"
    SKIPPED = "skipped"


FAILING = (Outcome.BROKEN, Outcome.UNKNOWN)
"""Unknown is not a pass."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One checked fact of one layer, or of the model.

    Attributes:
        code: the kind of finding (`shape`, `params`, `extra-layer` …), stable.
        outcome: what became of it.
        claim: the claim's id; None for the structure that a closed spec judges.
        layer: the paper's name of the layer, `model` for the whole; of an extra layer, the
            model's own name.
        fact: the fact's name (`output`, `params`, `kernel_size` …).
        expected, observed: as JSON; None only for unknown or absent.
        reason: why it is unknown, deviates or is skipped; what an extra layer is.
        rule: the rewrites of the canonical form by which it was judged.
        model_layer, model_type: the model's own layer, where one is paired.
        file, line: where the spec states it.
    """

    code: str
    outcome: Outcome
    claim: str | None = None
    layer: str
    fact: str
    expected: Any = None
    observed: Any = None
    reason: str | None = None
    rule: str | None = None
    model_layer: str | None = None
    model_type: str | None = None
    file: str | None = None
    line: int | None = None


@dataclass(frozen=True)
class Pairing:
    """A layer of the spec with the layers of the model that stand for it.

    `by` says how they were found: `name`, `order`, `position` (inputs, outputs) or `none`.
    """

    layer: str
    model_layers: tuple[str, ...]
    by: str


@dataclass(frozen=True)
class Row:
    """A layer of the paper beside the model's layer that stands for it, as they were judged.

    Attributes:
        layer: the paper's name; None for a layer that only the model has.
        model_layer: the model's name; None for a layer that only the paper has.
        type, output, params, activation: as observed, in JSON; None if unknown or absent.
    """

    layer: str | None
    model_layer: str | None
    type: str | None = None
    output: Any = None
    params: int | None = None
    activation: str | None = None


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Every finding of one model against one spec.

    Attributes:
        spec: the spec's path, as the user would write it.
        model: the model's name as given; None for the spec's own.
        findings: every checked fact, those that hold too, in the order of the spec.
        alignment: how layers were paired.
        rows: the layers of paper and model, side by side, in the order of the model.
        unchecked: ids of the claims that the spec states but does not check.
        warnings: what a reader should know though it decides nothing.
    """

    spec: str
    model: str | None
    findings: tuple[Finding, ...]
    alignment: tuple[Pairing, ...]
    rows: tuple[Row, ...] = ()
    unchecked: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether every finding holds, deviates as accepted, or is skipped."""
        return not self.failing

    @cached_property
    def failing(self) -> tuple[Finding, ...]:
        """The findings that fail the run."""
        return tuple(finding for finding in self.findings if finding.outcome in FAILING)

    @property
    def counts(self) -> dict[str, int]:
        """How many findings have each outcome, and how many claims are unchecked."""
        counts = {outcome.value: self.count(outcome) for outcome in Outcome}
        return {**counts, "unchecked": len(self.unchecked)}

    def count(self, outcome: Outcome) -> int:
        """How many findings have that outcome."""
        return [finding.outcome for finding in self.findings].count(outcome)


def worst(findings: Sequence[Finding]) -> Outcome | None:
    """The outcome that sums up several findings; None for none."""
    order = (
        Outcome.BROKEN, Outcome.UNKNOWN, Outcome.DEVIATES, Outcome.HOLDS, Outcome.SKIPPED,
    )  # fmt: skip
    present = [finding.outcome for finding in findings]
    return next((outcome for outcome in order if outcome in present), None)
