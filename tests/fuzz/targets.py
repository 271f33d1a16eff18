"""The three kinds of files: how one is read, and how one becomes another."""

from __future__ import annotations

import io
import json
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

from tests.fuzz import containers
from tests.fuzz.containers import CONFIG, SIGNATURE, WEIGHTS, hdf5, packed, parsed, unpacked
from tests.fuzz.exercise import exercise
from tests.fuzz.pool import NUMBERS, Pool
from tests.fuzz.structure import edited

MutateBytes = Callable[[bytes, int, Random], bytes]

_LARGEST_SEED = 64 * 1024


@dataclass(frozen=True)
class Target:
    """A kind of file.

    Attributes:
        run: reads the file that some bytes are, or describe, and whatever follows.
        change: makes other bytes of some, of no more than so many.
        seed: what a saved file is to begin with.
        configs: what of a seed is a config, to take others' parts from.
    """

    run: Callable[[bytes], None]
    change: Callable[[bytes, Random, Pool, MutateBytes, int], bytes]
    seed: Callable[[Path], Iterator[bytes]]
    configs: Callable[[bytes], Iterator[Any]]


def mutated(
    target: Target, data: bytes, rng: Random, pool: Pool, mutate_bytes: MutateBytes, most: int
) -> bytes:
    """Another file, with knowledge of what it is or without."""
    if rng.random() < 0.15:
        return mutate_bytes(data, most, rng)
    try:
        found = target.change(data, rng, pool, mutate_bytes, most)
    except Exception:  # no JSON any more, or of other forms than it had
        return mutate_bytes(data, most, rng)
    return found if len(found) <= most else mutate_bytes(data, most, rng)


def without_guidance(data: bytes, most: int, rng: Random) -> bytes:
    """What a byte mutator does, where there is no other."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4))):
        at = rng.randrange(len(changed) + 1)
        match rng.randrange(5):
            case 0:
                changed[at:at] = rng.randbytes(rng.choice((1, 2, 8)))
            case 1:
                del changed[at : at + rng.choice((1, 4, 64))]
            case 2:
                changed[at : at + 1] = rng.randbytes(1)
            case 3:
                _overwrite(changed, at, rng)
            case _:
                start = rng.randrange(len(changed) + 1)
                changed[at:at] = changed[start : start + rng.choice((1, 8, 64))]
    return bytes(changed[:most])


def _overwrite(changed: bytearray, at: int, rng: Random) -> None:
    """A number of a file's own, set to one that hurts."""
    size = rng.choice((1, 2, 4, 8))
    value = int(rng.choice(NUMBERS)) if rng.random() < 0.7 else rng.getrandbits(8 * size)
    new = (value % 2 ** (8 * size)).to_bytes(size, "little")
    changed[at : at + size] = new[: len(changed) - at]


# .json


def _run_json(data: bytes) -> None:
    exercise("model.json", data, weights=bool(zlib.crc32(data) % 4))


def _change_json(
    data: bytes, rng: Random, pool: Pool, mutate_bytes: MutateBytes, most: int
) -> bytes:
    return containers.written(edited(parsed(data), rng, pool), rng)


def _json_seed(path: Path) -> Iterator[bytes]:
    yield path.read_bytes()


def _json_configs(data: bytes) -> Iterator[Any]:
    yield parsed(data)


# .keras


def _run_keras(data: bytes) -> None:
    # a child process for some of the files, not for all
    exercise("model.keras", data, weights=zlib.crc32(data) % 16 == 0)


