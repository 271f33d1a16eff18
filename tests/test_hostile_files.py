"""Model files that want to do harm, at the command line: nothing is run, opened or believed.

The numbers of the cases are those of the project's list of hostile inputs. What the formats
themselves can be abused for (17, 18, 19, 25, 26, 27) is tested where they are read.
"""

from __future__ import annotations

import base64
import io
import json
import marshal
import re
import subprocess
import sys
import zipfile
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest

from lenet_verify.cli import main
from lenet_verify.errors import ReadError
from lenet_verify.readers.model_file import read_model_file
from tests.picture_only import elements_of
from tests.stored import (
    archive,
    functional,
    given,
    keras_2,
    layer,
    reads,
    sequential,
    stored,
    tensor,
)
from tests.test_hostile_names import FORBIDDEN, NAMES, commands_in

ROOT = Path(__file__).parent.parent
SPEC = str(ROOT / "spec" / "lenet5.yaml")
MiB = 2**20

CLAIMS = "format: 1\ntitle: t\nclaims:\n- {id: a, why: x, expect: {model: {params: 15}}}\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder to be in, with a spec of one claim: 15 parameters."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "spec.yaml").write_text(CLAIMS)
    return tmp_path


@pytest.fixture
def check(capfd):
    """Runs the command line in this process: its exit code, and both streams."""

    def run(*arguments):
        code = main(arguments)
        return code, *capfd.readouterr()

    return run


@pytest.fixture
def verdict(check):
    """The verdict on a file as JSON, and the exit code."""

    def run(name, spec="spec.yaml", *options):
        code, out, err = check(spec, "--model", name, "--format", "json", *options)
        assert err == ""
        return code, json.loads(out)

    return run


@pytest.fixture
def refused(folder, check):
    """Why a config is refused: exit code 2 and the same line of a .keras and a .json file."""

    def run(config, *options):
        lines = set()
        for name in stored(folder, "bad", config):
            for command in (("spec.yaml", "--model", name), ("show", name)):
                code, out, err = check(*command, *options)
                assert (code, out) == (2, "")
                assert err.endswith("\n")
                (line,) = err.splitlines()
                assert "Traceback" not in line
                lines.add(line.removeprefix("bad.keras: config.json: ").removeprefix("bad.json: "))
        (line,) = lines
        return line

    return run


def chain(*layers, last=None):
    """A functional model of layers one after the other, on an input of four."""
    names = ["x", *(one["name"] for one in layers)]
    for one, before in zip(layers, names, strict=False):
        one["inbound_nodes"] = [reads(before)]
    return functional([given("x", 4), *layers], outputs=[(last or names[-1], 0, 0)])


def dense(name="d", units=3, *nodes, **more):
    return layer("Dense", name, *nodes, units=units, **more)


# ---- case 20: layers that are code -------------------------------------------------------------


def marshalled(text):
    """Code as Keras writes it into a Lambda, which loading would run."""
    raw = marshal.dumps(compile(text, "<lambda>", "eval"))
    return base64.b64encode(raw).decode()


def lambda_layer(code):
    function = {
        "class_name": "__lambda__",
        "config": {"code": code, "defaults": None, "closure": None},
    }
    arguments = {"output_shape": None, "mask": None, "arguments": {}}
    return layer("Lambda", "act", function=function, **arguments)


CODE = {
    "Lambda": lambda_layer(marshalled("open('pwned', 'w')")),
    "Lambda of no code": lambda_layer("this is neither base64 nor code"),
    "Lambda by name": layer("Lambda", "act", function={"module": "os", "class_name": "function",
                            "config": "system", "registered_name": "system"}),
    "TFSMLayer": layer("TFSMLayer", "act", filepath="pwned.pb", call_endpoint="serve"),
    "TorchModuleWrapper": layer("TorchModuleWrapper", "act", torch_module="gASVpickle"),
    "JaxLayer": layer("JaxLayer", "act", call_fn={"class_name": "function"}),
    "FlaxLayer": layer("FlaxLayer", "act", flax_module={"class_name": "system", "module": "os"}),
}  # fmt: skip


@pytest.mark.parametrize("kind", CODE)
def test_case_20_code_is_unknown_with_the_reason(folder, verdict, check, kind, monkeypatch):
    model = chain(dense("d", 3), dict(CODE[kind]))

    loads = marshal.loads

    def watched(data):
        assert b"pwned" not in bytes(data)
        return loads(data)  # Python's own modules

    def never(*_):
        raise AssertionError("decoded")

    monkeypatch.setattr(marshal, "loads", watched)
    for decoder in ("b64decode", "decodebytes", "urlsafe_b64decode", "a85decode"):
        monkeypatch.setattr(base64, decoder, never)
    for name in stored(folder, "code", model):
        code, found = verdict(name)
        assert code == 1
        assert found["counts"]["unknown"] >= 1
        assert found["counts"]["holds"] == 0
        (finding,) = (f for f in found["findings"] if f["claim"] == "a")
        assert finding["outcome"] == "unknown"
        assert "act" in finding["reason"]
        code, out, _ = check("show", name)
        assert code == 0
        assert CODE[kind]["class_name"] in out
        assert "unknown" in out
    assert {path.name for path in folder.iterdir()} == {"code.keras", "code.json", "spec.yaml"}


