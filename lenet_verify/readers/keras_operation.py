"""The arguments of one node of keras.ops: what its operation was made with, and what it is called
with besides tensors.

`x + 3.0` is an `Add` without arguments, called with `x2=3.0`; `x[:, 0]` is a `GetItem` called with
a `key`. All of it decides what the node computes.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping, Sequence
from math import prod
from typing import Any

from lenet_verify.framework import import_keras

_LONGEST = 64
"""Whole numbers in an array of at most so many are read as such: axes, sizes of a shape."""


def arguments_of(operation: Any, calls: Iterable[Any]) -> dict[str, Any]:
    """The arguments of an operation and of its calls, as plain values.

    Lists are tuples, a slice is `{"slice": (start, stop, step)}`, `...` is `"..."`, an array that
    it is called with is `{"constant": sizes}`. What stands where in the call is told only of what
    is not a tensor; in a list with tensors, `{"input": 0}` is the first of the node's inputs,
    which come in the order of the call's parameters.

    Args:
        operation: a node of keras.ops.
        calls: the arguments of each of its calls, as Keras notes them.

    Raises:
        ValueError: some of them are no plain values, or its calls differ.
    """
    found = {key: _structural(value) for key, value in _made_with(operation).items()}
    called = [_called_with(operation, call) for call in calls]
    if any(call != called[0] for call in called):
        raise ValueError("its calls have different arguments")
    return found | (called[0] if called else {})


def _made_with(operation: Any) -> Mapping[str, Any]:
    """What an operation was constructed with; where its config cannot hold that, what it keeps
    under the names of its parameters."""
    try:
        config: Mapping[str, Any] = operation.get_config()
    except Exception:  # a value that is no plain one, such as a number of numpy's
        names = list(inspect.signature(type(operation).__init__).parameters)[1:]
        config = {name: _kept(operation, name) for name in names}
    return {key: value for key, value in config.items() if key != "name"}


def _kept(operation: Any, name: str) -> Any:
    if name not in vars(operation):
        raise ValueError(f"its {name} cannot be read")
    return getattr(operation, name)


def _called_with(operation: Any, call: Any) -> dict[str, Any]:
    """What one call hands over besides tensors, by the names of its parameters."""
    bound = inspect.signature(operation.call).bind(*call.args, **call.kwargs)
    bound.apply_defaults()
    tensors = [leaf for value in bound.arguments.values() for leaf in _leaves(value)]
    tensors = [leaf for leaf in tensors if _is_tensor(leaf)]
    return {
        name: _plain(value, tensors)
        for name, value in bound.arguments.items()
        if not (leaves := list(_leaves(value))) or not all(map(_is_tensor, leaves))
    }


def _leaves(value: Any) -> Iterable[Any]:
    return import_keras().tree.flatten(value)  # type: ignore[no-any-return]


def _is_tensor(value: Any) -> bool:
    return isinstance(value, import_keras().KerasTensor)


def _plain(value: Any, tensors: Sequence[Any]) -> Any:
    """What a node is called with, in a plain form.

    Raises:
        ValueError: it has none, as a function has.
    """
    if value is Ellipsis:
        return "..."
    if _is_tensor(value):
        return {"input": next(i for i, tensor in enumerate(tensors) if tensor is value)}
    if isinstance(value, slice):
        return {"slice": tuple(map(_structural, (value.start, value.stop, value.step)))}
    if isinstance(value, list | tuple):
        return tuple(_plain(item, tensors) for item in value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item, tensors) for key, item in value.items()}
    sizes = getattr(value, "shape", None)
    if sizes is not None and not _is_number(value):
        return {"constant": tuple(sizes)}
    return _structural(value)


def _structural(value: Any) -> Any:
    """What an operation is made with, in a plain form; a short array of whole numbers is those.

    Raises:
        ValueError: it has none.
    """
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, list | tuple):
        return tuple(map(_structural, value))
    if _is_number(value) or _is_short(value):
        return _structural(value.tolist())
    raise ValueError("an argument of it is no plain value")


def _is_number(value: Any) -> bool:
    """Whether it is a single number of numpy's."""
    from numpy import generic

    return isinstance(value, generic)


def _is_short(value: Any) -> bool:
    """Whether it is an array of few whole numbers."""
    kind = getattr(getattr(value, "dtype", None), "kind", "")
    return kind in ("i", "u") and hasattr(value, "tolist") and prod(value.shape) <= _LONGEST
