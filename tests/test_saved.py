"""What is read of a saved file, held against Keras's own reading of the model that was saved.

`make parity` does so for all of keras.applications and for random models by the thousand.
"""

from __future__ import annotations

import json
import logging
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keras import layers as L  # noqa: N812
from keras.src.ops import core, numpy

import lenet_verify as lv
from lenet_verify.architecture import Architecture, Layer
from tests.parity import graphs
from tests.parity.saved import (
    FORMATS,
    WITH_WEIGHTS,
    differences,
    held_in_file,
    held_with_weights,
    saved,
)
from tests.parity.whole import weights_by_path

logging.getLogger("absl").setLevel(logging.ERROR)  # that .h5 is old

Rows = dict[str, tuple[Any, int | None]]
MODELS: dict[str, tuple[Callable[[], Any], Rows]] = {}
"""By name, what makes a model; and by the path of a layer its output and number of weights."""


def model(**rows: tuple[Any, int | None]) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    def noted(make: Callable[[], Any]) -> Callable[[], Any]:
        MODELS[make.__name__] = make, rows
        return make

    return noted


# ---- Sequential --------------------------------------------------------------------------------


@model(conv=("4@6x6", 112), pool=("4@3x3", 0), flat=("36", 0), last=("5", 185))
def declares_its_input():
    # 3*3*3*4 + 4; 36*5 + 5
    return keras.Sequential(
        [
            keras.Input((8, 8, 3), name="image"),
            L.Conv2D(4, 3, activation="relu", name="conv"),
            L.MaxPooling2D(name="pool"),
            L.Flatten(name="flat"),
            L.Dense(5, activation="softmax", name="last"),
        ]
    )


@model(first=("3", 15), second=("2", 8))
def built_on_a_shape():
    made = keras.Sequential([L.Dense(3, name="first"), L.Dense(2, name="second")])
    made.build((None, 4))
    return made


@model(first=("7x3", 15), second=("7x2", 8))
def built_by_a_call():
    made = keras.Sequential([L.Dense(3, name="first"), L.Dense(2, name="second")])
    made(np.zeros((2, 7, 4), "float32"))
    return made


@model(core=("4", 36), deep=("4", 36), tail=("3", 15), last=("2", 8))
def sequential_of_models():
    i = keras.Input((8,), name="i")
    core = keras.Model(i, L.Dense(4, name="deep")(i), name="core")
    tail = keras.Sequential([L.Dense(3, name="inner")], name="tail")
    return keras.Sequential([keras.Input((8,)), core, tail, L.Dense(2, name="last")])


@model(last=(("2", "2", "2"), 48))
def ends_in_states():
    # 4*(3 + 2 + 1)*2
    parts = [keras.Input((6, 3)), L.LSTM(2, return_state=True, name="last")]
    return keras.Sequential(parts)


# ---- functional --------------------------------------------------------------------------------


@model(both=("8", 0), one=("3", 27), two=("2", 18))
def several_inputs_and_outputs():
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    both = L.Concatenate(name="both")([a, b])
    return keras.Model([a, b], [L.Dense(3, name="one")(both), L.Dense(2, name="two")(both)])


@model(joined=("7", 0), y=("2", 16))
def inputs_and_outputs_by_name():
    a, b = keras.Input((4,), name="a"), keras.Input((3,), name="b")
    joined = L.Concatenate(name="joined")([b, a])
    return keras.Model({"b": b, "a": a}, {"y": L.Dense(2, name="y")(joined), "b": joined})


@model(body=("3", 15), core=("3", 15), deep=("3", 15), relu=("3", 0), head=("2", 8))
def nested_two_deep():
    i, j = keras.Input((4,), name="i"), keras.Input((4,), name="j")
    core = keras.Model(i, L.Dense(3, name="deep")(i), name="core")
    body = keras.Model(j, L.ReLU(name="relu")(core(j)), name="body")
    x = keras.Input((4,), name="x")
    return keras.Model(x, L.Dense(2, name="head")(body(x)))


