"""YAML text to nodes with their lines, behind limits: a spec is a stranger's input.

PyYAML's loaders resolve `1:1:1` to a number, keep the last of two equal keys and die on deep
nesting. Here only its event stream is used; the nodes, the scalars' types and the limits are
ours (`docs/spec.md`, "The YAML that a spec may use").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from lenet_verify.errors import Problem, SpecError

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?|[-+]?[0-9]+[eE][-+]?[0-9]+")
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_LONGEST_NUMBER = 40


@dataclass(frozen=True)
class Limits:
    """How large a spec may be; `--limit NAME=VALUE` raises one, by the name it has here."""

    spec_bytes: int = 256 * 1024
    yaml_depth: int = 64
    yaml_aliases: int = 100
    yaml_nodes: int = 200_000


@dataclass(frozen=True)
class Scalar:
    """A number, word, text, true, false or null."""

    value: str | int | float | bool | None
    text: str
    line: int
    column: int


@dataclass(frozen=True)
class Sequence:
    """A list."""

    items: tuple[Node, ...]
    line: int
    column: int


@dataclass(frozen=True)
class Mapping:
    """Keys, which are always text, and their values, in the order of the file."""

    entries: tuple[tuple[Scalar, Node], ...]
    line: int
    column: int

    def get(self, key: str) -> Node | None:
        """The value of a key; None if it is not there."""
        return next((value for name, value in self.entries if name.text == key), None)


Node = Scalar | Sequence | Mapping


def plain(node: Node) -> Any:
    """The node as Python's own dicts, lists and scalars."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {key.text: plain(value) for key, value in node.entries}


