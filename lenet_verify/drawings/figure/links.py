"""What leads from one lane to another: which of it is drawn, and which can only be told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lenet_verify.architecture import Architecture
from lenet_verify.drawings.figure.lanes import sources_of
from lenet_verify.drawings.figure.stages import Stage

Pair = tuple[int, int]


@dataclass(frozen=True)
class Links:
    """What leads from lane to lane.

    Attributes:
        drawn: numbers of lanes of which the end of one is joined to the beginning of the other.
        told: names of two layers between which nothing is drawn.
    """

    drawn: frozenset[Pair]
    told: tuple[tuple[str, str], ...]


def links(architecture: Architecture, columns: Sequence[Sequence[Sequence[Stage]]]) -> Links:
    """The links of a network, by columns of lanes of stages."""
    places = {name: place for place, name in _places(columns)}
    drawn, told = set(), []
    layers = {layer.name: layer for layer in architecture.layers}
    for name, layer in layers.items():
        for source in sources_of(layer, layers):
            start, end = places.get(source), places.get(name)
            if start is None or end is None or start.lane == end.lane:
                continue
            if end.column == start.column + 1 and start.is_last and end.is_first:
                drawn.add((start.lane, end.lane))
            else:
                told.append((source, name))
    return Links(frozenset(drawn), tuple(told))


@dataclass(frozen=True)
class _Place:
    """Where a layer is drawn."""

    column: int
    lane: int
    is_first: bool
    is_last: bool


def _places(columns: Sequence[Sequence[Sequence[Stage]]]) -> Iterator[tuple[_Place, str]]:
    lane = 0
    for column, lanes in enumerate(columns):
        for stages in lanes:
            there = [stage for stage in stages if stage.ghost is None]
            for at, stage in enumerate(there):
                place = _Place(column, lane, at == 0, at == len(there) - 1)
                for layer in stage.layers:
                    yield place, layer.name
            lane += 1
