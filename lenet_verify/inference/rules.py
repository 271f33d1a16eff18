"""The rules, one for each class of layer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from lenet_verify.architecture import Shape
from lenet_verify.inference.activation import prelu, softmax
from lenet_verify.inference.applications import layer_scale, scaled_sum
from lenet_verify.inference.attention import (
    additive_attention,
    attention,
    group_query_attention,
    multi_head_attention,
)
from lenet_verify.inference.convolution import (
    convolution,
    depthwise_convolution,
    separable_convolution,
    transposed_convolution,
)
from lenet_verify.inference.dense import dense, einsum_dense
from lenet_verify.inference.derived import Derived, same_maps, same_shape
from lenet_verify.inference.embedding import embedding, reversible_embedding
from lenet_verify.inference.images import image_cropping, resizing
from lenet_verify.inference.lenet import euclidean_rbf, sparse_convolution, subsampling
from lenet_verify.inference.merging import concatenation, difference, dot, elementwise
from lenet_verify.inference.normalization import (
    batch_normalization,
    group_normalization,
    layer_normalization,
    rms_normalization,
    unit_normalization,
)
from lenet_verify.inference.operations import OPERATIONS
from lenet_verify.inference.operations import WITHOUT_RULE as OPERATIONS_WITHOUT_RULE
from lenet_verify.inference.pooling import adaptive_pooling, global_pooling, pooling
from lenet_verify.inference.preprocessing import (
    adjustment,
    augmentation,
    category_encoding,
    colour_augmentation,
    crossing,
    discretization,
    hashing,
    lookup,
    mel_spectrogram,
    normalization,
    rescaling,
    stft_spectrogram,
    text_vectorization,
)
from lenet_verify.inference.recurrent import (
    cell,
    conv_lstm,
    recurrent,
    stacked_cells,
    unrolled,
)
from lenet_verify.inference.reshaping import (
    cropping,
    flatten,
    padding,
    permute,
    repetition,
    reshape,
    upsampling,
)
from lenet_verify.inference.wrappers import (
    bidirectional,
    spectral_normalization,
    time_distributed,
)
from lenet_verify.vocabulary import ACTIVATION_LAYERS, IDENTITY_LAYERS
from lenet_verify.vocabulary.layers import TABLE

Rule = Callable[[tuple[Shape, ...], Mapping[str, Any]], Derived | None]
"""What a layer of these arguments makes of inputs of these shapes; None where it cannot be said."""

RULES: Mapping[str, Rule] = {
    **dict.fromkeys(("Conv1D", "Conv2D", "Conv3D"), convolution),
    **dict.fromkeys(
        ("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"), transposed_convolution
    ),
    **dict.fromkeys(("DepthwiseConv1D", "DepthwiseConv2D"), depthwise_convolution),
    **dict.fromkeys(("SeparableConv1D", "SeparableConv2D"), separable_convolution),
    **{f"{kind}Pooling{rank}D": pooling for kind in ("Max", "Average") for rank in (1, 2, 3)},
    **{
        f"Global{kind}Pooling{rank}D": partial(global_pooling, rank)
        for kind in ("Max", "Average")
        for rank in (1, 2, 3)
    },
    **{
        f"Adaptive{kind}Pooling{rank}D": adaptive_pooling
        for kind in ("Max", "Average")
        for rank in (1, 2, 3)
    },
    "Dense": dense,
    "EinsumDense": einsum_dense,
    "BatchNormalization": batch_normalization,
    "GroupNormalization": group_normalization,
    "LayerNormalization": layer_normalization,
    "RMSNormalization": rms_normalization,
    "UnitNormalization": unit_normalization,
    "PReLU": prelu,
    "Embedding": embedding,
    "ReversibleEmbedding": reversible_embedding,
    "Attention": attention,
    "AdditiveAttention": additive_attention,
    "MultiHeadAttention": multi_head_attention,
    "GroupQueryAttention": group_query_attention,
    **{kind: partial(recurrent, kind) for kind in ("SimpleRNN", "GRU", "LSTM")},
    **{kind: partial(cell, kind) for kind in ("SimpleRNNCell", "GRUCell", "LSTMCell")},
    "StackedRNNCells": stacked_cells,
    "RNN": unrolled,
    **dict.fromkeys(("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"), conv_lstm),
    "Bidirectional": bidirectional,
    "TimeDistributed": time_distributed,
    "SpectralNormalization": spectral_normalization,
    "Flatten": flatten,
    "Reshape": reshape,
    "Permute": permute,
    "RepeatVector": repetition,
    **dict.fromkeys(("ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D"), padding),
    **dict.fromkeys(("Cropping1D", "Cropping2D", "Cropping3D"), cropping),
    **dict.fromkeys(("UpSampling1D", "UpSampling2D", "UpSampling3D"), upsampling),
    "Resizing": resizing,
    **dict.fromkeys(("CenterCrop", "RandomCrop"), image_cropping),
    **dict.fromkeys(("Add", "Average", "Maximum", "Minimum", "Multiply"), elementwise),
    "Subtract": difference,
    "Concatenate": concatenation,
    "Dot": dot,
    **dict.fromkeys(("AutoContrast", "Equalization"), adjustment),
    "ContrastLimitedAdaptiveHistogramEqualization": adjustment,
    "MaxNumBoundingBoxes": augmentation,
    "CategoryEncoding": category_encoding,
    "Discretization": discretization,
    "HashedCrossing": crossing,
    "Hashing": hashing,
    **dict.fromkeys(("IntegerLookup", "StringLookup"), lookup),
    "MelSpectrogram": mel_spectrogram,
    "Normalization": normalization,
    "Rescaling": rescaling,
    "STFTSpectrogram": stft_spectrogram,
    "TextVectorization": text_vectorization,
    "EuclideanRBF": euclidean_rbf,
    "SparseConv2D": sparse_convolution,
    "Subsampling2D": subsampling,
    "CustomScaleLayer": scaled_sum,
    "LayerScale": layer_scale,
    "Masking": same_shape,
    **dict.fromkeys(sorted(ACTIVATION_LAYERS), same_shape),
    "Softmax": softmax,
    **OPERATIONS,
    **dict.fromkeys(sorted(IDENTITY_LAYERS), same_shape),
    **dict.fromkeys(sorted(IDENTITY_LAYERS & frozenset(TABLE["preprocessing"])), augmentation),
    "RandomColorDegeneration": colour_augmentation,
    **{f"SpatialDropout{rank}D": partial(same_maps, rank) for rank in (1, 2, 3)},
}
"""One rule a class; a class without one is unknown, never guessed."""

_CODE = "it runs code that only running it could tell"
_ABSTRACT = "it is a base class that computes nothing"

WITHOUT_RULE: Mapping[str, str] = {
    "FlaxLayer": _CODE,
    "JaxLayer": _CODE,
    "Lambda": _CODE,
    "Layer": _ABSTRACT,
    "Pipeline": "it is a chain of layers, each with a rule of its own",
    "TFSMLayer": "it runs a model that TensorFlow saved",
    "TorchModuleWrapper": _CODE,
    "Wrapper": _ABSTRACT,
    **OPERATIONS_WITHOUT_RULE,
}
"""Why there is no rule for the other classes of keras.layers."""


def why_without(type_: str) -> str:
    """Why there is no rule for a type."""
    reason = WITHOUT_RULE.get(type_)
    return f"there is no rule for {type_}" + (f": {reason}" if reason else "")
