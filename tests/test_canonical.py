"""Each rewrite computes the same, on random weights; and is left undone where it would not."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers, ops
from models.every_layer import smallest_spec
from models.right import chained

import lenet_verify as lv
from lenet_verify.builder import build
from lenet_verify.checking.canonical import (
    ACTIVATION,
    IDENTITY,
    NESTED,
    OPERATION,
    SHARED,
    canonical_form,
    composed,
)
from lenet_verify.vocabulary import ACTIVATION_LAYERS, ACTIVATIONS, IDENTITY_LAYERS, LAYERS

RANDOM = np.random.default_rng(0)


def outline(model, **more):
    """What claims are judged on: each unit's type and activation, in order, and what feeds it."""
    form = canonical_form(lv.read(model), **more)
    places = {layer.name: f"input {n}" for n, layer in enumerate(form.inputs)}
    found = []
    for number, unit in enumerate(form.units):
        places[unit.name] = str(number)
        feeders = tuple(places.get(wire, wire) for wire in unit.layer.inputs)
        found.append((unit.layer.type, unit.activation, feeders))
    return found, tuple(places.get(wire, wire) for wire in form.outputs)


def rules(model):
    form = canonical_form(lv.read(model))
    found = {rule for unit in form.units for rule in unit.rules}
    return found | ({ACTIVATION} if any(unit.absorbed for unit in form.units) else set())


def predicted(model, inputs):
    return np.asarray(ops.convert_to_numpy(model(inputs, training=False)))


def compute_the_same(one, other):
    """Whether two models do, the weights of the one carried over to the other."""
    for weight in one.weights:
        weight.assign(RANDOM.normal(size=weight.shape))
    other.set_weights(one.get_weights())
    inputs = [RANDOM.normal(size=(3, *t.shape[1:])).astype("float32") for t in one.inputs]
    given = inputs[0] if len(inputs) == 1 else inputs
    return np.allclose(predicted(one, given), predicted(other, given), atol=1e-5)


def dense(*steps):
    return chained(steps, (6,))


def shared_steps():
    relu, drop = layers.ReLU(), layers.Dropout(0.5)
    first, second = layers.Dense(6), layers.Dense(6)
    return dense(first, relu, drop, second, relu, drop)


def summed(merge):
    inputs = keras.Input((6,))
    a, b = layers.Dense(6)(inputs), layers.Dense(6)(inputs)
    return keras.Model(inputs, merge(a, b))


def inner():
    return keras.Sequential([keras.Input((6,)), layers.Dense(5, "tanh"), layers.Dense(4)])


MERGES = {
    "Add": lambda a, b: a + b,
    "Subtract": lambda a, b: a - b,
    "Multiply": lambda a, b: a * b,
    "Maximum": ops.maximum,
    "Minimum": ops.minimum,
    "Concatenate": lambda a, b: ops.concatenate([a, b], axis=-1),
}

# By rule: a model in each form.
SAME = {
    "identity": (
        IDENTITY,
        lambda: dense(layers.Dense(6), layers.Dropout(0.5), layers.Dense(4)),
        lambda: dense(layers.Dense(6), layers.Dense(4)),
    ),
    "identity-linear": (
        IDENTITY,
        lambda: dense(layers.Dense(6), layers.Activation("linear"), layers.Dense(4)),
        lambda: dense(layers.Dense(6), layers.Dense(4)),
    ),
    "activation": (
        ACTIVATION,
        lambda: dense(layers.Dense(6), layers.Activation("tanh"), layers.Dense(4)),
        lambda: dense(layers.Dense(6, activation="tanh"), layers.Dense(4)),
    ),
    "activation-twice": (
        ACTIVATION,
        lambda: dense(layers.Dense(6), layers.ReLU(), layers.ReLU(), layers.Dense(4)),
        lambda: dense(layers.Dense(6, activation="relu"), layers.Dense(4)),
    ),
    "activation-relu6-twice": (
        ACTIVATION,
        lambda: dense(layers.Dense(6), layers.ReLU(6), layers.ReLU(6), layers.Dense(4)),
        lambda: dense(layers.Dense(6, activation="relu6"), layers.Dense(4)),
    ),
    "activation-after-dropout": (
        ACTIVATION,
        lambda: dense(layers.Dense(6), layers.Dropout(0.5), layers.ReLU(), layers.Dense(4)),
        lambda: dense(layers.Dense(6, activation="relu"), layers.Dense(4)),
    ),
    "activation-softmax-by-axis": (
        ACTIVATION,
        lambda: dense(layers.Dense(6), layers.Softmax(axis=1)),
        lambda: dense(layers.Dense(6, activation="softmax")),
    ),
    "nested": (
        NESTED,
        lambda: dense(layers.Dense(6), inner(), layers.Dense(3)),
        lambda: dense(layers.Dense(6), layers.Dense(5, "tanh"), layers.Dense(4), layers.Dense(3)),
    ),
    "shared": (
        SHARED,
        shared_steps,
        lambda: dense(layers.Dense(6, activation="relu"), layers.Dense(6, activation="relu")),
    ),
    **{
        f"operation-{name}": (
            OPERATION,
            lambda merge=merge: summed(merge),
            lambda name=name: summed(lambda a, b: getattr(layers, name)()([a, b])),
        )
        for name, merge in MERGES.items()
    },
}


