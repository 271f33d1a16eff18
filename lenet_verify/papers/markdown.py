"""The shipped specs as a Markdown table."""

from __future__ import annotations

from collections.abc import Sequence

from lenet_verify.papers.listing import Judged, Paper
from lenet_verify.papers.wording import strength
from lenet_verify.renderers.markdown import code, escaped, table
from lenet_verify.renderers.wording import NOTHING
from lenet_verify.shipped import PREFIX
from lenet_verify.spec import Source

_OUTCOMES = ("holds", "deviates", "broken", "unknown", "skipped", "unchecked")


def render_markdown(
    papers: Sequence[Paper], specs: str | None = None, reports: str | None = None
) -> str:
    """A row for each model that was checked, with its claims by outcome.

    Args:
        papers: the shipped specs.
        specs, reports: the folders that have the specs and the reports, seen from the page, to
            link to them.
    """
    header = ("spec", "paper", "year", "strength", "checked on", *_OUTCOMES)
    rows = [_row(paper, one, specs, reports) for paper in papers for one in paper.judged or (None,)]
    return table(header, rows) + "\n"


def _row(
    paper: Paper, judged: Judged | None, specs: str | None, reports: str | None
) -> tuple[str, ...]:
    file = f"{specs}/{paper.name.removeprefix(PREFIX)}.yaml" if specs else None
    name = _linked(code(paper.name), file)
    title, year = _title(paper.source), str(paper.year or NOTHING)
    share = strength(paper)
    if judged is None:
        return (name, title, year, share, NOTHING, *(NOTHING for _ in _OUTCOMES))
    model = code(judged.model) if judged.model else "its own model"
    model = _linked(model, f"{reports}/{judged.report}.md" if reports else None)
    return (name, title, year, share, model, *(str(judged.claims[word]) for word in _OUTCOMES))


def _title(source: Source | None) -> str:
    if source is None:
        return NOTHING
    return _linked(
        escaped(source.title), f"https://doi.org/{source.doi}" if source.doi else source.url
    )


def _linked(text: str, target: str | None) -> str:
    return f"[{text}]({target})" if target else text
