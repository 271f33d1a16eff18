"""The specs that ship with the package, by name: `paper:lenet5-1998`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from importlib.machinery import PathFinder
from pathlib import Path

from lenet_verify.errors import UsageError

PREFIX = "paper:"
"""What the name of a shipped spec begins with, wherever a spec may be named."""

_SUFFIXES = (".yaml", ".yml")


@cache
def shipped() -> dict[str, Path]:
    """The file of every shipped spec, by its name without prefix."""
    return {file.stem: file for file in sorted(_folder().glob("*.yaml"))}


def is_shipped(name: str) -> bool:
    """Whether that is what a shipped spec is called."""
    return name.startswith(PREFIX) and name.removeprefix(PREFIX) in shipped()


def names_spec(name: str) -> bool:
    """Whether what may be a model of any kind is a spec, by its name."""
    return name.endswith(_SUFFIXES) or is_shipped(name)


def names_shipped(name: str) -> bool:
    """Whether what is a spec is meant to be a shipped one, by its name."""
    return name.startswith(PREFIX) and not name.endswith(_SUFFIXES)


def refuse_two_meanings(name: str, import_path: Sequence[str] = ()) -> None:
    """Refuses, in the place of a model, a name that may also be an object of the user's own.

    Args:
        name: of the model.
        import_path: folders to import from besides the current one.

    Raises:
        UsageError: there is a module `paper`, so nobody knows which of the two is meant.
    """
    if not is_shipped(name) or not name.removeprefix(PREFIX).isidentifier():
        return
    module = PREFIX.removesuffix(":")
    if PathFinder.find_spec(module, [*sys.path, *import_path, str(Path.cwd())]) is not None:
        raise UsageError(
            f"{name} is a spec that ships with lenet-verify, and a module '{module}' may have an "
            "object of that name: name the object by another module, or the spec by its file"
        )


def verdicts_file() -> Path:
    """What the last reports on shipped specs found, in the form of a folder's `index.json`."""
    return _beside("verdicts.json", "index.json")


def strengths_file() -> Path:
    """How strong each shipped spec with layers was found to be."""
    return _beside("strengths.json", "strengths.json")


def _beside(installed: str, reported: str) -> Path:
    folder = _folder()
    file = folder / installed
    return file if file.exists() else folder.parent / "reports" / reported


def _folder() -> Path:
    installed = Path(__file__).with_name("specs")
    # a clone has them at its top, where people write them
    return installed if installed.is_dir() else Path(__file__).parent.parent / "spec"
