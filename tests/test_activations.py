"""Activations of a user's own, judged by what they compute: as users meet it."""

from __future__ import annotations

import json

import pytest

import lenet_verify as lv
from lenet_verify.functions import POINTS

pytestmark = pytest.mark.usefixtures("folder")

THEIRS = '''
import functools

import keras
import numpy as np
from keras import layers, ops


def net(function=None, after=None):
    """Two layers, with an activation of the first and a layer after it."""
    first = layers.Dense(3, activation=function, name="first")
    apart = [layers.Activation(after, name="apart")] if after else []
    return keras.Sequential([keras.Input((4,)), first, *apart, layers.Dense(2, name="last")])


@keras.saving.register_keras_serializable("theirs")
def scaled_tanh(x):
    return 1.7159 * ops.tanh(0.66 * x)


def paper(x):
    return 1.7159 * ops.tanh(2 * x / 3)


class Counting:
    """Another function every time."""

    calls = 0

    def __call__(self, x):
        self.calls += 1
        return x * self.calls


beta = keras.Variable(1.0)
kept = keras.Variable(1.0, trainable=False)


def eager_only(x):
    return ops.tanh(x) if __import__("tensorflow").executing_eagerly() else ops.relu(x)


def leaving(x):
    if hasattr(x, "numpy"):  # once the model is made
        print("said on standard output")
        raise SystemExit(7)
    return x


OTHERS = {
    "plain": lambda: net("tanh"),
    "wrong": lambda: net(scaled_tanh),
    "right": lambda: net(paper),
    "tanh": lambda: net(lambda x: ops.tanh(x)),
    "by_hand": lambda: net(lambda x: 2 / (1 + ops.exp(-2 * x)) - 1),
    "compiled": lambda: net(__import__("tensorflow").function(lambda x: ops.tanh(x))),
    "apart": lambda: net(None, lambda x: ops.tanh(x)),
    "identity": lambda: net("tanh", lambda x: x),
    "then_relu": lambda: net(lambda x: 2 * ops.tanh(x), "relu"),
    "of_two": lambda: net(paper, scaled_tanh),
    "softmax": lambda: net(lambda x: ops.softmax(x)),
    "normed": lambda: net(lambda x: x / ops.max(ops.abs(x))),
    "centred": lambda: net(lambda x: x - ops.mean(x, axis=0)),
    "random": lambda: net(lambda x: x + keras.random.normal(ops.shape(x))),
    "counting": lambda: net(Counting()),
    "counted": lambda: net(lambda x: x * ops.cast(ops.shape(x)[0], "float32")),
    "shifted": lambda: net(lambda x: ops.roll(x, 1, axis=-1)),
    "narrow": lambda: net(lambda x: x * np.array([1.0, 2.0, 3.0], "float32")),
    "exiting": lambda: net(leaving),
    "trained": lambda: net(lambda x: ops.tanh(beta * x)),
    "annealed": lambda: net(lambda x: ops.tanh(kept * x)),
    "a_little_random": lambda: net(
        lambda x: ops.tanh(x) + 1e-9 * keras.random.normal(ops.shape(x))
    ),
    "eager": lambda: net(eager_only),
    "constant": lambda: net(lambda x: ops.tanh(ops.convert_to_tensor(1.0) * x)),
    "leaky": lambda: net(functools.partial(ops.leaky_relu, negative_slope=0.01)),
    "squared": lambda: net(lambda x: ops.relu(x) ** 2),
}


def __getattr__(name):
    return OTHERS[name]
'''

BY_VALUES = f", by its values at {len(POINTS)} points"
FORMULA = "1.7159 * tanh(2/3 * x)"


@pytest.fixture
def judged(command, tmp_path):
    """The findings of one claim on the activation of the first layer, and the exit code."""

    def run(activation, model, *more):
        spec = tmp_path / "s.yaml"
        claim = f"{{id: a, why: x, expect: {{first: {{activation: {activation}}}}}}}"
        spec.write_text(f"format: 1\ntitle: t\nclaims:\n- {claim}\n", encoding="utf-8")
        code, out, err = command(spec, "--model", f"theirs:{model}", "--format", "json", *more)
        assert "Traceback" not in err
        (finding,) = json.loads(out)["findings"]
        assert code == (finding["outcome"] != "holds")
        return finding

    return run


