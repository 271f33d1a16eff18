"""A config in the file of each kind, and out of it again."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

CONFIG, WEIGHTS = "config.json", "model.weights.h5"
_DATE = (1980, 1, 1, 0, 0, 0)

SIGNATURE = b"\x89HDF\r\n\x1a\n"
_MOST_DATASETS = 50
_TEXTS = ("model_config", "training_config", "keras_version", "backend")

Members = list[tuple[str, bytes]]


def parsed(data: bytes) -> Any:
    """What a JSON text says.

    Raises:
        ValueError: it is none.
    """
    try:
        return json.loads(data)
    except RecursionError as e:
        raise ValueError from e


def written(value: Any, rng: Random) -> bytes:
    """A value as JSON, escaped or not."""
    try:
        text = json.dumps(value, ensure_ascii=rng.random() < 0.5)
    except RecursionError:
        return b"{}"
    return text.encode("utf-8", "surrogatepass")


def unpacked(data: bytes) -> Members:
    """The members of a zip archive; none of what is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return [(one.filename, archive.read(one)) for one in archive.infolist()]
    except Exception:  # it raises what it likes: of lzma, of struct, its own
        return []


def packed(members: Members, rng: Random) -> bytes:
    """A zip archive, each member stored or compressed, as Keras or as nobody does it."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, content in members:
            one = zipfile.ZipInfo(name.replace("\0", ""), _DATE)
            often = rng.random() < 0.9
            one.compress_type = zipfile.ZIP_STORED if often else zipfile.ZIP_DEFLATED
            if rng.random() < 0.03:
                one.extra = rng.randbytes(rng.choice((1, 4, 40)))
            if rng.random() < 0.03:
                one.comment = rng.randbytes(9)
            _add(archive, one, content)
        if rng.random() < 0.03:
            archive.comment = rng.randbytes(rng.choice((1, 22, 300)))
    return held.getvalue()


def _add(archive: zipfile.ZipFile, one: zipfile.ZipInfo, content: bytes) -> None:
    """Adds a member, of whose name there may be one already."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr(one, content)


def hdf5(recipe: Mapping[str, Any]) -> bytes:
    """The HDF5 file that a recipe describes.

    h5py never reads here what the loop has damaged, since it crashes on some of that: what is
    kept of a file is how it is made, and its bytes are changed at the end.

    Args:
        recipe: all of it may be missing, or nonsense that is then left out:
            `model_config` and the like: texts, or any JSON that is to be one;
            `groups`: paths with the `name` that they have;
            `datasets`: paths with shapes; `links`: paths with what they lead to;
            `patches`: places from 0 to 1 with bytes in hexadecimal; `cut`: from 0 to 1.
    """
    import h5py  # type: ignore[import-untyped, unused-ignore]

    held = io.BytesIO()
    with h5py.File(held, "w") as file:
        for name in _TEXTS:
            if name in recipe:
                value = recipe[name]
                text = value if isinstance(value, str) else json.dumps(value)
                _quietly(_attribute, file, name, text)
        for path, name in _items(recipe.get("groups")):
            _quietly(_group, file, path, name)
        for path, shape in _items(recipe.get("datasets")):
            _quietly(_dataset, file, path, shape)
        for path, target in _items(recipe.get("links")):
            _quietly(_link, file, path, target)
    return _patched(held.getvalue(), recipe)


def _items(value: Any) -> Sequence[tuple[str, Any]]:
    return list(value.items())[:_MOST_DATASETS] if isinstance(value, Mapping) else []


def _quietly(make: Any, *arguments: Any) -> None:
    try:
        make(*arguments)
    except (ArithmeticError, KeyError, OSError, RuntimeError, TypeError, UnicodeError, ValueError):
        return  # what HDF5 has no form for


def _attribute(file: Any, name: str, text: str) -> None:
    file.attrs[name] = text.encode("utf-8", "surrogatepass")


def _group(file: Any, path: str, name: Any) -> None:
    group = file.require_group(path)
    if isinstance(name, str):
        group.attrs["name"] = name


def _dataset(file: Any, path: str, shape: Any) -> None:
    sizes = tuple(shape) if isinstance(shape, list) else ()
    chunks = tuple(min(size, 8) for size in sizes) if sizes and max(sizes) > 64 else None
    file.create_dataset(path, shape=sizes, dtype="f4", chunks=chunks)


def _link(file: Any, path: str, target: Any) -> None:
    import h5py

    match target:
        case str():
            file[path] = h5py.SoftLink(target)
        case [str(where), str(inside)]:
            file[path] = h5py.ExternalLink(where, inside)
        case {"to": str(inside)}:
            file[path] = file[inside]  # a second name, perhaps a loop


def _patched(data: bytes, recipe: Mapping[str, Any]) -> bytes:
    changed = bytearray(data)
    patches = recipe.get("patches")
    for patch in patches[:_MOST_DATASETS] if isinstance(patches, list) else []:
        match patch:
            case [int() | float() as where, str(content)]:
                try:
                    new = bytes.fromhex(content)
                    at = int(abs(where) % 1 * len(changed))
                except (ArithmeticError, ValueError):
                    continue
                changed[at : at + len(new)] = new[: len(changed) - at]
    cut = recipe.get("cut")
    if isinstance(cut, float) and 0 <= cut < 1:
        del changed[int(cut * len(changed)) :]
    return bytes(changed)
