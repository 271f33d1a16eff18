"""[tool.lenet-verify] of pyproject.toml, as the command line meets it in scratch folders."""

from __future__ import annotations

import json
import os
import re
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lenet_verify.cli import main
from lenet_verify.configuration import load_configuration
from lenet_verify.configuration.toml_places import find_places
from tests import stored

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")

SPEC = """\
format: 1
title: Tiny
input: 4
layers:
  hidden: {type: Dense, units: 5, activation: tanh}
  last: {type: Dense, units: 3, activation: softmax}
claims:
- {id: widths, why: by hand, expect: {hidden: {units: 5}, last: {units: 3, output: 3}}}
- {id: functions, why: by hand, expect: {hidden: {activation: tanh}, last: {activation: softmax}}}
"""
NETS = """\
import keras
from keras import layers


def net(units=5, last="linear", name=None):
    stack = [keras.Input((4,)), layers.Dense(units, activation="tanh"), layers.Dense(3, last)]
    return keras.Sequential(stack, name=name)
"""
ACCEPTED = (
    '{ layer = "last", fact = "activation", accept = "linear", reason = "the loss takes logits" }'
)


def net(units=5, last="linear"):
    """A file's model: the Tiny spec's, as far as it is told otherwise."""
    return stored.sequential([
        stored.given("x", 4),
        stored.layer("Dense", "hidden", units=units, activation="tanh"),
        stored.layer("Dense", "last", units=3, activation=last),
    ])  # fmt: skip


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A project: a spec, models as files and as code below src/, and a folder of tests."""
    monkeypatch.chdir(tmp_path)
    for name in ("spec", "models", "src/nets", "tests"):
        Path(name).mkdir(parents=True)
    Path("spec/tiny.yaml").write_text(SPEC)
    Path("src/nets/__init__.py").write_text(NETS)
    for name, model in {"logits": net(), "right": net(last="softmax"), "wide": net(6)}.items():
        Path(f"models/{name}.keras").write_bytes(stored.archive(model))
    yield tmp_path
    sys.modules.pop("nets", None)


@pytest.fixture
def run(folder, capfd):
    """Writes the configuration and runs a command line in this process."""

    def run(text, *arguments, within=".", file="pyproject.toml"):
        if text is not None:
            Path(folder, file).write_bytes(text if isinstance(text, bytes) else text.encode())
        os.chdir(folder / within)
        try:
            code = main(arguments)
        except SystemExit as e:  # argparse's
            code = e.code
        finally:
            assert Path.cwd() == folder / within
            os.chdir(folder)
        streams = capfd.readouterr()
        assert "Traceback" not in streams.err
        assert "internal error" not in streams.err
        return code, streams.out, streams.err

    return run


def check(**keys):
    """A configured check of the spec, each key in TOML's own words."""
    lines = [f"{key} = {value}" for key, value in {"spec": '"spec/tiny.yaml"', **keys}.items()]
    return "\n[[tool.lenet-verify.check]]\n" + "\n".join(lines) + "\n"


def top(*lines):
    return "\n".join(["[tool.lenet-verify]", *lines, ""])


LOGITS = check(model='"models/logits.keras"', deviations=f"[{ACCEPTED}]")


# ---- what is run -------------------------------------------------------------------------------


def test_without_arguments_what_is_configured_is_run(run, folder):
    code, out, err = run(check(static="true") + LOGITS + check(model='"models/wide.keras"'))
    assert code == 1
    assert "✓ Tiny: every claim holds\n" in out
    assert "✓ Tiny: every claim holds, or deviates as accepted\n" in out
    assert "activation: softmax expected, linear observed (the loss takes logits)" in out
    assert "units: 5 expected, 6 observed" in out
    assert out.endswith("\n2 of 3 hold\n")
    # only the spec's own model has a report where nobody says where to
    assert sorted(path.name for path in (folder / "reports").iterdir()) == [
        "tiny.dot", "tiny.figure.svg", "tiny.html", "tiny.md", "tiny.png", "tiny.svg",
    ]  # fmt: skip
    assert re.fullmatch("wrote reports/tiny.md, .*\n", err)


def test_nothing_to_run_is_bad_usage(run):
    for text in (
        None,
        "[project]\nname = 'lenet-verify'\n",
        top(),
        "tool.other.lenet-verify = 1\n",
    ):
        code, out, err = run(text)
        assert (code, out) == (2, "")
        assert "name a SPEC, or configure what to check in pyproject.toml" in err


