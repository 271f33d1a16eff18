"""Files that Keras 2 really writes, held against what Keras 2 says of its own models.

tf_keras runs in a process of its own (this module, as a script), so that it does not meet Keras 3.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

from lenet_verify.architecture import Call, Layer
from lenet_verify.checking.weights import stored_weights
from lenet_verify.readers import read
from lenet_verify.verdict import Outcome

ROOT = Path(__file__).parent.parent
FORMATS = ("keras", "h5", "json")

# ---- the models; `k` is tf_keras, `L` its layers -----------------------------------------------

MODELS: dict[str, Any] = {}
APPLICATIONS = {
    # by the papers and Keras's documentation; the weights of each layer once
    "MobileNet": 4_253_864,
    "MobileNetV3Small": 2_554_968,
    "ResNet50": 25_636_712,
    "EfficientNetB0": 5_330_571,
}


def model(make):
    MODELS[make.__name__] = make
    return make


@model
def declared_by_its_first_layer(k, L):
    chain = k.Sequential(
        [
            L.Conv2D(4, 3, input_shape=(8, 8, 3), activation="relu", name="conv"),
            L.MaxPooling2D(name="pool"),
            L.Flatten(name="flat"),
            L.Dense(5, activation="softmax", name="last"),
        ]
    )
    chain.compile("adam", "categorical_crossentropy", ["accuracy"])
    return chain


@model
def declared_by_an_input(k, L):
    return k.Sequential([k.Input((4, 3), name="given"), L.GRU(2, name="gru"), L.Dense(1, name="d")])


@model
def built_on_a_shape(k, L):
    chain = k.Sequential([L.Dense(3, name="first"), L.Dense(2, name="second")])
    chain.build((None, 4))
    return chain


@model
def several_ends(k, L):
    a, b = k.Input((4,), name="a"), k.Input((4,), name="b")
    both = L.Concatenate(name="both")([a, b])
    one, two = L.Dense(3, name="one")(both), L.Dense(2, activation="tanh", name="two")(both)
    whole = k.Model([a, b], [one, two])
    whole.compile(
        "sgd", {"one": "mse", "two": "mae"}, metrics={"one": ["mae"], "two": ["mse", "accuracy"]}
    )
    return whole


@model
def inputs_by_name(k, L):
    a, b = k.Input((4,), name="a"), k.Input((3,), name="b")
    joined = L.Concatenate(name="joined")([b, a])
    whole = k.Model({"b": b, "a": a}, {"y": L.Dense(2, name="y")(joined)})
    whole.compile("rmsprop", ["mse"])
    return whole


@model
def nested_two_deep(k, L):
    i = k.Input((4,), name="i")
    core = k.Model(i, L.Dense(3, name="deep")(i), name="core")
    j = k.Input((4,), name="j")
    body = k.Model(j, L.ReLU(name="relu")(core(j)), name="body")
    x = k.Input((4,), name="x")
    return k.Model(x, L.Dense(2, name="head")(body(x)))


@model
def nested_called_twice(k, L):
    i = k.Input((4,), name="i")
    core = k.Model(i, [L.Dense(3, name="left")(i), L.Dense(2, name="right")(i)], name="core")
    x, y = k.Input((4,), name="x"), k.Input((4,), name="y")
    first, second = core(x), core(y)
    return k.Model([x, y], [L.Add(name="sum")([first[0], second[0]]), second[1]])


@model
def nested_sequentials(k, L):
    given = k.Sequential([k.Input((4,)), L.Dense(3, name="in_given")], name="given")
    open_ = k.Sequential([L.Dense(2, name="in_open"), L.Dropout(0.5, name="drop")], name="open")
    x, y = k.Input((4,), name="x"), k.Input((4,), name="y")
    return k.Model([x, y], [open_(given(x)), open_(given(y))])


@model
def sequential_of_models(k, L):
    i = k.Input((8,), name="i")
    core = k.Model(i, L.Dense(4, name="deep")(i), name="core")
    tail = k.Sequential([L.Dense(3, name="inner")], name="tail")
    return k.Sequential([core, tail, L.Dense(2, name="last")])


@model
def shared_at_different_depths(k, L):
    shared = L.Dense(4, name="shared")
    x = k.Input((4,), name="x")
    once = shared(x)
    twice = shared(L.ReLU(name="between")(once))
    return k.Model(x, L.Concatenate(name="joined")([once, twice, shared(twice)]))


@model
def masks(k, L):
    words, more = k.Input((5,), dtype="int32", name="words"), k.Input((5, 4), name="more")
    seen = L.Embedding(10, 4, mask_zero=True, name="embedded")(words)
    masked = L.Masking(name="masking")(more)
    both = L.Concatenate(name="both")([seen, masked])
    over = L.LSTM(3, return_sequences=True, name="lstm")(both)
    alike = L.Attention(name="attention")([over, over])
    return k.Model([words, more], L.GlobalAveragePooling1D(name="mean")(alike))


@model
def own_mask(k, L):
    x, keep = k.Input((5, 4), name="x"), k.Input((5,), dtype="bool", name="keep")
    return k.Model([x, keep], L.LSTM(3, name="lstm")(x, mask=keep))


@model
def attention(k, L):
    q, v = k.Input((5, 4), name="q"), k.Input((6, 4), name="v")
    heads = L.MultiHeadAttention(2, 3, name="heads")
    found, scores = heads(q, value=v, return_attention_scores=True)
    additive = L.AdditiveAttention(name="additive")([found, v])
    return k.Model([q, v], [additive, L.Flatten(name="flat")(scores)])


@model
def recurrent(k, L):
    x = k.Input((6, 3), name="x")
    out, h, c = L.LSTM(4, return_state=True, return_sequences=True, name="encoder")(x)
    out = L.LSTM(4, return_sequences=True, name="decoder")(out, initial_state=[h, c])
    out = L.Bidirectional(L.GRU(3, reset_after=False, return_sequences=True), name="both")(out)
    cells = [L.LSTMCell(2), L.GRUCell(3)]
    out = L.RNN(L.StackedRNNCells(cells), return_sequences=True, name="stacked")(out)
    out = L.TimeDistributed(L.Dense(2), name="each")(out)
    return k.Model(x, L.SimpleRNN(2, name="last")(out))


@model
def seen_over_time(k, L):
    x = k.Input((3, 8, 8, 2), name="x")
    out = L.ConvLSTM2D(4, 3, return_sequences=True, name="seen")(x)
    return k.Model(x, L.Conv3D(2, (1, 3, 3), name="conv")(out))


@model
def of_many_kinds(k, L):
    x = k.Input((16, 16, 3), name="x")
    out = L.ZeroPadding2D(((0, 1), (0, 1)), name="pad")(x)
    out = L.SeparableConv2D(8, 3, strides=2, name="separable")(out)
    out = L.BatchNormalization(name="norm")(out)
    out = L.LeakyReLU(alpha=0.2, name="leaky")(out)
    out = L.DepthwiseConv2D(3, depth_multiplier=2, name="depthwise")(out)
    out = L.GroupNormalization(4, name="groups")(out)
    out = L.PReLU(shared_axes=[1, 2], name="prelu")(out)
    out = L.Conv2DTranspose(4, 3, strides=2, padding="same", name="up")(out)
    out = L.LayerNormalization(name="layer_norm")(out)
    out = L.UpSampling2D(2, name="larger")(out)
    out = L.SpatialDropout2D(0.1, name="dropped")(out)
    out = L.AveragePooling2D(name="pool")(out)
    out = L.Permute((3, 1, 2), name="permuted")(out)
    out = L.Reshape((4, -1), name="reshaped")(out)
    out = L.Conv1D(3, 2, padding="causal", name="causal")(out)
    out = L.GlobalMaxPooling1D(name="top")(out)
    out = L.RepeatVector(2, name="repeated")(out)
    return k.Model(x, L.Dense(2, activation=k.activations.gelu, name="last")(out))


@model
def channels_first(k, L):
    x = k.Input((3, 8, 8), name="x")
    out = L.Conv2D(4, 3, data_format="channels_first", name="conv")(x)
    out = L.BatchNormalization(axis=1, name="norm")(out)
    return k.Model(x, L.GlobalAveragePooling2D(data_format="channels_first", name="mean")(out))


@model
def frozen(k, L):
    core = k.Sequential([k.Input((4,)), L.Dense(3, name="deep")], name="core")
    core.trainable = False
    x = k.Input((4,), name="x")
    out = L.Dense(5, trainable=False, name="still")(core(x))
    return k.Model(x, L.BatchNormalization(name="norm")(L.Dense(2, name="head")(out)))


@model
def in_half(k, L):
    policy = k.mixed_precision.Policy("mixed_float16")
    x = k.Input((4,), name="x")
    return k.Model(x, L.Dense(3, dtype=policy, name="half")(x))


@model
def told_when_called(k, L):
    x = k.Input((4,), name="x")
    out = L.Dropout(0.5, name="drop")(x, training=True)
    return k.Model(x, L.Dense(2, name="d")(out))


@model
def arithmetic(k, L):
    import tensorflow as tf

    x, y = k.Input((4,), name="x"), k.Input((4,), name="y")
    out = (x + y) * 2.0 - 1.0
    out = 1.0 - out / y
    out = tf.nn.relu(out)
    out = tf.maximum(out, x)
    return k.Model([x, y], L.Dense(2, name="d")(tf.math.sigmoid(out)))


@model
def sliced(k, L):
    x = k.Input((6, 4), name="x")
    return k.Model(x, L.Dense(2, name="d")(x[:, 1:3]))


@model
def with_a_constant(k, L):
    import numpy as np

    x = k.Input((4,), name="x")
    out = L.Add(name="shifted")([x, np.ones((1, 4), "float32")])
    return k.Model(x, L.Dense(2, name="d")(out))


@model
def by_tensorflow(k, L):
    import tensorflow as tf

    x = k.Input((6, 4), name="x")
    out = tf.reshape(x, (-1, 24))
    out = L.Dense(2, name="after")(out)
    return k.Model(x, out)


@model
def thresholded(k, L):
    x = k.Input((4,), name="x")
    out = L.ThresholdedReLU(0.5, name="above")(L.Dense(3, name="before")(x))
    return k.Model(x, L.Dense(2, name="after")(out))


@model
def by_lambda(k, L):
    x = k.Input((4,), name="x")
    out = L.Lambda(lambda t: t * 2, name="doubled")(L.Dense(3, name="before")(x))
    return k.Model(x, L.Dense(2, name="after")(out))


@model
def masks_through_a_model(k, L):
    words = k.Input((5,), dtype="int32", name="words")
    out = L.Embedding(9, 4, mask_zero=True, name="embedded")(words)
    out = L.Bidirectional(L.GRU(3, return_sequences=True), name="both")(out)
    out = L.Add(name="sum")([out, L.Attention(name="attention")([out, out])])
    out = L.TimeDistributed(L.Dense(2), name="each")(out)
    core = k.Sequential([L.LSTM(4, return_sequences=True), L.LSTM(2)], name="core")
    return k.Model(words, core(out))


@model
def directions_apart(k, L):
    x = k.Input((5, 4), name="x")
    there, back = L.Bidirectional(L.LSTM(3), merge_mode=None, name="apart")(x)
    more = L.Bidirectional(L.LSTM(3, return_state=True), name="stateful")(x)
    return k.Model(x, [there, back, *more])


@model
def prepared(k, L):
    x = k.Input((8, 8, 3), name="x")
    out = L.RandomFlip(name="flipped")(L.Rescaling(1 / 255, name="scaled")(x))
    out = L.CenterCrop(3, 3, name="cropped")(L.Resizing(4, 4, name="resized")(out))
    normal = L.Normalization(mean=[1.0, 2.0, 3.0], variance=[1.0, 1.0, 1.0], name="normal")
    words = k.Input((1,), dtype="string", name="words")
    table = L.TextVectorization(vocabulary=["a", "b"], output_sequence_length=4, name="table")
    return k.Model([x, words], [normal(out), L.Embedding(5, 2, name="seen")(table(words))])


@model
def locally_connected(k, L):
    x = k.Input((8, 3), name="x")
    return k.Model(x, L.Dense(2, name="after")(L.LocallyConnected1D(4, 3, name="local")(x)))


@model
def of_ones_own(k, L):
    @k.saving.register_keras_serializable("theirs")
    class Scaled(L.Layer):
        def build(self, shape):
            self.factor = self.add_weight(shape=(shape[-1],))

        def call(self, x):
            return x * self.factor

    x = k.Input((3,), name="x")
    return k.Model(x, L.Dense(2, name="after")(Scaled(name="scaled")(x)))


UNKNOWN = {
    "locally_connected": {"local": "no class of Keras", "after": "feeds it"},
    "of_ones_own": {"scaled": "no class of Keras", "after": "feeds it"},
    "attention": {"heads": "return_attention_scores", "flat": "feeds it"},
    # of what only the code knows, and of what that feeds
    "by_tensorflow": {"tf.reshape": "Keras 2 noted by name", "after": "feeds it"},
    "thresholded": {"above": "ThresholdedReLU", "after": "feeds it"},
    "by_lambda": {"doubled": "Lambda", "after": "feeds it"},
    "with_a_constant": {"shifted": "constant", "d": "feeds it"},
}
"""Layers whose shapes no file tells, and a word of the reason."""


# ---- what Keras 2 says of them -----------------------------------------------------------------


def write(folder: Path) -> None:
    """Saves every model in every format, and what tf_keras says of it."""
    import tf_keras as k

    warnings.simplefilter("ignore")  # .h5 is legacy
    facts = {}
    for name, make in MODELS.items():
        k.backend.clear_session()
        one = make(k, k.layers)
        facts[name] = of_model(one)
        (folder / f"{name}.json").write_text(one.to_json())
        one.save(folder / f"{name}.keras")
        one.save(folder / f"{name}.h5")
    for name in APPLICATIONS:
        k.backend.clear_session()
        one = getattr(k.applications, name)(weights=None)
        facts[name] = of_model(one)
        (folder / f"{name}.json").write_text(one.to_json())
    (folder / "facts.json").write_text(json.dumps(facts))


def of_model(whole: Any) -> dict[str, Any]:
    """What tf_keras says of a model: its layers by name, and what is in them."""
    return {
        "params": whole.count_params(),
        "trainable": sum(weight.shape.num_elements() for weight in whole.trainable_weights),
        "layers": {layer.name: of_layer(layer, whole) for layer in whole.layers},
    }


def of_layer(layer: Any, whole: Any) -> dict[str, Any]:
    of_whole = getattr(whole, "_network_nodes", None) or getattr(
        getattr(whole, "_functional", None), "_network_nodes", set()
    )
    nodes = [
        node
        for number, node in enumerate(layer._inbound_nodes)
        if f"{layer.name}_ib-{number}" in of_whole
    ]
    return {
        "class": type(layer).__name__,
        "params": layer.count_params(),
        "outputs": [shapes_of(node.output_shapes) for node in nodes],
        "layers": {
            inner.name: of_layer(inner, layer)
            for inner in (layer.layers if type(layer).__name__ in NESTED else ())
        },
    }


def shapes_of(value: Any) -> list[list[int | None]]:
    """The shapes in a value, however it is nested."""
    if isinstance(value, dict):
        return [shape for key in sorted(value) for shape in shapes_of(value[key])]
    if isinstance(value, list) or (value and isinstance(value[0], tuple | list)):
        return [shape for item in value for shape in shapes_of(item)]
    return [list(value)]


NESTED = ("Functional", "Sequential")


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every model in every format, and what Keras 2 says of it in facts.json."""
    folder = tmp_path_factory.mktemp("keras2")
    command = [sys.executable, "-W", "ignore", "-m", "tests.test_keras2_files", folder]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-2000:]
    return folder


