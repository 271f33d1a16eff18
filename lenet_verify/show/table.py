"""A model as a table: its rows and columns, its totals, and why what is unknown is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from lenet_verify.architecture import Architecture, Source
from lenet_verify.functions import Computed
from lenet_verify.show.columns import BRANCHES, COLUMNS, DEFAULT, UNKNOWN, Cell, Column, Seen
from lenet_verify.show.rows import Path, Row, rows, wire

_ALWAYS_TOLD = ("call", "quantization")
"""What is unknown of a layer besides its facts."""
_WITH = {"trainable": "params", "non_trainable": "params"}
"""What is unknown together with another, for the same reason."""
_MOST = 6
"""So many layers are named in one note."""


@dataclass(frozen=True)
class Table:
    """What there is to print of a model; its texts are strangers'.

    Attributes:
        lines: a cell a column, for each row.
        totals: of the whole, a word and what it says.
        declared: what only the file's own word says, and whose word that is.
        computed: what is known by trying, not by its name.
        unknown: what is unknown, and why, each reason once.
        unused: layers on no way to an output.
    """

    columns: tuple[Column, ...]
    lines: tuple[tuple[Cell, ...], ...]
    totals: tuple[tuple[str, str], ...]
    declared: tuple[str, ...]
    computed: tuple[str, ...]
    unknown: tuple[str, ...]
    unused: tuple[str, ...]


def table(
    architecture: Architecture,
    columns: Sequence[Column] | None = None,
    opened: Collection[Path] = (),
) -> Table:
    """The table of a model.

    Args:
        architecture: the model.
        columns: which columns; None for the usual ones.
        opened: the nested models whose layers are shown.
    """
    listed = list(rows(architecture.layers, opened))
    if columns is None:
        branches = () if all(row.follows for row in listed) else (BRANCHES,)
        columns = (*(COLUMNS[name] for name in DEFAULT), *branches)
    seen = Seen(architecture)
    lines = [tuple(column.cell(row, seen) for column in columns) for row in listed]
    return Table(
        tuple(columns),
        tuple(lines),
        tuple(_totals(architecture, columns)),
        tuple(_declared(listed)),
        tuple(_computed(listed)),
        tuple(_unknown(architecture, columns, listed, lines)),
        tuple("/".join(r.path) for r in listed if not (r.layer.reaches_output or r.call)),
    )


def _totals(architecture: Architecture, columns: Iterable[Column]) -> Iterable[tuple[str, str]]:
    """Counts of the whole, and its inputs and outputs where there are several."""
    for fact in _counted(columns):
        value = getattr(architecture, fact)
        yield COLUMNS[fact].heading, UNKNOWN if value is None else f"{value:,}"
    ends = architecture.ends or tuple(map(Source, architecture.outputs))
    for word, names in (("inputs", architecture.inputs), ("outputs", tuple(map(wire, ends)))):
        if len(names) > 1:
            yield word, ", ".join(names)


def _counted(columns: Iterable[Column]) -> list[str]:
    further = ["connections"] if any(column.name == "connections" for column in columns) else []
    return ["params", "trainable", "non_trainable", "macs", *further]


def _unknown(
    architecture: Architecture,
    columns: Sequence[Column],
    listed: Sequence[Row],
    lines: Iterable[Sequence[Cell]],
) -> Iterable[str]:
    """`facts of layers: reason`, each reason once."""
    notes = _Notes()
    note = notes.add
    told: set[str] = set()
    for row, line in zip(listed, lines, strict=True):
        name = "/".join(row.path) + (f"#{row.call + 1}" if row.call else "")
        for column, cell in zip(columns, line, strict=True):
            if cell.reason is not None:
                note(cell.reason, name, column.heading)
                told.add(column.name)
        for fact in _ALWAYS_TOLD:
            if fact in row.layer.unknown and not row.call:
                note(row.layer.unknown[fact], name, fact)
    for fact in ("layers", "input"):
        if fact in architecture.unknown:
            note(architecture.unknown[fact], "the model", fact)
    for fact in _counted(columns):
        # a sum is unknown for what its parts say themselves, where there is a column of them
        if getattr(architecture, fact) is None and not told & {fact, _WITH.get(fact)}:
            note(
                architecture.unknown.get(fact, "it cannot be counted"),
                "the model",
                COLUMNS[fact].heading,
            )
    return notes.lines()


def _declared(listed: Iterable[Row]) -> Iterable[str]:
    """`facts of layers: whose word it is`, each once."""
    notes = _Notes()
    for row in listed:
        for fact, whose in row.layer.declared.items():
            if not row.call:
                notes.add(whose, "/".join(row.path), fact)
    return notes.lines()


def _computed(listed: Iterable[Row]) -> Iterable[str]:
    """`activation of layers: how it is known`, each once."""
    notes = _Notes()
    for row in listed:
        own = row.layer.activation
        if isinstance(own, Computed) and own.evidence and not row.call:
            notes.add(own.evidence, "/".join(row.path), "activation")
    return notes.lines()


class _Notes:
    """What is to be said of facts of layers, each thing once."""

    def __init__(self) -> None:
        self._notes: dict[str, dict[str, dict[str, None]]] = {}

    def add(self, what: str, name: str, fact: str) -> None:
        """Says it of one fact of one layer."""
        self._notes.setdefault(what, {}).setdefault(name, {})[fact] = None

    def lines(self) -> Iterable[str]:
        """`facts of layers: what`."""
        for what, facts_of in self._notes.items():
            by_facts: dict[str, list[str]] = {}
            for name, facts in facts_of.items():
                by_facts.setdefault(", ".join(facts), []).append(name)
            for words, names in by_facts.items():
                yield f"{words} of {_several(names)}: {what}"


def _several(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(names[:_MOST]) + more
