"""What is told of the training run that claims of behaviour were judged by, in every format."""

from __future__ import annotations

from typing import Any

from lenet_verify.evidence import PICTURES, Evidence, Results, Run
from lenet_verify.notation import as_percent
from lenet_verify.report import Report


def in_short(evidence: Evidence) -> str:
    """The run in a line, for a terminal."""
    if evidence.stale is not None:
        return f"{evidence.file} is no evidence here: {evidence.stale}"
    run = evidence.run
    error = as_percent(run.results.test_error)
    how = f"{run.epochs:,} {_epochs(run.epochs)} on {run.data.name}, seed {run.seed}"
    return f"trained for {how}: {error} test error ({evidence.file})"


def training(evidence: Evidence) -> list[tuple[str, str]]:
    """All there is to say of the run, each with what it is about."""
    run, data = evidence.run, evidence.run.data
    parts = {"to train on": data.train, "held back": data.validation, "to test": data.test}
    samples = ", ".join(f"{count:,} {what}" for what, count in parts.items() if count)
    told = [("Record", evidence.file)]
    if evidence.stale is not None:
        told.append(("No evidence here", evidence.stale))
    return [
        *told,
        ("Results", _results(run.results)),
        ("Data", f"{data.name}, {samples}; SHA-256 {data.sha256}"),
        ("Training", _way(run)),
        ("Trained model", f"{run.model}, SHA-256 {run.model_sha256}"),
        ("Trained with", ", ".join(f"{name} {number}" for name, number in run.versions.items())),
    ]


def training_document(evidence: Evidence) -> dict[str, Any]:
    """The run as plain JSON values; the record has the rest."""
    run = evidence.run
    return {
        "file": evidence.file,
        "stale": evidence.stale,
        "data": vars(run.data),
        "epochs": run.epochs,
        "seed": run.seed,
        "results": vars(run.results),
        "model": run.model,
        "model_sha256": run.model_sha256,
        "versions": dict(run.versions),
    }


def pictures(report: Report) -> list[tuple[str, str]]:
    """The pictures of the run beside a report: the name of each, and what it shows."""
    if report.evidence is None:
        return []
    data = report.evidence.run.data.name
    return [
        (report.training_pictures[name], f"{about}, on {data}")
        for name, about in PICTURES.items()
        if name in report.training_pictures
    ]


def _results(results: Results) -> str:
    text = f"test error {as_percent(results.test_error)}"
    if results.train_error is not None:
        text += f", training error {as_percent(results.train_error)}"
    return text


def _way(run: Run) -> str:
    followed = run.training
    optimizer = followed.get("optimizer")
    name = optimizer.get("type") if isinstance(optimizer, dict) else None
    parts = [
        f"{run.epochs:,} {_epochs(run.epochs)}",
        f"batches of {followed.get('batch_size')}",
        f"seed {run.seed}",
        str(name or ""),
        str(followed.get("loss") or ""),
    ]
    return ", ".join(part for part in parts if part)


def _epochs(count: int) -> str:
    return "epoch" if count == 1 else "epochs"
