"""How a shipped spec's last verdicts are said."""

from __future__ import annotations

from lenet_verify.papers.listing import Judged, Paper
from lenet_verify.renderers.wording import MARKS, NOTHING
from lenet_verify.verdict import Outcome


def verdicts(paper: Paper) -> list[str]:
    """A line for each model that was checked."""
    return [f"{_mark(one)} {_said(one)}{_model(one)}" for one in paper.judged] or [NOTHING]


def strength(paper: Paper) -> str:
    """The share of edits that it notices; nothing where there is nothing to edit."""
    found = paper.strength
    if found is None:
        return NOTHING
    return f"{'about ' if found.sampled < found.sampled_from else ''}{found.score:g} %"


def _mark(judged: Judged) -> str:
    return MARKS[Outcome.HOLDS if judged.holds else Outcome.BROKEN]


def _said(judged: Judged) -> str:
    claims = judged.claims
    total = sum(claims.values()) - claims["unchecked"]
    if claims["holds"] == total:
        return f"all {total} hold"
    parts = [f"{claims['holds']} of {total} hold"]
    deviate = "deviates" if claims["deviates"] == 1 else "deviate"
    for word, said in (
        ("deviates", deviate),
        *((word, word) for word in ("broken", "unknown", "skipped")),
    ):
        parts += [f"{claims[word]} {said}"] if claims[word] else []
    return ", ".join(parts)


def _model(judged: Judged) -> str:
    return f" ({judged.model})" if judged.model else ""
