"""Convolutions.

Arithmetic: Dumoulin and Visin, A guide to convolution arithmetic for deep learning, 2016.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from lenet_verify.architecture import Shape
from lenet_verify.inference.dense import adapted
from lenet_verify.inference.derived import (
    Derived,
    Impossible,
    Window,
    biased,
    known,
    maps,
    of_rank,
    only,
    product,
    sliding,
    times,
    total,
    weights,
    windowed,
)


def convolution(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived | None:
    """Conv1D, Conv2D, Conv3D: a kernel of `kernel_size` × channels/groups for each filter.

    Weights: filters · (kernel · channels / groups + 1 bias). Source: LeCun et al. 1998, II.A.
    Connections: for every output unit its window and its bias. Source: ibid., II.B (C1: 122,304).
    """
    image, channels = _maps_in(inputs, config)
    filters, groups = config["filters"], config["groups"]
    if channels % groups or filters % groups:
        raise Impossible(
            f"groups {groups} must divide its {channels} input maps and its {filters} filters"
        )
    _either_strided_or_dilated(config)
    bias = bool(config["use_bias"])
    window = (*config["kernel_size"], channels // groups)
    fan_in = weights(window)
    output = maps(filters, _positions(image, config), image)
    derived = Derived(
        (output,),
        trainable_weights=biased(config, (*window, filters), bias=(filters,)),
        macs=times(product(output.sizes), fan_in),
        connections=times(product(output.sizes), fan_in + bias),
        window=_window(config),
    )
    return adapted(derived, config, "kernel")


def depthwise_convolution(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """DepthwiseConv1D, DepthwiseConv2D: `depth_multiplier` kernels for each map, each on its own.

    Weights: multiplier · channels · (kernel + 1 bias). Source: Howard et al., MobileNets, 2017,
    3.1.
    """
    image, channels = _maps_in(inputs, config)
    sizes, multiplier, bias = config["kernel_size"], config["depth_multiplier"], config["use_bias"]
    filters, kernel = multiplier * channels, weights(sizes)
    output = maps(filters, _positions(image, config), image)
    return Derived(
        (output,),
        trainable_weights=biased(config, (*sizes, channels, multiplier), bias=(filters,)),
        macs=times(product(output.sizes), kernel),
        connections=times(product(output.sizes), kernel + bool(bias)),
        window=_window(config),
    )


def separable_convolution(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """SeparableConv1D, SeparableConv2D: a depthwise convolution without a bias, then a 1x1 one.

    Weights: multiplier · channels · kernel + filters · (multiplier · channels + 1 bias).
    Multiply-adds and connections: those of both halves. Source: Chollet, Xception, 2017, 1.2;
    Howard et al., MobileNets, 2017, 3.1.
    """
    depthwise = depthwise_convolution(inputs, {**config, "use_bias": False})
    (between,) = depthwise.shapes
    fan_in = known(between.channels, "the number of feature maps between its halves")
    filters, bias = config["filters"], bool(config["use_bias"])
    pointwise = (*(1,) * len(config["kernel_size"]), fan_in, filters)
    output = maps(filters, between.spatial, between)
    outer = product(output.sizes)
    return Derived(
        (output,),
        trainable_weights=biased(config, *depthwise.trainable_weights, pointwise, bias=(filters,)),
        macs=total(depthwise.macs, times(outer, fan_in)),
        connections=total(depthwise.connections, times(outer, fan_in + bias)),
        window=depthwise.window,
    )


def transposed_convolution(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """Conv1DTranspose, Conv2DTranspose, Conv3DTranspose: what each input position is multiplied
    with is added to the output, a stride further on than that of the position before.

    Weights: as of the convolution that it transposes, with a bias for each filter. Multiply-adds:
    input positions · kernel · channels · filters, margins that are cut off included; connections:
    the same, and the biases of the output units. Source: Dumoulin and Visin, chapter 4.
    """
    image, channels = _maps_in(inputs, config)
    _either_strided_or_dilated(config)
    filters, kernel, strides = config["filters"], config["kernel_size"], config["strides"]
    reaches = [d * (size - 1) + 1 for size, d in zip(kernel, config["dilation_rate"], strict=True)]
    extras = config["output_padding"] or (None,) * len(kernel)
    spatial = tuple(
        _spread(size, reach, stride, extra, config["padding"])
        for size, reach, stride, extra in zip(image.spatial, reaches, strides, extras, strict=True)
    )
    output = maps(filters, spatial, image)
    bias = bool(config["use_bias"])
    macs = times(product(image.spatial), *kernel, channels, filters)
    seen = tuple(-(-reach // stride) for reach, stride in zip(reaches, strides, strict=True))
    return Derived(
        (output,),
        trainable_weights=biased(config, (*kernel, filters, channels), bias=(filters,)),
        macs=macs,
        connections=total(macs, times(product(output.sizes), bias)),
        window=Window(seen, tuple(Fraction(1, stride) for stride in strides)),
    )


def _spread(
    size: int | None, reach: int, stride: int, extra: int | None, padding: str
) -> int | None:
    """How long an axis becomes: stride · (size - 1) + reach - 2p + extra.

    p is 0 with `valid`, floor(reach / 2) with `same`. Source: Dumoulin and Visin, relationship 14.
    Where `extra`, Keras's `output_padding`, is not given, it fills up the last stride, so that
    the length is at least stride · size; with `same`, exactly that.
    """
    if extra is not None and extra >= stride:
        raise Impossible(f"output_padding {extra} must be less than the stride, {stride}")
    if size is None:
        return None
    kept = reach if padding == "valid" else reach % 2
    length = stride * (size - 1) + kept
    length += max(stride - kept, 0) if extra is None else extra
    if length < 1:
        raise Impossible(f"of an input of size {size} nothing would come out")
    return length


def _maps_in(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> tuple[Shape, int]:
    """The feature maps that come in, and how many they are."""
    image = of_rank(only(inputs), len(config["kernel_size"]))
    return image, known(image.channels, "the number of feature maps that come in")


def _positions(image: Shape, config: Mapping[str, Any]) -> tuple[int | None, ...]:
    """The sizes of the feature maps that a kernel leaves."""
    return tuple(
        windowed(size, window, stride, dilation, config["padding"])
        for size, window, stride, dilation in zip(
            image.spatial,
            config["kernel_size"],
            config["strides"],
            config["dilation_rate"],
            strict=True,
        )
    )


def _window(config: Mapping[str, Any]) -> Window:
    return sliding(config["kernel_size"], config["strides"], config["dilation_rate"])


def _either_strided_or_dilated(config: Mapping[str, Any]) -> None:
    """Keras's own condition on (transposed) convolutions; the depthwise ones may be both."""
    if max(config["strides"]) > 1 and max(config["dilation_rate"]) > 1:
        raise Impossible("either its strides or its dilation_rate must be 1")
