"""The command line as a user meets it: streams, exit codes, files, options."""

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lenet_verify import __version__
from lenet_verify.cli import main
from tests.processes import until_closed

# the factory below warns, and its warning should be shown, not raised
pytestmark = pytest.mark.filterwarnings("default")

ROOT = Path(__file__).parent.parent
COMMAND = Path(sys.executable).with_name("lenet-verify")
OPEN_SPEC = """\
format: 1
title: Small
claims:
  - {id: size, why: by hand, expect: {model: {params: "< 100"}}}
"""
THEIRS = """\
import os
import sys
import warnings

import keras
from keras import layers


def network(units: int = 3, kind: str = "plain"):
    print("building", kind)
    os.write(1, b"from below\\n")
    print("to stderr", file=sys.stderr)
    warnings.warn("mine to see")
    return keras.Sequential([layers.Dense(units, input_shape=(4,))], name="theirs")


def fails():
    try:
        raise KeyError("deep down")
    except KeyError as e:
        raise RuntimeError("on top") from e


def leaves():
    sys.exit("bye")


def nothing():
    return None


made = keras.Sequential([keras.Input((4,)), layers.Dense(3)])
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "small.yaml").write_text(OPEN_SPEC, encoding="utf-8")
    (tmp_path / "theirs.py").write_text(THEIRS, encoding="utf-8")
    yield tmp_path
    for name in ("theirs", "split"):
        sys.modules.pop(name, None)


@pytest.fixture(scope="module")
def lenet5(tmp_path_factory):
    """One run of the main job in a folder of its own."""
    folder = tmp_path_factory.mktemp("main")
    (folder / "spec").symlink_to(ROOT / "spec")
    run = subprocess.run(
        [COMMAND, "spec/lenet5.yaml"], cwd=folder, capture_output=True, encoding="utf-8"
    )
    return folder, run


def in_process(capfd, *arguments):
    """The command line without a process of its own: exit code, standard output and error."""
    code = main(arguments)
    streams = capfd.readouterr()
    return code, streams.out, streams.err


def test_the_main_job(lenet5):
    folder, run = lenet5
    assert run.returncode == 0
    assert run.stdout.startswith("✓ LeNet-5: every claim holds\n")
    assert "61,706" not in run.stderr
    assert run.stderr == (
        "wrote reports/lenet5.md, reports/lenet5.html, reports/lenet5.figure.svg, "
        "reports/lenet5.svg, reports/lenet5.png, reports/lenet5.dot\n"
    )
    assert sorted(path.name for path in (folder / "reports").iterdir()) == [
        "lenet5.dot", "lenet5.figure.svg", "lenet5.html", "lenet5.md", "lenet5.png", "lenet5.svg",
    ]  # fmt: skip


def test_the_frameworks_noise_never_reaches_the_user(lenet5):
    _, run = lenet5
    assert not re.search(r"cuda|oneDNN|absl|tensorflow|WARNING", run.stdout + run.stderr)
    assert "\x1b" not in run.stdout


def test_a_model_of_ones_own_writes_nothing_unless_asked(folder, monkeypatch, capfd):
    monkeypatch.chdir(folder)
    code, out, err = in_process(capfd, "small.yaml", "--model", "theirs:network")
    assert code == 0
    assert not (folder / "reports").exists()
    assert "every claim holds" in out
    assert "building" not in out
    assert "from below" not in out
    assert err.count("building plain") == 1
    assert "from below" in err
    assert "to stderr" in err
    assert "mine to see" in err
    assert "input_shape" not in err


def test_json_on_standard_output_is_nothing_but_json(folder, monkeypatch, capfd):
    monkeypatch.chdir(folder)
    arguments = ["small.yaml", "--model", "theirs:network", "--format", "json"]
    _, out, _ = in_process(capfd, *arguments, "--arg", "units=30")
    document = json.loads(out)
    assert document["schema"] == "lenet-verify/verdict-1"
    assert document["model"] == "theirs:network"
    assert document["holds"] is False
    assert document["counts"]["broken"] == 1
    (finding,) = document["findings"]
    assert finding["observed"] == 150
    assert finding["expected"] == "< 100"
    assert (finding["code"], finding["outcome"], finding["layer"]) == ("total", "broken", "model")


def test_arguments_are_json_or_else_text(folder, monkeypatch, capfd):
    monkeypatch.chdir(folder)
    given = ["--arg", "units=2", "--arg", "kind=not json", "--format", "markdown"]
    code, out, err = in_process(capfd, *given, "--model", "theirs:network", "small.yaml")
    assert code == 0
    assert "building not json" in err
    assert re.search(r"params +\| `< 100` +\| `10`", out)


def test_several_specs_and_models_in_one_run(folder, monkeypatch, capfd):
    monkeypatch.chdir(folder)
    (folder / "large.yaml").write_text(OPEN_SPEC.replace("< 100", "> 100"), encoding="utf-8")
    arguments = ["small.yaml", "large.yaml", "--model", "theirs:made", "--model", "theirs:network"]
    code, out, _ = in_process(capfd, *arguments, "--format", "json")
    document = json.loads(out)
    assert code == 1
    assert document["schema"] == "lenet-verify/verdicts-1"
    assert [(v["spec"], v["model"], v["holds"]) for v in document["verdicts"]] == [
        ("small.yaml", "theirs:made", True),
        ("small.yaml", "theirs:network", True),
        ("large.yaml", "theirs:made", False),
        ("large.yaml", "theirs:network", False),
    ]
    _, out, _ = in_process(capfd, *arguments)
    assert out.endswith("2 of 4 hold\n")
    _, out, _ = in_process(capfd, *arguments, "--format", "markdown", "--out", "out")
    assert out.count("\n---\n") == 3
    names = {path.stem for path in (folder / "out").glob("*.md")}
    assert names == {f"{s}--theirs-{m}" for s in ("small", "large") for m in ("made", "network")}


def test_another_spec_as_the_model(folder, monkeypatch, capfd):
    monkeypatch.chdir(folder)
    lenet5 = (ROOT / "spec" / "lenet5.yaml").read_text(encoding="utf-8")
    (folder / "relu.yaml").write_text(
        lenet5.replace("strides: 1, activation: tanh}", "strides: 1, activation: relu}", 1),
        encoding="utf-8",
    )
    code, out, _ = in_process(
        capfd, str(ROOT / "spec" / "lenet5.yaml"), "--model", "relu.yaml", "--format", "json"
    )
    broken = [f for f in json.loads(out)["findings"] if f["outcome"] == "broken"]
    assert code == 1
    assert [(f["layer"], f["fact"], f["observed"]) for f in broken] == [
        ("C1", "activation", "relu")
    ]


def test_an_unreadable_model_does_not_stop_the_others(folder, monkeypatch, capfd):
    monkeypatch.chdir(folder)
    code, out, err = in_process(
        capfd, "small.yaml", "--model", "theirs:fails", "--model", "theirs:made"
    )
    assert code == 2
    assert "checked on theirs:made" in out
    (line,) = (n for n, text in enumerate(THEIRS.splitlines(), 1) if "KeyError(" in text)
    assert err == f"theirs:fails raised KeyError: 'deep down' (theirs.py:{line})\n"


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("theirs:fails", "theirs:fails raised KeyError: 'deep down'"),
        ("theirs:leaves", "theirs:leaves raised SystemExit: bye"),
        ("theirs:nothing", "theirs:nothing gave a value of type NoneType, not a Keras model"),
        ("theirs:netwrok", "did you mean 'network'?"),
        ("nobodys:network", "there is no module 'nobodys' to import"),
        ("theirs:os.sep", "neither a Keras model nor a way to make one"),
        ("model.keras", "model.keras: there is no such file"),
        ("mine.networks.VGG16", "such as mine.networks:VGG16"),
        ("pkg/theirs.py:network", "such as pkg.theirs:network"),
        ("nospec.yaml", "nospec.yaml:1:1: cannot be read: No such file or directory"),
    ],
)
def test_a_model_that_cannot_be_had_is_one_line(folder, monkeypatch, capfd, model, said):
    monkeypatch.chdir(folder)
    code, out, err = in_process(capfd, "small.yaml", "--model", model)
    assert code == 2
    assert out == ""
    assert said in err
    assert err.count("\n") == 1


def test_debug_shows_the_traceback(folder, monkeypatch, capfd):
    monkeypatch.chdir(folder)
    code, _, err = in_process(capfd, "small.yaml", "--model", "theirs:fails", "--debug")
    assert code == 2
    assert 'raise RuntimeError("on top") from e' in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "SPEC"),
        (["--model"], "--model"),
        (["x.yaml", "--format", "yaml"], "invalid choice: 'yaml'"),
        (["x.yaml", "--nonsense"], "--nonsense"),
    ],
)
def test_bad_usage_is_exit_code_2(folder, monkeypatch, capfd, arguments, said):
    monkeypatch.chdir(folder)  # where nothing is configured
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    streams = capfd.readouterr()
    assert streams.out == ""
    assert said in streams.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--arg", "units"], "--arg takes NAME=VALUE"),
        (["--arg", "a=1", "--arg", "a=2"], "'a' is given twice"),
        (["--limit", "spec_bytes=1"], "--limit takes NAME=NUMBER"),
        (["--limit", "spec-bytes=lots"], "--limit takes NAME=NUMBER"),
        (["--limit", "spec-bytes=10"], "--limit spec-bytes=NUMBER raises it"),
        ([], "name a model to check with --model"),
        (["--model", "theirs:made", "--arg", "units=1"], "takes no arguments"),
        (["--model", "theirs:network", "--arg", "unit=1"], "cannot be called with unit"),
    ],
)
def test_bad_options_are_one_line_and_exit_code_2(folder, monkeypatch, capfd, arguments, said):
    monkeypatch.chdir(folder)
    code, out, err = in_process(capfd, "small.yaml", *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_a_command_is_one_only_as_the_first_argument(folder, monkeypatch, capfd):
    monkeypatch.chdir(folder)
    (folder / "schema").write_text(OPEN_SPEC, encoding="utf-8")
    code, out, _ = in_process(capfd, "--model", "theirs:made", "schema")
    assert code == 0
    assert "every claim holds" in out
    code, out, _ = in_process(capfd, "check", "small.yaml", "--model", "theirs:made")
    assert code == 0
    assert "every claim holds" in out


def test_version_and_help(capfd):
    for argument, start in (("--version", f"lenet-verify {__version__}\n"), ("--help", "usage:")):
        with pytest.raises(SystemExit) as left:
            main([argument])
        assert left.value.code in (0, None)
        assert capfd.readouterr().out.startswith(start)


def test_exact_judges_the_model_as_it_stands(folder, monkeypatch, capfd):
    monkeypatch.chdir(folder)
    (folder / "split.py").write_text(
        "import keras\nfrom keras import layers\n"
        "net = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Activation('tanh')])\n",
        encoding="utf-8",
    )
    (folder / "split.yaml").write_text(
        "format: 1\ntitle: Split\ninput: 4\n"
        "layers: {D: {type: Dense, units: 3, activation: tanh}}\n"
        "claims: [{id: a, why: by hand, expect: {D: {activation: tanh}}}]\n",
        encoding="utf-8",
    )
    code, out, _ = in_process(capfd, "split.yaml", "--model", "split:net", "--format", "json")
    (finding,) = [f for f in json.loads(out)["findings"] if f["claim"] == "a"]
    assert (code, finding["rule"]) == (0, "separate-activation")
    code, _, _ = in_process(capfd, "split.yaml", "--model", "split:net", "--exact")
    assert code == 1


@pytest.mark.parametrize("plain", [{}, {"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_colour_only_on_a_terminal_that_wants_it(folder, plain):
    """On a real pseudo-terminal."""
    main_side, child_side = pty.openpty()
    environment = {k: v for k, v in os.environ.items() if k != "NO_COLOR"} | {"TERM": "xterm"}
    child = subprocess.Popen(
        [COMMAND, "small.yaml", "--model", "theirs:made"],
        cwd=folder,
        stdout=child_side,
        stderr=subprocess.DEVNULL,
        env=environment | plain,
    )
    os.close(child_side)
    text = until_closed(main_side)
    os.close(main_side)
    assert child.wait() == 0
    assert "✓".encode() in text
    assert (b"\x1b[32m" in text) is (not plain)


def test_another_module_than_the_one_in_this_folder_is_warned_of(folder, monkeypatch, capfd):
    installed = folder / "installed"
    installed.mkdir()
    (folder / "theirs.py").rename(installed / "theirs.py")
    (folder / "theirs.py").write_text("raise SystemExit('not this one')", encoding="utf-8")
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend(str(installed))
    code, _, err = in_process(capfd, "small.yaml", "--model", "theirs:made")
    assert code == 0
    assert err == (
        "warning: small.yaml: theirs:made was imported from elsewhere, where it is installed, "
        "not from theirs.py\n"
    )


def test_words_of_python_are_no_json(folder, monkeypatch, capfd):
    monkeypatch.chdir(folder)
    arguments = ["--model", "theirs:network", "--arg", "units=None"]
    code, out, err = in_process(capfd, "small.yaml", *arguments)
    assert (code, out) == (2, "")
    assert err == "--arg units=None: VALUE is JSON, so write units=null\n"


def test_importing_ones_own_module_leaves_the_import_path_alone(folder, monkeypatch, capfd):
    """The current folder comes last, so that nothing in it can pose as an installed module."""
    monkeypatch.chdir(folder)
    (folder / "yaml.py").write_text("raise SystemExit('planted')", encoding="utf-8")
    before = list(sys.path)
    code, _, _ = in_process(capfd, "small.yaml", "--model", "theirs:made")
    assert code == 0
    assert sys.path == before


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--weights"], "--weights is for model files: the spec's own model is none"),
        (["--model", "theirs:network", "--weights"], "theirs:network is none"),
        (["--model", "net.json", "--arg", "x=1"], "net.json is a file, it takes no arguments"),
        (["--model", "net.json", "--limit", "layers=x"], "--limit takes NAME=NUMBER"),
        (["--model", "*.keras"], "no file fits this pattern"),
        (["net.json"], "net.json is a model, not a spec: name each with --model"),
    ],
)
def test_what_goes_with_model_files_alone(folder, monkeypatch, capfd, given, said):
    monkeypatch.chdir(folder)
    (folder / "net.json").write_text("{}", encoding="utf-8")
    code, out, err = in_process(capfd, "small.yaml", *given)
    assert (code, out) == (2, "")
    assert said in err
