"""The pictures of a run: what stands in them, that no text meets another, and their colours."""

from __future__ import annotations

import io
import math
from itertools import chain, combinations
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from lenet_verify.draw.png import as_png as rasterised
from lenet_verify.drawings.figure.picture import Group, Picture, Text
from lenet_verify.drawings.training import Sample, as_svg, confusion, curves, samples
from lenet_verify.drawings.training.axis import axis, epochs
from lenet_verify.drawings.training.look import LEVELS, looks
from lenet_verify.training.png import as_png
from tests.test_figure import contrast

WORDS = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship",
    "a class with a name that is far too long",
)  # fmt: skip


def history(number: int, **more: float) -> list[dict[str, float | None]]:
    return [
        {"accuracy": 1 - 0.5 / n, "loss": 2 / n, "val_accuracy": 1 - 0.5 / n, "val_loss": 2 / n}
        | more
        for n in range(1, number + 1)
    ]


def sample(number: int, predicted: int) -> Sample:
    return Sample(number, as_png(np.eye(8), 1), WORDS[number % 10], WORDS[predicted % 10])


def matrix(size: int, count: int) -> list[list[int]]:
    return [[count if row == column else row % 2 for column in range(size)] for row in range(size)]


PICTURES = {
    "no epoch": curves("x", []),
    "one epoch": curves("x", history(1)),
    "two that are alike": curves("a run", history(2)),
    "twelve": curves("a run", history(12), "test"),
    "very many": curves("a run with a title that is much too long " * 4, history(999)),
    "training alone": curves("x", [{"accuracy": 0.1, "loss": 2.3}, {"accuracy": 0.2, "loss": 2.2}]),
    "diverged": curves("x", history(3, loss=math.nan, val_loss=math.inf)),
    "huge losses": curves("x", history(3, loss=2.5e9, val_loss=1.5e9)),
    "tiny losses": curves("x", history(3, loss=2.5e-9, val_loss=1.5e-9)),
    "perfect": curves("x", history(3, accuracy=1.0, val_accuracy=1.0, loss=0.0, val_loss=0.0)),
    "samples": samples(
        "a run",
        [
            ("the first 10", [sample(n, n) for n in range(10)]),
            ("a heading that is too long " * 6, [sample(n, n + 1) for n in range(7)]),
        ],
    ),
    "confusion": confusion("a run", matrix(10, 12_345), WORDS),
    "two classes": confusion("a run with a longer title than that", [[0, 0], [1, 99]], "ab"),
    "twenty classes": confusion("a run", matrix(20, 7), [f"class {n}" for n in range(20)]),
}  # fmt: skip


def texts(picture: Picture) -> list[Text]:
    parts = (item.items if isinstance(item, Group) else (item,) for item in picture.items)
    return [item for item in chain.from_iterable(parts) if isinstance(item, Text)]