@model(core=(("3", "2"), 25), left=("3", 15), right=("2", 10), sum=("3", 0))
def nested_called_twice():
    i = keras.Input((4,), name="i")
    core = keras.Model(i, [L.Dense(3, name="left")(i), L.Dense(2, name="right")(i)], name="core")
    x, y = keras.Input((4,), name="x"), keras.Input((4,), name="y")
    first, second = core(x), core(y)
    return keras.Model([x, y], [L.Add(name="sum")([first[0], second[0]]), second[1]])


@model(chain=("2", 23), inner=("3", 15), after=("1", 3))
def nested_sequential_of_no_input():
    chain = keras.Sequential([L.Dense(3, name="inner"), L.Dense(2)], name="chain")
    x = keras.Input((4,), name="x")
    return keras.Model(x, L.Dense(1, name="after")(chain(x)))


@model(shared=("4", 20), between=("4", 0), joined=("12", 0))
def shared_at_different_depths():
    shared = L.Dense(4, name="shared")
    x = keras.Input((4,), name="x")
    once = shared(x)
    twice = shared(L.ReLU(name="between")(once))
    return keras.Model(x, L.Concatenate(name="joined")([once, twice, shared(twice)]))


@model(cut=("2x3", 0), shifted=("2x3", 0), stacked=("6x3", 0), reduced=("3", 0), d=("2", 8))
def operations():
    x = keras.Input((6, 3), name="x")
    cut = numpy.GetItem(name="cut")(x, (slice(None), slice(1, 5, 2)))
    shifted = numpy.Add(name="shifted")(cut, np.ones((1, 2, 3), "float32"))
    stacked = numpy.Concatenate(axis=1, name="stacked")([cut, shifted, cut])
    reduced = numpy.Sum(axis=1, name="reduced")(stacked * 2.0)
    return keras.Model(x, L.Dense(2, name="d")(reduced))


@model(counted=("4", 0), kept=("4", 0))
def operations_with_a_dtype():
    x = keras.Input((4,), name="x")
    counted = numpy.Cumsum(axis=1, dtype="float32", name="counted")(x)
    return keras.Model(x, core.Cast("float16", name="kept")(counted))


# ---- what is handed over besides ---------------------------------------------------------------


@model(embedded=("5x4", 40), lstm=("5x3", 144), heads=("5x3", 123), mean=("3", 0))
def masks_that_keras_makes():
    # 10*4; 4*(8 + 3 + 1)*3; 2 heads of 4: 3*(3*8 + 8) + 8*3 + 3
    words = keras.Input((5,), dtype="int32", name="words")
    more = keras.Input((5, 4), name="more")
    seen = L.Embedding(10, 4, mask_zero=True, name="embedded")(words)
    both = L.Concatenate(name="both")([seen, L.Masking(name="masking")(more)])
    over = L.LSTM(3, return_sequences=True, name="lstm")(both)
    alike = L.MultiHeadAttention(2, 4, name="heads")(over, over)
    alike = L.Dropout(0.1, name="drop")(alike)
    return keras.Model([words, more], L.GlobalAveragePooling1D(name="mean")(alike))


@model(lstm=("3", 96), pooled=("4", 0))
def a_mask_of_ones_own():
    x, keep = keras.Input((5, 4), name="x"), keras.Input((5,), dtype="bool", name="keep")
    pooled = L.GlobalAveragePooling1D(name="pooled")(x, mask=keras.ops.logical_not(keep))
    return keras.Model([x, keep], [L.LSTM(3, name="lstm")(x, mask=keep), pooled])


@model(encoder=(("6x4", "4", "4"), 128), decoder=("6x4", 144), last=(("2", "2"), 42))
def states():
    # 4*(3 + 4 + 1)*4; 4*(4 + 4 + 1)*4; 3*(4 + 2)*2 + 2 of each gate
    x = keras.Input((6, 3), name="x")
    out, h, c = L.LSTM(4, return_state=True, return_sequences=True, name="encoder")(x)
    out = L.LSTM(4, return_sequences=True, name="decoder")(out, initial_state=[h, c])
    return keras.Model(x, L.GRU(2, return_state=True, reset_after=False, name="last")(out))


