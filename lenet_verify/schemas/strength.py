"""What `strength --format json` prints."""

from __future__ import annotations

from lenet_verify.schemas.parts import (
    ANYTHING,
    COUNT,
    TEXT,
    Schema,
    by_name,
    document,
    list_of,
    or_null,
    record,
)

SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 100}
_TALLY: Schema = dict.fromkeys(("edits", "noticed", "by_claims", "by_quotes"), COUNT)


def strength() -> Schema:
    """What a spec notices."""
    claim = record({"layer": TEXT, "fact": TEXT, "expected": ANYTHING})
    survivor = record(
        {
            "layer": TEXT,
            "kind": TEXT,
            "edit": TEXT,
            "old": ANYTHING,
            "new": ANYTHING,
            "claim": or_null(claim),
        }
    )
    facts = by_name({"type": "object"})
    return document(
        "strength-1",
        {
            "spec": TEXT,
            "title": TEXT,
            **_TALLY,
            **dict.fromkeys(("score", "score_of_claims", "score_of_quotes"), SHARE),
            "sampled": COUNT,
            "sampled_from": COUNT,
            "not_counted": record({"same": COUNT, "no_network": COUNT}),
            "kinds": list_of(record({"kind": TEXT, **_TALLY})),
            "layers": list_of(record({"layer": TEXT, **_TALLY})),
            "survivors": list_of(survivor),
            "proposals": list_of(record({"id": TEXT, "why": TEXT, "expect": facts})),
            "set_aside": list_of(record({"claim": TEXT, "layer": TEXT, "fact": TEXT})),
        },
    )
