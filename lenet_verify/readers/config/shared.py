"""Objects that a config says are one: Keras makes the first, and takes it for all the others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from lenet_verify.readers.config.entry import Malformed

ID = "shared_object_id"
_HOLDING = (dict, list)
_WITHOUT_WEIGHTS = (
    "keras.initializers", "keras.regularizers", "keras.constraints", "keras.dtype_policies",
    "keras", "builtins",
)  # fmt: skip
"""The modules of objects that may be one or several: it makes no difference."""


def check_that_one_is_one(config: Any) -> None:
    """Refuses what calls two different objects one: Keras would read less than stands there.

    Raises:
        Malformed: naming the class.
    """
    first: dict[str, tuple[list[Any], str]] = {}
    for found in _objects(config):
        if (number := found.get(ID)) is not None:
            told = [found.get(key) for key in ("module", "class_name", "registered_name", "config")]
            written = repr(told)
            other, as_before = first.setdefault(repr(number), (told, written))
            # mostly they are written alike
            if written != as_before and _text(told) != _text(other):
                raise Malformed(
                    f"two objects that differ have one {ID}: Keras would take the first for both"
                )


def _text(told: list[Any]) -> str:
    return json.dumps(_without_ids(told), sort_keys=True)


def shared_inside(config: Any) -> bool:
    """Whether a layer's arguments hold a layer that another one holds too."""
    return any(
        found.get(ID) is not None and found.get("module") not in _WITHOUT_WEIGHTS
        for found in _objects(config)
    )


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a config."""
    waiting = [value] if isinstance(value, _HOLDING) else []
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict) and "class_name" in one:
            yield one
        inside = one.values() if isinstance(one, dict) else one
        waiting += [item for item in inside if isinstance(item, _HOLDING)]


def _without_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_ids(item) for key, item in value.items() if key != ID}
    return list(map(_without_ids, value)) if isinstance(value, list) else value
