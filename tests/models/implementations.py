"""LeNet-5 as others write it: what 118 public implementations do, each as a model with a verdict.

Each case says what is broken in the words of the spec, worked out by hand: a line is
`code layer.fact …: observed`, by the paper's names of layers, or the model's own of those that
the paper lacks. The lines are everything that is broken, unless the last of them is `...`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
from keras import layers

from .right import NAMES, chained, lenet5_layers

Steps = list[layers.Layer]


@dataclass(frozen=True)
class Deviation:
    """A kind of deviation from the paper.

    Attributes:
        seen: how many of the 118 have it; None for several deviations at once.
        steps: makes the layers, called as the paper calls their counterparts.
        broken: what that breaks.
        shape: of the input.
    """

    seen: int | None
    steps: Callable[[], Steps]
    broken: str
    shape: tuple[int, int, int] = (32, 32, 1)


# Layers of the paper that deviate


def conv(name, filters, kernel=5, **more):
    return layers.Conv2D(filters, kernel, **{"activation": "tanh", "name": name} | more)


def convs(first=6, second=16, kernel=5, **more):
    return {"C1": conv("C1", first, kernel, **more), "C3": conv("C3", second, kernel, **more)}


def pools(kind=layers.AveragePooling2D, size=2, strides=None):
    return {name: kind(size, strides, name=name) for name in ("S2", "S4")}


def dense(name, units, activation="tanh"):
    return layers.Dense(units, activation=activation, name=name)


def output(units=10, activation="softmax"):
    return {"output": dense("output", units, activation)}


def lenet(**changes):
    """The paper's layers, in order, those changed that are given by name; None leaves one out."""
    made = lenet5_layers(**{name: one for name, one in changes.items() if one is not None})
    return [one for name, one in zip(NAMES, made, strict=True) if changes.get(name, one)]


def after(place, more, steps=None):
    """Steps with another layer after one of them."""
    steps = lenet() if steps is None else steps
    at = [step.name for step in steps].index(place) + 1
    return [*steps[:at], more, *steps[at:]]


def activation(function, name):
    return layers.Activation(function, name=name)


def separate_relu():
    linear = convs(activation=None)
    steps = after("C1", layers.ReLU(name="relu_1"), lenet(**linear))
    return after("C3", activation("relu", "relu_2"), steps)


def activation_after_pooling(function, of_convolutions="tanh"):
    steps = lenet(**convs(activation=of_convolutions))
    steps = after("S2", activation(function, "after_S2"), steps)
    return after("S4", activation(function, "after_S4"), steps)


def normalized_before_tanh():
    steps = lenet(C1=conv("C1", 6, activation=None))
    steps = after("C1", layers.BatchNormalization(name="bn"), steps)
    return after("bn", activation("tanh", "tanh"), steps)


def normalized_everywhere():
    steps = lenet()
    for number, name in enumerate(("S2", "S4", "C5", "F6"), 1):
        steps = after(name, layers.BatchNormalization(name=f"bn_{number}"), steps)
    return steps


def convolved_C5(**more):
    """C5 as a convolution, and what flattens after it."""
    steps = lenet(flatten=None, C5=conv("C5", 120))
    return after("C5", layers.Flatten(name="flatten"), [more.get(s.name, s) for s in steps])


def reshaped_and_permuted():
    steps = after("S4", layers.Reshape((25, 16), name="by_place"))
    return after("by_place", layers.Permute((2, 1), name="mix"), steps)


# What one deviation breaks, where several cases share it

