"""The shipped specs as a Markdown table."""

from __future__ import annotations

from collections.abc import Sequence

from lenet_verify.papers.listing import Judged, Paper
from lenet_verify.renderers.markdown import code, escaped, table
from lenet_verify.renderers.wording import NOTHING

_OUTCOMES = ("holds", "deviates", "broken", "unknown", "skipped", "unchecked")


def render_markdown(papers: Sequence[Paper]) -> str:
    """A row for each model that was checked, with its claims by outcome."""
    header = ("spec", "paper", "year", "checked on", *_OUTCOMES)
    rows = [_row(paper, one) for paper in papers for one in paper.judged or (None,)]
    return table(header, rows) + "\n"


def _row(paper: Paper, judged: Judged | None) -> tuple[str, ...]:
    source = paper.source
    title = escaped(source.title) if source else NOTHING
    link = f"https://doi.org/{source.doi}" if source and source.doi else source and source.url
    title = f"[{title}]({link})" if link else title
    counts = [NOTHING for _ in _OUTCOMES]
    model = NOTHING
    if judged is not None:
        counts = [str(judged.claims[word]) for word in _OUTCOMES]
        model = code(judged.model) if judged.model else "its own model"
    return (code(paper.name), title, str(paper.year or NOTHING), model, *counts)
