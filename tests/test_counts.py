"""Multiply-adds, connections, weights and windows of every layer, worked out by hand.

Each number stands as the arithmetic that docs/facts.md and the rules' own sources define:
`6 * 28 * 28 * 25` is so many maps of so many positions, and a kernel of 5x5. None of them comes
from the program, and none needs a framework.
"""

from __future__ import annotations

from fractions import Fraction

import pytest

from lenet_verify.inference import RULES
from lenet_verify.inference.operations import OPERATIONS
from tests.by_hand import WHOLE, Case, check, config_of, first, sees

THIRD, HALF = Fraction(1, 3), Fraction(1, 2)

TABLE_I = [
    [0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5], [0, 4, 5], [0, 1, 5],
    [0, 1, 2, 3], [1, 2, 3, 4], [2, 3, 4, 5], [0, 3, 4, 5], [0, 1, 4, 5], [0, 1, 2, 5],
    [0, 1, 3, 4], [1, 2, 4, 5], [0, 2, 3, 5], [0, 1, 2, 3, 4, 5],
]  # fmt: skip
"""Of LeCun et al. 1998: the maps of S2 that feed each map of C3."""

CONVOLUTIONS = {
    "Conv1D": [
        Case(
            {"filters": 4, "kernel_size": 3}, [(9, 3)], [(7, 4)],
            trained=4 * (3 * 3 + 1), macs=7 * 4 * 9, connections=7 * 4 * (9 + 1),
            window=sees((3, 1)),
        ),
        # of 9 positions every second, the last one half outside
        Case(
            {"filters": 4, "kernel_size": 4, "strides": 2, "padding": "same", "use_bias": False},
            [(9, 3)], [(5, 4)],
            trained=4 * 12, macs=5 * 4 * 12, connections=5 * 4 * 12, window=sees((4, 2)),
        ),
        Case(
            {"filters": 6, "kernel_size": 3, "padding": "causal", "dilation_rate": 2, "groups": 2},
            [(9, 4)], [(9, 6)],
            trained=6 * (3 * 2 + 1), macs=9 * 6 * 6, connections=9 * 6 * 7,
            window=sees((2 * 2 + 1, 1)),
        ),
        Case(
            {"filters": 4, "kernel_size": 5, "strides": 3, "data_format": "channels_first"},
            [first(2, 10)], [first(4, 2)],
            trained=4 * (5 * 2 + 1), macs=2 * 4 * 10, connections=2 * 4 * 11, window=sees((5, 3)),
        ),
        Case(
            {"filters": 4, "kernel_size": 3}, [(None, 3)], [(None, 4)],
            trained=4 * 10, macs=None, connections=None, window=sees((3, 1)),
        ),
        # the kernel of 3x3x4 is frozen; a 3x3x2 and a 2x4 take its place, and the biases stay
        Case(
            {"filters": 4, "kernel_size": 3, "lora_rank": 2}, [(9, 3)], [(7, 4)],
            trained=3 * 3 * 2 + 2 * 4 + 4, frozen=3 * 3 * 4,
            macs=7 * 4 * 9, connections=7 * 4 * 10, window=sees((3, 1)),
        ),
        Case(
            {"filters": 4, "kernel_size": 3, "trainable": False}, [(9, 3)], [(7, 4)],
            frozen=4 * 10, macs=7 * 4 * 9, connections=7 * 4 * 10, window=sees((3, 1)),
        ),
    ],
    "Conv2D": [
        # C1 of LeNet-5: 156 weights, 122,304 connections
        Case(
            {"filters": 6, "kernel_size": 5}, [(32, 32, 1)], [(28, 28, 6)],
            trained=6 * (25 + 1), macs=6 * 28 * 28 * 25, connections=6 * 28 * 28 * 26,
            window=sees((5, 1), (5, 1)),
        ),
        Case(
            {"filters": 5, "kernel_size": (3, 2), "strides": (2, 3), "padding": "same"},
            [(7, 8, 3)], [(4, 3, 5)],
            trained=5 * (3 * 2 * 3 + 1), macs=4 * 3 * 5 * 18, connections=4 * 3 * 5 * 19,
            window=sees((3, 2), (2, 3)),
        ),
        # of 8 rows the last one is left over, of 9 columns one
        Case(
            {"filters": 5, "kernel_size": (3, 2), "strides": (2, 3), "use_bias": False},
            [(8, 9, 3)], [(3, 3, 5)],
            trained=5 * 18, macs=3 * 3 * 5 * 18, connections=3 * 3 * 5 * 18,
            window=sees((3, 2), (2, 3)),
        ),
        Case(
            {"filters": 2, "kernel_size": 3, "dilation_rate": (2, 3)}, [(9, 9, 4)], [(5, 3, 2)],
            trained=2 * (9 * 4 + 1), macs=5 * 3 * 2 * 36, connections=5 * 3 * 2 * 37,
            window=sees((5, 1), (7, 1)),
        ),
        Case(
            {"filters": 6, "kernel_size": 2, "groups": 2, "data_format": "channels_first"},
            [first(4, 5, 6)], [first(6, 4, 5)],
            trained=6 * (4 * 2 + 1), macs=6 * 4 * 5 * 8, connections=6 * 4 * 5 * 9,
            window=sees((2, 1), (2, 1)),
        ),
        # the axis order that the layer is told counts, not the one that its input comes in
        Case(
            {"filters": 2, "kernel_size": 2, "data_format": "channels_last"},
            [first(4, 5, 6)], [(3, 4, 2)],
            trained=2 * (4 * 6 + 1), macs=3 * 4 * 2 * 24, connections=3 * 4 * 2 * 25,
            window=sees((2, 1), (2, 1)),
        ),
        Case(
            {"filters": 5, "kernel_size": 3}, [(8, None, 3)], [(6, None, 5)],
            trained=5 * 28, macs=None, connections=None, window=sees((3, 1), (3, 1)),
        ),
        # as large as its input: a dense layer
        Case(
            {"filters": 120, "kernel_size": 5}, [(5, 5, 16)], [(1, 1, 120)],
            trained=120 * (400 + 1), macs=120 * 400, connections=120 * 401,
            window=sees((5, 1), (5, 1)),
        ),
    ],
    "Conv3D": [
        Case(
            {"filters": 3, "kernel_size": (1, 2, 3), "strides": (1, 2, 1)},
            [(4, 5, 6, 2)], [(4, 2, 4, 3)],
            trained=3 * (1 * 2 * 3 * 2 + 1),
            macs=4 * 2 * 4 * 3 * 12, connections=4 * 2 * 4 * 3 * 13,
            window=sees((1, 1), (2, 2), (3, 1)),
        ),
    ],
    "Conv1DTranspose": [
        # each of 4 positions gives 4 values, every 3 apart: 3 * 3 + 4 come out
        Case(
            {"filters": 2, "kernel_size": 4, "strides": 3}, [(4, 3)], [(13, 2)],
            trained=2 * (4 * 3 + 1), macs=4 * 4 * 3 * 2, connections=4 * 4 * 3 * 2 + 13 * 2,
            window=sees((2, THIRD)),
        ),
        # with gaps between them: the last stride is filled up
        Case(
            {"filters": 2, "kernel_size": 2, "strides": 3, "use_bias": False},
            [(4, 3)], [(12, 2)],
            trained=2 * 2 * 3, macs=4 * 2 * 3 * 2, connections=4 * 2 * 3 * 2,
            window=sees((1, THIRD)),
        ),
        # as long as 4 strides, whatever hangs over cut off
        Case(
            {"filters": 2, "kernel_size": 5, "strides": 2, "padding": "same"}, [(4, 3)], [(8, 2)],
            trained=2 * (5 * 3 + 1), macs=4 * 5 * 3 * 2, connections=4 * 5 * 3 * 2 + 8 * 2,
            window=sees((3, HALF)),
        ),
        Case(
            {"filters": 2, "kernel_size": 3, "dilation_rate": 2}, [(5, 1)], [(9, 2)],
            trained=2 * (3 + 1), macs=5 * 3 * 2, connections=5 * 3 * 2 + 9 * 2,
            window=sees((5, 1)),
        ),
        Case(
            {"filters": 2, "kernel_size": 3}, [(None, 3)], [(None, 2)],
            trained=2 * 10, macs=None, connections=None, window=sees((3, 1)),
        ),
    ],
    "Conv2DTranspose": [
        Case(
            {
                "filters": 2, "kernel_size": (3, 2), "strides": (2, 1),
                "data_format": "channels_first",
            },
            [first(3, 4, 5)], [first(2, 9, 6)],
            trained=2 * (3 * 2 * 3 + 1),
            macs=4 * 5 * 6 * 3 * 2, connections=4 * 5 * 6 * 3 * 2 + 2 * 9 * 6,
            window=sees((2, HALF), (2, 1)),
        ),
        # 2 * 3 + 3 and one more
        Case(
            {"filters": 1, "kernel_size": 3, "strides": 2, "output_padding": 1},
            [(4, 4, 1)], [(10, 10, 1)],
            trained=9 + 1, macs=4 * 4 * 9, connections=4 * 4 * 9 + 10 * 10,
            window=sees((2, HALF), (2, HALF)),
        ),
        # 2 * 3 + 3 less 1 on either side, and nothing or one more
        Case(
            {
                "filters": 1, "kernel_size": 3, "strides": 2, "padding": "same",
                "output_padding": (0, 1),
            },
            [(4, 4, 1)], [(7, 8, 1)],
            trained=9 + 1, macs=4 * 4 * 9, connections=4 * 4 * 9 + 7 * 8,
            window=sees((2, HALF), (2, HALF)),
        ),
    ],
    "Conv3DTranspose": [
        Case(
            {"filters": 3, "kernel_size": 2, "strides": 2}, [(2, 3, 4, 5)], [(4, 6, 8, 3)],
            trained=3 * (8 * 5 + 1),
            macs=2 * 3 * 4 * 8 * 5 * 3, connections=2 * 3 * 4 * 8 * 5 * 3 + 4 * 6 * 8 * 3,
            window=sees((1, HALF), (1, HALF), (1, HALF)),
        ),
    ],
    "DepthwiseConv1D": [
        Case(
            {"kernel_size": 3, "depth_multiplier": 2}, [(9, 3)], [(7, 6)],
            trained=6 * (3 + 1), macs=7 * 6 * 3, connections=7 * 6 * 4, window=sees((3, 1)),
        ),
    ],
    "DepthwiseConv2D": [
        Case(
            {
                "kernel_size": (3, 2), "strides": 2, "padding": "same", "use_bias": False,
                "data_format": "channels_first",
            },
            [first(3, 5, 7)], [first(3, 3, 4)],
            trained=3 * 6, macs=3 * 3 * 4 * 6, connections=3 * 3 * 4 * 6,
            window=sees((3, 2), (2, 2)),
        ),
        # it alone may be strided and dilated
        Case(
            {"kernel_size": 3, "strides": 2, "dilation_rate": (2, 1), "depth_multiplier": 3},
            [(10, 8, 2)], [(3, 3, 6)],
            trained=6 * (9 + 1), macs=3 * 3 * 6 * 9, connections=3 * 3 * 6 * 10,
            window=sees((5, 2), (3, 2)),
        ),
        Case(
            {"kernel_size": 3}, [(None, 8, 2)], [(None, 6, 2)],
            trained=2 * 10, macs=None, connections=None, window=sees((3, 1), (3, 1)),
        ),
    ],
    "SeparableConv1D": [
        # 3 maps to 6 by themselves, then 6 to 4 at each position
        Case(
            {"filters": 4, "kernel_size": 3, "depth_multiplier": 2, "strides": 2},
            [(9, 3)], [(4, 4)],
            trained=6 * 3 + 4 * (6 + 1),
            macs=4 * 6 * 3 + 4 * 4 * 6, connections=4 * 6 * 3 + 4 * 4 * 7,
            window=sees((3, 2)),
        ),
    ],
    "SeparableConv2D": [
        Case(
            {
                "filters": 3, "kernel_size": (3, 2), "dilation_rate": (2, 2), "padding": "same",
                "use_bias": False, "data_format": "channels_first",
            },
            [first(2, 5, 7)], [first(3, 5, 7)],
            trained=2 * 6 + 3 * 2,
            macs=2 * 5 * 7 * 6 + 3 * 5 * 7 * 2, connections=2 * 5 * 7 * 6 + 3 * 5 * 7 * 2,
            window=sees((5, 1), (3, 1)),
        ),
        Case(
            {"filters": 3, "kernel_size": 3}, [(None, None, 2)], [(None, None, 3)],
            trained=2 * 9 + 3 * (2 + 1), macs=None, connections=None,
            window=sees((3, 1), (3, 1)),
        ),
    ],
}  # fmt: skip

