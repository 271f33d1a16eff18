"""Names that a spec can have, for layers that may be called anything."""

from __future__ import annotations

import glob
import re
from collections.abc import Container, Iterable

from lenet_verify.spec.names import RESERVED
from lenet_verify.spec.selectors import parse_selector

_UNFIT = re.compile("[/\ud800-\udfff]")
_LONGEST = 200
_LONGEST_KEY = 1000
"""YAML has no longer keys in one line."""
ORDINAL = "every "
"""How the keys begin by which claims speak of all layers of a class."""


def fitting(names: Iterable[str], reserved: Iterable[str] = RESERVED) -> dict[str, str]:
    """A name for each layer: its own, or one like it where a spec cannot have that."""
    names = list(names)
    kept = {name for name in names if _fit(name, reserved) == name}
    found: dict[str, str] = {}
    for name in names:
        fit = _fit(name, reserved)
        while fit != name and fit in kept:
            fit += "_"
        kept.add(fit)
        found[name] = fit
    return found


def _fit(name: str, reserved: Iterable[str]) -> str:
    fit = _UNFIT.sub("_", name)[:_LONGEST]
    if not fit.strip():
        return "_"
    fit = fit.replace(ORDINAL, ORDINAL.strip() + "_") if fit.startswith(ORDINAL) else fit
    return fit + "_" if fit in (*reserved, "model") else fit


def selecting(name: str, inputs: Container[str]) -> str | None:
    """What chooses the layer of that very name in a spec of claims alone; None if nothing does."""
    if len(repr(name)) > _LONGEST_KEY or re.search("[\ud800-\udfff]", name):
        return None
    if name in inputs:
        return name
    key = glob.escape(name)
    try:
        plain = key == name and parse_selector(name, ()).kind == "name"
    except ValueError:  # an ordinal of nothing
        plain = False
    if plain:
        return name
    # a bracket around one character makes a glob of any word
    return key if key != name else f"[{name[:1]}]{name[1:]}"
