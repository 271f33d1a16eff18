"""Accuracy and loss, training and validation, by epoch: two panels side by side."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lenet_verify.drawings.figure.lettering import fitted, width
from lenet_verify.drawings.figure.picture import Group, Item, Mark, Picture, Point, Shape, Text
from lenet_verify.drawings.training.axis import Axis, axis, epochs, written

History = Sequence[Mapping[str, float | None]]

_PANEL, _HEIGHT = 300.0, 200.0
_LEFT, _TOP, _BELOW, _GAP = 62.0, 76.0, 58.0, 34.0
_BESIDE = 118.0
"""Room beside a panel for what its lines are."""

_SIZE, _SMALL = 12.0, 11.0
_APART = 15.0
_MOST_POINTS = 60
"""Epochs of which each has a point; of more, there is the line alone."""

Series = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class _Panel:
    title: str
    lines: Mapping[str, Series]
    words: Mapping[str, str]
    last: int
    across: Axis
    up: Axis
    percent: bool


def curves(title: str, history: History, validation: str = "validation") -> Picture:
    """The history of a run.

    Args:
        title: of the run.
        history: by epoch, by Keras's names; what is missing or no number is left out.
        validation: what the samples are called that are not trained on; `test`, if they are those.
    """
    words = {"training": "training", "validation": validation}
    across = epochs(len(history))
    panels = [
        _panel(name, history, words, across, percent=name == "accuracy")
        for name in ("accuracy", "loss")
    ]
    items: list[Item] = []
    for number, panel in enumerate(panels):
        x = _LEFT + number * (_PANEL + _BESIDE + _LEFT + _GAP)
        items += _drawn(panel, x, _TOP)
    whole = 2 * (_LEFT + _PANEL + _BESIDE) + _GAP
    heading = Text(20, 32, fitted(title, whole - 40, 16, bold=True), 16, bold=True)
    about = "; ".join(filter(None, map(_told, panels))) or "no epoch is done"
    return Picture(
        whole, _TOP + _HEIGHT + _BELOW, f"{title}: accuracy and loss by epoch", about,
        (heading, *items),
    )  # fmt: skip


def _panel(
    name: str, history: History, words: Mapping[str, str], across: Axis, *, percent: bool
) -> _Panel:
    lines = {}
    for label, key in (("training", name), ("validation", f"val_{name}")):
        found = ((number, epoch.get(key)) for number, epoch in enumerate(history, 1))
        lines[label] = tuple(
            (float(number), value * (100 if percent else 1))
            for number, value in found
            if value is not None and math.isfinite(value)
        )
    lines = {label: series for label, series in lines.items() if series}
    values = [value for series in lines.values() for _, value in series]
    up = axis(values, highest=100.0) if percent else axis([0.0, *values])
    return _Panel(name, lines, words, len(history), across, up, percent)


def _drawn(panel: _Panel, x: float, y: float) -> Iterator[Item]:
    unit = " in %" if panel.percent else ""
    yield Text(x, y - 14, f"{panel.title}{unit}", 13, bold=True)
    yield from _frame(panel, x, y)
    for label, series in panel.lines.items():
        yield Group(_line_told(panel, label, series), tuple(_line(panel, label, series, x, y)))
    yield from _labels(panel, x, y)


def _frame(panel: _Panel, x: float, y: float) -> Iterator[Item]:
    right, bottom = x + _PANEL, y + _HEIGHT
    for mark in panel.up.marks:
        at = bottom - panel.up.share(mark) * _HEIGHT
        text = written(mark, panel.up)
        yield Shape(((x, at), (right, at)), "grid", closed=False)
        yield Text(x - 8 - width(text, _SMALL), at + 4, text, _SMALL, "muted")
    yield Shape(((x, y), (x, bottom), (right, bottom)), "axis", closed=False)
    for mark in panel.across.marks:
        if not 1 <= mark <= panel.last:
            continue
        at = x + _across(panel, mark)
        text = written(mark, panel.across)
        yield Shape(((at, bottom), (at, bottom + 4)), "axis", closed=False)
        yield Text(at - width(text, _SMALL) / 2, bottom + 18, text, _SMALL, "muted")
    yield Text(right - width("epoch", _SMALL), bottom + 36, "epoch", _SMALL, "muted")


def _across(panel: _Panel, epoch: float) -> float:
    """From the left, with a little room before the first and after the last mark."""
    return 10 + panel.across.share(epoch) * (_PANEL - 20)


def _places(panel: _Panel, series: Series, x: float, y: float) -> list[Point]:
    return [
        (x + _across(panel, epoch), y + (1 - panel.up.share(value)) * _HEIGHT)
        for epoch, value in series
    ]


def _line(panel: _Panel, label: str, series: Series, x: float, y: float) -> Iterator[Mark]:
    places = _places(panel, series, x, y)
    if len(places) > 1:
        yield Shape(tuple(places), f"{label}-line", closed=False)
    if len(places) <= _MOST_POINTS:
        for place in places:
            corners = _circle(place) if label == "training" else _square(place)
            yield Shape(corners, f"{label}-point")


def _circle(place: Point, radius: float = 3.4) -> tuple[Point, ...]:
    turns = (math.tau * part / 12 for part in range(12))
    return tuple(
        (place[0] + radius * math.cos(turn), place[1] + radius * math.sin(turn)) for turn in turns
    )


def _square(place: Point, half: float = 3.0) -> tuple[Point, ...]:
    x, y = place
    return (
        (x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half),
    )  # fmt: skip


def _labels(panel: _Panel, x: float, y: float) -> Iterator[Item]:
    """What each line is, and its last value, at its end; where two ends meet, apart."""
    ends = sorted(
        (_places(panel, series[-1:], x, y)[0][1], label, series[-1][1])
        for label, series in panel.lines.items()
    )
    wanted = [at for at, _, _ in ends]
    if len(wanted) == 2 and wanted[1] - wanted[0] < 2 * _APART:
        middle = sum(wanted) / 2
        middle = min(max(middle, y + 4 + _APART), y + _HEIGHT - 8 - _APART)
        wanted = [middle - _APART, middle + _APART]
    for at, (_, label, value) in zip(wanted, ends, strict=True):
        at = min(max(at, y + 4), y + _HEIGHT - 8)
        yield Text(x + _PANEL + 8, at, panel.words[label], _SIZE, label, bold=True)
        yield Text(x + _PANEL + 8, at + 13, _value(panel, value), _SIZE, label)


def _value(panel: _Panel, value: float) -> str:
    return f"{value:.2f} %" if panel.percent else f"{value:.4g}"


def _line_told(panel: _Panel, label: str, series: Series) -> str:
    first, last = _value(panel, series[0][1]), _value(panel, series[-1][1])
    return f"{panel.words[label]} {panel.title} from {first} to {last}"


def _told(panel: _Panel) -> str:
    return ", ".join(_line_told(panel, label, series) for label, series in panel.lines.items())