POOLINGS = {
    "Pooling1D": [
        Case(
            {"pool_size": 3, "strides": 1}, [(5, 2)], [(3, 2)],
            connections=3 * 2 * 3, window=sees((3, 1)),
        ),
        Case(
            {"pool_size": 2, "data_format": "channels_first"}, [first(2, 5)], [first(2, 2)],
            connections=2 * 2 * 2, window=sees((2, 2)),
        ),
    ],
    "Pooling2D": [
        # S2 of LeNet-5, without its bias
        Case(
            {"pool_size": 2}, [(28, 28, 6)], [(14, 14, 6)],
            connections=6 * 14 * 14 * 4, window=sees((2, 2), (2, 2)),
        ),
        Case(
            {"pool_size": 3, "strides": 2}, [(7, 8, 2)], [(3, 3, 2)],
            connections=3 * 3 * 2 * 9, window=sees((3, 2), (3, 2)),
        ),
        Case(
            {"pool_size": (2, 3), "padding": "same", "data_format": "channels_first"},
            [first(4, 5, 7)], [first(4, 3, 3)],
            connections=4 * 3 * 3 * 6, window=sees((2, 2), (3, 3)),
        ),
        Case(
            {"pool_size": 2, "strides": (1, 2)}, [(None, 5, 3)], [(None, 2, 3)],
            connections=None, window=sees((2, 1), (2, 2)),
        ),
    ],
    "Pooling3D": [
        Case(
            {"pool_size": (1, 2, 3)}, [(4, 4, 7, 2)], [(4, 2, 2, 2)],
            connections=4 * 2 * 2 * 2 * 6, window=sees((1, 1), (2, 2), (3, 3)),
        ),
    ],
}  # fmt: skip

GLOBAL_POOLINGS = {
    "Pooling1D": [
        Case({}, [(4, 3)], [(3,)], connections=4 * 3, window=sees(WHOLE)),
        Case({}, [(None, 3)], [(3,)], connections=None, window=sees(WHOLE)),
    ],
    "Pooling2D": [
        Case({}, [(4, 5, 3)], [(3,)], connections=4 * 5 * 3, window=sees(WHOLE, WHOLE)),
        Case(
            {"keepdims": True, "data_format": "channels_first"},
            [first(3, 4, 5)], [first(3, 1, 1)],
            connections=3 * 4 * 5, window=sees(WHOLE, WHOLE),
        ),
    ],
    "Pooling3D": [
        Case({}, [(2, 3, 4, 5)], [(5,)], connections=2 * 3 * 4 * 5, window=sees(*[WHOLE] * 3)),
    ],
}  # fmt: skip

ADAPTIVE_POOLINGS = {
    "Pooling1D": [
        Case(
            {"output_size": 2}, [(6, 3)], [(2, 3)],
            connections=(3 + 3) * 3, window=sees((3, 3)),
        ),
        # 4 of 6: positions 0 1, 1 2, 3 4, 4 5
        Case(
            {"output_size": 4}, [(6, 3)], [(4, 3)],
            connections=(2 + 2 + 2 + 2) * 3, window=None,
        ),
        # 3 of 7: 0 to 2, 2 to 4, 4 to 6
        Case(
            {"output_size": 3, "data_format": "channels_first"}, [first(2, 7)], [first(2, 3)],
            connections=(3 + 3 + 3) * 2, window=None,
        ),
        Case({"output_size": 2}, [(None, 3)], [(2, 3)], connections=None, window=None),
        Case({"output_size": 1}, [(None, 3)], [(1, 3)], connections=None, window=sees(WHOLE)),
    ],
    "Pooling2D": [
        # 3 of 6 rows, two each; of 5 columns 0 to 2 and 2 to 4
        Case(
            {"output_size": (3, 2)}, [(6, 5, 4)], [(3, 2, 4)],
            connections=(2 + 2 + 2) * (3 + 3) * 4, window=None,
        ),
        Case(
            {"output_size": 1}, [(6, 5, 4)], [(1, 1, 4)],
            connections=6 * 5 * 4, window=sees((6, 6), (5, 5)),
        ),
    ],
    "Pooling3D": [
        # more than there are: two of every three windows see the same position
        Case(
            {"output_size": (2, 1, 3)}, [(4, 2, 1, 5)], [(2, 1, 3, 5)],
            connections=(2 + 2) * 2 * (1 + 1 + 1) * 5, window=None,
        ),
    ],
}  # fmt: skip

