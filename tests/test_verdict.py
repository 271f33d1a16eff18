"""The verdict under attack: no wrong model may pass, and no right one may fail."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers, ops
from models import right, wrong
from models.right import chained

import lenet_verify as lv
from lenet_verify.checking import check
from lenet_verify.errors import ReadError, UsageError
from lenet_verify.spec import Deviation
from lenet_verify.verdict import Outcome
from lenet_verify.verify import Options, verify

ROOT = Path(__file__).parent.parent
LENET5 = lv.load_spec(str(ROOT / "spec" / "lenet5.yaml"))

# Keras's own advice, which the factories of right.py ignore on purpose.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Do not pass an `input_shape`:UserWarning"),
    pytest.mark.filterwarnings("ignore:`build\\(\\)` was called on layer:UserWarning"),
]


def judged(spec, model, **more):
    inputs = [(one.name, one.shape, one.dtype) for one in spec.inputs]
    return check(spec, lv.read(model, inputs=inputs), **more)


@pytest.fixture
def spec(tmp_path):
    """Makes a spec of what follows its first two lines."""

    def made(text):
        path = tmp_path / "spec.yaml"
        path.write_text("format: 1\ntitle: T\n" + text)
        return lv.load_spec(str(path))

    return made


# LeNet-5: the right ones


@pytest.mark.parametrize("factory", right.RIGHT, ids=lambda factory: factory.__name__)
def test_right_models_pass(factory, capsys):
    verdict = judged(LENET5, factory())
    assert verdict.failing == ()
    assert verdict.count(Outcome.HOLDS) > 50


def test_a_compiled_model_is_judged_on_how_it_is_compiled():
    verdict = judged(LENET5, right.compiled())
    assert verdict.count(Outcome.SKIPPED) == 0
    assert judged(LENET5, right.functional()).count(Outcome.SKIPPED) == 3


# LeNet-5: the wrong ones. By factory, what must be among the failing findings.


@dataclass(frozen=True)
class F:
    """A failing finding: code, layer, fact, what was observed."""

    code: str
    layer: str
    fact: str
    observed: object = None
    outcome: str = "broken"
    model_layer: str | None = "the same"


def missing(layer):
    return F("missing-layer", layer, "layer", None, model_layer=None)


def extra(layer, type_):
    return F("extra-layer", layer, "layer", type_)


BROKEN = {
    wrong.same_padding: [F("shape", "C1", "output", "6@32x32"), F("params", "C5", "params", 69240)],
    wrong.kernels_of_3x3: [
        F("argument", "C1", "kernel_size", "3x3"),
        F("argument", "C3", "kernel_size", "3x3"),
        F("shape", "C1", "output", "6@30x30"),
        F("params", "C1", "params", 60),
    ],
    wrong.max_pooling: [
        F("type", "S2", "type", "MaxPooling2D"),
        F("type", "S4", "type", "MaxPooling2D"),
    ],
    wrong.relu: [
        F("activation", "C1", "activation", "relu"),
        F("activation", "C3", "activation", "relu"),
    ],
    wrong.without_F6: [missing("F6"), F("params", "output", "params", 1210)],
    wrong.batch_normalization: [
        extra("bn", "BatchNormalization"),
        F("total", "model", "params", 61730, model_layer=None),
    ],
    wrong.relu_after_C1: [F("activation", "C1", "activation", "tanh, then relu")],
    wrong.relu_after_S2: [F("activation", "S2", "activation", "relu")],
    wrong.relu_after_flatten: [F("activation", "flatten", "activation", "relu")],
    wrong.relu_layer_after_C5: [F("activation", "C5", "activation", "tanh, then relu")],
    wrong.tanh_twice: [F("activation", "C1", "activation", "tanh, then tanh")],
    wrong.dilated: [
        F("argument", "C1", "kernel_size", "3x3"), F("params", "C1", "params", 60),
    ],
    wrong.grouped: [F("params", "C3", "params", 1216)],
    wrong.without_bias: [F("params", "C5", "params", 48000)],
    wrong.pooling_with_stride_1: [
        F("argument", "S2", "strides", "1x1"), F("shape", "S2", "output", "6@27x27"),
    ],
    wrong.convolutions_swapped: [
        F("argument", "C1", "filters", 16), F("argument", "C3", "filters", 6),
    ],
    wrong.dense_layers_swapped: [
        F("argument", "C5", "units", 84), F("argument", "F6", "units", 120),
    ],
    wrong.without_flatten: [missing("flatten"), F("shape", "C5", "output", "120@5x5")],
    wrong.frozen: [F("total", "model", "trainable", 61550, model_layer=None)],
    wrong.logits: [F("activation", "output", "activation", "linear")],
    wrong.softmax_over_the_batch: [F("activation", "output", "activation", "softmax(axis=0)")],
    wrong.scaled: [F("connection", "flatten", "inputs", ["multiply"])],
    wrong.depth_scaled: [extra("rescaling", "Rescaling")],
    wrong.lambda_layer: [extra("lambda", "Lambda")],
    wrong.eleven_classes: [F("argument", "output", "units", 11)],
}  # fmt: skip


def failing(verdict):
    return {
        F(f.code, f.layer, f.fact, str(f.observed), f.outcome.value, f.model_layer): f
        for f in verdict.failing
    }


def as_seen(finding, names):
    """The finding as it reads for a model whose layers have these names."""
    model_layer = names.get(finding.layer, finding.layer)
    if finding.model_layer is None:
        model_layer = None
    of_extra = finding.code == "extra-layer"
    layer = model_layer if of_extra else finding.layer
    return F(finding.code, layer, finding.fact, str(finding.observed), finding.outcome, model_layer)


@pytest.mark.parametrize("steps", BROKEN, ids=lambda steps: steps.__name__)
def test_wrong_models_fail_at_the_right_place(steps):
    found = failing(judged(LENET5, chained(steps())))
    for finding in BROKEN[steps]:
        observed = finding.observed
        if steps is wrong.scaled:  # Keras counts its own operations on
            assert any(
                f.code == "extra-layer" and f.observed == "ops.Multiply" for f in found.values()
            )
            continue
        assert as_seen(finding, {}) in found, observed


@pytest.mark.parametrize("steps", BROKEN, ids=lambda steps: steps.__name__)
def test_wrong_models_fail_under_any_names(steps):
    made = steps()
    names = [step.name for step in made if isinstance(step, layers.Layer)]
    model = wrong.foreign(made)
    foreign = [step.name for step in made if isinstance(step, layers.Layer)]
    assert all(name.startswith("unit_") for name in foreign)
    found = failing(judged(LENET5, model))
    for finding in BROKEN[steps]:
        if steps is not wrong.scaled:
            assert as_seen(finding, dict(zip(names, foreign, strict=True))) in found
    assert found


def test_every_wrong_model_is_expected_to_fail_somewhere():
    assert set(BROKEN) == set(wrong.WRONG)


# One sentence each: code, layer, fact and outcome that must be among the failing findings.
AMISS = {
    wrong.input_of_28x28: ("shape", "input", "output", "broken"),
    wrong.three_channels: ("params", "C1", "params", "broken"),
    wrong.own_class_called_conv2d: ("opaque", "C1", "type", "unknown"),
    wrong.own_registered_class_called_conv2d: ("opaque", "C1", "type", "unknown"),
    wrong.own_class_that_lies_about_its_module: ("opaque", "C1", "type", "unknown"),
    wrong.subclass_that_overrides_call: ("opaque", "C1", "type", "unknown"),
    wrong.instance_that_overrides_call: ("opaque", "C1", "type", "unknown"),
    wrong.own_activation_called_tanh: ("activation", "C1", "activation", "broken"),
    wrong.own_registered_activation_called_tanh: ("activation", "C1", "activation", "broken"),
    wrong.own_activation_in_a_layer: ("activation", "C1", "activation", "broken"),
    wrong.lambda_of_several_numbers: ("opaque", "C1", "activation", "unknown"),
    wrong.activation_set_later: ("activation", "C1", "activation", "broken"),
    wrong.functional_that_overrides_call: ("extra-layer", None, "layer", "broken"),
    wrong.sequential_that_overrides_call: ("activation", "output", "activation", "broken"),
    wrong.sequential_that_overrides_dunder_call: ("opaque", "C1", "output", "unknown"),
    wrong.instance_of_a_model_that_overrides_call: ("activation", "output", "activation", "broken"),
    wrong.nested_that_overrides_call: ("activation", "flatten", "activation", "broken"),
    wrong.extra_output: ("connection", "model", "outputs", "broken"),
    wrong.output_too_early: ("missing-layer", "output", "layer", "broken"),
    wrong.extra_input: ("connection", "model", "inputs", "broken"),
    wrong.unused_input: ("connection", "model", "inputs", "broken"),
    wrong.residual: ("extra-layer", "add", "layer", "broken"),
    wrong.Unused: ("unreachable-layer", "spare", "layer", "broken"),
    wrong.opaque: ("opaque", "C1", "output", "unknown"),
    wrong.opaque_and_unbuilt: ("opaque", "model", "params", "unknown"),
    wrong.SharedF6: ("connection", "F6", "inputs", "broken"),
    wrong.own_optimizer_called_adam: ("argument", "model", "optimizer", "broken"),
    wrong.own_loss_called_like_keras_s: ("argument", "model", "loss", "broken"),
    wrong.mean_squared_error: ("argument", "model", "loss", "broken"),
}


@pytest.mark.parametrize("factory", AMISS, ids=lambda factory: factory.__name__)
def test_what_is_amiss_is_named(factory):
    code, layer, fact, outcome = AMISS[factory]
    verdict = judged(LENET5, factory())
    assert not verdict.holds
    found = {(f.code, f.layer, f.fact, f.outcome.value) for f in verdict.failing}
    found |= {(f.code, None, f.fact, f.outcome.value) for f in verdict.failing}
    assert (code, layer, fact, outcome) in found


def test_an_opaque_model_is_unknown_everywhere_and_broken_nowhere():
    for factory in (wrong.opaque, wrong.opaque_and_unbuilt):
        verdict = judged(LENET5, factory())
        assert {f.outcome for f in verdict.failing} == {Outcome.UNKNOWN}
        assert all(f.reason for f in verdict.failing)


def test_one_missing_layer_is_one_structural_finding():
    """What is missing or extra does not break its neighbours' connections too."""
    for steps in (wrong.without_F6, wrong.batch_normalization, wrong.depth_scaled):
        findings = judged(LENET5, wrong.foreign(steps())).failing
        assert [f.code for f in findings if f.fact == "layer"] in (
            ["missing-layer"],
            ["extra-layer"],
        )
        unclaimed = [f for f in findings if f.claim is None and f.fact == "inputs"]
        assert unclaimed == []


