"""Random networks with random edits, and whether what is said of the verdict tells the edits.

python -m tests.mutation.explained EDITS [COUNT [SEED]]

Prints the misses; exits with 1 if there are too many.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from lenet_verify import check, explain
from lenet_verify.architecture import Architecture
from lenet_verify.causes import Causes
from lenet_verify.edits import Edit, applied, every_edit
from lenet_verify.spec import Spec
from tests.mutation.growing import random_network
from tests.mutation.static import architecture
from tests.mutation.trial import Original

LEAST = {1: 0.95, 2: 0.85}
"""By how many edits: of how many networks these should be told."""
_TRIES = 20


@dataclass(frozen=True)
class Explained:
    """A random network that was edited, and what is said of it.

    Attributes:
        edits: what was done to it.
        lost: layers that went with them, since nothing reads them any more.
        causes: what is said to mend it.
    """

    edits: tuple[Edit, ...]
    lost: int
    causes: Causes

    @property
    def told(self) -> bool:
        """Whether the causes are the edits, or as few with the same effect."""
        mended = not self.causes.unmended and not self.causes.breaks
        return mended and 0 < len(self.causes) <= len(self.edits) + self.lost

    def __str__(self) -> str:
        made = "; ".join(f"{edit.layer}: {edit.text}" for edit in self.edits)
        said = "; ".join(f"{one.layer or one.model_layer}: {one.edit}" for one in self.causes)
        return f"made {made} | told {said} | unmended {len(self.causes.unmended)}"


def explained(rng: Random, edits: int) -> Iterator[Explained]:
    """Random networks, each with so many edits that its frozen spec notices, without end."""
    while True:
        original = Original(random_network(rng))
        own = architecture(original.net)
        made = _edited(original.spec, own, edits, rng) if original.spec.closed else None
        if made is None:
            continue
        model, done = made
        verdict = check(original.spec, model)
        if verdict.holds:  # the one took the other back
            continue
        grown = sum(one.kind in ("insert", "duplicate") for one in done)
        gone = sum(one.kind == "delete" for one in done)
        lost = len(own.layers) + grown - gone - len(model.layers)
        yield Explained(done, max(0, lost), explain(original.spec, model, verdict))


def _edited(
    spec: Spec, model: Architecture, edits: int, rng: Random
) -> tuple[Architecture, tuple[Edit, ...]] | None:
    """The network after some edits, of kinds that are all as likely; None if none can be made."""
    made: list[Edit] = []
    for _ in range(edits):
        every = list(every_edit(model))
        kind = rng.choice(sorted({one.kind for one in every}))
        pool = [one for one in every if one.kind == kind]
        for edit in rng.sample(pool, min(_TRIES, len(pool))):
            other = applied(model, edit)
            if other is not None and not check(spec, other).holds:
                model = other
                made.append(edit)
                break
        else:
            return None
    return model, tuple(made)


def main(edits: int, count: int = 200, seed: int = 1) -> int:
    """Explains so many networks; 1 if too few of the edits are told."""
    told = 0
    for number, one in zip(range(count), explained(Random(seed), edits), strict=False):
        told += one.told
        if not one.told:
            print(f"{number}: {one}", flush=True)
    print(f"{told} of {count} told")
    return int(told < LEAST[edits] * count)


if __name__ == "__main__":
    raise SystemExit(main(*map(int, sys.argv[1:])))
