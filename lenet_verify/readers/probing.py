"""What a function of the model's own computes, by running it where the model may be run.

It is called on fixed points in many arrangements, and in a graph, as a network that trains runs it.
Where each number comes to the same in all of them, whatever stands beside it and how often it is
asked, and no variable has a say in it, it is a function of one number, and its values tell which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from lenet_verify.framework import import_keras, output_to_stderr, quiet
from lenet_verify.functions import POINTS, Computed, Values, agree, name_of
from lenet_verify.raised import innermost_message, place


class NotElementwise(Exception):
    """A function that is none of one number, or not known to be; the message says why."""


_tried: dict[tuple[int, int], tuple[Any, Computed | NotElementwise]] = {}
"""By its id and the rank, each function that was tried in this reading, and what came of it: a
network has one in many layers. The next may find it changed."""


def forget() -> None:
    """Has every function tried anew."""
    _tried.clear()


def computed(function: Callable[[Any], Any], name: str, rank: int | None) -> Computed:
    """What an activation computes.

    Args:
        function: a user's, of a tensor.
        name: what it is called.
        rank: how many axes it is given, the batch included, if that is known.

    Raises:
        NotElementwise: it is no function of one number, or what it is cannot be found out.
    """
    rank = max(rank or 2, 2)
    if (id(function), rank) not in _tried:
        _tried[id(function), rank] = function, _outcome(function, name, rank)
    found = _tried[id(function), rank][1]
    if isinstance(found, NotElementwise):
        raise NotElementwise(str(found))
    return found


def _outcome(function: Callable[[Any], Any], name: str, rank: int) -> Computed | NotElementwise:
    try:
        with quiet(), output_to_stderr():
            values = _values(function, name, rank)
    except NotElementwise as e:
        return e
    return Computed(name_of(values) or name, name, values)


def _values(function: Callable[[Any], Any], name: str, rank: int) -> Values:
    first = _called(function, name, list(range(len(POINTS))), rank - 1, rank)
    for order, axis in _arrangements(rank):
        again = _called(function, name, order, axis, rank)
        expected = [first[k] for k in order]
        # compared as if the others were not asked for
        if not agree(_spread(again, order, first), _spread(expected, order, first)):
            reason = f"{name} gives one number now this value, now that: it is random, or made of "
            raise NotElementwise(f"{reason}several numbers together")
    if not agree(_in_a_graph(function, name, rank), first):
        raise NotElementwise(f"{name} gives another value in a graph than outside of one")
    return first


def _in_a_graph(function: Callable[[Any], Any], name: str, rank: int) -> Values:
    """The function's values where it is traced, as Keras has it to predict and to train.

    Raises:
        NotElementwise: it reads a variable. What it computes now is what that holds now, and
            training may move it.
    """
    import tensorflow

    graph = tensorflow.function(lambda x: function(x), autograph=False)  # as Keras traces layers
    values = _called(graph, name, list(range(len(POINTS))), rank - 1, rank)
    shape = [*[1] * (rank - 1), len(POINTS)]
    traced = graph.get_concrete_function(tensorflow.TensorSpec(shape, "float32"))
    if traced.graph.variables:
        raise NotElementwise(f"{name} reads a variable: what it computes may change")
    return values


def _arrangements(rank: int) -> Iterator[tuple[list[int], int]]:
    """Which points are asked for, in which order, along which axis."""
    every = list(range(len(POINTS)))
    yield every, rank - 1  # what counts its calls, or is random
    for axis in range(rank):
        yield every[::-1], axis
        yield [k * 20 % len(every) for k in every], axis
    for some in (every[::2], every[1::2], every[: len(every) // 2], every[10:-10], every[23:24]):
        yield some, rank - 1
        yield some, 0


def _spread(values: list[float] | Values, order: list[int], others: Values) -> Values:
    """The values by their points; where none was asked for, another's."""
    found = list(others)
    for k, value in zip(order, values, strict=True):
        found[k] = value
    return tuple(found)


def _called(
    function: Callable[[Any], Any], name: str, order: list[int], axis: int, rank: int
) -> Values:
    """The function's values at some of the points, which lie along one axis of a tensor."""
    import numpy as np

    ops = import_keras().ops
    shape = [1] * rank
    shape[axis] = len(order)
    given = np.array([POINTS[k] for k in order], "float32").reshape(shape)
    try:
        found = ops.convert_to_numpy(function(ops.convert_to_tensor(given)))
    except KeyboardInterrupt:
        raise
    except BaseException as e:  # whatever a user's code may raise, SystemExit too
        raise NotElementwise(f"{name} raised {innermost_message(e)}{place(e)}") from e
    if found.shape != given.shape or found.dtype.kind != "f":
        raise NotElementwise(f"{name} gives no number for each that it is given")
    return tuple(map(float, found.reshape(-1)))
