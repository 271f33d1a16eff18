"""The verdict as JSON, for other programs. Keys are added, never renamed (`docs/json.md`)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from lenet_verify.causes import Cause, Causes
from lenet_verify.evidence import Evidence
from lenet_verify.renderers.training import training_document
from lenet_verify.report import Report
from lenet_verify.verdict import Finding, Verdict

ONE = "lenet-verify/verdict-1"
SEVERAL = "lenet-verify/verdicts-1"


def render_json(reports: Sequence[Report]) -> str:
    """One verdict, or several as a list."""
    documents = [
        verdict_document(report.verdict, report.causes, report.evidence) for report in reports
    ]
    whole = documents[0] if len(documents) == 1 else {"schema": SEVERAL, "verdicts": documents}
    # lone surrogates and controls become escapes, so that any parser can read it
    return json.dumps(whole, indent=2, ensure_ascii=True, allow_nan=False) + "\n"


def verdict_document(
    verdict: Verdict, causes: Causes | None = None, evidence: Evidence | None = None
) -> dict[str, Any]:
    """A verdict as plain JSON values, with its causes if they are known, and the training run that
    it rests on."""
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
        "causes": [] if causes is None else [_cause(one, causes, verdict) for one in causes],
        "explanation": _explanation(causes, verdict) if causes is not None else None,
        "unchecked": list(verdict.unchecked),
        "warnings": list(verdict.warnings),
        "run": None if evidence is None else training_document(evidence),
    }


def _cause(cause: Cause, causes: Causes, verdict: Verdict) -> dict[str, Any]:
    told = {key: value for key, value in vars(cause).items() if key != "findings"}
    counts = {"mends": cause.mends, "of": len(causes.failing)}
    return {**told, **counts, "findings": _places(cause.findings, verdict)}


def _explanation(causes: Causes, verdict: Verdict) -> dict[str, Any]:
    return {
        "edits": len(causes),
        "mended": causes.mended,
        "of": len(causes.failing),
        "fewest": causes.fewest,
        "unmended": _places(causes.unmended, verdict),
        "breaks": [_finding(one) for one in causes.breaks],
        "why": causes.why,
        "mistakes": list(causes.mistakes),
    }


def _places(findings: Sequence[Finding], verdict: Verdict) -> list[int]:
    """Where findings stand among all, counted from 0."""
    wanted = {id(one) for one in findings}
    return [number for number, one in enumerate(verdict.findings) if id(one) in wanted]


def _finding(finding: Finding) -> dict[str, Any]:
    return {**vars(finding), "outcome": finding.outcome.value}
