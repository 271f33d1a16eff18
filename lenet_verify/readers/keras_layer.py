"""One Keras layer, or one node of keras.ops: its type, its arguments, the function it applies.

A type is known only by being the very class that Keras exports, a function only by being the
very function: somebody's own `Conv2D` or `tanh` may compute anything.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import FunctionType
from typing import Any

from lenet_verify.framework import import_keras
from lenet_verify.raised import innermost_message
from lenet_verify.readers.keras_operation import arguments_of
from lenet_verify.readers.kind import Kind, opaque, stranger, unreadable, with_activation
from lenet_verify.vocabulary import (
    ALIASES,
    APPLICATION_LAYERS,
    LAYERS,
    activation_of,
    normalise,
)

_TENSORFLOW_ACTIVATIONS = (
    "elu", "gelu", "leaky_relu", "log_softmax", "relu", "relu6", "selu", "sigmoid", "silu",
    "softmax", "softplus", "softsign", "tanh",
)  # fmt: skip
"""Functions of `tf.nn` that compute, with their defaults, what Keras's of that name do."""


def kind_of(operation: Any, rank: int | None = None, calls: Sequence[Any] = ()) -> Kind:
    """What an operation is.

    Args:
        operation: a Keras layer or a node of keras.ops.
        rank: how many axes its input has, the batch included, if that is known.
        calls: of a node of keras.ops, the arguments of its calls, as Keras notes them.
    """
    keras = import_keras()
    class_ = type(operation)
    name = class_.__name__
    own = f"{class_.__module__}.{name}"
    if class_ is keras.layers.InputLayer:
        return Kind(name, {"dtype": str(operation.dtype)})
    if overrides(operation, "call"):
        return stranger(own, "its call was replaced after it was made")
    known = ALIASES.get(name, name)
    if known in LAYERS and class_ is getattr(keras.layers, known, None):
        return _known(known, operation, rank)
    if not _is_kerass_own(class_):
        return stranger(own, "it is no class of Keras")
    if class_.__module__.startswith(("keras.src.ops", "keras.src.activations")):
        return _of_ops(f"ops.{name}", operation, rank, calls)
    if name in APPLICATION_LAYERS and class_.__module__.startswith("keras.src.applications."):
        return _of_an_application(name, operation)
    return opaque(name)


def overrides(operation: Any, method: str) -> bool:
    """Whether this very object, not its class, has a method of its own."""
    return method in getattr(operation, "__dict__", {})


def sublayers(operation: Any, *, recursive: bool = True) -> Iterable[Any]:
    """The layers that a layer or model owns; none for a node of keras.ops."""
    keras = import_keras()
    if not isinstance(operation, keras.layers.Layer):
        return ()
    owned = operation._flatten_layers(include_self=False, recursive=recursive)
    return tuple(layer for layer in owned if isinstance(layer, keras.layers.Layer))


def is_quantized(operation: Any) -> bool:
    """Whether a layer, or one inside of it, keeps its weights in few bits, with their scales."""
    layers = (operation, *sublayers(operation))
    policies = (getattr(layer, "dtype_policy", None) for layer in layers)
    return any(getattr(policy, "quantization_mode", None) for policy in policies)


def _known(name: str, layer: Any, rank: int | None) -> Kind:
    """A layer of one of Keras's own classes."""
    try:
        config = normalise(name, layer.get_config())
    except Exception as e:  # whatever an argument that is no plain value leads to
        reason = f"its arguments cannot be read: {innermost_message(e)}"
        return unreadable(name, reason)
    config |= _functions(layer)
    if strange := next(_strange_inside(layer), None):
        reason = f"{strange} inside it is not Keras's own"
        return unreadable(name, reason, config)
    return with_activation(name, config, rank)


def _of_ops(type_: str, operation: Any, rank: int | None, calls: Sequence[Any]) -> Kind:
    """A node of keras.ops."""
    try:
        config = arguments_of(operation, calls)
    except Exception as e:  # an argument that is no plain value, such as a function
        reason = f"its arguments cannot be read: {innermost_message(e)}"
        return unreadable(type_, reason)
    return with_activation(type_, config, rank)


def _of_an_application(name: str, layer: Any) -> Kind:
    """A layer of a class that one of keras.applications defines for itself."""
    config = {argument: getattr(layer, argument) for argument in APPLICATION_LAYERS[name]}
    return Kind(name, config | {"trainable": layer.trainable, "dtype": layer.dtype_policy.name})


def _functions(layer: Any) -> dict[str, Any]:
    """The activation functions of a layer that are not what their names say, by argument.

    Keras writes any function of the name `tanh` into a config as its own `tanh`.
    """
    found: dict[str, Any] = {}
    for argument in ("activation", "recurrent_activation"):
        function = getattr(layer, argument, None)
        if isinstance(function, FunctionType):
            name = _name_of(function)
            own = {"custom": f"{function.__module__}.{function.__qualname__}"}
            found[argument] = own if name is None else name
    return found


def _name_of(function: FunctionType) -> str | None:
    """The name of an activation function of Keras or TensorFlow; None for any other."""
    keras = import_keras()
    name = function.__name__
    if getattr(keras.activations, name, None) is function:
        return name
    if getattr(keras.ops, name, None) is function:
        # a function of keras.ops may have other defaults than the activation of its name
        type_ = "ops." + "".join(part.capitalize() for part in name.split("_"))
        return activation_of(type_, {})
    nn = getattr(sys.modules.get("tensorflow"), "nn", None)
    return next((n for n in _TENSORFLOW_ACTIVATIONS if getattr(nn, n, None) is function), None)


def _strange_inside(layer: Any) -> Iterator[str]:
    """Layers and functions, not Keras's own, of the layers that a layer wraps."""
    for inner in sublayers(layer):
        class_ = type(inner)
        if not _is_kerass_own(class_) or overrides(inner, "call"):
            yield f"{class_.__module__}.{class_.__name__}"
        for function in _functions(inner).values():
            if isinstance(function, Mapping):
                yield str(function["custom"])


def _is_kerass_own(class_: type) -> bool:
    """Whether a class is what Keras defines under its name; a module's name alone can lie."""
    if not class_.__module__.startswith("keras."):
        return False
    return getattr(sys.modules.get(class_.__module__), class_.__name__, None) is class_
