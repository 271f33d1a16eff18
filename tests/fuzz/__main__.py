"""Fuzzing the readers of model files, or one file again."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.fuzz.seeds import KINDS


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--again", type=Path, nargs="+", help="these files, and no others")
    options = parser.parse_args()
    if options.again:
        from tests.fuzz.targets import TARGETS

        for path in options.again:
            TARGETS[options.kind].run(path.read_bytes())
        return 0
    try:
        import atheris
    except ImportError as e:
        print(f"fuzzing needs atheris: pip install atheris ({e})", file=sys.stderr)
        return 2
    from tests.fuzz.guided import fuzz

    fuzz(atheris, options.kind, options.seconds, options.seed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
