"""A URL as bytes that are fetched in parts, by fsspec: a model of 10 GB costs some kilobytes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lenet_verify.errors import LenetVerifyError, MissingLibraryError, ReadError
from lenet_verify.readers.files.byte_source import ByteSource, without_secrets
from lenet_verify.visible import one_line, visible

SECONDS = 15.0
"""How long a server may take for an answer."""

_RANGE = re.compile(r"bytes (?:(\d{1,19})-(\d{1,19})|\*)/(\d{1,19})")
_DENIED = {401: "it asks for a login", 403: "it refuses access", 407: "the proxy asks for a login"}


@contextmanager
def open_remote(url: str) -> Iterator[ByteSource]:
    """The bytes behind a URL.

    Raises:
        ReadError: there is no such file, or it cannot be fetched in parts.
        MissingLibraryError: what fetches such a URL is not installed.
    """
    name = visible(without_secrets(url), None)
    protocol = url.partition("://")[0].lower()
    if "::" in protocol or "://" in url[len(protocol) + 3 :]:
        raise ReadError(f"{name}: this is a chain of URLs; give the URL of the file itself")
    files = _file_system(url, protocol, name)
    if protocol in ("http", "https"):
        remote: _Web | _Stored = _Web(name, url, files)
    else:
        remote = _Stored(name, url, files)
    try:
        with _failures_of(name):
            remote.open()
        yield remote
    finally:
        remote.close()


def _file_system(url: str, protocol: str, name: str) -> Any:
    purpose = "reading a model from a URL"
    try:
        import fsspec
    except ImportError as e:
        raise MissingLibraryError("fsspec", "remote", purpose) from e
    # an instance of our own: those that fsspec keeps may have been set up otherwise
    options: dict[str, Any] = {"skip_instance_cache": True, "use_listings_cache": False}
    try:
        kind = fsspec.get_filesystem_class(protocol)
        if protocol in ("http", "https"):
            options["client_kwargs"] = _patience()
        options |= kind._get_kwargs_from_urls(url)
        return kind(**options)
    except ImportError as e:
        library = getattr(e.__cause__, "name", None) or getattr(e, "name", None)
        if library is None:
            raise ReadError(f"{name}: a library is missing: {one_line(str(e), 200)}") from e
        or_else = f"pip install {library}"
        raise MissingLibraryError(library, "remote", purpose, or_else=or_else) from e
    except Exception as e:  # whatever it makes of the URL
        raise ReadError(f"{name}: fsspec cannot read such a URL: {_said(e)}") from e


def _patience() -> dict[str, Any]:
    import aiohttp

    return {"timeout": aiohttp.ClientTimeout(total=SECONDS)}


@contextmanager
def _failures_of(name: str) -> Iterator[None]:
    """Turns whatever a file system raises into one line."""
    try:
        yield
    except LenetVerifyError:
        raise
    except FileNotFoundError:
        raise ReadError(f"{name}: there is no such file") from None
    except PermissionError as e:
        raise ReadError(f"{name}: access is refused") from e
    except TimeoutError as e:
        raise ReadError(f"{name}: no answer within {SECONDS:g} seconds") from e
    except Exception as e:  # each of them has its own
        raise ReadError(f"{name}: it cannot be fetched: {_said(e)}") from e


def _said(error: Exception) -> str:
    return one_line(f"{type(error).__name__}: {error}", 200)


class _Stored(ByteSource):
    """A file of any file system that can seek: an object store, a memory, an SSH server."""

    def __init__(self, name: str, url: str, files: Any) -> None:
        super().__init__(name, 0)
        self._files = files
        self._path = files._strip_protocol(url)
        self._stream: Any = None

    def open(self) -> None:
        """Finds out the size."""
        info = self._files.info(self._path)
        if info.get("type") == "directory":
            raise ReadError(f"{self.name}: this is a directory; give a .keras, .h5 or .json file")
        self._stream = self._files.open(self._path, "rb", cache_type="none")
        if info.get("size") is None or not self._stream.seekable():
            raise ReadError(f"{self.name}: it cannot be fetched in parts; download it first")
        self.size = int(info["size"])

    def close(self) -> None:
        """Ends the connection."""
        if self._stream is not None:
            self._stream.close()

    def _read(self, offset: int, length: int) -> bytes:
        with _failures_of(self.name):
            self._stream.seek(offset)
            data: bytes = self._stream.read(length)
        if len(data) != length:
            raise ReadError(f"{self.name}: it ended before its end; was it changed meanwhile?")
        return data


class _Web(ByteSource):
    """A file of a web server.

    fsspec's own file would take the whole of it from a server that ignores what was asked for.
    """

    def __init__(self, name: str, url: str, files: Any) -> None:
        super().__init__(name, 0)
        self._files = files
        self._url = url

    def open(self) -> None:
        """Finds out the size, and whether parts are served."""
        self.size = self._fetch(0, 1)[1]

    def close(self) -> None:
        """Ends the connections."""
        if self._files._session is not None:
            self._files.close_session(self._files.loop, self._files._session)

    def _read(self, offset: int, length: int) -> bytes:
        with _failures_of(self.name):
            data, size = self._fetch(offset, length)
        if size != self.size:
            raise ReadError(f"{self.name}: it was changed while it was read; try again")
        return data

    def _fetch(self, offset: int, length: int) -> tuple[bytes, int]:
        from fsspec.asyn import sync

        result: tuple[bytes, int] = sync(self._files.loop, self._get, offset, length)
        return result

    async def _get(self, offset: int, length: int) -> tuple[bytes, int]:
        """Those bytes, and the size of the whole."""
        asked = f"bytes={offset}-{offset + length - 1}"
        headers = {"Range": asked, "Accept-Encoding": "identity"}
        session = await self._files.set_session()
        async with session.get(self._files.encode_url(self._url), headers=headers) as answer:
            found = _RANGE.fullmatch(answer.headers.get("Content-Range", ""))
            if answer.status == 416 and found and int(found[3]) == 0:
                return b"", 0
            self._refuse(answer.status)
            # what comes packed is no part of the file, and may unpack to anything
            if answer.headers.get("Content-Encoding", "identity") != "identity" or not found:
                raise ReadError(f"{self.name}: the server does not serve the file as it is")
            if (found[1], found[2]) != (str(offset), str(offset + length - 1)):
                raise ReadError(f"{self.name}: the server sends another part than was asked for")
            return await answer.content.readexactly(length), int(found[3])

    def _refuse(self, status: int) -> None:
        if status in (404, 410):
            raise FileNotFoundError
        if status == 200:
            raise ReadError(
                f"{self.name}: the server does not serve files in parts; download it first"
            )
        if status != 206:
            reason = _DENIED.get(status, "no file can be read there")
            raise ReadError(f"{self.name}: the server answers with status {status}: {reason}")
