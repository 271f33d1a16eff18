"""How a claim chooses the layers that it speaks of: by name, glob or ordinal."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from fnmatch import fnmatchcase
from typing import TypeVar

from lenet_verify.spec.contents import Selector
from lenet_verify.vocabulary import ALIASES, FAMILIES, LAYERS

T = TypeVar("T")

_WORDS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10, "last": -1, "every": None,
}  # fmt: skip
_ORDINAL = re.compile(rf"({'|'.join(_WORDS)}) (\S+)")
_INDEXED = re.compile(r"(\S+)\[([1-9][0-9]{0,5})\]")


def parse_selector(text: str, names: Collection[str]) -> Selector:
    """The selector of a key in `expect`; `names` are the spec's own layers and inputs.

    Raises:
        ValueError: an ordinal of something that is neither a Keras class nor a family.
    """
    if text == "model":
        return Selector(text, "model")
    if text in names:
        return Selector(text, "name")
    if text in ("input", "output"):
        return Selector(text, "input" if text == "input" else "output")
    if match := _ORDINAL.fullmatch(text):
        return _ordinal(text, match[2], _WORDS[match[1]])
    if match := _INDEXED.fullmatch(text):
        return _ordinal(text, match[1], int(match[2]))
    return Selector(text, "glob" if re.search(r"[*?\[]", text) else "name")


def chosen(
    selector: Selector, rows: Sequence[T], name: Callable[[T], str], type_: Callable[[T], str]
) -> tuple[T, ...]:
    """The rows that a selector by name, glob or ordinal chooses, in their order."""
    if selector.kind == "name":
        return tuple(row for row in rows if name(row) == selector.text)
    if selector.kind == "glob":
        return tuple(row for row in rows if fnmatchcase(name(row), selector.text))
    kind = selector.kind_of_layer
    of_kind = [row for row in rows if kind in (type_(row), family(type_(row)))]
    return nth(of_kind, selector.position)


def nth(rows: Sequence[T], position: int | None) -> tuple[T, ...]:
    """The row at a position, counted from 1, -1 being the last; every one for None."""
    if position is None:
        return tuple(rows)
    index = position if position < 0 else position - 1
    return (rows[index],) if -len(rows) <= index < len(rows) else ()


def family(type_: str) -> str | None:
    """The family of a Keras class (`convolution`); None for a class that is not Keras's."""
    known = LAYERS.get(type_)
    return known.family if known else None


def _ordinal(text: str, kind: str, position: int | None) -> Selector:
    kind = ALIASES.get(kind, kind)
    if kind not in LAYERS and kind not in FAMILIES:
        raise ValueError(
            f"counts layers of a Keras class or family, such as 'first Conv2D' or "
            f"'every pooling'; '{kind}' is neither"
        )
    return Selector(text, "ordinal", kind, position)
