"""The graph's colours on a dark ground: for each of those on a light one, its counterpart."""

from __future__ import annotations

import re
from collections.abc import Mapping

IN_THE_DARK: Mapping[str, str] = {
    "white": "#0d1117",  # the ground
    "#ffffff": "#161b22",  # a card
    "#1f2328": "#e6edf3",
    "#57606a": "#9aa4af",
    "#8c959f": "#79828d",
    "#00694d": "#5fd3ae",
    "#effaf5": "#12291f",
    "#a83800": "#ff9a66",
    "#fff3eb": "#37190c",
    "#8a3b6c": "#e6a3cb",
    "#fcf3f8": "#321a2b",
    "#005a91": "#7cc4f5",
    "#f1f8fd": "#0f2a3f",
    "#f6f8fa": "#1c2128",
}
"""Each has the contrast that its counterpart has to have: a test computes it."""

_GROUND = "bgcolor=white"
_COLOUR = re.compile(r'(?<==)"(#[0-9a-f]{6})"')


def darkened(dot: str) -> str:
    """The DOT text in dark colours.

    No text of a label is taken for a colour: quotes are escaped there, and the title stands
    behind the ground.
    """
    dot = dot.replace(_GROUND, f'bgcolor="{IN_THE_DARK["white"]}"', 1)
    return _COLOUR.sub(lambda found: f'"{IN_THE_DARK.get(found[1], found[1])}"', dot)


def as_its_reader_has_it(svg: str) -> str:
    """The laid out graph, light or dark as its reader's system is; light in print."""
    rules = [
        f'  [{where}="{light}"] {{ {where}: {dark} }}'
        for light, dark in IN_THE_DARK.items()
        for where in ("fill", "stroke")
        if f'{where}="{light}"' in svg
    ]
    lines = ["<style>", "@media screen and (prefers-color-scheme: dark) {", *rules, "}", "</style>"]
    head, bracket, body = svg.partition("<g ")
    return head + "\n".join(lines) + "\n" + bracket + body
