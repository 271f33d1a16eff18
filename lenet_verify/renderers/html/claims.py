"""The table of claims: what the sources say, and what becomes of it."""

from __future__ import annotations

from collections.abc import Sequence

from lenet_verify.renderers.html.chapter import Chapter, numbers
from lenet_verify.renderers.html.element import Html, element, short, together
from lenet_verify.renderers.html.table import row, table
from lenet_verify.renderers.wording import facts, what, where
from lenet_verify.spec import Claim
from lenet_verify.verdict import Finding, Outcome, worst
from lenet_verify.visible import one_line

_MOST_TOLD, _MOST_LINKS = 6, 8


def claims_section(chapter: Chapter) -> Html:
    """Every claim, those too that are not checked."""
    claims = chapter.report.spec.claims
    if not claims:
        return Html("")
    rows = [_row(chapter, number, claim) for number, claim in enumerate(claims)]
    header = ("Claim", "What is claimed", "Facts", "Layers")
    caption = "What the sources claim, each claim with its quote"
    name = f"{chapter.part('claims')}"
    return chapter.section("claims", "Claims", table(name, caption, header, rows))


def _row(chapter: Chapter, number: int, claim: Claim) -> tuple[str, Html]:
    found = chapter.of_claims.get(claim.id, [])
    outcome = worst(found)
    word = outcome.value if outcome else "unclaimed"
    word = "unchecked" if claim.unchecked is not None else word
    layers = chapter.layers_of(found)
    name = chapter.claim_id(claim)
    cells = (
        element("th", element("a", short(claim.id), href=f"#{name}"), scope="row"),
        element("td", *_said(claim), class_="said"),
        element("td", *_facts(chapter, found), data_key=len(found)),
        element("td", *_layers(chapter, layers), class_="layers", data_key=len(layers)),
    )
    return word, row(
        cells, word, id=name, data_claim=number, data_layers=numbers(layers), data_live="claim"
    )


def _said(claim: Claim) -> list[Html]:
    """Quote, origin and reasons."""
    blocks = []
    if claim.quote is not None:
        blocks.append(element("blockquote", one_line(claim.quote)))
    origin = ", ".join(one_line(text) for text in (claim.source, claim.where) if text)
    if origin:
        blocks.append(element("p", element("cite", origin), class_="origin"))
    if claim.why is not None:
        blocks.append(element("p", one_line(claim.why), class_="why"))
    if claim.unchecked is not None:
        blocks.append(element("p", f"Not checked: {one_line(claim.unchecked)}", class_="why"))
    return blocks


def _facts(chapter: Chapter, found: Sequence[Finding]) -> list[Html]:
    """How many hold, and what the others come to."""
    if not found:
        return []
    held = sum(one.outcome is Outcome.HOLDS for one in found)
    verb = "holds" if 1 in (held, len(found)) else "hold"
    told = f"{held:,} of {len(found):,} {facts(len(found))} {verb}"
    rest = [one for one in found if one.outcome is not Outcome.HOLDS]
    items = [
        element(
            "li",
            element("a", short(where(one)), href=f"#{chapter.fact_id(one)}"),
            " ",
            what(one),
        )
        for one in rest[:_MOST_TOLD]
    ]
    if len(rest) > _MOST_TOLD:
        items.append(element("li", f"and {len(rest) - _MOST_TOLD:,} more"))
    return [element("span", told), *([element("ul", *items)] if items else [])]


def _layers(chapter: Chapter, layers: Sequence[int]) -> list[Html]:
    links = together(map(chapter.layer_link, layers), ", ")
    if len(layers) <= _MOST_LINKS:
        return [links]
    summary = element("summary", f"{len(layers):,} layers")
    return [element("details", summary, links)]
