"""A layer inside of another's arguments: what a wrapper wraps, the cells of a recurrent layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lenet_verify.architecture import Call, Layer, Shape
from lenet_verify.errors import InferenceError
from lenet_verify.inference.derived import Derived, Impossible

_CONTAINERS = frozenset(
    {
        *("Bidirectional", "SpectralNormalization", "TimeDistributed"),
        *("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "RNN", "StackedRNNCells"),
    }
)
"""Whose weights are those of layers inside of them. Keras trains a weight inside a wrapper unless
the layer that owns the weight says otherwise: what a container between them says has no effect."""


def derived_inside(config: Any, inputs: tuple[Shape, ...]) -> Derived | None:
    """What a nested layer comes to on these inputs; None where there is no rule for it.

    Args:
        config: in the normal form of the vocabulary, `{"type": …}` or `{"custom": …}`.
        inputs: the shapes that the outer layer feeds it.

    Raises:
        Impossible: it takes no such inputs.
    """
    from lenet_verify.inference.layer import derive_call  # whose rules include the caller's

    type_ = config.get("type") if isinstance(config, Mapping) else None
    if not isinstance(type_, str):
        return None
    if config.get("trainable") is False and type_ in _CONTAINERS:
        if type_.startswith("ConvLSTM"):
            return None  # its cell's own flag is not in the arguments
        config = {**config, "trainable": True}
    try:
        return derive_call(Layer(name=type_, type=type_, config=config), Call((), inputs))
    except InferenceError as e:
        raise Impossible(e.message) from e
