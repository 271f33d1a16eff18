"""Paths and URLs of model files: nothing hangs, and no more is fetched than is needed."""

from __future__ import annotations

import os
import re
import socket
import sys
import threading
import time
import zipfile
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from lenet_verify.errors import LenetVerifyError, MissingLibraryError, ReadError
from lenet_verify.readers.files import remote_source
from lenet_verify.readers.files.archive import read_archive
from lenet_verify.readers.files.byte_source import Part, open_source
from lenet_verify.readers.files.hdf5 import read_hdf5
from lenet_verify.readers.files.limits import FileLimits

posix = pytest.mark.skipif(os.name != "posix", reason="POSIX's kinds of files")
GIVE = "give a .keras, .h5 or .json file"


def refused(path, within=5.0) -> str:
    """Why a path cannot be opened: one line that begins with its name, said in time."""
    start = time.monotonic()
    with pytest.raises(ReadError) as caught, open_source(str(path)) as source:
        source.read(0, 1)
    assert time.monotonic() - start < within
    name, _, message = str(caught.value).partition(": ")
    assert "\n" not in str(caught.value)
    assert name
    return message


# ---- local files -------------------------------------------------------------------------------


def test_reads_from_anywhere_and_counts(tmp_path):
    path = tmp_path / "x.keras"
    path.write_bytes(bytes(range(100)))
    with open_source(str(path)) as source:
        assert (source.name, source.size, source.fetched) == (str(path), 100, 0)
        assert source.read(10, 3) == b"\x0a\x0b\x0c"
        assert source.read(98, 10) == b"\x62\x63"
        assert source.read(100, 1) == source.read(-1, 5) == source.read(0, -1) == b""
        assert source.fetched == 5


def test_a_part_stays_within_itself(tmp_path):
    path = tmp_path / "x.keras"
    path.write_bytes(bytes(range(100)))
    with open_source(str(path)) as source:
        part = Part(source, "p", 90, 5)
        assert part.read(0, 100) == bytes(range(90, 95))
        assert part.read(4, 100) == b"\x5e"
        assert part.read(5, 100) == part.read(-1, 2) == b""
        assert (part.fetched, source.fetched) == (6, 6)


def test_case_12_a_directory(tmp_path):
    assert refused(tmp_path) == f"this is a directory; {GIVE}"
    (tmp_path / "saved_model.pb").write_bytes(b"")
    what = "a TensorFlow SavedModel, which holds code in place of an architecture"
    assert refused(tmp_path) == f"this is {what}; {GIVE}"


@posix
def test_case_12_a_pipe_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "x.keras")
    assert refused(tmp_path / "x.keras") == f"this is a pipe; {GIVE}"


@posix
def test_case_12_a_file_that_becomes_a_pipe_does_not_hang(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "x.keras")
    (tmp_path / "file").touch()
    before = (tmp_path / "file").stat()
    monkeypatch.setattr(Path, "stat", lambda path: before)
    assert refused(tmp_path / "x.keras") == f"this is a pipe; {GIVE}"


@posix
def test_case_12_a_device_and_a_socket(tmp_path, monkeypatch):
    assert refused("/dev/zero") == f"this is a device; {GIVE}"
    monkeypatch.chdir(tmp_path)  # a socket's path must be short
    with socket.socket(socket.AF_UNIX) as unix:
        unix.bind("x.keras")
        assert refused("x.keras") == f"this is a socket; {GIVE}"


def test_case_12_a_missing_file(tmp_path):
    assert refused(tmp_path / "x.keras") == "there is no such file"
    assert refused(tmp_path / "x\0.keras") == "no file can have that name"
    (tmp_path / "x").touch()
    assert refused(tmp_path / "x" / "y.keras") == "it cannot be read: Not a directory"


@posix
def test_case_12_an_unreadable_file(tmp_path, monkeypatch):
    (tmp_path / "x.keras").touch(0)
    if os.access(tmp_path / "x.keras", os.R_OK):  # the superuser reads everything
        denied = PermissionError(13, "Permission denied")
        monkeypatch.setattr(os, "open", lambda *_: (_ for _ in ()).throw(denied))
    assert refused(tmp_path / "x.keras") == "it cannot be read: Permission denied"


def test_names_are_shown_visibly(tmp_path):
    with pytest.raises(ReadError, match=r"x\\x1b\[2J\\x0a: there is no such file$"):
        open_source(str(tmp_path / "x\x1b[2J\n")).__enter__()


