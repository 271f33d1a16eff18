"""The same for nodes of keras.ops: multiply-adds, connections and windows worked out by hand.

Arguments are as a reader finds them; `{"constant": sizes}` is an array that is no tensor of the
model. The batch is axis 0.
"""

from __future__ import annotations

from fractions import Fraction

import pytest

from lenet_verify.inference.operations import BINARY, BITWISE, OPERATIONS, REDUCTIONS
from tests.by_hand import WHOLE, Case, check, derived, first, sees

HALF = Fraction(1, 2)

LAST = {"data_format": "channels_last"}
PLAIN = {**LAST, "strides": 1, "padding": "valid", "dilation_rate": 1}


def array(*sizes):
    return {"constant": sizes}


LIKE_LAYERS = {
    "Conv": [
        Case(
            {**PLAIN, "kernel": array(3, 2, 4, 5)}, [(7, 8, 4)], [(5, 7, 5)],
            macs=5 * 7 * 5 * 3 * 2 * 4, connections=5 * 7 * 5 * 3 * 2 * 4,
            window=sees((3, 1), (2, 1)),
        ),
        Case(
            {**PLAIN, "strides": (2, 3), "padding": "SAME", "kernel": array(3, 2, 4, 5)},
            [(7, 8, 4)], [(4, 3, 5)],
            macs=4 * 3 * 5 * 24, connections=4 * 3 * 5 * 24, window=sees((3, 2), (2, 3)),
        ),
        Case(
            {
                **PLAIN, "data_format": "channels_first", "dilation_rate": 2,
                "kernel": array(3, 2, 5),
            },
            [first(2, 9)], [first(5, 5)],
            macs=5 * 5 * 3 * 2, connections=5 * 5 * 3 * 2, window=sees((5, 1)),
        ),
        Case(
            {**PLAIN, "padding": "causal", "kernel": array(3, 2, 5)}, [(None, 2)], [(None, 5)],
            macs=None, connections=None, window=sees((3, 1)),
        ),
    ],
    "DepthwiseConv": [
        Case(
            {**PLAIN, "kernel": array(3, 3, 4, 2)}, [(5, 6, 4)], [(3, 4, 8)],
            macs=3 * 4 * 8 * 9, connections=3 * 4 * 8 * 9, window=sees((3, 1), (3, 1)),
        ),
    ],
    "SeparableConv": [
        Case(
            {**PLAIN, "depthwise_kernel": array(3, 4, 2), "pointwise_kernel": array(1, 8, 5)},
            [(9, 4)], [(7, 5)],
            macs=7 * 8 * 3 + 7 * 5 * 8, connections=7 * 8 * 3 + 7 * 5 * 8, window=sees((3, 1)),
        ),
    ],
    "ConvTranspose": [
        # a kernel of sizes, filters and channels
        Case(
            {**PLAIN, "strides": 2, "output_padding": None, "kernel": array(3, 2, 4)},
            [(5, 4)], [(2 * 4 + 3, 2)],
            macs=5 * 3 * 4 * 2, connections=5 * 3 * 4 * 2, window=sees((2, HALF)),
        ),
        Case(
            {
                **PLAIN, "strides": 2, "padding": "same", "output_padding": (0, 1),
                "kernel": array(3, 3, 2, 4),
            },
            [(5, 5, 4)], [(2 * 4 + 1, 2 * 4 + 2, 2)],
            macs=25 * 9 * 4 * 2, connections=25 * 9 * 4 * 2,
            window=sees((2, HALF), (2, HALF)),
        ),
        Case(
            {**PLAIN, "strides": 2, "output_padding": 1, "kernel": array(3, 2, 4)},
            [(5, 4)], [(2 * 4 + 3 + 1, 2)],
            macs=5 * 3 * 4 * 2, connections=5 * 3 * 4 * 2, window=sees((2, HALF)),
        ),
    ],
    "MaxPool": [
        Case(
            {**LAST, "pool_size": 2, "strides": None, "padding": "valid"},
            [(7, 8, 2)], [(3, 4, 2)],
            connections=3 * 4 * 2 * 4, window=sees((2, 2), (2, 2)),
        ),
        Case(
            {"data_format": "channels_first", "pool_size": 2, "strides": 1, "padding": "VALID"},
            [(2, 8)], [first(2, 7)],
            connections=2 * 7 * 2, window=sees((2, 1)),
        ),
    ],
    "AveragePool": [
        Case(
            {
                "data_format": "channels_first", "pool_size": (3, 2), "strides": (1, 2),
                "padding": "same",
            },
            [first(4, 7, 7)], [first(4, 7, 4)],
            connections=4 * 7 * 4 * 6, window=sees((3, 1), (2, 2)),
        ),
    ],
    "AdaptiveMaxPool": [
        Case(
            {**LAST, "output_size": (2, 1)}, [(6, 5, 3)], [(2, 1, 3)],
            connections=(3 + 3) * 5 * 3, window=sees((3, 3), (5, 5)),
        ),
    ],
    "AdaptiveAveragePool": [
        # 0 to 2 and 2 to 4
        Case(
            {**LAST, "output_size": 2}, [(5, 3)], [(2, 3)], connections=(3 + 3) * 3, window=None
        ),
    ],
    "ExtractPatches": [
        Case(
            {**LAST, "size": (3, 3), "strides": None, "dilation_rate": 1, "padding": "valid"},
            [(7, 8, 2)], [(2, 2, 18)],
            connections=0, window=sees((3, 3), (3, 3)),
        ),
        Case(
            {**LAST, "size": 2, "strides": 1, "dilation_rate": 1, "padding": "same"},
            [(7, None, 2)], [(7, None, 8)],
            connections=0, window=sees((2, 1), (2, 1)),
        ),
    ],
}  # fmt: skip