# All of them once more, as a user would run them.


@pytest.fixture(scope="module")
def by_cli(run_cli):
    """The verdict of every model, and the exit codes: of all right ones, of all wrong ones."""
    rights = [factory.__name__ for factory in right.RIGHT]
    wrongs = [f"{steps.__name__}_model" for steps in BROKEN]
    wrongs += [f"{steps.__name__}_foreign" for steps in BROKEN]
    wrongs += [factory.__name__ for factory in AMISS]
    found, codes = {}, {}
    for module, names in (("right", rights), ("wrong", wrongs)):
        models = [f"models.{module}:{name}" for name in names]
        options = [word for model in models for word in ("--model", model)]
        run = run_cli(
            LENET5.path, *options, "--format", "json", cwd=Path(__file__).parent, timeout=300
        )
        verdicts = json.loads(run.stdout)["verdicts"]
        found |= {verdict["model"].partition(":")[2]: verdict for verdict in verdicts}
        codes[module] = run.returncode
    return found, codes


@pytest.mark.parametrize("factory", right.RIGHT, ids=lambda factory: factory.__name__)
def test_the_command_passes_the_right(factory, by_cli):
    verdicts, codes = by_cli
    assert codes["right"] == 0
    assert verdicts[factory.__name__]["holds"] is True


