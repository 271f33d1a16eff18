"""Models that compute what a spec says though they are written otherwise, and near misses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from keras import layers

from .implementations import Steps, activation, after, conv, convs, dense, lenet, output


@dataclass(frozen=True)
class Equivalent:
    """A way to write LeNet-5 that computes the same.

    Attributes:
        seen: how many of the 118 implementations do; None if it was not counted.
        steps: makes the layers.
        rules: by name, the paper's layers of which a finding names it; `a/b` is one of the two.
    """

    seen: int | None
    steps: Callable[[], Steps]
    rules: dict[str, str]


def separate_activations():
    steps = lenet(**convs(activation=None), C5=dense("C5", 120, None), F6=dense("F6", 84, None),
                  **output(activation=None))  # fmt: skip
    for number, name in enumerate(("C1", "C3", "C5", "F6"), 1):
        steps = after(name, activation("tanh", f"tanh_{number}"), steps)
    return [*steps, layers.Softmax(name="softmax")]


def dropouts():
    steps = after("S2", layers.SpatialDropout2D(0.2, name="drop_1"))
    steps = after("S4", layers.Dropout(0.2, name="drop_2"), steps)
    steps = after("C5", layers.Dropout(0.5, name="drop_3"), steps)
    return after("F6", layers.Dropout(0.5, name="drop_4"), steps)


def noise():
    steps = [layers.GaussianNoise(0.1, name="noise_1"), *lenet()]
    steps = after("S4", layers.GaussianDropout(0.1, name="noise_2"), steps)
    return after("C5", layers.Identity(name="same"), steps)


def convolved(until, flatten_after):
    """The layers from C5 to another as convolutions; the first one covers the whole map."""
    made = {
        "C5": conv("C5", 120),
        "F6": conv("F6", 84, 1),
        "output": conv("output", 10, 1, activation="softmax"),
    }
    for name in list(made)[list(made).index(until) + 1 :]:
        del made[name]
    return after(flatten_after, layers.Flatten(name="flatten"), lenet(flatten=None, **made))


def convolved_with_activations_apart():
    steps = lenet(flatten=None, C5=conv("C5", 120, activation=None))
    steps = after("C5", activation("tanh", "tanh_5"), steps)
    return after("tanh_5", layers.Flatten(name="flatten"), steps)


def convolved_with_tanh_after_flatten():
    steps = lenet(flatten=None, C5=conv("C5", 120, activation=None))
    steps = after("C5", layers.Flatten(name="flatten"), steps)
    return after("flatten", activation("tanh", "tanh_5"), steps)


def convolved_and_dropped():
    return after("C5", layers.Dropout(0.5, name="drop"), convolved("C5", "C5"))


def dense_on_a_map_of_1x1():
    """F6 as a dense layer before the map of one pixel is flattened."""
    steps = lenet(flatten=None, C5=conv("C5", 120))
    return after("F6", layers.Flatten(name="flatten"), steps)


def reshaped_after_convolution():
    steps = lenet(flatten=None, C5=conv("C5", 120))
    return after("C5", layers.Reshape((120,), name="flatten"), steps)


def flattened_twice():
    return after("flatten", layers.Flatten(name="again"))


def reshaped_by_steps():
    steps = lenet(flatten=layers.Reshape((25, 16), name="flatten"))
    return after("flatten", layers.Flatten(name="again"), steps)


WHOLE_MAP = {"whole-map-convolution": "C5"}

EQUIVALENTS = {
    "as-the-paper": Equivalent(11, lenet, {}),
    "separate-activations": Equivalent(
        None, separate_activations, {"separate-activation": "C1 C3 C5 F6 output"},
    ),
    "dropout": Equivalent(9, dropouts, {"identity": "flatten F6"}),
    "noise": Equivalent(None, noise, {"identity": "flatten F6"}),
    "reshape-to-400": Equivalent(
        3, lambda: lenet(flatten=layers.Reshape((400,), name="flatten")), {"reshape": "flatten"},
    ),
    "reshape-to-any": Equivalent(
        3, lambda: lenet(flatten=layers.Reshape((-1,), name="flatten")), {"reshape": "flatten"},
    ),
    "flatten-twice": Equivalent(3, flattened_twice, {"reshape": "flatten/C5"}),
    "reshape-then-flatten": Equivalent(3, reshaped_by_steps, {"reshape": "flatten/C5"}),
    "C5-convolved": Equivalent(36, lambda: convolved("C5", "C5"), WHOLE_MAP),
    "C5-convolved-activation-apart": Equivalent(
        36, convolved_with_activations_apart, {**WHOLE_MAP, "separate-activation": "C5"},
    ),
    "C5-convolved-tanh-after-flatten": Equivalent(
        36, convolved_with_tanh_after_flatten, {**WHOLE_MAP, "separate-activation": "C5"},
    ),
    "C5-convolved-dropout": Equivalent(36, convolved_and_dropped, WHOLE_MAP),
    "C5-convolved-reshape": Equivalent(36, reshaped_after_convolution, WHOLE_MAP),
    "C5-convolved-stride-2": Equivalent(
        None, lambda: [s if s.name != "C5" else conv("C5", 120, strides=2)
                       for s in convolved("C5", "C5")], WHOLE_MAP,
    ),
    "C5-convolved-flattened-after-F6": Equivalent(36, lambda: convolved("C5", "F6"), WHOLE_MAP),
    "C5-convolved-F6-on-a-map-of-1x1": Equivalent(36, dense_on_a_map_of_1x1, WHOLE_MAP),
    "C5-F6-convolved": Equivalent(
        36, lambda: convolved("F6", "F6"), {"whole-map-convolution": "C5 F6"},
    ),
    "all-convolved": Equivalent(
        36, lambda: convolved("output", "output"), {"whole-map-convolution": "C5 F6 output"},
    ),
}  # fmt: skip
"""Ways to write LeNet-5 itself."""


# Other specs, each with a model in the other form


@dataclass(frozen=True)
class Rewritten:
    """A spec and a chain of layers.

    Attributes:
        spec: its layers and claims.
        steps: makes the model's layers.
        shape: of the input.
        rule: by which it holds; None if it is a near miss, which must not hold.
    """

    spec: str
    steps: Callable[[], Steps]
    shape: tuple[int, int, int]
    rule: str | None


HEAD = """
input: 3@8x8
layers:
  conv: {{type: Conv2D, filters: 4, kernel_size: 3, activation: relu}}
  {layers}
  out: {{type: Dense, units: 2, activation: softmax}}
