"""Holds mutants and equivalents of random networks against their frozen specs.

Exits with 1 if a mutant passes or an equivalent fails.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import time
from collections import Counter
from collections.abc import Sequence

from tests.mutation.trial import CHUNK, chunk

_SHOWN = 20


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs what the command line asks for; 1 if a verdict is wrong."""
    options = _options(arguments)
    bad = 0
    with multiprocessing.get_context("spawn").Pool(options.jobs) as pool:
        for name in ("mutants", "equivalents"):
            started = time.monotonic()
            count = 0
            chunks = [(name, options.seed, number) for number in range(options.count // CHUNK)]
            rows: dict[str, Counter[str]] = {}
            codes: dict[str, Counter[str]] = {}
            wrong: list[str] = []
            for made in pool.imap(chunk, chunks):
                for held in made:
                    count += held.outcome != "refused"
                    for kind in held.kind:
                        rows.setdefault(kind, Counter())[held.outcome] += 1
                        codes.setdefault(kind, Counter()).update(held.codes)
                    if held.wrong:
                        wrong.append(f"{', '.join(held.kind)}\n{held.wrong}")
            _report(name, rows, codes)
            for text in wrong[:_SHOWN]:
                print(f"\nWrong: {text}")
            seconds = time.monotonic() - started
            networks = len(chunks) * CHUNK
            print(f"{networks} networks, {count} {name}, {len(wrong)} wrong; {seconds:.0f} s\n")
            bad += len(wrong)
    return bool(bad)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=5000, help="random networks")
    parser.add_argument("seed", nargs="?", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    return parser.parse_args(arguments)


def _report(name: str, rows: dict[str, Counter[str]], codes: dict[str, Counter[str]]) -> None:
    outcomes = ("refused", "caught", "unknown", "passed")
    outcomes = outcomes if name == "mutants" else ("held", "failed")
    print(f"{name:30}" + "".join(f"{outcome:>9}" for outcome in outcomes) + "  by")
    for kind, row in rows.items():
        by = ", ".join(f"{code} {n}" for code, n in codes[kind].most_common(4))
        print(f"{kind:30}" + "".join(f"{row[one]:9}" for one in outcomes) + f"  {by}")


if __name__ == "__main__":
    raise SystemExit(main())
