"""YAML text to nodes with their lines, behind limits: a spec is a stranger's input.

PyYAML's loaders resolve `1:1:1` to a number, keep the last of two equal keys and die on deep
nesting. Here only its event stream is used; the nodes, the scalars' types and the limits are
ours (`docs/spec.md`, "The YAML that a spec may use").
"""

from __future__ import annotations

import codecs
import math
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from lenet_verify.errors import Problem, SpecError

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(
    r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?|[-+]?[0-9]+[eE][-+]?[0-9]+"
)
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_LONGEST_NUMBER = 40
_LINE_BREAK = re.compile(r"\r\n|\n|\r")
# what YAML lets stand nowhere: controls, surrogates, noncharacters, a second byte order mark
_FORBIDDEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]"
)


@dataclass(frozen=True)
class Limits:
    """How large a spec may be; `--limit NAME=VALUE` raises one, by the name it has here.

    Attributes:
        globs: different ones; each is held against every layer.
        facts: that claims state, counted once for every layer that they state them of.
    """

    spec_bytes: int = 256 * 1024
    yaml_depth: int = 64
    yaml_aliases: int = 100
    yaml_nodes: int = 200_000
    globs: int = 1000
    facts: int = 100_000


@dataclass(frozen=True)
class Scalar:
    """A number, word, text, true, false or null.

    Attributes:
        lead: how many characters stand before its text at its place, which the file has letter by
            letter from there; None if it has not.
    """

    value: str | int | float | bool | None
    text: str
    line: int
    column: int
    lead: int | None = None


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


def over(limit: str, most: int, what: str = "more") -> str:
    """The message for a spec that is over a limit, and how to let it in."""
    return f"{what} than {limit} {most} allows; --limit {limit}=NUMBER raises it"


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
        raise _error(file, 1, 1, over("spec-bytes", limits.spec_bytes, "larger"))
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        text = content.decode()
    except UnicodeDecodeError as e:
        place = _Places(content[: e.start].decode()).end()
        raise _error(file, *place, "the encoding is not UTF-8; save the spec as UTF-8") from e
    places = _Places(text)
    if bad := _FORBIDDEN.search(text):
        code = f"U+{ord(bad[0]):04X}"
        message = f"the character {code} cannot stand in YAML; write it escaped, in double quotes"
        raise _error(file, *places.at(bad.start()), message)
    composer = _Composer(text, file, limits, places)
    return composer.document(), composer.problems


class _Places:
    """Line and column of an offset, with lines as editors count them.

    YAML's own count also breaks at U+0085, U+2028 and U+2029.
    """

    def __init__(self, text: str) -> None:
        self.length = len(text)
        self.starts = [0, *(match.end() for match in _LINE_BREAK.finditer(text))]

    def at(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def end(self) -> tuple[int, int]:
        return self.at(self.length)


class _Composer:
    """Builds nodes from YAML events, checking every limit before it does work."""

    def __init__(self, text: str, file: str, limits: Limits, places: _Places) -> None:
        self.file = file
        self.limits = limits
        self.places = places
        self.events = _events(text, file, places)
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
            raise self._refused(event, over("yaml-depth", self.limits.yaml_depth, "nested deeper"))
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
            raise self._refused(event, over("yaml-aliases", self.limits.yaml_aliases))
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
            raise self._refused(event, over("yaml-nodes", self.limits.yaml_nodes))

    def _scalar(self, event: Any) -> Scalar:
        text = event.value
        quoted = bool(event.style)  # "" or None for a plain scalar, by the loader
        value = text if quoted else _typed(text)
        length = event.end_mark.index - event.start_mark.index
        lead = int(quoted) if length == len(text) + 2 * quoted else None
        return Scalar(value, text, *self._place(event), lead)

    def _sequence(self, start: Any, depth: int) -> tuple[Sequence, int]:
        items: list[Node] = []
        total = 1
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            node, size = self._node(event, depth + 1)
            items.append(node)
            total += size
        return Sequence(tuple(items), *self._place(start)), total

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
        return Mapping(tuple(entries), *self._place(start)), total

    def _place(self, event: Any) -> tuple[int, int]:
        return self.places.at(event.start_mark.index)

    def _wrong(self, event: Any, message: str) -> None:
        self.problems.append(Problem(self.file, *self._place(event), message))

    def _refused(self, event: Any, message: str) -> SpecError:
        return _error(self.file, *self._place(event), message)


def _typed(text: str) -> str | int | float | bool | None:
    """What a plain scalar is; a number that nobody could mean stays text."""
    if text in _WORDS:
        return _WORDS[text]
    if len(text) > _LONGEST_NUMBER:
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text


def _events(text: str, file: str, places: _Places) -> Iterator[Any]:
    # libyaml's parser is ten times faster and keeps no recursion while it only emits events
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        yield from yaml.parse(text, Loader=loader)
    except yaml.MarkedYAMLError as e:
        mark = e.problem_mark or e.context_mark
        line, column = places.at(mark.index) if mark else (1, 1)
        problem = str(e.problem or e.context or "this cannot be read")
        hint = ""
        if "block scalar" in str(e.context):
            hint = '; put a comparison in quotes: "> 5M"'
        if mark and text[mark.index : mark.index + 1] == "\t":
            hint = "; indent with spaces, not tabs"
        raise _error(file, line, column, f"not YAML: {problem}{hint}") from e
    except (yaml.YAMLError, ValueError, RecursionError) as e:
        raise _error(file, 1, 1, "not YAML that can be read") from e


def _error(file: str, line: int, column: int, message: str) -> SpecError:
    return SpecError([Problem(file, line, column, message)])
