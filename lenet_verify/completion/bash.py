"""Completion for bash: from 3.2 on, which macOS has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lenet_verify.completion.words import Command, Value

_SCRIPT = """\
# completion of lenet-verify for bash
_lenet_verify() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} option=${{COMP_WORDS[COMP_CWORD - 1]}} command=check
    # bash takes --format=json for three words
    if [[ $current == "=" ]]; then
        current=
    elif [[ $option == "=" ]]; then
        option=${{COMP_WORDS[COMP_CWORD - 2]}}
    fi
    if ((COMP_CWORD > 1)); then
        case ${{COMP_WORDS[1]}} in
        {names}) command=${{COMP_WORDS[1]}} ;;
        esac
    fi
    COMPREPLY=()
    case "$command $option" in
{values}
    esac
    if [[ $current == -* ]]; then
        case $command in
{options}
        esac
        return
    fi
    case $command in
{arguments}
    esac
    if ((COMP_CWORD == 1)); then
        _lenet_verify_words {commands}
    fi
}}

_lenet_verify_words() {{
    _lenet_verify_add -W "$*"
}}

_lenet_verify_files() {{
    local pattern
    _lenet_verify_add -d
    for pattern; do
        _lenet_verify_add -f -X "!$pattern"
    done
}}

_lenet_verify_add() {{
    local found
    while IFS= read -r found; do
        COMPREPLY+=("$found")
    done < <(compgen "$@" -- "$current")
}}

complete -o filenames -F _lenet_verify lenet-verify
"""


def bash(commands: Sequence[Command]) -> str:
    """The script."""
    names = [command.name for command in commands]
    return _SCRIPT.format(
        names="|".join(names),
        commands=" ".join(names),
        values="\n".join(_values(commands)),
        options="\n".join(
            f"        {command.name}) _lenet_verify_words "
            f"{' '.join(name for option in command.options for name in option.names)} ;;"
            for command in commands
        ),
        arguments="\n".join(
            f"    {command.name}) {_completed(command.value)} ;;" for command in commands
        ),
    )


def _values(commands: Sequence[Command]) -> Iterator[str]:
    for command in commands:
        for option in command.options:
            if option.value is not None:
                names = " | ".join(f'"{command.name} {name}"' for name in option.names)
                yield f"    {names}) {_completed(option.value)}; return ;;"


def _completed(value: Value) -> str:
    if value.words:
        return f"_lenet_verify_words {' '.join(value.words)}"
    if value.files is None:
        return ":"
    return " ".join(["_lenet_verify_files", *(f"'{pattern}'" for pattern in value.files)])
