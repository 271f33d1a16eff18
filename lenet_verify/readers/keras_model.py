"""A live Keras model to an `Architecture`.

`model.layers` omits `keras.ops` nodes, and `layer.output` of a layer borrowed from another model
tells that model's shape; so it is the model's own nodes that are walked.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import prod
from typing import Any

from lenet_verify.architecture import Architecture, Call, Layer, Shape, Source
from lenet_verify.framework import import_keras, output_to_stderr, quiet
from lenet_verify.raised import innermost_message
from lenet_verify.readers.axis_order import Flow, axis_orders
from lenet_verify.readers.keras_compiled import compiled
from lenet_verify.readers.keras_layer import is_quantized, kind_of, overrides, sublayers
from lenet_verify.readers.kind import Kind, told_inside
from lenet_verify.readers.probing import forget

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
    with quiet(), output_to_stderr(), warnings.catch_warnings():
        warnings.simplefilter("default")  # a warning made an error would change the verdict
        forget()
        function, opaque, supplied = _function(model, inputs)
        graph = _Graph(model, function, opaque)
        reason = {"layers": opaque} if opaque else {}
        if supplied:
            reason["input"] = "the model declares no input shape; it was called on the spec's"
        return Architecture(
            title=str(model.name),
            inputs=graph.inputs,
            outputs=graph.outputs,
            ends=graph.ends,
            layers=graph.layers,
            **_counts(model),
            compiled=compiled(model),
            unknown=reason,
        )


class _Graph:
    """The rows of one model, nested ones inside."""

    def __init__(self, model: Any, function: Any, opaque: str | None) -> None:
        self.names: dict[int, str] = {}
        nodes = _nodes(function) if function is not None else []
        tensors = (function.inputs, function.outputs) if function is not None else ((), ())
        # input layers come first, in the order in which the model takes its inputs; then the
        # others in Keras's own order, which is that of its files too
        entrances = [tensor._keras_history.operation for tensor in tensors[0]]
        others = function.operations if function is not None else ()
        calls: dict[int, list[Any]] = {id(operation): [] for operation in (*entrances, *others)}
        for node in nodes:
            calls[id(node.operation)].append(node)
        calls = {key: _as_made(own) for key, own in calls.items() if own}
        self.place = {id(node): calls[id(node.operation)].index(node) for node in nodes}
        kinds = {
            key: kind_of(own[0].operation, _rank(own[0]), [node.arguments for node in own])
            for key, own in calls.items()
        }
        self.batches = {None, *(tensor.shape[0] for tensor in tensors[0] if tensor.shape)}
        flows = [_flow(node, kinds[id(node.operation)]) for node in nodes]
        self.orders = axis_orders(flows, _usually_channels_first())
        rows = [self._row(own, kinds[key]) for key, own in calls.items()]
        seen = {id(function), *calls}
        seen |= {id(part) for own in calls.values() for part in sublayers(own[0].operation)}
        for layer in sublayers(model, recursive=False):
            if id(layer) not in seen:
                rows.append(self._unwired(layer, opaque))
        self.layers = tuple(rows)
        self.inputs, self.outputs = (self._feeders(group) for group in tensors)
        ends = self._sources(tensors[1])
        self.ends = ends if any(map(_needs_telling, ends)) else ()

    def _row(self, nodes: list[Any], kind: Kind) -> Layer:
        """One operation with all its calls in this model."""
        operation = nodes[0].operation
        details = tuple(self._call(node) for node in nodes)
        first = details[0]
        inner = _nested(operation, _fed(nodes[0]))
        unknown = {} if inner else dict(kind.unknown)
        if told := _told(operation, nodes):
            unknown["call"] = f"it is called with {told}"
        if is_quantized(operation):
            unknown["quantization"] = "it is quantized, which its arguments do not tell"
        for fact, shapes in (("output", first.shapes), ("input", first.input_shapes)):
            if shapes is None:
                unknown[fact] = "its first axis is not the batch"
        calls = tuple(tuple(source.layer for source in call.inputs) for call in details)
        in_full = len(nodes) > 1 or any(map(_needs_telling, first.inputs))
        return Layer(
            name=self._name(operation),
            type=kind.type,
            inputs=calls[0],
            input_shapes=first.input_shapes,
            shapes=first.shapes,
            **_counts(operation),
            activation=kind.activation,
            config=kind.config,
            layers=_layers(inner, unknown.get("call")),
            outputs=inner.outputs if inner else (),
            ends=inner.ends if inner else (),
            calls=calls if len(calls) > 1 else (),
            details=details if in_full else (),
            unknown=unknown,
        )

    def _call(self, node: Any) -> Call:
        fed = _handed(node)
        sources = self._sources([tensor for tensor, _ in fed])
        return Call(
            tuple(
                replace(source, argument=argument) if argument else source
                for source, (_, argument) in zip(sources, fed, strict=True)
            ),
            self._shapes([tensor for tensor, _ in fed]),
            self._shapes(node.output_tensors),
        )

    def _unwired(self, layer: Any, opaque: str | None) -> Layer:
        """A layer that the model owns but that no path from input to output was seen to call."""
        kind = kind_of(layer)
        row = Layer(
            name=self._name(layer),
            type=kind.type,
            activation=kind.activation,
            config=kind.config,
            reaches_output=bool(opaque),
            unknown=kind.unknown,
            **_counts(layer),
        )
        if not opaque:
            return row
        unknown = {**row.unknown, **dict.fromkeys(("output", "input", "inputs"), opaque)}
        if getattr(layer, "built", False):
            return replace(row, unknown=unknown)
        unknown |= dict.fromkeys(("params", "trainable", "non_trainable"), "it is not built")
        return replace(row, params=None, trainable=None, non_trainable=None, unknown=unknown)

    def _shapes(self, tensors: Sequence[Any]) -> tuple[Shape, ...] | None:
        """Shapes without the batch; None if an operation has put something else before it."""
        if all(tensor.shape and tensor.shape[0] in self.batches for tensor in tensors):
            return tuple(map(self._shape, tensors))
        return None

    def _shape(self, tensor: Any) -> Shape:
        sizes = tuple(tensor.shape)[1:]
        return Shape(sizes, channels_first=len(sizes) > 1 and self.orders[id(tensor)])

    def _sources(self, tensors: Iterable[Any]) -> tuple[Source, ...]:
        return tuple(self._source(tensor._keras_history) for tensor in tensors)

    def _source(self, history: Any) -> Source:
        node = history.operation._inbound_nodes[history.node_index]
        name = self._name(history.operation)
        return Source(name, self.place.get(id(node), 0), history.tensor_index)

    def _feeders(self, tensors: Iterable[Any]) -> tuple[str, ...]:
        return tuple(source.layer for source in self._sources(tensors))

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


def _function(model: Any, inputs: InputSpecs | None) -> tuple[Any, str | None, bool]:
    """The graph of a model as a `keras.Function`, or why there is none; and whether the inputs
    given had to serve."""
    keras = import_keras()
    if type(model).__call__ is not keras.Model.__call__:
        return None, f"{type(model).__name__} has a __call__ of its own", False
    if not overrides(model, "call"):
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
            given = _arranged(model, tensors)
            return keras.Function(given, model.call(given, **_at_inference(model))), None
        except Exception as e:  # whatever a user's call may raise
            reason = reason or innermost_message(e)
    return None, f"calling {type(model).__name__} on symbolic inputs failed: {reason}"


def _arranged(model: Any, tensors: list[Any]) -> Any:
    """The tensors in the structure in which a model takes them."""
    keras = import_keras()
    if isinstance(model, keras.Function):
        return keras.tree.pack_sequence_as(model._inputs_struct, tensors)
    return tensors[0] if len(tensors) == 1 else tensors


def _at_inference(model: Any) -> dict[str, bool]:
    """What tells a model's call that it does not train, if it can be told."""
    known = inspect.signature(model.call).parameters
    return {"training": False} if "training" in known else {}


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
    """The function's own nodes in topological order, those left out that only make masks."""
    by_depth = function._nodes_by_depth
    nodes = [node for depth in sorted(by_depth, reverse=True) for node in by_depth[depth]]
    needed = {id(tensor) for tensor in (*function.inputs, *function.outputs)}
    kept = []
    for node in reversed(nodes):
        if any(id(tensor) in needed for tensor in node.output_tensors):
            needed |= {id(tensor) for tensor in _fed(node)}
            kept.append(node)
    return kept[::-1]