@pytest.mark.parametrize("case", SAME)
def test_both_forms_compute_the_same_and_are_one(case):
    rule, one, other = SAME[case]
    one, other = one(), other()
    assert rule in rules(one)
    assert outline(one) == outline(other)
    assert compute_the_same(one, other)


@pytest.mark.parametrize("name", sorted(IDENTITY_LAYERS & set(dir(layers))))
def test_identities_give_back_what_they_get(name, tmp_path):
    if gives_back_its_input(name):
        return
    path = tmp_path / "spec.yaml"
    path.write_text(smallest_spec(name))
    model = build(lv.load_spec(str(path)))
    x = RANDOM.uniform(-300, 300, (2, *model.input_shape[1:])).astype("float32")
    assert np.array_equal(predicted(model, x), x)


def gives_back_its_input(name):
    """Whether Keras, in some versions, makes no node of a layer."""
    tensor = keras.Input((8, 8, 3))
    return name == "RandomGrayscale" and layers.RandomGrayscale()(tensor) is tensor


def _snake(type_):
    name = "".join(f"_{c.lower()}" if c.isupper() else c for c in type_.removeprefix("ops."))
    return {"re_l_u": "relu"}.get(name.strip("_"), name.strip("_"))


def _plain_operations():
    """Functions of keras.ops that are known as an activation."""
    types = sorted(t for t in ACTIVATION_LAYERS if t.startswith("ops."))
    return sorted({_snake(type_) for type_ in types} & set(dir(ops)) - {"threshold"})


@pytest.mark.parametrize("name", _plain_operations())
def test_operations_are_the_activations_that_they_are_taken_for(name):
    separate = dense(layers.Dense(6), getattr(ops, name))
    (unit,) = canonical_form(lv.read(separate)).units
    assert unit.absorbed
    if unit.activation == "gelu(approximate=true)":
        expected = lambda x: keras.activations.gelu(x, approximate=True)  # noqa: E731
    else:
        assert unit.activation in ACTIVATIONS.values()
        expected = unit.activation
    assert compute_the_same(separate, dense(layers.Dense(6), layers.Activation(expected)))


def _activation_layers():
    known = sorted(ACTIVATION_LAYERS & set(LAYERS))
    return [name for name in known if name != "Activation"]


@pytest.mark.parametrize("name", _activation_layers())
def test_activation_layers_are_the_activations_that_they_are_taken_for(name):
    separate = dense(layers.Dense(6), getattr(layers, name)())
    (unit,) = canonical_form(lv.read(separate)).units
    name, _, parameters = unit.activation.rstrip(")").partition("(")
    given = {key: float(value) for key, value in (p.split("=") for p in parameters.split(",") if p)}
    function = getattr(keras.activations, name)
    same = dense(layers.Dense(6), layers.Activation(lambda x: function(x, **given)))
    assert compute_the_same(separate, same)


# Where a rewrite would change the function


def kinds(model):
    return [type_ for type_, _, _ in outline(model)[0]]


def test_a_dropout_that_drops_at_inference_stays():
    inputs = keras.Input((6,))
    model = keras.Model(inputs, layers.Dropout(0.5)(inputs, training=True))
    x = np.ones((4, 6), "float32")
    assert not np.array_equal(ops.convert_to_numpy(model(x)), x)
    assert kinds(model) == ["Dropout"]


def test_an_activation_after_a_recurrent_layer_stays():
    model = chained([layers.LSTM(4, activation=None), layers.Activation("tanh")], (5, 3))
    assert kinds(model) == ["LSTM", "Activation"]
    other = chained([layers.LSTM(4, activation="tanh")], (5, 3))
    assert not compute_the_same(model, other)


def test_an_activation_that_only_one_of_two_readers_sees_stays():
    inputs = keras.Input((6,))
    a = layers.Dense(6)(inputs)
    model = keras.Model(inputs, layers.Add()([a, layers.ReLU()(a)]))
    assert kinds(model) == ["Dense", "ReLU", "Add"]


def test_an_activation_before_an_output_of_its_own_stays():
    inputs = keras.Input((6,))
    logits = layers.Dense(6)(inputs)
    model = keras.Model(inputs, [logits, layers.Softmax()(logits)])
    assert kinds(model) == ["Dense", "Softmax"]


