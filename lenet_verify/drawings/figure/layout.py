"""Where everything stands: stages side by side, so far apart that no text meets another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lenet_verify.drawings.figure import skips
from lenet_verify.drawings.figure.captions import marked
from lenet_verify.drawings.figure.lettering import fitted, width, wrapped
from lenet_verify.drawings.figure.picture import MARKED, Group, Item, Shape, Text
from lenet_verify.drawings.figure.solids import NOTHING, Scale, Solid, missing, solid
from lenet_verify.drawings.figure.stages import Stage
from lenet_verify.drawings.figure.units import first_shape
from lenet_verify.drawings.figure.ways import way
from lenet_verify.drawings.figure.wording import in_full, label, operation
from lenet_verify.drawings.marks import SIGNS, Marks

LABEL, SMALL = 12.0, 10.0
_LABEL_ROOM, _OPERATION_ROOM = 132.0, 104.0
_GAP, _BETWEEN_LABELS, _BETWEEN_OPERATIONS = 36.0, 14.0, 12.0
_MOST_LINES = 4
_LINE = 15.0


@dataclass(frozen=True)
class Placed:
    """A lane around a horizontal axis, from x = 0 on.

    Attributes:
        top, bottom: where its texts end, too.
        exit: where it is left on the axis.
        left_out: the ends of connections past other stages for which there is no room.
    """

    items: tuple[Item, ...]
    width: float
    top: float
    bottom: float
    exit: float
    left_out: tuple[tuple[str, str], ...] = ()


@dataclass
class _Column:
    """One stage with its texts, and where it stands."""

    stage: Stage
    solid: Solid
    label: Sequence[tuple[str, str, bool]]
    operation: Sequence[tuple[str, float, str]]
    left: float = 0.0

    @property
    def label_width(self) -> float:
        return max(width(text, LABEL, bold) for text, _, bold in self.label)

    @property
    def operation_width(self) -> float:
        return max((width(text, size) for text, size, _ in self.operation), default=0)

    @property
    def centre(self) -> float:
        return self.left + self.solid.width / 2


def placed(
    stages: Sequence[Stage], sources: Mapping[str, Sequence[str]], scale: Scale, marks: Marks
) -> Placed:
    """A lane of stages.

    Args:
        stages: in order.
        sources: for each layer, those that feed it.
        scale: of the picture.
        marks: of every layer.
    """
    kinds = all(_takes_its_kind(stage, marks) for stage in stages)
    columns = [_column(stage, scale, marks, kinds) for stage in stages]
    pairs = skips.connections(stages, sources)
    side_by_side = skips.neighbours(stages)
    past, left_out = skips.levels(pairs - side_by_side)
    _set_apart(columns, skips.ROOM if past else _BETWEEN_OPERATIONS)
    names = min(column.solid.top for column in columns) - 12
    names -= (max(len(column.label) for column in columns) - 1) * _LINE
    below = max(column.solid.bottom for column in columns) + 26
    items: list[Item] = []
    top, bottom, right = 0.0, 0.0, 0.0
    for at, column in enumerate(columns):
        before = columns[at - 1] if at else None
        texts = [*_texts(column, names), *_below(column, before, below)]
        solids = _at(column.solid.shapes, column.left)
        items.append(_group(column.stage, (*solids, *texts)))
        if not at or _ghost_at(stages, at) or not _unfed(pairs, side_by_side, at):
            items += _lines(column, before)  # they lie upon what they lead from and to
        top = min([top, column.solid.top, *(one.y - one.size for one in texts)])
        bottom = max([bottom, column.solid.bottom, *(one.y + one.size * 0.3 for one in texts)])
        ends = [one.x + one.width for one in texts]
        right = max([right, column.left + column.solid.width, *ends])
    if past:
        items += skips.drawn(past, _ports(columns), below - 16, bottom + 10)
        bottom += 14 + skips.depth(past)
    undrawn = tuple((_end(stages[start]), _end(stages[end])) for start, end in left_out)
    last = columns[-1]
    way_out = last.left + last.solid.middle[1] + 5
    return Placed(tuple(items), right, top, bottom, way_out, undrawn)


def _unfed(pairs: set[skips.Pair], side_by_side: set[skips.Pair], at: int) -> bool:
    """Whether a stage is fed, but not by the one that stands before it."""
    return not any(pair in pairs for pair in side_by_side if pair[1] == at)


def _ghost_at(stages: Sequence[Stage], at: int) -> bool:
    return stages[at].ghost is not None or stages[at - 1].ghost is not None


def _end(stage: Stage) -> str:
    return stage.end.name if stage.end else ""


def _takes_its_kind(stage: Stage, marks: Marks) -> bool:
    """Whether `feature maps` may stand behind its name: behind all names, or behind none."""
    told = label(stage, marks)
    if stage.ghost is not None or stage.units[0].is_input:
        return True
    return stage.is_one_layer and width(f"{told.name}: {told.kind}", LABEL) <= _LABEL_ROOM


def _column(stage: Stage, scale: Scale, marks: Marks, kinds: bool) -> _Column:
    mark = marked(stage, marks)
    outcome = mark.outcome.value if mark.outcome else ""
    outcome = outcome if outcome in MARKED else ""
    told = label(stage, marks)
    first = f"{told.name}: {told.kind}" if told.kind and kinds else told.name
    if width(first, LABEL) > _LABEL_ROOM and "/" in first:
        first = f"…/{first.rpartition('/')[2]}"  # of a nested model
    first = fitted(first, _LABEL_ROOM, LABEL)
    lines = [(first, "ink", False)]
    if told.shape:
        times = f" {told.times}" if told.times else ""
        room = _LABEL_ROOM - width(times, LABEL)
        lines.append((fitted(told.shape, room, LABEL) + times, "ink", False))
    if outcome or stage.ghost is not None:
        word = f"{SIGNS[mark.outcome]} {mark.word or outcome}"
        role = outcome or "muted"
        lines.append((fitted(word, _LABEL_ROOM, LABEL, True), role, True))
    end = stage.end
    if end is None:
        drawing = missing()
    else:
        shape = first_shape(end)
        flat = shape is not None and len(shape.sizes) < 3
        role = "input" if stage.units[0].is_input else "vector" if flat else "maps"
        drawing = solid(shape, scale, role, outcome)
    what, how = operation(stage)
    below = [(text, LABEL - 0.5, "ink") for text in wrapped(what, _OPERATION_ROOM, LABEL - 0.5)]
    details = wrapped(how, _OPERATION_ROOM, SMALL, _MOST_LINES)
    return _Column(stage, drawing, lines, [*below, *((text, SMALL, "muted") for text in details)])


def _group(stage: Stage, items: tuple[Shape | Text, ...]) -> Group:
    if stage.ghost is not None:
        name = stage.ghost.name
        return Group(in_full(stage), items, (name,), name, missing=True)
    names = tuple(layer.name for layer in stage.layers)
    first = stage.units[-1].end.name if stage.is_one_layer else names[0]
    return Group(in_full(stage), items, names, first)


def _set_apart(columns: Sequence[_Column], between: float) -> None:
    """Gives every column its place: as far left as drawings, labels and operations allow."""
    drawn = label_end = operation_end = 0.0
    fed = bool(columns[0].operation)
    for at, column in enumerate(columns):
        half = (column.label_width - column.solid.width) / 2
        left = drawn + (_GAP if at or fed else 0)
        left = max(left, label_end + (_BETWEEN_LABELS if at else 0) + half)
        if column.operation:
            # it stands in the middle between two drawings
            start = operation_end + (between if operation_end else 0)
            left = max(left, 2 * (start + column.operation_width / 2) - drawn)
            operation_end = (drawn + left + column.operation_width) / 2
        column.left = left
        drawn = left + column.solid.width
        label_end = left + column.solid.width + half


def _lines(column: _Column, before: _Column | None) -> list[Shape]:
    if before is not None:
        return way(column.stage, before.solid, before.left, column.solid, column.left)
    if column.operation:
        return way(column.stage, NOTHING, 0, column.solid, column.left)
    return []


def _ports(columns: Sequence[_Column]) -> list[skips.Port]:
    """Where lines from below reach each stage: between the operation that leads to it and the
    next one."""
    edge = [column.left + column.solid.width for column in columns]
    centres = [((edge[at - 1] if at else 0) + one.left) / 2 for at, one in enumerate(columns)]
    ports = []
    for at, column in enumerate(columns):
        x, y = column.solid.foot
        low = centres[at] + column.operation_width / 2 if column.operation else 0.0
        high = edge[at]
        if at + 1 < len(columns):
            high = centres[at + 1] - columns[at + 1].operation_width / 2
        elif high < low + 12:
            high = low + 12
        ports.append(skips.Port((column.left + x, y), low, high))
    return ports


def _texts(column: _Column, y: float) -> list[Text]:
    """The label; those of a lane stand side by side."""
    found = []
    for text, role, bold in column.label:
        x = column.centre - width(text, LABEL, bold) / 2
        found.append(Text(x, y, text, LABEL, role, bold, centred=True))
        y += _LINE
    return found


def _below(column: _Column, before: _Column | None, y: float) -> list[Text]:
    start = before.left + before.solid.width if before else 0.0
    centre = (start + column.left) / 2
    found = []
    for text, size, role in column.operation:
        x = centre - width(text, size) / 2
        found.append(Text(x, y, text, size, role, centred=True))
        y += size + 3.5
    return found


def _at(shapes: Sequence[Shape], left: float) -> list[Shape]:
    return [
        Shape(tuple((x + left, y) for x, y in one.points), one.role, one.closed) for one in shapes
    ]
