"""A network as plain rows, easy to change and to print."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

INPUT = "InputLayer"


@dataclass(frozen=True)
class Row:
    """One call of one layer.

    Attributes:
        name: of the layer; of a call of another row's layer, of the call.
        type: a class of Keras; of an input, `InputLayer`.
        arguments: as one would give them to Keras; of an input its `shape` and `dtype`.
        inputs: the rows that feed it.
        shares: the row whose layer it calls once more; none if it has its own.
        origin: whose weights it has, across changes; its number of the first of them.
        first: the number of its first weight among those.
    """

    name: str
    type: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    inputs: tuple[str, ...] = ()
    shares: str = ""
    origin: str = ""
    first: int = 0

    def __str__(self) -> str:
        arguments = ", ".join(f"{key}={value!r}" for key, value in self.arguments.items())
        shares = f" = {self.shares}" if self.shares else ""
        return f"{self.name}{shares}: {self.type}({arguments}) <- {', '.join(self.inputs)}"

    def having(self, **arguments: Any) -> Row:
        """The same with some arguments otherwise."""
        return replace(self, arguments={**self.arguments, **arguments})

    def reading(self, old: str, new: str) -> Row:
        """The same, fed by another row wherever one fed it."""
        return replace(self, inputs=tuple(new if name == old else name for name in self.inputs))


@dataclass(frozen=True)
class Network:
    """Rows in topological order, inputs first.

    Attributes:
        rows: all of them.
        outputs: the rows whose results leave it.
        nested: groups of rows that are models inside the model.
    """

    rows: tuple[Row, ...]
    outputs: tuple[str, ...]
    nested: tuple[frozenset[str], ...] = ()

    def __str__(self) -> str:
        lines = [str(row) for row in self.rows] + [f"-> {', '.join(self.outputs)}"]
        lines += [f"inside: {', '.join(sorted(group))}" for group in self.nested]
        return "\n".join(lines)

    @property
    def layers(self) -> tuple[Row, ...]:
        """The rows that are no inputs."""
        return tuple(row for row in self.rows if row.type != INPUT)

    @property
    def inputs(self) -> tuple[Row, ...]:
        """Those that are."""
        return tuple(row for row in self.rows if row.type == INPUT)

    def row(self, name: str) -> Row:
        return next(row for row in self.rows if row.name == name)

    def readers(self, name: str) -> list[Row]:
        """The rows that a row feeds, each once."""
        return [row for row in self.rows if name in row.inputs]

    def uses(self, name: str) -> int:
        """How often a row is read, by others or from outside."""
        inside = sum(row.inputs.count(name) for row in self.rows)
        return inside + self.outputs.count(name)

    def with_row(self, row: Row) -> Network:
        """The same with another row in the place of the one of its name."""
        rows = tuple(row if one.name == row.name else one for one in self.rows)
        return replace(self, rows=rows)

    def without(self, name: str) -> Network:
        """The same without a row that has one input, which its readers read then."""
        row = self.row(name)
        return self.redirected(name, row.inputs[0]).dropped(name)

    def dropped(self, *names: str) -> Network:
        return replace(self, rows=tuple(row for row in self.rows if row.name not in names))

    def redirected(self, old: str, new: str) -> Network:
        """The same, all that read one row reading another."""
        rows = tuple(row.reading(old, new) for row in self.rows)
        return replace(
            self, rows=rows, outputs=tuple(new if name == old else name for name in self.outputs)
        )

    def inserted(self, row: Row, readers: Iterable[str] | None = None) -> Network:
        """The same with a row after the one that feeds it, read in that one's stead by all, or by
        those that are named; no name stands for the outputs."""
        above = row.inputs[0]
        chosen = None if readers is None else set(readers)
        rows: list[Row] = []
        for one in self.rows:
            moved = chosen is None or one.name in chosen
            rows.append(one.reading(above, row.name) if moved else one)
        outputs = self.outputs
        if chosen is None or "" in chosen:
            outputs = tuple(row.name if name == above else name for name in outputs)
        return replace(self, rows=tuple(rows), outputs=outputs).added(row)

    def added(self, row: Row) -> Network:
        """The same with a further row after all that feed it."""
        names = [one.name for one in self.rows]
        place = 1 + max((names.index(name) for name in row.inputs), default=-1)
        return replace(self, rows=(*self.rows[:place], row, *self.rows[place:]))

    def live(self) -> frozenset[str]:
        """The rows that have any effect on the outputs."""
        found: set[str] = set()
        waiting = list(self.outputs)
        by_name = {row.name: row for row in self.rows}
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += by_name[name].inputs
        return frozenset(found)

    def pruned(self) -> Network:
        """The same without what has no effect, inputs excepted."""
        live = self.live()
        gone = [row.name for row in self.layers if row.name not in live]
        return self.dropped(*gone)

    def fresh(self, name: str) -> str:
        """A name that no row has yet."""
        taken = {row.name for row in self.rows}
        return next(one for one in _numbered(name) if one not in taken)


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 1
    while True:
        yield f"{name}_{number}"
        number += 1


def renamed(net: Network, new: Callable[[Row], str]) -> Network:
    """The same network under other names."""
    names = {row.name: new(row) for row in net.rows}
    rows = tuple(
        replace(
            row,
            name=names[row.name],
            inputs=tuple(names[name] for name in row.inputs),
            shares=names.get(row.shares, ""),
        )
        for row in net.rows
    )
    nested = tuple(frozenset(names[name] for name in group) for group in net.nested)
    return Network(rows, tuple(names[name] for name in net.outputs), nested)


def shuffled(net: Network, rng: Random) -> Network:
    """The same rows in another topological order; inputs stay in theirs, and come first."""
    waiting = list(net.layers)
    rng.shuffle(waiting)
    rows = list(net.inputs)
    made = {row.name for row in rows}
    while waiting:
        row = next(row for row in waiting if made.issuperset(row.inputs) and _may_come(row, made))
        waiting.remove(row)
        rows.append(row)
        made.add(row.name)
    return replace(net, rows=tuple(rows))


def _may_come(row: Row, made: set[str]) -> bool:
    return not row.shares or row.shares in made
