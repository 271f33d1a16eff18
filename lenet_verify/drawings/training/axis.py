"""An axis: which values are marked on it, and how they are written."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Axis:
    """From the lowest to the highest mark.

    Attributes:
        marks: at least two, ascending, equally far apart.
    """

    marks: tuple[float, ...]

    def share(self, value: float) -> float:
        """Where a value is, from 0 to 1."""
        return (value - self.marks[0]) / (self.marks[-1] - self.marks[0])


def axis(values: Iterable[float], most: int = 6, *, highest: float | None = None) -> Axis:
    """An axis on which all values have room.

    Args:
        values: finite; none is none at all.
        most: marks.
        highest: which no value can exceed, so that there is no mark beyond.
    """
    known = list(values) or [0.0, 1.0]
    low, high = min(known), max(known)
    if highest is not None:
        high = highest
    if low == high:
        low, high = (low - 0.5, high) if highest is not None else (low - 0.5, high + 0.5)
    step = _step((high - low) / (most - 1))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return Axis(tuple(number * step for number in range(first, last + 1)))


def epochs(number: int, most: int = 10) -> Axis:
    """An axis of epochs, from the first to the last, or one beyond it."""
    if number <= 1:
        return Axis((0.0, 1.0, 2.0))
    step = max(1, round(_step((number - 1) / most)))
    count = math.ceil((number - 1) / step)
    return Axis(tuple(float(1 + step * mark) for mark in range(count + 1)))


def _step(least: float) -> float:
    """The smallest of 1, 2, 5, 10 … that is no smaller."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= least * (1 - 1e-9))


def written(value: float, axis: Axis) -> str:
    """A mark as text, with as many digits as its axis needs."""
    step = axis.marks[1] - axis.marks[0]
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    text = f"{value:.{digits}f}" if digits < 6 else f"{value:.1e}"
    return text.replace("-", "−")
