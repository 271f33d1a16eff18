"""Which samples are trained on, which are held back, and in which order: by the seed alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lenet_verify.errors import DataError
from lenet_verify.spec import TrainingRecipe
from lenet_verify.training.dataset import Dataset

# what a seed's numbers are drawn for: epochs count from 1
_FEWER, _HELD_BACK = (1, 0), (2, 0)


@dataclass(frozen=True)
class Partition:
    """Images and classes by what they are for; `validation` has none where nothing is wanted."""

    x_train: Any
    y_train: Any
    x_validation: Any
    y_validation: Any
    x_test: Any
    y_test: Any


def partition(data: Dataset, recipe: TrainingRecipe, samples: int | None) -> Partition:
    """The parts of a data set that a run uses.

    Args:
        data: the data set.
        recipe: says what is held back for validation.
        samples: at most so many to train on, and so many to test on, drawn by the seed; None for
            all.

    Raises:
        DataError: more is to be held back than there is.
    """
    x_train, y_train = _fewer(data.x_train, data.y_train, samples, recipe.seed)
    x_test, y_test = _fewer(data.x_test, data.y_test, samples, recipe.seed)
    validation = recipe.validation
    if validation == "test":
        return Partition(x_train, y_train, x_test, y_test, x_test, y_test)
    count = 0
    if validation is not None:
        share = validation * len(x_train) if isinstance(validation, float) else validation
        count = max(1, round(share))
    if count >= len(x_train):
        raise DataError(
            f"'validation' holds back {count:,} of {len(x_train):,} samples of {data.name}, which "
            "leaves none to train on"
        )
    held_back = np.zeros(len(x_train), dtype=bool)
    held_back[_drawn(len(x_train), recipe.seed, _HELD_BACK)[:count]] = True
    return Partition(
        x_train[~held_back], y_train[~held_back],
        x_train[held_back], y_train[held_back],
        x_test, y_test,
    )  # fmt: skip


def order(number: int, seed: int, epoch: int) -> Any:
    """In which order so many samples are trained on in an epoch, counted from 1."""
    return _drawn(number, seed, (0, epoch))


def _fewer(images: Any, classes: Any, most: int | None, seed: int) -> tuple[Any, Any]:
    if most is None or most >= len(images):
        return images, classes
    chosen = np.sort(_drawn(len(images), seed, _FEWER)[:most])
    return images[chosen], classes[chosen]


def _drawn(number: int, seed: int, what_for: tuple[int, int]) -> Any:
    # PCG64 named: NumPy may change what `default_rng` is
    return np.random.Generator(np.random.PCG64([seed, *what_for])).permutation(number)
