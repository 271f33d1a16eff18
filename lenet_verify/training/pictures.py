"""The pictures of a run, from what is known of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lenet_verify.drawings.training import MOST_CLASSES, Sample, as_svg, confusion, curves, samples
from lenet_verify.evidence import PICTURES, Run
from lenet_verify.training.evaluation import Evaluation
from lenet_verify.training.partition import Partition
from lenet_verify.training.png import as_png

_CURVES, _SAMPLES, _CONFUSION = PICTURES

_SHOWN = 10
"""Test images, and as many mistakes."""

_NO_CLASS = "nothing"


def pictures(
    run: Run,
    found: Evaluation,
    parts: Partition,
    labels: Sequence[str],
    foreground: float,
) -> Mapping[str, str]:
    """SVG by file name: history, samples, and the confusion matrix where it can be read.

    Args:
        run: the record.
        found: what the network makes of the test samples.
        parts: the samples themselves.
        labels: what the classes are called.
        foreground: the value of the brightest pixel.
    """
    title = f"{run.title} on {run.data.name}"

    def sample(number: int) -> Sample:
        predicted = int(found.predicted[number])
        return Sample(
            number,
            as_png(parts.x_test[number], foreground),
            labels[int(parts.y_test[number])],
            labels[predicted] if predicted >= 0 else _NO_CLASS,
        )

    (wrong,) = np.nonzero(found.predicted != parts.y_test)
    sections = [_section("test images", range(len(parts.x_test)), sample)]
    if len(wrong):
        sections.append(_section("mistakes", wrong, sample))
    apart = "test" if run.training["validation"] == "test" else "validation"
    drawn = {_CURVES: curves(title, run.history, apart), _SAMPLES: samples(title, sections)}
    if len(found.matrix) <= MOST_CLASSES:
        drawn[_CONFUSION] = confusion(title, found.matrix, labels)
    return {name: as_svg(picture) for name, picture in drawn.items()}


def _section(what: str, numbers: Any, sample: Any) -> tuple[str, list[Sample]]:
    shown = [sample(int(number)) for number in numbers[:_SHOWN]]
    count = len(numbers)
    heading = f"the first {len(shown)} of {count:,} {what}" if count > len(shown) else f"all {what}"
    if count == len(shown) and what == "mistakes":
        heading = f"all {count} mistakes" if count > 1 else "the only mistake"
    return heading, shown
