"""A whole figure: lanes beside and below each other, the heading above, words below."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from lenet_verify.architecture import Architecture
from lenet_verify.difference import Kind
from lenet_verify.drawings.figure import lettering
from lenet_verify.drawings.figure.captions import WORST, captions, marked
from lenet_verify.drawings.figure.lanes import Lane, Lanes, lanes
from lenet_verify.drawings.figure.layout import Placed, placed
from lenet_verify.drawings.figure.lettering import wrapped
from lenet_verify.drawings.figure.links import Links, links
from lenet_verify.drawings.figure.opening import opened
from lenet_verify.drawings.figure.picture import (
    MARKED,
    Item,
    Picture,
    Point,
    Shape,
    Text,
    moved,
)
from lenet_verify.drawings.figure.solids import Scale, scale
from lenet_verify.drawings.figure.stages import Stage, folded
from lenet_verify.drawings.figure.units import first_shape, units
from lenet_verify.drawings.figure.wording import label
from lenet_verify.drawings.judged import marks
from lenet_verify.drawings.marks import SIGNS, Marks, Told
from lenet_verify.drawings.telling import LONGEST_TITLE, parameters, shortened
from lenet_verify.verdict import Verdict

_MARGIN, _LEGEND = 26.0, 19.0
_LEAST_WIDTH, _ENOUGH_FOR_WORDS = 200.0, 420.0
_BETWEEN_LANES, _TO_THE_TRUNK = 30.0, 44.0
_MOST_STAGES, _MOST_BESIDE = 16, 6
"""Of a lane alone in its rows, and of one that leads to others or comes from them."""
_LARGE, _STEP = 124.0, 5.0
_SMALLER, _SMALLER_STEP = 96.0, 3.0
_FEW = 9
"""Up to so many stages are drawn large."""


def composed(
    architecture: Architecture,
    found: Verdict | Marks | None = None,
    most: int | None = None,
    *,
    alone: bool = True,
) -> Picture:
    """The figure of a network, every place in it settled.

    Args:
        architecture: the network.
        found: what a check found, or any other marks.
        most: how many stages a row may have, at least 3; None for as many as a page holds.
        alone: whether it has to say itself what it is of, and in which way what fails does.
    """
    return _Composition(architecture, marks(architecture, found), most, alone).picture()


@dataclass(frozen=True)
class _Drawn:
    """A lane with its stages, and with where they stand."""

    lane: Lane
    stages: Sequence[Stage]
    placed: Placed


class _Composition:
    """One figure in the making."""

    def __init__(
        self, architecture: Architecture, shown: Marks, most: int | None, alone: bool
    ) -> None:
        self.architecture, self.marks = opened(architecture, shown)
        self.most, self.alone = most, alone
        self.lanes: Lanes = lanes(self.architecture)
        self.items: list[Item] = []
        self.kinds: set[Told | None] = set()

    def picture(self) -> Picture:
        columns = self.drawn()
        joined = links(self.architecture, [[one.stages for one in each] for each in columns])
        lines = self.words(columns, joined)
        wide = sum(_width(column) for column in columns) + _TO_THE_TRUNK * (len(columns) - 1)
        longest = max((lettering.width(line, 11) + 13 for line, _ in lines), default=0.0)
        stages = [stage for column in columns for one in column for stage in one.stages]
        self.kinds = {marked(stage, self.marks).outcome for stage in stages}
        legend = max((end - _MARGIN for end in map(_end, self.legend(0))), default=0.0)
        width = max(wide, _LEAST_WIDTH, min(longest, _ENOUGH_FOR_WORDS), legend)
        y = self.heading(width) if self.alone else _MARGIN
        y = self.drawings(columns, joined.drawn, y)
        y = self.write(lines, width, y)
        title = shortened(self.architecture.title, LONGEST_TITLE)
        about = f"The network {title} as a figure. {self.told(columns)}"
        size = ceil(width + 2 * _MARGIN), ceil(y + _MARGIN)
        return Picture(*size, title, about, tuple(self.items))

    def drawn(self) -> list[list[_Drawn]]:
        """The lanes that there are: those of inputs, the trunk, those of outputs."""
        trunk = () if self.lanes.trunk is None else (self.lanes.trunk,)
        columns = [list(each) for each in (self.lanes.inputs, trunk, self.lanes.outputs) if each]
        most = self.most or (_MOST_STAGES if len(columns) == 1 else _MOST_BESIDE)
        apart = self.apart()
        stages = [[folded(units(lane), most, apart) for lane in column] for column in columns]
        self.add_missing([one for column in stages for one in column])
        sizes = self.scale(sum(max(map(len, column)) for column in stages), stages)
        return [
            [
                _Drawn(lane, own, placed(own, lane.sources, sizes, self.marks))
                for lane, own in zip(column, beside, strict=True)
            ]
            for column, beside in zip(columns, stages, strict=True)
        ]

    def apart(self) -> dict[str, Hashable]:
        """By layer, what it is marked with: itself, or that it is added as others are."""
        found: dict[str, Hashable] = {}
        for path, mark in self.marks.layers.items():
            if mark.outcome in WORST:
                name = path[0]
                key = mark.outcome if mark.outcome is Kind.ADDED else name
                found[name] = key if found.get(name, key) == key else name
        return found

    def add_missing(self, all_stages: Sequence[list[Stage]]) -> None:
        """Puts layers that the model lacks behind those that they should follow."""
        behind: dict[str, tuple[list[Stage], Stage | None]] = {}
        within: dict[str, tuple[list[Stage], Stage]] = {}
        for stages in all_stages:
            for at, stage in enumerate(stages):
                within.update((layer.name, (stages, stage)) for layer in stage.layers)
                behind.update((layer.name, (stages, stage)) for layer in stage.layers)
                # what is drawn on the way to a stage stands in front of it
                last = stages[at - 1] if at else None
                behind.update((layer.name, (stages, last)) for layer in stage.units[0].before)
        ghosts: dict[str, tuple[list[Stage], Stage]] = {}
        for ghost in self.marks.ghosts:
            stages, before = all_stages[-1] if all_stages else [], None
            if isinstance(ghost.before, tuple) and ghost.before[0] in behind:
                stages, before = behind[ghost.before[0]]
            elif isinstance(ghost.before, str) and ghost.before in ghosts:
                stages, before = ghosts[ghost.before]
            elif isinstance(ghost.after, tuple) and ghost.after[0] in within:
                stages, after = within[ghost.after[0]]
                at = stages.index(after)
                before = stages[at - 1] if at else None
            own = Stage((), ghost=ghost)
            stages.insert(stages.index(before) + 1 if before else 0, own)
            ghosts[ghost.name] = (stages, own)

    def scale(self, number: int, stages: Sequence[Sequence[Sequence[Stage]]]) -> Scale:
        ends = [one.end for column in stages for lane in column for one in lane]
        shapes = [shape for end in ends if end and (shape := first_shape(end))]
        few = number <= _FEW
        return scale(shapes, _LARGE if few else _SMALLER, _STEP if few else _SMALLER_STEP)

    def heading(self, width: float) -> float:
        """Title, verdict and totals."""
        y = _MARGIN
        title = shortened(self.architecture.title, LONGEST_TITLE)
        for line in wrapped(title, width, 17, bold=True):
            y += 15
            self.items.append(Text(_MARGIN, y, line, 17, bold=True))
            y += 6
        y += 14
        x = _MARGIN
        mark = self.marks.whole
        if mark.word:
            role = mark.outcome.value if mark.outcome else "muted"
            role = role if role in (*MARKED, "holds") else "muted"
            words = f"{SIGNS[mark.outcome]} {mark.word}".strip()
            for at, line in enumerate(wrapped(words, width, 12, bold=True)):
                y += 16 if at else 0
                word = Text(_MARGIN, y, line, 12, role, True)
                self.items.append(word)
                x = word.x + word.width + 10
        counts = parameters(self.architecture.params)
        if x + lettering.width(counts, 12) > _MARGIN + width:
            x, y = _MARGIN, y + 16
        self.items.append(Text(x, y, counts, 12, "muted"))
        self.items += self.legend(y)
        y += _LEGEND * sum(kind in self.kinds for kind in self.marks.legend)
        return y + 26

    def legend(self, y: float) -> Iterator[Item]:
        """What each mark means, beside a frame that looks like it."""
        left, right = _MARGIN, _MARGIN + 20
        for kind, text in self.marks.legend.items():
            if kind not in self.kinds:
                continue
            y += _LEGEND
            corners = ((left, y - 9), (right, y - 9), (right, y), (left, y))
            yield Shape(corners, f"{kind.value}-solid")
            word = Text(right + 8, y, f"{SIGNS[kind]} {kind.value}", 11, kind.value, True)
            yield word
            yield Text(word.x + word.width + 8, y, text, 11, "muted")

    def drawings(
        self, columns: Sequence[Sequence[_Drawn]], joined: Collection[tuple[int, int]], y: float
    ) -> float:
        """The lanes, each column of them centred, joined by lines."""
        height = max(map(_height, columns), default=0)
        x = _MARGIN
        ends: dict[int, tuple[Point, Point]] = {}
        number = 0
        for at, column in enumerate(columns):
            wide = _width(column)
            top = y + (height - _height(column)) / 2
            for one in column:
                here = one.placed
                # lanes of inputs end side by side, those of outputs begin so
                left = x + wide - here.width if at == 0 else x
                axis = top - here.top
                self.items += moved(here.items, left, axis)
                for source, end in ends.items():
                    if (source, number) in joined:
                        self.items.append(Shape((*end, (left, axis)), "line", closed=False))
                ends[number] = ((left + here.exit, axis), (x + wide, axis))
                top += here.bottom - here.top + _BETWEEN_LANES
                number += 1
            x += wide + _TO_THE_TRUNK
        return y + height + 8

    def words(self, columns: Sequence[Sequence[_Drawn]], joined: Links) -> list[tuple[str, str]]:
        """What fails and how, then what is folded or left out; with roles."""
        lanes = [one for column in columns for one in column]
        stages = [stage for one in lanes for stage in one.stages]
        left_out = [pair for one in lanes for pair in one.placed.left_out]
        undrawn = [*left_out, *joined.told]
        idle = self.lanes.idle
        return captions(self.architecture, self.marks, stages, idle, undrawn, self.alone)

    def write(self, lines: Sequence[tuple[str, str]], width: float, y: float) -> float:
        """Words below the drawing."""
        for line, role in lines:
            for at, text in enumerate(wrapped(line, width - 12, 11)):
                y += 16
                self.items.append(Text(_MARGIN + (12 if at else 0), y, text, 11, role))
        return y

    def told(self, columns: Sequence[Sequence[_Drawn]]) -> str:
        """The picture in words."""
        sentences = []
        for column in columns:
            for one in column:
                words = [self.in_words(stage) for stage in one.stages]
                sentences.append(", then ".join(shortened(word, 96) for word in words) + ".")
        return " ".join(sentences)

    def in_words(self, stage: Stage) -> str:
        """A stage, and what is marked of it."""
        mark = marked(stage, self.marks)
        word = f" ({mark.word})" if mark.outcome in WORST and mark.word else ""
        return label(stage, self.marks).in_words + word


def _end(item: Item) -> float:
    return item.x + item.width if isinstance(item, Text) else 0.0


def _width(column: Sequence[_Drawn]) -> float:
    return max(one.placed.width for one in column)


def _height(column: Sequence[_Drawn]) -> float:
    heights = [one.placed.bottom - one.placed.top for one in column]
    return sum(heights) + _BETWEEN_LANES * (len(heights) - 1)