@pytest.fixture(scope="session")
def facts(files: Path) -> dict[str, Any]:
    return json.loads((files / "facts.json").read_text())


# ---- the files, held against that --------------------------------------------------------------


def hold(layers: tuple[Layer, ...], told: dict[str, Any], free: dict[str, str], path: str) -> None:
    """Every layer, those inside nested models too."""
    ours = {layer.name: layer for layer in layers}
    missing = [name for name in told if name not in ours and told[name]["class"] != "InputLayer"]
    assert not missing, f"{path}: {missing} not in {list(ours)}"
    for name, one in told.items():
        if name in ours:
            hold_layer(ours[name], one, free, f"{path}/{name}")


def hold_layer(layer: Layer, told: dict[str, Any], free: dict[str, str], path: str) -> None:
    if "OpLambda" not in told["class"]:
        assert re.split("[.>]", layer.type)[-1] == told["class"], path
    calls = layer.details or (Call((), shapes=layer.shapes),)
    if layer.name in free:
        assert layer.params in (None, told["params"])
        if layer.shapes is None:
            assert free[layer.name] in layer.unknown["output"], (path, dict(layer.unknown))
            return
        if layer.params is None:
            assert "output" in layer.declared, path  # a .keras file says what the next was built on
    else:
        assert layer.params == told["params"], (path, dict(layer.unknown))
    hold(layer.layers, told["layers"], free, path)
    seen = [[[None, *shape.sizes] for shape in call.shapes or ()] for call in calls]
    if path.count("/") == 1:
        assert seen == told["outputs"], path
    elif told["outputs"]:  # of a Sequential that was never built by itself, there are none
        assert seen == told["outputs"][-len(seen) :], path


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("name", MODELS)
def test_a_file_of_keras_2_is_what_keras_2_says(files, facts, name, format_):
    found = read(files / f"{name}.{format_}")
    free = UNKNOWN.get(name, {})
    hold(found.layers, facts[name]["layers"], free, name)
    if free:
        assert found.params is None or found.params == facts[name]["params"]
        return
    assert found.params == facts[name]["params"]
    assert found.trainable == facts[name]["trainable"]


