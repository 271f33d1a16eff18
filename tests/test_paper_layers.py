"""The 1998 paper's layers against plain loops, and its numbers in three ways."""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import ops

import lenet_verify as lv
from lenet_verify.paper_layers import (
    EuclideanRBF,
    FanInUniform,
    SparseConv2D,
    Subsampling2D,
    scaled_tanh,
)

PAPER = lv.load_spec(str(Path(__file__).parent.parent / "spec" / "lenet5-1998.yaml"))
TABLE = PAPER.layers[2].arguments["connection_table"]
CODES = PAPER.layers[-1].arguments["codes"]


@pytest.fixture(scope="module")
def paper():
    keras.utils.set_random_seed(1)
    return lv.build(PAPER)


def images(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def filled(layer, x):
    """The layer, built for an input, with weights at random in place of its initial ones."""
    layer.build(x.shape)
    layer.set_weights([images(*weight.shape, seed=9) for weight in layer.weights])
    return layer


# What they compute, in plain loops.


def test_the_squashing_function():
    x = np.linspace(-4, 4, 41)
    expected = [1.7159 * math.tanh(2 * one / 3) for one in x]
    np.testing.assert_allclose(scaled_tanh(x.astype("float32")), expected, rtol=1e-6, atol=1e-6)
    # what the spec says of f(1), which the paper has as 1
    assert round(1.7159 * math.tanh(2 / 3), 7) == 0.9999973


@pytest.mark.parametrize(
    ("size", "pool", "strides"),
    [((6, 8), 2, None), ((7, 5), (3, 2), (2, 1)), ((5, 5), 1, 2)],
)
def test_subsampling(size, pool, strides):
    x = images(2, *size, 3)
    layer = filled(Subsampling2D(pool, strides, activation="scaled_tanh"), x)
    coefficient, bias = layer.get_weights()
    (high, wide), (down, right) = layer.pool_size, layer.strides
    rows, columns = (size[0] - high) // down + 1, (size[1] - wide) // right + 1
    expected = np.zeros((2, rows, columns, 3))
    for n, i, j, k in np.ndindex(*expected.shape):
        added = 0.0
        for a, b in itertools.product(range(high), range(wide)):
            added += x[n, i * down + a, j * right + b, k]
        expected[n, i, j, k] = 1.7159 * math.tanh(2 / 3 * (added * coefficient[k] + bias[k]))
    np.testing.assert_allclose(layer(x), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("table", "strides", "padding", "use_bias"),
    [
        ([[0, 2], [1], [0, 1, 2]], 1, "valid", True),
        ([[0, 2], [1, 2]], (2, 1), "valid", False),
        ([[1]], 1, "same", True),
    ],
)
def test_sparse_convolution(table, strides, padding, use_bias):
    x = images(2, 6, 5, 3)
    shuffled = [row[::-1] for row in table]  # which means nothing
    layer = SparseConv2D(shuffled, 3, strides, padding, activation="tanh", use_bias=use_bias)
    kernel, *biases = filled(layer, x).get_weights()
    assert kernel.shape == (3, 3, sum(map(len, table)))
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0))) if padding == "same" else x
    down, right = layer.strides
    rows, columns = (padded.shape[1] - 3) // down + 1, (padded.shape[2] - 3) // right + 1
    expected = np.zeros((2, rows, columns, len(table)))
    for n, i, j in np.ndindex(2, rows, columns):
        pair = 0  # the kernels stand in the order of the table
        for k, row in enumerate(table):
            total = biases[0][k] if biases else 0.0
            for fed_by in row:
                for a, b in np.ndindex(3, 3):
                    total += padded[n, i * down + a, j * right + b, fed_by] * kernel[a, b, pair]
                pair += 1
            expected[n, i, j, k] = math.tanh(total)
    np.testing.assert_allclose(layer(x), expected, rtol=1e-4, atol=1e-5)


def test_radial_basis_functions():
    x = images(3, 4)
    layer = EuclideanRBF(["#.#.", "..\n##", "####"])
    codes = [[1, -1, 1, -1], [-1, -1, 1, 1], [1, 1, 1, 1]]
    expected = [[sum((x[n][j] - w[j]) ** 2 for j in range(4)) for w in codes] for n in range(3)]
    np.testing.assert_allclose(layer(x), expected, rtol=1e-5)
    (weight,) = layer.weights
    np.testing.assert_array_equal(weight, codes)
    assert layer(np.array([codes[1]], "float32"))[0][1] == 0