@model(heads=(("5x4", "5@2x5"), 118), flat=("50", 0))
def attention_scores():
    # 2 heads of 3: 3*(4*6 + 6) + 6*4 + 4; 2*5*5
    q, v = keras.Input((5, 4), name="q"), keras.Input((5, 4), name="v")
    found, scores = L.MultiHeadAttention(2, 3, name="heads")(
        q, value=v, return_attention_scores=True
    )
    found = L.UnitNormalization(name="norm")(found)
    return keras.Model([q, v], [found, L.Flatten(name="flat")(scores)])


@model(drop=("4", 0), norm=("4", 16))
def told_to_train():
    x = keras.Input((4,), name="x")
    out = L.Dropout(0.5, name="drop")(x, training=True)
    return keras.Model(x, L.BatchNormalization(name="norm")(out, training=False))


# ---- how layers are set up ---------------------------------------------------------------------


@model(conv=("4@6x6", 112), norm=("4@6x6", 16), mean=("4", 0))
def channels_first():
    x = keras.Input((3, 8, 8), name="x")
    out = L.Conv2D(4, 3, data_format="channels_first", name="conv")(x)
    out = L.BatchNormalization(axis=1, name="norm")(out)
    return keras.Model(x, L.GlobalAveragePooling2D(data_format="channels_first", name="mean")(out))


@model(core=("3", 15), deep=("3", 15), still=("5", 20), head=("2", 12))
def frozen():
    core = keras.Sequential([keras.Input((4,)), L.Dense(3, name="deep")], name="core")
    x = keras.Input((4,), name="x")
    out = L.Dense(5, trainable=False, name="still")(core(x))
    made = keras.Model(x, L.Dense(2, name="head")(out))
    core.trainable = False
    return made


@model(half=("3", 15), whole=("2", 8))
def in_half_precision():
    x = keras.Input((4,), name="x")
    out = L.Dense(3, dtype="mixed_float16", name="half")(x)
    return keras.Model(x, L.Dense(2, name="whole")(out))


@model(bidirectional=("5x6", 168), each=("5x2", 14), spectral=("5x2", 8))
def wrapped():
    # 2 * 4*(3 + 3 + 1)*3; 6*2 + 2; 2*2 + 2, and a vector of 2
    x = keras.Input((5, 3), name="x")
    out = L.Bidirectional(L.LSTM(3, return_sequences=True), name="bidirectional")(x)
    out = L.TimeDistributed(L.Dense(2), name="each")(out)
    return keras.Model(x, L.SpectralNormalization(L.Dense(2), name="spectral")(out))


@model(generator=("3", 15), image=("2", 8))
def called_as_the_state_of_random_numbers():
    generator = keras.Sequential([keras.Input((4,)), L.Dense(3), L.Dropout(0.1)], name="generator")
    x = keras.Input((4,), name="x")
    return keras.Model(x, L.Dense(2, name="image")(generator(x)))


def _two_ends():
    x = keras.Input((4,), name="x")
    return keras.Model(x, [L.Dense(3, name="one")(x), L.Dense(2, name="two")(x)])


@model(one=("3", 15), two=("2", 10))
def compiled_by_lists():
    made = _two_ends()
    made.compile("sgd", ["mse", "mae"], metrics=[["accuracy"], [keras.metrics.AUC()]])
    return made


@model(one=("3", 15), two=("2", 10))
def compiled_by_name():
    made = _two_ends()
    made.compile(
        keras.optimizers.AdamW(),
        {"one": "mse", "two": keras.losses.Huber()},
        metrics={"one": ["mae"], "two": ["mse", "accuracy"]},
    )
    return made


# ---- each of them, in each format --------------------------------------------------------------


