"""What may stand where in a command line, taken from the parsers."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping
from dataclasses import dataclass

from lenet_verify.codes import CODES

_SPECS, _MODELS = ("*.yaml", "*.yml"), ("*.keras", "*.h5", "*.hdf5", "*.json")
_FILES: Mapping[str, tuple[str, ...]] = {
    "SPEC": _SPECS,
    "MODEL": (*_MODELS, *_SPECS),
    "OLD": (*_MODELS, *_SPECS),
    "NEW": (*_MODELS, *_SPECS),
    "FILE": ("*",),
    "FILE.md": ("*.md",),
    "NAME|FILE.npz": ("*.npz",),
    "DIR": (),
}
"""By what a value is called, the files that it may be; folders always may lead to one."""


@dataclass(frozen=True)
class Value:
    """What may be a value.

    Attributes:
        words: one of these, or
        files: a file that fits one of these patterns; none for a folder. Neither for anything.
    """

    words: tuple[str, ...] = ()
    files: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Option:
    """An option.

    Attributes:
        names: how it is spelt.
        about: it in a few words.
        value: what follows it; None for nothing.
        repeated: whether it may be given again.
    """

    names: tuple[str, ...]
    about: str
    value: Value | None
    repeated: bool


@dataclass(frozen=True)
class Command:
    """A command.

    Attributes:
        about: it in a few words.
        value: what its arguments are.
    """

    name: str
    about: str
    options: tuple[Option, ...]
    value: Value


def commands(parsers: Mapping[str, argparse.ArgumentParser]) -> tuple[Command, ...]:
    """Every command, by its parser; `check` is meant where none is named."""
    return tuple(_command(name, parser) for name, parser in parsers.items())


def _command(name: str, parser: argparse.ArgumentParser) -> Command:
    actions = parser._actions  # argparse has no public way to them
    options = [action for action in actions if action.option_strings]
    arguments = [action for action in actions if not action.option_strings]
    value = _value(arguments[0]) if arguments else Value()
    return Command(name, _short(parser.description), tuple(map(_option, options)), value)


def _option(action: argparse.Action) -> Option:
    # one whose value is not the next word is as good as one without
    flag = action.nargs == 0 or str(action.metavar).startswith("[=")
    repeated = isinstance(action, argparse._AppendAction | argparse._CountAction)
    value = None if flag else _value(action)
    return Option(tuple(action.option_strings), _short(action.help), value, repeated)


def _value(action: argparse.Action) -> Value:
    if action.choices is not None:
        return Value(tuple(map(str, action.choices)))
    if action.metavar == "CODE":
        return Value(tuple(CODES))
    return Value(files=_FILES.get(str(action.metavar)))


def _short(text: str | None) -> str:
    """The first few words, up to where it becomes a sentence of more parts."""
    return re.split(r"[;:(]|\. |\.$|, (?=e|s)", text or "", maxsplit=1)[0].strip()
