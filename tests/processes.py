"""Processes that tests start."""

from __future__ import annotations

import os


def unmeasured() -> dict[str, str]:
    """The environment of a process whose every file, descriptor or second counts: without what
    makes `--cov` measure it."""
    return {key: value for key, value in os.environ.items() if not key.startswith("COVERAGE")}


def until_closed(terminal: int) -> bytes:
    """What is written to a pseudo-terminal, until nobody writes to it any more."""
    text = b""
    while True:
        try:
            part = os.read(terminal, 4096)
        except OSError:  # as Linux says that it is closed
            return text
        if not part:
            return text
        text += part