DENSE = {
    "Dense": [
        Case(
            {"units": 5}, [(7,)], [(5,)],
            trained=5 * (7 + 1), macs=5 * 7, connections=5 * 8,
        ),
        Case(
            {"units": 5, "use_bias": False}, [(4, 7)], [(4, 5)],
            trained=5 * 7, macs=4 * 5 * 7, connections=4 * 5 * 7,
        ),
        Case(
            {"units": 5}, [(2, None, 7)], [(2, None, 5)],
            trained=5 * 8, macs=None, connections=None,
        ),
        Case(
            {"units": 5, "lora_rank": 2}, [(7,)], [(5,)],
            trained=7 * 2 + 2 * 5 + 5, frozen=7 * 5, macs=5 * 7, connections=5 * 8,
        ),
        Case(
            {"units": 5}, [first(3, 4, 7)], [first(3, 4, 5)],
            trained=5 * 8, macs=3 * 4 * 5 * 7, connections=3 * 4 * 5 * 8,
        ),
    ],
    "EinsumDense": [
        Case(
            {"equation": "ab,bc->ac", "output_shape": 5, "bias_axes": "c"}, [(7,)], [(5,)],
            trained=7 * 5 + 5, macs=7 * 5, connections=7 * 5 + 5,
        ),
        # at each of 4 positions a 7-vector becomes 2x3 values; the bias is for each of 3
        Case(
            {"equation": "abc,cde->abde", "output_shape": (4, 2, 3), "bias_axes": "e"},
            [(4, 7)], [(4, 2, 3)],
            trained=7 * 2 * 3 + 3, macs=4 * 7 * 2 * 3, connections=4 * 7 * 2 * 3 + 4 * 2 * 3,
        ),
        # sizes that are left open count, though none is stated of what comes out
        Case(
            {"equation": "abc,cd->abd", "output_shape": (None, 5)}, [(4, 7)], [(None, 5)],
            trained=7 * 5, macs=4 * 7 * 5, connections=4 * 7 * 5,
        ),
        # along all positions, which are then gone
        Case(
            {"equation": "abc,bcd->ad", "output_shape": 5}, [(4, 7)], [(5,)],
            trained=4 * 7 * 5, macs=4 * 7 * 5, connections=4 * 7 * 5, window=sees(WHOLE),
        ),
        # along one of two axes of positions
        Case(
            {"equation": "abcd,cde->abe", "output_shape": (2, 5), "bias_axes": "be"},
            [(2, 3, 7)], [(2, 5)],
            trained=3 * 7 * 5 + 2 * 5, macs=2 * 3 * 7 * 5, connections=2 * 3 * 7 * 5 + 2 * 5,
            window=None,
        ),
        Case(
            {"equation": "...x,xy->...y", "output_shape": 5}, [(3, 4, 7)], [(3, 4, 5)],
            trained=7 * 5, macs=3 * 4 * 7 * 5, connections=3 * 4 * 7 * 5,
        ),
        # a vector of 7 for each of 3 channels
        Case(
            {"equation": "ab...,bc->ac...", "output_shape": 5}, [(7, 3)], [(5, 3)],
            trained=7 * 5, macs=7 * 5 * 3, connections=7 * 5 * 3, window=sees(WHOLE),
        ),
        Case(
            {"equation": "abc,cd->abd", "output_shape": (None, 5), "bias_axes": "d"},
            [(None, 7)], [(None, 5)],
            trained=7 * 5 + 5, macs=None, connections=None,
        ),
        Case(
            {"equation": "abc,cde->abde", "output_shape": (4, 2, 3), "lora_rank": 2},
            [(4, 7)], [(4, 2, 3)],
            trained=7 * 2 * 2 + 2 * 3, frozen=7 * 2 * 3,
            macs=4 * 7 * 2 * 3, connections=4 * 7 * 2 * 3,
        ),
        # a letter twice is a diagonal
        Case(
            {"equation": "abb,bc->ac", "output_shape": 5}, [(3, 3)], [(5,)],
            trained=3 * 5, macs=3 * 5, connections=3 * 5, window=sees(WHOLE),
        ),
        Case(
            {"equation": "abb,bc->ac", "output_shape": 5}, [(3, None)], [(5,)],
            trained=3 * 5, macs=3 * 5, connections=3 * 5, window=sees(WHOLE),
        ),
        # channels first, they alone are mixed, at each position
        Case(
            {"equation": "abcd,be->aecd", "output_shape": (6, 4, 5)},
            [first(3, 4, 5)], [first(6, 4, 5)],
            trained=3 * 6, macs=3 * 4 * 5 * 6, connections=3 * 4 * 5 * 6,
        ),
        Case(
            {"equation": "abcd,ce->abed", "output_shape": (3, 6, 5)},
            [first(3, 4, 5)], [first(3, 6, 5)],
            trained=4 * 6, macs=3 * 4 * 5 * 6, connections=3 * 4 * 5 * 6, window=None,
        ),
        # the same with channels last mixes rows
        Case(
            {"equation": "abcd,be->aecd", "output_shape": (6, 4, 5)},
            [(3, 4, 5)], [(6, 4, 5)],
            trained=3 * 6, macs=3 * 4 * 5 * 6, connections=3 * 4 * 5 * 6, window=None,
        ),
        Case(
            {"equation": "ab,bc->ac...", "output_shape": 5}, [(7,)], [(5,)],
            trained=7 * 5, macs=7 * 5, connections=7 * 5,
        ),
    ],
    "PReLU": [
        Case({}, [(4, 5, 3)], [(4, 5, 3)], trained=4 * 5 * 3, connections=0),
        Case({"shared_axes": [1, 2]}, [(4, 5, 3)], [(4, 5, 3)], trained=3, connections=0),
        Case({"shared_axes": [1]}, [(None, 3)], [(None, 3)], trained=3, connections=0),
        Case({"shared_axes": [1, 0]}, [(4, 5)], [(4, 5)], trained=1, connections=0),
    ],
    "Softmax": [
        Case({}, [(4, 3)], [(4, 3)], connections=0),
        Case({"axis": [1, 2]}, [(4, 5, 3)], [(4, 5, 3)], connections=0, window=sees(WHOLE, WHOLE)),
        Case({}, [first(3, 4, 5)], [first(3, 4, 5)], connections=0, window=sees((1, 1), WHOLE)),
    ],
    "Embedding": [
        Case({"input_dim": 100, "output_dim": 8}, [(5,)], [(5, 8)], trained=100 * 8),
        Case(
            {"input_dim": 100, "output_dim": 8, "lora_rank": 2}, [(None,)], [(None, 8)],
            trained=100 * 2 + 2 * 8, frozen=100 * 8,
        ),
        Case({"input_dim": 9, "output_dim": 4}, [first(2, 3)], [first(2, 3, 4)], trained=9 * 4),
    ],
    "ReversibleEmbedding": [
        Case({"input_dim": 9, "output_dim": 4}, [(5,)], [(5, 4)], trained=9 * 4),
        Case(
            {"input_dim": 9, "output_dim": 4, "tie_weights": False}, [(5,)], [(5, 4)],
            trained=9 * 4 + 4 * 9,
        ),
        Case(
            {"input_dim": 9, "output_dim": 4, "tie_weights": False, "lora_rank": 2},
            [(5,)], [(5, 4)],
            trained=9 * 2 + 2 * 4 + 4 * 9, frozen=9 * 4,
        ),
    ],
}  # fmt: skip

