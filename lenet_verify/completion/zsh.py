"""Completion for zsh."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lenet_verify.completion.words import Command, Option, Value

_SCRIPT = """\
#compdef lenet-verify
# completion of lenet-verify for zsh

_lenet-verify() {{
  local -a commands
  commands=(
{commands}
  )
  if ((CURRENT == 2)) && [[ $words[2] != -* ]]; then
    _describe -t commands command commands
  fi
  local command=check
  if ((CURRENT > 2)) && [[ $words[2] == ({names}) ]]; then
    command=$words[2]
    shift words
    ((CURRENT--))
  fi
  case $command in
{cases}
  esac
}}

if [[ $funcstack[1] == _lenet-verify ]]; then
  _lenet-verify "$@"
else
  compdef _lenet-verify lenet-verify
fi
"""


def zsh(commands: Sequence[Command]) -> str:
    """The script."""
    return _SCRIPT.format(
        commands="\n".join(f"    {_quoted(f'{one.name}:{one.about}')}" for one in commands),
        names="|".join(command.name for command in commands),
        cases="\n".join(_case(command) for command in commands),
    )


def _case(command: Command) -> str:
    arguments = [spec for option in command.options for spec in _specs(option)]
    arguments.append(f"*:argument:{_action(command.value)}")
    lines = " \\\n        ".join(map(_quoted, arguments))
    return f"    {command.name})\n      _arguments -s -S \\\n        {lines}\n      ;;"


def _specs(option: Option) -> Iterator[str]:
    # one spelling shuts out the others, unless it may be given again
    others = "" if option.repeated else f"({' '.join(option.names)})"
    for name in option.names:
        spec = f"{'*' if option.repeated else ''}{others}{name}"
        if option.value is not None and name.startswith("--"):
            spec += "="
        about = option.about.replace("[", "\\[").replace("]", "\\]").replace(":", "\\:")
        spec += f"[{about}]"
        yield spec if option.value is None else f"{spec}:value:{_action(option.value)}"


def _action(value: Value) -> str:
    if value.words:
        return f"({' '.join(value.words)})"
    if value.files is None:
        return " "
    if not value.files:
        return "_files -/"
    return f'_files -g "{" ".join(value.files)}"'


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
