"""Keras, imported late and quietly.

TensorFlow logs to file descriptor 2 from C++ whatever its environment variables say. What it
logs is kept aside, to be shown only where something failed or on request.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import IO, Any

from lenet_verify.errors import MissingLibraryError

_kept: list[str] = []


def import_keras() -> Any:
    """The module `keras`, on the TensorFlow backend, without a word on the terminal.

    Raises:
        MissingLibraryError: keras or tensorflow is not installed.
    """
    for library in ("keras", "tensorflow"):
        if library not in sys.modules and importlib.util.find_spec(library) is None:
            raise MissingLibraryError(library, "tensorflow", "building or reading a Keras model")
    with quiet():
        import keras

        return keras


@contextmanager
def quiet() -> Iterator[None]:
    """Keeps what native code writes to descriptor 2, and the framework's warnings, aside.

    Python's own `sys.stderr` still reaches the terminal: a user's factory may print.
    """
    sys.stderr.flush()
    terminal = os.dup(2)
    with (
        tempfile.TemporaryFile() as log,
        os.fdopen(terminal, "w", encoding="utf-8", errors="backslashreplace") as people,
        redirect_stderr(people),
        warnings.catch_warnings(),
    ):
        people.reconfigure(line_buffering=True)
        os.dup2(log.fileno(), 2)
        warnings.showwarning = _framework_warnings_aside
        try:
            yield
        finally:
            os.dup2(terminal, 2)
            _keep(log)


@contextmanager
def output_to_stderr() -> Iterator[None]:
    """Sends standard output to standard error: what a user's code prints is not our data."""
    sys.stdout.flush()
    stdout = os.dup(1)
    try:
        stderr = sys.stderr.fileno()
    except (OSError, ValueError):  # replaced by something that is no file
        stderr = 2
    os.dup2(stderr, 1)
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        os.dup2(stdout, 1)
        os.close(stdout)


def kept_log() -> str:
    """What the framework logged so far."""
    return "".join(_kept)


def _keep(log: IO[bytes]) -> None:
    log.seek(0)
    _kept.append(log.read(1_000_000).decode("utf-8", "backslashreplace"))


def _framework_warnings_aside(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: Any = None,
    line: str | None = None,
) -> None:
    text = warnings.formatwarning(message, category, filename, lineno, line)
    if {"keras", "tensorflow"} & set(Path(filename).parts):
        _kept.append(text)
    else:
        sys.stderr.write(text)