def test_a_model_or_an_argument_alone_is_bad_usage(run):
    for arguments in (["--model", "models/right.keras"], ["--arg", "units=5"]):
        code, out, err = run(LOGITS, *arguments)
        assert (code, out) == (2, "")
        assert err == "--model and --arg say how to check a SPEC: name the SPEC too\n"


def test_the_nearest_file_above_is_it_and_its_paths_are_its_own(run, folder):
    text = top('out = "docs/reports"') + LOGITS
    alone = run(text)
    (report,) = Path("docs/reports").glob("*.md")
    content = report.read_bytes()
    assert run(None, within="tests") == alone
    assert report.read_bytes() == content
    assert str(folder) not in content.decode()
    assert not (folder / "tests" / "docs").exists()
    # a folder on the command line is the user's, though
    code, _, err = run(None, "--out", "mine", within="tests")
    assert code == 0
    assert err.startswith("wrote tests/mine/tiny--models-logits.keras.md, ")
    assert (folder / "tests/mine/tiny--models-logits.keras.md").exists()


def test_a_file_that_does_not_speak_of_it_is_passed_by(run):
    Path("tests/pyproject.toml").write_text("[tool.other]\nlenet-verify = true\n")
    assert run(LOGITS, within="tests")[0] == 0
    # and a nearer one that does is it
    Path("tests/pyproject.toml").write_text(top())
    assert run(None, within="tests")[0] == 2


def test_the_search_ends_with_the_repository(run):
    Path("tests/.git").mkdir()
    code, _, err = run(LOGITS, within="tests")
    assert code == 2
    assert "name a SPEC" in err


def test_models_below_src_and_their_arguments(run):
    text = top('pythonpath = ["src"]') + check(
        model='"nets:net"', args='{ units = 6, name = "theirs" }', deviations=f"[{ACCEPTED}]"
    )
    for within in (".", "tests"):
        code, out, _ = run(text, within=within)
        assert code == 1
        assert "units: 5 expected, 6 observed" in out
        assert "deviates as accepted (1)" in out
        assert not [path for path in sys.path if path.endswith("src")]
    # the same model on the command line is the same check, and its arguments win, one by one
    code, out, _ = run(None, "spec/tiny.yaml", "--model", "nets:net", "--arg", "units=5")
    assert code == 0
    assert "deviates as accepted (1)" in out


def test_arguments_as_on_the_command_line(run):
    text = top('pythonpath = ["src"]') + check(
        model='"nets:net"', args='["last=null", "units=5"]',
        deviations=f"[{ACCEPTED}]",
    )  # fmt: skip
    assert run(text)[0] == 0  # null is linear


def test_one_model_with_several_arguments_is_told_of_by_them(run, folder):
    """Each has a report of its own, and nobody has to guess which is which."""
    logits, wide = '{ last = "linear" }', '{ last = "softmax", units = 6 }'
    text = top('pythonpath = ["src"]', 'out = "reports"')
    text += "".join(check(model='"nets:net"', args=one) for one in (logits, wide))
    code, out, _ = run(text, "--format", "json")
    assert code == 1
    first, second = json.loads(out)["verdicts"]
    assert first["model"] == 'nets:net(last="linear")'
    assert second["model"] == 'nets:net(last="softmax", units=6)'
    reports = {path.name for path in (folder / "reports").glob("*.md")}
    assert reports == {
        "tiny--nets-net-last-linear.md",
        "tiny--nets-net-last-softmax-units-6.md",
    }
    alone = top('pythonpath = ["src"]') + check(model='"nets:net"', args=wide)
    _, out, _ = run(alone, "--format", "json")
    assert json.loads(out)["model"] == "nets:net"


def test_modules_beside_the_file_are_found_from_everywhere(run):
    Path("beside.py").write_text(NETS)
    options = ("--model", "beside:net", "--arg", "last=softmax")
    code, out, _ = run(top(), "../spec/tiny.yaml", *options, within="tests")
    sys.modules.pop("beside")
    assert code == 0
    assert "checked on beside:net" in out


