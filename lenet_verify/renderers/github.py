"""What fails as workflow commands of GitHub Actions, which shows each at its line."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import PurePath

from lenet_verify.errors import Problem
from lenet_verify.renderers.annotation import annotated
from lenet_verify.report import Report, Undecided
from lenet_verify.visible import visible

MOST = 10
"""GitHub shows so many errors of one step, and drops the others without a word."""

_IN_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTY = {**_IN_DATA, ":": "%3A", ",": "%2C"}


def render_github(
    reports: Sequence[Report], undecided: Sequence[Undecided] = (), folder: str = ""
) -> str:
    """An error for everything that fails, as far as GitHub shows them, and the count of the rest.

    Args:
        reports: the verdicts.
        undecided: the models of which there is none.
        folder: what all paths are relative to, as seen from the root of the repository.
    """
    errors = [
        _error(f"no verdict on {one.model or one.spec}", one.why, _path(folder, one.spec), 1)
        for one in undecided
    ]
    errors += [
        _error(f"{one.layer}: {one.finding.code}", one.message, _path(folder, one.file), one.line)
        for one in annotated(reports)
    ]
    return _first(errors)


def render_mistakes(problems: Iterable[Problem], folder: str = "") -> str:
    """An error for every mistake in a spec or a configuration, likewise."""
    errors = [
        _error("lenet-verify", one.message, _path(folder, one.file), one.line, one.column)
        for one in problems
    ]
    return _first(errors)


def _first(errors: Sequence[str]) -> str:
    rest = len(errors) - MOST
    notice = (
        [f"::notice title=lenet-verify::and {rest} more, all of them in the log"]
        if rest > 0
        else []
    )
    return "".join(f"{line}\n" for line in (*errors[:MOST], *notice))


def _error(title: str, message: str, file: str, line: int, column: int | None = None) -> str:
    place = {"file": file, "line": str(line)}
    if column is not None:
        place["col"] = str(column)
    properties = ",".join(
        f"{name}={_escaped(text, _IN_PROPERTY)}"
        for name, text in {**place, "title": visible(title)}.items()
    )
    return f"::error {properties}::{_escaped(visible(message, 2000), _IN_DATA)}"


def _path(folder: str, file: str) -> str:
    return visible(PurePath(os.path.normpath(PurePath(folder, file))).as_posix())


def _escaped(text: str, special: dict[str, str]) -> str:
    return "".join(special.get(character, character) for character in text)
