"""A live Keras model to an `Architecture`.

`model.layers` omits `keras.ops` nodes, and `layer.output` of a layer borrowed from another model
tells that model's shape; so it is the model's own nodes that are walked.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence
from math import prod
from typing import Any

from lenet_verify.architecture import Architecture, Compiled, Layer, Shape
from lenet_verify.framework import import_keras, output_to_stderr, quiet
from lenet_verify.raised import innermost_message
from lenet_verify.vocabulary import (
    LAYERS,
    LOSSES,
    METRICS,
    OPTIMIZERS,
    activation_of,
    normalise,
)

InputSpecs = Sequence[tuple[str, Shape, str]]
"""Name, shape and dtype of each input to call a model on that declares none of its own."""


def read_keras_model(model: Any, inputs: InputSpecs | None = None) -> Architecture:
    """What a Keras model is: Sequential, Functional or subclassed.

    Args:
        model: a `keras.Model`.
        inputs: what to call the model on if it declares no input shape itself.

    Returns:
        Its architecture. What stays opaque is unknown, with the reason.
    """
    import_keras()
    with quiet(), output_to_stderr():
        function, opaque, supplied = _function(model, inputs)
        graph = _Graph(model, function, opaque)
        weights = _weights([model])
        trainable = _weights([model], "trainable_weights")
        reason = {"layers": opaque} if opaque else {}
        if supplied:
            reason["input"] = "the model declares no input shape; it was called on the spec's"
        return Architecture(
            title=str(model.name),
            inputs=graph.inputs,
            outputs=graph.outputs,
            layers=graph.layers,
            params=_count(weights),
            trainable=_count(trainable),
            non_trainable=_count(weights) - _count(trainable),
            compiled=_compiled(model),
            unknown=reason,
        )


class _Graph:
    """The rows of one model, nested ones inside."""

    def __init__(self, model: Any, function: Any, opaque: str | None) -> None:
        self.names: dict[int, str] = {}
        nodes = _nodes(function) if function is not None else []
        operations = list({id(node.operation): node.operation for node in nodes}.values())
        rows: list[Layer] = []
        first_in: dict[int, bool] = {}
        for operation in operations:
            own = [node for node in nodes if node.operation is operation]
            row = self._row(operation, own, first_in)
            rows.append(row)
        seen = {id(operation) for operation in operations} | {id(function)}
        for layer in _tracked_layers(model):
            if id(layer) not in seen:
                rows.append(self._unwired(layer, opaque))
        self.layers = tuple(rows)
        tensors = (function.inputs, function.outputs) if function is not None else ((), ())
        self.inputs, self.outputs = (self._feeders(group) for group in tensors)

    def _row(self, operation: Any, nodes: list[Any], channels_first: dict[int, bool]) -> Layer:
        """One operation with all its calls in this model."""
        type_, config = kind_of(operation)
        first = nodes[0]
        fed = list(first.input_tensors)
        inherited = [channels_first[id(t)] for t in fed if id(t) in channels_first]
        order = _channels_first(config, inherited)
        for node in nodes:
            channels_first.update({id(tensor): order for tensor in node.output_tensors})
        inner = _nested(operation, fed)
        weights = _weights([operation])
        trainable = _weights([operation], "trainable_weights")
        activation, unknown = _activation(type_, config)
        calls = tuple(self._feeders(node.input_tensors) for node in nodes)
        return Layer(
            name=self._name(operation),
            type=type_,
            inputs=calls[0],
            input_shapes=tuple(_shape(t, channels_first.get(id(t), order)) for t in fed),
            shapes=tuple(_shape(tensor, order) for tensor in first.output_tensors),
            params=_count(weights),
            trainable=_count(trainable),
            non_trainable=_count(weights) - _count(trainable),
            activation=activation,
            config=config,
            layers=inner.layers if inner else (),
            outputs=inner.outputs if inner else (),
            calls=calls if len(calls) > 1 else (),
            unknown={} if inner else unknown,
        )

    def _unwired(self, layer: Any, opaque: str | None) -> Layer:
        """A layer that the model owns but that no path from input to output was seen to call."""
        type_, config = kind_of(layer)
        activation, unknown = _activation(type_, config)
        weights = _weights([layer])
        trainable = _weights([layer], "trainable_weights")
        if opaque:
            unknown = {**unknown, "output": opaque, "input": opaque, "inputs": opaque}
        built = bool(getattr(layer, "built", False)) or not opaque
        if not built:
            unknown |= dict.fromkeys(("params", "trainable", "non_trainable"), "it is not built")
        return Layer(
            name=self._name(layer),
            type=type_,
            params=_count(weights) if built else None,
            trainable=_count(trainable) if built else None,
            non_trainable=_count(weights) - _count(trainable) if built else None,
            activation=activation,
            config=config,
            reaches_output=bool(opaque),
            unknown=unknown,
        )

    def _feeders(self, tensors: Iterable[Any]) -> tuple[str, ...]:
        return tuple(self._name(tensor._keras_history.operation) for tensor in tensors)

    def _name(self, operation: Any) -> str:
        """The operation's name, made unique: a subclassed model may use one name twice."""
        if id(operation) not in self.names:
            name = str(operation.name)
            taken = set(self.names.values())
            numbered = (f"{name}#{number}" for number in range(2, len(taken) + 3))
            self.names[id(operation)] = (
                name if name not in taken else next(n for n in numbered if n not in taken)
            )
        return self.names[id(operation)]


