"""What each output position of an axis reads of its input: padding, strides, dilation, cropping
and windows all told in one way, so that two of them are equal where they read the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

ZERO = -1
"""The place of a position that is nothing but a zero that was put there."""

Taps = tuple[tuple[int, ...], ...]
"""For each output position the input positions that a kernel's taps stand on, in their order."""
Shares = tuple[frozenset[tuple[int, Fraction]], ...]
"""For each output position the input positions, each with its share."""


def taps(size: int, kernel: int, stride: int, padding: str, dilation: int = 1) -> Taps:
    """Where a kernel stands on an axis; its taps on padding stand on ZERO."""
    reach = (kernel - 1) * dilation + 1
    if padding == "same":
        count = -(-size // stride)
        before = max((count - 1) * stride + reach - size, 0) // 2
    else:
        before = reach - 1 if padding == "causal" else 0
        count = (size + before - reach) // stride + 1
    starts = (number * stride - before for number in range(count))
    return tuple(
        tuple(p if 0 <= p < size else ZERO for p in (s + tap * dilation for tap in range(kernel)))
        for s in starts
    )


def picked(positions: Iterable[int]) -> Shares:
    """One input position for each output position."""
    return tuple(frozenset({(position, Fraction(1))}) for position in positions)


def windowed(places: Taps) -> Shares:
    """Windows over what is no padding."""
    found = []
    for window in places:
        seen = [position for position in window if position != ZERO]
        found.append(frozenset((position, Fraction(1, len(seen))) for position in seen))
    return tuple(found)


def is_picking(axis: Shares) -> bool:
    return all(len(window) == 1 for window in axis)


def is_identity(axis: Shares, size: int) -> bool:
    return axis == picked(range(size))


def pads(axis: Shares) -> bool:
    """Whether any output position reads a zero that was put there."""
    return any(position == ZERO for window in axis for position, _ in window)


def always_pads(axis: Shares) -> bool:
    """Whether every output position does."""
    return all(any(position == ZERO for position, _ in window) for window in axis)


def after(outer: Shares, inner: Shares) -> Shares:
    """What one axis reads through another."""
    found = []
    for window in outer:
        shares: dict[int, Fraction] = {}
        for position, share in window:
            for source, part in _read(inner, position):
                shares[source] = shares.get(source, Fraction(0)) + share * part
        found.append(frozenset(shares.items()))
    return tuple(found)


def without_shares(axis: Shares) -> Shares:
    """The same for a maximum, to which it does not matter how often something is read."""
    return tuple(frozenset((position, Fraction(1)) for position, _ in window) for window in axis)


def taps_through(places: Taps, inner: Shares) -> Taps:
    """Where a kernel's taps stand, seen through what picks single positions."""
    return tuple(
        tuple(next(iter(_read(inner, position)))[0] for position in window) for window in places
    )


def _read(axis: Shares, position: int) -> Iterable[tuple[int, Fraction]]:
    return [(ZERO, Fraction(1))] if position == ZERO else axis[position]


def first_taps(places: Sequence[tuple[int, ...]]) -> Iterable[int]:
    return (window[0] for window in places)