PRODUCTS = {
    # of each value that comes out, as many multiply-adds as are summed
    "Matmul": [
        Case({"x2": array(4, 5)}, [(3, 4)], [(3, 5)], macs=3 * 5 * 4, window=None),
        Case({"x1": array(3, 4)}, [(4, 5)], [(3, 5)], macs=3 * 5 * 4, window=None),
        Case({}, [(2, 3, 4), (2, 4, 5)], [(2, 3, 5)], macs=2 * 3 * 5 * 4, window=None),
        Case({}, [(2, 3, 4), (1, 4, 5)], [(2, 3, 5)], macs=2 * 3 * 5 * 4, window=None),
        Case({"x2": array(4)}, [(3, 4)], [(3,)], macs=3 * 4, window=None),
        Case({"x1": array(3)}, [(3, 4)], [(4,)], macs=4 * 3, window=None),
        Case({"x2": array(4, 5)}, [(None, 4)], [(None, 5)], macs=None, window=None),
        Case({"x2": array(4, 5)}, [(3, None)], [(3, 5)], macs=3 * 5 * 4, window=None),
        Case({}, [(3, None), (None, 5)], [(3, 5)], macs=None, window=None),
    ],
    "Dot": [
        Case({"x2": array(4, 5)}, [(3, 4)], [(3, 5)], macs=3 * 5 * 4, window=None),
        Case({"x2": array(6, 4, 5)}, [(3, 4)], [(3, 6, 5)], macs=3 * 6 * 5 * 4, window=None),
        Case({"x2": array(4)}, [(3, 4)], [(3,)], macs=3 * 4, window=None),
        Case({"x2": 2}, [(3, 4)], [(3, 4)], window=None),
        Case({"x1": array(5)}, [(5, 3)], [(3,)], macs=3 * 5, window=None),
        Case({"x1": 2}, [(3, 4)], [(3, 4)], window=None),
    ],
    "Inner": [
        Case({"x2": array(5, 4)}, [(3, 4)], [(3, 5)], macs=3 * 5 * 4, window=None),
        Case({"x2": array(2, 5, 4)}, [(4,)], [(2, 5)], macs=2 * 5 * 4, window=None),
        Case({"x2": 2}, [(3, 4)], [(3, 4)], window=None),
        Case({"x2": 2}, [()], [()], window=None),
        Case({"x1": 2}, [(3, 4)], [(3, 4)], window=None),
    ],
    "Tensordot": [
        Case({"x2": array(4, 5), "axes": 1}, [(3, 4)], [(3, 5)], macs=3 * 5 * 4, window=None),
        Case({"x2": array(3, 4, 5), "axes": 2}, [(3, 4)], [(5,)], macs=5 * 3 * 4, window=None),
        Case({"x2": array(5), "axes": 0}, [(3,)], [(3, 5)], macs=3 * 5, window=None),
        Case(
            {"x2": array(2, 3), "axes": ((1,), (1,))}, [(3, 4)], [(4, 2)],
            macs=4 * 2 * 3, window=None,
        ),
        Case(
            {"x2": array(4, 6, 3), "axes": ((-1, 1), (0, -1))}, [(3, 4)], [(6,)],
            macs=6 * 4 * 3, window=None,
        ),
        Case({"x2": array(3, 4), "axes": 2}, [(3, 4)], [()], macs=3 * 4, window=None),
        Case({"x1": array(4), "axes": ((0,), (1,))}, [(4, 5)], [(5,)], macs=5 * 4, window=None),
    ],
    "Einsum": [
        Case({"subscripts": "bij,bjk->bik"}, [(3, 4), (4, 5)], [(3, 5)],
             macs=3 * 4 * 5, window=None),
        Case({"subscripts": "bhqd, bhkd -> bhqk"}, [(2, 3, 4), (2, 5, 4)], [(2, 3, 5)],
             macs=2 * 3 * 4 * 5, window=None),
        Case({"subscripts": "b...i,b...i->b..."}, [(3, 4), (3, 4)], [(3,)],
             macs=3 * 4, window=None),
        # what comes out unsaid: the letters that stand once, in their order
        Case({"subscripts": "bij,jk", "operands": ({"input": 0}, array(4, 5))}, [(3, 4)],
             [(3, 5)], macs=3 * 4 * 5, window=None),
        Case({"subscripts": "bij->bji"}, [(3, 4)], [(4, 3)], window=None),
        Case({"subscripts": "bi,bj->bij"}, [(3,), (None,)], [(3, None)],
             macs=None, window=None),
        Case({"subscripts": "...i,ij", "operands": ({"input": 0}, array(4, 5))}, [(3, 4)],
             [(3, 5)], macs=3 * 4 * 5, window=None),
    ],
    "CDist": [
        Case({}, [(3, 4), (5, 4)], [(3, 5)], window=None),
        Case({"y": array(5, 4)}, [(4,)], [(5,)], window=None),
        Case({}, [(2, 3, 4), (1, 5, 4)], [(2, 3, 5)], window=None),
        Case({}, [(1, 3, 4), (2, 5, 4)], [(2, 3, 5)], window=None),
        Case({"x": array(1, 5, 4)}, [(3, 4)], [(5, 3)], window=None),
    ],
    "DotProductAttention": [
        # for each of 2 heads 3 queries with 5 keys of 8, then weights for 5 values of 4
        Case({}, [(3, 2, 8), (5, 2, 8), (5, 2, 4)], [(3, 2, 4)],
             macs=2 * 3 * 5 * 8 + 2 * 3 * 5 * 4, window=None),
        Case({}, [(3, 2, 8), (None, 2, 8), (None, 2, 4)], [(3, 2, 4)], macs=None, window=None),
        Case({}, [(3, 2, 8), (5, 2, 8), (5, 2, 4), (3,)], [(3, 2, 4)],
             macs=2 * 3 * 5 * 8 + 2 * 3 * 5 * 4, window=None),
    ],
}  # fmt: skip