def _as_made(nodes: list[Any]) -> list[Any]:
    """The calls of one operation in the order in which they were made."""
    if len(nodes) == 1:
        return nodes
    order = {id(node): n for n, node in enumerate(nodes[0].operation._inbound_nodes)}
    return sorted(nodes, key=lambda node: order[id(node)])


def _flow(node: Any, kind: Kind) -> Flow:
    taken, given = (
        [id(tensor) for tensor in group] for group in (node.input_tensors, node.output_tensors)
    )
    return Flow(kind.type, kind.config, taken, given)


def _fed(node: Any) -> list[Any]:
    """The tensors that a call takes."""
    return [tensor for tensor, _ in _handed(node)]


def _handed(node: Any) -> list[tuple[Any, str]]:
    """The tensors that a call takes, without the masks that Keras hands on by itself, in the order
    of the call's parameters; each with the parameter that it is for, where it is handed over by
    name or is a mask.

    Those masks follow from the layers before it (`Masking`, `mask_zero`); a mask of the user's
    own making is a tensor like any other.
    """
    handed_on = {id(getattr(tensor, "_keras_mask", None)) for tensor in node.input_tensors}
    masks = {
        id(mask)
        for name, value in node.arguments.kwargs.items()
        if name == "mask" or name.endswith("_mask")
        for mask in import_keras().tree.flatten(value)
        if id(mask) in handed_on
    }
    found = [
        (tensor, argument)
        for argument, tensor in _by_parameter(node)
        if not (argument and id(tensor) in masks)
    ]
    return [(found[0][0], "")] if len(found) == 1 else found


