"""Pixels as the bytes of a PNG file."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import numpy as np

_GREY, _COLOUR = 0, 2


def as_png(image: Any, foreground: float) -> bytes:
    """An image of one or three channels; of any other number, its first.

    Args:
        image: (rows, columns) or (rows, columns, channels).
        foreground: the value that is brightest; 0 is darkest.
    """
    pixels = np.clip(np.rint(image.astype(float) / foreground * 255), 0, 255).astype(np.uint8)
    if pixels.ndim == 3 and pixels.shape[2] != 3:
        pixels = pixels[:, :, 0]
    kind = _GREY if pixels.ndim == 2 else _COLOUR
    # each row begins with the filter that it went through: none
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], 8, kind, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(name, content)
        for name, content in ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    )


def _chunk(name: bytes, content: bytes) -> bytes:
    length, checksum = struct.pack(">I", len(content)), zlib.crc32(name + content)
    return length + name + content + struct.pack(">I", checksum)
