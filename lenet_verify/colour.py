"""Whether text is coloured: the command line says, else the environment, else the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TextIO

CHOICES = ("auto", "always", "never")


def wanted(choice: str, stream: TextIO | None, environment: Mapping[str, str]) -> bool:
    """Whether text on a stream is to be coloured.

    Args:
        choice: what `--color` says.
        stream: where the text goes; None if it is closed.
        environment: `NO_COLOR` and `FORCE_COLOR` count where they are not empty, the former first.
    """
    if choice != "auto":
        return choice == "always"
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return True
    return stream is not None and stream.isatty() and environment.get("TERM") != "dumb"
