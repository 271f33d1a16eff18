"""LeNet-5 as its spec has it, in every way that people write it: each of these must pass."""

from __future__ import annotations

import keras
from keras import layers, ops

NAMES = ("C1", "S2", "C3", "S4", "flatten", "C5", "F6", "output")


def lenet5_layers(**changes):
    """The layers of LeNet-5 in order, those replaced that are given by name."""
    made = {
        "C1": lambda: layers.Conv2D(6, 5, activation="tanh", name="C1"),
        "S2": lambda: layers.AveragePooling2D(2, name="S2"),
        "C3": lambda: layers.Conv2D(16, 5, activation="tanh", name="C3"),
        "S4": lambda: layers.AveragePooling2D(2, name="S4"),
        "flatten": lambda: layers.Flatten(name="flatten"),
        "C5": lambda: layers.Dense(120, activation="tanh", name="C5"),
        "F6": lambda: layers.Dense(84, activation="tanh", name="F6"),
        "output": lambda: layers.Dense(10, activation="softmax", name="output"),
    }
    return [changes[name] if name in changes else made[name]() for name in NAMES]


def chained(steps, shape=(32, 32, 1)):
    """A Functional model of steps one after another; a step is a layer or a function."""
    inputs = x = keras.Input(shape)
    for step in steps:
        x = step(x)
    return keras.Model(inputs, x)


def functional():
    return chained(lenet5_layers())


def sequential():
    return keras.Sequential([keras.Input((32, 32, 1)), *lenet5_layers()])


def sequential_without_input():
    return keras.Sequential(lenet5_layers())


def sequential_built_later():
    model = keras.Sequential(lenet5_layers())
    model.build((None, 32, 32, 1))
    return model


def input_shape_in_the_first_layer():
    first = layers.Conv2D(6, 5, activation="tanh", input_shape=(32, 32, 1))
    return keras.Sequential([first, *lenet5_layers()[1:]])


def compiled():
    model = functional()
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    return model


def compiled_with_objects():
    model = functional()
    model.compile(
        optimizer=keras.optimizers.Adam(1e-3),
        loss=keras.losses.CategoricalCrossentropy(),
        metrics=["accuracy"],
    )
    return model


def compiled_with_functions():
    model = functional()
    model.compile(
        optimizer=keras.optimizers.Adam(),
        loss=keras.losses.categorical_crossentropy,
        metrics=["accuracy"],
    )
    return model


def other_names():
    """As someone would call them who has never seen the paper."""
    return chained(
        [
            layers.Conv2D(6, 5, activation="tanh", name="conv_a"),
            layers.AveragePooling2D(2, name="pool_a"),
            layers.Conv2D(16, 5, activation="tanh", name="conv_b"),
            layers.AveragePooling2D(2, name="pool_b"),
            layers.Flatten(name="vector"),
            layers.Dense(120, activation="tanh", name="fc_a"),
            layers.Dense(84, activation="tanh", name="fc_b"),
            layers.Dense(10, activation="softmax", name="classes"),
        ]
    )


def dropout():
    steps = lenet5_layers()
    return chained([*steps[:6], layers.Dropout(0.5), *steps[6:]])


def identities():
    """Whatever changes nothing at inference, in every place."""
    noise = [
        layers.GaussianNoise(0.1), layers.SpatialDropout2D(0.1), layers.Identity(),
        layers.Activation("linear"), layers.Dropout(0.1), layers.ActivityRegularization(l2=0.1),
        layers.AlphaDropout(0.1), layers.GaussianDropout(0.1),
    ]  # fmt: skip
    return chained([step for pair in zip(noise, lenet5_layers(), strict=True) for step in pair])


def _bare(name):
    """C1, C3, C5, F6 or output without its activation."""
    return {
        "C1": lambda: layers.Conv2D(6, 5, name="C1"),
        "C3": lambda: layers.Conv2D(16, 5, name="C3"),
        "C5": lambda: layers.Dense(120, name="C5"),
        "F6": lambda: layers.Dense(84, name="F6"),
        "output": lambda: layers.Dense(10, name="output"),
    }[name]()