NORMALIZATIONS = {
    "BatchNormalization": [
        # trained γ and β, running mean and variance
        Case({}, [(4, 5, 3)], [(4, 5, 3)], trained=2 * 3, frozen=2 * 3),
        Case({"axis": 1, "center": False}, [(4, 5, 3)], [(4, 5, 3)], trained=4, frozen=2 * 4),
        Case({"scale": False, "renorm": True}, [(3,)], [(3,)], trained=3, frozen=5 * 3),
        Case(
            {"renorm": True, "renorm_clipping": {"rmax": 2.0, "rmin": 2.0, "dmax": 0.0}},
            [(3,)], [(3,)],
            trained=2 * 3, frozen=5 * 3,
        ),
        # bounds without a renormalisation bound nothing
        Case(
            {"renorm_clipping": {"rmax": 1.0, "rmin": 2.0}}, [(3,)], [(3,)],
            trained=2 * 3, frozen=2 * 3,
        ),
    ],
    "GroupNormalization": [
        Case(
            {"groups": 2}, [(4, 5, 6)], [(4, 5, 6)],
            trained=2 * 6, window=sees(WHOLE, WHOLE),
        ),
        Case(
            {"groups": -1, "scale": False}, [(4, 6)], [(4, 6)], trained=6, window=sees(WHOLE),
        ),
        Case({"groups": 3}, [(6,)], [(6,)], trained=2 * 6),
        # groups of positions
        Case({"groups": 2, "axis": 1}, [(4, 5, 6)], [(4, 5, 6)], trained=2 * 4, window=None),
        Case(
            {"groups": 2, "axis": 1}, [first(4, 5, 6)], [first(4, 5, 6)],
            trained=2 * 4, window=sees(WHOLE, WHOLE),
        ),
        Case({"groups": 2, "axis": -2}, [(5, 4, 6)], [(5, 4, 6)], trained=2 * 4, window=None),
        Case({"groups": 2, "axis": 1}, [first(4, 6)], [first(4, 6)], trained=8, window=sees(WHOLE)),
    ],
    "LayerNormalization": [
        Case({}, [(4, 6)], [(4, 6)], trained=2 * 6),
        Case({"axis": [-2, -1]}, [(4, 6)], [(4, 6)], trained=2 * 4 * 6, window=sees(WHOLE)),
        Case(
            {"axis": 1, "center": False}, [(4, 5, 6)], [(4, 5, 6)],
            trained=4, window=sees(WHOLE, (1, 1)),
        ),
        Case(
            {"axis": [1, 2], "center": False, "scale": False}, [(None, 6)], [(None, 6)],
            window=sees(WHOLE),
        ),
    ],
    "RMSNormalization": [
        Case({}, [(4, 6)], [(4, 6)], trained=6),
        Case({"axis": [1, 2]}, [(4, 6)], [(4, 6)], trained=4 * 6, window=sees(WHOLE)),
    ],
    "UnitNormalization": [
        Case({}, [(4, 6)], [(4, 6)]),
        Case({"axis": 2}, [(None, 5, 6)], [(None, 5, 6)], window=sees((1, 1), WHOLE)),
        Case({"axis": 1}, [first(4, 5, 6)], [first(4, 5, 6)]),
    ],
    "LayerScale": [
        Case(
            {"init_values": 1e-6, "projection_dim": 6}, [(4, 5, 6)], [(4, 5, 6)], trained=6,
        ),
    ],
}  # fmt: skip

ATTENTIONS = {
    "Attention": [
        # 3 queries with 5 keys of 8, then weights for 5 values of 4
        Case(
            {}, [(3, 8), (5, 4), (5, 8)], [(3, 4)],
            macs=3 * 5 * 8 + 3 * 5 * 4, window=sees(WHOLE),
        ),
        Case(
            {"use_scale": True}, [(3, 8), (5, 8)], [(3, 8)],
            trained=1, macs=3 * 5 * 8 + 3 * 5 * 8, window=sees(WHOLE),
        ),
        # added scores multiply no matrix
        Case(
            {"score_mode": "concat", "use_scale": True}, [(3, 8), (5, 8)], [(3, 8)],
            trained=2, macs=3 * 5 * 8, window=sees(WHOLE),
        ),
        Case(
            {}, [(2, 3, 8), (2, 5, 8)], [(2, 3, 8)],
            macs=2 * (3 * 5 * 8 + 3 * 5 * 8), window=sees((1, 1), WHOLE),
        ),
        Case({}, [(3, 8), (None, 8)], [(3, 8)], macs=None, window=sees(WHOLE)),
        Case({}, [(3, None), (5, 8)], [(3, 8)], macs=None, window=sees(WHOLE)),
        Case(
            {}, [first(2, 3, 8), first(2, 5, 8)], [first(2, 3, 8)],
            macs=2 * (3 * 5 * 8 + 3 * 5 * 8), window=sees((1, 1), WHOLE),
        ),
    ],
    "AdditiveAttention": [
        # the scale is multiplied with each sum of a query and a key
        Case(
            {}, [(3, 8), (5, 4), (5, 8)], [(3, 4)],
            trained=8, macs=3 * 5 * 8 + 3 * 5 * 4, window=sees(WHOLE),
        ),
        Case(
            {"use_scale": False}, [(3, 8), (5, 8)], [(3, 8)],
            macs=3 * 5 * 8, window=sees(WHOLE),
        ),
        # a key of length 1 is stretched to 8
        Case(
            {}, [(3, 8), (5, 4), (5, 1)], [(3, 4)],
            trained=8, macs=3 * 5 * 8 + 3 * 5 * 4, window=sees(WHOLE),
        ),
    ],
    "MultiHeadAttention": [
        Case(
            {"num_heads": 2, "key_dim": 3, "value_dim": 4}, [(5, 6), (7, 8), (7, 9)], [(5, 6)],
            trained=2 * 3 * (6 + 1) + 2 * 3 * (9 + 1) + 2 * 4 * (8 + 1) + 6 * (2 * 4 + 1),
            macs=5 * 6 * (2 * 3) + 7 * 9 * (2 * 3) + 7 * 8 * (2 * 4) + 5 * (2 * 4) * 6
            + 2 * 5 * 7 * 3 + 2 * 5 * 7 * 4,
            window=sees(WHOLE),
        ),
        Case(
            {"num_heads": 2, "key_dim": 3, "use_bias": False, "output_shape": 10},
            [(5, 6), (5, 6)], [(5, 10)],
            trained=3 * (2 * 3 * 6) + 10 * (2 * 3),
            macs=3 * (5 * 6 * 6) + 5 * 6 * 10 + 2 * (2 * 5 * 5 * 3),
            window=sees(WHOLE),
        ),
        # a gate for each value that the heads gather
        Case(
            {"num_heads": 2, "key_dim": 3, "value_dim": 4, "use_gate": True},
            [(5, 6), (5, 6)], [(5, 6)],
            trained=2 * (2 * 3 * 7) + 2 * (2 * 4 * 7) + 6 * (8 + 1),
            macs=2 * (5 * 6 * 6) + 2 * (5 * 6 * 8) + 5 * 8 * 6 + 2 * 5 * 5 * 3 + 2 * 5 * 5 * 4,
            window=sees(WHOLE),
        ),
        # along the columns alone, axis 2 where the batch is axis 0
        Case(
            {"num_heads": 2, "key_dim": 3, "attention_axes": 2},
            [(4, 5, 6), (4, 7, 6)], [(4, 5, 6)],
            trained=3 * (2 * 3 * 7) + 6 * (6 + 1),
            macs=4 * 5 * 6 * 6 + 2 * (4 * 7 * 6 * 6) + 4 * 5 * 6 * 6
            + 2 * (2 * 4 * 5 * 7 * 3),
            window=sees((1, 1), WHOLE),
        ),
        # along rows and columns: every position with every other
        Case(
            {"num_heads": 1, "key_dim": 2}, [(2, 3, 4), (5, 6, 4)], [(2, 3, 4)],
            trained=3 * (2 * 5) + 4 * (2 + 1),
            macs=6 * 4 * 2 + 2 * (30 * 4 * 2) + 6 * 2 * 4 + 2 * (6 * 30 * 2),
            window=sees(WHOLE, WHOLE),
        ),
        Case(
            {"num_heads": 2, "key_dim": 3}, [(None, 6), (5, 6)], [(None, 6)],
            trained=3 * (2 * 3 * 7) + 6 * 7, macs=None, window=sees(WHOLE),
        ),
        # the same axis, counted from the end
        Case(
            {"num_heads": 2, "key_dim": 3, "attention_axes": -2},
            [first(4, 5, 6), first(4, 7, 6)], [first(4, 5, 6)],
            trained=3 * (2 * 3 * 7) + 6 * (6 + 1),
            macs=4 * 5 * 6 * 6 + 2 * (4 * 7 * 6 * 6) + 4 * 5 * 6 * 6
            + 2 * (2 * 4 * 5 * 7 * 3),
            window=sees((1, 1), WHOLE),
        ),
        Case(
            {"num_heads": 2, "key_dim": 3, "attention_axes": (-3, 2)},
            [(4, 5, 6), (3, 7, 6)], [(4, 5, 6)],
            trained=3 * (2 * 3 * 7) + 6 * (6 + 1),
            macs=4 * 5 * 6 * 6 + 2 * (3 * 7 * 6 * 6) + 4 * 5 * 6 * 6
            + 2 * (2 * 4 * 5 * 3 * 7 * 3),
            window=sees(WHOLE, WHOLE),
        ),
    ],
    "GroupQueryAttention": [
        # 4 heads of queries share 2 of keys and values
        Case(
            {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2},
            [(5, 6), (7, 6), (7, 8)], [(5, 6)],
            trained=12 * (6 + 1) + 6 * (8 + 1) + 6 * (6 + 1) + 6 * (12 + 1),
            macs=5 * 6 * 12 + 7 * 8 * 6 + 7 * 6 * 6 + 5 * 12 * 6 + 4 * 5 * 7 * 3 + 4 * 5 * 7 * 3,
            window=sees(WHOLE),
        ),
        Case(
            {
                "head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 1, "use_gate": True,
                "use_bias": False,
            },
            [(5, 6), (7, 6)], [(5, 6)],
            trained=2 * (12 * 6) + 2 * (3 * 6) + 6 * 12,
            macs=2 * (5 * 6 * 12) + 2 * (7 * 6 * 3) + 5 * 12 * 6 + 2 * (4 * 5 * 7 * 3),
            window=sees(WHOLE),
        ),
    ],
}  # fmt: skip