claims:
  - id: a
    why: worked out by hand
    expect:
      conv: {{params: 112, output: 4@6x6}}
      {claims}
      out: {{units: 2, params: 10, activation: softmax}}
      model: {{params: 122, output: 2}}
"""


def global_spec(kind):
    name = f"Global{kind}Pooling2D"
    return HEAD.format(
        layers=f"pool: {{type: {name}}}",
        claims=f"pool: {{type: {name}, input: 4@6x6, output: 4, params: 0, inputs: conv}}",
    )


def whole_map_spec(kind):
    name = f"{kind}Pooling2D"
    return HEAD.format(
        layers=f"pool: {{type: {name}, pool_size: 6}}\n  flat: {{type: Flatten}}",
        claims=f"pool: {{type: {name}, pool_size: 6x6, output: 4@1x1, inputs: conv}}\n"
        "      flat: {type: Flatten, output: 4, inputs: pool}",
    )


def pooled(*between):
    """A convolution and a classifier, with these layers between."""
    return lambda: [
        conv("conv", 4, 3, activation="relu"),
        *(make() for make in between),
        dense("out", 2, "softmax"),
    ]


def over(kind, size, **more):
    return lambda: getattr(layers, f"{kind}Pooling2D")(size, name="pool", **more)


def over_all(kind, **more):
    return lambda: getattr(layers, f"Global{kind}Pooling2D")(name="pool", **more)


def pooled_and_convolved():
    return [
        conv("conv", 4, 3, activation="relu"),
        layers.AveragePooling2D(6, name="pool"),
        conv("out", 2, 1, activation="softmax"),
        flat(),
    ]


def flat():
    return layers.Flatten(name="flat")


def reshape():
    return layers.Reshape((4,), name="flat")


SEPARABLE = """
input: 3@8x8
layers:
  sep: {type: SeparableConv2D, filters: 5, kernel_size: 3, depth_multiplier: 2, activation: relu}
  flat: {type: Flatten}
