"""The points at which functions are compared, and when two that were computed are the same."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

Values = tuple[float, ...]
"""What a function gives at each of the points."""

# In 1024ths, which every binary format has exactly. Irregular, so that no step or bend of a
# common activation (0.5, 1, 3, 6, 20 …) is at one of them, and close where these are: where a
# function steps is known only up to the nearest two.
_OF_1024 = (
    *(1, 43, 98, 177, 262, 309, 390, 451, 487, 543, 577, 632, 702, 760, 826, 884, 943, 1003, 1031),
    *(1083, 1156, 1279, 1574, 1957, 2403, 2942, 3037, 3495, 4320, 5408, 6059, 6223, 6489, 7630),
    *(9356, 13015, 17807, 25426, 99635, 1264128),
)
POINTS: Values = tuple(x / 1024 for x in (*(-n for n in reversed(_OF_1024)), 0, *_OF_1024))
"""The points, from -1234.5 to 1234.5, zero among them."""

_RELATIVE, _ABSOLUTE = 1e-5, 1e-6
"""How far two values may be apart: so much of themselves, and so much of x, or of 1 if x is less.

Single precision carries 1 part in 1.7e7. A formula written in some ten operations loses up to a
few of its last bits; and where it subtracts what is as large as 1 or as x, as (x + sqrt(x*x)) / 2
does, as much of that, however little remains. The nearest of the activations that have names, both
forms of GELU, are 4.7e-4 apart; 2/3 and 0.6667, 1.7159 and 1.716 are told apart, 2/3 and 0.666667
are not.
"""
_FAR = 80.0
"""Beyond it exp(x) passes the range of single precision. A function that is no number there, such
as log(1 + exp(x)) for softplus, says nothing but that it is computed without care."""


def each(function: Callable[[float], float], values: Sequence[float]) -> Values:
    """What a function gives of each value: infinite past all bounds, NaN where it has none."""
    return tuple(_at(function, x) for x in values)


def _at(function: Callable[[float], float], x: float) -> float:
    try:
        return function(x)
    except OverflowError:
        return math.inf
    except (ValueError, ZeroDivisionError):
        return math.nan


def difference(one: Sequence[float], other: Sequence[float]) -> float | None:
    """The point where two functions differ most, for their size; None if they are the same."""
    worst, where = 1.0, None
    for x, a, b in zip(reversed(POINTS), reversed(one), reversed(other), strict=True):
        apart = _apart(x, a, b)
        if apart > worst:
            worst, where = apart, x
    return where


def agree(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether two functions are the same at all points, in single precision."""
    return difference(one, other) is None


def _apart(x: float, a: float, b: float) -> float:
    """How far apart two values are; more than 1 is more than rounding explains."""
    if math.isfinite(a) and math.isfinite(b):
        rounding = _ABSOLUTE * max(1.0, abs(x)) + _RELATIVE * max(abs(a), abs(b))
        return abs(a - b) / rounding
    if a == b or (math.isnan(a) and math.isnan(b)) or abs(x) > _FAR:
        return 0.0
    return math.inf
