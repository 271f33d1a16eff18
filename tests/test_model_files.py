"""Model files at the command line: the verdict that the live model has, and nothing loaded."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

import lenet_verify as lv
from lenet_verify.cli import main
from tests import stored
from tests.conftest import LENETS
from tests.test_file_bytes import served

SPEC = str(Path(__file__).parent.parent / "spec" / "lenet5.yaml")
NOT_LOADED = "nothing in the file was loaded or run; whether it is safe to load is another matter"
MiB = 2**20

# what is at least to be said of each, with the outcome: (code, layer, fact, expected, observed)
SAID = {
    "same": ("broken", "shape", "C1", "output", "6@28x28", "6@32x32"),
    "max": ("broken", "type", "S2", "type", "AveragePooling2D", "MaxPooling2D"),
    "short": ("broken", "missing-layer", "F6", "type", "Dense", None),
    "normed": ("broken", "extra-layer", "norm", "layer", None, "BatchNormalization"),
    "relu": ("broken", "activation", "C5", "activation", "tanh", "relu"),
    "small": ("broken", "shape", "input", "output", "_@32x32", "1@28x28"),
}
BUILT = [name for name in LENETS if name != "unbuilt"]


def verdicts(text: str) -> dict[str, dict]:
    """The verdicts by model, each without the one thing that must differ."""
    document = json.loads(text)
    found = document.get("verdicts", [document])
    return {one.pop("model"): one for one in found}


@pytest.fixture(scope="module")
def judged(lenets, run_cli):
    """Every verdict on every model in every form; and the exit code of each run of one form."""
    forms = {
        "live": [f"theirs:{name}" for name in LENETS],
        "keras": [f"{name}.keras" for name in LENETS],
        "h5": [f"{name}.h5" for name in BUILT],
        "json": [f"{name}.json" for name in LENETS],
    }
    found = {}
    for models in forms.values():
        options = [option for model in models for option in ("--model", model)]
        run = run_cli(SPEC, *options, "--format", "json", cwd=lenets)
        assert (run.returncode, run.stderr) == (1, "")
        found |= verdicts(run.stdout)
    assert len(found) == 4 * len(LENETS) - 1
    return found


# ---- the same verdict, whatever the form -------------------------------------------------------


@pytest.mark.parametrize("form", ["keras", "h5", "json"])
@pytest.mark.parametrize("name", BUILT)
def test_a_file_has_the_verdict_of_its_model(judged, name, form):
    live, file = judged[f"theirs:{name}"], judged[f"{name}.{form}"]
    assert file["findings"] == live["findings"]
    assert file == live


@pytest.mark.parametrize("name", BUILT)
def test_the_verdicts_are_the_right_ones(judged, name):
    found = judged[f"{name}.keras"]
    if name == "paper":
        assert found["holds"]
        outcomes = {finding["outcome"] for finding in found["findings"]}
        assert outcomes == {"holds"}  # the compilation is in the file, too
        return
    assert not found["holds"]
    keys = ("outcome", "code", "layer", "fact", "expected", "observed")
    assert SAID[name] in [tuple(f[key] for key in keys) for f in found["findings"]]


def test_another_optimizer_is_seen_in_every_form(judged):
    for form in ("normed.keras", "normed.h5", "normed.json", "theirs:normed"):
        (seen,) = (f for f in judged[form]["findings"] if f["fact"] == "optimizer")
        assert (seen["expected"], seen["observed"]) == ("adam", "sgd")
        assert seen["outcome"] == "broken"


@pytest.mark.parametrize("form", ["keras", "h5", "json"])
@pytest.mark.parametrize(("name", "code"), [("paper", 0), ("relu", 1)])
def test_the_exit_code_of_one_file(lenets, run_cli, name, code, form):
    run = run_cli(SPEC, "--model", f"{name}.{form}", cwd=lenets)
    assert (run.returncode, run.stderr) == (code, "")
    mark = "✗" if code else "✓"
    assert run.stdout.startswith(f"{mark} LeNet-5: ")
    assert NOT_LOADED in run.stdout
    assert run.memory < 256 * MiB  # no framework


def test_a_file_of_weights_alone_is_no_model(lenets, run_cli, tmp_path):
    weights = stored.unpacked(lenets / "paper.keras")[1]
    (tmp_path / "paper.weights.h5").write_bytes(weights)
    run = run_cli(SPEC, "--model", "paper.weights.h5", cwd=tmp_path)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == (
        "paper.weights.h5: it holds weights alone, no model_config; "
        "save the whole model with model.save(…)\n"
    )


def test_static_changes_nothing(lenets, run_cli):
    for name in ("paper.keras", "same.h5", "relu.json"):
        plain = run_cli(SPEC, "--model", name, cwd=lenets)
        static = run_cli(SPEC, "--static", "--model", name, cwd=lenets)
        assert plain.returncode == static.returncode == (0 if name == "paper.keras" else 1)
        assert plain.stdout == static.stdout


def test_an_unbuilt_sequential_is_read_on_the_specs_input(judged, lenets, run_cli):
    for form in ("keras", "json"):
        live = [(f["outcome"], f["observed"]) for f in judged["theirs:unbuilt"]["findings"]]
        file = [(f["outcome"], f["observed"]) for f in judged[f"unbuilt.{form}"]["findings"]]
        assert file == live
        run = run_cli(SPEC, "--model", f"unbuilt.{form}", "--format", "markdown", cwd=lenets)
        assert run.returncode == 0
        assert "the model declares no input shape; it was read on the spec's" in run.stdout
    outcomes = {(f["fact"], f["outcome"]) for f in judged["unbuilt.keras"]["findings"]}
    assert ("optimizer", "skipped") in outcomes
    assert {outcome for _, outcome in outcomes} == {"holds", "skipped"}


def test_an_unbuilt_sequential_without_a_spec_has_no_shapes(lenets, run_cli):
    run = run_cli("show", "unbuilt.keras", cwd=lenets)
    assert run.returncode == 0
    assert "the model declares no input shape" in run.stdout


def test_show_is_the_same_of_every_form(lenets, run_cli):
    shown = []
    for form in ("keras", "h5", "json"):
        first, *rest = run_cli("show", f"same.{form}", cwd=lenets).stdout.splitlines()
        assert first == f"theirs (same.{form})"
        shown.append(rest)
    assert shown[0] == shown[1] == shown[2]
    assert "6@32x32" in shown[0][3]


def test_the_api_reads_files(lenets):
    spec = lv.load_spec(SPEC)
    for form in ("keras", "h5"):
        path = lenets / f"paper.{form}"
        plain, held = lv.read(path), lv.read(str(path), weights=True)
        assert lv.check(spec, plain).holds
        assert lv.check(spec, held).holds
        assert [layer.weights for layer in plain.layers] == [None] * 9
        weights = {layer.name: layer.weights for layer in held.layers if layer.weights}
        assert sorted(weights["C1"]) == [(5, 5, 1, 6), (6,)]
        assert set(weights) == {"C1", "C3", "C5", "F6", "output"}


# ---- reports -----------------------------------------------------------------------------------


def test_reports_are_named_after_spec_and_file(lenets, run_cli, tmp_path):
    models = [option for name in ("paper.keras", "same.h5", "max.json") for option in
              ("--model", str(lenets / name))]  # fmt: skip
    run = run_cli(SPEC, *models, "--out", "out", cwd=tmp_path)
    assert run.returncode == 1
    names = {path.name for path in (tmp_path / "out").iterdir()}
    stems = {re.sub(r"\.(md|html|dot|figure\.svg|svg|png)$", "", name) for name in names}
    assert len(stems) == 3
    for stem, name in zip(sorted(stems), ("max.json", "paper.keras", "same.h5"), strict=True):
        assert stem.startswith("lenet5--")
        assert stem.endswith(name)
        report = (tmp_path / "out" / f"{stem}.md").read_text()
        assert report.startswith("# ✓" if name == "paper.keras" else "# ✗")
        assert f"{NOT_LOADED[0].upper()}{NOT_LOADED[1:]}." in report
        assert "by inference alone" in report
        assert "keras 3" not in report  # no version of what took no part


def test_a_model_in_the_folder_has_a_short_name(lenets, run_cli, tmp_path):
    (tmp_path / "paper.keras").write_bytes((lenets / "paper.keras").read_bytes())
    run = run_cli(SPEC, "--model", str(tmp_path / "paper.keras"), "--out", "out", cwd=tmp_path)
    assert run.returncode == 0
    names = {"lenet5--paper.keras.md", "lenet5--paper.keras.dot", "lenet5--paper.keras.svg"}
    assert names <= {path.name for path in (tmp_path / "out").iterdir()}
    text = (tmp_path / "out" / "lenet5--paper.keras.md").read_text()
    assert "Checked: `paper.keras`, by inference alone, against `" in text
    assert str(tmp_path) not in text  # no report names this machine


def test_a_report_on_a_file_is_the_same_bytes_each_time(lenets, run_cli):
    runs = [
        run_cli(SPEC, "--model", "same.h5", "--format", "markdown", cwd=lenets, env=env).stdout
        for env in ({"PYTHONHASHSEED": "1"}, {"PYTHONHASHSEED": "2", "LANG": "C", "TZ": "UTC-9"})
    ]
    assert runs[0] == runs[1]


def test_no_report_on_a_file_unless_asked_for(lenets, run_cli):
    before = set(lenets.iterdir())
    run_cli(SPEC, "--model", "paper.keras", cwd=lenets)
    assert set(lenets.iterdir()) == before


# ---- what is not installed ---------------------------------------------------------------------

BLOCKER = """\
import sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {names!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Blocker())
"""
FRAMEWORKS = ("keras", "tensorflow", "jax", "torch", "h5py", "numpy", "tf_keras", "fsspec")


@pytest.fixture
def without(tmp_path):
    """An environment in which libraries are not installed."""

    def environment(*names):
        folder = tmp_path / "without"
        folder.mkdir(exist_ok=True)
        (folder / "sitecustomize.py").write_text(BLOCKER.format(names=names))
        return {"PYTHONPATH": str(folder)}

    return environment


def test_files_are_read_where_nothing_is_installed(lenets, run_cli, without):
    env = without(*FRAMEWORKS)
    live = run_cli(SPEC, "--model", "theirs:paper", cwd=lenets, env=env)
    assert live.returncode == 2  # so that the blocker is known to work
    assert "No module named 'keras'" in live.stderr or "keras" in live.stderr
    for name, code in {"paper.keras": 0, "paper.json": 0, "same.keras": 1, "same.json": 1}.items():
        run = run_cli(SPEC, "--model", name, cwd=lenets, env=env)
        assert (run.returncode, run.stderr) == (code, "")
        assert run_cli("show", name, cwd=lenets, env=env).returncode == 0


def test_h5_without_h5py_names_the_extra(lenets, run_cli, without):
    env = without(*FRAMEWORKS)
    for arguments in ((SPEC, "--model", "paper.h5"), ("show", "paper.h5")):
        run = run_cli(*arguments, cwd=lenets, env=env)
        assert (run.returncode, run.stdout) == (2, "")
        (line,) = run.stderr.splitlines()
        assert "h5py" in line
        assert "lenet-verify[hdf5]" in line


def test_weights_without_h5py_name_the_extra(lenets, run_cli, without):
    run = run_cli(SPEC, "--weights", "--model", "paper.keras", cwd=lenets, env=without("h5py"))
    assert (run.returncode, run.stdout) == (2, "")
    (line,) = run.stderr.splitlines()
    assert "lenet-verify[hdf5]" in line


@pytest.mark.parametrize("missing", ["fsspec", "aiohttp"])
def test_a_url_without_fsspec_names_the_extra(lenets, run_cli, without, missing):
    url = "http://127.0.0.1:9/paper.keras"
    run = run_cli(SPEC, "--model", url, cwd=lenets, env=without(missing))
    assert (run.returncode, run.stdout) == (2, "")
    (line,) = run.stderr.splitlines()
    assert missing in line
    assert "lenet-verify[remote]" in line


def test_a_file_url_needs_no_fsspec(lenets, run_cli, without):
    url = (lenets / "paper.keras").as_uri()
    run = run_cli(SPEC, "--model", url, cwd=lenets, env=without(*FRAMEWORKS))
    assert (run.returncode, run.stderr) == (0, "")


def test_no_file_brings_a_framework_in(lenets):
    """Nor the libraries that .h5 and URLs alone need."""
    code = (
        "import sys; from lenet_verify.cli import main; "
        f"print(main([{SPEC!r}, '--static', '--model', 'paper.keras', '--model', 'same.json', "
        "'--model', 'same.h5', '--weights']), *sorted(sys.modules), file=sys.stderr)"
    )
    import subprocess

    run = subprocess.run(
        [sys.executable, "-c", code], cwd=lenets, capture_output=True, text=True, check=True
    )
    code, *modules = run.stderr.split()
    assert code == "1"
    assert not {"asyncio", *FRAMEWORKS} & set(modules)


# ---- URLs --------------------------------------------------------------------------------------


def large_keras(path: Path, config: str) -> None:
    """An archive whose weights are 5 GiB, of which the disk holds next to nothing."""
    import zipfile

    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", '{"keras_version": "3.15.1"}')
        archive.writestr("config.json", config)
        info = zipfile.ZipInfo("model.weights.h5")
        info.file_size = info.compress_size = 5 * 2**30
        info.CRC, info.header_offset = 0, archive.fp.tell()
        header = info.FileHeader(zip64=True)
        archive.fp.write(header)
        archive.start_dir = info.header_offset + len(header) + info.file_size
        archive.filelist.append(info)
        archive.NameToInfo[info.filename] = info
        archive._didModify = True
        archive.fp.seek(archive.start_dir)


def large_h5(path: Path, config: str) -> None:
    """The same as HDF5."""
    h5py = pytest.importorskip("h5py")
    made = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    made.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    made.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = config
        file.attrs["training_config"] = json.dumps(json.loads(config)["compile_config"])
        group = file.create_group("model_weights/conv/conv")
        space = h5py.h5s.create_simple((5, 2**28))
        h5py.h5d.create(group.id, b"kernel", h5py.h5t.NATIVE_FLOAT, space, made)


@pytest.fixture(scope="module")
def large(lenets, tmp_path_factory):
    """Models of 5 GiB, and what the small ones of the same architecture are told as."""
    folder = tmp_path_factory.mktemp("large")
    config = json.dumps(stored.unpacked(lenets / "same.keras")[0])
    large_keras(folder / "large.keras", config)
    large_h5(folder / "large.h5", config)
    for path in folder.iterdir():
        assert path.stat().st_size > 5 * 2**30
    yield folder
    for path in folder.iterdir():
        path.unlink()


@pytest.mark.parametrize("form", ["keras", "h5"])
def test_a_url_is_read_in_small_parts(large, lenets, run_cli, form):
    local = run_cli(SPEC, "--model", f"same.{form}", "--format", "json", cwd=lenets)
    shown = run_cli("show", f"same.{form}", cwd=lenets)
    with served(large / f"large.{form}") as (url, server):
        url = url.replace("x.keras", f"x.{form}")
        run = run_cli(SPEC, "--model", url, "--format", "json")
        assert (run.returncode, run.stderr) == (1, "")
        assert verdicts(run.stdout)[url] == verdicts(local.stdout)[f"same.{form}"]
        assert server.sent < 200_000
        assert run.memory < 256 * MiB
        run = run_cli("show", url)
        assert (run.returncode, run.stderr) == (0, "")
        assert run.stdout == shown.stdout.replace(f"same.{form}", url)
        assert server.sent < 400_000


@pytest.mark.parametrize("form", ["keras", "h5"])
def test_a_large_file_costs_nothing(large, run_cli, form):
    for where in (str(large / f"large.{form}"), (large / f"large.{form}").as_uri()):
        run = run_cli(SPEC, "--model", where)
        assert (run.returncode, run.stderr) == (1, "")
        assert run.memory < 256 * MiB
        assert run.seconds < 5


def test_a_report_on_a_url_names_no_secret(lenets, run_cli, tmp_path):
    with served(lenets / "paper.keras") as (url, _):
        secret = url.replace("http://", "http://me:pass-word@") + "?signature=se-cret#fragment"
        for options in ([], ["--format", "json"], ["--format", "markdown"], ["--out", "out"]):
            run = run_cli(SPEC, "--model", secret, *options, cwd=tmp_path)
            assert run.returncode == 0
            assert "checked on 1 model" not in run.stdout  # a query is no pattern
            for text in (run.stdout, run.stderr):
                assert "pass-word" not in text
                assert "se-cret" not in text
    written = list((tmp_path / "out").iterdir())
    assert written
    for path in written:
        assert not re.search(rb"pass-word|se-cret", path.read_bytes())
        assert not re.search(r"pass-word|se-cret", path.name)


def test_a_url_that_fails_is_one_line(run_cli, lenets):
    with served(lenets / "paper.keras", "404") as (url, _):
        for arguments in ((SPEC, "--model", url), ("show", url)):
            run = run_cli(*arguments)
            assert (run.returncode, run.stdout) == (2, "")
            assert run.stderr == f"{url}: there is no such file\n"


# ---- what is no model --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("missing.keras", "missing.keras: there is no such file"),
        ("missing.h5", "missing.h5: there is no such file"),
        ("missing", "missing: there is no such file"),
        ("folder.keras", "folder.keras: this is a directory; give a .keras, .h5 or .json file"),
        ("empty.keras", "empty.keras: this is empty, not a .keras archive; download the file"),
        ("layer.json", "layer.json: a Dense is a layer, not a model"),
        ("list.json", "list.json: the model must be an object with a class_name, not a list"),
        ("nameless.json", "nameless.json: the name of layer 1 must be a text, not an empty one"),
        ("text.json", "text.json: this is of a kind that is not known, not a JSON text"),
        ("json.keras", "json.keras: this is a JSON text, not a .keras archive; name it .json"),
    ],
)
def test_what_is_no_model_is_one_line(tmp_path, monkeypatch, capfd, given, said):
    monkeypatch.chdir(tmp_path)
    Path("folder.keras").mkdir()
    Path("empty.keras").touch()
    Path("layer.json").write_text(json.dumps(stored.layer("Dense", "d", units=3)))
    Path("list.json").write_text("[]")
    nameless = stored.layer("Dense", "", units=3)
    Path("nameless.json").write_text(json.dumps(stored.sequential([nameless])))
    Path("text.json").write_text('"a text"')
    Path("json.keras").write_text("{}")
    for arguments in ([SPEC, "--model", given], ["show", given]):
        assert main(arguments) == 2
        out, err = capfd.readouterr()
        assert out == ""
        assert err.startswith(said)
        assert err.count("\n") == 1


def test_a_file_without_a_suffix_is_known_by_its_content(lenets, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    for form in ("keras", "h5", "json"):
        Path("model").write_bytes((lenets / f"paper.{form}").read_bytes())
        assert main([SPEC, "--model", "model"]) == 0
    capfd.readouterr()
