"""The new network for a figure: what is removed stands as gaps behind what it followed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from lenet_verify.architecture import Architecture
from lenet_verify.difference import Difference, Kind, LayerDifference
from lenet_verify.diffing.marking import legend, mark, title, whole
from lenet_verify.diffing.summary import several
from lenet_verify.drawings.marks import Ghost, Mark, Marks, Path
from lenet_verify.drawings.telling import outputs, shortened, summary

_MOST_APART = 3
"""So many layers that are removed one after another have a gap each; more have one together."""
_MOST_GAPS = 6
"""Of more, a figure tells in words."""

_SHOWN = (Kind.ADDED, Kind.REMOVED, Kind.CHANGED, Kind.UNKNOWN)
_OF_STAGES = {Kind.CHANGED: "its type, arguments or inputs are others, or a layer is added to it"}


def with_gaps(
    old: Architecture, new: Architecture, difference: Difference, names: tuple[str, str]
) -> tuple[Architecture, Marks]:
    """The new network, and what is to be marked on a figure of it.

    Args:
        old, new: the networks.
        difference: what changed between them.
        names: what the user calls them.
    """
    marks = {row.new_place.path: mark(row) for row in difference.layers if row.new_place}
    gaps = list(_gaps(difference.layers))
    of_model = whole(difference)
    if len(gaps) > _MOST_GAPS:
        lost = [shortened(row.layer.name) for row in difference.of(Kind.REMOVED)]
        note = f"{len(lost):,} layers are removed: {several(lost)}"
        of_model, gaps = replace(of_model, notes=(*of_model.notes, note)), []
    shown = Marks(marks, gaps, whole=of_model, legend=legend(_SHOWN) | _OF_STAGES)
    return replace(new, title=title(old, new, names)), shown


def _gaps(rows: Sequence[LayerDifference]) -> Iterator[Ghost]:
    """A gap for each layer that is removed, or for many in a row."""
    before: Path | str | None = None
    run: list[LayerDifference] = []
    for row in rows:
        if row.new_place is None:
            run.append(row)
            continue
        yield from _chained(run, before, row.new_place.path)
        before, run = row.new_place.path, []
    yield from _chained(run, before, None)


def _chained(
    run: Sequence[LayerDifference], before: Path | str | None, after: Path | None
) -> Iterator[Ghost]:
    if len(run) > _MOST_APART:
        ends = f"{shortened(run[0].layer.name)} to {shortened(run[-1].layer.name)}"
        shown = Mark(outcome=Kind.REMOVED, word=Kind.REMOVED.value, notes=(ends,))
        yield Ghost(f"{len(run):,} layers", shown, before, after)
        return
    for row in run:
        what = f"{summary(row.layer)}, {outputs(row.layer)}"
        yield Ghost(row.layer.name, replace(mark(row), notes=(what,)), before, after)
        before = row.layer.name
