"""`digits`: the 1,797 handwritten digits that scikit-learn ships, split once and for all.

They are 8x8 pixels of 0 to 16, the test part of the UCI set "Optical Recognition of Handwritten
Digits". The original has no split of its own any more; ours is by rule, so that no version of
anything can change it: of each class every fifth image, in the order of the data, is for testing.
"""

from __future__ import annotations

from typing import Any

from lenet_verify.errors import MissingLibraryError
from lenet_verify.training.dataset import Dataset, dataset

BRIGHTEST = 16
EVERY = 5
"""One of so many images of a class is for testing."""


def digits() -> Dataset:
    """The data set.

    Raises:
        MissingLibraryError: scikit-learn is not installed.
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError as e:
        raise MissingLibraryError("scikit-learn", "train", "the data set digits") from e
    bunch: Any = load_digits()
    images, classes = bunch.images.astype("uint8"), bunch.target
    for_testing = _every_fifth_of_each_class(classes)
    return dataset(
        "digits",
        {
            "x_train": images[~for_testing],
            "y_train": classes[~for_testing],
            "x_test": images[for_testing],
            "y_test": classes[for_testing],
        },
    )


def _every_fifth_of_each_class(classes: Any) -> Any:
    import numpy as np

    chosen = np.zeros(len(classes), dtype=bool)
    for one in np.unique(classes):
        (places,) = np.nonzero(classes == one)
        chosen[places[EVERY - 1 :: EVERY]] = True
    return chosen
