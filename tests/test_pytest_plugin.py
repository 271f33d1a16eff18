"""The pytest plugin, as pytest runs it in scratch projects."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from lenet_verify import load_spec
from tests import stored

ROOT = Path(__file__).parent.parent
SPEC = """\
format: 1
title: Tiny
sources: {paper: {title: A paper}}
input: 4
layers:
  hidden: {type: Dense, units: 5, activation: tanh}
  last: {type: Dense, units: 3, activation: softmax}
claims:
- {id: widths, source: paper, quote: Five and 3., expect: {hidden: {units: 5}, last: {units: 3}}}
- {id: last, why: by hand, expect: {last: {activation: softmax}}}
- {id: compiled, why: by hand, expect: {model: {optimizer: adam}}}
- {id: data, why: by hand, unchecked: no property of a network}
"""
OPEN = """\
format: 1
title: Open
claims: [{id: size, why: by hand, expect: {model: {params: 43}}}]
"""
WITHOUT = [f"-pno:{name}" for name in ("cacheprovider", "faulthandler", "hypothesispytest")]
DEVIATION = '{layer = "last", fact = "activation", accept = "linear", reason = "takes logits"}'


def check(**keys):
    lines = [f"{key} = {value}" for key, value in {"spec": "'spec/tiny.yaml'", **keys}.items()]
    return "[[tool.lenet-verify.check]]\n" + "\n".join(lines) + "\n"


def net(units=5, last="softmax"):
    """A file's model: the Tiny spec's, as far as it is told otherwise."""
    return stored.archive(stored.sequential([
        stored.given("x", 4),
        stored.layer("Dense", "hidden", units=units, activation="tanh"),
        stored.layer("Dense", "last", units=3, activation=last),
    ]))  # fmt: skip


@pytest.fixture
def run(tmp_path, monkeypatch, capfd):
    """Runs pytest in a project with a spec and models, none of which needs a framework.

    In this process, and not by pytester, which would have every module imported anew.
    """
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.chdir(tmp_path)
    for name in ("spec", "models"):
        Path(name).mkdir()
    Path("spec/tiny.yaml").write_text(SPEC)
    for name, model in {
        "right": net(), "wide": net(6), "both": net(6, "relu"), "logits": net(last="linear"),
    }.items():  # fmt: skip
        Path(f"models/{name}.keras").write_bytes(model)

    def run(*arguments, configuration=""):
        text = f"[tool.lenet-verify]\nstatic = true\n{configuration}"
        (tmp_path / "pyproject.toml").write_text(text)
        current = os.environ["PYTEST_CURRENT_TEST"]
        with warnings.catch_warnings():
            warnings.resetwarnings()  # ours are errors
            code = pytest.main([*WITHOUT, *arguments])
        os.environ["PYTEST_CURRENT_TEST"] = current
        for name in ("test_ours", "below"):
            sys.modules.pop(name, None)
        out, err = capfd.readouterr()
        return pytest.RunResult(code, out.splitlines(), err.splitlines(), 0)

    return run


# ---- what is collected -------------------------------------------------------------------------


def test_a_spec_is_a_test_for_each_claim_and_one_for_the_structure(run):
    done = run("spec/", "-v")
    done.assert_outcomes(passed=3, skipped=2)
    done.stdout.fnmatch_lines([
        "spec/tiny.yaml::widths PASSED*",
        "spec/tiny.yaml::last PASSED*",
        "spec/tiny.yaml::compiled SKIPPED (the model is not compiled)*",
        "spec/tiny.yaml::data SKIPPED (unchecked: no property of a network)*",
        "spec/tiny.yaml::structure PASSED*",
    ])  # fmt: skip
    assert not list(Path().glob("reports"))


FOREIGN = {
    "empty.yaml": "",
    "other.yaml": "format: 1\nname: not ours\n",
    "word.yaml": "format: json\nclaims: []\n",
    "deep.yaml": "it:\n  format: 1\n  claims: []\n",
    "broken.yml": "a: [\n",
    "binary.yaml": b"\xff\xfe\x00format: 1",
    "list.yaml": "- format: 1\n- claims: []\n",
}


def test_other_yaml_is_left_alone(run):
    for name, content in FOREIGN.items():
        data = content if isinstance(content, bytes) else content.encode()
        Path(name).write_bytes(data)
    Path("spec/tiny.yaml").rename("spec/tiny.txt")
    done = run(".")
    assert done.ret == pytest.ExitCode.NO_TESTS_COLLECTED


@pytest.mark.parametrize(
    "header",
    ["\ufeffformat: 1", "format: 1 # ours", '"format":  1', "# first\n\nformat: 1\r"],
)
def test_a_spec_is_known_by_its_header(run, header):
    Path("spec/tiny.yaml").write_text(SPEC.replace("format: 1", header), newline="")
    run("spec/").assert_outcomes(passed=3, skipped=2)


def test_a_configured_file_is_a_spec_whatever_is_in_it(run):
    Path("spec/tiny.yaml").write_text("formt: 1\ntitle: Tiny\n")
    assert run("spec/").ret == pytest.ExitCode.NO_TESTS_COLLECTED
    done = run("spec/", configuration=check())
    assert done.ret == pytest.ExitCode.INTERRUPTED
    done.stdout.fnmatch_lines(["spec/tiny.yaml:1:1: unknown key 'formt' of a spec*"])


def test_mistakes_in_a_spec_are_lines_and_no_traceback(run):
    text = SPEC.replace("units: 5", "unit: 5").replace("tanh", "tahn")
    Path("spec/tiny.yaml").write_text(text)
    done = run("spec/")
    assert done.ret == pytest.ExitCode.INTERRUPTED
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines([
        "*ERROR collecting spec/tiny.yaml*",
        "spec/tiny.yaml:6:25: unknown argument 'unit' of Dense; did you mean 'units'?",
        "spec/tiny.yaml:6:46: *not 'tahn'; did you mean 'tanh'?",
    ])  # fmt: skip
    assert "Traceback" not in done.stdout.str()
    assert "items.py" not in done.stdout.str()


def test_layers_that_do_not_join_are_an_error_of_the_spec(run):
    Path("spec/tiny.yaml").write_text(SPEC.replace("type: Dense, units: 3", "type: MaxPooling2D"))
    done = run("spec/")
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["spec/tiny.yaml:*: *"])


def test_mistakes_in_the_configuration_are_lines(run):
    """Both where a spec is collected, and where nothing but the configuration is."""
    Path("spec/other.yaml").write_text("a: 1\n")  # which is not asked about it
    for arguments, code in ((["spec/"], 2), (["--lenet-verify"], 4)):
        done = run(*arguments, configuration="exakt = true\n")
        assert done.ret == code
        said = done.stdout.str() + done.stderr.str()
        wrong = "pyproject.toml:3:1: unknown key 'exakt' of [tool.lenet-verify]; did you mean"
        assert said.count(wrong) == 1
        assert "Traceback" not in said


# ---- what is configured ------------------------------------------------------------------------

BOTH = check() + check(model="['models/right.keras', 'models/both.keras']")


def test_what_is_configured_of_a_spec_is_what_is_checked(run):
    done = run("spec/", "-v", configuration=BOTH)
    done.assert_outcomes(passed=7, failed=2, skipped=6)
    done.stdout.fnmatch_lines([
        "spec/tiny.yaml::widths PASSED*",
        "spec/tiny.yaml::widths[[]models/right.keras] PASSED*",
        "spec/tiny.yaml::widths[[]models/both.keras] FAILED*",
    ])  # fmt: skip


def test_one_model_with_several_arguments_goes_by_them(run):
    """Nothing is made before the first test runs."""
    twice = [check(model="'none:net'", args=f"{{units = {units}}}") for units in (5, 6)]
    done = run("spec/", "--collect-only", "-q", configuration="".join([*twice, check(), check()]))
    assert done.ret == 0
    names = [line for line in done.outlines if "::last" in line]
    assert names == [
        "spec/tiny.yaml::last[none:net(units=5)]",
        "spec/tiny.yaml::last[none:net(units=6)]",
        "spec/tiny.yaml::last",
        "spec/tiny.yaml::last'",
    ]


def test_the_option_adds_what_is_configured(run, monkeypatch):
    Path("test_ours.py").write_text("def test_ours(): pass\n")
    Path("spec/other.yaml").write_text(SPEC)
    done = run("test_ours.py", "--lenet-verify", configuration=BOTH)
    done.assert_outcomes(passed=8, failed=2, skipped=6)
    # once, though it is named twice; and from a folder below too
    run("spec/tiny.yaml", "--lenet-verify", configuration=check()).assert_outcomes(
        passed=3, skipped=2
    )
    Path("test_ours.py").unlink()
    Path("spec/other.yaml").unlink()
    monkeypatch.chdir("models")
    run("--lenet-verify", configuration=BOTH).assert_outcomes(passed=7, failed=2, skipped=6)


def test_the_option_without_a_configuration_is_bad_usage(run):
    done = run("--lenet-verify")
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines(["ERROR: --lenet-verify: nothing is configured; *"])


def test_a_deviation_passes_and_is_told_on_request(run):
    configured = check(model="'models/logits.keras'", deviations=f"[{DEVIATION}]")
    done = run("spec/", "-rP", configuration=configured)
    done.assert_outcomes(passed=3, skipped=2)
    done.stdout.fnmatch_lines(["*activation: softmax expected, linear observed (takes logits)*"])
    assert run("spec/", configuration=check(model="'models/logits.keras'")).ret == 1


def test_an_unused_deviation_is_a_warning(run):
    configured = check(model="'models/right.keras'", deviations=f"[{DEVIATION}]")
    done = run("spec/", configuration=configured)
    done.assert_outcomes(passed=3, skipped=2, warnings=1)
    done.stdout.fnmatch_lines(["*PytestWarning: spec/tiny.yaml: unused-deviation: nothing*"])
    # not if another model of the check needs it
    models = "['models/right.keras', 'models/logits.keras']"
    done = run("spec/", configuration=check(model=models, deviations=f"[{DEVIATION}]"))
    done.assert_outcomes(passed=6, skipped=4, warnings=0)
    done = run("spec/", "-W", "error", configuration=configured)
    done.assert_outcomes(passed=2, failed=1, skipped=2)
    assert "Traceback" not in done.stdout.str()


def test_a_spec_of_claims_alone_needs_a_model(run):
    Path("spec/tiny.yaml").write_text(OPEN)
    done = run("spec/", "-rs")
    done.assert_outcomes(skipped=2)
    done.stdout.fnmatch_lines(["SKIPPED*a spec of claims alone: configure the model to check*"])
    done = run("spec/", "-rs", configuration=check(model="'models/right.keras'"))
    done.assert_outcomes(passed=1, skipped=1)
    done.stdout.fnmatch_lines(["SKIPPED*the spec's claims are all that is judged*"])
    run("spec/", configuration=check(model="'models/wide.keras'")).assert_outcomes(
        failed=1, skipped=1
    )


def test_a_spec_that_names_well_known_models_is_held_against_each(run):
    names = ("MobileNet", "MobileNetV2")
    known = "".join(f"  keras.applications.{name}:\n" for name in names)
    spec = f"{OPEN}implementations:\n{known}".replace("params: 43", "params: 3538984")
    Path("spec/tiny.yaml").write_text(spec)
    done = run("spec/", "-v", configuration=check(static="false"))
    done.assert_outcomes(passed=1, failed=1, skipped=2)
    done.stdout.fnmatch_lines([
        "spec/tiny.yaml::size[[]keras.applications.MobileNet] FAILED*",
        "spec/tiny.yaml::size[[]keras.applications.MobileNetV2] PASSED*",
        "1 of 1 fact fails, checked on keras.applications.MobileNet",
    ])  # fmt: skip


# ---- what is told ------------------------------------------------------------------------------


def test_a_failure_reads_like_the_terminal(run):
    done = run("spec/", configuration=check(model="'models/both.keras'"))
    done.stdout.fnmatch_lines([
        "*_ widths[[]models/both.keras] of tiny.yaml _*",
        "[[]widths] Five and 3. (paper)",
        "1 of 2 facts fails, checked on models/both.keras",
        "",
        "  • hidden",
        "    ✗ units: 5 expected, 6 observed  [[]widths]  spec/tiny.yaml:9",
        "",
        "mended by",
        "  1. hidden: units 6 → 5: mends * broken facts",
        "*_ last[[]models/both.keras] of tiny.yaml _*",
        "[[]last] by hand",
        "    ✗ activation: softmax expected, relu observed  [[]last]  spec/tiny.yaml:10",
        "  2. last: activation *",
    ], consecutive=False)  # fmt: skip
    assert "items.py" not in done.stdout.str()


def test_what_the_structure_finds_is_a_failure_of_its_own(run):
    layers = [
        stored.given("x", 4),
        stored.layer("Dense", "hidden", units=5, activation="tanh"),
        stored.layer("BatchNormalization", "norm"),
        stored.layer("Dense", "last", units=3, activation="softmax"),
    ]
    Path("models/wide.keras").write_bytes(stored.archive(stored.sequential(layers)))
    done = run("spec/", configuration=check(model="'models/wide.keras'"))
    done.assert_outcomes(passed=2, failed=1, skipped=2)
    done.stdout.fnmatch_lines(["structure of Tiny", "*extra BatchNormalization*[[]structure]*"])


def test_a_model_that_cannot_be_read_is_an_error_of_each_test(run):
    Path("models/right.keras").write_bytes(b"PK no archive")
    done = run("spec/", configuration=check(model="'models/right.keras'"))
    done.assert_outcomes(errors=4, skipped=1)
    done.stdout.fnmatch_lines(["*ERROR at setup of widths*", "models/right.keras: *"])
    assert "Traceback" not in done.stdout.str()


def test_names_from_a_stranger_are_spelt_out(run):
    text = SPEC.replace("id: widths", 'id: "\\e[2J\\n::error::x"').replace("units: 3}, l", "")
    Path("spec/tiny.yaml").write_text(text)
    done = run("spec/", "-v", configuration=check(model="'models/wide.keras'"))
    assert "\x1b" not in done.stdout.str()
    assert "\n::error" not in done.stdout.str()
    assert r"\x1b[2J\x0a::error::x" in done.stdout.str()


# ---- beside other plugins ----------------------------------------------------------------------


def test_with_xdist_each_worker_collects_the_same(run):
    """In processes of their own, into which the option is carried too."""
    run("--version", configuration=BOTH)
    arguments = [*WITHOUT, "-n", "2", "--lenet-verify"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *arguments],
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "2 failed, 7 passed, 6 skipped" in done.stdout
    assert "mended by" in done.stdout


def test_it_costs_a_run_without_specs_next_to_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("test_ours.py").write_text("def test_ours(): pass\n")
    code = (
        "import sys, pytest\n"
        "assert pytest.main(['-q']) == 0\n"
        "ours = {name for name in sys.modules if name.startswith('lenet_verify')}\n"
        "assert ours == {'lenet_verify', 'lenet_verify.pytest_plugin'}, ours\n"
        "heavy = {'yaml', 'keras', 'numpy'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    code = code.replace("'-q'", ", ".join(map(repr, WITHOUT)))
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_our_own_spec_holds_and_only_where_somebody_asks(monkeypatch, capfd, pytestconfig):
    assert pytestconfig.getini("testpaths") == ["tests"]
    monkeypatch.chdir(ROOT)
    current = os.environ["PYTEST_CURRENT_TEST"]
    assert pytest.main([*WITHOUT, "-q", "spec/lenet5.yaml"]) == 0
    os.environ["PYTEST_CURRENT_TEST"] = current
    claims = len(load_spec(ROOT / "spec" / "lenet5.yaml").claims)
    assert f"{claims} passed, 1 skipped" in capfd.readouterr().out


# ---- the fixture -------------------------------------------------------------------------------

OURS = """\
import functools
import keras
import lenet_verify
import pytest
from keras import layers


