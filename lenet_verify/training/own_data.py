"""`FILE.npz`: a data set of one's own."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lenet_verify.errors import DataError
from lenet_verify.training.dataset import PARTS, Dataset, dataset

NAMES = "labels"
"""An array that may stand beside those of `PARTS`: what the classes are called."""

_MOST = 8 * 2**30
"""Bytes that are unpacked at most."""


def own_data(path: str) -> Dataset:
    """The data set in a file that `numpy.savez` wrote.

    Raises:
        DataError: there is none, or something is wrong with it. Pickled objects are refused:
            reading them would run code.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > _MOST:
            raise DataError(f"{path} unpacks to {unpacked:,} bytes, more than {_MOST:,}")
        with np.load(path, allow_pickle=False) as arrays:
            _check_names(path, arrays.files)
            found = {part: _array(path, arrays, part) for part in PARTS}
            names = _array(path, arrays, NAMES) if NAMES in arrays.files else None
    except DataError:
        raise
    except zipfile.BadZipFile as e:
        raise DataError(f"{path} is no .npz file, as numpy.savez writes them") from e
    except OSError as e:
        raise DataError(f"{path} cannot be read: {e.strerror or e}") from e
    return dataset(path, found, () if names is None else _words(path, names))


def _check_names(path: str, names: Sequence[str]) -> None:
    missing = [part for part in PARTS if part not in names]
    if missing:
        has = ", ".join(sorted(names)[:10]) or "nothing"
        raise DataError(f"{path} has no {' and no '.join(missing)}; it has {has}")


def _array(path: str, arrays: Any, name: str) -> Any:
    try:
        return arrays[name]
    except MemoryError as e:
        raise DataError(f"{path}: {name} is larger than memory") from e
    except (ValueError, EOFError, OSError, RecursionError, zipfile.BadZipFile) as e:
        if "allow_pickle" in str(e):
            reason = "holds pickled objects, which reading would run: save arrays of numbers"
        else:
            reason = "is damaged"
        raise DataError(f"{path}: {name} {reason}") from e


def _words(path: str, names: Any) -> list[str]:
    if names.dtype.kind != "U" or names.ndim != 1:
        raise DataError(f"{path}: {NAMES} is a list of the names of classes, as texts")
    return [str(name) for name in names]


def is_file_of_data(name: str) -> bool:
    """Whether that is how such a file is called."""
    return Path(name).suffix.lower() == ".npz"
