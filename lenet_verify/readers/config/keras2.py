"""The dialect of Keras 2, put into that of Keras 3."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Config = Mapping[str, Any]

_RENAMED: Mapping[str, Mapping[str, str]] = {
    "InputLayer": {"batch_input_shape": "batch_shape"},
    "LeakyReLU": {"alpha": "negative_slope"},
}

_ABSENT: Mapping[str, Mapping[str, Any]] = {
    # Before it had the argument, it was as Cho et al. 2014 have it.
    "GRU": {"reset_after": False},
    "GRUCell": {"reset_after": False},
}


def in_keras_3(type_: str, config: Config, *, dated: bool) -> Config:
    """A layer's arguments as Keras 3 calls them.

    Args:
        type_: a class of Keras.
        config: as the file has it.
        dated: whether the file tells a class by its name alone.
    """
    changed: dict[str, Any] = {}
    for old, new in _RENAMED.get(type_, {}).items():
        if old in config and new not in config:
            changed[new] = config[old]
    axis = config.get("axis")
    if type_ == "BatchNormalization" and isinstance(axis, list) and len(axis) == 1:
        changed["axis"] = axis[0]
    if dated and "implementation" in config:  # which Keras 3 has no more
        for name, value in _ABSENT.get(type_, {}).items():
            changed.setdefault(name, config.get(name, value))
    return {**config, **changed} if changed else config