OF_28X28 = """
    shape input.output: 1@28x28
    shape C1.output S2.input: 6@24x24
    shape S2.output: 6@12x12
    shape C3.output S4.input: 16@8x8
    shape S4.output: 16@4x4
    shape flatten.output: 256
    params C5.params: 30840
    total model.params model.trainable: 44426
"""
ONLY_THE_INPUT = "shape input.output: 1@28x28\n"
RELU = "activation C1.activation C3.activation: relu\n"
MAX = "type S2.type S4.type: MaxPooling2D\n"
LOGITS = "activation output.activation: linear\n"
C3_PADDED = """
    shape C3.output S4.input: 16@14x14
    shape S4.output: 16@7x7
    shape flatten.output: 784
    params C5.params: 94200
    total model.params model.trainable: 107786
"""
NO_F6 = """
    missing-layer F6
    params output.params: 1210
    count model.layers: {convolution: 2, pooling: 2, dense: 2}
    total model.params model.trainable: 51902
"""
MAPS_20_AND_50 = """
    argument C1.filters: 20
    shape C1.output S2.input: 20@28x28
    params C1.params: 520
    shape S2.output: 20@14x14
    argument C3.filters: 50
    shape C3.output S4.input: 50@10x10
    params C3.params: 25050
    shape S4.output: 50@5x5
    shape flatten.output: 1250
"""

