"""A grid of images, each with its label and what is predicted; what is wrong is marked thrice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lenet_verify.drawings.figure.lettering import fitted
from lenet_verify.drawings.figure.picture import Group, Image, Item, Mark, Picture, Shape, Text

_ACROSS = 5
_IMAGE, _TILE, _ROW = 84.0, 132.0, 158.0
_LEFT, _TOP, _HEADING = 24.0, 52.0, 34.0
_SIZE = 12.0


@dataclass(frozen=True)
class Sample:
    """An image of the test data.

    Attributes:
        number: of the image in the test data, from 0.
        png: the image.
        label, predicted: what it is and what it is taken for, in words.
    """

    number: int
    png: bytes
    label: str
    predicted: str

    @property
    def right(self) -> bool:
        """Whether it is taken for what it is."""
        return self.label == self.predicted


def samples(title: str, sections: Sequence[tuple[str, Sequence[Sample]]]) -> Picture:
    """Images under headings.

    Args:
        title: of the run.
        sections: headings with the images that stand under each.
    """
    items: list[Item] = []
    y = _TOP
    for heading, shown in sections:
        items.append(Text(_LEFT, y + 18, fitted(heading, _ACROSS * _TILE, 13), 13, "muted"))
        y += _HEADING
        for number, sample in enumerate(shown):
            row, column = divmod(number, _ACROSS)
            items.append(_tile(sample, _LEFT + column * _TILE, y + row * _ROW))
        y += _ROW * -(-len(shown) // _ACROSS)
    whole = 2 * _LEFT + _ACROSS * _TILE - (_TILE - _IMAGE) / 2
    name = Text(_LEFT, 32, fitted(title, whole - 2 * _LEFT, 16, bold=True), 16, bold=True)
    about = ". ".join(f"{heading}: {_told(shown)}" for heading, shown in sections)
    return Picture(whole, y + 8, f"{title}: samples and predictions", about, (name, *items))


def _tile(sample: Sample, x: float, y: float) -> Group:
    return Group(f"test image {sample.number}: {_of(sample)}", tuple(_drawn(sample, x, y)))


def _drawn(sample: Sample, x: float, y: float) -> Iterator[Mark]:
    yield Image(x, y, _IMAGE, _IMAGE, sample.png)
    room = _TILE - 6
    frame = ((x, y), (x + _IMAGE, y), (x + _IMAGE, y + _IMAGE), (x, y + _IMAGE))
    if sample.right:
        yield Shape(frame, "right-frame")
    else:
        yield Shape(frame, "wrong-frame")
        yield from _flag(x + _IMAGE, y)
    yield Text(x, y + _IMAGE + 18, fitted(f"label {sample.label}", room, _SIZE), _SIZE)
    said = fitted(f"predicted {sample.predicted}", room, _SIZE)
    yield Text(x, y + _IMAGE + 34, said, _SIZE, "ink" if sample.right else "wrong")
    mark, role = ("✓ right", "right") if sample.right else ("✗ wrong", "wrong")
    yield Text(x, y + _IMAGE + 50, mark, _SIZE, role, bold=not sample.right)


def _flag(right: float, top: float) -> Iterator[Mark]:
    """A corner with a cross in it."""
    side, inset = 26.0, 5.0
    yield Shape(((right - side, top), (right, top), (right, top + side)), "wrong-flag")
    x, y, half = right - side / 3 + 0.5, top + side / 3 - 0.5, inset / 1.4
    yield Shape(((x - half, y - half), (x + half, y + half)), "wrong-cross", closed=False)
    yield Shape(((x - half, y + half), (x + half, y - half)), "wrong-cross", closed=False)


def _of(sample: Sample) -> str:
    word = "right" if sample.right else "wrong"
    return f"label {sample.label}, predicted {sample.predicted}, {word}"


def _told(shown: Sequence[Sample]) -> str:
    return "; ".join(map(_of, shown)) or "none"
