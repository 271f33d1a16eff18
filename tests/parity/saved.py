"""A model's file as it is read, held against Keras's own reading of the model that was saved."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

from lenet_verify.architecture import Architecture, Call, Layer, Shape
from lenet_verify.checking.weights import stored_weights
from lenet_verify.errors import ReadError
from lenet_verify.readers import read
from lenet_verify.verdict import Outcome
from tests.parity.whole import COUNTS, Held, Weights, is_sound, rows, title

FORMATS = ("json", "keras", "h5")
WITH_WEIGHTS = ("keras", "h5")
_SAID = ("type", "inputs", "shapes", "input_shapes", *COUNTS, "activation", "config", "outputs")
_ALWAYS_TOLD = frozenset({"activation", "call", "config", "quantization", "type"})
_MEASURES = ("macs", "connections")
_WHOLE = ("title", "inputs", "outputs", "ends", "compiled", *COUNTS, *_MEASURES)

_WITH_SHAPES = ("details", "input_shapes", "layers", "shapes")

_NO_BATCH = "its first axis is not the batch"


def saved(model: Any, folder: Path, format_: str) -> Path:
    """The file of a Keras model in one of the formats."""
    path = folder / f"model.{format_}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of .h5, that it is old
        if format_ == "json":
            path.write_text(model.to_json(), encoding="utf-8")
        else:
            model.save(path)
    return path


def held_in_file(live: Architecture, path: Path) -> Held:
    """A model's file held against the model, row by row.

    Args:
        live: the model as Keras's own reading has it.
        path: of its file.
    """
    every = list(_each(live.layers))
    try:
        static = read(path)
    except ReadError as e:
        # what is put before the batch may look to inference like what no layer takes
        odd = any(_NO_BATCH in layer.unknown.values() for layer in every)
        refused = () if odd else (f"refused: {e}",)
        return Held(title(live), len(every), (), refused, odd)
    unsaid = [
        one.type
        for one, other in zip(_each(live.layers), _each(static.layers), strict=False)
        if (one.shapes is not None and other.shapes is None)
        or (one.params is not None and other.params is None)
    ]
    return Held(title(live), len(every), tuple(unsaid), tuple(compared(live, static, path)))


def held_with_weights(live: Architecture, weights: Weights, path: Path) -> Held:
    """The weights in a model's file, held against those of the model and those that the file's
    own config implies.

    Args:
        live: the model as Keras's own reading has it.
        weights: of the same model.
        path: of its file.
    """
    try:
        static = read(path, weights=True)
    except ReadError as e:
        return Held(title(live), len(live.layers), (), (f"refused: {e}",))
    found = []
    for layer in static.layers:
        kept, owned = sorted(layer.weights or ()), weights.get(layer.name, [])
        if kept != owned and not _adapted(layer):
            found.append(f"/{layer.name} ({layer.type}): weights {owned} by Keras, {kept} in it")
    findings = list(stored_weights(static))
    for one in findings:
        if one.outcome is not Outcome.HOLDS:
            found.append(f"/{one.layer}: {one.reason}; {one.expected} implied, {one.observed} kept")
    checked = {one.layer for one in findings}
    found += [
        f"/{layer.name} ({layer.type}): its weights are not checked"
        for layer in static.layers
        if weights.get(layer.name) and layer.name not in checked and "params" not in layer.declared
    ]
    return Held(title(live), len(findings), (), tuple(found))


def _adapted(layer: Layer) -> bool:
    """Whether a layer, or one inside of it, is trained by LoRA: a .keras file keeps its kernel
    with what was learnt added to it, and not the weights that its config still asks for."""
    return _says_lora(layer.config) or any(map(_adapted, layer.layers))


def _says_lora(config: Any) -> bool:
    if isinstance(config, Mapping):
        return bool(config.get("lora_rank")) or any(map(_says_lora, config.values()))
    return isinstance(config, list | tuple) and any(map(_says_lora, config))


def differences(live: Architecture, path: Path) -> list[str]:
    """What the file of a model says differently from the model itself, layer by layer.

    What a static reading does not know is no difference, but it must be said so.
    """
    return compared(live, read(path), path)


def compared(live: Architecture, static: Architecture, path: Path) -> list[str]:
    """The same of a file that was read."""
    if _contradicts_itself(live):
        live, static = _in_no_order(live), _in_no_order(static)
    nested = any(layer.layers for layer in live.layers)
    found = [*_of_rows(live.layers, static.layers, "", nested)]
    sound = is_sound(live)
    for fact in _WHOLE:
        if fact == "compiled" and path.suffix == ".json":
            continue  # to_json tells it in part
        if fact in COUNTS[1:] and not sound:
            continue
        one, other = getattr(live, fact), getattr(static, fact)
        if one is None and fact in _MEASURES and any(map(_may_be_known, live.layers)):
            continue
        if one != other and not (other is None and fact in static.unknown):
            found.append(f"the model: {fact} by Keras {one!r}, by the file {other!r}")
    return found


def _each(layers: Iterable[Layer]) -> Iterator[Layer]:
    """Every layer, those inside nested models too."""
    return (layer for _, layer in rows(layers))


def _contradicts_itself(model: Architecture) -> bool:
    """Whether the channels come first by some of the layers and last by others. Which of them has
    its way hangs on the order in which they are looked at."""
    told = {layer.config.get("data_format") for layer in _each(model.layers)}
    return {"channels_first", "channels_last"} <= told


def _in_no_order(value: Any) -> Any:
    """A model with the sizes of every shape alone, and not which axis has the channels."""
    if isinstance(value, Shape):
        return Shape(value.sizes)
    if isinstance(value, tuple):
        return tuple(map(_in_no_order, value))
    if isinstance(value, Architecture | Call | Layer):
        told = {name: getattr(value, name) for name in _WITH_SHAPES if hasattr(value, name)}
        return replace(value, **{name: _in_no_order(one) for name, one in told.items()})
    return value


def _may_be_known(layer: Layer) -> bool:
    """Whether its file may tell more: inside of a nested model, sizes that Keras leaves open."""
    return bool(layer.layers)


def _of_rows(
    live: Iterable[Layer], static: Iterable[Layer], above: str, after_nested: bool
) -> Iterator[str]:
    ours = {layer.name: layer for layer in static}
    theirs = {layer.name: layer for layer in live}
    if list(ours) != list(theirs):
        yield f"{above}: layers {list(theirs)} by Keras, {list(ours)} by the file"
    for name in theirs.keys() & ours.keys():
        yield from _of_row(theirs[name], ours[name], f"{above}/{name}", after_nested)


def _of_row(live: Layer, static: Layer, path: str, after_nested: bool) -> Iterator[str]:
    for fact in _SAID:
        if fact in COUNTS[1:] and not is_sound(live):
            continue
        one, other = getattr(live, fact), getattr(static, fact)
        if fact == "config":
            one, other = _plain(one), _plain(other)
            if not live.params:  # some that have no weights do not write that they are frozen
                one, other = one | {"trainable": None}, other | {"trainable": None}
        if one is None and after_nested and _NO_BATCH in live.unknown.values():
            continue  # the file has it by what the nested model says that it takes
        if not _unsaid(static, fact, other) and not _alike(one, other, inside=path.count("/") > 1):
            yield f"{path} ({live.type}): {fact} by Keras {one!r}, by the file {other!r}"
    if (live.unknown.keys() - static.unknown.keys()) & _ALWAYS_TOLD:
        yield f"{path}: unknown {dict(live.unknown)} by Keras, {dict(static.unknown)} by the file"
    for number, (one, other) in enumerate(
        zip_longest(live.details, static.details, fillvalue=Call(()))
    ):
        if one.inputs != other.inputs:
            yield f"{path}: call {number} {one.inputs} by Keras, {other.inputs} by the file"
    yield from _of_rows(live.layers, static.layers, path, after_nested)


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