LSTM4 = {"type": "LSTM", "units": 4}

RECURRENT = {
    "SimpleRNN": [
        Case(
            {"units": 4}, [(5, 3)], [(4,)],
            trained=4 * (3 + 4 + 1), macs=5 * 4 * (3 + 4), window=sees(WHOLE),
        ),
        Case(
            {"units": 4, "return_sequences": True, "trainable": False}, [(5, 3)], [(5, 4)],
            frozen=4 * 8, macs=5 * 4 * 7, window=sees(WHOLE),
        ),
    ],
    "GRU": [
        # three gates, each with a bias for what comes in and one for the state
        Case(
            {"units": 4}, [(5, 3)], [(4,)],
            trained=3 * 4 * (3 + 4 + 2), macs=5 * 3 * 4 * (3 + 4), window=sees(WHOLE),
        ),
        Case(
            {"units": 4, "reset_after": False, "return_state": True}, [(5, 3), (4,)],
            [(4,), (4,)],
            trained=3 * 4 * (3 + 4 + 1), macs=5 * 3 * 4 * 7, window=sees(WHOLE),
        ),
        Case(
            {"units": 4, "use_bias": False}, [(None, 3)], [(4,)],
            trained=3 * 4 * 7, macs=None, window=sees(WHOLE),
        ),
    ],
    "LSTM": [
        Case(
            {"units": 4, "return_sequences": True, "return_state": True}, [(5, 3)],
            [(5, 4), (4,), (4,)],
            trained=4 * 4 * (3 + 4 + 1), macs=5 * 4 * 4 * (3 + 4), window=sees(WHOLE),
        ),
        Case(
            {"units": 4, "use_bias": False}, [(5, 3), (4,), (4,)], [(4,)],
            trained=4 * 4 * 7, macs=5 * 4 * 4 * 7, window=sees(WHOLE),
        ),
    ],
    "SimpleRNNCell": [
        Case({"units": 4}, [(3,), (4,)], [(4,), (4,)], trained=4 * 8, macs=4 * 7),
    ],
    "GRUCell": [
        Case({"units": 4}, [(3,), (4,)], [(4,), (4,)], trained=3 * 4 * 9, macs=3 * 4 * 7),
    ],
    "LSTMCell": [
        Case(
            {"units": 4, "use_bias": False}, [(3,), (4,), (4,)], [(4,), (4,), (4,)],
            trained=4 * 4 * 7, macs=4 * 4 * 7,
        ),
    ],
    "StackedRNNCells": [
        # 3 values to an LSTM of 4, those to a GRU of 2
        Case(
            {"cells": [{"type": "LSTMCell", "units": 4}, {"type": "GRUCell", "units": 2}]},
            [(3,), (4,), (4,), (2,)], [(2,), (4,), (4,), (2,)],
            trained=4 * 4 * (3 + 4 + 1) + 3 * 2 * (4 + 2 + 2),
            macs=4 * 4 * 7 + 3 * 2 * 6,
        ),
        Case(
            {
                "cells": [
                    {"type": "SimpleRNNCell", "units": 4, "trainable": False},
                    {"type": "SimpleRNNCell", "units": 2},
                ]
            },
            [(3,), (4,), (2,)], [(2,), (4,), (2,)],
            trained=2 * (4 + 2 + 1), frozen=4 * (3 + 4 + 1), macs=4 * 7 + 2 * 6,
        ),
    ],
    "RNN": [
        Case(
            {"cell": {"type": "GRUCell", "units": 4}, "return_sequences": True},
            [(5, 3)], [(5, 4)],
            trained=3 * 4 * 9, macs=5 * 3 * 4 * 7, window=sees(WHOLE),
        ),
        Case(
            {
                "cell": {
                    "type": "StackedRNNCells",
                    "cells": [
                        {"type": "SimpleRNNCell", "units": 4, "trainable": False},
                        {"type": "SimpleRNNCell", "units": 2},
                    ],
                }
            },
            [(5, 3)], [(2,)],
            trained=2 * 7, frozen=4 * 8, macs=5 * (4 * 7 + 2 * 6), window=sees(WHOLE),
        ),
        Case(
            {
                "cell": {
                    "type": "StackedRNNCells",
                    "cells": [
                        {"type": "SimpleRNNCell", "units": 4},
                        {"type": "StackedRNNCells", "cells": [{"type": "GRUCell", "units": 2}]},
                    ],
                },
                "return_state": True,
            },
            [(5, 3)], [(2,), (4,), (2,)],
            trained=4 * 8 + 3 * 2 * (4 + 2 + 2), macs=5 * (4 * 7 + 3 * 2 * 6), window=sees(WHOLE),
        ),
        Case(
            {
                "cell": {
                    "type": "StackedRNNCells",
                    "cells": [
                        {"type": "SimpleRNNCell", "units": 4},
                        {"type": "LSTMCell", "units": 2},
                    ],
                },
                "return_state": True,
            },
            [(5, 3)], [(2,), (4,), (2,), (2,)],
            trained=4 * 8 + 4 * 2 * (4 + 2 + 1), macs=5 * (4 * 7 + 4 * 2 * 6), window=sees(WHOLE),
        ),
    ],
    "ConvLSTM1D": [
        # at each of 4 steps 4 kernels of 3 over 3 maps, and 4 over the 2 of the state
        Case(
            {"filters": 2, "kernel_size": 3}, [(4, 7, 3)], [(5, 2)],
            trained=4 * 2 * (3 * 3 + 3 * 2 + 1),
            macs=4 * 4 * 5 * 2 * (3 * 3 + 3 * 2), window=None,
        ),
    ],
    "ConvLSTM2D": [
        Case(
            {
                "filters": 2, "kernel_size": (3, 2), "strides": 2, "padding": "same",
                "data_format": "channels_first", "use_bias": False, "return_sequences": True,
            },
            [first(4, 3, 5, 6)], [first(4, 2, 3, 3)],
            trained=4 * 2 * 6 * (3 + 2),
            macs=4 * 4 * 2 * 3 * 3 * 6 * (3 + 2), window=None,
        ),
        Case(
            {"filters": 2, "kernel_size": 3, "return_state": True}, [(None, 5, 5, 1)],
            [(3, 3, 2), (3, 3, 2), (3, 3, 2)],
            trained=4 * 2 * (9 * 3 + 1), macs=None, window=None,
        ),
    ],
    "ConvLSTM3D": [
        Case(
            {"filters": 1, "kernel_size": 2, "dilation_rate": 2}, [(2, 4, 5, 6, 2)],
            [(2, 3, 4, 1)],
            trained=4 * (8 * 3 + 1), macs=2 * 4 * 2 * 3 * 4 * 8 * 3, window=None,
        ),
    ],
    "Bidirectional": [
        Case(
            {"layer": LSTM4}, [(5, 3)], [(8,)],
            trained=2 * 4 * 4 * 8, macs=2 * 5 * 4 * 4 * 7, window=sees(WHOLE),
        ),
        Case(
            {"layer": {**LSTM4, "return_sequences": True}, "merge_mode": "sum"},
            [(5, 3)], [(5, 4)],
            trained=2 * 4 * 4 * 8, macs=2 * 5 * 4 * 4 * 7, window=sees(WHOLE),
        ),
        # outputs of both ways, then states of both
        Case(
            {"layer": {**LSTM4, "return_state": True}, "merge_mode": None},
            [(5, 3), (4,), (4,), (4,), (4,)], [(4,)] * 6,
            trained=2 * 4 * 4 * 8, macs=2 * 5 * 4 * 4 * 7, window=sees(WHOLE),
        ),
        Case(
            {
                "layer": {"type": "SimpleRNN", "units": 4, "trainable": False},
                "backward_layer": {"type": "GRU", "units": 2, "go_backwards": True},
            },
            [(5, 3)], [(6,)],
            trained=3 * 2 * (3 + 2 + 2), frozen=4 * 8,
            macs=5 * 4 * 7 + 5 * 3 * 2 * 5, window=sees(WHOLE),
        ),
        Case(
            {"layer": LSTM4}, [(None, 3)], [(8,)],
            trained=2 * 4 * 4 * 8, macs=None, window=sees(WHOLE),
        ),
        Case(
            {
                "layer": {"type": "SimpleRNN", "units": 4},
                "backward_layer": {
                    "type": "SimpleRNN", "units": 4, "go_backwards": True, "trainable": False,
                },
                "merge_mode": "mul",
            },
            [(5, 3)], [(4,)],
            trained=4 * 8, frozen=4 * 8, macs=2 * 5 * 4 * 7, window=sees(WHOLE),
        ),
    ],
    "TimeDistributed": [
        Case(
            {"layer": {"type": "Dense", "units": 3}}, [(4, 7)], [(4, 3)],
            trained=3 * 8, macs=4 * 3 * 7, connections=4 * 3 * 8,
        ),
        Case(
            {"layer": {"type": "Conv2D", "filters": 2, "kernel_size": 3, "strides": 2}},
            [(4, 9, 7, 1)], [(4, 4, 3, 2)],
            trained=2 * 10, macs=4 * 4 * 3 * 2 * 9, connections=4 * 4 * 3 * 2 * 10,
            window=sees((1, 1), (3, 2), (3, 2)),
        ),
        Case(
            {"layer": {"type": "Dense", "units": 3}}, [(None, 7)], [(None, 3)],
            trained=3 * 8, macs=None, connections=None,
        ),
        Case(
            {"layer": {"type": "Reshape", "target_shape": (7, 1)}}, [(4, 7)], [(4, 7, 1)],
            connections=0, window=None,
        ),
        Case(
            {"layer": {"type": "Dense", "units": 5}}, [first(2, 3, 4)], [first(2, 3, 5)],
            trained=5 * 5, macs=2 * 3 * 5 * 4, connections=2 * 3 * 5 * 5,
        ),
        Case(
            {"layer": {"type": "Softmax", "axis": 1}}, [first(2, 3, 4)], [first(2, 3, 4)],
            connections=0,
        ),
        # what a container between the wrapper and the weights says of training has no effect
        Case(
            {
                "layer": {
                    "type": "TimeDistributed", "trainable": False,
                    "layer": {"type": "Dense", "units": 3},
                }
            },
            [(2, 3, 4)], [(2, 3, 3)],
            trained=3 * 5, macs=2 * 3 * 3 * 4, connections=2 * 3 * 3 * 5,
        ),
        Case(
            {
                "layer": {
                    "type": "SpectralNormalization", "trainable": False,
                    "layer": {"type": "Dense", "units": 3},
                }
            },
            [(2, 4)], [(2, 3)],
            trained=3 * 5, frozen=3, macs=2 * 3 * 4, connections=2 * 3 * 5,
        ),
        Case(
            {
                "layer": {
                    "type": "Bidirectional", "trainable": False,
                    "layer": {"type": "SimpleRNN", "units": 3},
                }
            },
            [(2, 5, 4)], [(2, 6)],
            trained=2 * 3 * (4 + 3 + 1), macs=2 * 2 * 5 * 3 * 7, window=sees((1, 1), WHOLE),
        ),
        Case(
            {
                "layer": {
                    "type": "RNN", "trainable": False,
                    "cell": {"type": "SimpleRNNCell", "units": 3},
                }
            },
            [(2, 5, 4)], [(2, 3)],
            trained=3 * (4 + 3 + 1), macs=2 * 5 * 3 * 7, window=sees((1, 1), WHOLE),
        ),
    ],
    # one more number for each along the kernel's last axis
    "SpectralNormalization": [
        Case(
            {"layer": {"type": "Dense", "units": 5}}, [(7,)], [(5,)],
            trained=5 * 8, frozen=5, macs=5 * 7, connections=5 * 8,
        ),
        Case(
            {"layer": {"type": "Conv2D", "filters": 4, "kernel_size": 3}},
            [(5, 5, 2)], [(3, 3, 4)],
            trained=4 * 19, frozen=4, macs=9 * 4 * 18, connections=9 * 4 * 19,
            window=sees((3, 1), (3, 1)),
        ),
        # of a transposed kernel that is what comes in
        Case(
            {"layer": {"type": "Conv1DTranspose", "filters": 4, "kernel_size": 3}},
            [(5, 2)], [(7, 4)],
            trained=4 * 7, frozen=2, macs=5 * 3 * 2 * 4, connections=5 * 3 * 2 * 4 + 7 * 4,
            window=sees((3, 1)),
        ),
        Case(
            {"layer": {"type": "DepthwiseConv1D", "kernel_size": 3, "depth_multiplier": 4}},
            [(5, 2)], [(3, 8)],
            trained=8 * 4, frozen=4, macs=3 * 8 * 3, connections=3 * 8 * 4, window=sees((3, 1)),
        ),
        Case(
            {"layer": {"type": "Embedding", "input_dim": 9, "output_dim": 4}}, [(5,)], [(5, 4)],
            trained=9 * 4, frozen=4,
        ),
        Case(
            {
                "layer": {
                    "type": "EinsumDense", "equation": "ab,bcd->acd", "output_shape": (2, 3),
                }
            },
            [(7,)], [(2, 3)],
            trained=7 * 2 * 3, frozen=3, macs=7 * 2 * 3, connections=7 * 2 * 3,
        ),
        Case(
            {
                "layer": {
                    "type": "SpectralNormalization", "layer": {"type": "Dense", "units": 5},
                }
            },
            [(7,)], [(5,)],
            trained=5 * 8, frozen=5 + 5, macs=5 * 7, connections=5 * 8,
        ),
        Case(
            {"layer": {"type": "Conv1D", "filters": 4, "kernel_size": 3}}, [(5, 2)], [(3, 4)],
            trained=4 * 7, frozen=4, macs=3 * 4 * 6, connections=3 * 4 * 7, window=sees((3, 1)),
        ),
        Case(
            {"layer": {"type": "Conv3D", "filters": 4, "kernel_size": 1}},
            [(2, 3, 4, 5)], [(2, 3, 4, 4)],
            trained=4 * 6, frozen=4, macs=24 * 4 * 5, connections=24 * 4 * 6,
            window=sees((1, 1), (1, 1), (1, 1)),
        ),
        Case(
            {
                "layer": {
                    "type": "Conv1DTranspose", "filters": 4, "kernel_size": 3,
                    "data_format": "channels_first",
                }
            },
            [(2, 5)], [first(4, 7)],
            trained=4 * 7, frozen=2, macs=5 * 3 * 2 * 4, connections=5 * 3 * 2 * 4 + 7 * 4,
            window=sees((3, 1)),
        ),
        Case(
            {
                "layer": {
                    "type": "SpectralNormalization",
                    "layer": {"type": "Conv1DTranspose", "filters": 4, "kernel_size": 3},
                }
            },
            [(5, 2)], [(7, 4)],
            trained=4 * 7, frozen=2 + 2, macs=5 * 3 * 2 * 4, connections=5 * 3 * 2 * 4 + 7 * 4,
            window=sees((3, 1)),
        ),
    ],
}  # fmt: skip