@pytest.mark.parametrize("steps", BROKEN, ids=lambda steps: steps.__name__)
def test_the_command_fails_the_wrong(steps, by_cli):
    verdicts, codes = by_cli
    assert codes["wrong"] == 1
    for name in (f"{steps.__name__}_model", f"{steps.__name__}_foreign"):
        assert verdicts[name]["holds"] is False
        found = {(f["code"], f["fact"], f["outcome"]) for f in verdicts[name]["findings"]}
        assert {(one.code, one.fact, one.outcome) for one in BROKEN[steps]} <= found


@pytest.mark.parametrize("factory", AMISS, ids=lambda factory: factory.__name__)
def test_the_command_fails_what_is_amiss(factory, by_cli):
    verdicts, _ = by_cli
    verdict = verdicts[factory.__name__]
    assert verdict["holds"] is False
    code, layer, fact, outcome = AMISS[factory]
    found = [(f["code"], f["layer"], f["fact"], f["outcome"]) for f in verdict["findings"]]
    assert any(
        (code, fact, outcome) == (c, fa, o) and layer in (None, la) for c, la, fa, o in found
    )


# Other networks: separate activations, identities, branches, several inputs and outputs.

SEPARATE = """
input: 3@8x8
layers:
  conv: {type: Conv2D, filters: 4, kernel_size: 3}
  bn: {type: BatchNormalization}
  act: {type: ReLU}
  head: {type: Flatten}
"""
FUSED = """
input: 3@8x8
layers:
  conv: {type: Conv2D, filters: 4, kernel_size: 3, activation: relu}
  act: {type: Activation, activation: tanh}
  head: {type: Flatten}
"""
DROPOUT = """
input: 16
layers:
  a: {type: Dense, units: 8, activation: relu}
  drop: {type: Dropout, rate: 0.5}
  b: {type: Dense, units: 4}
claims: [{id: a, why: w, expect: {a: {activation: relu}, b: {activation: linear}}}]
"""
TWO_DENSE = """
input: 8
layers:
  a: {type: Dense, units: 8, activation: relu}
  b: {type: Dense, units: 8}
claims: [{id: inputs, why: w, expect: {a: {inputs: input, activation: relu}, b: {inputs: a}}}]
"""
RESIDUAL = """
input: 8
layers:
  a: {type: Dense, units: 8}
  b: {type: Dense, units: 8}
  add: {type: Add, inputs: [a, b]}
  c: {type: Dense, units: 2}
"""
RESIDUAL_CLAIMED = (
    RESIDUAL + "claims: [{id: a, why: w, expect: {add: {inputs: [a, b], type: Add}}}]\n"
)
SUBTRACTED = RESIDUAL.replace("Add", "Subtract")
TWO_READERS = """
input: 8
layers:
  a: {type: Dense, units: 8, activation: relu}
  b: {type: Dense, units: 8, inputs: a}
  add: {type: Add, inputs: [a, b]}
claims: [{id: a, why: w, expect: {a: {activation: relu}}}]
"""
SEVERAL = """
inputs: {left: 8, right: 8}
layers:
  a: {type: Dense, units: 4, inputs: left}
  b: {type: Dense, units: 4, inputs: right}
  cat: {type: Concatenate, inputs: [a, b]}
  o1: {type: Dense, units: 2, inputs: cat}
  o2: {type: Dense, units: 3, inputs: cat}
outputs: [o1, o2]
claims: [{id: a, why: w, expect: {o1: {output: 2}, o2: {output: 3}, model: {outputs: [2, 3]}}}]
"""
RECURRENT = """
input: 5x8
layers:
  rnn: {type: LSTM, units: 4}
  o: {type: Dense, units: 2}
claims: [{id: a, why: w, expect: {rnn: {activation: tanh}, o: {inputs: rnn}}}]
"""


def convolved(*steps):
    return chained([layers.Conv2D(4, 3), *steps, layers.Flatten()], (8, 8, 3))


def dense(*steps):
    return chained(steps, (16,))


def always_dropping():
    inputs = keras.Input((16,))
    x = layers.Dropout(0.5)(layers.Dense(8, activation="relu")(inputs), training=True)
    return keras.Model(inputs, layers.Dense(4)(x))


def called_twice(*more):
    shared = layers.Dense(8, activation="relu", name="a")
    return chained([shared, shared, *more], (8,))


def sharing_a_kernel():
    a, b = layers.Dense(8, activation="relu", name="a"), layers.Dense(8, name="b")
    model = chained([a, b], (8,))
    b._tracker.unlock()
    b._untrack_variable(b._kernel)
    b._kernel = a._kernel
    b._tracker.lock()
    return model


class RawWeight(keras.Model):
    """Owns a weight that belongs to none of its layers."""

    def __init__(self):
        super().__init__()
        self.a = layers.Dense(8, activation="relu", name="a")
        self.b = layers.Dense(8, name="b")
        self.spare = self.add_weight(shape=(3,))

    def call(self, x):
        return self.b(self.a(x))


def residual(merge="Add", swapped=False, names=("a", "b", "add", "c"), skip_from_input=False):
    inputs = keras.Input((8,))
    a = layers.Dense(8, name=names[0])(inputs)
    b = layers.Dense(8, name=names[1])(a)
    pair = [inputs if skip_from_input else a, b]
    pair = pair[::-1] if swapped else pair
    if merge in ("+", "*", "-"):
        x, y = pair
        merged = {"+": lambda: x + y, "*": lambda: x * y, "-": lambda: x - y}[merge]()
    else:
        merged = getattr(layers, merge)(name=names[2])(pair)
    return keras.Model(inputs, layers.Dense(2, name=names[3])(merged))


