"""Characters that a PNG or a PDF cannot show: a box stands for each, and a warning names them."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import cache

from lenet_verify.drawings.figure.lettering import is_known
from lenet_verify.drawings.figure.picture import Group, Mark, Picture, Text
from lenet_verify.pictures import font_folder
from lenet_verify.visible import visible

BOX = "□"
_FILES: Mapping[bool, str] = {False: "DejaVuSans.ttf", True: "DejaVuSans-Bold.ttf"}
_RIGHT_TO_LEFT = ("R", "AL")
_MOST_NAMED = 16


def boxed(picture: Picture, right_to_left: bool) -> tuple[Picture, str]:
    """The picture with boxes where the font has no glyph, and the characters that they stand for.

    Args:
        picture: what there is to see.
        right_to_left: whether such scripts can be shown, whose letters change with their
            neighbours.
    """
    lacking: dict[str, None] = {}

    def kept(text: Text) -> Text:
        if is_known(text.text):
            return text
        found = _lacking(text.text, text.bold, right_to_left)
        if not found:
            return text
        lacking.update(dict.fromkeys(found))
        new = replace(text, text="".join(BOX if one in found else one for one in text.text))
        return replace(new, x=text.x + (text.width - new.width) / 2) if text.centred else new

    def each(items: Iterable[Mark]) -> tuple[Mark, ...]:
        return tuple(kept(item) if isinstance(item, Text) else item for item in items)

    items = tuple(
        replace(item, items=each(item.items)) if isinstance(item, Group) else each((item,))[0]
        for item in picture.items
    )
    return replace(picture, items=items), "".join(lacking)


def lacking(text: str) -> str:
    """The characters of a text that the font does not have."""
    words = "".join(text.split())
    return "" if is_known(words) else "".join(_lacking(words, False, right_to_left=True))


def warning(kind: str, characters: str) -> str:
    """What to say of them."""
    named = " ".join(visible(one) for one in characters[:_MOST_NAMED])
    more = len(characters) - _MOST_NAMED
    named += f" and {more} more" if more > 0 else ""
    return f"the {kind.upper()} has boxes for {named}, which it cannot show; an SVG can"


def _lacking(text: str, bold: bool, right_to_left: bool) -> Collection[str]:
    glyphs = _glyphs(bold)
    if glyphs is None:
        return ()
    return dict.fromkeys(
        one
        for one in text
        if ord(one) not in glyphs
        or (not right_to_left and unicodedata.bidirectional(one) in _RIGHT_TO_LEFT)
    )


@cache
def _glyphs(bold: bool) -> Collection[int] | None:
    """What the font has; None where it is not known which font there will be."""
    folder = font_folder()
    try:
        from fontTools.ttLib import TTFont  # whatever brings the font brings this
    except ImportError:
        return None
    if folder is None:
        return None
    with TTFont(folder / _FILES[bold], lazy=True) as font:
        return frozenset(font.getBestCmap())
