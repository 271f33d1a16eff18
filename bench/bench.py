"""Measures whole processes against the peers, in turn in one run: medians and ratios.

python bench/bench.py [--runs 7]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
SPEC = HERE.parent / "spec" / "lenet5.yaml"
OURS = Path(sys.executable).with_name("lenet-verify")


@dataclass
class Job:
    """A command and what its runs cost."""

    name: str
    command: list[str]
    makes: tuple[str, ...] = ()
    seconds: list[float] = field(default_factory=list)
    mebibytes: list[float] = field(default_factory=list)

    def run(self, folder: Path) -> None:
        """One run, in an empty folder; what it should make must be there and not empty."""
        start = time.perf_counter()
        with Path(os.devnull).open("w") as nowhere:
            child = subprocess.Popen(
                self.command, cwd=folder, stdout=nowhere, stderr=nowhere, env=environment()
            )
            _, status, usage = os.wait4(child.pid, 0)
        self.seconds.append(time.perf_counter() - start)
        self.mebibytes.append(usage.ru_maxrss / 1024)
        if os.waitstatus_to_exitcode(status) != 0:
            raise SystemExit(f"bench: {self.name} failed: {' '.join(self.command)}")
        for name in self.makes:
            if not (folder / name).stat().st_size:
                raise SystemExit(f"bench: {self.name} made an empty {name}")

    @property
    def median(self) -> float:
        """The median wall time, in seconds."""
        return statistics.median(self.seconds)


def environment() -> dict[str, str]:
    """The user's own, but that bytecode is kept: pip compiles what it installs, so the peer is
    compiled whatever this says, and an editable installation of ours should be no worse off."""
    return {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


def main() -> None:
    """Runs every job in turn, several times over, and prints what they cost."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args().runs
    jobs = [
        Job("import keras (the floor)", [sys.executable, "-c", "import keras"]),
        Job(
            "lenet-verify: build, check, report, pictures",
            [str(OURS), str(SPEC), "--out", "."],
            ("lenet5.md", "lenet5.svg", "lenet5.png"),
        ),
        Job(
            "lenet-verify --static: the same by inference",
            [str(OURS), "--static", str(SPEC), "--out", "."],
            ("lenet5.md", "lenet5.svg", "lenet5.png"),
        ),
        Job(
            "Keras: build, summary(), plot_model",
            [sys.executable, str(HERE / "peer_keras.py"), "peer.png"],
            ("peer.png",),
        ),
    ]
    for number in range(runs + 1):
        for job in jobs:
            with tempfile.TemporaryDirectory() as folder:
                job.run(Path(folder))
            if number == 0:  # warms the file cache
                job.seconds.clear()
                job.mebibytes.clear()
    floor = jobs[0].median
    print(f"{'job':46}  {'median':>8}  {'spread':>13}  {'peak':>9}  {'/ import keras':>14}")
    for job in jobs:
        spread = f"{min(job.seconds):.2f}–{max(job.seconds):.2f} s"
        peak = f"{statistics.median(job.mebibytes):.0f} MiB"
        ratio = f"{job.median / floor:.2f}"
        print(f"{job.name:46}  {job.median:6.2f} s  {spread:>13}  {peak:>9}  {ratio:>14}")
    ours, static, peer = (job.median for job in jobs[1:])
    print(f"ours / the peer's: {ours / peer:.2f} (median of {runs} runs each, in turn)")
    print(f"the peer's / ours with --static: {peer / static:.1f}")
    inference(runs)


def inference(runs: int) -> None:
    """Inference alone, without the start of the process."""
    command = [sys.executable, str(HERE / "inference.py"), str(runs)]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, env=environment()
    )
    times = json.loads(done.stdout)
    before = None
    for name, taken in times.items():
        growth = f"{taken / before:5.1f} ×" if before and "chain" in name else ""
        print(f"{'inference, ' + name:46}  {1000 * taken:6.1f} ms  {growth}")
        before = taken


if __name__ == "__main__":
    main()
