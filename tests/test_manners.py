"""Versions, colour, and how much is said."""

import re
import subprocess
import sys

import pytest

import lenet_verify as lv
from lenet_verify.cli import main
from lenet_verify.commands import NAMES


def test_versions_are_told_without_importing_anything(capsys):
    with pytest.raises(SystemExit) as left:
        main(["--version"])
    assert left.value.code in (0, None)
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == [f"lenet-verify {lv.__version__}", f"Python {sys.version.split()[0]}"]
    assert [line.split()[0] for line in lines[2:]] == ["keras", "tensorflow", "h5py"]
    assert all(re.fullmatch(r"\w+ \d+\.\S+", line) for line in lines[2:])
    code = (
        "import sys, contextlib\nfrom lenet_verify.cli import main\n"
        "with contextlib.suppress(SystemExit): main(['--version'])\n"
        "sys.exit(', '.join({'keras', 'tensorflow', 'numpy', 'h5py', 'yaml'} & set(sys.modules)) "
        "or 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


def test_versions_of_what_is_missing_are_left_out(capsys, monkeypatch):
    from importlib import metadata

    known = metadata.version

    def version(name):
        if name == "h5py":
            raise metadata.PackageNotFoundError(name)
        return known(name)

    monkeypatch.setattr(metadata, "version", version)
    with pytest.raises(SystemExit):
        main(["--version"])
    assert "h5py" not in capsys.readouterr().out


SPEC = """\
format: 1
title: Small
input: 4
layers:
  one: {type: Dense, units: 3}
  two: {type: Dense, units: 2}
claims:
  - {id: a, why: by hand, expect: {one: {params: 15}, two: {output: 2}}}
  - {id: b, quote: of the data, unchecked: data}
"""
WIDER = SPEC.partition("claims:")[0].replace("units: 3", "units: 5")
HELD = ["spec.yaml", "--static", "--out", "reports"]
BROKEN = ["spec.yaml", "--model", "wider.yaml", "--static"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "spec.yaml").write_text(SPEC, encoding="utf-8")
    (tmp_path / "wider.yaml").write_text(WIDER, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def run(capsys, *arguments):
    code = main(arguments)
    streams = capsys.readouterr()
    return code, streams.out, streams.err


@pytest.mark.parametrize(
    "arguments",
    [BROKEN, ["show", "spec.yaml"], ["diff", "spec.yaml", "wider.yaml"], ["strength", "spec.yaml"]],
)
def test_colour_is_what_the_command_line_says_else_the_environment(
    folder, capsys, monkeypatch, arguments
):
    def coloured(*more):
        return "\x1b[" in run(capsys, *arguments, *more)[1]

    assert not coloured()  # this is no terminal
    assert coloured("--color", "always")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert coloured()
    assert coloured("--color", "auto")
    assert not coloured("--color", "never")
    monkeypatch.setenv("NO_COLOR", "1")
    assert not coloured()
    assert coloured("--color", "always")
    monkeypatch.setenv("NO_COLOR", "")
    assert coloured()
    monkeypatch.setenv("FORCE_COLOR", "")
    assert not coloured()


def test_quiet_tells_the_verdict_and_what_fails(folder, capsys):
    assert run(capsys, *HELD, "-q") == (0, "✓ Small: every claim holds\n", "")
    assert (folder / "reports" / "spec.md").exists()
    code, out, err = run(capsys, *BROKEN, "-q")
    assert (code, err) == (1, "")
    lines = out.splitlines()
    assert lines[0] == "✗ Small: 1 fact broken (wider.yaml)"
    assert "  1. one: units 5 → 3: mends 1 of 1 broken fact" in lines
    assert "    ✗ params: 15 expected, 25 observed  [a]  spec.yaml:8" in lines
    assert not [word for word in ("unchecked", "claims pin", "InputLayer") if word in out]


def test_quiet_of_many_models_tells_of_those_that_fail(folder, capsys):
    dense = (
        '{"class_name": "Sequential", "config": {"name": "s", "layers": [{"class_name": '
        '"InputLayer", "config": {"name": "in", "batch_shape": [null, 4]}}, {"class_name": '
        '"Dense", "config": {"name": "one", "units": 3}}, {"class_name": "Dense", "config": '
        '{"name": "two", "units": %d}}]}, "keras_version": "3.8.0"}'
    )
    for units in (2, 7):
        (folder / f"m{units}.json").write_text(dense % units, encoding="utf-8")
    _, usual, _ = run(capsys, "spec.yaml", "--model", "*.json")
    assert "m2.json" in usual
    code, out, _ = run(capsys, "spec.yaml", "--model", "*.json", "-q")
    assert code == 1
    assert "m2.json" not in out
    assert "m7.json" in out
    assert out.endswith("1 of 2 hold, 1 does not\n")


@pytest.mark.parametrize("more", [[], ["--format", "json"], ["--format", "markdown"]])
def test_quiet_twice_leaves_the_exit_code_alone(folder, capsys, more):
    assert run(capsys, *HELD, *more, "-qq") == (0, "", "")
    assert run(capsys, *BROKEN, *more, "-q", "--quiet") == (1, "", "")


def test_an_error_is_said_however_quiet(folder, capsys):
    (folder / "bad.yaml").write_text("format: 1\ntitel: x\n", encoding="utf-8")
    code, out, err = run(capsys, "bad.yaml", "-qq")
    assert (code, out) == (2, "")
    assert "bad.yaml:2:1: " in err


def test_data_is_the_same_however_quiet(folder, capsys):
    for kind in ("json", "markdown"):
        arguments = (*BROKEN, "--format", kind)
        assert run(capsys, *arguments, "-q") == run(capsys, *arguments)


def test_verbose_also_tells_what_holds(folder, capsys):
    _, usual, _ = run(capsys, *HELD)
    _, out, _ = run(capsys, *HELD, "-v")
    assert "\nholds (" not in usual
    assert "\nholds (" in out
    assert "  • two\n    ✓ output: 2  [a]  spec.yaml:8\n" in out


def test_diff_strength_and_freeze_can_be_quiet(folder, capsys):
    code, out, _ = run(capsys, "diff", "spec.yaml", "wider.yaml", "-q")
    assert code == 1
    assert len(out.splitlines()) == 4
    assert run(capsys, "diff", "spec.yaml", "wider.yaml", "-qq") == (1, "", "")
    code, out, _ = run(capsys, "strength", "spec.yaml", "-q")
    assert code == 0
    assert "\n\n" not in out
    assert run(capsys, "strength", "spec.yaml", "-qq") == (0, "", "")
    assert run(capsys, "freeze", "spec.yaml", "-q", "-o", "new.yaml") == (0, "", "")


@pytest.mark.parametrize("command", NAMES)
def test_the_help_of_every_command_has_examples(capsys, command):
    with pytest.raises(SystemExit):
        main([command, "--help"])
    out = capsys.readouterr().out
    assert "\nexamples:\n  " in out
    assert "\nexit codes: 0 " in out
    with pytest.raises(SystemExit):
        main(["--help"])
    assert f"\n  {command} " in capsys.readouterr().out
