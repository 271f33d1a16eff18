"""Each form that a layer is rewritten into computes the same, on random weights; and a model is
rewritten into the spec's form, either way, or left alone."""

from __future__ import annotations

from math import prod

import keras
import numpy as np
import pytest
from keras import layers, ops
from models.right import chained

import lenet_verify as lv
from lenet_verify.checking.best_form import best_form
from lenet_verify.checking.canonical import ACTIVATION, IDENTITY, formed, prepared
from lenet_verify.checking.rewriting.forms import GLOBAL_POOLING, WHOLE_MAP
from lenet_verify.checking.rewriting.separable import SEPARABLE
from lenet_verify.checking.rewriting.views import RESHAPE
from lenet_verify.checking.wanted import of_network
from lenet_verify.vocabulary import ACTIVATION_LAYERS

RANDOM = np.random.default_rng(0)


def on(shape, *steps):
    return chained(steps, shape)


def maps(*steps):
    return on((8, 8, 3), layers.Conv2D(4, 3), *steps)


def row(*steps):
    return on((9, 2), layers.Conv1D(4, 2), *steps)


def cube(*steps):
    return on((4, 4, 4, 2), *steps)


def dense(units=5, activation="tanh"):
    return layers.Dense(units, activation=activation)


def two_heads(form):
    """What one map is read by twice."""
    inputs = keras.Input((4, 4, 2))
    if form == "dense":
        x = layers.Flatten()(inputs)
        a, b = layers.Dense(3)(x), layers.Dense(2)(x)
    else:
        a, b = (layers.Flatten()(layers.Conv2D(n, 4)(inputs)) for n in (3, 2))
    return keras.Model(inputs, layers.Concatenate()([a, b]))


def summed(form):
    """A residual block of vectors, or of maps of 1x1."""
    inputs = keras.Input((4, 4, 2))
    if form == "dense":
        x = layers.Dense(3)(layers.Flatten()(inputs))
        y = layers.Dense(3, activation="relu")(x)
    else:
        z = layers.Conv2D(3, 4)(inputs)
        x = layers.Flatten()(z)
        y = layers.Flatten()(layers.Conv2D(3, 1, activation="relu")(z))
    return keras.Model(inputs, layers.Add()([x, y]))


def heads(*branches, first=()):
    """Rows of layers on one map, or on what some first layers make of it, joined."""
    inputs = keras.Input((4, 4, 2))
    x = joined_up(inputs, first)
    return keras.Model(inputs, layers.Concatenate()([joined_up(x, one) for one in branches]))


def joined_up(x, steps):
    for step in steps:
        x = step(x)
    return x


def as_dense(units):
    return layers.Flatten(), layers.Dense(units)


def as_convolution(units):
    return layers.Conv2D(units, 4), layers.Flatten()


def largest(form):
    """A dense layer on the largest values of a map."""
    pooling = {
        "global": [layers.GlobalMaxPooling2D()],
        "keepdims": [layers.GlobalMaxPooling2D(keepdims=True), layers.Flatten()],
        "window": [layers.MaxPooling2D(4), layers.Flatten()],
    }
    return *pooling[form], layers.Dense(3)


def drop():
    return layers.Dropout(0.5)


def beside(activation):
    """A tensor and what an activation makes of it, so that the activation stands alone."""
    inputs = keras.Input((6,))
    x = layers.Dense(4)(inputs)
    return keras.Model(inputs, layers.Subtract()([x, activation(x)]))