def test_case_20_as_the_whole_model(folder, check):
    for kind, one in CODE.items():
        for name in stored(folder, "code", one):
            code, out, err = check("spec.yaml", "--model", name)
            assert (code, out) == (2, "") or code == 1, kind
            assert err.count("\n") <= 1


def test_case_20_inside_a_wrapper(folder, verdict):
    inner = layer("Lambda", "inside", function=CODE["Lambda"]["config"]["function"])
    model = chain(layer("TimeDistributed", "wrapped", layer=inner))
    for name in stored(folder, "code", model):
        code, found = verdict(name)
        assert code == 1
        assert found["counts"]["holds"] == 0


# ---- case 21: names of modules and classes -----------------------------------------------------

STRANGERS = {
    "os.system": layer("system", "d", module="os", command="touch pwned"),
    "by module": dense("d", module="mine.layers"),
    "by registered name": dense("d", registered="mine>Dense"),
    "by both": dense("d", module=None, registered="mine>Dense"),
    "an unknown class of Keras's module": layer("Quantum", "d", units=3),
    "a module inside Keras": layer("get_file", "d", module="keras.utils", origin="http://x"),
    "a private module": dense("d", module="keras.src.layers.core.evil"),
    "a lookalike": dense("d", module="keras.layers.evil"),
    "a dotted class": layer("layers.Dense", "d", module="keras", units=3),
    "no module": layer("Dense", "d", module=None, units=3),
    "an operation that is none": layer("system", "d", module="keras.src.ops.os"),
}


@pytest.mark.parametrize("kind", STRANGERS)
def test_case_21_a_strangers_class_is_unknown(folder, verdict, kind):
    (folder / "mine.py").write_text("open('pwned', 'w')")
    for name in stored(folder, "strange", chain(dict(STRANGERS[kind]))):
        code, found = verdict(name)
        assert code == 1
        (finding,) = (f for f in found["findings"] if f["claim"] == "a")
        assert finding["outcome"] == "unknown"  # above all, not the 15 of a Dense
    assert not (folder / "pwned").exists()


def test_case_21_keras_own_is_known(folder, verdict):
    """So that what is above proves something."""
    for name in stored(folder, "plain", chain(dense("d"))):
        assert verdict(name)[0] == 0


def test_case_21_activations_and_initializers(folder, verdict, check):
    system = {"module": "os", "class_name": "function", "config": "system",
              "registered_name": "system"}  # fmt: skip
    model = chain(dense("d", activation=system, kernel_initializer=system))
    for name in stored(folder, "strange", model):
        spec = CLAIMS.replace("model: {params: 15}", "d: {activation: linear}")
        (folder / "act.yaml").write_text(spec)
        code, found = verdict(name, "act.yaml")
        assert (code, found["counts"]["unknown"]) == (1, 1)


# ---- case 22: texts that look like paths -------------------------------------------------------


def test_case_22_a_vocabulary_is_text(folder, check):
    opened = []
    secret = folder / "secret.txt"
    secret.write_text("the secret")
    words = layer("StringLookup", "d", vocabulary=str(secret), idf_weights=None, max_tokens=None,
                  num_oov_indices=1, mask_token=None, oov_token="[UNK]", invert=False,
                  output_mode="int", sparse=False, pad_to_max_tokens=False,
                  encoding="utf-8")  # fmt: skip
    model = chain(words)
    model["config"]["layers"][0]["config"]["dtype"] = "string"
    held = archive(model)
    added = io.BytesIO(held)
    with zipfile.ZipFile(added, "a") as file:
        file.writestr("assets/_layer_checkpoint_dependencies/d/vocabulary.txt", "/etc/passwd")
    (folder / "words.keras").write_bytes(added.getvalue())
    (folder / "words.json").write_text(json.dumps(model))
    watching = True
    sys.addaudithook(lambda event, given: watching and event == "open" and opened.append(given[0]))
    try:
        for name in ("words.keras", "words.json"):
            code, out, err = check("spec.yaml", "--model", name)
            assert code == 1
            code, out, err = check("show", name, "--columns", "+config")
            assert code == 0
            assert "the secret" not in out + err
            code, out, err = check("show", name, "--format", "json")
            assert str(secret) in out
    finally:
        watching = False
    paths = {str(path) for path in opened if isinstance(path, (str, bytes, Path))}
    assert any("words.keras" in path for path in paths)  # the hook sees what is opened
    assert not {str(secret), "/etc/passwd"} & paths


