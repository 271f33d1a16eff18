"""What each code of a finding means: `explain`, with examples that the checker really prints."""

from __future__ import annotations

import io
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import lenet_verify as lv
from lenet_verify.cli import main
from lenet_verify.codes import CODES
from lenet_verify.renderers.terminal import by_layer
from lenet_verify.report import Provenance, Report
from lenet_verify.verdict import Outcome
from lenet_verify.verify import Options, verify
from tests import runs, stored

ROOT = Path(__file__).parent.parent
RECIPE = (ROOT / "spec" / "lenet5.yaml").read_text(encoding="utf-8").partition("\nclaims:")[0]
F6 = "  F6:      {type: Dense, units: 84, activation: tanh}\n"

EDITS = {
    "shape": ("kernel_size: 5, strides: 1", "kernel_size: 5, padding: same"),
    "params": ("filters: 6,", "filters: 6, use_bias: false,"),
    "activation": ("units: 84, activation: tanh", "units: 84, activation: relu"),
    "argument": ("pool_size: 2, strides: 2", "pool_size: 2, strides: 1"),
    "type": ("S4:      {type: AveragePooling2D", "S4:      {type: MaxPooling2D"),
    "connection": (
        "units: 84, activation: tanh}", "units: 84, activation: tanh, inputs: flatten}"
    ),
    "count": (F6, F6 + F6.replace("F6:", "again:")),
    "total": ("filters: 6,", "filters: 6, use_bias: false,"),
    "missing-layer": (F6, ""),
    "extra-layer": (F6, "  norm: {type: BatchNormalization}\n" + F6),
}  # fmt: skip
"""What makes each example of the recipe's own text."""


def lenet5(**given):
    """LeNet-5 as a file has it, its layers with other entries as they are told."""
    tanh = {"activation": "tanh"}
    layers = [
        stored.layer("Conv2D", "C1", filters=6, kernel_size=[5, 5], **tanh),
        stored.layer("AveragePooling2D", "S2", pool_size=[2, 2]),
        stored.layer("Conv2D", "C3", filters=16, kernel_size=[5, 5], **tanh),
        stored.layer("AveragePooling2D", "S4", pool_size=[2, 2]),
        stored.layer("Flatten", "flatten"),
        stored.layer("Dense", "C5", units=120, **tanh),
        stored.layer("Dense", "F6", units=84, **tanh),
        stored.layer("Dense", "output", units=10, activation="softmax"),
    ]
    layers = [{**one, **given.get(one["name"], {})} for one in layers]
    return stored.sequential([stored.given("input", 32, 32, 1), *layers])


def f6_of_83():
    """The weights of a LeNet-5 with a smaller F6, as an archive keeps them."""
    import h5py
    import numpy as np

    held = io.BytesIO()
    kernels = {"conv2d": (5, 5, 1, 6), "conv2d_1": (5, 5, 6, 16), "dense": (400, 120),
               "dense_1": (120, 83), "dense_2": (83, 10)}  # fmt: skip
    with h5py.File(held, "w") as file:
        for name, shape in kernels.items():
            for number, size in enumerate((shape, shape[-1:])):
                file[f"layers/{name}/vars/{number}"] = np.zeros(size, "float32")
    return held.getvalue()


def trained(code):
    """The report on a claim of behaviour."""
    claim = "    why: III.B, p10\n    expect: {model: {test_error: 0.95%}}\n"
    training = "training: {data: mnist, pad: 32x32, epochs: 10}\n"
    text = f"{RECIPE}\n{training}claims:\n  - id: test-error\n{claim}"
    Path("mine.yaml").write_text(text, encoding="utf-8")
    spec = lv.load_spec("mine.yaml")
    runs.write(Path("run.json"), runs.run_of(spec, mistakes=120))
    if code == "stale":
        more = text.replace("epochs: 10", "epochs: 20")
        Path("mine.yaml").write_text(more, encoding="utf-8")
        spec = lv.load_spec("mine.yaml")
    run = None if code == "not-run" else "run.json"
    return next(iter(verify(spec, None, Options(static=True, run=run))))


def checked(code):
    """The report behind an example."""
    if code in ("result", "not-run", "stale"):
        return trained(code)
    spec = lv.load_spec("spec/lenet5.yaml")
    if code in EDITS:
        old, new = EDITS[code]
        assert old in RECIPE
        Path("mine.yaml").write_text(RECIPE.replace(old, new, 1) + "\n", encoding="utf-8")
        return next(iter(verify(spec, "mine.yaml", Options(static=True))))
    if code == "unreachable-layer":  # which only the reader of live models finds
        model = lv.infer(spec)
        (spare,) = (replace(one, name="spare") for one in model.layers if one.name == "C5")
        model = replace(model, layers=(*model.layers, replace(spare, reaches_output=False)))
        return Report(spec, model, lv.check(spec, model), Provenance("by hand", ()))
    own = {"class_name": "MyConv", "module": "mine", "registered_name": "mine>MyConv"}
    given = {"opaque": {"C1": own}}
    given["derivations-disagree"] = {"C3": {"build_config": {"input_shape": [None, 15, 15, 6]}}}
    weights = f6_of_83() if code == "weights" else None
    Path("mine.keras").write_bytes(stored.archive(lenet5(**given.get(code, {})), weights))
    options = Options(static=True, weights=weights is not None)
    return next(iter(verify(spec, "mine.keras", options)))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "spec", tmp_path / "spec")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("code", sorted(CODES.keys() - {"unused-deviation"}))
def test_the_example_is_what_the_terminal_says(code, folder):
    report = checked(code)
    failing = [one for one in report.verdict.findings if one.outcome is not Outcome.HOLDS]
    of_code = [one for one in failing if one.code == code]
    assert CODES[code].example in [line.strip() for line in by_layer(report, of_code)]


def test_the_example_of_an_unused_deviation_is_what_is_warned_of(folder, capfd):
    Path("pyproject.toml").write_text(
        '[[tool.lenet-verify.check]]\nspec = "spec/lenet5.yaml"\nstatic = true\ndeviations = [\n'
        '  { layer = "output", fact = "activation", accept = "linear", reason = "logits" },\n]\n'
    )
    assert main([]) == 0
    assert CODES["unused-deviation"].example in capfd.readouterr().err.splitlines()


# ---- explain -----------------------------------------------------------------------------------


@pytest.mark.parametrize("code", CODES)
def test_explain_prints_all_there_is_to_know(code, capfd):
    assert main(["explain", code]) == 0
    out, err = capfd.readouterr()
    assert err == ""
    assert out.startswith(f"{code}: ")
    known = CODES[code]
    assert f"    {known.example}\n" in out
    told = " ".join(out.split())
    for text in (known.title, known.about, known.change, known.mend):
        assert text in told
    prose = [line for line in out.splitlines() if not line.startswith("    ")]
    assert max(map(len, prose)) <= 88


def test_explain_alone_lists_the_codes(capfd):
    assert main(["explain"]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(CODES)
    assert all(line.endswith(CODES[line.split()[0]].title) for line in lines)


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ("opque", "there is no code 'opque'; did you mean 'opaque'?"),
        ("Shape", "there is no code 'Shape'; did you mean 'shape'?"),
        ("zzz", "there is no code 'zzz'; 'lenet-verify explain' lists them"),
        ("\n::error::x", "there is no code '\\x0a::error::x'; 'lenet-verify explain' lists them"),
        ("x" * 10**6, None),
    ],
)
def test_explain_an_unknown_code(given, line, capfd):
    assert main(["explain", given]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert len(err) < 3000
    assert line is None or err == f"{line}\n"
