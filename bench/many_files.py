"""Many files checked in one command, and unzipped and parsed one by one, in the same process.

python bench/many_files.py FOLDER SPEC RUNS
"""

import contextlib
import gc
import io
import json
import statistics
import sys
import time
import zipfile
from pathlib import Path

from lenet_verify import cli


def peer(folder: Path) -> None:
    """Each file unzipped and its config parsed."""
    for path in sorted(folder.iterdir()):
        with zipfile.ZipFile(path) as archive:
            json.loads(archive.read("config.json"))


def ours(folder: Path, spec: str) -> None:
    """The command."""
    with contextlib.redirect_stdout(io.StringIO()) as said:
        code = cli.main([spec, "--model", f"{folder}/*.keras"])
    assert code in (0, 1), said.getvalue()


def main() -> None:
    """Prints the median seconds a file of both."""
    gc.set_threshold(100_000, 20, 20)  # as the console script does, to the good of both
    folder, spec, runs = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    count = len(list(folder.iterdir()))
    times: dict[str, list[float]] = {"ours": [], "peer": []}
    for number in range(runs + 1):
        for name, job in (("ours", lambda: ours(folder, spec)), ("peer", lambda: peer(folder))):
            start = time.perf_counter()
            job()
            if number:  # the first warms up
                times[name].append((time.perf_counter() - start) / count)
    print(json.dumps({name: statistics.median(taken) for name, taken in times.items()}))


if __name__ == "__main__":
    main()
