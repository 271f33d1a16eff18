"""What a run leaves in its folder, as files."""

from __future__ import annotations

import csv
import hashlib
import io
import math
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lenet_verify import __version__
from lenet_verify.evidence import PICTURES, RECORD, Run, written
from lenet_verify.framework import quiet
from lenet_verify.training.evaluation import Evaluation
from lenet_verify.training.markdown import markdown
from lenet_verify.training.partition import Partition
from lenet_verify.training.pictures import pictures
from lenet_verify.versions import installed

MODEL, BEST, HISTORY, PAGE = "model.keras", "best.keras", "history.csv", "run.md"
FILES = (RECORD, PAGE, MODEL, BEST, HISTORY, *PICTURES)
"""All that there may be."""


def files(
    run: Run,
    found: Evaluation,
    parts: Partition,
    labels: Sequence[str],
    foreground: float,
    models: Mapping[str, bytes],
    best_epoch: int,
) -> dict[str, bytes]:
    """Contents by file name.

    Args:
        run: the record.
        found: what the network makes of the test samples.
        parts: the samples.
        labels: what the classes are called.
        foreground: the value of the brightest pixel.
        models: the network after the last epoch, and after the best, if that is another.
        best_epoch: which one that is.
    """
    texts = dict(pictures(run, found, parts, labels, foreground))
    best = best_epoch if BEST in models else 0
    texts[PAGE] = markdown(run, found, labels, best, texts.keys())
    texts[HISTORY] = history_csv(run.history)
    texts[RECORD] = written(run)
    return {**models, **{name: text.encode() for name, text in texts.items()}}


def model_file(model: Any) -> bytes:
    """A model as Keras saves it."""
    with tempfile.TemporaryDirectory() as folder, quiet():
        file = Path(folder, MODEL)
        model.save(file)
        return file.read_bytes()


def sha256(content: bytes) -> str:
    """The hash of a file."""
    return hashlib.sha256(content).hexdigest()


def recorded(history: Sequence[Mapping[str, float]]) -> tuple[Mapping[str, float | None], ...]:
    """A history as a record has it: what is no number is None."""
    return tuple(
        {name: value if math.isfinite(value) else None for name, value in epoch.items()}
        for epoch in history
    )


def history_csv(history: Sequence[Mapping[str, float | None]]) -> str:
    """A line for each epoch; what is no number is empty."""
    names = list(dict.fromkeys(name for epoch in history for name in epoch))
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["epoch", *names])
    for number, epoch in enumerate(history, 1):
        table.writerow([number, *(epoch.get(name) for name in names)])
    return text.getvalue()


def versions() -> dict[str, str]:
    """Of what takes part in a run."""
    return dict(_versions())


def _versions() -> Iterator[tuple[str, str]]:
    import platform

    yield "lenet-verify", __version__
    yield "python", platform.python_version()
    yield from installed("keras", "tensorflow", "numpy")