@pytest.mark.parametrize("format_", ["keras", "h5"])
@pytest.mark.parametrize("name", MODELS)
def test_its_weights_are_those_that_its_config_implies(files, facts, name, format_):
    found = read(files / f"{name}.{format_}", weights=True)
    findings = list(stored_weights(found))
    assert {one.outcome for one in findings} <= {Outcome.HOLDS}, findings
    assert found.stray_weights == ()
    with_weights = {
        key for key, one in facts[name]["layers"].items() if one["params"] and key not in UNKNOWN
    }
    checked = {one.layer for one in findings}
    assert with_weights - set(UNKNOWN.get(name, ())) <= checked


@pytest.mark.parametrize(("name", "params"), APPLICATIONS.items())
def test_an_application_of_keras_2(files, facts, name, params):
    found = read(files / f"{name}.json")
    hold(found.layers, facts[name]["layers"], {}, name)
    assert found.params == facts[name]["params"] == params


# ---- by hand -----------------------------------------------------------------------------------


def by_name(path: Path, *, weights: bool = False) -> dict[str, Layer]:
    return {layer.name: layer for layer in read(path, weights=weights).layers}


def test_a_first_layer_that_declares_the_input(files):
    # 3*3*3*4 + 4; 6*6 halved is 3*3; 3*3*4*5 + 5
    found = read(files / "declared_by_its_first_layer.h5")
    assert [(layer.name, layer.output, layer.params) for layer in found.layers] == [
        ("conv_input", "3@8x8", 0),
        ("conv", "4@6x6", 112),
        ("pool", "4@3x3", 0),
        ("flat", "36", 0),
        ("last", "5", 185),
    ]
    assert (found.compiled.optimizer, found.compiled.loss) == ("adam", "categorical_crossentropy")
    assert found.compiled.metrics == ("accuracy",)