@pytest.mark.parametrize(
    "layer", [Subsampling2D, lambda **it: SparseConv2D([[0, 2], [1]], 3, **it)]
)
def test_the_order_of_axes_changes_nothing_else(layer):
    x = images(2, 6, 5, 3)
    last = filled(layer(data_format="channels_last"), x)
    first = layer(data_format="channels_first")
    turned = np.moveaxis(x, -1, 1)
    first.build(turned.shape)
    first.set_weights(last.get_weights())
    np.testing.assert_allclose(np.moveaxis(first(turned), 1, -1), last(x), rtol=1e-5, atol=1e-5)
    assert first.compute_output_shape(turned.shape) == tuple(first(turned).shape)


# How they begin, and how they learn.


def test_initial_weights_are_within_the_papers_bounds(paper):
    kernel = paper.get_layer("C3").get_weights()[0]
    ends = list(itertools.accumulate(map(len, TABLE)))
    scaled = []
    for row, end in zip(TABLE, ends, strict=True):
        own = kernel[..., end - len(row) : end]
        limit = 2.4 / (25 * len(row))
        assert 0.9 * limit < np.abs(own).max() <= limit
        scaled += list(np.round(own.flatten() / limit, 7))
    assert len(set(scaled)) > 0.99 * 25 * 60  # no map has another's, larger or smaller
    fan_ins = {"C1": 25, "S2": 4, "S4": 4, "C5": 400, "F6": 120}
    for name, inputs in fan_ins.items():
        weights, bias = paper.get_layer(name).get_weights()
        assert np.abs(weights).max() <= 2.4 / inputs
        assert np.abs(weights).max() > 0.5 * 2.4 / inputs
        assert not bias.any()


def test_the_initializer_by_itself():
    drawn = np.asarray(FanInUniform(scale=3.0, seed=4)((5, 6, 7)))
    assert 0.99 * 0.1 < np.abs(drawn).max() <= 0.1
    np.testing.assert_array_equal(drawn, FanInUniform(scale=3.0, seed=4)((5, 6, 7)))
    found = keras.initializers.get(keras.initializers.serialize(FanInUniform(3.0, seed=4)))
    np.testing.assert_array_equal(drawn, found((5, 6, 7)))


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (Subsampling2D(activation="scaled_tanh"), (2, 4, 4, 3)),
        (SparseConv2D([[0, 2], [1]], 3, activation="scaled_tanh"), (2, 5, 5, 3)),
        (EuclideanRBF(["#..#", "##.."], trainable=True), (2, 4)),
    ],
    ids=lambda it: type(it).__name__,
)
def test_gradients_are_those_of_small_steps(layer, shape):
    import tensorflow as tf

    x = images(*shape)
    filled(layer, x)
    with tf.GradientTape() as tape:
        loss = ops.sum(ops.square(layer(x)))
    weights = [weight.value for weight in layer.trainable_weights]
    gradients = tape.gradient(loss, weights)
    for weight, gradient in zip(layer.trainable_weights, gradients, strict=True):
        known, step = weight.numpy(), 1e-2
        for place in list(np.ndindex(*known.shape))[:9]:
            sides = []
            for side in (step, -step):
                moved = known.copy()
                moved[place] += side
                weight.assign(moved)
                sides.append(float(ops.sum(ops.square(layer(x)))))
            weight.assign(known)
            slope = (sides[0] - sides[1]) / (2 * step)
            assert float(gradient[place]) == pytest.approx(slope, rel=0.02, abs=0.02)


def distance_from_the_right_code(truth, distances):
    """The paper's simplest criterion, equation 8."""
    return ops.sum(truth * distances, axis=-1)


