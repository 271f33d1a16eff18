"""The table of layers: what is expected of each, and what is observed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lenet_verify.notation import as_text
from lenet_verify.renderers.html.chapter import Chapter, numbers
from lenet_verify.renderers.html.element import Html, block, code, element, short, together
from lenet_verify.renderers.html.table import row, table, tick
from lenet_verify.renderers.layer_table import PINNED, LayerRow, told
from lenet_verify.renderers.wording import NOTHING, expected_of, what
from lenet_verify.verdict import Finding, Outcome, worst

_HEADER = ("Layer", "Type", "Output", "Parameters", "Activation", "Other facts", "Claims")
_SHOWN = ("type", *PINNED)


def layers_section(chapter: Chapter) -> Html:
    """Every layer; those of which a spec of claims alone says nothing are folded."""
    if not chapter.rows:
        return Html("")
    shown, rest = told(chapter.report, tuple(chapter.rows))
    first = {id(one) for one in shown}
    name = chapter.part("layers")
    rows = [(id(one), *_row(chapter, at, one)) for at, one in enumerate(chapter.rows)]
    tables = []
    if shown:
        caption = "The layers of paper and model, side by side, in the order of the model"
        told_rows = [(word, markup) for key, word, markup in rows if key in first]
        tables.append(table(name, caption, _HEADER, told_rows))
    if rest:
        left = [(word, markup) for key, word, markup in rows if key not in first]
        summary = element("summary", rest[:1].upper() + rest[1:])
        others = table(f"{name}-rest", "Layers of which nothing is claimed", _HEADER, left)
        tables.append(block("details", summary, others, class_="rest"))
    return chapter.section("layers", "Layers", *tables)


def _row(chapter: Chapter, number: int, one: LayerRow) -> tuple[str, Html]:
    outcome = worst(one.findings)
    word = outcome.value if outcome else "unclaimed"
    observed = (one.row.type, one.row.output, one.row.params, one.row.activation)
    cells = [
        element("th", *_name(chapter, number, one), scope="row"),
        *(_fact(one, fact, value) for fact, value in zip(_SHOWN, observed, strict=True)),
        element("td", *_others(chapter, one)),
        element("td", *_claims(chapter, one.findings), class_="claims"),
    ]
    return word, row(
        cells, word, id=chapter.layer_id(number), data_layers=numbers([number]), data_live="layer"
    )


def _name(chapter: Chapter, number: int, one: LayerRow) -> list[Html]:
    link = element("a", short(one.name), href=f"#{chapter.layer_id(number)}")
    if one.row.model_layer is None:
        remark = "missing"
    elif any(finding.code == "extra-layer" for finding in one.findings):
        remark = "extra"
    elif one.row.model_layer != one.name:
        return [link, element("small", "their ", code(one.row.model_layer))]
    else:
        return [link]
    return [link, element("small", remark)]


def _fact(one: LayerRow, fact: str, value: Any) -> Html:
    """A cell: what is observed, and beside it what is expected where that is something else."""
    key = value if isinstance(value, int) else None
    found = expected_of(one.findings, fact)
    # None is a value where a claim of none was judged by it, else unknown or not applicable
    judged = any(f.fact == fact and f.outcome is Outcome.HOLDS for f in one.findings)
    seen = NOTHING if value is None and not judged else as_text(value)
    if not found:
        return element("td", element("span", code(seen), class_="unclaimed"), data_key=key)
    outcome = worst([f for f in one.findings if f.fact == fact]) or Outcome.HOLDS
    wanted = ", ".join(as_text(finding.expected) for finding in found)
    if outcome is Outcome.HOLDS:
        other = element("small", code(wanted), " claimed") if wanted != seen else ""
        return element("td", code(seen), " ", tick(), other, data_key=key)
    return element(
        "td",
        element("span", code(wanted), element("small", " expected"), class_="expected"),
        element(
            "span", code(seen), element("small", " observed"), class_=f"observed {outcome.value}"
        ),
        data_key=key,
    )


def _others(chapter: Chapter, one: LayerRow) -> list[Html]:
    """What is claimed besides, in short; in full what does not hold."""
    rest = [finding for finding in one.findings if finding.fact not in _SHOWN]
    failing = [finding for finding in rest if finding.outcome is not Outcome.HOLDS]
    held = len(rest) - len(failing)
    items = [
        element("li", element("a", what(f), href=f"#{chapter.fact_id(f)}"), class_=f.outcome.value)
        for f in failing
    ]
    texts = [element("ul", *items)] if items else []
    if held:
        names = ", ".join(dict.fromkeys(f.fact for f in rest if f.outcome is Outcome.HOLDS))
        texts.append(element("span", names, " ", tick()))
    return texts


def _claims(chapter: Chapter, findings: Sequence[Finding]) -> list[Html]:
    first = {finding.claim: finding for finding in findings if finding.claim is not None}
    return [together(map(chapter.claim_link, first.values()), ", ")]