def net(units=5, last="softmax"):
    stack = [keras.Input((4,)), layers.Dense(units, "tanh"), layers.Dense(3, last)]
    return keras.Sequential(stack, name="theirs")


class Ours(keras.Sequential):
    def __init__(self):
        super().__init__(net().layers)


def test_a_model(verify_architecture):
    assert verify_architecture(net(), "spec/tiny.yaml").holds


@pytest.mark.parametrize("made", [net, Ours, functools.partial(net, last="softmax")])
def test_factories(verify_architecture, made):
    verify_architecture(made, lenet_verify.load_spec("spec/tiny.yaml"))


def test_paths_from_here_or_the_root(verify_architecture, monkeypatch):
    monkeypatch.chdir("models")
    assert verify_architecture("right.keras", "spec/tiny.yaml").model == "right.keras"


def test_names(verify_architecture):
    verify_architecture("below:net", "spec/tiny.yaml", arguments={"units": 5})


def test_architectures(verify_architecture):
    verify_architecture(lenet_verify.read("models/right.keras"), "spec/tiny.yaml")


def test_deviations(verify_architecture):
    known = {"layer": "last", "fact": "activation", "accept": "linear", "reason": "logits"}
    arguments = {"last": "linear"}
    verify_architecture(net, "spec/tiny.yaml", arguments=arguments, deviations=[known])


