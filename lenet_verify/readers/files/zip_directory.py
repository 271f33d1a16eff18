"""The directory of a zip archive, read strictly: no two programs can see different files in it.

`zipfile` skips what stands before and after an archive, takes the last of two files of one name,
and believes the directory where the files' own headers say otherwise. Here all of that is refused,
before any file is unpacked, and only the directory is read.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace

from lenet_verify.errors import ReadError
from lenet_verify.readers.files.byte_source import ByteSource
from lenet_verify.readers.files.content import LOOKED_AT, not_that
from lenet_verify.readers.files.limits import FileLimits, over
from lenet_verify.visible import visible

STORED, DEFLATED = 0, 8
STREAMED = 1 << 3
"""A flag: the sizes follow the data, and the header before it lacks them."""

_END = struct.Struct("<4s4H2LH")
_LOCATOR = struct.Struct("<4sLQL")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_ENTRY = struct.Struct("<4s4BHHLLLL5HLL")
_HEADER = struct.Struct("<4sHHHLLLL2H")
_ENCRYPTED = 1 << 0 | 1 << 6 | 1 << 13
_UTF_8 = 1 << 11
_SIZES_64, _OTHER_NAME = 0x0001, 0x7075
_FULL, _FULL_64 = 0xFFFF, 0xFFFFFFFF
_TAIL = 4096
"""What is read at once at the end: the whole directory of an archive of a few files."""
_MOST_PER_ENTRY = 1024
_LOOSE = 256
"""What may stand between two files besides their data: a header's extra fields, sizes after it."""


@dataclass(frozen=True)
class Member:
    """A file in an archive, by the directory.

    Attributes:
        at: where its header stands.
        before: where at the latest it ends, since something else begins there.
    """

    name: str
    raw_name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    at: int
    before: int = 0

    @property
    def least(self) -> int:
        """How large its header is at least."""
        return _HEADER.size + len(self.raw_name)


def read_directory(source: ByteSource, limits: FileLimits) -> dict[str, Member]:
    """The files in an archive, by name, in the order in which they stand in it.

    Raises:
        ReadError: no zip archive, one that was cut off, or one that plays tricks.
    """
    tail = source.read(max(source.size - _TAIL, 0), _TAIL)
    count, size, start = _end(source, tail)
    if count > limits.archive_members:
        raise _bad(source, over(limits, "archive_members", "it holds more files"))
    if size > count * _MOST_PER_ENTRY:
        raise _bad(source, "the directory of its zip archive is larger than its files need")
    left = len(tail) - (source.size - start)
    directory = tail[left:][:size] if left >= 0 else source.read(start, size)
    members = sorted(_members(source, directory, count), key=lambda member: member.at)
    return _without_gaps(source, members, start)


def header_size(source: ByteSource, member: Member, header: bytes) -> int:
    """How many bytes stand before the data of a file.

    Args:
        source: the archive.
        member: the file, by the directory.
        header: what stands at `member.at`, `member.least` bytes at least.

    Raises:
        ReadError: the header contradicts the directory, or something hides behind the data.
    """
    name = visible(member.name)
    if len(header) < member.least:
        raise _bad(source, f"its zip archive is damaged at {name}")
    signature, _, flags, method, _, crc, packed, size, name_length, extra_length = (
        _HEADER.unpack_from(header)
    )
    raw_name = header[_HEADER.size :][:name_length]
    same = (signature, flags, method) == (b"PK\x03\x04", member.flags, member.method)
    same = same and raw_name == member.raw_name
    if not member.flags & STREAMED:
        same = same and crc == member.crc
        same = same and packed in (member.packed, _FULL_64) and size in (member.size, _FULL_64)
    if not same:
        raise _bad(source, f"the header of {name} contradicts the directory of its zip archive")
    before_data = member.least + extra_length
    rest = member.before - (member.at + before_data + member.packed)
    if rest not in ((12, 16, 20, 24) if member.flags & STREAMED else (0,)):
        raise _bad(source, f"something is hidden in its zip archive after {name}")
    return int(before_data)


def _end(source: ByteSource, tail: bytes) -> tuple[int, int, int]:
    """How many files the directory lists, its size, and where it starts."""
    end = tail[-_END.size :]
    if len(end) < _END.size or end[:4] != b"PK\x05\x06" or end[-2:] != b"\0\0":
        raise _no_end(source, tail)
    _, disk, first_disk, here, count, size, start, _ = _END.unpack(end)
    until = source.size - _END.size
    if here == _FULL or count == _FULL or size == _FULL_64 or start == _FULL_64:
        until -= _LOCATOR.size + _END_64.size
        found = (disk, first_disk, here, count, size, start)
        disk, first_disk, here, count, size, start = _end_64(source, tail, until, found)
    if disk or first_disk or here != count:
        raise _bad(source, "its zip archive is one of several parts; give it whole")
    if start + size != until:
        raise _bad(source, "its zip archive is damaged, or hides something at its end")
    return count, size, start


