"""What `report` writes as `index.json`."""

from __future__ import annotations

from lenet_verify.schemas.parts import (
    COUNT,
    FLAG,
    TEXT,
    TEXT_OR_NULL,
    Schema,
    document,
    list_of,
    record,
)
from lenet_verify.verdict import Outcome

COUNTS = record(dict.fromkeys([*(outcome.value for outcome in Outcome), "unchecked"], COUNT))
"""How many have each outcome."""


def reports() -> Schema:
    """The reports of a folder."""
    report = record(
        {
            "name": TEXT,
            "title": TEXT,
            "spec": TEXT,
            "sha256": TEXT,
            "model": TEXT_OR_NULL,
            "holds": FLAG,
            "counts": COUNTS,
            "claims": COUNTS,
            "figure": TEXT,
        }
    )
    return document("reports-1", {"reports": list_of(report)})
