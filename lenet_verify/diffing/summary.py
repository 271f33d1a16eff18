"""What there is to say of a difference, in words, whatever the format.

Changes that are the same of many layers are said once.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from lenet_verify.difference import Change, Difference, Kind, LayerDifference, Unknown
from lenet_verify.show.arguments import as_written, stated

MARKS = {Kind.ADDED: "+", Kind.REMOVED: "-", Kind.CHANGED: "~", Kind.UNKNOWN: "?"}
WORDS = {
    "params": "params",
    "trainable": "trainable",
    "non_trainable": "non-trainable",
    "macs": "multiply-adds",
    "connections": "connections",
}
_FEWEST_ALIKE = 3
"""So many layers with the same change are told of together."""
_MOST_NAMES = 6


@dataclass(frozen=True)
class Told:
    """One thing that is said: `filters 16 → 20`, `params 2,416 → 3,020 (+604)`, or a phrase.

    Attributes:
        label: which fact, or the phrase.
        old, new: its values; None where there is but one, or none.
        change: how much a number grew.
    """

    label: str
    old: str | None = None
    new: str | None = None
    change: str = ""


@dataclass(frozen=True)
class Entry:
    """A layer, or several of which the same is said.

    Attributes:
        kind: what became of it.
        names: of the layers; where it is renamed, old and new.
        type: of the layers; empty where it is said among the changes.
        says: what is changed.
        effects: what follows of it.
    """

    kind: Kind
    names: tuple[tuple[str, ...], ...]
    type: str
    says: tuple[Told, ...]
    effects: tuple[Told, ...]


def headline(difference: Difference) -> str:
    """The difference in a few words."""
    counts = difference.counts
    if difference.same:
        renamed = counts["renamed"]
        names = f"; {_layers(renamed)} named otherwise" if renamed else ""
        return f"the same architecture{names}"
    words = [word for word in ("changed", "added", "removed", "affected") if counts[word]]
    parts = [f"{_layers(counts[word])} {word}" for word in words[:1]]
    parts += [f"{counts[word]:,} {word}" for word in words[1:]]
    parts += [f"its {one.fact} changed" for one in difference.model]
    parts += ["compiled otherwise"] if difference.compiled else []
    unknown = counts["unknown"]
    lost = (
        [f"{f'{unknown:,}' if parts else _layers(unknown)} cannot be compared"] if unknown else []
    )
    if difference.unknown and not unknown:
        lost.append("not all can be compared")
    if not parts:
        return f"no difference is known, but {' and '.join(lost)}"
    return ", ".join(parts + lost)


def entries(difference: Difference) -> list[Entry]:
    """The layers that are changed, added or removed, in order."""
    groups: dict[Hashable, list[LayerDifference]] = {}
    for layer in difference.layers:
        if layer.kind in (Kind.CHANGED, Kind.ADDED, Kind.REMOVED):
            groups.setdefault(_alike(layer), []).append(layer)
    found: list[Entry] = []
    for layer in difference.layers:
        if layer.kind not in (Kind.CHANGED, Kind.ADDED, Kind.REMOVED):
            continue
        together = groups[_alike(layer)]
        if len(together) < _FEWEST_ALIKE:
            found.append(_entry(layer))
        elif layer is together[0]:
            found.append(_group(together))
    return found


def following(difference: Difference) -> list[Entry]:
    """The layers that are only affected; those whose weights are come first."""
    return [_entry(layer) for layer in _affected(difference)]


def rest(difference: Difference, shown: int) -> tuple[Told, ...]:
    """What the layers gain or lose that are only affected, and come after so many."""
    return _sums(_affected(difference)[shown:])


def _affected(difference: Difference) -> list[LayerDifference]:
    layers = difference.of(Kind.AFFECTED)
    weighty = [layer for layer in layers if _counts(layer, "params")]
    return [*weighty, *(layer for layer in layers if not _counts(layer, "params"))]


def renamed(difference: Difference) -> list[tuple[str, str]]:
    """Every layer that has another name, changed or not."""
    pairs = ((one.old, one.new) for one in difference.layers)
    named = ((old.name, new.name) for old, new in pairs if old is not None and new is not None)
    return [(old, new) for old, new in named if old != new]


def unknown(difference: Difference) -> list[str]:
    """What cannot be compared, each reason once."""
    notes: dict[str, dict[str, dict[str, None]]] = {}
    rows: list[tuple[str, Sequence[Unknown]]] = [("the model", difference.unknown)]
    rows += [(" → ".join(_names(one)), one.unknown) for one in difference.layers]
    for name, facts in rows:
        for one in facts:
            notes.setdefault(_reason(one), {}).setdefault(name, {})[one.fact] = None
    lines = []
    for reason, facts_of in notes.items():
        by_facts: dict[str, list[str]] = {}
        for name, found in facts_of.items():
            by_facts.setdefault(", ".join(found), []).append(name)
        lines += [f"{words} of {several(names)}: {reason}" for words, names in by_facts.items()]
    return lines


def several(names: Sequence[str], most: int = _MOST_NAMES) -> str:
    """Some names, and how many more there are."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def told(change: Change) -> Told:
    """A change in words."""
    # an argument may have the name of a count
    if change.fact in WORDS and not isinstance(change.old, bool):
        return Told(WORDS[change.fact], _number(change.old), _number(change.new), _growth(change))
    if change.fact == "reaches_output":
        return Told("reaches an output now" if change.new else "reaches no output any more")
    write = _listed if change.fact in ("inputs", "outputs", "output") else as_written
    values = write(change.old), write(change.new)
    if values[0] == values[1]:  # a word for both, but not the same
        values = json.dumps(change.old), json.dumps(change.new)
    return Told(change.fact, *values)


