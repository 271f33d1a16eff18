"""Where output goes, and where it comes from: nothing is lost, mixed, picked up or made to differ.

Cases 29 and 31 to 35 of the project's list of hostile inputs.
"""

from __future__ import annotations

import json
import os
import random
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from lenet_verify.errors import OutputError
from lenet_verify.files import write_files

COMMAND = Path(sys.executable).with_name("lenet-verify")
SPEC = """\
format: 1
title: Réseau × 日本
sources: {paper: {title: Étude, authors: [Léon]}}
input: 4
layers:
  a: {type: Dense, units: 3, activation: tanh}
  b: {type: Dense, units: 2}
claims:
  - {id: one, source: paper, quote: “trois” unités, expect: {a: {units: 3}, model: {params: 23}}}
  - {id: two, why: «zwei», expect: {b: {units: 2}}}
  - {id: three, why: ‹drei›, unchecked: data}
"""
BAD = SPEC.replace("type: Dense", "type: Densé").replace("paper,", "papier,")
FORMATS = ("text", "json", "markdown")

# Several commands in one process, since Keras takes seconds to load. For each, the streams go
# to files or to a place named; an engine may stand in for Graphviz; a file size may be limited.
DRIVER = """\
import contextlib, json, os, resource, sys
from pathlib import Path
from lenet_verify import pictures
from lenet_verify.cli import main

own_engine = pictures._ENGINE
pictures._installed_dot = lambda: None
for name, job in json.loads(Path(sys.argv[1]).read_text()).items():
    for descriptor, stream in ((1, "out"), (2, "err")):
        if job.get(stream) == "closed pipe":
            reader, file = os.pipe()
            os.close(reader)
        else:
            file = os.open(job.get(stream, f"{name}.{stream}"), os.O_WRONLY | os.O_CREAT)
        os.dup2(file, descriptor)
        os.close(file)
    sys.stdout, sys.stderr = (open(d, "w", closefd=False) for d in (1, 2))
    pictures._ENGINE = Path(job["engine"]).absolute() if "engine" in job else own_engine
    seconds = job.get("seconds", pictures.TIMEOUT)
    pictures.LayoutEngine.lay_out.__defaults__ = (pictures.FORMATS, seconds)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (job.get("size", hard), hard))
    code = main(job["arguments"])
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):
            stream.close()
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    Path(f"{name}.code").write_text(str(code))
"""
ENGINES = {
    "missing": 'sys.stdout.write(\'{"missing": "no pygraphviz"}\\n\')',
    "hanging": "time.sleep(600)",
    "crashing": "os.abort()",
    "failing": "sys.exit(3)",
    "raving": "sys.stdout.write('<svg')",
}


def drive(folder: Path, jobs: Mapping[str, Any], env: Mapping[str, str]) -> None:
    (folder / "jobs.json").write_text(json.dumps(jobs))
    subprocess.run(
        [sys.executable, "-c", DRIVER, "jobs.json"],
        cwd=folder,
        env={**os.environ, **env},
        check=True,
    )


def contents(folder: Path, *patterns: str) -> dict[str, bytes]:
    found = {path for pattern in patterns or ("*",) for path in folder.glob(pattern)}
    return {path.name: path.read_bytes() for path in sorted(found) if path.is_file()}


@pytest.fixture(scope="module")
def usual(tmp_path_factory):
    """A good run, and then one for each thing that can go wrong, in one process."""
    folder = tmp_path_factory.mktemp("usual")
    (folder / "s.yaml").write_text(SPEC, encoding="utf-8")
    for name, script in ENGINES.items():
        engine = "import os, sys, time\nsys.stdin.read()\n" + script + "\n"
        (folder / f"{name}.py").write_text(engine)
    for name in ("limited", "folder", "stale"):
        (folder / name).mkdir()
        (folder / name / "s.md").write_text("old")
    (folder / "folder" / "s.svg").mkdir()
    (folder / "stale" / "s.png").write_bytes(b"old")
    jobs: dict[str, Any] = {kind: {"arguments": ["s.yaml", "--format", kind]} for kind in FORMATS}
    jobs |= {
        name: {"arguments": ["s.yaml", "--out", f"with-{name}"], "engine": f"{name}.py"}
        for name in ENGINES
    }
    jobs["hanging"]["seconds"] = 1.0
    jobs["stale"] = {"arguments": ["s.yaml", "--out", "stale"], "engine": "missing.py"}
    jobs["limited"] = {"arguments": ["s.yaml", "--out", "limited"], "size": 3000}
    jobs["folder"] = {"arguments": ["s.yaml", "--out", "folder"]}
    jobs["nowhere"] = {"arguments": ["s.yaml", "--out", "/proc/nowhere"]}
    jobs["full"] = {"arguments": ["s.yaml"], "out": "/dev/full"}
    jobs["closed"] = {"arguments": ["s.yaml"], "out": "closed pipe"}
    drive(folder, jobs, {"TZ": "UTC", "PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8"})
    return folder


