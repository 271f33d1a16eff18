"""Whose layer is whose: one edit is one finding, whatever layers are called and however ordered."""

from __future__ import annotations

from pathlib import Path

import keras
import pytest
from keras import layers
from models import right, wrong
from models.right import NAMES, chained, lenet5_layers

import lenet_verify as lv
from lenet_verify.checking import check
from lenet_verify.verdict import Outcome

ROOT = Path(__file__).parent.parent

STRUCTURAL = {"missing-layer", "extra-layer", "unreachable-layer", "connection"}


@pytest.fixture
def judge(tmp_path):
    def judged(text, model):
        path = tmp_path / "spec.yaml"
        path.write_text("format: 1\ntitle: T\n" + text)
        return check(lv.load_spec(str(path)), lv.read(model))

    return judged


def pairs(verdict):
    return {one.layer: one.model_layers for one in verdict.alignment}


def structural(verdict):
    return [(f.code, f.layer) for f in verdict.failing if f.code in STRUCTURAL]


LENET5 = """
input: 1@32x32
layers:
  C1:      {type: Conv2D, filters: 6, kernel_size: 5, activation: tanh}
  S2:      {type: AveragePooling2D, pool_size: 2}
  C3:      {type: Conv2D, filters: 16, kernel_size: 5, activation: tanh}
  S4:      {type: AveragePooling2D, pool_size: 2}
  flatten: {type: Flatten}
  C5:      {type: Dense, units: 120, activation: tanh}
  F6:      {type: Dense, units: 84, activation: tanh}
  output:  {type: Dense, units: 10, activation: softmax}
"""


@pytest.mark.parametrize("names", ["paper", "foreign"])
@pytest.mark.parametrize("absent", ["S2", "C3", "C5", "F6"])
def test_one_missing_layer_is_one_finding(absent, names, judge):
    steps = [step for step in lenet5_layers() if step.name != absent]
    model = chained(steps) if names == "paper" else wrong.foreign(steps)
    verdict = judge(LENET5, model)
    assert structural(verdict) == [("missing-layer", absent)]
    assert pairs(verdict)[absent] == ()


@pytest.mark.parametrize("names", ["paper", "foreign"])
@pytest.mark.parametrize("after", [*NAMES[:4], *NAMES[5:7]])
@pytest.mark.parametrize("more", [layers.BatchNormalization, lambda: layers.Rescaling(2.0)])
def test_one_extra_layer_is_one_finding(more, after, names, judge):
    steps = lenet5_layers()
    more = more()
    steps.insert(NAMES.index(after) + 1, more)
    model = chained(steps) if names == "paper" else wrong.foreign(steps)
    assert structural(judge(LENET5, model)) == [("extra-layer", more.name)]


def test_one_extra_layer_of_a_kind_that_is_there(judge):
    steps = lenet5_layers()
    steps.insert(6, layers.Dense(100, activation="tanh"))
    wrong.foreign(steps)
    verdict = judge(LENET5, chained(steps))
    assert structural(verdict) == [("extra-layer", steps[6].name)]


def test_names_agree(judge):
    verdict = judge(LENET5, right.functional())
    assert pairs(verdict) | {"input": ()} == {name: (name,) for name in NAMES} | {"input": ()}
    assert {one.by for one in verdict.alignment[1:]} == {"name"}


def test_names_differ(judge):
    verdict = judge(LENET5, right.other_names())
    assert verdict.holds
    assert {one.by for one in verdict.alignment[1:]} == {"order"}
    assert pairs(verdict)["F6"] == ("fc_b",)


def test_a_name_in_a_wrong_place_is_a_finding(judge):
    """The names are right, the order is not."""
    steps = {step.name: step for step in lenet5_layers()}
    order = ("C1", "S2", "C3", "S4", "flatten", "F6", "C5", "output")
    verdict = judge(LENET5, chained([steps[name] for name in order]))
    assert pairs(verdict)["F6"] == ("F6",)
    broken = {layer for _, layer in structural(verdict)}
    assert broken == {"C5", "F6", "output"}


# Names that Keras counts on from model to model

ROW = """
input: 8
layers:
  dense: {type: Dense, units: 8}
  dense_1: {type: Dense, units: 7}
  dense_2: {type: Dense, units: 6}
claims:
  - {id: a, why: w, expect: {dense: {units: 8}, dense_1: {units: 7}, dense_2: {units: 6}}}
"""


