"""The columns that a table of layers may have, and what each says of a layer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from lenet_verify.architecture import Architecture, Shape
from lenet_verify.errors import UsageError
from lenet_verify.show.arguments import as_written, stated
from lenet_verify.show.rows import Row, calls, inside

if TYPE_CHECKING:
    from lenet_verify.inference import Field

NOTHING = "–"
UNKNOWN = "?"


@dataclass(frozen=True)
class Cell:
    """What a column says of a row.

    Attributes:
        text: may be cut where there is little room, `tail` never is.
        reason: why it is unknown.
    """

    text: str
    tail: str = ""
    reason: str | None = None


@dataclass(frozen=True)
class Seen:
    """A model, and what is computed of it only if a column says so."""

    architecture: Architecture

    @cached_property
    def fields(self) -> Mapping[Any, Field | str]:
        """By path and call, what of the input is seen."""
        from lenet_verify.show.reach import reaches

        return reaches(self.architecture)


@dataclass(frozen=True)
class Column:
    """A column.

    Attributes:
        name: what `--columns` calls it: a fact, or an argument of a layer.
        heading: what stands above it.
        cell: what it says of a row.
        right: whether it holds numbers, which stand to the right.
        floor: how narrow it may become; None for one that is never cut.
    """

    name: str
    heading: str
    cell: Callable[[Row, Seen], Cell]
    right: bool = False
    floor: int | None = None


def _name(row: Row, _: Seen) -> Cell:
    indent = "  " * (len(row.path) - 1)
    return Cell(indent + row.layer.name, f"#{row.call + 1}" if row.call else "")


def _type(row: Row, _: Seen) -> Cell:
    if row.call:
        return Cell("called again")
    count = inside(row.layer)
    return Cell(row.layer.type, f" ({count:,} layer{'s' * (count != 1)})" if count else "")


def _of_shapes(fact: str, written: Callable[[Shape], str], row: Row, _: Seen) -> Cell:
    call = calls(row.layer)[row.call]
    shapes = call.shapes if fact == "output" else call.input_shapes
    if shapes is not None and not (fact == "input" and row.layer.type == "InputLayer"):
        return Cell(", ".join(map(written, shapes)) or NOTHING)
    return _missing(row, fact)


def _missing(row: Row, fact: str) -> Cell:
    """A fact of which there is nothing to say, or nothing known."""
    if fact in row.layer.unknown:
        return Cell(UNKNOWN, reason=row.layer.unknown[fact])
    return Cell(NOTHING)


def _sizes(shape: Shape) -> str:
    """The sizes in the framework's own axis order, as Python writes them."""
    return str(shape.sizes)


def _count(fact: str, row: Row, _: Seen) -> Cell:
    if row.call:
        return Cell("")  # counted in the row of its first call
    value = getattr(row.layer, fact)
    if value is not None:
        return Cell(f"{value:,}")
    return Cell(UNKNOWN, reason=row.layer.unknown.get(fact, f"its {fact} cannot be counted"))


def _activation(row: Row, _: Seen) -> Cell:
    if row.call:
        return Cell("")
    if row.layer.activation is not None:
        return Cell(row.layer.activation)
    return _missing(row, "activation")


def _inputs(row: Row, _: Seen) -> Cell:
    if row.inputs:
        return Cell(", ".join(row.inputs))
    return _missing(row, "inputs")


def _branches(row: Row, seen: Seen) -> Cell:
    return Cell("") if row.follows else _inputs(row, seen)


def _field(row: Row, seen: Seen) -> Cell:
    found = seen.fields[row.path, row.call]
    if isinstance(found, str):
        return Cell(UNKNOWN, reason=found)
    if None in found.size:
        return Cell(UNKNOWN, reason="it depends on a variable size")
    return Cell(_along_axes(tuple(size for size in found.size if size is not None)))


def _downsampling(row: Row, seen: Seen) -> Cell:
    found = seen.fields[row.path, row.call]
    if isinstance(found, str):
        return Cell(UNKNOWN, reason=found)
    return Cell(NOTHING if found.flat else _along_axes(found.jump))


def _along_axes(sizes: tuple[Fraction, ...]) -> str:
    return "x".join(map(str, sizes)) or NOTHING


def _config(row: Row, _: Seen) -> Cell:
    if row.call:
        return Cell("")
    if "config" in row.layer.unknown:
        return _missing(row, "config")
    return Cell(", ".join(stated(row.layer)) or NOTHING)


def _argument(name: str, row: Row, _: Seen) -> Cell:
    if row.call:
        return Cell("")
    if name in row.layer.config:
        return Cell(as_written(row.layer.config[name]))
    return _missing(row, "config")


COLUMNS: Mapping[str, Column] = {
    column.name: column
    for column in (
        Column("name", "layer", _name, floor=12),
        Column("type", "type", _type, floor=8),
        Column("output", "output", partial(_of_shapes, "output", str)),
        Column("shape", "shape", partial(_of_shapes, "output", _sizes)),
        Column("input", "input", partial(_of_shapes, "input", str)),
        Column("params", "params", partial(_count, "params"), right=True),
        Column("trainable", "trainable", partial(_count, "trainable"), right=True),
        Column("non_trainable", "non-trainable", partial(_count, "non_trainable"), right=True),
        Column("activation", "activation", _activation, floor=7),
        Column("inputs", "inputs", _inputs, floor=8),
        Column("macs", "multiply-adds", partial(_count, "macs"), right=True),
        Column("connections", "connections", partial(_count, "connections"), right=True),
        Column("receptive_field", "receptive field", _field, right=True),
        Column("total_downsampling", "downsampling", _downsampling, right=True),
        Column("config", "config", _config, floor=8),
    )
}
"""What `--columns` may say, besides the arguments of layers."""

DEFAULT = ("name", "type", "output", "params", "activation")
BRANCHES = Column("inputs", "inputs", _branches, floor=8)
"""Stands last where no columns are chosen, if a layer is fed by another than the row above."""


def choice(text: str | None) -> tuple[Column, ...] | None:
    """The columns that `--columns` names; None for the usual ones.

    Raises:
        UsageError: there is no such column.
    """
    if text is None:
        return None
    names = [name.strip() for name in text.split(",")]
    more = [name.startswith("+") for name in names]
    if any(more) and not all(more):
        raise UsageError("--columns: either every column is added by a '+', or none is")
    wanted = [*(DEFAULT if any(more) else ()), *(name.removeprefix("+") for name in names)]
    return tuple(map(_column, dict.fromkeys(wanted)))


def _column(name: str) -> Column:
    if name in COLUMNS:
        return COLUMNS[name]
    from lenet_verify.vocabulary import ARGUMENT_FORMS, nearest

    if name in ARGUMENT_FORMS:
        return Column(name, name, partial(_argument, name), floor=8)
    near = nearest(name, [*COLUMNS, *ARGUMENT_FORMS])
    hint = f"; did you mean '{near}'?" if near else ""
    raise UsageError(
        f"--columns: there is no column '{name}'{hint} (columns: {', '.join(COLUMNS)}, and any "
        "argument of a layer, such as kernel_size)"
    )
