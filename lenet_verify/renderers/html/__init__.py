"""Reports as one HTML page, to be looked at: the figure lights what it is pointed at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lenet_verify.renderers.brief import line, told_together
from lenet_verify.renderers.html.anchors import Anchors
from lenet_verify.renderers.html.causes import causes_section, outcome_sections
from lenet_verify.renderers.html.chapter import Chapter
from lenet_verify.renderers.html.claims import claims_section
from lenet_verify.renderers.html.element import Html, block, element, lines, short, together
from lenet_verify.renderers.html.facts import facts_section
from lenet_verify.renderers.html.figure import figure_section
from lenet_verify.renderers.html.layers import layers_section
from lenet_verify.renderers.html.opening import contents, opening
from lenet_verify.renderers.html.origins import coverage_section, sources_section, training_section
from lenet_verify.renderers.html.page import page
from lenet_verify.renderers.html.table import outcome_mark
from lenet_verify.renderers.wording import headline, verdict_mark
from lenet_verify.report import Report, Undecided
from lenet_verify.visible import visible


def render_html(reports: Sequence[Report], undecided: Sequence[Undecided] = ()) -> str:
    """One page with all that is known of these models.

    Args:
        reports: a chapter each.
        undecided: models without a verdict, which the page tells of first.
    """
    alone = len(reports) == 1 and not undecided
    anchors = Anchors()
    chapters = [
        Chapter(report, anchors, "" if alone else f"m{number}-", 1 if alone else 2)
        for number, report in enumerate(reports, 1)
    ]
    if alone:
        mark = verdict_mark(reports[0].verdict.holds)
        title = f"{mark} {visible(reports[0].spec.title)}: {headline(reports[0])}"
        return page(title, _chapter(chapters[0]), images=bool(reports[0].training_pictures))
    title = _together(reports, undecided)
    listed = _listed(title, chapters, undecided)
    return page(title, lines((listed, *map(_chapter, chapters))))


def _chapter(chapter: Chapter) -> Html:
    parts = [
        causes_section(chapter),
        *outcome_sections(chapter),
        figure_section(chapter),
        claims_section(chapter),
        layers_section(chapter),
        facts_section(chapter),
        training_section(chapter),
        coverage_section(chapter),
        sources_section(chapter),
    ]
    head = opening(chapter)
    inside = (head, contents(chapter, lines(parts)), *parts)
    return block("article", *inside, class_="chapter", aria_labelledby=chapter.id)


def _together(reports: Sequence[Report], undecided: Sequence[Undecided]) -> str:
    """What it all comes to: `1 of 3 hold, 1 does not, 1 cannot be read`."""
    found = [line(report) for report in reports]
    holding = sum(one.holds for one in found)
    return told_together(holding, len(found) - holding, len(undecided))


def _listed(title: str, chapters: Sequence[Chapter], undecided: Sequence[Undecided]) -> Html:
    items = [*_undecided(undecided), *map(_one_listed, chapters)]
    models = block("ul", *items, class_="models")
    return block("header", element("h1", title), models, class_="together")


def _undecided(undecided: Sequence[Undecided]) -> Iterator[Html]:
    for one in undecided:
        shape = element("span", "!", class_="shape", aria_hidden="true")
        mark = element("span", shape, " no verdict", class_="outcome broken")
        yield element("li", mark, " ", element("b", short(one.model or one.spec)), ": ", one.why)


def _one_listed(chapter: Chapter) -> Html:
    found = line(chapter.report)
    word = found.outcome.value if found.outcome else "unclaimed"
    name = together([chapter.report.spec.title, *([", ", found.model] if found.model else [])])
    link = element("a", name, href=f"#{chapter.id}")
    return element("li", outcome_mark(word), " ", link, ": ", found.text)
