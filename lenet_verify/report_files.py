"""A report as the files that it is published in, and what they are called."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath

from lenet_verify.architecture import Layer
from lenet_verify.drawings.figure import draw_figure
from lenet_verify.drawings.graph import draw_graph
from lenet_verify.drawings.graph_theme import as_its_reader_has_it
from lenet_verify.errors import UsageError
from lenet_verify.renderers import render_markdown
from lenet_verify.renderers.html import render_html
from lenet_verify.renderers.html.index import html_index
from lenet_verify.renderers.index import Entry, json_index, markdown_index
from lenet_verify.report import Report
from lenet_verify.shipped import PREFIX

INDEX = "index"
"""The name of the files that list all reports of a folder."""

Draw = Callable[[str, Sequence[str]], Mapping[str, bytes]]
"""DOT to pictures, by the suffixes of their files that are wanted."""

_MOST_AS_PIXELS = 50
"""Layers of a graph that a picture of pixels still shows; one of hundreds is megabytes of them."""


def compose(report: Report, name: str, draw: Draw | None) -> tuple[Report, dict[str, bytes]]:
    """The files of one report: Markdown, a page, the figure, the graph as DOT and as pictures.

    Args:
        report: without pictures.
        name: of the files, without suffix.
        draw: makes the pictures of the graph; None leaves them out.

    Returns:
        The report with its pictures named, and contents by file name.
    """
    titled = replace(report.architecture, title=report.spec.title)
    dot = draw_graph(titled, report.verdict)
    files = {figure_of(name): draw_figure(titled, report.verdict).encode()}
    kinds = graph_kinds(report)
    graph = dict(draw(dot, kinds)) if draw else {}
    if graph.get("svg"):  # empty where only its name is wanted
        graph["svg"] = as_its_reader_has_it(graph["svg"].decode()).encode()
    files |= {f"{name}.{kind}": picture for kind, picture in graph.items()}
    files[f"{name}.dot"] = dot.encode("utf-8", "backslashreplace")
    shown = report.evidence.pictures if report.evidence else {}
    names = {picture: f"{name}.{picture}" for picture in shown}
    report = replace(report, pictures=tuple(files), training_pictures=names)
    files |= {names[picture]: content for picture, content in shown.items()}
    texts = {f"{name}.md": render_markdown([report]), f"{name}.html": render_html([report])}
    written = {file: text.encode("utf-8", "backslashreplace") for file, text in texts.items()}
    return report, {**written, **files}


def graph_kinds(report: Report) -> tuple[str, ...]:
    """The suffixes of the pictures of a report's graph."""
    return ("svg", "png") if _size(report.architecture.layers) <= _MOST_AS_PIXELS else ("svg",)


def _size(layers: Sequence[Layer]) -> int:
    return sum(1 + _size(layer.layers) for layer in layers)


def figure_of(name: str) -> str:
    """The file of a report's figure."""
    return f"{name}.figure.svg"


def index(reports: Sequence[Report], names: Sequence[str]) -> dict[str, bytes]:
    """The files that list the reports of a folder.

    Args:
        reports: those in it.
        names: of their files, without suffix.

    Raises:
        UsageError: a report would be overwritten.
    """
    for report, name in zip(reports, names, strict=True):
        if name.lower() == INDEX:
            path = report.spec.path
            raise UsageError(f"{path} would be reported as {INDEX}.md, which lists all: rename it")
    entries = [
        Entry(report, name, figure_of(name)) for report, name in zip(reports, names, strict=True)
    ]
    texts = {
        "html": html_index(entries), "md": markdown_index(entries), "json": json_index(entries),
    }  # fmt: skip
    return {
        f"{INDEX}.{kind}": text.encode("utf-8", "backslashreplace") for kind, text in texts.items()
    }


def distinct_names(reports: Sequence[Report]) -> list[str]:
    """What each report is called: after its spec, and after the model where one was named.

    Raises:
        UsageError: one report would overwrite the other, here or where letters' case does not
            count in the names of files.
    """
    names: list[str] = []
    taken: dict[str, Report] = {}
    for report in reports:
        name = _name(report)
        shown = report.evidence.pictures if report.evidence else ()
        pictures = (f"{name}.{picture}" for picture in shown)
        files = (f"{name}.md", f"{name}.svg", figure_of(name), *pictures)
        for file in files:
            if other := taken.get(file.lower()):
                raise UsageError(
                    f"{report.spec.path} and {other.spec.path} would both be reported as "
                    f"{file}: check them in two runs with different --out"
                )
        taken |= {file.lower(): report for file in files}
        names.append(name)
    return names


def _name(report: Report) -> str:
    spec = _fit(PurePath(report.spec.path.removeprefix(PREFIX)).stem)
    model = report.verdict.model
    return spec if model is None else f"{spec}--{_fit(re.sub(r'[.](yaml|yml)$', '', model))}"


def _fit(text: str) -> str:
    """Text as part of a file name: no separators, no leading dot, not long."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", text).strip(".-")[:100] or "spec"
