"""Under --static nothing of a checkout is imported or run, whatever is in it."""

from __future__ import annotations

import json
import sys

import pytest

from lenet_verify.cli import main
from tests import stored

MODULES = ("evil", "keras", "tensorflow", "numpy", "h5py", "yaml", "json", "pip", "lenet_verify")
"""What a stranger may put where Python would look."""
EVIL = "with open({mark!r}, 'a') as mark:\n    mark.write(__file__)\n"
CONFIGURATION = """\
[tool.lenet-verify]
pythonpath = ["src", ".", "../outside"]
static = false

[[tool.lenet-verify.check]]
spec = "tiny.yaml"
model = "evil:net"
args = { units = 5 }
static = false

[[tool.lenet-verify.check]]
spec = "tiny.yaml"
model = ["models/*.keras", "yaml:net"]
static = false

[[tool.lenet-verify.check]]
spec = "tiny.yaml"
"""


@pytest.fixture
def checkout(tmp_path):
    """A stranger's checkout, and a file that there is only if something of it was run."""
    mark = tmp_path / "run"
    folder = tmp_path / "checkout"
    for place in (folder, folder / "src", tmp_path / "outside"):
        place.mkdir()
        for name in (*MODULES, "sitecustomize", "usercustomize", "conftest", "setup"):
            (place / f"{name}.py").write_text(EVIL.format(mark=str(mark)))
    (folder / "tiny.yaml").write_text(stored.TINY)
    (folder / "pyproject.toml").write_text(CONFIGURATION)
    (folder / "models").mkdir()
    hidden = stored.layer("Dense", "hidden", units=5, activation="tanh")
    code = stored.layer("Lambda", "code", function={"class_name": "__lambda__", "config": {}})
    for name, layers in {"plain": [hidden], "odd": [hidden, code]}.items():
        model = stored.sequential([stored.given("x", 4), *layers])
        (folder / f"models/{name}.keras").write_bytes(stored.archive(model))
    return folder, mark


def test_what_is_configured_is_refused_and_the_rest_is_done(checkout, run_cli):
    folder, mark = checkout
    run = run_cli("--static", "--format", "json", "--out", "../reports", cwd=folder)
    assert run.returncode == 2
    refused = "--static runs no code, and to make this model is to run it"
    assert [line for line in run.stderr.splitlines() if refused in line] == [
        f"evil:net: {refused}",
        f"yaml:net: {refused}",
    ]
    verdicts = {one["model"]: one["holds"] for one in json.loads(run.stdout)["verdicts"]}
    assert verdicts == {"models/plain.keras": True, "models/odd.keras": False, None: True}
    assert not mark.exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["tiny.yaml", "--model", "evil:net", "--static"], 2),
        (["tiny.yaml", "--model", "models/plain.keras", "--static"], 0),
        (["show", "tiny.yaml", "models/odd.keras", "evil:net", "--static"], 2),
        (["diff", "tiny.yaml", "models/odd.keras", "--static"], 1),
        (["diff", "tiny.yaml", "evil:net", "--static"], 2),
        (["freeze", "models/plain.keras", "--static"], 0),
        (["lint", "tiny.yaml"], 0),
        (["strength", "tiny.yaml"], 0),
    ],
)  # fmt: skip
def test_no_command_runs_anything(checkout, run_cli, arguments, code):
    folder, mark = checkout
    run = run_cli(*arguments, cwd=folder)
    assert run.returncode == code, run.stderr
    assert not mark.exists()


def test_without_it_the_model_is_run(checkout, monkeypatch, capfd):
    """So that the mark means something."""
    folder, mark = checkout
    monkeypatch.chdir(folder)
    for name in MODULES[1:]:  # a part of this process may still want to import these
        for file in folder.parent.glob(f"**/{name}.py"):
            file.unlink()
    assert main(["tiny.yaml", "--model", "evil:net"]) == 2
    sys.modules.pop("evil")
    assert "there is no 'net' in it" in capfd.readouterr().err
    assert "evil.py" in mark.read_text()
