"""What a file is, by its first bytes: a name promises nothing."""

from __future__ import annotations

import re
from typing import NamedTuple

LOOKED_AT = 512
"""How many first bytes tell."""


class Content(NamedTuple):
    """What a file is.

    Attributes:
        kind: `keras` (an archive), `hdf5`, `json`, or the name of what we read no model from.
        what: the same for people.
        remedy: what to do where something else was expected.
    """

    kind: str
    what: str
    remedy: str


_NO_MODEL = "give the .keras, .h5 or .json file of a Keras model"
_UNPACK = "unpack it, and give the model file inside"
_AGAIN = "download the file itself"
_SAVE = "save the model as .keras or .json with Keras"

_KINDS = [
    ("keras", rb"PK(?:\x03\x04|\x05\x06|\x07\x08)", "a zip archive", "name it .keras"),
    ("hdf5", rb"\x89HDF\r\n\x1a\n", "an HDF5 file", "name it .h5"),
    ("json", rb"(?:\xef\xbb\xbf)?\s*[\[{]", "a JSON text", "name it .json"),
    ("lfs", rb"version https://git-lfs", "a pointer of Git LFS", "fetch the file: git lfs pull"),
    ("annex", rb"\.?\.?/?\S*annex/objects/", "a pointer of git-annex", "fetch it: git annex get"),
    ("html", rb"\s*<(?:!--|!doctype html|html|head|body)", "an HTML page", _AGAIN),
    ("xml", rb"\s*<\?xml", "an XML document", _AGAIN),
    ("gzip", rb"\x1f\x8b", "compressed by gzip", _UNPACK),
    ("bzip2", rb"BZh", "compressed by bzip2", _UNPACK),
    ("xz", rb"\xfd7zXZ\x00", "compressed by xz", _UNPACK),
    ("zstd", rb"\x28\xb5\x2f\xfd", "compressed by zstd", _UNPACK),
    ("7z", rb"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACK),
    ("tar", rb"(?s).{257}ustar", "a tar archive", _UNPACK),
    ("pickle", rb"\x80[\x01-\x05]", "a pickle, which is code that loading runs", _SAVE),
    ("png", rb"\x89PNG", "a PNG image", _NO_MODEL),
    ("jpeg", rb"\xff\xd8\xff", "a JPEG image", _NO_MODEL),
    ("gif", rb"GIF8", "a GIF image", _NO_MODEL),
    ("pdf", rb"%PDF", "a PDF document", _NO_MODEL),
    ("numpy", rb"\x93NUMPY", "an array of NumPy", _NO_MODEL),
    ("tflite", rb"(?s).{4}TFL3", "a TensorFlow Lite model", _SAVE),
    ("program", rb"\x7fELF|MZ", "a program", _NO_MODEL),
    ("utf-16", rb"\xff\xfe|\xfe\xff", "a text in UTF-16", "save it as UTF-8"),
    ("zeros", rb"\x00{16}", "nothing but zero bytes at its start", _AGAIN),
]
_UNKNOWN = Content("", "of a kind that is not known", _NO_MODEL)


def content_of(head: bytes) -> Content:
    """What a file is that starts so."""
    if not head:
        return Content("empty", "empty", _AGAIN)
    for kind, pattern, what, remedy in _KINDS:
        if re.match(pattern, head, re.IGNORECASE if kind in ("html", "xml") else 0):
            return Content(kind, what, remedy)
    return _UNKNOWN


def not_that(wanted: str, head: bytes) -> str:
    """The message for a file that starts so where `wanted` ("a .keras archive") should be."""
    found = content_of(head)
    return f"this is {found.what}, not {wanted}; {found.remedy}"
