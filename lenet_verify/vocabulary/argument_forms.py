"""The form of an argument's value by the argument's name."""

from __future__ import annotations

from lenet_verify.vocabulary.forms import (
    LARGEST,
    Either,
    Flag,
    Form,
    Nothing,
    Number,
    Optional,
    Table,
    Text,
    WholeNumber,
    Word,
)
from lenet_verify.vocabulary.lists import Axes, Dims, Many, Paddings, Permutation, Range, Sizes
from lenet_verify.vocabulary.nested import ANY_LAYER, RECURRENT_CELL, RECURRENT_LAYER
from lenet_verify.vocabulary.objects import Activation, KerasObject
from lenet_verify.vocabulary.paper_forms import Codes, ConnectionTable

COUNT = WholeNumber(1)
WHOLE = WholeNumber()
INTEGER = WholeNumber(-LARGEST - 1)
RATE = Number(0, 1)
FLAG = Flag()
AXIS = WholeNumber(-16, 15)
POSITIVE = Number(0)
NUMBERS = Either(Number(), Many(Number(), "numbers", least=1))
TEXTS = Many(Text(), "texts")
ACTIVATION = Optional(Activation())
INITIALIZER = Optional(KerasObject("initializer"))
REGULARIZER = Optional(KerasObject("regularizer"))
CONSTRAINT = Optional(KerasObject("constraint"))
UNIT_RANGE = Range(0, 1, below=0)
SIGNED_RANGE = Range(-1, 1, below=-1)
FACTOR = Either(Number(-1, 1), Range(-1, 1))
UNIT_FACTOR = Either(Number(0, 1), Range(0, 1))
RESAMPLING = Word("nearest", "bilinear")
RESIZING = Word("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5", "area")
UPSAMPLING = Word("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")
EXTENTS = Many(Optional(COUNT), "sizes or nulls", single=True)
OUTPUT_MODES = Word("int", "one_hot", "multi_hot", "count", "tf_idf")
DTYPE = Word(
    *("bfloat16", "float16", "float32", "float64", "mixed_bfloat16", "mixed_float16"),
    *("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bool", "string"),
)