def test_an_activation_after_an_identity_that_is_kept_stays_in_sight():
    model = dense(layers.Dense(6, activation="tanh"), layers.Dropout(0.5), layers.ReLU())
    units = canonical_form(lv.read(model), ["Dropout"]).units
    assert [unit.layer.type for unit in units] == ["Dense", "Dropout", "ReLU"]


def test_an_activation_on_the_input_stays():
    assert kinds(dense(layers.ReLU(), layers.Dense(6))) == ["ReLU", "Dense"]


def test_a_layer_with_weights_that_is_called_twice_stays_one():
    shared = layers.Dense(6)
    assert kinds(dense(shared, layers.ReLU(), shared)) == ["Dense", "ReLU"]
    nested = inner()
    left, right = keras.Input((6,)), keras.Input((6,))
    model = keras.Model([left, right], layers.Add()([nested(left), nested(right)]))
    assert kinds(model) == ["Sequential", "Add"]


def test_a_weightless_model_that_is_called_twice_is_two():
    block = keras.Sequential([keras.Input((6,)), layers.ReLU(), layers.UnitNormalization()])
    found, _ = outline(dense(layers.Dense(6), block, layers.Dense(6), block))
    assert found == [
        ("Dense", "relu", ("input 0",)), ("UnitNormalization", None, ("0",)),
        ("Dense", "relu", ("1",)), ("UnitNormalization", None, ("2",)),
    ]  # fmt: skip


def test_shared_layers_keep_apart_what_they_are_called_on():
    def crossed(swapped):
        left, right = keras.Input((6,), name="l"), keras.Input((6,), name="r")
        drop = layers.Dropout(0.5)
        a, b = drop(left), drop(right)
        return keras.Model([left, right], layers.Subtract()([b, a] if swapped else [a, b]))

    assert outline(crossed(False))[0] == [("Subtract", None, ("input 0", "input 1"))]
    assert outline(crossed(True))[0] == [("Subtract", None, ("input 1", "input 0"))]


def test_a_sum_that_broadcasts_stays_an_operation():
    inputs = keras.Input((4, 6))
    wide, narrow = layers.Dense(6)(inputs), layers.Dense(1)(inputs)
    assert "ops.Add" in kinds(keras.Model(inputs, wide + narrow))


def test_tensors_joined_along_the_batch_stay_an_operation():
    assert "ops.Concatenate" in kinds(summed(lambda a, b: ops.concatenate([a, b], axis=0)))


def test_a_sum_with_a_number_stays_an_operation():
    inputs = keras.Input((6,))
    assert kinds(keras.Model(inputs, inputs + 1.0)) == ["ops.Add"]


def test_a_weighted_mean_or_a_product_of_matrices_is_no_merging_layer():
    one, other = keras.Input((6,)), keras.Input((6,))
    mean = ops.average(one, axis=0, weights=other)
    assert kinds(keras.Model([one, other], mean)) == ["ops.Average"]
    square = keras.Input((6, 6))
    assert kinds(keras.Model(square, ops.dot(square, square))) == ["ops.Dot"]


def test_tensors_joined_with_an_array_stay_an_operation():
    inputs = keras.Input((3, 4))
    made = ops.concatenate([inputs, inputs, np.ones((1, 3, 4), "float32")], axis=1)
    assert kinds(keras.Model(inputs, made)) == ["ops.Concatenate"]


def test_order_matters_and_only_some_activations_are_applied_once():
    assert composed(["tanh", "relu"]) == "tanh, then relu"
    assert composed(["relu", "tanh"]) == "relu, then tanh"
    assert composed(["relu", "relu"]) == "relu"
    assert composed(["tanh", "tanh"]) == "tanh, then tanh"
    assert composed(["relu", "relu6"]) == "relu, then relu6"
    assert composed(["softmax", "softmax"]) == "softmax, then softmax"
    assert composed([]) is None


def test_what_cannot_be_read_is_composed_as_such():
    model = dense(layers.Dense(6), layers.Activation(lambda x: ops.roll(x, 1, axis=-1)))
    (unit,) = canonical_form(lv.read(model)).units
    assert "activation" in unit.layer.unknown
    assert unit.activation == "?"


def test_exactly_as_it_stands():
    relu = layers.ReLU()
    nested = keras.Sequential([keras.Input((6,)), layers.Dense(6)])
    model = dense(layers.Dense(6), relu, layers.Dropout(0.5), relu, nested)
    assert [type_ for type_, _, _ in outline(model, exact=True)[0]] == [
        "Dense", "ReLU", "Dropout", "Sequential",
    ]  # fmt: skip
