"""A model's file to an `Architecture`: .keras, .h5 and .json, none of them loaded.

Nothing in a file is executed or imported, and no weight is read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from lenet_verify.architecture import Architecture
from lenet_verify.errors import InferenceError, ReadError
from lenet_verify.readers.config.entry import Malformed
from lenet_verify.readers.config.outline import Given
from lenet_verify.readers.config.reading import read_config
from lenet_verify.readers.files.byte_source import ByteSource, open_source
from lenet_verify.readers.files.content import LOOKED_AT, content_of, not_that
from lenet_verify.readers.files.limits import FileLimits
from lenet_verify.readers.files.strict_json import parse

SUFFIXES: Mapping[str, str] = {
    ".keras": "keras",
    ".h5": "hdf5",
    ".hdf5": "hdf5",
    ".json": "json",
}
"""What a file is by its name; where that tells nothing, its content does."""


class Texts(NamedTuple):
    """What a file tells of its model.

    Attributes:
        config: of the model, parsed.
        training: how it is compiled, where that is told apart.
        where: the config's place in messages.
    """

    config: Any
    training: Any
    where: str


def read_model_file(
    path: str, limits: FileLimits | None = None, inputs: Sequence[Given] = ()
) -> Architecture:
    """What the model in a file is.

    Args:
        path: of the file, or a URL that fsspec understands.
        limits: how large it may be.
        inputs: for a Sequential that declares none.

    Raises:
        ReadError: it is no such file, is damaged, is over a limit, or holds no model.
    """
    limits = limits or FileLimits()
    with open_source(path) as source:
        texts = _texts(source, path, limits)
    try:
        return read_config(texts.config, limits.layers, texts.training, inputs)
    except Malformed as e:
        raise ReadError(f"{texts.where}: {e}") from e
    except InferenceError as e:
        lines = [f"{texts.where}: layer {one.layer}: {one.message}" for one in (e, *e.further)]
        raise ReadError("\n".join(lines)) from e
    except RecursionError as e:
        raise ReadError(f"{texts.where}: it is nested too deeply to be a model") from e


def _texts(source: ByteSource, path: str, limits: FileLimits) -> Texts:
    kind = next((kind for end, kind in SUFFIXES.items() if path.lower().endswith(end)), None)
    if kind is None:
        head = source.read(0, LOOKED_AT)
        kind = content_of(head).kind
        if kind not in _READERS:
            raise ReadError(f"{source.name}: {not_that('a .keras, .h5 or .json file', head)}")
    return _READERS[kind](source, limits)


def _of_archive(source: ByteSource, limits: FileLimits) -> Texts:
    from lenet_verify.readers.files.archive import read_archive

    where = f"{source.name}: config.json"
    archive = read_archive(source, limits)
    return Texts(parse(archive.config, where, limits), None, where)


def _of_json(source: ByteSource, limits: FileLimits) -> Texts:
    from lenet_verify.readers.files.json_file import read_json_text

    return Texts(parse(read_json_text(source, limits), source.name, limits), None, source.name)


def _of_hdf5(source: ByteSource, limits: FileLimits) -> Texts:
    from lenet_verify.readers.files.hdf5 import read_hdf5

    where = f"{source.name}: model_config"
    attributes = read_hdf5(source, limits).attributes
    if "model_config" not in attributes:
        raise ReadError(
            f"{source.name}: it holds weights alone, no model_config; "
            "save the whole model with model.save(…)"
        )
    training = attributes.get("training_config")
    return Texts(
        parse(attributes["model_config"], where, limits),
        None if training is None else parse(training, f"{source.name}: training_config", limits),
        where,
    )


_READERS = {"keras": _of_archive, "hdf5": _of_hdf5, "json": _of_json}