def outcome(folder: Path, job: str) -> tuple[str, list[str]]:
    """A job's exit code, and its lines on standard error."""
    lines = (folder / f"{job}.err").read_text(encoding="utf-8").splitlines()
    return (folder / f"{job}.code").read_text(), lines


# ---- case 29: what lies about ------------------------------------------------------------------

PLANTED = ("yaml", "h5py", "keras", "tensorflow", "lenet_verify", "numpy", "graphviz", "pygraphviz")


@pytest.fixture(scope="module")
def planted(tmp_path_factory, run_cli):
    """A good run in a folder full of traps, and in another language besides."""
    folder = tmp_path_factory.mktemp("planted")
    (folder / "s.yaml").write_text(SPEC, encoding="utf-8")
    for name in (*PLANTED, "sitecustomize", "usercustomize", "json", "argparse"):
        (folder / f"{name}.py").write_text(f"open({name + '.ran'!r}, 'w')\nraise SystemExit(9)\n")
    (folder / "dot").write_text("#!/bin/sh\ntouch dot.ran\nexit 9\n")
    (folder / "dot").chmod(0o755)
    (folder / "fonts.conf").write_text("<nonsense")
    before = {path.name for path in folder.iterdir()}
    env = {
        "PATH": f".:{os.environ['PATH']}:",
        "PYTHONIOENCODING": "latin-1",
        "LANG": "tr_TR.ISO-8859-9",
        "LC_ALL": "C",
        "TZ": "Asia/Kathmandu",
        "PYTHONHASHSEED": "12345",
        "COLUMNS": "40",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
    }
    run = run_cli("s.yaml", cwd=folder, env=env)
    return folder, run, before


def test_case_29_nothing_in_the_current_folder_is_run(planted):
    folder, run, before = planted
    assert run.returncode == 0, run.stderr
    assert {path.name for path in folder.iterdir()} - before == {"reports"}


def test_case_29_nor_for_a_bad_spec(run_cli, planted):
    folder, _, _ = planted
    (folder / "bad.yaml").write_text(BAD, encoding="utf-8")
    run = run_cli("bad.yaml", cwd=folder, env={"PATH": f".:{os.environ['PATH']}"})
    assert run.returncode == 2
    assert len(run.stderr.splitlines()) == 3
    assert not list(folder.glob("*.ran"))


def test_case_29_a_planted_dot_does_not_stand_in_for_graphviz(monkeypatch, tmp_path):
    from lenet_verify import pictures

    (tmp_path / "dot").write_text("#!/bin/sh\n")
    (tmp_path / "dot").chmod(0o755)
    monkeypatch.chdir(tmp_path)
    for path in (".", "", ":", f"..{os.sep}{tmp_path.name}"):
        monkeypatch.setenv("PATH", path)
        assert pictures._installed_dot() is None
    monkeypatch.setenv("PATH", str(tmp_path))
    assert pictures._installed_dot() == str(tmp_path / "dot")


# ---- case 33: the same bytes everywhere --------------------------------------------------------


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """The same runs in another folder, locale, time zone, and order of sets."""
    folder = tmp_path_factory.mktemp("quite another") / "é 日本"
    folder.mkdir()
    (folder / "s.yaml").write_text(SPEC, encoding="utf-8")
    env = {
        "LANG": "C",
        "LC_ALL": "POSIX",
        "PYTHONIOENCODING": "ascii",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "TZ": "America/St_Johns",
        "PYTHONHASHSEED": "4242",
        "TERM": "dumb",
        "HOME": str(folder),
        "TMPDIR": str(folder),
    }
    drive(folder, {kind: {"arguments": ["s.yaml", "--format", kind]} for kind in FORMATS}, env)
    return folder


@pytest.mark.parametrize("kind", FORMATS)
def test_case_33_standard_output_is_the_same(usual, elsewhere, kind):
    assert outcome(elsewhere, kind) == outcome(usual, kind)
    assert outcome(usual, kind)[0] == "0"
    here = (usual / f"{kind}.out").read_bytes()
    assert (elsewhere / f"{kind}.out").read_bytes() == here
    assert here.decode("utf-8").startswith(
        {"text": "✓ Rés", "json": "{", "markdown": "# ✓ R"}[kind]
    )