def two_readers(before_activation=None):
    inputs = keras.Input((8,))
    a = layers.Dense(8, name="a")(inputs)
    active = layers.ReLU()(a)
    b = layers.Dense(8, name="b")(a if before_activation == "b" else active)
    left = a if before_activation == "add" else active
    return keras.Model(inputs, layers.Add(name="add")([left, b]))


def several(
    inputs=("left", "right"), names=("a", "b", "cat", "o1", "o2"), swapped="", operation=False
):
    left, right_ = (keras.Input((8,), name=name) for name in inputs)
    a, b = layers.Dense(4, name=names[0])(left), layers.Dense(4, name=names[1])(right_)
    pair = [b, a] if swapped == "cat" else [a, b]
    cat = ops.concatenate(pair, axis=1) if operation else layers.Concatenate(name=names[2])(pair)
    ends = [layers.Dense(2, name=names[3])(cat), layers.Dense(3, name=names[4])(cat)]
    ends = ends[::-1] if swapped == "outputs" else ends
    starts = [right_, left] if swapped == "inputs" else [left, right_]
    return keras.Model(starts, ends)


def nested_several(crossed=""):
    inner = several(("p", "q"), FOREIGN)
    left, right_ = keras.Input((8,), name="left"), keras.Input((8,), name="right")
    ends = inner([right_, left] if crossed == "inputs" else [left, right_])
    return keras.Model([left, right_], ends[::-1] if crossed == "outputs" else ends)


def one_dropout_for_both(crossed=False):
    left, right_ = keras.Input((8,), name="left"), keras.Input((8,), name="right")
    drop = layers.Dropout(0.5)
    a = drop(layers.Dense(4, name="a")(left))
    b = drop(layers.Dense(4, name="b")(right_))
    cat = layers.Concatenate(name="cat")([b, a] if crossed else [a, b])
    ends = [layers.Dense(2, name="o1")(cat), layers.Dense(3, name="o2")(cat)]
    return keras.Model([left, right_], ends)


def recurrent(*steps, **arguments):
    return chained([layers.LSTM(4, name="rnn", **arguments), *steps, layers.Dense(2)], (5, 8))


def reading_state(number):
    inputs = keras.Input((5, 8))
    outputs = layers.LSTM(4, return_state=True, name="rnn")(inputs)
    return keras.Model(inputs, layers.Dense(2, name="o")(outputs[number]))


FOREIGN = tuple("vwxyz")
BN, RELU, TANH = layers.BatchNormalization, layers.ReLU, lambda: layers.Activation("tanh")
WITH_RELU = lambda: layers.Dense(8, activation="relu")  # noqa: E731

