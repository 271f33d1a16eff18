"""The literal table of Keras's layers, and of our few: names, families, arguments, defaults.

To add a layer, add one line to its family in `TABLE`: the arguments in Keras's own order with
Keras's own defaults, `_` where there is none. An argument's name fixes its form (`_FORMS`); a
class whose argument has another form says so in its line, `of(form, default)`. A default of
None makes any form nullable.
"""

from __future__ import annotations

from collections.abc import Mapping

from lenet_verify.vocabulary.argument_forms import (
    COUNT,
    INTEGER,
    NUMBERS,
    RATE,
    RESIZING,
    SIGNED_RANGE,
    UNIT_RANGE,
    UPSAMPLING,
)
from lenet_verify.vocabulary.forms import Either, Form, Optional, Text, WholeNumber, Word
from lenet_verify.vocabulary.lists import Axes, Many, Paddings, Range, Sizes
from lenet_verify.vocabulary.nested import RECURRENT_LAYER


class Required:
    """The default of an argument that has none."""

    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED = Required()


class Of:
    """A form for one class's argument, with its default."""

    __slots__ = ("default", "form")

    def __init__(self, form: Form, default: object) -> None:
        self.form = form
        self.default = default


_ = REQUIRED
of = Of

Row = dict[str, object]


def _row(**arguments: object) -> Row:
    return arguments


def _family(**rows: Row) -> dict[str, Row]:
    return rows


# Runs of arguments that many classes share. `…_initializer=_G` is Keras's "glorot_uniform".
_G = "glorot_uniform"
_Z = "zeros"
_F = "fan_in_uniform"
_KERNEL_RULES: Row = _row(
    kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None,
    kernel_constraint=None, bias_constraint=None,
)  # fmt: skip
_BIASED: Row = _row(activation=None, use_bias=True, kernel_initializer=_G, bias_initializer=_Z)
_CONV: Row = _BIASED | _KERNEL_RULES
_DEPTHWISE: Row = _row(
    activation=None, use_bias=True, depthwise_initializer=_G, bias_initializer=_Z,
    depthwise_regularizer=None, bias_regularizer=None, activity_regularizer=None,
    depthwise_constraint=None, bias_constraint=None,
)  # fmt: skip
_SEPARABLE: Row = _row(
    activation=None, use_bias=True, depthwise_initializer=_G, pointwise_initializer=_G,
    bias_initializer=_Z, depthwise_regularizer=None, pointwise_regularizer=None,
    bias_regularizer=None, activity_regularizer=None, depthwise_constraint=None,
    pointwise_constraint=None, bias_constraint=None,
)  # fmt: skip
_VALID: Row = _row(padding="valid", data_format=None)
_POOL: Row = _row(strides=None, **_VALID)
_GLOBAL: Row = _row(data_format=None, keepdims=False)
_AFFINE: Row = _row(center=True, scale=True, beta_initializer=_Z, gamma_initializer="ones")
_AFFINE_RULES: Row = _row(
    beta_regularizer=None, gamma_regularizer=None, beta_constraint=None, gamma_constraint=None
)
_GATED: Row = _row(activation="tanh", recurrent_activation="sigmoid")
_CELL: Row = _row(
    use_bias=True, kernel_initializer=_G, recurrent_initializer="orthogonal", bias_initializer=_Z
)
_CELL_RULES: Row = _row(
    kernel_regularizer=None, recurrent_regularizer=None, bias_regularizer=None,
    kernel_constraint=None, recurrent_constraint=None, bias_constraint=None,
    dropout=0.0, recurrent_dropout=0.0,
)  # fmt: skip
_RNN_RULES: Row = _row(
    kernel_regularizer=None, recurrent_regularizer=None, bias_regularizer=None,
    activity_regularizer=None, kernel_constraint=None, recurrent_constraint=None,
    bias_constraint=None, dropout=0.0, recurrent_dropout=0.0,
)  # fmt: skip
_RNN: Row = _row(return_sequences=False, return_state=False, go_backwards=False, stateful=False)
_CONV_LSTM: Row = _row(
    filters=_, kernel_size=_, strides=1, **_VALID, dilation_rate=1, **_GATED, **_CELL,
    unit_forget_bias=True, **_RNN_RULES, seed=None, **_RNN,
)  # fmt: skip
_HEADS: Row = _row(
    kernel_initializer=_G, bias_initializer=_Z, **_KERNEL_RULES, use_gate=False, seed=None
)
_PIXELS: Row = _row(value_range=(0, 255))
_LORA: Row = _row(lora_rank=None, lora_alpha=None)
_SEVERAL_AXES = of(Axes(), -1)
_WARP: Row = _row(fill_mode="reflect", interpolation="bilinear", seed=None, fill_value=0.0)
_FOUR_MODES = Word("int", "one_hot", "multi_hot", "count")
_CROSSED = Word("int", "one_hot")

