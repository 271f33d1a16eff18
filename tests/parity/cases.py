"""Every generator of random cases."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from tests.parity.case import Generator, Oddity

CASES: dict[str, Generator] = {}
ODDITIES: dict[str, tuple[Oddity, ...]] = {}

for name in ("spatial", "sequences", "arrays", "operations"):
    if find_spec(f"tests.parity.{name}"):
        module = import_module(f"tests.parity.{name}")
        CASES |= module.CASES
        for type_, oddities in getattr(module, "ODDITIES", {}).items():
            ODDITIES[type_] = (*ODDITIES.get(type_, ()), *oddities)