claims:
  - id: a
    why: 9·3·2 by depth, then 6·5 + 5
    expect:
      sep:
        {type: SeparableConv2D, filters: 5, kernel_size: 3x3, params: 89, output: 5@6x6,
         activation: relu, inputs: input}
      flat: {output: 180, inputs: sep}
      model: {params: 89}
"""
HALVES = """
input: 3@8x8
layers:
  dw: {type: DepthwiseConv2D, kernel_size: 3, depth_multiplier: 2, use_bias: false}
  pw: {type: Conv2D, filters: 5, kernel_size: 1, activation: relu}
  flat: {type: Flatten}
claims:
  - id: a
    why: 9·3·2, then 6·5 + 5
    expect:
      dw: {type: DepthwiseConv2D, kernel_size: 3x3, params: 54, output: 6@6x6, inputs: input}
      pw:
        {type: Conv2D, filters: 5, kernel_size: 1x1, params: 35, output: 5@6x6, activation: relu,
         inputs: dw}
      flat: {output: 180, inputs: pw}
      model: {params: 89}
"""


def separable(**more):
    made = {"depth_multiplier": 2, "activation": "relu", "name": "sep"} | more
    return lambda: [layers.SeparableConv2D(5, 3, **made), flat()]


def halves(between=(), kernel=1, pointwise=None, **more):
    made = {"depth_multiplier": 2, "use_bias": False, "name": "dw"} | more

    def steps():
        last = layers.Conv2D(5, kernel, **{"activation": "relu", "name": "pw"} | (pointwise or {}))
        return [layers.DepthwiseConv2D(3, **made), *(one() for one in between), last, flat()]

    return steps


# The paper's own words for C5: a convolution.
CONVOLVED = """
input: 1@32x32
layers:
  C1: {type: Conv2D, filters: 6, kernel_size: 5, activation: tanh}
  S2: {type: AveragePooling2D, pool_size: 2}
  C3: {type: Conv2D, filters: 16, kernel_size: 5, activation: tanh}
  S4: {type: AveragePooling2D, pool_size: 2}
  C5: {type: Conv2D, filters: 120, kernel_size: 5, activation: tanh}
  flatten: {type: Flatten}
  F6: {type: Dense, units: 84, activation: tanh}
  output: {type: Dense, units: 10, activation: softmax}
claims:
  - id: C5
    why: II.B of the paper
    expect:
      C5:
        {type: Conv2D, filters: 120, kernel_size: 5x5, input: 16@5x5, output: 120@1x1,
         params: 48120, activation: tanh, inputs: S4}
      F6: {units: 84, params: 10164, activation: tanh}
      output: {units: 10, params: 850, activation: softmax}
      model: {layers: {convolution: 3, pooling: 2, dense: 2}, params: 61706}
