"""A .json file: its text, within limits."""

from __future__ import annotations

from lenet_verify.errors import ReadError
from lenet_verify.readers.files.byte_source import ByteSource
from lenet_verify.readers.files.content import LOOKED_AT, content_of, not_that
from lenet_verify.readers.files.limits import FileLimits, over


def read_json_text(source: ByteSource, limits: FileLimits) -> str:
    """The text of a .json file, to be parsed by `strict_json.parse`.

    Raises:
        ReadError: something other than JSON, not UTF-8, or over the limit.
    """
    head = source.read(0, LOOKED_AT)
    if content_of(head).kind != "json":
        raise ReadError(f"{source.name}: {not_that('a JSON text', head)}")
    if source.size > limits.config_bytes:
        raise ReadError(f"{source.name}: {over(limits, 'config_bytes', 'larger')}")
    content = head + source.read(len(head), source.size - len(head))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ReadError(f"{source.name}: the encoding is not UTF-8; save it as UTF-8") from None
