"""A run as JSON, and back."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

from lenet_verify.errors import ReadError
from lenet_verify.evidence.run import SCHEMA, Data, Results, Run
from lenet_verify.quoting import shown

RECORD = "run.json"
"""What a record is called in the folder of its run."""

MOST_BYTES = 16 * 2**20
_SLACK = 1e-9


def written(run: Run) -> str:
    """The record, as it is put into a file: the same run gives the same bytes."""
    whole = {"schema": SCHEMA, **asdict(run)}
    return json.dumps(whole, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def read_run(path: str | os.PathLike[str]) -> tuple[Run, str]:
    """A record, and the name of its file.

    Args:
        path: the file, or the folder of a run with `run.json` in it.

    Raises:
        ReadError: it cannot be read, or is no such record, saying what is wrong where.
    """
    name = os.fspath(path)
    file = str(Path(name, RECORD)) if Path(name).is_dir() else name
    content = _content(file)
    try:
        found = json.loads(content, parse_constant=_no_number)
    except json.JSONDecodeError as e:
        raise ReadError(f"{file}:{e.lineno}:{e.colno}: this is no JSON: {e.msg}") from e
    except RecursionError as e:
        raise ReadError(f"{file}: this is no JSON: it is nested too deeply") from e
    except ValueError as e:
        raise ReadError(f"{file}: this is no JSON: {e}") from e
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        raise ReadError(f"{file}: this is no record of a training run: its 'schema' is {SCHEMA}")
    try:
        return _run(found), file
    except _Wrong as e:
        raise ReadError(f"{file}: {e}") from e


def _content(file: str) -> str:
    try:
        if not stat.S_ISREG(Path(file).stat().st_mode):
            raise ReadError(f"{file}: this is not a regular file")
        with Path(file).open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise ReadError(f"{file}: larger than {MOST_BYTES} bytes")
        return content.decode("utf-8")
    except UnicodeDecodeError as e:
        raise ReadError(f"{file}: not UTF-8") from e
    except (OSError, ValueError) as e:
        reason = getattr(e, "strerror", None) or "no such file"
        raise ReadError(f"{file}: cannot be read: {reason}") from e


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")


class _Wrong(Exception):
    """What is wrong in a record, and where."""


def _run(found: Mapping[str, Any]) -> Run:
    data, results = _of(found, "data", _mapping), _of(found, "results", _mapping)
    training = _of(found, "training", _mapping)
    for key in ("seed", "epochs"):
        _of(training, key, _count, "training.")
    epochs, history = _of(found, "epochs", _count), _of(found, "history", _history)
    if len(history) != epochs:
        raise _Wrong(f"'epochs' is {epochs}, and 'history' has {len(history)}")
    return Run(
        **{name: _of(found, name, _text) for name in ("spec", "title", "model")},
        **{name: _of(found, name, _sha256) for name in _HASHES},
        training=training,
        data=Data(
            name=_of(data, "name", _text, "data."),
            sha256=_of(data, "sha256", _sha256, "data."),
            **{part: _of(data, part, _count, "data.") for part in ("train", "validation", "test")},
        ),
        versions=_of(found, "versions", _texts),
        epochs=epochs,
        history=history,
        results=_results(results),
    )


_HASHES = ("spec_sha256", "network_sha256", "model_sha256")


def _results(found: Mapping[str, Any]) -> Results:
    of = {
        f"{part}_{what}": _of(found, f"{part}_{what}", read, "results.")
        for part, read in (("test", _share), ("train", _share_or_null))
        for what in ("accuracy", "error")
    }
    for part in ("test", "train"):
        accuracy, error = of[f"{part}_accuracy"], of[f"{part}_error"]
        both = accuracy is not None and error is not None
        if (accuracy is None) != (error is None) or (both and abs(accuracy + error - 1) > _SLACK):
            raise _Wrong(f"'results.{part}_accuracy' and 'results.{part}_error' do not add up to 1")
    return Results(**of)


def _of(found: Mapping[str, Any], key: str, read: Callable[[Any], Any], prefix: str = "") -> Any:
    """The value of a key.

    Raises:
        _Wrong: there is none, or none of that form.
    """
    if key not in found:
        raise _Wrong(f"it lacks '{prefix}{key}'")
    try:
        return read(found[key])
    except ValueError as e:
        raise _Wrong(f"'{prefix}{key}' is {e}, not {shown(found[key])}") from e


def _text(value: Any) -> str:
    if isinstance(value, str) and value:
        return value
    raise ValueError("a text")


def _sha256(value: Any) -> str:
    if isinstance(value, str) and len(value) == 64 and not set(value) - set("0123456789abcdef"):
        return value
    raise ValueError("a SHA-256 of 64 digits")


def _count(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise ValueError("a whole number")


def _share(value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        return float(value)
    raise ValueError("a number from 0 to 1")


def _share_or_null(value: Any) -> float | None:
    return None if value is None else _share(value)


def _mapping(value: Any) -> Mapping[str, Any]:
    if isinstance(value, dict):
        return value
    raise ValueError("a mapping")


def _texts(value: Any) -> Mapping[str, str]:
    if isinstance(value, dict) and all(isinstance(item, str) for item in value.values()):
        return value
    raise ValueError("a mapping of texts")


def _history(value: Any) -> tuple[Mapping[str, float | None], ...]:
    if isinstance(value, list) and all(isinstance(epoch, dict) for epoch in value):
        values = [item for epoch in value for item in epoch.values()]
        if all(item is None or type(item) in (int, float) for item in values):
            return tuple(value)
    raise ValueError("a list with a mapping of numbers for each epoch")
