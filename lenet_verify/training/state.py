"""What a run has come to after an epoch, in one file: it goes on from there to the same end."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from lenet_verify.errors import TrainingError
from lenet_verify.files import write_files

STATE = "state.npz"
"""What it is called in the folder of its run."""

_ABOUT = "about"
_LONG, _SHORT = 40, 12


@dataclass
class State:
    """How far a run is.

    Attributes:
        bound: what must be the same for it to go on: spec, recipe, data, versions.
        history: the values of every epoch that is done.
        variables: of the model and its optimizer, after the last of them.
        best, best_epoch: the same of the model alone after the best of them, counted from 1.
    """

    bound: Mapping[str, Any]
    history: list[Mapping[str, float]] = field(default_factory=list)
    variables: Sequence[Any] = ()
    best: Sequence[Any] = ()
    best_epoch: int = 0

    @property
    def epoch(self) -> int:
        """How many are done."""
        return len(self.history)


def save(state: State, folder: Path) -> None:
    """Writes it, whole, in place of the one before.

    Raises:
        OutputError: it cannot be written; the one before is there still.
    """
    about = {"bound": state.bound, "history": state.history, "best_epoch": state.best_epoch}
    arrays: dict[str, Any] = {_ABOUT: np.array(json.dumps(about))}
    arrays |= {f"v{number}": value for number, value in enumerate(state.variables)}
    arrays |= {f"b{number}": value for number, value in enumerate(state.best)}
    content = io.BytesIO()
    np.savez(content, **arrays)
    write_files(folder, {STATE: content.getvalue()})


def saved(folder: Path) -> State | None:
    """The state in a folder; None where there is none.

    Raises:
        TrainingError: it cannot be read.
    """
    file = folder / STATE
    if not file.exists():
        return None
    try:
        with np.load(file, allow_pickle=False) as arrays:
            about = json.loads(str(arrays[_ABOUT]))
            return State(
                bound=about["bound"],
                history=about["history"],
                variables=_numbered(arrays, "v"),
                best=_numbered(arrays, "b"),
                best_epoch=about["best_epoch"],
            )
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as e:
        raise TrainingError(
            f"{file} is no state of a run: --force begins anew, and removes it"
        ) from e


def differences(state: State, bound: Mapping[str, Any]) -> list[str]:
    """In what a run is another one than that which was interrupted, in words."""
    then = state.bound
    return [
        f"{key} was {_told(then.get(key))}, now {_told(bound.get(key))}"
        for key in dict.fromkeys([*then, *bound])
        if then.get(key) != bound.get(key)
    ]


def _told(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONG else f"{text[:_SHORT]}…"


def _numbered(arrays: Any, letter: str) -> list[Any]:
    count = sum(name[:1] == letter and name[1:].isdecimal() for name in arrays.files)
    return [arrays[f"{letter}{number}"] for number in range(count)]
