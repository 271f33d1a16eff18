"""A team's repository: its spec, its model, and every gate that its CI may have."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from lenet_verify.cli import main

ROOT = Path(__file__).parent.parent
LINE = 43  # of what the spec claims of C1's shape
MODEL = """\
import keras
from keras import layers


def lenet5():
    return keras.Sequential(
        [
            keras.Input((32, 32, 1)),
            layers.Conv2D(6, 5, padding="valid", activation="tanh"),
            layers.AveragePooling2D(2),
            layers.Conv2D(16, 5, activation="tanh"),
            layers.AveragePooling2D(2),
            layers.Flatten(),
            layers.Dense(120, activation="tanh"),
            layers.Dense(84, activation="tanh"),
            layers.Dense(10, activation="softmax"),
        ]
    )
"""
CONFIGURATION = """\
[tool.lenet-verify]
pythonpath = ["src"]

[[tool.lenet-verify.check]]
spec = "spec/lenet5.yaml"
model = "theirs:lenet5"
"""


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A git repository with the spec and a right model; one edit makes it wrong."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(("GITHUB_", "GIT_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    for name in ("spec", "src"):
        Path(name).mkdir()
    shutil.copy(ROOT / "spec" / "lenet5.yaml", "spec")
    Path("src/theirs.py").write_text(MODEL)
    Path("pyproject.toml").write_text(CONFIGURATION)
    git("init", "-q")
    git("add", "-A")
    yield tmp_path
    sys.modules.pop("theirs", None)


def git(*arguments):
    known = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    return subprocess.run(["git", *known, *arguments], check=True, capture_output=True)


def pad():
    """The change that breaks C1."""
    Path("src/theirs.py").write_text(MODEL.replace('"valid"', '"same"'))
    sys.modules.pop("theirs", None)


@pytest.fixture
def gates(repository, monkeypatch, capfd):
    """Runs the command line as in GitHub Actions, and pytest; both in this process."""

    def gates():
        monkeypatch.setenv("GITHUB_ACTIONS", "true")
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(repository / "summary.md"))
        Path("summary.md").write_text("")
        files = {"junit": "out/junit.xml", "sarif": "out/v.sarif", "markdown": "out/report.md"}
        code = main([f"--output={kind}={file}" for kind, file in files.items()])
        log = capfd.readouterr().out
        monkeypatch.delenv("GITHUB_ACTIONS")
        current = os.environ["PYTEST_CURRENT_TEST"]
        options = ["-pno:cacheprovider", "-pno:faulthandler", "-pno:hypothesispytest", "-q"]
        tests = pytest.main([*options, "--lenet-verify", "--junitxml=out/tests.xml"])
        os.environ["PYTEST_CURRENT_TEST"] = current
        return code, log, tests, capfd.readouterr().out

    return gates


def test_green_then_red_everywhere(gates):
    code, log, tests, said = gates()
    assert (code, tests) == (0, 0)
    assert "::error" not in log
    assert Path("summary.md").read_text().startswith("# ✓ LeNet-5")
    assert Path("out/report.md").read_text().startswith("# ✓ LeNet-5")
    assert failures("out/junit.xml") == failures("out/tests.xml") == []
    assert not [one for one in results() if one["level"] == "error"]

    pad()
    code, log, tests, said = gates()
    assert (code, tests) == (1, 1)
    assert f"::error file=spec/lenet5.yaml,line={LINE}" in log
    assert Path("summary.md").read_text().startswith("# ✗ LeNet-5")
    assert "padding" in Path("out/report.md").read_text()
    wrong = {"ii", "iii", "iv", "flatten", "parameters", "total"}
    assert {name.partition("[")[0] for name in failures("out/tests.xml")} == wrong
    assert len(failures("out/junit.xml")) >= len(wrong)
    places = [one["locations"][0]["physicalLocation"] for one in results()]
    assert LINE in [place["region"]["startLine"] for place in places]
    assert {place["artifactLocation"]["uri"] for place in places} == {"spec/lenet5.yaml"}
    page = (ROOT / "docs" / "pytest.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```\n_+ ii.*?\n(.*?)```", page, re.DOTALL)
    # Keras counts the layers that it made before in this process
    told = re.sub(r"(conv2d)_\d+", r"\1", said.replace("theirs:", "mine:"))
    assert example in told


def failures(file):
    cases = ElementTree.parse(file).getroot().iter("testcase")
    return [one.get("name") for one in cases if one.find("failure") is not None]


def results():
    (run,) = json.loads(Path("out/v.sarif").read_text())["runs"]
    return run["results"]


# ---- pre-commit --------------------------------------------------------------------------------


@pytest.fixture
def hooks(tmp_path_factory, monkeypatch):
    """Runs `pre-commit try-repo` with our hooks in the repository.

    They are in a repository of their own, and none of them is installed, for which pre-commit
    would ask a package index: `language: python` is `system`.
    """
    home = tmp_path_factory.mktemp("pre-commit")
    ours = (ROOT / ".pre-commit-hooks.yaml").read_text()
    (home / "ours").mkdir()
    (home / "ours" / ".pre-commit-hooks.yaml").write_text(
        ours.replace("language: python", "language: system")
    )
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "hooks"]):
        git("-C", str(home / "ours"), *command)
    monkeypatch.setenv("PRE_COMMIT_HOME", str(home / "cache"))
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)

    def run(hook):
        git("add", "-A")
        command = [sys.executable, "-m", "pre_commit", "try-repo", home / "ours", hook]
        done = subprocess.run(
            [*command, "--all-files"], capture_output=True, encoding="utf-8", check=False
        )
        return done.returncode, done.stdout + done.stderr

    return run


def test_the_hook_for_models(repository, hooks):
    pad()
    code, said = hooks("lenet-verify")
    assert code == 1
    assert "exit code: 1" in said
    assert "output: 6@28x28 expected, 6@32x32 observed  [ii]  spec/lenet5.yaml:43" in said
    # right again, and without a framework, which would take seconds to start
    Path("pyproject.toml").write_text(
        CONFIGURATION.replace('model = "theirs:lenet5"', "static = true")
    )
    assert hooks("lenet-verify")[0] == 0


def test_the_hook_for_specs(repository, hooks):
    Path("other.yaml").write_text("a: [1, 2]\n")
    Path("format.yaml").write_text("format: 1\nname: of something else\n")
    code, said = hooks("lenet-verify-lint")
    assert code == 0, said
    assert "Passed" in said
    spec = Path("spec/lenet5.yaml")
    spec.write_text(spec.read_text().replace("kernel_size: 5x5", "kernal_size: 5x5"))
    code, said = hooks("lenet-verify-lint")
    assert code == 1
    assert "spec/lenet5.yaml:43:38: unknown fact 'kernal_size' of Conv2D" in said


def test_the_hook_for_docs(repository, hooks):
    page = Path("page.md")
    page.write_text(
        "# Ours\n\n<!-- lenet-verify: verdict spec/lenet5.yaml -->\n<!-- /lenet-verify -->\n"
    )
    Path("other.md").write_text("# No block\n")
    code, said = hooks("lenet-verify-docs")
    assert code == 1
    assert "files were modified by this hook" in said
    assert "LeNet-5" in page.read_text()
    assert hooks("lenet-verify-docs")[0] == 0
