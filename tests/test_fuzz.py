"""Model files that nobody meant to read: what fuzzing found, and a little of it, without atheris.

`make fuzz` is the whole of it; see `tests/fuzz`.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from lenet_verify.architecture import Architecture, Layer
from lenet_verify.checking import check
from lenet_verify.checking.wiring import in_order, network
from lenet_verify.errors import ReadError
from lenet_verify.readers.files.limits import FileLimits
from lenet_verify.readers.model_file import read_source
from lenet_verify.spec import Spec, load_spec
from tests.fuzz.containers import CONFIG, hdf5, packed
from tests.fuzz.exercise import Bytes, Finding, exercise, said
from tests.fuzz.pool import Pool
from tests.fuzz.small import (
    MODELS,
    entrance,
    functional,
    images,
    layer,
    operation,
    tensor,
)
from tests.fuzz.targets import TARGETS, mutated, without_guidance

# these are held to a time; and what they run is measured by others
pytestmark = pytest.mark.no_cover

_LARGEST = 64 * 1024


@pytest.fixture(scope="module", autouse=True)
def _alone() -> Iterator[None]:
    """What all the other tests keep is not looked through for cycles while these are timed."""
    gc.freeze()
    yield
    gc.unfreeze()


_LENET = Path(__file__).parents[1] / "spec" / "lenet5.yaml"


def _files(kind: str) -> list[bytes]:
    texts = [json.dumps(make()).encode() for make in MODELS]
    if kind == "json":
        return texts
    if kind == "keras":
        return [packed([(CONFIG, text), ("metadata.json", b"{}")], Random(0)) for text in texts]
    shapes = {"model_weights/one/one/kernel": [3, 3, 1, 4]}
    answer = {"attributes": {}, "shapes": shapes, "names": {"model_weights": "x"}}
    return [
        json.dumps({"answer": answer, "texts": {"model_config": make()}}).encode()
        for make in MODELS
    ]


@pytest.mark.parametrize(("kind", "count"), [("json", 400), ("keras", 300), ("hdf5", 80)])
def test_whatever_a_file_is_it_is_read_or_refused(kind: str, count: int) -> None:
    """Of .h5 files, what a child process may answer: to start as many would take minutes."""
    rng, target, files = Random(20), TARGETS[kind], _files(kind)
    for data in files:
        target.run(data)
    pool = Pool(config for data in files for config in target.configs(data))
    for _ in range(count):
        data = rng.choice(files)
        for _ in range(rng.choice((1, 1, 2))):
            data = mutated(target, data, rng, pool, without_guidance, _LARGEST)
        target.run(data)


@pytest.mark.parametrize("damage", range(6))
def test_a_damaged_hdf5_file_is_read_or_refused(damage: int) -> None:
    rng = Random(damage)
    recipe: dict[str, Any] = {
        "model_config": images(),
        "datasets": {"model_weights/one/one/kernel": [3, 3, 1, 4]},
        "groups": {"model_weights/one": "one"},
        "patches": [[rng.random(), rng.randbytes(4).hex()] for _ in range(damage)],
    }
    if damage == 5:
        recipe["links"] = {"model_weights/two": ["other.h5", "/"]}
    exercise("model.h5", hdf5(recipe), weights=True)


@pytest.mark.parametrize("message", ["", "other: no", "m.json:", "m.json: a\nb", "m.json: \x1b[2J"])
def test_an_error_that_a_user_must_not_see_is_a_finding(message: str) -> None:
    with pytest.raises(Finding):
        said(message, "m.json")


def test_an_error_in_two_lines_is_none() -> None:
    said("m.json: one\nm.json: another", "m.json")


def test_without_atheris_fuzzing_says_so_in_a_line() -> None:
    program = (
        "import runpy, sys; sys.modules['atheris'] = None; sys.argv = ['fuzz', 'json']; "
        "runpy.run_module('tests.fuzz', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[1],
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("fuzzing needs atheris: pip install atheris")


# What it found, each with the file that it was found by, made small.


def _read(config: Any) -> Architecture:
    return read_source(Bytes("m.json", json.dumps(config).encode()), FileLimits())


@pytest.fixture
def spec_of(tmp_path: Path) -> Callable[[str], Spec]:
    def load(text: str) -> Spec:
        path = tmp_path / "spec.yaml"
        path.write_text(text, encoding="utf-8")
        return load_spec(str(path))

    return load


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("strides", [1.5, 1.5]),
        ("strides", [0, 0]),
        ("kernel_size", [-3, 3]),
        ("kernel_size", [3]),
        ("kernel_size", [3, 3, 3]),
        ("dilation_rate", [1]),
        ("filters", 4.0),
        ("filters", None),
        ("filters", True),
        ("filters", "4"),
    ],
)
def test_an_argument_that_is_no_size_makes_no_shape(argument: str, value: Any) -> None:
    """A stride of 1.5 made receptive fields that were no fractions, one of rank 1 a crash."""
    arguments = {"filters": 4, "kernel_size": [3, 3], argument: value}
    conv = layer("Conv2D", "c", "x", **arguments)
    model = functional("m", [entrance("x", 8, 8, 1), conv], ["c"])
    found = _read(model).layers[1]
    assert (found.shapes, found.params) == (None, None)
    assert found.unknown["config"] == f"its {argument} is none that Keras takes"
    exercise("m.json", json.dumps(model).encode())


def test_an_argument_inside_of_a_wrapper_is_held_to_the_same() -> None:
    inner = layer("Dense", "d", units=2.5)
    wrapped = layer("TimeDistributed", "t", "x", layer=inner)
    found = _read(functional("m", [entrance("x", 5, 3), wrapped], ["t"])).layers[1]
    assert found.unknown["config"] == "its units is none that Keras takes"


def test_layers_may_stand_in_any_order(spec_of: Callable[[str], Spec]) -> None:
    """Their stages were looked for before what feeds them: KeyError."""
    model = images()
    model["config"]["layers"].reverse()
    exercise("m.json", json.dumps(model).encode())
    text = (
        "format: 1\ntitle: T\nclaims:\n"
        "  - {id: a, why: w, expect: {model: {stages: [6x6], depth: 2}}}\n"
    )
    verdict = check(spec_of(text), _read(model))
    assert verdict.holds, verdict


def test_a_tensor_is_refused_that_a_later_reader_counts_from_the_end() -> None:
    """Only what a call reads first was looked at: output -1 came through, IndexError."""
    layers = [
        entrance("x", 4),
        layer("Dense", "d", "x", units=2),
        layer("Add", "a", "d", tensor("d", -1)),
    ]
    with pytest.raises(ReadError, match=r"m\.json: layer 'a' reads output -1 of call 0 of 'd'"):
        _read(functional("m", layers, ["a"]))


def test_a_layer_that_does_not_fit_is_named_in_one_line() -> None:
    """A name with a line end in it made a line of its own."""
    odd = layer("Conv2D", "a\n::error::\x1b[2J", "x", filters=2, kernel_size=[3, 3])
    model = functional("m", [entrance("x", 4), odd], [odd["name"]])
    with pytest.raises(ReadError) as caught:
        _read(model)
    assert str(caught.value) == (
        "m.json: layer a\\x0a::error::\\x1b[2J: Conv2D on 4: it takes feature maps such as "
        "_@_x_, not 4"
    )


def test_a_model_inside_that_is_called_on_nothing_is_not_opened() -> None:
    """What came out of it was its own input, which stood nowhere any more: KeyError."""
    inner = functional("i", [entrance("own", 4)], ["own"])
    call = {"args": [None], "kwargs": {}}
    model = functional(
        "m", [entrance("x", 4), {**inner, "name": "i", "inbound_nodes": [call]}], ["i"]
    )
    assert [one.output for one in _read(model).layers] == ["4", "4"]
    exercise("m.json", json.dumps(model).encode())


def test_models_that_call_each_other_again_and_again_are_refused() -> None:
    """Inference follows every call: 40 models of two calls each would take for ever."""
    model = functional("i", [entrance("x", 4), layer("Dense", "a", "x", units=4)], ["a"])
    for _ in range(40):
        calls = [{"args": [tensor("x")], "kwargs": {}}] * 2
        inner = {**model, "name": "i", "inbound_nodes": calls}
        both = layer("Add", "a", tensor("i"), tensor("i", call=1))
        model = functional("i", [entrance("x", 4), inner, both], ["a"])
    with pytest.raises(ReadError, match="its layers are called more than 100,000 times"):
        _read(model)


def test_the_depth_of_models_in_models_is_worked_out_once() -> None:
    """It was twice at every level of models that could not be opened: 2 ** 60 times."""
    inner = layer("Dense", "i", "x", units=4)
    for _ in range(60):
        model = functional("i", [entrance("x", 4), inner], ["i"])
        inner = {**model, "name": "i", "inbound_nodes": [{"args": [None], "kwargs": {}}]}
    assert _read(model).layers[1].layers
    exercise("m.json", json.dumps(model).encode())


@pytest.mark.parametrize(
    "node",
    [
        operation("Unstack", "u", tensor("x"), num=None, axis=1),
        operation("Split", "u", tensor("x"), indices_or_sections=2**30, axis=1),
        operation("ArraySplit", "u", tensor("x"), indices_or_sections=2**30, axis=1),
    ],
)
def test_a_tensor_in_more_parts_than_memory_holds_is_left_unsaid(node: Any) -> None:
    """A list of 2 ** 30 shapes was made, by a file of a kilobyte."""
    model = functional("m", [entrance("x", 2**30, 3), node], ["u"])
    found = _read(model).layers[1]
    assert found.shapes is None
    exercise("m.json", json.dumps(model).encode())


@pytest.mark.parametrize(("parts", "told"), [(256, True), (257, False)])
def test_a_tensor_may_be_in_a_few_hundred_parts(parts: int, told: bool) -> None:
    node = operation("Unstack", "u", tensor("x"), num=None, axis=1)
    found = _read(functional("m", [entrance("x", parts, 3), node], ["u"])).layers[1]
    assert (found.shapes is not None) == told


@pytest.mark.parametrize(("axes", "told"), [(15, True), (16, False)])
def test_a_shape_has_no_more_axes_than_are_read(axes: int, told: bool) -> None:
    """Every layer after one with a million axes had a million too."""
    node = operation("Reshape", "r", tensor("x"), newshape=[-1, *[1] * axes])
    found = _read(functional("m", [entrance("x", 1), node], ["r"])).layers[1]
    assert (found.shapes is not None) == told


def test_words_that_are_not_in_the_vocabulary_are_not_written_out() -> None:
    """A tuple of as many was made."""
    lookup = layer("StringLookup", "s", "x", vocabulary=["a"], num_oov_indices=2**62)
    model = functional("m", [entrance("x", 3, dtype="string"), lookup], ["s"])
    assert [one.output for one in _read(model).layers] == ["3", "3"]


def _in_a_row(blocks: int) -> Any:
    layers, before = [entrance("x", 4)], "x"
    for number in range(blocks):
        layers.append(layer("Dense", f"d{number}", before, units=4))
        layers.append(layer("Add", f"a{number}", before, f"d{number}"))
        before = f"a{number}"
    return functional("m", [*layers, layer("Dense", "output", before, units=10)], ["output"])


def test_what_feeds_a_row_of_residual_blocks_is_told_once() -> None:
    """It was told once for every way there: 2 ** 60 of them, of a ResNet as of a stranger's file;
    and a row of a thousand layers that a spec has not was a RecursionError."""
    verdict = check(load_spec(str(_LENET)), _read(_in_a_row(60)))
    (fed,) = [one for one in verdict.findings if (one.layer, one.fact) == ("output", "inputs")]
    assert fed.observed == ["input", "C5", "F6"]
    check(load_spec(str(_LENET)), _read(_in_a_row(1000)))


def test_a_receptive_field_beyond_all_counting_is_unknown() -> None:
    """Python refuses to write a number of more than 4,300 digits: ValueError."""
    layers, before = [entrance("x", 2, 2, 3)], "x"
    for number in range(480):
        up = layer("UpSampling2D", f"u{number}", before, size=[2**29] * 2)
        cut = layer("Cropping2D", f"c{number}", f"u{number}", cropping=[[2**30 - 2, 0]] * 2)
        layers += [up, cut]
        before = f"c{number}"
    model = functional("m", layers, [before])
    for number in range(4):  # each is shown in ways of its own
        exercise("m.json", json.dumps({**model, "number": number}).encode())


def test_a_name_with_brackets_is_read_whole() -> None:
    """Where a wire ends was looked for at the first bracket: ValueError."""
    name = "##[error]x"
    gru = layer("GRU", name, "x", units=2, return_state=True)
    model = functional("m", [entrance("x", 5, 3), gru], [name])
    model["config"]["output_layers"].append([name, 0, 1])
    assert _read(model).layers[1].output == ("2", "2")
    for number in range(8):
        exercise("m.json", json.dumps({**model, "number": number}).encode())


def test_a_layer_is_not_called_as_an_output_of_another() -> None:
    """A check would take the one for the other."""
    gru = layer("GRU", "g", "x", units=2, return_state=True)
    other = layer("Dense", "g[1]", "x", units=2)
    model = functional("m", [entrance("x", 5, 3), gru, other], ["g", "g[1]"])
    with pytest.raises(ReadError, match=r"layer 'g\[1\]' is called as an output of 'g' is"):
        _read(model)


def test_layers_of_models_inside_keep_apart_from_others_of_their_names() -> None:
    inside = functional("i", [entrance("own", 4), layer("Dense", "d", "own", units=4)], ["d"])
    layers = [
        entrance("x", 4),
        layer("Dense", "d", "x", units=4),
        layer("Dense", "i/d", "d", units=4),
        {**inside, "name": "i", "inbound_nodes": [{"args": [tensor("i/d")], "kwargs": {}}]},
    ]
    found = network(_read(functional("m", layers, ["i"])).layers, ["i"], ())
    assert [one.name for one in found.layers] == ["x", "d", "i/d", "i/d'"]
    assert found.outputs == ["i/d'"]


def test_a_layer_that_very_many_feed_is_put_in_order_at_once() -> None:
    """What feeds it was looked up, and sorted, again for each of them."""
    many = [layer("Dense", f"d{number}", "x", units=4) for number in range(100)]
    names = [one["name"] for one in many]
    model = _read(functional("m", [entrance("x", 4), *many, layer("Add", "a", *names)], ["a"]))
    asked: list[str] = []

    def feeders(one: Layer) -> tuple[str, ...]:
        asked.append(one.name)
        return one.inputs

    ordered = in_order(reversed(model.layers), feeders)
    assert [one.name for one in ordered] == ["x", *names, "a"]
    assert len(asked) == len(ordered)


@pytest.mark.parametrize(
    "between",
    [
        layer("Dropout", "b", "d", rate=0.5),
        layer("ReLU", "b", "d"),
        {
            **functional("b", [entrance("own", 4), layer("Dense", "in", "own", units=4)], ["in"]),
            "name": "b",
            "inbound_nodes": [{"args": [tensor("d")], "kwargs": {}}],
        },
    ],
)
def test_an_output_that_a_layer_has_not_is_unknown(between: Any) -> None:
    """A layer that is rewritten away was looked for all the same: KeyError."""
    layers = [entrance("x", 4), layer("Dense", "d", "x", units=4), between]
    model = functional("m", [*layers, layer("Dense", "e", "b", units=4)], ["e"])
    model["config"]["output_layers"].append(["b", 0, 1])
    for number in range(4):
        exercise("m.json", json.dumps({**model, "number": number}).encode())
