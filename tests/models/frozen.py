"""Models to freeze: each kind of network, and networks that differ in one thing."""

from __future__ import annotations

import keras
from keras import layers, ops


def small(
    *,
    activation="relu",
    axis=-1,
    dilation=1,
    epsilon=1e-3,
    format="channels_last",
    groups=1,
    insert=None,
    merge="Concatenate",
    order=False,
    padding="same",
    pool="Max",
    rate=0.25,
    recurrent="sigmoid",
    scale=True,
    side=12,
    strides=1,
    strange=False,
    swap=False,
    units=5,
    use_bias=True,
    wire="pool",
):
    """A network with two branches, of which every argument changes one thing."""
    image = keras.Input((side, side, 4), name="image")
    x = layers.Conv2D(
        8, 3, padding=padding, strides=strides, dilation_rate=dilation, groups=groups,
        use_bias=use_bias, activation=activation, name="conv",
    )(image)  # fmt: skip
    if strange:
        x = Doubled(name="doubled")(x)
    x = layers.BatchNormalization(epsilon=epsilon, scale=scale, name="norm")(x)
    if insert == "layer":
        x = layers.UnitNormalization(name="unit")(x)
    if insert == "activation":
        x = layers.Activation("tanh", name="more")(x)
    if insert == "operation":
        x = ops.abs(x)
    pooled = getattr(layers, f"{pool}Pooling2D")(2, data_format=format, name="pool")(x)
    wires = {"pool": pooled, "norm": x}
    left = layers.Conv2D(8, 1, name="left")(wires[wire])
    left = left if insert != "dropped" else layers.Dropout(0.1, name="less")(left)
    right = layers.Conv2D(8, 1, activation="relu", name="right")(pooled)
    if wire == "norm":
        left = layers.AveragePooling2D(2, name="again")(left)
    branches = [right, left] if order else [left, right]
    options = {"axis": axis} if merge == "Concatenate" else {}
    x = getattr(layers, merge)(name="merge", **options)(branches)
    x = layers.Reshape((-1, x.shape[-1]), name="rows")(x)
    x = layers.GRU(6, recurrent_activation=recurrent, name="gru")(x)
    x = layers.Dropout(rate, name="drop")(x)
    steps = [layers.Dense(units, activation="tanh", name="a"), layers.Dense(5, name="b")]
    for step in reversed(steps) if swap else steps:
        x = step(x)
    return keras.Model(image, layers.Softmax(name="classes")(x), name="small")


CHANGES = {
    "activation": {"activation": "tanh"},
    "another axis": {"axis": 1},
    "dilation": {"dilation": 2},
    "epsilon": {"epsilon": 1e-5},
    "no scale": {"scale": False},
    "axis order of one layer": {"format": "channels_first", "axis": -1},
    "groups": {"groups": 2},
    "a layer more": {"insert": "layer"},
    "an activation more": {"insert": "activation"},
    "an operation more": {"insert": "operation"},
    "a sum for a concatenation": {"merge": "Add"},
    "a concatenation in another order": {"order": True},
    "padding": {"padding": "valid"},
    "pooling": {"pool": "Average"},
    "the activation of gates": {"recurrent": "hard_sigmoid"},
    "the size of the input": {"side": 16},
    "strides": {"strides": 2},
    "two layers swapped": {"swap": True},
    "units": {"units": 6},
    "no bias": {"use_bias": False},
    "a layer fed by another": {"wire": "norm"},
}
"""What `small` is told for each change."""


class Doubled(layers.Layer):
    """A layer of one's own."""

    def call(self, x):
        return x * 2


def strange():
    """A layer of one's own between Keras's."""
    x = keras.Input((4,), name="x")
    y = layers.Dense(3, activation="relu", name="output")(Doubled(name="doubled")(x))
    return keras.Model(x, layers.Dense(2, name="last[2]*")(y), name="strange")


def two_in_two_out():
    """Inputs of two dtypes, a weightless layer called twice, two outputs, compiled."""
    numbers, words = keras.Input((8,), name="a"), keras.Input((6,), dtype="int32", name="b")
    embedded = layers.Flatten(name="flat")(layers.Embedding(10, 4, name="emb")(words))
    relu = layers.Activation("relu", name="relu")
    left = relu(layers.Dense(3, name="d1")(numbers))
    right = relu(layers.Dense(3, name="d2")(embedded))
    both = layers.Concatenate(name="both")([left, right])
    ends = [layers.Dense(2, name="one")(both), layers.Dense(1, name="two")(both)]
    model = keras.Model([numbers, words], ends, name="two")
    model.compile("sgd", "mse", metrics=[["mae"], ["mse"]])
    return model


