"""The verdict, before all else."""

from __future__ import annotations

import re

from lenet_verify.notation import as_text
from lenet_verify.renderers.html.chapter import Chapter
from lenet_verify.renderers.html.element import Html, block, code, element, together
from lenet_verify.renderers.html.table import outcome_mark
from lenet_verify.renderers.wording import MARKS, NOT_LOADED, headline
from lenet_verify.verdict import Outcome, worst

_PARTS = {
    "causes": "Causes",
    "figure": "The network",
    "claims": "Claims",
    "layers": "Layers",
    "facts": "Facts",
    "training": "Training",
    "coverage": "Coverage",
    "sources": "Sources",
}


def opening(chapter: Chapter) -> Html:
    """What was checked, and what it comes to."""
    report = chapter.report
    verdict = report.verdict
    outcome = worst(verdict.findings) if not verdict.holds else None
    outcome = outcome or (Outcome.DEVIATES if verdict.count(Outcome.DEVIATES) else Outcome.HOLDS)
    shape = element("span", MARKS[outcome], class_="shape", aria_hidden="true")
    said = headline(report)
    told = element("p", shape, " ", said[:1].upper() + said[1:], class_=f"verdict {outcome.value}")
    counts = [
        element("li", element("b", f"{count:,}"), " ", outcome_mark(word), class_=_zero(count))
        for word, count in verdict.counts.items()
    ]
    blocks = [
        element(f"h{chapter.level}", report.spec.title, id=chapter.id),
        told,
        element("p", *_checked(chapter), class_="checked"),
        element("ul", *counts, class_="tally", aria_label="Facts and claims by outcome"),
        _totals(chapter),
    ]
    if report.provenance.file:
        blocks.append(element("p", f"{NOT_LOADED[:1].upper()}{NOT_LOADED[1:]}.", class_="note"))
    blocks += [element("p", f"Warning: {text}", class_="note") for text in verdict.warnings]
    return block("header", *blocks)


def contents(chapter: Chapter, parts: str) -> Html:
    """Links to the parts that there are."""
    links = [
        element("li", element("a", title, href=f"#{chapter.part(name)}"))
        for name, title in _PARTS.items()
        if re.search(rf'<section id="{re.escape(chapter.part(name))}"', parts)
    ]
    model = chapter.report.verdict.model
    told = f"Parts of the report on {chapter.report.spec.title}" + (f", {model}" if model else "")
    return element("nav", element("ul", *links), aria_label=told)


def _zero(count: int) -> str | None:
    return None if count else "zero"


def _checked(chapter: Chapter) -> list[str]:
    report = chapter.report
    model = report.verdict.model
    checked = code(model) if model else "the model that this spec builds"
    how = ", by inference alone" if report.provenance.static else ""
    return ["Checked: ", checked, how, ", against ", code(report.verdict.spec), "."]


def _totals(chapter: Chapter) -> Html:
    """The parameters of the whole, as they are observed."""
    architecture = chapter.report.architecture
    told = [
        together([element("dt", name), element("dd", as_text(value))])
        for name, value in (
            ("parameters", architecture.params),
            ("trainable", architecture.trainable),
            ("not trainable", architecture.non_trainable),
        )
        if value is not None
    ]
    return element("dl", *(element("div", one) for one in told), class_="totals")
