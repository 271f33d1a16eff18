"""The reports of a folder as a list: each with its figure, small, and its verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lenet_verify.renderers.markdown import code, escaped, table
from lenet_verify.renderers.wording import MARKS, headline, tally
from lenet_verify.report import Report
from lenet_verify.verdict import Outcome

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
    def mark(self) -> str:
        """The shape of the verdict."""
        return MARKS[Outcome.HOLDS if self.report.verdict.holds else Outcome.BROKEN]

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


def _row(entry: Entry) -> tuple[str, str, str]:
    # a picture in Markdown has no width; names of files need no escape
    picture = f'<img src="{entry.figure}" width="{_THUMBNAIL}" alt="">'
    about = f"**[{escaped(entry.title)}]({entry.name}.md)**"
    about += f"<br>{code(entry.checked)}" if entry.checked else ""
    verdict = f"{entry.mark} {headline(entry.report)}<br>{tally(entry.report.verdict)}"
    return (f'<a href="{entry.name}.md">{picture}</a>', about, verdict)
