"""`lenet-verify train`: real networks, small and quick, and what they leave behind."""

from __future__ import annotations

import csv
import json
import signal
import socket
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

import lenet_verify as lv
from lenet_verify.cli import main
from lenet_verify.evidence import read_run
from lenet_verify.training import keras_data

Command = Callable[..., tuple[Any, str, str]]

# with Dropout, whose random numbers a resumed run must go on with
SPEC = """\
format: 1
title: Small
input: 1@8x8
layers:
  C1: {type: Conv2D, filters: 8, kernel_size: 3, activation: relu}
  flatten: {type: Flatten}
  drop: {type: Dropout, rate: 0.2}
  output: {type: Dense, units: 10, activation: softmax}
compile: {optimizer: adam, loss: sparse_categorical_crossentropy, metrics: [accuracy]}
training:
  data: digits
  optimizer: {type: Adam, learning_rate: 0.01}
  schedule: {1: 0.01, 3: 0.001}
  epochs: 4
  batch_size: 64
  validation: 0.1
  seed: 3
claims:
  - id: behaviour
    why: chance would be 10 %
    expect:
      model: {test_accuracy: ">= 85%", epochs: 4}
"""
FILES = [
    "confusion.svg", "history.csv", "history.svg", "model.keras", "run.json", "run.md",
    "samples.svg",
]  # fmt: skip


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of all epochs, beside its spec."""
    folder = tmp_path_factory.mktemp("trained")
    (folder / "small.yaml").write_text(SPEC, encoding="utf-8")
    assert main(["train", str(folder / "small.yaml"), "--out", str(folder / "run"), "-q"]) == 0
    return folder / "run"


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The spec in a folder of its own, which is the current one."""
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(SPEC, encoding="utf-8")
    return Path("small.yaml")


def weights(file: Path) -> list[Any]:
    import keras

    return [weight.numpy() for weight in keras.saving.load_model(file).weights]


