r"""HTML-like labels of Graphviz: the cards of a diagram and its heading.

A stranger's text gets here visible already and is escaped here: `&`, `<`, `>` and quotes for
the HTML-like language, and backslashes doubled, since Graphviz expands `\N` even inside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from lenet_verify.architecture import Layer
from lenet_verify.difference import Kind
from lenet_verify.drawings.marks import SIGNS, Mark, Told
from lenet_verify.drawings.telling import (
    LONGEST_TITLE,
    UNREACHABLE,
    outputs,
    parameters,
    shortened,
    summary,
)
from lenet_verify.verdict import Outcome

INK = "#1f2328"
MUTED = "#57606a"
LINE = "#8c959f"

Widths = tuple[int, int, int]
"""The least widths of a card's columns, in points."""

WIDE: Widths = (176, 118, 80)
"""So that the cards of most chains are all of one width."""

NARROW: Widths = (104, 84, 76)
"""Where branches stand side by side."""


@dataclass(frozen=True)
class Look:
    """How an outcome looks: no two alike in shape or line, even without colour."""

    ink: str
    fill: str
    style: str
    width: str = "1.2"
    lines: str = "1"


# Okabe and Ito's hues, darkened until their text has 4.5:1 on its fill (WCAG AA)
LOOKS: Mapping[Told | None, Look] = {
    Outcome.HOLDS: Look("#00694d", "#ffffff", "rounded,filled"),
    Outcome.BROKEN: Look("#a83800", "#fff3eb", "filled", "2.4"),
    Outcome.UNKNOWN: Look("#8a3b6c", "#fcf3f8", "filled,dashed", "1.6"),
    Outcome.DEVIATES: Look("#005a91", "#f1f8fd", "filled", "1.0", "2"),
    Outcome.SKIPPED: Look(MUTED, "#ffffff", "rounded,filled,dotted", "1.4"),
    Kind.ADDED: Look("#00694d", "#effaf5", "filled", "2.6"),
    Kind.REMOVED: Look("#a83800", "#ffffff", "filled,dashed", "1.6"),
    Kind.CHANGED: Look("#005a91", "#f1f8fd", "filled", "1.0", "2"),
    Kind.UNKNOWN: Look("#8a3b6c", "#fcf3f8", "filled,dotted", "2.0"),
    Kind.AFFECTED: Look(MUTED, "#f6f8fa", "rounded,filled", "1.2"),
    None: Look(MUTED, "#ffffff", "rounded,filled", "0.8"),
}


def card(layer: Layer, mark: Mark, widths: Widths = WIDE) -> str:
    """A layer's card: names, type, output, parameters; with a verdict its word and its notes."""
    notes = _notes(layer, mark)
    right = [_font(outputs(layer), INK, 13)]
    left = [_names(mark.names, layer.name)]
    if layer.type == "InputLayer":
        if "input" not in (*mark.names, layer.name):
            left[0] += _font("  input", MUTED, 11)
    else:
        left.append(_font(summary(layer), INK, 11))
        count = parameters(layer.params) if layer.params != 0 else ""
        right.append(_font(count, MUTED, 11))
    return _table(left, right, mark, notes, widths)


def around(layer: Layer, mark: Mark) -> str:
    """The heading of the frame around a nested model: as a card, but all of it at the left."""
    notes = [_cell(_font(note, LOOKS[mark.outcome].ink, 10)) for note in _notes(layer, mark)]
    between = _font("   ", MUTED, 11)
    first = [_names(mark.names, layer.name), _font(outputs(layer), INK, 13)]
    first += [_word(mark, 11)] if mark.word else []
    count = parameters(layer.params) if layer.params != 0 else ""
    second = [_font(summary(layer), INK, 11), _font(count, MUTED, 11)]
    rows = [_cell(between.join(filter(None, each))) for each in (first, second)]
    return _rows([*rows, *notes])


def missing(mark: Mark) -> str:
    """The card of a layer that the model lacks."""
    look = LOOKS[mark.outcome]
    name = _names(mark.names, mark.names[0]) + _font("   ", MUTED, 11) + _word(mark, 11)
    return _rows([_cell(name), *(_cell(_font(note, look.ink, 10)) for note in mark.notes)])


