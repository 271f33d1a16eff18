"""The bytes of a file that a person writes: a spec, a configuration."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from lenet_verify.errors import MistakesError, Problem


def read_bytes(file: str, most: int, error: type[MistakesError]) -> bytes:
    """The bytes of a regular file, one more than allowed at the most.

    Raises:
        MistakesError: of that kind: it is none, or cannot be read.
    """
    try:
        # a device or a pipe could block or never end, so look before opening
        if not stat.S_ISREG(Path(file).stat().st_mode):
            raise error([Problem(file, 1, 1, "this is not a regular file")])
        # some files of /proc block too, and call themselves regular
        with open(file, "rb", opener=_without_waiting) as stream:
            return stream.read(most + 1) or b""
    except (OSError, ValueError) as e:
        reason = getattr(e, "strerror", None) or "no such file"
        raise error([Problem(file, 1, 1, f"cannot be read: {reason}")]) from e


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