# What one value sees: itself where the channels alone are taken together, everything where all
# positions are, and nothing that could be said where some of them are.
ALONG = {
    "Softmax": [
        Case({"axis": -1}, [(4, 5, 3)], [(4, 5, 3)], connections=0),
        Case({"axis": (1, 2)}, [(4, 5, 3)], [(4, 5, 3)], connections=0, window=sees(WHOLE, WHOLE)),
        Case({"axis": None}, [(4, 3)], [(4, 3)], connections=0, window=sees(WHOLE)),
        Case({"axis": 1}, [(4, 5, 3)], [(4, 5, 3)], connections=0, window=None),
        Case({"axis": 1}, [(3,)], [(3,)], connections=0),
    ],
    "LogSoftmax": [
        # channels first: axis 1 is the channels, the last axis a spatial one
        Case({"axis": 1}, [first(3, 4, 5)], [first(3, 4, 5)], connections=0),
        Case({"axis": -1}, [first(3, 4, 5)], [first(3, 4, 5)], connections=0, window=None),
        Case({"axis": (2, 3)}, [first(3, 4, 5)], [first(3, 4, 5)],
             connections=0, window=sees(WHOLE, WHOLE)),
        Case({"axis": 1}, [first(3, 4)], [first(3, 4)], connections=0),
    ],
    "Flip": [Case({"axis": 1}, [(4, 3)], [(4, 3)], connections=0, window=sees(WHOLE))],
    "Roll": [Case({"axis": -1}, [(4, 3)], [(4, 3)], connections=0)],
    "Sparsemax": [Case({"axis": -1}, [(4, 3)], [(4, 3)], connections=0)],
    "Argpartition": [Case({"axis": -1}, [(4, 3)], [(4, 3)], connections=0)],
    "Argsort": [Case({"axis": 1}, [(4, 3)], [(4, 3)], connections=0, window=sees(WHOLE))],
    "Cumprod": [Case({"axis": 2}, [(4, 5, 3)], [(4, 5, 3)], connections=0, window=None)],
    "Cumsum": [Case({"axis": -2}, [(4, 3)], [(4, 3)], connections=0, window=sees(WHOLE))],
    "Nancumprod": [Case({"axis": -1}, [(4, 3)], [(4, 3)], connections=0)],
    "Nancumsum": [Case({"axis": -1}, [(4, 3)], [(4, 3)], connections=0)],
    "Sort": [Case({"axis": -1}, [(4, 3)], [(4, 3)], connections=0)],
    "LayerNorm": [Case({"axis": -1}, [(4, 3)], [(4, 3)])],
    "RMSNorm": [Case({"axis": (1, 2)}, [(4, 3)], [(4, 3)], window=sees(WHOLE))],
    "Normalize": [Case({"axis": 1}, [(4, 5, 3)], [(4, 5, 3)], window=None)],
    "Quantile": [
        Case({"q": 0.5, "axis": (1, 2), "keepdims": False}, [(4, 5, 3)], [(3,)],
             window=sees(WHOLE, WHOLE)),
    ],
    "Percentile": [Case({"q": 50, "axis": -1, "keepdims": True}, [(4, 3)], [(4, 1)])],
    "Nanquantile": [Case({"q": 0.5, "axis": -1, "keepdims": False}, [(4, 3)], [(4,)])],
    "Nanpercentile": [Case({"q": 5, "axis": 1, "keepdims": False}, [(4,)], [()])],
}  # fmt: skip