def heading(title: str, facts: str, mark: Mark, legend: Mapping[Kind, str]) -> str:
    """What stands over the whole diagram."""
    look = LOOKS[mark.outcome]
    line = _font(facts, MUTED, 12)
    if mark.word:
        line = _word(mark, 12) + _font(" · ", MUTED, 12) + line
    rows = [_cell(_bold(_font(shortened(title, LONGEST_TITLE), INK, 17))), _cell(line)]
    rows += [_cell(_font(note, look.ink, 11)) for note in mark.notes]
    rows += [_legend(legend)] if legend else []
    rows.append('<TD HEIGHT="6"></TD>')
    return _rows(rows)


def _notes(layer: Layer, mark: Mark) -> list[str]:
    notes = list(mark.notes)
    if not layer.reaches_output and not any(note.endswith(UNREACHABLE) for note in notes):
        notes.append(UNREACHABLE)
    return notes


def _legend(legend: Mapping[Kind, str]) -> str:
    """What each kind of mark means, beside a frame as the cards have it."""
    rows = []
    for kind, text in legend.items():
        look = LOOKS[kind]
        word = _bold(_font(f"{SIGNS[kind]} {kind.value}", look.ink, 11))
        words = _cell(word + _font(f"  {text}", MUTED, 11))
        rows.append(f'<TR><TD ALIGN="LEFT" WIDTH="34">{_frame(look)}</TD>{words}<TD></TD></TR>')
    return _cell(f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0">{"".join(rows)}</TABLE>')


def _frame(look: Look) -> str:
    line = next((line for line in ("dashed", "dotted") if line in look.style), "solid")
    width = max(1, round(float(look.width)))
    second = int(look.lines == "2")
    return (
        f'<TABLE BORDER="{second}" CELLBORDER="{width}" CELLSPACING="1" COLOR="{look.ink}" '
        f'ALIGN="LEFT"><TR><TD BGCOLOR="{look.fill}" COLOR="{look.ink}" STYLE="{line}" '
        'WIDTH="24" HEIGHT="9" FIXEDSIZE="TRUE"></TD></TR></TABLE>'
    )


def _table(
    left: Sequence[str], right: Sequence[str], mark: Mark, notes: Sequence[str], widths: Widths
) -> str:
    look = LOOKS[mark.outcome]
    first, second, third = widths
    gap = '<TD WIDTH="8"></TD>'
    rows = []
    for at, (here, there) in enumerate(zip(left, right, strict=True)):
        row = (
            _cell(here, f'WIDTH="{first}"') + gap + _cell(there, f'ALIGN="RIGHT" WIDTH="{second}"')
        )
        if mark.word and at == 0:
            row += _cell(_word(mark, 11), f'ALIGN="RIGHT" WIDTH="{third}"')
        elif mark.word:
            row += "<TD></TD>"
        rows.append(row)
    rows += [_cell(_font(note, look.ink, 10), 'COLSPAN="4"') for note in notes]
    return _rows(rows)


def _rows(rows: Sequence[str]) -> str:
    body = "".join(f"<TR>{row}</TR>" for row in rows)
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">{body}</TABLE>>'


def _cell(text: str, attributes: str = "") -> str:
    place = "" if "ALIGN" in attributes else ' ALIGN="LEFT"'
    return f"<TD{place}{' ' if attributes else ''}{attributes}>{text}</TD>"


def _names(names: Sequence[str], own: str) -> str:
    """The paper's names in bold, and beside them the model's own where it differs."""
    shown = " + ".join(shortened(name) for name in names) or shortened(own)
    text = _bold(_font(shown, INK, 13))
    if names and own not in names:
        text += _font(f"  {shortened(own)}", MUTED, 11)
    return text


def _word(mark: Mark, size: int) -> str:
    """The outcome's sign and word."""
    text = _font(f"{SIGNS[mark.outcome]} {mark.word}".strip(), LOOKS[mark.outcome].ink, size)
    return text if mark.outcome is None else _bold(text)


def _bold(text: str) -> str:
    return f"<B>{text}</B>"


def _font(text: str, colour: str, size: int) -> str:
    """Text in a font; nothing for no text, which the HTML-like language has no way to say."""
    if not text:
        return ""
    literal = escape(text).replace("\\", "\\\\")
    return f'<FONT COLOR="{colour}" POINT-SIZE="{size}">{literal}</FONT>'
