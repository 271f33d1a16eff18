"""A .keras archive that wants to do harm, or is none: refused before anything is unpacked.

The numbers of the cases are those of the project's list of hostile inputs.
"""

from __future__ import annotations

import bz2
import io
import os
import pickle
import struct
import subprocess
import sys
import tarfile
import time
import tracemalloc
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lenet_verify.errors import ReadError
from lenet_verify.readers.files.archive import read_archive
from lenet_verify.readers.files.byte_source import ByteSource
from lenet_verify.readers.files.content import content_of
from lenet_verify.readers.files.limits import FileLimits

CONFIG = '{"class_name": "Sequential", "config": {"name": "s\u00e9quentiel"}}'
METADATA = '{"keras_version": "3.15.1"}'
WEIGHTS = b"\x89HDF\r\n\x1a\n" + bytes(5000)
HEADER, ENTRY, END = 30, 46, 22
"""The sizes of a file's header, its entry in the directory, and the directory's end."""

_SAVE = """\
import sys, keras
layers = [keras.layers.Conv2D(6, 5), keras.layers.Flatten(), keras.layers.Dense(10)]
model = keras.Sequential([keras.Input((32, 32, 1)), *layers])
model.save(sys.argv[1])
"""


class Held(ByteSource):
    """Bytes in memory."""

    def __init__(self, content: bytes) -> None:
        super().__init__("m.keras", len(content))
        self.content = content

    def _read(self, offset, length):
        return self.content[offset : offset + length]


@pytest.fixture(scope="session")
def saved(tmp_path_factory) -> bytes:
    """What Keras itself writes."""
    path = tmp_path_factory.mktemp("saved") / "m.keras"
    command = [sys.executable, "-c", _SAVE, path]
    subprocess.run(command, check=True, capture_output=True)
    return path.read_bytes()


def zipped(members=None, method=zipfile.ZIP_STORED, more=(), into=None) -> bytes:
    """An archive by zipfile, of a whole model unless said otherwise."""
    if members is None:
        members = {"metadata.json": METADATA, "config.json": CONFIG, "model.weights.h5": WEIGHTS}
    file = into or io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in [*members.items(), *more]:
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return file.getvalue()


def patched(content: bytes, at: int, new: bytes) -> bytes:
    at %= len(content)
    return content[:at] + new + content[at + len(new) :]


def entry(content: bytes, name: bytes) -> int:
    """Where the directory's entry of a file stands."""
    return content.rindex(name, 0, len(content) - END) - ENTRY


def patched_entry(content: bytes, name: bytes, offset: int, new: bytes) -> bytes:
    return patched(content, entry(content, name) + offset, new)


def read(content: bytes, **limits):
    return read_archive(Held(content), FileLimits(**limits))


def refused(content: bytes, memory=64 * 2**20, **limits) -> str:
    """Why an archive is refused: one line, at once, and hardly any memory."""
    tracemalloc.start()
    start = time.monotonic()
    with pytest.raises(ReadError) as caught:
        read(content, **limits)
    assert time.monotonic() - start < 5
    assert tracemalloc.get_traced_memory()[1] < memory
    tracemalloc.stop()
    assert "\n" not in str(caught.value)
    name, _, message = str(caught.value).partition(": ")
    assert name == "m.keras"
    return message


# ---- what is read ------------------------------------------------------------------------------


def test_reads_what_keras_writes(saved):
    source = Held(saved)
    archive = read_archive(source, FileLimits())
    with zipfile.ZipFile(io.BytesIO(saved)) as theirs:
        assert archive.config == theirs.read("config.json").decode()
        assert archive.metadata == theirs.read("metadata.json").decode()
        weights = theirs.read("model.weights.h5")
    assert source.fetched < 10_000
    assert archive.weights.name == "m.keras: model.weights.h5"
    assert archive.weights.read(0, archive.weights.size) == weights
    assert archive.why_no_weights == ""