VALUE_BY_VALUE = {
    "Average": [
        Case({"axis": 1, "weights": array(4)}, [(4, 3)], [(3,)], window=None),
        Case({"axis": (1, 2)}, [(4, 3), (4, 3)], [()], window=None),
    ],
    "BatchNorm": [
        Case(
            {"axis": -1, "mean": array(3), "variance": array(3), "offset": None, "scale": None},
            [(4, 3)], [(4, 3)],
        )
    ],
    "BinaryCrossentropy": [Case({}, [(4, 3), (4, 3)], [(4, 3)])],
    "CategoricalCrossentropy": [Case({}, [(4, 3), (4, 3)], [(4,)], window=None)],
    "Concatenate": [
        Case({"axis": -1}, [(4, 3), (4, 2)], [(4, 5)], connections=0),
        Case({"axis": 1}, [(4, 3), (None, 3)], [(None, 3)], connections=0),
        Case(
            {"xs": ({"input": 0}, {"input": 0}), "axis": 1}, [(4, 3)], [(8, 3)], connections=0,
        ),
        Case({"axis": 1}, [(0, 3), (2, 3)], [(2, 3)], connections=0),
    ],
    "Digitize": [Case({"bins": array(5)}, [(4, 3)], [(4, 3)])],
    "FullLike": [Case({"fill_value": 2.0}, [(4, 3)], [(4, 3)])],
    "Hstack": [
        Case({}, [(4, 3), (2, 3)], [(6, 3)], connections=0),
        Case({"xs": ({"input": 0}, {"input": 0})}, [(4, 3)], [(8, 3)], connections=0),
    ],
    "Dstack": [
        Case({}, [(4, 3), (4, 2)], [(4, 5)], connections=0),
        Case({}, [(4,), (4,)], [(4, 2)], connections=0),
        Case({"xs": ({"input": 0}, {"input": 0})}, [(4, 3)], [(4, 6)], connections=0),
    ],
    "HSVToRGB": [Case(LAST, [(4, 5, 3)], [(4, 5, 3)])],
    "IsIn": [Case({"x2": array(2)}, [(4, 3)], [(4, 3)])],
    "Pad": [
        Case({"pad_width": ((0, 0), (1, 2), (0, 0))}, [(4, 3)], [(7, 3)], connections=0),
        Case({"pad_width": ((0,), (1,))}, [(4,)], [(6,)], connections=0),
    ],
    "RGBToGrayscale": [
        Case(LAST, [(4, 5, 3)], [(4, 5, 1)]),
        Case({"data_format": "channels_first"}, [first(3, 4, 5)], [first(1, 4, 5)]),
    ],
    "RGBToHSV": [Case(LAST, [(4, 5, 3)], [(4, 5, 3)])],
    "ScatterUpdate": [
        Case({"indices": array(2, 3), "updates": array(2)}, [(4, 3)], [(4, 3)]),
    ],
    "SliceUpdate": [Case({"start_indices": (0, 0, 0)}, [(4, 3), (4, 3)], [(4, 3)])],
    "Where": [
        Case({}, [(4, 3), (4, 1), (1, 3)], [(4, 3)]),
    ],
}  # fmt: skip

