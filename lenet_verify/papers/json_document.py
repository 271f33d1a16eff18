"""The shipped specs as JSON. Keys are added, never renamed (`docs/json.md`)."""

from __future__ import annotations

import json
from collections.abc import Sequence

from lenet_verify.papers.listing import Paper

SCHEMA = "lenet-verify/papers-1"


def render_json(papers: Sequence[Paper]) -> str:
    """All of them."""
    document = {"schema": SCHEMA, "papers": [_told(paper) for paper in papers]}
    return json.dumps(document, indent=2) + "\n"


def _told(paper: Paper) -> dict[str, object]:
    source = paper.source
    return {
        "name": paper.name,
        "title": paper.spec.title,
        "paper": source.title if source else None,
        "authors": list(source.authors) if source else [],
        "year": paper.year,
        "doi": source.doi if source else None,
        "claims": len(paper.spec.claims),
        "strength": paper.strength and vars(paper.strength),
        "verdicts": [
            {
                "model": one.model,
                "holds": one.holds,
                "counts": dict(one.facts),
                "claims": dict(one.claims),
            }
            for one in paper.judged
        ],
    }
