"""What several test files share: the command line as a process, measured."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

COMMAND = Path(sys.executable).with_name("lenet-verify")

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
    """Runs the installed console script, by default in an empty folder, and measures it."""
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
            env={**os.environ, **(env or {})},
            encoding="utf-8",
            timeout=timeout,
            check=True,
            **streams,
        )
        code, seconds, memory = json.loads(notes.read_text())
        return Run(code, done.stdout or "", done.stderr or "", seconds, memory)

    return run