def test_the_papers_network_learns_and_its_codes_stay(tmp_path):
    keras.utils.set_random_seed(0)
    model = lv.build(PAPER)
    pictures = [np.reshape([mark == "#" for mark in code], (12, 7)) for code in CODES]
    x = np.full((10, 32, 32, 1), -0.1, "float32")  # the paper's values of white and black
    x[:, 4:28, 9:23, 0] = np.where(np.kron(pictures, np.ones((2, 2))), 1.175, -0.1)
    y = np.eye(10, dtype="float32")
    loss = distance_from_the_right_code
    model.compile(keras.optimizers.Adam(0.01), loss=loss, jit_compile=False)
    before = {weight.path: weight.numpy() for weight in model.weights}
    losses = model.fit(x, y, epochs=20, verbose=0).history["loss"]
    assert losses[-1] < 0.25 * losses[0]
    moved = {it.path for it in model.weights if (it.numpy() != before[it.path]).any()}
    assert moved == before.keys() - {"output/codes"}
    assert (np.argmin(model(x), axis=1) == np.arange(10)).mean() >= 0.8

    for name in ("it.keras", "it.h5"):
        model.save(tmp_path / name)
        again = keras.models.load_model(tmp_path / name, compile=False)
        np.testing.assert_array_equal(again(x), model(x))
        read = lv.read(str(tmp_path / name))
        assert (read.trainable, read.connections) == (60_000, 340_908)
        assert lv.check(PAPER, read).holds
    assert again.get_layer("C3").get_config() == model.get_layer("C3").get_config()


def test_the_codes_are_ten_of_84_signs_and_far_apart():
    codes = np.array([[1 if mark == "#" else -1 for mark in code] for code in CODES])
    assert codes.shape == (10, 7 * 12)
    assert min((a != b).sum() for a, b in itertools.combinations(codes, 2)) == 10


# Three ways to 60,000 and 340,908. The first is the spec's claims, which are typed in.


def test_the_claims_hold_of_the_built_model(paper):
    verdict = lv.check(PAPER, lv.read(paper))
    assert verdict.failing == ()
    stated = {
        one.fact: one.expected.value
        for claim in PAPER.claims
        if claim.id == "network"
        for one in claim.expectations
    }
    assert stated == {"trainable": 60_000, "connections": 340_908}


def test_inference_comes_to_the_same():
    inferred = lv.infer(PAPER)
    assert (inferred.trainable, inferred.connections) == (60_000, 340_908)


CONNECTIONS = {
    "C1": 122_304, "S2": 5_880, "C3": 151_600, "S4": 2_000, "C5": 48_120, "F6": 10_164,
    "output": 840,
}  # fmt: skip


def test_so_does_counting_on_the_built_model(paper):
    weights = {w.path: w.numpy() for w in paper.trainable_weights}
    assert sum(value.size for value in weights.values()) == 60_000
    assert {layer.name: counted(layer) for layer in paper.layers if layer.weights} == CONNECTIONS
    assert sum(CONNECTIONS.values()) == 340_908


def counted(layer):
    """The connections of a layer: each input is poked by itself, then all biases, and the units
    that answer are counted."""
    shape = layer.input.shape[1:]
    inputs = math.prod(shape)
    at_rest = np.asarray(layer(np.zeros((1, *shape), "float32")))
    units = 0
    for chunk in np.array_split(np.arange(inputs), max(1, inputs // 256)):
        poked = np.eye(inputs, dtype="float32")[chunk].reshape(-1, *shape)
        units += np.count_nonzero(np.asarray(layer(poked)) != at_rest)
    if hasattr(layer, "bias"):
        kept = layer.bias.numpy()
        layer.bias.assign(kept + 0.5)
        units += np.count_nonzero(np.asarray(layer(np.zeros((1, *shape), "float32"))) != at_rest)
        layer.bias.assign(kept)
    return units


def test_what_mends_the_network_that_everybody_builds():
    tutorial = lv.infer(lv.load_spec("paper:lenet5"))
    verdict = lv.check(PAPER, tutorial)
    causes = lv.explain(PAPER, tutorial, verdict)
    assert [one.edit for one in causes if one.layer in ("S2", "S4", "output")] == [
        "AveragePooling2D → Subsampling2D",
        "AveragePooling2D → Subsampling2D",
        "Dense → EuclideanRBF",
    ]
    assert sum(one.mends for one in causes) == len(verdict.failing)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ([0, 4], "connection_table of map 4: [0, 4] → [0, 4, 5]"),  # one connection is left out
        ([1, 4, 5], "connection_table of map 4: [1, 4, 5] → [0, 4, 5]"),  # as many, but another
        ([5, 4, 0], None),  # the order of a row means nothing
    ],
)
def test_a_single_wrong_connection_is_found(row, told, tmp_path):
    config = json.loads(lv.build(PAPER).to_json())
    config["config"]["layers"][3]["config"]["connection_table"][4] = row
    path = tmp_path / "m.json"
    path.write_text(json.dumps(config))
    verdict = lv.check(PAPER, model := lv.read(str(path)))
    assert [one.edit for one in lv.explain(PAPER, model, verdict)] == ([told] if told else [])
    assert verdict.holds is (told is None)


