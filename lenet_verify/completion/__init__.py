"""Completion for shells: a script for each, made from the parsers, which asks nobody at run time.

`words.py` says what may stand where; `bash.py`, `zsh.py`, `fish.py` say it to each shell.
"""

from collections.abc import Callable, Mapping, Sequence

from lenet_verify.completion.bash import bash
from lenet_verify.completion.fish import fish
from lenet_verify.completion.words import Command, commands
from lenet_verify.completion.zsh import zsh

SCRIPTS: Mapping[str, Callable[[Sequence[Command]], str]] = {"bash": bash, "fish": fish, "zsh": zsh}


def script(shell: str) -> str:
    """The script of a shell that completes our command lines."""
    return SCRIPTS[shell](commands())
