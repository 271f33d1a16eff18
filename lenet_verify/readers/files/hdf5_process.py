"""The child process that reads HDF5, from its parent's side: served, watched, and ended."""

from __future__ import annotations

import json
import os
import struct
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from lenet_verify.errors import ReadError
from lenet_verify.readers.files.byte_source import ByteSource
from lenet_verify.visible import visible

if TYPE_CHECKING:
    from subprocess import Popen

CHILD = Path(__file__).with_name("hdf5_child.py")

_MOST_AT_ONCE = 2**20
_LIMIT_SIGNALS = (9, 24)  # SIGKILL, SIGXCPU


def ask(
    source: ByteSource,
    request: Mapping[str, Any],
    *,
    seconds: float,
    to_serve: int,
    answer: int,
    texts: int,
) -> tuple[dict[str, Any], bytes]:
    """What the child answers to a request about a file, as `hdf5_child` tells.

    Args:
        source: the file.
        request: one to `hdf5_child`.
        seconds: how long it may take in all.
        to_serve, answer, texts: how many bytes at most it may read, and answer, in two parts.

    Raises:
        ReadError: it crashed, hung, or answered nonsense, or the file cannot be read.
    """
    with _started(source, seconds) as child:
        assert child.stdin
        child.stdin.write(json.dumps(request).encode() + b"\n")
        child.stdin.flush()
        while (kind := _exactly(child, 1)) == b"R":
            offset, length = struct.unpack("<QQ", _exactly(child, 16))
            to_serve -= length
            if length > _MOST_AT_ONCE or to_serve < 0:
                raise failure(source, "it reads more than a model of Keras needs")
            data = source.read(offset, length)
            child.stdin.write(struct.pack("<Q", len(data)) + data)
            child.stdin.flush()
        size = struct.unpack("<Q", _exactly(child, 8))[0]
        if kind != b"A" or size > answer:
            raise ValueError
        found = json.loads(_exactly(child, size))
        length = sum(found.get("attributes", {}).values())
        if not 0 <= length <= texts:
            raise ValueError
        return found, _exactly(child, length)


def failure(source: ByteSource, why: str) -> ReadError:
    """The error for a file that could not be read without a reason that is known for sure."""
    blame = "the file may be damaged, or made to do harm"
    return ReadError(f"{source.name}: reading it as HDF5 failed: {why}; {blame}")


def _exactly(child: Popen[bytes], length: int) -> bytes:
    assert child.stdout
    data = child.stdout.read(length)
    if len(data) != length:
        raise EOFError
    return data


@contextmanager
def _started(source: ByteSource, seconds: float) -> Iterator[Popen[bytes]]:
    """A child to talk to, ended in any case; whatever it does wrong is an error of the file."""
    from subprocess import PIPE, Popen
    from threading import Timer

    # never from the folder that this runs in, which may be a stranger's
    alone = "-I" if sys.flags.isolated else "-P"
    command = (sys.executable, alone, str(CHILD))
    home = CHILD.parent
    try:
        child = Popen(command, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=_environment(), cwd=home)
    except OSError as e:
        raise ReadError(f"{source.name}: no process can be started to read it: {e}") from e
    until = monotonic() + seconds
    timer = Timer(seconds, child.kill)
    timer.daemon = True
    timer.start()
    try:
        yield child
    except (EOFError, OSError) as e:
        late = f"it took longer than {seconds:g} seconds" if monotonic() >= until else ""
        raise _noted(failure(source, late or _death(child)), child) from e
    except (AttributeError, RecursionError, TypeError, ValueError) as e:
        child.kill()
        raise _noted(failure(source, "h5py gave no answer that makes sense"), child) from e
    finally:
        timer.cancel()
        child.kill()
        for stream in (child.stdin, child.stdout, child.stderr):
            if stream:
                with suppress(OSError):  # what was still to be written has no reader any more
                    stream.close()
        child.wait()


def _death(child: Popen[bytes]) -> str:
    """What became of a child that talks no more."""
    from subprocess import TimeoutExpired

    try:
        code = child.wait(1)
    except TimeoutExpired:
        child.kill()
        return "h5py stopped talking"
    if -code in _LIMIT_SIGNALS:
        return "h5py was stopped, since it took too much time or memory"
    return f"h5py crashed (signal {-code})" if code < 0 else f"h5py gave up (exit code {code})"


def _noted(error: ReadError, child: Popen[bytes]) -> ReadError:
    """The error, and what the child printed, for --debug."""
    assert child.stderr
    child.wait()
    error.add_note(visible(child.stderr.read(2000).decode(errors="replace"), None))
    return error


def _environment() -> dict[str, str]:
    """The user's own, but for what lets HDF5 load code or lock files, or starts threads."""
    usual = {key: value for key, value in os.environ.items() if not key.startswith("HDF5_")}
    if os.name == "posix":
        usual["PATH"] = os.devnull  # NumPy would start `uname` to ask how the processor is called
    return usual | {
        "HDF5_PLUGIN_PRELOAD": "::",  # this is how HDF5 is told to load none
        "HDF5_PLUGIN_PATH": str(CHILD.with_name("none")),
        "HDF5_USE_FILE_LOCKING": "FALSE",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }
