"""A network while it is edited: its rows by name, and what reads what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from lenet_verify.architecture import Architecture, Call, Layer, Source
from lenet_verify.inference import outlined

Feeds = tuple[tuple[Source, ...], ...]
"""What each call of a layer reads."""


class Inapplicable(ValueError):
    """An edit that cannot be made to this network."""


class Graph:
    """The layers of one model, to be edited, and the models inside of it.

    A row that is put there loses what was derived of it. One that only reads something else keeps
    that, for it may be of the same shape.
    """

    def __init__(self, layers: Sequence[Layer], ends: Iterable[Source]) -> None:
        self.rows = {layer.name: layer for layer in layers}
        self.ends = tuple(ends)
        self._put: set[str] = set()
        self._inside: dict[str, Graph] = {}

    @staticmethod
    def of(model: Architecture | Layer) -> Graph:
        """The graph of a model, or of a model inside of one."""
        return Graph(model.layers, model.ends or map(Source, model.outputs))

    def inside(self, path: Sequence[str]) -> Graph:
        """The graph of the nested model that a path of names leads to.

        Raises:
            Inapplicable: there is none.
        """
        if not path:
            return self
        name = path[0]
        if name not in self._inside:
            row = self.row(name)
            if not row.layers:
                raise Inapplicable(f"{name} has no layers inside")
            self._inside[name] = Graph.of(row)
        return self._inside[name].inside(path[1:])

    def row(self, name: str) -> Layer:
        """The layer of that name.

        Raises:
            Inapplicable: there is none, or not any more.
        """
        if name not in self.rows:
            raise Inapplicable(f"there is no layer {name}")
        return self.rows[name]

    def put(self, row: Layer, after: str | None = None) -> None:
        """A row in the place of the one of its name, or a new one after another."""
        row = outlined(row)
        self._put.add(row.name)
        if after is None:
            self.rows[row.name] = row
            return
        self.rows = {
            one.name: one
            for known in self.rows.values()
            for one in ((known, row) if known.name == after else (known,))
        }

    def rewire(
        self, changed: Callable[[Source], Source], only: str | None = None, but: str | None = None
    ) -> None:
        """Makes every layer, and what leaves the model, read what its sources are changed to.

        Args:
            changed: by what a source is to be replaced; itself where it stays.
            only: the only layer that is to read something else.
            but: a layer that is not to.
        """
        for name, row in self.rows.items():
            if name == but or only not in (None, name):
                continue
            old = feeds(row)
            new = tuple(tuple(map(changed, call)) for call in old)
            if new != old:
                self.rows[name] = with_feeds(row, new)
        if only is None:
            self.ends = tuple(map(changed, self.ends))

    def free_name(self, wanted: str) -> str:
        """The name, with a number where it is taken."""
        number, name = 1, wanted
        while name in self.rows:
            number += 1
            name = f"{wanted}_{number}"
        return name

    def above(self, name: str) -> set[str]:
        """A layer and all that lead to it.

        Raises:
            Inapplicable: there is no such layer.
        """
        self.row(name)
        return _read(self.rows, [Source(name)])

    def sort(self) -> None:
        """Puts each row after those that its first call reads, otherwise as they come."""
        done: dict[str, Layer] = {}
        for name in self.rows:
            path = [name]
            while path:
                row = self.rows[path[-1]]
                first = (source.layer for source in feeds(row)[0])
                waiting = next((one for one in first if one not in done and one not in path), None)
                if waiting is None:
                    done[path.pop()] = row
                else:
                    path.append(waiting)
        self.rows = done

    def close(self) -> frozenset[str]:
        """Puts edited models back into their rows and leaves out layers that nothing reads any
        more, as Keras does; those that nothing read before stay.

        Returns:
            The names of the rows that have what was derived of them.
        """
        for name, graph in self._inside.items():
            graph.close()
            row = replace(self.row(name), layers=tuple(graph.rows.values()), **_ends(graph.ends))
            self.put(row)
        read = _read(self.rows, self.ends)
        self.rows = {
            name: row
            for name, row in self.rows.items()
            if name in read or row.type == "InputLayer" or not row.reaches_output
        }
        return frozenset(self.rows.keys() - self._put)

    def model(self, architecture: Architecture) -> Architecture:
        """The architecture with these layers in the place of its own."""
        return replace(architecture, layers=tuple(self.rows.values()), **_ends(self.ends))


def feeds(layer: Layer) -> Feeds:
    """What each call of a layer reads."""
    if layer.details:
        return tuple(call.inputs for call in layer.details)
    return (tuple(map(Source, layer.inputs)),)


def with_feeds(layer: Layer, found: Feeds) -> Layer:
    """A layer that reads something else."""
    plainly = len(found) == 1 and all(source == Source(source.layer) for source in found[0])
    before = layer.details or (Call((), layer.input_shapes, layer.shapes),)
    names = tuple(tuple(source.layer for source in call) for call in found)
    return replace(
        layer,
        inputs=names[0],
        calls=names if len(names) > 1 else (),
        details=()
        if plainly
        else tuple(replace(call, inputs=new) for call, new in zip(before, found, strict=True)),
    )


def _ends(ends: Sequence[Source]) -> dict[str, Any]:
    plainly = all(end == Source(end.layer) for end in ends)
    return {"outputs": tuple(end.layer for end in ends), "ends": () if plainly else tuple(ends)}


def _read(rows: dict[str, Layer], ends: Iterable[Source]) -> set[str]:
    """The layers that lead to some."""
    found: set[str] = set()
    waiting = [end.layer for end in ends]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += (source.layer for call in feeds(rows[name]) for source in call)
    return found