def _change_keras(
    data: bytes, rng: Random, pool: Pool, mutate_bytes: MutateBytes, most: int
) -> bytes:
    members = unpacked(data)
    if not members:
        return mutate_bytes(data, most, rng)
    names = [name for name, _ in members]
    if CONFIG in names and rng.random() < 0.75:
        number = names.index(CONFIG)
        config = edited(parsed(members[number][1]), rng, pool)
        members[number] = (CONFIG, containers.written(config, rng))
        return packed(members, rng)
    number = rng.randrange(len(members))
    name, content = members[number]
    match rng.randrange(8):
        case 0:
            del members[number]
        case 1:
            members.append(rng.choice(members))
        case 2:
            odd = (name.upper(), f"../{name}", f"{name}/", f"a/{name}", f"{name}.", "", "x" * 300)
            members[number] = (rng.choice((*odd, CONFIG, WEIGHTS, pool.text(rng))), content)
        case 3:
            members[number] = (name, mutate_bytes(content, most, rng))
        case 4:
            members[number] = (name, content[: rng.randrange(len(content) + 1)])
        case 5:
            members += [(f"assets/{number}", b"") for number in range(rng.choice((1, 20, 1100)))]
        case 6:
            damaged = bytearray(packed(members, rng))
            _overwrite(damaged, rng.randrange(len(damaged)), rng)
            return bytes(damaged)
        case _:
            whole = bytearray(packed(members, rng))
            directory = max(whole.rfind(b"PK\x01\x02"), 0)
            _overwrite(whole, rng.randrange(directory, len(whole)), rng)
            return bytes(whole)
    # what zipfile has no form for: names that are no text
    return packed([(name.encode("utf-8", "replace").decode(), text) for name, text in members], rng)


def _keras_seed(path: Path) -> Iterator[bytes]:
    """As it is, and without its weights, which only cost time mostly."""
    data = path.read_bytes()
    if len(data) <= _LARGEST_SEED:
        yield data
    yield packed([(name, text) for name, text in unpacked(data) if name != WEIGHTS], Random(0))


def _keras_configs(data: bytes) -> Iterator[Any]:
    for name, content in unpacked(data):
        if name.endswith(".json"):
            yield parsed(content)


# .h5: files as they are; recipes for them; and what a child might say, to a parent without one


def _run_hdf5(data: bytes) -> None:
    if data[:1] in (b"A", b"R"):
        return _answered(data)
    if data[:1] == b"{":
        try:
            recipe = parsed(data)
        except ValueError:
            recipe = {}
        if isinstance(recipe, dict) and "answer" in recipe:
            return _answered(_stream(recipe))
        data = hdf5(recipe if isinstance(recipe, dict) else {})
    return exercise("model.h5", data, weights=bool(zlib.crc32(data) % 4))


def _stream(recipe: Mapping[str, Any]) -> bytes:
    """What a child writes that answers so."""
    answer, found, texts = recipe["answer"], recipe.get("texts"), []
    for name, text in found.items() if isinstance(found, dict) else ():
        content = (text if isinstance(text, str) else json.dumps(text)).encode(errors="replace")
        texts.append(content)
        if isinstance(answer, dict) and isinstance(answer.get("attributes"), dict):
            answer["attributes"].setdefault(name, len(content))
    reads = recipe.get("reads")
    asked = b"".join(
        b"R" + struct.pack("<QQ", *(abs(int(number)) % 2**64 for number in one))
        for one in (reads if isinstance(reads, list) else [])
        if isinstance(one, list) and len(one) == 2 and all(isinstance(n, int) for n in one)
    )
    line = json.dumps(answer).encode() + b"\n"
    return asked + b"A" + struct.pack("<Q", len(line)) + line + b"".join(texts)


class _Child:
    """A child process that says what it is told to, and listens to nothing."""

    def __init__(self, said: bytes) -> None:
        self.stdin, self.stdout, self.stderr = io.BytesIO(), io.BytesIO(said), io.BytesIO(b"\x1b[")

    def wait(self, timeout: float | None = None) -> int:
        return 0

    def kill(self) -> None:
        pass


@contextmanager
def _instead_of_children(said: bytes) -> Iterator[None]:
    with patch("subprocess.Popen", lambda *_, **__: _Child(said)), patch("threading.Timer"):
        yield


def _answered(said: bytes) -> None:
    """A file whose child says something else than what is in it."""
    with _instead_of_children(said):
        exercise("model.h5", SIGNATURE + bytes(100), weights=bool(zlib.crc32(said) % 4))


