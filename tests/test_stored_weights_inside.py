"""The weights of layers inside nested models: whose they are, and that two cannot be swapped."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from functools import partial
from itertools import pairwise

import pytest

from lenet_verify.cli import main
from tests import stored
from tests.test_stored_weights import CLAIMS, of_weights, verdict, with_weights  # noqa: F401

h5py = pytest.importorskip("h5py")

# which Keras writes them is told in `keras`, and `layers` are its own
MODELS = '''
def dense(units, name):
    return layers.Dense(units, name=name)


def around(inner, *shape):
    x = keras.Input(shape, name="x")
    return keras.Model(x, dense(2, "head")(inner(x)), name="whole")


def functional():
    x = keras.Input((6,), name="x0")
    return around(keras.Model(x, dense(3, "q")(dense(4, "p")(x)), name="inner"), 6)


def sequential():
    return around(keras.Sequential([dense(4, "p"), dense(3, "q")], name="inner"), 6)


def deep():
    model = None
    for number, size in enumerate((6, 5, 4, 3)):
        x = keras.Input((6,), name=f"x{number}")
        y = model(x) if model else x
        model = keras.Model(x, dense(size, f"d{number}")(y), name=f"m{number}")
    return around(model, 6)


def sequentials():
    inner = keras.Sequential([dense(4, "p1"), dense(3, "q1")], name="inner")
    middle = keras.Sequential([inner, dense(5, "p2")], name="middle")
    outer = keras.Sequential([middle, dense(6, "p3")], name="outer")
    return keras.Sequential([keras.Input((6,)), outer, dense(2, "head")], name="whole")


def called_twice():
    x = keras.Input((6,), name="x0")
    inner = keras.Model(x, dense(6, "q")(dense(4, "p")(x)), name="inner")
    y = keras.Input((6,), name="y")
    return keras.Model(y, dense(2, "head")(inner(inner(y))))


def normalized():
    x = keras.Input((6,), name="x0")
    y = layers.BatchNormalization(name="n1")(dense(4, "p")(x))
    y = layers.BatchNormalization(name="n2")(dense(5, "q")(y))
    return around(keras.Model(x, y, name="inner"), 6)


def frozen():
    model = normalized()
    for name in ("p", "n2"):
        model.get_layer("inner").get_layer(name).trainable = False
    return model


def frozen_whole():
    model = normalized()
    model.get_layer("inner").trainable = False
    model.get_layer("inner").get_layer("q").trainable = True
    return model


def wrapped():
    x = keras.Input((5, 6), name="x0")
    y = layers.TimeDistributed(dense(4, "d"), name="each")(x)
    y = layers.Bidirectional(layers.LSTM(3, name="l"), name="both")(y)
    return around(keras.Model(x, dense(2, "p")(y), name="inner"), 5, 6)


def wrapped_later():
    """Its weights are called as before it was wrapped, so that only it can have them."""
    before = dense(4, "before")
    before.build((None, 6))
    x = keras.Input((5, 6), name="x0")
    y = layers.TimeDistributed(before, name="each")(x)
    return around(keras.Model(x, dense(3, "p")(y), name="inner"), 5, 6)


def like_others():
    """Layers that are called as weights are, and as the model is."""
    x = keras.Input((6,), name="x0")
    y = dense(3, "bias")(dense(5, "inner")(dense(4, "kernel")(x)))
    return around(keras.Model(x, y, name="inner"), 6)


def wrapped_model():
    x = keras.Input((6,), name="x0")
    model = keras.Model(x, dense(3, "r")(x), name="model")
    y = keras.Input((5, 6), name="y0")
    z = layers.TimeDistributed(model, name="each")(dense(6, "q")(dense(4, "p")(y)))
    return around(keras.Model(y, z, name="inner"), 5, 6)
'''

WRITER = """
import os, sys, warnings
warnings.simplefilter("ignore")
if sys.argv[1] == "keras":
    import keras
else:
    import tf_keras as keras
layers = keras.layers
exec(sys.stdin.read())
for name in sys.argv[2:]:
    keras.backend.clear_session()
    for end in ("keras", "h5"):
        globals()[name]().save(f"{name}.{end}")