def test_case_22_the_letters_of_a_path_are_no_words(folder, verdict):
    """Each of `/abc` would be one: four words, and one for all others."""
    words = layer("StringLookup", "d", vocabulary="/abc", idf_weights=None, max_tokens=None,
                  num_oov_indices=1, mask_token=None, oov_token="[UNK]", invert=False,
                  output_mode="multi_hot", sparse=False, pad_to_max_tokens=False,
                  encoding="utf-8")  # fmt: skip
    spec = CLAIMS.replace("model: {params: 15}", "d: {output: 5}")
    (folder / "words.yaml").write_text(spec)
    listed = {**words, "config": {**words["config"], "vocabulary": ["/", "a", "b", "c"]}}
    for one, code, outcome in ((words, 1, "unknown"), (listed, 0, "holds")):
        for name in stored(folder, "words", chain(one)):
            found = verdict(name, "words.yaml")
            assert (found[0], found[1]["findings"][0]["outcome"]) == (code, outcome)


# ---- case 24: wiring that no model has ---------------------------------------------------------

CYCLE = [given("x", 4), dense("a", 3, reads("b")), dense("y", 3, reads("a")),
         dense("b", 3, reads("a"))]  # fmt: skip
WIRING = {
    "a cycle": (
        functional([given("x", 4), dense("a", 3, reads("b")), dense("b", 3, reads("a")),
                    dense("y", 3, reads("b"))]),
        r"layer '[ab]' is fed by its own output",
    ),
    "a cycle beside the way in": (
        functional([given("x", 4), layer("Add", "a", reads("x", "b")), dense("b", 4, reads("a")),
                    dense("y", 3, reads("b"))]),
        r"layer '[ab]' is fed by its own output",
    ),
    "itself": (
        functional([given("x", 4), dense("y", 3, reads("y"))]),
        "layer 'y' is fed by its own output",
    ),
    "a layer that is not there": (
        functional([given("x", 4), dense("y", 3, reads("nowhere"))]),
        "layer 'y' reads 'nowhere', and there is no such layer",
    ),
    "an output that is not there": (
        functional([given("x", 4), dense("z", 3, reads("x"))]),
        "the outputs name 'y', and there is no such layer",
    ),
    "an input that is not there": (
        functional([given("z", 4), dense("y", 3, reads("z"))]),
        "its input_layers name 'x', which is no InputLayer",
    ),
    "an input that is a layer": (
        functional([given("z", 4), dense("x", 3, reads("z")), dense("y", 3, reads("x"))]),
        "its input_layers name 'x', which is no InputLayer",
    ),
    "an input that is no input of the model": (
        functional([given("x", 4), given("z", 4), dense("y", 3, reads("z"))]),
        "layer 'y' reads 'z', which is no input of the model",
    ),
    "a call that is not there": (
        functional([given("x", 4), dense("a", 3, reads("x")),
                    dense("y", 3, reads(tensor("a", 7)))]),
        "layer 'y' reads output 0 of call 7 of 'a', which is called 1 times",
    ),
    "a call before the first": (
        functional([given("x", 4), dense("a", 3, reads("x")),
                    dense("y", 3, reads(tensor("a", -1)))]),
        "layer 'y' reads output 0 of call -1 of 'a', which is called 1 times",
    ),
    "an output before the first": (
        functional([given("x", 4), dense("a", 3, reads("x")),
                    dense("y", 3, reads(tensor("a", 0, -1)))]),
        "layer 'y' reads output -1 of call 0 of 'a', which is called 1 times",
    ),
    "a second output of an input": (
        functional([given("x", 4), dense("y", 3, reads(tensor("x", 0, 1)))]),
        "layer 'y' reads a second output of the input 'x'",
    ),
    "a layer that is never called": (
        functional([given("x", 4), dense("a", 3), dense("y", 3, reads("a"))]),
        "layer 'y' reads output 0 of call 0 of 'a', which is called 0 times",
    ),
    "two layers of one name": (
        functional([given("x", 4), dense("y", 3, reads("x")), dense("y", 5, reads("x"))]),
        "two layers are called 'y'",
    ),
    "no outputs": (
        functional([given("x", 4), dense("y", 3, reads("x"))], outputs=()),
        "the model has no output_layers",
    ),
    "an output of a call that is not there": (
        functional([given("x", 4), dense("y", 3, reads("x"))], outputs=[("y", 3, 0)]),
        "the outputs name output 0 of call 3 of 'y', which is called 1 times",
    ),
    "a negative output of the model": (
        functional([given("x", 4), dense("y", 3, reads("x"))], outputs=[("y", 0, -1)]),
        "the outputs name output -1 of call 0 of 'y', which is called 1 times",
    ),
    "an output of the model by no number": (
        functional([given("x", 4), dense("y", 3, reads("x"))], outputs=[("y", 0, True)]),
        r"its output_layers must be places such as \[layer, 0, 0\]",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", WIRING)
def test_case_24_wiring(refused, kind):
    model, said = WIRING[kind]
    assert re.fullmatch(said, refused(model))


@pytest.mark.parametrize("kind", WIRING)
def test_case_24_wiring_in_the_form_of_keras_2(refused, kind):
    model, said = WIRING[kind]
    assert re.fullmatch(said, refused(keras_2(model)))


def test_case_24_the_form_of_keras_2_is_known(folder, verdict):
    """So that what is above proves something."""
    model = keras_2(functional([given("x", 4), dense("y", 3, reads("x"))]))
    for name in stored(folder, "plain", model):
        assert verdict(name)[0] == 0


def test_case_24_an_output_past_the_last_is_never_believed(folder, verdict, check):
    model = functional(
        [given("x", 4), dense("a", 3, reads("x")), dense("y", 3, reads(tensor("a", 0, 5)))]
    )
    for name in stored(folder, "past", model):
        code = check("spec.yaml", "--model", name)[0]
        assert code in (1, 2)


def test_case_24_an_inner_model(refused):
    inner = functional([given("x", 4), dense("y", 3, reads("y"))], name="inner")
    inner = {**inner, "name": "inner", "inbound_nodes": [reads("x")]}
    outer = functional([given("x", 4), inner], outputs=[("inner", 0, 0)])
    assert refused(outer) == "layer 'y' is fed by its own output"


def test_case_24_a_model_in_itself_by_name_is_no_loop(folder, verdict):
    inner = functional([given("x", 4), dense("y", 3, reads("x"))], name="model")
    inner = {**inner, "name": "model", "inbound_nodes": [reads("x")]}
    outer = functional([given("x", 4), inner], outputs=[("model", 0, 0)], name="model")
    for name in stored(folder, "nested", outer):
        assert verdict(name)[0] == 0


def test_case_24_shapes_that_do_not_join(refused):
    model = functional(
        [given("x", 4), dense("a", 3, reads("x")), layer("Add", "y", reads("x", "a"))]
    )
    line = refused(model)
    assert line.startswith("layer y: ")
    assert "4" in line
    assert "3" in line


NO_NODES = [
    None, 3, "x", {}, {"args": 3}, [None], [3], ["x"], [{}], [{"args": []}], [{"args": 3}],
    [{"args": [], "kwargs": 3}], [{"args": [{"class_name": "__keras_tensor__"}]}],
    [{"args": [{"class_name": "__keras_tensor__", "config": {"keras_history": ["x", 0]}}]}],
    [{"args": [{"class_name": "__keras_tensor__", "config": {"keras_history": [1, 0, 0]}}]}],
    [{"args": [{"class_name": "__keras_tensor__", "config": {"keras_history": ["x", "0", 0]}}]}],
    [{"args": [{"class_name": "__keras_tensor__", "config": {"keras_history": ["x", True, 0]}}]}],
    [[["x", 0, 0, 3]]], [[["x", 0]]], [[[["x"], 0, 0]]], [[["x", 0.0, 0]]],
]  # fmt: skip


@pytest.mark.parametrize("nodes", NO_NODES, ids=range(len(NO_NODES)))
def test_case_24_nodes_that_are_none(folder, check, nodes):
    model = functional([given("x", 4), {**dense("y"), "inbound_nodes": nodes}])
    for name in stored(folder, "bad", model):
        code, out, err = check("spec.yaml", "--model", name)
        assert (code, out) == (2, "") or (code == 1 and err == "")
        assert "internal error" not in err
        assert err.count("\n") <= 1
        if err:
            assert re.search("layer '?y\\b", err)


# ---- sizes -------------------------------------------------------------------------------------

SIZES = {
    "an input of 2^31": functional([given("x", 2**31), dense("y", 3, reads("x"))]),
    "rank 17": functional([given("x", *[2] * 17), dense("y", 3, reads("x"))]),
    "units 2^62": chain(dense("d", 2**62), dense("y", 2**62)),
    "units of ten thousand digits": json.dumps(chain(dense("d", 12345))).replace(
        "12345", "9" * 4000
    ),
    "units 0": chain(dense("d", 0)),
    "units -5": chain(dense("d", -5)),
    "units 3.5": chain(dense("d", 3.5)),
    "units 3.0": chain(dense("d", 3.0)),
    "units true": chain(dense("d", True)),
    "units null": chain(dense("d", None)),
    'units "3"': chain(dense("d", "3")),
    "units [3]": chain(dense("d", [3])),
    "units {}": chain(dense("d", {})),
    "no units": chain(layer("Dense", "d")),
    "a negative input": functional([given("x", -4), dense("y", 3, reads("x"))]),
    "an input of true": functional([given("x", True), dense("y", 3, reads("x"))]),
    "an input of 4.0": functional([given("x", 4.0), dense("y", 3, reads("x"))]),
    'an input of "4"': functional([given("x", "4"), dense("y", 3, reads("x"))]),
    "a huge repetition": chain(layer("RepeatVector", "d", n=2**31)),
    "a huge padding": sequential(
        [given("x", 4, 4, 1), layer("ZeroPadding2D", "d", padding=[[2**31, 0], [0, 2**62]])]
    ),
    "a huge product": sequential(
        [
            given("x", *[2**31 - 1] * 3, 1),
            layer("Conv3D", "d", filters=2**31 - 1, kernel_size=[2**31 - 1] * 3),
        ]
    ),
    "huge axes": chain(layer("Flatten", "d", data_format="x" * 1000)),
    "a shape of ten thousand axes": sequential(
        [given("x", 4), layer("Reshape", "d", target_shape=[1] * 10_000)]
    ),
}


@pytest.mark.parametrize("kind", SIZES)
def test_sizes_that_no_model_has_never_hold(folder, check, kind):
    config = SIZES[kind]
    for name in stored(folder, "size", config):
        code, out, err = check("spec.yaml", "--model", name)
        assert code in (1, 2)
        assert "internal error" not in err
        assert "Traceback" not in err
        assert err.count("\n") == (code == 2)
        assert len(err) < 2100
        if code == 2:
            assert out == ""


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("an input of 2^31", "2147483648 is no size: a whole number up to 2^31-1, or null"),
        ("rank 17", "a shape of 18 axes; at most 16 are read"),
        ("a negative input", "-4 is no size: a whole number up to 2^31-1, or null"),
    ],
)
def test_sizes_are_refused_with_the_reason(refused, kind, said):
    assert refused(SIZES[kind]).endswith(said)


