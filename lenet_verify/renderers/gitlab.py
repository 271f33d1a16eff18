"""What fails as GitLab's code quality report, a subset of Code Climate's format."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from lenet_verify.renderers.annotation import annotated
from lenet_verify.report import Report, Undecided
from lenet_verify.verdict import Outcome
from lenet_verify.visible import visible

_SEVERITY = {Outcome.BROKEN: "critical", Outcome.UNKNOWN: "major"}


def render_gitlab(reports: Sequence[Report], undecided: Sequence[Undecided] = ()) -> str:
    """A list with an issue for everything that fails."""
    issues = [
        _issue(
            f"{one.layer}: {one.message}",
            one.finding.code,
            one.fingerprint,
            _SEVERITY[one.finding.outcome],
            one.file,
            one.line,
        )
        for one in annotated(reports)
    ]
    for one in undecided:
        identity = json.dumps(["undecided", one.spec, one.model])
        fingerprint = hashlib.sha256(identity.encode()).hexdigest()[:32]
        text = f"no verdict on {one.model or 'its own model'}: {one.why}"
        issues.append(_issue(text, "undecided", fingerprint, "blocker", one.spec, 1))
    return json.dumps(issues, indent=2, ensure_ascii=True) + "\n"


def _issue(
    text: str, code: str, fingerprint: str, severity: str, file: str, line: int
) -> dict[str, Any]:
    return {
        "description": visible(text, 2000),
        "check_name": code,
        "fingerprint": fingerprint,
        "severity": severity,
        "location": {"path": visible(PurePath(file).as_posix()), "lines": {"begin": line}},
    }
