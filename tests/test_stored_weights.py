"""The weights that a file keeps, held against its config (case 23): no weight is ever read."""

from __future__ import annotations

import io
import json
import shutil
import warnings
from pathlib import Path

import pytest

from lenet_verify.cli import main
from tests import stored
from tests.test_file_bytes import served

h5py = pytest.importorskip("h5py")

ROOT = Path(__file__).parent.parent
SPEC = str(ROOT / "spec" / "lenet5.yaml")
CLAIMS = "format: 1\ntitle: t\nclaims:\n- {id: a, why: x, unchecked: y}\n"


@pytest.fixture
def verdict(capfd, monkeypatch):
    """The verdict on a file with its weights as JSON, and the exit code."""

    def run(path, spec=SPEC, *options):
        path = Path(path)
        monkeypatch.chdir(path.parent)
        arguments = [spec, "--weights", "--model", path.name, "--format", "json", *options]
        code = main(arguments)
        out, err = capfd.readouterr()
        assert err == ""
        return code, json.loads(out)

    return run


def of_weights(found, *outcomes):
    """The findings on weights with one of those outcomes, or with any."""
    findings = [f for f in found["findings"] if f["fact"] == "weights"]
    return [f for f in findings if not outcomes or f["outcome"] in outcomes]


def with_weights(path, change):
    """A copy of a file with its HDF5 changed in place; its path."""
    copy = path.with_name(f"changed-{path.name}")
    if path.suffix == ".h5":
        shutil.copyfile(path, copy)
        with h5py.File(copy, "r+") as file:
            change(file["model_weights"])
        return copy
    config, weights = stored.unpacked(path)
    held = io.BytesIO(weights)
    with h5py.File(held, "r+") as file:
        change(file["layers"])
    copy.write_bytes(stored.archive(config, held.getvalue()))
    return copy


def with_config(path, old, new):
    """A copy of a file with its config changed, the weights as they were; its path."""
    copy = path.with_name(f"changed-{path.name}")
    if path.suffix == ".h5":
        shutil.copyfile(path, copy)
        with h5py.File(copy, "r+") as file:
            text = file.attrs["model_config"]
            assert text.count(old) == 1
            file.attrs["model_config"] = text.replace(old, new)
        return copy
    config, weights = stored.unpacked(path)
    text = json.dumps(config)
    assert text.count(old) == 1
    copy.write_bytes(stored.archive(text.replace(old, new), weights))
    return copy


@pytest.fixture
def paper(lenets, tmp_path):
    """LeNet-5 as both kinds of files that have weights, to be changed."""
    for form in ("keras", "h5"):
        shutil.copyfile(lenets / f"paper.{form}", tmp_path / f"paper.{form}")
    return tmp_path


# ---- what agrees -------------------------------------------------------------------------------

# the weights of each layer of LeNet-5, by hand
LENET5 = {
    "C1": ["6", "5x5x1x6"],
    "C3": ["16", "5x5x6x16"],
    "C5": ["120", "400x120"],
    "F6": ["84", "120x84"],
    "output": ["10", "84x10"],
}


@pytest.mark.parametrize("form", ["keras", "h5"])
def test_the_weights_of_lenet5_are_those_of_its_config(paper, verdict, form):
    code, found = verdict(paper / f"paper.{form}")
    assert (code, found["holds"]) == (0, True)
    seen = of_weights(found)
    assert {f["layer"]: sorted(f["observed"]) for f in seen} == {
        name: sorted(shapes) for name, shapes in LENET5.items()
    }
    assert {(f["code"], f["outcome"], f["reason"]) for f in seen} == {("weights", "holds", None)}


def test_without_being_asked_for_no_weight_is_looked_at(paper, capfd, monkeypatch):
    monkeypatch.chdir(paper)
    bad = with_config(paper / "paper.keras", '"units": 84', '"units": 85')
    assert main([SPEC, "--model", bad.name, "--format", "json"]) == 1
    found = json.loads(capfd.readouterr().out)
    assert of_weights(found) == []
    assert found["counts"]["broken"] > 0  # the claims on F6


