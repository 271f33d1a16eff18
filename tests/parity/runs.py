"""Where Keras says one thing of a layer and does another when it runs on numbers.

Keras mostly works out by `compute_output_shape` what a layer makes of its inputs, and never calls
the layer. Where that lets pass what the call itself refuses, or says another shape than comes out,
Keras contradicts itself: that is odd, whatever inference says.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from itertools import islice

from tests.parity.case import Case, Oddity, Sizes

_BATCHES = (2, 5)
_FILLINGS = (3, 1, 2, 4, 5, 6, 7)


def cannot_run(case: Case) -> bool:
    """Whether the layer refuses numbers, in a batch of one size or another, for all values of
    its variable sizes."""
    return all(None in _run(case, filling) for filling in _fillings(case))


def runs_otherwise(case: Case) -> bool:
    """Whether what comes out of the layer has another shape than Keras says."""
    said = _shapes_of(case, [(None, *shape) for shape in case.shapes])
    runs = (_run(case, filling) for filling in _fillings(case))
    some = list(islice((run for run in runs if None not in run), 2))
    if any(len(set(run)) > 1 for run in some):
        return True  # one example's shape depends on how many there are
    return said is not None and any(not _fits(run[0] or (), said) for run in some)


CANNOT_RUN = Oddity("it takes what its own call refuses", cannot_run)
RUNS_OTHERWISE = Oddity("what comes out of it has another shape than it says", runs_otherwise)


def _fillings(case: Case) -> Sequence[int]:
    return _FILLINGS if any(None in shape for shape in case.shapes) else _FILLINGS[:1]


def _run(case: Case, filling: int) -> tuple[tuple[Sizes, ...] | None, ...]:
    """The shapes that come out for each size of the batch; None where Keras refuses."""
    shapes = [tuple(filling if size is None else size for size in shape) for shape in case.shapes]
    return tuple(_shapes_of(case, [(batch, *shape) for shape in shapes]) for batch in _BATCHES)


def _shapes_of(case: Case, shapes: Sequence[Sizes]) -> tuple[Sizes, ...] | None:
    """What comes out of a layer that is called on numbers, or on symbols if the first size, of
    the batch, is None; None where Keras refuses."""
    from tests.parity.compare import called, keras, layer_of

    symbolic = any(shape[0] is None for shape in shapes)
    make = keras.KerasTensor if symbolic else keras.ops.zeros
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            inputs = [make(shape, dtype=case.dtype) for shape in shapes]
            outputs = called(case.type, layer_of(case.type, case.arguments), inputs)
        except Exception:  # whatever Keras or its backend refuses with
            return None
    return tuple(tuple(output.shape)[1:] for output in keras.tree.flatten(outputs))


def _fits(shapes: tuple[Sizes, ...], said: tuple[Sizes, ...]) -> bool:
    return len(shapes) == len(said) and all(
        len(one) == len(other) and all(b is None or a == b for a, b in zip(one, other, strict=True))
        for one, other in zip(shapes, said, strict=True)
    )