RESHAPING = {
    "Flatten": [
        Case({}, [(4, 5, 3)], [(60,)], connections=0),
        Case({}, [(None, 3)], [(None,)], connections=0),
        Case({}, [()], [(1,)], connections=0),
    ],
    "Reshape": [
        Case({"target_shape": (6, -1)}, [(4, 3)], [(6, 2)], connections=0, window=None),
        Case({"target_shape": ()}, [(1, 1)], [()], connections=0, window=None),
        Case({"target_shape": (-1, 2)}, [(None, 4)], [(None, 2)], connections=0, window=None),
        Case({"target_shape": (4, 3)}, [(None, 4)], [(4, 3)], connections=0, window=None),
    ],
    "Permute": [
        Case({"dims": (3, 1, 2)}, [(4, 5, 6)], [(6, 4, 5)], connections=0, window=None),
    ],
    "RepeatVector": [Case({"n": 3}, [(7,)], [(3, 7)], connections=0, window=None)],
    "ZeroPadding1D": [
        Case({"padding": (1, 2)}, [(5, 3)], [(8, 3)], connections=0),
        Case({"padding": 1}, [(None, 3)], [(None, 3)], connections=0),
    ],
    "ZeroPadding2D": [
        Case(
            {"padding": ((1, 2), (0, 3)), "data_format": "channels_first"},
            [first(3, 5, 6)], [first(3, 8, 9)],
            connections=0,
        ),
    ],
    "ZeroPadding3D": [Case({"padding": 2}, [(1, 2, 3, 4)], [(5, 6, 7, 4)], connections=0)],
    "Cropping1D": [
        Case({"cropping": (1, 2)}, [(5, 3)], [(2, 3)], connections=0),
        Case({"cropping": (1, 2)}, [first(5, 3)], [first(2, 3)], connections=0),
    ],
    "Cropping2D": [
        Case({"cropping": ((1, 2), (0, 3))}, [(5, None, 6)], [(2, None, 6)], connections=0),
    ],
    "Cropping3D": [Case({"cropping": 1}, [(3, 4, 5, 6)], [(1, 2, 3, 6)], connections=0)],
    "UpSampling1D": [
        Case({"size": 3}, [(5, 3)], [(15, 3)], connections=0, window=sees((1, THIRD))),
        Case(
            {"size": 3}, [first(5, 3)], [first(15, 3)], connections=0, window=sees((1, THIRD)),
        ),
    ],
    "UpSampling2D": [
        Case(
            {"size": (2, 3), "data_format": "channels_first"}, [first(3, 4, 5)], [first(3, 8, 15)],
            connections=0, window=sees((1, HALF), (1, THIRD)),
        ),
        Case(
            {"interpolation": "bilinear"}, [(4, 5, 3)], [(8, 10, 3)],
            window=sees((2, HALF), (2, HALF)),
        ),
        Case({"interpolation": "bicubic"}, [(4, 5, 3)], [(8, 10, 3)], window=None),
    ],
    "UpSampling3D": [
        Case(
            {}, [(1, 2, None, 3)], [(2, 4, None, 3)],
            connections=0, window=sees((1, HALF), (1, HALF), (1, HALF)),
        ),
    ],
    "Resizing": [
        Case({"height": 3, "width": 4}, [(8, 8, 3)], [(3, 4, 3)], window=None),
        Case(
            {"height": 3, "width": 4, "data_format": "channels_first"},
            [first(8, 8)], [first(3, 4)],
            window=None,
        ),
    ],
    "CenterCrop": [
        Case({"height": 3, "width": 4}, [(8, 8, 3)], [(3, 4, 3)]),
        Case({"height": 3, "width": 8}, [(3, 8, 3)], [(3, 8, 3)]),
        # a smaller image is resized
        Case({"height": 3, "width": 9}, [(8, 8, 3)], [(3, 9, 3)], window=None),
        Case({"height": 3, "width": 4}, [(8, None, 3)], [(3, 4, 3)], window=None),
    ],
    "RandomCrop": [
        Case(
            {"height": 4, "width": 5, "data_format": "channels_first"},
            [first(3, 8, 8)], [first(3, 4, 5)],
        ),
        # a map of an image whose channels are taken for the batch
        Case(
            {"height": 4, "width": 5, "data_format": "channels_first"},
            [first(8, 8)], [first(4, 5)],
        ),
    ],
}  # fmt: skip