def rows(layers: tuple[Layer, ...]) -> dict[str, Layer]:
    """Every layer by its name, those inside nested models too."""
    found = {}
    for layer in layers:
        found |= {layer.name: layer, **rows(layer.layers)}
    return found


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("name", MODELS)
def test_a_file_is_read_as_keras_reads_the_model(name, format_, tmp_path):
    make, expected = MODELS[name]
    made = make()
    live = lv.read(made)
    path = saved(made, tmp_path, format_)
    assert differences(live, path) == []
    found = rows(lv.read(path).layers)
    assert {key: (found[key].output, found[key].params) for key in expected} == expected
    if format_ in WITH_WEIGHTS:
        held = held_with_weights(live, weights_by_path(made), path)
        assert held.disagreements == ()
        assert held.layers > 0 or not made.weights


def read(name: str, tmp_path: Path, format_: str = "json") -> Architecture:
    return lv.read(saved(MODELS[name][0](), tmp_path, format_))


# ---- by hand -----------------------------------------------------------------------------------


@pytest.mark.parametrize("format_", ["json", "keras"])
def test_a_sequential_that_is_not_built_has_layers_and_no_shapes(format_, tmp_path):
    made = keras.Sequential([L.Dense(3, name="first"), L.Conv2D(2, 3, name="second")])
    path = saved(made, tmp_path, format_)
    assert differences(lv.read(made), path) == []
    found = lv.read(path)
    assert [(layer.name, layer.type, layer.shapes) for layer in found.layers] == [
        ("first", "Dense", None),
        ("second", "Conv2D", None),
    ]
    assert found.unknown["layers"] == "the model declares no input shape, so it cannot be called"
    assert found.layers[0].unknown["params"] == "it is not built"


def test_all_outputs_of_a_layer_go_to_the_next(tmp_path):
    # no layer but one that joins takes them all, though Keras makes the model
    parts = [keras.Input((6, 3)), L.LSTM(2, return_state=True), L.Add(name="sum")]
    made = keras.Sequential(parts)
    path = saved(made, tmp_path, "json")
    assert differences(lv.read(made), path) == []
    assert len(lv.read(path).layer("sum").inputs) == 3


def test_what_a_layer_is_called_with_is_told(tmp_path):
    heads = read("attention_scores", tmp_path).layer("heads")
    assert heads.unknown["call"] == "it is called with return_attention_scores"
    assert [(one.layer, one.argument) for one in heads.details[0].inputs] == [
        ("q", ""),
        ("v", "value"),
    ]
    drop = read("told_to_train", tmp_path).layer("drop")
    assert drop.unknown["call"] == "it is called with training"


def test_masks_of_keras_are_no_wires_and_ones_own_are(tmp_path):
    found = read("masks_that_keras_makes", tmp_path)
    assert [layer.name for layer in found.layers if layer.type.startswith("ops.")] == []
    assert found.layer("lstm").inputs == ("both",)
    found = read("a_mask_of_ones_own", tmp_path)
    (lstm,) = found.layer("lstm").details
    assert [(one.layer, one.argument) for one in lstm.inputs] == [("x", ""), ("keep", "mask")]
    (pooled,) = found.layer("pooled").details
    assert [one.argument for one in pooled.inputs] == ["", "mask"]


def test_states_are_outputs_of_the_layer_before(tmp_path):
    (call,) = read("states", tmp_path).layer("decoder").details
    assert [(one.layer, one.output) for one in call.inputs] == [
        ("encoder", 0),
        ("encoder", 1),
        ("encoder", 2),
    ]


def test_what_is_frozen_is_not_trained(tmp_path):
    for format_ in FORMATS:
        found = read("frozen", tmp_path, format_)
        assert (found.params, found.trainable, found.non_trainable) == (47, 12, 35)
        assert found.layer("core").layers[-1].trainable == 0


def test_how_a_model_is_compiled(tmp_path):
    for format_ in WITH_WEIGHTS:
        found = read("compiled_by_name", tmp_path, format_).compiled
        assert (found.optimizer, found.loss) == ("adamw", ("mean_squared_error", "huber"))
        assert found.metrics == ("mean_absolute_error", "mean_squared_error", "accuracy")
        found = read("compiled_by_lists", tmp_path, format_).compiled
        assert (found.optimizer, found.loss) == (
            "sgd",
            ("mean_squared_error", "mean_absolute_error"),
        )
        assert found.metrics == ("accuracy", "auc")


