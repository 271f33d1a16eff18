"""Files that say one thing where Keras would build another: none is read as what it only seems."""

from __future__ import annotations

import json

import pytest

import lenet_verify as lv
from lenet_verify.errors import ReadError
from tests.stored import functional, given, layer, reads, sequential, tensor

RELU = {"module": "keras.layers", "class_name": "ReLU", "config": {}, "registered_name": None}


@pytest.fixture
def read(tmp_path):
    def of(config):
        path = tmp_path / "model.json"
        path.write_text(json.dumps(config))
        return lv.read(path)

    return of


def one_layer(*arguments, **config):
    return functional([given("x", 4), layer(*arguments, "y", reads("x"), **config)])


def told(node, **kwargs):
    return {**node, "kwargs": kwargs}


def test_two_objects_that_are_called_one(read):
    """Keras makes the first and takes it for the second, whatever that says."""
    tanh = {**RELU, "class_name": "Activation", "config": {"activation": "tanh"}}
    first = layer("Dense", "a", reads("x"), units=3, activation={**RELU, "shared_object_id": 5})
    other = layer("Dense", "y", reads("a"), units=3, activation={**tanh, "shared_object_id": 5})
    with pytest.raises(ReadError, match="two objects that differ have one shared_object_id"):
        read(functional([given("x", 4), first, other]))


def test_a_layer_that_is_held_twice_is_not_counted(read):
    dense = {**layer("Dense", "d", units=3), "shared_object_id": 7}
    row = read(one_layer("TimeDistributed", layer=dense)).layers[1]
    assert row.params is None
    assert "that the file has elsewhere too" in row.unknown["config"]


@pytest.mark.parametrize(
    ("type_", "config", "named"),
    [
        ("LayerNormalization", {"rms_scaling": True}, "rms_scaling"),
        ("LSTM", {"units": 3, "time_major": True}, "time_major"),
        ("Dense", {"units": 3, "input_dim": 9}, "input_dim"),
        ("TimeDistributed", {"layer": layer("Dense", "d", units=3, input_dim=9)}, "input_dim"),
    ],
)
def test_an_argument_that_may_make_another_layer_of_it(read, type_, config, named):
    row = read(one_layer(type_, **config)).layers[1]
    assert row.unknown["config"] == f"'{named}' is no argument of it in Keras 3"
    assert (row.shapes, row.params) == (None, None)


def test_an_argument_that_is_off_makes_no_difference(read):
    assert read(one_layer("Dense", units=3, rms_scaling=False)).layers[1].params == 15


def test_two_names_of_one_argument(read):
    x = given("x", 4)
    x["config"]["batch_input_shape"] = [None, 9]
    with pytest.raises(ReadError, match="batch_input_shape and batch_shape"):
        read(functional([x, layer("Dense", "y", reads("x"), units=3)]))
    row = read(one_layer("LeakyReLU", negative_slope=0.3, alpha=0.01)).layers[1]
    assert "config" in row.unknown


def test_old_names_inside_of_other_layers(read):
    leaky = {**RELU, "class_name": "LeakyReLU", "config": {"alpha": 0.01}}
    row = read(one_layer("Dense", units=3, activation=leaky)).layers[1]
    assert row.activation == "leaky_relu(negative_slope=0.01)"