"""

# two layers inside; of some models what each of them keeps, by hand
INSIDE = {
    "functional": ("inner/p", "inner/q"),
    "sequential": ("inner/p", "inner/q"),
    "deep": ("m3/m2/m1/d1", "m3/d3"),
    "sequentials": ("outer/middle/inner/p1", "outer/p3"),
    "called_twice": ("inner/p", "inner/q"),
    "normalized": ("inner/n1", "inner/n2"),
    "frozen": ("inner/n1", "inner/n2"),
    "frozen_whole": ("inner/p", "inner/q"),
    "wrapped": ("inner/each", "inner/p"),
    "wrapped_later": ("inner/each", "inner/p"),
    "like_others": ("inner/inner", "inner/bias"),
    "wrapped_model": ("inner/p", "inner/q"),
}
KEEPS = {
    "functional": (["6x4", "4"], ["4x3", "3"]),
    "normalized": (["4"] * 4, ["5"] * 4),
    "wrapped": (["6x4", "4"], ["6x2", "2"]),
    "wrapped_model": (["6x4", "4"], ["4x6", "6"]),
}
UNKNOWN = ("/r", "/time_distributed/layer/layers/dense")
FILES = [(k, n, f) for k in ("keras", "tf_keras") for n in INSIDE for f in ("keras", "h5")]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A folder for each Keras, with every model as .keras and .h5."""
    folder = tmp_path_factory.mktemp("inside")
    for library in ("keras", "tf_keras"):
        pytest.importorskip(library)
        (folder / library).mkdir()
        (folder / library / "claims.yaml").write_text(CLAIMS)
        subprocess.run(
            [sys.executable, "-c", WRITER, library, *INSIDE], input=MODELS, text=True,
            cwd=folder / library, check=True, capture_output=True,
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        )  # fmt: skip
    return folder


def datasets(root):
    found = {}
    root.visititems(lambda n, it: found.update({n: it}) if isinstance(it, h5py.Dataset) else None)
    return found


def owners(root, form):
    """Each dataset inside a nested model, by what a person reads as its layer."""
    found = {}
    for path in datasets(root):
        parts = path.split("/")
        if form == "h5" and parts[0] != "head":
            found.setdefault("/".join(parts[:-1]), []).append(path)
        elif form == "keras" and "layers" in parts:
            last = len(parts) - parts[::-1].index("layers")
            found.setdefault("/".join(parts[: last + 1]), []).append(path)
    return found


def exchange(root, one, other):
    """Two weights take each other's shape."""
    shapes = root[one].shape, root[other].shape
    for path, shape in ((one, shapes[1]), (other, shapes[0])):
        del root[path]
        root.create_dataset(path, shape, dtype="float32")


@pytest.mark.parametrize(("library", "name", "form"), FILES)
def test_what_keras_writes_agrees(written, verdict, library, name, form):  # noqa: F811
    _, found = verdict(written / library / f"{name}.{form}", "claims.yaml")
    seen = of_weights(found)
    assert {f["outcome"] for f in seen} == {"holds"}
    assert len(seen) >= 2 or name == "wrapped_model"


@pytest.mark.parametrize(("library", "name", "form"), FILES)
def test_two_layers_inside_cannot_be_swapped(written, verdict, library, name, form):  # noqa: F811
    """Every two layers inside, one after the other in the file, whose first weights differ."""
    path = written / library / f"{name}.{form}"
    broken, pairs = set(), 0

    with h5py.File(path) if form == "h5" else h5py.File(_weights_of(path)) as file:
        root = file["model_weights" if form == "h5" else "layers"]
        nested = {k: v for k, v in owners(root, form).items() if form == "h5" or "layers" in k}
        shapes = {at: it.shape for at, it in datasets(root).items()}
    for (one, firsts), (other, seconds) in pairwise(nested.items()):
        same_model = one.split("/")[0] == other.split("/")[0]
        a, b = firsts[0], seconds[0]
        if not same_model or shapes[a] == shapes[b]:
            continue
        copy = with_weights(path, partial(exchange, one=a, other=b))
        code, found = verdict(copy, "claims.yaml")
        bad = {f["layer"] for f in of_weights(found, "broken")}
        # what a wrapped model must keep is not known
        judged = 1 if any(at.endswith(UNKNOWN) for at in (one, other)) else 2
        assert (code, len(bad)) == (1, judged), (one, other, bad)
        broken |= bad
        pairs += 1
    assert pairs
    assert set(INSIDE[name]) <= broken


