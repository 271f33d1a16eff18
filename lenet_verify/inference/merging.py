"""Layers that join several inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import reduce
from typing import Any

from lenet_verify.architecture import Shape
from lenet_verify.inference.derived import Derived, Impossible, product, times

Sizes = tuple[int | None, ...]


def elementwise(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """Add, Multiply, Average, Maximum, Minimum: value by value, axes of size 1 stretched."""
    if not inputs:
        raise Impossible("it takes inputs to join")
    sizes = reduce(_stretched, (shape.sizes for shape in inputs))
    return Derived((replace(inputs[0], sizes=sizes),))


def difference(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """Subtract: the first without the second."""
    if len(inputs) != 2:
        raise Impossible(f"it takes two inputs, not {len(inputs)}")
    return elementwise(inputs, config)


def concatenation(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived | None:
    """Concatenate: one after the other along an axis, alike along all others.

    `axis` counts the batch as axis 0; along that one there is no rule, for what comes out is not
    one example's.
    """
    ranks = {len(shape.sizes) for shape in inputs}
    if len(ranks) != 1:
        raise Impossible("its inputs have different numbers of axes")
    (rank,) = ranks
    axis = config["axis"] if config["axis"] < 0 else config["axis"] - 1 - rank
    if not -rank <= axis < 0:
        return None
    sizes = list(inputs[0].sizes)
    for place in range(-rank, 0):
        along = [shape.sizes[place] for shape in inputs]
        known = {size for size in along if size is not None}
        if place == axis:
            sizes[place] = None if None in along else sum(size or 0 for size in along)
        elif len(known) > 1:
            raise Impossible(f"its inputs differ along an axis other than {config['axis']}")
    return Derived((replace(inputs[0], sizes=tuple(sizes)),), connections=0)


def dot(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """Dot: the products of all vectors along an axis of the one with those of the other.

    `axes` counts the batch as axis 0; a single one, if negative, is reckoned modulo the number of
    axes, as in Keras. Multiply-adds: values that come out · length of the vectors.
    """
    if len(inputs) != 2:
        raise Impossible(f"it takes two inputs, not {len(inputs)}")
    axes = config["axes"]
    lengths, others = [], []
    for shape, axis in zip(inputs, axes * 2 if len(axes) == 1 else axes, strict=True):
        rank = len(shape.sizes) + 1
        if not (-rank <= axis or len(axes) == 1) or axis >= rank:
            raise Impossible(f"{axis} is none of the {rank} axes of an input")
        if axis % rank == 0:
            raise Impossible("its axes must not be the batch")
        sizes = list(shape.sizes)
        lengths.append(sizes.pop(axis % rank - 1))
        others.extend(sizes)
    if lengths[0] != lengths[1]:
        raise Impossible(f"its vectors are of different lengths, {lengths[0]} and {lengths[1]}")
    output = Shape(tuple(others) or (1,))
    return Derived((output,), macs=times(product(output.sizes), lengths[0]), window=None)


def _stretched(one: Sizes, other: Sizes) -> Sizes:
    """The sizes of two inputs joined value by value; the shorter lacks leading axes."""
    long, short = (one, other) if len(one) >= len(other) else (other, one)
    lead = len(long) - len(short)
    joined: list[int | None] = list(long[:lead])
    for a, b in zip(long[lead:], short, strict=True):
        if a is None or b is None:
            joined.append(None)
        elif a != b and 1 not in (a, b):
            raise Impossible(f"its inputs differ in size, {a} and {b}, along an axis")
        else:
            joined.append(b if a == 1 else a)
    return tuple(joined)
