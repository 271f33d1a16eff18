"""A training run, as its record has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SCHEMA = "lenet-verify/run-1"

PICTURES = {
    "history.svg": "accuracy and loss by epoch",
    "samples.svg": "samples with their labels and predictions",
    "confusion.svg": "confusion matrix",
}
"""What may stand beside a record to be looked at, and what it shows."""

STATED = ("test_accuracy", "test_error", "train_accuracy", "train_error", "epochs")
"""What a claim may state of a run."""


@dataclass(frozen=True, kw_only=True)
class Data:
    """What was trained and tested on.

    Attributes:
        name: of the data set, or of the file.
        sha256: of the arrays as they were loaded.
        train, validation, test: how many samples each had; those held back for validation are
            not among `train`.
    """

    name: str
    sha256: str
    train: int
    validation: int
    test: int


@dataclass(frozen=True, kw_only=True)
class Results:
    """What the trained model does: parts of one, of all samples.

    Accuracy and error of the same samples add up to one. Those of the training data are None
    where they were not measured.
    """

    test_accuracy: float
    test_error: float
    train_accuracy: float | None = None
    train_error: float | None = None

    @classmethod
    def counted(cls, *, test: tuple[int, int], train: tuple[int, int] | None = None) -> Results:
        """From mistakes and samples, so that 95 of 10,000 are 0.0095 and nothing near it."""
        mistakes, samples = test
        found = cls(test_accuracy=(samples - mistakes) / samples, test_error=mistakes / samples)
        if train is None:
            return found
        mistakes, samples = train
        return cls(
            test_accuracy=found.test_accuracy,
            test_error=found.test_error,
            train_accuracy=(samples - mistakes) / samples,
            train_error=mistakes / samples,
        )


@dataclass(frozen=True, kw_only=True)
class Run:
    """One training run: what was trained on what, and what came of it.

    Attributes:
        spec, title: the spec's path as it was given, and its title.
        spec_sha256: of the spec's file.
        network_sha256: of the network in it (`spec.network_sha256`).
        training: the recipe that was followed (`spec.training_as_json`), with what the command
            line said instead of the spec: other data, epochs or another seed.
        model: the trained model's file, as it is named beside the record.
        model_sha256: of that file.
        data: what it was trained and tested on.
        versions: by name, of what took part.
        epochs: how many were run; fewer than in `training` if it was stopped.
        history: one mapping an epoch, by Keras's names (`loss`, `accuracy`, `val_loss` …); None
            where a value is no number, as of a training that diverged.
        results: of the model in `model`.
    """

    spec: str
    title: str
    spec_sha256: str
    network_sha256: str
    training: Mapping[str, Any]
    model: str
    model_sha256: str
    data: Data
    versions: Mapping[str, str]
    epochs: int
    history: tuple[Mapping[str, float | None], ...]
    results: Results

    @property
    def seed(self) -> int:
        """The seed that it was run with."""
        return int(self.training["seed"])

    def stated(self, fact: str) -> float | int | None:
        """What it says of one of `STATED`; None where that was not measured."""
        if fact == "epochs":
            return self.epochs
        value: float | None = getattr(self.results, fact)
        return value


@dataclass(frozen=True)
class Evidence:
    """A run in its relation to what is checked.

    Attributes:
        run: the record.
        file: where it is.
        stale: why it says nothing of the spec or the model; None if it does.
        pictures: those beside the record, contents by name; of another network none.
    """

    run: Run
    file: str
    stale: str | None = None
    pictures: Mapping[str, bytes] = field(default_factory=dict)
