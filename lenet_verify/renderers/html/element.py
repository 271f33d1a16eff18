"""Markup: the one place that makes text of a page, so that no name is ever more than text."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from html import escape

from lenet_verify.visible import LONGEST, visible

LONGEST_TEXT = 2000
"""Letters that are shown of a quote and the like."""

_WITHOUT_END = frozenset({"img", "input", "meta", "wbr"})


class Html(str):
    """Text that is markup already; any other text becomes text of the page."""

    __slots__ = ()


def element(tag: str, *content: str, **attributes: str | int | bool | None) -> Html:
    """An element.

    Args:
        tag: its name.
        content: markup, or text that is made visible, cut and escaped.
        attributes: by name, `_` for `-`, `class_` for `class`, and of the same kind; True for one
            without a value, None and False for none.
    """
    told = "".join(
        f" {_attribute(key)}" if value is True else f' {_attribute(key)}="{_value(value)}"'
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if tag in _WITHOUT_END:
        return Html(f"<{tag}{told}>")
    return Html(f"<{tag}{told}>{together(content)}</{tag}>")


def together(content: Iterable[str], between: str = "") -> Html:
    """Pieces one after the other, as one."""
    return Html(between.join(one if isinstance(one, Html) else _escaped(one) for one in content))


def lines(content: Iterable[str]) -> Html:
    """Elements, a line each; what is empty is left out."""
    return together((one for one in content if one), "\n")


def block(tag: str, *content: str, **attributes: str | int | bool | None) -> Html:
    """An element with a line for each that it consists of."""
    return element(tag, Html(f"\n{lines(content)}\n"), **attributes)


@lru_cache(4096)
def short(text: str) -> Html:
    """A name or a value, cut where it is endless."""
    return Html(escape(visible(text, LONGEST)))


def code(text: str) -> Html:
    """A value as it would be typed."""
    return element("code", short(text))


def _value(value: str | int) -> str:
    return value if isinstance(value, Html) else _escaped(str(value))


@lru_cache(4096)  # most words of a page are there again and again
def _escaped(text: str) -> str:
    return escape(visible(text, LONGEST_TEXT))


@lru_cache(64)
def _attribute(name: str) -> str:
    return name.rstrip("_").replace("_", "-")