def row(names, units=(8, 7, 6)):
    steps = [layers.Dense(u, name=name) for name, u in zip(names, units, strict=True)]
    return chained(steps, (8,))


@pytest.mark.parametrize(
    "names",
    [("dense", "dense_1", "dense_2"), ("dense_1", "dense_2", "dense_3"),
     ("dense_7", "dense", "dense_1"), ("dense_2", "dense_1", "dense"), ("a", "dense", "b")],
)  # fmt: skip
def test_counted_names_mislead_nobody(names, judge):
    assert judge(ROW, row(names)).holds


def test_counted_names_hide_nothing(judge):
    shifted = ("dense_1", "dense_2", "dense_3")
    assert not judge(ROW, row(shifted, (8, 7, 5))).holds
    extra = judge(ROW, row((*shifted, "dense_4"), (8, 7, 6, 6)))
    assert [code for code, _ in structural(extra) if code != "connection"] == ["extra-layer"]


def test_identical_layers_in_a_row_pair_in_order(judge):
    text = "input: 8\nlayers:\n" + "".join(
        f"  d{number}: {{type: Dense, units: 8}}\n" for number in range(5)
    )
    verdict = judge(text, row("abcde", (8,) * 5))
    assert verdict.holds
    assert [pairs(verdict)[f"d{number}"] for number in range(5)] == [(c,) for c in "abcde"]
    assert [code for code, _ in structural(judge(text, row("abcd", (8,) * 4)))] == ["missing-layer"]


# Branches

BRANCHES = """
input: 3@8x8
layers:
  a1: {type: Conv2D, filters: 4, kernel_size: 3, padding: same}
  a2: {type: Conv2D, filters: 4, kernel_size: 3, padding: same}
  a3: {type: Conv2D, filters: 4, kernel_size: 3, padding: same}
  b1: {type: Conv2D, filters: 4, kernel_size: 1, padding: same, inputs: input}
  join: {type: Concatenate, inputs: [a3, b1]}
claims:
  - id: a
    why: w
    expect:
      "a?": {kernel_size: 3}
      b1: {kernel_size: 1}
      a3: {inputs: a2}
"""


def branches(names, first, merge, swapped=False):
    inputs = keras.Input((8, 8, 3))

    def long():
        x = inputs
        for name in names[:3]:
            x = layers.Conv2D(4, 3, padding="same", name=name)(x)
        return x

    def short():
        return layers.Conv2D(4, 1, padding="same", name=names[3])(inputs)

    if first == "long":
        a, b = long(), short()
    else:
        b, a = short(), long()
    return keras.Model(inputs, merge([b, a] if swapped else [a, b]))


@pytest.mark.parametrize("names", [("a1", "a2", "a3", "b1"), tuple("wxyz"), tuple("zyxw")])
@pytest.mark.parametrize("first", ["long", "short"])
def test_branches_are_found_in_any_order(first, names, judge):
    """Keras orders layers by their depth and by when they were made; the spec as it likes."""
    model = branches(names, first, layers.Concatenate())
    assert judge(BRANCHES, model).failing == ()
    # the order in which a concatenation joins them does matter
    crossed = branches(names, first, layers.Concatenate(), swapped=True)
    assert not judge(BRANCHES, crossed).holds


@pytest.mark.parametrize("names", [("a1", "a2", "a3", "b1"), tuple("wxyz")])
@pytest.mark.parametrize("swapped", [True, False])
def test_branches_of_a_sum_may_come_in_any_order(swapped, names, judge):
    text = BRANCHES.replace("Concatenate", "Add")
    assert judge(text, branches(names, "short", layers.Add(), swapped)).failing == ()


def test_somebodys_own_class_stands_for_the_papers_layer_and_is_unknown(judge):
    verdict = judge(LENET5, wrong.own_class_called_conv2d())
    assert pairs(verdict)["C1"] == ("C1",)
    own = wrong.Conv2D(6, 5, name="mine")
    verdict = judge(LENET5, chained(lenet5_layers(C1=own)))
    assert pairs(verdict)["C1"] == ("mine",)
    assert {f.outcome for f in verdict.failing} == {Outcome.UNKNOWN}


