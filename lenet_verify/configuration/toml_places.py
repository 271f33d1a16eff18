"""Where the keys and values of a TOML document stand, which `tomllib` does not tell.

It also looks before `tomllib` does, which takes memory in the square of a key's parts: what is
refused here is a stranger's file. Values are `tomllib`'s own; of a document that is not TOML this
only has to come to an end.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field

Path = tuple[str | int, ...]
"""The keys, and in lists the numbers, that lead to a value."""

_MOST_PARTS = 16
_DEEPEST = 64
_LONGEST_WORD = 100

_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""")
_DOT = re.compile(r"[ \t]*\.[ \t]*")
_EQUALS = re.compile(r"[ \t]*=[ \t]*")
_TEXT = re.compile(
    r'''"""(?:[^"\\]|\\.|"(?!""))*"{3,5}|\'\'\'(?:[^']|'(?!''))*'{3,5}'''
    r"""|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""",
    re.DOTALL,
)
_WORD = re.compile(r"[^,\[\]{}#\n]+")


@dataclass
class Places:
    """Offsets in the text of a document.

    Attributes:
        keys: of every key; of a table with a header, where its name stands in the first.
        values: of every value.
    """

    keys: dict[Path, int] = field(default_factory=dict)
    values: dict[Path, int] = field(default_factory=dict)


class Stopped(ValueError):
    """The document goes on in no way that TOML knows.

    Attributes:
        offset: where.
    """

    def __init__(self, offset: int, message: str = "this cannot be read") -> None:
        self.offset = offset
        super().__init__(message)


class Refused(Stopped):
    """It may be TOML, but nobody means such a thing."""


def find_places(text: str) -> Places:
    """The places of all that a document says.

    Raises:
        Stopped: it is not TOML.
        Refused: it is more than any configuration needs.
    """
    return _Scanner(text).document()


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.places = Places()
        self.tables: dict[Path, int] = {}  # how many of each [[name]] there are so far

    def document(self) -> Places:
        table: Path = ()
        while self._skip(_BLANK) < len(self.text):
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table, 1)
        return self.places

    def _skip(self, pattern: re.Pattern[str]) -> int:
        if match := pattern.match(self.text, self.at):
            self.at = match.end()
        return self.at

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        if match is None:
            raise Stopped(self.at)
        self.at = match.end()
        return match[0]

    def _header(self) -> Path:
        brackets = 2 if self.text.startswith("[[", self.at) else 1
        self.at += brackets
        self._skip(_BLANK)
        path: Path = ()
        for key, offset in self._keys():
            # what follows the name of a [[table]] is of its last one
            path = (*path, self.tables[path] - 1) if path in self.tables else path
            path = (*path, key)
            self.places.keys.setdefault(path, offset)
            self.places.values.setdefault(path, offset)
        self._skip(_BLANK)
        if not self.text.startswith("]" * brackets, self.at):
            raise Stopped(self.at)
        self.at += brackets
        if brackets == 2:
            self.tables[path] = self.tables.get(path, 0) + 1
            path = (*path, self.tables[path] - 1)
            self.places.keys[path] = self.places.values[path] = offset
        return path

    def _keys(self) -> list[tuple[str, int]]:
        keys: list[tuple[str, int]] = []
        while not keys or _DOT.match(self.text, self.at):
            if len(keys) == _MOST_PARTS:
                raise Refused(self.at, f"a key of more than {_MOST_PARTS} parts")
            if keys:
                self._skip(_DOT)
            offset = self.at
            keys.append((_bare(self._take(_KEY), offset), offset))
        return keys

    def _pair(self, table: Path, depth: int) -> None:
        path = table
        for key, offset in self._keys():
            path = (*path, key)
            self.places.keys.setdefault(path, offset)
            self.places.values.setdefault(path, offset)
        self._take(_EQUALS)
        self.places.values[path] = self.at
        self._value(path, depth)

    def _value(self, path: Path, depth: int) -> None:
        if depth > _DEEPEST:
            raise Refused(self.at, f"nested deeper than {_DEEPEST} levels")
        opening = self.text[self.at : self.at + 1]
        if opening == "[":
            self._items(path, "]", depth)
        elif opening == "{":
            self._items(path, "}", depth)
        elif opening in ('"', "'"):
            self._take(_TEXT)
        else:
            start = self.at
            if len(self._take(_WORD).strip()) > _LONGEST_WORD:
                raise Refused(start, f"more than {_LONGEST_WORD} characters without quotes")

    def _items(self, path: Path, closing: str, depth: int) -> None:
        self.at += 1
        number = 0
        while self.text[self._skip(_BLANK) : self.at + 1] != closing:
            if closing == "}":
                self._pair(path, depth + 1)
            else:
                item = (*path, number)
                self.places.keys[item] = self.places.values[item] = self.at
                self._value(item, depth + 1)
                number += 1
            self._skip(_BLANK)
            if self.text.startswith(",", self.at):
                self.at += 1
            elif not self.text.startswith(closing, self.at):
                raise Stopped(self.at)
        self.at += 1


def _bare(key: str, offset: int) -> str:
    """A key without its quotes."""
    if key[0] == "'":
        return key[1:-1]
    if key[0] != '"' or "\\" not in key:
        return key.strip('"')
    try:
        return next(iter(tomllib.loads(f"{key} = 1")))
    except ValueError as e:
        raise Stopped(offset) from e
