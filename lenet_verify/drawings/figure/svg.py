"""A picture as SVG, of which a browser, a printer and a screen reader make the best."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from lenet_verify.drawings.figure.lettering import is_known
from lenet_verify.drawings.figure.picture import (
    FONT,
    Group,
    Image,
    Item,
    Look,
    Mark,
    Picture,
    Text,
    looks,
)


@dataclass(frozen=True)
class Kind:
    """A kind of pictures.

    Attributes:
        name: by which styles and names are its own, on a page that has it among others.
        looks: how every role looks in `light` or `dark`.
    """

    name: str
    looks: Callable[[str], Mapping[str, Look]]


NETWORK = Kind("network-figure", looks)

_FAMILIES = f"'{FONT}', Verdana, 'Bitstream Vera Sans', sans-serif"


Link = Callable[[Group], Mapping[str, str]]
"""The attributes, `href` among them, by which a group is a link; none where it is not."""


def as_svg(picture: Picture, theme: str = "auto", kind: Kind = NETWORK) -> str:
    """The text of an SVG file.

    Args:
        picture: what there is to see.
        theme: `light`, `dark`, or `auto`: as its reader's system is.
        kind: of picture.
    """
    opening = _opening(picture, kind, kind.name, "img")
    lines = [*opening, "<style>", *style(theme, kind), "</style>"]
    return "\n".join([*lines, *_content(picture), "</svg>"]) + "\n"


def as_svg_of_page(picture: Picture, name: str, link: Link) -> str:
    """The same as an element of a page, which has the `style` itself, and whose parts are links.

    Args:
        picture: what there is to see.
        name: of the picture, as no other of the page has it.
        link: says where each group leads.
    """
    lines = [*_opening(picture, NETWORK, name, "group"), *_content(picture, link), "</svg>"]
    return "\n".join(lines) + "\n"


def _opening(picture: Picture, kind: Kind, name: str, role: str) -> Iterator[str]:
    width, height = _number(picture.width), _number(picture.height)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" class="{kind.name}" role="{role}" '
        f'aria-labelledby="{name}-title {name}-about" '
        f'font-family="{_FAMILIES}">'
    )
    yield f'<title id="{name}-title">{escape(picture.title)}</title>'
    yield f'<desc id="{name}-about">{escape(picture.about)}</desc>'


def _content(picture: Picture, link: Link | None = None) -> Iterator[str]:
    width, height = _number(picture.width), _number(picture.height)
    yield f'<rect class="ground" width="{width}" height="{height}"/>'
    yield from _items(picture.items, link)


def style(theme: str, kind: Kind = NETWORK) -> Iterator[str]:
    """The rules of every picture of a kind, a line each."""
    yield from _rules("light" if theme == "auto" else theme, kind)
    if theme == "auto":
        yield "@media screen and (prefers-color-scheme: dark) {"
        yield from _rules("dark", kind)
        yield "}"


def _rules(theme: str, kind: Kind) -> Iterator[str]:
    for role, look in kind.looks(theme).items():
        yield f".{kind.name} .{role} {{ {_declarations(look)} }}"


def _declarations(look: Look) -> str:
    words = [f"fill: {look.fill or 'none'}"]
    if look.stroke:
        words += [f"stroke: {look.stroke}", f"stroke-width: {_number(look.width)}"]
        words.append("stroke-linejoin: round")
    if look.dash:
        words.append(f"stroke-dasharray: {' '.join(map(_number, look.dash))}")
    return "; ".join(words)


def _items(items: Sequence[Item], link: Link | None = None) -> Iterator[str]:
    for item in items:
        if isinstance(item, Group):
            attributes = link(item) if link else {}
            tag = "a" if attributes else "g"
            told = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
            yield f"<{tag}{told}>"
            # it may be printed to a runner, to which a name in a line of its own is a command
            title = escape(item.title, {"\n": "&#10;"})
            yield f"<title>{title}</title>"
            yield from map(_one, item.items)
            yield f"</{tag}>"
        else:
            yield _one(item)


def _one(item: Mark) -> str:
    if isinstance(item, Text):
        return _text(item)
    if isinstance(item, Image):
        return _image(item)
    points = " ".join(f"{_number(x)},{_number(y)}" for x, y in item.points)
    name = "polygon" if item.closed else "polyline"
    return f'<{name} class="{item.role}" points="{points}"/>'


def _text(item: Text) -> str:
    exact = is_known(item.text)
    middle = item.centred and not exact
    x = item.x + item.width / 2 if middle else item.x
    attributes = f'class="{item.role}" x="{_number(x)}" y="{_number(item.y)}"'
    attributes += f' font-size="{_number(item.size)}"'
    if middle:
        attributes += ' text-anchor="middle"'
    if item.bold:
        attributes += ' font-weight="bold"'
    # in a wider font the letters move together, so that the text keeps its room
    if exact and len(item.text) > 1:
        attributes += f' textLength="{_number(item.width)}" lengthAdjust="spacingAndGlyphs"'
    return f"<text {attributes}>{escape(item.text)}</text>"


def _image(item: Image) -> str:
    x, y, width, height = map(_number, (item.x, item.y, item.width, item.height))
    data = b64encode(item.png).decode()
    return (
        f'<image x="{x}" y="{y}" width="{width}" height="{height}" preserveAspectRatio="none" '
        f'image-rendering="optimizeSpeed" href="data:image/png;base64,{data}"/>'
    )


def _number(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
