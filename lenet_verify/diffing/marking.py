"""A difference folded onto the layers of a drawing: what each of them has to show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lenet_verify.architecture import Architecture
from lenet_verify.difference import Difference, Kind, LayerDifference
from lenet_verify.diffing.summary import Told, effects, headline, told, unknown
from lenet_verify.drawings.marks import Mark
from lenet_verify.drawings.telling import LONGEST_VALUE, shortened

MOST_NOTES = 8
_LONGEST_TITLE = 33

_MEANINGS: Mapping[Kind, str] = {
    Kind.ADDED: "only the new network has it",
    Kind.REMOVED: "only the old network had it",
    Kind.CHANGED: "its type, arguments or inputs are others",
    Kind.UNKNOWN: "not all of it can be compared",
    Kind.AFFECTED: "nothing is changed but what feeds it",
}
_KNOWN = (Kind.ADDED, Kind.REMOVED, Kind.CHANGED, Kind.AFFECTED)


def mark(one: LayerDifference) -> Mark:
    """What a layer has to show: what became of it, then what is changed, the causes first."""
    notes: list[str] = []
    if one.old is not None and one.new is not None:
        if one.old.name != one.new.name:
            notes.append(f"was {shortened(one.old.name)}")
        notes += map(_written, (*map(told, one.causes), *effects(one.effects)))
        notes += [_unknown(fact.fact, fact.old or fact.new or "") for fact in one.unknown]
    kept = list(dict.fromkeys(notes))
    if len(kept) > MOST_NOTES:
        kept[MOST_NOTES - 1 :] = [f"and {len(kept) - MOST_NOTES + 1} more"]
    if one.kind not in _MEANINGS:
        return Mark(notes=tuple(kept))
    word = "not compared" if one.kind is Kind.UNKNOWN else one.kind.value
    return Mark(outcome=one.kind, word=word, notes=tuple(kept))


def whole(difference: Difference) -> Mark:
    """What there is to say of the model as a whole."""
    counts = [one for one in difference.totals if one.fact in ("params", "macs")]
    grown = [one for one in counts if one.old != one.new and one not in difference.model]
    changes = (*difference.model, *difference.compiled, *grown)
    notes = [_written(told(one)) for one in changes]
    if difference.unknown:
        notes += [shortened(line, LONGEST_VALUE) for line in unknown(difference)]
    known = any(one.kind in _KNOWN for one in difference.layers)
    known = known or bool(difference.model or difference.compiled)
    kind = None if difference.same else Kind.CHANGED if known else Kind.UNKNOWN
    return Mark(outcome=kind, word=headline(difference), notes=tuple(notes[:MOST_NOTES]))


def legend(outcomes: Iterable[object], edges: Iterable[Kind] = ()) -> dict[Kind, str]:
    """What the marks of a drawing mean, as far as it has them."""
    there, joining = set(outcomes), set(edges)
    found = {}
    for kind, text in _MEANINGS.items():
        if kind in joining:
            line = "bold" if kind is Kind.ADDED else "dashed"
            found[kind] = f"{text}; such connections are {line}"
        elif kind in there:
            found[kind] = text
    return found


def title(old: Architecture, new: Architecture, names: tuple[str, str]) -> str:
    """`old → new`: the titles, with what the user calls the models if these are the same."""
    titles = [shortened(one.title, _LONGEST_TITLE) for one in (old, new)]
    if titles[0] != titles[1] or names[0] == names[1]:
        return " → ".join(titles)
    return f"{titles[0]}: {' → '.join(shortened(name, _LONGEST_TITLE) for name in names)}"


def _written(one: Told) -> str:
    """`filters 16 → 20`, `params 2,416 → 3,020 (+604)`."""
    parts = [shortened(one.label)]
    if one.old is not None and one.new is not None:
        old, new = (shortened(value, LONGEST_VALUE) for value in (one.old, one.new))
        parts.append(f"{old} → {new}")
    if one.change:
        parts.append(f"({one.change})")
    return " ".join(parts)


def _unknown(fact: str, reason: str) -> str:
    text = f"{shortened(fact)} cannot be compared"
    return f"{text}: {shortened(reason, LONGEST_VALUE)}" if reason else text
