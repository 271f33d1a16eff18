"""Images to what a network takes in: enlarged, scaled and padded as the recipe says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lenet_verify.architecture import Shape
from lenet_verify.errors import DataError
from lenet_verify.spec import TrainingRecipe
from lenet_verify.training.dataset import Dataset


@dataclass(frozen=True)
class Preparation:
    """How images of a data set are made what a network takes in; calling it does so.

    Attributes:
        factor: each pixel becomes a square of so many times as many.
        margins: rows above and below, columns left and right.
        foreground: the value that becomes `high`; 0 becomes `low`, and so does the margin.
    """

    factor: int
    margins: tuple[tuple[int, int], tuple[int, int]]
    foreground: float
    low: float
    high: float

    def __call__(self, images: Any) -> Any:
        """A batch of images, (number, rows, columns, channels) of `float32`."""
        found = images[..., np.newaxis] if images.ndim == 3 else images
        if self.factor > 1:
            found = found.repeat(self.factor, axis=1).repeat(self.factor, axis=2)
        share = np.asarray(found, dtype=np.float32) / np.float32(self.foreground)
        scaled = np.float32(self.low) + share * np.float32(self.high - self.low)
        around = ((0, 0), *self.margins, (0, 0))
        return np.pad(scaled, around, constant_values=np.float32(self.low))


def preparation(data: Dataset, recipe: TrainingRecipe, shape: Shape) -> Preparation:
    """What makes the images of a data set fit a network.

    Args:
        data: the data set.
        recipe: says how images are padded and scaled.
        shape: of what the network takes in.

    Raises:
        DataError: they cannot be made fit.
    """
    rows, columns, *rest = data.x_train.shape[1:]
    channels = rest[0] if rest else 1
    wanted = shape.sizes
    if len(wanted) != 3:
        raise DataError(f"the network takes in {shape}; train feeds it images, such as 1@32x32")
    if wanted[2] not in (None, channels):
        hint = ""
        if rows == wanted[2]:
            hint = "; images are (number, height, width, channels), with the channels last"
        raise DataError(
            f"{data.name} has images of {channels} channel{'s' * (channels != 1)}, and the "
            f"network takes in {shape}{hint}"
        )
    goal = recipe.pad or tuple(
        size if size is not None and data.name == "digits" else has
        for size, has in zip(wanted[:2], (rows, columns), strict=True)
    )
    factor = _factor(rows, columns, goal) if data.name == "digits" else 1
    spare = (goal[0] - rows * factor, goal[1] - columns * factor)
    fits = all(size in (None, has) for size, has in zip(wanted[:2], goal, strict=True))
    if min(spare) < 0 or not fits:
        padded = f", padded to {goal[0]}x{goal[1]}," if recipe.pad and min(spare) >= 0 else ""
        hint = "" if recipe.pad else "; 'pad' under 'training' says what they are padded to"
        raise DataError(
            f"{data.name} has images of {rows}x{columns}{padded} and the network takes in "
            f"{shape}{hint}"
        )
    low, high = recipe.scale
    # the odd row goes below, the odd column to the right
    top, left = spare[0] // 2, spare[1] // 2
    margins = ((top, spare[0] - top), (left, spare[1] - left))
    return Preparation(factor, margins, _foreground(data), low, high)


def _factor(rows: int, columns: int, goal: tuple[int, ...]) -> int:
    """The largest by which images are enlarged that leaves a margin, if that is any."""
    return max(1, min((goal[0] - 1) // rows, (goal[1] - 1) // columns))


def _foreground(data: Dataset) -> float:
    if data.name == "digits":
        return 16.0
    if data.x_train.dtype == np.uint8:
        return 255.0
    largest = float(data.x_train.max())
    if largest <= 0:
        raise DataError(f"{data.name}: x_train has no value above 0, the background")
    return largest
