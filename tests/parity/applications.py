"""The models of keras.applications, at every layer."""

from __future__ import annotations

from lenet_verify.framework import import_keras
from lenet_verify.readers import read
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