@pytest.mark.parametrize("name", PICTURES)
def test_no_text_meets_another_or_the_edge(name: str) -> None:
    picture = PICTURES[name]
    boxes = [
        (one.x, one.y - 0.75 * one.size, one.x + one.width, one.y + 0.22 * one.size, one.text)
        for one in texts(picture)
    ]
    for left, top, right, bottom, text in boxes:
        assert left >= 0, text
        assert top >= 0, text
        assert right <= picture.width, text
        assert bottom <= picture.height, text
    for one, other in combinations(boxes, 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert apart, (one, other)


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("theme", ["light", "dark", "auto"])
def test_pictures_are_well_formed_and_the_same_each_time(name: str, theme: str) -> None:
    svg = as_svg(PICTURES[name], theme)
    assert svg == as_svg(PICTURES[name], theme)
    root = ElementTree.fromstring(svg)
    assert root[0].text
    assert root[1].text
    assert "nan" not in svg
    roles = {one for node in root.iter() if (one := node.get("class"))}
    assert roles - {"training-picture"} <= looks("light").keys()


def told(picture: Picture) -> str:
    return " | ".join(one.text for one in texts(picture))


def test_curves_tell_what_each_line_came_to() -> None:
    assert "training | 95.83 %" in told(PICTURES["twelve"])
    assert "test | 95.83 %" in told(PICTURES["twelve"])
    assert "validation" not in told(PICTURES["twelve"])
    assert "validation" not in told(PICTURES["training alone"])
    assert "training loss from 2.3 to 2.2" in PICTURES["training alone"].about


def test_mistakes_are_told_by_shape_and_word() -> None:
    right, wrong = samples("x", [("a", [sample(1, 1)])]), samples("x", [("a", [sample(1, 2)])])
    assert "✓ right" in told(right)
    assert "✗ wrong" in told(wrong)
    assert 'class="wrong-cross"' not in as_svg(right)
    assert 'class="wrong-cross"' in as_svg(wrong)
    assert "label automobile, predicted bird, wrong" in wrong.about


def test_a_confusion_matrix_has_labels_down_and_predictions_across() -> None:
    picture = confusion("x", [[5, 2], [0, 3]], ["cat", "dog"])
    assert picture.about == "8 of 10 right; 2 of cat taken for dog"
    assert "71.4 %" in told(picture)
    assert "100.0 %" in told(picture)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_have_the_contrast_of_wcag_aa(theme: str) -> None:
    look = looks(theme)
    ground = look["ground"].fill
    for role in ("ink", "muted", "training", "validation", "right", "wrong"):
        assert contrast(look[role].fill, ground) >= 4.5, role
    for kind in ("right", "wrong"):
        for level in range(LEVELS):
            assert contrast(look["cell-ink"].fill, look[f"{kind}-{level}"].fill) >= 4.5
    for role in ("axis", "training-line", "validation-line", "wrong-frame"):
        assert contrast(look[role].stroke, ground) >= 3, role
    assert contrast(look["wrong-cross"].stroke, look["wrong-flag"].fill) >= 3


@pytest.mark.parametrize(
    ("values", "highest", "marks"),
    [
        ([0.0, 1.1], None, (0, 0.5, 1, 1.5)),
        ([72.0, 99.0], 100.0, (70, 80, 90, 100)),
        ([100.0], 100.0, (99.5, 99.6, 99.7, 99.8, 99.9, 100)),
        ([], None, (0, 0.2, 0.4, 0.6, 0.8, 1)),
    ],
)
def test_axes_have_round_marks(values: Any, highest: Any, marks: Any) -> None:
    assert axis(values, highest=highest).marks == pytest.approx(marks)


def test_the_axis_of_epochs_counts_from_the_first() -> None:
    assert epochs(5).marks == (1, 2, 3, 4, 5)
    assert epochs(20).marks[:3] == (1, 3, 5)
    assert epochs(20).marks[-1] >= 20


@pytest.mark.parametrize("shape", [(8, 8), (8, 8, 1), (8, 8, 3), (8, 8, 2)])
def test_pixels_stay_what_they_are(shape: tuple[int, ...], tmp_path: Any) -> None:
    pixels = np.arange(math.prod(shape), dtype=np.uint8).reshape(shape)
    (tmp_path / "x.png").write_bytes(as_png(pixels, 255))
    found = np.asarray(Image.open(tmp_path / "x.png"))
    wanted = pixels if shape[2:] in ((), (3,)) else pixels[:, :, 0]
    assert np.array_equal(found, wanted)


def test_an_image_is_seen_where_it_stands() -> None:
    picture = samples("x", [("a", [Sample(0, as_png(np.full((4, 4), 1.0), 1), "a", "a")])])
    content = rasterised(as_svg(picture, "dark"))
    assert content.startswith(b"\x89PNG")
    seen = Image.open(io.BytesIO(content)).convert("L")
    assert seen.getpixel((2 * 60, 2 * 130)) == 255
