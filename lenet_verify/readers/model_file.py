"""A model's file to an `Architecture`: .keras, .h5 and .json, none of them loaded.

Nothing in a file is executed or imported, and no weight is read: of weights, their shapes, and
only where that is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from lenet_verify.architecture import Architecture
from lenet_verify.errors import InferenceError, ReadError
from lenet_verify.readers.config.entry import Malformed
from lenet_verify.readers.config.outline import Given
from lenet_verify.readers.config.reading import read_config
from lenet_verify.readers.files.byte_source import ByteSource, open_source
from lenet_verify.readers.files.content import LOOKED_AT, content_of, not_that
from lenet_verify.readers.files.limits import FileLimits
from lenet_verify.readers.files.strict_json import parse
from lenet_verify.readers.stored_weights import GROUPS, Shapes, with_weights
from lenet_verify.visible import visible

if TYPE_CHECKING:
    from lenet_verify.readers.files.archive import Archive

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
        config: of the model, as JSON.
        training: how it is compiled, as JSON, where that is told apart.
        where: the config's place in messages.
        kind: of the file.
        weights: the shapes of its weights by their paths, if they were asked for; or why there
            are none.
    """

    config: str
    training: str | None
    where: str
    kind: str
    weights: Shapes | str | None = None


def read_model_file(
    path: str,
    limits: FileLimits | None = None,
    inputs: Sequence[Given] = (),
    *,
    weights: bool = False,
) -> Architecture:
    """What the model in a file is.

    Args:
        path: of the file, or a URL that fsspec understands.
        limits: how large it may be.
        inputs: for a Sequential that declares none.
        weights: whether to read the shapes of its weights too.

    Raises:
        ReadError: it is no such file, is damaged, is over a limit, or holds no model.
    """
    with open_source(path) as source:
        return read_source(source, limits or FileLimits(), inputs, weights=weights)


def read_source(
    source: ByteSource, limits: FileLimits, inputs: Sequence[Given] = (), *, weights: bool = False
) -> Architecture:
    """The same of a file that is open.

    Raises:
        ReadError: as of `read_model_file`.
    """
    texts = _texts(source, limits, weights)
    found = _read(texts, limits, tuple(inputs))
    if isinstance(texts.weights, str):
        return replace(found, unknown={**found.unknown, "weights": texts.weights})
    return found if texts.weights is None else with_weights(found, texts.kind, texts.weights)


_SHARED_IDS = re.compile(r'("shared_object_id": )(\d+)')
"""Which objects are one. The numbers are where they were in memory when Keras wrote them, so that
two files of one model differ in these."""

_known: dict[tuple[Any, ...], Architecture] = {}
"""The last models that were read: a folder of checkpoints holds one config many times."""

_MOST_KNOWN, _LONGEST_KNOWN = 8, 2**20


def _read(texts: Texts, limits: FileLimits, inputs: tuple[Given, ...]) -> Architecture:
    numbers: dict[str, int] = {}
    config = _SHARED_IDS.sub(
        lambda found: f"{found[1]}{numbers.setdefault(found[2], len(numbers))}", texts.config
    )
    key = (config, texts.training, texts.kind, limits, inputs)
    if key not in _known:
        try:
            found = _read_anew(texts._replace(config=config), limits, inputs)
        except ReadError:
            found = _read_anew(texts, limits, inputs)  # which says where, in the file itself
        if len(texts.config) > _LONGEST_KNOWN:
            return found
        if len(_known) == _MOST_KNOWN:
            del _known[next(iter(_known))]
        _known[key] = found
    return _known[key]


def _read_anew(texts: Texts, limits: FileLimits, inputs: tuple[Given, ...]) -> Architecture:
    config = parse(texts.config, texts.where, limits)
    training = texts.training and parse(texts.training, f"{texts.where}: training_config", limits)
    try:
        apart = texts.kind == "hdf5"
        return read_config(config, limits.layers, inputs, training=training, apart=apart)
    except Malformed as e:
        raise ReadError(f"{texts.where}: {e}") from e
    except InferenceError as e:
        misfits = [f"{visible(one.layer)}: {visible(one.message, None)}" for one in (e, *e.further)]
        raise ReadError(*(f"{texts.where}: layer {misfit}" for misfit in misfits)) from e
    except RecursionError as e:
        raise ReadError(f"{texts.where}: it is nested too deeply to be a model") from e


def _texts(source: ByteSource, limits: FileLimits, weights: bool) -> Texts:
    name = source.name.lower()
    kind = next((kind for end, kind in SUFFIXES.items() if name.endswith(end)), None)
    if kind is None:
        head = source.read(0, LOOKED_AT)
        kind = content_of(head).kind
        if kind not in _READERS:
            raise ReadError(f"{source.name}: {not_that('a .keras, .h5 or .json file', head)}")
    return _READERS[kind](source, limits, weights)


def _of_archive(source: ByteSource, limits: FileLimits, weights: bool) -> Texts:
    from lenet_verify.readers.files.archive import read_archive

    where = f"{source.name}: config.json"
    archive = read_archive(source, limits)
    found = _shapes_of(archive, limits) if weights else None
    return Texts(archive.config, None, where, "keras", found)


def _shapes_of(archive: Archive, limits: FileLimits) -> Shapes | str:
    from lenet_verify.readers.files.hdf5 import read_hdf5

    if archive.weights is None:
        return archive.why_no_weights
    try:
        return read_hdf5(archive.weights, limits, shapes_under=GROUPS["keras"]).shapes
    except ReadError as e:
        return str(e)  # what could not be checked is unknown, and the rest is not


def _of_json(source: ByteSource, limits: FileLimits, weights: bool) -> Texts:
    from lenet_verify.readers.files.json_file import read_json_text

    config = read_json_text(source, limits)
    why = "a .json file holds no weights" if weights else None
    return Texts(config, None, source.name, "json", why)


def _of_hdf5(source: ByteSource, limits: FileLimits, weights: bool) -> Texts:
    from lenet_verify.readers.files.hdf5 import read_hdf5

    where = f"{source.name}: model_config"
    file = read_hdf5(source, limits, shapes_under=GROUPS["hdf5"] if weights else None)
    attributes = file.attributes
    if "model_config" not in attributes:
        raise ReadError(
            f"{source.name}: it holds weights alone, no model_config; "
            "save the whole model with model.save(…)"
        )
    return Texts(
        attributes["model_config"],
        attributes.get("training_config"),
        where,
        "hdf5",
        file.shapes if weights else None,
    )


_READERS = {"keras": _of_archive, "hdf5": _of_hdf5, "json": _of_json}