def _by_parameter(node: Any) -> list[tuple[str, Any]]:
    """The tensors of a call in the order of its parameters (Keras sorts those handed over by
    name), each with its parameter's name where that has to be told."""
    keras = import_keras()
    args, kwargs = node.arguments.args, node.arguments.kwargs
    parameters = list(inspect.signature(node.operation.call).parameters)
    names = [name if name.endswith("mask") else "" for name in parameters]
    handed = [*zip([*names, *[""] * len(args)], args, strict=False)]
    by_name = sorted(kwargs, key=lambda n: parameters.index(n) if n in parameters else len(names))
    handed += [(name, kwargs[name]) for name in by_name]
    return [
        (name, tensor)
        for name, value in handed
        for tensor in keras.tree.flatten(value)
        if isinstance(tensor, keras.KerasTensor)
    ]


def _rank(node: Any) -> int | None:
    """How many axes the first input of a call has, the batch included."""
    return len(node.input_tensors[0].shape) if node.input_tensors else None


def _usually_channels_first() -> bool:
    return bool(import_keras().config.image_data_format() == "channels_first")


def _nested(operation: Any, fed: list[Any]) -> _Graph | None:
    """The inside of a nested model; None for anything else, or where it stays opaque."""
    keras = import_keras()
    if not isinstance(operation, keras.Model):
        return None
    inputs = [("", Shape(tuple(tensor.shape)[1:]), str(tensor.dtype)) for tensor in fed]
    function, opaque, _ = _function(operation, inputs)
    return None if opaque else _Graph(operation, function, None)


def _layers(inner: _Graph | None, why: str | None) -> tuple[Layer, ...]:
    """The layers of a nested model, if there is one, which may be told something."""
    if inner is None:
        return ()
    return inner.layers if why is None else told_inside(inner.layers, why)


def _needs_telling(source: Source) -> bool:
    """Whether a layer's name does not say which of its tensors is meant."""
    return bool(source.call or source.output or source.argument)


def _told(operation: Any, nodes: Iterable[Any]) -> str:
    """What a layer is told when it is called that changes what it computes.

    `Dropout(0.5)(x, training=True)` drops at inference too.
    """
    keras = import_keras()
    if not isinstance(operation, keras.layers.Layer):
        return ""
    told: dict[str, None] = {}
    # Keras notes `training=True` in a call of an augmentation layer of itself
    usual = {n: p.default for n, p in inspect.signature(operation.call).parameters.items()}
    for node in nodes:
        further = dict(enumerate(node.arguments.args[1:], start=2))
        for name, value in (further | node.arguments.kwargs).items():
            if value is usual.get(name):
                continue
            if any(_tells(one) for one in keras.tree.flatten(value)):
                told[name if isinstance(name, str) else f"a {name}. argument"] = None
    return ", ".join(told)


def _tells(value: Any) -> bool:
    return value is not None and value is not False and not hasattr(value, "_keras_history")


def _counts(owner: Any) -> Mapping[str, Any]:
    """How many weights a layer or model has, each counted once however often it is shared."""
    weights, trained = _unique(owner, "weights"), _unique(owner, "trainable_weights")
    params, trainable = _size(weights), _size(trained)
    return {"params": params, "trainable": trainable, "non_trainable": params - trainable}


def _unique(owner: Any, kind: str) -> Iterable[Any]:
    return {id(weight): weight for weight in getattr(owner, kind, ())}.values()


def _size(weights: Iterable[Any]) -> int:
    return sum(prod(tuple(weight.shape)) for weight in weights)