def _weights_of(path):
    return io.BytesIO(stored.unpacked(path)[1])


@pytest.mark.parametrize("form", ["keras", "h5"])
@pytest.mark.parametrize("name", KEEPS)
def test_what_a_layer_inside_keeps_is_told(written, verdict, name, form):  # noqa: F811
    """A weight more, of a shape that nothing has, and all of its layer is shown."""
    (first, other), (implied, _) = INSIDE[name], KEEPS[name]

    def more(root):
        groups = {one.split("/")[-1]: one for one in owners(root, form)}
        inside = sorted(one for one in groups.values() if one.count("/"))
        if form == "h5":
            owner = next(one for one in inside if first.split("/")[-1] in one.split("/"))
            root.create_dataset(f"{owner}/more", (7, 7))
        else:
            kind = {"n1": "batch_normalization", "each": "time_distributed"}
            leaf = kind.get(first.split("/")[-1], "dense")
            root.create_dataset(f"functional/layers/{leaf}/vars/9", (7, 7))

    path = with_weights(written / "keras" / f"{name}.{form}", more)
    code, found = verdict(path, "claims.yaml")
    assert code == 1
    (finding,) = of_weights(found, "broken")
    assert (finding["code"], finding["layer"]) == ("weights", first)
    assert sorted(finding["expected"]) == sorted(implied)
    assert sorted(finding["observed"]) == sorted([*implied, "7x7"])
    held = {f["layer"]: f for f in of_weights(found, "holds")}
    assert sorted(held[other]["observed"]) == sorted(KEEPS[name][1])


def test_weights_of_no_layer_inside(written, verdict):  # noqa: F811
    def more(root):
        root.create_dataset("functional/layers/dense_7/vars/0", (7,))

    code, found = verdict(with_weights(written / "keras/functional.keras", more), "claims.yaml")
    assert code == 1
    (finding,) = of_weights(found, "broken")
    assert (finding["layer"], finding["observed"]) == ("inner", ["7"])
    assert finding["reason"] == "its file keeps weights for layers that its config lacks"


def renamed(root):
    """As a writer does who calls weights by something else than their layers."""
    for number, path in enumerate(sorted(datasets(root["inner"]))):
        root.move(f"inner/{path}", f"inner/variable_{number}")
    for name in ("inner/inner", "inner/p", "inner/q"):
        if name in root:
            del root[name]


def test_names_that_tell_nothing_are_no_pass(written, verdict):  # noqa: F811
    code, found = verdict(with_weights(written / "keras/functional.h5", renamed), "claims.yaml")
    assert code == 1
    (finding,) = of_weights(found, "unknown")
    assert (finding["code"], finding["layer"]) == ("opaque", "inner")
    assert "its file does not tell which layer has which" in finding["reason"]

    def other(root):
        renamed(root)
        del root["inner/variable_0"]

    code, found = verdict(with_weights(written / "keras/functional.h5", other), "claims.yaml")
    (finding,) = of_weights(found, "broken")
    assert (code, finding["layer"]) == (1, "inner")


@pytest.mark.parametrize("form", ["keras", "h5"])
def test_files_of_one_config_are_judged_each_by_its_weights(written, monkeypatch, capfd, form):
    folder = written / "keras"

    def swap(root):
        kernels = [at for at, it in datasets(root).items() if it.shape in ((6, 4), (4, 3))]
        exchange(root, *kernels)

    with_weights(folder / f"functional.{form}", swap).rename(folder / f"e-swapped.{form}")
    (folder / f"d-right.{form}").write_bytes((folder / f"functional.{form}").read_bytes())
    (folder / f"f-right.{form}").write_bytes((folder / f"functional.{form}").read_bytes())
    monkeypatch.chdir(folder)
    arguments = ["claims.yaml", "--weights", "--model", f"[def]-*.{form}", "--format", "json"]
    assert main(arguments) == 1
    found = json.loads(capfd.readouterr().out)
    assert [
        {f["layer"] for f in of_weights(one, "broken")} for one in _verdicts(found)
    ] == [set(), {"inner/p", "inner/q"}, set()]  # fmt: skip


def _verdicts(found):
    return found if isinstance(found, list) else found["verdicts"]