# By name: the rule, and a model in each form.
SAME = {
    "relu-alone": (ACTIVATION, lambda: beside(layers.ReLU()),
                   lambda: beside(layers.Activation("relu"))),
    "relu-alone-by-operation": (ACTIVATION, lambda: beside(layers.ReLU()),
                                lambda: beside(ops.relu)),
    "leaky-relu-alone": (ACTIVATION, lambda: beside(layers.LeakyReLU(0.2)),
                         lambda: beside(layers.Activation("leaky_relu"))),
    "softmax-on-the-input": (ACTIVATION, lambda: on((6,), layers.Softmax(), dense()),
                             lambda: on((6,), layers.Activation("softmax"), dense())),
    "activation-after-dropout": (
        IDENTITY, lambda: maps(dense(), layers.Dropout(0.5), dense(4)),
        lambda: maps(dense(activation=None), layers.Dropout(0.5), layers.Activation("tanh"),
                     dense(4)),
    ),
    "activations-among-dropouts": (
        IDENTITY,
        lambda: maps(dense(), layers.ReLU(), layers.Dropout(0.5), layers.GaussianNoise(0.5)),
        lambda: maps(dense(activation=None), layers.Dropout(0.5), layers.Activation("tanh"),
                     layers.GaussianNoise(0.5), layers.ReLU()),
    ),
    "activation-of-the-input-after-dropout": (
        IDENTITY, lambda: on((6,), layers.ReLU(), drop(), dense()),
        lambda: on((6,), drop(), layers.Activation("relu"), dense()),
    ),
    "linear-on-the-input": (
        IDENTITY, lambda: on((6,), layers.Activation("linear"), dense()), lambda: on((6,), dense()),
    ),
    "dropouts-more-above-a-fork": (
        IDENTITY, lambda: heads([drop(), *as_dense(3)], as_dense(2)),
        lambda: heads([drop(), *as_convolution(3)], as_dense(2), first=[drop(), drop()]),
    ),
    "dropouts-more-below-a-fork": (
        IDENTITY, lambda: heads(as_dense(3), as_dense(2), first=[drop()]),
        lambda: heads(as_convolution(3), [drop(), *as_dense(2), drop()], first=[drop(), drop()]),
    ),
    "dropouts-more-in-a-row": (
        WHOLE_MAP, lambda: maps(drop(), layers.Flatten(), layers.Dense(3), drop(), dense(4)),
        lambda: maps(drop(), layers.Dropout(0.2), layers.Conv2D(3, 6), layers.Dropout(0.2), drop(),
                     layers.Flatten(), drop(), dense(4), drop()),
    ),
    "dropout-of-a-twin": (
        WHOLE_MAP, lambda: heads(as_dense(3), [*as_dense(3), drop()]),
        lambda: heads(as_convolution(3), [drop(), *as_convolution(3), drop()]),
    ),
    "flatten": (RESHAPE, lambda: maps(layers.Flatten(), dense()),
                lambda: maps(layers.Reshape((-1,)), dense())),
    "flatten-to-a-size": (RESHAPE, lambda: maps(layers.Flatten(), dense()),
                          lambda: maps(layers.Reshape((144,)), dense())),
    "flatten-in-steps": (RESHAPE, lambda: maps(layers.Flatten(), dense()),
                         lambda: maps(layers.Reshape((6, 24)), layers.Flatten(), dense())),
    "flatten-twice": (RESHAPE, lambda: maps(layers.Flatten(), dense()),
                      lambda: maps(layers.Flatten(), layers.Flatten(), dense())),
    "flatten-by-operation": (
        RESHAPE, lambda: maps(layers.Flatten(), dense()),
        lambda: maps(lambda x: ops.reshape(x, (-1, 144)), dense()),
    ),
    "whole-map": (WHOLE_MAP, lambda: maps(layers.Flatten(), dense(), dense(4)),
                  lambda: maps(layers.Conv2D(5, 6, activation="tanh"), layers.Flatten(), dense(4))),
    "activation-after-flatten": (
        WHOLE_MAP, lambda: maps(layers.Flatten(), dense(), dense(4)),
        lambda: maps(layers.Conv2D(5, 6), layers.Flatten(), layers.Activation("tanh"), dense(4)),
    ),
    "softmax-after-flatten": (
        WHOLE_MAP, lambda: maps(layers.Flatten(), dense(5, "softmax")),
        lambda: maps(layers.Conv2D(5, 6), layers.Flatten(), layers.Softmax()),
    ),
    "dropout-and-activation-after-flatten": (
        WHOLE_MAP, lambda: maps(layers.Flatten(), dense(activation="relu"), drop(), dense(4)),
        lambda: maps(layers.Conv2D(5, 6), layers.Flatten(), drop(), layers.ReLU(), dense(4)),
    ),
    "opposite-forms": (WHOLE_MAP, lambda: heads(as_dense(3), as_convolution(2)),
                       lambda: heads(as_convolution(3), as_dense(2))),
    "window-stepping": (
        GLOBAL_POOLING, lambda: maps(layers.MaxPooling2D(6), layers.Flatten(), dense()),
        lambda: maps(layers.MaxPooling2D(6, strides=2), layers.Flatten(), dense()),
    ),
    "pooled-thrice": (
        GLOBAL_POOLING, lambda: heads(largest("global"), largest("window"), largest("global")),
        lambda: heads(largest("keepdims"), largest("global"), largest("window")),
    ),
    "flattened-thrice": (
        RESHAPE, lambda: heads(as_dense(3), as_dense(2), as_dense(3)),
        lambda: heads([layers.Reshape((-1,)), layers.Dense(3)], as_dense(2),
                      [layers.Reshape((2, 16)), *as_dense(3)]),
    ),
    "flattened-once-or-twice": (
        RESHAPE, lambda: heads(as_dense(3), as_dense(2)),
        lambda: heads([layers.Dense(3)], [layers.Dense(2)], first=[layers.Flatten()]),
    ),
    "whole-map-not-square": (
        WHOLE_MAP, lambda: on((3, 5, 2), layers.Flatten(), dense()),
        lambda: on((3, 5, 2), layers.Conv2D(5, (3, 5), activation="tanh"), layers.Flatten()),
    ),
    "whole-map-stride": (
        WHOLE_MAP, lambda: on((4, 4, 2), layers.Flatten(), dense()),
        lambda: on((4, 4, 2), layers.Conv2D(5, 4, strides=3, activation="tanh"), layers.Flatten()),
    ),
    "whole-map-reshaped": (
        WHOLE_MAP, lambda: maps(layers.Flatten(), dense()),
        lambda: maps(layers.Conv2D(5, 6, activation="tanh"), layers.Reshape((5,))),
    ),
    "whole-map-no-bias": (
        WHOLE_MAP, lambda: maps(layers.Flatten(), layers.Dense(5, use_bias=False)),
        lambda: maps(layers.Conv2D(5, 6, use_bias=False), layers.Flatten()),
    ),
    "one-pixel": (
        WHOLE_MAP, lambda: maps(layers.Flatten(), dense(), dense(4), dense(3, "softmax")),
        lambda: maps(layers.Conv2D(5, 6, activation="tanh"), layers.Conv2D(4, 1, activation="tanh"),
                     layers.Conv2D(3, 1, activation="softmax"), layers.Flatten()),
    ),
    "one-pixel-padded": (
        WHOLE_MAP, lambda: maps(layers.Flatten(), dense(), dense(4)),
        lambda: maps(layers.Conv2D(5, 6, activation="tanh"),
                     layers.Conv2D(4, 1, padding="same", activation="tanh"), layers.Flatten()),
    ),
    "dense-on-a-pixel": (
        WHOLE_MAP, lambda: maps(layers.Flatten(), dense(), dense(4)),
        lambda: maps(layers.Conv2D(5, 6, activation="tanh"), dense(4), layers.Flatten()),
    ),
    "activation-between": (
        WHOLE_MAP, lambda: maps(layers.Flatten(), dense(), dense(4)),
        lambda: maps(layers.Conv2D(5, 6), layers.Activation("tanh"), layers.Flatten(), dense(4)),
    ),
    "normalised-between": (
        WHOLE_MAP, lambda: maps(layers.Flatten(), dense(), layers.BatchNormalization(), dense(4)),
        lambda: maps(layers.Conv2D(5, 6, activation="tanh"), layers.BatchNormalization(),
                     layers.Flatten(), dense(4)),
    ),
    "whole-row": (WHOLE_MAP, lambda: row(layers.Flatten(), dense()),
                  lambda: row(layers.Conv1D(5, 8, activation="tanh"), layers.Flatten())),
    "whole-cube": (WHOLE_MAP, lambda: cube(layers.Flatten(), dense()),
                   lambda: cube(layers.Conv3D(5, 4, activation="tanh"), layers.Flatten())),
    "two-heads": (WHOLE_MAP, lambda: two_heads("dense"), lambda: two_heads("convolution")),
    "in-a-sum": (WHOLE_MAP, lambda: summed("dense"), lambda: summed("convolution")),
    **{
        f"global-{kind}-{rank}d-{form}": (
            GLOBAL_POOLING,
            lambda kind=kind, rank=rank: _pooled(kind, rank, "global"),
            lambda kind=kind, rank=rank, form=form: _pooled(kind, rank, form),
        )
        for kind in ("Average", "Max") for rank in (1, 2, 3) for form in ("window", "keepdims")
    },
    "global-last": (
        GLOBAL_POOLING, lambda: maps(layers.GlobalAveragePooling2D(), dense()),
        lambda: maps(layers.AveragePooling2D(6), dense(), layers.Flatten()),
    ),
    "separable": (
        SEPARABLE, lambda: maps(layers.SeparableConv2D(5, 3, activation="tanh")),
        lambda: maps(layers.DepthwiseConv2D(3, use_bias=False),
                     layers.Conv2D(5, 1, activation="tanh")),
    ),
    "separable-all-arguments": (
        SEPARABLE,
        lambda: maps(layers.SeparableConv2D(5, 2, 2, "same", depth_multiplier=3, use_bias=False)),
        lambda: maps(layers.DepthwiseConv2D(2, 2, "same", depth_multiplier=3, use_bias=False),
                     layers.Conv2D(5, 1, use_bias=False)),
    ),
    "separable-dilated": (
        SEPARABLE, lambda: maps(layers.SeparableConv2D(5, 2, dilation_rate=2)),
        lambda: maps(layers.DepthwiseConv2D(2, dilation_rate=2, use_bias=False),
                     layers.Conv2D(5, 1)),
    ),
    "separable-row": (
        SEPARABLE, lambda: row(layers.SeparableConv1D(5, 3), layers.ReLU()),
        lambda: row(layers.DepthwiseConv1D(3, use_bias=False), layers.Conv1D(5, 1), layers.ReLU()),
    ),
}  # fmt: skip