def test_claims_alone_take_the_first_layers_that_fit(tmp_path):
    """Not the last ones: the first convolution, the first pooling after it, the first dense."""
    file = tmp_path / "open.yaml"
    file.write_text(
        "format: 1\ntitle: Open\nclaims:\n- id: a\n  why: by hand\n  expect:\n"
        "    first: {type: Conv2D, filters: 6}\n"
        "    halved: {type: AveragePooling2D, output: 6@14x14}\n"
        "    wide: {type: Dense, units: 120}\n"
        "    narrow: {type: Dense, units: 84}\n",
        encoding="utf-8",
    )
    lenet5 = lv.infer(lv.load_spec(ROOT / "spec" / "lenet5.yaml"))
    verdict = lv.check(lv.load_spec(file), lenet5)
    assert verdict.holds, verdict.failing
    assert {pair.layer: pair.model_layers for pair in verdict.alignment} == {
        "first": ("C1",), "halved": ("S2",), "wide": ("C5",), "narrow": ("F6",),
    }  # fmt: skip


# Activation layers of the spec's own

RELUS = """
input: 8
layers:
  dense: {type: Dense, units: 6}
  first: {type: ReLU}
  then: {type: Activation, activation: relu6}
claims:
  - {id: a, why: w, expect: {first: {activation: relu}, then: {activation: relu6}}}
"""


@pytest.mark.parametrize(
    ("applied", "holds"),
    [(("relu", "relu6"), True), (("relu", "relu", "relu6"), True),
     (("relu", "relu6", "relu6"), True), (("relu", "relu6", "relu"), False),
     (("relu6",), False), (("relu",), False)],
)  # fmt: skip
def test_applied_twice_is_applied_once(applied, holds, judge):
    steps = [layers.Dense(6), *map(layers.Activation, applied)]
    assert judge(RELUS, chained(steps, (8,))).holds is holds


# Layers that nothing but what they feed, or where they leave, tells apart

TWINS = """
input: 8
layers:
  one: {type: Dense, units: 4, inputs: input}
  two: {type: Dense, units: 4, inputs: input}
  mean: {type: Average, inputs: [one, two]}
outputs: [mean, two]
"""


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("leaving", [0, 1])
@pytest.mark.parametrize("names", [("one", "two"), ("two", "one"), ("x", "y")])
def test_twins_are_told_apart_by_what_leaves_the_model(names, leaving, swapped, judge):
    inputs = keras.Input((8,))
    twins = [layers.Dense(4, name=name)(inputs) for name in names]
    mean = layers.Average(name="mean")(twins[::-1] if swapped else twins)
    assert judge(TWINS, keras.Model(inputs, [mean, twins[leaving]])).holds
    assert not judge(TWINS, keras.Model(inputs, [twins[leaving], mean])).holds
    assert not judge(TWINS, keras.Model(inputs, [mean, *twins])).holds


# More layers that are identities at inference than the spec has

DROPOUTS = """
input: 6
layers:
  dense: {type: Dense, units: 4}
  left: {type: Dropout, rate: 0.5}
  right: {type: Dropout, rate: 0.5, inputs: dense}
  norm: {type: BatchNormalization, inputs: left}
  add: {type: Add, inputs: [norm, right]}
"""


def test_a_dropout_more_above_a_fork_is_no_other_wiring(judge):
    inputs = keras.Input((6,))
    more = layers.Dropout(0.5, name="left")(layers.Dense(4, name="dense")(inputs))
    right, left = (layers.Dropout(0.5, name=name)(more) for name in ("right", "other"))
    norm = layers.BatchNormalization(name="norm")(left)
    model = keras.Model(inputs, layers.Add(name="add")([norm, right]))
    assert judge(DROPOUTS, model).holds


DROPOUT_LAST = """
input: 6
layers:
  first: {type: LeakyReLU}
  then: {type: LeakyReLU}
  drop: {type: Dropout, rate: 0.25}
claims:
  - {id: a, why: w, expect: {drop: {rate: 0.25}}}
"""


@pytest.mark.parametrize(("rates", "holds"), [((0.25, 0.5), True), ((), False)])
def test_a_dropout_that_the_spec_has_is_found_among_more(rates, holds, judge):
    steps = [layers.Dropout(0.5), layers.LeakyReLU(), layers.GaussianNoise(0.1),
             layers.LeakyReLU(), *map(layers.Dropout, rates)]  # fmt: skip
    assert judge(DROPOUT_LAST, chained(steps, (6,))).holds is holds
