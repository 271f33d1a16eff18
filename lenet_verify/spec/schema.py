"""The JSON Schema of specs, for editors: from the same tables that the reader uses.

It finds what can be found without knowing the whole spec; which layers there are, and which
facts a layer of that class has, only the reader knows.
"""

from __future__ import annotations

import json
from typing import Any

from lenet_verify.facts import LAYER_FACTS, MODEL_FACTS, Form
from lenet_verify.notation import LARGEST_SIZE
from lenet_verify.spec.activation import SCHEMA as ACTIVATION
from lenet_verify.spec.blocks import ARGUMENT_NAME, RESERVED_ARGUMENTS
from lenet_verify.spec.claims import CLAIM_KEYS
from lenet_verify.spec.deviations import KEYS as DEVIATION_KEYS
from lenet_verify.spec.layers import DTYPES
from lenet_verify.spec.load import (
    COMPILE_KEYS,
    FORMAT,
    IMPLEMENTATIONS,
    SOURCE_KEYS,
    TOP_KEYS,
)
from lenet_verify.spec.names import RESERVED
from lenet_verify.spec.training import LARGEST_SEED, MOST_EPOCHS, TRAINING_KEYS
from lenet_verify.vocabulary import (
    ALIASES,
    ARGUMENT_FORMS,
    BASE_ARGUMENTS,
    FAMILIES,
    LAYERS,
    LOSSES,
    METRICS,
    OPTIMIZERS,
    definitions,
)
from lenet_verify.vocabulary.optimizers import DATA_SETS, DISTANCE_LOSSES, Optimizer

Schema = dict[str, Any]

_TEXT: Schema = {"type": ["string", "number"]}
_TEXTS: Schema = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]}
_SIZE: Schema = {"type": "integer", "minimum": 1, "maximum": LARGEST_SIZE}
_WHOLE = "(0|[1-9][0-9]*)"
_ONE = f"({_WHOLE}|_|None)"
_SHAPE_TEXT: Schema = {
    "type": "string",
    "pattern": rf"^\s*(scalar|({_ONE}@)?{_ONE}([x×]{_ONE})*)\s*$",
}
_SHAPE: Schema = {"anyOf": [_SIZE, _SHAPE_TEXT]}
_QUANTITY: Schema = {
    "anyOf": [
        {"type": "number"},
        {
            "type": "string",
            "pattern": rf"^\s*(<=|>=|<|>)?\s*-?{_WHOLE}(\.[0-9]+)?\s*[kKMGBT%]?\s*$",
        },
    ]
}
_ALONG_AXIS = "([1-9][0-9]*(/[1-9][0-9]*)?|_|None)"
_PER_AXIS: Schema = {
    "anyOf": [
        _SIZE,
        {"type": "string", "pattern": rf"^\s*{_ALONG_AXIS}([x×]{_ALONG_AXIS})*\s*$"},
        {"type": "string", "pattern": rf"^\s*(<=|>=|<|>)\s*-?{_WHOLE}(\.[0-9]+)?\s*[kKMGBT%]?\s*$"},
    ]
}
_CLASSES = [*LAYERS, *ALIASES]
_LAYER_NAME: Schema = {"not": {"enum": list(RESERVED)}}
_TIMES: Schema = {"type": "integer", "minimum": 1}
_REFERENCE: Schema = {"type": "string", "pattern": rf"^\${ARGUMENT_NAME}$"}

