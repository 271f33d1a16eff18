"""How much room text takes on a terminal, and text made to fit."""

from __future__ import annotations

from typing import TextIO


def room(stream: TextIO | None) -> int | None:
    """How many columns a terminal has; None for a stream that is none."""
    if stream is None or not stream.isatty():
        return None
    import shutil

    return shutil.get_terminal_size().columns


def width(text: str) -> int:
    """How many columns a text takes: wide characters two, those that join the one before none."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def padded(text: str, room: int, *, right: bool = False) -> str:
    """The text filled up with spaces, on its left if it belongs to the right."""
    spaces = " " * (room - width(text))
    return spaces + text if right else text + spaces


def cut(text: str, tail: str, room: int) -> str:
    """A text and its tail in so much room, the text cut for it if need be."""
    if width(text) + width(tail) <= room:
        return text + tail
    taken = width(tail) + 1
    kept = ""
    for character in text:
        taken += width(character)
        if taken > room:
            break
        kept += character
    return f"{kept}…{tail}"


def _columns(character: str) -> int:
    import unicodedata  # its tables load only for text that needs them

    if unicodedata.category(character) in ("Mn", "Me", "Cf") or "\u1160" <= character <= "\u11ff":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
