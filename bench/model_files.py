"""Reading model files: `lenet-verify show` against Keras's `load_model` and `summary`."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import zipfile
from copy import deepcopy
from pathlib import Path
from typing import Any

from jobs import HERE, OURS, SPEC, Job, environment, header, row, run_in_turn

PEER = "import sys, keras; keras.models.load_model(sys.argv[1], compile=False).summary()"
NETWORKS = ("LeNet5", "VGG16", "ConvNeXtXLarge")
CHAINS = (10, 100, 1_000, 10_000)
FILES = 1_000


def model_files(runs: int) -> None:
    """One file against the peer, chains, and many files."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _networks(folder, runs)
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
    config = _config(folder / f"{NETWORKS[0]}.keras")
    jobs = []
    for length in CHAINS:
        path = folder / f"chain-{length}.keras"
        _write(path, chain(config, length))
        jobs.append(Job(f"lenet-verify show, chain of {length:,}", [str(OURS), "show", str(path)]))
    run_in_turn(jobs, runs)
    before = None
    for job in jobs:
        print(row(job, f"{job.median / before:.1f} ×" if before else ""))
        before = job.median


def chain(config: dict[str, Any], length: int) -> dict[str, Any]:
    """LeNet-5's config with a chain of so many of its first convolution in place of its layers."""
    config = deepcopy(config)
    entrance, first = (
        next(one for one in config["config"]["layers"] if one["class_name"] == kind)
        for kind in ("InputLayer", "Conv2D")
    )
    layers, previous, shape = [entrance], entrance["name"], [None, 32, 32, 1]
    for number in range(length):
        layer = deepcopy(first)
        layer["name"] = layer["config"]["name"] = f"C{number}"
        layer["config"]["padding"] = "same"
        layer["build_config"]["input_shape"] = shape
        tensor = layer["inbound_nodes"][0]["args"][0]["config"]
        tensor["keras_history"], tensor["shape"] = [previous, 0, 0], shape
        layers.append(layer)
        previous, shape = layer["name"], [None, 32, 32, 6]
    config["config"] |= {"layers": layers, "output_layers": [previous, 0, 0]}
    return config


def _many(folder: Path, runs: int) -> None:
    """Many files in one command: one model saved many times, and as many different ones."""
    config = _config(folder / f"{NETWORKS[0]}.keras")
    for kind in ("one config", "different configs"):
        files = folder / kind
        files.mkdir()
        for number in range(FILES):
            one = deepcopy(config)
            if kind != "one config":
                for layer in one["config"]["layers"]:
                    if layer["class_name"] == "Dense":
                        layer["config"]["units"] += number
                        layer["inbound_nodes"][0]["args"][0]["config"]["shape"] = None
                        layer.pop("build_config")
            _write(files / f"{number:04}.keras", one)
        times = json.loads(_python(HERE / "many_files.py", files, SPEC, runs))
        ratio = times["ours"] / times["peer"]
        print(
            f"{FILES:,} files, {kind + ':':18} {1000 * times['ours']:.2f} ms a file, "
            f"{ratio:.1f} × unzip and parse ({1000 * times['peer']:.2f} ms)"
        )


def _config(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as archive:
        found: dict[str, Any] = json.loads(archive.read("config.json"))
        return found


def _write(path: Path, config: dict[str, Any]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", '{"keras_version": "3.15.1", "date_saved": ""}')
        archive.writestr("config.json", json.dumps(config))


def _python(script: Path, *arguments: object) -> bytes:
    command = [sys.executable, str(script), *map(str, arguments)]
    return subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, env=environment()
    ).stdout
