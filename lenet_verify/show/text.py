"""Models as plain text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from lenet_verify.show.columns import UNKNOWN, Cell, Column
from lenet_verify.show.display_width import cut, padded, width
from lenet_verify.show.rows import Shown
from lenet_verify.show.table import Table
from lenet_verify.visible import visible

_GAP = "  "
_LAST_TO_GIVE_WAY = ("name", "activation", "type", "inputs", "config")
"""Columns of text, the most important first; arguments give way before all of them."""
_KEPT_OF_NAMES = 4
"""How much of the end of a name is kept when it is cut."""
_BOLD, _YELLOW = "1", "33"


def render_text(
    models: Sequence[tuple[Shown, Table]], *, room: int | None = None, colour: bool = False
) -> str:
    """One model after the other.

    Args:
        models: each with its table.
        room: how many columns the terminal has; None if it does not matter.
        colour: whether to colour.
    """
    return "\n".join(_one(shown, table, room, colour) for shown, table in models)


def _one(shown: Shown, table: Table, room: int | None, colour: bool) -> str:
    title = visible(shown.architecture.title)
    lines = [_painted(f"{title} ({visible(shown.model)})", _BOLD, colour), ""]
    lines += _grid(table, room, colour)
    lines += ["", f"{title}, in total", *_totals(table)]
    if table.unused:
        lines += ["", f"on no way to an output: {visible(', '.join(table.unused), 2000)}"]
    if table.declared:
        lines += ["", "declared", *(f"  {visible(one, 2000)}" for one in table.declared)]
    if table.computed:
        lines += ["", "computed", *(f"  {visible(one, 2000)}" for one in table.computed)]
    if table.unknown:
        mark = _painted(UNKNOWN, _YELLOW, colour)
        lines += ["", "unknown", *(f"  {mark} {visible(one, 2000)}" for one in table.unknown)]
    return "".join(_no_command(line) + "\n" for line in lines)


def _no_command(line: str) -> str:
    """A line that a runner of CI jobs does not take for a command to itself."""
    if not line.lstrip().startswith("::"):
        return line
    return "· " + line.removeprefix(_GAP)


def _totals(table: Table) -> list[str]:
    numbers = [text for _, text in table.totals if _is_number(text)]
    words = max(width(word) for word, _ in table.totals)
    digits = max(map(width, numbers))
    return [
        f"{_GAP}{padded(word, words)}{_GAP}"
        + (padded(text, digits, right=True) if _is_number(text) else visible(text, 2000))
        for word, text in table.totals
    ]


def _is_number(text: str) -> bool:
    return text == UNKNOWN or text.replace(",", "").isdecimal()


def _grid(table: Table, room: int | None, colour: bool) -> list[str]:
    """The table, columns as wide as their widest cell, if there is so much room."""
    header = tuple(Cell(column.heading) for column in table.columns)
    cells = [header, *(tuple(map(_made_visible, line)) for line in table.lines)]
    widths = [
        max(width(line[i].text) + width(line[i].tail) for line in cells)
        for i in range(len(table.columns))
    ]
    if room is not None:
        widths = _narrowed(widths, table.columns, room)
    return [_GAP + _line(line, table.columns, widths, colour) for line in cells]


def _made_visible(cell: Cell) -> Cell:
    return Cell(visible(cell.text, 2000), visible(cell.tail), cell.reason)


def _narrowed(widths: list[int], columns: Sequence[Column], room: int) -> list[int]:
    """The widths with the least important columns of text made narrower, until all fit."""
    excess = sum(widths) + len(_GAP) * len(widths) - room
    narrowed = list(widths)
    for i in sorted(range(len(columns)), key=lambda i: _importance(columns[i])):
        floor = columns[i].floor
        if excess > 0 and floor is not None and widths[i] > floor:
            given = min(excess, widths[i] - floor)
            narrowed[i] -= given
            excess -= given
    return narrowed


def _importance(column: Column) -> int:
    known = column.name in _LAST_TO_GIVE_WAY
    return -_LAST_TO_GIVE_WAY.index(column.name) if known else -len(_LAST_TO_GIVE_WAY)


def _line(
    cells: Sequence[Cell], columns: Sequence[Column], widths: Sequence[int], colour: bool
) -> str:
    parts = []
    for cell, column, room in zip(cells, columns, widths, strict=True):
        # names differ in their ends as much as in their beginnings
        ends = _KEPT_OF_NAMES if column.name == "name" and len(cell.text) > room // 2 else 0
        head, tail = cell.text[: len(cell.text) - ends], cell.text[len(cell.text) - ends :]
        text = padded(cut(head, tail + cell.tail, room), room, right=column.right)
        parts.append(_painted(text, _YELLOW, colour) if cell.reason is not None else text)
    return _GAP.join(parts).rstrip()


def _painted(text: str, code: str, colour: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if colour else text
