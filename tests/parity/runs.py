"""Where Keras and inference differ, what comes out when the layer runs on numbers.

Keras mostly works out by `compute_output_shape` what a layer makes of its inputs, and never calls
the layer. That may let pass what the call itself refuses, or say another shape than comes out.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from itertools import islice
from typing import Literal

from lenet_verify.framework import import_keras
from tests.parity.calling import called, layer_of, operated
from tests.parity.case import Case, Sizes

keras = import_keras()

Verdict = Literal["confirmed", "refuted", "open"]

_BATCHES = (2, 5)
_FILLINGS = (3, 1, 2, 4, 5, 6, 7)
"""What variable sizes are tried with."""

_ENOUGH = 2
"""That many of them that run will do."""


def verdict(case: Case, said: tuple[Sizes, ...] | None) -> Verdict:
    """Whether a layer, run on numbers, makes of its inputs what inference says.

    Args:
        case: the layer and its inputs.
        said: the shapes that inference says come out; None if it says that the layer refuses.

    Returns:
        `open` where inference says that something comes out, but the layer does not run here: a
        backend may lack what a layer is defined to do.
    """
    if re.search("Adaptive(Max|Average)Pool", case.type):
        return "open"  # TensorFlow divides by zero, and the process is gone
    runs = list(islice(_runs(case), _ENOUGH))
    if said is None:
        return "refuted" if runs else "confirmed"
    if not runs:
        return "open"
    return "confirmed" if all(_fits(run, said) for run in runs) else "refuted"


def _runs(case: Case) -> Iterator[tuple[Sizes, ...]]:
    """The shapes that come out of one example, for all values of its variable sizes for which
    the layer runs, whatever the batch; where they depend on that, nothing does. That nothing
    at all comes out is no more than a refusal."""
    variable = any(None in shape for shape in case.shapes)
    for filling in _FILLINGS if variable else _FILLINGS[:1]:
        first, second = (_run(case, batch, filling) for batch in _BATCHES)
        if first is not None and first == second and not any(0 in shape for shape in first):
            yield first


def _run(case: Case, batch: int, filling: int) -> tuple[Sizes, ...] | None:
    """The shapes that come out of one batch; None where Keras or its backend refuses."""
    shapes = [tuple(filling if size is None else size for size in shape) for shape in case.shapes]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            inputs = [keras.ops.zeros((batch, *shape), dtype=case.dtype) for shape in shapes]
            if case.type.startswith("ops."):
                outputs = operated(case.type, inputs, case.arguments)
            else:
                outputs = called(case.type, layer_of(case.type, case.arguments), inputs)
        except Exception:  # whatever they refuse with
            return None
    tensors = [keras.ops.shape(tensor) for tensor in keras.tree.flatten(outputs)]
    if any(not shape or shape[0] != batch for shape in tensors):
        return None  # something else has come before the batch
    return tuple(tuple(shape[1:]) for shape in tensors)


def _fits(shapes: tuple[Sizes, ...], said: tuple[Sizes, ...]) -> bool:
    return len(shapes) == len(said) and all(
        len(one) == len(other) and all(b in (None, a) for a, b in zip(one, other, strict=True))
        for one, other in zip(shapes, said, strict=True)
    )
