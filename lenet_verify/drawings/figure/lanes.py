"""A network as lanes: one from each input to where they meet, a trunk, one to each output."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lenet_verify.architecture import Architecture, Layer

MOST_LANES = 6
"""Of inputs or of outputs, side by side; more of them are folded into the trunk."""


@dataclass(frozen=True)
class Lane:
    """Layers that only one of the inputs reaches, or that reach only one of the outputs, or all
    the others; in topological order.

    Attributes:
        sources: for each layer, the layers that feed it.
        feeds: the numbers of the lanes that this one feeds.
    """

    layers: tuple[Layer, ...]
    sources: Mapping[str, tuple[str, ...]]
    feeds: tuple[int, ...] = ()


@dataclass(frozen=True)
class Lanes:
    """A network's lanes: those of its inputs, the trunk if there is one, those of its outputs.

    Attributes:
        idle: layers on no way to an output.
    """

    inputs: tuple[Lane, ...]
    trunk: Lane | None
    outputs: tuple[Lane, ...]
    idle: tuple[Layer, ...]


def lanes(architecture: Architecture) -> Lanes:
    """The lanes of a network."""
    layers = {layer.name: layer for layer in architecture.layers}
    sources = {name: sources_of(layer, layers) for name, layer in layers.items()}
    readers: dict[str, list[str]] = {name: [] for name in layers}
    for name, feeding in sources.items():
        for source in feeding:
            readers[source].append(name)
    starts = [name for name, feeding in sources.items() if not feeding]
    starts = [name for name in architecture.inputs if name in layers] or starts[:1]
    ends = [name for name in dict.fromkeys(architecture.outputs) if name in layers]
    ends = ends or list(layers)[-1:]
    coming, going = _reached(starts, readers), _reached(ends, sources)
    groups: dict[tuple[str, str], list[Layer]] = {}
    idle = []
    for name, layer in layers.items():
        own_starts, own_ends = coming.get(name, set()), going.get(name, set())
        if not own_ends:
            idle.append(layer)
            continue
        group: tuple[str, str] = ("trunk", "")
        if len(own_ends) == 1 < len(ends) <= MOST_LANES:
            group = ("output", min(own_ends))
        elif len(own_starts) == 1 < len(starts) <= MOST_LANES:
            group = ("input", min(own_starts))
        groups.setdefault(group, []).append(layer)
    order = [("input", name) for name in starts] + [("trunk", "")]
    order = [key for key in (*order, *(("output", name) for name in ends)) if key in groups]
    number = {layer.name: order.index(key) for key in order for layer in groups[key]}
    made = {key: _lane(groups[key], sources, readers, number) for key in order}
    return Lanes(
        tuple(lane for (kind, _), lane in made.items() if kind == "input"),
        made.get(("trunk", "")),
        tuple(lane for (kind, _), lane in made.items() if kind == "output"),
        tuple(idle),
    )


def sources_of(layer: Layer, layers: Mapping[str, Layer]) -> tuple[str, ...]:
    """Those of the layers that feed it, whichever call of it they feed."""
    calls = layer.calls or (layer.inputs,)
    return tuple(dict.fromkeys(name for call in calls for name in call if name in layers))


def _reached(ends: Iterable[str], following: Mapping[str, Sequence[str]]) -> Mapping[str, set[str]]:
    """For each layer, which of those ends it is reached from."""
    reached: dict[str, set[str]] = {}
    for end in ends:
        todo = [end]
        while todo:
            name = todo.pop()
            if end not in reached.setdefault(name, set()):
                reached[name].add(end)
                todo += following[name]
    return reached


def _lane(
    layers: Sequence[Layer],
    sources: Mapping[str, tuple[str, ...]],
    readers: Mapping[str, Sequence[str]],
    number: Mapping[str, int],
) -> Lane:
    own = {layer.name for layer in layers}
    fed = {number[name] for layer in layers for name in readers[layer.name] if name in number}
    feeds = tuple(sorted(fed - {number[layers[0].name]}))
    inner = {name: tuple(one for one in sources[name] if one in own) for name in own}
    return Lane(tuple(layers), inner, feeds)
