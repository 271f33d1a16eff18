"""Many model files at once: a line each in order, whatever becomes of the others."""

from __future__ import annotations

import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from fcntl import ioctl
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import lenet_verify as lv
from lenet_verify import many, verify
from lenet_verify.cli import main
from lenet_verify.readers import model_file
from tests import stored

NOT_LOADED = "nothing in the file was loaded or run; whether it is safe to load is another matter"

CLAIMS = """\
format: 1
title: t
claims:
- {id: units, why: x, expect: {d: {units: 3}}}
- {id: how, why: x, expect: {model: {loss: mse}}}
"""


def net(units=3, loss="mse", shared=7):
    """A Sequential of one Dense, compiled; `shared` is where Keras had an object in memory."""
    dtype = {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"},
             "registered_name": None, "shared_object_id": shared}  # fmt: skip
    dense = stored.layer("Dense", "d", units=units, dtype=dtype)
    model = stored.sequential([stored.given("x", 4), dense])
    if loss:
        model["compile_config"] = {"optimizer": "adam", "loss": loss, "metrics": None}
    return model


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder to be in, with good, broken and unreadable files; only one of them is compiled."""
    monkeypatch.chdir(tmp_path)
    Path("spec.yaml").write_text(CLAIMS)
    Path("models/deep").mkdir(parents=True)
    files = {"a": net(), "b": net(units=4), "d": net(loss="mae"), "e": net(loss=None)}
    for name, model in files.items():
        Path(f"models/{name}.keras").write_bytes(stored.archive(model))
    Path("models/c.keras").write_bytes(stored.archive(net())[:100])
    Path("models/deep/f.keras").write_bytes(stored.archive(net()))
    Path("models/g.json").write_text(json.dumps(net()))
    return tmp_path


@pytest.fixture
def run(capfd):
    """Runs the command line in this process: its exit code, and both streams."""

    def run(*arguments):
        code = main(arguments)
        return code, *capfd.readouterr()

    return run


LINES = f"""\
t (spec.yaml), checked on 5 models
  {NOT_LOADED}

✓ models/a.keras  every claim holds
✗ models/b.keras  1 fact broken: d units: 3 expected, 4 observed
! models/c.keras  cannot be read
✗ models/d.keras  1 fact broken: model loss: mse expected, mean_absolute_error observed
✓ models/e.keras  every claim holds

