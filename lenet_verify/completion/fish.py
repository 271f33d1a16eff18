"""Completion for fish."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lenet_verify.completion.words import Command, Option, Value

_SCRIPT = """\
# completion of lenet-verify for fish
function __lenet_verify_on
    set -l words (commandline -opc)
    set -l command check
    if set -q words[2]; and contains -- $words[2] {names}
        set command $words[2]
    end
    test $command = $argv[1]
end

{lines}
"""


def fish(commands: Sequence[Command]) -> str:
    """The script."""
    names = " ".join(command.name for command in commands)
    lines = [line for command in commands for line in _lines(command)]
    return _SCRIPT.format(names=names, lines="\n".join(lines))


def _lines(command: Command) -> Iterator[str]:
    first = "test (count (commandline -opc)) -eq 1"
    yield f"complete -c lenet-verify -n '{first}' -a {command.name} -d {_quoted(command.about)}"
    start = f"complete -c lenet-verify -n '__lenet_verify_on {command.name}'"
    for option in command.options:
        yield f"{start} {_option(option)}"
    if command.value.files is None:
        yield f"{start} -f -a {_quoted(' '.join(command.value.words))}"


def _option(option: Option) -> str:
    names = [
        f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names
    ]
    value = [] if option.value is None else [_value(option.value)]
    return " ".join([*names, *value, f"-d {_quoted(option.about)}"])


def _value(value: Value) -> str:
    if value.files is not None:
        return "-r -F" if value.files else "-x -a '(__fish_complete_directories)'"
    return f"-x -a {_quoted(' '.join(value.words))}"


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
