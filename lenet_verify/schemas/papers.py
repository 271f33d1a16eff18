"""What `papers --format json` prints."""

from __future__ import annotations

from lenet_verify.schemas.parts import (
    COUNT,
    COUNT_OR_NULL,
    FLAG,
    TEXT,
    TEXT_OR_NULL,
    Schema,
    document,
    list_of,
    or_null,
    record,
)
from lenet_verify.schemas.reports import COUNTS
from lenet_verify.schemas.strength import SHARE


def papers() -> Schema:
    """The specs that ship with the package."""
    verdict = record({"model": TEXT_OR_NULL, "holds": FLAG, "counts": COUNTS, "claims": COUNTS})
    strength = record({"score": SHARE, "edits": COUNT, "sampled": COUNT, "sampled_from": COUNT})
    paper = record(
        {
            "name": TEXT,
            "title": TEXT,
            "paper": TEXT_OR_NULL,
            "authors": list_of(TEXT),
            "year": COUNT_OR_NULL,
            "doi": TEXT_OR_NULL,
            "claims": COUNT,
            "strength": or_null(strength),
            "verdicts": list_of(verdict),
        }
    )
    return document("papers-1", {"papers": list_of(paper)})