def _change_hdf5(
    data: bytes, rng: Random, pool: Pool, mutate_bytes: MutateBytes, most: int
) -> bytes:
    if not data.startswith(b"{"):
        if rng.random() < 0.5:
            return mutate_bytes(data, most, rng)
        changed = bytearray(data)
        for _ in range(rng.choice((1, 1, 2, 3, 8))):
            _overwrite(changed, rng.randrange(len(changed) + 1), rng)
        return bytes(changed)
    recipe = parsed(data)
    match rng.randrange(10):
        case 0 | 1 | 2 if "model_config" in recipe:
            recipe["model_config"] = edited(recipe["model_config"], rng, pool)
        case 3 | 4:
            patches = recipe.setdefault("patches", [])
            content = rng.randbytes(rng.choice((1, 2, 4, 8))).hex()
            patches.append([rng.random() * rng.choice((1.0, 0.1, 0.01)), content])
        case 5:
            recipe["cut"] = rng.random()
        case 6:
            datasets = recipe.setdefault("datasets", {})
            path = rng.choice([*datasets, "model_weights/a", "a//b", "../a", "a\0b", "\udcff"])
            datasets[path + rng.choice(("", "/b", "0"))] = rng.choice(
                ([], [0], [3, 4], [2**31, 2**31], [2**63], [1] * 20, [-1], "x", None)
            )
        case 7:
            links = recipe.setdefault("links", {})
            paths = [*recipe.get("datasets", {}), *recipe.get("groups", {}), "/", "model_weights"]
            target = rng.choice(paths)
            to = rng.choice((target, ["other.h5", target], {"to": target}, {"to": "/"}))
            links[rng.choice(("model_weights/link", "link", f"{target}/loop"))] = to
        case 8:
            shapes = dict(recipe.get("datasets", {}))
            config = recipe.pop("model_config", {})
            recipe = {
                "answer": {"attributes": {}, "shapes": shapes, "names": recipe.get("groups", {})},
                "texts": {"model_config": config},
            } | ({} if "answer" not in recipe else recipe)
            if rng.random() < 0.3:
                said = rng.choice(("missing", "failed", "refused"))
                recipe["answer"][said] = rng.choice(("h5py", ["soft", "a\x1b"], pool.any(rng)))
        case _:
            recipe = edited(recipe, rng, pool)
    return containers.written(recipe, rng)


def _hdf5_seed(path: Path) -> Iterator[bytes]:
    """As it is, and as a recipe and an answer, which can be changed without being read."""
    data = path.read_bytes()
    if len(data) <= _LARGEST_SEED:
        yield data
    recipe = _recipe(path)
    yield json.dumps(recipe).encode()
    answer = {"attributes": {}, "shapes": recipe["datasets"], "names": recipe["groups"]}
    texts = {"model_config": recipe["model_config"]}
    yield json.dumps({"answer": answer, "texts": texts, "reads": [[0, 100]]}).encode()


def _recipe(path: Path) -> dict[str, Any]:
    """How a file of the seeds is made."""
    import h5py  # type: ignore[import-untyped, unused-ignore]

    recipe: dict[str, Any] = {"groups": {}, "datasets": {}}

    def note(name: str, thing: Any) -> None:
        if isinstance(thing, h5py.Dataset):
            recipe["datasets"][name] = list(thing.shape)
        else:
            recipe["groups"][name] = str(thing.attrs.get("name", ""))

    with h5py.File(path) as file:
        for name in ("model_config", "training_config"):
            if name in file.attrs:
                recipe[name] = json.loads(file.attrs[name])
        file.visititems(note)
    return recipe


def _hdf5_configs(data: bytes) -> Iterator[Any]:
    if data.startswith(b"{"):
        yield parsed(data)


TARGETS: Mapping[str, Target] = {
    "json": Target(_run_json, _change_json, _json_seed, _json_configs),
    "keras": Target(_run_keras, _change_keras, _keras_seed, _keras_configs),
    "hdf5": Target(_run_hdf5, _change_hdf5, _hdf5_seed, _hdf5_configs),
}


def begun(kind: str, paths: Sequence[Path]) -> tuple[list[bytes], Pool]:
    """What to begin with, and what to build from."""
    target = TARGETS[kind]
    files = [data for path in paths for data in target.seed(path)]
    return files, Pool(config for data in files for config in target.configs(data))