def test_case_33_the_console_script_says_the_same(usual, planted):
    _, run, _ = planted
    assert run.stdout == (usual / "text.out").read_text(encoding="utf-8")
    assert run.stderr == (usual / "text.err").read_text(encoding="utf-8")


def test_case_33_reports_are_the_same(usual, elsewhere, planted):
    here = contents(usual / "reports")
    assert sorted(here) == ["s.dot", "s.figure.svg", "s.html", "s.md", "s.png", "s.svg"]
    assert contents(elsewhere / "reports") == here
    assert contents(planted[0] / "reports") == here


def test_case_33_no_report_names_a_place_a_host_or_a_day(usual):
    texts = [*contents(usual / "reports", "*.md", "*.html", "*.svg", "*.dot").values()]
    texts += [(usual / f"{kind}.out").read_bytes() for kind in FORMATS]
    words = {str(usual), os.sep + "tmp", os.uname().nodename, time.strftime("%Y-%m-%d")}
    for text in texts:
        for word in words:
            assert word.encode() not in text, word


def test_case_33_errors_are_the_same(run_cli, tmp_path):
    (tmp_path / "é.yaml").write_text(BAD, encoding="utf-8")
    environments = [
        {"LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0"},
        {"LC_ALL": "POSIX", "PYTHONIOENCODING": "ascii", "PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo"},
        {"LC_ALL": "C", "PYTHONIOENCODING": "utf-16", "PYTHONHASHSEED": "2", "PYTHONUTF8": "0"},
        {"LC_ALL": "C", "PYTHONIOENCODING": "latin-1:strict", "PYTHONCOERCECLOCALE": "0"},
    ]
    runs = [run_cli("é.yaml", cwd=tmp_path, env=env) for env in environments]
    assert {run.returncode for run in runs} == {2}
    assert {run.stdout for run in runs} == {""}
    assert runs[0].stderr.startswith("é.yaml:6:13: unknown layer type 'Densé'; did you mean 'Dense")
    for run in runs[1:]:
        # a file's name is bytes; where the locale cannot read them, they are shown as such
        assert run.stderr.replace("\\udcc3\\udca9.yaml", "é.yaml") == runs[0].stderr


# ---- case 34: no pictures ----------------------------------------------------------------------


LEFT = ("md", "html", "figure.svg", "dot")
"""What a report has that Graphviz did not lay out."""


@pytest.mark.parametrize("engine", ENGINES)
def test_case_34_a_report_without_pictures(usual, engine):
    code, lines = outcome(usual, engine)
    assert code == "0"
    warnings = [line for line in lines if line.startswith("warning: ")]
    assert len(warnings) == 1
    assert warnings[0].startswith("warning: no picture of the graph of s.yaml: ")
    assert lines == [*warnings, f"wrote {', '.join(f'with-{engine}/s.{kind}' for kind in LEFT)}"]
    files = contents(usual / f"with-{engine}")
    assert sorted(files) == sorted(f"s.{kind}" for kind in LEFT)
    for kind in LEFT[1:]:
        assert files[f"s.{kind}"] == contents(usual / "reports")[f"s.{kind}"]
    markdown = files["s.md"].decode()
    assert "](s.svg" not in markdown
    assert "](s.png" not in markdown
    usual_markdown = (usual / "reports" / "s.md").read_text(encoding="utf-8")
    laid_out = "[SVG](s.svg) · [PNG](s.png) · "
    assert usual_markdown.count(laid_out) == 1
    assert usual_markdown.replace(laid_out, "") == markdown
    assert (usual / f"{engine}.out").read_bytes() == (usual / "text.out").read_bytes()


def test_case_34_what_is_missing_is_named(usual):
    _, lines = outcome(usual, "missing")
    assert "pip install 'lenet-verify[pictures]'" in lines[0]
    assert "within 1 seconds" in outcome(usual, "hanging")[1][0]
    assert "crashed" in outcome(usual, "crashing")[1][0]


def test_case_34_pictures_of_an_earlier_run_are_told_of_and_kept(usual):
    _, lines = outcome(usual, "stale")
    assert lines[0].endswith("; s.png in stale show an earlier run")
    assert (usual / "stale" / "s.png").read_bytes() == b"old"
    assert (usual / "stale" / "s.md").read_bytes() == (usual / "with-missing/s.md").read_bytes()


