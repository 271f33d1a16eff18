"""What layers refuse, each with its reason; and what nothing is said of. No framework."""

from __future__ import annotations

import re

import pytest

from lenet_verify.architecture import Shape
from lenet_verify.errors import InferenceError
from lenet_verify.vocabulary import LAYERS
from tests.by_hand import config_of, derived, first
from tests.test_counts_of_operations import PLAIN, array

VARIABLE = "must be a number, not variable"
CONV = {"filters": 4, "kernel_size": 3}
RNN3 = {"type": "SimpleRNN", "units": 3}
RNN_CELL = {**config_of("SimpleRNNCell", {"units": 3}), "type": "SimpleRNNCell"}
FROZEN = {
    rank: {**config_of(f"ConvLSTM{rank}D", {"filters": 2, "kernel_size": 1, "trainable": False}),
           "type": f"ConvLSTM{rank}D"}
    for rank in (1, 2, 3)
}  # fmt: skip
DENSE3 = {**config_of("Dense", {"units": 3}), "type": "Dense"}


class Raw(dict):
    """Arguments in normal form beside the defaults, which no spec could state."""


REFUSED = [
    # sizes that weights depend on
    ("Conv2D", CONV, [(5, 5, None)], f"the number of feature maps that come in {VARIABLE}"),
    ("ConvLSTM1D", CONV, [(4, 5, None)], f"the number of feature maps that come in {VARIABLE}"),
    ("ConvLSTM1D", CONV, [(4, None, 3)], f"the size of its maps {VARIABLE}"),
    ("Dense", {"units": 3}, [(None,)], f"the length of the vector that comes in {VARIABLE}"),
    ("SimpleRNN", {"units": 3}, [(5, None)], f"the length of the vectors that come in {VARIABLE}"),
    ("PReLU", {}, [(None, 3)], f"its input's size along an axis that is not shared {VARIABLE}"),
    ("BatchNormalization", {}, [(4, None)], f"its size along axis -1 {VARIABLE}"),
    ("GroupNormalization", {"axis": 1}, [(None, 4)], f"its size along axis 1 {VARIABLE}"),
    (
        "LayerNormalization", {}, [(4, None)],
        f"the size along an axis that it has weights for {VARIABLE}",
    ),
    (
        "RMSNormalization", {}, [(4, None)],
        f"the size along an axis that it has weights for {VARIABLE}",
    ),
    ("Normalization", {"axis": 1}, [(None, 4)], f"the size of axis 1 {VARIABLE}"),
    ("STFTSpectrogram", {}, [(512, None)], f"the number of channels that come in {VARIABLE}"),
    (
        "AdditiveAttention", {}, [(3, None), (5, 4)],
        f"the length of the query's vectors {VARIABLE}",
    ),
    (
        "MultiHeadAttention", {"num_heads": 1, "key_dim": 2}, [(3, 4), (5, None)],
        f"the length of the vectors that come in {VARIABLE}",
    ),
    (
        "MultiHeadAttention", {"num_heads": 1, "key_dim": 2}, [(3, None), (5, 4)],
        f"a size of its output {VARIABLE}",
    ),
    (
        "EinsumDense",
        {"equation": "abc,cd->abd", "output_shape": (None, 5), "bias_axes": "b"}, [(4, 7)],
        f"the size of 'b', an axis of its bias, {VARIABLE}",
    ),
    (
        "EinsumDense", {"equation": "abc,bcd->ad", "output_shape": 5}, [(None, 7)],
        f"the size of 'b', an axis of its kernel, {VARIABLE}",
    ),
    # numbers of inputs and of axes
    ("Dense", {"units": 3}, [(2,), (2,)], "it takes one input, not 2"),
    ("Dense", {"units": 3}, [()], "it takes a vector, not a scalar"),
    ("Conv2D", CONV, [(5, 5)], "it takes feature maps such as _@_x_, not 5x5"),
    ("Subtract", {}, [(2,)], "it takes two inputs, not 1"),
    ("CustomScaleLayer", {}, [(2,)] * 3, "it takes two inputs, not 3"),
    ("Attention", {}, [(2, 3)], "it takes a query, a value and perhaps a key, not 1 inputs"),
    ("Attention", {}, [(2, 3), (1, 2, 3)], "must be sequences of as many axes"),
    ("LSTM", {"units": 3}, [(5,)], "it takes a sequence of vectors such as 10x8, not 5"),
    ("LSTM", {"units": 3}, [(5, 2), (3,)], "it takes 2 states to begin with, not 1"),
    ("ConvLSTM1D", CONV, [(4, 5, 3), (3, 4)], "it takes 2 states to begin with, not 1"),
    ("GRU", {"units": 3}, [(5, 2), (4,)], "it takes a state of 3, not of 4"),
    ("GRU", {"units": 3}, [(0, 2)], "it takes at least one step"),
    ("ConvLSTM1D", CONV, [(5, 2)], "it takes a sequence of maps of 1 axes, not 5x2"),
    ("RepeatVector", {"n": 2}, [(2, 3)], "it takes a vector, not 2x3"),
    ("Permute", {"dims": (2, 1)}, [(2,)], "it orders 2 axes, and its input has 1"),
    # windows and strides
    ("Conv1D", CONV, [(2, 3)], "its window reaches over 3, beyond an input of size 2"),
    (
        "Conv1D", {**CONV, "dilation_rate": 2}, [(4, 3)],
        "its window reaches over 5, beyond an input of size 4",
    ),
    ("Conv2D", {**CONV, "strides": (1, 2), "dilation_rate": (2, 1)}, [(9, 9, 1)],
     "either its strides or its dilation_rate must be 1"),
    ("ConvLSTM1D", Raw(strides=(2,), dilation_rate=(2,), **CONV | {"kernel_size": (3,)}),
     [(5, 9, 1)], "it takes strides or a dilation_rate, not both"),
    ("Conv1D", {**CONV, "groups": 2}, [(9, 3)],
     "groups 2 must divide its 3 input maps and its 4 filters"),
    ("Conv1D", {**CONV, "filters": 3, "groups": 2}, [(9, 4)],
     "groups 2 must divide its 4 input maps and its 3 filters"),
    ("Conv1DTranspose", {**CONV, "strides": 2, "output_padding": 2}, [(5, 1)],
     "output_padding 2 must be less than the stride, 2"),
    ("Conv1DTranspose", {**CONV, "kernel_size": 2, "padding": "same", "output_padding": 0},
     [(1, 1)], "of an input of size 1 nothing would come out"),
    ("Cropping1D", {"cropping": (2, 3)}, [(5, 1)],
     "it cuts off 5, and of an input of size 5 nothing remains"),
    # LeNet-5
    ("Subsampling2D", {"pool_size": 3}, [(9, 2, 4)],
     "its window reaches over 3, beyond an input of size 2"),
    ("Subsampling2D", {}, [(9, 9, None)],
     f"the number of feature maps that come in {VARIABLE}"),
    ("SparseConv2D", {"connection_table": [[0, 3]], "kernel_size": 3}, [(9, 9, 3)],
     "its connection_table names map 3, but only 3 come in, counted from 0"),
    ("SparseConv2D", Raw(connection_table=((0,), (0, 1, 1))), [(9, 9, 3)],
     "each row of its connection_table names maps, one or more, each once"),
    ("SparseConv2D", {"connection_table": [[0]], "kernel_size": 3}, [(9, 9, None)],
     f"the number of feature maps that come in {VARIABLE}"),
    ("EuclideanRBF", {"codes": ["#.", "#"]}, [(2,)], "its codes must be of one length, no two"),
    ("EuclideanRBF", {"codes": ["#.", "# ."]}, [(2,)], "its codes must be of one length, no two"),
    ("EuclideanRBF", Raw(codes=("",)), [(2,)], "its codes must be of one length, no two"),
    ("EuclideanRBF", Raw(codes=("#x",)), [(2,)], "no two of them alike, of # and ."),
    ("SparseConv2D", Raw(connection_table=()), [(9, 9, 3)], "one or more, each once"),
    ("EuclideanRBF", {"codes": ["#."]}, [(3,)], "its codes are of 2 signs, and do not fit 3"),
    ("EuclideanRBF", {"codes": ["#."]}, [()], "its codes are of 2 signs, and do not fit scalar"),
    ("EuclideanRBF", {"codes": ["#."]}, [(None,)],
     f"the length of the vector that comes in {VARIABLE}"),
    # adaptations
    ("Dense", {"units": 3, "lora_rank": 2, "kernel_constraint": "non_neg"}, [(4,)],
     "lora_rank does not go with a kernel_constraint"),
    ("Conv1D", {**CONV, "lora_rank": 2, "kernel_constraint": "non_neg"}, [(9, 2)],
     "lora_rank does not go with a kernel_constraint"),
    ("EinsumDense", {"equation": "ab,bc->ac", "output_shape": 5, "lora_rank": 2,
                     "kernel_constraint": "non_neg"}, [(4,)],
     "lora_rank does not go with a kernel_constraint"),
    ("Embedding", {"input_dim": 9, "output_dim": 4, "lora_rank": 2,
                   "embeddings_constraint": "non_neg"}, [(4,)],
     "lora_rank does not go with a embeddings_constraint"),
    # equations
    ("EinsumDense", Raw(equation="a...,ac->c..."), [(4, 3)],
     "'a...,ac->c...' is no equation such as"),
    ("EinsumDense", {"equation": "abc,cd->abd", "output_shape": (4, 5)}, [(7,)],
     "'abc,cd->abd' is for inputs of 2 axes"),
    ("EinsumDense", {"equation": "abc,cd->abd", "output_shape": (4, 5)}, [(2, 4, 7)],
     "'abc,cd->abd' is for inputs of 2 axes"),
    ("EinsumDense", {"equation": "abc,cde->abde", "output_shape": (4, 5)}, [(4, 7)],
     "output_shape must have a size for each output letter"),
    ("EinsumDense", {"equation": "...x,xyz->...yz", "output_shape": 5}, [(4, 7)],
     "output_shape must have a size for each output letter"),
    ("EinsumDense", {"equation": "abc,cd->abd", "output_shape": (3, 5)}, [(4, 7)],
     "output_shape has 3 for 'b', its input 4"),
    ("EinsumDense", {"equation": "abb,bc->ac", "output_shape": 5}, [(3, 4)],
     "its input differs in size along the axes 'b'"),
    ("EinsumDense", Raw(equation="ab,bc->ac", output_shape=(5,), bias_axes=""), [(4,)],
     "bias_axes must name axes of its output, not ''"),
    ("EinsumDense", Raw(equation="ab,bc->ac", output_shape=(5,), bias_axes="b"), [(4,)],
     "bias_axes must name axes of its output, not 'b'"),
    ("EinsumDense", Raw(equation="ab,bc->ac", output_shape=(5,), bias_axes="ca"), [(4,)],
     f"the size of 'a', an axis of its bias, {VARIABLE}"),
    # normalisation
    ("BatchNormalization", {"renorm": True, "renorm_clipping": {"rmax": 1.0, "rmin": 2.0}},
     [(3,)], "rmax 1.0 of renorm_clipping is below its rmin 2.0"),
    ("BatchNormalization", {"renorm": True, "renorm_clipping": {"dmax": -0.5}}, [(3,)],
     "dmax -0.5 of renorm_clipping is below 0"),
    ("GroupNormalization", {"groups": -1}, [(4, 0)], "groups 0 must divide the 0 along axis -1"),
    ("LayerNormalization", {"axis": [1, -2]}, [(4, 3)], "axis 1, -2 names one axis twice"),
    ("UnitNormalization", {"axis": 3}, [(4, 3)], "4x3 has no axis 3 (the batch is axis 0)"),
    ("PReLU", {"shared_axes": [3]}, [(4, 3)], "4x3 has no axis 3 (the batch is axis 0)"),
    ("RMSNormalization", {"axis": [1, 2]}, [(4, 5, 3)],
     "its gain over axis 1, 2 does not fit the last axes"),
    # attention
    ("MultiHeadAttention", {"num_heads": 1, "key_dim": 2, "attention_axes": 1},
     [(4, 5, 6), (7, 9, 6)], "its query and value differ along an axis not attended along"),
    ("MultiHeadAttention", {"num_heads": 1, "key_dim": 2, "attention_axes": 4},
     [(5, 6), (5, 6)], "attention_axes must be axes of its sequence"),
    ("MultiHeadAttention", {"num_heads": 1, "key_dim": 2, "attention_axes": -4},
     [(5, 6), (5, 6)], "attention_axes must be axes of its sequence"),
    ("GroupQueryAttention", {"head_dim": 2, "num_query_heads": 4, "num_key_value_heads": 3},
     [(5, 6), (5, 6)], "num_key_value_heads 3 must divide num_query_heads 4"),
    # joining
    ("Add", {}, [(4, 3), (5, 3)], "its inputs differ in size, 4 and 5, along an axis"),
    ("Concatenate", {}, [(4, 3), (5, 3)], "its inputs differ along an axis other than -1"),
    ("Dot", {"axes": 1}, [(4,), (5,)], "its vectors are of different lengths, 4 and 5"),
    ("Dot", {"axes": (3, 1)}, [(2, 4), (4,)], "3 is none of the 3 axes of an input"),
    ("Dot", {"axes": (-3, 1)}, [(2, 4), (4,)], "its axes must not be the batch"),
    # reshaping
    ("Reshape", {"target_shape": (3, 3)}, [(8,)], "its values do not fill 3x3"),
    ("Reshape", {"target_shape": (4, 3)}, [(None, 5)], "its values do not fill 4x3"),
    ("Reshape", Raw(target_shape=()), [(8,)], "its values do not fill a scalar"),
    ("Reshape", Raw(target_shape=(3,)), [(None, 0)], "its values do not fill 3"),
    ("Reshape", Raw(target_shape=(0, -1)), [(4,)], "its values do not fill 0x-1"),
    ("Reshape", Raw(target_shape=(-1, -1)), [(4,)], "only one size may be left open"),
    ("Resizing", {"height": 2, "width": 2, "crop_to_aspect_ratio": True,
                  "pad_to_aspect_ratio": True}, [(4, 4, 3)], "not both"),
    # stacks in a stack
    ("RNN", {"cell": {"type": "StackedRNNCells", "cells": [
        {"type": "StackedRNNCells", "cells": [{"type": "LSTMCell", "units": 3}]},
    ]}, "return_state": True}, [(5, 3)], "it returns no states of cells"),
    # wrappers
    ("TimeDistributed", Raw(layer={"type": "Add"}), [(4, 3)],
     "Add joins several inputs, and it has one"),
    ("TimeDistributed", Raw(layer={"type": "LSTM"}), [(4,)],
     "it takes a sequence of vectors or maps, not 4"),
    ("SpectralNormalization", {"layer": {"type": "BatchNormalization"}}, [(4, 3)],
     "BatchNormalization has no kernel"),
    *[
        ("Bidirectional", {"layer": {**RNN3, name: True},
                           "backward_layer": {**RNN3, "go_backwards": True}}, [(5, 2)],
         f"its layers must have one {name}")
        for name in ("stateful", "return_sequences", "return_state")
    ],
    ("Bidirectional", {"layer": RNN3, "backward_layer": RNN3}, [(5, 2)],
     "its layers must go in opposite ways: one of them go_backwards"),
    # data
    ("RandomColorDegeneration", {"factor": 0.5}, [(4, 4, 2)], "it takes images of 3 colours"),
    ("Rescaling", {"scale": [1.0, 2.0]}, [(4, 4, 3)], "its scale is of 2 numbers"),
    ("Rescaling", {"scale": [1.0, 2.0]}, [(2, 5, 4, 3)], "its scale is of 2 numbers"),
    ("Rescaling", {"scale": [0.5], "offset": [1.0, 2.0]}, [(4, 3)], "its offset is of 2 numbers"),
    ("Normalization", {"axis": 3}, [(4, 3)],
     "its axis (3,) is none of the 3 axes of what comes in"),
    ("Normalization", {"axis": -3}, [(4, 3)], "its axis must not be the batch"),
    ("Normalization", {"axis": [1, 2], "mean": [0.0] * 2, "variance": [1.0] * 2}, [(4, 3)],
     "its mean is of shape (2,), the axes that it is for of (4, 3)"),
    ("Normalization", Raw(axis=(2,), mean=((0.0,),), variance=((1.0,),)), [(4, 3)],
     "its mean is of shape (1, 1), the axes that it is for of (3,)"),
    ("MelSpectrogram", {"fft_length": 8}, [(4,)],
     "a signal of 4 is too short to be mirrored for half of 8"),
    ("STFTSpectrogram", {"frame_length": 8, "frame_step": 9}, [(32, 1)],
     "its frame_step must not be more than its frame"),
    ("STFTSpectrogram", {"frame_length": 8, "frame_step": 4, "fft_length": 4}, [(32, 1)],
     "its fft_length not less"),
    ("StringLookup", {"vocabulary": ["a"], "output_mode": "tf_idf", "idf_weights": [1.0, 2.0]},
     [(3,)], "it takes one of idf_weights for each word"),
    ("TextVectorization", {"vocabulary": ["a"], "output_mode": "tf_idf"}, [(1,)],
     "it takes one of idf_weights for each word"),
    ("HashedCrossing", {"num_bins": 5}, [(1,), ()], "it takes two scalars, not 1 and scalar"),
    ("HashedCrossing", {"num_bins": 5}, [(2,), (2,)], "it takes two scalars, not 2 and 2"),
    ("Rescaling", {"scale": [1.0] * 5}, [(4, 5, 3)], "its scale is of 5 numbers"),
    ("Normalization", Raw(axis=(1, 2), mean=((0.0,) * 3,) * 5, variance=((1.0,) * 3,) * 5),
     [(4, 3)], "its mean is of shape (5, 3), the axes that it is for of (4, 3)"),
    ("Normalization", Raw(axis=(2,), mean=(), variance=()), [(4, 3)],
     "its mean is of shape (0,), the axes that it is for of (3,)"),
    # operations
    ("ops.Conv", {**PLAIN, "padding": "full", "kernel": array(3, 2, 4)}, [(9, 2)],
     "there is no padding full"),
    ("ops.Conv", {**PLAIN, "padding": "causal", "kernel": array(3, 3, 2, 4)}, [(9, 9, 2)],
     "there is no padding causal"),
    ("ops.Conv", {**PLAIN, "padding": "full", "kernel": array(3, 3, 2, 4)}, [(9, 9, 2)],
     "there is no padding full"),
    ("ops.Conv", {**PLAIN, "kernel": array(3, 5, 4)}, [(9, 2)],
     "its kernel is for 5 channels, not for 2"),
    ("ops.Conv", {**PLAIN, "kernel": array(3, 3, 2, 4)}, [(9, 2)], "its kernel must be of 3 axes"),
    ("ops.DepthToSpace", {"data_format": "channels_last", "block_size": 3}, [(2, 2, 6)],
     "6 channels are no blocks of 3x3"),
    ("ops.Add", {"x2": 2}, [(4,), (4,)], "it takes 2 tensors"),
    ("ops.Add", {"x2": None}, [(4,)], "it takes 2 tensors"),
    ("ops.Relu", {}, [(4,), (4,)], "it takes one tensor, not 2"),
    ("ops.Average", {"axis": 1, "weights": array(5)}, [(4, 3)], "its weights are of shape (5,)"),
    ("ops.Average", {"axis": 1}, [(4, 3), (5, 3)], "its weights are of shape ('batch', 5, 3)"),
    ("ops.Average", {"axis": 1, "weights": array(4, 1)}, [(4, 3)],
     "its weights are of shape (4, 1)"),
    *[
        ("ops.BatchNorm", {"axis": -1, "mean": array(3), "variance": array(3), "offset": None,
                           "scale": None} | {name: array(4)}, [(5, 3)],
         f"its {name} is of shape (4,), not of (3,)")
        for name in ("mean", "variance", "offset", "scale")
    ],
    ("ops.BatchNorm", {"axis": -1}, [(3,), (2,)], "its mean is of shape ('batch', 2), not of (3,)"),
    ("ops.BatchNorm", {"axis": -1, "mean": array(3)}, [(3,), (2,)],
     "its variance is of shape ('batch', 2), not of (3,)"),
    *[
        (f"ops.{name}Crossentropy", {part: array(4, 3)}, [(4, 3)], "its target is of shape")
        for name in ("Binary", "Categorical") for part in ("target", "output")
    ],
    ("ops.Matmul", {"x2": 2}, [(4,)], "it takes no scalars"),
    ("ops.Matmul", {"x2": array(5, 2)}, [(3, 4)], "its tensors differ in size, 4 and 5"),
    ("ops.Dot", {"x2": array(5)}, [(3, 4)], "its vector is of length 5, not 4"),
    ("ops.Tensordot", {"x2": array(4, 5), "axes": (2, 0)}, [(3, 4)],
     "it takes axes of the one and as many of the other"),
    ("ops.Tensordot", {"x2": array(5, 2), "axes": 1}, [(3, 4)],
     "its tensors differ in size, 4 and 5"),
    ("ops.Tensordot", {"x2": array(4, 5), "axes": 3}, [(3, 4)], "do not have 3 axes"),
    ("ops.Einsum", {"subscripts": "bi,ij->bj", "operands": ({"input": 0}, array(4, 5))},
     [(3, 4)], "bi is not of 3 axes"),
    ("ops.Einsum", {"subscripts": "bijk,kl->bijl", "operands": ({"input": 0}, array(4, 5))},
     [(3, 4)], "bijk is not of 3 axes"),
    ("ops.Einsum", {"subscripts": "bij,bjk->bik"}, [(3, 4), (5, 2)],
     "its tensors differ in size, 4 and 5"),
    ("ops.CDist", {"y": array(5)}, [(3, 4)], "it takes matrices"),
    ("ops.CDist", {}, [(3, 4), (3, 5)], "its tensors differ in size, 4 and 5"),
    ("ops.DotProductAttention", {}, [(3, 2, 8), (5, 2, 8), (5, 3, 8)],
     "its heads differ: (2, 2, 3)"),
    ("ops.DotProductAttention", {}, [(3, 2, 8), (5, 2, 4), (5, 2, 8)],
     "its lengths of vectors in query and key differ: (8, 4)"),
    ("ops.DotProductAttention", {}, [(3, 2, 8), (5, 2, 8), (6, 2, 8)],
     "its numbers of keys and values differ: (5, 6)"),
    ("ops.Reshape", {"newshape": (-1, -2)}, [(4,)], "(-1, -2) is no shape"),
    ("ops.Reshape", {"newshape": (-1, -1)}, [(4,)], "(-1, -1) is no shape"),
    ("ops.GetItem", {"key": ("...", 0, "...")}, [(4, 5)], "it has more than one `...`"),
    ("ops.GetItem", {"key": ({"slice": (None, None, None)}, 4)}, [(4,)],
     "there is no index 4 in an axis of size 4"),
    ("ops.GetItem", {"key": ({"slice": (None, None, None)}, -5)}, [(4,)],
     "there is no index -5 in an axis of size 4"),
    ("ops.BroadcastTo", {"shape": (None, 4, 5)}, [(4, 3)], "its tensors differ in size, 3 and 5"),
    ("ops.Slice", {"start_indices": (0, 0), "shape": (-1, 2, 2)}, [(4, 3)],
     "it takes a start and a length for each of 3 axes"),
    ("ops.Slice", {"start_indices": (0, 0, 0), "shape": (-1, 2)}, [(4, 3)],
     "it takes a start and a length for each of 3 axes"),
    ("ops.Concatenate", {"axis": 1}, [(4, 3), (4, 2)], "its tensors differ along axis 2"),
    ("ops.PadImages", {
        "data_format": None, "top_padding": -1, "bottom_padding": 2, "left_padding": 0,
        "right_padding": 0, "target_height": None, "target_width": None,
    }, [(4, 4, 3)], "its margins do not go with images of 4"),
    ("ops.CropImages", {
        "data_format": None, "top_cropping": 1, "bottom_cropping": 1, "left_cropping": 0,
        "right_cropping": 0, "target_height": None, "target_width": None,
    }, [(None, 4, 3)], "of images of a variable size, it takes the target_height"),
]  # fmt: skip


