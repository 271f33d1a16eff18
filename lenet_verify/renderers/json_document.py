"""The verdict as JSON, for other programs. Keys are added, never renamed (`docs/json.md`)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from lenet_verify.report import Report
from lenet_verify.verdict import Finding, Verdict

ONE = "lenet-verify/verdict-1"
SEVERAL = "lenet-verify/verdicts-1"


def render_json(reports: Sequence[Report]) -> str:
    """One verdict, or several as a list."""
    documents = [verdict_document(report.verdict) for report in reports]
    whole = documents[0] if len(documents) == 1 else {"schema": SEVERAL, "verdicts": documents}
    # lone surrogates and controls become escapes, so that any parser can read it
    return json.dumps(whole, indent=2, ensure_ascii=True, allow_nan=False) + "\n"


def verdict_document(verdict: Verdict) -> dict[str, Any]:
    """A verdict as plain JSON values."""
    return {
        "schema": ONE,
        "spec": verdict.spec,
        "model": verdict.model,
        "holds": verdict.holds,
        "counts": verdict.counts,
        "findings": [_finding(finding) for finding in verdict.findings],
        "alignment": [
            {"layer": pair.layer, "model_layers": list(pair.model_layers), "by": pair.by}
            for pair in verdict.alignment
        ],
        "causes": [],
        "unchecked": list(verdict.unchecked),
        "warnings": list(verdict.warnings),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {**vars(finding), "outcome": finding.outcome.value}
