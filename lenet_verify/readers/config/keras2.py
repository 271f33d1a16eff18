"""The dialect of Keras 2, put into that of Keras 3."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lenet_verify.readers.config.entry import Malformed

Config = Mapping[str, Any]

_RENAMED: Mapping[str, Mapping[str, str]] = {
    "InputLayer": {"batch_input_shape": "batch_shape"},
    "LeakyReLU": {"alpha": "negative_slope"},
}

_FUNCTIONS: Mapping[str, str] = {
    **dict.fromkeys(("__operators__.add", "math.add"), "Add"),
    "__operators__.getitem": "GetItem",
    **dict.fromkeys(("math.divide", "math.truediv"), "TrueDivide"),
    "math.maximum": "Maximum",
    "math.minimum": "Minimum",
    "math.multiply": "Multiply",
    "math.pow": "Power",
    "math.subtract": "Subtract",
    "math.exp": "Exp",
    "math.sqrt": "Sqrt",
    "math.square": "Square",
    "nn.elu": "Elu",
    "nn.relu": "Relu",
    "nn.relu6": "Relu6",
    "nn.selu": "Selu",
    **dict.fromkeys(("math.sigmoid", "nn.sigmoid"), "Sigmoid"),
    **dict.fromkeys(("nn.silu", "nn.swish"), "Silu"),
    **dict.fromkeys(("math.softplus", "nn.softplus"), "Softplus"),
    "nn.softsign": "Softsign",
    **dict.fromkeys(("math.tanh", "nn.tanh"), "Tanh"),
}
"""Functions of TensorFlow that Keras 2 notes by name, and the operations that compute the same."""

_PARAMETERS: Mapping[str, str] = {"slice_spec": "key", "x": "x1", "y": "x2"}


def operation_of(config: Config) -> str | None:
    """The operation of keras.ops that a function of TensorFlow is; None for any other."""
    name = config.get("function")
    known = _FUNCTIONS.get(name) if isinstance(name, str) else None
    return None if known is None else f"ops.{known}"


def as_operation(kwargs: Config) -> dict[str, Any]:
    """What a function of TensorFlow was called with, by the operation's parameters."""
    found = {_PARAMETERS.get(key, key): value for key, value in kwargs.items() if key != "name"}
    if isinstance(key := found.get("key"), list):
        found["key"] = [_slice(part) for part in key]
    return found


def _slice(part: Any) -> Any:
    """A part of a key, as Keras 3 notes it."""
    if isinstance(part, dict) and set(part) == {"start", "stop", "step"}:
        return {"class_name": "__slice__", "config": part}
    return part


_ABSENT: Mapping[str, Mapping[str, Any]] = {
    # Before it had the argument, it was as Cho et al. 2014 have it.
    "GRU": {"reset_after": False},
    "GRUCell": {"reset_after": False},
}


def in_keras_3(type_: str, config: Config) -> Config:
    """A layer's arguments as Keras 3 calls them, those of layers inside of it too.

    Args:
        type_: a class of Keras.
        config: as the file has it.

    Raises:
        Malformed: an argument stands there by both of its names.
    """
    changed: dict[str, Any] = {}
    for old, new in _RENAMED.get(type_, {}).items():
        if old in config and new in config and config[old] != config[new]:
            raise Malformed(f"{old} and {new} of a {type_} are one argument, and differ")
        if old in config:
            changed[new] = config[old]
    axis = config.get("axis")
    if type_ == "BatchNormalization" and isinstance(axis, list) and len(axis) == 1:
        changed["axis"] = axis[0]
    if "implementation" in config:  # which Keras 3 has no more
        for name, value in _ABSENT.get(type_, {}).items():
            changed.setdefault(name, config.get(name, value))
    for name in _HOLDING:
        if isinstance(inner := config.get(name), dict | list):
            changed[name] = _inside(inner)
    if not changed:
        return config
    renamed = _RENAMED.get(type_, {})
    return {**{key: v for key, v in config.items() if key not in renamed}, **changed}


_HOLDING = ("activation", "recurrent_activation", "layer", "backward_layer", "cell", "cells")
"""The arguments that may be layers."""


def _inside(value: Any) -> Any:
    if isinstance(value, list):
        return [_inside(item) for item in value]
    if not isinstance(value, dict) or not isinstance(value.get("config"), dict):
        return value
    name = value.get("class_name")
    if not isinstance(name, str):
        return value
    return {**value, "config": in_keras_3(name, value["config"])}
