"""How wide text is in DejaVu Sans, so that no text of the figure meets another.

The tables hold the font's own advances, of 2,048 to the em. They come from its `hmtx` table, in
the order of `_KNOWN`; a test compares them with the font that matplotlib ships.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

_KNOWN = "".join(map(chr, range(32, 127))) + "×·→–—…✓✗≈□−"
_REGULAR = """
651 821 942 1716 1303 1946 1597 563 799 799 1024 1716 651 739 651 690 1303 1303 1303 1303 1303
1303 1303 1303 1303 1303 690 690 1716 1716 1716 1087 2048 1401 1405 1430 1577 1294 1178 1587
1540 604 604 1343 1141 1767 1532 1612 1235 1612 1423 1300 1251 1499 1401 2025 1403 1251 1403
799 690 799 1716 1024 1024 1255 1300 1126 1300 1260 721 1300 1298 569 569 1186 569 1995 1298
1253 1300 1300 842 1067 803 1298 1212 1675 1212 1212 1075 1303 690 1303 1716 1716 651 1716
1024 2048 2048 1716 1716 1716 1935 1716
"""
_BOLD = """
713 934 1067 1716 1425 2052 1786 627 936 936 1071 1716 778 850 778 748 1425 1425 1425 1425
1425 1425 1425 1425 1425 1425 819 819 1716 1716 1716 1188 2048 1585 1561 1503 1700 1399 1399
1681 1714 762 762 1587 1305 2038 1714 1741 1501 1741 1577 1475 1397 1663 1585 2259 1579 1483
1485 936 748 936 1716 1024 1024 1382 1466 1214 1466 1389 891 1466 1458 702 702 1362 702 2134
1458 1407 1466 1466 1010 1219 979 1458 1335 1892 1321 1335 1192 1458 748 1458 1716 1716 778
1716 1024 2048 2048 1716 1716 1716 1935 1716
"""
_WIDEST = 4129
"""Of any glyph of the font: what is taken for a character that the tables do not have."""

_LETTER = 2920
"""Of any letter from Greek to Arabic and Syriac: those scripts have no wider one."""

_WIDE = 2868
"""Of a character that East Asian fonts and those of emoji draw on a square."""


_ACCENT = 300
"""By how much an accent may make its letter wider."""


def _table(advances: str) -> Mapping[str, int]:
    return dict(zip(_KNOWN, map(int, advances.split()), strict=True))


ADVANCES: Mapping[bool, Mapping[str, int]] = {False: _table(_REGULAR), True: _table(_BOLD)}
"""By whether it is bold."""


def width(text: str, size: float, bold: bool = False) -> float:
    """How wide a text is at most, in the unit of its size."""
    table = ADVANCES[bold]
    return sum(table.get(each) or _other(each, table) for each in text) * size / 2048


def is_known(text: str) -> bool:
    """Whether its width is exact."""
    return all(each in ADVANCES[False] for each in text)


def fitted(text: str, room: float, size: float, bold: bool = False) -> str:
    """The text, or as much of it as there is room for, and an ellipsis."""
    if width(text, size, bold) <= room:
        return text
    kept = text
    while kept and width(kept + "…", size, bold) > room:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def wrapped(
    text: str, room: float, size: float, most: int = 1000, *, bold: bool = False
) -> list[str]:
    """The text in lines no wider than the room, of which an ellipsis ends the last if need be."""
    lines: list[str] = []
    for word in text.split():
        word = fitted(word, room, size, bold)
        if lines and width(f"{lines[-1]} {word}", size, bold) <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    if len(lines) > most:
        lines[most - 1 :] = [fitted(lines[most - 1] + " …", room, size, bold)]
    return lines


def _other(character: str, table: Mapping[str, int]) -> int:
    """Of a letter with accents little more than of the letter; of the rest, enough for any font."""
    base, *accents = list(unicodedata.normalize("NFD", character))
    if base in table and all(map(unicodedata.combining, accents)):
        return table[base] + _ACCENT * bool(accents)
    if 0x370 <= ord(character) < 0x800:
        return _LETTER
    return _WIDE if unicodedata.east_asian_width(character) in "WF" else _WIDEST
