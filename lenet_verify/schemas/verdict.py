"""What `check --format json` prints."""

from __future__ import annotations

from lenet_verify.schemas.parts import (
    ANYTHING,
    COUNT,
    FLAG,
    TEXT,
    TEXT_OR_NULL,
    Schema,
    document,
    list_of,
    or_null,
    record,
    ref,
)
from lenet_verify.schemas.run import evidence
from lenet_verify.verdict import Outcome

_OUTCOMES = [outcome.value for outcome in Outcome]
_LINE: Schema = {"type": ["integer", "null"], "minimum": 1}


def verdict() -> Schema:
    """One verdict."""
    return {**_verdict(), "$defs": _parts()}


def verdicts() -> Schema:
    """Several, in one run."""
    whole = document("verdicts-1", {"verdicts": list_of(ref("verdict"))})
    return {**whole, "$defs": {"verdict": _verdict(), **_parts()}}


def _verdict() -> Schema:
    return document(
        "verdict-1",
        {
            "spec": TEXT,
            "model": TEXT_OR_NULL,
            "holds": FLAG,
            "counts": record(dict.fromkeys([*_OUTCOMES, "unchecked"], COUNT)),
            "findings": list_of(ref("finding")),
            "alignment": list_of(ref("pairing")),
            "causes": list_of(ref("cause")),
            "explanation": or_null(ref("explanation")),
            "unchecked": list_of(TEXT),
            "warnings": list_of(TEXT),
            "run": or_null(ref("run")),
        },
    )


def _parts() -> Schema:
    finding = record(
        {
            "code": TEXT,
            "outcome": {"enum": _OUTCOMES},
            "claim": TEXT_OR_NULL,
            "layer": TEXT,
            "fact": TEXT,
            "expected": ANYTHING,
            "observed": ANYTHING,
            "reason": TEXT_OR_NULL,
            "rule": TEXT_OR_NULL,
            "model_layer": TEXT_OR_NULL,
            "model_type": TEXT_OR_NULL,
            "file": TEXT_OR_NULL,
            "line": _LINE,
        }
    )
    by: Schema = {"enum": ["name", "order", "position", "none"]}
    cause = record(
        {
            "layer": TEXT_OR_NULL,
            "model_layer": TEXT_OR_NULL,
            "edit": TEXT,
            "mends": COUNT,
            "of": COUNT,
            "kind": TEXT,
            "old": ANYTHING,
            "new": ANYTHING,
            "hint": TEXT,
            "findings": list_of(COUNT),
            "keeps": COUNT,
        }
    )
    explanation = record(
        {
            "edits": COUNT,
            "mended": COUNT,
            "of": COUNT,
            "fewest": FLAG,
            "unmended": list_of(COUNT),
            "breaks": list_of(ref("finding")),
            "why": TEXT_OR_NULL,
            "mistakes": list_of(TEXT),
        }
    )
    return {
        "finding": finding,
        "pairing": record({"layer": TEXT, "model_layers": list_of(TEXT), "by": by}),
        "cause": cause,
        "explanation": explanation,
        "run": evidence(),
    }
