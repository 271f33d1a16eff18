"""`python -m tests.parity COUNT SEED`: as many random cases as asked for, graphs, applications.

Exits with 1 if Keras and inference disagree anywhere.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from random import Random

from lenet_verify.inference import RULES
from tests.parity.cases import CASES

CHUNK = 2000
SHOWN = 20
"""How many disagreements of one type are shown in full."""

OUTCOMES = ("agreed", "refused", "unsaid", "odd", "disagreed")


@dataclass
class Tally:
    """What became of the cases of one type."""

    outcomes: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    oddities: Counter[str] = field(default_factory=Counter)
    disagreements: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        self.outcomes += other.outcomes
        self.seconds += other.seconds
        self.oddities += other.oddities
        self.disagreements += other.disagreements


Tallies = dict[str, Tally]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs what the command line asks for; 1 if anything disagrees."""
    options = _options(arguments)
    types = [type_ for type_ in CASES if not options.types or type_ in options.types]
    started = time.monotonic()
    tallies: Tallies = {type_: Tally() for type_ in types}
    for chunk in _chunks(options, partial(cases, options.seed, types), options.count):
        _merge(tallies, chunk)
    print(_table(tallies, time.monotonic() - started))
    bad = _shown(tallies)
    if options.types:
        return bool(bad)
    graphs: Tallies = {}
    started = time.monotonic()
    for chunk in _chunks(options, partial(models, options.seed), options.graphs):
        _merge(graphs, chunk)
    print(_table(graphs, time.monotonic() - started))
    bad += _shown(graphs)
    bad += applications()
    if lacking := sorted(set(RULES) - set(CASES)):
        print(f"rules without random cases: {', '.join(lacking)}")
        bad += 1
    print("Keras and inference agree." if not bad else f"{bad} disagreements")
    return bool(bad)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.parity", description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=100_000, help="random cases")
    parser.add_argument("seed", nargs="?", type=int, default=1)
    parser.add_argument("--graphs", type=int, help="random models (default: COUNT / 50)")
    parser.add_argument("--types", nargs="+", metavar="TYPE", help="cases of these types alone")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args(arguments)
    if unknown := sorted(set(options.types or ()) - set(CASES)):
        parser.error(f"no random cases of {', '.join(unknown)}")
    if options.graphs is None:
        options.graphs = options.count // 50
    return options


def _chunks(options: argparse.Namespace, work: partial[Tallies], count: int) -> Iterator[Tallies]:
    """The work in chunks of the same random numbers, however many processes share it."""
    sizes = [min(CHUNK, count - start) for start in range(0, count, CHUNK)]
    if options.jobs == 1 or len(sizes) == 1:
        yield from map(work, range(len(sizes)), sizes)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.jobs, context, max_tasks_per_child=50) as pool:
        yield from pool.map(work, range(len(sizes)), sizes)


def cases(seed: int, types: Sequence[str], chunk: int, size: int) -> Tallies:
    """A chunk of random cases: every type in turn."""
    from tests.parity.compare import compare

    rng = Random(f"{seed}/{chunk}")
    tallies: Tallies = {}
    for number in range(size):
        type_ = types[(chunk * CHUNK + number) % len(types)]
        case = CASES[type_](rng)
        started = time.perf_counter()
        compared = compare(case)
        tally = tallies.setdefault(type_, Tally())
        tally.seconds += time.perf_counter() - started
        tally.outcomes[compared.outcome] += 1
        if compared.outcome == "odd":
            tally.oddities[compared.why] += 1
        if compared.outcome == "disagreed":
            tally.disagreements.append(str(compared))
    return tallies


def models(seed: int, chunk: int, size: int) -> Tallies:
    """A chunk of random models."""
    from tests.parity.graphs import KINDS

    rng = Random(f"graphs {seed}/{chunk}")
    tallies: Tallies = {}
    for number in range(size):
        kind = list(KINDS)[number % len(KINDS)]
        started = time.perf_counter()
        held = KINDS[kind](rng)
        tally = tallies.setdefault(kind, Tally())
        tally.seconds += time.perf_counter() - started
        for text in held.disagreements:
            tally.disagreements.append(f"{kind} of {held.title}: {text}")
        tally.outcomes["disagreed"] += bool(held.disagreements)
        tally.outcomes["refused"] += not held.layers
        tally.outcomes["unsaid"] += bool(held.unsaid)
        tally.outcomes["agreed"] += bool(held.layers and not held.disagreements and not held.unsaid)
    return tallies


def applications() -> int:
    """Every model of keras.applications; how many disagreements there are."""
    from tests.parity.applications import NAMES, application

    bad = layers = 0
    for name in NAMES:
        for top in (True, False):
            held = application(name, include_top=top)
            layers += held.layers
            said = [*held.disagreements]
            if held.unsaid:  # what comes after the first follows from it
                said.append(f"nothing said of {held.unsaid[0]} and {len(held.unsaid) - 1} more")
            bad += len(said)
            for text in said:
                print(f"keras.applications.{name}(include_top={top}): {text}")
    print(f"keras.applications: {len(NAMES)} models with and without top, {layers} layers")
    return bad


def _merge(tallies: Tallies, chunk: Tallies) -> None:
    for key, tally in chunk.items():
        tallies.setdefault(key, Tally()).add(tally)


def _table(tallies: Tallies, seconds: float) -> str:
    total = Tally()
    lines = [_line("", ("cases", *OUTCOMES, "ms"))]
    for type_, tally in tallies.items():
        total.add(tally)
        lines.append(_row(type_, tally))
    lines.append(_row("in all", total))
    count = total.outcomes.total()
    return "\n".join([*lines, f"{seconds:.0f} s, {count / max(seconds, 0.001):.0f} a second"])


def _row(name: str, tally: Tally) -> str:
    count = tally.outcomes.total()
    each = 1000 * tally.seconds / count if count else 0
    return _line(name, (count, *(tally.outcomes[key] for key in OUTCOMES), f"{each:.1f}"))


def _line(name: str, columns: Iterable[object]) -> str:
    return f"{name:48}" + "".join(f"{column!s:>10}" for column in columns)


def _shown(tallies: Tallies) -> int:
    """Prints what is odd and what disagrees; how many disagreements there are."""
    bad = 0
    for type_, tally in tallies.items():
        for why, count in tally.oddities.items():
            print(f"odd: {type_}, {count} times: {why}")
        for text in islice(tally.disagreements, SHOWN):
            print(f"DISAGREE {text}")
        bad += len(tally.disagreements)
        if (more := len(tally.disagreements) - SHOWN) > 0:
            print(f"DISAGREE … and {more} more of {type_}")
    return bad


if __name__ == "__main__":
    sys.exit(main())
