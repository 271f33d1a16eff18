"""Chunks of random cases and models, and what became of them."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from random import Random

from tests.parity.applications import application, application_in_files
from tests.parity.cases import CASES
from tests.parity.compare import compare
from tests.parity.graphs import GROWN, in_files
from tests.parity.saved import FORMATS
from tests.parity.whole import Held

logging.getLogger("absl").setLevel(logging.ERROR)  # it warns that .h5 is old
# it complains of calls that were broken off, as of those that Keras refuses when they run
logging.getLogger("tensorflow").setLevel(logging.CRITICAL)

CHUNK = 1000
"""A chunk's random numbers are its own, so that any number of processes may share the work."""

EVERY = 10
"""Of how many random models one has weights and is saved with them."""


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
        tally = tallies.setdefault(f"random {kind}", Tally())
        with _timed(tally):
            grown = GROWN[kind](rng, real=real)
        _hold(tally, grown.held)
        files = in_files(grown, FORMATS if real else FORMATS[:1])
        for key, held in _each_timed(tallies, f"random {kind}, ", files):
            _hold(tallies[key], held)
    return tallies


def well_known(name: str) -> Tallies:
    """A model of keras.applications, with and without its top."""
    tally = Tally()
    for top in (True, False):
        with _timed(tally):
            _hold_whole(tally, name, application(name, include_top=top))
    return {name: tally}


def well_known_in_files(name: str) -> Tallies:
    """The same in files."""
    tallies: dict[str, Tally] = {}
    for key, held in _each_timed(tallies, "", application_in_files(name)):
        _hold_whole(tallies[key], name, held)
    return tallies


def _hold_whole(tally: Tally, name: str, held: Held) -> None:
    """A model of which everything is to be said."""
    _hold(tally, replace(held, title=name))
    if held.unsaid:  # what comes after the first follows from it
        more = f"and {len(held.unsaid) - 1} more" if len(held.unsaid) > 1 else ""
        tally.disagreements.append(f"{name}: nothing is said of {held.unsaid[0]} {more}")


@contextmanager
def _timed(tally: Tally) -> Iterator[None]:
    started = time.perf_counter()
    yield
    tally.seconds += time.perf_counter() - started


def _each_timed(
    tallies: dict[str, Tally], title: str, kept: Iterable[tuple[str, Held]]
) -> Iterator[tuple[str, Held]]:
    """A model in each of its files, the time that it took put down."""
    started = time.perf_counter()
    for what, held in kept:
        key = f"{title}{what}"
        tallies.setdefault(key, Tally()).seconds += time.perf_counter() - started
        yield key, held
        started = time.perf_counter()


def _hold(tally: Tally, held: Held) -> None:
    tally.layers += held.layers
    tally.outcomes[held.outcome] += 1
    if held.disagreements:
        tally.disagreements.append("\n    ".join((held.title, *held.disagreements)))
