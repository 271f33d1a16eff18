"""How much of a model's file is looked at: a stranger's file is refused before it costs much."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FileLimits:
    """How large a model's file may be; `--limit NAME=NUMBER` raises one, by the name it has here.

    Weights count for nothing: they are not read.

    Attributes:
        config_bytes: of the JSON that describes the model, decompressed.
        config_ratio: how many times larger than it is packed that JSON may be.
        config_values: numbers, words, texts, lists and objects in it.
        archive_members: files in a .keras archive.
        hdf5_objects: groups and datasets of an HDF5 file, where they are listed.
        layers: of the network, those of nested models included.
    """

    config_bytes: int = 16 * 2**20
    config_ratio: int = 100
    config_values: int = 750_000
    archive_members: int = 1000
    hdf5_objects: int = 20_000
    layers: int = 100_000


def over(limits: FileLimits, field: str, what: str = "more") -> str:
    """The message for a file that is over a limit, and how to let it in."""
    name = field.replace("_", "-")
    return f"{what} than {name} {getattr(limits, field)} allows; --limit {name}=NUMBER raises it"
