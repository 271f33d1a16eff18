"""One Keras layer, or one node of keras.ops: its type, its arguments, the function it applies.

A type is known only by being the very class that Keras exports, a function only by being the
very function: somebody's own `Conv2D` or `tanh` may compute anything.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from lenet_verify.framework import import_keras
from lenet_verify.raised import innermost_message
from lenet_verify.readers.keras_operation import arguments_of
from lenet_verify.readers.kind import Kind, opaque, stranger, unreadable, with_activation
from lenet_verify.readers.probing import NotElementwise, computed
from lenet_verify.vocabulary import (
    ACTIVATIONS,
    ALIASES,
    APPLICATION_LAYERS,
    LAYERS,
    PAPER_ACTIVATIONS,
    PAPER_LAYERS,
    activation_of,
    normalise,
)

_TENSORFLOW_ACTIVATIONS = (
    "elu", "gelu", "leaky_relu", "log_softmax", "relu", "relu6", "selu", "sigmoid", "silu",
    "softmax", "softplus", "softsign", "tanh",
)  # fmt: skip
"""Functions of `tf.nn` that compute, with their defaults, what Keras's of that name do."""

_FUNCTIONS = ("activation", "recurrent_activation")
"""The arguments of layers that are functions of a tensor."""


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
    if known in LAYERS and class_ is getattr(_home(keras, known), known, None):
        return _known(known, operation, rank)
    if not _is_kerass_own(class_):
        return stranger(own, "it is no class of Keras")
    if class_.__module__.startswith(("keras.src.ops", "keras.src.activations")):
        return _of_ops(f"ops.{name}", operation, rank, calls)
    if name in APPLICATION_LAYERS and class_.__module__.startswith("keras.src.applications."):
        return _of_an_application(name, operation)
    return opaque(name)


def _home(keras: Any, name: str) -> Any:
    """The module whose class a name of the vocabulary is."""
    return _paper_layers() if name in PAPER_LAYERS else keras.layers


def _paper_layers() -> Any:
    """Our own layers, if anybody has imported them; else no model has any."""
    return sys.modules.get("lenet_verify.paper_layers")


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
        config = normalise(name, _config(layer))
    except Exception as e:  # whatever an argument that is no plain value leads to
        reason = f"its arguments cannot be read: {innermost_message(e)}"
        return unreadable(name, reason)
    config |= _functions(layer)
    if strange := next(_strange_inside(layer), None):
        reason = f"{strange} inside it is not Keras's own"
        return unreadable(name, reason, config)
    kind = with_activation(name, config, rank)
    for argument in _FUNCTIONS:
        if _is_custom(config.get(argument)):
            kind = _run(kind, argument, getattr(layer, argument, None), rank)
    return kind


def _run(kind: Kind, argument: str, function: Any, rank: int | None) -> Kind:
    """A layer with one function of the model's own told by what it computes, if it can be."""
    if not _is_plain(function):
        return kind
    of_layer = argument == "activation" and "activation" in kind.unknown
    try:
        found = computed(function, _called(function), rank)
    except NotElementwise as e:
        reason = f"{_called(function)} is a function of the model's own: {e}"
        unknown = {**kind.unknown, "activation": reason} if of_layer else kind.unknown
        return Kind(kind.type, kind.config, kind.activation, unknown)
    known = {argument: str(found)} if found in ACTIVATIONS else {}
    if not of_layer:
        return Kind(kind.type, {**kind.config, **known}, kind.activation, kind.unknown)
    unknown = {fact: why for fact, why in kind.unknown.items() if fact != "activation"}
    return Kind(kind.type, {**kind.config, **known}, found, unknown)


def _config(layer: Any) -> Any:
    """The arguments of a layer; also of one whose activation Keras has no way to write down."""
    try:
        return layer.get_config()
    except Exception:
        kept = {name: vars(layer).get(name) for name in _FUNCTIONS}
        own = {name: function for name, function in kept.items() if _is_plain(function)}
        if not own:
            raise
        try:
            for name in own:
                setattr(layer, name, import_keras().activations.linear)
            return layer.get_config()
        finally:
            for name, function in own.items():
                setattr(layer, name, function)


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
    for argument in _FUNCTIONS:
        function = getattr(layer, argument, None)
        if _is_plain(function):
            name = _name_of(function)
            found[argument] = {"custom": _called(function)} if name is None else name
    return found


def _is_custom(value: object) -> bool:
    return isinstance(value, Mapping) and "custom" in value


def _is_plain(function: Any) -> bool:
    """Whether it is a function, or what is called like one; no layer, which may learn."""
    return callable(function) and not isinstance(function, import_keras().layers.Layer)


def _called(function: Any) -> str:
    """What a function is called where it is defined; of a partial one, the function in it."""
    inner = getattr(function, "func", None) or getattr(function, "__wrapped__", None) or function
    named = inner if hasattr(inner, "__qualname__") else type(inner)
    return f"{getattr(named, '__module__', None) or 'builtins'}.{named.__qualname__}"


def _name_of(function: Any) -> str | None:
    """The name of an activation function of Keras, TensorFlow or ours; None for any other."""
    keras = import_keras()
    name = getattr(function, "__name__", "")
    if name in PAPER_ACTIVATIONS and getattr(_paper_layers(), name, None) is function:
        return name
    if getattr(keras.activations, name, None) is function:
        return name
    if getattr(keras.ops, name, None) is function:
        # a function of keras.ops may have other defaults than the activation of its name
        type_ = "ops." + "".join(part.capitalize() for part in name.split("_"))
        return activation_of(type_, {})
    nn = getattr(sys.modules.get("tensorflow"), "nn", None)
    return next((n for n in _TENSORFLOW_ACTIVATIONS if getattr(nn, n, None) is function), None)


def _strange_inside(layer: Any) -> Iterator[str]:
    """Layers and functions, not Keras's own, of the layers that a layer wraps, if they are not its
    own: those of a cell are its recurrent layer's."""
    known = [function["custom"] for function in _functions(layer).values() if _is_custom(function)]
    keras = import_keras()
    for inner in sublayers(layer):
        class_ = type(inner)
        ours = getattr(_home(keras, class_.__name__), class_.__name__, None) is class_
        if not (ours or _is_kerass_own(class_)) or overrides(inner, "call"):
            yield f"{class_.__module__}.{class_.__name__}"
        for function in _functions(inner).values():
            if _is_custom(function) and function["custom"] not in known:
                yield str(function["custom"])


def _is_kerass_own(class_: type) -> bool:
    """Whether a class is what Keras defines under its name; a module's name alone can lie."""
    if not class_.__module__.startswith("keras."):
        return False
    return getattr(sys.modules.get(class_.__module__), class_.__name__, None) is class_
