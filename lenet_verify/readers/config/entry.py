"""One serialised object of a config: what is checked of it before anything is believed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from lenet_verify.visible import visible

Sizes = tuple[int | None, ...]

LARGEST_SIZE = 2**31 - 1
LARGEST_RANK = 16


class Malformed(ValueError):
    """A config that no version of Keras writes; the message says where and what is wrong."""


class Entry:
    """A layer or model in a config.

    Attributes:
        class_name, module, registered: the three that together say what class it is; None where
            they are not told.
        dated: whether it is of the older form, which tells the class's name alone.
        config: its arguments.
        name: of the layer.
        named: whether the config tells that; else it is what Keras would call it.
        nodes: its calls, as they are written.
        shared: whether it is one with an object elsewhere in the file.
        built_on: what it says it was built on: an input shape, as it is written.
    """

    __slots__ = (
        "built_on", "class_name", "config", "dated", "module", "name", "named", "nodes",
        "registered", "shared",
    )  # fmt: skip

    def __init__(self, value: Any, where: str) -> None:
        if not isinstance(value, dict):
            raise Malformed(f"{where} must be an object with a class_name, not {_kind(value)}")
        self.class_name = _text(value.get("class_name"), "class_name", where)
        self.module = _text_or_none(value.get("module"), "module", where)
        self.registered = _text_or_none(value.get("registered_name"), "registered_name", where)
        self.dated = "module" not in value and "registered_name" not in value
        config = value.get("config")
        if isinstance(config, list) and self.class_name == "Sequential":
            config = {"name": "sequential", "layers": config}  # as it was before 2018
        if not isinstance(config, dict):
            raise Malformed(f"the config of {where} must be an object, not {_kind(config)}")
        self.config: Mapping[str, Any] = config
        name = value.get("name", config.get("name"))
        if name != config.get("name", name):
            raise Malformed(f"{where} has two names, of its own and in its config")
        self.shared = value.get("shared_object_id") is not None
        self.named = name is not None
        self.name = _text(name, "name", where) if self.named else _usual_name(self)
        self.nodes = value.get("inbound_nodes", [])
        build = value.get("build_config")
        self.built_on = build.get("input_shape") if isinstance(build, dict) else None


def name_apart(entries: Sequence[Entry]) -> None:
    """Numbers the names of those that the config does not name, so that none is another's."""
    taken = {entry.name for entry in entries if entry.named}
    for entry in entries:
        if not entry.named:
            first, number = entry.name, 0
            while entry.name in taken:
                number += 1
                entry.name = f"{first}_{number}"
            taken.add(entry.name)


def in_snake_case(name: str) -> str:
    """A class's name as Keras makes names and paths of it."""
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def _usual_name(entry: Entry) -> str:
    """What somebody's own layer is called whose `get_config` leaves out the name."""
    return in_snake_case(entry.class_name.rpartition(">")[2]) or "layer"


def whole_shape(value: Any) -> Sizes | None:
    """The sizes of a serialised shape, the batch included; None if it is none.

    Raises:
        Malformed: a size that no tensor has.
    """
    if isinstance(value, dict) and value.get("class_name") == "__tuple__":
        value = value.get("items")
    if not isinstance(value, list) or not value:
        return None
    strange = [size for size in value if size is not None and not _is_size(size)]
    if any(isinstance(size, list | dict) for size in strange):
        return None
    if len(value) > LARGEST_RANK:
        raise Malformed(f"a shape of {len(value)} axes; at most {LARGEST_RANK} are read")
    if strange:
        what = visible(repr(strange[0]), 40)
        raise Malformed(f"{what} is no size: a whole number up to 2^31-1, or null")
    return tuple(value)


def _is_size(value: Any) -> bool:
    return type(value) is int and 0 <= value <= LARGEST_SIZE


def _text(value: Any, what: str, where: str) -> str:
    if not isinstance(value, str) or not value:
        found = "an empty one" if value == "" else _kind(value)
        raise Malformed(f"the {what} of {where} must be a text, not {found}")
    return value


def _text_or_none(value: Any, what: str, where: str) -> str | None:
    return None if value is None else _text(value, what, where)


def _kind(value: Any) -> str:
    kinds = ((bool, "a truth value"), (str, "a text"), (int | float, "a number"), (list, "a list"))
    if value is None:
        return "nothing"
    return next((word for kind, word in kinds if isinstance(value, kind)), "an object")