def test_another_module_of_that_name_is_told(run, folder):
    """An installed module wins over one below src/."""
    Path("src/colorsys.py").write_text("net = None\n")
    code, _, err = run(top('pythonpath = ["src"]') + check(model='"colorsys:hls_to_rgb"'))
    assert code == 2
    assert "colorsys:hls_to_rgb cannot be called" in err
    installed = folder / "installed"
    installed.mkdir()
    (installed / "nets.py").write_text(NETS)
    sys.path.insert(0, str(installed))
    try:
        _, _, err = run(top('pythonpath = ["src"]') + check(model='"nets:net"'))
    finally:
        sys.path.remove(str(installed))
    assert "not from src/nets/__init__.py" in err


@pytest.mark.parametrize("command", ["show", "freeze"])
def test_other_commands_find_the_same_modules(run, command):
    code, out, _ = run(top('pythonpath = ["src"]'), command, "nets:net", "--arg", "units=6")
    assert code == 0
    assert "Dense" in out


def test_static_imports_nothing_whatever_is_configured(run, folder):
    Path("src/nets/__init__.py").write_text("raise SystemExit('run')\n")
    model = check(model='"nets:net"', static="false")
    code, out, err = run(top("static = false", 'pythonpath = ["src"]') + model + LOGITS, "--static")
    assert code == 2
    assert err == "nets:net: --static runs no code, and to make this model is to run it\n"
    assert "every claim holds, or deviates as accepted" in out  # of the file, all the same
    assert run(top("static = true") + check(model='"nets:net"'))[0] == 2
    assert "nets" not in sys.modules


def test_several_models_and_patterns(run):
    several = check(model='["models/logits.keras", "models/right.keras"]')
    code, out, _ = run(several)
    assert code == 1
    assert out.endswith("1 of 2 hold\n")
    code, out, _ = run(check(model='"models/*.keras"', deviations=f"[{ACCEPTED}]"), within="tests")
    assert code == 1
    assert "Tiny (spec/tiny.yaml), checked on 3 models" in out
    assert "✓ models/logits.keras  every claim holds, or deviates as accepted\n" in out
    assert "✗ models/wide.keras" in out
    assert out.endswith("2 of 3 hold, 1 does not\n")
    # lines of the pattern's models follow what is told in whole
    code, out, _ = run(check(model='"models/right.keras"') + check(model='"models/w*.keras"'))
    assert code == 1
    assert out.startswith("✓ Tiny: every claim holds\n")
    assert out.endswith("\n0 of 1 hold, 1 does not\n")
    code, _, err = run(check(model='"models/*.h5"'))
    assert (code, err) == (2, "models/*.h5: no file fits this pattern\n")


# ---- the command line beside it ----------------------------------------------------------------


@pytest.mark.parametrize("within", [".", "tests"])
def test_a_named_model_has_the_deviations_that_are_configured_for_it(run, folder, within):
    spec = os.path.relpath("spec/tiny.yaml", within)
    model = os.path.relpath("models/logits.keras", within)
    for text in (LOGITS, check(model='"models/*.keras"', deviations=f"[{ACCEPTED}]")):
        code, out, err = run(text, spec, "--model", model, within=within)
        assert (code, err) == (0, "")
        assert "deviates as accepted (1)" in out
    # another model has not, nor has this one by another spec
    other = check(model='"models/right.keras"', deviations=f"[{ACCEPTED}]")
    assert run(other, spec, "--model", model, within=within)[0] == 1
    Path("spec/other.yaml").write_text(SPEC)
    other = os.path.relpath("spec/other.yaml", within)
    assert run(LOGITS, other, "--model", model, within=within)[0] == 1


def test_a_pattern_names_models_that_are_configured_too(run):
    text = LOGITS + check(model='"models/*.h5"')  # which fits nothing
    code, out, err = run(text, "spec/tiny.yaml", "--model", "models/*.keras")
    assert (code, err) == (1, "")
    assert "✓ models/logits.keras  every claim holds, or deviates as accepted\n" in out
    assert out.endswith("2 of 3 hold, 1 does not\n")


def test_a_spec_alone_is_its_own_model_whatever_is_configured(run):
    text = LOGITS + check(static="true")
    code, out, err = run(text, "spec/tiny.yaml")
    assert code == 0
    assert "checked on the model derived from it, by inference alone" in out
    assert "logits" not in out + err
    code, out, _ = run(LOGITS, "spec/tiny.yaml", "--static")
    assert code == 0
    assert "logits" not in out


