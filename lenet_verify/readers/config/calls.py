"""The calls of a layer, as a config notes them, in the form of either Keras.

Keras 3 notes what was handed over, tensors marked as such among it:
`{"args": [{"class_name": "__keras_tensor__", "config": {"keras_history": ["C1", 0, 0], …}}], …}`.
Keras 2 notes tensors as lists, the rest beside the first: `[["C1", 0, 0, {"mask": …}], …]`.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from lenet_verify.readers.config.entry import Malformed, Sizes, whole_shape
from lenet_verify.readers.config.keras2 import as_operation
from lenet_verify.visible import visible
from lenet_verify.vocabulary.calls import SPREAD, call_parameters
from lenet_verify.vocabulary.layers import REQUIRED
from lenet_verify.vocabulary.plain import plain, tupled

CONSTANT = "a constant in the place of a tensor"
"""What a call may be told besides its arguments."""

_CONSTANT_VALUE = "_CONSTANT_VALUE"


@dataclass(frozen=True, slots=True)
class Ref:
    """A tensor: which output of which call of which layer, as the config counts them.

    Attributes:
        shape: its sizes, the first axis included, where the config tells them.
    """

    layer: str
    call: int
    output: int
    shape: Sizes | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """One call.

    Attributes:
        taken: the tensors in the order of the call's parameters, each with its parameter's name
            where it is a mask or is handed over by name.
        told: what else it is told that changes what it computes.
        arguments: of an operation, everything that it is called with besides tensors.
    """

    taken: tuple[tuple[Ref, str], ...]
    told: tuple[str, ...] = ()
    arguments: Mapping[str, Any] = field(default_factory=dict)


def recorded(node: Any, type_: str, layers: Container[str]) -> Recorded:
    """One call of a layer.

    Args:
        node: as the config notes it.
        type_: of the layer.
        layers: the names of all layers of the model.

    Raises:
        Malformed: it has neither form.
    """
    if isinstance(node, dict) and isinstance(node.get("args"), list):
        args, kwargs = _of_keras_3(node)
    else:
        args, kwargs = _of_keras_2(node, layers)
        if type_.startswith("ops."):
            kwargs = as_operation(kwargs)
    if type_.startswith("ops."):
        return _of_operation(type_, args, kwargs)
    return Recorded(_taken(type_, args, kwargs), _told(type_, args, kwargs))


def is_dated(node: Any) -> bool:
    """Whether a call is noted in the form of Keras 2."""
    return not (isinstance(node, dict) and isinstance(node.get("args"), list))


def _of_keras_3(node: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    kwargs = node.get("kwargs", {})
    if not isinstance(kwargs, dict):
        raise Malformed("the kwargs of a call must be an object")
    return (
        [_with_refs(value) for value in node["args"]],
        {name: _with_refs(value) for name, value in kwargs.items()},
    )


def _with_refs(value: Any) -> Any:
    """What is handed over, with the tensors in it as `Ref`s."""
    if isinstance(value, list):
        return [_with_refs(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("class_name") == "__keras_tensor__":
        config = value.get("config")
        history = config.get("keras_history") if isinstance(config, dict) else None
        if not _is_place(history):
            raise Malformed("a tensor must tell where it comes from: [layer, call, output]")
        assert isinstance(config, dict)
        layer, call, output = history
        return Ref(layer, call, output, whole_shape(config.get("shape")))
    if value.get("class_name") == "__tuple__":
        return _with_refs(value.get("items", []))
    return {key: _with_refs(item) for key, item in value.items()}


def _of_keras_2(node: Any, layers: Container[str]) -> tuple[list[Any], dict[str, Any]]:
    kwargs: dict[str, Any] = {}

    def first(value: Any) -> Any:
        if isinstance(value, list) and _is_tensor_or_constant(value):
            if len(value) == 4:
                if not isinstance(value[3], Mapping):
                    raise Malformed("what a call takes besides tensors must be an object")
                for name, further in value[3].items():
                    kwargs.setdefault(name, nested(further))
            return Ref(*value[:3]) if value[0] != _CONSTANT_VALUE else _constant(value[2])
        if isinstance(value, list):
            return [first(item) for item in value]
        if isinstance(value, Mapping):
            return {key: first(item) for key, item in value.items()}
        raise Malformed(f"{_shown(value)} is no tensor: [layer, call, output] is")

    def nested(value: Any) -> Any:
        place = isinstance(value, list) and len(value) in (3, 4) and _is_place(value[:3])
        if place and value[0] in layers:
            return Ref(*value[:3])
        if isinstance(value, list):
            return [nested(item) for item in value]
        return value

    args = [first(node)]
    return args, kwargs


def _constant(value: Any) -> Any:
    """A number or an array as Keras 3 notes it."""
    if isinstance(value, list):
        return {"class_name": "__numpy__", "config": {"value": value}}
    return value


def _is_tensor_or_constant(value: list[Any]) -> bool:
    """Whether it is [layer, call, output] or, where there is a number or array in the tensor's
    place, [_CONSTANT_VALUE, -1, that]; with or without what else the call takes."""
    constant = value[:2] == [_CONSTANT_VALUE, -1] and len(value) > 2
    return len(value) <= 4 and (constant or _is_place(value[:3]))


def _is_place(value: Any) -> TypeGuard[list[Any]]:
    return isinstance(value, list) and [*map(type, value)] == [str, int, int]


def leaves(value: Any) -> Iterator[Any]:
    """Everything in a value, in Keras's order: that of lists, and of keys by their names."""
    if isinstance(value, list | tuple):
        for item in value:
            yield from leaves(item)
    elif isinstance(value, dict):
        for key in sorted(value):
            yield from leaves(value[key])
    else:
        yield value


