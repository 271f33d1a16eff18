"""What a layer is: its type, its arguments, the function that it applies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from lenet_verify.architecture import Layer
from lenet_verify.vocabulary import ACTIVATION_LAYERS, activation_of
from lenet_verify.vocabulary.calls import call_parameters

NOTHING: Mapping[str, Any] = {}


class Kind:
    """What a layer is.

    Attributes:
        type: a class of Keras (`Conv2D`), an operation of keras.ops (`ops.Relu`), or, with a dot
            or `>` in it, somebody's own class.
        config: its arguments, in the normal form of the vocabulary.
        activation: the function that it applies.
        unknown: for a fact that cannot be read, the reason.
    """

    __slots__ = ("activation", "config", "type", "unknown")

    def __init__(
        self,
        type_: str,
        config: Mapping[str, Any] = NOTHING,
        activation: str | None = None,
        unknown: Mapping[str, str] = NOTHING,
    ) -> None:
        self.type = type_
        self.config = config
        self.activation = activation
        self.unknown = unknown


def unreadable(type_: str, why: str, config: Mapping[str, Any] = NOTHING) -> Kind:
    """A layer of Keras's own whose arguments are not what they should be."""
    return Kind(type_, config, unknown={"activation": why, "config": why})


def stranger(type_: str, why: str) -> Kind:
    """A layer of somebody's own class."""
    reason = f"what {type_} computes cannot be read: {why}"
    return Kind(type_, unknown=nothing_known(reason))


def opaque(type_: str) -> Kind:
    """A layer of Keras's own that runs code, or whatever there is no table for."""
    return Kind(type_, unknown=nothing_known(f"what a {type_} computes cannot be read"))


def nothing_known(reason: str) -> dict[str, str]:
    """What is unknown of a layer of which only the name is known."""
    return dict.fromkeys(("type", "activation", "config"), reason)


def with_activation(type_: str, config: Mapping[str, Any], rank: int | None) -> Kind:
    """A layer of these arguments, with the activation that follows from them.

    Args:
        type_: of the layer.
        config: in the normal form of the vocabulary.
        rank: how many axes its input has, the batch included, if that is known.
    """
    activation = activation_of(type_, _counted_from_the_end(type_, config, rank))
    if activation is not None and activation.startswith("?"):
        own = config.get("activation")
        name = own.get("custom") if isinstance(own, Mapping) else activation[1:]
        reason = f"{name or 'its activation'} is a function of the model's own"
        return Kind(type_, config, unknown={"activation": reason})
    return Kind(type_, config, activation)


def _counted_from_the_end(
    type_: str, config: Mapping[str, Any], rank: int | None
) -> Mapping[str, Any]:
    """The arguments of an activation, its axis -1 where it is the last one by another number."""
    axis = config.get("axis")
    if isinstance(axis, list | tuple) and len(axis) == 1:
        axis = axis[0]
    if type_ in ACTIVATION_LAYERS and rank is not None and axis == rank - 1:
        return {**config, "axis": -1}
    return config


def told_inside(layers: Sequence[Layer], why: str) -> tuple[Layer, ...]:
    """The layers of a nested model that is told something when it is called: those that it hands
    that on to may compute something else than they say."""
    return tuple(
        replace(
            layer,
            layers=told_inside(layer.layers, why),
            unknown={**layer.unknown, "call": layer.unknown.get("call", why)},
        )
        if "training" in call_parameters(layer.type)
        else layer
        for layer in layers
    )