def categorical_crossentropy(true, predicted):
    return keras.ops.mean(true - predicted)


@pytest.mark.parametrize(
    "loss", [keras.losses.categorical_crossentropy, categorical_crossentropy], ids=["keras", "own"]
)
def test_a_function_is_known_to_a_file_by_its_name_alone(loss, tmp_path):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    model.compile("adam", loss, metrics=["accuracy"])
    model.save(tmp_path / "m.keras")
    found = lv.read(str(tmp_path / "m.keras"))
    assert found.unknown["loss"] == (
        "the file tells of a function categorical_crossentropy, and not whose it is"
    )
    assert "metrics" not in found.unknown
    ours = lv.read(model).compiled.loss
    assert (ours == "categorical_crossentropy") == (loss is keras.losses.categorical_crossentropy)


def test_the_calls_of_a_shared_layer(tmp_path):
    found = read("shared_at_different_depths", tmp_path)
    assert found.layer("shared").calls == (("x",), ("between",), ("shared",))
    assert [(one.layer, one.call) for one in found.layer("joined").details[0].inputs] == [
        ("shared", 0),
        ("shared", 1),
        ("shared", 2),
    ]
    assert found.params == 20


# ---- files that say what is not so -------------------------------------------------------------

SPEC = """
format: 1
title: Edited
claims:
  - id: sizes
    why: the file says otherwise
    expect:
      hidden: {output: 3}
"""


