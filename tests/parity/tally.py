"""Chunks of random cases and models, and what became of them."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from tests.parity.applications import application, application_in_files, application_in_json
from tests.parity.cases import CASES
from tests.parity.compare import compare
from tests.parity.graphs import GROWN, in_files
from tests.parity.whole import Held

# it complains of calls that were broken off, as of those that Keras refuses when they run
logging.getLogger("tensorflow").setLevel(logging.CRITICAL)

CHUNK = 1000
"""A chunk's random numbers are its own, so that any number of processes may share the work."""


@dataclass
class Tally:
    """What became of the cases of one type."""

    outcomes: Counter[str] = field(default_factory=Counter)
    layers: int = 0
    seconds: float = 0.0
    oddities: Counter[str] = field(default_factory=Counter)
    disagreements: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        self.outcomes += other.outcomes
        self.layers += other.layers
        self.seconds += other.seconds
        self.oddities += other.oddities
        self.disagreements += other.disagreements


Tallies = Mapping[str, Tally]


def cases(seed: int, types: Sequence[str], chunk: int, size: int) -> Tallies:
    """A chunk of random cases: every type in turn."""
    rng = Random(f"{seed}/{chunk}")
    tallies: dict[str, Tally] = {}
    for number in range(size):
        type_ = types[(chunk * CHUNK + number) % len(types)]
        case = CASES[type_](rng)
        tally = tallies.setdefault(type_, Tally())
        started = time.perf_counter()
        compared = compare(case)
        tally.seconds += time.perf_counter() - started
        tally.layers += 1
        tally.outcomes[compared.outcome] += 1
        if compared.outcome == "odd":
            tally.oddities[compared.why] += 1
        if compared.outcome == "disagreed":
            tally.disagreements.append(str(compared))
    return tallies


def models(seed: int, chunk: int, size: int) -> Tallies:
    """A chunk of random models, each in files too: as JSON, and now and then with weights."""
    rng = Random(f"models {seed}/{chunk}")
    tallies: dict[str, Tally] = {}
    for number in range(size):
        kind = list(GROWN)[number % len(GROWN)]
        real = number // len(GROWN) % EVERY == 0
        with _timed(tallies.setdefault(f"random {kind}", Tally())) as tally:
            grown = GROWN[kind](rng, real=real)
            _hold(tally, grown.held)
        _hold_each(tallies, f"random {kind}", in_files(grown, FORMATS if real else FORMATS[:1]))
    return tallies


def well_known(name: str) -> Tallies:
    """A model of keras.applications, with and without its top."""
    tally = Tally()
    started = time.perf_counter()
    for top in (True, False):
        held = application(name, include_top=top)
        _hold(tally, held)
        if held.unsaid:  # what comes after the first follows from it
            more = f"and {len(held.unsaid) - 1} more" if len(held.unsaid) > 1 else ""
            tally.disagreements.append(f"{name}: nothing is said of {held.unsaid[0]} {more}")
    tally.seconds = time.perf_counter() - started
    return {name: tally}




def _hold(tally: Tally, held: Held) -> None:
    tally.layers += held.layers
    tally.outcomes[held.outcome] += 1
    if held.disagreements:
        tally.disagreements.append("\n    ".join((held.title, *held.disagreements)))
