"""Whether a training run is evidence of what a spec claims of a model."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from lenet_verify.evidence import PICTURES, Evidence, Run, read_run
from lenet_verify.spec import Spec, network_sha256, training_as_json

_MOST_BYTES = 4 * 2**20
"""Of a picture that is taken into a report."""

_FREE = ("seed",)
"""In what a run may differ from its spec and still be evidence."""


def evidence_of(path: str, spec: Spec, model: str | None) -> Evidence:
    """The evidence in a run's record, or why it is none.

    Args:
        path: of the record, or of the folder that it is in.
        spec: whose claims it is to decide.
        model: the model file that is checked; None for the spec's own model.

    Raises:
        ReadError: the record cannot be read.
    """
    run, file = read_run(path)
    folder = Path(file).parent
    if another := _of_another_network(spec, run):
        return Evidence(run, file, another)
    stale = _trained_otherwise(spec, run) or _of_another_model(run, folder, model)
    return Evidence(run, file, stale, _pictures(folder))


def _pictures(folder: Path) -> dict[str, bytes]:
    files = {name: folder / name for name in PICTURES}
    try:
        return {
            name: file.read_bytes()
            for name, file in files.items()
            if file.is_file() and file.stat().st_size <= _MOST_BYTES
        }
    except OSError:
        return {}  # the record is what counts


def _of_another_network(spec: Spec, run: Run) -> str | None:
    if not spec.closed or run.network_sha256 == network_sha256(spec):
        return None
    if run.title != spec.title:
        return f"the run is of {run.title}, another network"
    return "the spec's network was changed since the run"


def _trained_otherwise(spec: Spec, run: Run) -> str | None:
    """In what the run was not what the spec says now."""
    if run.epochs < int(run.training["epochs"]):
        return f"the run was stopped after {run.epochs} of {run.training['epochs']} epochs"
    if spec.training is None:
        return "the spec does not say how to train" if spec.closed else None
    wanted = {**training_as_json(spec, spec.training), "samples": None}
    for key, value in wanted.items():
        followed = run.training.get(key)
        if key in _FREE or followed == value or (key == "data" and value is None):
            continue
        return f"the run has {key} {_told(followed)}, and the spec {_told(value)}"
    return None


def _told(value: Any) -> str:
    if isinstance(value, dict):
        arguments = ", ".join(f"{key} {item}" for key, item in value.items() if key != "type")
        return f"{value.get('type')}" + (f" ({arguments})" if arguments else "")
    if isinstance(value, list):
        return ", ".join(map(_told, value)) or "none"
    return "none" if value is None else str(value)


def _of_another_model(run: Run, folder: Path, model: str | None) -> str | None:
    """Why the run is not of the model that is checked; of the spec's own, the file beside the
    record is it, if it is there."""
    file = folder / run.model if model is None else Path(model)
    if not file.is_file():
        return None if model is None else f"the run is of {run.model}, and {model} is not that file"
    if _sha256(file) == run.model_sha256:
        return None
    return (
        f"{run.model} was changed since the run"
        if model is None
        else (f"the run is of another file: its model has the SHA-256 {run.model_sha256[:12]}…")
    )


def _sha256(file: Path) -> str | None:
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return None