UP, LEFT = {"axis1": 1, "axis2": 2}, {"offset": 0, "axis1": 1, "axis2": 2}

# What moves positions about: nothing can be said of what one of them sees.
MOVED = {
    "ArraySplit": [
        Case({"indices_or_sections": 3, "axis": 1}, [(7, 2)], [(3, 2), (2, 2), (2, 2)]),
    ],
    "BroadcastTo": [Case({"shape": (None, 4, 3)}, [(1, 3)], [(4, 3)])],
    "DepthToSpace": [
        Case({**LAST, "block_size": 2}, [(4, 5, 8)], [(8, 10, 2)]),
        Case({**LAST, "block_size": 3}, [(2, 3, 18)], [(6, 9, 2)]),
    ],
    "Dsplit": [Case({"indices_or_sections": 2}, [(3, 4)], [(3, 2), (3, 2)])],
    "ExpandDims": [Case({"axis": -1}, [(3,)], [(3, 1)])],
    "GetItem": [
        Case({"key": ({"slice": (None, None, None)}, 0)}, [(4, 3)], [(3,)]),
        Case({"key": ("...", {"slice": (None, None, 2)}, None)}, [(4, 3)], [(4, 2, 1)]),
    ],
    "Hsplit": [Case({"indices_or_sections": (1,)}, [(3, 4)], [(1, 4), (2, 4)])],
    "Moveaxis": [Case({"source": 1, "destination": -1}, [(3, 4, 5)], [(4, 5, 3)])],
    "Repeat": [Case({"repeats": 2, "axis": 1}, [(3, 4)], [(6, 4)])],
    "Reshape": [Case({"newshape": (-1, 6, 2)}, [(3, 4)], [(6, 2)])],
    "Rot90": [Case({"k": 1, "axes": (1, 2)}, [(3, 4)], [(4, 3)])],
    "Slice": [
        Case({"start_indices": (0, 1, 0), "shape": (-1, -1, 2)}, [(3, 4)], [(2, 2)]),
    ],
    "SpaceToDepth": [
        Case({**LAST, "block_size": 2}, [(4, 6, 2)], [(2, 3, 8)]),
        Case({**LAST, "block_size": 3}, [(6, 9, 2)], [(2, 3, 18)]),
    ],
    "Split": [
        Case({"indices_or_sections": (1, 3), "axis": -1}, [(3, 4)], [(3, 1), (3, 2), (3, 1)]),
    ],
    "Squeeze": [
        Case({"axis": None}, [(1, 4)], [(4,)]),
        Case({"axis": 1}, [(1, 4)], [(4,)]),
    ],
    "Swapaxes": [Case(UP, [(3, 4)], [(4, 3)])],
    "Tile": [Case({"repeats": (1, 2, 3)}, [(3, 4)], [(6, 12)])],
    "Transpose": [Case({"axes": (0, 2, 1)}, [(3, 4)], [(4, 3)])],
    "Unstack": [Case({"axis": 1, "num": None}, [(2, 4)], [(4,), (4,)])],
}  # fmt: skip

