"""The figure on its page: each part leads to its layers, and lights what belongs to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lenet_verify.drawings.figure import Group, as_svg_of_page, composed
from lenet_verify.renderers.html.chapter import Chapter, numbers
from lenet_verify.renderers.html.element import Html, element

_WIDEST = 1400
"""Up to here a figure is made to fit its page; a wider one would be too small to read."""


def figure_section(chapter: Chapter) -> Html:
    """The network as its paper draws it, with the verdict on it."""
    report = chapter.report
    if not report.architecture.layers and not chapter.rows:
        return Html("")
    title = report.spec.title
    named = replace(report.architecture, title=title)
    picture = composed(named, report.verdict, alone=False)

    def link(group: Group) -> Mapping[str, str]:
        layers = chapter.layers_named(group.layers, group.missing)
        if not layers:
            return {}
        first = chapter.layers_named([group.first], group.missing) or layers
        return {
            "href": f"#{chapter.layer_id(first[0])}",
            "data-layers": numbers(layers),
            "data-live": "part",
        }

    name = chapter.part("figure")
    svg = Html(as_svg_of_page(picture, f"{name}-svg", link))
    look = "scroll" if picture.width > _WIDEST else "scroll fits"
    box = element(
        "div", svg, class_=look, tabindex="0", role="group", aria_label=f"Figure of {title}",
    )  # fmt: skip
    hint = "Point at a part, or move to it with Tab, to see what is claimed of it."
    told = element("div", element("p", hint), class_="pointed", hidden=True)
    return chapter.section("figure", "The network", element("figure", box, told))