def test_a_run_learns_and_leaves_its_evidence(trained: Path) -> None:
    assert {file.name for file in trained.iterdir()} - {"best.keras"} == set(FILES)
    run, _ = read_run(trained)
    assert run.results.test_accuracy > 0.85
    assert (run.data.train, run.data.validation, run.data.test) == (1298, 144, 355)
    assert [epoch["learning_rate"] for epoch in run.history] == [0.01, 0.01, 0.001, 0.001]
    assert run.history[-1]["loss"] < run.history[0]["loss"]
    with (trained / "history.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["val_loss"]) for row in rows] == [one["val_loss"] for one in run.history]
    for name in ("confusion.svg", "history.svg", "samples.svg"):
        ElementTree.parse(trained / name)
        assert f"({name})" in (trained / "run.md").read_text(encoding="utf-8")


def test_the_model_in_the_folder_is_the_one_that_was_measured(trained: Path) -> None:
    import keras
    from sklearn.datasets import load_digits

    bunch = load_digits()
    seen = dict.fromkeys(range(10), 0)
    test = []
    for number, digit in enumerate(bunch.target):
        seen[digit] += 1
        if seen[digit] % 5 == 0:
            test.append(number)
    model = keras.saving.load_model(trained / "model.keras")
    outputs = model.predict(bunch.images[test][..., None] / 16, verbose=0)
    mistakes = int((outputs.argmax(1) != bunch.target[test]).sum())
    run, _ = read_run(trained)
    assert run.results.test_error == mistakes / 355
    confusion = "".join(ElementTree.parse(trained / "confusion.svg").getroot().itertext())
    assert f"{355 - mistakes} of 355 right" in confusion


def test_what_was_interrupted_goes_on_to_the_same_end(
    spec: Path, trained: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []

    def say(text: str) -> None:
        said.append(text)
        if text.startswith("epoch 2/4"):
            signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr("lenet_verify.commands.train.say", say)
    assert command("train", spec, "--out", "run")[0] == 130
    assert said[-1].startswith("interrupted after 2 of 4 epochs; ")
    assert sorted(file.name for file in Path("run").iterdir()) == ["best.keras", "state.npz"]
    assert len(weights(Path("run/best.keras"))) == len(weights(trained / "model.keras"))

    code, _, err = command("train", spec, "--out", "run")
    assert (code, len(err.splitlines())) == (2, 1)
    assert "interrupted after 2 of 4 epochs: --resume goes on with it" in err
    code, _, err = command("train", spec, "--out", "run", "--resume", "--seed", "4")
    assert code == 2
    assert "seed was 3, now 4" in err

    assert command("train", spec, "--out", "run", "--resume", "-q")[0] == 0
    assert not Path("run/state.npz").exists()
    for name in ("history.csv", "history.svg", "samples.svg", "confusion.svg"):
        assert Path("run", name).read_bytes() == (trained / name).read_bytes(), name
    for ours, theirs in zip(
        weights(Path("run/model.keras")), weights(trained / "model.keras"), strict=True
    ):
        assert np.array_equal(ours, theirs)
    before = Path("run/run.json").read_bytes()
    assert command("train", spec, "--out", "run", "--resume", "-q")[0] == 0
    assert Path("run/run.json").read_bytes() == before


def test_the_seed_decides(spec: Path, trained: Path, command: Command) -> None:
    options = ["--epochs", 1, "--seed", 4, "--out", "run", "-qq"]
    assert command("train", spec, *options) == (0, "", "")
    run, _ = read_run("run")
    assert run.seed == 4
    assert run.history[0] != read_run(trained)[0].history[0]


def test_evidence_is_of_the_spec_that_was_trained(
    spec: Path, trained: Path, command: Command
) -> None:
    assert command("check", spec, "--static", "--run", trained)[0] == 0
    spec.write_text(SPEC.replace("filters: 8", "filters: 9"), encoding="utf-8")
    code, out, _ = command("check", spec, "--static", "--run", trained)
    assert code == 1
    assert "the spec's network was changed since the run" in out
    spec.write_text(SPEC.replace("85%", "99.9%"), encoding="utf-8")
    assert command("check", spec, "--static", "--run", trained)[0] == 1


def test_a_quick_look_is_told_apart_from_evidence(spec: Path, command: Command) -> None:
    code, out, _ = command(
        "train", spec, "--out", "run", "--samples", 64, "--fail-under", 100, "-q"
    )
    assert code == 1
    assert out.startswith("Small on digits: ")
    data = read_run("run")[0].data
    assert (data.train + data.validation, data.test) == (64, 64)
    code, out, _ = command("check", spec, "--static", "--run", "run")
    assert code == 1
    assert "samples 64" in out


def test_a_run_that_is_there_is_replaced_only_on_request(
    spec: Path, trained: Path, command: Command
) -> None:
    before = {file.name: file.read_bytes() for file in trained.iterdir()}
    code, _, err = command("train", spec, "--out", trained)
    assert (code, err) == (2, f"{trained} holds a run already: --force replaces it\n")
    assert command("train", spec, "--out", trained, "--resume", "--epochs", 9)[0] == 2
    assert command("train", spec, "--out", trained, "--force", "--data", "nothing.npz")[0] == 2
    assert {file.name: file.read_bytes() for file in trained.iterdir()} == before
    assert command("train", spec, "--out", "elsewhere", "--resume")[0] == 2


GOOD: dict[str, Any] = {
    "x_train": np.zeros((20, 8, 8), np.uint8),
    "y_train": np.arange(20) % 10,
    "x_test": np.zeros((10, 8, 8), np.uint8),
    "y_test": np.arange(10),
}
BAD: dict[str, tuple[dict[str, Any], str]] = {
    "missing": ({"y_test": None}, "has no y_test"),
    "objects": ({"y_test": np.array([{}] * 10)}, "y_test holds pickled objects"),
    "texts": ({"x_test": np.full((10, 8, 8), "a")}, "x_test holds <U1, not numbers"),
    "one hot": ({"y_test": np.eye(10)}, "of one-hot rows, take .argmax(axis=1)"),
    "fractions": ({"y_test": np.arange(10) / 2}, "y_test holds float64; labels are whole"),
    "negative": ({"y_test": np.arange(10) - 1}, "y_test has -1 at 0"),
    "too many classes": ({"y_test": np.arange(10) + 1}, "has 11 classes, and the network's output"),
    "lengths": ({"y_test": np.arange(9)}, "x_test has 10 images, but y_test 9 labels"),
    "nothing": ({"x_test": np.zeros((0, 8, 8))}, "there is nothing in it"),
    "rank": ({"x_test": np.zeros((10, 64))}, "x_test is (10, 64); images are"),
    "no number": ({"x_test": np.full((10, 8, 8), np.nan)}, "NaN or infinity in 10 of 10 images"),
    "other sizes": ({"x_test": np.zeros((10, 9, 8))}, "x_train are 8x8, of x_test 9x8"),
    "dark": ({"x_train": np.zeros((20, 8, 8))}, "x_train has no value above 0"),
}


@pytest.mark.parametrize("name", BAD)
def test_data_that_cannot_be_used(name: str, spec: Path, command: Command) -> None:
    changes, said = BAD[name]
    arrays = {key: value for key, value in {**GOOD, **changes}.items() if value is not None}
    np.savez("mine.npz", **arrays)
    code, out, err = command("train", spec, "--data", "mine.npz", "--out", "run")
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert err.startswith("mine.npz")
    assert said in err
    assert not Path("run").exists()


@pytest.mark.parametrize("content", [None, b"", b"no archive", b"PK\x03\x04 cut"])
def test_files_that_hold_no_data(content: bytes | None, spec: Path, command: Command) -> None:
    if content is not None:
        Path("mine.npz").write_bytes(content)
    code, _, err = command("train", spec, "--data", "mine.npz", "--out", "run")
    assert (code, len(err.splitlines())) == (2, 1)
    assert err.startswith("mine.npz ")


@pytest.mark.parametrize(
    ("size", "said"),
    [
        ((8, 8, 3), "has images of 3 channels, and the network takes in 1@8x8"),
        ((1, 8, 8), "with the channels last"),
        ((6, 6), "has images of 6x6 and the network takes in 1@8x8; 'pad' under 'training'"),
    ],
)
def test_images_that_do_not_fit(
    size: tuple[int, ...], said: str, spec: Path, command: Command
) -> None:
    images = {part: np.ones((10, *size)) for part in ("x_train", "x_test")}
    np.savez("mine.npz", **{**GOOD, "y_train": np.arange(10), **images})
    code, _, err = command("train", spec, "--data", "mine.npz", "--out", "run")
    assert code == 2
    assert said in err


def test_data_of_ones_own_is_padded_scaled_and_named(spec: Path, command: Command) -> None:
    rows = np.arange(40) % 2
    images = np.zeros((40, 6, 6), np.float32)
    images[rows == 1, 2:4] = 7.0
    names = np.array(["empty", "barred"])
    arrays = {"x_train": images, "y_train": rows[:, None], "x_test": images, "y_test": rows}
    np.savez("mine.npz", **arrays, labels=names)
    spec.write_text(SPEC.replace("data: digits", "pad: 8x8\n  scale: [-1, 1]"), encoding="utf-8")
    code, out, _ = command("train", spec, "--data", "mine.npz", "--out", "run", "-q")
    assert (code, out) == (0, "Small on mine.npz: 100% test accuracy (40 samples) after 4 epochs\n")
    assert "label barred" in Path("run/samples.svg").read_text(encoding="utf-8")


def test_what_is_no_data_set(spec: Path, command: Command) -> None:
    code, _, err = command("train", spec, "--data", "minst", "--out", "run")
    assert code == 2
    assert "no data set is called 'minst'" in err
    assert "did you mean 'mnist'?" in err


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keras as on a machine that has never fetched anything."""
    from keras.src.utils import file_utils

    monkeypatch.setattr(file_utils.config, "keras_home", lambda: str(tmp_path / "home"))
    (tmp_path / "home").mkdir()


@pytest.mark.usefixtures("empty_cache")
@pytest.mark.parametrize("name", ["mnist", "fashion_mnist", "cifar10"])
def test_nothing_is_fetched_without_being_asked_for(
    name: str, spec: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "create_connection", None)
    code, out, err = command("train", spec, "--data", name, "--out", "run")
    assert (code, out) == (2, "")
    assert err == (
        f"{name} is not in Keras's cache, and nothing is fetched without --download; --data digits "
        "needs no network, --data FILE.npz takes your own\n"
    )


@pytest.fixture
def silent_server() -> Iterator[int]:
    """A port where a server takes calls and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        kept: list[socket.socket] = []

        def take() -> None:
            while True:
                try:
                    kept.append(server.accept()[0])
                except OSError:
                    return

        threading.Thread(target=take, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    for one in kept:
        one.close()


@pytest.mark.usefixtures("empty_cache")
def test_a_server_that_is_silent_is_not_waited_for(
    spec: Path, command: Command, silent_server: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keras_data, "_PATIENCE", 0.2)
    proxies = urllib.request.ProxyHandler({"https": f"http://127.0.0.1:{silent_server}"})
    monkeypatch.setattr(urllib.request, "_opener", urllib.request.build_opener(proxies))
    code, out, err = command("train", spec, "--data", "mnist", "--download", "--out", "run")
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert err.startswith("mnist could not be fetched: ")
    assert "--data digits needs no network" in err


def test_specs_that_say_not_how(spec: Path, command: Command) -> None:
    head, _, rest = SPEC.partition("training:\n")
    spec.write_text(head + rest[rest.index("claims:") :], encoding="utf-8")
    code, _, err = command("train", spec, "--out", "run")
    assert (code, len(err.splitlines())) == (2, 1)
    assert "the spec has no 'training'" in err
    spec.write_text(SPEC.replace("  data: digits\n", ""), encoding="utf-8")
    assert "name it with --data" in command("train", spec, "--out", "run")[2]


def test_without_a_framework_the_extra_is_named(
    spec: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("keras", "tensorflow"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setattr("lenet_verify.framework.importlib.util.find_spec", lambda _: None)
    said = (
        "training a network needs keras; install it with: pip install 'lenet-verify[tensorflow]'\n"
    )
    assert command("train", spec, "--data", "digits", "--out", "run") == (2, "", said)
    assert not Path("run").exists()


def test_the_split_of_digits_is_what_it_always_was() -> None:
    from lenet_verify.training.digits import digits

    data = digits()
    assert data.sha256 == "122257aee3af8e0fa74f15f6d57cdb33a77cdcc297968ed3a60c25030d36a559"
    assert np.bincount(data.y_test).tolist() == [35, 36, 35, 36, 36, 36, 36, 35, 34, 36]


def test_a_record_is_what_its_schema_says(trained: Path) -> None:
    import jsonschema

    from lenet_verify.schemas import schema_text

    record = json.loads((trained / "run.json").read_text(encoding="utf-8"))
    jsonschema.validate(record, json.loads(schema_text("run-1")))
    assert lv.read(trained / "model.keras").params == 8 * 10 + (6 * 6 * 8 + 1) * 10