def parse(content: bytes, file: str, limits: Limits) -> tuple[Node, list[Problem]]:
    """The single document of a YAML file, and what is wrong with it that hides nothing else.

    Such as a key that stands twice: the first stays, and reading goes on to find what else is
    wrong.

    Raises:
        SpecError: not UTF-8, not YAML, or over a limit.
    """
    if len(content) > limits.spec_bytes:
        raise _error(
            file, 1, 1, f"the spec has {len(content)} bytes; spec-bytes allows {limits.spec_bytes}"
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        line = content.count(b"\n", 0, e.start) + 1
        raise _error(file, line, 1, "the encoding is not UTF-8; save the spec as UTF-8") from e
    composer = _Composer(text, file, limits)
    return composer.document(), composer.problems


class _Composer:
    """Builds nodes from YAML events, checking every limit before it does work."""

    def __init__(self, text: str, file: str, limits: Limits) -> None:
        self.file = file
        self.limits = limits
        self.events = _events(text, file)
        self.anchors: dict[str, tuple[Node, int] | None] = {}
        self.aliases = 0
        self.nodes = 0
        self.problems: list[Problem] = []

    def document(self) -> Node:
        self._next()  # the stream starts
        event = self._next()
        if isinstance(event, yaml.StreamEndEvent):
            raise _error(self.file, 1, 1, "the spec is empty")
        node, _ = self._node(self._next(), 1)
        self._next()  # the document ends
        event = self._next()
        if not isinstance(event, yaml.StreamEndEvent):
            raise self._refused(event, "a second document begins here; a spec is one document")
        return node

    def _next(self) -> Any:
        return next(self.events)

    def _node(self, event: Any, depth: int) -> tuple[Node, int]:
        """A node and how many nodes it stands for once its aliases are expanded."""
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if event.tag is not None:
            self._wrong(event, "tags are not allowed in a spec: write plain values")
        if depth > self.limits.yaml_depth:
            raise self._refused(event, f"nested deeper than yaml-depth {self.limits.yaml_depth}")
        self._count(event, 1)
        if event.anchor is not None:
            self.anchors[event.anchor] = None  # open: an alias to it would be its own ancestor
        node: Node
        if isinstance(event, yaml.ScalarEvent):
            node, size = self._scalar(event), 1
        elif isinstance(event, yaml.SequenceStartEvent):
            node, size = self._sequence(event, depth)
        else:
            node, size = self._mapping(event, depth)
        if event.anchor is not None:
            self.anchors[event.anchor] = (node, size)
        return node, size

    def _alias(self, event: Any) -> tuple[Node, int]:
        self.aliases += 1
        if self.aliases > self.limits.yaml_aliases:
            raise self._refused(event, f"more aliases than yaml-aliases {self.limits.yaml_aliases}")
        if event.anchor not in self.anchors:
            raise self._refused(event, "this alias names no anchor above it")
        anchored = self.anchors[event.anchor]
        if anchored is None:
            raise self._refused(event, "this alias stands inside the very node that it names")
        self._count(event, anchored[1])
        return anchored

    def _count(self, event: Any, nodes: int) -> None:
        self.nodes += nodes
        if self.nodes > self.limits.yaml_nodes:
            raise self._refused(event, f"more nodes than yaml-nodes {self.limits.yaml_nodes}")

    def _scalar(self, event: Any) -> Scalar:
        text = event.value
        quoted = bool(event.style)  # "" or None for a plain scalar, by the loader
        value = text if quoted else self._typed(event, text)
        return Scalar(value, text, *_place(event))

    def _typed(self, event: Any, text: str) -> str | int | float | bool | None:
        if text in _WORDS:
            return _WORDS[text]
        number = _INTEGER.fullmatch(text) or _DECIMAL.fullmatch(text)
        if number and len(text) > _LONGEST_NUMBER:
            self._wrong(event, "this number is out of range")
            return None
        if _INTEGER.fullmatch(text):
            return int(text)
        return float(text) if number else str(text)

    def _sequence(self, start: Any, depth: int) -> tuple[Sequence, int]:
        items: list[Node] = []
        total = 1
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            node, size = self._node(event, depth + 1)
            items.append(node)
            total += size
        return Sequence(tuple(items), *_place(start)), total

    def _mapping(self, start: Any, depth: int) -> tuple[Mapping, int]:
        entries: list[tuple[Scalar, Node]] = []
        seen: dict[str, int] = {}
        total = 1
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key, _ = self._node(event, depth + 1)
            if not isinstance(key, Scalar):
                raise self._refused(event, "a key is a single word or text, not a list or mapping")
            value, size = self._node(self._next(), depth + 1)
            total += 1 + size
            if key.text == "<<" and not getattr(event, "style", None):
                self._wrong(event, "merge keys (<<) are not allowed in a spec")
            elif key.text in seen:
                self._wrong(
                    event, f"this key stands twice in one mapping: first on line {seen[key.text]}"
                )
            else:
                seen[key.text] = key.line
                entries.append((key, value))
        return Mapping(tuple(entries), *_place(start)), total

    def _wrong(self, event: Any, message: str) -> None:
        self.problems.append(Problem(self.file, *_place(event), message))

    def _refused(self, event: Any, message: str) -> SpecError:
        return _error(self.file, *_place(event), message)


def _events(text: str, file: str) -> Iterator[Any]:
    # libyaml's parser is ten times faster and keeps no recursion while it only emits events
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        yield from yaml.parse(text, Loader=loader)
    except yaml.MarkedYAMLError as e:
        mark = e.problem_mark or e.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        problem = str(e.problem or e.context or "this cannot be read")
        hint = ""
        if "block scalar" in str(e.context):
            hint = '; put a comparison in quotes: "> 5M"'
        raise _error(file, line, column, f"not YAML: {problem}{hint}") from e
    except yaml.reader.ReaderError as e:
        line = text.count("\n", 0, e.position) + 1
        raise _error(file, line, 1, "a control character stands here; write it escaped") from e
    except (yaml.YAMLError, ValueError, RecursionError) as e:
        raise _error(file, 1, 1, "not YAML that can be read") from e


def _place(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _error(file: str, line: int, column: int, message: str) -> SpecError:
    return SpecError([Problem(file, line, column, message)])
