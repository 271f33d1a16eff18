"""The GitHub Action: its scripts, run by bash in a scratch repository."""

from __future__ import annotations

import json
import stat
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from tests import stored
from tests.actions import filled, run_steps

ROOT = Path(__file__).parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())


@pytest.fixture
def act(tmp_path):
    """Runs the action in a repository with a spec and two models of it."""
    repository, temporary = tmp_path / "repository", tmp_path / "temporary"
    for folder in (repository / "models", temporary):
        folder.mkdir(parents=True)
    (repository / "tiny.yaml").write_text(stored.TINY)
    for name, units in {"right": 5, "wide one": 6}.items():
        (repository / f"models/{name}.keras").write_bytes(stored.tiny(units))

    def act(path="", **inputs):
        assert inputs.keys() <= {name.replace("-", "_") for name in ACTION["inputs"]}
        values = {"github.action_path": str(ROOT)}
        for name, known in ACTION["inputs"].items():
            values[f"inputs.{name}"] = inputs.get(name.replace("-", "_"), known["default"])
        ran = run_steps(ACTION["runs"]["steps"], values, repository, temporary, path)
        done = {f"steps.check.outputs.{k}": v for k, v in ran.outputs.get("check", {}).items()}
        missing = {f"steps.check.outputs.{k}": "" for k in ("markdown", "json", "junit", "sarif")}
        outputs = {
            name: filled(one["value"], {**missing, **done})
            for name, one in ACTION["outputs"].items()
            if done
        }
        return ran, outputs

    act.repository = repository
    return act


def test_no_input_is_part_of_a_script():
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step["run"]
        assert step["shell"] == "bash"
        assert "python -m" not in step["run"]  # would take modules from the checkout


def test_it_passes_and_says_where_everything_is(act):
    ran, outputs = act(spec="tiny.yaml", args="--static")
    assert ran.code == 0, ran.log
    assert outputs["holds"] == "true"
    assert Path(outputs["report"]).read_text().startswith("# ✓ Tiny")
    assert json.loads(Path(outputs["json"]).read_text())["holds"]
    assert ElementTree.parse(outputs["junit"]).getroot() is not None
    assert json.loads(Path(outputs["sarif"]).read_text())["version"] == "2.1.0"
    assert "✓ Tiny" in ran.summary


def test_it_fails_on_a_broken_claim_with_an_annotation_at_its_line(act):
    models = "models/right.keras\nmodels/wide one.keras\n"
    ran, outputs = act(spec="tiny.yaml\n", model=models)
    assert ran.code == 1
    assert outputs["holds"] == "false"
    assert "::error file=tiny.yaml,line=7" in ran.log
    assert ran.log.count("::error") == 1
    assert "6 observed" in Path(outputs["report"]).read_text()
    assert "✗ Tiny" in ran.summary


def test_a_run_that_cannot_decide_fails_and_holds_neither(act):
    (act.repository / "tiny.yaml").write_text(stored.TINY.replace("title", "titel"))
    ran, outputs = act(spec="tiny.yaml", args="--static")
    assert ran.code == 2
    assert outputs["holds"] == ""
    assert outputs["report"] == ""
    assert "unknown key 'titel' of a spec" in ran.log


def test_what_is_configured_is_checked_where_no_spec_is_named(act):
    below = act.repository / "below"
    below.mkdir()
    (act.repository / "tiny.yaml").rename(below / "tiny.yaml")
    (below / "pyproject.toml").write_text(
        "[[tool.lenet-verify.check]]\nspec = 'tiny.yaml'\nmodel = '../models/wide one.keras'\n"
    )
    ran, outputs = act(working_directory="below", format="json")
    assert ran.code == 1
    assert outputs["holds"] == "false"
    assert '"holds": false' in ran.log
    assert "::error" not in ran.log


@pytest.fixture
def stand_ins(tmp_path):
    """A folder of programs that only note what they are called with."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in ("lenet-verify", "python"):
        program = folder / name
        program.write_text(f'#!/bin/sh\nprintf "%s\\n" {name} "$@" >> said\n')
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return str(folder)


def test_inputs_are_never_obeyed(act, stand_ins):
    """Whatever a shell would run of them; each line is one argument, spaces and all."""
    text = "$(touch obeyed) `touch obeyed` ; touch obeyed; \" ' * \\"
    act(stand_ins, spec=f"{text}\n--", model=text, format=text, args=f"\n{text}\n")
    said = (act.repository / "said").read_text().splitlines()
    assert said[-7:] == ["--format", text, "--model", text, text, text, "--"]
    assert sorted(path.name for path in act.repository.iterdir()) == ["models", "said", "tiny.yaml"]


def test_what_is_installed(act, stand_ins):
    said = act.repository / "said"
    act(stand_ins)
    assert "python" not in said.read_text()  # ours is there already
    said.unlink()
    for extras, wanted in {"tensorflow": "lenet-verify[tensorflow]", "": "lenet-verify"}.items():
        act(stand_ins, version="1.2.3", extras=extras)
        assert f"python\n-I\n-m\npip\ninstall\n{wanted}==1.2.3\n" in said.read_text()


def test_scripts_are_what_bash_understands():
    for step in ACTION["runs"]["steps"]:
        subprocess.run(["bash", "-n"], input=step["run"], encoding="utf-8", check=True)