def test_only_what_is_named_is_run(run):
    text = LOGITS + check(model='"models/right.keras"')
    _, out, _ = run(text, "spec/tiny.yaml", "--model", "models/right.keras", "--format", "json")
    assert json.loads(out)["model"] == "models/right.keras"


def test_the_command_line_wins(run, folder):
    text = top('format = "json"', "static = true", 'out = "there"', "limits.spec-bytes = 10")
    whole = text + check()
    code, _, err = run(whole)
    assert code == 2
    assert err == (
        "spec/tiny.yaml:1:1: larger than spec-bytes 10 allows; "
        "--limit spec-bytes=NUMBER raises it\n"
    )
    code, out, err = run(None, "--limit", "spec-bytes=5000")
    assert code == 0
    assert json.loads(out)["holds"]
    assert err.startswith("wrote there/tiny.md, ")
    code, out, err = run(
        None, "--limit", "spec-bytes=5000", "--format", "markdown", "--out", "here", "--no-static"
    )
    assert code == 0
    assert out.startswith("# ✓ Tiny")
    assert "built from the spec with Keras" in out
    assert err.startswith("wrote here/tiny.md, ")


def test_flags_of_all_and_of_one(run):
    """A rewrite is needed for the activation that stands alone; `exact` allows none."""
    layers = [
        stored.layer("Dense", "hidden", units=5),
        stored.layer("Activation", "f", activation="tanh"),
    ]
    model = stored.sequential(
        [
            stored.given("x", 4),
            *layers,
            stored.layer("Dense", "last", units=3, activation="softmax"),
        ]
    )
    Path("models/apart.keras").write_bytes(stored.archive(model))
    apart = '"models/apart.keras"'
    assert run(check(model=apart))[0] == 0
    assert run(check(model=apart, exact="true"))[0] == 1
    assert run(top("exact = true") + check(model=apart))[0] == 1
    assert run(top("exact = true") + check(model=apart, exact="false"))[0] == 0
    assert run(top("exact = true") + check(model=apart), "--no-exact")[0] == 0
    code, _, err = run(check(static="true", weights="true"))
    assert code == 2
    assert err == "--weights is for model files: the spec's own model is none\n"


# ---- deviations --------------------------------------------------------------------------------


def deviating(*deviations, model="logits"):
    return check(model=f'"models/{model}.keras"', deviations=f"[{', '.join(deviations)}]")


def deviation(layer="last", fact="activation", accept='"linear"', reason="why"):
    return f'{{layer = "{layer}", fact = "{fact}", accept = {accept}, reason = "{reason}"}}'


def outcomes(out):
    return {
        (one["layer"], one["fact"]): (one["outcome"], one["reason"])
        for one in json.loads(out)["findings"]
        if one["outcome"] != "holds"
    }


def test_deviations_are_told_apart_with_their_reasons(run):
    glob = deviation(layer="l*t", reason="by glob")
    code, out, err = run(deviating(glob), "--format", "json")
    assert (code, err) == (0, "")
    assert outcomes(out) == {("last", "activation"): ("deviates", "by glob")}
    # only the value that is accepted
    code, out, err = run(deviating(deviation(accept='"relu"')), "--format", "json")
    assert code == 1
    assert outcomes(out) == {("last", "activation"): ("broken", None)}
    assert err == (
        "warning: spec/tiny.yaml: unused-deviation: nothing deviates in activation of last as "
        "accepted (pyproject.toml:5)\n"
    )


def test_numbers_and_lists_are_accepted_as_json_has_them(run):
    text = deviating(
        deviation("hidden", "units", "6"), deviation("hidden", "output", '"6"'), deviation(),
        model="wide",
    )  # fmt: skip
    code, out, _ = run(text, "--format", "json")
    assert code == 0
    assert outcomes(out)["hidden", "units"] == ("deviates", "why")


