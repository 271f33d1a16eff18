"""A .keras archive: its texts, checked and unpacked within limits, and where its weights stand."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from lenet_verify.errors import ReadError
from lenet_verify.readers.files.byte_source import ByteSource, Part
from lenet_verify.readers.files.limits import FileLimits, over
from lenet_verify.readers.files.zip_directory import STORED, Member, header_size, read_directory
from lenet_verify.visible import visible

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"

_ANY_RATIO = 64 * 1024
"""A text no larger than this may be packed as tightly as it likes."""

_OTHERS = (
    ("saved_model.pb", "holds a TensorFlow SavedModel; save the model as .keras with Keras"),
    ("data.pkl", "holds a PyTorch model as a pickle, which is code that loading runs"),
    ("fingerprint.pb", "holds a TensorFlow SavedModel; save the model as .keras with Keras"),
)


@dataclass(frozen=True)
class Archive:
    """What a .keras archive tells without its weights being read.

    Attributes:
        config: the text of its config.json, which describes the model.
        metadata: the text of its metadata.json: version and date; None where it has none.
        weights: its HDF5 file of weights, where it stands uncompressed in the archive.
        why_no_weights: why `weights` is None.
    """

    config: str
    metadata: str | None
    weights: Part | None
    why_no_weights: str


def read_archive(source: ByteSource, limits: FileLimits) -> Archive:
    """The texts of a .keras archive; only its directory and those are read.

    Raises:
        ReadError: no such archive, damaged, over a limit, or one that plays tricks.
    """
    members = read_directory(source, limits)
    _refuse_lookalikes(source, members)
    if CONFIG not in members:
        raise ReadError(f"{source.name}: {_without_config(members)}")
    metadata = members.get(METADATA)
    weights, why_not = _weights(source, members.get(WEIGHTS))
    return Archive(
        _text(source, members[CONFIG], limits),
        _text(source, metadata, limits) if metadata else None,
        weights,
        why_not,
    )


def _refuse_lookalikes(source: ByteSource, members: dict[str, Member]) -> None:
    """A file that some system takes for one of ours: case or a last dot means nothing to it."""
    for name in members:
        plain = name.rstrip(". /").casefold()
        if plain in (CONFIG, METADATA, WEIGHTS) and name != plain:
            raise ReadError(f"{source.name}: {visible(name)} in it can be taken for {plain}")


def _without_config(members: dict[str, Member]) -> str:
    for ending, what in _OTHERS:
        if any(name.rpartition("/")[2] == ending for name in members):
            return f"this {what}"
    if any(name.endswith(f"/{CONFIG}") for name in members):
        return f"{CONFIG} stands in a folder of its zip archive; it belongs at the top"
    return f"its zip archive holds no {CONFIG}, as Keras's .keras files do"


def _text(source: ByteSource, member: Member, limits: FileLimits) -> str:
    name = f"{source.name}: {member.name}"
    if max(member.size, member.packed) > limits.config_bytes:
        raise ReadError(f"{name}: {over(limits, 'config_bytes', 'larger')}")
    if member.size > max(limits.config_ratio * member.packed, _ANY_RATIO):
        raise ReadError(f"{name}: {over(limits, 'config_ratio', 'packed more tightly')}")
    found = source.read(member.at, member.before - member.at)
    packed = found[header_size(source, member, found) :][: member.packed]
    content = _unpacked(name, packed, member)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ReadError(f"{name}: the encoding is not UTF-8") from None


def _unpacked(name: str, packed: bytes, member: Member) -> bytes:
    content, whole = packed, len(packed) == member.packed
    if member.method != STORED:
        unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            content = unpacker.decompress(packed, member.size + 1)
        except zlib.error:
            raise ReadError(f"{name}: it is damaged; fetch or save the file anew") from None
        whole = whole and unpacker.eof and not unpacker.unused_data
    if len(content) > member.size:
        raise ReadError(f"{name}: it is larger than its zip archive declares")
    if not whole or len(content) < member.size or zlib.crc32(content) != member.crc:
        raise ReadError(f"{name}: it is damaged; fetch or save the file anew")
    return content


def _weights(source: ByteSource, member: Member | None) -> tuple[Part | None, str]:
    if member is None:
        return None, f"there is no {WEIGHTS} in it"
    if member.method != STORED:
        return None, f"its {WEIGHTS} is compressed"
    header = source.read(member.at, member.least)
    start = member.at + header_size(source, member, header)
    return Part(source, f"{source.name}: {WEIGHTS}", start, member.size), ""