DEVIATIONS = {
    "relu": Deviation(54, lambda: lenet(**convs(activation="relu")), RELU),
    "relu-in-layers-of-its-own": Deviation(54, separate_relu, RELU),
    "relu-everywhere": Deviation(
        54,
        lambda: lenet(**convs(activation="relu"), C5=dense("C5", 120, "relu"),
                      F6=dense("F6", 84, "relu")),
        RELU + "activation C5.activation F6.activation: relu",
    ),
    "sigmoid": Deviation(
        None, lambda: lenet(**convs(activation="sigmoid")),
        "activation C1.activation C3.activation: sigmoid",
    ),
    "max-pooling": Deviation(57, lambda: lenet(**pools(layers.MaxPooling2D)), MAX),
    "28x28": Deviation(18, lenet, OF_28X28, (28, 28, 1)),
    "28x28-C1-padded": Deviation(
        38, lambda: lenet(C1=conv("C1", 6, padding="same")), ONLY_THE_INPUT, (28, 28, 1),
    ),
    "C1-padded": Deviation(
        5,
        lambda: lenet(C1=conv("C1", 6, padding="same")),
        """
        shape C1.output S2.input: 6@32x32
        shape S2.output: 6@16x16
        shape C3.output S4.input: 16@12x12
        shape S4.output: 16@6x6
        shape flatten.output: 576
        params C5.params: 69240
        total model.params model.trainable: 82826
        """,
    ),
    "C3-padded": Deviation(16, lambda: lenet(C3=conv("C3", 16, padding="same")), C3_PADDED),
    "3x3": Deviation(
        13,
        lambda: lenet(**convs(kernel=3)),
        """
        argument C1.kernel_size C3.kernel_size: 3x3
        shape C1.output S2.input: 6@30x30
        params C1.params: 60
        shape S2.output: 6@15x15
        shape C3.output S4.input: 16@13x13
        params C3.params: 880
        shape S4.output: 16@6x6
        shape flatten.output: 576
        params C5.params: 69240
        total model.params model.trainable: 81194
        """,
    ),
    "20-and-50-maps": Deviation(
        8,
        lambda: lenet(**convs(20, 50)),
        MAPS_20_AND_50 + """
        params C5.params: 150120
        total model.params model.trainable: 186704
        """,
    ),
    "32-and-64-maps": Deviation(
        12,
        lambda: lenet(**convs(32, 64)),
        """
        argument C1.filters: 32
        shape C1.output S2.input: 32@28x28
        params C1.params: 832
        shape S2.output: 32@14x14
        argument C3.filters: 64
        shape C3.output S4.input: 64@10x10
        params C3.params: 51264
        shape S4.output: 64@5x5
        shape flatten.output: 1600
        params C5.params: 192120
        total model.params model.trainable: 255230
        """,
    ),
    "C5-of-128": Deviation(
        12,
        lambda: lenet(C5=dense("C5", 128)),
        """
        argument C5.units: 128
        shape C5.output: 128
        params C5.params: 51328
        params F6.params: 10836
        total model.params model.trainable: 65586
        """,
    ),
    "C5-convolved-on-6x6": Deviation(
        9,
        lambda: convolved_C5(C1=conv("C1", 6, padding="same")),
        """
        shape C1.output S2.input: 6@32x32
        shape S2.output: 6@16x16
        shape C3.output S4.input: 16@12x12
        shape S4.output: 16@6x6
        type C5.type: Conv2D
        shape C5.output: 120@2x2
        params F6.params: 40404
        count model.layers: {convolution: 3, pooling: 2, dense: 2}
        total model.params model.trainable: 91946
        ...
        """,
    ),
    "C5-convolved-on-7x7": Deviation(
        9,
        lambda: convolved_C5(C3=conv("C3", 16, padding="same")),
        """
        shape C3.output S4.input: 16@14x14
        shape S4.output: 16@7x7
        type C5.type: Conv2D
        shape C5.output: 120@3x3
        params F6.params: 90804
        count model.layers: {convolution: 3, pooling: 2, dense: 2}
        total model.params model.trainable: 142346
        ...
        """,
    ),
    "C5-convolved-and-padded": Deviation(
        None,
        lambda: convolved_C5(C5=conv("C5", 120, padding="same")),
        """
        type C5.type: Conv2D
        shape C5.output: 120@5x5
        params F6.params: 252084
        count model.layers: {convolution: 3, pooling: 2, dense: 2}
        total model.params model.trainable: 303626
        ...
        """,
    ),
    "C5-convolved-in-groups": Deviation(
        None,
        lambda: convolved_C5(C5=conv("C5", 120, groups=2)),
        """
        type C5.type: Conv2D
        params C5.params: 24120
        total model.params model.trainable: 37706
        ...
        """,
    ),
    "pooling-stride-1": Deviation(
        2,
        lambda: lenet(**pools(strides=1)),
        """
        argument S2.strides S4.strides: 1x1
        shape S2.output: 6@27x27
        shape C3.output S4.input: 16@23x23
        shape S4.output: 16@22x22
        shape flatten.output: 7744
        params C5.params: 929400
        total model.params model.trainable: 942986
        """,
    ),
    "pooling-3x3": Deviation(
        1,
        lambda: lenet(**pools(size=3, strides=2)),
        """
        argument S2.pool_size S4.pool_size: 3x3
        shape S2.output: 6@13x13
        shape C3.output S4.input: 16@9x9
        shape S4.output: 16@4x4
        shape flatten.output: 256
        params C5.params: 30840
        total model.params model.trainable: 44426
        """,
    ),
    "a-third-pooling": Deviation(
        4,
        lambda: after("S4", layers.AveragePooling2D(2, name="S6")),
        """
        extra-layer S6.layer: AveragePooling2D
        connection flatten.inputs: [S6]
        shape flatten.output: 64
        params C5.params: 7800
        count model.layers: {convolution: 2, pooling: 3, dense: 3}
        total model.params model.trainable: 21386
        """,
    ),
    "S2-missing": Deviation(
        4,
        lambda: lenet(S2=None),
        """
        missing-layer S2
        shape C3.output S4.input: 16@24x24
        shape S4.output: 16@12x12
        shape flatten.output: 2304
        params C5.params: 276600
        count model.layers: {convolution: 2, pooling: 1, dense: 3}
        total model.params model.trainable: 290186
        """,
    ),
    "S4-missing": Deviation(
        4,
        lambda: lenet(S4=None),
        """
        missing-layer S4
        connection flatten.inputs: [C3]
        shape flatten.output: 1600
        params C5.params: 192120
        count model.layers: {convolution: 2, pooling: 1, dense: 3}
        total model.params model.trainable: 205706
        """,
    ),
    "activation-after-pooling": Deviation(
        10, lambda: activation_after_pooling("sigmoid"),
        "activation S2.activation S4.activation: sigmoid",
    ),
    "activation-after-pooling-instead": Deviation(
        10,
        lambda: activation_after_pooling("tanh", of_convolutions=None),
        """
        activation C1.activation C3.activation: linear
        activation S2.activation S4.activation: tanh
        """,
    ),
    "F6-missing": Deviation(3, lambda: lenet(F6=None), NO_F6),
    "F6-of-64": Deviation(
        3,
        lambda: lenet(F6=dense("F6", 64)),
        """
        argument F6.units: 64
        shape F6.output: 64
        params F6.params: 7744
        params output.params: 650
        total model.params model.trainable: 59086
        """,
    ),
    "one-dense-layer-of-500": Deviation(
        8,
        lambda: lenet(C5=dense("C5", 500), F6=None),
        """
        argument C5.units: 500
        shape C5.output: 500
        params C5.params: 200500
        missing-layer F6
        params output.params: 5010
        count model.layers: {convolution: 2, pooling: 2, dense: 2}
        total model.params model.trainable: 208082
        """,
    ),
    "a-dense-layer-more-at-the-end": Deviation(
        4,
        lambda: after("F6", dense("F7", 42)),
        """
        extra-layer F7.layer: Dense
        params output.params: 430
        count model.layers: {convolution: 2, pooling: 2, dense: 4}
        total model.params model.trainable: 64856
        """,
    ),
    "a-dense-layer-more-at-first": Deviation(
        4,
        lambda: after("flatten", dense("wide", 256)),
        """
        extra-layer wide.layer: Dense
        params C5.params: 30840
        count model.layers: {convolution: 2, pooling: 2, dense: 4}
        total model.params model.trainable: 147082
        """,
    ),
    "43-classes": Deviation(
        13,
        lambda: lenet(**output(43)),
        """
        argument output.units: 43
        shape output.output model.output: 43
        params output.params: 3655
        total model.params model.trainable: 64511
        """,
    ),
    "one-sigmoid-output": Deviation(
        13,
        lambda: lenet(**output(1, "sigmoid")),
        """
        argument output.units: 1
        shape output.output model.output: 1
        activation output.activation: sigmoid
        params output.params: 85
        total model.params model.trainable: 60941
        """,
    ),
    "logits": Deviation(33, lambda: lenet(**output(activation=None)), LOGITS),
    "log-softmax": Deviation(
        3, lambda: lenet(**output(activation="log_softmax")),
        "activation output.activation: log_softmax",
    ),
    "log-softmax-in-a-layer": Deviation(
        3,
        lambda: [*lenet(**output(activation=None)), activation("log_softmax", "end")],
        "activation output.activation: log_softmax",
    ),
    "relu-before-softmax": Deviation(
        3,
        lambda: [*lenet(**output(activation="relu")), layers.Softmax(name="softmax")],
        "activation output.activation: relu, then softmax",
    ),
    "softmax-twice": Deviation(
        3,
        lambda: [*lenet(), layers.Softmax(name="softmax")],
        "activation output.activation: softmax, then softmax",
    ),
    "flatten-missing": Deviation(
        3,
        lambda: lenet(flatten=None),
        """
        missing-layer flatten
        shape C5.output: 120@5x5
        params C5.params: 2040
        shape F6.output: 84@5x5
        shape output.output model.output: 10@5x5
        total model.params model.trainable: 15626
        """,
    ),
    "flatten-missing-after-convolved-C5": Deviation(
        3,
        lambda: [step for step in convolved_C5() if step.name != "flatten"],
        """
        shape model.output: 10@1x1
        ...
        """,
    ),
    "flatten-by-pooling": Deviation(
        None,
        lambda: lenet(flatten=layers.GlobalAveragePooling2D(name="flatten")),
        """
        params C5.params: 2040
        total model.params model.trainable: 15626
        ...
        """,
    ),
    "flatten-of-permuted-maps": Deviation(
        None,
        lambda: after("S4", layers.Permute((3, 1, 2), name="to_channels_first")),
        """
        extra-layer to_channels_first.layer: Permute
        connection flatten.inputs: [to_channels_first]
        """,
    ),
    "reshape-not-to-a-vector": Deviation(
        None,
        lambda: lenet(flatten=layers.Reshape((20, 20), name="flatten")),
        """
        params C5.params: 2520
        shape output.output model.output: 20x10
        total model.params model.trainable: 16106
        ...
        """,
    ),
    "reshape-and-permute": Deviation(
        None,
        reshaped_and_permuted,
        """
        extra-layer mix.layer: Permute
        ...
        """,
    ),
    "C5-convolved-then-relu": Deviation(
        None, lambda: after("flatten", layers.ReLU(name="relu"), convolved_C5()),
        "activation C5.activation: tanh, then relu",
    ),
    "batch-normalization": Deviation(
        5,
        lambda: after("C1", layers.BatchNormalization(name="bn")),
        """
        extra-layer bn.layer: BatchNormalization
        connection S2.inputs: [bn]
        total model.params: 61730
        total model.trainable: 61718
        total model.non_trainable: 12
        """,
    ),
    "batch-normalization-before-tanh": Deviation(
        5,
        normalized_before_tanh,
        """
        extra-layer bn.layer: BatchNormalization
        activation C1.activation: linear
        connection S2.inputs: [bn]
        total model.params: 61730
        total model.trainable: 61718
        total model.non_trainable: 12
        """,
    ),
    "batch-normalization-everywhere": Deviation(
        5,
        normalized_everywhere,
        """
        extra-layer bn_1.layer bn_2.layer bn_3.layer bn_4.layer: BatchNormalization
        connection flatten.inputs: [bn_2]
        connection F6.inputs: [bn_3]
        total model.params: 62610
        total model.trainable: 62158
        total model.non_trainable: 452
        """,
    ),
    "3-channels": Deviation(
        17,
        lenet,
        """
        shape input.output: 3@32x32
        params C1.params: 456
        total model.params model.trainable: 62006
        """,
        (32, 32, 3),
    ),
}  # fmt: skip
"""By name, one kind of deviation each; those that nobody of the 118 has are near misses."""