# fmt: off
TABLE: dict[str, dict[str, Row]] = {
    "core": _family(
        Identity=_row(),
        Masking=_row(mask_value=0.0),
    ),
    "dense": _family(
        Dense=_row(units=_, **_CONV, **_LORA, quantization_config=None),
        EinsumDense=_row(
            equation=_, output_shape=_, activation=None, bias_axes=None, kernel_initializer=_G,
            bias_initializer=_Z, kernel_regularizer=None, bias_regularizer=None,
            kernel_constraint=None, bias_constraint=None, **_LORA,
            gptq_unpacked_column_size=None, quantization_config=None,
        ),
        EuclideanRBF=_row(codes=_),
    ),
    "convolution": _family(
        Conv1D=_row(
            filters=_, kernel_size=_, strides=1,
            padding=of(Word("valid", "same", "causal"), "valid"), data_format=None,
            dilation_rate=1, groups=1, **_CONV, **_LORA,
        ),
        Conv2D=_row(
            filters=_, kernel_size=_, strides=(1, 1), **_VALID, dilation_rate=(1, 1), groups=1,
            **_CONV, **_LORA,
        ),
        Conv3D=_row(
            filters=_, kernel_size=_, strides=(1, 1, 1), **_VALID, dilation_rate=(1, 1, 1),
            groups=1, **_CONV, **_LORA,
        ),
        Conv1DTranspose=_row(
            filters=_, kernel_size=_, strides=1, padding="valid", output_padding=None,
            data_format=None, dilation_rate=1, **_CONV,
        ),
        Conv2DTranspose=_row(
            filters=_, kernel_size=_, strides=(1, 1), padding="valid", output_padding=None,
            data_format=None, dilation_rate=(1, 1), **_CONV,
        ),
        Conv3DTranspose=_row(
            filters=_, kernel_size=_, strides=(1, 1, 1), **_VALID, output_padding=None,
            dilation_rate=(1, 1, 1), **_CONV,
        ),
        DepthwiseConv1D=_row(
            kernel_size=_, strides=1, padding="valid", depth_multiplier=1, data_format=None,
            dilation_rate=1, **_DEPTHWISE,
        ),
        DepthwiseConv2D=_row(
            kernel_size=_, strides=(1, 1), padding="valid", depth_multiplier=1, data_format=None,
            dilation_rate=(1, 1), **_DEPTHWISE,
        ),
        SeparableConv1D=_row(
            filters=_, kernel_size=_, strides=1, **_VALID, dilation_rate=1, depth_multiplier=1,
            **_SEPARABLE,
        ),
        SeparableConv2D=_row(
            filters=_, kernel_size=_, strides=(1, 1), **_VALID, dilation_rate=(1, 1),
            depth_multiplier=1, **_SEPARABLE,
        ),
        SparseConv2D=_row(
            connection_table=_, kernel_size=_, strides=(1, 1), **_VALID, activation=None,
            use_bias=True, kernel_initializer=_F, bias_initializer=_Z,
        ),
    ),
    "pooling": _family(
        AdaptiveAveragePooling1D=_row(output_size=_, data_format=None),
        AdaptiveAveragePooling2D=_row(output_size=_, data_format=None),
        AdaptiveAveragePooling3D=_row(output_size=_, data_format=None),
        AdaptiveMaxPooling1D=_row(output_size=_, data_format=None),
        AdaptiveMaxPooling2D=_row(output_size=_, data_format=None),
        AdaptiveMaxPooling3D=_row(output_size=_, data_format=None),
        AveragePooling1D=_row(pool_size=_, **_POOL),
        AveragePooling2D=_row(pool_size=_, **_POOL),
        AveragePooling3D=_row(pool_size=_, **_POOL),
        GlobalAveragePooling1D=_GLOBAL,
        GlobalAveragePooling2D=_GLOBAL,
        GlobalAveragePooling3D=_GLOBAL,
        GlobalMaxPooling1D=_GLOBAL,
        GlobalMaxPooling2D=_GLOBAL,
        GlobalMaxPooling3D=_GLOBAL,
        MaxPooling1D=_row(pool_size=2, **_POOL),
        MaxPooling2D=_row(pool_size=(2, 2), **_POOL),
        MaxPooling3D=_row(pool_size=(2, 2, 2), **_POOL),
        Subsampling2D=_row(
            pool_size=(2, 2), strides=None, data_format=None, activation=None,
            coefficient_initializer=_F, bias_initializer=_Z,
        ),
    ),
    "normalization": _family(
        BatchNormalization=_row(
            axis=-1, momentum=0.99, epsilon=0.001, **_AFFINE, moving_mean_initializer=_Z,
            moving_variance_initializer="ones", **_AFFINE_RULES, renorm=False,
            renorm_clipping=None, renorm_momentum=0.99, synchronized=False,
        ),
        # -1 groups are as many as there are channels.
        GroupNormalization=_row(
            groups=of(Either(COUNT, WholeNumber(-1, -1)), 32), axis=-1, epsilon=0.001, **_AFFINE,
            **_AFFINE_RULES,
        ),
        LayerNormalization=_row(axis=_SEVERAL_AXES, epsilon=0.001, **_AFFINE, **_AFFINE_RULES),
        RMSNormalization=_row(axis=_SEVERAL_AXES, epsilon=1e-06),
        UnitNormalization=_row(axis=_SEVERAL_AXES),
    ),
    "regularization": _family(
        ActivityRegularization=_row(l1=0.0, l2=0.0),
        AlphaDropout=_row(rate=_, noise_shape=None, seed=None),
        Dropout=_row(rate=_, noise_shape=None, seed=None),
        GaussianDropout=_row(rate=_, seed=None),
        GaussianNoise=_row(stddev=_, seed=None),
        SpatialDropout1D=_row(rate=_, seed=None),
        SpatialDropout2D=_row(rate=_, data_format=None, seed=None),
        SpatialDropout3D=_row(rate=_, data_format=None, seed=None),
    ),
    "activation": _family(
        Activation=_row(activation=_),
        ELU=_row(alpha=1.0),
        LeakyReLU=_row(negative_slope=0.3),
        PReLU=_row(
            alpha_initializer="Zeros", alpha_regularizer=None, alpha_constraint=None,
            shared_axes=None,
        ),
        ReLU=_row(max_value=None, negative_slope=0.0, threshold=0.0),
        Softmax=_row(axis=_SEVERAL_AXES),
    ),
    "merging": _family(
        Add=_row(), Average=_row(), Concatenate=_row(axis=-1), Dot=_row(axes=_, normalize=False),
        Maximum=_row(), Minimum=_row(), Multiply=_row(), Subtract=_row(),
    ),
    "reshaping": _family(
        Cropping1D=_row(cropping=(1, 1)),
        Cropping2D=_row(cropping=((0, 0), (0, 0)), data_format=None),
        Cropping3D=_row(cropping=((1, 1), (1, 1), (1, 1)), data_format=None),
        Flatten=_row(data_format=None),
        Permute=_row(dims=_),
        RepeatVector=_row(n=_),
        Reshape=_row(target_shape=_),
        UpSampling1D=_row(size=of(Sizes(bare=True), 2)),
        UpSampling2D=_row(
            size=(2, 2), data_format=None, interpolation=of(UPSAMPLING, "nearest"),
        ),
        UpSampling3D=_row(size=(2, 2, 2), data_format=None),
        ZeroPadding1D=_row(padding=of(Paddings(), 1), data_format=None),
        ZeroPadding2D=_row(padding=of(Paddings(), (1, 1)), data_format=None),
        ZeroPadding3D=_row(padding=of(Paddings(), ((1, 1), (1, 1), (1, 1))), data_format=None),
    ),
    "recurrent": _family(
        ConvLSTM1D=_CONV_LSTM,
        ConvLSTM2D=_CONV_LSTM,
        ConvLSTM3D=_CONV_LSTM,
        GRU=_row(
            units=_, **_GATED, **_CELL, **_RNN_RULES, seed=None, **_RNN, unroll=False,
            reset_after=True, use_cudnn="auto",
        ),
        GRUCell=_row(units=_, **_GATED, **_CELL, **_CELL_RULES, reset_after=True, seed=None),
        LSTM=_row(
            units=_, **_GATED, **_CELL, unit_forget_bias=True, **_RNN_RULES, seed=None, **_RNN,
            unroll=False, use_cudnn="auto",
        ),
        LSTMCell=_row(units=_, **_GATED, **_CELL, unit_forget_bias=True, **_CELL_RULES, seed=None),
        RNN=_row(cell=_, **_RNN, unroll=False, zero_output_for_mask=False),
        SimpleRNN=_row(
            units=_, activation="tanh", **_CELL, **_RNN_RULES, **_RNN, unroll=False, seed=None,
        ),
        SimpleRNNCell=_row(units=_, activation="tanh", **_CELL, **_CELL_RULES, seed=None),
        StackedRNNCells=_row(cells=_),
    ),
    "attention": _family(
        AdditiveAttention=_row(use_scale=True, dropout=0.0),
        Attention=_row(use_scale=False, score_mode="dot", dropout=0.0, seed=None),
        GroupQueryAttention=_row(
            head_dim=_, num_query_heads=_, num_key_value_heads=_, dropout=0.0, use_bias=True,
            sliding_window=None, flash_attention=None, **_HEADS,
        ),
        MultiHeadAttention=_row(
            num_heads=_, key_dim=_, value_dim=None, dropout=0.0, use_bias=True, output_shape=None,
            attention_axes=None, sliding_window=None, flash_attention=None, **_HEADS,
        ),
    ),
    "embedding": _family(
        Embedding=_row(
            input_dim=_, output_dim=_, embeddings_initializer="uniform",
            embeddings_regularizer=None,
            embeddings_constraint=None, mask_zero=False, weights=None, **_LORA,
            quantization_config=None,
        ),
        ReversibleEmbedding=_row(
            input_dim=_, output_dim=_, tie_weights=True, embeddings_initializer="uniform",
            embeddings_regularizer=None, embeddings_constraint=None, mask_zero=False,
            reverse_dtype=None, logit_soft_cap=None, **_LORA,
        ),
    ),
    "wrapper": _family(
        Bidirectional=_row(
            layer=of(RECURRENT_LAYER, _), merge_mode="concat",
            weights=None, backward_layer=None,
        ),
        SpectralNormalization=_row(layer=_, power_iterations=1),
        TimeDistributed=_row(layer=_),
    ),
    "preprocessing": _family(
        AugMix=_row(
            **_PIXELS, num_chains=3, chain_depth=3, factor=0.3, alpha=1.0, all_ops=True,
            interpolation="bilinear", seed=None, data_format=None,
        ),
        AutoContrast=_PIXELS,
        CategoryEncoding=_row(
            num_tokens=None, output_mode=of(Word("one_hot", "multi_hot", "count"), "multi_hot"),
            sparse=False,
        ),
        CenterCrop=_row(height=_, width=_, data_format=None),
        ContrastLimitedAdaptiveHistogramEqualization=_row(
            **_PIXELS, clip_limit=4.0, tile_grid_size=(8, 8), data_format=None,
        ),
        CutMix=_row(factor=1.0, seed=None, data_format=None),
        Discretization=_row(
            bin_boundaries=None, num_bins=None, epsilon=0.01, output_mode=of(_FOUR_MODES, "int"),
            sparse=False,
        ),
        Equalization=_row(**_PIXELS, bins=256, data_format=None),
        HashedCrossing=_row(num_bins=_, output_mode=of(_CROSSED, "int"), sparse=False),
        Hashing=_row(
            num_bins=_, mask_value=of(Either(INTEGER, Text()), None), salt=None,
            output_mode=of(_FOUR_MODES, "int"), sparse=False,
        ),
        IntegerLookup=_row(
            max_tokens=None, num_oov_indices=1, mask_token=of(INTEGER, None),
            oov_token=of(INTEGER, -1),
            vocabulary=of(Many(INTEGER, "whole numbers"), None), vocabulary_dtype="int64",
            idf_weights=None, invert=False,
            output_mode="int", sparse=False, pad_to_max_tokens=False, oov_method="floormod",
            salt=None,
        ),
        MaxNumBoundingBoxes=_row(max_number=_, fill_value=-1),
        MelSpectrogram=_row(
            fft_length=2048, sequence_stride=512, sequence_length=None, window="hann",
            sampling_rate=16000, num_mel_bins=128,
            min_freq=20.0, max_freq=None, power_to_db=True, top_db=80.0, mag_exp=2.0,
            min_power=1e-10, ref_power=1.0,
        ),
        MixUp=_row(alpha=0.2, data_format=None, seed=None),
        Normalization=_row(axis=of(Optional(Axes()), -1), mean=None, variance=None, invert=False),
        RandAugment=_row(
            **_PIXELS, num_ops=2, factor=0.5, interpolation="bilinear", seed=None,
            data_format=None,
        ),
        RandomBrightness=_row(factor=of(SIGNED_RANGE, _), **_PIXELS, seed=None),
        RandomColorDegeneration=_row(
            factor=of(SIGNED_RANGE, _), **_PIXELS, data_format=None, seed=None,
        ),
        RandomColorJitter=_row(
            **_PIXELS, brightness_factor=None, contrast_factor=None, saturation_factor=None,
            hue_factor=None, seed=None, data_format=None,
        ),
        RandomContrast=_row(factor=_, **_PIXELS, seed=None),
        RandomCrop=_row(height=_, width=_, seed=None, data_format=None),
        RandomElasticTransform=_row(
            factor=1.0, scale=of(UNIT_RANGE, 1.0), interpolation="bilinear", fill_mode="reflect",
            fill_value=0.0, **_PIXELS, seed=None, data_format=None,
        ),
        RandomErasing=_row(
            factor=1.0, scale=of(UNIT_RANGE, (0.02, 0.33)), fill_value=of(NUMBERS, None),
            **_PIXELS, seed=None, data_format=None,
        ),
        RandomFlip=_row(mode="horizontal_and_vertical", seed=None, data_format=None),
        RandomGaussianBlur=_row(
            factor=1.0, kernel_size=of(Sizes(rank=2), 3), sigma=1.0, **_PIXELS, data_format=None,
            seed=None,
        ),
        RandomGrayscale=_row(factor=of(RATE, 0.5), data_format=None, seed=None),
        RandomHue=_row(factor=_, **_PIXELS, data_format=None, seed=None),
        RandomInvert=_row(factor=1.0, **_PIXELS, seed=None, data_format=None),
        RandomPerspective=_row(
            factor=1.0, scale=of(RATE, 1.0), interpolation="bilinear", fill_value=0.0, seed=None,
            data_format=None,
        ),
        RandomPosterization=_row(
            factor=of(Range(1, 8, below=1), _), **_PIXELS, data_format=None, seed=None,
        ),
        RandomRotation=_row(factor=of(SIGNED_RANGE, _), **_WARP, data_format=None),
        RandomSaturation=_row(factor=of(SIGNED_RANGE, _), **_PIXELS, data_format=None, seed=None),
        RandomSharpness=_row(factor=_, **_PIXELS, data_format=None, seed=None),
        RandomShear=_row(
            x_factor=0.0, y_factor=0.0, interpolation="bilinear", fill_mode="reflect",
            fill_value=0.0, data_format=None, seed=None,
        ),
        RandomTranslation=_row(height_factor=_, width_factor=_, **_WARP, data_format=None),
        RandomZoom=_row(height_factor=_, width_factor=None, **_WARP, data_format=None),
        Rescaling=_row(scale=of(NUMBERS, _), offset=0.0),
        Resizing=_row(
            height=_, width=_, interpolation=of(RESIZING, "bilinear"), crop_to_aspect_ratio=False,
            pad_to_aspect_ratio=False, fill_mode="constant", fill_value=0.0, antialias=False,
            data_format=None,
        ),
        STFTSpectrogram=_row(
            mode=of(Word("log", "magnitude", "psd", "real", "imag", "angle", "stft"), "log"),
            frame_length=256, frame_step=None, fft_length=None, window="hann", periodic=False,
            scaling="density", padding="valid", expand_dims=False, data_format=None,
        ),
        Solarization=_row(addition_factor=0.0, threshold_factor=0.0, **_PIXELS, seed=None),
        StringLookup=_row(
            max_tokens=None, num_oov_indices=1, mask_token=None, oov_token="[UNK]",
            vocabulary=None, idf_weights=None, invert=False,
            output_mode="int", pad_to_max_tokens=False, sparse=False, encoding="utf-8", salt=None,
        ),
        TextVectorization=_row(
            max_tokens=None, standardize="lower_and_strip_punctuation", split="whitespace",
            ngrams=None, output_mode="int",
            output_sequence_length=None, pad_to_max_tokens=False, vocabulary=None,
            idf_weights=None, sparse=False, ragged=False, encoding="utf-8",
        ),
    ),
}
# fmt: on