def test_reads_what_others_write():
    deflated = read(zipped(method=zipfile.ZIP_DEFLATED))
    assert (deflated.config, deflated.metadata) == (CONFIG, METADATA)
    assert deflated.weights is None
    assert deflated.why_no_weights == "its model.weights.h5 is compressed"
    alone = read(zipped({"config.json": CONFIG}))
    assert (alone.config, alone.metadata, alone.weights) == (CONFIG, None, None)
    assert alone.why_no_weights == "there is no model.weights.h5 in it"
    with_folder = zipped(more=[("assets/", b""), ("assets/vocabulary.txt", b"a\nb")])
    assert read(with_folder).config == CONFIG


def test_a_byte_order_mark_is_no_part_of_the_text():
    assert read(zipped({"config.json": b"\xef\xbb\xbf{}"})).config == "{}"


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_reads_an_archive_that_was_written_to_a_pipe(method):
    class Pipe(io.BytesIO):
        def seekable(self):
            return False

        def tell(self):
            raise OSError

    archive = read(zipped(method=method, into=Pipe()))
    assert archive.config == CONFIG
    assert (archive.weights is None) == (method == zipfile.ZIP_DEFLATED)
    if archive.weights:
        assert archive.weights.read(0, 10**6) == WEIGHTS


def test_reads_the_form_for_large_archives():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in (("config.json", CONFIG), ("model.weights.h5", WEIGHTS)):
            with archive.open(name, "w", force_zip64=True) as member:
                member.write(content.encode() if isinstance(content, str) else content)
    archive = read(file.getvalue())
    assert archive.config == CONFIG
    assert archive.weights.read(0, 10**6) == WEIGHTS
    many = zipped({"config.json": CONFIG}, more=[(f"a/{i}", b"") for i in range(65_536)])
    assert read(many, archive_members=70_000).config == CONFIG


# ---- case 17 -----------------------------------------------------------------------------------


def test_case_17_gigabytes_of_zeros():
    content = zipped({"config.json": bytes(64 * 2**20)}, zipfile.ZIP_DEFLATED)
    limit = "config.json: larger than config-bytes 16777216 allows"
    assert refused(content) == f"{limit}; --limit config-bytes=NUMBER raises it"
    declared = struct.pack("<L", 0xFFFFFFF0)
    lying = patched_entry(patched(content, 22, declared), b"config.json", 24, declared)
    assert refused(lying) == f"{limit}; --limit config-bytes=NUMBER raises it"
    ratio = "config.json: packed more tightly than config-ratio 100 allows"
    assert refused(content, config_bytes=10**9) == f"{ratio}; --limit config-ratio=NUMBER raises it"
    assert len(read(content, config_bytes=10**9, config_ratio=10**4).config) == 64 * 2**20


def test_case_17_metadata_too():
    members = {"metadata.json": bytes(17 * 2**20), "config.json": CONFIG}
    message = refused(zipped(members, zipfile.ZIP_DEFLATED))
    assert message.startswith("metadata.json: larger than config-bytes 16777216 allows")


def test_case_17_declared_10_bytes_real_5_megabytes():
    content = zipped({"config.json": bytes(5 * 2**20)}, zipfile.ZIP_DEFLATED)
    ten = struct.pack("<L", 10)
    lying = patched_entry(patched(content, 22, ten), b"config.json", 24, ten)
    wanted = "config.json: it is larger than its zip archive declares"
    assert refused(lying, memory=2**20) == wanted
    # the header and the directory must say the same
    contradiction = "the header of config.json contradicts the directory of its zip archive"
    assert refused(patched(content, 22, ten), config_ratio=2000) == contradiction


def test_case_17_packed_to_gigabytes():
    content = zipped({"config.json": CONFIG})
    huge = struct.pack("<LL", 2**31, 2**31)
    lying = patched_entry(patched(content, 18, huge), b"config.json", 20, huge)
    assert refused(lying) == "files in its zip archive overlap, or it is damaged"


def test_case_17_packed_larger_than_unpacked():
    content = zipped({"config.json": os.urandom(5000)}, zipfile.ZIP_DEFLATED)
    ten = struct.pack("<L", 10)
    lying = patched_entry(patched(content, 22, ten), b"config.json", 24, ten)
    assert "larger than config-bytes 4000 allows" in refused(lying, config_bytes=4000)


