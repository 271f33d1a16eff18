"""An edit in Keras terms, to be copied into the code that makes the model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from lenet_verify.architecture import Layer, Shape
from lenet_verify.edits import (
    Activation,
    Argument,
    Delete,
    Edit,
    Input,
    Insert,
    Rewire,
    Swap,
    Type,
)
from lenet_verify.spec.activation import NAMES
from lenet_verify.vocabulary import LAYERS, REQUIRED, complete


def hint(edit: Edit, layer: Layer | None) -> str:
    """A line that says what to write: `conv2d: Conv2D(padding="valid")  # was "same"`.

    Args:
        edit: an edit.
        layer: the layer that it is made to, as it is before.
    """
    name = "/".join((*edit.within, edit.layer))
    type_ = layer.type if layer is not None else "Layer"
    if isinstance(edit, Argument):
        told = {edit.argument: edit.new, **edit.along}
        return f"{name}: {_call(type_, told)}  # was {_python(edit.old)}"
    if isinstance(edit, Activation) and _is_formula(edit.new):
        return f"{name}: {type_}(activation=lambda x: {edit.new})  # was {_python(edit.old)}"
    if isinstance(edit, Activation):
        if layer is not None and "activation" not in layer.config:
            return f"{name}: {_call('Activation', {'': edit.new})}  # was {type_}"
        new = None if edit.new == "linear" else edit.new
        return f"{name}: {_call(type_, {'activation': new})}  # was {_python(edit.old)}"
    if isinstance(edit, Type):
        return f"{name}: {_made(edit.new, edit.arguments)}  # was {edit.old}"
    if isinstance(edit, Input):
        return f"{name}: Input({_sizes(edit.new)})  # was {_sizes(edit.old)}"
    if isinstance(edit, Insert):
        reader = f", before {edit.reader}" if edit.reader else ""
        beside = ", ".join(source.layer for source in edit.reads)
        reads = f", on [{beside}]" if edit.reads else ""
        new = edit.new
        made = _made(new.type, new.config)
        return f"+ {new.name}: {made}  # after {name}{reader}{reads}"
    if isinstance(edit, Delete):
        return f"- {name}: {_made(edit.old.type, edit.old.config)}"
    if isinstance(edit, Swap):
        return f"{edit.other}, {name}  # in this order; was {name}, {edit.other}"
    if isinstance(edit, Rewire):
        return f"{name}: {type_}(…)({edit.new.layer})  # was ({edit.old.layer})"
    return f"{name}: {edit.text}"


def _is_formula(activation: str) -> bool:
    """Whether an activation is told by a formula, for want of a name."""
    return activation.partition("(")[0] not in NAMES


def _made(type_: str, config: Mapping[str, Any]) -> str:
    """The call that makes a layer, with what Keras would not do of itself."""
    if type_ not in LAYERS:
        return f"{type_}(…)"
    given: dict[str, Any] = {}
    for name, argument in LAYERS[type_].arguments.items():
        if name not in config:
            continue
        usual = argument.default is not REQUIRED and complete(type_, given).get(name)
        if argument.default is REQUIRED or usual != config[name]:
            given[name] = config[name]
    return _call(type_, given)


def _call(type_: str, arguments: Mapping[str, Any]) -> str:
    told = (
        f"{name}={_python(value)}" if name else _python(value) for name, value in arguments.items()
    )
    return f"{type_}({', '.join(told)})"


def _sizes(shape: Shape) -> str:
    return repr(shape.sizes)


def _python(value: Any) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, tuple | list):
        if len(value) > 1 and all(type(item) is int and item == value[0] for item in value):
            return repr(value[0])
        return f"({', '.join(map(_python, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, Mapping):
        kind = value.get("custom") or value.get("type", "…")
        return f"{kind}(…)"
    return repr(value)
