"""Patterns of model files: `'models/*.keras'`, where the shell has not spelt them out."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from lenet_verify.errors import LenetVerifyError, MissingLibraryError, ReadError, UsageError
from lenet_verify.options import shown_path
from lenet_verify.readers import SUFFIXES, is_model_file
from lenet_verify.readers.files.byte_source import without_secrets
from lenet_verify.shipped import names_spec
from lenet_verify.visible import visible


class Models(NamedTuple):
    """The models that a command line names.

    Attributes:
        names: of each, in order.
        patterned: whether some were given by a pattern.
    """

    names: tuple[str, ...]
    patterned: bool


def spelt_out(given: Sequence[str]) -> Models:
    """The models given, each pattern as the files that it fits, by name.

    Raises:
        UsageError: a pattern that fits no file.
        ReadError: a place that cannot be searched.
    """
    names: list[str] = []
    patterned = False
    for one in given:
        if not _is_pattern(one):
            names.append(_shown(one))
            continue
        found = _stored(one) if "://" in one else _local(one)
        if not found:
            raise UsageError(f"{visible(without_secrets(one))}: no file fits this pattern")
        names += found
        patterned = True
    return Models(tuple(names), patterned)


def refuse_models(specs: Sequence[str]) -> None:
    """Refuses model files in the place of specs, where a shell puts what it makes of a pattern.

    Raises:
        UsageError: naming the first.
    """
    for one in specs:
        if one.lower().endswith(SUFFIXES):
            raise UsageError(
                f"{visible(one)} is a model, not a spec: name each with --model, or put a pattern "
                "in quotes, as in --model 'models/*.keras'"
            )


def _shown(name: str) -> str:
    # a spec goes by the name that it was given
    local = is_model_file(name) and "://" not in name and not names_spec(name)
    return shown_path(name) if local else name


def _is_pattern(name: str) -> bool:
    if re.match("https?://", name, re.IGNORECASE):
        # a question mark begins a query there, and brackets are an address
        return "*" in name.partition("?")[0]
    return glob.has_magic(name) and not os.path.lexists(name)


def _local(pattern: str) -> list[str]:
    # pathlib takes no pattern of an absolute path
    found = glob.iglob(pattern, recursive=True)  # noqa: PTH207
    return sorted(shown_path(path) for path in found if not Path(path).is_dir())


def _stored(pattern: str) -> list[str]:
    """The files of an object store or the like that fit."""
    try:
        import fsspec
    except ImportError as e:
        raise MissingLibraryError("fsspec", "remote", "reading a model from a URL") from e
    try:
        files, path = fsspec.url_to_fs(pattern)
        return sorted(files.unstrip_protocol(one) for one in files.glob(path))
    except LenetVerifyError:
        raise
    except Exception as e:  # whatever a store may raise
        where = visible(without_secrets(pattern))
        raise ReadError(f"{where}: cannot be searched: {visible(str(e))}") from e
