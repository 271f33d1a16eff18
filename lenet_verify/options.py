"""What the texts of the command line mean, as values."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lenet_verify.errors import OutputError, UsageError
from lenet_verify.shipped import names_shipped
from lenet_verify.visible import visible

if TYPE_CHECKING:
    from lenet_verify.readers.files.limits import FileLimits
    from lenet_verify.spec import Limits

DEFAULT_OUT = "reports"
FORMATS = ("text", "json", "markdown", "html", "junit", "sarif", "github", "gitlab")
"""What a verdict is told in."""
IN_LINES = frozenset({"text", "github"})
"""Formats in which many models are told of by a line each."""
SCHEMAS = (
    "spec", "verdict-1", "verdicts-1", "architecture-1", "architectures-1", "diff-1", "papers-1",
    "reports-1", "run-1", "strength-1",
)  # fmt: skip
"""What has a JSON Schema; the first is meant where none is named."""
_PYTHONS = {"True": "true", "False": "false", "None": "null"}


def factory_arguments(given: Sequence[str]) -> dict[str, Any]:
    """`--arg NAME=VALUE` as keyword arguments.

    Raises:
        UsageError: it has another form, or names an argument twice.
    """
    arguments: dict[str, Any] = {}
    for one in given:
        name, equals, text = one.partition("=")
        if not equals or not name.isidentifier():
            raise UsageError(f"--arg takes NAME=VALUE, such as classes=10, not '{one}'")
        if name in arguments:
            raise UsageError(f"--arg: '{name}' is given twice")
        if text in _PYTHONS:
            raise UsageError(f"--arg {one}: VALUE is JSON, so write {name}={_PYTHONS[text]}")
        try:
            arguments[name] = json.loads(text)
        except (ValueError, RecursionError):
            arguments[name] = text
    return arguments


def limits(given: Sequence[str]) -> Limits:
    """`--limit NAME=NUMBER` as limits on specs.

    Raises:
        UsageError: there is no such limit, or no such number.
    """
    from lenet_verify.spec import Limits

    return replace(Limits(), **_raised(given, Limits))


def file_limits(given: Sequence[str]) -> FileLimits:
    """`--limit NAME=NUMBER` as limits on model files.

    Raises:
        UsageError: there is no such limit, or no such number.
    """
    from lenet_verify.readers.files.limits import FileLimits

    return replace(FileLimits(), **_raised(given, FileLimits))


def _raised(given: Sequence[str], kind: type[Any]) -> dict[str, int]:
    """Those of the limits given that are of one kind."""
    if not given:
        return {}
    known = _known_limits()
    raised: dict[str, int] = {}
    for one in given:
        name, _, number = one.partition("=")
        if name not in known or not number.isdecimal() or len(number) > 12:
            raise UsageError(
                f"--limit takes NAME=NUMBER with a NAME of {', '.join(known)}, not '{one}'"
            )
        if known[name][1] is kind:
            raised[known[name][0]] = int(number)
    return raised


def limit_names() -> tuple[str, ...]:
    """What `--limit` may name."""
    return tuple(_known_limits())


def _known_limits() -> dict[str, tuple[str, type[Any]]]:
    """The field of each limit, and which kind of limits it is one of."""
    from lenet_verify.readers.files.limits import FileLimits
    from lenet_verify.spec import Limits

    return {
        field.name.replace("_", "-"): (field.name, of)
        for of in (Limits, FileLimits)
        for field in fields(of)
    }


def shown_path(path: str) -> str:
    """A path below the current folder relative to it, so that no report names this machine.

    A spec that ships with the package has a name in place of a path.
    """
    if names_shipped(path):
        return path
    absolute = Path(os.path.normpath(Path.cwd() / path))
    if Path(path).is_absolute() and not absolute.is_relative_to(Path.cwd()):
        return str(absolute)
    return os.path.relpath(absolute)


def new_file(options: argparse.Namespace) -> Path | None:
    """The file that `--out` names; None for standard output.

    Raises:
        OutputError: it is there already, and nobody said to replace it; or it is no file.
    """
    if options.out is None:
        if options.force:
            raise UsageError("--force is for a file that --out names, and there is none")
        return None
    file = Path(options.out)
    if not file.name:
        raise OutputError(f"--out takes a file, not '{options.out}'")
    if file.is_dir():
        raise OutputError(f"{file} is a folder: name a file in it with --out")
    if not options.force and (file.exists() or file.is_symlink()):
        raise OutputError(f"{file} is there already: --force replaces it")
    return file


def seen_from_here(path: str, folder: Path) -> str:
    """A path that is meant from that folder, as it is called from the current one."""
    return path if Path(path).is_absolute() else str(Path(os.path.relpath(folder), path))


def output_files(given: Sequence[str]) -> list[tuple[str, str]]:
    """`--output FORMAT=FILE` as formats and paths.

    Raises:
        UsageError: there is no such format, or no file.
    """
    from lenet_verify.quoting import nearest

    files = []
    for one in given:
        kind, _, file = one.partition("=")
        if kind not in FORMATS or not file.strip():
            near = nearest(kind, FORMATS) if kind not in FORMATS else None
            hint = f"; did you mean '{near}'?" if near else ""
            known = ", ".join(FORMATS)
            raise UsageError(
                f"--output takes FORMAT=FILE with a FORMAT of {known}, not '{one}'{hint}"
            )
        files.append((kind, file))
    return files


def output_folder(given: str, option: str = "--out") -> Path:
    """Where reports go, or a file that an option names.

    Raises:
        OutputError: it is no folder, or a link, which might lead anywhere.
    """
    folder = Path(given)
    try:
        for part in (folder, *(() if folder.is_absolute() else folder.parents)):
            if part.is_symlink():
                raise OutputError(f"{part} is a link: name the folder itself with {option}")
        if folder.exists() and not folder.is_dir():
            raise OutputError(f"{folder} is not a folder: name one with {option}")
    except OSError as e:  # a name that no file system takes
        raise OutputError(f"{visible(given)} cannot be a folder: {e.strerror}") from e
    return folder
