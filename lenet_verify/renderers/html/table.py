"""Tables that a script lets its readers sort and filter; without one they are all there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from lenet_verify.renderers.html.element import Html, block, element, together
from lenet_verify.renderers.wording import MARKS, NOTHING
from lenet_verify.verdict import Outcome

WORDS = (*(outcome.value for outcome in Outcome), "unchecked", "unclaimed")
"""What a row may come to; `unclaimed` is one of which nothing is said."""

_ORDER = ("broken", "unknown", "deviates", "holds", "skipped", "unchecked", "unclaimed")
_SHAPES = {**{outcome.value: mark for outcome, mark in MARKS.items()}, "unchecked": "○"}
_LONG = 40
"""Rows from which on a table scrolls in a box of its own."""


@cache
def tick() -> Html:
    """What stands behind a value that is as claimed."""
    sign = element("span", "✓", class_="tick", aria_hidden="true")
    return together([sign, element("span", ", as claimed", class_="hidden")])


@cache
def outcome_mark(word: str) -> Html:
    """An outcome by shape, word and colour."""
    shape = element("span", _SHAPES.get(word, NOTHING), class_="shape", aria_hidden="true")
    return element("span", shape, " ", word, class_=f"outcome {word}")


@cache
def outcome_cell(word: str) -> Html:
    """An outcome as the first cell of a row, the worst first when sorted."""
    return element("td", outcome_mark(word), data_key=_ORDER.index(word))


def row(cells: Iterable[str], word: str, **attributes: str | int | None) -> Html:
    """A row, its outcome first."""
    return element("tr", outcome_cell(word), *cells, data_outcome=word, **attributes)


def table(name: str, caption: str, header: Sequence[str], rows: Sequence[tuple[str, Html]]) -> Html:
    """A table with what filters it.

    Args:
        name: its id's beginning, as no other of the page has it.
        caption: what it is, and what is said of it.
        header: of the columns after that of outcomes.
        rows: each with its outcome.
    """
    head = element("tr", *(element("th", one, scope="col") for one in ("Outcome", *header)))
    body = block("tbody", *(one for _, one in rows))
    said = element("caption", caption, id=f"{name}-caption")
    whole = block("table", said, element("thead", head), body)
    box = element(
        "div", whole, class_="scroll long" if len(rows) > _LONG else "scroll", tabindex="0",
        role="group", aria_labelledby=f"{name}-caption",
    )  # fmt: skip
    words = [word for word, _ in rows]
    return block("div", _filter(name, caption, words), box, class_="sorted")


def _filter(name: str, caption: str, words: Sequence[str]) -> Html:
    text = element("input", type="search", autocomplete="off", spellcheck="false")
    field = element("label", element("span", "Filter"), " ", text, class_="text")
    present = [word for word in _ORDER if word in words]
    choices = [_choice(name, "", "all", len(words), True)]
    if "broken" in present and "unknown" in present:
        failing = words.count("broken") + words.count("unknown")
        choices.append(_choice(name, "broken unknown", "failing", failing))
    choices += [_choice(name, word, word, words.count(word)) for word in present]
    legend = element("legend", "Outcome", class_="hidden")
    group = element("fieldset", legend, *choices) if len(present) > 1 else ""
    status = element("p", role="status", class_="count")
    return element(
        "div", field, group, status,
        class_="filter", role="group", aria_label=f"Filter: {caption}", hidden=True,
    )  # fmt: skip


def _choice(name: str, value: str, word: str, count: int, checked: bool = False) -> Html:
    button = element("input", type="radio", name=f"{name}-outcome", value=value, checked=checked)
    shape = _SHAPES.get(word)
    told = [element("span", shape, aria_hidden="true"), " "] if shape else []
    number = element("span", f"{count:,}", class_="number")
    return element("label", button, element("span", together([*told, word, " ", number])))