@pytest.mark.parametrize("format_", ["keras", "h5"])
def test_metrics_by_the_names_that_keras_2_was_given(files, format_):
    found = read(files / f"several_ends.{format_}").compiled
    assert found.loss == ("mean_squared_error", "mean_absolute_error")
    assert found.metrics == ("mean_absolute_error", "mean_squared_error", "accuracy")


def test_a_gru_that_resets_before(files):
    # 3 gates * (4 from below + 3 of its own + 1) * 3, in both directions; after, 1 more a unit
    assert by_name(files / "recurrent.keras")["both"].params == 144
    assert by_name(files / "declared_by_an_input.h5")["gru"].params == 3 * (3 + 2 + 2) * 2


def test_arguments_of_keras_2_in_the_words_of_keras_3(files):
    found = by_name(files / "of_many_kinds.h5")
    assert found["leaky"].config["negative_slope"] == pytest.approx(0.2)
    assert found["norm"].config["axis"] in (-1, 3)
    assert found["last"].activation == "gelu"
    assert by_name(files / "channels_first.h5")["conv"].output == "4@6x6"
    assert by_name(files / "channels_first.h5")["norm"].params == 16


def test_the_calls_of_a_nested_model_are_counted_from_its_first_use(files):
    found = read(files / "nested_called_twice.json")
    core, total = found.layer("core"), found.layer("sum")
    assert core.calls == (("x",), ("y",))
    assert [(one.layer, one.call, one.output) for one in total.details[0].inputs] == [
        ("core", 0, 0),
        ("core", 1, 0),
    ]
    assert [(one.layer, one.call, one.output) for one in found.ends] == [
        ("sum", 0, 0),
        ("core", 1, 1),
    ]