MERGING = {
    "Add": [Case({}, [(4, 5, 3), (1, 5, 1), (3,)], [(4, 5, 3)])],
    "Average": [Case({}, [(4, 3), (4, 3)], [(4, 3)])],
    "Maximum": [Case({}, [(4, 3), (None, 3)], [(None, 3)])],
    "Minimum": [Case({}, [first(4, 1, 1), first(4, 5, 6)], [first(4, 5, 6)])],
    # an axis of size 1 is stretched even to nothing
    "Multiply": [Case({}, [(1, 3), (4, 1)], [(4, 3)]), Case({}, [(1, 3), (0, 3)], [(0, 3)])],
    "Subtract": [Case({}, [(4, 3), (4, 3)], [(4, 3)])],
    "Concatenate": [
        Case({}, [(4, 5, 3), (4, 5, 2), (4, None, 1)], [(4, 5, 6)], connections=0),
        Case({"axis": 1}, [(4, 3), (None, 3)], [(None, 3)], connections=0),
        Case({"axis": 1}, [(0, 3), (2, 3)], [(2, 3)], connections=0),
    ],
    "Dot": [
        # 3 vectors of 4 with 5 of 4
        Case({"axes": -1}, [(3, 4), (5, 4)], [(3, 5)], macs=3 * 5 * 4, window=None),
        Case({"axes": (1, 2)}, [(4, 3), (5, 4)], [(3, 5)], macs=3 * 5 * 4, window=None),
        Case({"axes": 1}, [(4,), (4,)], [(1,)], macs=4, window=None),
        Case({"axes": 1}, [(4, None), (4, 5)], [(None, 5)], macs=None, window=None),
    ],
    "CustomScaleLayer": [Case({"scale": 0.2}, [(4, 3), (4, 3)], [(4, 3)])],
}  # fmt: skip

PREPROCESSING = {
    "AutoContrast": [Case({}, [(8, 8, 3)], [(8, 8, 3)], window=sees(WHOLE, WHOLE))],
    "ContrastLimitedAdaptiveHistogramEqualization": [
        Case({}, [(8, 8, 3)], [(8, 8, 3)], window=sees(WHOLE, WHOLE)),
    ],
    "Equalization": [Case({}, [(8, None, 3)], [(8, None, 3)], window=sees(WHOLE, WHOLE))],
    "MaxNumBoundingBoxes": [Case({"max_number": 3}, [(8, 8, 3)], [(8, 8, 3)], connections=0)],
    "CategoryEncoding": [
        Case({"num_tokens": 4}, [(3,)], [(4,)], window=None),
        Case({"num_tokens": 4, "output_mode": "one_hot"}, [(3, 1)], [(3, 4)], window=None),
    ],
    "Discretization": [
        Case({"bin_boundaries": [0.0, 1.0]}, [(3,)], [(3,)]),
        Case(
            {"bin_boundaries": [0.0, 1.0], "output_mode": "one_hot"}, [(5,)], [(5, 3)],
            window=None,
        ),
        Case({"num_bins": 4, "output_mode": "count"}, [(5,)], [(4,)], window=None),
    ],
    "HashedCrossing": [
        Case({"num_bins": 5}, [(1,), (1,)], [(1,)]),
        Case({"num_bins": 5, "output_mode": "one_hot"}, [(1,), (1,)], [(5,)], window=None),
    ],
    "Hashing": [
        Case({"num_bins": 5}, [(3,)], [(3,)]),
        Case({"num_bins": 5, "output_mode": "multi_hot"}, [(3,)], [(5,)], window=None),
        Case({"num_bins": 5, "output_mode": "one_hot"}, [(3, 1)], [(3, 5)], window=None),
        Case({"num_bins": 5, "output_mode": "one_hot"}, [(1, 3)], [(1, 3, 5)], window=None),
        # when it runs, axes of 1 are left out twice
        Case({"num_bins": 5, "output_mode": "one_hot"}, [(3, 1, 1)], [(3, 5)], window=None),
        Case({"num_bins": 5, "output_mode": "one_hot"}, [(3, 2, 1, 1)], [(3, 2, 5)], window=None),
    ],
    "IntegerLookup": [
        Case({"vocabulary": [7, 8, 9]}, [(3,)], [(3,)]),
        # one place more, for what is not in the vocabulary
        Case(
            {"vocabulary": [7, 8, 9], "output_mode": "multi_hot"}, [(3,)], [(4,)], window=None,
        ),
    ],
    "StringLookup": [
        Case(
            {"vocabulary": ["a", "b"], "num_oov_indices": 3, "output_mode": "count"},
            [(3,)], [(5,)],
            window=None,
        ),
        Case(
            {"max_tokens": 9, "pad_to_max_tokens": True, "output_mode": "one_hot"},
            [(3,)], [(3, 9)],
            window=None,
        ),
    ],
    "TextVectorization": [
        Case({"output_sequence_length": 6}, [(1,)], [(6,)], window=None),
        Case({}, [(1,)], [(None,)], window=None),
        Case(
            {"vocabulary": ["a", "b"], "output_mode": "multi_hot"}, [(1,)], [(3,)], window=None,
        ),
        Case(
            {"vocabulary": ["a"], "output_mode": "tf_idf", "idf_weights": [0.5]},
            [(1,)], [(2,)],
            window=None,
        ),
        # word by word, of each as many places as there are words and one more
        *[
            Case(
                {"vocabulary": ["a"], "output_mode": "one_hot", "split": split, "ngrams": ngrams},
                [given], [output],
                window=None,
            )
            for split, ngrams, given, output in (
                (None, None, (3,), (3, 2)),
                (None, 2, (3,), (None, 2)),
                (None, 2, (1,), (2,)),
                ("whitespace", None, (1,), (None, 2)),
            )
        ],
    ],
    "MelSpectrogram": [
        # of 40 values, 4 more on either side: frames of 8, every 6 values
        Case(
            {"fft_length": 8, "sequence_stride": 6, "num_mel_bins": 5}, [(40,)], [(5, 7)],
            window=None,
        ),
        # an odd frame leaves out a value of both margins together
        Case(
            {"fft_length": 9, "sequence_stride": 6, "num_mel_bins": 5}, [(2, 41)], [(2, 5, 7)],
            window=None,
        ),
    ],
    "Normalization": [
        # means, variances, and how many were seen
        Case({}, [(4, 3)], [(4, 3)], frozen=3 + 3 + 1),
        Case({"axis": [1, 2]}, [(4, 3)], [(4, 3)], frozen=12 + 12 + 1),
        Case({"axis": None}, [(4, 3)], [(4, 3)], frozen=1 + 1 + 1),
        Case({"mean": 0.0, "variance": 1.0}, [(4, 3)], [(4, 3)]),
        Case({"mean": [0.0, 1.0, 2.0], "variance": [1.0] * 3}, [(4, 3)], [(4, 3)]),
        Case({"axis": -2}, [(4, 3)], [(4, 3)], frozen=4 + 4 + 1),
    ],
    "Rescaling": [
        Case({"scale": 0.5}, [(4, 5, 3)], [(4, 5, 3)]),
        Case({"scale": [1.0, 2.0, 3.0]}, [(4, 5, 3)], [(4, 5, 3)]),
        Case({"scale": [1.0, 2.0, 3.0]}, [first(3, 4, 5)], [first(3, 4, 5)]),
        Case({"scale": [0.5]}, [(4, 5, 3)], [(4, 5, 3)]),
        # a single channel becomes as many
        Case({"scale": 1.0, "offset": [1.0, 2.0, 4.0]}, [(4, 5, 1)], [(4, 5, 3)]),
        Case({"scale": [1.0] * 3, "offset": [1.0] * 3}, [(2, 1)], [(2, 3)]),
        Case({"scale": [1.0] * 3}, [(None, 1)], [(None, 1)]),
        Case({"scale": [1.0, 2.0, 3.0]}, [(2, 3)], [(2, 3)]),
    ],
    "STFTSpectrogram": [
        # 7 frames of 8, 4 apart: 5 frequencies, real parts and imaginary ones
        Case(
            {"frame_length": 8, "frame_step": 4, "fft_length": 8}, [(32, 1)], [(7, 5)],
            trained=2 * 8 * 5, macs=7 * 8 * 5 * 2, window=sees((8, 4)),
        ),
        Case(
            {
                "mode": "stft", "frame_length": 6, "padding": "same",
                "data_format": "channels_first", "trainable": True,
            },
            [first(2, 10)], [first(2 * 2 * 5, 4)],
            trained=2 * 6 * 5, macs=2 * 4 * 6 * 5 * 2, window=sees((6, 3)),
        ),
        Case(
            {"mode": "imag", "frame_length": 8, "fft_length": 16, "expand_dims": True},
            [(32, 3)], [(7, 9, 3)],
            trained=8 * 9, macs=7 * 3 * 8 * 9, window=None,
        ),
        Case(
            {"frame_length": 8, "frame_step": 4}, [(None, 1)], [(None, 5)],
            trained=2 * 8 * 5, macs=None, window=sees((8, 4)),
        ),
    ],
}  # fmt: skip