def _refs(value: Any) -> list[Ref]:
    return [leaf for leaf in leaves(value) if isinstance(leaf, Ref)]


def _taken(
    type_: str, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> tuple[tuple[Ref, str], ...]:
    """The tensors in the order of the call's parameters."""
    parameters = list(call_parameters(type_))
    found: list[tuple[Ref, str]] = []
    for number, value in enumerate(args):
        name = parameters[number] if number < len(parameters) else ""
        found += [(ref, name if name.endswith("mask") else "") for ref in _refs(value)]
    places = {name: number for number, name in enumerate(parameters)} if kwargs else {}
    for name in sorted(kwargs, key=lambda name: places.get(name, len(places))):
        found += [(ref, name) for ref in _refs(kwargs[name])]
    return tuple(found)


def _told(type_: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[str, ...]:
    """What a layer is told when it is called that changes what it computes."""
    told: dict[str, None] = {}
    if not all(leaf is None or isinstance(leaf, Ref) for leaf in leaves(args[:1])):
        told[CONSTANT] = None
    usual = call_parameters(type_)
    for number, value in enumerate(args[1:], start=2):
        if any(map(_tells, leaves(value))):
            told[f"a {number}. argument"] = None
    for name, value in kwargs.items():
        if value is not usual.get(name, REQUIRED) and any(map(_tells, leaves(value))):
            told[visible(name)] = None
    return tuple(told)


def _tells(value: Any) -> bool:
    return value is not None and value is not False and not isinstance(value, Ref)


def _of_operation(type_: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Recorded:
    """A call of a node of keras.ops, bound to its parameters."""
    parameters = call_parameters(type_)
    if type_ in SPREAD:
        bound: dict[str, Any] = {"operands": list(args), "kwargs": dict(kwargs)}
    else:
        if len(args) > len(parameters):
            raise Malformed(f"{type_} is called with {len(args)} arguments")
        given = dict(zip(parameters, args, strict=False)) | dict(kwargs)
        bound = {
            name: given.get(name, default)
            for name, default in parameters.items()
            if name in given or default is not REQUIRED
        }
        bound |= {name: value for name, value in given.items() if name not in bound}
    refs = [ref for value in bound.values() for ref in _refs(value)]
    arguments = {
        name: _plain(value, refs)
        for name, value in bound.items()
        if not (found := list(leaves(value))) or not all(isinstance(leaf, Ref) for leaf in found)
    }
    return Recorded(tuple((ref, "") for ref in refs), (), arguments)


def _plain(value: Any, refs: Sequence[Ref]) -> Any:
    """What an operation is called with, in the plain form that inference reads."""
    if isinstance(value, Ref):
        return {"input": next(number for number, ref in enumerate(refs) if ref is value)}
    if isinstance(value, list):
        return tuple(_plain(item, refs) for item in value)
    if not isinstance(value, Mapping):
        return value
    config = value.get("config")
    match value.get("class_name"):
        case "__ellipsis__":
            return "..."
        case "__slice__" if isinstance(config, Mapping):
            return {"slice": tuple(config.get(part) for part in ("start", "stop", "step"))}
        case "__numpy__" | "__tensor__" if isinstance(config, Mapping):
            return {"constant": _sizes_of(config.get("value"))}
    return {str(key): _plain(item, refs) for key, item in value.items()}


def _sizes_of(value: Any) -> tuple[int, ...]:
    """The sizes of an array that is written as lists in lists."""
    sizes: list[int] = []
    while isinstance(value, list):
        sizes.append(len(value))
        value = value[0] if value else None
    return tuple(sizes)


def _shown(value: Any) -> str:
    return visible(repr(tupled(plain(value))), 60)