def _pooled(kind, rank, form):
    start = {1: row, 2: maps, 3: cube}[rank]
    size = {1: 8, 2: 6, 3: 4}[rank]
    whole = getattr(layers, f"Global{kind}Pooling{rank}D")
    window = getattr(layers, f"{kind}Pooling{rank}D")
    if form == "global":
        return start(whole(), dense())
    first = whole(keepdims=True) if form == "keepdims" else window(size)
    return start(first, layers.Flatten(), dense())


def rewritten(spec, model):
    """A model in the form of another."""
    spec, model = lv.read(spec), lv.read(model)
    keep = frozenset(layer.type for layer in spec.layers) - ACTIVATION_LAYERS
    sought = of_network(prepared(spec, keep, of_spec=True), keep)
    return best_form(sought, prepared(model, keep))


# A layer that the spec has is wanted, though it changes nothing.
ONE_WAY = {
    "dropout-of-a-twin",
    "dropouts-more-above-a-fork",
    "dropouts-more-below-a-fork",
    "dropouts-more-in-a-row",
}
BOTH_WAYS = [(name, back) for name in SAME for back in (False, True)[: 2 - (name in ONE_WAY)]]


@pytest.mark.parametrize(("case", "back"), BOTH_WAYS)
def test_a_model_is_rewritten_into_the_specs_form(case, back):
    rule, one, other = SAME[case]
    spec, model = (other(), one()) if back else (one(), other())
    form, alignment = rewritten(spec, model)
    assert (alignment.cost, alignment.extra) == (0, ())
    ours = [(unit.layer.type, unit.layer.shapes, unit.activation) for unit in form.units]
    wanted = formed(prepared(lv.read(spec), (), of_spec=True), frozenset())
    theirs = [(unit.layer.type, unit.layer.shapes, unit.activation) for unit in wanted.units]
    assert sorted(map(str, ours)) == sorted(map(str, theirs))
    told = {unit.recast for unit in form.units} | {r for u in form.units for r in u.rules}
    assert rule in told


