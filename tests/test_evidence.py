"""Claims of behaviour: a training run makes them hold or breaks them, and only the right one."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

import lenet_verify as lv
from lenet_verify.cli import main
from lenet_verify.errors import ReadError
from lenet_verify.evidence import Data, Results, read_run
from lenet_verify.schemas import schema_of
from lenet_verify.verify import Options, verify
from tests import runs, stored

SPEC = """\
format: 1
title: a network
input: 1@28x28
layers:
  flat:   {type: Flatten}
  output: {type: Dense, units: 10, activation: softmax}
compile: {optimizer: adam, loss: categorical_crossentropy}
training: {data: mnist, epochs: 3}
claims:
  - id: error
    why: the paper says so
    expect:
      model: {FACTS}
"""
CHECK = ["spec.yaml", "--static", "--out", "reports", "--color", "never"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def spec(facts="test_error: 0.95%", **edits):
    text = SPEC.replace("FACTS", facts)
    for old, new in edits.get("edits", ()):
        assert old in text
        text = text.replace(old, new)
    Path("spec.yaml").write_text(text, encoding="utf-8")
    return lv.load_spec("spec.yaml")


def run(mistakes=95, **given):
    return runs.write(Path("run.json"), runs.run_of(lv.load_spec("spec.yaml"), mistakes, **given))


def finding(path=None, model=None, fact="test_error", **options):
    """Whether everything holds, and what became of a fact."""
    options = Options(static=True, run=path, **options)
    (report,) = verify(lv.load_spec("spec.yaml"), model, options)
    (one,) = [one for one in report.verdict.findings if one.fact == fact]
    return report.verdict.holds, one.outcome.value, one


# ---- without a run -----------------------------------------------------------------------------


def test_without_a_run_it_is_skipped(folder):
    spec()
    holds, outcome, one = finding()
    assert (holds, outcome, one.code) == (True, "skipped", "not-run")


def test_with_training_it_is_unknown_without_one(folder):
    spec()
    holds, outcome, one = finding(with_training=True)
    assert (holds, outcome, one.code) == (False, "unknown", "not-run")


def test_nothing_else_changes_with_training(folder):
    spec("params: 7850")
    assert finding(with_training=True, fact="params")[:2] == (True, "holds")


def test_the_command_line_says_so_too(folder, capsys):
    spec()
    run(120)
    assert main(CHECK) == 0
    assert "skipped: no training run is given" in capsys.readouterr().out
    assert main([*CHECK, "--with-training"]) == 1
    assert "unknown: no training run is given" in capsys.readouterr().out


# ---- numbers -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "mistakes", "outcome"),
    [
        ("test_error: 0.95%", 95, "holds"),
        ("test_error: 0.95%", 94, "broken"),
        ("test_error: 0.95%", 96, "broken"),
        ("test_error: 0.9%", 94, "holds"),
        ("test_error: 0.9%", 96, "broken"),
        ('test_error: "<= 0.95%"', 95, "holds"),
        ('test_error: "<= 0.95%"', 96, "broken"),
        ("test_error: 0.0095", 95, "holds"),
        ("test_error: 0.0095", 94, "broken"),
        ("test_error: {any: [0.95%, 0.8%]}", 80, "holds"),
        ("test_error: {any: [0.95%, 0.8%]}", 86, "broken"),
    ],
)
def test_a_number_is_as_precise_as_it_is_printed(folder, facts, mistakes, outcome):
    spec(facts)
    run(mistakes)
    holds, found, one = finding("run.json")
    assert (holds, found, one.code) == (outcome == "holds", outcome, "result")


@pytest.mark.parametrize(
    ("facts", "outcome", "observed"),
    [
        ('test_accuracy: ">= 99%"', "holds", "99.05%"),
        ('test_accuracy: ">= 0.995"', "broken", 0.9905),
        ("train_error: 0.35%", "holds", "0.35%"),
        ("train_accuracy: 99.65%", "holds", "99.65%"),
        ("epochs: 3", "holds", 3),
        ('epochs: "< 3"', "broken", 3),
    ],
)
def test_every_fact_of_a_run(folder, facts, outcome, observed):
    spec(facts)
    run(95, train_mistakes=210)
    _, found, one = finding(".", fact=facts.partition(":")[0])
    assert (found, one.observed) == (outcome, observed)


def test_what_a_run_does_not_say_is_unknown(folder):
    spec("train_error: 0.35%")
    run()
    holds, outcome, one = finding("run.json", fact="train_error")
    assert (holds, outcome) == (False, "unknown")
    assert one.reason == "run.json does not say it"


# ---- evidence that is none ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edits", "reason"),
    [
        ([("units: 10", "units: 11")], "the spec's network was changed since the run"),
        ([("softmax}", "softmax, use_bias: false}")], "network was changed since the run"),
        ([("1@28x28", "1@28x28\nsources: {a: {title: b}}")], None),
        ([("the paper says so", "it is so")], None),
        ([("epochs: 3}", "epochs: 3, seed: 9}")], None),
        ([("epochs: 3}", "epochs: 5}")], "the run has epochs 3, and the spec 5"),
        ([("data: mnist, ", "")], None),
        ([("data: mnist", "data: fashion_mnist")], "data mnist, and the spec fashion_mnist"),
        ([("epochs: 3}", "epochs: 3, scale: [-1, 1]}")], "scale 0.0, 1.0, and the spec -1.0, 1.0"),
        ([("optimizer: adam", "optimizer: sgd")], "optimizer Adam, and the spec SGD"),
        (
            [("epochs: 3}", "epochs: 3, optimizer: {type: adam, learning_rate: 0.1}}")],
            "optimizer Adam, and the spec Adam (learning_rate 0.1)",
        ),
        ([("loss: cat", "loss: sparse_cat")], "and the spec sparse_categorical_crossentropy"),
        ([("training: {data: mnist, epochs: 3}\n", "")], "the spec does not say how to train"),
        ([("a network", "another"), ("units: 10", "units: 11")], "the run is of a network"),
    ],
)
def test_a_run_is_evidence_of_the_spec_that_was_trained(folder, edits, reason):
    spec()
    run()
    spec(edits=edits)
    holds, outcome, one = finding("run.json")
    if reason is None:
        assert (holds, outcome) == (True, "holds")
    else:
        assert (outcome, one.code) == ("unknown", "stale")
        assert not holds
        assert reason in one.reason


def test_a_run_that_was_stopped_is_no_evidence(folder):
    spec()
    run(epochs=2, history=({"loss": 1.0},) * 2)
    _, outcome, one = finding("run.json")
    assert outcome == "unknown"
    assert one.reason == "the run was stopped after 2 of 3 epochs"


def test_a_run_on_other_data_is_no_evidence(folder):
    """As `train --data digits` leaves it: the claim is about MNIST."""
    checked = spec()
    other = runs.run_of(checked)
    data = Data(name="digits", sha256="c" * 64, train=1437, validation=0, test=360)
    training = {**other.training, "data": "digits"}
    runs.write(Path("run.json"), replace(other, data=data, training=training))
    _, outcome, one = finding("run.json")
    assert (outcome, one.code) == ("unknown", "stale")
    assert "digits" in one.reason


def test_a_model_that_was_changed_since_is_no_evidence(folder):
    spec()
    model = folder / "trained.keras"
    model.write_bytes(b"the weights")
    run(model_sha256=hashlib.sha256(b"the weights").hexdigest())
    assert finding("run.json")[1] == "holds"
    model.write_bytes(b"others")
    _, outcome, one = finding("run.json")
    assert outcome == "unknown"
    assert one.reason == "trained.keras was changed since the run"


def test_a_run_is_of_one_model_file(folder):
    dense = stored.layer("Dense", "output", units=10, activation="softmax")
    layers = [stored.given("in", 28, 28, 1), stored.layer("Flatten", "flat"), dense]
    content = stored.archive(stored.sequential(layers))
    for name in ("trained.keras", "copy.keras"):
        (folder / name).write_bytes(content)
    (folder / "other.keras").write_bytes(
        stored.archive(stored.sequential(layers), b"\x89HDF\r\n\x1a\n")
    )
    spec()
    run(model_sha256=hashlib.sha256(content).hexdigest())
    for name, outcome in {"trained": "holds", "copy": "holds", "other": "unknown"}.items():
        _, found, one = finding("run.json", f"{name}.keras")
        assert found == outcome, one
    assert one.reason.startswith("the run is of another file: its model has the SHA-256 ")


def test_of_several_files_the_run_is_of_its_own(folder, capsys):
    """Files of one config are one architecture, and still not one model."""
    layers = [
        stored.given("in", 28, 28, 1),
        stored.layer("Flatten", "flat"),
        stored.layer("Dense", "output", units=10, activation="softmax"),
    ]
    config = stored.sequential(layers)
    trained, other = stored.archive(config), stored.archive(config, b"\x89HDF\r\n\x1a\n")
    Path("trained.keras").write_bytes(trained)
    Path("other.keras").write_bytes(other)
    spec()
    run(model_sha256=hashlib.sha256(trained).hexdigest())
    models = ["--model", "other.keras", "--model", "trained.keras", "--model", "other.keras"]
    assert main(["spec.yaml", *models, "--run", "run.json", "--format", "json"]) == 1
    verdicts = json.loads(capsys.readouterr().out)["verdicts"]
    assert [one["holds"] for one in verdicts] == [False, True, False]


# ---- the record --------------------------------------------------------------------------------


def test_a_record_is_read_as_it_was_written(folder):
    checked = spec()
    first = runs.run_of(checked, 17, train_mistakes=3, history=({"loss": None},) * 3)
    runs.write(Path("run.json"), first)
    second, file = read_run(".")
    assert (second, file) == (first, "run.json")
    document = json.loads(Path("run.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema_of("run-1")).validate(document)


def test_results_are_counted(folder):
    results = Results.counted(test=(95, 10_000), train=(0, 60_000))
    assert (results.test_error, results.test_accuracy) == (0.0095, 0.9905)
    assert (results.train_error, results.train_accuracy) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("schema", "lenet-verify/run-2", "its 'schema' is lenet-verify/run-1"),
        ("model_sha256", "abc", "'model_sha256' is a SHA-256 of 64 digits, not 'abc'"),
        ("epochs", True, "'epochs' is a whole number, not true"),
        ("epochs", 7, "'epochs' is 7, and 'history' has 3"),
        ("data", [], "'data' is a mapping, not []"),
        ("data.test", None, "'data.test' is a whole number, not null"),
        ("results.test_error", "0.95%", "'results.test_error' is a number from 0 to 1"),
        ("results.test_error", 0.5, "'results.test_error' do not add up to 1"),
        ("results.train_error", 0.5, "'results.train_error' do not add up to 1"),
        ("training.seed", None, "'training.seed' is a whole number, not null"),
        ("training.epochs", "3", "'training.epochs' is a whole number, not '3'"),
        ("history", [1, 2, 3], "'history' is a list with a mapping of numbers for each epoch"),
        ("versions", {"keras": 3}, "'versions' is a mapping of texts"),
    ],
)
def test_a_record_that_is_none_is_told_of(folder, capsys, key, value, message):
    spec()
    document = json.loads(run().read_text(encoding="utf-8"))
    inner = document
    *path, last = key.split(".")
    for part in path:
        inner = inner[part]
    inner[last] = value
    Path("run.json").write_text(json.dumps(document), encoding="utf-8")
    assert main([*CHECK, "--run", "run.json"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("run.json: ")
    assert message in told.err
    assert told.err.count("\n") == 1


@pytest.mark.parametrize("key", ["spec", "network_sha256", "history", "data.sha256", "versions"])
def test_a_record_that_lacks_something_is_told_of(folder, key):
    spec()
    document = json.loads(run().read_text(encoding="utf-8"))
    inner = document["data"] if "." in key else document
    del inner[key.rpartition(".")[2]]
    Path("run.json").write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(ReadError, match=f"run.json: it lacks '{key}'"):
        read_run("run.json")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "run.json:1:2: this is no JSON: "),
        (b"\xff", "run.json: not UTF-8"),
        (b"[]", "run.json: this is no record of a training run"),
        (b'{"schema": NaN}', "run.json: this is no JSON: NaN is no number"),
        (b"[" * 100_000, "run.json: this is no JSON: "),
        (None, "run.json: cannot be read: No such file or directory"),
    ],
)
def test_a_file_that_is_no_record_is_told_of(folder, capsys, content, message):
    spec()
    if content is not None:
        Path("run.json").write_bytes(content)
    assert main([*CHECK, "--run", "run.json"]) == 2
    assert message in capsys.readouterr().err


# ---- where it is told --------------------------------------------------------------------------


def test_the_configuration_names_the_run(folder, capsys, monkeypatch):
    spec()
    (folder / "runs").mkdir()
    runs.write(folder / "runs" / "run.json", runs.run_of(lv.load_spec("spec.yaml")))
    (folder / "pyproject.toml").write_text(
        '[[tool.lenet-verify.check]]\nspec = "spec.yaml"\nrun = "runs"\nstatic = true\n'
        "with_training = true\n"
    )
    arguments = ["--format", "json", "--out", "reports"]
    assert main(arguments) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["run"]["file"] == "runs/run.json"
    below = folder / "below"
    below.mkdir()
    monkeypatch.chdir(below)
    assert main(["../spec.yaml", *arguments]) == 0
    assert json.loads(capsys.readouterr().out)["run"]["file"] == "../runs/run.json"


def test_a_run_is_of_one_spec(folder, capsys):
    spec()
    assert main(["spec.yaml", "spec.yaml", "--run", "run.json"]) == 2
    assert "--run is evidence for one SPEC" in capsys.readouterr().err


@pytest.mark.parametrize("stale", [False, True])
def test_every_report_tells_of_the_run(folder, capsys, stale):
    spec()
    run()
    if stale:
        spec(edits=[("epochs: 3}", "epochs: 5}")])
    assert main([*CHECK, "--run", "run.json"]) == int(stale)
    terminal = capsys.readouterr().out
    page = Path("reports/spec.html").read_text(encoding="utf-8")
    markdown = Path("reports/spec.md").read_text(encoding="utf-8")
    why = "the run has epochs 3, and the spec 5"
    said = (
        f"run.json is no evidence here: {why}"
        if stale
        else ("trained for 3 epochs on mnist, seed 0: 0.95% test error (run.json)")
    )
    assert said in terminal
    assert '<section id="training"' in page
    assert "## Training" in markdown
    for text in (page, markdown):
        assert "test error 0.95%" in text
        assert "mnist, 60,000 to train on, 10,000 to test" in text
        assert "3 epochs, batches of 32, seed 0, Adam" in text
        assert (why in text) is stale


def test_pictures_of_the_run_stand_in_the_reports(folder):
    spec()
    run()
    (folder / "history.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (folder / "other.svg").write_text("not of a run")
    assert main([*CHECK, "--run", "run.json"]) == 0
    shown = "accuracy and loss by epoch, on mnist"
    assert f"![{shown}](spec.history.svg)" in Path("reports/spec.md").read_text(encoding="utf-8")
    page = Path("reports/spec.html").read_text(encoding="utf-8")
    assert f'<img src="spec.history.svg" alt="{shown}" loading="lazy">' in page
    assert "; img-src " in page  # which a page without pictures does not allow
    copied = (folder / "reports" / "spec.history.svg").read_bytes()
    assert copied == (folder / "history.svg").read_bytes()
    assert not (folder / "reports" / "spec.other.svg").exists()
    assert main(["report", "spec.yaml", "--static", "--run", ".", "--check"]) == 1  # the index


def test_a_picture_overwrites_no_other_report(folder, capsys):
    spec()
    run()
    (folder / "history.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (folder / "spec.history.yaml").write_text(SPEC.replace("FACTS", "params: 7850"))
    (folder / "pyproject.toml").write_text(
        "[tool.lenet-verify]\nstatic = true\n"
        '[[tool.lenet-verify.check]]\nspec = "spec.yaml"\nrun = "run.json"\n'
        '[[tool.lenet-verify.check]]\nspec = "spec.history.yaml"\n'
    )
    assert main(["report"]) == 2
    assert "would both be reported as spec.history.svg" in capsys.readouterr().err


def test_pictures_of_another_network_stand_in_no_report(folder):
    spec()
    run()
    (folder / "history.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    spec(edits=[("units: 10", "units: 11")])
    assert main([*CHECK, "--run", "run.json"]) == 1
    assert "history.svg" not in Path("reports/spec.md").read_text(encoding="utf-8")
    assert not (folder / "reports" / "spec.history.svg").exists()


def test_without_a_run_no_report_tells_of_one(folder):
    spec()
    assert main(CHECK) == 0
    assert 'id="training"' not in Path("reports/spec.html").read_text(encoding="utf-8")
    assert "## Training" not in Path("reports/spec.md").read_text(encoding="utf-8")


def test_no_edit_to_a_layer_is_said_to_mend_a_result(folder, capsys):
    spec()
    run(120)
    assert main([*CHECK, "--run", "run.json"]) == 1
    told = capsys.readouterr().out
    assert "✗ test_error: 0.95% expected, 1.2% observed" in told
    assert "cause" not in told
