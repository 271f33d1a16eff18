"""The recipes of docs/ci.md and docs/pytest.md, copied into scratch repositories and run."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests import stored
from tests.actions import run_steps

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
CONFIGURATION = """\
[[tool.lenet-verify.check]]
spec = "spec/lenet5.yaml"
model = "models/lenet5.keras"
"""


def recipe(name, saying=""):
    """The block that is to be copied into a file of that name."""
    (block,) = [one for one in BLOCKS if one.startswith(f"# {name}\n") and saying in one]
    return yaml.safe_load(block)


def steps_of(name):
    """Its steps, but for that which installs what the tests have."""
    (job,) = recipe(name)["jobs"].values()
    assert [one["name"] for one in job["steps"] if "pip install" in one.get("run", "")] == [
        "Install"
    ]
    return [one for one in job["steps"] if one.get("name") != "Install"]


def test_no_expression_is_part_of_a_script():
    scripts = [text for block in BLOCKS for text in scripts_in(yaml.safe_load(block))]
    assert len(scripts) > 6
    assert not [text for text in scripts if "${{" in text]


def scripts_in(document):
    if isinstance(document, list):
        return [text for item in document for text in scripts_in(item)]
    if not isinstance(document, dict):
        return []
    own = [str(document[key]) for key in ("run", "script", "entry") if key in document]
    return own + [text for item in document.values() for text in scripts_in(item)]


def git(*arguments):
    known = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    done = subprocess.run(["git", *known, *arguments], check=True, capture_output=True)
    return done.stdout.decode().strip()


def model(padding="valid"):
    """LeNet-5 as a file, of which no test here needs a framework to read."""
    tanh = {"activation": "tanh"}
    pool = {"pool_size": [2, 2], "strides": [2, 2], "padding": "valid"}
    c1 = {"filters": 6, "kernel_size": [5, 5], "padding": padding, **tanh}
    c3 = {"filters": 16, "kernel_size": [5, 5], "padding": "valid", **tanh}
    return stored.archive(stored.sequential([
        stored.given("image", 32, 32, 1),
        stored.layer("Conv2D", "C1", **c1),
        stored.layer("AveragePooling2D", "S2", **pool),
        stored.layer("Conv2D", "C3", **c3),
        stored.layer("AveragePooling2D", "S4", **pool),
        stored.layer("Flatten", "flatten"),
        stored.layer("Dense", "C5", units=120, **tanh),
        stored.layer("Dense", "F6", units=84, **tanh),
        stored.layer("Dense", "last", units=10, activation="softmax"),
    ]))  # fmt: skip


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository whose base branch is right."""
    folder = tmp_path / "repository"
    for name in ("spec", "models"):
        (folder / name).mkdir(parents=True)
    monkeypatch.chdir(folder)
    for name in [name for name in os.environ if name.startswith(("GITHUB_", "GIT_"))]:
        monkeypatch.delenv(name)
    shutil.copy(ROOT / "spec" / "lenet5.yaml", "spec")
    Path("models/lenet5.keras").write_bytes(model())
    Path("pyproject.toml").write_text(CONFIGURATION)
    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "right")
    return folder


@pytest.fixture
def job(repository, tmp_path):
    """Runs the job of a workflow on a pull request; `gh` only notes what it is called with."""
    base = git("rev-parse", "HEAD")
    programs, temporary = tmp_path / "programs", tmp_path / "temporary"
    for folder in (programs, temporary):
        folder.mkdir()
    gh = programs / "gh"
    gh.write_text('#!/bin/sh\nprintf "%s\\n" "$@" > ../said\ncat diff.md > ../comment\n')
    gh.chmod(gh.stat().st_mode | stat.S_IXUSR)
    values = {
        "github.event.pull_request.base.sha": base,
        "github.event.pull_request.number": "7",
        "github.token": "secret",
    }

    def job(steps):
        return run_steps(steps, values, repository, temporary, str(programs))

    return job


def test_the_workflow_for_github(job, tmp_path):
    steps = steps_of(".github/workflows/architecture.yml")
    check, tell, comment = [one for one in steps if "run" in one]
    tell["env"]["MODEL"] = "models/lenet5.keras"
    ran = job([check, tell, comment])
    assert ran.code == 0, ran.log
    assert "same architecture" in (tmp_path / "comment").read_text()
    git("worktree", "remove", "--force", str(tmp_path / "temporary" / "base"))

    Path("models/lenet5.keras").write_bytes(model("same"))
    ran = job([check])
    assert ran.code == 1
    assert "::error file=spec/lenet5.yaml,line=43" in ran.log
    assert "<failure" in Path("junit.xml").read_text()
    assert "6@32x32" in Path("lenet-verify.sarif").read_text()
    ran = job([tell, comment])
    assert ran.code == 0, ran.log
    assert "padding" in (tmp_path / "comment").read_text()
    assert "padding" in ran.summary
    said = ["pr", "comment", "7", "--edit-last", "--create-if-none", "--body-file", "diff.md"]
    assert (tmp_path / "said").read_text().splitlines() == said


