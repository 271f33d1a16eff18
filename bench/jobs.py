"""A command that is run as a whole process, and what it costs."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
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

    @property
    def peak(self) -> float:
        """The median of the most memory that it had, in MiB."""
        return statistics.median(self.mebibytes)


def run_in_turn(jobs: Sequence[Job], runs: int) -> None:
    """Runs every job in turn, several times over; a first run only warms the file cache."""
    for number in range(runs + 1):
        for job in jobs:
            with tempfile.TemporaryDirectory() as folder:
                job.run(Path(folder))
            if number == 0:
                job.seconds.clear()
                job.mebibytes.clear()


def row(job: Job, last: str) -> str:
    """A line of a table: name, median, spread, peak, and what else there is to say."""
    spread = f"{min(job.seconds):.2f}–{max(job.seconds):.2f} s"
    return f"{job.name:46}  {job.median:6.2f} s  {spread:>13}  {job.peak:5.0f} MiB  {last:>14}"


def header(last: str) -> str:
    """The line above."""
    return f"{'job':46}  {'median':>8}  {'spread':>13}  {'peak':>9}  {last:>14}"


def environment() -> dict[str, str]:
    """The user's own, but that bytecode is kept: pip compiles what it installs, so the peer is
    compiled whatever this says, and an editable installation of ours should be no worse off."""
    return {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
