"""What fails as SARIF 2.1.0, with what GitHub's code scanning asks for besides."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lenet_verify.codes import CODES, Code
from lenet_verify.renderers.annotation import Annotation, annotated
from lenet_verify.report import Report, Undecided
from lenet_verify.visible import visible

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_RULES = {name: number for number, name in enumerate(CODES)}


def render_sarif(reports: Sequence[Report], undecided: Sequence[Undecided] = ()) -> str:
    """One run, with a result for everything that fails."""
    driver: dict[str, Any] = {
        "name": "lenet-verify",
        "rules": [_rule(code) for code in CODES.values()],
    }
    if reports:
        driver["version"] = dict(reports[0].provenance.versions)["lenet-verify"]
    run = {
        "tool": {"driver": driver},
        "invocations": [
            {
                "executionSuccessful": not undecided,
                "toolExecutionNotifications": [_notification(one) for one in undecided],
            }
        ],
        "columnKind": "unicodeCodePoints",
        "results": [_result(one) for one in annotated(reports)],
    }
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2, ensure_ascii=True, allow_nan=False) + "\n"


def _rule(code: Code) -> dict[str, Any]:
    before = f"{code.about}\n\nFor example, in LeNet-5: {code.change}"
    after = f"To mend it: {code.mend}"
    return {
        "id": code.name,
        "shortDescription": {"text": f"{code.title}."},
        "fullDescription": {"text": code.about},
        "help": {
            "text": f"{before}\n\n{code.example}\n\n{after}",
            "markdown": f"{before}\n\n```\n{code.example}\n```\n\n{after}",
        },
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": ["architecture"]},
    }


def _result(one: Annotation) -> dict[str, Any]:
    layer = visible(one.finding.layer)
    return {
        "ruleId": one.finding.code,
        "ruleIndex": _RULES[one.finding.code],
        "level": "error",
        "message": _message(f"{one.layer}: {one.message}"),
        "locations": [
            {
                **_location(one.file, one.line),
                "logicalLocations": [{"name": layer, "kind": "member"}],
            }
        ],
        # GitHub knows a result by the first; the second says what it is a fingerprint of
        "partialFingerprints": {
            "primaryLocationLineHash": one.fingerprint,
            "failingFact/v1": one.fingerprint,
        },
    }


def _notification(one: Undecided) -> dict[str, Any]:
    return {
        "level": "error",
        "message": _message(f"no verdict on {one.model or 'its own model'}: {one.why}"),
        "locations": [_location(one.spec, 1)],
    }


def _location(file: str, line: int) -> dict[str, Any]:
    location = {"artifactLocation": {"uri": _uri(file)}, "region": {"startLine": line}}
    return {"physicalLocation": location}


def _uri(file: str) -> str:
    """A path as a reference: relative, as it is below the current folder."""
    path = Path(file)
    if path.is_absolute():
        return path.as_uri()
    return quote(os.fsencode(path.as_posix()))


def _message(text: str) -> Mapping[str, str]:
    """Text in which nothing is a placeholder or a link."""
    literal = visible(text, 2000).replace("{", "{{").replace("}", "}}").replace("](", "\\](")
    return {"text": literal}
