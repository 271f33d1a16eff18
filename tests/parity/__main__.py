"""Holds inference against Keras: random layers, random models, all of keras.applications; and
the files of these models against the models.

Exits with 1 if they disagree anywhere.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # before anything imports TensorFlow

from lenet_verify.inference import RULES
from tests.parity.applications import NAMES
from tests.parity.cases import CASES
from tests.parity.tally import CHUNK, Tallies, Tally, cases, models, well_known, well_known_in_files

SHOWN = 20
"""How many disagreements of one type are shown in full."""

EACH = 40
"""How many tasks a process is given before it is replaced."""

OUTCOMES = ("agreed", "refused", "unsaid", "odd", "disagreed")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs what the command line asks for; 1 if anything disagrees."""
    options = _options(arguments)
    types = options.types or list(CASES)
    work = [(f"{options.count} random cases", partial(cases, options.seed, types), options.count)]
    if not options.types:
        work += [("random models", partial(models, options.seed), options.models)]
    bad = 0
    for title, do, count in work:
        chunks = range(-(-count // CHUNK))
        sizes = [min(CHUNK, count - chunk * CHUNK) for chunk in chunks]
        bad += _report(title, _shared(options.jobs, do, chunks, sizes))
    if not options.types:
        title = "keras.applications, with and without top"
        bad += _report(title, _shared(options.jobs, well_known, NAMES))
        title = "keras.applications in files"
        bad += _report(title, _shared(options.jobs, well_known_in_files, NAMES))
    if lacking := sorted(set(RULES) - set(CASES)):
        print(f"Rules without random cases: {', '.join(lacking)}")
    print(f"{bad} disagreements" if bad else "Keras and inference agree.")
    return bool(bad or lacking)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.parity", description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=100_000, help="random cases")
    parser.add_argument("seed", nargs="?", type=int, default=1)
    parser.add_argument("--models", type=int, help="random models (default: COUNT / 50)")
    parser.add_argument("--types", nargs="+", metavar="TYPE", help="cases of these types alone")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args(arguments)
    if unknown := sorted(set(options.types or ()) - set(CASES)):
        parser.error(f"no random cases of {', '.join(unknown)}")
    if options.models is None:
        options.models = options.count // 50
    return options


def _shared(jobs: int, do: Callable[..., Tallies], *tasks: Sequence[Any]) -> Iterator[Tallies]:
    """Tasks shared by so many processes, new ones now and then: Keras keeps a little of all.

    What a layer does with numbers may kill a process; then its task is tried once more, alone.
    """
    waiting = list(zip(*tasks, strict=True))
    while waiting:
        some, waiting = waiting[: jobs * EACH], waiting[jobs * EACH :]
        with _processes(jobs) as pool:
            futures = [(task, pool.submit(do, *task)) for task in some]
            lost = []
            for task, future in futures:
                try:
                    yield future.result()
                except BrokenProcessPool:
                    lost.append(task)
        # one of the first has killed its process, and that has taken the others along
        yield from (_alone(do, task) for task in lost[:jobs])
        waiting = lost[jobs:] + waiting


def _alone(do: Callable[..., Tallies], task: tuple[Any, ...]) -> Tallies:
    with _processes(1) as pool:
        try:
            return pool.submit(do, *task).result()
        except BrokenProcessPool:
            print(f"A process died of {task}, which is left out.")
            return {}


def _processes(jobs: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"))


def _report(title: str, chunks: Iterable[Tallies]) -> int:
    """Prints what became of some work; how many disagreements there are."""
    started = time.monotonic()
    tallies: dict[str, Tally] = {}
    for chunk in chunks:
        for key, tally in chunk.items():
            tallies.setdefault(key, Tally()).add(tally)
    seconds = time.monotonic() - started
    total = Tally()
    for tally in tallies.values():
        total.add(tally)
    print(_line(title, ("number", "layers", *OUTCOMES, "ms each")))
    for key, tally in [*tallies.items(), ("in all", total)]:
        print(_row(key, tally))
    print(f"{seconds:.0f} s, {total.outcomes.total() / max(seconds, 0.001):.0f} a second")
    for line in _remarks(tallies):
        print(line)
    print(flush=True)
    return len(total.disagreements)


def _row(name: str, tally: Tally) -> str:
    count = tally.outcomes.total()
    each = f"{1000 * tally.seconds / max(count, 1):.1f}"
    return _line(name, (count, tally.layers, *(tally.outcomes[key] for key in OUTCOMES), each))


def _line(name: str, columns: Iterable[object]) -> str:
    return f"{name:46}" + "".join(f"{column!s:>10}" for column in columns)


def _remarks(tallies: Tallies) -> Iterator[str]:
    """What is odd, and what disagrees."""
    for type_, tally in tallies.items():
        for why, count in tally.oddities.items():
            yield f"Keras is odd, {type_}, {count} times: {why}"
    for type_, tally in tallies.items():
        for text in tally.disagreements[:SHOWN]:
            yield f"DISAGREEMENT: {text}"
        if (more := len(tally.disagreements) - SHOWN) > 0:
            yield f"DISAGREEMENT: {more} more of {type_}"


if __name__ == "__main__":
    sys.exit(main())
