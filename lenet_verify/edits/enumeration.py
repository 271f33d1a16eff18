"""Every single edit to a network, in a fixed order: layer by layer, kind by kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from lenet_verify.architecture import Architecture, Layer, Shape, Source
from lenet_verify.edits.edit import (
    Activation,
    Argument,
    Delete,
    Duplicate,
    Edit,
    Input,
    Insert,
    Rewire,
    Swap,
    Type,
)
from lenet_verify.edits.graph import Graph, feeds
from lenet_verify.edits.operators import (
    ACTIVATIONS,
    ARGUMENTS,
    CLASSES,
    ONLY_OF,
    SIMPLER,
    insertions,
    other_shapes,
)
from lenet_verify.vocabulary import ACTIVATION_LAYERS, LAYERS, REQUIRED, complete

_NEAREST = 2
"""So many other tensors, the nearest ones of the same shape, are tried for an input."""


def every_edit(architecture: Architecture) -> Iterator[Edit]:
    """All single edits that the operators can make to a network, nested models included.

    Args:
        architecture: filled. Whether what comes of an edit joins, `applied` tells.
    """
    yield from _every(Graph.of(architecture), ())


def _every(graph: Graph, within: tuple[str, ...]) -> Iterator[Edit]:
    rows = tuple(graph.rows.values())
    readers = _readers(rows)
    found: Iterable[Edit]
    for number, row in enumerate(rows):
        if row.type == "InputLayer":
            found = (*_inputs(row), *_insertions(row, readers))
            found = found if not within else _insertions(row, readers)
        else:
            found = (
                *_arguments(row),
                *_activations(row),
                *_classes(row),
                *_insertions(row, readers),
                *_deletions(row),
                *_swaps(row, rows, readers, graph.ends),
                *_duplicates(row),
                *_rewirings(row, rows[:number]),
            )
        for edit in found:
            yield replace(edit, within=within) if within else edit
        if row.layers and not row.calls:
            yield from _every(Graph.of(row), (*within, row.name))


def _arguments(row: Layer) -> Iterator[Edit]:
    for name, old in _known(row).items():
        if name not in ARGUMENTS or row.type not in ONLY_OF.get(name, {row.type}):
            continue
        for new in _distinct(old, ARGUMENTS[name](old, row)):
            yield Argument(layer=row.name, argument=name, old=old, new=new)
            if name == "pool_size" and row.config.get("strides") == old:
                along = {"strides": new}
                yield Argument(layer=row.name, argument=name, old=old, new=new, along=along)
    yield from _wrapped(row)


def _wrapped(row: Layer) -> Iterator[Edit]:
    """Edits to the layer that a wrapper has, and to its twin that runs backwards."""
    inner = _known(row).get("layer")
    if not isinstance(inner, Mapping) or inner.get("type") not in LAYERS:
        return
    type_ = str(inner["type"])
    config = {key: value for key, value in inner.items() if key != "type"}
    twin = row.config.get("backward_layer")
    inside = Layer(name=row.name, type=type_, config=config)
    for edit in (*_arguments(inside), *_activations(inside), *_classes(inside)):
        if isinstance(edit, Argument):
            change = {edit.argument: edit.new, **edit.along}
        elif isinstance(edit, Type):
            change = {"type": edit.new, **edit.arguments}
        else:
            change = {"activation": edit.new}
        if change.keys() & {"return_sequences", "go_backwards"}:
            continue  # the wrapper decides on these
        along = {"backward_layer": {**twin, **change}} if isinstance(twin, Mapping) else {}
        if isinstance(edit, Type) and isinstance(twin, Mapping):
            backwards = twin.get("go_backwards", True)
            along = {"backward_layer": {**change, "go_backwards": backwards}}
        new = change if isinstance(edit, Type) else {**inner, **change}
        yield Argument(layer=row.name, argument="layer", old=inner, new=new, along=along)


def _activations(row: Layer) -> Iterator[Edit]:
    old = row.activation
    alone = row.type in ACTIVATION_LAYERS and "config" not in row.unknown
    if "activation" in _known(row):
        old = old or row.config["activation"]
    elif not alone and row.type != "PReLU":
        return
    for new in _distinct(old, ACTIVATIONS):
        if not (alone and new == "linear"):  # that is to delete it
            yield Activation(layer=row.name, old=old, new=new)


def _classes(row: Layer) -> Iterator[Edit]:
    config = _known(row)
    others = (one for group in CLASSES if row.type in group for one in group if one != row.type)
    simpler = SIMPLER.get(row.type, {}) if config else {}
    for new in dict.fromkeys((*others, *simpler)):
        rank = LAYERS[new].rank
        if rank and row.input_shapes and len(row.input_shapes[0].sizes) != rank + 1:
            continue
        more = {name: follow(config) for name, follow in simpler.get(new, {}).items()}
        arguments = _carried(row.type, config, new, more)
        if arguments is not None:
            yield Type(layer=row.name, old=row.type, new=new, arguments=arguments)


def _carried(
    old: str, config: Mapping[str, Any], new: str, more: Mapping[str, Any]
) -> Mapping[str, Any] | None:
    """The arguments of a layer of another class: those that mean the same for both kept."""
    theirs, ours = LAYERS[old].arguments, LAYERS[new].arguments
    kept = {
        name: value
        for name, value in config.items()
        if name in ours and name in theirs and ours[name].form == theirs[name].form
    }
    kept |= more
    if any(one.default is REQUIRED and name not in kept for name, one in ours.items()):
        return None
    return complete(new, kept)


def _inputs(row: Layer) -> Iterator[Edit]:
    old = row.shapes[0] if row.shapes else None
    if old is not None:
        for new in _distinct(old, other_shapes(old)):
            if all(size is None or size >= 1 for size in new.sizes):
                yield Input(layer=row.name, old=old, new=new)


def _insertions(row: Layer, readers: Mapping[str, Sequence[str]]) -> Iterator[Edit]:
    if row.type == "InputLayer" and not str(row.config.get("dtype", "float32")).startswith("float"):
        return
    if len(row.details) > 1:
        return
    reading = readers.get(row.name, ())
    for type_, arguments in insertions(row):
        config = complete(type_, arguments)
        activation = arguments.get("activation", "linear" if "activation" in config else None)
        name = f"{row.name}_{type_.lower()}"
        new = Layer(name=name, type=type_, config=config, activation=activation)
        yield Insert(layer=row.name, new=new)
        for reader in reading if len(reading) > 1 else ():
            yield Insert(layer=row.name, new=new, reader=reader)


def _deletions(row: Layer) -> Iterator[Edit]:
    first, *others = feeds(row)
    for place, source in enumerate(first):
        if source not in first[:place] and all(place < len(call) for call in others):
            yield Delete(layer=row.name, old=row, keep=place)


def _swaps(
    row: Layer,
    rows: Sequence[Layer],
    readers: Mapping[str, Sequence[str]],
    ends: Iterable[Source],
) -> Iterator[Edit]:
    """Each layer with the next, where nothing else reads it."""
    reading = readers.get(row.name, ())
    alone = len(reading) == 1 and row.name not in {end.layer for end in ends}
    if not alone or len(row.inputs) != 1 or len(row.details) > 1:
        return
    other = next(one for one in rows if one.name == reading[0])
    if feeds(other) == ((Source(row.name),),):
        yield Swap(layer=row.name, other=other.name)


def _duplicates(row: Layer) -> Iterator[Edit]:
    if len(row.inputs) == 1 and len(row.details) <= 1 and len(row.shapes or ()) == 1:
        yield Duplicate(layer=row.name, old=row)


def _rewirings(row: Layer, earlier: Sequence[Layer]) -> Iterator[Edit]:
    """Each input from the nearest tensors of the same shape that were there before."""
    if len(row.details) > 1:
        return
    call = feeds(row)[0]
    shapes: dict[Source, Shape] = {}
    for one in reversed(earlier):
        if len(one.details) <= 1:
            for output, shape in enumerate(one.shapes or ()):
                shapes[Source(one.name, 0, output)] = shape
    read = {replace(source, argument="") for source in call}
    for place, old in enumerate(call):
        here = shapes.get(replace(old, argument=""))
        alike = (one for one, shape in shapes.items() if shape == here and one not in read)
        for new, _ in zip(alike, range(_NEAREST), strict=False):
            yield Rewire(layer=row.name, old=old, new=new, place=place)


def _readers(rows: Sequence[Layer]) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for row in rows:
        names = (source.layer for call in feeds(row) for source in call)
        for name in dict.fromkeys(names):
            found.setdefault(name, []).append(row.name)
    return found


def _known(row: Layer) -> Mapping[str, Any]:
    """A layer's arguments, as far as they can be read and mean what they do for Keras."""
    known = row.type in LAYERS and "config" not in row.unknown and not row.layers
    return row.config if known else {}


def _distinct(old: Any, others: Iterable[Any]) -> Iterator[Any]:
    """Other values, each once."""
    seen = [old]
    for new in others:
        if new not in seen:
            seen.append(new)
            yield new
