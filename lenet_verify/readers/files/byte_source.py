"""A path or URL as bytes that can be read from anywhere in them, and are counted."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lenet_verify.errors import ReadError
from lenet_verify.visible import visible

# a scheme of one letter is a drive of Windows
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)(?:::[A-Za-z0-9+.-]+)*://")
_LOCAL = ("file", "local")
_KINDS = (
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)


class ByteSource:
    """Bytes that can be read from anywhere in them.

    Attributes:
        name: what it is called in errors, already fit to be shown.
        size: how many bytes it has.
        fetched: how many it has delivered so far.
    """

    def __init__(self, name: str, size: int) -> None:
        self.name = name
        self.size = size
        self.fetched = 0

    def read(self, offset: int, length: int) -> bytes:
        """That many bytes from there on, fewer where it ends before.

        Raises:
            ReadError: they cannot be had.
        """
        length = min(length, self.size - offset)
        if offset < 0 or length <= 0:
            return b""
        data = self._read(offset, length)
        self.fetched += len(data)
        return data

    def _read(self, offset: int, length: int) -> bytes:
        raise NotImplementedError


class Part(ByteSource):
    """A stretch of another source, such as a file that is stored in an archive."""

    def __init__(self, whole: ByteSource, name: str, offset: int, size: int) -> None:
        super().__init__(name, size)
        self._whole = whole
        self._offset = offset

    def _read(self, offset: int, length: int) -> bytes:
        return self._whole.read(self._offset + offset, length)


class _LocalFile(ByteSource):
    def __init__(self, name: str, size: int, descriptor: int) -> None:
        super().__init__(name, size)
        self._descriptor = descriptor

    def _read(self, offset: int, length: int) -> bytes:
        parts = []
        try:
            os.lseek(self._descriptor, offset, os.SEEK_SET)
            while length and (part := os.read(self._descriptor, length)):
                parts.append(part)
                length -= len(part)
        except OSError as e:
            raise _unreadable(self.name, e) from e
        return b"".join(parts)


def without_secrets(path: str) -> str:
    """A URL without what may be a password or a signature; a path as it is."""
    url = _URL.match(path)
    if not url or url[1].lower() in _LOCAL:
        return path
    path = re.sub(r"(?<=://)[^/?#]*@", "", path)
    return re.sub(r"[?#].*", "", path, flags=re.DOTALL)


@contextmanager
def open_source(path: str) -> Iterator[ByteSource]:
    """The bytes of a local file, or of a URL that fsspec understands.

    Raises:
        ReadError: there is no such file, it is none, or it cannot be read in parts.
        MissingLibraryError: a URL, and what reads it is not installed.
    """
    url = _URL.match(path)
    if url and url[1].lower() not in _LOCAL:
        # loaded by the first URL alone
        from lenet_verify.readers.files.remote_source import open_remote

        with open_remote(path) as remote:
            yield remote
        return
    if url:
        path = path[url.end() :]
        if os.name == "nt":
            path = path.lstrip("/")
    name = visible(path, None)
    descriptor = _opened(path, name)
    try:
        yield _LocalFile(name, os.fstat(descriptor).st_size, descriptor)
    finally:
        os.close(descriptor)


def _opened(path: str, name: str) -> int:
    """A descriptor of a regular file; nothing else is even opened, since that may hang or act."""
    try:
        _refuse_irregular(Path(path).stat().st_mode, path, name)
        # should it have become a pipe meanwhile, then opening it does not wait for a writer
        flags = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        descriptor = os.open(path, os.O_RDONLY | flags)
    except FileNotFoundError:
        raise ReadError(f"{name}: there is no such file") from None
    except OSError as e:
        raise _unreadable(name, e) from e
    except ValueError as e:  # a NUL or a lone surrogate
        raise ReadError(f"{name}: no file can have that name") from e
    try:
        _refuse_irregular(os.fstat(descriptor).st_mode, path, name)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _refuse_irregular(mode: int, path: str, name: str) -> None:
    for is_kind, kind in _KINDS:
        if is_kind(mode):
            if kind == "a directory" and Path(path, "saved_model.pb").is_file():
                kind = "a TensorFlow SavedModel, which holds code in place of an architecture"
            raise ReadError(f"{name}: this is {kind}; give a .keras, .h5 or .json file")


def _unreadable(name: str, error: OSError) -> ReadError:
    return ReadError(f"{name}: it cannot be read: {error.strerror or type(error).__name__}")
