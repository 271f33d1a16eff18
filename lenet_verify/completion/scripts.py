"""The script of each shell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from lenet_verify.completion.bash import bash
from lenet_verify.completion.fish import fish
from lenet_verify.completion.words import Command, commands
from lenet_verify.completion.zsh import zsh

SCRIPTS: Mapping[str, Callable[[Sequence[Command]], str]] = {"bash": bash, "fish": fish, "zsh": zsh}


def script(shell: str) -> str:
    """The script by which a shell completes our command lines."""
    return SCRIPTS[shell](commands())
