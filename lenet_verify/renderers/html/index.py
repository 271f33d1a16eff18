"""The reports of a folder as a page: each with its figure, small, and its verdict."""

from __future__ import annotations

from collections.abc import Sequence

from lenet_verify.renderers.html.element import Html, block, code, element
from lenet_verify.renderers.html.page import page
from lenet_verify.renderers.html.table import outcome_mark
from lenet_verify.renderers.index import Entry, standing
from lenet_verify.renderers.wording import headline, tally
from lenet_verify.verdict import Outcome


def html_index(entries: Sequence[Entry]) -> str:
    """The text of the page, beside which the reports and their figures stand."""
    cards = block("ul", *map(_card, entries), class_="cards")
    head = block("header", element("h1", "Reports"), element("p", standing(entries)))
    return page(f"Reports: {standing(entries)}", Html(f"{head}\n{cards}"), images=True)


def _card(entry: Entry) -> Html:
    report = entry.report
    # what a picture shows is in the report; beside its title it would be said twice
    picture = element("img", src=entry.figure, alt="", loading="lazy")
    link = element("a", picture, element("span", report.spec.title), href=f"{entry.name}.html")
    title = element("h2", link)
    outcome = Outcome.HOLDS if report.verdict.holds else Outcome.BROKEN
    said = element("p", outcome_mark(outcome.value), ": ", headline(report))
    checked = element("p", code(entry.checked)) if entry.checked else Html("")
    others = (("md", "Markdown"), ("figure.svg", "figure"), ("dot", "graph as DOT"))
    links = [
        element("li", element("a", told, href=f"{entry.name}.{kind}")) for kind, told in others
    ]
    facts = element("p", tally(report.verdict), class_="quiet")
    return block("li", title, checked, said, facts, element("ul", *links))
