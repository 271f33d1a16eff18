"""Why a verdict is what it is: the edits that mend it, and what none of them mends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lenet_verify.causes import Cause, Causes
from lenet_verify.renderers.cause_wording import about, effect, folded, heading
from lenet_verify.renderers.html.chapter import Chapter, numbers
from lenet_verify.renderers.html.element import Html, block, element, lines, short
from lenet_verify.renderers.wording import HEADINGS, MARKS, facts, in_network_order, what, where
from lenet_verify.verdict import Finding

_MOST_TOLD = 12
"""Of a list that is longer, the rest is folded."""


def causes_section(chapter: Chapter) -> Html:
    """The edits, each with what it mends."""
    causes = chapter.report.causes
    if causes is None:
        return Html("")
    items = [_cause(chapter, causes, cause) for cause in causes]
    said = heading(causes)
    blocks = [element("p", f"{said[:1].upper()}{said[1:]}.", class_="lead")]
    blocks += [block("ol", *items, class_="causes")] if items else []
    blocks += [element("p", f"Note: {text}.", class_="note") for text in causes.mistakes]
    title = "What would mend it" if items else "Causes"
    return chapter.section("causes", title, *blocks)


def _cause(chapter: Chapter, causes: Causes, cause: Cause) -> Html:
    own, rest = folded(chapter.report, cause)
    edit = element("p", element("b", short(about(cause))), " ", cause.edit, class_="edit")
    hint = element("p", element("code", cause.hint), class_="hint")
    blocks = [edit, hint, element("p", effect(cause, causes), class_="effect")]
    if own:
        blocks.append(element("ul", *(_finding(chapter, one) for one in own), class_="findings"))
    if rest:
        word = "follows" if len(rest) == 1 else "follow"
        summary = element("summary", f"{len(rest):,} more {facts(len(rest))} that {word} from it")
        listed = element("ul", *(_finding(chapter, one) for one in rest), class_="findings")
        blocks.append(element("details", summary, listed))
    layers = chapter.layers_of(own)
    return element("li", *blocks, data_layers=numbers(layers), data_live="cause")


def outcome_sections(chapter: Chapter) -> Iterator[Html]:
    """What does not simply hold, by outcome; what a cause mends is told there."""
    mended = {id(one) for cause in chapter.report.causes or () for one in cause.findings}
    for outcome, title in HEADINGS.items():
        found = [
            one
            for one in chapter.report.verdict.findings
            if one.outcome is outcome and id(one) not in mended
        ]
        if found:
            found = in_network_order(chapter.report.verdict, found)
            yield chapter.heading(f"{title} ({len(found):,})", class_=f"of-{outcome.value}")
            yield _listed(chapter, found)


def _listed(chapter: Chapter, found: Sequence[Finding]) -> Html:
    items = [_finding(chapter, one) for one in found]
    first = block("ul", *items[:_MOST_TOLD], class_="findings")
    if len(items) <= _MOST_TOLD:
        return first
    summary = element("summary", f"And {len(items) - _MOST_TOLD:,} more")
    rest = block("ul", *items[_MOST_TOLD:], class_="findings")
    return lines((first, element("details", summary, rest)))


def _finding(chapter: Chapter, one: Finding) -> Html:
    mark = element("span", MARKS[one.outcome], class_="shape", aria_hidden="true")
    name = element("a", short(where(one)), href=f"#{chapter.fact_id(one)}")
    claim = element("span", chapter.claim_link(one), class_="of-claim")
    layers = numbers(chapter.layers_of([one]))
    return element(
        "li", mark, " ", name, " ", what(one), " ", claim,
        class_=one.outcome.value, data_layers=layers, data_live="cause",
    )  # fmt: skip
