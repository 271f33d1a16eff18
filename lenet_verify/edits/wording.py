"""Layers and values of arguments as an expert writes them in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lenet_verify.architecture import Layer
from lenet_verify.vocabulary import ACTIVATION_LAYERS

_TELLING = ("filters", "units", "pool_size", "output_size", "rate", "target_shape")
"""The arguments that say most of a layer."""


def described(row: Layer) -> str:
    """A layer in a few words: its class, and what an expert would say of it first."""
    size = next((row.config[name] for name in _TELLING if row.config.get(name) is not None), None)
    says_so = row.type in ACTIVATION_LAYERS and row.type != "Activation"
    activation = None if row.activation == "linear" or says_so else row.activation
    said = ", ".join(filter(None, (None if size is None else in_words(size), activation)))
    return f"{row.type}({said})" if said else row.type


def in_words(value: Any) -> str:
    """`"same"`, `5x5`, `true`, `(1x1, 2x2)`, `none`; of an object its name."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, Mapping):
        return str(value.get("type", value.get("custom", "…")))
    if _is_maps(value):
        return f"[{', '.join(map(in_words, value))}]"
    if isinstance(value, tuple | list):
        sizes = len(value) > 1 and all(type(item) is int and item >= 0 for item in value)
        if sizes:
            return "x".join(map(str, value))
        return in_words(value[0]) if len(value) == 1 else f"({', '.join(map(in_words, value))})"
    return str(value)


def _is_maps(value: Any) -> bool:
    """Whether it is maps by their numbers, which are more than a plain tuple."""
    return isinstance(value, tuple) and type(value) is not tuple


def change_of_rows(old: Any, new: Any) -> str:
    """`of map 4: [0, 4] → [0, 4, 5]`: the rows that differ of two tables of maps; nothing of
    whatever else, and where most of them do."""
    rows = [*old, *new] if isinstance(old, tuple) and isinstance(new, tuple) else []
    if not rows or len(old) != len(new) or not all(map(_is_maps, rows)):
        return ""
    pairs = enumerate(zip(old, new, strict=True))
    changes = [
        f"of map {number}: {in_words(one)} → {in_words(other)}"
        for number, (one, other) in pairs
        if one != other
    ]
    return ", ".join(changes) if len(changes) <= len(old) // 2 else ""


def change_inside(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """What is another between two layers of one class that stand inside of another; nothing where
    that is not all."""
    names = [name for name in old if new.get(name) != old[name]]
    if old.keys() != new.keys() or not names or "type" in names:
        return ""
    changes = (f"{name} {in_words(old[name])} → {in_words(new[name])}" for name in names)
    return f"{old.get('type', 'layer')}: {', '.join(changes)}"
