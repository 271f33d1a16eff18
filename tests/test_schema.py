"""The JSON Schema that editors use says the same as the reader, as far as a schema can."""

import copy
import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from lenet_verify.errors import SpecError
from lenet_verify.spec import load_spec
from lenet_verify.spec.schema import schema, schema_text

ROOT = Path(__file__).parent.parent
LENET5 = ROOT / "spec" / "lenet5.yaml"


@pytest.fixture(scope="module")
def validator():
    jsonschema.Draft202012Validator.check_schema(schema())
    return jsonschema.Draft202012Validator(schema())


@pytest.fixture
def lenet5():
    return yaml.safe_load(LENET5.read_text(encoding="utf-8"))


def test_the_shipped_schema_is_the_printed_one():
    shipped = (ROOT / "lenet_verify" / "spec.schema.json").read_text(encoding="utf-8")
    assert shipped == schema_text()
    assert json.loads(shipped) == schema()


def test_lenet5_names_the_schema_and_has_no_fault(validator, lenet5):
    first_line = LENET5.read_text(encoding="utf-8").splitlines()[0]
    assert first_line == "# yaml-language-server: $schema=../lenet_verify/spec.schema.json"
    assert list(validator.iter_errors(lenet5)) == []


def test_the_schema_command_prints_it(run_cli):
    run = run_cli("schema")
    assert run.returncode == 0
    assert json.loads(run.stdout) == schema()


BLOCKS = {
    "unit": {
        "arguments": {"n": None, "rate": 0.5},
        "layers": {
            "d": {"type": "Dense", "units": "$n", "inputs": "input"},
            "drop": {"type": "Dropout", "rate": "$rate"},
        },
    }
}


def _set(document, path, value):
    changed = {**copy.deepcopy(document), "blocks": copy.deepcopy(BLOCKS)}
    changed["layers"]["unit"] = {"block": "unit", "n": 3}
    at = changed
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return changed


WRONG = {
    "format": (["format"], 2),
    "unknown key": (["titel"], "LeNet-5"),
    "layer type": (["layers", "C1", "type"], "Conv2d"),
    "refused layer type": (["layers", "C1", "type"], "Lambda"),
    "misspelt argument": (["layers", "C1", "kernal_size"], 5),
    "size of zero": (["layers", "C1", "kernel_size"], 0),
    "too many sizes": (["layers", "C1", "kernel_size"], "5x5x5"),
    "word": (["layers", "C1", "padding"], "some"),
    "bool for a number": (["layers", "F6", "units"], True),
    "activation": (["layers", "C1", "activation"], "tahn"),
    "claimed activation": (["claims", 5, "expect", "output", "activation"], "sofmax"),
    "formula's function": (["claims", 5, "expect", "output", "activation"], "2 * tnh(x)"),
    "formula's power": (["claims", 5, "expect", "output", "activation"], "x^2"),
    "optimizer": (["compile", "optimizer"], "adm"),
    "loss": (["compile", "loss"], "crossentropi"),
    "metric": (["compile", "metrics"], ["acuracy"]),
    "input": (["input"], "1@32*32"),
    "fact": (["claims", 1, "expect", "C1", "outptu"], "6@28x28"),
    "shape": (["claims", 1, "expect", "C1", "output"], "6@28,28"),
    "quantity": (["claims", 16, "expect", "model", "params"], "61,706"),
    "model fact": (["claims", 16, "expect", "model", "parms"], 61706),
    "counted family": (["claims", 6, "expect", "model", "layers"], {"convolutions": 2}),
    "empty any": (["claims", 1, "expect", "C1", "output"], {"any": []}),
    "claim key": (["claims", 1, "qoute"], "…"),
    "reserved name": (["layers", "model"], {"type": "Flatten"}),
    "use without its block": (["layers", "C1"], {"repeat": 2}),
    "block's repeat": (["layers", "C1"], {"block": "unit", "repeat": 0}),
    "block with a type": (["layers", "C1"], {"block": "unit", "type": "Flatten"}),
    "block without layers": (["blocks"], {"unit": {"arguments": {}}}),
    "block's key": (["blocks", "unit", "layer"], {}),
    "block's layer type": (["blocks", "unit", "layers", "d", "type"], "Dnse"),
    "block's argument": (["blocks", "unit", "layers", "d", "unit"], 3),
    "block's value": (["blocks", "unit", "layers", "d", "use_bias"], "no"),
    "name of an argument": (["blocks", "unit", "arguments", "a-b"], 3),
    "reserved argument": (["blocks", "unit", "arguments", "repeat"], 3),
    "layer called input": (["blocks", "unit", "layers", "input"], {"type": "Flatten"}),
    "year": (["sources", "paper", "year"], "1998?"),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_schema_and_reader_refuse_the_same(validator, lenet5, tmp_path, mistake):
    wrong = _set(lenet5, *WRONG[mistake])
    assert list(validator.iter_errors(wrong)), "the schema lets it pass"
    file = tmp_path / "wrong.yaml"
    file.write_text(yaml.safe_dump(wrong, sort_keys=False), encoding="utf-8")
    with pytest.raises(SpecError):
        load_spec(file)


RIGHT = {
    "sizes as text": (["layers", "C1", "kernel_size"], "5x5"),
    "sizes as a list": (["layers", "C1", "kernel_size"], [5, 5]),
    "alias": (["layers", "S2", "type"], "AvgPool2D"),
    "any": (["claims", 5, "expect", "output", "activation"], {"any": ["softmax", "linear"]}),
    "formula": (["claims", 5, "expect", "output", "activation"], "1.7159 * tanh(2/3 * x)"),
    "formula as printed": (["claims", 5, "expect", "output", "activation"], "-1.5e-3·(x−1)"),
    "parameter": (["claims", 5, "expect", "output", "activation"], "elu(alpha=0.5)"),
    "suffix": (["claims", 16, "expect", "model", "params"], "61.7k"),
    "comparison": (["claims", 16, "expect", "model", "params"], "< 1M"),
    "null": (["layers", "C1", "activation"], None),
    "scalar": (["claims", 0, "expect", "input", "output"], "scalar"),
    "vector": (["claims", 0, "expect", "input", "output"], 120),
    "five axes": (["claims", 0, "expect", "input", "output"], "2x3x4x5x6"),
    "initializer": (["layers", "C1", "kernel_initializer"], {"type": "RandomNormal", "stddev": 1}),
    "frozen": (["layers", "C1", "trainable"], False),
    "feeders": (["layers", "S2", "inputs"], ["C1"]),
    "use of a block": (["layers", "more"], {"block": "unit", "n": 3, "inputs": "output"}),
    "repeated": (["layers", "more"], {"block": "unit", "n": 3, "repeat": 2}),
    "block in a block": (["blocks", "two"], {"layers": {"a": {"block": "unit", "n": 3}}}),
    "argument inside a value": (
        ["blocks", "unit", "layers", "c"],
        {"type": "Reshape", "target_shape": ["$n", 1]},
    ),
    "wrapped": (
        ["blocks", "unit", "layers", "w"],
        {"type": "TimeDistributed", "layer": {"type": "Dense", "units": "$n"}},
    ),
    "a later fact": (["claims", 1, "expect", "C1", "connections"], 122304),
}


@pytest.mark.parametrize("case", RIGHT)
def test_schema_and_reader_accept_the_same(validator, lenet5, tmp_path, case):
    right = _set(lenet5, *RIGHT[case])
    assert [error.message for error in validator.iter_errors(right)] == []
    file = tmp_path / "right.yaml"
    file.write_text(yaml.safe_dump(right, sort_keys=False), encoding="utf-8")
    load_spec(file)
