"""A figure's SVG as PNG, by resvg."""

from __future__ import annotations

from lenet_verify.errors import MissingLibraryError
from lenet_verify.pictures import font_folder

_FONTS = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
_ZOOM = 2
"""Pixels for a point: crisp on most screens."""


def as_png(svg: str) -> bytes:
    """The picture in pixels, its text in DejaVu Sans even where no font is installed.

    Raises:
        MissingLibraryError: resvg is not installed.
    """
    try:
        from resvg_py import svg_to_bytes
    except ImportError as e:
        raise MissingLibraryError("resvg_py", "pictures", "drawing a PNG") from e
    folder = font_folder()
    fonts = [] if folder is None else [str(folder / name) for name in _FONTS]
    return bytes(
        svg_to_bytes(svg_string=svg, zoom=_ZOOM, font_files=fonts, skip_system_fonts=bool(fonts))
    )