_FORMS: dict[str, Form] = {
    "activation": ACTIVATION,
    "addition_factor": UNIT_RANGE,
    "all_ops": FLAG,
    "alpha": Number(),
    "antialias": FLAG,
    "attention_axes": Axes(),
    "axes": Axes(),
    "axis": AXIS,
    "backward_layer": RECURRENT_LAYER,
    "bias_axes": Text("[a-zA-Z]+", "letters of the equation"),
    "bin_boundaries": Many(Number(), "numbers"),
    "bins": COUNT,
    "brightness_factor": FACTOR,
    "cell": RECURRENT_CELL,
    "cells": Many(RECURRENT_CELL, "recurrent cells", least=1),
    "center": FLAG,
    "chain_depth": COUNT,
    "clip_limit": Number(),
    "codes": Codes(),
    "connection_table": ConnectionTable(),
    "contrast_factor": UNIT_FACTOR,
    "crop_to_aspect_ratio": FLAG,
    "cropping": Paddings(),
    "data_format": Word("channels_last", "channels_first"),
    "depth_multiplier": COUNT,
    "dilation_rate": Sizes(),
    "dims": Permutation(),
    "dropout": RATE,
    "encoding": Word("utf-8", "utf-16-be", "utf-32-be"),
    "epsilon": POSITIVE,
    "equation": Text(
        r"(\.\.\.)?[a-zA-Z]+(\.\.\.)?,[a-zA-Z]+->(\.\.\.)?[a-zA-Z]+(\.\.\.)?",
        "an equation such as 'abc,cd->abd'",
    ),
    "expand_dims": FLAG,
    "factor": UNIT_RANGE,
    "fft_length": COUNT,
    "fill_mode": Word("constant", "nearest", "wrap", "reflect"),
    "fill_value": Number(),
    "filters": COUNT,
    "flash_attention": FLAG,
    "frame_length": COUNT,
    "frame_step": COUNT,
    "go_backwards": FLAG,
    "gptq_unpacked_column_size": COUNT,
    "groups": COUNT,
    "head_dim": COUNT,
    "height": COUNT,
    "height_factor": FACTOR,
    "hue_factor": UNIT_FACTOR,
    "idf_weights": Many(Number(), "numbers"),
    "input_dim": COUNT,
    "interpolation": RESAMPLING,
    "invert": FLAG,
    "keepdims": FLAG,
    "kernel_size": Sizes(),
    "key_dim": COUNT,
    "l1": POSITIVE,
    "l2": POSITIVE,
    "layer": ANY_LAYER,
    "logit_soft_cap": POSITIVE,
    "lora_alpha": Number(),
    "lora_rank": COUNT,
    "mag_exp": Number(),
    "mask_token": Text(),
    "mask_value": Number(),
    "mask_zero": FLAG,
    "max_freq": Number(),
    "max_number": COUNT,
    "max_tokens": COUNT,
    "max_value": POSITIVE,
    "mean": NUMBERS,
    "merge_mode": Optional(Word("concat", "sum", "mul", "ave")),
    "min_freq": Number(),
    "min_power": Number(),
    "mode": Word("horizontal", "vertical", "horizontal_and_vertical"),
    "momentum": RATE,
    "n": COUNT,
    "negative_slope": POSITIVE,
    "ngrams": Either(COUNT, Many(COUNT, "whole numbers", least=1)),
    "noise_shape": Many(Optional(COUNT), "sizes or nulls"),
    "normalize": FLAG,
    "num_bins": COUNT,
    "num_chains": COUNT,
    "num_heads": COUNT,
    "num_key_value_heads": COUNT,
    "num_mel_bins": COUNT,
    "num_oov_indices": WHOLE,
    "num_ops": COUNT,
    "num_query_heads": COUNT,
    "num_tokens": COUNT,
    "offset": NUMBERS,
    "oov_method": Word("floormod", "farmhash"),
    "oov_token": Text(),
    "output_dim": COUNT,
    "output_mode": OUTPUT_MODES,
    "output_padding": Sizes(0),
    "output_sequence_length": COUNT,
    "output_shape": EXTENTS,
    "output_size": Sizes(),
    "pad_to_aspect_ratio": FLAG,
    "pad_to_max_tokens": FLAG,
    "padding": Word("valid", "same"),
    "periodic": FLAG,
    "pool_size": Sizes(),
    "power_iterations": COUNT,
    "power_to_db": FLAG,
    "quantization_config": Nothing(),
    "ragged": FLAG,
    "rate": RATE,
    "recurrent_activation": ACTIVATION,
    "recurrent_dropout": RATE,
    "ref_power": Number(),
    "renorm": FLAG,
    "renorm_clipping": Table(rmax=Number(), rmin=Number(), dmax=Number()),
    "renorm_momentum": RATE,
    "reset_after": FLAG,
    "return_sequences": FLAG,
    "return_state": FLAG,
    "reverse_dtype": DTYPE,
    "salt": Sizes(0, rank=2),
    "sampling_rate": COUNT,
    "saturation_factor": FACTOR,
    "scale": FLAG,
    "scaling": Optional(Word("density", "spectrum")),
    "score_mode": Word("dot", "concat"),
    "seed": WHOLE,
    "sequence_length": COUNT,
    "sequence_stride": COUNT,
    "shared_axes": Axes(),
    "sigma": UNIT_RANGE,
    "size": Sizes(),
    "sliding_window": COUNT,
    "sparse": FLAG,
    "split": Optional(Word("whitespace", "character")),
    "standardize": Optional(Word("lower_and_strip_punctuation", "lower", "strip_punctuation")),
    "stateful": FLAG,
    "stddev": RATE,
    "strides": Sizes(),
    "synchronized": FLAG,
    "target_shape": Dims(),
    "threshold": POSITIVE,
    "threshold_factor": UNIT_RANGE,
    "tie_weights": FLAG,
    "tile_grid_size": Sizes(rank=2),
    "top_db": Number(),
    "unit_forget_bias": FLAG,
    "units": COUNT,
    "unroll": FLAG,
    "use_bias": FLAG,
    "use_cudnn": Either(FLAG, Word("auto")),
    "use_gate": FLAG,
    "use_scale": FLAG,
    "value_dim": COUNT,
    "value_range": Range(),
    "variance": NUMBERS,
    # A list of its words, never a text: Keras takes a text for the path of a file.
    "vocabulary": TEXTS,
    "vocabulary_dtype": Word("int64"),
    "weights": Nothing(),
    "width": COUNT,
    "width_factor": FACTOR,
    "window": Optional(Word("hann", "hamming", "blackman", "bartlett", "boxcar")),
    "x_factor": UNIT_RANGE,
    "y_factor": UNIT_RANGE,
    "zero_output_for_mask": FLAG,
}
_SUFFIXES = {"initializer": INITIALIZER, "regularizer": REGULARIZER, "constraint": CONSTRAINT}


def form_by_name(name: str) -> Form:
    """The form of an argument of this name, unless its class says another."""
    return _SUFFIXES.get(name.rpartition("_")[2]) or _FORMS[name]