PASS, BREAK, UNKNOWN = "pass", "broken", "unknown"
CASES = {
    # a spec with activation layers of its own
    "activation-layer": (PASS, SEPARATE, lambda: convolved(BN(), RELU())),
    "activation-operation": (PASS, SEPARATE, lambda: convolved(BN(), ops.relu)),
    "activation-missing": (BREAK, SEPARATE, lambda: convolved(BN())),
    "activation-another": (BREAK, SEPARATE, lambda: convolved(BN(), TANH())),
    "activation-elsewhere": (BREAK, SEPARATE, lambda: convolved(RELU(), BN())),
    "relu-twice-is-once": (PASS, SEPARATE, lambda: convolved(BN(), RELU(), RELU())),
    "relu6": (BREAK, SEPARATE, lambda: convolved(BN(), RELU(6))),
    "leaky-relu": (BREAK, SEPARATE, lambda: convolved(BN(), RELU(negative_slope=0.1))),
    "own-activation": (
        PASS, SEPARATE, lambda: convolved(BN(), layers.Activation(lambda x: ops.relu(x))),
    ),
    "own-activation-another": (
        BREAK, SEPARATE, lambda: convolved(BN(), layers.Activation(lambda x: ops.relu(x) * 1.01)),
    ),
    "own-activation-of-several-numbers": (
        UNKNOWN, SEPARATE,
        lambda: convolved(BN(), layers.Activation(lambda x: ops.relu(x - ops.mean(x)))),
    ),
    "operation-on-an-array": (
        UNKNOWN, SEPARATE, lambda: convolved(BN(), lambda x: ops.leaky_relu(x, np.full(1, 0.5))),
    ),
    "both-separate": (PASS, FUSED, lambda: convolved(RELU(), TANH())),
    "first-another": (BREAK, FUSED, lambda: convolved(layers.Activation("sigmoid"), TANH())),
    "both-in-reverse": (BREAK, FUSED, lambda: convolved(TANH(), RELU())),
    # a spec with an identity of its own
    "dropout": (PASS, DROPOUT, lambda: dense(
        WITH_RELU(), layers.Dropout(0.5), layers.Dense(4))),
    "dropout-missing": (BREAK, DROPOUT, lambda: dense(WITH_RELU(), layers.Dense(4))),
    "dropouts-more": (PASS, DROPOUT, lambda: dense(
        layers.Dropout(0.1), layers.Dense(8), RELU(), layers.Dropout(0.5), layers.Dense(4),
        layers.Dropout(0.1))),
    "dropout-at-the-end": (BREAK, DROPOUT, lambda: dense(
        WITH_RELU(), layers.Dense(4), layers.Dropout(0.5))),
    "dropout-hides-tanh": (BREAK, DROPOUT, lambda: dense(
        WITH_RELU(), layers.Dropout(0.5), TANH(), layers.Dense(4))),
    "extra-dropout-hides-tanh": (BREAK, DROPOUT, lambda: dense(
        WITH_RELU(), layers.Dropout(0.5), layers.Dense(4), layers.Dropout(0.1),
        TANH())),
    "dropout-at-inference": (UNKNOWN, DROPOUT, always_dropping),
    "dropout-at-inference-extra": (
        BREAK, DROPOUT.replace("  drop: {type: Dropout, rate: 0.5}\n", ""), always_dropping,
    ),
    # weights
    "called-twice": (BREAK, TWO_DENSE, called_twice),
    "called-twice-and-more": (BREAK, TWO_DENSE, lambda: called_twice(layers.Dense(8, name="b"))),
    "sharing-a-kernel": (BREAK, TWO_DENSE, sharing_a_kernel),
    "a-raw-weight": (BREAK, TWO_DENSE, RawWeight),
    # sums and differences
    "residual": (PASS, RESIDUAL, residual),
    "residual-swapped": (PASS, RESIDUAL, lambda: residual(swapped=True)),
    "residual-foreign": (PASS, RESIDUAL, lambda: residual(names="wxyz")),
    "residual-swapped-foreign": (PASS, RESIDUAL, lambda: residual(swapped=True, names="wxyz")),
    "residual-plus": (PASS, RESIDUAL_CLAIMED, lambda: residual("+")),
    "residual-claimed-swapped": (PASS, RESIDUAL_CLAIMED, lambda: residual(swapped=True)),
    "residual-claimed-wrong": (BREAK, RESIDUAL_CLAIMED, lambda: residual(skip_from_input=True)),
    "residual-times": (BREAK, RESIDUAL, lambda: residual("*")),
    "residual-multiply": (BREAK, RESIDUAL, lambda: residual("Multiply")),
    "residual-wrong": (BREAK, RESIDUAL, lambda: residual(skip_from_input=True)),
    "residual-wrong-foreign": (
        BREAK, RESIDUAL, lambda: residual(skip_from_input=True, names="wxyz"),
    ),
    "difference": (PASS, SUBTRACTED, lambda: residual("Subtract")),
    "difference-minus": (PASS, SUBTRACTED, lambda: residual("-")),
    "difference-swapped": (BREAK, SUBTRACTED, lambda: residual("Subtract", swapped=True)),
    "difference-minus-swapped": (BREAK, SUBTRACTED, lambda: residual("-", swapped=True)),
    "difference-swapped-foreign": (
        BREAK, SUBTRACTED, lambda: residual("Subtract", swapped=True, names="wxyz"),
    ),
    "activation-read-twice": (PASS, TWO_READERS, two_readers),
    "activation-passed-by": (BREAK, TWO_READERS, lambda: two_readers("add")),
    "activation-passed-by-to-b": (BREAK, TWO_READERS, lambda: two_readers("b")),
    # several inputs and outputs
    "several": (PASS, SEVERAL, several),
    "several-foreign": (PASS, SEVERAL, lambda: several(("p", "q"), FOREIGN)),
    "several-by-operation": (PASS, SEVERAL, lambda: several(operation=True)),
    "several-inputs-reordered": (PASS, SEVERAL, lambda: several(swapped="inputs")),
    "several-inputs-crossed": (BREAK, SEVERAL, lambda: several(("p", "q"), FOREIGN, "inputs")),
    "several-crossed": (BREAK, SEVERAL, lambda: several(swapped="cat")),
    "several-crossed-foreign": (BREAK, SEVERAL, lambda: several(("p", "q"), FOREIGN, "cat")),
    "several-crossed-by-operation": (
        BREAK, SEVERAL, lambda: several(swapped="cat", operation=True),
    ),
    "several-outputs-crossed": (BREAK, SEVERAL, lambda: several(swapped="outputs")),
    "several-outputs-crossed-foreign": (
        BREAK, SEVERAL, lambda: several(names=FOREIGN, swapped="outputs"),
    ),
    "nested-several": (PASS, SEVERAL, nested_several),
    "nested-inputs-crossed": (BREAK, SEVERAL, lambda: nested_several("inputs")),
    "nested-outputs-crossed": (BREAK, SEVERAL, lambda: nested_several("outputs")),
    "one-dropout-for-both": (PASS, SEVERAL, one_dropout_for_both),
    "one-dropout-crossed": (BREAK, SEVERAL, lambda: one_dropout_for_both(crossed=True)),
    # recurrent layers
    "recurrent": (PASS, RECURRENT, recurrent),
    "recurrent-then-relu": (BREAK, RECURRENT, lambda: recurrent(RELU())),
    "recurrent-then-tanh": (BREAK, RECURRENT, lambda: recurrent(TANH(), activation=None)),
    "recurrent-sequence": (PASS, RECURRENT, lambda: reading_state(0)),
    "recurrent-state": (BREAK, RECURRENT, lambda: reading_state(2)),
}  # fmt: skip


def outcome(verdict):
    if verdict.holds:
        return PASS
    broken = any(finding.outcome is Outcome.BROKEN for finding in verdict.failing)
    return BREAK if broken else UNKNOWN


@pytest.mark.parametrize("case", CASES)
def test_networks(case, spec):
    expected, text, factory = CASES[case]
    verdict = judged(spec(text), factory())
    assert outcome(verdict) == expected, verdict.failing


# Specs of claims alone


def claims(text):
    return f"claims: [{{id: a, why: w, expect: {{{text}}}}}]\n"


def siamese():
    left, right_, shared = keras.Input((9,)), keras.Input((9,)), layers.Dense(4, name="enc")
    joined = layers.Subtract(name="sub")([shared(left), shared(right_)])
    return keras.Model([left, right_], joined)


def with_states():
    inputs = keras.Input((5, 8))
    outputs = layers.LSTM(4, return_state=True, name="rnn")(inputs)
    return keras.Model(inputs, [layers.Dense(2, name="o")(outputs[2]), outputs[1]])


