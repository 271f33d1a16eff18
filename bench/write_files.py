"""Writes files to read: chains, and many of one kind.

python bench/write_files.py LENET5.keras FOLDER
"""

from __future__ import annotations

import json
import sys
import zipfile
from copy import deepcopy
from pathlib import Path
from typing import Any

CHAINS = (10, 100, 1_000, 10_000)
FILES = 1_000
KINDS = ("one config", "different configs")


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


def many(config: dict[str, Any], folder: Path, kind: str) -> None:
    """One model saved many times, or as many different ones."""
    folder.mkdir()
    for number in range(FILES):
        one = deepcopy(config)
        if kind != KINDS[0]:
            text = json.dumps(one)
            for layer in one["config"]["layers"]:
                text = text.replace(f'"{layer["name"]}"', f'"{layer["name"]}-{number}"')
            one = json.loads(text)
        _write(folder / f"{number:04}.keras", one)


def _config(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as archive:
        found: dict[str, Any] = json.loads(archive.read("config.json"))
        return found


def _write(path: Path, config: dict[str, Any]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", '{"keras_version": "3.15.1", "date_saved": ""}')
        archive.writestr("config.json", json.dumps(config))


def main() -> None:
    """Writes all of them."""
    config, folder = _config(Path(sys.argv[1])), Path(sys.argv[2])
    for length in CHAINS:
        _write(folder / f"chain-{length}.keras", chain(config, length))
    for kind in KINDS:
        many(config, folder / kind, kind)


if __name__ == "__main__":
    main()