def test_a_small_text_may_be_packed_tightly():
    content = zipped({"config.json": " " * 60_000}, zipfile.ZIP_DEFLATED)
    assert len(read(content).config) == 60_000


# ---- case 18 -----------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_case_18_two_of_one_name():
    assert (
        refused(zipped(more=[("config.json", "{}")])) == "its zip archive holds config.json twice"
    )
    assert refused(zipped(more=[("a", ""), ("a", "")])) == "its zip archive holds a twice"


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("CONFIG.JSON", "config.json"),
        ("Config.json", "config.json"),
        ("config.json.", "config.json"),
        ("config.json ", "config.json"),
        ("config.json/", "config.json"),
        ("con\ufb01g.json", "config.json"),
        ("METADATA.json", "metadata.json"),
        ("model.weights.H5", "model.weights.h5"),
    ],
)
def test_case_18_a_lookalike(name, plain):
    assert refused(zipped(more=[(name, "{}")])) == f"{name} in it can be taken for {plain}"


@pytest.mark.parametrize(
    "name",
    [
        "../config.json",
        "a/../config.json",
        "a/..",
        "./config.json",
        "a//b",
        "/config.json",
        "a\\b",
        "..\\config.json",
        "C:config.json",
        "c:/config.json",
    ],
)
def test_case_18_unsafe_paths(name):
    wanted = f"a file in its zip archive has an unsafe path: {name}"
    assert refused(zipped(more=[(name, "{}")])) == wanted


def test_case_18_names_that_end_early():
    content = zipped(more=[("config.json_x", "{}")]).replace(b"json_x", b"json\0x")
    assert refused(content) == r"a file in its zip archive has an unsafe path: config.json\x00x"
    assert "unsafe path: " in refused(zipped().replace(b"config.json", b"config.jso\0"))


def test_case_18_names_are_shown_visibly():
    message = refused(zipped(more=[("../\x1b[2J\n::error::x\u202e" + "x" * 500, "{}")]))
    assert message.startswith(
        r"a file in its zip archive has an unsafe path: ../\x1b[2J\x0a::error::x\u202exxx"
    )
    assert len(message) < 400


@pytest.mark.parametrize("bit", [0, 6, 13])
def test_case_18_encrypted(bit):
    flags = struct.pack("<H", 1 << bit)
    content = patched_entry(zipped(), b"model.weights.h5", 8, flags)
    assert refused(content) == "model.weights.h5 in its zip archive is encrypted; save it without"


def test_case_18_65000_members():
    one = zipped({"config.json": CONFIG})
    directory = one[entry(one, b"config.json") : -END] * 65_000
    count = struct.pack("<2H2L", 65_000, 65_000, len(directory), entry(one, b"config.json"))
    content = one[: entry(one, b"config.json")] + directory + patched(one[-END:], 8, count)
    limit = "it holds more files than archive-members 1000 allows"
    assert refused(content) == f"{limit}; --limit archive-members=NUMBER raises it"
    source = Held(content)
    with pytest.raises(ReadError):
        read_archive(source, FileLimits())
    assert source.fetched <= 4096
    assert refused(content, archive_members=70_000) == "its zip archive holds config.json twice"


def test_case_18_a_directory_of_long_names():
    content = zipped({"config.json": CONFIG}, more=[("x" * 60_000, "")])
    assert refused(content) == "the directory of its zip archive is larger than its files need"


def test_case_18_something_after_the_end():
    wanted = "something follows the end of its zip archive; save the model anew"
    assert refused(zipped() + b"x") == wanted
    assert refused(zipped() + bytes(1000)) == wanted
    assert refused(patched(zipped(), -2, b"\1\0")) == wanted
    file = io.BytesIO(zipped())
    with zipfile.ZipFile(file, "a") as archive:
        archive.comment = b"a comment"
    assert refused(file.getvalue()) == wanted


