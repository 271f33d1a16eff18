"""`mnist`, `fashion_mnist`, `cifar10` by keras.datasets: from its cache, or fetched on request."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lenet_verify.errors import DataError
from lenet_verify.framework import import_keras
from lenet_verify.raised import innermost_message
from lenet_verify.training.dataset import Dataset, dataset

LABELS: Mapping[str, tuple[str, ...]] = {
    "cifar10": (
        "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
    ),
    "fashion_mnist": (
        "T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag",
        "ankle boot",
    ),
    "mnist": tuple("0123456789"),
}  # fmt: skip
"""The data sets, with what their classes are called."""

_PATIENCE = 30.0
"""Seconds that a server may be silent."""

_ALTERNATIVES = "--data digits needs no network, --data FILE.npz takes your own"


class _NotAsked(Exception):
    pass


class _Refusing(urllib.request.OpenerDirector):
    """Opens no address."""

    def open(self, *_: Any, **__: Any) -> Any:
        raise _NotAsked


def keras_data(name: str, *, download: bool) -> Dataset:
    """A data set of keras.datasets.

    Args:
        name: one of `LABELS`.
        download: whether it may be fetched where Keras does not have it in its cache.

    Raises:
        DataError: it is not in the cache and may not be fetched, or that failed.
        MissingLibraryError: Keras is not installed.
    """
    keras = import_keras()
    load = getattr(keras.datasets, name).load_data
    try:
        with _network(download), _without_its_words():
            (x_train, y_train), (x_test, y_test) = load()
    except Exception as e:  # of whatever kind a version of Keras raises, a network, a full disk
        if _was_refused(e):
            raise DataError(
                f"{name} is not in Keras's cache, and nothing is fetched without --download; "
                + _ALTERNATIVES
            ) from None
        what = "could not be fetched" if download else "cannot be read from Keras's cache"
        raise DataError(f"{name} {what}: {innermost_message(e)}; {_ALTERNATIVES}") from e
    arrays = {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}
    return dataset(name, arrays, LABELS[name])


@contextlib.contextmanager
def _network(allowed: bool) -> Iterator[None]:
    """None at all, or one that does not wait for ever."""
    opener, patience = getattr(urllib.request, "_opener", None), socket.getdefaulttimeout()
    if not allowed:
        urllib.request.install_opener(_Refusing())
    socket.setdefaulttimeout(_PATIENCE)
    try:
        yield
    finally:
        socket.setdefaulttimeout(patience)
        urllib.request.install_opener(opener)


@contextlib.contextmanager
def _without_its_words() -> Iterator[None]:
    """Keras tells of a download on standard output, which is for data."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        people = sys.stderr.isatty() if sys.stderr else False
        with contextlib.redirect_stdout(sys.stderr if people else nowhere):
            yield


def _was_refused(error: BaseException | None) -> bool:
    while error is not None and not isinstance(error, _NotAsked):
        error = error.__cause__ or error.__context__
    return error is not None
