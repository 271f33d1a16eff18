"""A picture as SVG, of which a browser, a printer and a screen reader make the best."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from lenet_verify.drawings.figure.lettering import is_known
from lenet_verify.drawings.figure.picture import (
    FONT,
    Group,
    Item,
    Look,
    Picture,
    Shape,
    Text,
    looks,
)

_NAME = "network-figure"
"""By which styles and names are this picture's own, on a page that has it among others."""

_FAMILIES = f"'{FONT}', Verdana, 'Bitstream Vera Sans', sans-serif"


def as_svg(picture: Picture, theme: str = "auto") -> str:
    """The text of an SVG file.

    Args:
        picture: what there is to see.
        theme: `light`, `dark`, or `auto`: as its reader's system is.
    """
    width, height = _number(picture.width), _number(picture.height)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" class="{_NAME}" role="img" '
        f'aria-labelledby="{_NAME}-title {_NAME}-about" '
        f'font-family="{_FAMILIES}">',
        f'<title id="{_NAME}-title">{escape(picture.title)}</title>',
        f'<desc id="{_NAME}-about">{escape(picture.about)}</desc>',
        "<style>",
        *_style(theme),
        "</style>",
        f'<rect class="ground" width="{width}" height="{height}"/>',
        *_items(picture.items),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _style(theme: str) -> Iterator[str]:
    yield from _rules("light" if theme == "auto" else theme)
    if theme == "auto":
        yield "@media screen and (prefers-color-scheme: dark) {"
        yield from _rules("dark")
        yield "}"


def _rules(theme: str) -> Iterator[str]:
    for role, look in looks(theme).items():
        yield f".{_NAME} .{role} {{ {_declarations(look)} }}"


def _declarations(look: Look) -> str:
    words = [f"fill: {look.fill or 'none'}"]
    if look.stroke:
        words += [f"stroke: {look.stroke}", f"stroke-width: {_number(look.width)}"]
        words.append("stroke-linejoin: round")
    if look.dash:
        words.append(f"stroke-dasharray: {' '.join(map(_number, look.dash))}")
    return "; ".join(words)


def _items(items: Sequence[Item]) -> Iterator[str]:
    for item in items:
        if isinstance(item, Group):
            yield "<g>"
            yield f"<title>{escape(item.title)}</title>"
            yield from map(_one, item.items)
            yield "</g>"
        else:
            yield _one(item)


def _one(item: Shape | Text) -> str:
    if isinstance(item, Text):
        return _text(item)
    points = " ".join(f"{_number(x)},{_number(y)}" for x, y in item.points)
    name = "polygon" if item.closed else "polyline"
    return f'<{name} class="{item.role}" points="{points}"/>'


def _text(item: Text) -> str:
    attributes = f'class="{item.role}" x="{_number(item.x)}" y="{_number(item.y)}"'
    attributes += f' font-size="{_number(item.size)}"'
    if item.bold:
        attributes += ' font-weight="bold"'
    # in a wider font the letters move together, so that the text keeps its room
    if is_known(item.text) and len(item.text) > 1:
        attributes += f' textLength="{_number(item.width)}" lengthAdjust="spacingAndGlyphs"'
    return f"<text {attributes}>{escape(item.text)}</text>"


def _number(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
