"""How many single edits to a network can be judged in a second, in one process.

Prints one line of JSON; run by bench.py. Each is made to the network, derived by inference, and
held against the spec.
"""

from __future__ import annotations

import gc
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import lenet_verify as lv
from lenet_verify.edits import applied, every_edit

SPEC = Path(__file__).parent.parent / "spec" / "lenet5.yaml"


def per_second(number: int, runs: int, work: Callable[[], object]) -> float:
    """How many of so many pieces of work are done in a second: the median."""
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return number / statistics.median(taken)


def main() -> None:
    """Prints how many in a second."""
    gc.set_threshold(100_000, 20, 20)  # as the command line does
    runs = int(sys.argv[1])
    spec = lv.load_spec(SPEC)
    own = lv.infer(spec)
    edits = list(every_edit(own))
    networks = [one for one in (applied(own, edit) for edit in edits) if one is not None]
    found = {
        "made and derived": per_second(
            len(edits), runs, lambda: [applied(own, edit) for edit in edits]
        ),
        "held against the spec": per_second(
            len(networks), runs, lambda: [lv.check(spec, one) for one in networks]
        ),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
