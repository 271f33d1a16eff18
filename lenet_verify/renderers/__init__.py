"""Reports to text. Every renderer is a function of reports to a text; none prints or writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from lenet_verify.renderers.cause_wording import hints as render_hints
from lenet_verify.renderers.json_document import render_json
from lenet_verify.renderers.markdown import render_markdown
from lenet_verify.renderers.terminal import render_text
from lenet_verify.report import Report, Undecided

Renderer = Callable[[Sequence[Report]], str]

RENDERERS: Mapping[str, Renderer] = {
    "text": render_text,
    "json": render_json,
    "markdown": render_markdown,
}
"""For people and programs, who are told elsewhere of what could not be decided."""

GateRenderer = Callable[[Sequence[Report], Sequence[Undecided]], str]


def gate_renderer(kind: str) -> GateRenderer | None:
    """The renderer of a format that tells of models without a verdict too: a file is all there is.

    Each is imported when it is wanted: few runs want any.
    """
    if kind == "junit":
        from lenet_verify.renderers.junit import render_junit

        return render_junit
    if kind == "sarif":
        from lenet_verify.renderers.sarif import render_sarif

        return render_sarif
    if kind == "gitlab":
        from lenet_verify.renderers.gitlab import render_gitlab

        return render_gitlab
    if kind == "html":
        from lenet_verify.renderers.html import render_html

        return render_html
    return None


__all__ = [
    "RENDERERS",
    "GateRenderer",
    "Renderer",
    "gate_renderer",
    "render_hints",
    "render_json",
    "render_markdown",
    "render_text",
]
