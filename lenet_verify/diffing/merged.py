"""Two networks as one: the new one, with the layers that the old one had put in where they were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from lenet_verify.architecture import Architecture, Layer
from lenet_verify.difference import Difference, Kind, LayerDifference
from lenet_verify.diffing.crossing import Edge, drawn_edges, walk
from lenet_verify.diffing.marking import legend, mark, title, whole
from lenet_verify.drawings.marks import Mark, Marks, Path

_REMOVED = Mark(outcome=Kind.REMOVED, word=Kind.REMOVED.value)


def merged(
    old: Architecture, new: Architecture, difference: Difference, names: tuple[str, str]
) -> tuple[Architecture, Marks]:
    """Both networks in one, and what is to be marked on it.

    Args:
        old, new: the networks.
        difference: what changed between them.
        names: what the user calls them.
    """
    union = _Union(old, new, difference.layers)
    layers = tuple(union.layers())
    marks, edges = union.marks(layers), union.edges()
    shown = Marks(
        layers=marks,
        edges=edges,
        whole=whole(difference),
        legend=legend((one.outcome for one in marks.values()), edges.values()),
    )
    return replace(new, title=title(old, new, names), layers=layers), shown


class _Union:
    """The union of two networks in the making.

    What was removed is put behind what it followed, into the nested model that has most of the
    layers which stood beside it; a nested model of which nothing is left is put in whole.
    """

    def __init__(
        self, old: Architecture, new: Architecture, rows: Sequence[LayerDifference]
    ) -> None:
        self._new, self._rows = new, rows
        self._old_layers = dict(walk((), old.layers))
        self._taken: set[Path] = {path for path, _ in walk((), new.layers)}
        self._where: dict[Path, Path] = {}
        self._inserted: dict[tuple[Path, str | None], list[Layer]] = {}
        self._last: dict[Path, str] = {}
        self._removed: dict[Path, Mark] = {}
        votes: dict[Path, Counter[Path]] = {}
        for row in rows:
            if row.old_place and row.new_place:
                self._where[row.old_place.path] = row.new_place.path
                around = row.old_place.path[:-1]
                votes.setdefault(around, Counter())[row.new_place.path[:-1]] += 1
        self._homes = {path: count.most_common(1)[0][0] for path, count in votes.items()}
        self._homes.setdefault((), ())
        for row in rows:
            if row.new_place:
                path = row.new_place.path
                for at, name in enumerate(path):
                    self._last[path[:at]] = name
            elif row.old_place:
                path = row.old_place.path
                self._where[path] = self._put(path, mark(row), self._old_layers[path].layers)

    def layers(self) -> Iterator[Layer]:
        """All layers, in order."""
        return self._grown((), self._new.layers)

    def marks(self, layers: Sequence[Layer]) -> dict[Path, Mark]:
        """By where a layer stands in the union, what it shows."""
        found = {row.new_place.path: mark(row) for row in self._rows if row.new_place}
        found |= self._removed
        self._mark_models((), layers, found)
        return {path: one for path, one in found.items() if one != Mark()}

    def edges(self) -> dict[Edge, Kind]:
        """The connections that only one of the networks has, as they are drawn."""
        before: set[Edge] = set()
        after: dict[Edge, None] = {}
        for row in self._rows:
            if row.old_place:
                head = self._where[row.old_place.path]
                tails = map(self._where.get, row.old_place.fed_by)
                before |= {(tail, head) for tail in tails if tail is not None}
            if row.new_place:
                after |= dict.fromkeys((tail, row.new_place.path) for tail in row.new_place.fed_by)
        found = dict.fromkeys(sorted(before - after.keys()), Kind.REMOVED)
        rows = {row.new_place.path for row in self._rows if row.new_place}
        added = after.keys() - before
        told: set[Edge] = set()
        for edge, parts in drawn_edges(self._new.layers, rows):
            there = parts & after.keys()
            if there and there <= added:
                found[edge] = Kind.ADDED
                told |= there
        return found | {edge: Kind.ADDED for edge in after if edge in added - told}

    def _put(self, path: Path, shown: Mark, layers: tuple[Layer, ...]) -> Path:
        """Puts an old layer in, with those inside of it; where it stands then."""
        around = self._home(path[:-1])
        own = self._free(around, path[-1])
        layer = self._old_layers[path]
        bare = replace(layer, name=own[-1], inputs=(), calls=(), details=(), layers=layers)
        self._inserted.setdefault((around, self._last.get(around)), []).append(bare)
        self._removed[own] = shown
        return own

    def _home(self, around: Path) -> Path:
        """Where what stood in some old model is put."""
        if around not in self._homes:
            # nothing that stood in it is left
            self._homes[around] = self._put(around, _REMOVED, ())
        return self._homes[around]

    def _free(self, around: Path, name: str) -> Path:
        own = (*around, name)
        while own in self._taken:
            own = (*around, f"{own[-1]} (old)")
        self._taken.add(own)
        return own

    def _grown(self, around: Path, layers: Sequence[Layer]) -> Iterator[Layer]:
        yield from self._put_behind(around, None)
        for layer in layers:
            inner = tuple(self._grown((*around, layer.name), layer.layers))
            yield replace(layer, layers=inner)
            yield from self._put_behind(around, layer.name)

    def _put_behind(self, around: Path, name: str | None) -> Iterator[Layer]:
        for layer in self._inserted.get((around, name), ()):
            inner = tuple(self._grown((*around, layer.name), layer.layers))
            yield replace(layer, layers=inner)

    def _mark_models(
        self, around: Path, layers: Sequence[Layer], found: dict[Path, Mark]
    ) -> set[Kind | None]:
        """Marks nested models that are added or removed whole; the kinds that there are."""
        kinds: set[Kind | None] = set()
        for layer in layers:
            path = (*around, layer.name)
            inner = self._mark_models(path, layer.layers, found)
            for kind in (Kind.ADDED, Kind.REMOVED):
                if inner == {kind} and path not in found:
                    found[path] = Mark(outcome=kind, word=kind.value)
            if path in found:
                outcome = found[path].outcome
                kinds.add(outcome if isinstance(outcome, Kind) else None)
            kinds |= inner
        return kinds
