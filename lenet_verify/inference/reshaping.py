"""Layers that only rearrange, pad, cut or repeat."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from math import prod
from typing import Any

from lenet_verify.architecture import Shape
from lenet_verify.inference.derived import (
    Derived,
    Impossible,
    Window,
    maps,
    of_rank,
    only,
    product,
)


def flatten(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """Flatten: everything in one vector; a scalar becomes a vector of one."""
    return Derived((Shape((product(only(inputs).sizes),)),), connections=0)


def reshape(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """Reshape: the same values in other axes; one may be -1, for whatever remains.

    Source: no value is lost and none is made, so the products of the sizes are equal.
    """
    sizes, target = only(inputs).sizes, config["target_shape"]
    if sum(size in (-1, None) for size in target) > 1:
        raise Impossible("only one size may be left open")
    given = prod(size for size in target if size not in (-1, None))
    least = prod(size for size in sizes if size is not None)
    remaining: int | None = None
    if product(sizes) is None or None in target:
        # of variable sizes that go in, what is known of them must still divide what comes out
        possible = -1 in target or None in target or (given % least == 0 if least else not given)
    elif -1 in target:
        possible = given > 0 and least % given == 0
        remaining = least // given if possible else None
    else:
        possible = given == least
    if not possible:
        shape = "x".join(map(str, target)) or "a scalar"
        raise Impossible(f"its values do not fill {shape}")
    output = Shape(tuple(remaining if size == -1 else size for size in target))
    return Derived((output,), connections=0, window=None)


def permute(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """Permute: the axes in another order, counted from 1."""
    sizes, order = only(inputs).sizes, config["dims"]
    if len(sizes) != len(order):
        raise Impossible(f"it orders {len(order)} axes, and its input has {len(sizes)}")
    output = Shape(tuple(sizes[axis - 1] for axis in order))
    return Derived((output,), connections=0, window=None)


def repetition(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """RepeatVector: a vector, `n` times in a row."""
    vector = only(inputs).sizes
    if len(vector) != 1:
        raise Impossible(f"it takes a vector, not {only(inputs)}")
    sizes = (config["n"], *vector)
    product(sizes)  # refuses what is too large
    return Derived((Shape(sizes),), connections=0, window=None)


def padding(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """ZeroPadding1D, ZeroPadding2D, ZeroPadding3D: zeros before and after, along each axis."""
    margins = _margins(config["padding"])
    if min(map(min, margins)) < 0:
        raise Impossible("it adds zeros, so its padding must not be negative")
    output = _axis_by_axis(inputs, config, list(map(sum, margins)), int.__add__)
    return Derived((output,), connections=0)


def cropping(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """Cropping1D, Cropping2D, Cropping3D: cut off before and after, along each axis."""
    cuts = list(map(sum, _margins(config["cropping"])))
    return Derived((_axis_by_axis(inputs, config, cuts, _remaining),), connections=0)


def upsampling(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """UpSampling1D, UpSampling2D, UpSampling3D: `size` positions for each one.

    Repeated, each sees one position of the input; interpolated linearly, the one on either side.
    Of the other methods no text counts what they see, and of none that computes its connections.
    """
    factors = config["size"]
    output = _axis_by_axis(inputs, config, factors, int.__mul__)
    reach = {"nearest": 1, "bilinear": 2}.get(config.get("interpolation", "nearest"))
    step = tuple(Fraction(1, factor) for factor in factors)
    return Derived(
        (output,),
        connections=0 if reach == 1 else None,
        window=None if reach is None else Window((reach,) * len(factors), step),
    )


def _axis_by_axis(
    inputs: tuple[Shape, ...],
    config: Mapping[str, Any],
    amounts: Sequence[int],
    change: Callable[[int, int], int],
) -> Shape:
    """Feature maps along each axis of which something changes by an amount of its own."""
    given = of_rank(only(inputs), len(amounts))
    # a layer that knows no axis order works on the first axis, whatever that is
    image = given if "data_format" in config else replace(given, channels_first=False)
    spatial = tuple(
        None if size is None else change(size, amount)
        for size, amount in zip(image.spatial, amounts, strict=True)
    )
    output = maps(image.channels, spatial, image)
    product(output.sizes)  # refuses what is too large
    return replace(output, channels_first=given.channels_first)


def _remaining(size: int, cut: int) -> int:
    if cut >= size:
        raise Impossible(f"it cuts off {cut}, and of an input of size {size} nothing remains")
    return size - cut


def _margins(value: tuple[Any, ...]) -> tuple[tuple[int, int], ...]:
    """What is added or cut before and after, a pair for each axis; of one axis just the pair."""
    return tuple(value) if isinstance(value[0], tuple) else ((value[0], value[1]),)
