"""Measures whole processes against the peers, in turn in one run: medians and ratios.

python bench/bench.py [--runs 7] [--only main|files|inference|alignment|drawing|causes|strength]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from typing import Any

from jobs import HERE, OURS, SPEC, Job, environment, header, row, run_in_turn
from model_files import model_files


def main() -> None:
    """Runs the parts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--only", choices=PARTS, help="one part alone")
    options = parser.parse_args()
    for name, part in PARTS.items():
        if options.only in (None, name):
            part(options.runs)


def main_job(runs: int) -> None:
    """Building, checking and drawing LeNet-5."""
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
        Job(
            "lenet-verify draw: the figure as SVG",
            [str(OURS), "draw", str(SPEC), "-o", "lenet5.svg"],
            ("lenet5.svg",),
        ),
    ]
    run_in_turn(jobs, runs)
    floor = jobs[0].median
    print(header("/ import keras"))
    for job in jobs:
        print(row(job, f"{job.median / floor:.2f}"))
    ours, static, peer, figure = (job.median for job in jobs[1:])
    print(f"ours / the peer's: {ours / peer:.2f} (median of {runs} runs each, in turn)")
    print(f"the peer's / ours with --static: {peer / static:.1f}")
    print(f"the peer's / drawing the figure: {peer / figure:.1f}")


def inference(runs: int) -> None:
    """Inference alone, without the start of the process."""
    before = None
    for name, taken in _times("inference.py", runs).items():
        growth = f"{taken / before:5.1f} ×" if before and "chain" in name else ""
        print(f"{'inference, ' + name:46}  {1000 * taken:6.1f} ms  {growth}")
        before = taken


def alignment(runs: int) -> None:
    """Pairing the layers of two models alone."""
    for name, taken in _times("alignment.py", runs).items():
        print(f"{'pairing, ' + name:46}  {1000 * taken:6.1f} ms")


def drawing(runs: int) -> None:
    """Drawings of live models, ours and the peers', without the start of the process."""
    networks: dict[str, dict[str, float]] = _printed("drawing.py", runs)
    for network, times in networks.items():
        print(f"{'drawing ' + network:46}  {'median':>9}  {'/ our figure':>12}  {'/ graph':>8}")
        for name, taken in times.items():
            figure, graph = (taken / times[ours] for ours in ("figure, SVG", "graph, DOT"))
            print(f"{'  ' + name:46}  {1000 * taken:6.1f} ms  {figure:12.2f}  {graph:8.2f}")


def causes(runs: int) -> None:
    """Explaining broken verdicts alone."""
    for name, taken in _times("causes.py", runs).items():
        print(f"{'causes, ' + name:46}  {1000 * taken:6.1f} ms")


def strength(runs: int) -> None:
    """Single edits to LeNet-5, judged one after the other in one process."""
    for name, rate in _times("strength.py", runs).items():
        print(f"{'edits to LeNet-5, ' + name:46}  {rate:6,.0f} a second")


def _times(script: str, runs: int) -> dict[str, float]:
    """The numbers that a script of this folder prints."""
    times: dict[str, float] = _printed(script, runs)
    return times


def _printed(script: str, runs: int) -> Any:
    """What a script of this folder prints as JSON."""
    command = [sys.executable, str(HERE / script), str(runs)]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, env=environment()
    )
    return json.loads(done.stdout)


PARTS = {
    "main": main_job,
    "inference": inference,
    "alignment": alignment,
    "drawing": drawing,
    "causes": causes,
    "strength": strength,
    "files": model_files,
}


if __name__ == "__main__":
    main()
