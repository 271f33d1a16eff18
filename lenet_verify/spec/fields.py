"""Nodes to plain fields, collecting every problem instead of stopping at the first."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from typing import TypeVar

from lenet_verify.errors import Problem, SpecError
from lenet_verify.quoting import shown
from lenet_verify.spec.document import Mapping, Node, Scalar, Sequence, plain
from lenet_verify.visible import visible
from lenet_verify.vocabulary import nearest

__all__ = [
    "Mistakes", "Problems", "each", "fields", "mapping", "shown", "text", "texts", "whole_number",
]  # fmt: skip

T = TypeVar("T")

_MOST_COMPARISONS = 100_000
"""With so many known words a file's mistakes are compared; beyond, they get no suggestion."""


class Mistakes(ValueError):
    """What is wrong inside a value: every mistake, with the node where it stands."""

    def __init__(self, found: Iterable[tuple[Node, str]]) -> None:
        self.found = tuple(found)
        super().__init__("; ".join(message for _, message in self.found))


class Problems:
    """The problems of one file, each at the node that it is about."""

    def __init__(self, file: str, found: list[Problem]) -> None:
        self.file = file
        self.found = found
        self._comparisons = 0
        self._settled: set[tuple[int, int]] = set()
        self._unsettled = 0
        self.settle()  # a node that is no plain YAML is wrong enough

    def add(self, node: Node, message: str) -> None:
        """Notes what is wrong with a node."""
        if (node.line, node.column) in self._settled:
            return
        text = visible(message, longest=500)
        self.found.append(Problem(self.file, node.line, node.column, text))

    def settle(self) -> None:
        """No more is noted where something is by now: what is read again is not told of again."""
        self._settled.update((one.line, one.column) for one in self.found[self._unsettled :])
        self._unsettled = len(self.found)

    def silence(self, node: Node) -> None:
        """Nothing is noted at a node: what is wrong with it is told of elsewhere."""
        self._settled.add((node.line, node.column))

    def refused(self, node: Node, message: str) -> SpecError:
        """The error that ends reading: a limit is passed."""
        return SpecError([*self.found, Problem(self.file, node.line, node.column, message)])

    def attempt(self, node: Node, subject: str, read: Callable[[], T]) -> T | None:
        """What `read` gives, or None with its ValueError noted as a problem of `subject`."""
        try:
            return read()
        except Mistakes as e:
            for place, message in e.found:
                self.add(place, f"{subject} {message}")
        except ValueError as e:
            self.add(node, f"{subject} {e}")
        return None

    def nearest(self, word: str, known: Collection[str]) -> str | None:
        """The known word that is most like this one; None if nothing is near."""
        self._comparisons += len(known)
        near = nearest(word, known) if self._comparisons <= _MOST_COMPARISONS else None
        if near is not None and word.islower() and near.lower() in known:
            return near.lower()  # where Keras has a name in both cases
        return near

    def hint(self, value: object, known: Collection[str]) -> str:
        """The nearest known word as the end of a message, if there is one."""
        near = self.nearest(value, known) if isinstance(value, str) else None
        return f"; did you mean '{near}'?" if near else ""

    def unknown(
        self, node: Node, word: str, what: str, known: Collection[str], of: str | None = None
    ) -> str | None:
        """Notes a word that is not known, with the nearest known one, or all of a few.

        Returns:
            The nearest.
        """
        near = None
        message = f"unknown {what} '{visible(word)}'" + (f" of {of}" if of else "")
        if re.fullmatch("[0-9]{3}", word):
            message += "; numbers have no commas here: write 61706, not 61,706"
        elif near := self.nearest(word, known):
            message += f"; did you mean '{near}'?"
        elif 0 < len(known) <= 12:
            message += f"; known: {', '.join(known)}"
        self.add(node, message)
        return near


def each(items: Iterable[Node], read: Callable[[Node], T]) -> list[T]:
    """What `read` gives for each node.

    Raises:
        Mistakes: of all the nodes that it does not read.
    """
    values: list[T] = []
    mistakes: list[tuple[Node, str]] = []
    for item in items:
        try:
            values.append(read(item))
        except Mistakes as e:
            mistakes += e.found
        except ValueError as e:
            mistakes.append((item, str(e)))
    if mistakes:
        raise Mistakes(mistakes)
    return values


def mapping(problems: Problems, node: Node | None, what: str) -> Mapping | None:
    """The node if it is a mapping."""
    if node is None or isinstance(node, Mapping):
        return node
    problems.add(node, f"{what} is a mapping of names to values")
    return None


def fields(
    problems: Problems, node: Node, what: str, known: Collection[str]
) -> dict[str, Node] | None:
    """The entries of a mapping with the known keys; others are problems with a suggestion.

    A misspelt key is read as what it means, so that what is wrong below it is found too, and
    nothing is missed that is there.
    """
    table = mapping(problems, node, what)
    if table is None:
        return None
    found = {key.text: value for key, value in table.entries if key.text in known}
    for key, value in table.entries:
        if key.text not in known:
            meant = problems.unknown(key, key.text, "key", known, of=what)
            if meant is not None:
                found.setdefault(meant, value)
    return found


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
