"""Nested models opened: what stands inside of them is drawn where they stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lenet_verify.architecture import Architecture, Layer
from lenet_verify.drawings.marks import Ghost, Mark, Marks, Path


def opened(architecture: Architecture, marks: Marks) -> tuple[Architecture, Marks]:
    """The same network with the layers of nested models among its own, called `outer/inner`.

    A model with several inputs or outputs, or that is called several times, or that a spec speaks
    of as a whole, stays one layer.
    """
    while True:
        nested = [layer for layer in architecture.layers if _opens(layer, marks)]
        if not nested:
            return architecture, marks
        for layer in nested:
            architecture = _with_opened(architecture, layer)
            marks = _renamed(marks, layer)


def _opens(layer: Layer, marks: Marks) -> bool:
    mark = marks.layers.get((layer.name,), Mark())
    inputs = [inner for inner in layer.layers if inner.type == "InputLayer"]
    inner = {one.name for one in layer.layers}
    return (
        len(inner) > len(inputs)
        and len(inputs) <= 1
        and len(layer.inputs) == 1
        and not layer.calls
        and len(layer.outputs) == 1
        and layer.outputs[0] in inner - {one.name for one in inputs}
        and mark.outcome is None
        and not mark.names
    )


def _with_opened(architecture: Architecture, nested: Layer) -> Architecture:
    taken = {layer.name for layer in architecture.layers}
    names = {inner.name: _joined(nested, inner) for inner in nested.layers}
    if taken & set(names.values()):
        return replace(architecture, layers=tuple(_closed(architecture, nested)))
    (source,) = nested.inputs
    feeding = {**names}
    for inner in nested.layers:
        if inner.type == "InputLayer":
            feeding[inner.name] = source
    outside = {nested.name: names[nested.outputs[0]]}
    layers: list[Layer] = []
    for layer in architecture.layers:
        if layer is not nested:
            layers.append(_reading(layer, outside))
            continue
        for inner in nested.layers:
            if inner.type != "InputLayer":
                own = _reading(inner, feeding)
                layers.append(replace(own, name=names[inner.name], inputs=own.inputs or (source,)))
    outputs = tuple(outside.get(name, name) for name in architecture.outputs)
    return replace(architecture, layers=tuple(layers), outputs=outputs)


def _closed(architecture: Architecture, nested: Layer) -> list[Layer]:
    """The layers, of which that one is not to be opened: its names are taken."""
    return [
        replace(layer, outputs=()) if layer is nested else layer for layer in architecture.layers
    ]


def _joined(nested: Layer, inner: Layer) -> str:
    return f"{nested.name}/{inner.name}"


def _reading(layer: Layer, names: Mapping[str, str]) -> Layer:
    """A layer that reads others by other names."""
    calls = tuple(tuple(names.get(name, name) for name in call) for call in layer.calls)
    inputs = tuple(names.get(name, name) for name in layer.inputs)
    return replace(layer, inputs=inputs, calls=calls)


def _renamed(marks: Marks, nested: Layer) -> Marks:
    layers = {_path(path, nested): mark for path, mark in marks.layers.items()}
    ghosts = [
        Ghost(
            ghost.name,
            ghost.mark,
            _path(ghost.before, nested) if isinstance(ghost.before, tuple) else ghost.before,
            _path(ghost.after, nested) if isinstance(ghost.after, tuple) else ghost.after,
        )
        for ghost in marks.ghosts
    ]
    return replace(marks, layers=layers, ghosts=ghosts)


def _path(path: Path, nested: Layer) -> Path:
    if len(path) < 2 or path[0] != nested.name:
        return path
    return (f"{path[0]}/{path[1]}", *path[2:])
