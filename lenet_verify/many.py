"""Many models one after another, or side by side where that pays."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from time import perf_counter
from typing import Any, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

_TRIED_FOR = 0.1
"""Seconds after which it is known how long the rest would take alone."""

_WORTH = 0.5
"""Seconds of work that are worth starting processes for: forks take 0.04, others far more."""

_work: list[Callable[[Any], Any]] = []


def each(
    tasks: Sequence[Task], work: Callable[[Task], Result], *, what: str, alone: bool = False
) -> Iterator[Result]:
    """The result of every task, in their order; on a terminal, with a bar that shows how far.

    Args:
        tasks: what is to be done.
        work: does one; it must not raise.
        what: the tasks are, for the bar: `model`; empty for none.
        alone: whether this process must do them all.
    """
    yield from _with_bar(_each(tasks, work, alone), len(tasks), what)


def _each(tasks: Sequence[Task], work: Callable[[Task], Result], alone: bool) -> Iterator[Result]:
    start = perf_counter()
    for number, task in enumerate(tasks):
        yield work(task)
        done, spent = number + 1, perf_counter() - start
        if spent > _TRIED_FOR and not alone and cores() > 1:
            if spent / done * (len(tasks) - done) > _WORTH:
                yield from _side_by_side(tasks[done:], work)
                return
            alone = True


def _side_by_side(tasks: Sequence[Task], work: Callable[[Task], Result]) -> Iterator[Result]:
    # every check would pay for these, and few have so much to do
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    # what this process knows already, a fork of it knows too
    forks = "fork" in multiprocessing.get_all_start_methods() and sys.platform != "darwin"
    context = multiprocessing.get_context("fork" if forks else "spawn")
    jobs = min(cores(), len(tasks))
    chunk = max(1, min(32, len(tasks) // (4 * jobs)))
    done = 0
    try:
        with ProcessPoolExecutor(jobs, context, _begin, (work,)) as pool:
            for result in pool.map(_do, tasks, chunksize=chunk):
                yield result
                done += 1
    except BrokenProcessPool:  # one of them was killed: for want of memory, say
        yield from map(work, tasks[done:])


def _begin(work: Callable[[Any], Any]) -> None:
    _work[:] = [work]


def _do(task: Any) -> Any:
    return _work[0](task)


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _with_bar(results: Iterator[Result], total: int, what: str) -> Iterable[Result]:
    if not what or total < 2 or sys.stderr is None or not sys.stderr.isatty():
        return results
    from tqdm import tqdm

    return tqdm(results, total=total, unit=what, delay=0.5, leave=False, dynamic_ncols=True)