# Of these, the literature defines no connections either.
MADE = {
    "AffineTransform": [Case({**LAST, "transform": array(8)}, [(4, 5, 3)], [(4, 5, 3)])],
    "CropImages": [
        Case(
            {
                **LAST, "top_cropping": 1, "left_cropping": 1, "bottom_cropping": 1,
                "right_cropping": None, "target_height": None, "target_width": 2,
            },
            [(4, 5, 3)], [(2, 2, 3)],
        ),
    ],
    "Diagonal": [
        Case(LEFT, [(3, 4)], [(3,)]), Case({**LEFT, "offset": 2}, [(3, 4)], [(2,)]),
        Case({**LEFT, "offset": 1}, [(2, 5)], [(2,)]),
        Case({**LEFT, "offset": -1}, [(5, 2)], [(2,)]),
    ],
    "Diff": [Case({"n": 2, "axis": 1}, [(4, 3)], [(2, 3)])],
    "ElasticTransform": [Case(LAST, [(4, 5, 3)], [(4, 5, 3)])],
    "ExtractSequences": [
        # from 0, 3 and 6
        Case({"sequence_length": 4, "sequence_stride": 3}, [(10,)], [(3, 4)]),
    ],
    "FFT": [
        Case({}, [(4,), (4,)], [(4,), (4,)]),
        Case({"x": ({"input": 0}, {"input": 0})}, [(4,)], [(4,), (4,)]),
    ],
    "FFT2": [Case({}, [(3, 4), (3, 4)], [(3, 4), (3, 4)])],
    "GaussianBlur": [Case(LAST, [(4, 5, 3)], [(4, 5, 3)])],
    "Glu": [Case({"axis": -1}, [(3, 4)], [(3, 2)])],
    "IFFT2": [Case({}, [(3, 4), (3, 4)], [(3, 4), (3, 4)])],
    "Moments": [Case({"axes": (1,), "keepdims": True}, [(3, 4)], [(1, 4), (1, 4)])],
    "MultiHot": [Case({"num_classes": 5, "axis": -1}, [(3,)], [(5,)])],
    "OneHot": [Case({"num_classes": 5, "axis": -1}, [(3,)], [(3, 5)])],
    "PadImages": [
        Case(
            {
                "data_format": "channels_first", "top_padding": 1, "left_padding": None,
                "bottom_padding": 2, "right_padding": 1, "target_height": None,
                "target_width": 9,
            },
            [first(3, 4, 5)], [first(3, 7, 9)],
        ),
    ],
    "Resize": [
        Case({"data_format": "channels_first", "size": (2, 3)}, [first(3, 4, 5)], [first(3, 2, 3)]),
    ],
    "Stack": [
        Case({"axis": -1}, [(3,), (3,)], [(3, 2)]),
        Case({"x": ({"input": 0}, {"input": 0}), "axis": 1}, [(3,)], [(2, 3)]),
    ],
    "Take": [
        Case({"x": array(100, 8), "axis": 0}, [(5,)], [(5, 8)]),
        Case({"indices": array(2), "axis": 1}, [(3, 4)], [(2, 4)]),
        Case({"indices": ((0, 1, 2), (1, 2, 0)), "axis": 1}, [(4, 5)], [(2, 3, 5)]),
        Case({"indices": (), "axis": 1}, [(4, 5)], [(0, 5)]),
        Case({"indices": ((0, 1, 2),), "axis": 1}, [(4, 5)], [(1, 3, 5)]),
    ],
    "TakeAlongAxis": [
        Case({"axis": 1}, [(3, 4), (2, 4)], [(2, 4)]),
        Case({"axis": 1}, [(3, 1), (2, 4)], [(2, 4)]),
        Case({"axis": 1}, [(3, 4), (2, 1)], [(2, 4)]),
        Case({"indices": array(1, 2, 4), "axis": 1}, [(3, 4)], [(2, 4)]),
        Case({"x": array(1, 3, 4), "axis": 1}, [(2, 4)], [(2, 4)]),
    ],
    "TopK": [Case({"k": 2}, [(3, 4)], [(3, 2), (3, 2)])],
    "Trace": [Case(LEFT, [(3, 4, 5)], [(5,)])],
}  # fmt: skip


def nowhere(table, connections):
    """The same cases, with nothing to say of what one position sees."""
    return {
        name: [
            Case(case.arguments, case.inputs, case.outputs, connections=connections, window=None)
            for case in cases
        ]
        for name, cases in table.items()
    }


