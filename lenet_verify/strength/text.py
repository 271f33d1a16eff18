"""A spec's strength as plain text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from lenet_verify.show.display_width import padded, width
from lenet_verify.strength.measured import Strength, Tally, told
from lenet_verify.strength.telling import (
    COLUMNS,
    cells,
    not_counted,
    pasted,
    scores,
    set_aside,
    tables,
)
from lenet_verify.visible import visible

_GREEN, _RED = "32", "31"


def render_text(strength: Strength, *, colour: bool = False, brief: bool = False) -> str:
    """A spec's strength.

    Args:
        strength: what became of every edit.
        colour: whether the first line may have colour.
        brief: whether to leave out everything but the scores.
    """
    blocks = islice(_blocks(strength, colour), 1 if brief else None)
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _blocks(strength: Strength, colour: bool) -> Iterator[list[str]]:
    total = strength.total
    mark = "✓" if total.noticed == total.edits else "✗"
    if colour:
        mark = f"\x1b[{_GREEN if mark == '✓' else _RED}m{mark}\x1b[0m"
    heading = (
        f"{mark} {visible(strength.title)} ({visible(strength.spec)}): notices {total.noticed:,} "
        f"of {total.edits:,} single edits to its network"
    )
    lines = [f"  {what:<41} {number:>6,}  {share:>6}" for what, number, share in scores(strength)]
    yield [heading, *lines]
    for what, tallies in tables(strength):
        yield list(_table(what, tallies))
    yield from ([line] for line in (not_counted(strength), visible(set_aside(strength))) if line)
    if strength.survivors:
        survivors = [(visible(layer), visible(what)) for layer, what in told(strength.survivors)]
        widest = max(width(layer) for layer, _ in survivors)
        yield [
            f"nothing notices ({len(strength.survivors):,})",
            *(f"  {padded(layer, widest)}  {what}" for layer, what in survivors),
        ]
    if strength.proposals:
        yield [
            "claims that would, if the paper says so",
            *pasted(strength.proposals),
        ]


def _table(what: str, tallies: Mapping[str, Tally]) -> Iterator[str]:
    names = {visible(name): tally for name, tally in tallies.items()}
    widest = max(map(width, (what, *names)), default=0)
    yield "  ".join((padded(what, widest), *COLUMNS))
    for name, tally in names.items():
        row = (f"{cell:>{len(head)}}" for cell, head in zip(cells(tally), COLUMNS, strict=True))
        yield "  ".join((padded(name, widest), *row))