PAIRS = {
    "max-pooling, relu": Deviation(
        None, lambda: lenet(**convs(activation="relu"), **pools(layers.MaxPooling2D)), RELU + MAX,
    ),
    "28x28-C1-padded, max-pooling, relu": Deviation(
        None,
        lambda: lenet(C1=conv("C1", 6, padding="same", activation="relu"),
                      C3=conv("C3", 16, activation="relu"), **pools(layers.MaxPooling2D)),
        ONLY_THE_INPUT + RELU + MAX,
        (28, 28, 1),
    ),
    "28x28, 3x3": Deviation(
        None,
        lambda: lenet(**convs(kernel=3)),
        # S4 comes out right, by chance
        """
        shape input.output: 1@28x28
        argument C1.kernel_size C3.kernel_size: 3x3
        shape C1.output S2.input: 6@26x26
        params C1.params: 60
        shape S2.output: 6@13x13
        shape C3.output S4.input: 16@11x11
        params C3.params: 880
        total model.params model.trainable: 60074
        """,
        (28, 28, 1),
    ),
    "28x28, max-pooling": Deviation(
        None, lambda: lenet(**pools(layers.MaxPooling2D)), OF_28X28 + MAX, (28, 28, 1),
    ),
    "batch-normalization, max-pooling": Deviation(
        None,
        lambda: after("S2", layers.BatchNormalization(name="bn"),
                      lenet(**pools(layers.MaxPooling2D))),
        MAX + """
        extra-layer bn.layer: BatchNormalization
        total model.params: 61730
        total model.trainable: 61718
        total model.non_trainable: 12
        """,
    ),
    "a-dense-layer-more, logits": Deviation(
        None,
        lambda: after("F6", dense("F7", 42), lenet(**output(activation=None))),
        LOGITS + """
        extra-layer F7.layer: Dense
        params output.params: 430
        count model.layers: {convolution: 2, pooling: 2, dense: 4}
        total model.params model.trainable: 64856
        """,
    ),
    "F6-missing, logits": Deviation(
        None, lambda: lenet(F6=None, **output(activation=None)), NO_F6 + LOGITS,
    ),
    "F6-missing, max-pooling": Deviation(
        None, lambda: lenet(F6=None, **pools(layers.MaxPooling2D)), NO_F6 + MAX,
    ),
    "C3-padded, relu": Deviation(
        None,
        lambda: lenet(C1=conv("C1", 6, activation="relu"),
                      C3=conv("C3", 16, activation="relu", padding="same")),
        C3_PADDED + RELU,
    ),
    "20-and-50-maps, one-dense-layer-of-500, max-pooling": Deviation(
        None,
        lambda: lenet(**convs(20, 50), **pools(layers.MaxPooling2D), C5=dense("C5", 500), F6=None),
        MAPS_20_AND_50 + MAX + """
        argument C5.units: 500
        shape C5.output: 500
        params C5.params: 625500
        missing-layer F6
        params output.params: 5010
        count model.layers: {convolution: 2, pooling: 2, dense: 2}
        total model.params model.trainable: 656080
        """,
    ),
    "3-channels, 43-classes": Deviation(
        None,
        lambda: lenet(**output(43)),
        """
        shape input.output: 3@32x32
        params C1.params: 456
        argument output.units: 43
        shape output.output model.output: 43
        params output.params: 3655
        total model.params model.trainable: 64811
        """,
        (32, 32, 3),
    ),
    "C5-convolved, max-pooling": Deviation(
        None, lambda: convolved_C5(**pools(layers.MaxPooling2D)), MAX,
    ),
    "dropout, relu": Deviation(
        None,
        lambda: after("S4", layers.Dropout(0.5, name="drop"), lenet(**convs(activation="relu"))),
        RELU,
    ),
    "reshape, logits": Deviation(
        None,
        lambda: lenet(flatten=layers.Reshape((400,), name="flatten"), **output(activation=None)),
        LOGITS,
    ),
}  # fmt: skip
"""Several at once, some of them with what changes nothing."""