@pytest.mark.parametrize(
    ("activation", "model"),
    [
        ("tanh", "plain"),
        ("tanh", "tanh"),
        ("tanh", "by_hand"),
        ("tanh", "compiled"),
        ("tanh", "constant"),
        ("tanh", "apart"),
        ("tanh", "identity"),
        ("tanh(x)", "plain"),
        ("(exp(2*x) - 1) / (exp(2*x) + 1)", "plain"),
        ("1.7159 * tanh(0.66 * x)", "wrong"),
        ("scaled_tanh", "right"),
        (FORMULA, "right"),
        ("'max(0, 2·tanh(x))'", "then_relu"),
        ("relu(2 * tanh(x))", "then_relu"),
        ("leaky_relu(negative_slope=0.01)", "leaky"),
        ("relu(x)**2", "squared"),
        ("{any: [softmax, relu(x)**2]}", "squared"),
    ],
)  # fmt: skip
def test_what_computes_the_claimed_function_holds(judged, activation, model):
    assert judged(activation, model)["outcome"] == "holds"


def test_it_is_told_that_it_was_tried(judged):
    finding = judged("tanh", "tanh")
    assert (finding["expected"], finding["observed"]) == ("tanh", "tanh")
    assert finding["reason"] == "theirs.<lambda>.<locals>.<lambda> computes tanh" + BY_VALUES
    assert judged("tanh", "plain")["reason"] is None


@pytest.mark.parametrize(
    ("activation", "model", "observed", "reason"),
    [
        ("scaled_tanh", "wrong", "theirs.scaled_tanh",
         "at x = 0.475586 theirs.scaled_tanh gives 0.52158, scaled_tanh 0.526513"),
        (FORMULA, "wrong", "theirs.scaled_tanh",
         f"at x = 0.475586 theirs.scaled_tanh gives 0.52158, {FORMULA} 0.526513"),
        ("tanh", "right", "scaled_tanh",
         "theirs.paper computes scaled_tanh" + BY_VALUES),
        (FORMULA, "plain", "tanh",
         f"at x = 3.41309 tanh gives 0.997832, {FORMULA} 1.68004"),
        ("relu", "squared", None, "at x = 1234.5 "),
        ("relu", "then_relu", None, "at x = 1234.5 "),
        ("softmax", "tanh", "tanh", "theirs.<lambda>.<locals>.<lambda> computes tanh"),
        ("null", "tanh", "tanh", "theirs.<lambda>.<locals>.<lambda> computes tanh"),
    ],
)  # fmt: skip
def test_what_computes_another_is_broken(judged, activation, model, observed, reason):
    finding = judged(activation, model)
    assert (finding["code"], finding["outcome"]) == ("activation", "broken")
    assert observed in (None, finding["observed"])
    assert finding["reason"].startswith(reason)


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        ("softmax", "gives one number now this value, now that"),
        ("normed", "gives one number now this value, now that"),
        ("centred", "gives one number now this value, now that"),
        ("random", "gives one number now this value, now that"),
        ("counting", "gives one number now this value, now that"),
        ("counted", "gives one number now this value, now that"),
        ("shifted", "gives one number now this value, now that"),
        ("narrow", "raised InvalidArgumentError"),
        ("trained", "reads a variable: what it computes may change"),
        ("annealed", "reads a variable: what it computes may change"),
        ("a_little_random", "reads a variable: what it computes may change"),
        ("eager", "gives another value in a graph than outside of one"),
        ("exiting", "raised SystemExit: 7 (theirs.py:"),
        ("of_two", "what scaled_tanh, then theirs.scaled_tanh computes together cannot be told"),
    ],
)
def test_what_is_no_function_of_one_number_is_unknown(judged, model, reason):
    for activation in ("tanh", FORMULA, "linear"):
        finding = judged(activation, model)
        assert (finding["code"], finding["outcome"]) == ("opaque", "unknown")
        assert reason in finding["reason"]


def test_it_is_named_where_the_model_is_shown(command):
    _, out, _ = command("show", "theirs:by_hand")
    assert "first: theirs.<lambda>.<locals>.<lambda> computes tanh" + BY_VALUES in out
    _, out, _ = command("show", "theirs:wrong", "--format", "json")
    first = json.loads(out)["layers"][1]
    assert (first["activation"], first["function"]) == ("theirs.scaled_tanh", "theirs.scaled_tanh")


def test_two_models_differ_by_what_their_functions_compute(command):
    assert command("diff", "theirs:tanh", "theirs:by_hand")[0] == 0
    code, out, _ = command("diff", "theirs:right", "theirs:wrong")
    assert code == 1
    assert "scaled_tanh → theirs.scaled_tanh" in out


def test_a_frozen_spec_says_what_its_function_computes(command, tmp_path):
    _, out, _ = command("freeze", "theirs:right")
    assert "activation: scaled_tanh" in out
    (tmp_path / "frozen.yaml").write_text(out, encoding="utf-8")
    assert command("frozen.yaml", "--model", "theirs:right")[0] == 0
    code, out, _ = command("frozen.yaml", "--model", "theirs:wrong")
    assert code == 1
    _, out, _ = command("freeze", "theirs:wrong")
    assert "activation (theirs.scaled_tanh): first" in out