"""

GRAY, RGB = (32, 32, 1), (8, 8, 3)
GLOBAL, SEPARATED, WHOLE = "global-pooling", "separable-convolution", "whole-map-convolution"

REWRITTEN = {
    **{
        f"global-{kind.lower()}-{name}": Rewritten(text(kind), steps, RGB, GLOBAL)
        for kind in ("Average", "Max")
        for name, text, steps in (
            ("as-pooling", global_spec, pooled(over(kind, 6), flat)),
            ("as-pooling-reshaped", global_spec, pooled(over(kind, 6), reshape)),
            ("as-pooling-stride-1", global_spec, pooled(over(kind, 6, strides=1), flat)),
            ("keeping-dims", global_spec, pooled(over_all(kind, keepdims=True), flat)),
            ("for-pooling", whole_map_spec, pooled(over_all(kind))),
            ("for-pooling-keeping-dims", whole_map_spec,
             pooled(over_all(kind, keepdims=True), flat)),
        )
    },
    "separable-in-halves": Rewritten(SEPARABLE, halves(), RGB, SEPARATED),
    "separable-in-halves-dropout": Rewritten(
        SEPARABLE, halves([lambda: layers.Dropout(0.5, name="drop")]), RGB, SEPARATED,
    ),
    "halves-as-separable": Rewritten(HALVES, separable(), RGB, SEPARATED),
    "C5-dense": Rewritten(CONVOLVED, lenet, GRAY, WHOLE),
    "C5-dense-after-reshape": Rewritten(
        CONVOLVED, lambda: lenet(flatten=layers.Reshape((400,), name="flatten")), GRAY, WHOLE,
    ),
    "C5-dense-activation-apart": Rewritten(CONVOLVED, separate_activations, GRAY, WHOLE),
    "C5-as-the-paper-tanh-after-flatten": Rewritten(
        CONVOLVED, convolved_with_tanh_after_flatten, GRAY, "separate-activation",
    ),
    "C5-as-the-paper-flattened-later": Rewritten(
        CONVOLVED, lambda: convolved("F6", "F6"), GRAY, WHOLE,
    ),
    "C5-as-the-paper-F6-on-a-map-of-1x1": Rewritten(
        CONVOLVED, dense_on_a_map_of_1x1, GRAY, "reshape",
    ),
    "global-average-then-1x1": Rewritten(
        global_spec("Average"), pooled_and_convolved, RGB, WHOLE,
    ),
    # near misses
    "global-average-as-max": Rewritten(
        global_spec("Average"), pooled(over("Max", 6), flat), RGB, None,
    ),
    "global-max-as-average": Rewritten(
        global_spec("Max"), pooled(over("Average", 6), flat), RGB, None,
    ),
    "pooling-less-than-all": Rewritten(
        global_spec("Average"), pooled(over("Average", 5), flat), RGB, None,
    ),
    "pooling-less-than-all-stride-6": Rewritten(
        global_spec("Average"), pooled(over("Average", 4, strides=6), flat), RGB, None,
    ),
    "pooling-quarters": Rewritten(
        global_spec("Average"), pooled(over("Average", 3), flat), RGB, None,
    ),
    "global-for-less-than-all": Rewritten(
        whole_map_spec("Average").replace("6}", "5}").replace("6x6, ", "5x5, "),
        pooled(over_all("Average")), RGB, None,
    ),
    "global-max-for-average": Rewritten(
        whole_map_spec("Average"), pooled(over_all("Max")), RGB, None,
    ),
    "halves-with-a-bias": Rewritten(SEPARABLE, halves(use_bias=True), RGB, None),
    "halves-with-relu-between": Rewritten(
        SEPARABLE, halves([lambda: layers.ReLU(name="between")]), RGB, None,
    ),
    "halves-with-relu-inside": Rewritten(SEPARABLE, halves(activation="relu"), RGB, None),
    "halves-then-3x3": Rewritten(SEPARABLE, halves(kernel=3), RGB, None),
    "halves-then-stride-2": Rewritten(SEPARABLE, halves(pointwise={"strides": 2}), RGB, None),
    "halves-without-bias": Rewritten(
        SEPARABLE, halves(pointwise={"use_bias": False}), RGB, None,
    ),
    "halves-in-groups": Rewritten(
        SEPARABLE.replace("filters: 5", "filters: 6"),
        lambda: [layers.DepthwiseConv2D(3, depth_multiplier=2, use_bias=False, name="dw"),
                 layers.Conv2D(6, 1, groups=2, activation="relu", name="pw"), flat()],
        RGB, None,
    ),
    "halves-normalized-between": Rewritten(
        SEPARABLE, halves([lambda: layers.BatchNormalization(name="bn")]), RGB, None,
    ),
    "separable-of-other-depth": Rewritten(HALVES, separable(depth_multiplier=1), RGB, None),
    "separable-linear": Rewritten(HALVES, separable(activation=None), RGB, None),
    "separable-for-a-biased-half": Rewritten(
        HALVES.replace("use_bias: false", "use_bias: true").replace("54", "60")
        .replace("model: {params: 89}", "model: {layers: {DepthwiseConv2D: 1}}"),
        separable(), RGB, None,
    ),
    "C5-dense-on-a-smaller-map": Rewritten(CONVOLVED, lenet, (28, 28, 1), None),
    "C5-dense-of-another-width": Rewritten(
        CONVOLVED, lambda: lenet(C5=dense("C5", 100)), GRAY, None,
    ),
    "C5-dense-unflattened": Rewritten(CONVOLVED, lambda: lenet(flatten=None), GRAY, None),
}  # fmt: skip
