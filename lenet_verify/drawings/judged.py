"""A verdict folded onto the layers of a drawing: what each of them has to show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lenet_verify.architecture import Architecture, Layer
from lenet_verify.drawings.marks import SIGNS, Ghost, Mark, Marks, Path
from lenet_verify.drawings.telling import LONGEST_VALUE, UNREACHABLE, shortened
from lenet_verify.notation import as_text
from lenet_verify.verdict import FAILING, Finding, Outcome, Verdict, worst

MOST_NOTES = 8

_OF_THE_MODEL = ("extra-layer", "unreachable-layer")
"""Codes of findings whose layer is the model's, even without `model_layer`."""


def marks(architecture: Architecture, found: Verdict | Marks | None) -> Marks:
    """What the verdict says of each layer; nothing at all without one, and marks as they are."""
    if found is None:
        return Marks()
    return found if isinstance(found, Marks) else _of_verdict(architecture, found)


def _of_verdict(architecture: Architecture, verdict: Verdict) -> Marks:
    paths = paths_of(architecture)
    names: dict[Path, list[str]] = {}
    places: dict[str, Path] = {}
    for end, ends in (("input", architecture.inputs), ("output", architecture.outputs)):
        if len(ends) == 1 and ends[0] in paths:
            places[end] = paths[ends[0]]
    for pairing in verdict.alignment:
        found = [paths[name] for name in pairing.model_layers if name in paths]
        for path in found:
            names.setdefault(path, []).append(pairing.layer)
        if found:
            places[pairing.layer] = found[0]
        else:
            places.pop(pairing.layer, None)

    missing: dict[str, list[Finding]] = {}
    for finding in verdict.findings:
        if finding.code == "missing-layer" and finding.outcome is not Outcome.HOLDS:
            missing[finding.layer] = []
    of_layer: dict[Path, list[Finding]] = {}
    result = Marks()
    unplaced = []
    for finding in verdict.findings:
        target = None
        if finding.layer != "model":
            own = finding.layer if finding.code in _OF_THE_MODEL else None
            target = paths.get(finding.model_layer or own or "") or places.get(finding.layer)
        if target is not None:
            of_layer.setdefault(target, []).append(finding)
        elif finding.layer in missing:
            missing[finding.layer].append(finding)
        elif finding.outcome in FAILING:
            about = "" if finding.layer == "model" else f"{shortened(finding.layer)} "
            unplaced.append(about + _note(finding))
    result.whole = _whole(verdict, _distinct(unplaced))

    judged = {path[:depth] for path in of_layer for depth in range(1, len(path))}
    for path in paths.values():
        findings = of_layer.get(path, [])
        mine = tuple(dict.fromkeys(names.get(path, [])))
        result.layers[path] = _mark(mine, findings)
        if not findings and mine and all(places.get(name) != path for name in mine):
            result.layers[path] = Mark(mine, None, f"part of {shortened(mine[0])}")
        elif not findings and path in judged:
            result.layers[path] = Mark(mine)  # the layers inside speak for it
    result.ghosts = list(_ghosts(verdict, paths, missing))
    return result


def _whole(verdict: Verdict, notes: Sequence[str]) -> Mark:
    """What the verdict says of the model as a whole."""
    outcome = worst(verdict.findings)
    word = "nothing claimed" if outcome is None else outcome.value
    if outcome is Outcome.DEVIATES:
        word = f"holds, {verdict.count(Outcome.DEVIATES):,} deviating as accepted"
    if outcome in FAILING:
        counts = ((verdict.count(kind), kind.value) for kind in Outcome if kind in FAILING)
        word = ", ".join(f"{count:,} {kind}" for count, kind in counts if count)
        word += f" of {len(verdict.findings):,} facts"
    return Mark(outcome=outcome, word=word, notes=tuple(notes))


