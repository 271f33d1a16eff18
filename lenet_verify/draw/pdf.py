"""A figure as PDF, by fpdf2: lines stay lines, and text can be searched."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING

from lenet_verify.drawings.figure.picture import (
    FONT,
    Group,
    Image,
    Look,
    Mark,
    Picture,
    Shape,
    Text,
    looks,
)
from lenet_verify.errors import MissingLibraryError
from lenet_verify.pictures import font_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fpdf import FPDF

_ALWAYS = datetime(1998, 11, 1, tzinfo=UTC)
"""When it was made: the same picture has the same bytes."""


def as_pdf(picture: Picture, theme: str) -> bytes:
    """The picture on a page of its own size.

    Raises:
        MissingLibraryError: fpdf2, or the font, is not installed.
    """
    try:
        from fpdf import FPDF
    except ImportError as e:
        raise MissingLibraryError("fpdf2", "pictures", "drawing a PDF") from e
    fonts = font_folder()
    if fonts is None:
        raise MissingLibraryError("matplotlib's DejaVu fonts", "pictures", "drawing a PDF")
    logging.getLogger("fpdf").setLevel(logging.ERROR)
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    pdf = FPDF(unit="pt", format=(picture.width, picture.height))
    pdf.set_margin(0)
    pdf.set_auto_page_break(False)
    pdf.set_creation_date(_ALWAYS)
    pdf.set_title(picture.title)
    pdf.set_subject(picture.about)
    pdf.add_font(FONT, "", str(fonts / "DejaVuSans.ttf"))
    pdf.add_font(FONT, "B", str(fonts / "DejaVuSans-Bold.ttf"))
    pdf.add_page()
    look = looks(theme)
    right, bottom = picture.width, picture.height
    ground = Shape(((0, 0), (right, 0), (right, bottom), (0, bottom)), "ground")
    _shape(pdf, ground, look["ground"])
    for item in _flat(picture):
        if isinstance(item, Text):
            pdf.set_font(FONT, "B" if item.bold else "", item.size)
            pdf.set_text_color(look[item.role].fill)
            spare = item.width - pdf.get_string_width(item.text) if item.centred else 0
            pdf.text(item.x + spare / 2, item.y, item.text)
        elif isinstance(item, Image):
            pdf.image(BytesIO(item.png), item.x, item.y, item.width, item.height)
        else:
            _shape(pdf, item, look[item.role])
    return bytes(pdf.output())


def _flat(picture: Picture) -> Iterator[Mark]:
    for item in picture.items:
        if isinstance(item, Group):
            yield from item.items
        else:
            yield item


def _shape(pdf: FPDF, shape: Shape, look: Look) -> None:
    if look.fill:
        pdf.set_fill_color(look.fill)
    if look.stroke:
        pdf.set_draw_color(look.stroke)
        pdf.set_line_width(look.width)
    dash, *gap = look.dash or (0,)
    pdf.set_dash_pattern(dash, *gap)
    style = ("D" if look.stroke else "") + ("F" if look.fill and shape.closed else "")
    pdf.polyline(list(shape.points), polygon=shape.closed, style=style or "D")