PAPER = {
    # LeCun et al. 1998, II.B, S2: "12 trainable parameters and 5,880 connections"
    "Subsampling2D": [
        Case(
            {}, [(28, 28, 6)], [(14, 14, 6)], trained=12, connections=5_880,
            window=sees((2, 2), (2, 2)),
        ),
        # S4: "32 trainable parameters and 2,000 connections"
        Case(
            {"pool_size": 2, "strides": 2, "data_format": "channels_first"},
            [first(16, 10, 10)], [first(16, 5, 5)], trained=32, connections=2_000,
            window=sees((2, 2), (2, 2)),
        ),
        # of 7 the windows of 3 begin at 0, 2 and 4; of 6 those of 2 at 0, 1, 2, 3 and 4
        Case(
            {"pool_size": (3, 2), "strides": (2, 1), "trainable": False}, [(7, 6, 4)],
            [(3, 5, 4)], frozen=8, connections=3 * 5 * 4 * (3 * 2 + 1), window=sees((3, 2), (2, 1)),
        ),
        Case(
            {}, [(None, 6, 4)], [(None, 3, 4)], trained=8, connections=None,
            window=sees((2, 2), (2, 2)),
        ),
    ],
    "SparseConv2D": [
        # C3: "1,516 trainable parameters and 151,600 connections"
        Case(
            {"connection_table": TABLE_I, "kernel_size": 5}, [(14, 14, 6)], [(10, 10, 16)],
            trained=1_516, macs=150_000, connections=151_600, window=sees((5, 1), (5, 1)),
        ),
        # 3 connected pairs of maps and 2 biases, at 3x2 places
        Case(
            {"connection_table": [[1], [0, 2]], "kernel_size": (3, 2), "strides": (2, 3)},
            [(7, 5, 3)], [(3, 2, 2)], trained=3 * 2 * 3 + 2, macs=3 * 2 * 3 * 6,
            connections=(3 * 2 * 3 + 2) * 6, window=sees((3, 2), (2, 3)),
        ),
        Case(
            {
                "connection_table": [[0], [0]], "kernel_size": 3, "padding": "same",
                "use_bias": False, "data_format": "channels_first", "trainable": False,
            },
            [first(1, 4, 5)], [first(2, 4, 5)], frozen=18, macs=18 * 20, connections=18 * 20,
            window=sees((3, 1), (3, 1)),
        ),
        Case(
            {"connection_table": [[0]], "kernel_size": 3}, [(None, 5, 1)], [(None, 3, 1)],
            trained=10, macs=None, connections=None, window=sees((3, 1), (3, 1)),
        ),
    ],
    "EuclideanRBF": [
        # 3 units with 4 inputs each; no bias, and a square for each difference
        Case({"codes": ["#.#.", "##..", "#\n#\n#\n."]}, [(4,)], [(3,)], frozen=12, macs=12,
             connections=12),
        Case({"codes": ["#.", ".#"], "trainable": True}, [(7, 2)], [(7, 2)], trained=4,
             macs=28, connections=28),
        Case({"codes": ["#."]}, [(None, 2)], [(None, 1)], frozen=2, macs=None, connections=None),
    ],
}  # fmt: skip

TABLE: dict[str, list[Case]] = {
    **CONVOLUTIONS,
    **{f"{kind}{name}": POOLINGS[name] for kind in ("Max", "Average") for name in POOLINGS},
    **{
        f"Global{kind}{name}": cases
        for kind in ("Max", "Average")
        for name, cases in GLOBAL_POOLINGS.items()
    },
    **{
        f"Adaptive{kind}{name}": cases
        for kind in ("Max", "Average")
        for name, cases in ADAPTIVE_POOLINGS.items()
    },
    **DENSE,
    **NORMALIZATIONS,
    **ATTENTIONS,
    **RECURRENT,
    **RESHAPING,
    **MERGING,
    **PREPROCESSING,
    **PAPER,
}

PASSED_ON = {
    "activations": ("Activation", "ELU", "LeakyReLU", "ReLU"),
    "regularization": (
        *("ActivityRegularization", "AlphaDropout", "Dropout", "GaussianDropout", "GaussianNoise"),
        *("Identity", "Masking", "StochasticDepth"),
    ),
    "dropout of maps": ("SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"),
    "augmentation": (
        *("AugMix", "CutMix", "MixUp", "RandAugment", "Solarization", "RandomBrightness"),
        *("RandomColorDegeneration", "RandomColorJitter", "RandomContrast", "RandomErasing"),
        *("RandomElasticTransform", "RandomFlip", "RandomGaussianBlur", "RandomGrayscale"),
        *("RandomHue", "RandomInvert", "RandomPerspective", "RandomPosterization"),
        *("RandomRotation", "RandomSaturation", "RandomSharpness", "RandomShear"),
        *("RandomTranslation", "RandomZoom"),
    ),
}
"""What changes no shape, has no weights, and passes values on."""

RANKS = {"SpatialDropout1D": 2, "SpatialDropout2D": 3, "SpatialDropout3D": 4}


@pytest.mark.parametrize(
    ("type_", "number"), [(type_, number) for type_ in TABLE for number in range(len(TABLE[type_]))]
)
def test_by_hand(type_, number):
    case = TABLE[type_][number]
    check(type_, config_of(type_, case.arguments), case)


@pytest.mark.parametrize("type_", [type_ for types in PASSED_ON.values() for type_ in types])
def test_what_passes_values_on(type_):
    shape = (4, 5, 6, 3)[4 - RANKS.get(type_, 3) :]
    check(type_, {}, Case({}, [shape], [shape], connections=0))


def test_every_layer_is_worked_out():
    passed_on = {type_ for types in PASSED_ON.values() for type_ in types}
    assert set(RULES) - set(OPERATIONS) == set(TABLE) | passed_on
