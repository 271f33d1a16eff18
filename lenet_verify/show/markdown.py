"""Models as Markdown tables: for docs, and to read as plain text."""

from __future__ import annotations

from collections.abc import Sequence

from lenet_verify.renderers.markdown import code, escaped
from lenet_verify.renderers.markdown import table as rendered
from lenet_verify.show.columns import Cell
from lenet_verify.show.rows import Shown
from lenet_verify.show.table import Table

_INDENT = "  "
_NESTED = "· "
"""Leading spaces would be lost."""


def render_markdown(models: Sequence[tuple[Shown, Table]]) -> str:
    """One model after the other."""
    return "\n".join(_one(shown, table) for shown, table in models)


def _one(shown: Shown, table: Table) -> str:
    title = escaped(shown.architecture.title)
    return f"## {title} ({code(shown.model)})\n\n{below_title(table)}\n"


def below_title(table: Table) -> str:
    """A model without what it is called: the table, the totals, and what is to be said of them."""
    totals = [f"- {word}: {escaped(text)}" for word, text in table.totals]
    blocks = [_table(table), "\n".join(totals)]
    if table.unused:
        blocks.append(f"On no way to an output: {escaped(', '.join(table.unused))}")
    for title, notes in (
        ("Declared", table.declared),
        ("Computed", table.computed),
        ("Unknown", table.unknown),
    ):
        if notes:
            blocks.append("\n".join([f"{title}:", "", *(f"- {escaped(one)}" for one in notes)]))
    return "\n\n".join(blocks)


def _table(table: Table) -> str:
    header = [column.heading for column in table.columns]
    lines = [header, *([_cell(cell) for cell in line] for line in table.lines)]
    for i, column in enumerate(table.columns):
        if column.right:
            room = max(3, *(len(line[i]) for line in lines))
            for line in lines:
                line[i] = line[i].rjust(room)
    top, rule, *rest = rendered(lines[0], lines[1:]).split("\n")
    parts = rule.strip("|").split("|")
    sides = zip(parts, table.columns, strict=True)
    rule = "|".join(part[:-1] + ":" if column.right else part for part, column in sides)
    return "\n".join([top, f"|{rule}|", *rest])


def _cell(cell: Cell) -> str:
    text = cell.text.lstrip(" ")
    depth = (len(cell.text) - len(text)) // len(_INDENT)
    return _NESTED * depth + escaped(text + cell.tail)
