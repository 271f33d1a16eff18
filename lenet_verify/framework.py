"""Keras, imported late and quietly.

TensorFlow logs to file descriptor 2 from C++ whatever its environment variables say. What it
logs is kept aside, to be shown only where something failed or on request.
"""

from __future__ import annotations

import importlib.util
import io
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import IO, Any, TextIO

from lenet_verify.errors import MissingLibraryError

_kept: list[str] = []


def import_keras() -> Any:
    """The module `keras`, on the TensorFlow backend, without a word on the terminal.

    Raises:
        MissingLibraryError: keras or tensorflow is not installed.
    """
    require_keras("building or reading a Keras model")
    with quiet():
        import keras

        return keras


def require_keras(purpose: str) -> None:
    """Sees to it that there is a framework, without loading it.

    Args:
        purpose: what it is needed for.

    Raises:
        MissingLibraryError: keras or tensorflow is not installed.
    """
    for library in ("keras", "tensorflow"):
        if library not in sys.modules and importlib.util.find_spec(library) is None:
            raise MissingLibraryError(library, "tensorflow", purpose)


class _People(io.TextIOBase):
    """Standard error for people, while descriptor 2 leads elsewhere.

    A user's logging may keep it: afterwards it is whatever is standard error then.
    """

    def __init__(self, stream: TextIO) -> None:
        self.only: TextIO | None = stream

    @property
    def stream(self) -> TextIO:
        """Where it leads now."""
        return self.only or sys.stderr

    def write(self, text: str) -> int:
        return self.stream.write(text)

    def flush(self) -> None:
        self.stream.flush()

    def fileno(self) -> int:
        return self.stream.fileno()

    def isatty(self) -> bool:
        return self.stream.isatty()


@contextmanager
def quiet() -> Iterator[None]:
    """Keeps what native code writes to descriptor 2, and the framework's warnings, aside.

    Python's own `sys.stderr` still reaches the terminal: a user's factory may print.
    """
    usual = sys.stderr
    usual.flush()
    terminal = os.dup(2)
    with (
        tempfile.TemporaryFile() as log,
        os.fdopen(terminal, "w", encoding="utf-8", errors="backslashreplace") as stream,
        warnings.catch_warnings(),
    ):
        stream.reconfigure(line_buffering=True)
        people = _People(stream if _descriptor(usual) == 2 else usual)
        os.dup2(log.fileno(), 2)
        warnings.showwarning = _framework_warnings_aside
        try:
            with redirect_stderr(people):
                yield
        finally:
            people.flush()
            people.only = None
            os.dup2(terminal, 2)
            _keep(log)


@contextmanager
def output_to_stderr() -> Iterator[None]:
    """Sends standard output to standard error: what a user's code prints is not our data."""
    _flush_stdout()
    stdout = os.dup(1)
    os.dup2(_descriptor(sys.stderr) or 2, 1)
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        _flush_stdout()  # what went past the redirection goes there too
        os.dup2(stdout, 1)
        os.close(stdout)


def _flush_stdout() -> None:
    for stream in (sys.stdout, sys.__stdout__):
        if stream is not None and not stream.closed:
            stream.flush()


def _descriptor(stream: TextIO) -> int | None:
    """The file descriptor behind a stream; None for one that is no file."""
    try:
        return stream.fileno()
    except (OSError, ValueError):
        return None


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
    if any(home in Path(filename).parents for home in _homes()):
        _kept.append(text)
    else:
        sys.stderr.write(text)


def _homes() -> Iterator[Path]:
    """The folders of the frameworks, not of somebody's project of that name."""
    for library in ("keras", "tensorflow"):
        file = getattr(sys.modules.get(library), "__file__", None)
        if file:
            yield Path(file).parent