def test_functions_of_tensorflow_that_are_operations(files):
    found = by_name(files / "arithmetic.keras")
    assert [layer.type for layer in found.values()] == [
        *("InputLayer", "InputLayer", "ops.Add", "ops.Multiply", "ops.Subtract"),
        *("ops.TrueDivide", "ops.Subtract", "ops.Relu", "ops.Maximum", "ops.Sigmoid", "Dense"),
    ]
    assert found["tf.math.multiply"].config["x2"] == 2.0
    # 1.0 - …: the number comes first
    assert found["tf.math.subtract_1"].config["x1"] == 1.0
    assert found["tf.math.subtract_1"].inputs == ("tf.math.truediv",)
    assert found["tf.nn.relu"].activation == "relu"
    assert by_name(files / "sliced.json")["tf.__operators__.getitem"].output == "2x4"


def test_tensors_that_are_handed_over_by_name(files):
    heads = by_name(files / "attention.h5")["heads"]
    assert [(one.layer, one.argument) for one in heads.details[0].inputs] == [
        ("q", ""),
        ("v", "value"),
    ]
    assert "return_attention_scores" in heads.unknown["call"]
    lstm = by_name(files / "own_mask.h5")["lstm"]
    assert [(one.layer, one.argument) for one in lstm.details[0].inputs] == [
        ("x", ""),
        ("keep", "mask"),
    ]
    decoder = by_name(files / "recurrent.json")["decoder"]
    assert [(one.layer, one.output) for one in decoder.details[0].inputs] == [
        ("encoder", 0),
        ("encoder", 1),
        ("encoder", 2),
    ]


