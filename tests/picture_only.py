"""An SVG that shows and does nothing else."""

import re
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"
_TAGS = {
    "svg", "g", "title", "desc", "polygon", "polyline", "path", "text", "ellipse", "rect", "style",
}  # fmt: skip
_RULE = (
    r'(\.network-figure \.[a-z-]+|\[(fill|stroke)="#?[a-z0-9]+"\])'
    r" \{ [a-z-]+: [#a-z0-9. ]+(; [a-z-]+: [#a-z0-9. ]+)* \}"
)
_STYLE = rf"({_RULE}|@media screen and \(prefers-color-scheme: dark\) \{{|\}})"


def elements_of(svg):
    """Every element of the picture, none of which can do anything or name anything elsewhere."""
    elements = list(ElementTree.fromstring(svg).iter())
    assert {element.tag.removeprefix(SVG) for element in elements} <= _TAGS
    for element in elements:
        for key, value in element.attrib.items():
            assert not re.match(r"on|.*href|style", key), (key, value)
        if element.tag == f"{SVG}style":
            for line in element.text.strip().splitlines():
                assert re.fullmatch(_STYLE, line.strip()), line
    return elements
