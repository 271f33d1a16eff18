"""What a trained network makes of the samples that it was tested on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lenet_verify.training.learner import Learner
from lenet_verify.training.partition import Partition


@dataclass(frozen=True)
class Evaluation:
    """Predictions, counted.

    Attributes:
        predicted: the class of each test sample; -1 where the network gave no number.
        matrix: how many test samples of each class, a row, are taken for each, a column; those
            without a prediction are in no column.
        test, train: mistakes, and samples.
    """

    predicted: Any
    matrix: tuple[tuple[int, ...], ...]
    test: tuple[int, int]
    train: tuple[int, int]


def evaluation(learner: Learner, parts: Partition) -> Evaluation:
    """What a network makes of what it is tested on, and of what it was trained on."""
    predicted = learner.predicted(learner.outputs(parts.x_test))
    taught = learner.predicted(learner.outputs(parts.x_train))
    return Evaluation(
        predicted,
        _matrix(parts.y_test, predicted, learner.classes),
        _mistakes(parts.y_test, predicted),
        _mistakes(parts.y_train, taught),
    )


def _mistakes(classes: Any, predicted: Any) -> tuple[int, int]:
    return int((classes != predicted).sum()), len(classes)


def _matrix(classes: Any, predicted: Any, number: int) -> tuple[tuple[int, ...], ...]:
    counts = np.zeros((number, number), dtype=int)
    known = predicted >= 0
    np.add.at(counts, (classes[known], predicted[known]), 1)
    return tuple(tuple(int(count) for count in row) for row in counts)