_FORMS: dict[Form, Schema] = {
    "type": {"enum": [*_CLASSES, "InputLayer"]},
    "shape": {"anyOf": [_SHAPE, {"type": "array", "items": _SHAPE, "minItems": 1}]},
    "shapes": {"type": "array", "items": _SHAPE, "minItems": 1},
    "quantity": _QUANTITY,
    "activation": ACTIVATION,
    "sizes": _PER_AXIS,
    "names": _TEXTS,
    "counts": {
        "type": "object",
        "propertyNames": {"enum": [*FAMILIES, *_CLASSES]},
        "additionalProperties": _QUANTITY,
        "minProperties": 1,
    },
    "stages": {"type": "array", "items": _PER_AXIS, "minItems": 1},
    "share": {"anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, *_QUANTITY["anyOf"][1:]]},
    "optimizer": {"enum": list(OPTIMIZERS)},
    "loss": {"enum": list(LOSSES)},
    "metrics": {
        "anyOf": [{"enum": list(METRICS)}, {"type": "array", "items": {"enum": list(METRICS)}}]
    },
}


def schema_text() -> str:
    """The schema as it is printed and shipped: a line for each part, so that diffs can be read."""
    parts = schema()
    lines = [f"{json.dumps(key)}: {_written(value, key)}" for key, value in parts.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _written(value: Any, key: str) -> str:
    if key not in ("properties", "$defs"):
        return json.dumps(value, ensure_ascii=False)
    lines = [f"  {json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in value.items()]
    return "{\n" + ",\n".join(lines) + "\n}"


def schema() -> Schema:
    """The JSON Schema (draft 2020-12) of a spec."""
    properties: dict[str, Schema] = {
        "format": {"const": FORMAT, "description": "the version of this format"},
        "title": {**_TEXT, "description": "the network's name"},
        "sources": {"type": "object", "additionalProperties": _source()},
        "input": _input(),
        "inputs": {"type": "object", "additionalProperties": _input(), "minProperties": 1},
        "layers": {
            "type": "object",
            "description": "how to build the network: Keras classes and their arguments, by the "
            "paper's names",
            "propertyNames": _LAYER_NAME,
            "additionalProperties": _layer_or_use(_layer(), _TIMES),
            "minProperties": 1,
        },
        "blocks": {
            "type": "object",
            "description": "groups of layers that are written once, and used by `block: NAME`",
            "additionalProperties": _block(),
        },
        "outputs": {**_TEXTS, "description": "the layers whose outputs leave the network"},
        "compile": _compile(),
        "training": _training(),
        "claims": {"type": "array", "items": _claim()},
        "implementations": _implementations(),
    }
    assert set(properties) == set(TOP_KEYS)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "lenet-verify spec",
        "description": "What a paper says of its network, made executable.",
        **_object(properties, required=("format", "title")),
        "anyOf": [{"required": ["layers"]}, {"required": ["claims"]}],
        "$defs": {**definitions(), **_fact_definitions()},
    }


def _object(properties: dict[str, Schema], required: tuple[str, ...] = ()) -> Schema:
    """An object of just these keys."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def _source() -> Schema:
    properties: dict[str, Schema] = dict.fromkeys(SOURCE_KEYS, _TEXT)
    properties |= {"authors": _TEXTS, "year": {"type": "integer"}}
    return _object(properties, required=("title",))


def _input() -> Schema:
    described = _object({"shape": _SHAPE, "dtype": {"enum": list(DTYPES)}}, required=("shape",))
    return {"anyOf": [_SHAPE, described], "description": "a shape such as 1@32x32"}


def _layer() -> Schema:
    inputs = {**_TEXTS, "description": "the layers that feed it; left out: the one above"}
    return {
        "$ref": "#/$defs/any-layer",
        "properties": {"inputs": inputs},
        "unevaluatedProperties": False,
    }


def _layer_or_use(layer: Schema, times: Schema) -> Schema:
    """A layer, or the use of a block, with the arguments that only the reader knows."""
    use = {
        "properties": {
            "block": {**_TEXT, "description": "the block whose layers stand here"},
            "repeat": {**times, "description": "how often, one after the other"},
            "inputs": {**_TEXTS, "description": "what feeds the block; left out: the one above"},
        },
        "not": {"required": ["type"]},
    }
    return {"type": "object", "if": {"required": ["block"]}, "then": use, "else": layer}


def _block() -> Schema:
    arguments = {
        "type": "object",
        "description": "their defaults; null for one that every use must give",
        "propertyNames": {
            "pattern": f"^{ARGUMENT_NAME}$",
            "not": {"enum": list(RESERVED_ARGUMENTS)},
        },
    }
    layers = {
        "type": "object",
        "description": "in `inputs`, `input` is what the block is fed; `$NAME` stands for the "
        "argument NAME",
        "propertyNames": _LAYER_NAME,
        "additionalProperties": _layer_or_use(_layer_of_block(), {"anyOf": [_TIMES, _REFERENCE]}),
        "minProperties": 1,
    }
    return _object({"arguments": arguments, "layers": layers}, required=("layers",))


def _layer_of_block() -> Schema:
    """A layer of which arguments may stand for any value."""
    properties: dict[str, Schema] = {
        "type": {"anyOf": [{"enum": _CLASSES}, _REFERENCE]},
        "inputs": {**_TEXTS, "description": "layers of the block, or `input`"},
    }
    inside: Schema = {"type": ["object", "array"]}  # in which arguments may stand for parts
    for name in ARGUMENT_FORMS:
        value: Schema = {"$ref": f"#/$defs/argument-{name}"}
        properties.setdefault(name, {"anyOf": [value, _REFERENCE, inside]})
    properties |= {name: {} for name in BASE_ARGUMENTS}
    return _object(properties, required=("type",))


def _compile() -> Schema:
    loss = {"enum": list(LOSSES)}
    properties: dict[str, Schema] = {
        "optimizer": {"enum": list(OPTIMIZERS)},
        "loss": {"anyOf": [loss, {"type": "array", "items": loss}]},
        "metrics": _FORMS["metrics"],
    }
    assert set(properties) == set(COMPILE_KEYS)
    return _object(properties)


def _training() -> Schema:
    whole: Schema = {"type": "integer", "minimum": 1}
    properties: dict[str, Schema] = {
        "data": {"enum": list(DATA_SETS), "description": "what it is trained and tested on"},
        "pad": {
            "anyOf": [_SIZE, {"type": "string", "pattern": "^[1-9][0-9]*([x×][1-9][0-9]*)?$"}],
            "description": "the rows and columns that images are padded to",
        },
        "scale": {
            "type": "array",
            "items": {"type": "number"},
            "minItems": 2,
            "maxItems": 2,
            "description": "what background and foreground become",
        },
        "optimizer": Optimizer().schema(),
        "loss": {"enum": [*LOSSES, *DISTANCE_LOSSES]},
        "schedule": {
            "type": "object",
            "propertyNames": {"pattern": "^[1-9][0-9]*$"},
            "additionalProperties": {"type": "number", "minimum": 0},
            "minProperties": 1,
            "description": "learning rates, by the epoch from which they hold",
        },
        "epochs": {**whole, "maximum": MOST_EPOCHS},
        "batch_size": whole,
        "validation": {
            "anyOf": [
                {"const": "test"},
                whole,
                {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
            ],
            "description": "a part or a number of the training samples, or test",
        },
        "seed": {"type": "integer", "minimum": 0, "maximum": LARGEST_SEED},
    }
    assert set(properties) == set(TRAINING_KEYS)
    return _object(properties, required=("epochs",))


def _claim() -> Schema:
    properties: dict[str, Schema] = dict.fromkeys(CLAIM_KEYS, _TEXT)
    properties["expect"] = {
        "type": "object",
        "description": "facts by layer: a name, a glob, an ordinal (`first Conv2D`), `input`, "
        "`output`, or `model`",
        "properties": {"model": _facts(_of_model())},
        "additionalProperties": _facts(_of_layer()),
        "minProperties": 1,
    }
    return {
        **_object(properties, required=("id",)),
        "oneOf": [{"required": ["expect"]}, {"required": ["unchecked"]}],
        "anyOf": [{"required": ["quote"]}, {"required": ["why"]}],
    }


def _facts(properties: dict[str, Schema]) -> Schema:
    return {**_object(properties), "minProperties": 1}


def _of_model() -> dict[str, Schema]:
    return {
        name: _described(_or_any(f"fact-{fact.form}"), fact.about)
        for name, fact in MODEL_FACTS.items()
    }


def _of_layer() -> dict[str, Schema]:
    facts = {
        name: _described(_or_any(f"fact-{fact.form}"), fact.about)
        for name, fact in LAYER_FACTS.items()
    }
    arguments = {name: _or_any(f"argument-{name}") for name in ARGUMENT_FORMS if name not in facts}
    return {**facts, **arguments, "dtype": {"type": "string"}}


def _fact_definitions() -> dict[str, Schema]:
    """The schemas of a fact's value: by its form, or for an argument by its name."""
    forms = {f"fact-{form}": schema for form, schema in _FORMS.items()}
    return forms | {f"argument-{name}": _argument(name) for name in ARGUMENT_FORMS}


def _argument(name: str) -> Schema:
    # what an argument may be depends on its layer's class, so the form by name must do
    form = ARGUMENT_FORMS[name]
    ranks = [form.schema(rank) for rank in (None, 1, 2, 3)]
    choices = [schema for i, schema in enumerate(ranks) if schema not in ranks[:i]]
    if form.numeric:
        choices.append(_QUANTITY)
    return choices[0] if len(choices) == 1 else {"anyOf": choices}


def _or_any(definition: str) -> Schema:
    """The value itself, or `{any: [...]}` of several."""
    value: Schema = {"$ref": f"#/$defs/{definition}"}
    several = _object({"any": {"type": "array", "items": value, "minItems": 1}}, ("any",))
    return {"anyOf": [value, several]}


def _described(schema: Schema, about: str) -> Schema:
    return {**schema, "description": about}


def _implementations() -> Schema:
    properties: dict[str, Schema] = dict.fromkeys(DEVIATION_KEYS, _TEXT)
    properties["accept"] = {}
    deviations = {"type": "array", "items": _object(properties, required=DEVIATION_KEYS)}
    described = _object({"deviations": deviations})
    return {
        "type": "object",
        "propertyNames": {"enum": list(IMPLEMENTATIONS)},
        "additionalProperties": {"anyOf": [{"type": "null"}, described]},
    }