BUILDER = '''
import keras
from keras import layers


@keras.saving.register_keras_serializable("mine")
class Scaled(layers.Layer):
    """Of five and six weights, as no file can tell but by them."""

    def build(self, shape):
        self.a = self.add_weight(shape=(5,), name="a")
        self.b = self.add_weight(shape=(2, 3), name="b")

    def call(self, x):
        return x

    def compute_output_shape(self, shape):
        return shape


def nested():
    inner = keras.Sequential(
        [keras.Input((6,)), layers.Dense(4, name="p"), layers.Dense(3, name="q")], name="inner"
    )
    x = keras.Input((6,), name="x")
    y = keras.Input((3,), name="y0")
    deeper = keras.Model(y, layers.Dense(2, name="p")(y), name="deeper")
    both = keras.Model(x, deeper(inner(x)), name="both")
    z = keras.Input((6,), name="z")
    return keras.Model(z, layers.Dense(5, name="p")(both(z)), name="nested")


def shared():
    x, y = keras.Input((4,), name="x"), keras.Input((4,), name="y")
    once = layers.Dense(4, name="once")
    return keras.Model([x, y], layers.Add(name="add")([once(once(x)), once(y)]))


def recurrent():
    x = keras.Input((7, 4), name="x")
    y = layers.LSTM(3, return_sequences=True, name="lstm")(x)
    y = layers.GRU(3, return_sequences=True, name="gru")(y)
    y = layers.SimpleRNN(3, return_sequences=True, name="simple")(y)
    y = layers.RNN([layers.LSTMCell(3), layers.GRUCell(2)], return_sequences=True, name="cells")(y)
    y = layers.Bidirectional(layers.LSTM(5, return_sequences=True), name="both")(y)
    y = layers.TimeDistributed(layers.Dense(2), name="each")(y)
    return keras.Model(x, layers.Conv1D(2, 3, name="conv")(y))


def attention():
    x = keras.Input((7, 4), name="x")
    y = layers.MultiHeadAttention(2, 3, dropout=0.5, name="mha")(x, x)
    y = layers.GroupQueryAttention(6, 4, 2, name="gqa")(y, y)
    return keras.Model(x, layers.LayerNormalization(name="norm")(y))


def random():
    x = keras.Input((8, 8, 3), name="x")
    y = layers.RandomFlip(seed=1, name="flip")(x)
    y = layers.RandomRotation(0.1, name="turn")(y)
    y = layers.GaussianNoise(0.1, name="noise")(y)
    y = layers.Conv2D(2, 3, name="conv")(y)
    y = layers.SpatialDropout2D(0.1, name="spatial")(y)
    y = layers.Dropout(0.5, seed=3, name="drop")(y)
    return keras.Model(x, layers.Dense(2, name="dense")(layers.Flatten(name="flat")(y)))


def several():
    x = keras.Input((9,), name="x")
    y = layers.Dense(8, name="dense_2")(x)
    y = layers.Dense(7, name="dense")(y)
    y = layers.BatchNormalization(name="dense_1")(y)
    y = layers.Dense(6, use_bias=False, name="dense_4")(y)
    return keras.Model(x, layers.Dense(5, name="dense_3")(y))


def spatial():
    x = keras.Input((8, 8, 3), name="x")
    y = layers.SeparableConv2D(4, 3, name="separable")(x)
    y = layers.DepthwiseConv2D(3, name="depthwise")(y)
    y = layers.Conv2DTranspose(2, 3, name="back")(y)
    y = layers.PReLU(shared_axes=[1, 2], name="prelu")(y)
    y = layers.GroupNormalization(2, name="group")(y)
    return keras.Model(x, keras.ops.relu(y))


def embedded():
    x = keras.Input((5,), dtype="int32", name="x")
    return keras.Model(x, layers.Dense(2, name="dense")(layers.Embedding(11, 3, name="words")(x)))


def custom():
    x = keras.Input((4,), name="x")
    return keras.Model(x, layers.Dense(3, name="dense")(Scaled(name="scaled")(x)))


def adapted():
    model = keras.Sequential([keras.Input((8,)), layers.Dense(6, name="dense")])
    model.layers[0].enable_lora(2)
    return model


def trained():
    model = several()
    model.compile("adam", "mse")
    model.optimizer.build(model.trainable_variables)
    return model
'''

