"""Nodes to plain fields, collecting every problem instead of stopping at the first."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, TypeVar

from lenet_verify.errors import Problem
from lenet_verify.spec.document import Mapping, Node, Scalar, Sequence, plain
from lenet_verify.visible import visible
from lenet_verify.vocabulary import nearest

T = TypeVar("T")


class Problems:
    """The problems of one file, each at the node that it is about."""

    def __init__(self, file: str, found: list[Problem]) -> None:
        self.file = file
        self.found = found

    def add(self, node: Node, message: str) -> None:
        """Notes what is wrong with a node."""
        text = visible(message, longest=500)
        self.found.append(Problem(self.file, node.line, node.column, text))

    def attempt(self, node: Node, subject: str, read: Callable[[], T]) -> T | None:
        """What `read` gives, or None with its ValueError noted as a problem of `subject`."""
        try:
            return read()
        except ValueError as e:
            self.add(node, f"{subject} {e}")
            return None


def unknown(word: str, what: str, known: Collection[str], of: str | None = None) -> str:
    """The message for a word that is not known: the nearest known one, or all of a few."""
    near = nearest(word, known)
    message = f"unknown {what} '{word}'" + (f" of {of}" if of else "")
    if near is not None:
        return f"{message}; did you mean '{near}'?"
    if 0 < len(known) <= 12:
        return f"{message}; known: {', '.join(known)}"
    return message


def mapping(problems: Problems, node: Node | None, what: str) -> Mapping | None:
    """The node if it is a mapping."""
    if node is None or isinstance(node, Mapping):
        return node
    problems.add(node, f"{what} is a mapping of names to values")
    return None


def fields(
    problems: Problems, node: Node, what: str, known: Collection[str]
) -> dict[str, Node] | None:
    """The entries of a mapping with the known keys; others are problems with a suggestion."""
    table = mapping(problems, node, what)
    if table is None:
        return None
    for key, _ in table.entries:
        if key.text not in known:
            problems.add(key, unknown(key.text, "key", known, of=what))
    return {key.text: value for key, value in table.entries if key.text in known}


def text(problems: Problems, node: Node | None, key: str) -> str | None:
    """A text that is not empty; numbers count as their own text."""
    if node is None:
        return None
    if isinstance(node, Scalar) and node.value is not None and node.text.strip():
        return node.text
    problems.add(node, f"'{key}' takes a text")
    return None


def whole_number(problems: Problems, node: Node | None, key: str) -> int | None:
    """A whole number."""
    if node is None:
        return None
    value = plain(node)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    problems.add(node, f"'{key}' takes a whole number")
    return None


def texts(problems: Problems, node: Node | None, key: str) -> tuple[tuple[str, Node], ...]:
    """One text or a list of texts, each with its node."""
    if node is None:
        return ()
    items = node.items if isinstance(node, Sequence) else (node,)
    pairs = ((text(problems, item, key), item) for item in items)
    return tuple((value, item) for value, item in pairs if value is not None)


def shown(value: Any) -> str:
    """A value as an error message quotes it: short, never a page of it."""
    written = repr(value)
    return written if len(written) <= 60 else written[:59] + "…"