def test_case_18_an_archive_in_the_comment_of_another():
    inner = zipped({"config.json": '{"other": 1}'})
    outer = zipped()
    assert "zip archive" in refused(patched(outer, -2, struct.pack("<H", len(inner))) + inner)
    assert "zip archive" in refused(outer + inner)


def test_case_18_something_before_the_start():
    moved = "its zip archive is damaged, or hides something at its end"
    assert refused(b"PK" + bytes(98) + zipped()) == moved
    file = io.BytesIO(b"#!/bin/sh\n")
    file.seek(0, 2)
    content = zipped(into=file)  # zipfile tells the true places
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.read("config.json").decode() == CONFIG
    assert refused(content) == "something stands before its zip archive; save the model anew"


def test_case_18_something_between():
    """A file that is not listed, but that a program sees that reads from the start."""
    content = zipped({"config.json": CONFIG, "config.json_": '{"other": 1}' * 50, "z": ""})
    at, end = entry(content, b"config.json_"), entry(content, b"z")
    directory = content[entry(content, b"config.json\x50") : at] + content[end:-END]
    start = entry(content, b"config.json\x50")
    count = struct.pack("<2H2L", 2, 2, len(directory), start)
    hidden = content[:start] + directory + patched(content[-END:], 8, count)
    with zipfile.ZipFile(io.BytesIO(hidden)) as archive:
        assert archive.namelist() == ["config.json", "z"]
    assert refused(hidden) == "something is hidden in its zip archive: config.json"


def test_case_18_a_little_between():
    """Near what is read, not a single byte may be hidden."""
    one = zipped({"config.json": CONFIG})
    start = entry(one, b"config.json")
    moved = patched(one[-END:], 16, struct.pack("<L", start + 1))
    assert refused(one[:start] + b"x" + one[start:-END] + moved) == (
        "something is hidden in its zip archive after config.json"
    )


def test_case_18_files_that_overlap():
    content = zipped()
    at = struct.pack("<L", HEADER)
    assert "overlap" in refused(patched_entry(content, b"model.weights.h5", 42, at))


def test_case_18_one_part_of_several():
    wanted = "its zip archive is one of several parts; give it whole"
    assert refused(patched(zipped(), -18, b"\1\0")) == wanted
    assert refused(patched(zipped(), -14, b"\1\0")) == wanted
    contradicts = "the directory of its zip archive contradicts itself: config.json"
    assert refused(patched_entry(zipped(), b"config.json", 34, b"\1\0")) == contradicts


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compressions(method):
    message = refused(zipped({"config.json": CONFIG}, method))
    assert message == "config.json is compressed by a method other than deflate"


@pytest.mark.parametrize("offset", [0, 6, 8, 14, 18, 22, 26, 30, 34])
def test_a_header_that_contradicts_the_directory(offset):
    content = zipped({"config.json": CONFIG})
    old = content[offset]
    message = refused(patched(content, offset, bytes([old ^ 2])))
    assert "config.json" in message or "this is of a kind" in message
    assert message != "config.json: it is damaged; fetch or save the file anew"


def test_another_name_in_an_extra_field():
    """Info-ZIP's field for a name in Unicode is obeyed by some programs alone."""
    info = zipfile.ZipInfo("readme.txt")
    other = b"\x01" + struct.pack("<L", zlib.crc32(b"readme.txt")) + b"config.json"
    info.extra = struct.pack("<HH", 0x7075, len(other)) + other
    assert refused(_with(info)) == ("the directory of its zip archive is damaged at readme.txt")


def _with(info: zipfile.ZipInfo) -> bytes:
    file = io.BytesIO(zipped())
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(info, "{}")
    return file.getvalue()


def test_extra_fields_that_mean_nothing_here_are_read_over():
    info = zipfile.ZipInfo("readme.txt")
    info.extra = struct.pack("<HH5s", 0x5455, 5, b"\1\0\0\0\0")
    assert read(_with(info)).config == CONFIG
    info.extra = struct.pack("<HH", 1, 8) + bytes(8) + struct.pack("<HH", 1, 8) + bytes(8)
    assert "damaged at readme.txt" in refused(_with(info))
    info.extra = struct.pack("<HH", 0x5455, 50)
    assert "damaged at readme.txt" in refused(_with(info))


