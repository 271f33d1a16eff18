"""Connections past other stages: which there are, and the lines below a lane that show them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from lenet_verify.drawings.figure.picture import Point, Shape
from lenet_verify.drawings.figure.stages import Stage
from lenet_verify.drawings.figure.ways import arrow

Pair = tuple[int, int]
"""The numbers of two stages, of which the first feeds the second."""

ROOM = 16.0
"""Between two texts, so that lines come through."""

_MOST_LEVELS, _LEVEL = 8, 7.0
_CORNER, _ASIDE = 4.0, 2.5


@dataclass(frozen=True)
class Port:
    """Where a stage is left and reached from below.

    Attributes:
        foot: of its drawing.
        low, high: between which x its lines come through the texts below.
    """

    foot: Point
    low: float
    high: float


def connections(stages: Sequence[Stage], sources: Mapping[str, Sequence[str]]) -> set[Pair]:
    """Which stages feed which, by the layers that feed theirs."""
    place = {layer.name: at for at, stage in enumerate(stages) for layer in stage.layers}
    return {
        (place[source], at)
        for name, at in place.items()
        for source in sources.get(name, ())
        if place.get(source, at) != at
    }


def neighbours(stages: Sequence[Stage]) -> set[Pair]:
    """Those that stand side by side, whatever is missing between them."""
    there = [at for at, stage in enumerate(stages) if stage.ghost is None]
    return set(pairwise(there))


def levels(pairs: Collection[Pair]) -> tuple[dict[Pair, int], list[Pair]]:
    """On which line below the others each is drawn, the shortest on the first; and those for
    which there is none."""
    found: dict[Pair, int] = {}
    left_out = []
    for pair in sorted(pairs, key=lambda one: (abs(one[0] - one[1]), one)):
        low, high = sorted(pair)
        taken = {
            level for other, level in found.items() if max(low, min(other)) < min(high, max(other))
        }
        free = next((level for level in range(_MOST_LEVELS) if level not in taken), None)
        if free is None:
            left_out.append(pair)
        else:
            found[pair] = free
    return found, sorted(left_out)


def drawn(
    pairs: Mapping[Pair, int], ports: Sequence[Port], above: float, below: float
) -> Iterator[Shape]:
    """The lines.

    Args:
        pairs: with their levels.
        ports: of every stage.
        above, below: the texts, where lines may go from side to side.
    """
    leave, arrive = {pair[0] for pair in pairs}, {pair[1] for pair in pairs}
    for (start, end), level in pairs.items():
        aside = _ASIDE if start in arrive else 0
        x, y, channel = _way(ports[start], aside)
        to_x, to_y, to_channel = _way(ports[end], -_ASIDE if end in leave else 0)
        low = below + level * _LEVEL
        corners = [(x, y), (x, above), (channel, above), (channel, low), (to_channel, low)]
        corners += [(to_channel, above), (to_x, above), (to_x, to_y + 8)]
        yield Shape(_rounded(corners), "line", closed=False)
        yield from arrow((to_x, to_y + 9), (to_x, to_y + 2))


def depth(pairs: Mapping[Pair, int]) -> float:
    """How much room all of them take."""
    return max(pairs.values(), default=0) * _LEVEL


def _way(port: Port, aside: float) -> tuple[float, float, float]:
    """Where a line begins at a stage, and where it comes through the texts."""
    x, y = port.foot
    x += aside
    room = min(6.0, (port.high - port.low) / 2)
    return x, y, min(max(x, port.low + room + aside), port.high - room + aside)


def _rounded(corners: Sequence[Point]) -> tuple[Point, ...]:
    """The same way, its corners cut."""
    bends = [corners[0]]
    for one in corners[1:]:
        if max(abs(one[0] - bends[-1][0]), abs(one[1] - bends[-1][1])) > 0.01:
            bends.append(one)
    points = [bends[0]]
    for before, at, after in zip(bends, bends[1:], bends[2:], strict=False):
        points += [_toward(at, before), _toward(at, after)]
    return (*points, bends[-1])


def _toward(point: Point, other: Point) -> Point:
    dx, dy = other[0] - point[0], other[1] - point[1]
    long = max(abs(dx), abs(dy), 0.01)
    part = min(_CORNER, long / 2) / long
    return point[0] + dx * part, point[1] + dy * part
