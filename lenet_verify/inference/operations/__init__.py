"""Rules for nodes of keras.ops, as they stand between the layers of a model.

An operation counts the batch as axis 0. What comes out of it has a shape for one example only
where the batch still comes first; of anything else, a rule says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from lenet_verify.inference.derived import Derived
from lenet_verify.inference.operations import (
    elementwise,
    joining,
    neural,
    picking,
    products,
    rearranging,
)
from lenet_verify.inference.operations.node import Node, Rule, rule
from lenet_verify.vocabulary import ACTIVATION_LAYERS

_UNARY = (
    *("Absolute", "Angle", "Arccos", "Arccosh", "Arcsin", "Arcsinh", "Arctan", "Arctanh", "Array"),
    *("BitwiseInvert", "BitwiseNot", "Cast", "Cbrt", "Ceil", "Clip", "Conjugate"),
    *("ConvertToTensor", "Copy", "Cos", "Cosh", "Deg2rad", "EmptyLike", "Erf", "Erfc", "Erfinv"),
    *("Exp2", "Expm1", "Fabs", "Floor", "I0", "Imag", "Isfinite", "Isinf", "Isnan", "Isneginf"),
    *("Isposinf", "Isreal", "Log", "Log10", "Log1p", "Log2", "LogicalNot", "NanToNum"),
    *("Negative", "OnesLike", "Rad2deg", "Real", "Reciprocal", "Round", "Rsqrt", "SaturateCast"),
    *("Sign", "Signbit", "Sin", "Sinc", "Sinh", "Sqrt", "Square", "StopGradient", "Tan", "Tril"),
    *("Triu", "Trunc", "ZerosLike"),
)
BINARY = (
    *("Add", "Arctan2", "Divide", "DivideNoNan", "Equal", "FloorDivide", "Fmax", "Fmin", "Fmod"),
    *("Gcd", "Greater", "GreaterEqual", "Heaviside", "Hypot", "Isclose", "Lcm", "Ldexp", "Less"),
    *("LessEqual", "Logaddexp", "Logaddexp2", "LogicalAnd", "LogicalOr", "LogicalXor", "Maximum"),
    *("Minimum", "Mod", "Multiply", "Nextafter", "NotEqual", "Power", "Subtract", "TrueDivide"),
)
BITWISE = (
    *("BitwiseAnd", "BitwiseLeftShift", "BitwiseOr", "BitwiseRightShift", "BitwiseXor"),
    *("LeftShift", "RightShift"),
)
_FIRST = ("Digitize", "FullLike", "IsIn", "ScatterUpdate", "SliceUpdate")
REDUCTIONS = (
    *("All", "Amax", "Amin", "Any", "Argmax", "Argmin", "CountNonzero", "Logsumexp", "Max", "Mean"),
    *("Median", "Min", "Nanargmax", "Nanargmin", "Nanmax", "Nanmean", "Nanmedian", "Nanmin"),
    *("Nanprod", "Nanstd", "Nansum", "Nanvar", "Norm", "Prod", "Ptp", "Std", "Sum", "Var"),
)
_ALONG_AXES = ("Flip", "LogSoftmax", "Roll", "Softmax", "Sparsemax")
_ALONG_AXIS = (
    *("Argpartition", "Argsort", "Cumprod", "Cumsum", "Nancumprod", "Nancumsum", "Sort"),
)

_OWN: Mapping[str, Callable[[Node], Derived]] = {
    "AdaptiveAveragePool": neural.adaptive_pool,
    "AdaptiveMaxPool": neural.adaptive_pool,
    "AffineTransform": neural.image,
    "ArraySplit": joining.uneven_split,
    "Average": elementwise.average,
    "AveragePool": neural.pool,
    "BatchNorm": elementwise.batch_normalization,
    "BinaryCrossentropy": elementwise.loss,
    "BroadcastTo": rearranging.broadcast_to,
    "CDist": products.distances,
    "CategoricalCrossentropy": elementwise.categorical_loss,
    "Concatenate": joining.concatenation,
    "Conv": neural.conv,
    "ConvTranspose": neural.conv_transpose,
    "CropImages": neural.cropped,
    "DepthToSpace": neural.depth_to_space,
    "DepthwiseConv": neural.depthwise_conv,
    "Diagonal": rearranging.diagonal,
    "Diff": picking.difference,
    "Dot": products.dot,
    "DotProductAttention": products.attention,
    "Dsplit": joining.depth_split,
    "Dstack": joining.depthwise,
    "Einsum": products.einsum,
    "ElasticTransform": neural.image,
    "ExpandDims": rearranging.expand_dims,
    "ExtractPatches": neural.patches,
    "ExtractSequences": picking.sequences,
    "FFT": partial(picking.transform, 1),
    "FFT2": partial(picking.transform, 2),
    "GaussianBlur": neural.image,
    "GetItem": picking.item,
    "Glu": picking.halved,
    "HSVToRGB": neural.recoloured,
    "Hsplit": joining.horizontal_split,
    "Hstack": joining.horizontal,
    "IFFT2": partial(picking.transform, 2),
    "Inner": products.inner,
    "LayerNorm": elementwise.same_along,
    "Matmul": products.matmul,
    "MaxPool": neural.pool,
    "Moments": elementwise.moments,
    "Moveaxis": rearranging.moveaxis,
    "MultiHot": picking.multi_hot,
    "Nanpercentile": elementwise.quantile,
    "Nanquantile": elementwise.quantile,
    "Normalize": elementwise.same_along,
    "OneHot": picking.one_hot,
    "Pad": rearranging.pad,
    "PadImages": neural.padded,
    "Percentile": elementwise.quantile,
    "Quantile": elementwise.quantile,
    "RGBToGrayscale": neural.gray,
    "RGBToHSV": neural.recoloured,
    "RMSNorm": elementwise.same_along,
    "Repeat": rearranging.repeat,
    "Reshape": rearranging.reshape,
    "Resize": neural.resized,
    "Rot90": rearranging.rotation,
    "SeparableConv": neural.separable_conv,
    "Slice": picking.picked_slice,
    "SpaceToDepth": neural.space_to_depth,
    "Split": joining.split,
    "Squeeze": rearranging.squeeze,
    "Stack": joining.stack,
    "Swapaxes": rearranging.swapaxes,
    "Take": picking.take,
    "TakeAlongAxis": picking.take_along_axis,
    "Tensordot": products.tensordot,
    "Tile": rearranging.tile,
    "TopK": picking.top,
    "Trace": rearranging.trace,
    "Transpose": rearranging.transpose,
    "Unstack": joining.unstack,
    "Where": elementwise.where,
}

_ACTIVATIONS = tuple(
    type_.removeprefix("ops.") for type_ in ACTIVATION_LAYERS if type_.startswith("ops.")
)

_CODE = "it runs functions that only running them could tell"
_DATA = "how much comes out depends on the data"

WITHOUT_RULE: Mapping[str, str] = {
    **dict.fromkeys(
        ("ops.AssociativeScan", "ops.Cond", "ops.ForiLoop", "ops.JVP", "ops.Map"), _CODE
    ),
    **dict.fromkeys(("ops.Scan", "ops.Switch", "ops.VectorizedMap", "ops.WhileLoop"), _CODE),
    **dict.fromkeys(("ops.Bincount", "ops.Nonzero", "ops.Unique"), _DATA),
}
"""Why there is none for some others; what is left makes no network."""

OPERATIONS: Mapping[str, Rule] = {
    f"ops.{name}": rule(compute)
    for name, compute in {
        **dict.fromkeys(_ACTIVATIONS, elementwise.unary),
        **dict.fromkeys(_UNARY, elementwise.unary),
        **dict.fromkeys(BINARY, elementwise.binary),
        **dict.fromkeys(BITWISE, elementwise.bitwise),
        **dict.fromkeys(_FIRST, elementwise.first),
        **dict.fromkeys(REDUCTIONS, elementwise.reduction),
        **dict.fromkeys(_ALONG_AXES, elementwise.along_axes),
        **dict.fromkeys(_ALONG_AXIS, elementwise.along_axis),
        **_OWN,
    }.items()
}
"""One rule an operation, by its type."""
