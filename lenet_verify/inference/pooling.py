"""Pooling."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import gcd, prod
from typing import Any

from lenet_verify.architecture import Shape
from lenet_verify.inference.derived import (
    Derived,
    Impossible,
    Window,
    everywhere,
    maps,
    of_rank,
    only,
    product,
    sliding,
    times,
    windowed,
)


def pooling(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """MaxPooling and AveragePooling: one value a window in each map, no weights.

    Connections: for every output unit its window. LeCun et al. 1998, II.B count one more (S2:
    5,880 = 6·14·14·(4 + 1)), since their subsampling has a trained bias.
    """
    windows = config["pool_size"]
    image = of_rank(only(inputs), len(windows))
    strides = config["strides"] or windows
    if 0 in strides:
        raise Impossible("its window must move on: strides of 1 or more")
    spatial = tuple(
        windowed(size, window, stride, 1, config["padding"])
        for size, window, stride in zip(image.spatial, windows, strides, strict=True)
    )
    output = maps(image.channels, spatial, image)
    return Derived(
        (output,),
        connections=times(product(output.sizes), prod(windows)),
        window=sliding(windows, strides),
    )


def global_pooling(rank: int, inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """GlobalMaxPooling and GlobalAveragePooling along that many axes: one value a map.

    Connections: for every map all of it. Source: Lin et al., Network In Network, 2013, 3.2.
    """
    image = of_rank(only(inputs), rank)
    output = maps(image.channels, (1,) * rank if config["keepdims"] else (), image)
    return Derived((output,), connections=product(image.sizes), window=everywhere(rank))


def adaptive_pooling(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """AdaptiveMaxPooling and AdaptiveAveragePooling: as many values a map as they are told.

    Window i of m over an axis of n reaches from floor(i·n / m) to ceil((i + 1)·n / m). Source:
    PyTorch's AdaptiveAvgPool; without the rounding: He et al., Spatial Pyramid Pooling, 2014, 2.3.
    Connections: for every output unit its window. Two neighbouring windows overlap by one where
    m does not divide i·n, so that those along an axis are n + m - gcd(n, m) long together.
    """
    lengths = config["output_size"]
    image = of_rank(only(inputs), len(lengths))
    if min(lengths) < 1:
        raise Impossible("its output_size must be 1 or more")
    pairs = list(zip(image.spatial, lengths, strict=True))
    reaches = [None if size is None else size + m - gcd(size, m) for size, m in pairs]
    return Derived(
        (maps(image.channels, lengths, image),),
        connections=times(image.channels, *reaches),
        window=_even(pairs),
    )


def _even(pairs: list[tuple[int | None, int]]) -> Window | None:
    """What windows see that are all of one size."""
    if any(m > 1 and (size is None or size % m) for size, m in pairs):
        return None
    reach = tuple(None if size is None else size // m for size, m in pairs)
    return Window(reach, tuple(Fraction(size or 1) for size in reach))
