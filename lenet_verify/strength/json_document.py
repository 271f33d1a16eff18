"""A spec's strength as JSON, for other programs. Keys are added, never renamed (`docs/json.md`)."""

from __future__ import annotations

import json
from typing import Any

from lenet_verify.architecture import Layer, Shape, Source
from lenet_verify.show.json_document import plain_config
from lenet_verify.strength.measured import Fate, Proposal, Strength, Survivor, Tally, share

SCHEMA = "lenet-verify/strength-1"


def render_json(strength: Strength) -> str:
    """A spec's strength.

    Args:
        strength: what became of every edit.
    """
    whole = document(strength)
    return json.dumps(whole, indent=2, ensure_ascii=True, allow_nan=False) + "\n"


def document(strength: Strength) -> dict[str, Any]:
    """A spec's strength as plain JSON values."""
    total = strength.total
    return {
        "schema": SCHEMA,
        "spec": strength.spec,
        "title": strength.title,
        **_tally(total),
        "score": _score(total.noticed, total.edits),
        "score_of_claims": _score(total.claimed, total.edits),
        "score_of_quotes": _score(total.quoted, total.edits),
        "sampled": len(strength.edits),
        "sampled_from": strength.sampled_from,
        "not_counted": {
            "same": strength.count(Fate.SAME),
            "no_network": strength.count(Fate.NO_NETWORK),
        },
        "kinds": [{"kind": kind, **_tally(one)} for kind, one in strength.by_kind.items()],
        "layers": [{"layer": name, **_tally(one)} for name, one in strength.by_layer.items()],
        "survivors": [_survivor(one) for one in strength.survivors],
        "proposals": [_proposal(one) for one in strength.proposals],
        "set_aside": [
            {"claim": one.claim, "layer": one.layer, "fact": one.fact} for one in strength.aside
        ],
    }


def _tally(tally: Tally) -> dict[str, int]:
    return {
        "edits": tally.edits,
        "noticed": tally.noticed,
        "by_claims": tally.claimed,
        "by_quotes": tally.quoted,
    }


def _score(part: int, whole: int) -> float:
    """A percentage, rounded down: 100 is all of them."""
    return int(100 * share(part, whole)) / 100


def _survivor(survivor: Survivor) -> dict[str, Any]:
    edit, catch = survivor.edit, survivor.catch
    claim = catch and {"layer": catch.layer, "fact": catch.fact, "expected": catch.expected}
    return {
        "layer": edit.layer,
        "kind": edit.kind,
        "edit": edit.text,
        "old": _value(edit.old),
        "new": _value(edit.new),
        "claim": claim,
    }


def _value(value: Any) -> Any:
    if isinstance(value, Layer):
        return value.type
    if isinstance(value, Source):
        return value.layer
    return str(value) if isinstance(value, Shape) else plain_config(value)


def _proposal(proposal: Proposal) -> dict[str, Any]:
    expect = {layer: dict(facts) for layer, facts in proposal.expect.items()}
    return {"id": proposal.id, "why": proposal.why, "expect": expect}
