"""The commands: a module each, with its parser and what it does.

Each is imported when it is named, with no more than it needs.
"""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import Protocol, cast

NAMES = (
    "check", "completion", "diff", "docs", "draw", "explain", "freeze", "lint", "papers", "report",
    "schema", "show", "strength", "train",
)  # fmt: skip
"""Recognised only as the first argument; a spec that is called `check` is `./check`."""


class Command(Protocol):
    """What the module of a command has."""

    def parser(self) -> argparse.ArgumentParser:
        """The parser, from which its help text comes."""

    def run(self, options: argparse.Namespace) -> int:
        """Runs it; the exit code."""


def command(name: str) -> Command:
    """The command of a name, imported."""
    return cast(Command, import_module(f"{__name__}.{name}"))