def test_unknown_may_be_accepted(run):
    custom = {"class_name": "Mine", "config": {"name": "last"}, "module": "mine",
              "registered_name": "mine>Mine"}  # fmt: skip
    hidden = stored.layer("Dense", "hidden", units=5, activation="tanh")
    model = stored.sequential([stored.given("x", 4), hidden, custom])
    Path("models/custom.keras").write_bytes(stored.archive(model))
    _, out, _ = run(deviating(model="custom"), "--format", "json")
    facts = [fact for layer, fact in outcomes(out) if layer == "last"]
    assert {"activation", "output"} <= set(facts)
    known = [deviation("last", fact, '"unknown"', "ours") for fact in sorted(set(facts))]
    _, out, _ = run(deviating(*known, model="custom"), "--format", "json")
    assert outcomes(out)["last", "activation"] == ("deviates", "ours")
    assert outcomes(out)["last", "output"] == ("deviates", "ours")


def test_a_layer_that_there_is_not(run):
    """No error, since a layer that only the model has goes by the model's own name."""
    code, _, err = run(deviating(deviation(), deviation("lsat"), deviation("zz*")))
    assert code == 0
    assert err.splitlines() == [
        "warning: spec/tiny.yaml: unused-deviation: nothing deviates in activation of lsat as "
        "accepted (pyproject.toml:5); the spec has no layer 'lsat', did you mean 'last'?",
        "warning: spec/tiny.yaml: unused-deviation: nothing deviates in activation of zz* as "
        "accepted (pyproject.toml:5); the spec has no layer 'zz*'",
    ]
    extra = stored.layer("BatchNormalization", "norm")
    model = stored.sequential(
        [stored.given("x", 4), stored.layer("Dense", "hidden", units=5, activation="tanh"), extra,
         stored.layer("Dense", "last", units=3, activation="softmax")]
    )  # fmt: skip
    Path("models/normed.keras").write_bytes(stored.archive(model))
    _, out, _ = run(check(model='"models/normed.keras"'), "--format", "json")
    (one,) = [f for f in json.loads(out)["findings"] if f["code"] == "extra-layer"]
    accept = json.dumps(one["observed"])
    text = deviating(deviation(one["layer"], one["fact"], accept), model="normed")
    assert run(text)[0] == 0


def test_one_that_any_of_the_models_needs_is_used(run):
    both = '["models/logits.keras", "models/right.keras"]'
    assert run(check(model=both, deviations=f"[{ACCEPTED}]"))[::2] == (0, "")
    assert run(check(model='"models/[lr]*.keras"', deviations=f"[{ACCEPTED}]"))[::2] == (0, "")
    code, _, err = run(check(model=both, deviations=f"[{ACCEPTED}, {deviation('hidden')}]"))
    assert code == 0
    assert err.count("unused-deviation") == 1
    # and another check does not need it for them
    code, _, err = run(LOGITS + deviating(deviation(), model="right"))
    assert code == 0
    assert err.count("unused-deviation") == 1


def test_of_the_models_that_a_spec_names_itself(run):
    claims = """\
format: 1
title: Of claims alone
claims: [{id: size, why: as a test, expect: {model: {params: 1, weight_layers: 2}}}]
implementations:
  keras.applications.MobileNetV2:
    deviations: [{layer: model, fact: params, accept: 3538984, reason: the spec knows}]
"""
    Path("spec/tiny.yaml").write_text(claims)
    known = deviation("model", "weight_layers", "53", "we know")
    code, out, _ = run(check(deviations=f"[{known}]"), "--format", "json")
    assert code == 0
    assert {reason for _, reason in outcomes(out).values()} == {"the spec knows", "we know"}


# ---- mistakes ----------------------------------------------------------------------------------


def places(err):
    found = []
    for line in err.splitlines():
        match = re.fullmatch(r"pyproject\.toml:(\d+):(\d+): (.+)", line)
        assert match, line
        found.append((int(match[1]), int(match[2]), match[3]))
    return found


EVERY_MISTAKE = """\
[project]
name = "x"
description = '''
[tool.lenet-verify]
not = "this one"
'''
[tool.lenet-verify]
oot = "reports"
pythonpth = [1, "src"]
format = "jsn"
static = "yes"
limits = { "spec-byte" = 1, layers = -1, yaml-depth = true }
"out" = 1979-05-27

[tool.other]
static = "yes"

[[tool.lenet-verify.check]]
model = []
weights = 1

[[tool.lenet-verify.check]]   # all of it
spec = 5
args = ["classes"]
deviations = [
  { layer = "a", fact = "activaton", accept = "x", reason = "r" },
  { layer = "a", fact = "units", accept = nan },
  "none",
  { layer = "a", fact = "units", accept = 1, reason = "", }]
[tool.lenet-verify.check.arg]
1x = 1

[[tool.lenet-verify.check]]
spec = " "
exact = []
deviations = "none"
model = { a = 1 }
"""


