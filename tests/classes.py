"""The class that a name of the vocabulary means: Keras's own, or one of ours."""

from __future__ import annotations

from typing import Any

import keras

from lenet_verify import paper_layers


def class_of(name: str) -> Any:
    """None where the installed Keras lacks it."""
    return getattr(keras.layers, name, None) or getattr(paper_layers, name, None)