def separate_activations():
    """An Activation layer, a function of keras.ops, one of keras.activations, a Softmax layer."""
    steps = lenet5_layers(**{name: _bare(name) for name in ("C1", "C3", "C5", "F6", "output")})
    steps.insert(1, layers.Activation("tanh"))
    steps.insert(4, ops.tanh)
    steps.insert(8, keras.activations.tanh)
    steps.insert(10, layers.Activation(ops.tanh))
    steps.append(layers.Softmax())
    return chained(steps)


def softmax_by_axis():
    """The same softmax, its axis counted from the front."""
    return chained([*lenet5_layers(output=_bare("output")), layers.Softmax(axis=1)])


def logits_named_apart():
    """The paper's name is that of the activation layer."""
    last = layers.Dense(10, name="logits")
    return chained([*lenet5_layers(output=last), layers.Activation("softmax", name="output")])


def linear_activation_first():
    last = layers.Dense(10, activation="linear", name="output")
    return chained([*lenet5_layers(output=last), ops.softmax])


def nested():
    steps = lenet5_layers()
    features = keras.Sequential([keras.Input((32, 32, 1)), *steps[:5]], name="features")
    return keras.Sequential([keras.Input((32, 32, 1)), features, *steps[5:]])


def nested_twice():
    steps = lenet5_layers()
    block = keras.Sequential([keras.Input((28, 28, 6)), steps[1], steps[2]], name="block")
    features = keras.Sequential([keras.Input((32, 32, 1)), steps[0], block, *steps[3:5]])
    head = chained(steps[5:], (400,))
    return chained([features, head])


def nested_without_input():
    steps = lenet5_layers()
    features = keras.Sequential(steps[:5], name="features")
    return keras.Sequential([features, keras.Sequential(steps[5:], name="head")])


class Subclassed(keras.Model):
    """The paper's layers as attributes."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.steps = lenet5_layers()

    def call(self, inputs):
        for step in self.steps:
            inputs = step(inputs)
        return inputs


def subclassed_and_built():
    model = Subclassed()
    model.build((None, 32, 32, 1))
    return model


def subclassed_and_called():
    import numpy as np

    model = Subclassed()
    model(np.zeros((2, 32, 32, 1), "float32"))
    return model


class WithTraining(keras.Model):
    """A model that does more while it trains, which is no part of the paper's network."""

    def __init__(self):
        super().__init__()
        self.steps = lenet5_layers()
        self.drop = layers.Dropout(0.5)
        self.warp = layers.RandomFlip()

    def call(self, inputs, training=True):
        x = self.warp(inputs) if training else inputs
        for step in self.steps[:6]:
            x = step(x)
        if training:
            x = self.drop(x, training=training)
        for step in self.steps[6:]:
            x = step(x)
        return x


class Mixed(keras.Model):
    """A layer that stands in a nested model and is an attribute too."""

    def __init__(self):
        super().__init__()
        steps = lenet5_layers()
        self.first = steps[0]
        self.features = keras.Sequential(steps[:5])
        self.head = keras.Sequential(steps[5:])

    def call(self, inputs):
        return self.head(self.features(inputs))


class OneActivation(keras.Model):
    """One tanh, one dropout and one pooling layer for all, as PyTorch's users write it."""

    def __init__(self):
        super().__init__()
        self.c1 = _bare("C1")
        self.c3 = _bare("C3")
        self.c5 = _bare("C5")
        self.f6 = _bare("F6")
        self.out = _bare("output")
        self.tanh = layers.Activation("tanh")
        self.pool = layers.AveragePooling2D(2)
        self.drop = layers.Dropout(0.2)
        self.flat = layers.Flatten()

    def call(self, x):
        x = self.pool(self.tanh(self.c1(x)))
        x = self.pool(self.tanh(self.c3(x)))
        x = self.flat(x)
        x = self.drop(self.tanh(self.c5(x)))
        x = self.drop(self.tanh(self.f6(x)))
        return ops.softmax(self.out(x))


def channels_first():
    return chained(
        [
            layers.Conv2D(6, 5, activation="tanh", data_format="channels_first", name="C1"),
            layers.AveragePooling2D(2, data_format="channels_first", name="S2"),
            layers.Conv2D(16, 5, activation="tanh", data_format="channels_first", name="C3"),
            layers.AveragePooling2D(2, data_format="channels_first", name="S4"),
            *lenet5_layers()[4:],
        ],
        (1, 32, 32),
    )


