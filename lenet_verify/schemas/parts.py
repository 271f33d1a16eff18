"""What the schemas are put together from."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
FLAG: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
COUNT_OR_NULL: Schema = {"type": ["integer", "null"], "minimum": 0}
ANYTHING: Schema = {}
"""A value in the notation of specs: a number, text, a list, an object; null if there is none."""


def ref(name: str) -> Schema:
    """A part that stands under `$defs`."""
    return {"$ref": f"#/$defs/{name}"}


def or_null(schema: Schema) -> Schema:
    """That, or nothing."""
    return {"anyOf": [schema, {"type": "null"}]}


def list_of(items: Schema) -> Schema:
    """A list of such."""
    return {"type": "array", "items": items}


def by_name(values: Schema) -> Schema:
    """An object of such."""
    return {"type": "object", "additionalProperties": values}


def record(required: Schema, optional: Schema | None = None) -> Schema:
    """An object of these keys; within a schema's number it may get more."""
    properties = {**required, **(optional or {})}
    return {"type": "object", "required": list(required), "properties": properties}


def document(name: str, required: Schema, optional: Schema | None = None) -> Schema:
    """A whole output."""
    return record({"schema": {"const": f"lenet-verify/{name}"}, **required}, optional)
