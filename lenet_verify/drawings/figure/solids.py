"""What stands for a tensor: maps as stacked planes, a vector as a bar, a sequence as many."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from lenet_verify.architecture import Shape as Sizes
from lenet_verify.drawings.figure.picture import Point, Shape

LEAST = 4.0
"""Of the sides of a plane, and of the length of a bar, whatever their true proportion."""

_THICKNESS = 7.0
_SLANT = 0.42
_MOST_STEPS = 9


@dataclass(frozen=True)
class Scale:
    """How large tensors are drawn.

    Attributes:
        maps: points for a unit of a map's side.
        vectors: points for a unit of a vector.
        step: from one map of a stack to the next.
        unseen: the side of a map of variable size.
    """

    maps: float
    vectors: float
    step: float
    unseen: float


@dataclass(frozen=True)
class Solid:
    """A drawing around a horizontal axis, from x = 0 on.

    Attributes:
        front: the corners of the foremost plane: left, top, right, bottom.
        unit: points for a unit of its sides; None if it is no map of known size.
        exits, entries: where lines of a full connection leave, if they may, and arrive:
            above and below.
        middle: from where to where it lies on the axis.
        foot: where what leads past other stages leaves and arrives.
    """

    shapes: tuple[Shape, ...]
    width: float
    top: float
    bottom: float
    front: tuple[float, float, float, float]
    unit: Point | None = None
    exits: tuple[Point, Point] | None = None
    entries: tuple[Point, Point] = ((0, 0), (0, 0))
    middle: Point = (0, 0)
    foot: Point = (0, 0)


NOTHING = Solid((), 0, 0, 0, (0, 0, 0, 0))
"""Where a lane comes from another."""


def scale(shapes: Iterable[Sizes], largest: float, step: float) -> Scale:
    """One scale for all tensors of a picture, of which the largest is so large."""
    sides, lengths = [1], [1]
    for shape in shapes:
        if len(shape.sizes) > 2:
            sides += [size for size in shape.spatial[-2:] if size]
        else:
            lengths += [size for size in shape.sizes[-1:] if size]
    # of small things, no picture of a few huge squares
    return Scale(min(largest / max(sides), 12), min(largest / max(lengths), 12), step, largest / 2)


def solid(sizes: Sizes | None, scale: Scale, role: str, mark: str = "") -> Solid:
    """What stands for a tensor of that shape.

    Args:
        sizes: None if it is unknown.
        scale: of the picture.
        role: `maps`, `vector` or `input`.
        mark: the outcome that shows on it.
    """
    look = f"{mark}-solid" if mark else role
    if sizes is None:
        return _plain(36, 44, "unseen" if not mark else look)
    if not sizes.sizes:
        return _plain(_THICKNESS, _THICKNESS, look)
    if len(sizes.sizes) == 1:
        return _bar(sizes.channels, scale, look)
    if len(sizes.sizes) == 2:
        return _sequence(sizes, scale, look)
    return _maps(sizes, scale, look)


def missing() -> Solid:
    """What stands for a layer that is not there."""
    box = _plain(40, 56, "missing")
    cross = [((8.0, -14.0), (32.0, 14.0)), ((8.0, 14.0), (32.0, -14.0))]
    lines = tuple(Shape(points, "missing", closed=False) for points in cross)
    return replace(box, shapes=(*box.shapes, *lines), exits=None)


def planes(count: int | None) -> int:
    """How many planes stand for so many maps: all of a few, ever fewer of more."""
    if count is None:
        return 4
    return count if count <= 16 else min(16 + round(1.6 * math.log2(count / 16)), 24)


def _maps(sizes: Sizes, scale: Scale, look: str) -> Solid:
    tall, wide = sizes.spatial[-2:]
    height, width = (
        max(size * scale.maps, LEAST) if size else scale.unseen for size in (tall, wide)
    )
    look = "unseen" if None in (tall, wide) and "-" not in look else look
    number = planes(sizes.channels)
    depth = (number - 1) * scale.step
    top = -(height + depth) / 2
    shapes = tuple(
        _box(at * scale.step, top + at * scale.step, width, height, look) for at in range(number)
    )
    front = (depth, top + depth, depth + width, top + depth + height)
    unit = (width / wide, height / tall) if wide and tall else None
    stack = _from(shapes, depth + width, -top, front, unit)
    # the stack leans as bars do: whoever leaves it on the axis passes by the planes in front
    lean = max(depth - height, 0) / 2
    return replace(
        stack,
        exits=((width, top), (depth + width, -top)),
        entries=((0.0, top), (depth, -top)),
        middle=(lean, depth + width - lean),
    )


def _sequence(sizes: Sizes, scale: Scale, look: str) -> Solid:
    steps, length = sizes.spatial[0], sizes.channels
    height = max(length * scale.vectors, LEAST) if length else scale.unseen
    number = min(steps or 4, _MOST_STEPS)
    look = "unseen" if None in (steps, length) and "-" not in look else look
    shapes = tuple(_box(at * 8.0, -height / 2, 5.0, height, look) for at in range(number))
    width = (number - 1) * 8.0 + 5.0
    return _from(shapes, width, height / 2, (0, -height / 2, width, height / 2), None)


def _bar(units: int | None, scale: Scale, look: str) -> Solid:
    length = max(units * scale.vectors, LEAST) if units else scale.unseen
    look = "unseen" if not units and "-" not in look else look
    slant, half = _SLANT * length, length / 2
    corners = (
        (0.0, -half),
        (_THICKNESS, -half),
        (_THICKNESS + slant, half),
        (slant, half),
    )
    width = _THICKNESS + slant
    middle = (slant / 2, -half, slant / 2 + _THICKNESS, half)
    return Solid(
        (Shape(corners, look),),
        width,
        -half,
        half,
        middle,
        exits=(corners[1], corners[2]),
        entries=(corners[0], corners[3]),
        middle=(slant / 2, slant / 2 + _THICKNESS),
        foot=(slant + _THICKNESS / 2, half),
    )


def _plain(width: float, height: float, look: str) -> Solid:
    half = height / 2
    return _from((_box(0, -half, width, height, look),), width, half, (0, -half, width, half), None)


def _from(
    shapes: tuple[Shape, ...],
    width: float,
    half: float,
    front: tuple[float, float, float, float],
    unit: Point | None,
) -> Solid:
    left, top, right, bottom = front
    exits, entries = ((right, top), (right, bottom)), ((left, top), (left, bottom))
    foot = ((left + right) / 2, half)
    return Solid(shapes, width, -half, half, front, unit, exits, entries, (left, right), foot)


def _box(x: float, y: float, width: float, height: float, look: str) -> Shape:
    return Shape(((x, y), (x + width, y), (x + width, y + height), (x, y + height)), look)
