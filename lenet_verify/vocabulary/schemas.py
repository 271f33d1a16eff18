"""JSON Schema of layers and of Keras's small objects, to which the forms' schemas refer."""

from __future__ import annotations

from lenet_verify.vocabulary.classes import BASE_ARGUMENTS, LAYERS, LayerClass
from lenet_verify.vocabulary.forms import Schema
from lenet_verify.vocabulary.layers import ALIASES, REQUIRED
from lenet_verify.vocabulary.nested import RECURRENT_CELL, RECURRENT_LAYER
from lenet_verify.vocabulary.objects import CLASS_OF, OBJECTS


def definitions() -> dict[str, Schema]:
    """What belongs under `$defs` of a schema that uses `Form.schema`.

    One for each class of LAYERS, by its name, open to further keys (a spec's `inputs`);
    `any-layer`, which chooses among them by `type` and is open too; `layer`, `recurrent-layer`
    and `recurrent-cell`, which are closed; `initializer`, `regularizer`, `constraint`.
    """
    found: dict[str, Schema] = {kind: _object_schema(kind) for kind in OBJECTS}
    found["any-layer"] = _choice(tuple(LAYERS))
    found["layer"] = {"$ref": "#/$defs/any-layer", "unevaluatedProperties": False}
    for form in (RECURRENT_LAYER, RECURRENT_CELL):
        found[form.definition] = _choice(form.types) | {"unevaluatedProperties": False}
    return found | {name: layer_schema(layer) for name, layer in LAYERS.items()}


def layer_schema(layer: LayerClass) -> Schema:
    """The schema of one class's mapping, open to further keys."""
    arguments = {**layer.arguments, **BASE_ARGUMENTS}
    required = [name for name, it in layer.arguments.items() if it.default is REQUIRED]
    properties = {name: it.form.schema(layer.rank) for name, it in arguments.items()}
    return {
        "type": "object",
        "properties": {"type": {"enum": _names(layer.name)}} | properties,
        "required": ["type", *required],
    }


def _names(class_name: str) -> list[str]:
    return [class_name, *(alias for alias, name in ALIASES.items() if name == class_name)]


def _choice(types: tuple[str, ...]) -> Schema:
    """An object whose `type` decides what else it has."""
    return {
        "type": "object",
        "required": ["type"],
        "properties": {"type": {"enum": [name for it in types for name in _names(it)]}},
        "allOf": [
            {
                "if": {"properties": {"type": {"enum": _names(name)}}},
                "then": {"$ref": f"#/$defs/{name}"},
            }
            for name in types
        ],
    }


def _object_schema(kind: str) -> Schema:
    """A name, or an object of one of the classes of this kind."""
    forms: list[Schema] = [{"enum": list(CLASS_OF[kind])}]
    for class_name, it in OBJECTS[kind].items():
        properties = {name: form.schema() for name, (form, _) in it.arguments.items()}
        forms.append(
            {
                "type": "object",
                "properties": {"type": {"enum": [class_name, *it.names]}} | properties,
                "required": ["type"],
                "additionalProperties": False,
            }
        )
    return {"anyOf": forms}
