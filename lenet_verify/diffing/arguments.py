"""The arguments of two layers, compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lenet_verify.architecture import Layer
from lenet_verify.difference import Change
from lenet_verify.functions import both_computed
from lenet_verify.show.arguments import usual
from lenet_verify.show.json_document import plain_config


def changed_arguments(old: Layer, new: Layer) -> Iterator[Change]:
    """The arguments that differ, defaults filled in; of layers of two types, only what is not as
    Keras has it where nothing is said."""
    ours, theirs = _arguments(old), _arguments(new)
    names = dict.fromkeys((*ours, *theirs))
    if old.type != new.type:
        stated = {*_stated(old, ours), *_stated(new, theirs)}
        names = {name: None for name in names if name in stated}
    if both_computed(old.activation, new.activation):
        names.pop("activation", None)  # what they compute tells more than what they are called
    for name in names:
        yield from _compared(name, ours.get(name), theirs.get(name))


def _arguments(layer: Layer) -> dict[str, Any]:
    whole = {**layer.config, **usual(layer.type), **layer.config}
    return {name: plain_config(value) for name, value in whole.items()}


def _stated(layer: Layer, arguments: Mapping[str, Any]) -> Iterator[str]:
    defaults = usual(layer.type)
    for name, value in arguments.items():
        if name not in defaults or plain_config(defaults[name]) != value:
            yield name


def _compared(name: str, old: Any, new: Any) -> Iterator[Change]:
    """A value against another; of two objects of one type, what is in them."""
    if _same(old, new):
        return
    both = isinstance(old, Mapping) and isinstance(new, Mapping)
    if both and old.get("type") == new.get("type") and "custom" not in {*old, *new}:
        for key in dict.fromkeys((*old, *new)):
            yield from _compared(f"{name}.{key}", old.get(key), new.get(key))
    else:
        yield Change(name, old, new)


def _same(old: Any, new: Any) -> bool:
    # True is 1 to Python, and no number to anybody else
    return bool(old == new) and isinstance(old, bool) == isinstance(new, bool)
