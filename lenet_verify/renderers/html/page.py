"""The whole page: one file that asks nothing of any other, and runs nothing but its own script."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from lenet_verify.drawings.figure import style
from lenet_verify.drawings.figure.picture import COLOURS
from lenet_verify.renderers.html.element import Html, block, element

IMAGES = "img-src 'self' file:; "
"""Where pictures may come from; a page that is a file has no origin to be its own."""


def page(title: str, main: str, *, images: bool = False) -> str:
    """The text of an HTML file.

    Args:
        title: of the window, as text.
        main: the content, as markup.
        images: whether it shows pictures that stand beside it.
    """
    rules, script = _style(), _script()
    policy = (
        f"default-src 'none'; style-src '{_hash(rules)}'; script-src '{_hash(script)}'; "
        f"{IMAGES if images else ''}"
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
    )
    head = [
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", title),
        element("style", Html(rules)),
    ]
    body = [
        element("a", "Skip to the verdict", href="#main", class_="skip"),
        block("main", Html(main), id="main", tabindex="-1"),
        element("footer", element("p", "Checked and drawn by lenet-verify.")),
        element("script", Html(script)),
    ]
    text = block("html", block("head", *head), block("body", *body), lang="en")
    return f"<!DOCTYPE html>\n{text}\n"


@cache
def _style() -> str:
    return "\n".join(["", *_variables(), *style("auto"), _own("report.css")])


@cache
def _script() -> str:
    return "\n" + _own("report.js")


def _variables() -> Iterator[str]:
    """The colours of the figure, for all that stands around it."""
    for theme, colours in COLOURS.items():
        told = " ".join(f"--{name}: {value};" for name, value in colours.items())
        rule = f":root {{ {told} }}"
        media = "@media screen and (prefers-color-scheme: dark)"
        yield f"{media} {{ {rule} }}" if theme == "dark" else rule


def _own(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """What the content security policy knows a text by."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