FAMILIES: tuple[str, ...] = tuple(TABLE)
"""The words for kinds of layers, by which a claim may count them."""

PAPER_LAYERS: frozenset[str] = frozenset({"EuclideanRBF", "SparseConv2D", "Subsampling2D"})
"""The classes of the table that are not Keras's but ours, in `paper_layers.py`."""

APPLICATION_LAYERS: Mapping[str, Row] = {
    "CustomScaleLayer": _row(scale=_),
    "LayerScale": _row(init_values=_, projection_dim=_),
    "StochasticDepth": _row(drop_path_rate=_),
}
"""Classes that keras.applications define for themselves, with their arguments; no spec names
them, but models have them."""

ALIASES: Mapping[str, str] = {
    "AvgPool1D": "AveragePooling1D",
    "AvgPool2D": "AveragePooling2D",
    "AvgPool3D": "AveragePooling3D",
    "Convolution1D": "Conv1D",
    "Convolution1DTranspose": "Conv1DTranspose",
    "Convolution2D": "Conv2D",
    "Convolution2DTranspose": "Conv2DTranspose",
    "Convolution3D": "Conv3D",
    "Convolution3DTranspose": "Conv3DTranspose",
    "GlobalAvgPool1D": "GlobalAveragePooling1D",
    "GlobalAvgPool2D": "GlobalAveragePooling2D",
    "GlobalAvgPool3D": "GlobalAveragePooling3D",
    "GlobalMaxPool1D": "GlobalMaxPooling1D",
    "GlobalMaxPool2D": "GlobalMaxPooling2D",
    "GlobalMaxPool3D": "GlobalMaxPooling3D",
    "GroupedQueryAttention": "GroupQueryAttention",
    "MaxPool1D": "MaxPooling1D",
    "MaxPool2D": "MaxPooling2D",
    "MaxPool3D": "MaxPooling3D",
    "SeparableConvolution1D": "SeparableConv1D",
    "SeparableConvolution2D": "SeparableConv2D",
}
"""Keras's second names of classes."""

_RUNS_CODE = "it runs code, and a spec never names code to run"
_LOADS = "it loads a model from files, and a spec opens none"
_ABSTRACT = "it is a base class: name a layer that computes something"

REFUSED: Mapping[str, str] = {
    "FlaxLayer": _RUNS_CODE,
    "Input": "declare the inputs with `input:` or `inputs:`",
    "InputLayer": "declare the inputs with `input:` or `inputs:`",
    "JaxLayer": _RUNS_CODE,
    "Lambda": _RUNS_CODE,
    "Layer": _ABSTRACT,
    "Pipeline": "write its layers one by one",
    "TFSMLayer": _LOADS,
    "TorchModuleWrapper": _RUNS_CODE,
    "Wrapper": _ABSTRACT,
}
"""What keras.layers has and a spec must not name, with the reason."""
