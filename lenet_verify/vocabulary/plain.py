"""Plain values: what YAML and JSON hold."""

from __future__ import annotations

from collections.abc import Mapping

TYPE_CHECKING = False  # without importing typing, which costs as much as this whole package
if TYPE_CHECKING:
    from typing import TypeGuard


def is_whole(value: object) -> TypeGuard[int]:
    """Whether it is a whole number; true and false are none."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether it is a number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_decimal(text: str) -> bool:
    """Whether it is a whole number in digits, without leading zeros. Nine digits stay below the
    largest size, and a JSON Schema can say so."""
    digits = text.isascii() and text.isdigit() and len(text) <= 9
    return digits and (text == "0" or not text.startswith("0"))


def plain(value: object) -> object:
    """A config's value with tuples as lists, and Keras's marks for tuples and arrays undone."""
    if value is None or isinstance(value, str | int | float):
        return value  # as most are, and to ask whether it is a mapping costs more
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    if value.get("class_name") == "__tuple__":
        return plain(value.get("items", []))
    if value.get("class_name") in ("__numpy__", "__tensor__"):
        config = value.get("config")
        return plain(config.get("value")) if isinstance(config, Mapping) else None
    return {key: plain(item) for key, item in value.items()}


def tupled(value: object) -> object:
    """A plain value with its lists as tuples."""
    if isinstance(value, list):
        return tuple(map(tupled, value))
    if isinstance(value, dict):
        return {key: tupled(item) for key, item in value.items()}
    return value
