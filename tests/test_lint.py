"""`lenet-verify lint`: the mistakes in specs, whatever their models."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lenet_verify.cli import main

SPEC = """\
format: 1
title: Tiny
input: 4
layers: {hidden: {type: Dense, units: 5}}
claims: [{id: wrong, why: as a test, expect: {hidden: {units: 6}}}]
"""
OPEN = (
    "format: 1\ntitle: Open\nclaims: [{id: size, why: as a test, expect: {model: {params: 4}}}]\n"
)


@pytest.fixture
def lint(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    def lint(*arguments):
        code = main(["lint", *arguments])
        streams = capsys.readouterr()
        assert streams.out == ""
        return code, streams.err

    return lint


def test_a_spec_without_mistakes_passes_in_silence(lint):
    """Also one whose claims do not hold, or that has no model of its own."""
    Path("tiny.yaml").write_text(SPEC)
    Path("open.yaml").write_text(OPEN)
    assert lint("tiny.yaml", "open.yaml") == (0, "")
    assert sorted(path.name for path in Path().iterdir()) == ["open.yaml", "tiny.yaml"]


def test_every_mistake_of_every_spec_is_told(lint):
    Path("tiny.yaml").write_text(SPEC.replace("units: 5", "unit: 5").replace("why", "wy"))
    Path("open.yaml").write_text(OPEN.replace("params", "parms"))
    Path("joins.yaml").write_text(SPEC.replace("Dense, units: 5", "MaxPooling2D"))
    code, err = lint("tiny.yaml", "open.yaml", "joins.yaml", "none.yaml")
    assert code == 2
    assert {line.split(":")[0] for line in err.splitlines()} == {
        "tiny.yaml", "open.yaml", "joins.yaml", "none.yaml",
    }  # fmt: skip
    assert "tiny.yaml:4:32: unknown argument 'unit' of Dense; did you mean 'units'?" in err


def test_other_yaml_is_passed_by_if_that_is_asked_for(lint):
    Path("tiny.yaml").write_text(SPEC)
    Path("other.yaml").write_text("format: 1\nname: other\n")
    assert lint("tiny.yaml", "other.yaml")[0] == 2
    assert lint("--only-specs", "tiny.yaml", "other.yaml") == (0, "")
    Path("tiny.yaml").write_text(SPEC.replace("title", "titel"))
    assert lint("--only-specs", "tiny.yaml", "other.yaml")[0] == 2


def test_what_cannot_be_read_is_no_other_yaml(lint):
    Path("loop.yaml").symlink_to("loop.yaml")
    for name in ("none.yaml", "loop.yaml"):
        code, err = lint("--only-specs", name)
        assert code == 2
        assert err.startswith(f"{name}:1:1: cannot be read: ")
    os.mkfifo("pipe.yaml")
    assert lint("--only-specs", "pipe.yaml") == (0, "")


def test_no_framework_is_loaded(lint, run_cli, tmp_path):
    Path("tiny.yaml").write_text(SPEC)
    for name in ("keras", "numpy"):
        Path(f"{name}.py").write_text("raise SystemExit(7)\n")
    run = run_cli("lint", "tiny.yaml", cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)})
    assert (run.returncode, run.stderr) == (0, "")


def test_limits_are_raised(lint):
    Path("tiny.yaml").write_text(SPEC + "#" * 300_000)
    assert "--limit spec-bytes=NUMBER raises it" in lint("tiny.yaml")[1]
    assert lint("tiny.yaml", "--limit", "spec-bytes=1000000") == (0, "")