# how many layers keep weights, and the weights of some of them, by hand
KEPT = {
    "nested": (2, {"both": ["2", "3", "3x2", "4", "4x3", "6x4"], "p": ["2x5", "5"]}),
    "shared": (1, {"once": ["4", "4x4"]}),
    "recurrent": (
        7,
        {
            "lstm": ["12", "3x12", "4x12"],
            "gru": ["2x9", "3x9", "3x9"],
            "cells": ["12", "2x6", "2x6", "3x12", "3x12", "3x6"],
            "both": ["20", "20", "2x20", "2x20", "5x20", "5x20"],
            "each": ["10x2", "2"],
        },
    ),
    "attention": (3, {"mha": ["2x3", "2x3", "2x3", "2x3x4", "4", "4x2x3", "4x2x3", "4x2x3"]}),
    "random": (2, {"conv": ["2", "3x3x3x2"], "dense": ["2", "72x2"]}),
    "several": (5, {"dense": ["7", "8x7"], "dense_1": ["7", "7", "7", "7"], "dense_4": ["7x6"]}),
    "spatial": (5, {"separable": ["1x1x3x4", "3x3x3x1", "4"], "prelu": ["1x1x2"]}),
    "embedded": (2, {"words": ["11x3"], "dense": ["2", "3x2"]}),
    "custom": (1, {"dense": ["3", "4x3"]}),
    "trained": (5, {"dense": ["7", "8x7"]}),
}


