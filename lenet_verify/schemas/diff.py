"""What `diff --format json` prints."""

from __future__ import annotations

from lenet_verify.schemas.architecture import layer_parts
from lenet_verify.schemas.parts import (
    ANYTHING,
    COUNT,
    FLAG,
    TEXT,
    TEXT_OR_NULL,
    Schema,
    document,
    list_of,
    record,
    ref,
)

_KINDS = ("added", "removed", "changed", "unknown", "affected", "renamed", "same")


def diff() -> Schema:
    """A difference."""
    model = record({"model": TEXT, "title": TEXT})
    changes, unknown = list_of(ref("change")), list_of(ref("unknown"))
    whole = document(
        "diff-1",
        {
            "old": model,
            "new": model,
            "same": FLAG,
            "counts": record(dict.fromkeys(_KINDS, COUNT)),
            "layers": list_of(ref("difference")),
            "model": changes,
            "compiled": changes,
            "unknown": unknown,
            "totals": changes,
        },
    )
    # a layer without a partner is told in full, others by name
    side: Schema = {"anyOf": [{"type": "null"}, ref("alone"), ref("named")]}
    difference = record(
        {
            "kind": {"enum": [kind for kind in _KINDS if kind != "same"]},
            "old": side,
            "new": side,
            "causes": changes,
            "effects": changes,
            "unknown": unknown,
        }
    )
    layer = layer_parts()["layer"]
    properties = {**layer["properties"], "readers": list_of(TEXT)}
    parts = {
        "difference": difference,
        "named": record({"name": TEXT, "type": TEXT}),
        "alone": {
            **layer,
            "properties": properties,
            "required": [*layer["required"], "readers"],
        },
        "change": record({"fact": TEXT, "old": ANYTHING, "new": ANYTHING}),
        "unknown": record({"fact": TEXT, "old": TEXT_OR_NULL, "new": TEXT_OR_NULL}),
        **layer_parts(),
    }
    return {**whole, "$defs": parts}
