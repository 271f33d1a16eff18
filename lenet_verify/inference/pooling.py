"""Pooling."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

from lenet_verify.architecture import Shape
from lenet_verify.inference.derived import (
    Derived,
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
