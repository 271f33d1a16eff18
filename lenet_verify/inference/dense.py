"""Fully connected layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lenet_verify.architecture import Shape
from lenet_verify.inference.derived import (
    Derived,
    Impossible,
    known,
    only,
    product,
    times,
    weights,
)


def dense(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """Dense: each unit sees the whole last axis; units · (inputs + 1 bias) weights."""
    vector = only(inputs)
    if not vector.sizes:
        raise Impossible("it takes a vector, not a scalar")
    units = config["units"]
    width = known(vector.sizes[-1], "the length of the vector that comes in")
    bias = bool(config["use_bias"])
    sizes = (*vector.sizes[:-1], units)
    return Derived(
        (Shape(sizes, vector.channels_first),),
        trainable=weights((units, width + bias)),
        macs=times(product(sizes), width),
        connections=times(product(sizes), width + bias),
    )