@pytest.mark.parametrize("case", SAME)
def test_both_forms_compute_the_same(case):
    _, one, other = SAME[case]
    one, other = one(), other()
    for weight in one.weights:
        weight.assign(RANDOM.uniform(0.5, 1.5, size=weight.shape))
    # Keras orders them by depth, which is another in another form
    both = (sorted(model.weights, key=lambda weight: prod(weight.shape)) for model in (one, other))
    for ours, theirs in zip(*both, strict=True):
        theirs.assign(np.reshape(ours, theirs.shape))
    inputs = RANDOM.normal(size=(3, *one.inputs[0].shape[1:])).astype("float32")
    results = [np.asarray(ops.convert_to_numpy(model(inputs, training=False)))
               for model in (one, other)]  # fmt: skip
    assert np.allclose(*results, rtol=1e-4, atol=1e-4)


# By name: what is nearly another form, and is not.
OTHER = {
    "smaller-kernel": (lambda: maps(layers.Flatten(), dense()),
                       lambda: maps(layers.Conv2D(5, 5, activation="tanh"), layers.Flatten())),
    "padded": (lambda: on((4, 4, 2), layers.Flatten(), dense()),
               lambda: on((4, 4, 2), layers.Conv2D(5, 4, padding="same", activation="tanh"),
                          layers.Flatten())),
    "dilated": (lambda: on((3, 3, 2), layers.Flatten(), dense()),
                lambda: on((3, 3, 2), layers.Conv2D(5, 2, dilation_rate=2, activation="tanh"),
                           layers.Flatten())),
    "groups": (lambda: on((3, 3, 2), layers.Flatten(), dense(4)),
               lambda: on((3, 3, 2), layers.Conv2D(4, 3, groups=2, activation="tanh"),
                          layers.Flatten())),
    "softmax-of-maps": (lambda: maps(layers.Softmax(), layers.Flatten()),
                        lambda: maps(layers.Flatten(), layers.Softmax())),
    "another-activation-after-flatten": (
        lambda: maps(layers.Flatten(), dense(), dense(4)),
        lambda: maps(layers.Conv2D(5, 6), layers.Flatten(), layers.ReLU(), dense(4))),
    "activation-twice": (
        lambda: maps(layers.Flatten(), dense(), dense(4)),
        lambda: maps(layers.Conv2D(5, 6, activation="tanh"), layers.Flatten(),
                     layers.Activation("tanh"), dense(4))),
    "activations-exchanged": (
        lambda: maps(dense(), drop(), layers.ReLU(), dense(4)),
        lambda: maps(dense(activation="relu"), drop(), layers.Activation("tanh"), dense(4))),
    "another-dropout": (lambda: maps(dense(), drop(), dense(4)),
                        lambda: maps(dense(), layers.Dropout(0.2), dense(4))),
    "dropout-in-another-branch": (
        lambda: heads([drop(), *as_dense(3)], as_dense(2)),
        lambda: heads(as_dense(3), [drop(), *as_dense(2)])),
    "opposite-forms-exchanged": (lambda: heads(as_dense(3), as_convolution(2)),
                                 lambda: heads(as_dense(2), as_convolution(3))),
    "window-stepping-more-than-once": (
        lambda: maps(layers.MaxPooling2D(4), layers.Flatten(), dense()),
        lambda: maps(layers.MaxPooling2D(4, strides=3), layers.Flatten(), dense())),
    "one-of-three-poolings": (
        lambda: heads(largest("global"), largest("window"), largest("global")),
        lambda: heads([layers.AveragePooling2D(4), *as_dense(3)], largest("global"),
                      largest("window"))),
    "no-flatten": (lambda: maps(layers.Flatten(), dense()), lambda: maps(dense())),
    "another-output": (lambda: maps(layers.Flatten(), dense()),
                       lambda: maps(layers.Conv2D(5, 6, activation="tanh"))),
    "another-pooling": (lambda: maps(layers.GlobalAveragePooling2D(), dense()),
                        lambda: maps(layers.MaxPooling2D(6), layers.Flatten(), dense())),
    "part-of-the-map": (lambda: maps(layers.GlobalAveragePooling2D(), dense()),
                        lambda: maps(layers.AveragePooling2D(5), layers.Flatten(), dense())),
    "padded-window": (lambda: maps(layers.GlobalAveragePooling2D(), dense()),
                      lambda: maps(layers.AveragePooling2D(6, 1, padding="same"),
                                   layers.GlobalMaxPooling2D(), dense())),
    "biased-half": (lambda: maps(layers.SeparableConv2D(5, 3)),
                    lambda: maps(layers.DepthwiseConv2D(3), layers.Conv2D(5, 1))),
    "active-half": (lambda: maps(layers.SeparableConv2D(5, 3)),
                    lambda: maps(layers.DepthwiseConv2D(3, use_bias=False, activation="relu"),
                                 layers.Conv2D(5, 1))),
    "activation-between-halves": (
        lambda: maps(layers.SeparableConv2D(5, 3)),
        lambda: maps(layers.DepthwiseConv2D(3, use_bias=False), layers.ReLU(),
                     layers.Conv2D(5, 1))),
    "wide-half": (lambda: maps(layers.SeparableConv2D(5, 3)),
                  lambda: maps(layers.DepthwiseConv2D(3, use_bias=False),
                               layers.Conv2D(5, 3, padding="same"))),
    "striding-half": (lambda: maps(layers.SeparableConv2D(5, 3, 2)),
                      lambda: maps(layers.DepthwiseConv2D(3, use_bias=False),
                                   layers.Conv2D(5, 1, 2))),
    "transposed": (lambda: maps(layers.Flatten(), dense()),
                   lambda: maps(layers.Permute((2, 1, 3)), layers.Flatten(), dense())),
    "channels-moved": (lambda: maps(layers.Flatten(), dense()),
                       lambda: maps(layers.Flatten(data_format="channels_first"), dense())),
    "reshaped-to-sequence": (lambda: maps(layers.Flatten(), dense()),
                             lambda: maps(layers.Reshape((36, 4)), dense(), layers.Flatten())),
}  # fmt: skip


@pytest.mark.parametrize("back", [False, True], ids=["there", "back"])
@pytest.mark.parametrize("case", OTHER)
def test_what_computes_something_else_is_left_alone(case, back):
    one, other = OTHER[case]
    spec, model = (other(), one()) if back else (one(), other())
    _, alignment = rewritten(spec, model)
    assert alignment.cost > 0
