"""The layers of LeNet-5 that Keras lacks.

Source of all three: LeCun et al. 1998, II.B, by which they are counted too.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

from lenet_verify.architecture import Shape
from lenet_verify.inference.derived import (
    Derived,
    Impossible,
    biased,
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


def subsampling(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """Subsampling2D: the sum of a window, times a trained coefficient, plus a trained bias.

    Weights: a coefficient and a bias for each map (S2: 12). Connections: for every output unit
    its window and its bias (S2: 6·14·14·(4 + 1) = 5,880). No multiply-adds: it scales single sums.
    """
    image = of_rank(only(inputs), 2)
    windows = config["pool_size"]
    strides = config["strides"] or windows
    channels = known(image.channels, "the number of feature maps that come in")
    spatial = tuple(
        windowed(size, window, stride, 1, "valid")
        for size, window, stride in zip(image.spatial, windows, strides, strict=True)
    )
    output = maps(channels, spatial, image)
    return Derived(
        (output,),
        trainable_weights=((channels,), (channels,)),
        connections=times(product(output.sizes), prod(windows) + 1),
        window=sliding(windows, strides),
    )


def sparse_convolution(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """SparseConv2D: a kernel for each connected pair of maps, a bias for each map.

    Weights: kernel · connected pairs + maps (C3: 5·5·60 + 16 = 1,516). Connections: that many for
    every position of the output (C3: 1,516·10·10 = 151,600).
    """
    image = of_rank(only(inputs), 2)
    channels = known(image.channels, "the number of feature maps that come in")
    table, windows, strides = config["connection_table"], config["kernel_size"], config["strides"]
    for row in table or ((),):
        if not row or len(set(row)) < len(row):
            raise Impossible("each row of its connection_table names maps, one or more, each once")
        if max(row) >= channels:
            raise Impossible(
                f"its connection_table names map {max(row)}, but only {channels} come in, "
                "counted from 0"
            )
    spatial = tuple(
        windowed(size, window, stride, 1, config["padding"])
        for size, window, stride in zip(image.spatial, windows, strides, strict=True)
    )
    kernel = (*windows, sum(map(len, table)))
    bias = len(table) if config["use_bias"] else 0
    places = product(spatial)
    return Derived(
        (maps(len(table), spatial, image),),
        trainable_weights=biased(config, kernel, bias=(len(table),)),
        macs=times(places, weights(kernel)),
        connections=times(places, weights(kernel) + bias),
        window=sliding(windows, strides),
    )


def euclidean_rbf(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """EuclideanRBF: for each unit the squared distance of the last axis from its code.

    Weights: the codes, units · inputs (840 = 10·84), not trained unless the layer is told to be.
    Connections: for each unit its inputs, and no bias. Multiply-adds: as many, since each
    difference is multiplied by itself and added.
    """
    vector = only(inputs)
    codes = ["".join(code.split()) for code in config["codes"]]
    lengths, marks = set(map(len, codes)), set("".join(codes))
    if len(lengths) != 1 or len(set(codes)) < len(codes) or not marks or marks - set("#."):
        raise Impossible("its codes must be of one length, no two of them alike, of # and .")
    (length,) = lengths
    width = known(vector.sizes[-1], "the length of the vector that comes in") if vector.sizes else 0
    if width != length:
        raise Impossible(f"its codes are of {length} signs, and do not fit {vector}")
    sizes = (*vector.sizes[:-1], len(codes))
    each = times(product(sizes), length)
    return Derived(
        (Shape(sizes, vector.channels_first),),
        trainable_weights=((len(codes), length),),
        macs=each,
        connections=each,
    )
