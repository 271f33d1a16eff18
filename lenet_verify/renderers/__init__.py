"""Reports to text. Every renderer is a function `(reports) -> str`; none prints or writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from lenet_verify.renderers.cause_wording import hints as render_hints
from lenet_verify.renderers.json_document import render_json
from lenet_verify.renderers.markdown import render_markdown
from lenet_verify.renderers.terminal import render_text
from lenet_verify.report import Report

Renderer = Callable[[Sequence[Report]], str]

RENDERERS: Mapping[str, Renderer] = {
    "text": render_text,
    "json": render_json,
    "markdown": render_markdown,
}
"""What `--format` may say."""

__all__ = ["RENDERERS", "Renderer", "render_hints", "render_json", "render_markdown", "render_text"]
