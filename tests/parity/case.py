"""One question that is put to Keras and to inference alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

Sizes = tuple[int | None, ...]


@dataclass(frozen=True)
class Case:
    """What becomes of inputs of these shapes in a layer of these arguments?

    Attributes:
        type: a class of keras.layers (`Conv2D`) or an operation of keras.ops (`ops.Relu`).
        arguments: keyword arguments as one would give them to Keras's class, or, of an operation,
            to the function besides its tensors. A layer in them is `{"type": "LSTM", "units": 3}`.
        shapes: of the inputs, the batch left out; of a recurrent layer or a cell the first is
            the sequence (or step), the others its states.
        dtype: of the inputs.
    """

    type: str
    arguments: dict[str, Any] = field(default_factory=dict)
    shapes: tuple[Sizes, ...] = ()
    dtype: str = "float32"


@dataclass(frozen=True)
class Oddity:
    """Where Keras takes what no backend could run, or is plainly wrong or inconsistent.

    A disagreement on a case to which it applies is counted apart, unless the layer, run on
    numbers, gives something else than inference says.

    Attributes:
        by_accident: it even runs, to something that it is not defined to give.
    """

    why: str
    applies: Callable[[Case], bool]
    by_accident: bool = False


Generator = Callable[[Random], Case]
"""Draws a random case of one type with nothing but the random numbers it is given."""

Generators = Mapping[str, Generator]
Oddities = Mapping[str, tuple[Oddity, ...]]
"""By type. A module of cases has a literal `CASES: Generators` and may have `ODDITIES`."""