2 of 5 hold, 2 do not, 1 cannot be read
"""


def test_a_line_each_in_order(folder, run):
    code, out, err = run("spec.yaml", "--model", "models/*.keras")
    assert code == 2
    assert re.sub(r"\(their d\) |\(d\) ", "", out) == LINES
    (line,) = err.splitlines()
    assert line.startswith("models/c.keras: ")


@pytest.mark.parametrize(
    ("pattern", "code", "last"),
    [
        ("models/[ae].keras", 0, "2 of 2 hold"),
        ("models/?.json", 0, "1 of 1 hold"),
        ("models/[ab].keras", 1, "1 of 2 hold, 1 does not"),
        ("models/[ac].keras", 2, "1 of 2 hold, 1 cannot be read"),
        ("models/**/*.keras", 2, "3 of 6 hold, 2 do not, 1 cannot be read"),
        ("**/f.keras", 0, "1 of 1 hold"),
        ("models/[ae].*", 0, "2 of 2 hold"),
    ],
)
def test_exit_codes_and_summaries(folder, run, pattern, code, last):
    found, out, _ = run("spec.yaml", "--model", pattern)
    assert (found, out.splitlines()[-1]) == (code, last)


def test_no_file_fits(folder, run):
    code, out, err = run("spec.yaml", "--model", "models/*.h5")
    assert (code, out) == (2, "")
    assert err == "models/*.h5: no file fits this pattern\n"


def test_a_pattern_that_the_shell_has_spelt_out(folder, run_cli):
    run = run_cli("spec.yaml", "--model", "models/a.keras", "models/b.keras", cwd=folder)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == (
        "models/b.keras is a model, not a spec: name each with --model, or put a pattern in "
        "quotes, as in --model 'models/*.keras'\n"
    )


def test_characters_of_patterns_in_the_name_of_a_file(folder, run):
    """A file that is there is meant itself."""
    for name in ("m[1].keras", "m*.keras", "m?.keras"):
        Path(name).write_bytes(stored.archive(net()))
    Path("m1.keras").write_bytes(stored.archive(net(units=4)))
    for name in ("m[1].keras", "m*.keras", "m?.keras"):
        code, out, _ = run("spec.yaml", "--model", name, "--format", "json")
        assert code == 0
        assert json.loads(out)["model"] == name
    assert run("spec.yaml", "--model", "m[1]*.keras")[0] == 1


def test_the_other_formats_say_it_all(folder, run):
    code, out, err = run("spec.yaml", "--model", "models/*.keras", "--format", "json")
    assert code == 2
    found = json.loads(out)["verdicts"]
    assert [one["model"] for one in found] == [f"models/{n}.keras" for n in "abde"]
    assert [one["holds"] for one in found] == [True, False, False, True]
    assert err.count("\n") == 1
    code, out, err = run("spec.yaml", "--model", "models/*.keras", "--format", "markdown")
    assert code == 2
    assert out.count(f"{NOT_LOADED[0].upper()}{NOT_LOADED[1:]}.") == 4
    assert out.count("\n# ") + out.startswith("# ") == 4


def test_reports_on_each(folder, run):
    code, out, err = run("spec.yaml", "--model", "models/*.keras", "--out", "out")
    assert code == 2
    assert out.endswith("\n2 of 5 hold, 2 do not, 1 cannot be read\n")
    reports = {path.name for path in Path("out").glob("*.md")}
    assert reports == {f"spec--models-{name}.keras.md" for name in "abde"}
    assert err.count("wrote ") == 4


def test_several_specs(folder, run):
    Path("other.yaml").write_text(CLAIMS.replace("units: 3", "units: 4"))
    code, out, _ = run("spec.yaml", "other.yaml", "--model", "models/[abd].keras")
    assert code == 1
    first, second = out.split("t (other.yaml)")
    assert "1 of 3 hold, 2 do not" in first
    assert "1 of 3 hold, 2 do not" in second
    assert "✓ models/a.keras" in first
    assert "✓ models/b.keras" in second


def test_patterns_and_names_together(folder, run):
    code, out, _ = run("spec.yaml", "--model", "models/g.json", "--model", "models/[ab].keras")
    assert code == 1
    names = re.findall(r"^[✓✗!] (\S+)", out, re.MULTILINE)
    assert names == ["models/g.json", "models/a.keras", "models/b.keras"]


def test_names_of_files_from_strangers_do_nothing(folder, run):
    for name in ("\n::error::x.keras", "\x1b[2J.keras", "[b](u).keras"):
        Path("models", name).write_bytes(stored.archive(net()))
    Path("models", "\x1b[3J.keras").write_bytes(b"")
    _, out, err = run("spec.yaml", "--model", "models/*.keras")
    assert out.endswith("\n5 of 9 hold, 2 do not, 2 cannot be read\n")
    for text in (out, err):
        assert "\x1b" not in text
        assert not any(line.lstrip().startswith("::") for line in text.splitlines())


def test_folders_that_fit_are_left_out(folder, run):
    Path("models/z.keras").mkdir()
    _, out, _ = run("spec.yaml", "--model", "models/*.keras")
    assert out.endswith("2 of 5 hold, 2 do not, 1 cannot be read\n")


# ---- how far it is -----------------------------------------------------------------------------


def slowly(folder):
    """A command that takes a moment for each file, and always several processes' time."""
    script = folder / "slow.py"
    script.write_text(
        "import sys, time\n"
        "from lenet_verify import cli, verify\n"
        "attempt = verify.attempt\n"
        "def slow(*arguments):\n"
        "    time.sleep(0.4)\n"
        "    return attempt(*arguments)\n"
        "verify.attempt = slow\n"
        "sys.exit(cli.main(['spec.yaml', '--model', 'models/*.keras']))\n"
    )
    return [sys.executable, "-P", str(script)]


def test_a_bar_on_a_terminal_and_nowhere_else(folder):
    parent, child = pty.openpty()
    ioctl(child, termios.TIOCSWINSZ, struct.pack("4H", 24, 80, 0, 0))
    with Path("out").open("w") as file:
        done = subprocess.Popen(slowly(folder), cwd=folder, stdout=file, stderr=child)
    os.close(child)
    seen = b""
    while True:
        try:
            part = os.read(parent, 4096)
        except OSError:  # how a terminal of Linux ends
            break
        if not part:
            break
        seen += part
    os.close(parent)
    assert done.wait() == 2
    out = Path("out").read_text()
    assert b"/5 [" in seen
    assert b"models/c.keras: " in seen
    assert "/5 [" not in out
    assert re.sub(r"\(their d\) |\(d\) ", "", out) == LINES


def test_no_bar_where_there_is_no_terminal(folder):
    done = subprocess.run(slowly(folder), cwd=folder, capture_output=True, encoding="utf-8")
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("models/c.keras: ")


# ---- several processes -------------------------------------------------------------------------

FORCED = """\
import multiprocessing, os, sys
from lenet_verify import cli, many
start, folder, *arguments = sys.argv[1:]
if __name__ == "__main__":
    os.chdir(folder)
    if start != "alone":
        # from the second on, all is worth a process
        many._TRIED_FOR, many._WORTH, many.cores = -1, -1, lambda: 3
        multiprocessing.get_all_start_methods = lambda: [start]
        side_by_side = many._side_by_side
        def told(*given):
            print("side by side", file=sys.stderr)
            return side_by_side(*given)
        many._side_by_side = told
    sys.exit(cli.main(arguments))
"""