def effects(changes: Iterable[Change]) -> tuple[Told, ...]:
    """What follows, as far as it is worth a word: which weights are trainable only where the
    count of all does not say it."""
    by_fact = {one.fact: one for one in changes}
    hidden = {"non_trainable", "connections"}
    counted = [by_fact.get(fact) for fact in ("params", "trainable")]
    if None not in counted and len({one.new - one.old for one in counted if one}) == 1:
        hidden.add("trainable")
    return tuple(told(one) for fact, one in by_fact.items() if fact not in hidden)


def totals(difference: Difference) -> list[Told]:
    """The counts of the whole, and the shapes of its outputs."""
    by_fact = {one.fact: one for one in difference.totals}
    grown = {fact: _grown(one) for fact, one in by_fact.items()}
    facts = ["params", *(["trainable"] if grown["params"] != grown["trainable"] else []), "macs"]
    found = [_total(by_fact[fact]) for fact in facts]
    return [*found, Told("output", *map(_listed, (by_fact["output"].old, by_fact["output"].new)))]


def _total(change: Change) -> Told:
    growth = _growth(change)
    if growth and change.old:
        growth += f" ({100 * (change.new - change.old) / change.old:+.1f} %)".replace("-", "−")
    return Told(WORDS[change.fact], _number(change.old), _number(change.new), growth)


def _entry(layer: LayerDifference) -> Entry:
    if layer.kind in (Kind.ADDED, Kind.REMOVED):
        return Entry(layer.kind, (_names(layer),), layer.layer.type, _place(layer), _facts(layer))
    causes = tuple(map(told, layer.causes))
    type_ = "" if any(one.fact == "type" for one in layer.causes) else layer.layer.type
    return Entry(layer.kind, (_names(layer),), type_, causes, effects(layer.effects))


def _group(layers: Sequence[LayerDifference]) -> Entry:
    """Layers of which the same is said; what follows is added up."""
    first = _entry(layers[0])
    names = tuple(map(_names, layers))
    if first.kind is not Kind.CHANGED:
        says = tuple(map(Told, _arguments(layers[0])))
        return Entry(first.kind, names, first.type, says, _sums(layers))
    return Entry(first.kind, names, first.type, first.says, _sums(layers))


def _sums(layers: Sequence[LayerDifference]) -> tuple[Told, ...]:
    found = []
    for fact in ("params", "macs"):
        total = sum(_counts(layer, fact) for layer in layers)
        if total:
            found.append(Told(f"{WORDS[fact]} {_signed(total)}"))
    return tuple(found)


def _counts(layer: LayerDifference, fact: str) -> int:
    """By how much a count of a layer differs, as far as it is known."""
    old, new = (getattr(one, fact) if one is not None else 0 for one in (layer.old, layer.new))
    return 0 if old is None or new is None else new - old


def _alike(layer: LayerDifference) -> Hashable:
    if layer.kind is Kind.CHANGED:
        types = layer.old and layer.old.type, layer.new and layer.new.type
        return (layer.kind, types, repr(layer.causes))
    return (layer.kind, layer.layer.type, tuple(_arguments(layer)))


def _arguments(layer: LayerDifference) -> list[str]:
    return [] if layer.kind is Kind.CHANGED else list(stated(layer.layer))


def _place(layer: LayerDifference) -> tuple[Told, ...]:
    """The arguments of a layer without a partner, and where it stands."""
    before, after = several(layer.inputs, 3), several(layer.readers, 3)
    place = {
        (True, True): f"between {before} and {after}",
        (True, False): f"after {before}",
        (False, True): f"before {after}",
    }.get((bool(before), bool(after)))
    return tuple(map(Told, [*_arguments(layer), *([place] if place else [])]))


def _facts(layer: LayerDifference) -> tuple[Told, ...]:
    """The shape of a layer without a partner, and its counts unless they are 0."""
    found = []
    output = layer.layer.output
    if output is not None:
        found.append(Told(f"output {_listed(output)}"))
    for fact in ("params", "macs"):
        value = getattr(layer.layer, fact)
        if value != 0:
            found.append(Told(f"{WORDS[fact]} {_number(value)}"))
    return tuple(found)


def _names(layer: LayerDifference) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.name for one in (layer.old, layer.new) if one is not None))


def _layers(count: int) -> str:
    return f"{count:,} layer{'' if count == 1 else 's'}"


def _reason(one: Unknown) -> str:
    if one.old is not None and one.new is not None and one.old != one.new:
        return f"{one.old}; and now {one.new}"
    only = {(True, False): " (in the old one)", (False, True): " (in the new one)"}
    return f"{one.old or one.new}{only.get((one.old is not None, one.new is not None), '')}"


def _listed(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(_listed, value)) or "none"
    return "?" if value is None else str(value)


def _number(value: int | None) -> str:
    return "?" if value is None else f"{value:,}"


def _grown(change: Change) -> int | None:
    known = isinstance(change.old, int) and isinstance(change.new, int)
    return change.new - change.old if known else None


def _growth(change: Change) -> str:
    grown = _grown(change)
    return _signed(grown) if grown else ""


def _signed(number: int) -> str:
    return f"{number:+,}".replace("-", "−")
