"""Reading model files: `lenet-verify show` against Keras's `load_model` and `summary`."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from jobs import HERE, OURS, SPEC, Job, environment, header, row, run_in_turn
from write_files import CHAINS, FILES, KINDS

PEER = "import sys, keras; keras.models.load_model(sys.argv[1], compile=False).summary()"
NETWORKS = ("LeNet5", "VGG16", "ConvNeXtXLarge")


def model_files(runs: int) -> None:
    """One file against the peer, chains, and many files."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _networks(folder, runs)
        # by another process: what this one holds would count as the memory of those that it starts
        _python(HERE / "write_files.py", folder / f"{NETWORKS[0]}.keras", folder)
        _chains(folder, runs)
        _many(folder, runs)


def _networks(folder: Path, runs: int) -> None:
    """The networks of which some files are large, each by itself and by the peer."""
    print(header("the peer's /"))
    for network in NETWORKS:
        path = folder / f"{network}.keras"
        _python(HERE / "save_network.py", network, path)
        ours = Job(f"lenet-verify show {path.name}", [str(OURS), "show", str(path)])
        peer = Job("Keras: load_model, summary()", [sys.executable, "-c", PEER, str(path)])
        run_in_turn([ours, peer], runs)
        print(row(ours, f"{peer.median / ours.median:.1f}"))
        print(row(peer, ""))
        size = path.stat().st_size
        print(f"  {size / 2**20:,.0f} MiB, of which {100 * _fetched(path) / size:.4f} % are read")
        if network != NETWORKS[0]:
            path.unlink()


def _fetched(path: Path) -> int:
    """How many bytes of a file a reading takes."""
    from lenet_verify.readers.files.byte_source import open_source
    from lenet_verify.readers.files.limits import FileLimits
    from lenet_verify.readers.model_file import read_source

    with open_source(str(path)) as source:
        read_source(source, FileLimits())
        return source.fetched


def _chains(folder: Path, runs: int) -> None:
    jobs = []
    for length in CHAINS:
        path = folder / f"chain-{length}.keras"
        jobs.append(Job(f"lenet-verify show, chain of {length:,}", [str(OURS), "show", str(path)]))
    run_in_turn(jobs, runs)
    before = None
    for job in jobs:
        print(row(job, f"{job.median / before:.1f} ×" if before else ""))
        before = job.median


def _many(folder: Path, runs: int) -> None:
    """Many files in one command: one model saved many times, and as many different ones."""
    for kind in KINDS:
        files = folder / kind
        times = json.loads(_python(HERE / "many_files.py", files, SPEC, runs))
        ratio = times["ours"] / times["peer"]
        print(
            f"{FILES:,} files, {kind + ':':18} {1000 * times['ours']:.2f} ms a file, "
            f"{ratio:.1f} × unzip and parse ({1000 * times['peer']:.2f} ms)"
        )


def _python(script: Path, *arguments: object) -> bytes:
    command = [sys.executable, str(script), *map(str, arguments)]
    return subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, env=environment()
    ).stdout
