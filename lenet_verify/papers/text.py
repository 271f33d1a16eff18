"""The shipped specs for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from lenet_verify.papers.listing import Paper
from lenet_verify.papers.wording import strength, verdicts


def render_text(papers: Sequence[Paper]) -> str:
    """A spec a line, its further verdicts below."""
    rows = [("spec", "year", "title", "claims", "strength", "last verdict")]
    for paper in papers:
        first, *more = verdicts(paper)
        year = str(paper.year) if paper.year else ""
        claims = str(len(paper.spec.claims))
        rows.append((paper.name, year, paper.spec.title, claims, strength(paper), first))
        rows += [("", "", "", "", "", line) for line in more]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = []
    for name, year, title, claims, share, verdict in rows:
        cells = (
            name.ljust(widths[0]), year.ljust(widths[1]), title.ljust(widths[2]),
            claims.rjust(widths[3]), share.rjust(widths[4]), verdict,
        )  # fmt: skip
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines) + "\n"