# a .keras file keeps the kernel with what was learnt added to it, an .h5 file both
ADAPTED = {"keras": ["6", "8x6"], "h5": ["2x6", "6", "8x2", "8x6"]}


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A folder with a model of each structure as .keras and .h5."""
    pytest.importorskip("keras")
    folder = tmp_path_factory.mktemp("kept")
    (folder / "claims.yaml").write_text(CLAIMS)
    makers: dict = {}
    exec(BUILDER, makers)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # .h5 is legacy
        for name in (*KEPT, "adapted"):
            model = makers[name]()
            model.save(folder / f"{name}.keras")
            model.save(folder / f"{name}.h5")
    return folder


@pytest.mark.parametrize("form", ["keras", "h5"])
@pytest.mark.parametrize("name", KEPT)
def test_what_keras_writes_agrees(kept, verdict, name, form):
    _, found = verdict(kept / f"{name}.{form}", "claims.yaml")
    count, layers = KEPT[name]
    seen = of_weights(found)
    assert [f for f in seen if f["outcome"] != "holds"] == []
    assert len(seen) == count
    shown = {f["layer"]: sorted(f["observed"]) for f in seen}
    for layer, shapes in layers.items():
        assert shown[layer] == sorted(shapes)


@pytest.mark.parametrize("form", ["keras", "h5"])
def test_a_low_rank_adaptation_may_be_added_to_its_kernel(kept, verdict, form):
    _, found = verdict(kept / f"adapted.{form}", "claims.yaml")
    (finding,) = of_weights(found)
    assert (finding["outcome"], sorted(finding["observed"])) == ("holds", ADAPTED[form])


@pytest.mark.parametrize("form", ["keras", "h5"])
def test_a_strangers_weights_are_known_by_the_file_alone(kept, verdict, form, capfd, monkeypatch):
    (kept / "scaled.yaml").write_text(
        "format: 1\ntitle: t\nclaims:\n"
        "- {id: a, why: 5 + 2·3, expect: {scaled: {params: 11}}}\n"
        "- {id: b, why: 11 + 4·3 + 3, expect: {model: {params: 26}}}\n"
    )
    path = kept / f"custom.{form}"
    code, found = verdict(path, "scaled.yaml")
    assert code == 0
    seen = {f["claim"]: f for f in found["findings"] if f["fact"] == "params"}
    assert [seen[claim]["observed"] for claim in "ab"] == [11, 26]
    assert seen["a"]["reason"] == "by its weights in the file alone"
    # and without them, unknown
    assert main(["scaled.yaml", "--model", path.name, "--format", "json"]) == 1
    found = json.loads(capfd.readouterr().out)
    assert {f["outcome"] for f in found["findings"]} == {"unknown"}


# ---- what differs ------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["keras", "h5"])
@pytest.mark.parametrize(
    ("old", "new", "layer", "implied", "kept_"),
    [
        ('"units": 84', '"units": 85', "F6", ["120x85", "85"], ["120x84", "84"]),
        ('"filters": 6', '"filters": 7', "C1", ["5x5x1x7", "7"], ["5x5x1x6", "6"]),
    ],
)
def test_case_23_another_size_in_the_config(paper, verdict, form, old, new, layer, implied, kept_):
    code, found = verdict(with_config(paper / f"paper.{form}", old, new))
    assert code == 1
    broken = {f["layer"]: f for f in of_weights(found, "broken")}
    finding = broken[layer]
    assert finding["code"] == "weights"
    assert sorted(finding["expected"]) == implied
    assert sorted(finding["observed"]) == kept_
    assert finding["reason"] == "its file keeps other weights than its config implies"


def test_case_23_is_told_in_text_and_markdown(paper, capfd, monkeypatch):
    monkeypatch.chdir(paper)
    path = with_weights(paper / "paper.keras", lambda layers: _resized(layers, "dense_1"))
    for kind in ("text", "markdown"):
        assert main([SPEC, "--weights", "--model", path.name, "--format", kind]) == 1
        out = capfd.readouterr().out
        assert "its file keeps other weights than its config implies" in out
        assert "120x84" in out
        assert "120x85" in out


def _resized(layers, name):
    group = layers[name]
    place = next(iter(_datasets(group)))
    shape = group[place].shape
    del group[place]
    group[place] = [[0.0] * (shape[-1] + 1)] * shape[0] if len(shape) > 1 else [0.0] * 85


def _datasets(group):
    found = []
    group.visititems(lambda name, it: found.append(name) if isinstance(it, h5py.Dataset) else None)
    return sorted(found, key=lambda name: -len(group[name].shape))


CHANGES = {
    "a weight of another shape": _resized,
    "a weight less": lambda layers, name: layers[name].__delitem__(_datasets(layers[name])[0]),
    "a weight more": lambda layers, name: layers[name].__setitem__("vars/7", [1.0, 2.0]),
    "no weights of a layer": lambda layers, name: layers.__delitem__(name),
    "an empty weight": lambda layers, name: layers[name].__setitem__("vars/8", h5py.Empty("f")),
    "a scalar": lambda layers, name: layers[name].__setitem__("vars/9", 1.0),
}


@pytest.mark.parametrize("form", ["keras", "h5"])
@pytest.mark.parametrize("change", CHANGES)
def test_case_23_other_weights_in_the_file(paper, verdict, form, change):
    name = {"keras": "dense_1", "h5": "F6"}[form]
    path = with_weights(paper / f"paper.{form}", lambda layers: CHANGES[change](layers, name))
    code, found = verdict(path)
    assert code == 1
    (finding,) = of_weights(found, "broken")
    assert (finding["code"], finding["layer"]) == ("weights", "F6")
    assert sorted(finding["expected"]) == ["120x84", "84"]
    assert sorted(finding["observed"]) != ["120x84", "84"]
    assert len(of_weights(found, "holds")) == 4


@pytest.mark.parametrize("form", ["keras", "h5"])
def test_case_23_weights_of_a_layer_that_is_not_there(paper, verdict, form):
    def more(layers):
        layers["hidden/vars/0"] = [[1.0]]

    code, found = verdict(with_weights(paper / f"paper.{form}", more))
    assert code == 1
    (finding,) = of_weights(found, "broken")
    assert (finding["code"], finding["layer"]) == ("weights", "model")
    assert "hidden/vars/0" in finding["reason"]
    assert "its file keeps weights for layers that its config lacks" in finding["reason"]


def test_case_23_a_layer_that_hides_as_the_state_of_random_numbers(paper, verdict):
    """More than the two numbers that such a state has are weights."""

    def more(layers):
        layers["dense_1/seed_generator/vars/0"] = [[1.0] * 100]

    code, found = verdict(with_weights(paper / "paper.keras", more))
    assert code == 1
    assert [f["layer"] for f in of_weights(found, "broken")] == ["F6"]


def test_case_23_the_weights_of_another_model(lenets, paper, verdict):
    config, _ = stored.unpacked(lenets / "paper.keras")
    _, others = stored.unpacked(lenets / "same.keras")
    (paper / "swapped.keras").write_bytes(stored.archive(config, others))
    code, found = verdict(paper / "swapped.keras")
    assert code == 1
    (finding,) = of_weights(found, "broken")
    # 6 maps of 16x16 halved to 16 of 6x6, by `same` padding of the first convolution
    assert finding["layer"] == "C5"
    assert sorted(finding["observed"]) == ["120", "576x120"]


def test_names_of_strangers_in_weights_do_nothing(paper, capfd, monkeypatch):
    def more(layers):
        for name in ("\x1b[2J", "::error::x", "<script>", "a\nb", "`|`"):
            layers.create_dataset(f"{name}/vars", data=[1.0])

    monkeypatch.chdir(paper)
    path = with_weights(paper / "paper.h5", more)
    for kind in ("text", "markdown", "json"):
        assert main([SPEC, "--weights", "--model", path.name, "--format", kind]) == 1
        out, err = capfd.readouterr()
        assert err == ""
        assert "\x1b" not in out
        assert not any(line.lstrip().startswith("::") for line in out.splitlines())
        assert kind != "markdown" or "<script>" not in out.replace("\\<script", "")


# ---- what cannot be told -----------------------------------------------------------------------


def unknown(found):
    (finding,) = of_weights(found)
    assert (finding["code"], finding["outcome"]) == ("opaque", "unknown")
    return finding["reason"]


def test_json_holds_no_weights(lenets, paper, verdict):
    shutil.copyfile(lenets / "paper.json", paper / "paper.json")
    code, found = verdict(paper / "paper.json")
    assert code == 1
    assert unknown(found) == "a .json file holds no weights"


def test_compressed_weights_are_not_read(paper, verdict):
    config, weights = stored.unpacked(paper / "paper.keras")
    (paper / "packed.keras").write_bytes(stored.archive(config, weights, packed=True))
    code, found = verdict(paper / "packed.keras")
    assert code == 1
    assert unknown(found) == "its model.weights.h5 is compressed"


def test_an_archive_without_weights(paper, verdict):
    config, _ = stored.unpacked(paper / "paper.keras")
    (paper / "bare.keras").write_bytes(stored.archive(config))
    code, found = verdict(paper / "bare.keras")
    assert code == 1
    assert unknown(found) == "there is no model.weights.h5 in it"


@pytest.mark.parametrize("damage", ["empty", "cut", "zeros", "text", "superblock", "links"])
def test_damaged_weights_never_hold(paper, verdict, damage):
    config, weights = stored.unpacked(paper / "paper.keras")
    linked = io.BytesIO()
    with h5py.File(linked, "w") as file:
        file["layers"] = h5py.ExternalLink("/etc/passwd", "/")
    changed = {
        "empty": b"",
        "cut": weights[: len(weights) // 2],
        "zeros": bytes(4096),
        "text": b"no HDF5 at all",
        "superblock": weights[:8] + bytes([255] * 40) + weights[48:],
        "links": linked.getvalue(),
    }
    (paper / "damaged.keras").write_bytes(stored.archive(config, changed[damage]))
    code, found = verdict(paper / "damaged.keras")
    assert code == 1
    assert "damaged.keras: model.weights.h5: " in unknown(found)
    assert found["counts"]["broken"] == 0  # what the config tells stands


def test_hdf5_without_its_weights(paper, verdict):
    """An .h5 file with a config and nothing else: no weight of any layer."""
    with h5py.File(paper / "paper.h5", "r+") as file:
        del file["model_weights"]
    code, found = verdict(paper / "paper.h5")
    assert code == 1
    assert {f["layer"] for f in of_weights(found, "broken")} == set(LENET5)


def test_a_model_of_a_strangers_class(paper, verdict):
    """Of its layers nothing is known, hence nothing of whose its weights are either."""
    _, weights = stored.unpacked(paper / "paper.keras")
    mine = {"module": "mine", "class_name": "Net", "registered_name": "mine>Net",
            "config": {"name": "net"}}  # fmt: skip
    (paper / "mine.keras").write_bytes(stored.archive(mine, weights))
    code, found = verdict(paper / "mine.keras")
    assert code == 1
    assert {f["outcome"] for f in of_weights(found)} <= {"unknown"}
    assert found["counts"]["broken"] == 0


# ---- how much is fetched -----------------------------------------------------------------------


def test_how_many_bytes_are_fetched(lenets, capfd):
    """Of some hundred kilobytes: texts alone, or the headers of the weights besides."""
    size = (lenets / "paper.keras").stat().st_size
    sent = {}
    for options in ((), ("--weights",)):
        with served(lenets / "paper.keras") as (url, server):
            assert main([SPEC, "--model", url, *options]) == 0
            sent[options] = server.sent
    capfd.readouterr()
    config, _ = stored.unpacked(lenets / "paper.keras")
    texts = len(json.dumps(config))
    assert sent[()] < texts + 10_000
    assert sent[()] < sent["--weights",] < size


def test_a_damaged_file_of_weights_matters_only_to_weights(paper, capfd, monkeypatch):
    monkeypatch.chdir(paper)
    config, _ = stored.unpacked(paper / "paper.keras")
    (paper / "damaged.keras").write_bytes(stored.archive(config, b"\x89HDF\r\n\x1a\nxxxx"))
    assert main([SPEC, "--model", "damaged.keras"]) == 0
    assert main([SPEC, "--model", "damaged.keras", "--weights"]) == 1
    out, err = capfd.readouterr()
    assert "damaged" in out
    assert err == ""