OPEN = {
    "ordinal": (PASS, '"first Conv2D": {filters: 6}, "last Dense": {units: 10}', right.nested),
    "ordinal-wrong": (BREAK, '"Conv2D[2]": {filters: 6}', right.functional),
    "every": (PASS, '"every pooling": {pool_size: 2}', right.other_names),
    "every-wrong": (BREAK, '"every Conv2D": {filters: 6}', right.other_names),
    "glob": (PASS, '"[CF]?": {activation: tanh}', right.separate_activations),
    "glob-wrong": (BREAK, '"C*": {kernel_size: 5}', right.functional),
    "name": (PASS, "F6: {units: 84, inputs: C5}", right.dropout),
    "name-missing": (BREAK, "F6: {units: 84}", right.other_names),
    "ends": (PASS, "output: {units: 10}, input: {output: 1@32x32}", right.other_names),
    "ends-wrong": (BREAK, "output: {units: 11}", right.other_names),
    "model": (PASS, "model: {params: 61706, layers: {dense: 3}, output: 10}", right.other_names),
    "model-wrong": (BREAK, "model: {layers: {dense: 2}}", right.other_names),
    "rounded": (PASS, "model: {params: 61.7k}", right.nested),
    "rounded-wrong": (BREAK, "model: {params: 61.8k}", right.nested),
    "extra-is-no-matter": (PASS, "C1: {filters: 6}", lambda: chained(wrong.batch_normalization())),
    "none-of-the-kind": (BREAK, '"every LSTM": {units: 4}', right.functional),
    "opaque-by-name": (PASS, "C1: {kernel_size: 5, params: 156}", wrong.opaque),
    "opaque-every": (UNKNOWN, '"every Conv2D": {kernel_size: 5}', wrong.opaque),
    "opaque-first": (UNKNOWN, '"first Conv2D": {filters: 6}', wrong.opaque),
    "opaque-glob": (UNKNOWN, '"C*": {activation: tanh}', wrong.opaque),
    "opaque-output": (UNKNOWN, "C1: {output: 6@28x28}", wrong.opaque),
    "opaque-total": (PASS, "model: {params: 61706}", wrong.opaque),
    "opaque-counts": (UNKNOWN, "model: {layers: {Conv2D: 2}}", wrong.opaque),
    "own-class": (UNKNOWN, "C1: {filters: 6}", wrong.own_class_called_conv2d),
    "shared": (PASS, "sub: {inputs: [enc, enc]}, model: {params: 40}", siamese),
    "states": (PASS, "o: {inputs: rnn}, model: {outputs: [2, 4]}", with_states),
    "states-wrong": (BREAK, "model: {outputs: [2, 5]}", with_states),
    "activation-layer": (
        PASS, '"every Activation": {activation: tanh}, C1: {activation: linear}',
        right.separate_activations,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", OPEN)
def test_specs_of_claims_alone(case, spec):
    expected, text, factory = OPEN[case]
    verdict = judged(spec(claims(text)), factory())
    assert outcome(verdict) == expected, verdict.failing


# Exactly as it stands


@pytest.mark.parametrize(
    ("factory", "holds"),
    [
        (right.functional, True),
        (right.separate_activations, False),
        (right.dropout, False),
        (right.nested, False),
        (right.OneActivation, False),
    ],
)
def test_exact_allows_no_rewrite(factory, holds):
    assert judged(LENET5, factory(), exact=True).holds is holds


def test_stages_are_told_of_one_by_one(spec):
    text = claims("model: {stages: [28, 13x13]}")
    (finding,) = judged(spec(text), right.functional()).failing
    assert (finding.expected, finding.observed[:2]) == ([28, "13x13"], ["28x28", "14x14"])


# Deviations


def deviation(layer, fact, accept):
    return Deviation(layer, fact, accept, "the loss takes logits")


@pytest.mark.parametrize(
    ("steps", "accepted", "expected"),
    [
        (wrong.logits, ("output", "activation", "linear"), PASS),
        (wrong.logits, ("out*", "activation", "linear"), PASS),
        (wrong.logits, ("output", "activation", "relu"), BREAK),
        (wrong.logits, ("output", "activation", "unknown"), BREAK),
        (wrong.logits, ("output", "units", "linear"), BREAK),
        (wrong.logits, ("F6", "activation", "linear"), BREAK),
        (wrong.relu, ("C1", "activation", "relu"), BREAK),
        (wrong.relu, ("C*", "activation", "relu"), PASS),
        (wrong.frozen, ("model", "trainable", 61550), BREAK),
    ],
)
def test_deviations_accept_what_they_say_and_nothing_else(steps, accepted, expected):
    verdict = judged(LENET5, chained(steps()), deviations=[deviation(*accepted)])
    assert outcome(verdict) == expected


def test_unknown_is_accepted_by_name_only():
    model = wrong.lambda_of_several_numbers()
    for accept, expected in (("unknown", PASS), ("tanh", UNKNOWN)):
        verdict = judged(LENET5, model, deviations=[deviation("C1", "activation", accept)])
        assert outcome(verdict) == expected


def test_a_deviation_is_reported_with_its_reason():
    accepted = [deviation("output", "activation", "linear")]
    verdict = judged(LENET5, chained(wrong.logits()), deviations=accepted)
    (finding,) = [f for f in verdict.findings if f.outcome is Outcome.DEVIATES]
    assert (finding.layer, finding.observed) == ("output", "linear")
    assert finding.reason == "the loss takes logits"


def test_an_unused_deviation_is_warned_of():
    accepted = [deviation("output", "activation", "linear")]
    verdict = judged(LENET5, right.functional(), deviations=accepted)
    assert verdict.holds
    assert verdict.warnings[-1].startswith("unused-deviation: ")


def test_a_deviation_may_choose_a_layer_as_the_claim_does(spec):
    text = claims('"Dense[1]": {units: 3}, last Dense: {units: 3}, every Dense: {use_bias: false}')
    made = chained([layers.Dense(2, name="a"), layers.Dense(2, name="b")], (4,))
    by = [deviation("Dense[1]", "units", 2), deviation("every Dense", "use_bias", True)]
    verdict = judged(spec(text), made, deviations=by)
    failing = [(finding.layer, finding.fact) for finding in verdict.failing]
    assert failing == [("b", "units")]
    assert not verdict.warnings
    (warning,) = judged(spec(text), made, deviations=[deviation("Dense[1]", "units", 4)]).warnings
    assert warning == "unused-deviation: nothing deviates in units of Dense[1] as accepted"


def test_a_flag_is_no_number(spec):
    text = "input: 4\nlayers: {a: {type: Dense, units: 2}}\n" + claims("a: {use_bias: false}")
    verdict = judged(
        spec(text), chained([layers.Dense(2)], (4,)), deviations=[deviation("a", "use_bias", 1)]
    )
    assert outcome(verdict) == BREAK


# Well-known implementations

MOBILENET = """
implementations: {keras.applications.MobileNetV2: {}}
claims:
  - {id: exact, why: w, expect: {model: {params: 3538984}}}
  - {id: below, why: w, expect: {model: {params: "< 4M"}}}
  - {id: rounded, why: w, expect: {model: {trainable: 3.5M, non_trainable: 34.1k}}}
  - {id: end, why: w, expect: {output: {units: 1000}, input: {output: 3@224x224}}}
"""


def test_an_implementation_is_checked_without_being_named(spec):
    (report,) = verify(spec(MOBILENET), None, Options())
    assert report.verdict.failing == ()
    assert report.verdict.model == "keras.applications.MobileNetV2"


def test_an_implementation_can_be_wrong(spec):
    (report,) = verify(spec(MOBILENET.replace("3.5M", "3.4M")), None, Options())
    assert [(f.claim, f.observed) for f in report.verdict.failing] == [("rounded", 3504872)]


@pytest.mark.parametrize(
    ("paper", "name", "failing", "deviating"),
    # 3.8 billion is cut off, and not so of anybody's ResNet-50
    [("vgg16", "VGG16", [], []), ("resnet50", "ResNet50", ["flops"], ["trainable", "params"])],
)
def test_a_spec_with_layers_is_held_against_an_implementation_that_is_named(
    paper, name, failing, deviating
):
    known = f"keras.applications.{name}"
    (report,) = verify(lv.load_spec(ROOT / "spec" / f"{paper}.yaml"), known, Options())
    verdict = report.verdict
    assert ([one.claim for one in verdict.failing], verdict.model) == (failing, known)
    assert [w for w in verdict.warnings if "unused-deviation" in w] == []
    found = [(f.layer, f.fact) for f in verdict.findings if f.outcome is Outcome.DEVIATES]
    assert found == [("model", fact) for fact in deviating]


def test_another_implementation_breaks_the_claims():
    spec = lv.load_spec(ROOT / "spec" / "vgg16.yaml")
    (report,) = verify(spec, "keras.applications.VGG19", Options())
    broken = {(f.claim, f.fact) for f in report.verdict.failing if f.layer == "model"}
    assert {("configuration-D", "depth"), ("table-2", "params")} <= broken


def test_an_implementation_that_is_misspelt_is_guessed(spec):
    with pytest.raises(ReadError, match=r"did you mean 'keras\.applications\.ResNet50'\?"):
        list(verify(spec(MOBILENET), "keras.applications.Resnet50", Options()))


def test_an_implementation_takes_no_arguments():
    spec = lv.load_spec(ROOT / "spec" / "vgg16.yaml")
    with pytest.raises(UsageError, match="it takes no arguments"):
        list(verify(spec, "keras.applications.VGG16", Options(arguments={"classes": 10})))


# Two derivations


@pytest.mark.parametrize(
    ("changes", "fact"),
    [
        ({"shapes": (lv.Shape((28, 28, 7)),)}, "output"),
        ({"params": 157}, "params"),
        ({"trainable": 155}, "trainable"),
    ],
)
def test_where_framework_and_inference_disagree_nothing_is_known(changes, fact):
    observed = lv.read(right.functional())
    rows = [replace(row, **changes) if row.name == "C1" else row for row in observed.layers]
    verdict = check(LENET5, replace(observed, layers=tuple(rows)))
    found = [f for f in verdict.findings if f.code == "derivations-disagree"]
    assert {f.layer for f in found} == {"C1"}
    assert {f.outcome for f in found} == {Outcome.UNKNOWN}
    assert all("the two derivations disagree" in f.reason for f in found)
    assert {f.fact for f in found} == ({fact, "layer"} if fact != "trainable" else {"layer"})
    assert not verdict.holds


def test_what_inference_finds_impossible_is_unknown():
    observed = lv.read(right.functional())
    wide = (lv.Shape((2, 2, 1)),)
    rows = [replace(row, input_shapes=wide) if row.name == "C1" else row for row in observed.layers]
    verdict = check(LENET5, replace(observed, layers=tuple(rows)))
    assert ("derivations-disagree", "C1") in {(f.code, f.layer) for f in verdict.failing}


# A spec's own model holds what the spec claims, in whatever form it has its activations

OWN = {
    "linear-activation": """
input: 3@8x8
layers:
  conv: {type: Conv2D, filters: 4, kernel_size: 3}
  act: {type: Activation, activation: linear}
  same: {type: Identity}
  flat: {type: Flatten}
claims:
  - id: a
    why: w
    expect:
      act: {activation: linear, type: Activation}
      conv: {activation: linear}
      same: {type: Identity}
      flat: {inputs: same}
""",
    "activation-of-the-input": """
input: 3@8x8
layers: {act: {type: ReLU}, flat: {type: Flatten}}
claims: [{id: a, why: w, expect: {act: {activation: relu}, flat: {inputs: act}}}]
""",
    "several-activations": """
input: 3@8x8
layers:
  conv: {type: Conv2D, filters: 4, kernel_size: 3, activation: relu}
  a1: {type: ReLU}
  a2: {type: Softmax}
  drop: {type: Dropout, rate: 0.2}
  a3: {type: Activation, activation: tanh}
claims:
  - id: a
    why: w
    expect:
      conv: {activation: relu}
      a1: {activation: relu, inputs: conv}
      a2: {activation: softmax, inputs: a1, type: Softmax}
      drop: {inputs: a2}
      output: {activation: tanh}
""",
    "counts": """
input: 8
layers: {d: {type: Dense, units: 4}, out: {type: Softmax}}
claims:
  - id: a
    why: w
    expect:
      out: {activation: softmax, output: 4, params: 0}
      "last activation": {activation: softmax}
      "every Dense": {activation: linear}
      model: {layers: {Softmax: 1, Dense: 1, activation: 1}}
""",
    "activation-with-weights": """
input: 8
layers: {d: {type: Dense, units: 4}, p: {type: PReLU}}
claims: [{id: a, why: w, expect: {p: {activation: prelu, params: 4}, d: {activation: linear}}}]
""",
    "inputs-shared": """
inputs: {a: 8, b: 8}
layers: {d: {type: Add, inputs: [a, b]}, e: {type: ReLU, inputs: a}}
outputs: [d, e]
claims: [{id: a, why: w, expect: {d: {inputs: [b, a]}, model: {outputs: [8, 8]}}}]
""",
    "attention": """
input: 4x6
layers:
  m: {type: MultiHeadAttention, num_heads: 2, key_dim: 3, inputs: [input, input]}
  add: {type: Add, inputs: [input, m]}
claims: [{id: a, why: w, expect: {m: {inputs: [input, input]}, add: {inputs: [input, m]}}}]
""",
    "states": """
input: 5x6
layers:
  a: {type: LSTM, units: 4, return_sequences: true, return_state: true}
  b: {type: GRU, units: 4}
claims: [{id: a, why: w, expect: {a: {activation: tanh}, b: {inputs: a}}}]
""",
}


@pytest.mark.parametrize("case", OWN)
def test_a_specs_own_model_holds(case, spec):
    (report,) = verify(spec(OWN[case]), None, Options())
    assert report.verdict.failing == ()


class Block(layers.Layer):
    """A convolution and the pooling after it, in a class of one's own."""

    def __init__(self):
        super().__init__()
        self.conv = layers.Conv2D(6, 5, activation="tanh")
        self.pool = layers.AveragePooling2D(2)

    def call(self, x):
        return self.pool(self.conv(x))


def test_what_may_be_inside_a_custom_layer_is_unknown_not_missing():
    spec = lv.load_spec(ROOT / "spec" / "lenet5.yaml")
    image = x = keras.Input((32, 32, 1))
    for layer in [Block(), *lv.build(spec).layers[3:]]:
        x = layer(x)
    model = keras.Model(image, x)
    verdict = check(spec, lv.read(model))
    assert not verdict.holds
    absent = [f for f in verdict.findings if f.model_layer is None and f.layer in ("C1", "S2")]
    assert absent
    assert {f.outcome for f in absent} == {Outcome.UNKNOWN}
    assert all("it may be inside block" in f.reason for f in absent)


def test_an_output_too_many_is_named():
    spec = lv.load_spec(ROOT / "spec" / "lenet5.yaml")
    model = lv.build(spec)
    flat = model.get_layer("flatten").output
    two = keras.Model(model.inputs, [model.outputs[0], layers.Dense(3, name="aux")(flat)])
    (finding,) = (f for f in check(spec, lv.read(two)).findings if f.fact == "outputs")
    assert (finding.outcome, finding.observed) == (Outcome.BROKEN, ["output", "aux"])


def test_branches_in_another_order_are_wired_wrong_not_missing(tmp_path):
    """Concatenate([b, a]) for [a, b]: every layer is there."""
    file = tmp_path / "two.yaml"
    file.write_text(
        "format: 1\ntitle: Two\ninputs: {left: 4, right: 9}\nlayers:\n"
        "  a: {type: Dense, units: 3, inputs: left}\n"
        "  e: {type: Embedding, input_dim: 7, output_dim: 5, inputs: right}\n"
        "  b: {type: GlobalAveragePooling1D}\n"
        "  both: {type: Concatenate, inputs: [a, b]}\n",
        encoding="utf-8",
    )
    left, right_ = keras.Input((4,), name="left"), keras.Input((9,), name="right")
    a = layers.Dense(3, name="x")(left)
    b = layers.GlobalAveragePooling1D(name="z")(layers.Embedding(7, 5, name="y")(right_))
    model = keras.Model([left, right_], layers.Concatenate()([b, a]))
    verdict = check(lv.load_spec(file), lv.read(model))
    assert [(f.layer, f.fact) for f in verdict.failing] == [("both", "inputs")]


def test_check_says_what_it_takes():
    spec = lv.load_spec(ROOT / "spec" / "lenet5.yaml")
    with pytest.raises(TypeError, match="load_spec"):
        check(spec, lv.build(spec))


def test_a_wrapper_counts_as_what_it_wraps(tmp_path):
    file = tmp_path / "open.yaml"
    file.write_text(
        "format: 1\ntitle: Open\nclaims:\n- id: a\n  why: by hand\n  expect: {model: {layers: "
        "{recurrent: 2, LSTM: 1, GRU: 1, Bidirectional: 1, wrapper: 2, dense: 2, Dense: 2}}}\n",
        encoding="utf-8",
    )
    model = keras.Sequential(
        [
            keras.Input((7, 4)),
            layers.Bidirectional(layers.LSTM(3, return_sequences=True)),
            layers.TimeDistributed(layers.Dense(5)),
            layers.GRU(2),
            layers.Dense(1),
        ]
    )
    assert check(lv.load_spec(file), lv.read(model)).holds