def test_every_mistake_in_one_run_each_at_its_place(run):
    text = EVERY_MISTAKE.replace('reason = "", }', 'reason = "" }')
    code, out, err = run(text)
    assert (code, out) == (2, "")
    assert places(err) == [
        (8, 1, "unknown key 'oot' of [tool.lenet-verify]; did you mean 'out'?"),
        (9, 1, "unknown key 'pythonpth' of [tool.lenet-verify]; did you mean 'pythonpath'?"),
        (9, 14, "'pythonpath' takes a list of folders"),
        (10, 10, "unknown format 'jsn'; did you mean 'json'?"),
        (11, 10, "'static' takes true or false, not 'yes'"),
        (12, 12, "unknown key 'spec-byte' of limits; did you mean 'spec-bytes'?"),
        (12, 38, "'layers' takes a whole number, not -1"),
        (12, 55, "'yaml-depth' takes a whole number, not true"),
        (13, 9, "a date or time means nothing here: write a text"),
        (18, 21, "a check needs a 'spec'"),
        (19, 9, "'model' names none: leave it out to check the spec's own model"),
        (20, 11, "'weights' takes true or false, not 1"),
        (23, 8, "'spec' takes a text"),
        (24, 8, "args takes NAME=VALUE, such as classes=10, not 'classes'"),
        (26, 25, "unknown fact 'activaton'; did you mean 'activation'?"),
        (27, 3, "a deviation needs 'reason'"),
        (27, 43, "nan is no number here"),
        (28, 3, "a deviation is a mapping of names to values"),
        (29, 55, "'reason' takes a text"),
        (30, 26, "unknown key 'arg' of a check; did you mean 'args'?"),
        (34, 8, "'spec' takes a text"),
        (35, 9, "'exact' takes true or false, not []"),
        (36, 14, "'deviations' is a list"),
        (37, 9, "'model' takes a model or a list of models"),
    ]


def test_mistakes_stop_a_run_that_names_its_spec_too(run):
    """Deviations might be meant for it."""
    code, out, err = run(top("exakt = true"), "spec/tiny.yaml", "--static")
    assert (code, out) == (2, "")
    known = "unknown key 'exakt' of [tool.lenet-verify]; did you mean 'exact'?"
    assert places(err) == [(2, 1, known)]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[tool.lenet-verify.check]\nspec = 'x'\n",
         (1, 20, "'check' is a list of tables: write [[tool.lenet-verify.check]]")),
        ("[tool]\nlenet-verify = 3\n",
         (2, 16, "tool.lenet-verify is a table: write [tool.lenet-verify]")),
        ("[[tool.lenet-verify]]\nout = 'x'\n",
         (1, 8, "tool.lenet-verify is a table: write [tool.lenet-verify]")),
        ("tool = 'lenet-verify'\n", (1, 8, "tool is a table")),
        ("[tool.lenet-verify]\nout = reports\n", (2, 7, "not TOML: Invalid value")),
        ("[tool.lenet-verify]\nout\n",
         (2, 4, "not TOML: Expected '=' after a key in a key/value pair")),
        ("[tool.lenet-verify]\nout = 'x'\nout = 'y'\n",
         (3, 10, "not TOML: Cannot overwrite a value")),
        ("[tool.lenet-verify]\ncheck = [{spec = 'x'}\n\n", (4, 1, "not TOML: Unclosed array")),
        ("[tool.lenet-verify]\nlimits.layers = inf\n", (2, 17, "inf is no number here")),
    ],
)  # fmt: skip
def test_what_is_no_table(run, text, place):
    code, out, err = run(text)
    assert (code, out) == (2, "")
    assert places(err)[0] == place


def test_columns_are_right_after_a_byte_order_mark_and_windows_lines(run):
    text = "[tool.lenet-verify]\r\n\r\nout = 1\r\n"
    _, _, err = run(b"\xef\xbb\xbf" + text.encode())
    assert places(err) == [(3, 7, "'out' takes a text")]