def printing():
    model = functional()
    model.summary()
    print("printed by the user")
    return model


class Described(keras.Model):
    """Functional, with a call that changes nothing."""

    def call(self, inputs, training=None, mask=None):
        print("called")
        return super().call(inputs, training=training, mask=mask)


def functional_with_a_call():
    model = chained(lenet5_layers())
    return Described(model.inputs, model.outputs)


def with_classes(classes, activation="softmax"):
    return chained(
        lenet5_layers(output=layers.Dense(classes, activation=activation, name="output"))
    )


def mixed_precision():
    keras.mixed_precision.set_dtype_policy("mixed_float16")
    try:
        return compiled()
    finally:
        keras.mixed_precision.set_dtype_policy("float32")


def fixed_batch():
    inputs = x = keras.Input(batch_shape=(8, 32, 32, 1))
    for step in lenet5_layers():
        x = step(x)
    return keras.Model(inputs, x)


def borrowed_layer():
    """C1 was called on something else before, and is one of another model's layers still."""
    first = lenet5_layers()[0]
    other = keras.Input((64, 64, 1))
    keras.Model(other, first(other))
    return chained(lenet5_layers(C1=first))


def cut_from_a_larger_model():
    inputs = x = keras.Input((32, 32, 1))
    for step in lenet5_layers():
        x = step(x)
    keras.Model(inputs, layers.Dense(3)(x))
    return keras.Model(inputs, x)


def explicit_arguments():
    """Everything spelt out that has a default."""
    return chained(
        lenet5_layers(
            C1=layers.Conv2D(
                filters=6, kernel_size=(5, 5), strides=(1, 1), padding="valid", groups=1,
                dilation_rate=(1, 1), activation=keras.activations.tanh, use_bias=True,
            ),
            S2=layers.AvgPool2D(pool_size=(2, 2), strides=(2, 2), padding="valid"),
            S4=layers.AveragePooling2D(pool_size=2, strides=2, padding="same"),
            C3=layers.Convolution2D(16, [5, 5], activation=ops.tanh),
            F6=layers.Dense(84, activation=_tensorflow_tanh()),
        )
    )  # fmt: skip


def _tensorflow_tanh():
    import tensorflow as tf

    return tf.nn.tanh


def lambda_for_tanh():
    return chained(lenet5_layers(C1=_own(lambda x: ops.tanh(x))))


def own_formula_for_tanh():
    def squashed(x):
        return 1 - 2 / (ops.exp(2 * x) + 1)

    return chained(lenet5_layers(C1=_own(squashed), F6=layers.Dense(84, activation=squashed)))


def own_activations_apart():
    first, *more = lenet5_layers(C1=_own(lambda x: x))
    return chained([first, layers.Activation(lambda x: ops.tanh(x)), *more])


def callable_activations():
    import functools

    class Tanh:
        def __call__(self, x):
            return ops.tanh(x)

    return chained(
        lenet5_layers(
            C1=_own(Tanh()), C3=layers.Conv2D(16, 5, activation=functools.partial(ops.tanh))
        )
    )


def _own(function):
    return layers.Conv2D(6, 5, activation=function, name="C1")


RIGHT = (
    functional, sequential, sequential_without_input, sequential_built_later,
    input_shape_in_the_first_layer, compiled, compiled_with_objects, compiled_with_functions,
    other_names, dropout, identities, separate_activations, softmax_by_axis, logits_named_apart,
    linear_activation_first, nested, nested_twice, nested_without_input, Subclassed,
    subclassed_and_built, subclassed_and_called, WithTraining, Mixed, OneActivation,
    channels_first, printing, functional_with_a_call, mixed_precision, fixed_batch,
    borrowed_layer, cut_from_a_larger_model, explicit_arguments, lambda_for_tanh,
    own_formula_for_tanh, own_activations_apart, callable_activations,
)  # fmt: skip
"""Everything that makes a LeNet-5 as its spec has it."""
