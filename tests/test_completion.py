"""Completion of command lines, as the shells themselves do it."""

import shutil
import subprocess
from pathlib import Path

import pytest

from lenet_verify import commands
from lenet_verify.cli import main
from lenet_verify.commands import NAMES, command

_ASK = """\
COMP_WORDS=({words})
COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_lenet_verify
echo "--"
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
LINES = {
    "lenet-verify sh": {"show"},
    "lenet-verify c": {"check", "completion"},
    "lenet-verify sp": {"spec"},
    "lenet-verify spec/": {"spec/a.yaml", "spec/two words.yml", "spec/[odd] *.yaml"},
    "lenet-verify --mo": {"--model"},
    "lenet-verify check --fi": {"--fix-hint"},
    "lenet-verify a.yaml --model m": {"m.keras", "m.h5"},
    "lenet-verify a.yaml --format j": {"json", "junit"},
    "lenet-verify a.yaml --format = j": {"json", "junit"},
    "lenet-verify show --format =": {"text", "json", "markdown"},
    "lenet-verify a.yaml --out s": {"spec"},
    "lenet-verify a.yaml --arg s": set(),
    "lenet-verify diff --new": {"--new-arg"},
    "lenet-verify freeze -o m": {"m.keras", "m.h5", "m.md"},
    "lenet-verify docs m": {"m.md"},
    "lenet-verify docs --ch": {"--check"},
    "lenet-verify schema verdict": {"verdict-1", "verdicts-1"},
    "lenet-verify explain miss": {"missing-layer"},
    "lenet-verify a.yaml --format gi": {"github", "gitlab"},
    "lenet-verify completion ": {"bash", "fish", "zsh"},
    "lenet-verify strength spec/a": {"spec/a.yaml"},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    (folder / "spec").mkdir()
    for name in ("a.yaml", "two words.yml", "[odd] *.yaml", "notes.txt"):
        (folder / "spec" / name).touch()
    for name in ("m.keras", "m.h5", "m.md", "other.py"):
        (folder / name).touch()
    return folder


def script(capsys, shell):
    assert main(["completion", shell]) == 0
    return capsys.readouterr().out


def in_bash(words):
    """A command line as bash hands it over: each word quoted, the last one perhaps empty."""
    return _ASK.format(words=" ".join(f"'{word}'" for word in words))


def test_bash_completes(folder, capsys):
    asked = "".join(in_bash(line.split(" ")) for line in LINES)
    run = subprocess.run(
        ["bash", "--norc", "-u", "-c", script(capsys, "bash") + asked],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert run.stderr == ""
    answers = [set(one.splitlines()) - {""} for one in run.stdout.split("--\n")[1:]]
    assert dict(zip(LINES, answers, strict=True)) == LINES


@pytest.mark.parametrize("shell", ["fish", "zsh"])
def test_the_other_shells_take_their_script(shell, capsys, tmp_path):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    file = tmp_path / "script"
    file.write_text(script(capsys, shell), encoding="utf-8")
    subprocess.run([shell, "-n", file], check=True)


def test_fish_completes(folder, capsys):
    if shutil.which("fish") is None:
        pytest.skip("fish is not installed")
    asked = script(capsys, "fish") + "complete -C 'lenet-verify schema verdict-'\n"
    run = subprocess.run(
        ["fish", "--no-config", "-c", asked],
        cwd=folder, capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    assert run.stdout == "verdict-1\n"


@pytest.mark.parametrize("shell", ["bash", "fish", "zsh"])
def test_every_option_of_every_command_is_known(shell, capsys):
    text = script(capsys, shell)
    for name in NAMES:
        assert name in text
        for action in command(name).parser()._actions:
            for option in action.option_strings:
                assert (option if shell != "fish" else f" {option.lstrip('-')} ") in text, option


def test_every_command_is_known():
    folder = Path(commands.__file__).parent
    modules = {path.stem for path in folder.glob("*.py") if "\ndef run(" in path.read_text()}
    assert modules == {*NAMES}
    told = command("check").parser().format_help()
    assert [name for name in NAMES if f"\n  {name} " not in told] == []
