"""The table of facts: everything that was checked, expected against observed."""

from __future__ import annotations

from lenet_verify.notation import as_text
from lenet_verify.renderers.html.chapter import Chapter, numbers
from lenet_verify.renderers.html.element import Html, code, element, short, together
from lenet_verify.renderers.html.table import row, table
from lenet_verify.renderers.wording import NOTHING, in_network_order, where
from lenet_verify.verdict import Finding, Outcome

_HEADER = ("Layer", "Fact", "Expected", "Observed", "Claim", "Why", "Line")


def facts_section(chapter: Chapter) -> Html:
    """Every checked fact, in the order of the network."""
    found = in_network_order(chapter.report.verdict, chapter.report.verdict.findings)
    if not found:
        return Html("")
    rows = [(one.outcome.value, _row(chapter, one)) for one in found]
    caption = "Every checked fact, expected against observed, in the order of the network"
    return chapter.section("facts", "Facts", table(chapter.part("facts"), caption, _HEADER, rows))


def _row(chapter: Chapter, one: Finding) -> Html:
    layers = chapter.layers_of([one])
    name = element("a", short(where(one)), href=f"#{chapter.fact_id(one)}")
    reasons = [text for text in (one.reason, one.rule) if text]
    cells = (
        element("th", name, scope="row"),
        element("td", short(one.fact)),
        _value(one.expected, "expected", one.fact != "layer" and one.claim is not None),
        _value(one.observed, f"observed {one.outcome.value}", _is_seen(one)),
        element("td", chapter.claim_link(one)),
        element("td", together(reasons, "; "), class_="why"),
        element("td", "" if one.line is None else str(one.line), data_key=one.line),
    )
    return row(
        cells, one.outcome.value, id=chapter.fact_id(one), data_claim=chapter.claim_number(one),
        data_layers=numbers(layers), data_live="fact",
    )  # fmt: skip


def _is_seen(one: Finding) -> bool:
    """Whether a value of none is what is observed, and not that nothing is."""
    judged = one.outcome in (Outcome.HOLDS, Outcome.BROKEN, Outcome.DEVIATES)
    return judged and one.fact != "layer" and one.code != "missing-layer"


def _value(value: object, kind: str, is_value: bool) -> Html:
    """A cell; None is either a value or nothing at all."""
    key = value if isinstance(value, int) and not isinstance(value, bool) else None
    text = NOTHING if value is None and not is_value else as_text(value)
    return element("td", code(text), class_=kind, data_key=key)
