"""`--static`: the spec's own model by inference alone, as a user meets it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import graphviz
import pytest
import yaml

import lenet_verify

LENET5 = Path(__file__).parent.parent / "spec" / "lenet5.yaml"
FRAMEWORKS = {"keras", "tensorflow", "numpy", "h5py", "jax", "torch"}

SPEC = """\
format: 1
title: Net
input: 1@8x8
layers:
  C1: {{type: Conv2D, filters: 2, kernel_size: 3}}
claims:
  - id: a
    why: by hand
    expect: {{C1: {{output: {output}, params: 20}}}}
"""


@pytest.fixture
def spec(tmp_path):
    def write(name="net.yaml", output="2@6x6", text=SPEC):
        path = tmp_path / name
        path.write_text(text.format(output=output))
        return path

    return write


def test_the_same_report_and_pictures_come_of_it(run_cli, tmp_path):
    built = run_cli(LENET5, "--out", "built", cwd=tmp_path)
    derived = run_cli("--static", LENET5, "--out", "derived", cwd=tmp_path)
    assert (built.returncode, derived.returncode) == (0, 0)
    (line, line_built), *others = differing(derived.stdout, built.stdout)
    assert line.replace("derived from it, by inference alone", "built from it") == line_built
    assert others == []
    names = {path.name for path in (tmp_path / "built").iterdir()}
    assert names == {path.name for path in (tmp_path / "derived").iterdir()}
    assert names == {
        "lenet5.md", "lenet5.html", "lenet5.figure.svg", "lenet5.dot", "lenet5.svg", "lenet5.png",
    }  # fmt: skip
    for name in names - {"lenet5.md", "lenet5.html"}:
        assert (tmp_path / "built" / name).read_bytes() == (
            tmp_path / "derived" / name
        ).read_bytes()
    reports = [(tmp_path / folder / "lenet5.md").read_text() for folder in ("derived", "built")]
    (summary, _), (how, how_built), (versions, versions_built) = differing(*reports)
    assert "Checked: the model that this spec builds, by inference alone" in summary
    assert "derived from the spec by inference alone" in how
    assert "built from the spec with Keras" in how_built
    assert versions_built.startswith(f"{versions}, keras ")


def differing(one, other):
    lines = zip(one.splitlines(), other.splitlines(), strict=True)
    return [(a, b) for a, b in lines if a != b]


def test_no_framework_is_imported(tmp_path):
    command = Path(sys.executable).with_name("lenet-verify")
    run = subprocess.run(
        [sys.executable, "-X", "importtime", command, "--static", LENET5],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    imported = set(re.findall(r"\| +([\w.]+)$", run.stderr, flags=re.MULTILINE))
    assert "lenet_verify.inference.rules" in imported
    assert {name.partition(".")[0] for name in imported} & FRAMEWORKS == set()


def test_a_broken_claim_fails(run_cli, spec):
    path = spec(output="2@7x7")
    run = run_cli("--static", path, "--format", "json", cwd=path.parent)
    assert run.returncode == 1
    assert '"observed": "2@6x6"' in run.stdout


def test_every_layer_of_keras_can_be_claimed_without_it(run_cli, spec):
    text = """\
format: 1
title: Many
input: 16x8
layers:
  a: {{type: Bidirectional, layer: {{type: LSTM, units: 4, return_sequences: true}}}}
  b: {{type: MultiHeadAttention, num_heads: 2, key_dim: 3, inputs: [a, a]}}
  c: {{type: LayerNormalization}}
  d: {{type: GlobalAveragePooling1D}}
claims:
  # 2 directions · 4 gates · 4·(8 + 4 + 1); 3 projections of 8 to 2·3 and one back; 2·8
  - {{id: x, why: by hand, expect: {{
      a: {{params: 416, output: 16x8}}, b: {{params: 218}}, c: {{params: 16}}, d: {{output: 8}}}}}}
"""
    path = spec(text=text)
    run = run_cli("--static", path, cwd=path.parent)
    assert run.returncode == 0, run.stdout + run.stderr


def test_another_spec_is_read_statically_too(run_cli, spec):
    ours = spec()
    theirs = spec("theirs.yaml")
    theirs.write_text(theirs.read_text().replace("kernel_size: 3", "kernel_size: 5"))
    run = run_cli("--static", ours, "--model", theirs, cwd=ours.parent)
    assert run.returncode == 1
    assert "2@6x6 expected, 2@4x4 observed" in run.stdout


CLAIMS = (
    "format: 1\ntitle: Claims\nclaims:\n  - {{id: a, why: x, expect: {{model: {{params: 1}}}}}}\n"
)


@pytest.mark.parametrize(
    ("arguments", "text", "complaint"),
    [
        (["--model", "mine:net"], SPEC, "mine:net: --static runs no code"),
        (["--model", "keras.applications.VGG16"], SPEC, "Keras builds it, and --static loads no"),
        (["--model", "other.yaml"], SPEC, "other.yaml: the spec has no 'layers'"),
        ([], CLAIMS, "net.yaml has claims but no layers to build: name a model"),
        ([], CLAIMS + "implementations: {{keras.applications.VGG16: ~}}\n", "leave --static out"),
    ],
    ids=["code", "well known", "no layers there", "no layers", "implementations"],
)
def test_what_would_need_a_framework_is_refused(arguments, text, complaint, run_cli, spec):
    path = spec(text=text)
    (path.parent / "mine.py").write_text("raise SystemExit('this ran')")
    spec("other.yaml", text=CLAIMS)
    run = run_cli("--static", path.name, *arguments, cwd=path.parent)
    assert run.returncode == 2
    assert complaint in run.stderr
    assert "this ran" not in run.stderr
    assert run.stdout == ""


def test_without_keras_installed(spec, tmp_path):
    """Only what the core depends on is there, as after `pip install lenet-verify`."""
    path, only = spec(), tmp_path / "only"
    only.mkdir()
    for package in (yaml, graphviz, lenet_verify):
        folder = Path(package.__file__).parent
        (only / folder.name).symlink_to(folder)

    def run(*arguments):
        command = [sys.executable, "-S", "-P", "-m", "lenet_verify", *arguments, path.name]
        env = {**os.environ, "PYTHONPATH": str(only)}
        return subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)

    built, derived = run(), run("--static")
    assert built.returncode == 2
    assert "pip install 'lenet-verify[tensorflow]', or use --static" in built.stderr
    assert derived.returncode == 0
    assert "wrote reports/net.md" in derived.stderr


def test_what_keras_refuses_for_want_of_a_batch_is_refused(run_cli, spec):
    text = """\
format: 1
title: Stateful
input: 16x8
layers:
  a: {{type: LSTM, units: 4, stateful: true}}
"""
    path = spec(text=text)
    for arguments in (["--static"], []):
        run = run_cli(*arguments, path.name, cwd=path.parent)
        assert (run.returncode, run.stdout) == (2, "")
        assert "net.yaml:5:3: layer 'a': LSTM: it is stateful" in run.stderr
