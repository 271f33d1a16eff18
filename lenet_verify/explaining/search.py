"""The fewest edits that mend as much as can be mended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from math import comb

from lenet_verify.explaining.candidate import Candidate
from lenet_verify.explaining.trial import Trial, Trials

MOST_AT_ONCE = 3
"""So many edits are searched for exhaustively."""
_ROUNDS = 3

Propose = Callable[[Trial, int], Sequence[Candidate]]
"""The candidates of a network that is edited already, in which round."""


def fewest(
    trials: Trials, first: Sequence[Candidate], propose: Propose
) -> tuple[tuple[Candidate, ...], bool]:
    """The edits to make, in the order of the network, and whether none fewer do as much.

    All that make the model the spec's network are made at once; then those are left out that mend
    nothing; then, up to three, all of fewer are tried.

    Args:
        trials: of the model.
        first: the candidates.
        propose: finds further ones once some edits are made.
    """
    every = list(first)
    chosen = _together(trials, [one for one in first if one.plain])
    for number in range(1, _ROUNDS):
        trial = trials.of(chosen)
        if trial is None or not trial.failing:
            break
        more = propose(trial, number)
        plain = [one for one in more if one.plain]
        wider = _together(trials, [*chosen, *plain])
        if trials.cost(wider) >= trials.cost(chosen):
            break
        chosen, every = wider, [*every, *more]
    chosen = _needed(trials, _guessed(trials, chosen, every))
    for one in every:
        if one.instead and trials.left > 0:
            shorter = [*(other for other in chosen if other not in one.instead), one]
            if len(shorter) < len(chosen) and trials.cost(shorter) <= trials.cost(chosen):
                chosen = _needed(trials, shorter)
    if trials.cost(chosen) >= trials.cost(()):
        chosen = []
    chosen, proved = _fewer(trials, every, chosen)
    return tuple(sorted(chosen, key=lambda one: one.place)), proved


def _together(trials: Trials, edits: Sequence[Candidate]) -> list[Candidate]:
    """All of the edits, or as many of them as can be made together."""
    if trials.of(edits) is not None:
        return list(edits)
    chosen: list[Candidate] = []
    for _ in range(2):  # some can only be made together with others
        for one in edits:
            if trials.left > 0 and one not in chosen and trials.of([*chosen, one]) is not None:
                chosen.append(one)
    return chosen


def _guessed(
    trials: Trials, chosen: list[Candidate], every: Sequence[Candidate]
) -> list[Candidate]:
    """The edits with those guesses that mend more."""
    for one in every:
        if not trials.cost(chosen) or trials.left <= 0:
            break
        if one.guess and trials.cost([*chosen, one]) < trials.cost(chosen):
            chosen = [*chosen, one]
    return chosen


def _needed(trials: Trials, edits: Sequence[Candidate]) -> list[Candidate]:
    """The edits without those that mend nothing: halves, quarters … are left out at once."""
    kept = list(edits)
    waiting = [list(edits)]
    while waiting and trials.left > 0:
        part = waiting.pop()
        rest = [one for one in kept if one not in part]
        if part and trials.cost(rest) <= trials.cost(kept):
            kept = rest
        elif len(part) > 1:
            half = len(part) // 2
            # the later ones first: what stands earlier is more likely the cause
            waiting += [part[:half], part[half:]]
    # what was needed by one that is gone is not any more
    return kept if len(kept) in (0, len(edits)) else _needed(trials, kept)


def _fewer(
    trials: Trials, every: Sequence[Candidate], chosen: list[Candidate]
) -> tuple[list[Candidate], bool]:
    """Fewer edits that mend as much, if there are any, and whether all of them were tried."""
    target = trials.cost(chosen)
    # what changes nothing by itself is no part of it
    base = trials.of(())
    pool = list(chosen)
    if len(every) > trials.left:
        return chosen, len(chosen) <= 1
    for one in every:
        trial = trials.of([one])
        if one not in pool and (trial is None or base is None or trial.keys != base.keys):
            pool.append(one)
    pool.sort(key=lambda one: one.place)
    for count in range(1, min(MOST_AT_ONCE, len(chosen) - 1) + 1):
        if comb(len(pool), count) > trials.left:
            return chosen, False
        for few in combinations(pool, count):
            if trials.cost(few) <= target:
                return list(few), True
    return chosen, len(chosen) <= MOST_AT_ONCE + 1