def test_a_failing_disk_is_an_error_of_the_file(tmp_path, monkeypatch):
    (tmp_path / "x.keras").write_bytes(b"abc")
    with open_source(str(tmp_path / "x.keras")) as source:
        failing = OSError(5, "Input/output error")
        monkeypatch.setattr(os, "read", lambda *_: (_ for _ in ()).throw(failing))
        with pytest.raises(ReadError, match=r"x\.keras: it cannot be read: Input/output error$"):
            source.read(0, 1)


def test_descriptors_are_closed(tmp_path):
    (tmp_path / "x.keras").write_bytes(b"abc")
    with open_source(str(tmp_path / "x.keras")) as source:
        pass
    with pytest.raises(ReadError):
        source.read(0, 1)


def test_file_urls_are_local_files(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec", None)
    path = tmp_path / "x.keras"
    path.write_bytes(b"abc")
    for scheme in ("file", "local", "FILE"):
        with open_source(f"{scheme}://{path}") as source:
            assert source.read(0, 3) == b"abc"
    assert refused(f"file://{tmp_path}") == f"this is a directory; {GIVE}"


@pytest.mark.parametrize("path", ["C:\\x.keras", "C:/x.keras", "C://x.keras", "a:b", "://x"])
def test_drives_are_no_urls(path, monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec", None)
    assert refused(path) == "there is no such file"


# ---- URLs --------------------------------------------------------------------------------------


def test_a_url_without_fsspec(monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(MissingLibraryError) as caught:
        open_source("https://localhost/x.keras").__enter__()
    assert str(caught.value) == (
        "reading a model from a URL needs fsspec; "
        "install it with: pip install 'lenet-verify[remote]'"
    )


def test_a_url_whose_own_library_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(MissingLibraryError) as caught:
        open_source("s3://bucket/x.keras").__enter__()
    assert (caught.value.library, caught.value.extra) == ("s3fs", "remote")
    assert str(caught.value).endswith(", or pip install s3fs")


@pytest.mark.parametrize(
    "url", ["zip://a::http://localhost/x.zip", "simplecache::http://x/y", "zip://x://y"]
)
def test_chained_urls_are_refused(url):
    assert refused(url).endswith("this is a chain of URLs; give the URL of the file itself")


def test_unknown_protocols_are_refused():
    assert "Protocol not known: nonesuch" in refused("nonesuch://x/y")


def test_memory():
    import fsspec

    memory = fsspec.filesystem("memory")
    memory.pipe("/lenet-verify/x.keras", b"0123456789")
    try:
        with open_source("memory://lenet-verify/x.keras") as source:
            assert source.name == "memory://lenet-verify/x.keras"
            assert (source.size, source.read(2, 3), source.fetched) == (10, b"234", 3)
            source.size = 20
            with pytest.raises(ReadError, match="it ended before its end"):
                source.read(5, 10)
        assert refused("memory://lenet-verify") == f"this is a directory; {GIVE}"
        assert refused("memory://lenet-verify/y") == "there is no such file"
    finally:
        memory.rm("/lenet-verify", recursive=True)


class Server(BaseHTTPRequestHandler):
    """Serves one file in parts, and counts; `mode` says how it misbehaves."""

    path_of_file: Path
    mode = ""
    sent = 0
    requests = 0

    def do_GET(self):
        kind = type(self)
        kind.requests += 1
        size = self.path_of_file.stat().st_size
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        first, last = (int(asked[1]), min(int(asked[2]), size - 1)) if asked else (0, size - 1)
        if self.mode == "hangs":
            time.sleep(3)
        if self.mode.isdigit():
            self.send_response(int(self.mode))
            self.end_headers()
            return
        if self.mode == "empty":
            self.send_response(416)
            self.send_header("Content-Range", "bytes */0")
            self.end_headers()
            return
        if self.mode == "whole":
            first, last = 0, size - 1
        self.send_response(200 if self.mode == "whole" else 206)
        told = size + kind.requests if self.mode == "grows" else size
        if self.mode == "elsewhere":
            first += 1
        if self.mode not in ("whole", "untold"):
            self.send_header("Content-Range", f"bytes {first}-{last}/{told}")
        if self.mode == "packed":
            self.send_header("Content-Encoding", "gzip")
        more = 10**9 if self.mode == "more" else 0
        self.send_header("Content-Length", str(last - first + 1 + more))
        self.end_headers()
        if self.mode == "short":
            return
        try:
            with self.path_of_file.open("rb") as file:
                file.seek(first)
                left = last - first + 1
                while left:
                    part = file.read(min(left, 2**16))
                    self.wfile.write(part)
                    kind.sent += len(part)
                    left -= len(part)
                while self.mode == "more":
                    self.wfile.write(bytes(2**16))
                    kind.sent += 2**16
        except OSError:
            pass  # nobody listens any more

    def log_message(self, *_):
        pass


@contextmanager
def served(path, mode=""):
    handler = type("OneFile", (Server,), {"path_of_file": path, "mode": mode})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/x.keras", handler
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def sparse_model(path: Path) -> None:
    """A .keras file of more than 5 GB, by zipfile; its weights are an HDF5 file and a hole."""
    h5py = pytest.importorskip("h5py")
    with h5py.File(path.with_suffix(".h5"), "w") as file:
        file["layers/dense/vars/0"] = [[1.0, 2.0]]
        file["layers/dense/vars"].attrs["name"] = "first"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", '{"keras_version": "3.15.1"}')
        archive.writestr("config.json", '{"class_name": "Functional"}' + " " * 50_000)
        info = zipfile.ZipInfo("model.weights.h5")
        info.file_size = info.compress_size = 5 * 2**30
        info.CRC, info.header_offset = 0, archive.fp.tell()
        archive.fp.write(info.FileHeader(zip64=True))
        archive.fp.write(path.with_suffix(".h5").read_bytes())
        archive.start_dir = info.header_offset + len(info.FileHeader(zip64=True)) + info.file_size
        archive.filelist.append(info)
        archive.NameToInfo[info.filename] = info
        archive._didModify = True
        archive.fp.seek(archive.start_dir)


@pytest.fixture(scope="module")
def huge(tmp_path_factory):
    path = tmp_path_factory.mktemp("huge") / "huge.keras"
    sparse_model(path)
    assert path.stat().st_size > 5 * 2**30
    yield path
    path.unlink()


def test_a_model_of_gigabytes_costs_kilobytes(huge):
    with open_source(str(huge)) as source:
        archive = read_archive(source, FileLimits())
        assert source.fetched < 60_000
        found = read_hdf5(archive.weights, FileLimits(), shapes_under=("layers",))
        assert source.fetched < 100_000
    assert archive.config.startswith('{"class_name": "Functional"}')
    assert archive.weights.size == 5 * 2**30
    assert found.shapes == {"layers/dense/vars/0": (1, 2)}
    assert found.names == {"layers/dense/vars": "first"}


def test_a_remote_model_of_gigabytes_costs_kilobytes(huge):
    with served(huge) as (url, server), open_source(url) as source:
        archive = read_archive(source, FileLimits())
        assert server.requests == 5  # size, directory, config, metadata, header of the weights
        found = read_hdf5(archive.weights, FileLimits(), shapes_under=("layers",))
        assert server.sent <= source.fetched + 1 < 100_000
    assert archive.config.startswith('{"class_name": "Functional"}')
    assert found.shapes == {"layers/dense/vars/0": (1, 2)}


@pytest.mark.parametrize(
    ("mode", "message"),
    [
        ("whole", "the server does not serve files in parts; download it first"),
        ("404", "there is no such file"),
        ("403", "the server answers with status 403: it refuses access"),
        ("500", "the server answers with status 500: no file can be read there"),
        ("untold", "the server does not serve the file as it is"),
        ("packed", "the server does not serve the file as it is"),
        ("elsewhere", "the server sends another part than was asked for"),
        ("grows", "it was changed while it was read; try again"),
        ("short", "it cannot be fetched: "),
    ],
)
def test_servers_that_cannot_be_read_from(huge, mode, message):
    with served(huge, mode) as (url, server):
        assert message in refused(url)
        # the kernel's buffers take some of what nobody reads
        assert server.sent < 30 * 2**20


def test_a_server_that_sends_without_end(huge):
    with served(huge, "more") as (url, server), open_source(url) as source:
        assert source.read(0, 4) == b"PK\x03\x04"
        assert source.fetched == 4
        assert server.requests == 2


def test_a_server_that_hangs(huge, monkeypatch):
    monkeypatch.setattr(remote_source, "SECONDS", 0.3)
    with served(huge, "hangs") as (url, _):
        assert refused(url).endswith("no answer within 0.3 seconds")


def test_connections_are_closed(huge):
    with served(huge) as (url, _):
        with open_source(url) as source:
            session = source._files._session
            assert not session.closed
        assert session.closed


def test_an_empty_file_on_a_server(huge):
    with served(huge, "empty") as (url, _), open_source(url) as source:
        assert (source.size, source.read(0, 10)) == (0, b"")


def test_no_server_at_all():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/x.keras"
    assert "it cannot be fetched: ClientConnectorError" in refused(url)


def test_passwords_and_signatures_are_not_shown():
    with pytest.raises(LenetVerifyError) as caught:
        open_source("nonesuch://me:secret@host/x.keras?signature=secret#secret").__enter__()
    assert str(caught.value).startswith("nonesuch://host/x.keras: ")
    assert "secret" not in str(caught.value)
