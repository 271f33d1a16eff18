"""Keras's answers to random layers, recorded, and inference held against them without Keras.

`make mutants` breaks inference thousands of times and cannot ask Keras each time. It records the
answers by `python -m tests.recorded` and names this file to pytest, which else passes it over.
"""

from __future__ import annotations

import pickle
import sys
from pathlib import Path
from random import Random
from typing import Any

import pytest

from lenet_verify.architecture import Layer
from lenet_verify.errors import InferenceError
from lenet_verify.inference import derive

ANSWERS = Path(__file__).with_name(".answers")

COUNT = 35
"""Of each type, as many cases as test_parity.py takes."""

Shapes = tuple[tuple[int | None, ...], ...]

Answer = tuple[Shapes, Shapes, Shapes] | str | None
"""What comes out, the weights that are trained, and, sorted, the others; `refused`; None where
inference says nothing."""


def recorded() -> dict[str, list[tuple[Layer, Answer]]]:
    return pickle.loads(ANSWERS.read_bytes()) if ANSWERS.exists() else {}


@pytest.mark.parametrize(("type_", "answers"), recorded().items())
def test_as_keras_answered(type_, answers):
    for layer, answer in answers:
        assert said(layer) == answer, layer


def said(layer: Layer) -> Answer:
    try:
        derived = derive(layer)
    except InferenceError:
        return "refused"
    if derived is None:
        return None
    shapes = tuple(shape.sizes for shape in derived.shapes)
    return shapes, derived.trainable_weights, tuple(sorted(derived.non_trainable_weights))


def record() -> None:
    """Asks Keras, and notes what inference is asked of the same case. Where Keras is known to be
    wrong, what inference says stands."""
    from tests.parity import compare
    from tests.parity.cases import CASES

    asked: list[Layer] = []

    def noting(layer: Layer) -> Any:
        asked.append(layer)
        return derive(layer)

    compare.derive = noting
    answers: dict[str, list[tuple[Layer, Answer]]] = {}
    for type_, make in CASES.items():
        rng = Random(0)
        for _ in range(COUNT):
            asked.clear()
            compared = compare.compare(make(rng))
            if compared.outcome == "disagreed":
                sys.exit(f"Mend this first, see `make parity`:\n{compared}")
            answer = _plain(compared.inference)
            unlike = [layer for number, layer in enumerate(asked) if layer not in asked[:number]]
            answers.setdefault(type_, []).extend((layer, answer) for layer in unlike)
    ANSWERS.write_bytes(pickle.dumps(answers))


def _plain(said: Any) -> Answer:
    if hasattr(said, "shapes"):
        return said.shapes, said.trainable, said.non_trainable
    return "refused" if hasattr(said, "why") else None


if __name__ == "__main__":
    record()
