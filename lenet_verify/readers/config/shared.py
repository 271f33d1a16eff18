"""Objects that a config says are one: Keras makes the first, and takes it for all the others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from lenet_verify.readers.config.entry import Malformed

ID = "shared_object_id"
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
    first: dict[str, str] = {}
    for found in _objects(config):
        if (number := found.get(ID)) is not None:
            told = {key: found.get(key) for key in ("module", "class_name", "registered_name")}
            text = json.dumps([told, _without_ids(found.get("config"))], sort_keys=True)
            if first.setdefault(repr(number), text) != text:
                raise Malformed(
                    f"two objects that differ have one {ID}: Keras would take the first for both"
                )


def shared_inside(config: Any) -> bool:
    """Whether a layer's arguments hold a layer that another one holds too."""
    return any(
        found.get(ID) is not None and found.get("module") not in _WITHOUT_WEIGHTS
        for found in _objects(config)
    )


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a config, in its order."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            if "class_name" in one:
                yield one
            waiting += [item for item in reversed(one.values()) if isinstance(item, dict | list)]
        elif isinstance(one, list):
            waiting += [item for item in reversed(one) if isinstance(item, dict | list)]


def _without_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_ids(item) for key, item in value.items() if key != ID}
    return list(map(_without_ids, value)) if isinstance(value, list) else value