CLOSED = """\
format: 1
title: t
input: 4
layers:
  first: {type: Dense, units: 3}
  squash: {type: LeakyReLU, negative_slope: 0.01}
  last: {type: Dense, units: 2}
claims:
- {id: a, why: x, expect: {squash: {activation: "max(x, 0.01 * x)"}, last: {activation: x}}}
"""


def test_a_spec_with_layers_takes_it_for_the_layer_that_it_computes(command, tmp_path):
    (tmp_path / "s.yaml").write_text(CLOSED, encoding="utf-8")
    assert command("s.yaml", "--static")[0] == 0
    assert command("s.yaml", "--model", "theirs:leaky")[0] == 0
    code, out, _ = command("s.yaml", "--model", "theirs:tanh")
    assert code == 1
    assert "max(x, 0.01 * x) expected, tanh observed" in out


def test_a_formula_pins_an_activation_as_a_name_does(command, tmp_path):
    (tmp_path / "s.yaml").write_text(CLOSED, encoding="utf-8")
    by_formula = json.loads(command("strength", "s.yaml", "--format", "json")[1])
    named = CLOSED.replace("max(x, 0.01 * x)", "leaky_relu(negative_slope=0.01)")
    (tmp_path / "s.yaml").write_text(named.replace("activation: x", "activation: linear"))
    assert json.loads(command("strength", "s.yaml", "--format", "json")[1]) == by_formula


def test_a_cause_names_the_formula(command, tmp_path):
    text = "format: 1\ntitle: t\nclaims:\n- {id: a, why: x, expect: {first: {activation: 3 * x}}}\n"
    (tmp_path / "s.yaml").write_text(text, encoding="utf-8")
    _, out, _ = command("s.yaml", "--model", "theirs:wrong")
    assert 'activation "theirs.scaled_tanh" → "3 * x"' in out
    _, out, _ = command("s.yaml", "--model", "theirs:wrong", "--fix-hint")
    assert "Dense(activation=lambda x: 3 * x)" in out


def test_a_file_is_not_run(command, tmp_path):
    """What is registered in a file is a name: unknown."""
    import importlib

    importlib.import_module("theirs").OTHERS["wrong"]().save(tmp_path / "m.keras")
    text = "format: 1\ntitle: t\nclaims:\n- {id: a, why: x, expect: {first: {activation: tanh}}}\n"
    (tmp_path / "s.yaml").write_text(text, encoding="utf-8")
    code, out, _ = command("s.yaml", "--model", "m.keras", "--format", "json")
    assert (code, json.loads(out)["findings"][0]["outcome"]) == (1, "unknown")


@pytest.mark.parametrize(
    ("activation", "column", "message"),
    [
        ("2 * tnh(x)", 5, "has an unknown function 'tnh'; did you mean 'tanh'?"),
        ("'2 * tnh(x)'", 6, "has an unknown function 'tnh'; did you mean 'tanh'?"),
        ("x^2", 2, "has '^', which no formula has; write ** for a power"),
        ("{any: [tanh, 2x]}", 15, "lacks an operator before 'x'; write 2 * x for 2x"),
        ("relu(slope=1)", 1, "takes relu with parameters of its own, not 'relu(slope=1)'"),
    ],
)
def test_a_mistake_in_a_formula_is_told_with_its_place(
    command, tmp_path, activation, column, message
):
    start = "- {id: a, why: x, expect: {first: {activation: "
    (tmp_path / "s.yaml").write_text(
        f"format: 1\ntitle: t\nclaims:\n{start}{activation}}}}}}}\n", encoding="utf-8"
    )
    code, _, err = command("s.yaml", "--model", "theirs:plain")
    assert code == 2
    assert f"s.yaml:4:{len(start) + column}: 'activation' {message}\n" in err


def test_a_function_in_many_layers_is_tried_once_and_anew_in_the_next_reading():
    import keras
    from keras import layers, ops

    slope, tried = [1.0], [0]

    def own(x):
        tried[0] += hasattr(x, "numpy")
        return slope[0] * ops.tanh(x)

    one, three = (
        keras.Sequential([keras.Input((4,)), *(layers.Dense(3, activation=own) for _ in range(n))])
        for n in (1, 3)
    )
    assert lv.read(one).layers[-1].activation == "tanh"
    once, tried[0] = tried[0], 0
    assert [layer.activation for layer in lv.read(three).layers[1:]] == ["tanh"] * 3
    assert tried[0] == once > 10
    slope[0] = 2.0
    assert str(lv.read(one).layers[-1].activation).endswith(".own")
