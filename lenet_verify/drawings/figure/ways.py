"""What leads from one tensor to the next: a receptive field, a full connection, an arrow."""

from __future__ import annotations

from lenet_verify.architecture import Layer
from lenet_verify.drawings.figure.picture import Point, Shape
from lenet_verify.drawings.figure.solids import Solid
from lenet_verify.drawings.figure.stages import ALONE, EQUAL, Stage

_LEAST_FIELD = 2.5
_FULL = ("Dense", "EuclideanRBF")
"""Layers of which every unit is connected with all that comes in."""


def way(stage: Stage, before: Solid, left: float, after: Solid, right: float) -> list[Shape]:
    """The lines to a stage from the one before it.

    Args:
        stage: where they lead.
        before, after: the drawings.
        left, right: where those begin.
    """
    layer = stage.end
    simple = stage.why in (ALONE, EQUAL) and not (layer and stage.units[-1].branches)
    if layer is not None and simple:
        kernel = _kernel(layer)
        if kernel is not None and before.unit is not None:
            return _field(kernel, before, left, after, right)
        if layer.type in _FULL and before.exits is not None:
            return _full(before, left, after, right)
    # what comes from another lane is joined without a gap
    start = left + before.middle[1] + (5 if before.shapes else 0)
    return arrow((start, 0), (right + after.middle[0] - 5, 0))


def arrow(start: Point, end: Point) -> list[Shape]:
    """A line with a head at its end."""
    (x, y), (to_x, to_y) = start, end
    length = max(((to_x - x) ** 2 + (to_y - y) ** 2) ** 0.5, 0.01)
    along_x, along_y = (to_x - x) / length * 6, (to_y - y) / length * 6
    back = (to_x - along_x, to_y - along_y)
    wings = (along_y * 0.45, along_x * 0.45)
    head = (
        end,
        (back[0] - wings[0], back[1] + wings[1]),
        (back[0] + wings[0], back[1] - wings[1]),
    )
    return [Shape((start, back), "line", closed=False), Shape(head, "head")]


def _kernel(layer: Layer) -> tuple[int, int] | None:
    """The receptive field of a convolution or a pooling, height and width."""
    config = layer.config
    given = config.get("kernel_size", config.get("pool_size"))
    if isinstance(given, int):
        given = (given, given)
    if isinstance(given, list | tuple) and len(given) > 1:
        tall, wide = given[-2:]
        if isinstance(tall, int) and isinstance(wide, int):
            return tall, wide
    return None


def _field(
    kernel: tuple[int, int], before: Solid, left: float, after: Solid, right: float
) -> list[Shape]:
    x0, y0, x1, y1 = before.front
    unit = before.unit or (1.0, 1.0)
    wide = min(max(kernel[1] * unit[0], _LEAST_FIELD), x1 - x0)
    tall = min(max(kernel[0] * unit[1], _LEAST_FIELD), y1 - y0)
    x = left + min(max(x0 + 0.64 * (x1 - x0) - wide / 2, x0), x1 - wide)
    y = min(max(y0 + 0.36 * (y1 - y0) - tall / 2, y0), y1 - tall)
    square = ((x, y), (x + wide, y), (x + wide, y + tall), (x, y + tall))
    a0, b0, a1, b1 = after.front
    point = (right + a0 + 0.3 * (a1 - a0), b0 + 0.62 * (b1 - b0))
    if after.unit is None:
        point = (right + (after.entries[0][0] + after.entries[1][0]) / 2, 0.0)
    dot = tuple((point[0] + dx, point[1] + dy) for dx, dy in ((0, -2), (2, 0), (0, 2), (-2, 0)))
    return [
        Shape(square, "field"),
        Shape((square[1], point), "line", closed=False),
        Shape((square[2], point), "line", closed=False),
        Shape(dot, "field"),
    ]


def _full(before: Solid, left: float, after: Solid, right: float) -> list[Shape]:
    """Everything with everything: from both ends to both ends."""
    exits = before.exits or ()
    return [
        Shape(((left + x, y), (right + to_x, to_y)), "line", closed=False)
        for x, y in exits
        for to_x, to_y in after.entries
    ]