def test_large_forms_that_contradict_themselves():
    many = zipped({"config.json": CONFIG}, more=[(f"a/{i}", b"") for i in range(65_536)])
    limits = {"archive_members": 70_000}
    assert read(many, **limits).config == CONFIG
    wanted = "the end of its zip archive contradicts itself"
    for at in (-END - 20, -END - 20 + 8, -END - 76, -END - 76 + 4, -END + 12):
        assert refused(patched(many, at, b"\x07\x01"), **limits) == wanted
    # a small archive that claims to be a large one
    assert refused(patched(zipped(), -END + 8, b"\xff\xff\xff\xff")) == wanted
    assert refused(patched(zipped({}), -END + 8, b"\xff\xff\xff\xff")) == wanted


# ---- case 26 -----------------------------------------------------------------------------------


def test_case_26_cut(saved):
    assert refused(b"").startswith("this is empty")
    for part in range(1, 64):
        message = refused(saved[: len(saved) * part // 64])
        assert message == "its zip archive was cut off; fetch the whole file"


def test_case_26_cut_anywhere():
    for content in (zipped(), zipped(method=zipfile.ZIP_DEFLATED)):
        for length in range(len(content)):
            with pytest.raises(ReadError):
                read(content[:length])


# ---- case 27 -----------------------------------------------------------------------------------


def _tar() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("config.json"))
    return file.getvalue()


AGAIN = "download the file itself"
NO_MODEL = "give the .keras, .h5 or .json file of a Keras model"


@pytest.mark.parametrize(
    ("kind", "content", "what", "remedy"),
    [
        ("empty", b"", "empty", AGAIN),
        ("hdf5", WEIGHTS, "an HDF5 file", "name it .h5"),
        ("json", b' {"a": 1}', "a JSON text", "name it .json"),
        (
            "pickle",
            pickle.dumps({"a": 1}),
            "a pickle, which is code that loading runs",
            "save the model as .keras or .json with Keras",
        ),
        ("png", b"\x89PNG\r\n\x1a\n" + bytes(99), "a PNG image", NO_MODEL),
        ("jpeg", b"\xff\xd8\xff\xe0", "a JPEG image", NO_MODEL),
        ("html", b"\n<!DOCTYPE html><title>404</title>", "an HTML page", AGAIN),
        ("html", b"<html>", "an HTML page", AGAIN),
        ("xml", b"<?xml version='1.0'?>", "an XML document", AGAIN),
        ("gzip", zlib.compress(b"x", wbits=31), "compressed by gzip", None),
        ("bzip2", bz2.compress(b"x"), "compressed by bzip2", None),
        ("tar", _tar(), "a tar archive", None),
        (
            "lfs",
            b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
            "a pointer of Git LFS",
            "fetch the file: git lfs pull",
        ),
        ("annex", b"/annex/objects/MD5E-s1--0", "a pointer of git-annex", None),
        ("pdf", b"%PDF-1.7", "a PDF document", NO_MODEL),
        ("utf-16", '{"a": 1}'.encode("utf-16"), "a text in UTF-16", "save it as UTF-8"),
        ("zeros", bytes(1000), "nothing but zero bytes at its start", AGAIN),
        ("tflite", b"\x1c\0\0\0TFL3", "a TensorFlow Lite model", None),
        ("", b"whatever", "of a kind that is not known", NO_MODEL),
    ],
)
def test_case_27_by_content(kind, content, what, remedy):
    assert content_of(content[:512]).kind == kind
    message = refused(content)
    assert message.startswith(f"this is {what}, not a .keras archive; ")
    assert remedy is None or message.endswith(f"; {remedy}")


def test_case_27_other_archives():
    folder = "config.json stands in a folder of its zip archive; it belongs at the top"
    assert refused(zipped({"model/config.json": CONFIG})) == folder
    assert refused(zipped({"a.txt": ""})) == (
        "its zip archive holds no config.json, as Keras's .keras files do"
    )
    assert refused(zipped({})) == "its zip archive holds no config.json, as Keras's .keras files do"
    saved_model = "this holds a TensorFlow SavedModel; save the model as .keras with Keras"
    assert refused(zipped({"m/saved_model.pb": ""})) == saved_model
    assert refused(zipped({"archive/data.pkl": ""})).startswith("this holds a PyTorch model")


# ---- damage ------------------------------------------------------------------------------------

DAMAGED = "config.json: it is damaged; fetch or save the file anew"


def test_a_wrong_checksum():
    content = zipped({"config.json": CONFIG})
    assert refused(content.replace(b"class_name", b"class_nama")) == DAMAGED


def test_damaged_compression():
    content = zipped({"config.json": CONFIG}, zipfile.ZIP_DEFLATED)
    data = HEADER + len("config.json")
    assert refused(patched(content, data, b"\xff")) == DAMAGED
    assert refused(patched(content, data + 20, b"\0\0")) == DAMAGED
    # fewer bytes than declared
    larger = struct.pack("<L", len(CONFIG.encode()) + 5)
    assert (
        refused(patched_entry(patched(content, 22, larger), b"config.json", 24, larger)) == DAMAGED
    )


def test_something_hidden_behind_what_is_compressed():
    content = zipped({"config.json": CONFIG}, zipfile.ZIP_DEFLATED)
    start = entry(content, b"config.json")
    packed = struct.pack("<L", start - HEADER - len("config.json") + 3)
    content = patched_entry(patched(content, 18, packed), b"config.json", 20, packed)
    moved = patched(content[-END:], 16, struct.pack("<L", start + 3))
    assert refused(content[:start] + b"xyz" + content[start:-END] + moved) == DAMAGED


def test_compression_without_an_end():
    packer = zlib.compressobj(wbits=-15)
    packed = packer.compress(CONFIG.encode()) + packer.flush(zlib.Z_SYNC_FLUSH)
    one = zipped({"config.json": packed})
    numbers = struct.pack("<3L", zlib.crc32(CONFIG.encode()), len(packed), len(CONFIG.encode()))
    content = patched(patched(one, 8, b"\x08\0"), 14, numbers)
    content = patched_entry(content, b"config.json", 10, b"\x08\0")
    assert refused(patched_entry(content, b"config.json", 16, numbers)) == DAMAGED


def test_a_file_that_shrinks_while_it_is_read():
    source = Held(zipped())
    usual = source.content
    reads = iter([usual, b""])
    source._read = lambda offset, length: next(reads)[offset : offset + length]
    with pytest.raises(ReadError, match="its zip archive is damaged at "):
        read_archive(source, FileLimits())


def test_a_damaged_directory():
    wanted = "the directory of its zip archive is damaged"
    assert refused(patched_entry(zipped(), b"config.json", 0, b"XX")) == wanted
    assert refused(patched(zipped(), -END + 8, b"\2\0\2\0")) == wanted
    assert refused(patched(zipped(), -END + 8, b"\4\0\4\0")) == wanted


def test_texts_that_are_not_utf_8():
    message = refused(zipped({"config.json": b'{"name": "\xe9"}'}))
    assert message == "config.json: the encoding is not UTF-8"
    name = zipped(more=[("\u00e9", "")]).replace("\u00e9".encode(), b"\xe9\xe9")
    assert refused(name) == "the name of a file in its zip archive is not UTF-8"


MUTATIONS = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=6
)


@given(mutations=MUTATIONS, method=st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))
@settings(max_examples=400, deadline=None)
def test_whatever_is_damaged_is_read_as_zipfile_reads_it_or_refused(mutations, method):
    whole = zipped({"config.json": CONFIG, "metadata.json": METADATA}, method)
    content = bytearray(whole)
    for place, byte in mutations:
        content[int(place * len(content))] = byte
    try:
        config = read(bytes(content)).config
    except ReadError:
        return
    assert config == CONFIG
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert archive.read("config.json").decode() == config
    except (zipfile.BadZipFile, NotImplementedError):
        pass  # a version of the format that nobody has written yet
