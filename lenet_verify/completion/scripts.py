"""The script of each shell."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Mapping, Sequence

from lenet_verify.completion.bash import bash
from lenet_verify.completion.fish import fish
from lenet_verify.completion.words import Command, commands
from lenet_verify.completion.zsh import zsh

SCRIPTS: Mapping[str, Callable[[Sequence[Command]], str]] = {"bash": bash, "fish": fish, "zsh": zsh}


def script(shell: str, parsers: Mapping[str, ArgumentParser]) -> str:
    """The script by which a shell completes the command lines that some parsers take."""
    return SCRIPTS[shell](commands(parsers))
