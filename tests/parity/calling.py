"""Keras's layers and functions, made and called as a case says."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from typing import Any

from lenet_verify.builder import ONE_BY_ONE
from lenet_verify.framework import import_keras
from lenet_verify.vocabulary import LAYERS
from tests.classes import class_of

keras = import_keras()

from keras.src.applications import convnext, inception_resnet_v2  # noqa: E402


def layer_of(type_: str, arguments: Mapping[str, Any]) -> Any:
    ready = {key: _inner(value) for key, value in arguments.items()}
    return _class(type_)(**ready)


def _class(type_: str) -> Any:
    return class_of(type_) or getattr(_OF_APPLICATIONS[type_], type_)


_OF_APPLICATIONS: Mapping[str, Any] = {
    "CustomScaleLayer": inception_resnet_v2,
    "LayerScale": convnext,
    "StochasticDepth": convnext,
}
"""Where keras.applications defines layers of its own."""


def _inner(value: Any) -> Any:
    """A value with the layers in it made."""
    if isinstance(value, dict) and "type" in value:
        return layer_of(value["type"], {key: v for key, v in value.items() if key != "type"})
    if isinstance(value, list):
        return [_inner(item) for item in value]
    return value


def called(type_: str, layer: Any, inputs: list[Any]) -> Any:
    """What comes out of a layer, called the way it takes several inputs."""
    family = LAYERS[type_].family if type_ in LAYERS else ""
    if family == "merging":
        return layer(inputs)
    if len(inputs) == 1:
        return layer(inputs[0])
    if type_.endswith(("Cell", "Cells")):
        return layer(inputs[0], inputs[1:])
    if family == "recurrent" or type_ == "Bidirectional":
        return layer(inputs[0], initial_state=inputs[1:])
    return layer(*inputs) if type_ in ONE_BY_ONE else layer(inputs)


_FUNCTIONS: Mapping[str, Any] = {
    "BatchNorm": keras.ops.batch_normalization,
    "GetItem": lambda x, key: x[key],
    "HSVToRGB": keras.ops.image.hsv_to_rgb,
    "IsIn": keras.ops.isin,
    "LayerNorm": keras.ops.layer_normalization,
    "RGBToGrayscale": keras.ops.image.rgb_to_grayscale,
    "RGBToHSV": keras.ops.image.rgb_to_hsv,
    "RMSNorm": keras.ops.rms_normalization,
    "ReLU": keras.activations.relu,
}
"""By operation, the function that makes it, where its name is not the class's in snake case."""

_TAKE_LISTS = ("Concatenate", "Dstack", "FFT", "FFT2", "Hstack", "IFFT2", "Stack")


def operated(type_: str, inputs: list[Any], arguments: Mapping[str, Any]) -> Any:
    """What a function of keras.ops makes of tensors."""
    name = type_.removeprefix("ops.")
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    home = keras.ops if hasattr(keras.ops, snake) else keras.ops.image
    function = _FUNCTIONS.get(name) or getattr(home, snake)
    parameters = inspect.signature(function).parameters
    if name in _TAKE_LISTS:
        return function(inputs, **arguments)
    if any(it.kind is it.VAR_POSITIONAL for it in parameters.values()):
        return function(*arguments.values(), *inputs)
    free = [key for key in parameters if key not in arguments]
    if len(inputs) > len(free):
        raise TypeError(f"{name} takes no {len(inputs)} tensors")
    return function(**dict(zip(free, inputs, strict=False)), **arguments)