def kind_of(operation: Any) -> tuple[str, dict[str, Any]]:
    """The type and normal-form arguments of a layer or of a keras.ops node.

    A class is Keras's own only if it is the very class that `keras.layers` exports under that
    name: somebody's own `Conv2D` is `theirmodule.Conv2D`, whatever it computes.
    """
    keras = import_keras()
    class_ = type(operation)
    name = class_.__name__
    if name == "InputLayer" and class_ is keras.layers.InputLayer:
        return name, {"dtype": str(operation.dtype)}
    if name in LAYERS and class_ is getattr(keras.layers, name, None):
        return name, normalise(name, operation.get_config())
    if isinstance(operation, keras.layers.Layer):
        own = class_.__module__.startswith("keras.")
        return (name if own else f"{class_.__module__}.{name}"), {}
    if class_.__module__.startswith("keras.src.ops"):
        return f"ops.{name}", _op_arguments(operation)
    return f"{class_.__module__}.{name}", {}


def _function(model: Any, inputs: InputSpecs | None) -> tuple[Any, str | None, bool]:
    """The graph of a model as a `keras.Function`, or why there is none; and whether the inputs
    given had to serve."""
    keras = import_keras()
    if isinstance(model, keras.Sequential) and type(model).call is keras.Sequential.call:
        if model._functional is not None:
            return model._functional, None, False
    elif isinstance(model, keras.Function) and type(model).call in _functional_calls(keras):
        return model, None, False
    declared = _declared_inputs(model)
    supplied = declared is None
    if supplied:
        if not inputs:
            return None, "the model declares no input shape, so it cannot be called", False
        declared = [(shape.sizes, dtype) for _, shape, dtype in inputs]
    function, opaque = _traced(model, declared or [])
    return function, opaque, supplied and function is not None


def _functional_calls(keras: Any) -> tuple[Any, ...]:
    functional = type(keras.Model(a := keras.Input((1,)), keras.layers.Identity()(a)))
    return functional.call, keras.Function.call


def _traced(model: Any, inputs: list[tuple[Any, str]]) -> tuple[Any, str | None]:
    """The graph that `model.call` makes of symbolic inputs, or why it makes none."""
    keras = import_keras()
    reason = ""
    for batch_size in (None, 1):
        try:
            tensors = [
                keras.Input(shape=shape, batch_size=batch_size, dtype=dtype)
                for shape, dtype in inputs
            ]
            given = tensors[0] if len(tensors) == 1 else tensors
            return keras.Function(given, model.call(given)), None
        except Exception as e:  # whatever a user's call may raise
            reason = reason or innermost_message(e)
    return None, f"calling {type(model).__name__} on symbolic inputs failed: {reason}"


def _declared_inputs(model: Any) -> list[tuple[Any, str]] | None:
    """Shapes (batch left out) and dtypes that the model was built with; None if never."""
    keras = import_keras()
    if isinstance(model, keras.Function):
        return [(tuple(t.shape)[1:], str(t.dtype)) for t in model.inputs]
    if getattr(model, "_functional", None) is not None:
        return [(tuple(t.shape)[1:], str(t.dtype)) for t in model._functional.inputs]
    shapes = getattr(model, "_build_shapes_dict", None)
    if not shapes or len(shapes) != 1:
        return None
    shape = next(iter(shapes.values()))
    if isinstance(shape, tuple | list) and all(
        size is None or isinstance(size, int) for size in shape
    ):
        return [(tuple(shape)[1:], str(model.input_dtype))]
    if isinstance(shape, tuple | list):
        return [(tuple(one)[1:], str(model.input_dtype)) for one in shape]
    return None


