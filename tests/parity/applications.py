"""The models of keras.applications, at every layer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from lenet_verify.framework import import_keras
from lenet_verify.readers import read
from tests.parity.saved import (
    FORMATS,
    WITH_WEIGHTS,
    held_in_file,
    held_with_weights,
    saved,
)
from tests.parity.whole import Held, held_against_inference, weights_by_path

keras = import_keras()

NAMES = tuple(
    sorted(name for name in dir(keras.applications) if callable(getattr(keras.applications, name)))
)


def application(name: str, *, include_top: bool) -> Held:
    """A model of keras.applications on its default input, without weights."""
    factory = getattr(keras.applications, name)
    with keras.StatelessScope(initialize_variables=False):
        model = factory(weights=None, include_top=include_top)
    return held_against_inference(read(model), weights_by_path(model))


def application_in_files(name: str) -> Iterator[tuple[str, Held]]:
    """A model of keras.applications in files, one after the other: as JSON without its top and
    with it, then with weights, which take up to 1.4 GB each."""
    factory = getattr(keras.applications, name)
    with keras.StatelessScope(initialize_variables=False):
        headless = factory(weights=None, include_top=False)
    with TemporaryDirectory() as folder:
        yield ".json", held_in_file(read(headless), saved(headless, Path(folder), "json"))
    model = factory(weights=None)
    live, weights = read(model), weights_by_path(model)
    for format_ in FORMATS:
        with TemporaryDirectory() as folder:
            path = saved(model, Path(folder), format_)
            yield f".{format_}", held_in_file(live, path)
            if format_ in WITH_WEIGHTS:
                yield f"weights in .{format_}", held_with_weights(live, weights, path)