def wide(count):
    """A functional model of so many layers one after the other."""
    names = ["x", *(f"d{number}" for number in range(count - 2)), "y"]
    layers = [dense(name, 1, reads(before)) for before, name in pairwise(names)]
    return functional([given("x", 1), *layers])


def deep(levels):
    """A model in a model in a model."""
    found = dense("y", 3)
    for level in range(levels):
        found = {**sequential([given("x", 4), found], name=f"m{level}"), "name": f"m{level}"}
    return found


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """Files that are as large as they are allowed to be, or larger."""
    folder = tmp_path_factory.mktemp("large")
    (folder / "spec.yaml").write_text(CLAIMS)
    long = "y" * MiB
    models = {
        "layers": (folder / "layers.json", json.dumps(flat(100_001))),
        "deep": (folder / "deep.json", json.dumps(deep(80))),
        "deeper": (folder / "deeper.json", json.dumps(deep(100))),
        "name": (folder / "name.json", json.dumps(chain(dense(long)))),
        "class": (folder / "class.json", json.dumps(chain(layer(long, "d")))),
        "module": (folder / "module.json", json.dumps(chain(dense("d", module=long)))),
        "activation": (folder / "activation.json", json.dumps(chain(dense("d", activation=long)))),
        "nowhere": (
            folder / "nowhere.json",
            json.dumps(functional([given("x", 4), dense("y", 3, reads(long))])),
        ),
        "key": (folder / "key.json", json.dumps(chain(dense("d", **{long: 1})))),
    }
    for path, text in models.values():
        path.write_text(text)
        path.with_suffix(".keras").write_bytes(archive(text))
    return folder