def test_fails(verify_architecture):
    verify_architecture(net, "spec/tiny.yaml", arguments={"units": 6})


def test_no_spec(verify_architecture):
    verify_architecture(net, "spec/none.yaml")


def test_no_model(verify_architecture):
    verify_architecture(dict, "spec/tiny.yaml")


def test_no_factory(verify_architecture):
    verify_architecture(net(), "spec/tiny.yaml", arguments={"units": 6})


def test_warns(verify_architecture):
    known = {"layer": "last", "fact": "activation", "accept": "linear", "reason": "logits"}
    verify_architecture(net, "spec/tiny.yaml", deviations=[known])
"""


def test_the_fixture(run):
    Path("src").mkdir()
    Path("src/below.py").write_text(OURS.partition("class")[0])
    Path("test_ours.py").write_text(OURS)
    done = run("test_ours.py", configuration='pythonpath = ["src"]\n')
    done.assert_outcomes(passed=9, failed=4, warnings=1)
    done.stdout.fnmatch_lines([
        "*_ test_fails _*",
        "✗ Tiny: 1 fact broken",
        "*checked on net)",
        "1 edit mends 1 of 1 broken fact",
        "    ✗ units: 5 expected, 6 observed  [[]widths]  spec/tiny.yaml:9",
        "*_ test_no_spec _*",
        "spec/none.yaml:1:1: cannot be read: No such file or directory",
        "*_ test_no_model _*",
        "<class 'dict'> gave a dict, not a Keras model",
        "*_ test_no_factory _*",
        "arguments are for a factory or class, and this is a model already",
        "*PytestWarning: spec/tiny.yaml: unused-deviation: nothing deviates in activation*",
    ])  # fmt: skip
    assert "During handling" not in done.stdout.str()
    assert "fixture.py" not in done.stdout.str()


def test_the_fixture_takes_a_spec_that_ships_by_name(run):
    Path("test_ours.py").write_text(
        "import lenet_verify as lv\n"
        "def test_ours(verify_architecture):\n"
        "    network = lv.infer(lv.load_spec('paper:lenet5'))\n"
        "    assert verify_architecture(network, 'paper:lenet5').holds\n"
    )
    run("test_ours.py").assert_outcomes(passed=1)
