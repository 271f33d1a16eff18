"""TOML text to nodes with their lines, as `lenet_verify.spec` has them of YAML."""

from __future__ import annotations

import math
import re
import tomllib
from bisect import bisect_right
from typing import Any

from lenet_verify.configuration.toml_places import Path, Places, Refused, Stopped, find_places
from lenet_verify.errors import ConfigurationError, Problem
from lenet_verify.spec.document import Mapping, Node, Scalar, Sequence

_SAID = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def read_table(text: str, file: str, name: Path) -> tuple[Mapping | None, list[Problem]]:
    """A table of a TOML document, and what is wrong with it that hides nothing else.

    Args:
        text: of the whole document.
        file: its name, for problems.
        name: the keys that lead to the table.

    Returns:
        None if there is no such table.

    Raises:
        ConfigurationError: it is not TOML, or what has that name is no table.
    """
    lines = _Lines(text, file)
    try:
        places = find_places(text)
    except Refused as e:
        raise lines.error(e.offset, str(e)) from e
    except Stopped as e:
        # tomllib gets no more of it than has been looked at, and says what is wrong in its words
        _loaded(text[: e.offset + 1], lines)
        raise lines.error(e.offset, f"not TOML: {e}") from e
    value: Any = _loaded(text, lines)
    for number, key in enumerate(name, 1):
        if not isinstance(value, dict):
            offset = places.values[name[: number - 1]]
            raise lines.error(offset, f"{'.'.join(map(str, name[: number - 1]))} is a table")
        if key not in value:
            return None, []
        value = value[key]
    builder = _Builder(places, lines)
    node = builder.node(value, name)
    if not isinstance(node, Mapping):
        shown = ".".join(map(str, name))
        raise lines.error(places.values[name], f"{shown} is a table: write [{shown}]")
    return node, builder.problems


def _loaded(text: str, lines: _Lines) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as e:
        message = str(e).splitlines()[0]
        said = _SAID.search(message)
        message = f"not TOML: {message[: said.start()] if said else message}"
        if said and said[1]:
            raise ConfigurationError(
                [Problem(lines.file, int(said[1]), int(said[2]), message)]
            ) from e
        raise lines.error(len(text), message) from e


class _Lines:
    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def at(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def problem(self, offset: int, message: str) -> Problem:
        return Problem(self.file, *self.at(offset), message)

    def error(self, offset: int, message: str) -> ConfigurationError:
        return ConfigurationError([self.problem(offset, message)])


class _Builder:
    def __init__(self, places: Places, lines: _Lines) -> None:
        self.places = places
        self.lines = lines
        self.problems: list[Problem] = []

    def node(self, value: Any, path: Path) -> Node:
        offset = self.places.values[path]
        line, column = self.lines.at(offset)
        if isinstance(value, dict):
            entries = (
                (self._key(key, path), self.node(v, (*path, key))) for key, v in value.items()
            )
            return Mapping(tuple(entries), line, column)
        if isinstance(value, list):
            items = (self.node(item, (*path, number)) for number, item in enumerate(value))
            return Sequence(tuple(items), line, column)
        if isinstance(value, float) and not math.isfinite(value):
            self.problems.append(self.lines.problem(offset, f"{value} is no number here"))
        elif not isinstance(value, str | int | float):
            self.problems.append(
                self.lines.problem(offset, "a date or time means nothing here: write a text")
            )
        else:
            text = str(value).lower() if isinstance(value, bool) else str(value)
            return Scalar(value, text, line, column)
        return Scalar(None, "", line, column)

    def _key(self, key: str, path: Path) -> Scalar:
        return Scalar(key, key, *self.lines.at(self.places.keys[(*path, key)]))
