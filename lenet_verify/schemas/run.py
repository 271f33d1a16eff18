"""What a training run leaves behind, and what a verdict says of it."""

from __future__ import annotations

from lenet_verify.schemas.parts import (
    COUNT,
    TEXT,
    TEXT_OR_NULL,
    Schema,
    by_name,
    document,
    list_of,
    record,
)

_SHA256: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
_SHARE_OR_NULL: Schema = {"type": ["number", "null"], "minimum": 0, "maximum": 1}


def run() -> Schema:
    """The record of a run."""
    return document(
        "run-1",
        {
            "spec": TEXT,
            "title": TEXT,
            **dict.fromkeys(("spec_sha256", "network_sha256"), _SHA256),
            "training": _training(),
            "model": TEXT,
            "model_sha256": _SHA256,
            "data": _data(),
            "versions": by_name(TEXT),
            "epochs": COUNT,
            "history": list_of(by_name({"type": ["number", "null"]})),
            "results": _results(),
        },
    )


def evidence() -> Schema:
    """The run that claims of behaviour were judged by."""
    return record(
        {
            "file": TEXT,
            "stale": TEXT_OR_NULL,
            "data": _data(),
            "epochs": COUNT,
            "seed": COUNT,
            "results": _results(),
            "model": TEXT,
            "model_sha256": _SHA256,
            "versions": by_name(TEXT),
        }
    )


def _training() -> Schema:
    number: Schema = {"type": "number"}
    return record(
        {
            "data": TEXT_OR_NULL,
            "pad": {"type": ["array", "null"], "items": COUNT},
            "scale": list_of(number),
            "optimizer": {"type": ["object", "null"]},
            "loss": {"type": ["string", "array", "null"]},
            "schedule": list_of(list_of(number)),
            "epochs": COUNT,
            "batch_size": COUNT,
            "validation": {"type": ["number", "string", "null"]},
            "seed": COUNT,
        },
        {"samples": COUNT},
    )


def _data() -> Schema:
    counts = dict.fromkeys(("train", "validation", "test"), COUNT)
    return record({"name": TEXT, "sha256": _SHA256, **counts})


def _results() -> Schema:
    return record(
        {
            **dict.fromkeys(("test_accuracy", "test_error"), _SHARE),
            **dict.fromkeys(("train_accuracy", "train_error"), _SHARE_OR_NULL),
        }
    )