def edited(path: Path, before: str, after: str) -> Path:
    """A .keras file with another text in its config."""
    other = path.with_name("edited.keras")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(other, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "config.json":
                assert content.decode().count(before) > 0
                content = content.decode().replace(before, after).encode()
            target.writestr(name, content)
    return other


def judged(text: str, path: Path, tmp_path: Path) -> lv.Finding:
    """What becomes of the one claim."""
    spec = tmp_path / "spec.yaml"
    spec.write_text(text)
    verdict = lv.check(lv.load_spec(spec), lv.read(path))
    (finding,) = [one for one in verdict.findings if one.claim is not None]
    return finding


@pytest.mark.parametrize("said", [5, 2])
def test_a_declared_shape_that_the_arguments_do_not_give(said, tmp_path):
    x = keras.Input((4,), name="x")
    made = keras.Model(x, L.Dense(2, name="last")(L.Dense(3, name="hidden")(x)))
    path = saved(made, tmp_path, "keras")
    assert judged(SPEC, path, tmp_path).outcome is lv.Outcome.HOLDS
    other = edited(path, '"shape": [null, 3]', f'"shape": [null, {said}]')
    finding = judged(SPEC, other, tmp_path)
    assert (finding.outcome, finding.code) == (lv.Outcome.UNKNOWN, "derivations-disagree")
    assert re.search(f"{said}.* 3", finding.reason)


def test_arguments_that_the_declared_shapes_do_not_give(tmp_path):
    x = keras.Input((4,), name="x")
    made = keras.Model(x, L.Dense(2, name="last")(L.Dense(3, name="hidden")(x)))
    path = edited(saved(made, tmp_path, "keras"), '"units": 3', '"units": 7')
    finding = judged(SPEC, path, tmp_path)
    assert (finding.outcome, finding.code) == (lv.Outcome.UNKNOWN, "derivations-disagree")
    # and its weights are those of before: 4*3 and 3, not 4*7 and 7
    with_weights = lv.read(path, weights=True).layer("hidden")
    assert sorted(with_weights.weights) == [(3,), (4, 3)]


class Doubled(L.Layer):
    """Somebody's own layer."""

    def build(self, shape):
        self.factor = self.add_weight(shape=(shape[-1],))

    def call(self, x):
        return x * self.factor


class Bare(Doubled):
    """One that writes nothing but what it was made with."""

    def __init__(self, size=3, **more):
        super().__init__(**more)
        self.size = size

    def get_config(self):
        return {"size": self.size}


def test_of_a_layer_of_somebodys_own_a_file_declares_the_output(tmp_path):
    x = keras.Input((4,), name="x")
    made = keras.Model(x, L.Dense(2, name="last")(Doubled(name="hidden")(x)))
    path = saved(made, tmp_path, "keras")
    hidden = lv.read(path).layer("hidden")
    assert (hidden.output, hidden.params) == ("4", None)
    assert hidden.declared == {"output": "by what the file declares of it alone"}
    finding = judged(SPEC.replace("output: 3", "output: 4"), path, tmp_path)
    assert finding.reason == "by what the file declares of it alone"
    assert finding.outcome is lv.Outcome.HOLDS
    hidden = lv.read(path, weights=True).layer("hidden")
    assert (hidden.params, hidden.declared["params"]) == (4, "by its weights in the file alone")


@pytest.mark.parametrize("format_", FORMATS)
def test_a_layer_that_does_not_write_its_name(format_, tmp_path):
    parts = [keras.Input((4,)), Bare(name="mine"), Bare(name="yours"), L.Dense(2, name="last")]
    path = saved(keras.Sequential(parts), tmp_path, format_)
    found = lv.read(path)
    assert [layer.name for layer in found.layers[1:]] == ["bare", "bare_1", "last"]
    # its class is nobody's, not an operation's, which writes as little
    assert all(re.search("[.>]Bare$", layer.type) for layer in found.layers[1:3])
    assert "type" in found.layers[1].unknown


def test_a_lookup_in_keras_file_keeps_more_than_weights(tmp_path):
    table = L.StringLookup(vocabulary=["a", "b"], output_mode="tf_idf", idf_weights=[1.0, 2.0])
    made = keras.Sequential([keras.Input((4,), dtype="string"), table])
    found = lv.read(saved(made, tmp_path, "keras"), weights=True)
    assert found.layers[-1].weights == ()
    assert found.stray_weights == ()


# ---- keras.applications and random models ------------------------------------------------------


@pytest.mark.parametrize("name", ["ConvNeXtTiny", "EfficientNetB0", "MobileNetV3Small"])
def test_a_well_known_model_as_json(name, tmp_path):
    with keras.StatelessScope(initialize_variables=False):
        made = getattr(keras.applications, name)(weights=None)
    live = lv.read(made)
    held = held_in_file(live, saved(made, tmp_path, "json"))
    assert (held.disagreements, held.unsaid) == ((), ())


def test_mobilenet_with_its_weights(tmp_path):
    made = keras.applications.MobileNetV2(weights=None)
    live, weights = lv.read(made), weights_by_path(made)
    for format_ in WITH_WEIGHTS:
        path = saved(made, tmp_path, format_)
        held = held_in_file(live, path)
        assert (held.disagreements, held.unsaid) == ((), ())
        held = held_with_weights(live, weights, path)
        assert (held.disagreements, held.layers) == ((), 105)
        assert lv.read(path).params == 3_538_984


some = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("kind", graphs.GROWN)
@settings(some, max_examples=35)
@given(st.integers(0, 10**6))
def test_random_models_as_json(kind, seed):
    for what, held in graphs.in_files(graphs.GROWN[kind](Random(seed)), ["json"]):
        assert not held.disagreements, (kind, seed, what, held)


@pytest.mark.parametrize("kind", graphs.GROWN)
@settings(some, max_examples=5)
@given(st.integers(0, 10**6))
def test_random_models_with_their_weights(kind, seed):
    grown = graphs.GROWN[kind](Random(seed), real=True)
    for what, held in graphs.in_files(grown, WITH_WEIGHTS):
        assert not held.disagreements, (kind, seed, what, held)


def test_json_is_what_is_read(tmp_path):
    """That a difference would be seen."""
    made = MODELS["nested_two_deep"][0]()
    path = saved(made, tmp_path, "json")
    config = json.loads(path.read_text())
    config["config"]["layers"][1]["config"]["layers"][1]["config"]["layers"][1]["config"][
        "units"
    ] = 9
    path.write_text(json.dumps(config))
    found = differences(lv.read(made), path)
    assert any("deep (Dense): params" in one for one in found)
