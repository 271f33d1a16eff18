"""What configs are made of, taken from those at hand: keys with their values, names, subtrees."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from random import Random
from typing import Any

HOSTILE = (
    "", " ", ".", "..", "/etc/passwd", "<script>", '"];x[', "|", "](javascript:x)", "`", "=1+1",
    "\x1b[2J", "\0", "\u202e", "\ud800", "\ufffe", "\n::error::x", "::error::x", "##[error]x",
    "model", "input", "os", "builtins", "__tuple__", "None", "Custom>", "mine>Conv2D", "a/b",
    "\u0301", "漢字", "x" * 300, "a, b", "{}", "%s", "\\N", "\\l", "&amp;", "\r", "\x85", "\u2028",
)  # fmt: skip
"""Texts that a sink might act on."""

NUMBERS = (
    0, 1, -1, 2, 3, 7, 255, 4096, 2**16, 2**31 - 1, 2**31, 2**32, 2**53, 2**62, 2**63 - 1, 2**63,
    2**64, -(2**31), -(2**63), 10**19, 10**40, 10**400, 0.0, -0.0, 0.5, 1.0, -1.5, 2.5, 1e-300,
    1e300, 1.0000000000000002,
)  # fmt: skip

PLAIN: tuple[Any, ...] = (
    None,
    True,
    False,
    [],
    {},
    [[]],
    [None],
    [None, None],
    "",
    "same",
    "valid",
    1.0,
    0,
)

_LONGEST_TEXT = 80


class Pool:
    """Everything that was seen in some configs.

    Attributes:
        texts: all short texts, each once, sorted; keys among them.
        keys: the keys of objects, sorted.
        values: by key, what it may have.
        objects: serialised objects: layers, tensors, cells, nodes.
    """

    def __init__(self, configs: Iterable[Any]) -> None:
        texts: set[str] = set()
        values: dict[str, list[Any]] = {}
        self.objects: list[Any] = []
        for config in configs:
            for key, value in _walked(config):
                if isinstance(value, str) and len(value) <= _LONGEST_TEXT:
                    texts.add(value)
                if key is not None:
                    texts.add(key)
                    known = values.setdefault(key, [])
                    if value not in known:
                        known.append(value)
                if isinstance(value, Mapping) and "class_name" in value:
                    self.objects.append(value)
        self.texts = sorted(texts)
        self.keys = sorted(values)
        self.values = values

    def text(self, rng: Random) -> str:
        """One that was seen, or one that nobody wants to see."""
        if not self.texts or rng.random() < 0.25:
            return rng.choice(HOSTILE)
        return rng.choice(self.texts)

    def key(self, rng: Random) -> str:
        """A key that an object may have."""
        return rng.choice(self.keys) if self.keys and rng.random() < 0.9 else self.text(rng)

    def of_key(self, rng: Random, key: str) -> Any:
        """What a key has somewhere, or anything."""
        known = self.values.get(key)
        return rng.choice(known) if known and rng.random() < 0.8 else self.any(rng)

    def any(self, rng: Random) -> Any:
        """A value of whatever kind."""
        match rng.randrange(8):
            case 0 | 1:
                return rng.choice(NUMBERS)
            case 2:
                return rng.choice(PLAIN)
            case 3:
                return self.text(rng)
            case 4 if self.objects:
                return rng.choice(self.objects)
            case 5:
                return [rng.choice(NUMBERS) for _ in range(rng.choice((0, 1, 2, 3, 4, 17)))]
            case 6:
                return _deep(rng)
            case _:
                return self.of_key(rng, rng.choice(self.keys)) if self.keys else None


def _deep(rng: Random) -> Any:
    value: Any = rng.choice(PLAIN)
    for _ in range(rng.choice((1, 2, 3, 20, 100, 300))):
        value = [value] if rng.random() < 0.7 else {"config": value}
    return value


def _walked(value: Any, key: str | None = None) -> Iterator[tuple[str | None, Any]]:
    yield key, value
    if isinstance(value, Mapping):
        for inner, item in value.items():
            yield from _walked(item, inner)
    elif isinstance(value, list):
        for item in value:
            yield from _walked(item)
