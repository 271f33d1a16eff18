"""What several test files share: the command line as a process, measured."""

from __future__ import annotations

import gc
import json
import os
import re
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lenet_verify.cli import main
from tests.processes import unmeasured

# where the tests themselves run in such a job, commands do not
for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE"):
    os.environ.pop(name, None)

# as the console script does: with all that the tests keep, looking for cycles takes its time
gc.set_threshold(100_000, 20, 20)

COMMAND = Path(sys.executable).with_name("lenet-verify")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Has workers measured once: not also as processes that a measured one starts, which takes
    as much time again, and does not heed `no_cover`."""
    for name in os.environ.keys() - unmeasured():
        del os.environ[name]


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Nor twice by pytest-cov, which starts before it knows that it is in a worker, and again
    then; what the first sees is never saved."""
    plugin = session.config.pluginmanager.getplugin("_cov")
    if hasattr(session.config, "workerinput") and plugin is not None and plugin.cov_controller:
        plugin.cov_controller.cov.stop()


# A process of its own starts the command, since a child of this one would be charged with the
# memory that this one took.
_WATCH = """\
import json, resource, subprocess, sys, time
start = time.monotonic()
code = subprocess.call(sys.argv[2:])
seconds = time.monotonic() - start
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
peak *= 1 if sys.platform == "darwin" else 1024
with open(sys.argv[1], "w") as file:
    json.dump([code, seconds, peak], file)
"""


@dataclass(frozen=True)
class Run:
    """What became of a command: its exit code, streams, seconds, and peak memory in bytes."""

    returncode: int
    stdout: str
    stderr: str
    seconds: float
    memory: int


@pytest.fixture(scope="session")
def run_cli(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Run]:
    """Runs the installed console script, by default in an empty folder, and measures it: what
    `--cov` costs is not the command's."""
    nowhere = tmp_path_factory.mktemp("cwd")
    notes = tmp_path_factory.mktemp("notes") / "run.json"

    def run(
        *arguments: str | os.PathLike[str],
        cwd: Path = nowhere,
        env: Mapping[str, str] | None = None,
        timeout: float = 120,
        **more: Any,
    ) -> Run:
        streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", _WATCH, notes, COMMAND, *arguments],
            cwd=cwd,
            env=unmeasured() | {**(env or {})},
            encoding="utf-8",
            timeout=timeout,
            check=True,
            **streams,
        )
        code, seconds, memory = json.loads(notes.read_text())
        return Run(code, done.stdout or "", done.stderr or "", seconds, memory)

    return run


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[Any, str, str]]:
    """The command line in this process: exit code, standard output and error."""

    def run(*arguments: object) -> tuple[Any, str, str]:
        code: Any = None
        try:
            code = main([str(one) for one in arguments])
        except SystemExit as e:
            code = e.code
        streams = capfd.readouterr()
        return code, streams.out, streams.err

    return run


@pytest.fixture
def folder(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """A folder with the models of a test file, its `THEIRS`, as the module `theirs`; and the
    current one."""
    (tmp_path / "theirs.py").write_text(request.module.THEIRS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    sys.modules.pop("theirs", None)


Place = tuple[int, int, str]
"""Line, column and message of a mistake."""

OLD_REPORTS = {"s.md": b"# an old report\n", "s.svg": b"<svg/>", "other.txt": b"\x00\xff"}


@pytest.fixture
def refused_all(tmp_path: Path, run_cli: Callable[..., Run]) -> Callable[..., dict[str, Any]]:
    """Runs bad specs and gives their mistakes by file, once everything holds that always holds.

    Exit code 2, a line for each mistake on standard error and nothing else anywhere, no
    traceback, within 5 seconds and 256 MiB (so no framework was loaded), old reports intact.
    """
    reports = tmp_path / "reports"
    reports.mkdir()
    for name, content in OLD_REPORTS.items():
        (reports / name).write_bytes(content)

    def check(specs: Mapping[str, str | bytes | None], *options: str) -> dict[str, Any]:
        for path, content in specs.items():
            if content is not None:  # else the test made that file itself
                data = content.encode() if isinstance(content, str) else content
                (tmp_path / path).write_bytes(data)
        run = run_cli(*specs, *options, cwd=tmp_path)
        assert run.returncode == 2, run
        assert run.stdout == ""
        assert "Traceback" not in run.stderr
        assert run.seconds < 5
        assert run.memory < 256 * 2**20
        assert {f.name: f.read_bytes() for f in reports.iterdir()} == OLD_REPORTS
        places: dict[str, list[Place]] = {path: [] for path in specs}
        for line in run.stderr.splitlines():
            found = re.fullmatch(r"(.+?):(\d+):(\d+): (.+)", line)
            assert found, line
            places[found[1]].append((int(found[2]), int(found[3]), found[4]))
        return places

    return check


@pytest.fixture
def refused(refused_all: Callable[..., dict[str, Any]]) -> Callable[..., list[Place]]:
    """The same for a single spec."""

    def check(content: bytes | str | None, *options: str, path: str = "s.yaml") -> list[Place]:
        places: list[Place] = refused_all({path: content}, *options)[path]
        assert places
        return places

    return check


THEIRS = """\
import keras
from keras import layers

import lenet_verify


def paper():
    return lenet_verify.build(lenet_verify.load_spec({spec!r}))


def variant(
    activation="tanh", padding="valid", pooling="Average", f6=True, norm=False, side=32,
    compiled=True,
):
    pool = getattr(layers, f"{{pooling}}Pooling2D")
    stack = [
        *([keras.Input((side, side, 1), name="image")] if side else []),
        layers.Conv2D(6, 5, padding=padding, activation=activation, name="conv"),
        *([layers.BatchNormalization(name="norm")] if norm else []),
        pool(2, name="pool"),
        layers.Conv2D(16, 5, activation=activation, name="conv_2"),
        pool(2, name="pool_2"),
        layers.Flatten(name="flat"),
        layers.Dense(120, activation=activation, name="dense"),
        *([layers.Dense(84, activation=activation, name="dense_2")] if f6 else []),
        layers.Dense(10, activation="softmax", name="last"),
    ]
    model = keras.Sequential(stack, name="theirs")
    if compiled:
        optimizer = "sgd" if norm else "adam"
        model.compile(optimizer, "categorical_crossentropy", metrics=["accuracy"])
    return model


def same():
    return variant(padding="same")


def max():
    return variant(pooling="Max")


def short():
    return variant(f6=False)


def normed():
    return variant(norm=True)


def relu():
    return variant(activation="relu")


def small():
    return variant(side=28)


def unbuilt():
    return variant(side=None, compiled=False)
"""

LENETS = ("paper", "same", "max", "short", "normed", "relu", "small", "unbuilt")


@pytest.fixture(scope="session")
def lenets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with LeNet-5 and deviating ones, each as .keras, .h5 and .json, and a module
    `theirs` that makes them."""
    folder = tmp_path_factory.mktemp("lenets")
    spec = Path(__file__).parent.parent / "spec" / "lenet5.yaml"
    (folder / "theirs.py").write_text(THEIRS.format(spec=str(spec)))
    sys.path.insert(0, str(folder))
    try:
        import theirs
    finally:
        sys.path.remove(str(folder))
        sys.modules.pop("theirs", None)  # other tests have a module of that name too
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # .h5 is legacy
        for name in LENETS:
            model = getattr(theirs, name)()
            # before .h5, since writing that takes the optimizer out of the model's config
            (folder / f"{name}.json").write_text(model.to_json())
            model.save(folder / f"{name}.keras")
            if name != "unbuilt":
                model.save(folder / f"{name}.h5")
    return folder