def test_a_base_branch_without_the_model_is_told(job, tmp_path):
    _, tell, comment = [
        one for one in steps_of(".github/workflows/architecture.yml") if "run" in one
    ]
    tell["env"]["MODEL"] = "models/new.keras"
    Path("models/new.keras").write_bytes(model())
    ran = job([tell, comment])
    assert ran.code == 0, ran.log
    assert "no model that could be compared" in (tmp_path / "comment").read_text()


def test_the_workflow_for_strangers(job):
    """Neither their spec, nor their deviations, nor their modules have a say."""
    (check,) = [one for one in steps_of(".github/workflows/strangers.yml") if "run" in one]
    assert job([check]).code == 0
    Path("models/lenet5.keras").write_bytes(model("same"))
    Path("spec/lenet5.yaml").write_text("format: 1\ntitle: Anything\nclaims: []\n")
    Path("pyproject.toml").write_text("[tool.lenet-verify]\nexakt = 1\n")
    for name in ("yaml.py", "sitecustomize.py", "lenet_verify.py"):
        Path(name).write_text("open('run', 'w')\n")
    ran = job([check])
    assert ran.code == 1
    assert "6@28x28 expected, 6@32x32 observed" in ran.log
    assert not Path("run").exists()


def test_the_job_for_gitlab(repository):
    document = recipe(".gitlab-ci.yml")["architecture"]
    install, *script = document["script"]
    assert "pip install" in install
    assert run_script(script).returncode == 0
    Path("models/lenet5.keras").write_bytes(model("same"))
    assert run_script(script).returncode == 1
    for file in document["artifacts"]["reports"].values():
        assert "6@32x32" in Path(file).read_text()


def run_script(lines):
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", "\n".join(lines)],
        env={**os.environ, "PATH": path}, capture_output=True, check=False,
    )  # fmt: skip


def test_the_hooks_without_a_repository(repository, tmp_path, monkeypatch):
    (block,) = [one for one in BLOCKS if "repo: local" in one]
    Path(".pre-commit-config.yaml").write_text(block)
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "pre-commit"))
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    command = [sys.executable, "-m", "pre_commit", "run", "--all-files"]
    git("add", "-A")
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("Passed") == 2
    Path("models/lenet5.keras").write_bytes(model("same"))
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 1
    assert "6@28x28 expected, 6@32x32 observed" in done.stdout


def test_the_hooks_of_the_page_are_those_that_there_are():
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    (repository,) = recipe(".pre-commit-config.yaml", "rev:")["repos"]
    assert [one["id"] for one in repository["hooks"]] == [one["id"] for one in hooks]
    (local,) = recipe(".pre-commit-config.yaml", "local")["repos"]
    for one in local["hooks"]:
        (ours,) = [hook for hook in hooks if hook["id"] == one["id"]]
        assert {**one, "language": None}.items() <= {**ours, "language": None}.items()


def test_the_inputs_of_the_page_are_the_actions():
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    table = PAGE.partition("| input |")[2].partition("\n\n")[0]
    assert set(re.findall(r"^\| `([\w-]+)`", table, re.MULTILINE)) == set(action["inputs"])
    (job,) = [yaml.safe_load(one) for one in BLOCKS if "uses: OWNER/" in one]
    assert set(job[0]["with"]) <= set(action["inputs"])
    assert "sarif" in action["outputs"]


# ---- pytest ------------------------------------------------------------------------------------

MODELS = """\
import keras
from keras import layers


def lenet5(last="softmax"):
    stack = [keras.Input((32, 32, 1))]
    for filters in (6, 16):
        stack += [layers.Conv2D(filters, 5, activation="tanh"), layers.AveragePooling2D(2)]
    stack += [layers.Flatten(), *(layers.Dense(units, "tanh") for units in (120, 84))]
    return keras.Sequential([*stack, layers.Dense(10, last)])
"""


def test_the_tests_of_the_page(repository, monkeypatch, capfd):
    page = (ROOT / "docs" / "pytest.md").read_text(encoding="utf-8")
    (tests,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (option,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    Path("mypackage").mkdir()
    Path("mypackage/models.py").write_text(MODELS)
    Path("tests").mkdir()
    Path("tests/test_models.py").write_text(tests)
    Path("pyproject.toml").write_text(CONFIGURATION + option)
    monkeypatch.setattr(sys, "path", [str(repository), *sys.path])
    current = os.environ["PYTEST_CURRENT_TEST"]
    options = ["-pno:cacheprovider", "-pno:faulthandler", "-pno:hypothesispytest", "-q"]
    code = pytest.main(options)
    os.environ["PYTEST_CURRENT_TEST"] = current
    for name in ("mypackage.models", "mypackage", "test_models"):
        sys.modules.pop(name, None)
    assert code == 0
    assert "19 passed, 2 skipped" in capfd.readouterr().out