TABLE = {
    f"ops.{name}": cases
    for name, cases in {
        **LIKE_LAYERS,
        **PRODUCTS,
        **ALONG,
        **VALUE_BY_VALUE,
        **nowhere(MOVED, 0),
        **nowhere(MADE, None),
    }.items()
}


@pytest.mark.parametrize(
    ("type_", "number"), [(type_, number) for type_ in TABLE for number in range(len(TABLE[type_]))]
)
def test_by_hand(type_, number):
    case = TABLE[type_][number]
    check(type_, case.arguments, case)


@pytest.mark.parametrize("name", BINARY)
def test_two_values_to_one(name):
    check(f"ops.{name}", {}, Case({}, [(4, 1, 3), (1, 5, 1)], [(4, 5, 3)]))
    check(f"ops.{name}", {"x2": 2}, Case({}, [(4, 3)], [(4, 3)]))


@pytest.mark.parametrize("name", BITWISE)
def test_two_whole_numbers_to_one(name):
    check(f"ops.{name}", {"y": array(4, 1)}, Case({}, [(1, 3)], [(4, 3)]))


@pytest.mark.parametrize("name", REDUCTIONS)
def test_many_values_to_one(name):
    for axis, keepdims, output, window in (
        (-1, False, (4, 5), sees()),
        (3, True, (4, 5, 1), sees()),
        ((1, 2), False, (3,), sees(WHOLE, WHOLE)),
        ((1, 2, 3), True, (1, 1, 1), sees(WHOLE, WHOLE)),
        (1, False, (5, 3), None),
    ):
        case = Case({}, [(4, 5, 3)], [output], window=window)
        check(f"ops.{name}", {"axis": axis, "keepdims": keepdims}, case)


def test_the_axis_order_is_kept():
    check("ops.Relu", {}, Case({}, [first(3, 5)], [first(3, 5)], connections=0))


OTHERS = set(OPERATIONS) - set(TABLE) - {f"ops.{n}" for n in (*BINARY, *BITWISE, *REDUCTIONS)}


@pytest.mark.parametrize("type_", sorted(OTHERS))
def test_one_value_to_one(type_):
    check(type_, {}, Case({}, [(4, None, 3)], [(4, None, 3)], connections=0))


# What comes out has no shape for one example: the batch is gone, elsewhere, or among the values.
UNSAID = {
    "Conv": ({**PLAIN, "kernel": {"input": 1}}, (7, 8, 4), (2, 4, 5)),
    "Transpose": ({"axes": None}, (4,)),
    "Sum": ({"axis": 0, "keepdims": False}, (4,)),
    "Matmul": ({}, (), (4,)),
    "Concatenate": ({"axis": 0}, (4,), (4,)),
    "Reshape": ({"newshape": (4, 3)}, (4, 3)),
    "Cumsum": ({"axis": None}, (4,)),
    "Quantile": ({"q": (0.25, 0.5), "axis": -1, "keepdims": False}, (4,)),
    "Tile": ({"repeats": (2, 1)}, (4,)),
    "Take": ({"indices": array(2), "axis": 0}, (4,)),
    "GetItem": ({"key": 0}, (4,)),
    "Pad": ({"pad_width": 1}, (4,)),
    "Split": ({"indices_or_sections": 2, "axis": 0}, (4,)),
    "DepthwiseConv": (PLAIN, (7, 8, 4), (2, 4, 5)),
    "ConvTranspose": ({**PLAIN, "inputs": array(5, 9, 2)}, (2, 4)),
    "Add": ({}, (4,), (2, 4)),
    "Average": ({"x": array(3, 4), "axis": 1}, (4,)),
    "Where": ({"x1": None, "x2": None}, (4,)),
    "DotProductAttention": ({"query": array(2, 3, 2, 8)}, (5, 2, 8), (5, 2, 4)),
    "BroadcastTo": ({"shape": (4, 3)}, (3,)),
    "Slice": ({"start_indices": (0, 0), "shape": (2, -1)}, (3,)),
    "SliceUpdate": ({"inputs": array(2, 3)},),
    "Resize": ({"images": array(2, 4, 4, 3), "size": (2, 2), "data_format": None}, (4, 4, 3)),
}


@pytest.mark.parametrize("name", UNSAID)
def test_what_is_not_one_example_s_is_unsaid(name):
    config, *inputs = UNSAID[name]
    assert derived(f"ops.{name}", config, inputs) is None
