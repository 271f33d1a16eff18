"""The single edits to a network: what each makes of it, by inference and by Keras."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import keras
import pytest

import lenet_verify as lv
from lenet_verify.architecture import Layer, Shape, Source
from lenet_verify.edits import (
    KINDS,
    Activation,
    Argument,
    Delete,
    Duplicate,
    Input,
    Insert,
    Rewire,
    Swap,
    Type,
    applied,
    every_edit,
)
from lenet_verify.freeze import freeze
from lenet_verify.inference import inferred, outlined
from lenet_verify.spec import Limits
from lenet_verify.spec.load import read_spec
from lenet_verify.vocabulary import complete

LENET5 = Path(__file__).parent.parent / "spec" / "lenet5.yaml"

BRANCHES = """\
format: 1
title: branches
input: 3@16x16
layers:
  stem: {type: Conv2D, filters: 8, kernel_size: 3, padding: same, activation: relu}
  left: {type: SeparableConv2D, filters: 8, kernel_size: 3, padding: same}
  norm: {type: BatchNormalization}
  sum:  {type: Add, inputs: [stem, norm]}
  up:   {type: Conv2DTranspose, filters: 4, kernel_size: 2, strides: 2}
  pool: {type: MaxPooling2D}
  wide: {type: DepthwiseConv2D, kernel_size: 3, strides: 2, inputs: pool}
  slope: {type: LeakyReLU}
  flat: {type: GlobalAveragePooling2D}
  out:  {type: Dense, units: 3, activation: softmax}
"""
WORDS = """\
format: 1
title: words
input: {shape: 50, dtype: int32}
layers:
  embed: {type: Embedding, input_dim: 100, output_dim: 16}
  conv: {type: Conv1D, filters: 16, kernel_size: 3, padding: causal}
  pool: {type: MaxPooling1D}
  both: {type: Bidirectional, layer: {type: LSTM, units: 8, return_sequences: true}}
  norm: {type: LayerNormalization}
  look: {type: MultiHeadAttention, num_heads: 2, key_dim: 8, inputs: [norm, norm]}
  sum:  {type: Add, inputs: [norm, look]}
  last: {type: GRU, units: 8}
  out:  {type: Dense, units: 1, activation: sigmoid}
