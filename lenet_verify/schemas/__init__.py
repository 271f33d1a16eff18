"""The JSON Schemas (draft 2020-12) of what the commands print as JSON, as `docs/json.md` tells it.

Keys may be added within a number, so objects may have others than these. `docs/refresh.py` writes
each to a file of its own, for tools that want one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from lenet_verify.schemas.architecture import architecture, architectures
from lenet_verify.schemas.diff import diff
from lenet_verify.schemas.papers import papers
from lenet_verify.schemas.parts import Schema
from lenet_verify.schemas.reports import reports
from lenet_verify.schemas.run import run
from lenet_verify.schemas.strength import strength
from lenet_verify.schemas.verdict import verdict, verdicts

OUTPUTS: Mapping[str, Callable[[], Schema]] = {
    "architecture-1": architecture,
    "architectures-1": architectures,
    "diff-1": diff,
    "papers-1": papers,
    "reports-1": reports,
    "run-1": run,
    "strength-1": strength,
    "verdict-1": verdict,
    "verdicts-1": verdicts,
}
"""By what follows `lenet-verify/` in their key `schema`."""


def schema_of(name: str) -> Schema:
    """The schema of the output of that name, whole in itself."""
    about = OUTPUTS[name]()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:lenet-verify:{name}",
        "title": f"lenet-verify/{name}",
        **about,
    }


def schema_text(name: str) -> str:
    """The schema as it is printed and shipped."""
    return json.dumps(schema_of(name), indent=1, ensure_ascii=False) + "\n"