def _mark(names: tuple[str, ...], findings: Sequence[Finding]) -> Mark:
    outcome = worst(findings)
    word = "not claimed" if outcome is None else outcome.value
    if any(finding.code == "extra-layer" for finding in findings):
        word = "extra" if outcome in FAILING else f"extra, {word}"
    told = [finding for finding in findings if finding.outcome is not Outcome.HOLDS]
    if outcome is not Outcome.SKIPPED:
        told = [finding for finding in told if finding.outcome is not Outcome.SKIPPED]
    # a note of another outcome than the card's brings its own sign
    notes = _distinct(
        [
            note if finding.outcome is outcome else f"{SIGNS[finding.outcome]} {note}"
            for finding in told
            if (note := _note(finding))
        ]
    )
    return Mark(names, outcome, word, tuple(notes))


def _ghosts(
    verdict: Verdict, paths: dict[str, Path], missing: dict[str, list[Finding]]
) -> Iterator[Ghost]:
    """Missing layers in the spec's order, each between its neighbours of the alignment."""
    order: list[tuple[str, list[Path]]] = []
    for pairing in verdict.alignment:
        found = [paths[name] for name in pairing.model_layers if name in paths]
        if found or pairing.layer in missing:
            order.append((pairing.layer, found))
    aligned = {layer for layer, _ in order}
    neighbours: dict[str, tuple[Path | str | None, Path | str | None]] = {}
    for at, (layer, found) in enumerate(order):
        if found:
            continue
        before: Path | str | None = None
        after: Path | str | None = None
        if at:
            name, there = order[at - 1]
            before = there[-1] if there else name
        if at + 1 < len(order):
            name, there = order[at + 1]
            after = there[0] if there else name
        neighbours[layer] = (before, after)
    for layer in [*neighbours, *(layer for layer in missing if layer not in aligned)]:
        findings = missing[layer]
        lacking = [finding for finding in findings if finding.code == "missing-layer"]
        outcome = worst(lacking)
        word = "missing" if outcome in FAILING else f"missing, {outcome.value if outcome else ''}"
        rest = [finding for finding in findings if finding.code != "missing-layer"]
        notes = [*map(_note, lacking), *_mark((), rest).notes]
        mark = Mark((layer,), outcome, word, tuple(_distinct([note for note in notes if note])))
        yield Ghost(layer, mark, *neighbours.get(layer, (None, None)))


def _note(finding: Finding) -> str:
    """`output: 6@28x28 expected, 6@32x32 observed`, each value visible and short."""
    reason = shortened(finding.reason, LONGEST_VALUE) if finding.reason else ""
    if finding.code == "unreachable-layer":
        return UNREACHABLE
    if finding.code == "extra-layer":
        return reason
    expected: str = shortened(as_text(finding.expected), LONGEST_VALUE)
    observed: str = shortened(as_text(finding.observed), LONGEST_VALUE)
    text = "" if finding.fact == "layer" else f"{shortened(finding.fact)}: "
    if finding.code == "missing-layer" and finding.outcome is Outcome.BROKEN:
        return f"{text}{expected} expected" if finding.expected is not None else ""
    if finding.outcome in (Outcome.UNKNOWN, Outcome.SKIPPED):
        return f"{text}{finding.outcome.value}" + (f", {reason}" if reason else "")
    if finding.expected is None and finding.observed is None:
        return text + (reason or finding.outcome.value)
    text += f"{expected} expected, {observed} observed"
    return f"{text}; {reason}" if reason else text


def _distinct(notes: Sequence[str]) -> list[str]:
    """Each note once, the first few of them."""
    kept = list(dict.fromkeys(notes))
    if len(kept) <= MOST_NOTES:
        return kept
    return [*kept[: MOST_NOTES - 1], f"and {len(kept) - MOST_NOTES + 1} more"]


def paths_of(architecture: Architecture) -> dict[str, Path]:
    """Where each name is found: a layer's own, an inner one's also as `outer/inner`.

    Where a name occurs twice, it means the outermost, then the first.
    """
    found: dict[str, Path] = {}

    def walk(outer: Path, layers: Sequence[Layer]) -> None:
        for layer in layers:
            path = (*outer, layer.name)
            found.setdefault(layer.name, path)
            for at, around in enumerate(outer):
                found.setdefault("/".join(path[at:]), path)
                found.setdefault(f"{around}/{layer.name}", path)
        for layer in layers:
            walk((*outer, layer.name), layer.layers)

    walk((), architecture.layers)
    return found