def _end_64(
    source: ByteSource, tail: bytes, at: int, found: tuple[int, ...]
) -> tuple[int, int, int, int, int, int]:
    """The same of an archive that is too large for the older form, which must not contradict."""
    records = tail[-_END.size - _LOCATOR.size - _END_64.size :]
    if at >= 0 and len(records) >= _END_64.size + _LOCATOR.size:
        signature, length, _, _, *numbers = _END_64.unpack_from(records)
        locator = _LOCATOR.unpack_from(records, _END_64.size)
        same = (signature, length) == (b"PK\x06\x06", _END_64.size - 12)
        same = same and locator == (b"PK\x06\x07", 0, at, 1)
        full = (_FULL, _FULL, _FULL, _FULL, _FULL_64, _FULL_64)
        if same and all(
            old in (new, most) for old, new, most in zip(found, numbers, full, strict=True)
        ):
            disk, first_disk, here, count, size, start = numbers
            return disk, first_disk, here, count, size, start
    raise _bad(source, "the end of its zip archive contradicts itself")


def _no_end(source: ByteSource, tail: bytes) -> ReadError:
    head = source.read(0, LOOKED_AT)
    if head[:2] != b"PK":
        return _bad(source, not_that("a .keras archive", head))
    if b"PK\x05\x06" in tail:
        return _bad(source, "something follows the end of its zip archive; save the model anew")
    return _bad(source, "its zip archive was cut off; fetch the whole file")


def _members(source: ByteSource, directory: bytes, count: int) -> list[Member]:
    members: dict[str, Member] = {}
    at = 0
    for _ in range(count):
        if len(directory) < at + _ENTRY.size or directory[at : at + 4] != b"PK\x01\x02":
            raise _bad(source, "the directory of its zip archive is damaged")
        member, at = _member(source, directory, at)
        if member.name in members:
            raise _bad(source, f"its zip archive holds {visible(member.name)} twice")
        members[member.name] = member
    if at != len(directory):
        raise _bad(source, "the directory of its zip archive is damaged")
    return list(members.values())


def _member(source: ByteSource, directory: bytes, at: int) -> tuple[Member, int]:
    fields = _ENTRY.unpack_from(directory, at)
    flags, method, _, crc, packed, size, name_length, extra_length, comment, disk = fields[5:15]
    start = fields[-1]
    at += _ENTRY.size
    raw_name = directory[at : at + name_length]
    extra = directory[at + name_length : at + name_length + extra_length]
    at += name_length + extra_length + comment
    name = _name(source, raw_name, flags)
    size, packed, start, disk = _sizes_64(source, name, extra, (size, packed, start, disk))
    if flags & _ENCRYPTED:
        raise _bad(source, f"{visible(name)} in its zip archive is encrypted; save it without")
    if method not in (STORED, DEFLATED):
        raise _bad(source, f"{visible(name)} is compressed by a method other than deflate")
    if disk or (method == STORED and size != packed):
        raise _bad(source, f"the directory of its zip archive contradicts itself: {visible(name)}")
    return Member(name, raw_name, flags, method, crc, packed, size, start), at


def _name(source: ByteSource, raw: bytes, flags: int) -> str:
    try:
        name = raw.decode("utf-8" if flags & _UTF_8 else "cp437")
    except UnicodeDecodeError:
        raise _bad(source, "the name of a file in its zip archive is not UTF-8") from None
    parts = name.removesuffix("/").replace("\\", "/").split("/")
    outside = not {"", ".", ".."}.isdisjoint(parts) or name[1:2] == ":"
    if outside or "\\" in name or "\0" in name:
        raise _bad(source, f"a file in its zip archive has an unsafe path: {visible(name)}")
    return name


def _sizes_64(
    source: ByteSource, name: str, extra: bytes, sizes: tuple[int, int, int, int]
) -> tuple[int, int, int, int]:
    """Sizes, place and part of a file; the large ones stand in an extra field."""
    found: bytes | None = None
    at = 0
    while len(extra) - at >= 4:
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == _OTHER_NAME or (kind == _SIZES_64 and found is not None):
            break
        if kind == _SIZES_64:
            found = extra[at + 4 : at + 4 + length]
        at += 4 + length
    result = []
    for value, full in zip(sizes, (_FULL_64, _FULL_64, _FULL_64, _FULL), strict=True):
        width = 4 if full == _FULL else 8
        if value == full and found is not None:
            at = at if len(found) >= width else -1
            value, found = int.from_bytes(found[:width], "little"), found[width:]
        result.append(value)
    if at != len(extra):
        raise _bad(source, f"the directory of its zip archive is damaged at {visible(name)}")
    return result[0], result[1], result[2], result[3]


def _without_gaps(source: ByteSource, members: list[Member], end: int) -> dict[str, Member]:
    """The files, each with the place where the next begins; nothing may stand between or before.

    Where a file's header is not read, its length is known but for what is optional in it.
    """
    found = {}
    if (members[0].at if members else end) != 0:
        raise _bad(source, "something stands before its zip archive; save the model anew")
    begins = [*(member.at for member in members[1:]), end]
    for member, before in zip(members, begins, strict=False):
        room = before - member.at - member.least - member.packed
        if room < 0:
            raise _bad(source, "files in its zip archive overlap, or it is damaged")
        if room > _LOOSE:
            raise _bad(source, f"something is hidden in its zip archive: {visible(member.name)}")
        found[member.name] = replace(member, before=before)
    return found


def _bad(source: ByteSource, message: str) -> ReadError:
    return ReadError(f"{source.name}: {message}")