@pytest.mark.parametrize("text", ["\\u0000", "x" * 5000, "/" + "y" * 300, "~", "*" * 300, "\\n"])
@pytest.mark.parametrize("key", ["spec", "model", "out", "pythonpath"])
def test_no_text_is_too_odd(run, key, text):
    """A line on what is wrong, or nothing wrong: never a fault of ours."""
    value = f'"{text}"' if key != "pythonpath" else f'["{text}"]'
    if key in ("spec", "model"):
        code, _, err = run(top("static = true") + check(**{key: value}))
        assert (code, err.count("\n")) == (2, 1)
        run(None, "spec/tiny.yaml", "--model", "models/right.keras")
    else:
        assert run(top("static = true", f"{key} = {value}") + LOGITS)[0] in (0, 2)


def test_names_from_a_stranger_are_spelt_out(run):
    code, _, err = run(top('"\\u001b[2J\\n::error::x" = 1'))
    assert code == 2
    ((line, column, message),) = places(err)
    assert (line, column) == (2, 1)
    assert "\\x1b[2J\\x0a::error::x" in message


# ---- files that want to do harm ----------------------------------------------------------------


LONG = "#lenet-verify\n"


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (LONG + "a." * 100_000 + "a = 1\n", (2, 32, "a key of more than 16 parts")),
        (LONG + "[" + "a." * 100_000 + "a]\n", (2, 33, "a key of more than 16 parts")),
        (LONG + "a = " + "[" * 200_000, (2, 69, "nested deeper than 64 levels")),
        (LONG + "a = " + "{a = " * 40_000, (2, 325, "nested deeper than 64 levels")),
        (LONG + "a = " + "1" * 200_000, (2, 5, "more than 100 characters without quotes")),
        (b"#lenet-verify\n\n'\xe4'", (3, 1, "not UTF-8")),
        ("[tool.lenet-verify]\n".encode("utf-16"), (1, 1, "not UTF-8")),
        (b"#lenet-verify\n" + b"#" * 256 * 1024, (1, 1, "larger than 262144 bytes")),
    ],
)  # fmt: skip
def test_hostile_contents(run_cli, tmp_path, content, place):
    data = content.encode() if isinstance(content, str) else content
    (tmp_path / "pyproject.toml").write_bytes(data)
    done = run_cli(cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert places(done.stderr) == [place]
    assert done.seconds < 5
    assert done.memory < 256 * 2**20


@pytest.mark.parametrize("kind", ["folder", "loop", "dangling", "pipe", "device", "unreadable"])
def test_hostile_files(run_cli, tmp_path, kind):
    file = tmp_path / "pyproject.toml"
    targets = {"loop": file, "dangling": tmp_path / "nothing", "device": Path("/dev/zero")}
    if kind == "folder":
        file.mkdir()
    elif kind == "pipe":
        os.mkfifo(file)
    elif kind == "unreadable":
        if os.geteuid() == 0:
            pytest.skip("root reads everything")
        file.write_text(top())
        file.chmod(0)
    else:
        file.symlink_to(targets[kind])
    for arguments in ([], [str(ROOT / "spec" / "lenet5.yaml"), "--static"]):
        done = run_cli(*arguments, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        ((line, column, message),) = places(done.stderr)
        assert (line, column) == (1, 1)
        assert re.match("this is not a regular file|cannot be read: ", message)
        assert done.seconds < 5


def test_a_file_of_somebody_elses_need_not_be_toml(run):
    """Unless it speaks of this tool, nobody asks."""
    assert run("[[[ no TOML", "spec/tiny.yaml", "--model", "models/right.keras")[0] == 0


def test_out_that_is_a_link_is_refused(run, folder):
    Path("elsewhere").mkdir()
    Path("reports").symlink_to("elsewhere")
    code, _, err = run(top('out = "reports/deep"') + check(static="true"))
    assert code == 2
    assert err == "reports is a link: name the folder itself with --out\n"
    assert not list(Path("elsewhere").iterdir())


# ---- where things stand ------------------------------------------------------------------------

KEYS = st.one_of(
    st.from_regex("[A-Za-z0-9_-]{1,5}", fullmatch=True),
    st.text(st.characters(codec="utf-8"), max_size=4),
)
VALUES = st.recursive(
    st.booleans() | st.integers(-9, 10**9) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


class Writer:
    """Writes TOML, and where it wrote what."""

    def __init__(self, draw):
        self.text = ""
        self.draw = draw
        self.keys, self.values = {}, {}

    def pick(self, *texts):
        self.text += self.draw(st.sampled_from(texts))

    def key(self, key):
        quoted = '"' + "".join(f"\\U{ord(c):08x}" for c in key) + '"'
        self.pick(quoted, key) if re.fullmatch("[A-Za-z0-9_-]+", key) else self.pick(quoted)

    def pair(self, path, key, value):
        self.keys[*path, key] = len(self.text)
        self.key(key)
        self.pick(" = ", "=", "\t=")
        self.value((*path, key), value)

    def value(self, path, value):
        self.values[path] = len(self.text)
        if isinstance(value, dict):
            self.text += "{"
            for number, (key, inner) in enumerate(value.items()):
                self.pick(*([", ", ","] if number else ["", " "]))
                self.pair(path, key, inner)
            self.pick("}", " }")
        elif isinstance(value, list):
            self.pick("[", "[\n# ]\n")
            for number, inner in enumerate(value):
                self.keys[*path, number] = len(self.text)
                self.value((*path, number), inner)
                self.pick(", ", ",\n\t", " # ,\n,")
            self.text += "]"
        elif isinstance(value, str):
            escaped = "".join(f"\\U{ord(c):08x}" for c in value)
            forms = [f'"{escaped}"', f'"""{escaped}"""', f'"""\\\n  {escaped}"""']
            if re.fullmatch("[a-z#=.,{}]*", value):
                forms += [f"'{value}'", f"'''{value}'''"]
            self.pick(*forms)
        else:
            self.text += json.dumps(value)


@given(st.data(), st.dictionaries(KEYS, VALUES, max_size=4), st.lists(VALUES, max_size=3))
def test_places_are_where_things_were_written(data, table, items):
    writer = Writer(data.draw)
    for key, value in table.items():
        if key == "tool":
            continue
        writer.pair((), key, value)
        writer.pick("\n", " # '''\n", "\n\n")
    for number, value in enumerate(items):
        writer.pick("[[tool.x]]\n", "[[ tool . 'x' ]] # [y]\n", '[["tool"."x"]]\n')
        writer.pair(("tool", "x", number), "v", value)
        writer.text += "\n"
    tomllib.loads(writer.text)
    places = find_places(writer.text)
    assert {key: places.keys[key] for key in writer.keys} == writer.keys
    assert {key: places.values[key] for key in writer.values} == writer.values


# ---- the page ----------------------------------------------------------------------------------


def test_the_example_of_the_page_runs(run_cli, tmp_path):
    (text,) = re.findall(r"```toml\n(\[tool\.lenet-verify\]\n.*?)```", PAGE, re.DOTALL)
    (module,) = re.findall(r"```python\n(import keras\n.*?)```", PAGE, re.DOTALL)
    (tmp_path / "pyproject.toml").write_text(text)
    (tmp_path / "spec").mkdir()
    paper = (ROOT / "spec/lenet5.yaml").read_text(encoding="utf-8")
    (tmp_path / "spec/lenet5.yaml").write_text(paper, encoding="utf-8")
    (tmp_path / "src/mypackage").mkdir(parents=True)
    (tmp_path / "src/mypackage/models.py").write_text(module)
    done = run_cli(cwd=tmp_path)
    assert done.returncode == 0
    assert "warning" not in done.stderr
    assert done.stdout.endswith("2 of 2 hold\n")
    (shown,) = re.findall(r"```\n(  • output .*?)```", PAGE, re.DOTALL)
    assert shown in done.stdout
    assert {path.stem for path in (tmp_path / "reports").glob("*.md")} == {
        "lenet5", "lenet5--mypackage.models-lenet5",
    }  # fmt: skip


def test_every_key_is_on_the_page():
    from lenet_verify.configuration.load import CHECK_KEYS, KEYS

    explained = set(re.findall(r"^\| `([a-z_]+)` \|", PAGE, re.MULTILINE))
    assert explained == {*KEYS, *CHECK_KEYS} - {"check"}


def test_ours_is_read():
    """Our own pyproject.toml speaks of the tool, and configures nothing wrong."""
    load_configuration(ROOT / "pyproject.toml")
