"""What a configuration says, and what the command line says in its terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lenet_verify.spec import Deviation

FLAGS = ("static", "exact", "weights", "with_training")
"""What is said of a check by yes or no."""


@dataclass(frozen=True)
class Check:
    """A spec and what to hold against it.

    Attributes:
        spec: its path.
        models: their names; none for the spec's own model.
        arguments: for a factory or class that makes a model.
        deviations: in which the models are known to differ.
        run: the record of a training run, or its folder, to judge claims of behaviour by.
        flags: by name, those that are said.
        in_short: whether its models are many, so that a line is enough of each.
        reported: whether reports on them are written.
    """

    spec: str
    models: tuple[str, ...] = ()
    arguments: Mapping[str, Any] = field(default_factory=dict)
    deviations: tuple[Deviation, ...] = ()
    run: str | None = None
    flags: Mapping[str, bool] = field(default_factory=dict)
    in_short: bool = False
    reported: bool = False


@dataclass(frozen=True)
class Configuration:
    """What `[tool.lenet-verify]` says.

    Attributes:
        folder: of its file; what it names is there. None if nothing is configured.
        out: where reports go.
        format: what goes to standard output.
        outputs: files by their format.
        limits: as `--limit` takes them.
        pythonpath: folders to import models from.
        flags: as of a check; for every check that does not say otherwise.
        checks: what `lenet-verify` alone checks.
    """

    folder: Path | None = None
    out: str | None = None
    format: str | None = None
    outputs: Mapping[str, str] = field(default_factory=dict)
    limits: tuple[str, ...] = ()
    pythonpath: tuple[str, ...] = ()
    flags: Mapping[str, bool] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()

    @property
    def import_path(self) -> tuple[str, ...]:
        """Where to find the modules of models: what is configured, then the file's folder."""
        if self.folder is None:
            return ()
        return (*(str(self.folder / path) for path in self.pythonpath), str(self.folder))
