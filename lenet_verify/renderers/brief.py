"""Verdicts on many models, one line each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from lenet_verify.renderers.terminal import painted
from lenet_verify.renderers.wording import MARKS, NOT_LOADED, facts, headline, what, where
from lenet_verify.report import Report
from lenet_verify.verdict import FAILING, Outcome, worst
from lenet_verify.visible import visible

_UNREADABLE = "!"


class Line(NamedTuple):
    """What one line says of a model.

    Attributes:
        model: as it is named.
        outcome: what sums it up; None of a model that could not be read.
        text: the rest of the line.
        file: whether the model is a file, of which nothing was loaded.
        warnings: what a reader should know besides.
    """

    model: str
    outcome: Outcome | None
    text: str
    file: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the model does."""
        return self.outcome is not None and self.outcome not in FAILING


def line(report: Report) -> Line:
    """A verdict in one line: the first broken claim stands for those after it."""
    verdict = report.verdict
    outcome = Outcome.HOLDS if verdict.holds else (worst(verdict.findings) or Outcome.HOLDS)
    text = headline(report)
    failing = sorted(verdict.failing, key=lambda finding: finding.outcome is not outcome)
    if failing:
        first = failing[0]
        rest = len(failing) - 1
        more = f" (and {rest} more {facts(rest)})" if rest else ""
        text += f": {where(first)} {what(first)}{more}"
    model = verdict.model or ""
    return Line(model, outcome, text, report.provenance.file, verdict.warnings)


def unreadable(model: str) -> Line:
    """The line of a model that could not be read; why is said elsewhere."""
    return Line(model, None, "cannot be read")


def render_lines(
    title: str, spec: str, lines: Sequence[Line], *, colour: bool = False, detail: int = 0
) -> str:
    """The lines of one spec, and how many of the models hold; below 0, only of those that do not.

    Args:
        title: of the spec.
        spec: its path.
        lines: of each model.
        colour: whether marks are coloured.
        detail: whether all models are told of.
    """
    width = max(len(visible(one.model)) for one in lines)
    models = "model" if len(lines) == 1 else "models"
    shown = [f"{visible(title)} ({visible(spec)}), checked on {len(lines):,} {models}"]
    if any(one.file for one in lines):
        shown.append(f"  {NOT_LOADED}")
    shown.append("")
    for one in lines:
        if one.holds and detail < 0:
            continue
        mark = painted(MARKS[one.outcome], one.outcome, colour) if one.outcome else _UNREADABLE
        shown.append(f"{mark} {visible(one.model).ljust(width)}  {visible(one.text, 1000)}")
    failing = sum(one.outcome in FAILING for one in lines)
    unread = sum(one.outcome is None for one in lines)
    total = told_together(len(lines) - failing - unread, failing, unread)
    return "\n".join([*shown, "", total, ""])


def told_together(holding: int, failing: int, unread: int) -> str:
    """What many verdicts come to: `3 of 5 hold, 1 does not, 1 cannot be read`."""
    parts = [f"{holding:,} of {holding + failing + unread:,} hold"]
    parts += [f"{failing:,} {'does' if failing == 1 else 'do'} not"] if failing else []
    parts += [f"{unread:,} cannot be read"] if unread else []
    return ", ".join(parts)