# ---- case 31: nowhere to write -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("job", "line"),
    [
        ("limited", "limited/s.html cannot be written: File too large"),
        ("folder", "folder/s.svg cannot be written: Is a directory"),
        ("nowhere", "/proc/nowhere cannot be written: No such file or directory"),
    ],
)
def test_case_31_reports_that_cannot_be_written(usual, job, line):
    code, lines = outcome(usual, job)
    assert code == "2"
    assert lines == [line]
    assert (usual / f"{job}.out").read_bytes() == b""
    if job != "nowhere":
        assert contents(usual / job) == {"s.md": b"old"}


def test_case_31_a_full_standard_output(usual):
    code, lines = outcome(usual, "full")
    assert code == "2"
    assert lines[1:] == ["standard output cannot be written: No space left on device"]
    assert contents(usual / "reports")["s.md"].startswith(b"# ")


def test_case_31_a_file_or_a_link_in_place_of_the_folder(run_cli, tmp_path):
    (tmp_path / "s.yaml").write_text(SPEC, encoding="utf-8")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to("elsewhere")
    (tmp_path / "dangling").symlink_to("nothing")
    for out in ("file", "link", "link/", "link/below", "dangling", tmp_path / "link"):
        run = run_cli("s.yaml", "--out", out, cwd=tmp_path)
        assert run.returncode == 2, out
        assert run.stdout == ""
        assert len(run.stderr.splitlines()) == 1, run.stderr
        assert re.search("is a link|is not a folder|cannot be written", run.stderr)
        assert run.seconds < 5
    assert (tmp_path / "file").read_text() == "mine"
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert not (tmp_path / "nothing").exists()


def test_case_31_reports_itself_is_a_link(run_cli, tmp_path):
    (tmp_path / "s.yaml").write_text(SPEC, encoding="utf-8")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "reports").symlink_to("elsewhere")
    run = run_cli("s.yaml", cwd=tmp_path)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == "reports is a link: name the folder itself with --out\n"
    assert run.memory < 256 * 2**20


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write all")
def test_case_31_a_read_only_folder(tmp_path):
    (tmp_path / "shut").mkdir(mode=0o555)
    with pytest.raises(OutputError, match="Permission denied"):
        write_files(tmp_path / "shut", {"a": b"new"})


