"""Arguments of layers as a table writes them: short, in the spec's notation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lenet_verify.architecture import Layer

_USUAL_DTYPE = "float32"


def stated(layer: Layer) -> Iterable[str]:
    """`name=value` of each argument that is not as Keras has it where nothing is said."""
    defaults = usual(layer.type)
    for name, value in layer.config.items():
        if name not in defaults or defaults[name] != value:
            yield f"{name}={as_written(value)}"


def usual(type_: str) -> Mapping[str, Any]:
    """The arguments that a layer has where nothing is said."""
    from lenet_verify.vocabulary import LAYERS, complete

    return {"dtype": _USUAL_DTYPE} | (complete(type_, {}) if type_ in LAYERS else {})


def as_written(value: Any) -> str:
    """A value in a few words: `5x5`, `same`, `true`, `HeNormal`, `(0, 1)`, `(3x3, 5x5)`."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        # an initializer, a wrapped layer, somebody's own function: its name says most
        name = value.get("type", value.get("custom"))
        items = (f"{key}: {as_written(item)}" for key, item in value.items())
        return str(name) if name is not None else "{" + ", ".join(items) + "}"
    if isinstance(value, list | tuple):
        return _list(value)
    return str(value)


def _list(value: list[Any] | tuple[Any, ...]) -> str:
    if type(value) not in (list, tuple):
        return "[" + ", ".join(map(as_written, value)) + "]"  # maps by their numbers
    sizes = len(value) > 1 and all(type(item) is int and item > 0 for item in value)
    if sizes:
        return "x".join(map(str, value))
    return "(" + ", ".join(map(as_written, value)) + ")"
