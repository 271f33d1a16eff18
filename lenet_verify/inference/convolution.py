"""Convolutions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lenet_verify.architecture import Shape
from lenet_verify.inference.derived import (
    Derived,
    Impossible,
    known,
    maps,
    of_rank,
    only,
    product,
    sliding,
    times,
    weights,
    windowed,
)


def convolution(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """Conv1D, Conv2D, Conv3D: a kernel of `kernel_size` × channels/groups for each filter.

    Weights: filters · (kernel · channels / groups + 1 bias). Source: LeCun et al. 1998, II.A.
    Connections: for every output unit its window and its bias. Source: ibid., II.B (C1: 122,304).
    """
    kernel = config["kernel_size"]
    image = of_rank(only(inputs), len(kernel))
    channels = known(image.channels, "the number of feature maps that come in")
    filters, groups = config["filters"], config["groups"]
    if channels % groups or filters % groups:
        raise Impossible(
            f"groups {groups} must divide its {channels} input maps and its {filters} filters"
        )
    spatial = tuple(
        windowed(size, window, stride, dilation, config["padding"])
        for size, window, stride, dilation in zip(
            image.spatial, kernel, config["strides"], config["dilation_rate"], strict=True
        )
    )
    bias = bool(config["use_bias"])
    fan_in = weights((*kernel, channels // groups))
    output = maps(filters, spatial, image)
    return Derived(
        (output,),
        trainable=weights((filters, fan_in + bias)),
        macs=times(product(output.sizes), fan_in),
        connections=times(product(output.sizes), fan_in + bias),
        window=sliding(kernel, config["strides"], config["dilation_rate"]),
    )
