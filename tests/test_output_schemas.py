"""The published schemas of the JSON outputs: what the commands print fits, and nothing is left out.

Within a schema's number keys may be added, so a schema allows others; these tests do not, so that
a key which no schema tells of is found.
"""

import json
import shutil
from pathlib import Path

import jsonschema
import pytest

import lenet_verify as lv
from lenet_verify.cli import main
from lenet_verify.schemas import OUTPUTS, schema_of
from tests import runs

ROOT = Path(__file__).parent.parent
LENET5 = str(ROOT / "spec" / "lenet5.yaml")
WEAK = """\
format: 1
title: Weak
input: 1@8x8
layers:
  conv: {type: Conv2D, filters: 2, kernel_size: 3}
  flat: {type: Flatten}
  out: {type: Dense, units: 3, activation: softmax}
claims:
  - {id: a, why: by hand, expect: {conv: {output: 2@6x6}}}
  - {id: b, quote: not of the network, unchecked: data}
"""
OTHER = WEAK.partition("claims:")[0].replace("filters: 2", "filters: 4").replace(
    "  flat:", "  pool: {type: MaxPooling2D}\n  flat:"
)  # fmt: skip
FILE = {
    "class_name": "Functional",
    "config": {
        "name": "m",
        "layers": [
            {"class_name": "InputLayer", "name": "in", "inbound_nodes": [],
             "config": {"name": "in", "batch_shape": [None, None, 4], "dtype": "float32"}},
            {"class_name": "Mine", "registered_name": "pkg>Mine", "module": "pkg", "name": "own",
             "config": {"name": "own"}, "inbound_nodes": [{"args": [{
                 "class_name": "__keras_tensor__", "config": {
                     "shape": [None, None, 4], "dtype": "float32",
                     "keras_history": ["in", 0, 0]}}], "kwargs": {}}]},
        ],
        "input_layers": [["in", 0, 0]],
        "output_layers": [["own", 0, 0]],
    },
    "keras_version": "3.8.0",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path, monkeypatch):
    shutil.copy(LENET5, tmp_path / "lenet5.yaml")
    (tmp_path / "weak.yaml").write_text(WEAK, encoding="utf-8")
    (tmp_path / "other.yaml").write_text(OTHER, encoding="utf-8")
    (tmp_path / "file.json").write_text(json.dumps(FILE), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    runs.write(tmp_path / "run.json", runs.run_of(lv.load_spec("lenet5.yaml")))
    return tmp_path


def closed(schema):
    """A schema that allows no other keys."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    shut = {key: closed(value) for key, value in schema.items()}
    return shut | ({"unevaluatedProperties": False} if "required" in schema else {})


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("verdict-1", ["lenet5.yaml", "--static", "--out", "r"]),
        ("verdict-1", ["lenet5.yaml", "--static", "--out", "r", "--run", "run.json"]),
        ("verdict-1", ["weak.yaml", "--model", "other.yaml", "--static"]),
        ("verdict-1", ["weak.yaml", "--model", "file.json"]),
        ("verdicts-1", ["weak.yaml", "--model", "other.yaml", "--model", "file.json", "--static"]),
        ("architecture-1", ["show", "lenet5.yaml"]),
        ("architecture-1", ["show", "file.json"]),
        ("architectures-1", ["show", "weak.yaml", "file.json"]),
        ("diff-1", ["diff", "weak.yaml", "other.yaml"]),
        ("diff-1", ["diff", "other.yaml", "file.json"]),
        ("strength-1", ["strength", "weak.yaml"]),
        ("papers-1", ["papers"]),
    ],
)
def test_what_is_printed_fits_its_schema(folder, capsys, name, arguments):
    assert main([*arguments, "--format", "json"]) in (0, 1)
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == f"lenet-verify/{name}"
    jsonschema.Draft202012Validator(schema_of(name)).validate(document)
    jsonschema.Draft202012Validator(closed(schema_of(name))).validate(document)


def test_the_index_of_reports_fits_its_schema(folder):
    (folder / "weaker.yaml").write_text(WEAK.replace("2@6x6", "2@7x7"), encoding="utf-8")
    arguments = ["weak.yaml", "weaker.yaml", "--model", "weak.yaml", "--model", "other.yaml"]
    assert main(["report", *arguments, "--static", "--out", "site"]) == 0
    document = json.loads((folder / "site/index.json").read_text())
    jsonschema.Draft202012Validator(closed(schema_of("reports-1"))).validate(document)
    told = [(one["name"], one["model"], one["claims"]["broken"]) for one in document["reports"]]
    assert told == [
        ("weak--weak", "weak.yaml", 0), ("weak--other", "other.yaml", 1),
        ("weaker--weak", "weak.yaml", 1), ("weaker--other", "other.yaml", 1),
    ]  # fmt: skip
    for one in document["reports"]:
        assert one["holds"] is (one["counts"]["broken"] == 0)
        assert one["claims"]["unchecked"] == 1
        assert (folder / "site" / one["figure"]).is_file()


@pytest.mark.parametrize("name", OUTPUTS)
def test_schemas_are_schemas_and_refuse_what_is_none(name):
    schema = schema_of(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    wrong = jsonschema.Draft202012Validator(schema)
    assert not wrong.is_valid({"schema": f"lenet-verify/{name}"})
    assert not wrong.is_valid({"schema": "lenet-verify/verdict-0"})


def test_a_wrong_word_or_number_is_refused(folder, capsys):
    main(["weak.yaml", "--model", "other.yaml", "--static", "--format", "json"])
    document = json.loads(capsys.readouterr().out)
    validator = jsonschema.Draft202012Validator(schema_of("verdict-1"))
    for key, value in (("outcome", "passes"), ("line", 0), ("layer", None)):
        wrong = json.loads(json.dumps(document))
        wrong["findings"][0][key] = value
        assert not validator.is_valid(wrong)


@pytest.mark.parametrize("name", OUTPUTS)
def test_the_shipped_schema_is_the_printed_one(capsys, name):
    assert main(["schema", name]) == 0
    shipped = ROOT / "lenet_verify" / "schemas" / f"{name}.json"
    assert capsys.readouterr().out == shipped.read_text(encoding="utf-8")
    assert json.loads(shipped.read_text(encoding="utf-8")) == schema_of(name)


def test_the_schema_of_specs_is_meant_where_none_is_named(capsys):
    texts = []
    for arguments in (["schema"], ["schema", "spec"]):
        assert main(arguments) == 0
        texts.append(capsys.readouterr().out)
    assert texts[0] == texts[1] == (ROOT / "lenet_verify" / "spec.schema.json").read_text("utf-8")


def test_another_name_is_refused(capsys):
    with pytest.raises(SystemExit) as leaving:
        main(["schema", "verdict-2"])
    assert leaving.value.code == 2
    assert "verdict-1" in capsys.readouterr().err
