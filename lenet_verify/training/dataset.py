"""Images with their classes, in a part to train on and a part to test on; checked and hashed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lenet_verify.errors import DataError
from lenet_verify.visible import visible

PARTS = ("x_train", "y_train", "x_test", "y_test")
"""What the arrays are called, as Keras's own documentation has it."""


@dataclass(frozen=True)
class Dataset:
    """A data set for classification.

    Attributes:
        name: as the user gave it: of a well-known one, or of a file.
        x_train, x_test: images, (number, height, width) or (number, height, width, channels).
        y_train, y_test: the class of each, counted from 0.
        labels: what the classes are called; as many as there are at least.
        sha256: of types, shapes and values, whatever file they came in.
    """

    name: str
    x_train: Any
    y_train: Any
    x_test: Any
    y_test: Any
    labels: tuple[str, ...]
    sha256: str


def dataset(name: str, arrays: Mapping[str, Any], labels: Sequence[str] = ()) -> Dataset:
    """The data set of four arrays, once nothing is wrong with them.

    Args:
        name: for the errors.
        arrays: by the names of `PARTS`.
        labels: what the classes are called; their numbers, where this is empty.

    Raises:
        DataError: what is wrong with the first array that anything is wrong with.
    """
    found = {part: np.asarray(arrays[part]) for part in PARTS}
    for part in ("train", "test"):
        x, y = f"x_{part}", f"y_{part}"
        _check_images(f"{name}: {x}", found[x])
        found[y] = _classes(f"{name}: {y}", found[y])
        if len(found[x]) != len(found[y]):
            raise DataError(
                f"{name}: {x} has {len(found[x]):,} images, but {y} {len(found[y]):,} labels"
            )
    if found["x_train"].shape[1:] != found["x_test"].shape[1:]:
        raise DataError(
            f"{name}: images of x_train are {_size(found['x_train'])}, of x_test "
            f"{_size(found['x_test'])}"
        )
    classes = 1 + max(int(found["y_train"].max()), int(found["y_test"].max()))
    if labels and len(labels) < classes:
        raise DataError(f"{name}: labels has {len(labels)} names for {classes} classes")
    if twice := next((one for one in labels if labels.count(one) > 1), None):
        raise DataError(f"{name}: labels has '{visible(twice)}' twice")
    names = tuple(labels) or tuple(str(number) for number in range(classes))
    return Dataset(name=name, **found, labels=names, sha256=_sha256(found))


def _check_images(what: str, images: Any) -> None:
    if images.dtype.kind not in "uif":
        raise DataError(f"{what} holds {images.dtype}, not numbers")
    if images.ndim not in (3, 4):
        raise DataError(
            f"{what} is {_axes(images)}; images are (number, height, width) or (number, height, "
            "width, channels)"
        )
    if not images.size:
        raise DataError(f"{what} is {_axes(images)}: there is nothing in it")
    if images.dtype.kind == "f":
        odd = ~np.isfinite(images).reshape(len(images), -1).all(axis=1)
        if odd.any():
            raise DataError(
                f"{what} has NaN or infinity in {int(odd.sum()):,} of {len(images):,} images; the "
                f"first is image {int(odd.argmax())}"
            )


def _classes(what: str, labels: Any) -> Any:
    """Labels as one axis of whole numbers; CIFAR's come as a column."""
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim != 1:
        hint = "; of one-hot rows, take .argmax(axis=1)" if labels.ndim == 2 else ""
        raise DataError(f"{what} is {_axes(labels)}; labels are one whole number an image{hint}")
    if labels.dtype.kind not in "ui":
        raise DataError(f"{what} holds {labels.dtype}; labels are whole numbers from 0")
    if len(labels) and labels.min() < 0:
        first = int((labels < 0).argmax())
        raise DataError(f"{what} has {int(labels[first])} at {first}; labels are counted from 0")
    return labels.astype(np.int64)


def _axes(array: Any) -> str:
    return str(tuple(array.shape))


def _size(images: Any) -> str:
    return "x".join(map(str, images.shape[1:]))


def _sha256(arrays: Mapping[str, Any]) -> str:
    """The same for the same values, whichever way their bytes lie."""
    digest = hashlib.sha256()
    for part in PARTS:
        plain = np.ascontiguousarray(arrays[part])
        little = plain.astype(plain.dtype.newbyteorder("<"), copy=False)
        digest.update(f"{part} {little.dtype.str} {little.shape}\n".encode())
        digest.update(little.data)
    return digest.hexdigest()
