"""Plain values as YAML, the way that a person writes a spec: a row a layer, in columns.

A text that any reader of YAML might take for something else is quoted, whatever our own does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_SIZE = "(?:[1-9][0-9]*|None)"
_WORD = re.compile(rf"[^\W\d][\w./#-]*|{_SIZE}@{_SIZE}(?:x{_SIZE})*|{_SIZE}(?:x{_SIZE})+")
_PROSE = re.compile(r"[^\W\d_][\w.,;()@/'=-]*(?:[ :][\w.,;()@/'=-]+)*")
_TAKEN = re.compile("(?i:null|true|false|yes|no|on|off|y|n)")
"""Words that some reader of YAML takes for nothing, or for a truth value."""
_ESCAPED = re.compile(
    # what a runner of CI jobs takes for a command, anywhere in a line
    r"#(?=#\[)|"
    '["\\\\\x00-\x1f\x7f-\xa0\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069'
    "\ud800-\udfff\ufeff\ufff0-\uffff\U000e0000-\U000e0fff]"
)
_NO_CHARACTER = re.compile("[\ud800-\udfff]")
"""Which YAML cannot hold, by an escape either."""
_WIDEST_COLUMN = 40
_LARGEST_WHOLE = 1e15


def scalar(value: Any) -> str:
    """A number, truth value, null or text, as it may stand anywhere."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _decimal(value)
    plain = _WORD.fullmatch(value) and not _TAKEN.fullmatch(value)
    return value if plain else quoted(value)


def _decimal(value: float) -> str:
    if value.is_integer() and abs(value) < _LARGEST_WHOLE:
        return str(int(value))  # as files of models may have it too
    digits, e, exponent = repr(value).partition("e")
    # some readers of YAML take no exponent without a point before it
    return digits + (".0" if e and "." not in digits else "") + e + exponent


def prose(text: str) -> str:
    """A text that has a line to itself; of what is no character, that there was something."""
    text = _NO_CHARACTER.sub("\ufffd", text)
    plain = _PROSE.fullmatch(text) and not _TAKEN.fullmatch(text)
    return text if plain else quoted(text)


def quoted(text: str) -> str:
    """A text in double quotes, everything escaped that cannot be seen."""
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if match[0] in '"\\':
        return "\\" + match[0]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def flow(value: Any) -> str:
    """Any plain value, on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value)


def rows(table: Mapping[str, Any], indent: str) -> Iterable[str]:
    """A line for each entry, the values below each other."""
    keys = {key: scalar(key) + ":" for key in table}
    column = max((len(key) for key in keys.values() if len(key) <= _WIDEST_COLUMN), default=0)
    for key, value in table.items():
        yield f"{indent}{keys[key]:<{column}} {flow(value)}"
