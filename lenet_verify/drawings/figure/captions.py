"""The words below a figure: what does not hold, and what the picture folds or leaves out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from lenet_verify.architecture import Architecture, Layer
from lenet_verify.difference import Kind
from lenet_verify.drawings.figure.picture import MARKED
from lenet_verify.drawings.figure.stages import Stage
from lenet_verify.drawings.figure.wording import folds, leaves
from lenet_verify.drawings.marks import SIGNS, Mark, Marks
from lenet_verify.drawings.telling import shortened, unread
from lenet_verify.verdict import Outcome

WORST = (
    Outcome.BROKEN,
    Outcome.UNKNOWN,
    Outcome.DEVIATES,
    Kind.REMOVED,
    Kind.CHANGED,
    Kind.UNKNOWN,
    Kind.ADDED,
)
"""What a figure marks, the worst first."""

_MOST_NOTES, _MOST_NAMES, _LONGEST_REASON = 24, 12, 1000


def captions(
    architecture: Architecture,
    marks: Marks,
    stages: Sequence[Stage],
    idle: Sequence[Layer],
    undrawn: Sequence[tuple[str, str]] = (),
    failing: bool = True,
) -> list[tuple[str, str]]:
    """Every line, with its role.

    Args:
        architecture: the network.
        marks: what a check found.
        stages: as they are drawn, of all lanes.
        idle: layers that are not.
        failing: whether to tell of what fails.
        undrawn: layers that feed others, with those, where no line says so.
    """
    lines = list(_findings(marks, stages, idle)) if failing else []
    if len(lines) > _MOST_NOTES:
        lines[_MOST_NOTES:] = [(f"and {len(lines) - _MOST_NOTES} more", "muted")]
    lines += [(line, "muted") for line in folds(stages, marks)]
    lines += [(line, "muted") for line in _ends(architecture, idle)]
    if undrawn:
        told = _listed([f"{shortened(one)} to {shortened(other)}" for one, other in undrawn], str)
        lines.append((f"Connections that are not drawn: {told}", "muted"))
    return lines


def marked(stage: Stage, marks: Marks) -> Mark:
    """What is to be marked of a whole stage: the worst of it, and of how many layers."""
    if stage.ghost is not None:
        return stage.ghost.mark
    named = list(_failing(stage.layers, marks))
    if not named:
        return Mark()
    found = [mark for _, mark in named]
    mark = min(found, key=_severity)
    own = marks.layers.get((stage.end.name,), Mark()) if stage.end else Mark()
    if mark.outcome is Kind.ADDED and not _is_added(stage, own, len(found)):
        word = shortened(named[0][0]) if len(found) == 1 else f"{len(found):,} layers"
        return Mark(outcome=Kind.CHANGED, word=f"{word} added")
    if mark.outcome is None or (stage.is_one_layer and own is mark):
        return mark
    alike = sum(one.outcome is mark.outcome for one in found)
    word = mark.outcome.value if stage.is_one_layer else f"{alike:,} {mark.outcome.value}"
    return replace(mark, word=word)


def _is_added(stage: Stage, own: Mark, added: int) -> bool:
    """Whether the stage itself is, and not just some of what is drawn with it."""
    if stage.is_one_layer:
        return own.outcome is Kind.ADDED
    return added == sum(1 for _ in leaves(stage.layers))


def _findings(
    marks: Marks, stages: Sequence[Stage], idle: Sequence[Layer]
) -> Iterator[tuple[str, str]]:
    for note in marks.whole.notes:
        yield f"The model: {note}", "ink"
    found = []
    for stage in stages:
        if stage.ghost is not None:
            found.append((stage.ghost.name, stage.ghost.mark))
        found += _failing(stage.layers, marks)
    found += _failing(idle, marks)
    added = tuple(name for name, mark in found if mark.outcome is Kind.ADDED)
    if added:
        yield f"{SIGNS[Kind.ADDED]} added: {_listed(added)}", Kind.ADDED.value
        found = [one for one in found if one[1].outcome is not Kind.ADDED]
    for name, mark in sorted(found, key=lambda one: _severity(one[1])):
        role = mark.outcome.value if mark.outcome else ""
        notes = f": {'; '.join(mark.notes)}" if mark.notes else ""
        text = f"{SIGNS[mark.outcome]} {shortened(name)} {mark.word}{notes}"
        yield text, role if role in MARKED else "muted"


def _failing(layers: Sequence[Layer], marks: Marks) -> Iterator[tuple[str, Mark]]:
    """The layers of which there is something to say, inner ones included."""
    names = {layer.name for layer in layers}
    for path, mark in marks.layers.items():
        if path[0] in names and mark.outcome in WORST:
            yield " + ".join(mark.names) or "/".join(path), mark


def _ends(architecture: Architecture, idle: Sequence[Layer]) -> Iterator[str]:
    """What a picture of stages does not show of a network's ends."""
    unknown = unread(architecture, _LONGEST_REASON)
    yield from unknown
    for word, names in (("Inputs", architecture.inputs), ("Outputs", architecture.outputs)):
        if len(names) > 1:
            yield f"{word}: {_listed(names)}"
    if idle:
        names = tuple(layer.name for layer in idle)
        why = "Not drawn" if unknown else "On no way to an output, and not drawn"
        yield f"{why}: {_listed(names)}"


def _severity(mark: Mark) -> int:
    return WORST.index(mark.outcome) if mark.outcome in WORST else len(WORST)


def _listed(names: Sequence[str], write: Callable[[str], str] = shortened) -> str:
    told = ", ".join(map(write, names[:_MOST_NAMES]))
    more = len(names) - _MOST_NAMES
    return told + (f" and {more} more" if more > 0 else "")