def said(type_, arguments, inputs):
    config = arguments
    if isinstance(arguments, Raw):
        required = {"EinsumDense": {"equation": "ab,bc->ac", "output_shape": 5},
                    "Reshape": {"target_shape": [1]}, "ConvLSTM1D": CONV,
                    "TimeDistributed": {"layer": {"type": "Flatten"}},
                    "EuclideanRBF": {"codes": ["#"]},
                    "SparseConv2D": {"connection_table": [[0]], "kernel_size": 3}}  # fmt: skip
        config = {**config_of(type_, required.get(type_, {})), **arguments}
    elif type_ in LAYERS:
        config = config_of(type_, arguments)
    return derived(type_, config, inputs)


@pytest.mark.parametrize(("type_", "arguments", "inputs", "why"), REFUSED)
def test_refused(type_, arguments, inputs, why):
    with pytest.raises(InferenceError, match=re.escape(why)):
        said(type_, arguments, inputs)


# Of these nothing is said: examples would mix, or it hangs on what is not in the arguments.
UNSAID = [
    ("Dense", {"units": 3, "quantization_config": {}}, [(4,)]),
    ("EinsumDense", {"equation": "ab,bc->ca", "output_shape": (5,)}, [(4,)]),
    ("EinsumDense", {"equation": "aab,bc->ac", "output_shape": (5,)}, [(2, 4)]),
    ("MultiHeadAttention", {"attention_axes": (0,)}, [(5, 6), (5, 6)]),
    ("MultiHeadAttention", {"attention_axes": (-3,)}, [(5, 6), (5, 6)]),
    ("MultiHeadAttention", {"attention_axes": (3,)}, [(5, 6), (5, 6)]),

    ("MultiHeadAttention", {"attention_axes": (1, 1)}, [(4, 5, 6), (4, 5, 6)]),
    ("Attention", {}, [(3,), (3,)]),
    ("Attention", {}, [(), ()]),
    ("Concatenate", {"axis": 0}, [(3,), (3,)]),
    ("SpectralNormalization", {"layer": {"type": "mine.Layer"}}, [(3,)]),
    ("TimeDistributed", {"layer": {"custom": "mine>Layer"}}, [(3, 2)]),
    ("TimeDistributed", {"layer": "Dense"}, [(3, 2)]),
    *[
        ("TimeDistributed", {"layer": FROZEN[rank]}, [(2, 3, *(4,) * rank, 2)])
        for rank in (1, 2, 3)
    ],
    ("Bidirectional", {"layer": {"custom": "mine>RNN"}, "backward_layer": RNN3}, [(3, 2)]),
    ("Bidirectional", {"layer": "RNN", "backward_layer": RNN3}, [(3, 2)]),
    ("RNN", {"cell": "GRUCell"}, [(3, 2)]),
    ("StackedRNNCells", {"cells": ({"custom": "mine>Cell"},)}, [(3,), (3,)]),
    ("Hashing", {"output_mode": "one_hot"}, [(3, None)]),
    ("Hashing", {"output_mode": "one_hot"}, [(2, 3, None)]),
    ("TextVectorization", {}, [(None,)]),
    ("SimpleRNNCell", {}, [(2, 3), (3,)]),
    ("SimpleRNN", {"units": 1}, [(5, 2), (3,)]),
    ("StackedRNNCells", {}, [(3,), (3,)]),
    ("RNN", {"cell": {"type": "StackedRNNCells", "cells": (RNN_CELL, RNN_CELL)}},
     [(5, 3), (3,)]),
    ("SpectralNormalization", {"layer": {**DENSE3, "quantization_config": {}}}, [(3,)]),
    ("ops.Add", {"x2": array(2, 4)}, [(4,)]),
    ("ops.BatchNorm", {"axis": -1, "x": array(5, 3)}, [(3,)]),
    ("ops.BroadcastTo", {"shape": (None, None, 3)}, [(4, 3)]),
    ("ops.BroadcastTo", {"shape": (None, 4, 3)}, [(3,)]),
    ("ops.DotProductAttention", {"key": array(1, 5, 2, 8)}, [(3, 2, 8), (5, 2, 4)]),
    ("ops.DotProductAttention", {"value": array(1, 5, 2, 8)}, [(3, 2, 8), (5, 2, 4)]),
    ("ops.Slice", {"start_indices": (1, 0), "shape": (-1, -1)}, [(4,)]),
    ("ops.Slice", {"start_indices": {"input": 1}, "shape": (-1, 2)}, [(4,), ()]),
    ("HashedCrossing", {}, [(None,), (1,)]),
    ("StringLookup", {"output_mode": "multi_hot"}, [(3,)]),
]  # fmt: skip

