"""The reports of a folder as a list: each with its figure, small, and its verdict; and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from lenet_verify.renderers.markdown import code, escaped, table
from lenet_verify.renderers.wording import headline, tally, verdict_mark
from lenet_verify.report import Report
from lenet_verify.verdict import Outcome, worst

SCHEMA = "lenet-verify/reports-1"

_THUMBNAIL = 240
"""Pixels: the width of a figure in the list."""


@dataclass(frozen=True)
class Entry:
    """A report that is listed.

    Attributes:
        name: of its files, without suffix.
        figure: the file of its figure.
    """

    report: Report
    name: str
    figure: str

    @property
    def title(self) -> str:
        """The spec's."""
        return self.report.spec.title

    @property
    def checked(self) -> str:
        """Which model, where it is not the spec's own."""
        return self.report.verdict.model or ""


def markdown_index(entries: Sequence[Entry]) -> str:
    """The list for a code host."""
    rows = [_row(entry) for entry in entries]
    return f"# Reports\n\n{standing(entries)}\n\n{table(('', 'report', 'verdict'), rows)}\n"


def standing(entries: Sequence[Entry]) -> str:
    """How the verdicts stand: `Of 12 models, 10 are as claimed.`"""
    held = sum(entry.report.verdict.holds for entry in entries)
    models = "model" if len(entries) == 1 else "models"
    return f"Of {len(entries)} {models}, {held} {'is' if held == 1 else 'are'} as claimed."


def json_index(entries: Sequence[Entry]) -> str:
    """The list for programs: badges, dashboards, `lenet-verify papers`."""
    document = {"schema": SCHEMA, "reports": [_told(entry) for entry in entries]}
    return json.dumps(document, indent=1) + "\n"


def _told(entry: Entry) -> dict[str, object]:
    report = entry.report
    return {
        "name": entry.name,
        "title": report.spec.title,
        "spec": report.verdict.spec,
        "sha256": report.spec.sha256,
        "model": report.verdict.model,
        "holds": report.verdict.holds,
        "counts": report.verdict.counts,
        "claims": claims(report),
        "figure": entry.figure,
    }


def claims(report: Report) -> dict[str, int]:
    """How many claims have each outcome, a claim that of its worst fact."""
    counts = dict.fromkeys([*(outcome.value for outcome in Outcome), "unchecked"], 0)
    for claim in report.spec.claims:
        found = worst([one for one in report.verdict.findings if one.claim == claim.id])
        counts["unchecked" if found is None else found.value] += 1
    return counts


def _row(entry: Entry) -> tuple[str, str, str]:
    # a picture in Markdown has no width; names of files need no escape
    picture = f'<img src="{entry.figure}" width="{_THUMBNAIL}" alt="">'
    about = f"**[{escaped(entry.title)}]({entry.name}.md)**"
    about += f"<br>{code(entry.checked)}" if entry.checked else ""
    found = entry.report.verdict
    verdict = f"{verdict_mark(found.holds)} {headline(entry.report)}<br>{tally(found)}"
    return (f'<a href="{entry.name}.md">{picture}</a>', about, verdict)
