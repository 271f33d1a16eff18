"""JSON that every program reads alike, within limits, nearly as fast as Python's own."""

from __future__ import annotations

import json
from typing import Any

from lenet_verify.errors import ReadError
from lenet_verify.readers.files.limits import FileLimits, over
from lenet_verify.visible import visible

DEEPEST = 256
"""How deeply lists and objects may be nested: far deeper than any model, and safe to recurse."""

_STEP = 1 << 20
_NO_STRUCTURE = bytes(set(range(256)) - set(b'[]{},"'))
_SQUARE = bytes.maketrans(b"{}", b"[]")


class _Refused(Exception):
    """What the decoder meets that JSON does not have, or not twice."""


def parse(text: str, name: str, limits: FileLimits | None = None) -> Any:
    """The value that a JSON text stands for.

    Args:
        text: the whole text.
        name: what it is called in errors.
        limits: how much it may hold; as usual if left out.

    Raises:
        ReadError: not JSON, two equal keys in an object, a number that is none, or too much.
    """
    _measure(text, name, limits or FileLimits())
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as e:
        cut = e.pos >= len(text.rstrip()) or e.msg.startswith("Unterminated")
        what = "it ends too early, as if it was cut off" if cut else f"this is not JSON: {e.msg}"
        raise ReadError(f"{name}:{e.lineno}:{e.colno}: {what}") from None
    except _Refused as e:
        raise ReadError(f"{name}: {e}") from None
    except ValueError:  # Python's own limit
        raise ReadError(f"{name}: a whole number in it has thousands of digits") from None
    except RecursionError:  # somebody who calls from a great depth
        raise ReadError(f"{name}: {_TOO_DEEP}") from None


_TOO_DEEP = f"its lists and objects are nested deeper than {DEEPEST}"


def _measure(text: str, name: str, limits: FileLimits) -> None:
    """Refuses what would be costly or dangerous to decode."""
    structure = _structure(text)
    if structure.count(b",") + structure.count(b"[") >= limits.config_values:
        raise ReadError(f"{name}: {over(limits, 'config_values', 'it holds more values')}")
    rest, depth = structure.translate(None, b","), 0
    # the innermost go first; where none goes, brackets do not match, which the decoder will tell
    while len(outer := rest.replace(b"[]", b"")) < len(rest):
        rest, depth = outer, depth + 1
        if depth > DEEPEST:
            raise ReadError(f"{name}: {_TOO_DEEP}")


def _structure(text: str) -> bytes:
    """The commas and brackets of a JSON text outside of its strings, all brackets square."""
    content = text.encode("utf-8", "surrogatepass")
    if b"\\" in content:
        content = content.replace(b"\\\\", b"").replace(b'\\"', b"")
    # what stands between two quotes with nothing of interest in them stays inside or outside
    content = content.translate(_SQUARE, _NO_STRUCTURE).replace(b'""', b"")
    inside, parts = 0, []
    # in steps, since the pieces of a text of many quotes take many times its own room
    for start in range(0, len(content), _STEP):
        pieces = content[start : start + _STEP].split(b'"')
        parts.append(b"".join(pieces[inside::2]))
        inside ^= (len(pieces) - 1) & 1
    return b"".join(parts)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _Refused(f"the key '{visible(key)}' stands twice in one object")
            seen.add(key)
    return found


def _constant(text: str) -> Any:
    raise _Refused(f"{text} is no number of JSON")


def _number(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise _Refused("a number in it is too large")
    return number


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_constant, parse_float=_number
)