def flat(count):
    """A Sequential of so many layers, written as briefly as can be."""
    return {
        "class_name": "Sequential",
        "config": {
            "name": "m",
            "layers": [
                {"class_name": "Flatten", "config": {"name": f"{number}", "trainable": True}}
                for number in range(count)
            ],
        },
    }


LARGE = {
    "layers": (2, "it has more than 100,000 layers; --limit layers=NUMBER"),
    "deep": (2, "models are nested more than 64 deep"),
    "deeper": (2, "its lists and objects are nested deeper than 256"),
    "name": (0, ""),
    "class": (1, ""),
    "module": (1, ""),
    "activation": (0, ""),
    "nowhere": (2, f"layer 'y' reads '{'y' * 255}…', and there is no such layer"),
    "key": (1, ""),  # an argument that Keras has not
}


@pytest.mark.parametrize("suffix", ["keras", "json"])
@pytest.mark.parametrize("kind", LARGE)
def test_large_files_take_little(large, run_cli, kind, suffix):
    name = f"{kind}.{suffix}"
    code, said = LARGE[kind]
    raised = ("--limit", "config-ratio=100000")
    for command in (
        ("spec.yaml", "--model", name),
        ("spec.yaml", "--model", name, "--format", "markdown"),
        ("show", name),
        ("show", name, "--format", "markdown"),
    ):
        run = run_cli(*command, *raised, cwd=large)
        assert run.returncode == (code if command[0] != "show" else code // 2 * 2)
        assert run.seconds < 5
        assert run.memory < 256 * MiB
        assert len(run.stdout) + len(run.stderr) < 100_000
        assert said in run.stderr
        assert run.stderr.count("\n") == (code == 2)


def test_as_many_layers_as_are_allowed_are_read(folder, run_cli):
    (folder / "wide.json").write_text(json.dumps(flat(20_000)))
    run = run_cli("spec.yaml", "--model", "wide.json", cwd=folder)
    assert (run.returncode, run.stderr) == (1, "")


def test_a_chain_of_thousands_of_layers_needs_no_recursion(folder, verdict):
    (folder / "wide.json").write_text(json.dumps(wide(5000)))
    code, found = verdict("wide.json")
    (finding,) = found["findings"]
    assert (code, finding["observed"]) == (1, 4999 * 2)


def test_nests_of_nests_do_not_multiply(folder, run_cli):
    """Each model calls the one inside it twice: 2^40 calls when spelt out."""
    found, name = dense("y", 4), "y"
    for level in range(40):
        twice = {**found, "inbound_nodes": [reads("x"), reads(tensor(name, 0))]}
        found = functional([given("x", 4), twice], outputs=[(name, 1, 0)], name=f"m{level}")
        found = {**found, "name": (name := f"m{level}")}
    (folder / "nest.json").write_text(json.dumps(found))
    for command in (("spec.yaml", "--model", "nest.json"), ("show", "nest.json")):
        run = run_cli(*command, cwd=folder, timeout=60)
        assert run.returncode in (0, 1, 2)
        assert run.seconds < 5
        assert run.memory < 256 * MiB
        assert "internal error" not in run.stderr


# ---- old reports -------------------------------------------------------------------------------


def test_old_reports_stay_where_a_file_is_unreadable(folder, run_cli):
    old = {"spec--bad.json.md": b"old", "spec--bad.keras.svg": b"<svg/>", "other": b"\x00"}
    (folder / "out").mkdir()
    for name, content in old.items():
        (folder / "out" / name).write_bytes(content)
    stored(folder, "bad", WIRING["itself"][0])
    (folder / "cut.keras").write_bytes(archive(chain(dense("d")))[:200])
    (folder / "hdf5.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + b"\x00" * 100)
    for name in ("bad.json", "bad.keras", "cut.keras", "hdf5.h5"):
        run = run_cli("spec.yaml", "--model", name, "--out", "out", cwd=folder)
        assert (run.returncode, run.stdout) == (2, "")
        assert run.stderr.count("\n") == 1
        assert run.seconds < 5
        assert run.memory < 256 * MiB
        found = {path.name: path.read_bytes() for path in (folder / "out").iterdir()}
        assert found == old


# ---- case 28: names ----------------------------------------------------------------------------

SURROGATE = {"a\ud800b": "a\\ud800b", "../../x": "../../x"}
HOSTILE = {**NAMES, **SURROGATE}
PLACES = ("layer", "model", "activation", "class", "module", "initializer", "key", "registered")


def named(place, name):
    """A model with that name in that place; what it computes is 15 parameters, where known."""
    models = {
        "layer": lambda: chain(dense(name)),
        "model": lambda: {**(m := chain(dense("d"))), "config": {**m["config"], "name": name}},
        "activation": lambda: chain(dense("d", activation=name)),
        "class": lambda: chain(layer(name, "d")),
        "module": lambda: chain(dense("d", module=name)),
        "initializer": lambda: chain(dense("d", kernel_initializer={
            "module": "keras.initializers", "class_name": name, "config": {}})),
        "key": lambda: chain(dense("d", **{name: name})),
        "registered": lambda: chain(dense("d", registered=f"p>{name}")),
    }  # fmt: skip
    return models[place]()


DRIVER = """\
import json, os, sys
from lenet_verify.cli import main
os.chdir(sys.argv[1])
for name, arguments in json.load(open("commands.json")).items():
    for descriptor, stream in ((1, "out"), (2, "err")):
        os.dup2(os.open(f"{name}.{stream}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), descriptor)
    code = main(arguments)
    sys.stdout.flush()
    sys.stderr.flush()
    open(f"{name}.code", "w").write(str(code))
"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """Every hostile name in every place, each shown and checked; all names of layers at once in
    every format, with reports."""
    folder = tmp_path_factory.mktemp("hostile") / "inner" / "most"
    folder.mkdir(parents=True)
    (folder / "spec.yaml").write_text(CLAIMS)
    commands = {}
    for place in PLACES:
        for number, name in enumerate(HOSTILE):
            file = f"{place}-{number}"
            stored(folder, file, named(place, name))
            commands[f"show-{file}"] = ["show", f"{file}.json", "--columns", "+config"]
            commands[f"check-{file}"] = ["spec.yaml", "--model", f"{file}.keras"]
    stored(folder, "all", chain(*(dense(name, 4) for name in HOSTILE)))
    everything = [dense("d", activation=name) for name in HOSTILE]
    for number, one in enumerate(everything):
        one["name"] = one["config"]["name"] = f"d{number}"
    stored(folder, "functions", chain(*everything))
    for kind in ("text", "json", "markdown"):
        for file in ("all", "functions"):
            commands[f"{file}-{kind}"] = [
                "lenet5.yaml", "--model", f"{file}.keras", "--format", kind, "--out", "reports",
            ]  # fmt: skip
            columns = [] if kind == "json" else ["--columns", "+config"]
            commands[f"{file}-show-{kind}"] = ["show", f"{file}.json", "--format", kind, *columns]
    (folder / "lenet5.yaml").write_text(Path(SPEC).read_text())
    (folder / "commands.json").write_text(json.dumps(commands))
    before = {path.relative_to(folder.parent.parent) for path in folder.parent.parent.rglob("*")}
    subprocess.run([sys.executable, "-c", DRIVER, str(folder)], check=True)
    after = {path.relative_to(folder.parent.parent) for path in folder.parent.parent.rglob("*")}
    return folder, after - before


def read(path):
    return path.read_bytes().decode("utf-8")  # strictly: no output is anything else


def outputs(folder, *kinds):
    kinds = kinds or ("*.out", "*.err", "reports/*.md", "reports/*.dot", "reports/*.svg")
    return {path.name: read(path) for kind in kinds for path in folder.glob(kind)}


def test_case_28_every_run_comes_to_its_end(hostile):
    folder, _ = hostile
    codes = {path.stem: path.read_text() for path in folder.glob("*.code")}
    assert len(codes) == 2 * len(PLACES) * len(HOSTILE) + 12
    for run, code in codes.items():
        place = run.split("-")[1]
        if run.startswith("check") and place in ("class", "key", "module", "registered"):
            assert code == "1", run
        elif run.startswith("check") or "show" in run:
            assert code == "0", run
    assert not any(text for name, text in outputs(folder, "*.err").items() if "show" in name)


def test_case_28_no_output_acts(hostile):
    folder, _ = hostile
    texts = outputs(folder)
    assert len(texts) > 500
    for name, text in texts.items():
        text = text.replace("\n\t", "\n") if name.endswith(".dot") else text
        assert not FORBIDDEN.search(text), name
        assert commands_in(text) == [], name


@pytest.mark.parametrize("place", ["layer", "model", "class", "activation", "registered"])
def test_case_28_every_name_is_shown_literally(hostile, place):
    folder, _ = hostile
    for number, shown in enumerate(HOSTILE.values()):
        text = read(folder / f"show-{place}-{number}.out")
        assert shown.strip() in text.replace("\\\\", "\\"), (place, shown, text)


def test_case_28_json_has_every_name_as_it_is(hostile):
    folder, _ = hostile
    text = read(folder / "all-show-json.out")
    assert text.isascii()
    shown = json.loads(text)
    shown = shown.get("architectures", [shown])[0]
    assert [one["name"] for one in shown["layers"]] == ["x", *HOSTILE]
    for file in ("all-json", "functions-json", "functions-show-json"):
        assert read(folder / f"{file}.out").isascii()
        json.loads(read(folder / f"{file}.out"))


def test_case_28_files_have_no_names_from_a_file(hostile):
    _, made = hostile
    names = {str(path) for path in made if path.suffix not in (".out", ".err", ".code")}
    reports = {
        f"inner/most/reports/lenet5--{file}.keras.{kind}"
        for file in ("all", "functions")
        for kind in ("md", "html", "dot", "figure.svg", "svg", "png")
    }
    assert names <= {*reports, "inner/most/reports"}
    assert {name for name in reports if not name.endswith(".png")} <= names


@pytest.mark.parametrize("file", ["all", "functions"])
def test_case_28_markdown_is_all_text(hostile, file):
    """Rendered by a parser that is not ours."""
    markdown_it = pytest.importorskip("markdown_it")
    parser = markdown_it.MarkdownIt("commonmark").enable(["table", "strikethrough"])
    folder, _ = hostile
    for source in (
        read(folder / "reports" / f"lenet5--{file}.keras.md"),
        read(folder / f"{file}-show-markdown.out"),
    ):
        tokens = [t for block in parser.parse(source) for t in (block, *(block.children or ()))]
        kinds = {token.type for token in tokens}
        assert not kinds & {"html_block", "html_inline", "s_open", "fence"}
        links = {token.attrs.get("href") for token in tokens if token.type == "link_open"}
        images = {token.attrs.get("src") for token in tokens if token.type == "image"}
        allowed = {
            f"lenet5--{file}.keras.{suffix}" for suffix in ("figure.svg", "svg", "png", "dot")
        }
        assert {*links, *images} <= allowed
        rows = re.findall(r"<tr>.*?</tr>", parser.render(source), re.DOTALL)
        cells = {row.count("<td") for row in rows if "<td" in row}
        assert len(cells) <= 2  # a bar in a name makes no cell
        texts = " ".join(
            "".join(child.content for child in t.children or ())
            for t in tokens
            if t.type == "inline"
        )
        if file == "all":
            for name in HOSTILE.values():
                assert " ".join(name.split()) in texts, name


@pytest.mark.parametrize("file", ["all", "functions"])
def test_case_28_svg_parses_and_is_a_picture_only(hostile, file):
    folder, _ = hostile
    elements_of((folder / "reports" / f"lenet5--{file}.keras.figure.svg").read_bytes())
    elements = elements_of((folder / "reports" / f"lenet5--{file}.keras.svg").read_bytes())
    if file == "all":
        shown = {" ".join("".join(element.itertext()).split()) for element in elements}
        for name in HOSTILE.values():
            assert any(" ".join(name.split()) in text for text in shown), name


@pytest.mark.parametrize("file", ["all", "functions"])
def test_case_28_dot_has_only_our_identifiers(hostile, file):
    folder, _ = hostile
    dot = read(folder / "reports" / f"lenet5--{file}.keras.dot")
    assert not re.search(r"\b(URL|href|image|target|tooltip|shapefile|imagepath)\s*=", dot, re.I)
    bare = re.sub(r"label=<<TABLE.*?</TABLE>>", "label=L", dot, flags=re.DOTALL)
    for name in HOSTILE:
        if len(name) > 3:
            assert name not in bare


def test_case_28_a_hostile_name_in_an_error(folder, check):
    for name, shown in HOSTILE.items():
        model = functional([given("x", 4), dense("y", 3, reads(name))])
        for file in stored(folder, "bad", model):
            code, out, err = check("spec.yaml", "--model", file)
            assert (code, out) == (2, "")
            assert err.endswith(f"layer 'y' reads '{shown}', and there is no such layer\n")
            assert err.count("\n") == 1
            assert not FORBIDDEN.search(err)
            assert commands_in(err) == []


# ---- case 29: libraries that are planted -------------------------------------------------------

PLANTED = (
    "yaml", "h5py", "fsspec", "aiohttp", "tqdm", "zlib", "json", "numpy", "keras", "tensorflow",
    "graphviz", "pygraphviz", "subprocess", "struct", "resource", "multiprocessing", "glob",
    "sitecustomize", "usercustomize", "lenet_verify",
)  # fmt: skip


def test_case_29_what_is_planted_is_not_used(lenets, folder, run_cli):
    for name in PLANTED:
        (folder / f"{name}.py").write_text(f"open('pwned-{name}', 'w')\nraise SystemExit(7)\n")
    for form in ("keras", "h5", "json"):
        (folder / f"same.{form}").write_bytes((lenets / f"same.{form}").read_bytes())
    for form in ("keras", "h5", "json"):
        for command in (
            (SPEC, "--model", f"same.{form}"),
            (SPEC, "--model", f"same.{form}", "--weights", "--out", "out"),
            ("show", f"same.{form}"),
        ):
            run = run_cli(*command, cwd=folder)
            assert run.returncode == (0 if command[0] == "show" else 1)
    run = run_cli(SPEC, "--model", "same.*", "--weights", cwd=folder)
    assert run.returncode == 1
    run = run_cli(SPEC, "--model", "http://127.0.0.1:1/x.keras", cwd=folder)
    assert run.returncode == 2
    assert list(folder.glob("pwned*")) == []


# ---- case 30: objects by name ------------------------------------------------------------------


def test_case_30_static_imports_no_factory(folder, run_cli):
    (folder / "trap.py").write_text("open('pwned', 'w')\n")
    for command in (
        ("spec.yaml", "--static", "--model", "trap:model"),
        ("spec.yaml", "--model", "trap:model", "--static"),
        ("show", "--static", "trap:model"),
    ):
        run = run_cli(*command, cwd=folder)
        assert (run.returncode, run.stdout) == (2, "")
        assert run.stderr == (
            "trap:model: --static runs no code, and to make this model is to run it\n"
        )
    assert not (folder / "pwned").exists()
    run = run_cli("spec.yaml", "--model", "trap:model", cwd=folder)
    assert run.returncode == 2
    assert (folder / "pwned").exists()  # so that the trap is known to work


def test_case_30_a_file_that_has_the_name_of_an_object(folder, run_cli):
    (folder / "trap.py").write_text("open('pwned', 'w')\n")
    (folder / "model.keras").write_text("")
    run = run_cli("spec.yaml", "--static", "--model", "trap.py", cwd=folder)
    assert (run.returncode, run.stdout) == (2, "")
    assert not (folder / "pwned").exists()


# ---- nothing else gets out ---------------------------------------------------------------------


def test_only_errors_of_the_file_leave_the_reader(folder):
    """Whatever stands in place of whatever: an error of the file, or an architecture."""
    model = chain(dense("d"), layer("Flatten", "y"))
    bad = (None, True, -1, 0, 2**70, 1.5, "", "x", [], [None], {}, {"class_name": 3}, [[["x"]]])

    def places(value, at=()):
        yield at
        if isinstance(value, dict):
            for key in value:
                yield from places(value[key], (*at, key))
        elif isinstance(value, list):
            for number in range(len(value)):
                yield from places(value[number], (*at, number))

    tried = 0
    for place in list(places(model)):
        for value in bad:
            copy = json.loads(json.dumps(model))
            inside = copy
            for key in place[:-1]:
                inside = inside[key]
            if place:
                inside[place[-1]] = value
            else:
                copy = value
            path = folder / "any.json"
            path.write_text(json.dumps(copy))
            tried += 1
            with suppress(ReadError):
                read_model_file(str(path))
    assert tried > 500


def test_every_layer_that_cannot_be_is_told_on_a_line_of_its_own(folder, run_cli):
    conv = [layer("Conv2D", name, reads("x"), filters=1, kernel_size=[3, 3]) for name in "ab"]
    joined = layer("Add", "y", reads("a", "b"))
    (folder / "wrong.json").write_text(json.dumps(functional([given("x", 4), *conv, joined])))
    run = run_cli("show", "wrong.json", cwd=folder)
    assert run.returncode == 2
    first, second = run.stderr.splitlines()
    assert first.startswith("wrong.json: layer a: Conv2D on 4: ")
    assert second.startswith("wrong.json: layer b: Conv2D on 4: ")