# Every case in every form, under names that say nothing


def paper_names(steps: Steps) -> list[str]:
    return [step.name for step in steps]


def numbered(steps: Steps) -> list[str]:
    """As Keras counts on from one model to the next."""
    kinds = [type(step).__name__.lower() for step in steps]
    return [f"{kind}_{kinds[:at].count(kind) + 4}" for at, kind in enumerate(kinds)]


def lettered(steps: Steps) -> list[str]:
    return [f"unit_{chr(ord('a') + at)}" for at, _ in enumerate(steps)]


class Written(keras.Model):
    """A model with a `call` of its own."""

    def __init__(self, steps: Steps):
        super().__init__()
        self.steps = steps

    def call(self, x):
        for step in self.steps:
            x = step(x)
        return x


def subclassed(steps: Steps, shape: tuple[int, ...]) -> keras.Model:
    model = Written(steps)
    model(np.zeros((1, *shape), "float32"))
    return model


def sequential(steps: Steps, shape: tuple[int, ...]) -> keras.Model:
    return keras.Sequential([keras.Input(shape), *steps])


FORMS = {
    "paper-names": (chained, paper_names),
    "Sequential": (sequential, numbered),
    "Functional": (chained, lettered),
    "subclassed": (subclassed, lettered),
}


def written(form: str, steps: Steps, shape=(32, 32, 1)) -> tuple[keras.Model, dict[str, str]]:
    """A model in one of the forms, and its layers' names by those that they had."""
    make, naming = FORMS[form]
    named = dict(zip([step.name for step in steps], naming(steps), strict=True))
    for step in steps:
        step.name = named[step.name]
    return make(steps, shape), named
