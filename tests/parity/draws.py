"""What several modules of random cases draw alike."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.parity.case import Sizes


def size(rng: Random, most: int = 6) -> int | None:
    """The size of an axis: now and then variable, often 1."""
    if rng.random() < 0.15:
        return None
    return rng.choice((1, rng.randint(1, most), rng.randint(1, most)))


def sizes(rng: Random, least: int = 0, most: int = 4) -> Sizes:
    """The sizes of a tensor of some number of axes."""
    return tuple(size(rng) for _ in range(rng.randint(least, most)))


def some(rng: Random, arguments: dict[str, Any], share: float = 0.5) -> dict[str, Any]:
    """Some of the arguments; the others have their defaults."""
    return {key: value for key, value in arguments.items() if rng.random() < share}
