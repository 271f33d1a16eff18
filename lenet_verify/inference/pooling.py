"""Pooling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lenet_verify.architecture import Shape
from lenet_verify.inference.derived import Derived, maps, of_rank, only, windowed


def pooling(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """MaxPooling and AveragePooling: one value a window in each map, no weights."""
    windows = config["pool_size"]
    image = of_rank(only(inputs), len(windows))
    strides = config["strides"] or windows
    spatial = tuple(
        windowed(size, window, stride, 1, config["padding"])
        for size, window, stride in zip(image.spatial, windows, strides, strict=True)
    )
    return Derived((maps(image.channels, spatial, image),))
