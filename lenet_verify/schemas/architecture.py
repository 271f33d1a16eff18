"""What `show --format json` prints."""

from __future__ import annotations

from lenet_verify.schemas.parts import (
    COUNT,
    COUNT_OR_NULL,
    FLAG,
    TEXT,
    TEXT_OR_NULL,
    Schema,
    by_name,
    document,
    list_of,
    or_null,
    record,
    ref,
)

_SIZES = list_of(COUNT_OR_NULL)
_COUNTS: Schema = dict.fromkeys(
    ("params", "trainable", "non_trainable", "macs", "connections"), COUNT_OR_NULL
)
_OUTPUT: Schema = {
    "output": {"anyOf": [TEXT_OR_NULL, list_of(TEXT)]},
    "output_shape": {"anyOf": [{"type": "null"}, _SIZES, list_of(_SIZES)]},
}
_REASONS: Schema = {"unknown": by_name(TEXT)}


def architecture() -> Schema:
    """One model."""
    return {**_architecture(), "$defs": layer_parts()}


def architectures() -> Schema:
    """Several, in one run."""
    whole = document("architectures-1", {"architectures": list_of(ref("architecture"))})
    return {**whole, "$defs": {"architecture": _architecture(), **layer_parts()}}


def layer_parts() -> Schema:
    """A layer, and what it consists of."""
    source = record({"layer": TEXT, "call": COUNT, "output": COUNT}, {"argument": TEXT})
    layer = record(
        {
            "name": TEXT,
            "type": TEXT,
            "inputs": or_null(list_of(TEXT)),
            **_OUTPUT,
            **_COUNTS,
            "activation": TEXT_OR_NULL,
            "config": {"type": ["object", "null"]},
        },
        {
            "layers": list_of(ref("layer")),
            "outputs": list_of(TEXT),
            "ends": list_of(ref("source")),
            "calls": list_of(list_of(TEXT)),
            "details": list_of(ref("call")),
            "reaches_output": FLAG,
            "declared": by_name(TEXT),
            "function": TEXT,
            **_REASONS,
        },
    )
    call = record({"inputs": list_of(ref("source")), **_OUTPUT})
    return {"layer": layer, "call": call, "source": source}


def _architecture() -> Schema:
    return document(
        "architecture-1",
        {
            "model": TEXT,
            "title": TEXT,
            "inputs": list_of(TEXT),
            "outputs": list_of(TEXT),
            "layers": list_of(ref("layer")),
            **_COUNTS,
        },
        {"ends": list_of(ref("source")), **_REASONS},
    )
