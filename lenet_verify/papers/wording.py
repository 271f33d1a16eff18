"""How a shipped spec's last verdicts are said."""

from __future__ import annotations

from lenet_verify.papers.listing import Judged, Paper
from lenet_verify.renderers.wording import NOTHING, verdict_mark


def verdicts(paper: Paper) -> list[str]:
    """A line for each model that was checked."""
    lines = [f"{verdict_mark(one.holds)} {_said(one)}{_model(one)}" for one in paper.judged]
    return lines or [NOTHING]


def strength(paper: Paper) -> str:
    """The share of edits that it notices; nothing where there is nothing to edit."""
    found = paper.strength
    if found is None:
        return NOTHING
    return f"{'about ' if found.sampled < found.sampled_from else ''}{found.score:g} %"


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