def test_a_layer_that_takes_an_array_for_a_tensor(files):
    shifted = by_name(files / "with_a_constant.h5")["shifted"]
    assert shifted.unknown["call"] == "it is called with a constant in the place of a tensor"
    assert shifted.shapes is None


@pytest.mark.parametrize(
    ("name", "layer", "said"),
    [
        ("thresholded", "above", "it is no class of Keras"),
        ("by_lambda", "doubled", "what a Lambda computes cannot be read"),
        ("by_tensorflow", "tf.reshape", "it calls tf.reshape of TensorFlow"),
    ],
)
@pytest.mark.parametrize("format_", FORMATS)
def test_what_only_code_knows_is_unknown(files, name, layer, said, format_):
    found = by_name(files / f"{name}.{format_}")[layer]
    assert said in found.unknown["type"]
    assert found.params is None
    assert found.shapes is None or found.declared["output"]


def edited(files: Path, name: str, change: Any) -> Path:
    """A model's JSON in another version's words."""
    config = json.loads((files / f"{name}.json").read_text())
    path = files / f"{name}_edited.json"
    path.write_text(json.dumps(change(config)))
    return path


def without_modules(value: Any) -> Any:
    """As it was before 2.13: an object tells its class's name alone."""
    if isinstance(value, dict):
        kept = value.keys() - {"module", "registered_name", "build_config"}
        return {key: without_modules(item) for key, item in value.items() if key in kept}
    return [without_modules(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", [name for name in MODELS if name not in UNKNOWN])
def test_older_files_tell_the_same(files, facts, name):
    def older(config):
        config = without_modules(config)
        return config | {"class_name": config["class_name"].replace("Functional", "Model")}

    found = read(edited(files, name, older))
    if name == "sequential_of_models":
        return  # whose input nothing but build_input_shape told
    hold(found.layers, facts[name]["layers"], {}, name)
    assert found.params == facts[name]["params"]


def test_a_sequential_that_is_a_list(files, facts):
    def older(config):
        config = without_modules(config)
        layers = [one for one in config["config"]["layers"] if one["class_name"] != "InputLayer"]
        return config | {"config": layers}

    found = read(edited(files, "declared_by_its_first_layer", older))
    assert found.layer("conv").output == "4@6x6"
    hold(found.layers, facts["declared_by_its_first_layer"]["layers"], {}, "list")


def test_a_layer_that_keras_3_has_no_more(files):
    def other(config):
        return json.loads(json.dumps(config).replace('"LSTM"', '"CuDNNLSTM"'))

    found = by_name(edited(files, "own_mask", other))
    assert "CuDNNLSTM" in found["lstm"].unknown["type"]
    assert (found["lstm"].shapes, found["lstm"].params) == (None, None)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
