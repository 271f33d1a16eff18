"""Which layer of the one model stands for which of the other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from lenet_verify.architecture import Layer, Source
from lenet_verify.checking.align import align, in_reading_order
from lenet_verify.checking.canonical import Unit
from lenet_verify.diffing.opened import Graph

Partners = Mapping[str, str]
"""By the name of an old layer, that of the new one."""

_COUNTED = re.compile(r"(input|input_layer|keras_tensor)(_\d+)?")
"""What Keras calls an input that nobody named: it says nothing."""


def paired(old: Graph, new: Graph) -> dict[str, str]:
    """The partner of each old layer that has one.

    Which of the two is the older makes no difference: the difference back is the mirror image.
    """
    keys = _keys(old, new)
    entrances = _inputs(old.inputs, new.inputs)
    ours, theirs = _units(old, keys[0]), _units(new, keys[1])
    # the aligner reads its two sides differently
    swapped = _look(theirs) < _look(ours)
    wanted, found = (theirs, ours) if swapped else (ours, theirs)
    partners = {name: unit.name for name, (unit, _) in align(wanted, found).partners.items()}
    if swapped:
        partners = {theirs: ours for ours, theirs in partners.items()}
    names = [{key: name for name, key in side.items()} for side in keys]
    return entrances | {names[0][one]: names[1][other] for one, other in partners.items()}


def reading_order(graph: Graph) -> list[Layer]:
    """The layers in the order in which they feed the outputs, inputs first."""
    names = {layer.name: layer.name for layer in graph.layers}
    by_name = {layer.name: layer for layer in graph.layers}
    inputs = [by_name[name] for name in graph.inputs if name in by_name]
    return [*inputs, *(by_name[unit.name] for unit in _units(graph, names))]


def _units(graph: Graph, keys: Mapping[str, str]) -> list[Unit]:
    """What the aligner pairs: all but the inputs."""
    inputs = set(graph.inputs)
    units = [
        Unit(
            layer=_wired(layer, keys),
            activations=() if layer.activation in (None, "linear") else (layer.activation,),
        )
        for layer in graph.layers
        if layer.name not in inputs
    ]
    return in_reading_order(units, [_wire(end, keys) for end in graph.outputs])


def _wired(layer: Layer, keys: Mapping[str, str]) -> Layer:
    wires = tuple(tuple(_wire(source, keys) for source in call.inputs) for call in layer.details)
    several = wires if len(wires) > 1 else ()
    return replace(layer, name=keys[layer.name], inputs=wires[0], calls=several, details=())


def _wire(source: Source, keys: Mapping[str, str]) -> str:
    name = keys.get(source.layer, source.layer)
    return f"{name}[{source.output}]" if source.output else name


def _keys(old: Graph, new: Graph) -> tuple[dict[str, str], dict[str, str]]:
    """What the aligner calls each layer: by its path if the other model has that too, else by its
    own name if there is one such in either, so that a layer keeps its name when what is around
    it becomes a nested model."""
    paths = [[layer.name for layer in graph.layers] for graph in (old, new)]
    both = set(paths[0]) & set(paths[1])
    counts = [Counter(map(_last, side)) for side in paths]
    found: list[dict[str, str]] = []
    for side in paths:
        keys: dict[str, str] = {}
        for path in side:
            own = _last(path)
            unique = all(count[own] == 1 for count in counts)
            keys[path] = own if unique and path not in both else path
        # a name that is a path elsewhere in the model would be two layers'
        clear = len(set(keys.values())) == len(keys)
        found.append(keys if clear else {path: path for path in side})
    return found[0], found[1]


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def _look(units: Sequence[Unit]) -> tuple[int, list[tuple[str, ...]]]:
    """What to put two models in order by."""
    rows = [
        (unit.name, unit.layer.type, *map(str, (unit.layer.shapes, unit.layer.config)))
        for unit in units
    ]
    return len(rows), rows


def _inputs(old: Sequence[str], new: Sequence[str]) -> dict[str, str]:
    """Inputs by name where somebody gave them one, the rest in order."""
    alike = set(old) == set(new)
    named = {name: name for name in old if name in new and (alike or not _COUNTED.fullmatch(name))}
    rest = [[name for name in side if name not in named] for side in (old, new)]
    return named | dict(zip(*rest, strict=False))
