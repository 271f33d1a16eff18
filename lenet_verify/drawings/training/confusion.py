"""What is taken for what: a row for each class, a column for each that is predicted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lenet_verify.drawings.figure.lettering import fitted, width
from lenet_verify.drawings.figure.picture import Group, Item, Picture, Shape, Text
from lenet_verify.drawings.training.look import LEVELS

MOST_CLASSES = 20
"""More would be too small to read."""

_CELL, _WIDEST, _TALL = 40.0, 84.0, 30.0
_TOP, _LEFT = 104.0, 24.0
_SIZE = 12.0

Matrix = Sequence[Sequence[int]]


def confusion(title: str, matrix: Matrix, labels: Sequence[str]) -> Picture:
    """A confusion matrix.

    Args:
        title: of the run.
        matrix: how many samples of each class are taken for each: rows are labels, columns
            predictions.
        labels: what the classes are called, no more than `MOST_CLASSES`.
    """
    widest = max(width(label, _SIZE) for label in labels)
    left = _LEFT + 44 + min(widest, _WIDEST)
    cell = min(max(_CELL, widest + 10), _WIDEST + 6)
    right = left + cell * len(labels)
    whole = right + 92
    items: list[Item] = [
        Text(_LEFT, 32, fitted(title, whole - 2 * _LEFT, 16, bold=True), 16, bold=True),
        Text(left, _TOP - 38, "prediction", _SIZE, "muted"),
        Text(_LEFT, _TOP - 10, "label", _SIZE, "muted"),
        Text(right + 14, _TOP - 10, "right", _SIZE, "muted"),
    ]
    for column, label in enumerate(labels):
        text = fitted(label, cell - 6, _SIZE)
        x = left + column * cell + (cell - width(text, _SIZE)) / 2
        items.append(Text(x, _TOP - 10, text, _SIZE, bold=False))
    for row, counts in enumerate(matrix):
        items += _row(row, counts, labels, left, cell)
    height = _TOP + _TALL * len(labels) + 44
    note = "rows: what it is; columns: what it is taken for; shaded by the share of its row"
    items.append(Text(_LEFT, height - 16, fitted(note, whole - 2 * _LEFT, 11), 11, "muted"))
    return Picture(whole, height, f"{title}: confusion matrix", _told(matrix, labels), tuple(items))


def _row(
    row: int, counts: Sequence[int], labels: Sequence[str], left: float, cell: float
) -> Iterator[Item]:
    y, total = _TOP + row * _TALL, sum(counts)
    text = fitted(labels[row], left - _LEFT - 12, _SIZE)
    yield Text(left - 10 - width(text, _SIZE), y + 20, text, _SIZE)
    for column, count in enumerate(counts):
        x = left + column * cell
        box = ((x, y), (x + cell, y), (x + cell, y + _TALL), (x, y + _TALL))
        if not count:
            yield Shape(box, "empty")
            continue
        role = f"{'right' if row == column else 'wrong'}-{_level(count / total)}"
        said = f"{count:,}"
        at = x + (cell - width(said, _SIZE)) / 2
        yield Group(
            f"{_of(count, labels[row], labels[column])}",
            (Shape(box, role), Text(at, y + 20, said, _SIZE, "cell-ink", bold=False)),
        )
    share = f"{100 * counts[row] / total:.1f} %" if total else "–"
    yield Text(left + cell * len(labels) + 14, y + 20, share, _SIZE, "muted")


def _level(share: float) -> int:
    return min(LEVELS - 1, int(share * LEVELS))


def _of(count: int, label: str, predicted: str) -> str:
    if label == predicted:
        return f"{count:,} of {label} right"
    return f"{count:,} of {label} taken for {predicted}"


def _told(matrix: Matrix, labels: Sequence[str]) -> str:
    total = sum(map(sum, matrix))
    right = sum(counts[row] for row, counts in enumerate(matrix))
    wrong = [
        _of(count, labels[row], labels[column])
        for row, counts in enumerate(matrix)
        for column, count in enumerate(counts)
        if count and row != column
    ]
    return "; ".join([f"{right:,} of {total:,} right", *wrong])
