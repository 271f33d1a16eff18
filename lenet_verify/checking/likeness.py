"""How alike two layers are: what one is, and what it costs to let one stand for another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from lenet_verify.architecture import Layer
from lenet_verify.vocabulary import ACTIVATION_LAYERS, LAYERS

GAP = 4.0
"""What it costs to leave a layer without a partner; two gaps cost more than a poor pair."""
OTHER = 9.0
"""More than two gaps: the two cannot stand for each other."""

_WITH_KERNELS = frozenset({"convolution", "dense"})
_OTHER_KERNEL = 5.0
"""A dense layer and a convolution of as many outputs may well be meant for each other."""
_OTHER_TYPE, _OWN_CLASS, _OWN_CLASS_OF_THE_NAME = 2.0, 3.0, 1.0
_SHAPE, _PARAMS, _ACTIVATION, _ARGUMENT, _ARGUMENTS = 0.8, 0.4, 0.2, 0.1, 0.3

_APPLYING = "Activation"
"""What every layer is taken for that only applies an activation, whatever its class."""

_HOW_TO_TRAIN = ("_initializer", "_regularizer", "_constraint")
_NO_EFFECT = frozenset({"activation", "dtype", "name", "seed", "trainable"})


class Features(NamedTuple):
    """What tells one layer from another, whatever it is called and wherever it stands."""

    type: str
    shape: str
    channels: int | None
    params: int | None
    activation: str | None
    arguments: tuple[tuple[str, str], ...]

    def loosely(self) -> tuple[object, ...]:
        """The same but for what another input would change."""
        return (self.type, self.activation, self.arguments)


def features(layer: Layer, activation: str | None) -> Features:
    """What one layer is; an activation layer that follows it counts as its own activation."""
    shape = str(layer.shapes[0]) if layer.shapes else ""
    channels = layer.shapes[0].channels if layer.shapes and layer.shapes[0].sizes else None
    if only_applies(layer):
        return Features(_APPLYING, shape, channels, layer.params, activation, ())
    return Features(layer.type, shape, channels, layer.params, activation, arguments(layer.config))


def only_applies(layer: Layer) -> bool:
    """Whether a layer is its activation and nothing else, which there are several ways to write."""
    return layer.type in ACTIVATION_LAYERS and layer.activation is not None


def arguments(config: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The arguments that decide what a layer computes, as texts."""
    return tuple(
        (name, repr(value))
        for name, value in sorted(config.items())
        if name not in _NO_EFFECT and not name.endswith(_HOW_TO_TRAIN)
    )


def same(one: Layer, other: Layer) -> bool:
    """Whether two layers are alike in every respect but their activation."""
    if one.params != other.params or one.shapes != other.shapes:
        return False
    if only_applies(one) and only_applies(other):
        return True
    if one.type != other.type:
        return False
    return one.config == other.config or arguments(one.config) == arguments(other.config)


def difference(wanted: Features, found: Features) -> float:
    """What it costs to let a model's layer stand for a spec's."""
    cost = 0.0
    if wanted.type != found.type:
        if found.type in LAYERS:
            known = LAYERS.get(wanted.type)
            families = {known.family if known else None, LAYERS[found.type].family}
            alike = families == _WITH_KERNELS and None is not wanted.channels == found.channels
            if len(families) > 1 and not alike:
                return OTHER
            cost = _OTHER_KERNEL if alike else _OTHER_TYPE
        else:
            # somebody's own class may well be the paper's layer; its last name is a hint
            named_so = found.type.rpartition(".")[2] == wanted.type
            cost = _OWN_CLASS_OF_THE_NAME if named_so else _OWN_CLASS
    if wanted.shape and found.shape and wanted.shape != found.shape:
        cost += _SHAPE
    if wanted.params != found.params:
        cost += _PARAMS
    if wanted.activation != found.activation:
        cost += _ACTIVATION
    if wanted.type == found.type and wanted.arguments != found.arguments:
        theirs = dict(found.arguments)
        unlike = sum(theirs.get(name) != value for name, value in wanted.arguments)
        cost += min(_ARGUMENTS, _ARGUMENT * unlike)
    return cost
