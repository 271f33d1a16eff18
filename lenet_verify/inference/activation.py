"""Activations with weights, or of several values together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lenet_verify.architecture import Shape
from lenet_verify.inference.derived import Derived, Impossible, known, only
from lenet_verify.inference.normalization import seen


def prelu(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """PReLU: a trained slope for each value of its input, one for all along a shared axis.

    Keras counts shared axes from 1 and, unlike elsewhere, takes -1 for the last but one and 0
    for the last. Source: He et al. 2015, section 2.1.
    """
    shape = only(inputs)
    slopes = list(shape.sizes)
    for axis in config["shared_axes"] or ():
        if not -len(slopes) <= axis - 1 < len(slopes):
            raise Impossible(f"{shape} has no axis {axis} (the batch is axis 0)")
        slopes[axis - 1] = 1
    what = "its input's size along an axis that is not shared"
    weight = tuple(known(size, what) for size in slopes)
    return Derived((shape,), trainable_weights=(weight,), connections=0)


def softmax(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """Softmax: exponentials, divided by their sum along some axes. Source: Bridle 1990."""
    shape = only(inputs)
    return Derived((shape,), connections=0, window=seen(shape, config["axis"]))
