"""Embeddings: a learned vector for each of a set of numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lenet_verify.architecture import Shape
from lenet_verify.inference.dense import adapted
from lenet_verify.inference.derived import Derived, only


def embedding(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived | None:
    """Embedding: looks up a vector for each number; `input_dim` · `output_dim` weights.

    A look-up multiplies nothing. Source: Bengio et al. 2003, section 2.
    """
    numbers = only(inputs)
    table = (config["input_dim"], config["output_dim"])
    output = Shape((*numbers.sizes, config["output_dim"]), numbers.channels_first)
    return adapted(Derived((output,), trainable_weights=(table,)), config, "embeddings")


def reversible_embedding(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived | None:
    """ReversibleEmbedding: a second table for the way back, unless the first serves for it.

    Source: Press and Wolf 2017 (weight tying).
    """
    derived = embedding(inputs, config)
    if derived is None or config["tie_weights"]:
        return derived
    back = (config["output_dim"], config["input_dim"])
    return replace(derived, trainable_weights=(*derived.trainable_weights, back))
