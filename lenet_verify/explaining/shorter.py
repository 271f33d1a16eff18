"""One edit where taking each layer for itself takes several: two layers that stand the wrong way
round, a layer in the place of one of quite another kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from lenet_verify.checking.canonical import Unit
from lenet_verify.checking.likeness import same
from lenet_verify.checking.match import Match
from lenet_verify.edits import Delete, Edit, Insert, Swap, Type
from lenet_verify.edits.graph import feeds
from lenet_verify.explaining.candidate import Candidate
from lenet_verify.explaining.theirs import Path, Theirs
from lenet_verify.verdict import Finding

_MOST = 24
_OF_ORDER = ("activation", "inputs", "layer", "type")
Shorter = tuple[Edit, str | None, str, Sequence[Candidate]]
"""The edit, the paper's name and the unit's of the first layer, and what it does the work of."""


def replaced(theirs: Theirs, others: Sequence[Candidate]) -> Iterator[Shorter]:
    """Layers that are to be another one each, instead of going for another to come."""
    for gone in others:
        for come in others:
            old, new = gone.edit, come.edit
            if not isinstance(old, Delete) or not isinstance(new, Insert) or new.reads:
                continue
            path = (*old.within, old.layer)
            above = [source.layer for source in feeds(theirs.layer(path))[0]]
            beside = new.layer in (*above, old.layer) and new.within == old.within
            if beside and len(above) == 1:
                edit = Type(
                    layer=old.layer,
                    within=old.within,
                    old=old.old.type,
                    new=new.new.type,
                    arguments=new.new.config,
                )
                name = next((n for n in theirs.places if theirs.path(n) == path), old.layer)
                yield edit, come.layer, name, (gone, come)


def lower(theirs: Theirs, others: Sequence[Candidate]) -> Iterator[Shorter]:
    """Layers to be inserted before an activation, instead of after it and the activation anew."""
    for gone in others:
        for come in others:
            old, new = gone.edit, come.edit
            if not isinstance(old, Delete) or not isinstance(new, Insert) or new.reads:
                continue
            if (new.within, new.layer) != (old.within, old.layer) or not old.old.activation:
                continue
            above = feeds(theirs.layer((*old.within, old.layer)))[0][0].layer
            row = new.new
            if "activation" in row.config:
                config = {**row.config, "activation": "linear"}
                row = replace(row, config=config, activation="linear")
            edit = Insert(layer=above, within=old.within, new=row)
            name = next((n for n in theirs.places if theirs.path(n) == (*old.within, above)), above)
            yield edit, come.layer, name, (gone, come)


def swaps(
    match: Match, theirs: Theirs, others: Sequence[Candidate], failing: Sequence[Finding]
) -> Iterator[Shorter]:
    """Swaps that would do the work of several candidates, or of what has none."""
    involved = {
        theirs.path(one.model_layer)
        for one in failing
        if one.model_layer is not None and one.fact in _OF_ORDER
    }
    ours = {unit.name: name for name, (unit, _) in match.alignment.partners.items()}
    touching: dict[Path, list[Candidate]] = {}
    for one in others:
        for name in one.edit.layers:
            touching.setdefault((*one.edit.within, name), []).append(one)
    found = 0
    for first, second in _adjacent(theirs):
        if found == _MOST:
            return
        instead = _instead(first, second, match, theirs, touching, others)
        if len(instead) > 1 or involved & {first, second}:
            found += 1
            edit = Swap(layer=first[-1], within=first[:-1], other=second[-1])
            name = next((n for n in theirs.places if theirs.path(n) == first), first[-1])
            yield edit, ours.get(name), name, instead if len(instead) > 1 else ()


def _adjacent(theirs: Theirs) -> Iterator[tuple[Path, Path]]:
    """Layers one of which alone follows the other, activation layers too."""
    for unit in theirs.found.units:
        chain = [unit.name, *(part.name for part in unit.absorbed)]
        readers = theirs.readers.get(unit.name, [])
        if len(readers) == 1:
            chain.append(readers[0])
        for name, after in pairwise(chain):
            one, other = theirs.path(name), theirs.path(after)
            if one is None or other is None or one[:-1] != other[:-1] or one == other:
                continue
            if len(theirs.layer(one).inputs) == len(theirs.layer(other).inputs) == 1:
                yield one, other


def _instead(
    first: Path,
    second: Path,
    match: Match,
    theirs: Theirs,
    touching: dict[Path, list[Candidate]],
    others: Sequence[Candidate],
) -> list[Candidate]:
    """What a swap of two layers could do the work of; nothing if there is no sign of one."""
    mine = [*touching.get(first, ()), *touching.get(second, ())]
    types = {theirs.layer(first).type, theirs.layer(second).type}
    gone = [one for one in mine if isinstance(one.edit, Delete)]
    back = [
        one
        for one in others
        if isinstance(one.edit, Insert) and one.edit.new.type in types and gone
    ]
    applied = [
        one
        for one in others
        if one.edit.kind == "activation" and gone and one not in mine and _near(one.edit, gone)
    ]
    rewired = [
        one for one in others if one.edit.kind == "rewire" and _reads(one.edit, first, second)
    ]
    found = dict.fromkeys([*mine, *back, *applied, *rewired])
    crosswise = rewired or (gone and (back or applied)) or _crosswise(first, second, match, theirs)
    return list(found) if crosswise else []


def _near(edit: Edit, gone: Sequence[Candidate]) -> bool:
    """Whether what an activation is changed to is what a layer applies that is to go."""
    return any(isinstance(one.edit, Delete) and one.edit.old.activation == edit.new for one in gone)


def _reads(edit: Edit, first: Path, second: Path) -> bool:
    names = {edit.layer, edit.old, edit.new}
    return edit.within == first[:-1] and len(names & {first[-1], second[-1]}) > 0


def _crosswise(first: Path, second: Path, match: Match, theirs: Theirs) -> bool:
    """Whether each of two layers is like what the other should be."""
    mine, others = theirs.at(first), theirs.at(second)
    if mine is None or others is None:
        return False
    one, other = match.wanted_of(mine), match.wanted_of(others)
    return one is not None and other is not None and _alike(mine, other) and _alike(others, one)


def _alike(one: Unit, other: Unit) -> bool:
    config = {key: value for key, value in one.layer.config.items() if key != "name"}
    theirs = {key: value for key, value in other.layer.config.items() if key != "name"}
    return one.layer.type == other.layer.type and (
        same(one.layer, other.layer) or _told(config) == _told(theirs)
    )


def _told(config: dict[str, object]) -> dict[str, object]:
    return {key: config.get(key) for key in ("filters", "units", "kernel_size", "pool_size")}