LEAST = {
    "Dense": {"units": 3},
    "EinsumDense": {"equation": "ab,bc->ac", "output_shape": 5},
    "MultiHeadAttention": {"num_heads": 1, "key_dim": 2},
    "SpectralNormalization": {"layer": {"type": "Dense", "units": 3}},
    "TimeDistributed": {"layer": {"type": "Dense", "units": 3}},
    "Bidirectional": {"layer": RNN3},
    "RNN": {"cell": {"type": "GRUCell", "units": 3}},
    "SimpleRNN": {"units": 1},
    "SimpleRNNCell": {"units": 3},
    "StackedRNNCells": {"cells": [RNN3 | {"type": "SimpleRNNCell"}] * 2},
    "Hashing": {"num_bins": 5},
    "HashedCrossing": {"num_bins": 5},
}


@pytest.mark.parametrize(("type_", "changes", "inputs"), UNSAID)
def test_unsaid(type_, changes, inputs):
    stated = config_of(type_, LEAST.get(type_, {})) if type_ in LAYERS else {}
    config = {**stated, **changes}
    assert derived(type_, config, inputs) is None


def test_a_single_image_in_colour():
    # its colours stand where the batch is
    image = Shape((4, 2), channels_first=True)
    config = config_of("RandomColorDegeneration", {"factor": 0.5, "data_format": "channels_first"})
    assert derived("RandomColorDegeneration", config, [first(4, 2)]).shapes == (image,)


@pytest.mark.parametrize(
    ("type_", "arguments", "inputs"),
    [
        ("Conv1D", {"filters": 2**31 - 1, "kernel_size": 2**31 - 1, "padding": "same"}, [(5, 3)]),
        ("RepeatVector", {"n": 2**31 - 1}, [(2**33,)]),
        ("Flatten", {}, [(2**32, 2**32)]),
        ("ZeroPadding1D", {"padding": 1}, [(2**32, 2**32)]),
        ("ops.Relu", {}, [(2**32, 2**32)]),
    ],
)
def test_what_nobody_could_mean(type_, arguments, inputs):
    with pytest.raises(InferenceError, match=r"it would have more than 2\*\*63 values"):
        said(type_, arguments, inputs)


def test_what_is_just_small_enough():
    assert said("Flatten", {}, [(2**32, 2**31)]).shapes == (Shape((2**63,)),)