"""


def network(text):
    return lv.infer(read_spec(text.encode(), "spec.yaml", Limits()))


@pytest.fixture(scope="module")
def lenet5():
    return lv.infer(lv.load_spec(LENET5))


@pytest.fixture(scope="module")
def networks(lenet5):
    return {"lenet5": lenet5, "branches": network(BRANCHES), "words": network(WORDS)}


# The edit in words, what leaves the network, and its weights, worked out by hand.
BY_HAND = {
    # C1 36x36 less 4 is 32: S2 16, C3 12, S4 6: 120 · (6·6·16 + 1) instead of 120 · (5·5·16 + 1)
    'C1 padding "valid" → "same"': (10, 61706 + 120 * 16 * (36 - 25)),
    "C1 use_bias true → false": (10, 61706 - 6),
    "C1 filters 6 → 12": (10, 61706 + 6 * 26 + 16 * 6 * 25),
    'F6 activation "tanh" → "relu"': (10, 61706),
    "S2 AveragePooling2D → MaxPooling2D": (10, 61706),
    # 28: C1 24, S2 12, C3 8, S4 4
    "input shape 1@32x32 → 1@28x28": (10, 61706 - 120 * 16 * (25 - 16)),
    "input shape 1@32x32 → 3@32x32": (10, 61706 + 2 * 25 * 6),
    "C1 insert BatchNormalization after it": (10, 61706 + 4 * 6),
    "F6 insert Dense(84) after it": (10, 61706 + 85 * 84),
    # C3 24, S4 12
    "S2 delete it (AveragePooling2D(2x2))": (10, 61706 + 120 * 16 * (144 - 25)),
    "output delete it (Dense(10, softmax))": (84, 61706 - 850),
    "F6 duplicate it (Dense(84, tanh))": (10, 61706 + 85 * 84),
    "output duplicate it (Dense(10, softmax))": (10, 61706 + 110),
    # 120 → 10 → 84
    "F6 swap with output": (84, 61706 - 10164 - 850 + 121 * 10 + 11 * 84),
    # one value a map: 16 in the place of 400
    "flatten Flatten → GlobalAveragePooling2D": (10, 61706 - 120 * (400 - 16)),
    "S4 pool_size and strides 2x2 → 3x3": (10, 61706 - 120 * 16 * (25 - 9)),
}


@pytest.mark.parametrize("words", BY_HAND)
def test_an_edit_does_what_it_says(lenet5, words):
    (edit,) = [one for one in every_edit(lenet5) if f"{one.layer} {one.text}" == words]
    made = applied(lenet5, edit)
    assert (made.layer(made.outputs[0]).output, made.params) == (
        str(BY_HAND[words][0]), BY_HAND[words][1],
    )  # fmt: skip


def test_there_are_edits_of_every_kind_each_once_in_a_fixed_order(networks):
    for own in networks.values():
        edits = list(every_edit(own))
        assert edits == list(every_edit(own))
        told = [(one.layer, one.text) for one in edits]
        assert len(set(told)) == len(told)
        assert [e for n, e in enumerate(edits) if e in edits[:n]] == []
    kinds = {one.kind for own in networks.values() for one in every_edit(own)}
    assert kinds == set(KINDS)


@pytest.mark.parametrize("name", ["lenet5", "branches", "words"])
def test_what_is_kept_of_the_network_before_is_what_would_be_derived(networks, name):
    own = networks[name]
    made = [one for one in (applied(own, edit) for edit in every_edit(own)) if one is not None]
    assert len(made) > 100
    for one in made:
        outline = replace(one, layers=tuple(map(outlined, one.layers)), params=None, unknown={})
        assert inferred(outline) == one


@pytest.mark.parametrize("name", ["lenet5", "branches", "words"])
def test_keras_builds_what_inference_derives(networks, name):
    """One edit of each kind to each layer, or nearly so."""
    own = networks[name]
    first = {(one.layer, one.kind): one for one in every_edit(own)}
    tried = [made for one in list(first.values())[::3] if (made := applied(own, one)) is not None]
    for made in tried:
        spec = read_spec(freeze(made, "it").text.encode(), "it.yaml", Limits())
        assert spec.closed
        model = lv.build(spec)
        assert model.count_params() == made.params
        shapes = [tuple(one.shape[1:]) for one in model.outputs]
        assert shapes == [made.layer(name).shapes[0].sizes for name in made.outputs]
    assert len(tried) > 10


def test_several_edits_are_made_one_after_the_other(lenet5):
    padding = Argument(layer="C1", argument="padding", old="valid", new="same")
    relu = Activation(layer="C1", old="tanh", new="relu")
    smaller = Input(layer="input", old=Shape((32, 32, 1)), new=Shape((28, 28, 1)))
    made = applied(lenet5, padding, relu, smaller)
    assert made.layer("C1").config["padding"] == "same"
    assert made.layer("C1").activation == "relu"
    assert made.layer("C1").config["activation"] == "relu"
    assert made.params == lenet5.params


def test_what_cannot_be_made_or_does_not_join_is_no_network(lenet5):
    assert applied(lenet5, Input(layer="input", new=Shape((3, 3, 1)))) is None
    assert applied(lenet5, Argument(layer="C9", argument="padding", new="same")) is None
    assert applied(lenet5, Argument(layer="flatten", argument="padding", new="same")) is None
    assert applied(lenet5, Activation(layer="S2", new="relu")) is None
    assert applied(lenet5, Swap(layer="C1", other="C3")) is None
    circle = Rewire(layer="C1", old=Source("input"), new=Source("S2"))
    assert applied(lenet5, circle) is None
    gone = Delete(layer="S2", old=lenet5.layer("S2"))
    assert applied(lenet5, gone, gone) is None


def test_layers_that_nothing_reads_any_more_are_gone(networks):
    own = networks["branches"]
    made = applied(own, Delete(layer="sum", old=own.layer("sum"), keep=0))
    assert [one.name for one in made.layers if one.name in ("left", "norm", "sum")] == []
    kept = applied(own, Delete(layer="sum", old=own.layer("sum"), keep=1))
    assert [one.name for one in kept.layers][:4] == ["input", "stem", "left", "norm"]


def test_a_layer_is_inserted_before_one_reader_alone(networks):
    own = networks["branches"]
    new = Layer(name="left", type="Dropout", config=complete("Dropout", {"rate": 0.5}))
    made = applied(own, Insert(layer="stem", new=new, reader="sum"))
    assert made.layer("left").inputs == ("stem",)
    assert made.layer("sum").inputs == ("left_2", "norm")
    assert made.layer("left_2").shapes == own.layer("stem").shapes


def test_rows_stay_in_topological_order(networks):
    """Fed by a layer that comes later, and is not fed by it."""
    own = networks["branches"]
    edit = Insert(layer="input", new=replace(own.layer("stem"), name="other"), reader=None)
    made = applied(own, edit, Rewire(layer="stem", old=Source("other"), new=Source("input")))
    for one in (made, applied(own, edit)):
        seen = set()
        for row in one.layers:
            assert seen.issuperset(row.inputs)
            seen.add(row.name)
    assert "other" not in [row.name for row in made.layers]


@pytest.fixture(scope="module")
def composed():
    """A nested model, a layer that is called twice, and one that has two outputs."""
    inner = keras.Sequential(
        [keras.Input((8,)), keras.layers.Dense(8, name="a"), keras.layers.Dense(4, name="b")],
        name="inner",
    )
    left, right = keras.Input((8,), name="left"), keras.Input((8,), name="right")
    shared = keras.layers.Dense(8, name="shared")
    x = keras.layers.Add(name="sum")([shared(left), shared(right)])
    y = keras.layers.Reshape((4, 1), name="steps")(inner(x))
    _, state = keras.layers.GRU(3, return_state=True, name="gru")(y)
    return lv.read(keras.Model([left, right], keras.layers.Dense(2, name="out")(state)))


def test_edits_inside_nested_models(composed):
    (edit,) = [
        one
        for one in every_edit(composed)
        if one.within == ("inner",) and (one.layer, one.text) == ("a", "units 8 → 16")
    ]
    made = applied(composed, edit)
    assert made.params == composed.params + 8 * 9 + 8 * 4
    assert made.layer("inner").params == 16 * 9 + 4 * 17
    inside = {one.name: one for one in composed.layer("inner").layers}
    gone = applied(composed, Delete(layer="a", within=("inner",), old=inside["a"]))
    assert [one.name for one in gone.layer("inner").layers if one.params] == ["b"]
    assert gone.params == composed.params - 72
    # 8 numbers, where 4x1 are made of them
    assert applied(composed, Delete(layer="b", within=("inner",), old=inside["b"])) is None


def test_edits_to_a_layer_that_is_called_twice(composed):
    wider = Argument(layer="shared", argument="units", old=8, new=5)
    made = applied(composed, wider)
    assert made.layer("inner").layers[0].output == "5"  # the nested model takes what it is fed
    assert made.params == composed.params - 3 * 9 - 3 * 8
    bare = applied(composed, Argument(layer="shared", argument="use_bias", old=True, new=False))
    assert bare.params == composed.params - 8
    gone = applied(composed, Delete(layer="shared", old=composed.layer("shared")))
    assert gone.layer("sum").inputs == ("left", "right")
    assert gone.params == composed.params - 72


def test_edits_keep_which_output_of_a_layer_is_read(composed):
    other = complete("LSTM", {"units": 3, "return_state": True})
    made = applied(composed, Type(layer="gru", old="GRU", new="LSTM", arguments=other))
    assert made.layer("out").details[0].inputs == (Source("gru", 0, 1),)
    assert applied(composed, Delete(layer="gru", old=composed.layer("gru"))) is None
    twice = applied(composed, Duplicate(layer="inner", old=composed.layer("inner")))
    assert twice.params == composed.params + (4 + 1) * 8 + 36
    assert twice.layer("steps").inputs == ("inner_2",)


def test_edits_import_no_framework():
    code = (
        "import sys, lenet_verify as lv; from lenet_verify.edits import applied, every_edit;"
        f"own = lv.infer(lv.load_spec({str(LENET5)!r}));"
        "[applied(own, edit) for edit in every_edit(own)];"
        "sys.exit(bool({'keras', 'numpy', 'tensorflow', 'h5py'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