# What is refused.


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: SparseConv2D([[0, 0]], 3), "each once, not \\[0, 0\\]"),
        (lambda: SparseConv2D([[]], 3), "one or more"),
        (lambda: SparseConv2D([[0]], 3, padding="causal"), "'valid' or 'same', not 'causal'"),
        (lambda: SparseConv2D([[0, 4]], 3)(images(1, 5, 5, 3)), "names map 4, but only 3 maps"),
        (lambda: Subsampling2D(0), "pool_size is a whole number of 1 or more"),
        (lambda: Subsampling2D(data_format="nchw"), "not 'nchw'"),
        (lambda: Subsampling2D(3)(keras.Input((2, 2, 1))), "a window of 3x3 does not fit"),
        (lambda: EuclideanRBF(["#.", "#"]), "all of one length"),
        (lambda: EuclideanRBF(["#.", "#0"]), "pictures of '#' and '.'"),
        (lambda: EuclideanRBF(["#.", "# ."]), "no two are alike"),
        (lambda: EuclideanRBF(["#."])(images(1, 3)), "codes of 2 signs do not fit an input of 3"),
    ],
)
def test_refusals(make, why):
    with pytest.raises(ValueError, match=why):
        make()


# Whose they are.


@keras.saving.register_keras_serializable("mine")
class Mine(keras.layers.Layer):
    def call(self, inputs):
        return inputs


Mine.__name__ = "Subsampling2D"


def own_tanh(x):
    return x


own_tanh.__name__ = "scaled_tanh"


def test_a_strangers_layer_of_the_same_name_is_a_strangers(tmp_path):
    x = keras.Input((4, 4, 1))
    model = keras.Model(x, Mine(name="s")(x))
    assert lv.read(model).layer("s").type == f"{__name__}.Subsampling2D"
    path = tmp_path / "m.json"
    for registered in ("mine>Mine", "mine>Subsampling2D", "lenet_verify>Subsampling2D", None):
        config = json.loads(model.to_json())
        config["config"]["layers"][1]["registered_name"] = registered
        path.write_text(json.dumps(config))
        assert lv.read(str(path)).layer("s").type.endswith((">Mine", "Subsampling2D"))
        assert lv.read(str(path)).layer("s").type != "Subsampling2D"
        config["config"]["layers"][1]["module"] = "keras.layers"
        path.write_text(json.dumps(config))
        assert lv.read(str(path)).layer("s").type != "Subsampling2D"


@pytest.mark.parametrize("written", ["scaled_tanh", "mine>scaled_tanh", None])
def test_a_strangers_scaled_tanh_is_a_strangers(written, tmp_path):
    x = keras.Input((4,))
    model = keras.Model(x, keras.layers.Dense(2, activation=own_tanh, name="d")(x))
    assert lv.read(model).layer("d").activation == "linear"  # as it was found to be
    config = json.loads(model.to_json())
    activation = config["config"]["layers"][1]["config"]["activation"]
    if written == "scaled_tanh":  # as Keras 2 wrote any function
        config["config"]["layers"][1]["config"]["activation"] = written
    elif written:
        activation["config"] = written
    path = tmp_path / "m.json"
    path.write_text(json.dumps(config))
    assert lv.read(str(path)).layer("d").activation is None


def test_ours_in_a_json_file_is_ours(tmp_path):
    x = keras.Input((4,))
    model = keras.Model(x, keras.layers.Dense(2, activation=scaled_tanh, name="d")(x))
    assert lv.read(model).layer("d").activation == "scaled_tanh"
    path = tmp_path / "m.json"
    path.write_text(model.to_json())
    assert lv.read(str(path)).layer("d").activation == "scaled_tanh"
