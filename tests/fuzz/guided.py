"""The loop, led by coverage: atheris makes files, keeps what reaches further, and goes on."""

from __future__ import annotations

import hashlib
import importlib
import os
import pkgutil
import resource
import sys
import time
import traceback
from pathlib import Path
from random import Random
from typing import Any

from tests.fuzz.seeds import CACHE, seeds

_LARGEST = 128 * 1024
_HANGS_AFTER = 120
"""By the clock, of which a busy machine takes what it likes; `exercise` counts what is computed."""
_MOST_MEMORY = 3072
_REPORTED_EVERY = 60.0
_NOT_HERE = ("__main__", "hdf5_child", "layout_engine", "cli")


def fuzz(atheris: Any, kind: str, seconds: float, seed: int) -> None:
    """Runs until the time is up; leaves the process with 1 if anything was found, else 0."""
    with atheris.instrument_imports(include=["lenet_verify"]):
        _import_all()
        from tests.fuzz import exercise, targets
    files, pool = targets.begun(kind, seeds(kind))
    target = targets.TARGETS[kind]
    corpus, found = CACHE / kind, CACHE / "findings" / kind
    for folder in (corpus, found):
        folder.mkdir(parents=True, exist_ok=True)
    for data in files:
        (corpus / hashlib.sha1(data).hexdigest()).write_bytes(data)
    loop = _Loop(exercise, target, found, time.monotonic() + seconds)

    def change(data: bytes, most: int, number: int) -> bytes:
        def mutate(some: bytes, most: int, _: Random) -> bytes:
            return bytes(atheris.Mutate(some, most))

        rng = Random(number)
        return targets.mutated(target, bytes(data), rng, pool, mutate, most)

    options = [
        f"-seed={seed}", f"-max_len={_LARGEST}", "-len_control=0", f"-timeout={_HANGS_AFTER}",
        f"-rss_limit_mb={_MOST_MEMORY}", f"-artifact_prefix={found}{os.sep}", "-reload=0",
    ]  # fmt: skip
    atheris.Setup([sys.argv[0], *options, str(corpus)], loop.one, custom_mutator=change)
    atheris.Fuzz()


def _import_all() -> None:
    import lenet_verify

    for module in pkgutil.walk_packages(lenet_verify.__path__, "lenet_verify."):
        if not module.name.endswith(_NOT_HERE):
            importlib.import_module(module.name)


class _Loop:
    """What is done with every file, and when it is enough."""

    def __init__(self, exercise: Any, target: Any, found: Path, until: float) -> None:
        self._exercise, self._target, self._found, self._until = exercise, target, found, until
        self._began = self._reported = time.monotonic()
        self._kinds: dict[str, int] = {}

    def one(self, data: bytes) -> None:
        try:
            self._target.run(bytes(data))
        except Exception as e:
            self._note(e, data)
        now = time.monotonic()
        if now >= self._until:
            self._report("done")
            os._exit(bool(self._kinds))
        if now - self._reported >= _REPORTED_EVERY:
            self._reported = now
            self._report("running")

    def _note(self, error: Exception, data: bytes) -> None:
        """Each kind of finding once, with the smallest file that shows it."""
        kind = self._exercise.kind_of_finding(error)
        self._kinds[kind] = self._kinds.get(kind, 0) + 1
        path = self._found / hashlib.sha1(kind.encode()).hexdigest()[:12]
        if not path.exists() or len(data) < path.stat().st_size:
            path.write_bytes(data)
        if self._kinds[kind] == 1:
            said = "".join(traceback.format_exception(error)[-12:])
            print(f"FOUND {kind}: {path}\n{said[-3000:]}", file=sys.stderr, flush=True)

    def _report(self, word: str) -> None:
        tally = self._exercise.TALLY
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(
            f"{word}: {time.monotonic() - self._began:.0f} s, {tally.files:,} files, "
            f"{tally.models:,} of them models of {tally.layers:,} layers in all; "
            f"{sum(self._kinds.values())} findings of {len(self._kinds)} kinds; peak {peak} MiB",
            file=sys.stderr,
            flush=True,
        )