def shared():
    """A layer with weights that is called twice."""
    a, b = keras.Input((8,), name="a"), keras.Input((8,), name="b")
    twice = layers.Dense(4, activation="tanh", name="twice")
    joined = layers.Subtract(name="joined")([twice(a), twice(b)])
    return keras.Model([a, b], joined, name="shared")


def nested():
    """Models inside of a model, with names that no spec can have."""

    def block(name):
        steps = [layers.Dense(8, name="d"), layers.LeakyReLU(0.1, name="leaky")]
        return keras.Sequential([keras.Input((8,)), *steps], name=name)

    x = keras.Input((8,), name="model")
    y = block("e2")(block("e1")(x))
    return keras.Model(x, layers.Dense(1, name="input")(y), name="yes")


def sequence():
    """Masks that Keras hands on, wrappers, nested cells, attention."""
    words = keras.Input((10,), name="words")
    x = layers.Embedding(20, 8, mask_zero=True, name="e")(words)
    x = layers.Bidirectional(layers.LSTM(4, return_sequences=True), name="bi")(x)
    x = layers.TimeDistributed(layers.Dense(6, activation="relu"), name="td")(x)
    y = layers.MultiHeadAttention(2, 4, name="mha")(x, x)
    x = layers.LayerNormalization(epsilon=1e-6, name="ln")(layers.Add(name="sum")([x, y]))
    cells = layers.StackedRNNCells([layers.GRUCell(4), layers.LSTMCell(3)])
    return keras.Model(words, layers.RNN(cells, name="rnn")(x), name="sequence")


def trained_in_part():
    """Frozen layers, initializers, regularizers, sizes that differ by axis or vary."""
    x = keras.Input((None, None, 3), name="x")
    y = layers.Conv2D(
        4, (3, 5), strides=(2, 1), padding="same", kernel_initializer="he_normal",
        kernel_regularizer=keras.regularizers.L2(1e-3), name="conv",
    )(x)  # fmt: skip
    norm = layers.BatchNormalization(name="norm")
    norm.trainable = False
    y = layers.ReLU(6.0, name="relu")(norm(y))
    y = layers.ZeroPadding2D(((0, 1), (0, 1)), name="pad")(y)
    y = layers.GlobalAveragePooling2D(name="pool")(y)
    return keras.Model(x, layers.Dense(2, name="last")(y), name="part")


def masked():
    """A mask that is handed over."""
    q, m = keras.Input((10, 8), name="q"), keras.Input((10, 10), dtype="bool", name="m")
    y = layers.MultiHeadAttention(2, 4, name="mha")(q, q, attention_mask=m)
    return keras.Model([q, m], y, name="masked")


def operations():
    """Operations of keras.ops that a spec has no words for, and those that it has."""
    keras.utils.clear_session()  # which counts the names of operations
    x = keras.Input((4,), name="x")
    y = ops.relu(layers.Dense(4, name="d")(x))
    y = ops.mean(y + 1.0, axis=-1, keepdims=True)
    return keras.Model(x, ops.softmax(layers.Dense(3, name="o")(y)), name="operations")


HOSTILE = (
    "yes", "null", "1.0", "0x10", "1e3", "012", "<<", "~", "a: b", "- a", "#c", "a #b", "{a}",
    "[a, b]", "*a", "&a", "!a", "|", ">", "%a", "@a", "`a`", "'a'", '"a"', "a\\n", " a ", "入力",
    "every Dense", "first Dense", "Dense[2]", "output", "a*", "\x1b[31m", "two\nlines", "\x85",
    "\u2028", "\u202e", "\x00", "model", "input", "é" * 300, "::error::",
)  # fmt: skip


def hostile():
    """Names that mean something else, to a spec, to YAML, or to a terminal."""
    x = y = keras.Input((3,), name="x")
    for name in HOSTILE:
        y = layers.Dense(3, name=name)(y)
    return keras.Model(x, layers.Dense(1, name="last")(y), name="no")


class Opaque(keras.Model):
    """Nothing of it can be seen."""

    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(1)

    def build(self, shape):
        self.dense.build(shape)

    def call(self, x):
        raise TypeError("not with symbolic tensors")


def opaque():
    model = Opaque()
    model.build((None, 3))
    return model
