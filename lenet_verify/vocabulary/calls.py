"""What a layer or an operation of keras.ops takes when it is called: a literal table.

A file tells the arguments of a call by their places; which parameter stands at a place is only
told by the class. The tests hold the table against the installed Keras.
"""

from __future__ import annotations

from collections.abc import Mapping

from lenet_verify.vocabulary.layers import REQUIRED

Parameters = Mapping[str, object]
"""The parameters of a call in their order, each with its default; REQUIRED where it has none."""


def _taking(*required: str, **optional: object) -> Parameters:
    return {**dict.fromkeys(required, REQUIRED), **optional}


_ONE: Parameters = _taking("inputs")
_MODEL: Parameters = _taking("inputs", training=None, mask=None)
_SEQUENCE: Parameters = _taking("sequences", initial_state=None, mask=None, training=False)
_CELL: Parameters = _taking("inputs", "states", training=False)
_IMAGES: Parameters = _taking("data", training=True)
_SCORED: Parameters = _taking(
    "inputs", mask=None, training=False, return_attention_scores=False, use_causal_mask=False
)
_HEADS: Parameters = _taking(
    "query", "value", key=None, query_mask=None, value_mask=None, key_mask=None,
    attention_mask=None, return_attention_scores=False, training=None, use_causal_mask=False,
)  # fmt: skip

_LAYERS: Mapping[str, Parameters] = {
    **dict.fromkeys(("Functional", "Sequential"), _MODEL),
    **dict.fromkeys(("Dense", "EinsumDense"), _taking("inputs", training=None)),
    **dict.fromkeys(("GlobalAveragePooling1D", "Softmax"), _taking("inputs", mask=None)),
    **dict.fromkeys(("BatchNormalization", "TimeDistributed"), _MODEL),
    **dict.fromkeys(
        (
            *("AlphaDropout", "Dropout", "GaussianDropout", "GaussianNoise"),
            *("SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"),
            "SpectralNormalization",
        ),
        _taking("inputs", training=False),
    ),
    "StochasticDepth": _taking("x", training=None),
    **dict.fromkeys(("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"), _SEQUENCE),
    **dict.fromkeys(("GRU", "LSTM", "RNN", "SimpleRNN"), _SEQUENCE),
    "Bidirectional": {**_SEQUENCE, "training": None},
    **dict.fromkeys(("GRUCell", "LSTMCell", "StackedRNNCells"), _CELL),
    "SimpleRNNCell": _taking("sequence", "states", training=False),
    **dict.fromkeys(("AdditiveAttention", "Attention"), _SCORED),
    **dict.fromkeys(("GroupQueryAttention", "MultiHeadAttention"), _HEADS),
    "ReversibleEmbedding": _taking("inputs", reverse=False),
    "CategoryEncoding": _taking("inputs", count_weights=None),
    **dict.fromkeys(
        (
            *("AugMix", "AutoContrast", "CenterCrop", "CutMix", "Equalization", "MixUp"),
            *("ContrastLimitedAdaptiveHistogramEqualization", "MaxNumBoundingBoxes"),
            *("RandAugment", "RandomBrightness", "RandomColorDegeneration", "RandomColorJitter"),
            *("RandomContrast", "RandomCrop", "RandomElasticTransform", "RandomErasing"),
            *("RandomFlip", "RandomGaussianBlur", "RandomGrayscale", "RandomHue", "RandomInvert"),
            *("RandomPerspective", "RandomPosterization", "RandomRotation", "RandomSaturation"),
            *("RandomSharpness", "RandomShear", "RandomTranslation", "RandomZoom", "Resizing"),
            "Solarization",
        ),
        _IMAGES,
    ),
}

_TWO = _taking("x1", "x2")

_OPERATIONS: Mapping[str, Parameters] = {
    **dict.fromkeys(
        (
            *("Add", "Arctan2", "Divide", "DivideNoNan", "Dot", "Equal", "FloorDivide", "Fmax"),
            *("Fmin", "Fmod", "Gcd", "Greater", "GreaterEqual", "Heaviside", "Hypot", "Inner"),
            *("IsIn", "Lcm", "Ldexp", "Less", "LessEqual", "Logaddexp", "Logaddexp2"),
            *("LogicalAnd", "LogicalOr", "LogicalXor", "Matmul", "Maximum", "Minimum", "Mod"),
            *("Multiply", "Nextafter", "NotEqual", "Power", "Subtract", "Tensordot"),
            "TrueDivide",
        ),
        _TWO,
    ),
    **dict.fromkeys(
        (
            *("BitwiseAnd", "BitwiseLeftShift", "BitwiseOr", "BitwiseRightShift", "BitwiseXor"),
            *("CDist", "LeftShift", "RightShift"),
        ),
        _taking("x", "y"),
    ),
    **dict.fromkeys(("Concatenate", "Dstack", "Hstack"), _taking("xs")),
    **dict.fromkeys(("Conv", "ConvTranspose", "DepthwiseConv"), _taking("inputs", "kernel")),
    **dict.fromkeys(("Nanpercentile", "Nanquantile", "Percentile", "Quantile"), _taking("x", "q")),
    **dict.fromkeys(("Take", "TakeAlongAxis"), _taking("x", "indices")),
    **dict.fromkeys(("BinaryCrossentropy", "CategoricalCrossentropy"), _taking("target", "output")),
    "AffineTransform": _taking("images", "transform"),
    "Average": _taking("x", weights=None),
    "BatchNorm": _taking("x", "mean", "variance", offset=None, scale=None),
    "Diff": _taking("a"),
    "Digitize": _taking("x", "bins"),
    "DotProductAttention": _taking("query", "key", "value", bias=None, mask=None, scale=None),
    "FullLike": _taking("x", "fill_value"),
    "GetItem": _taking("x", "key"),
    "Isclose": _taking("x1", "x2", rtol=1e-05, atol=1e-08),
    "LayerNorm": _taking("x", gamma=None, beta=None),
    "Pad": _taking("x", constant_values=None),
    "RMSNorm": _taking("x", scale=None),
    "Rot90": _taking("array"),
    "ScatterUpdate": _taking("inputs", "indices", "updates"),
    "SeparableConv": _taking("inputs", "depthwise_kernel", "pointwise_kernel"),
    "Slice": _taking("inputs", "start_indices"),
    "SliceUpdate": _taking("inputs", "start_indices", "updates"),
    "StopGradient": _taking("variable"),
    "Where": _taking("condition", x1=None, x2=None),
}

SPREAD: frozenset[str] = frozenset({"ops.Einsum"})
"""Types whose call takes any number of tensors, one after the other."""


def call_parameters(type_: str) -> Parameters:
    """What a type takes when it is called; for one that is not in the table, a single input."""
    if type_.startswith("ops."):
        return _OPERATIONS.get(type_[4:], _ONE)
    return _LAYERS.get(type_, _ONE)