def forced(folder, start, *arguments):
    script = folder / "forced.py"
    script.write_text(FORCED)
    done = subprocess.run(
        [sys.executable, "-P", script, start, folder, *arguments],
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    errors = done.stderr.splitlines()
    assert ("side by side" in errors) is (start != "alone"), done.stderr
    return done.returncode, done.stdout, [line for line in errors if line != "side by side"]


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_several_processes_say_the_same(folder, start):
    for number in range(40):
        model = net(units=2 + number % 3, loss="mae" if number % 5 == 0 else "mse")
        data = stored.archive(model)
        Path(f"models/n{number:02}.keras").write_bytes(data[:50] if number % 7 == 0 else data)
    Path("other.yaml").write_text(CLAIMS.replace("units: 3", "units: 4"))
    arguments = ("spec.yaml", "other.yaml", "--model", "models/*.keras")
    alone = forced(folder, "alone", *arguments)
    assert forced(folder, start, *arguments) == alone
    assert alone[0] == 2
    assert len(alone[2]) == 2 * 7  # each unreadable file, by each spec


def test_what_a_worker_that_dies_leaves_is_done(folder):
    """Whatever ends it: the run did not decide, and says so."""
    script = folder / "dying.py"
    script.write_text(
        FORCED.replace(
            "    sys.exit(",
            "    from lenet_verify import verify\n"
            "    def dies(report):\n"
            "        return line(report) if os.getpid() == parent else os._exit(9)\n"
            "    verify.line = dies\n"
            "    sys.exit(",
        ).replace(
            "    os.chdir(folder)\n",
            "    os.chdir(folder)\n    parent = os.getpid()\n"
            "    from lenet_verify.verify import line\n",
        )
    )
    done = subprocess.run(
        [sys.executable, "-P", script, "fork", folder, "spec.yaml", "--model", "models/[abde].*"],
        capture_output=True, encoding="utf-8", check=False, timeout=60,
    )  # fmt: skip
    # this process does what is left
    assert (done.returncode, done.stderr) == (1, "side by side\n")
    assert done.stdout.count("models/") == 4
    assert done.stdout.endswith("2 of 4 hold, 2 do not\n")


def test_a_fault_of_ours_in_one_process_is_one_line(folder, run, monkeypatch):
    def fails(*_):
        raise ZeroDivisionError("made up")

    monkeypatch.setattr(verify, "verify", fails)
    code, out, err = run("spec.yaml", "--model", "models/*.keras")
    assert (code, out) == (2, "")
    assert err == (
        "lenet-verify: internal error: ZeroDivisionError: made up (--debug shows more)\n"
    )


def test_results_keep_the_order_of_the_tasks(monkeypatch):
    monkeypatch.setattr(many, "_TRIED_FOR", -1)
    monkeypatch.setattr(many, "_WORTH", -1)
    monkeypatch.setattr(many, "cores", lambda: 3)
    tasks = list(range(50))
    assert list(many.each(tasks, str, what="task")) == [str(task) for task in tasks]
    assert list(many.each(tasks, str, what="task", alone=True)) == [str(task) for task in tasks]
    assert list(many.each([], str, what="task")) == []


def test_three_hundred_files_of_different_configs(folder, run):
    Path("wide").mkdir()
    for number in range(1, 301):
        Path(f"wide/{number:03}.keras").write_bytes(stored.archive(net(units=number)))
    code, out, err = run("spec.yaml", "--model", "wide/*.keras")
    assert (code, err) == (1, "")
    assert out.endswith("\n1 of 300 hold, 299 do not\n")
    lines = re.findall(r"^([✓✗]) wide/(\d+)\.keras  (.*)$", out, re.MULTILINE)
    assert [int(number) for _, number, _ in lines] == list(range(1, 301))
    for mark, number, text in lines:
        assert mark == ("✓" if number == "003" else "✗")
        assert number == "003" or text.endswith(f"3 expected, {int(number)} observed")


# ---- what is known from the file before --------------------------------------------------------

MODELS = st.tuples(
    st.sampled_from([3, 4]),
    st.sampled_from(["mse", "mae", None]),
    st.sampled_from([7, 8]),
    st.sampled_from(["none", "right", "wrong"]),
    st.sampled_from(["keras", "json"]),
)


@pytest.fixture(scope="module")
def weights():
    """The weights of a Dense of three, and of four units, on four."""
    h5py = pytest.importorskip("h5py")
    import io

    found = {}
    for units in (3, 4):
        held = io.BytesIO()
        with h5py.File(held, "w") as file:
            file["layers/dense/vars/0"] = [[0.0] * units] * 4
            file["layers/dense/vars/1"] = [0.0] * units
        found[units] = held.getvalue()
    return found


def written(path, model, weights):
    units, loss, shared, kept, form = model
    config = net(units, loss, shared)
    if form == "json":
        path.with_suffix(".json").write_text(json.dumps(config))
        return str(path.with_suffix(".json"))
    held = {"none": None, "right": weights[units], "wrong": weights[7 - units]}[kept]
    path.with_suffix(".keras").write_bytes(stored.archive(config, held))
    return str(path.with_suffix(".keras"))


def expected(model):
    """What is to be found of a model: units, loss, and with weights whether they fit."""
    units, loss, _, kept, form = model
    how = {"mse": "holds", "mae": "broken", None: "skipped"}[loss]
    fit = (
        "unknown"
        if form == "json" or kept == "none"
        else {"right": "holds", "wrong": "broken"}[kept]
    )
    return ("holds" if units == 3 else "broken", how, fit)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(models=st.lists(MODELS, min_size=2, max_size=12), asked=st.booleans())
def test_no_file_has_the_verdict_of_another(tmp_path, weights, models, asked):
    """Files of one config are read once; whatever differs must be seen all the same."""
    (tmp_path / "spec.yaml").write_text(CLAIMS)
    spec = lv.load_spec(str(tmp_path / "spec.yaml"))
    options = verify.Options(weights=asked)
    for number, model in enumerate(models):
        path = written(tmp_path / f"m{number % 3}", model, weights)
        (report,) = verify.verify(spec, path, options)
        found = {(f.claim, f.fact): f.outcome.value for f in report.verdict.findings}
        units, how, fit = expected(model)
        assert found["units", "units"] == units
        assert found["how", "loss"] == how
        assert found.get((None, "weights")) == (fit if asked else None)
        assert report.verdict.model == path


def test_one_config_is_read_once(folder, run, monkeypatch):
    """So that what is above proves something: where an object was in memory makes no difference."""
    read = []
    anew = model_file._read_anew
    monkeypatch.setattr(model_file, "_known", {})
    monkeypatch.setattr(model_file, "_read_anew", lambda *given: read.append(given) or anew(*given))
    Path("same").mkdir()
    for number in range(20):
        Path(f"same/{number:02}.keras").write_bytes(stored.archive(net(shared=number)))
    code, out, _ = run("spec.yaml", "--model", "same/*.keras")
    assert (code, len(read)) == (0, 1)
    assert out.endswith("\n20 of 20 hold\n")


def test_no_more_is_kept_than_a_few(folder, monkeypatch):
    monkeypatch.setattr(model_file, "_known", {})
    for number in range(1, 30):
        Path("one.json").write_text(json.dumps(net(units=number)))
        lv.read("one.json")
    assert len(model_file._known) <= 8


def test_a_file_that_changes_is_read_anew(folder, run):
    path = Path("one.keras")
    for units, code in ((3, 0), (4, 1), (3, 0)):
        path.write_bytes(stored.archive(net(units=units)))
        assert run("spec.yaml", "--model", "one.keras")[0] == code


def test_the_input_of_a_spec_is_part_of_what_is_known(folder, run):
    """An unbuilt Sequential has other shapes by each spec."""
    Path("unbuilt.json").write_text(
        json.dumps(stored.sequential([stored.layer("Dense", "d", units=3)]))
    )
    layers = "layers: {d: {type: Dense, units: 3}}\n"
    for side, params in ((4, 15), (5, 18)):
        claim = f"claims: [{{id: a, why: x, expect: {{d: {{params: {params}}}}}}}]\n"
        Path(f"on{side}.yaml").write_text(f"format: 1\ntitle: t\ninput: {side}\n{layers}{claim}")
    assert run("on4.yaml", "on5.yaml", "--model", "unbuilt.json")[0] == 0
    assert run("on5.yaml", "on4.yaml", "--model", "unbuilt.*")[0] == 0


def test_exact_is_part_of_what_is_known(folder):
    """A verdict with rewrites is not handed to a run without."""
    layers = [
        stored.given("x", 4),
        stored.layer("Dense", "d", units=3),
        stored.layer("Activation", "act", activation="tanh"),
    ]
    Path("tanh.json").write_text(json.dumps(stored.sequential(layers)))
    claim = "{id: a, why: x, expect: {d: {activation: tanh}}}"
    Path("tanh.yaml").write_text(f"format: 1\ntitle: t\nclaims: [{claim}]\n")
    spec = lv.load_spec("tanh.yaml")
    for exact in (False, True, False):
        (report,) = verify.verify(spec, "tanh.json", verify.Options(exact=exact))
        assert report.verdict.holds is not exact