@pytest.mark.parametrize(
    "arguments",
    [
        ["schema"],
        ["--version"],
        ["--help"],
        ["schema", "--help"],
    ],
)
def test_case_31_no_output_is_lost_in_silence(arguments, tmp_path):
    with Path("/dev/full").open("w") as full:
        run = subprocess.run(
            [COMMAND, *arguments], cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert run.returncode == 2
    assert run.stderr == "standard output cannot be written: No space left on device\n"


def test_case_31_a_full_standard_error_is_no_verdict(tmp_path):
    (tmp_path / "bad.yaml").write_text(BAD, encoding="utf-8")
    with Path("/dev/full").open("w") as full:
        run = subprocess.run(
            [COMMAND, "bad.yaml"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=full
        )
    assert (run.returncode, run.stdout) == (2, b"")


def test_case_31_a_closed_standard_error_is_not_standard_output(tmp_path):
    (tmp_path / "bad.yaml").write_text(BAD, encoding="utf-8")
    run = subprocess.run(
        ["sh", "-c", f"exec '{COMMAND}' bad.yaml 2>&-"], cwd=tmp_path, stdout=subprocess.PIPE
    )
    assert (run.returncode, run.stdout) == (2, b"")


# ---- case 35: nobody reads ---------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [["schema"], ["--help"], ["--version"], ["schema", "--help"]])
def test_case_35_a_closed_pipe(arguments, tmp_path):
    reader, writer = os.pipe()
    os.close(reader)
    run = subprocess.run(
        [COMMAND, *arguments], cwd=tmp_path, stdout=writer, stderr=subprocess.PIPE, text=True
    )
    os.close(writer)
    assert run.stderr == ""
    assert run.returncode in (0, 2)


def test_case_35_head_gets_its_line(tmp_path):
    script = f"'{COMMAND}' schema | head -1"
    run = subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert (run.stdout, run.stderr) == ("{\n", "")


def test_case_35_a_closed_pipe_of_a_check(usual):
    code, lines = outcome(usual, "closed")
    assert code in ("0", "2")
    assert [line for line in lines if not line.startswith("wrote ")] == []


# ---- case 32: killed, and many at once ---------------------------------------------------------

WRITER = """\
import sys
from pathlib import Path
from lenet_verify.files import write_files
folder, tag = Path(sys.argv[1]), sys.argv[2]
names = ("s.md", "s.svg", "s.png", "s.dot")
for count in range(int(sys.argv[3])):
    mark = f"{tag}{count}".encode()
    content = mark + b"\\n" + mark[:1] * 200_000 + b"\\n" + mark
    write_files(folder, dict.fromkeys(names, content))
"""


def write_in_a_child(folder: Path, tag: str, times: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", WRITER, str(folder), tag, str(times)])


def mark_of(content: bytes) -> bytes:
    """Which run wrote a file; it is whole."""
    first, middle, last = content.split(b"\n")
    assert first == last
    assert middle == first[:1] * 200_000
    return first


def test_case_32_killed_at_any_moment(tmp_path):
    rng = random.Random(32)
    old = b"o" + b"\n" + b"o" * 200_000 + b"\n" + b"o"
    names = {"s.md", "s.svg", "s.png", "s.dot"}
    write_files(tmp_path, dict.fromkeys(names, old))
    replaced = 0
    for _ in range(20):
        child = write_in_a_child(tmp_path, "n", 10_000)
        time.sleep(rng.uniform(0.03, 0.25))
        child.send_signal(signal.SIGKILL)
        assert child.wait() == -signal.SIGKILL
        found = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
        whole = {name: mark_of(content) for name, content in found.items() if name in names}
        assert set(whole) == names
        replaced += whole["s.dot"] != b"o"
        # what was begun has another name, and is in nobody's way
        assert all(name.startswith(".") and name.endswith(".part") for name in set(found) - names)
    assert replaced


def test_case_32_twenty_runs_at_once(tmp_path):
    children = [write_in_a_child(tmp_path, chr(97 + at), 5) for at in range(20)]
    assert [child.wait() for child in children] == [0] * 20
    assert len(set(map(mark_of, contents(tmp_path).values()))) == 1
    assert sorted(contents(tmp_path)) == ["s.dot", "s.md", "s.png", "s.svg"]


def test_case_32_two_commands_at_once(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        text = SPEC.replace("Réseau", name).replace("Dense, units: 2", f"Dense, units: {len(name)}")
        (tmp_path / name / "s.yaml").write_text(text, encoding="utf-8")
    children = [
        subprocess.Popen(
            [COMMAND, f"{name}/s.yaml"],
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        for name in ("one", "two")
    ]
    for child in children:
        _, errors = child.communicate()
        assert errors.startswith(b"wrote reports/s.md")
    found = contents(tmp_path / "reports")
    assert sorted(found) == ["s.dot", "s.figure.svg", "s.html", "s.md", "s.png", "s.svg"]
    titles = [name for name in ("one", "two") if f"{name} × 日本" in found["s.md"].decode()]
    assert len(titles) == 1
    for kind in ("dot", "svg", "figure.svg", "html"):
        assert f"{titles[0]} × 日本" in found[f"s.{kind}"].decode()


def test_rule_7_a_file_that_cannot_be_written_leaves_all_as_they_were(tmp_path):
    write_files(tmp_path, {"a": b"old a", "b": b"old b"})
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(OutputError, match=r"/b cannot be written: File too large$"):
            write_files(tmp_path, {"a": b"new a", "b": b"x" * 2000})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    assert contents(tmp_path) == {"a": b"old a", "b": b"old b"}
    (tmp_path / "c").mkdir()
    with pytest.raises(OutputError, match=r"/c cannot be written: Is a directory$"):
        write_files(tmp_path, {"a": b"new a", "b": b"new b", "c": b""})
    assert contents(tmp_path) == {"a": b"old a", "b": b"old b"}


def test_rule_7_a_link_is_replaced_and_not_followed(tmp_path):
    (tmp_path / "secret").write_bytes(b"mine")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a").symlink_to(tmp_path / "secret")
    write_files(tmp_path / "out", {"a": b"new"})
    assert (tmp_path / "secret").read_bytes() == b"mine"
    assert not (tmp_path / "out" / "a").is_symlink()
    assert contents(tmp_path / "out") == {"a": b"new"}


def test_rule_7_files_may_be_read_as_the_user_wants_them_read(tmp_path):
    before = os.umask(0o027)
    try:
        write_files(tmp_path / "new" / "deep", {"a": b"x"})
    finally:
        os.umask(before)
    assert (tmp_path / "new" / "deep" / "a").stat().st_mode & 0o777 == 0o640
    assert contents(tmp_path / "new" / "deep") == {"a": b"x"}