@pytest.mark.parametrize(
    "dtype",
    [
        "int8_from_float32",
        {"module": "keras", "class_name": "Int4DTypePolicy", "config": {"name": "float32"}},
        {"module": "mine", "class_name": "DTypePolicy", "config": {"name": "float32"}},
        {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float8"}},
        {"module": "keras", "class_name": ["DTypePolicy"], "config": {"name": "float32"}},
    ],
)
def test_a_dtype_that_may_keep_weights_in_few_bits(read, dtype):
    model = one_layer("Dense", units=3)
    model["config"]["layers"][1]["config"]["dtype"] = dtype
    row = read(model).layers[1]
    assert row.params is None
    assert "quantized" in row.unknown["params"]


NOT_KERASS_MASKS = {
    "inverted": [("NotEqual", ["x", 0]), ("LogicalNot", ["m0"])],
    "of another number": [("NotEqual", ["x", 5])],
    "of nothing": [("ZerosLike", ["x"])],
}


@pytest.mark.parametrize("operations", [[("NotEqual", ["x", 0])], *NOT_KERASS_MASKS.values()])
def test_masks_that_keras_did_not_make(read, operations):
    layers = [given("x", 5)]
    for number, (name, arguments) in enumerate(operations):
        node = {"args": [tensor(a) if isinstance(a, str) else a for a in arguments], "kwargs": {}}
        one = layer(name, f"m{number}", node, module="keras.src.ops.numpy", registered=name)
        one["config"] = {"name": f"m{number}"}
        layers.append(one)
    words = layer("Embedding", "e", reads("x"), input_dim=9, output_dim=4, mask_zero=True)
    mask = tensor(f"m{len(operations) - 1}")
    layers += [words, layer("LSTM", "y", told(reads("e"), mask=mask), units=3)]
    found = read(functional(layers))
    keras_own = operations not in NOT_KERASS_MASKS.values()
    assert (found.layer("y").inputs == ("e",)) is keras_own


def test_a_mask_that_keras_does_not_hand_on(read):
    compared = layer("NotEqual", "m", {"args": [tensor("x"), 0], "kwargs": {}},
                     module="keras.src.ops.numpy", registered="NotEqual")  # fmt: skip
    compared["config"] = {"name": "m"}
    words = layer("Embedding", "e", reads("x"), input_dim=9, output_dim=4, mask_zero=True)
    node = {"args": [tensor("e"), tensor("e")], "kwargs": {"attention_mask": tensor("m")}}
    attention = layer("MultiHeadAttention", "y", node, num_heads=2, key_dim=3)
    found = read(functional([given("x", 5), compared, words, attention]))
    assert found.layer("y").inputs == ("e", "e", "m")


@pytest.mark.parametrize("kind", ["functional", "sequential"])
def test_a_nested_model_that_is_told_to_train(read, kind):
    drop = layer("Dropout", "d", rate=0.5)
    if kind == "functional":
        drop["inbound_nodes"] = [reads("i")]
        inner = functional([given("i", 4), drop], [("i", 0, 0)], [("d", 0, 0)], "y")
    else:
        inner = sequential([given("i", 4), drop], "y")
    inner |= {"name": "y", "inbound_nodes": [told(reads("x"), training=True)]}
    call = 1 if kind == "functional" else 0  # a functional model counts a call of its own
    row = read(functional([given("x", 4), inner], outputs=[("y", call, 0)])).layer("y")
    assert row.layers[1].unknown["call"] == "it is called with training"


def test_calls_in_both_forms(read):
    a = layer("Dense", "a", reads("x"), units=3)
    y = {**layer("Dense", "y", units=3), "inbound_nodes": [[["a", 0, 0, {}]]]}
    with pytest.raises(ReadError, match="the forms of Keras 2 and of Keras 3"):
        read(functional([given("x", 4), a, y]))


def test_an_output_of_no_call_of_a_model_that_is_called_again(read):
    dense = layer("Dense", "d", reads("i"), units=4)
    inner = functional([given("i", 4), dense], [("i", 0, 0)], [("d", 0, 0)], "y")
    inner |= {"name": "y", "inbound_nodes": [reads("x"), reads(tensor("y", 0))]}
    model = functional([given("x", 4), inner], outputs=[("y", 2, 0)])
    assert read(model).ends[0].call == 1
    model["config"]["output_layers"] = [["y", 0, 0]]
    with pytest.raises(ReadError, match="name no call of 'y'"):
        read(model)


def test_a_layer_of_two_names(read):
    model = one_layer("Dense", units=3)
    model["config"]["layers"][1]["config"]["name"] = "z"
    with pytest.raises(ReadError, match="two names"):
        read(model)


@pytest.mark.parametrize(
    "activation",
    [
        "leaky_relu(negative_slope=0.3)",
        {"module": "keras.activations", "class_name": "function", "config": "tanh",
         "registered_name": "relu"},
    ],
)  # fmt: skip
def test_a_function_that_keras_has_not(read, activation):
    row = read(one_layer("Dense", units=3, activation=activation)).layers[1]
    assert row.activation is None
    assert "activation" in row.unknown
