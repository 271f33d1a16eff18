"""The shape of every weight, worked out by hand: what a file of a layer's weights must hold.

None of these comes from the program, and none needs a framework; test_parity.py compares the same
with Keras on random layers.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lenet_verify.architecture import Architecture, Layer, Shape
from lenet_verify.errors import InferenceError
from lenet_verify.inference import Derived, inferred, weights_of
from tests.by_hand import config_of, derived, first

BATCH_NORM = {"type": "BatchNormalization"}

# type, arguments, inputs, the weights that are trained, the others
CASES: list[tuple[str, dict[str, Any], list[Any], list[tuple[int, ...]], list[tuple[int, ...]]]] = [
    ("Conv2D", {"filters": 6, "kernel_size": (5, 3)}, [(9, 9, 4)], [(5, 3, 4, 6), (6,)], []),
    (
        "Conv2D", {"filters": 6, "kernel_size": 5, "groups": 2, "use_bias": False},
        [(9, 9, 4)], [(5, 5, 2, 6)], [],
    ),
    (
        "Conv1D", {"filters": 6, "kernel_size": 3, "data_format": "channels_first"},
        [first(4, 9)], [(3, 4, 6), (6,)], [],
    ),
    # the kernel is frozen; a factor of rank 2 on each side of it is trained, and the bias
    (
        "Conv2D", {"filters": 6, "kernel_size": 3, "lora_rank": 2},
        [(9, 9, 4)], [(6,), (3, 3, 4, 2), (2, 6)], [(3, 3, 4, 6)],
    ),
    # in all the number of filters comes last, and the channels before; here the other way round
    (
        "Conv2DTranspose", {"filters": 6, "kernel_size": (5, 3)},
        [(9, 9, 4)], [(5, 3, 6, 4), (6,)], [],
    ),
    (
        "Conv3DTranspose", {"filters": 2, "kernel_size": 3},
        [(4, 4, 4, 5)], [(3, 3, 3, 2, 5), (2,)], [],
    ),
    (
        "DepthwiseConv2D", {"kernel_size": (5, 3), "depth_multiplier": 2},
        [(9, 9, 4)], [(5, 3, 4, 2), (8,)], [],
    ),
    (
        "SeparableConv2D", {"filters": 6, "kernel_size": (5, 3), "depth_multiplier": 2},
        [(9, 9, 4)], [(5, 3, 4, 2), (1, 1, 8, 6), (6,)], [],
    ),
    (
        "SeparableConv1D", {"filters": 6, "kernel_size": 5, "use_bias": False},
        [(9, 4)], [(5, 4, 1), (1, 4, 6)], [],
    ),
    ("Dense", {"units": 84}, [(120,)], [(120, 84), (84,)], []),
    ("Dense", {"units": 84, "trainable": False}, [(7, 120)], [], [(120, 84), (84,)]),
    (
        "EinsumDense",
        {"equation": "abc,cde->abde", "output_shape": (None, 3, 4), "bias_axes": "de"},
        [(5, 2)], [(2, 3, 4), (3, 4)], [],
    ),
    # a bias for each of the first axis, the same along the last
    (
        "EinsumDense", {"equation": "ab,bcd->acd", "output_shape": (3, 4), "bias_axes": "c"},
        [(2,)], [(2, 3, 4), (3, 1)], [],
    ),
    (
        "EinsumDense", {"equation": "ab...,bc->ac...", "output_shape": (3,), "bias_axes": "c"},
        [(2, 7, 8)], [(2, 3), (3, 1, 1)], [],
    ),
    (
        "EinsumDense", {"equation": "...b,bc->...c", "output_shape": (3,), "bias_axes": "c"},
        [(7, 8, 2)], [(2, 3), (3,)], [],
    ),
    ("Embedding", {"input_dim": 50, "output_dim": 8}, [(7,)], [(50, 8)], []),
    (
        "Embedding", {"input_dim": 50, "output_dim": 8, "lora_rank": 2},
        [(7,)], [(50, 2), (2, 8)], [(50, 8)],
    ),
    (
        "ReversibleEmbedding", {"input_dim": 50, "output_dim": 8, "tie_weights": False},
        [(7,)], [(50, 8), (8, 50)], [],
    ),
    ("BatchNormalization", {}, [(9, 9, 4)], [(4,), (4,)], [(4,), (4,)]),
    ("BatchNormalization", {"scale": False, "axis": 1}, [(9, 4)], [(9,)], [(9,), (9,)]),
    ("BatchNormalization", {"renorm": True, "center": False}, [(9, 4)], [(4,)], [(4,)] * 5),
    ("BatchNormalization", {"trainable": False}, [(9, 4)], [], [(4,)] * 4),
    ("GroupNormalization", {"groups": 2}, [(9, 9, 4)], [(4,), (4,)], []),
    ("LayerNormalization", {"axis": [-1, -2]}, [(9, 5, 4)], [(5, 4), (5, 4)], []),
    ("LayerNormalization", {"center": False, "scale": False}, [(9, 4)], [], []),
    ("RMSNormalization", {}, [(9, 4)], [(4,)], []),
    ("UnitNormalization", {}, [(9, 4)], [], []),
    ("Normalization", {"axis": [1, 3]}, [(9, 5, 4)], [], [(9, 4), (9, 4), ()]),
    ("Normalization", {"axis": [-1], "mean": 0.5, "variance": 2.0}, [(9, 4)], [], []),
    ("PReLU", {"shared_axes": [1]}, [(9, 5, 4)], [(1, 5, 4)], []),
    ("LayerScale", {"init_values": 1e-6, "projection_dim": 4}, [(9, 4)], [(4,)], []),
    ("Attention", {"use_scale": True, "score_mode": "concat"}, [(5, 8), (7, 8)], [(), ()], []),
    ("AdditiveAttention", {}, [(5, 8), (7, 8)], [(8,)], []),
    (
        "MultiHeadAttention", {"num_heads": 2, "key_dim": 3, "value_dim": 4},
        [(5, 8), (7, 9)],
        [(8, 2, 3), (2, 3), (9, 2, 3), (2, 3), (9, 2, 4), (2, 4), (2, 4, 8), (8,)], [],
    ),
    (
        "MultiHeadAttention",
        {"num_heads": 2, "key_dim": 3, "use_bias": False, "use_gate": True, "output_shape": (5, 6)},
        [(5, 8), (7, 9), (7, 10)],
        # query, key, gate, value, output
        [(8, 2, 3), (10, 2, 3), (8, 2, 3), (9, 2, 3), (2, 3, 5, 6)], [],
    ),
    (
        "GroupQueryAttention",
        {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2, "use_gate": True},
        [(5, 8), (7, 8), (7, 9)],
        [
            *((8, 4, 3), (4, 3)), *((9, 2, 3), (2, 3)), *((8, 4, 3), (4, 3)),
            *((8, 2, 3), (2, 3)), *((4, 3, 8), (8,)),
        ], [],
    ),
    ("SimpleRNN", {"units": 6}, [(5, 3)], [(3, 6), (6, 6), (6,)], []),
    ("LSTM", {"units": 6}, [(5, 3)], [(3, 24), (6, 24), (24,)], []),
    ("LSTMCell", {"units": 6, "use_bias": False}, [(3,), (6,), (6,)], [(3, 24), (6, 24)], []),
    # one bias for the input's product and one for the state's
    ("GRU", {"units": 6}, [(5, 3)], [(3, 18), (6, 18), (2, 18)], []),
    ("GRU", {"units": 6, "reset_after": False}, [(5, 3)], [(3, 18), (6, 18), (18,)], []),
    (
        "ConvLSTM2D", {"filters": 6, "kernel_size": (5, 3)},
        [(4, 9, 9, 2)], [(5, 3, 2, 24), (5, 3, 6, 24), (24,)], [],
    ),
    (
        "RNN",
        {
            "cell": {
                "type": "StackedRNNCells",
                "cells": [
                    {"type": "GRUCell", "units": 6, "trainable": False},
                    {"type": "LSTMCell", "units": 2},
                ],
            }
        },
        [(5, 3)], [(6, 8), (2, 8), (8,)], [(3, 18), (6, 18), (2, 18)],
    ),
    (
        "Bidirectional",
        {
            "layer": {"type": "LSTM", "units": 6},
            "backward_layer": {"type": "GRU", "units": 2, "go_backwards": True},
        },
        [(5, 3)],
        [(3, 24), (6, 24), (24,), (3, 6), (2, 6), (2, 6)], [],
    ),
    ("TimeDistributed", {"layer": BATCH_NORM}, [(5, 9, 4)], [(4,), (4,)], [(4,), (4,)]),
    (
        "SpectralNormalization", {"layer": {"type": "Conv2D", "filters": 6, "kernel_size": 3}},
        [(9, 9, 4)], [(3, 3, 4, 6), (6,)], [(1, 6)],
    ),
    # its kernel ends with the channels
    (
        "SpectralNormalization",
        {"layer": {"type": "Conv2DTranspose", "filters": 6, "kernel_size": 3, "trainable": False}},
        [(9, 9, 4)], [], [(1, 4), (3, 3, 6, 4), (6,)],
    ),
    (
        "SpectralNormalization",
        {
            "layer": {
                "type": "SpectralNormalization",
                "layer": {"type": "Dense", "units": 6, "lora_rank": 2},
            }
        },
        [(4,)], [(6,), (4, 2), (2, 6)], [(1, 6), (1, 6), (4, 6)],
    ),
    (
        "STFTSpectrogram", {"mode": "stft", "frame_length": 100, "frame_step": 50},
        [(400, 2)],
        [(100, 1, 65), (100, 1, 65)], [],  # a Fourier transform of length 128, half of it and one
    ),
    ("STFTSpectrogram", {"mode": "imag", "frame_length": 8}, [(40, 2)], [(8, 1, 5)], []),
    ("MaxPooling2D", {}, [(8, 8, 4)], [], []),
    ("Subsampling2D", {}, [(28, 28, 6)], [(6,), (6,)], []),
    (
        "SparseConv2D", {"connection_table": [[1], [0, 2]], "kernel_size": (5, 3)},
        [(9, 9, 4)], [(5, 3, 3), (2,)], [],
    ),
    (
        "SparseConv2D", {"connection_table": [[3]], "kernel_size": 5, "use_bias": False},
        [(9, 9, 4)], [(5, 5, 1)], [],
    ),
    ("EuclideanRBF", {"codes": ["#..", "##."]}, [(3,)], [], [(2, 3)]),
    ("EuclideanRBF", {"codes": ["#..", "##."], "trainable": True}, [(3,)], [(2, 3)], []),
    ("ops.Relu", {}, [(8,)], [], []),
]  # fmt: skip


@pytest.mark.parametrize(("type_", "arguments", "inputs", "trained", "others"), CASES)
def test_each_weight_has_its_shape(type_, arguments, inputs, trained, others):
    config = config_of(type_, arguments)
    found = derived(type_, config, inputs)
    assert found.trainable_weights == tuple(trained)
    assert found.non_trainable_weights == tuple(others)
    shapes = tuple(size if isinstance(size, Shape) else Shape(size) for size in inputs)
    row = Layer(name="it", type=type_, input_shapes=shapes, config=config)
    assert weights_of(row) == (*trained, *others)


def test_counts_are_those_of_the_shapes():
    found = Derived((), ((5, 5, 1, 6), (6,), ()), ((2, 3),))
    assert (found.trainable, found.non_trainable) == (150 + 6 + 1, 6)
    assert (Derived(()).trainable, Derived(()).non_trainable) == (0, 0)


# Too many.


@pytest.mark.parametrize(
    ("type_", "arguments", "inputs"),
    [
        ("Dense", {"units": 2**30, "use_bias": False}, [(2**33 + 1,)]),
        ("BatchNormalization", {"center": False, "scale": False}, [(2**62 + 1,)]),
        ("Normalization", {"axis": [-1]}, [(2**62,)]),  # and a single number, the count
        ("BatchNormalization", {"trainable": False}, [(2**61 + 1,)]),
    ],
)
def test_more_weights_than_can_be_meant_are_refused(type_, arguments, inputs):
    with pytest.raises(InferenceError, match=r"it would have more than 2\*\*63 values"):
        derived(type_, config_of(type_, arguments), inputs)


def test_as_many_weights_as_can_be_meant():
    config = config_of("Dense", {"units": 2**30, "use_bias": False})
    assert derived("Dense", config, [(2**33,)]).trainable == 2**63


# Whole layers.


def dense(name: str, units: int, *inputs: str, **arguments: Any) -> Layer:
    config = config_of("Dense", {"units": units, **arguments})
    return Layer(name=name, type="Dense", inputs=inputs, config=config)


def norm(name: str, *inputs: str) -> Layer:
    config = config_of("BatchNormalization", {})
    return Layer(name=name, type="BatchNormalization", inputs=inputs, config=config)


def nested(*inner: Layer) -> Layer:
    entrance = Layer(name="x", type="InputLayer")
    return Layer(
        name="model", type="Functional", inputs=("in",), layers=(entrance, *inner),
        outputs=(inner[-1].name,),
    )  # fmt: skip


def filled(*rows: Layer, sizes: tuple[int, ...] = (7,)) -> dict[str, Layer]:
    entrance = Layer(name="in", type="InputLayer", shapes=(Shape(sizes),))
    outline = Architecture(
        title="t", inputs=("in",), outputs=(rows[-1].name,), layers=(entrance, *rows)
    )
    return {layer.name: layer for layer in inferred(outline).layers}


def test_a_nested_model_has_the_weights_of_its_layers_one_after_the_other():
    rows = filled(nested(norm("n", "x"), dense("frozen", 3, "n", trainable=False)))
    assert weights_of(rows["in"]) == ()
    assert weights_of(rows["model"]) == ((7,), (7,), (7,), (7,), (7, 3), (3,))
    assert (rows["model"].trainable, rows["model"].non_trainable) == (14, 14 + 24)


def test_a_nested_model_in_a_nested_model():
    inner = replace(nested(dense("h", 7, "x")), name="inner", inputs=("x",))
    rows = filled(nested(inner, dense("y", 2, "inner", use_bias=False)))
    assert weights_of(rows["model"]) == ((7, 7), (7,), (7, 2))
    assert rows["model"].trainable == 49 + 7 + 14


def test_a_layer_that_is_called_twice_has_its_weights_once():
    twice = replace(dense("h", 7, "x"), calls=(("x",), ("h",)))
    rows = filled(nested(twice, norm("n", "h")))
    assert weights_of(rows["model"]) == ((7, 7), (7,), (7,), (7,), (7,), (7,))


def test_of_what_is_not_known_there_are_no_weights():
    mine = Layer(name="mine", type="mine.Dense", inputs=("x",))
    rows = filled(nested(mine), dense("after", 3, "model"))
    assert weights_of(rows["model"]) is None
    assert weights_of(rows["after"]) is None  # nothing is known of what feeds it
    row = replace(dense("h", 3), input_shapes=(Shape((7,)),))
    assert weights_of(row) == ((7, 3), (3,))
    assert weights_of(replace(row, input_shapes=None)) is None
    assert weights_of(replace(row, input_shapes=(Shape((None,)),))) is None
    assert weights_of(replace(row, unknown={"config": "hidden"})) is None
    assert weights_of(replace(row, unknown={"quantization": "it is quantized"})) is None
    assert weights_of(replace(row, unknown={"output": "hidden"})) == ((7, 3), (3,))


def test_a_nested_model_that_counts_otherwise_shares_weights_unseen():
    one, two = (replace(nested(dense("h", 7, "x")), name=name) for name in ("one", "two"))
    row = filled(nested(replace(one, inputs=("x",)), replace(two, inputs=("one",))))["model"]
    assert row.params == 2 * 56
    assert weights_of(row) == ((7, 7), (7,), (7, 7), (7,))
    assert weights_of(replace(row, params=56)) is None
    assert weights_of(replace(row, params=None)) == ((7, 7), (7,), (7, 7), (7,))


def test_a_nested_model_that_is_too_large_is_refused():
    wide = [dense(name, 2**30, "x", use_bias=False) for name in ("a", "b")]
    with pytest.raises(InferenceError, match=r"more than 2\*\*63 values") as raised:
        filled(nested(*wide), sizes=(2**32 + 1,))
    assert raised.value.layer == "model"
    assert filled(nested(*wide), sizes=(2**32,))["model"].params == 2**63