def _nodes(function: Any) -> list[Any]:
    """The function's own nodes in topological order."""
    by_depth = function._nodes_by_depth
    return [node for depth in sorted(by_depth, reverse=True) for node in by_depth[depth]]


def _nested(operation: Any, fed: list[Any]) -> _Graph | None:
    """The inside of a nested model; None for anything else, or where it stays opaque."""
    keras = import_keras()
    if not isinstance(operation, keras.Model):
        return None
    inputs = [("", Shape(tuple(tensor.shape)[1:]), str(tensor.dtype)) for tensor in fed]
    function, opaque, _ = _function(operation, inputs)
    return None if opaque else _Graph(operation, function, None)


def _tracked_layers(model: Any) -> list[Any]:
    """The layers that a model owns directly, called or not."""
    keras = import_keras()
    owned = model._flatten_layers(include_self=False, recursive=False)
    return [layer for layer in owned if isinstance(layer, keras.layers.Layer)]


def _op_arguments(operation: Any) -> dict[str, Any]:
    try:
        config = dict(operation.get_config())
    except Exception:  # an operation whose arguments cannot be serialised
        return {}
    config.pop("name", None)
    return {key: value for key, value in config.items() if _is_plain(value)}


def _is_plain(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(_is_plain(item) for item in value)
    return value is None or isinstance(value, str | int | float | bool)


def _activation(type_: str, config: dict[str, Any]) -> tuple[str | None, dict[str, str]]:
    """The activation that a type and its arguments come to, and what is unknown about it."""
    if type_ not in LAYERS and type_ != "InputLayer" and not type_.startswith("ops."):
        reason = f"{type_} is no class of Keras; what it computes cannot be read"
        return None, {"type": reason, "activation": reason, "config": reason}
    activation = activation_of(type_, config)
    if activation is not None and activation.startswith("?"):
        return None, {"activation": f"{activation[1:]} is a function of the model's own"}
    return activation, {}


def _channels_first(config: dict[str, Any], inherited: list[bool]) -> bool:
    """Whether a layer's outputs have their channels first: it says so, or takes it over."""
    stated = config.get("data_format")
    if stated in ("channels_first", "channels_last"):
        return bool(stated == "channels_first")
    if inherited:
        return inherited[0]
    return bool(import_keras().config.image_data_format() == "channels_first")


def _shape(tensor: Any, channels_first: bool) -> Shape:
    return Shape(tuple(tensor.shape)[1:], channels_first)


def _weights(owners: Iterable[Any], kind: str = "weights") -> list[Any]:
    """The weights of layers, each once however often it is shared."""
    found: dict[int, Any] = {}
    for owner in owners:
        found.update({id(weight): weight for weight in getattr(owner, kind, ())})
    return list(found.values())


def _count(weights: Iterable[Any]) -> int:
    return sum(prod(tuple(weight.shape)) for weight in weights)


def _compiled(model: Any) -> Compiled | None:
    if not getattr(model, "compiled", False):
        return None
    try:
        config = model.get_compile_config() or {}
    except Exception:  # a user's own loss that cannot be serialised
        config = {}
    optimizer = getattr(model, "optimizer", None)
    name = type(optimizer).__name__ if optimizer is not None else None
    losses = tuple(_identifiers(config.get("loss"), LOSSES))
    return Compiled(
        optimizer=OPTIMIZERS.get(name, name) if name else None,
        loss=losses[0] if len(losses) == 1 else (losses or None),
        metrics=tuple(_identifiers(config.get("metrics"), METRICS)),
    )


def _identifiers(value: Any, known: Any) -> Iterable[str]:
    """Every loss or metric in what was given to compile, by Keras's own identifier."""
    if value is None:
        return
    if isinstance(value, str):
        yield known.get(value, value)
    elif isinstance(value, dict) and "class_name" in value:
        name = value["class_name"]
        if name == "function":
            name = value.get("config")
        own = value.get("module") in ("keras.losses", "keras.metrics", "builtins")
        yield known.get(name, str(name)) if own else f"{value.get('module')}.{name}"
    elif isinstance(value, dict | list | tuple):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _identifiers(item, known)
    elif inspect.isfunction(value) or inspect.isclass(value):
        yield known.get(value.__name__, value.__name__)
