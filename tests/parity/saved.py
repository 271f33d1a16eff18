"""A model's file as it is read, held against Keras's own reading of the model that was saved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any

from lenet_verify.architecture import Architecture, Call, Layer, Shape
from lenet_verify.readers import read

FORMATS = ("keras", "h5", "json")
_COUNTS = ("params", "trainable", "non_trainable")
_SAID = ("type", "inputs", "shapes", "input_shapes", *_COUNTS, "activation", "config", "outputs")
_ALWAYS_TOLD = frozenset({"activation", "call", "config", "quantization", "type"})
_WHOLE = ("title", "inputs", "outputs", "ends", "compiled", *_COUNTS, "macs", "connections")


def saved(model: Any, folder: Path, format_: str) -> Path:
    """The file of a Keras model in one of the formats."""
    path = folder / f"model.{format_}"
    if format_ == "json":
        path.write_text(model.to_json(), encoding="utf-8")
    else:
        model.save(path)
    return path


def differences(live: Architecture, path: Path) -> list[str]:
    """What the file of a model says differently from the model itself, layer by layer.

    What a static reading does not know is no difference, but it must be said so.
    """
    static = read(path)
    found = [*_of_rows(live.layers, static.layers, "")]
    for fact in _WHOLE:
        if fact == "compiled" and path.suffix == ".json":
            continue  # to_json tells it in part
        one, other = getattr(live, fact), getattr(static, fact)
        if one != other and not (other is None and fact in static.unknown):
            found.append(f"the model: {fact} by Keras {one!r}, by the file {other!r}")
    return found


def _of_rows(live: Iterable[Layer], static: Iterable[Layer], above: str) -> Iterator[str]:
    ours = {layer.name: layer for layer in static}
    theirs = {layer.name: layer for layer in live}
    if list(ours) != list(theirs):
        yield f"{above}: layers {list(theirs)} by Keras, {list(ours)} by the file"
    for name in theirs.keys() & ours.keys():
        yield from _of_row(theirs[name], ours[name], f"{above}/{name}")


def _of_row(live: Layer, static: Layer, path: str) -> Iterator[str]:
    for fact in _SAID:
        one, other = getattr(live, fact), getattr(static, fact)
        if fact == "config":
            one, other = _plain(one), _plain(other)
        if not _unsaid(static, fact, other) and not _alike(one, other, inside=path.count("/") > 1):
            yield f"{path} ({live.type}): {fact} by Keras {one!r}, by the file {other!r}"
    if (live.unknown.keys() - static.unknown.keys()) & _ALWAYS_TOLD:
        yield f"{path}: unknown {dict(live.unknown)} by Keras, {dict(static.unknown)} by the file"
    for number, (one, other) in enumerate(
        zip_longest(live.details, static.details, fillvalue=Call(()))
    ):
        if one.inputs != other.inputs:
            yield f"{path}: call {number} {one.inputs} by Keras, {other.inputs} by the file"
    yield from _of_rows(live.layers, static.layers, path)


def _unsaid(layer: Layer, fact: str, value: Any) -> bool:
    if fact in ("shapes", "input_shapes"):
        return value is None
    return value is None and fact in layer.unknown


def _alike(live: Any, static: Any, *, inside: bool) -> bool:
    """Whether two readings are one. Inside of a nested model Keras tells what that says of itself,
    the file what it comes to where it is called: sizes that one leaves open may be any."""
    if live == static:
        return True
    if isinstance(live, Shape) and isinstance(static, Shape) and inside:
        return len(live.sizes) == len(static.sizes) and all(
            None in pair or pair[0] == pair[1]
            for pair in zip(live.sizes, static.sizes, strict=True)
        )
    if isinstance(live, tuple) and isinstance(static, tuple):
        return len(live) == len(static) and all(
            _alike(*pair, inside=inside) for pair in zip(live, static, strict=True)
        )
    return False


def _plain(value: Any) -> Any:
    if value == {"constant": ()}:
        return 0.0  # a file has a number in its place
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return tuple(map(_plain, value))
    return value
