"""A run as a page of Markdown, its pictures beside it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from lenet_verify.evidence import PICTURES, RECORD, Evidence, Run
from lenet_verify.notation import as_percent
from lenet_verify.renderers.markdown import escaped, table
from lenet_verify.renderers.training import training
from lenet_verify.training.evaluation import Evaluation

_MOST = 10
"""Confusions that are listed."""


def markdown(
    run: Run, found: Evaluation, labels: Sequence[str], best: int, files: Collection[str]
) -> str:
    """The page.

    Args:
        run: the record.
        found: what the network makes of the test samples.
        labels: what the classes are called.
        best: the epoch that is kept besides the last; 0 for none.
        files: that stand beside it.
    """
    return "\n\n".join(_blocks(run, found, labels, best, files)) + "\n"


def _blocks(
    run: Run, found: Evaluation, labels: Sequence[str], best: int, files: Collection[str]
) -> Iterator[str]:
    yield f"# {escaped(run.title)} on {escaped(run.data.name)}"
    mistakes, samples = found.test
    yield (
        f"Test accuracy **{as_percent(run.results.test_accuracy)}**: {mistakes:,} of {samples:,} "
        "wrong."
    )
    if best:
        yield f"`best.keras` is the network after epoch {best}, `{run.model}` after the last." + (
            " It was chosen by what it does on the test data: what it does there is no measure."
            if run.training["validation"] == "test"
            else ""
        )
    yield from (f"![{about}]({name})" for name, about in PICTURES.items() if name in files)
    if confused := _confused(found, labels):
        yield "## What is taken for what\n\n" + table(("label", "predicted", "times"), confused)
    yield "## Epochs\n\n" + _epochs(run)
    told = (f"- {term}: {escaped(text)}" for term, text in training(Evidence(run, RECORD)))
    yield "## The run\n\n" + "\n".join(told)


def _confused(found: Evaluation, labels: Sequence[str]) -> list[tuple[str, ...]]:
    pairs = [
        (count, row, column)
        for row, counts in enumerate(found.matrix)
        for column, count in enumerate(counts)
        if count and row != column
    ]
    most = sorted(pairs, key=lambda one: (-one[0], one[1:]))[:_MOST]
    return [
        (escaped(labels[row]), escaped(labels[column]), f"{count:,}") for count, row, column in most
    ]


def _epochs(run: Run) -> str:
    names = sorted({name for epoch in run.history for name in epoch})
    rows = (
        (str(number), *(_told(epoch.get(name)) for name in names))
        for number, epoch in enumerate(run.history, 1)
    )
    return table(("epoch", *names), rows)


def _told(value: float | None) -> str:
    return "–" if value is None else f"{value:.6g}"
