"""HDF5 to texts and shapes, by h5py in a child process that can harm nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lenet_verify.errors import MissingLibraryError, ReadError
from lenet_verify.readers.files.byte_source import ByteSource
from lenet_verify.readers.files.content import LOOKED_AT, content_of, not_that
from lenet_verify.readers.files.hdf5_process import ask, failure
from lenet_verify.readers.files.limits import FileLimits, over
from lenet_verify.visible import visible

SECONDS = 20.0
"""How long it may take in all, with a slow network; computing is limited further, in the child."""

_PER_OBJECT = 4096
"""How many bytes may be read, and said, about one group or dataset, on the average."""

_REFUSED = {
    "soft": "{} is a link to another path; no file of Keras has one",
    "external": "{} is a link to another file, which is not followed; no file of Keras has one",
    "storage": "{} keeps its values in another file, which is not read; no file of Keras does",
    "virtual": "{} takes its values from other datasets, which is not read; no file of Keras does",
    "loop": "{} leads to a group that has another path too; no file of Keras does",
    "name": "{} is no path that Keras could have written",
    "deep": "its groups are nested too deeply, or their names are too long: {}",
    "text": "the attribute {} is no single text, as Keras writes it",
}
_UNKNOWN_LINK = "{} is a link of an unknown kind; no file of Keras has one"


@dataclass(frozen=True)
class Hdf5File:
    """What an HDF5 file tells without its weights being read.

    Attributes:
        attributes: texts of the root: `model_config`, `training_config`, `keras_version` and
            `backend`, those that are there.
        shapes: of every dataset that was asked for, by its path.
        names: what groups there are called by their attribute `name`, by their path.
    """

    attributes: Mapping[str, str]
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)


def read_hdf5(
    source: ByteSource, limits: FileLimits, *, shapes_under: tuple[str, ...] | None = None
) -> Hdf5File:
    """The texts of an HDF5 file, and shapes.

    Args:
        source: the file, or a part of an archive.
        limits: how large it may be.
        shapes_under: paths of groups, `""` for the root, below which every dataset's shape is
            wanted; none of them below another; a group that is not there has no shapes. None: no
            group is looked into.

    Raises:
        ReadError: no HDF5, damaged, over a limit, or one that leads out of itself.
        MissingLibraryError: h5py is not installed.
    """
    head = source.read(0, LOOKED_AT)
    if content_of(head).kind != "hdf5":
        raise ReadError(f"{source.name}: {not_that('an HDF5 file', head)}")
    room = limits.hdf5_objects * _PER_OBJECT
    times = max(1, limits.hdf5_objects // FileLimits.hdf5_objects)
    request = {
        "size": source.size,
        "text": limits.config_bytes,
        "objects": limits.hdf5_objects,
        "answer": room,
        "seconds": 3 * times,
        "under": shapes_under,
    }
    texts = 4 * limits.config_bytes
    answer, content = ask(
        source,
        request,
        seconds=SECONDS * times,
        to_serve=texts + room,
        answer=2 * room,
        texts=texts,
    )
    try:
        _complain(source, limits, answer)
        return _found(answer, content)
    except UnicodeDecodeError:
        raise ReadError(f"{source.name}: a text in it is not UTF-8") from None
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError):
        raise failure(source, "h5py gave no answer that makes sense") from None


def _found(answer: Mapping[str, Any], content: bytes) -> Hdf5File:
    attributes = {}
    for name, length in answer["attributes"].items():
        attributes[str(name)] = content[:length].decode()
        content = content[length:]
    shapes = {
        str(path): tuple(int(size) for size in shape)
        for path, shape in sorted(answer.get("shapes", {}).items())
    }
    names = {str(path): str(name) for path, name in sorted(answer.get("names", {}).items())}
    return Hdf5File(attributes, shapes, names)


def _complain(source: ByteSource, limits: FileLimits, answer: Mapping[str, Any]) -> None:
    """Raises what the child found wrong, if anything."""
    if "missing" in answer:
        if answer["missing"] == "h5py":
            raise MissingLibraryError("h5py", "hdf5", "reading an HDF5 file")
        raise _noted(ReadError(f"{source.name}: h5py cannot be imported to read it"), answer)
    if "failed" in answer:
        # h5py's own words stay aside: they may hold anything
        if "truncated file" in str(answer["failed"]):
            raise ReadError(f"{source.name}: it was cut off; fetch the whole file")
        raise _noted(failure(source, "h5py cannot read it"), answer)
    if "refused" in answer:
        raise ReadError(f"{source.name}: {_refusal(limits, *answer['refused'])}")


def _refusal(limits: FileLimits, kind: str, path: str) -> str:
    if kind == "many":
        return over(limits, "hdf5_objects", "it holds more groups and datasets")
    if kind == "long":
        return f"{visible(path)}: {over(limits, 'config_bytes', 'larger')}"
    return _REFUSED.get(kind, _UNKNOWN_LINK).format(visible(path))


def _noted(error: ReadError, answer: Mapping[str, Any]) -> ReadError:
    error.add_note(visible(str(answer), 2000))
    return error
