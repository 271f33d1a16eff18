"""Normalisation: the values of one input against their own mean and spread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from lenet_verify.architecture import Shape
from lenet_verify.inference.derived import (
    HERE,
    Derived,
    Impossible,
    Weights,
    Window,
    known,
    only,
)
from lenet_verify.inference.merging import elementwise


def batch_normalization(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """BatchNormalization: a trained γ and β and a running mean and variance for each channel.

    With `renorm` there are three more statistics: the running deviation, and mean and deviation
    for the correction. Source: Ioffe and Szegedy 2015, algorithm 1 and 2; Ioffe 2017 (renorm).
    """
    shape = only(inputs)
    _check_clipping(config)
    channels = known(_along(shape, config["axis"]), f"its size along axis {config['axis']}")
    return Derived(
        (shape,),
        trainable_weights=_affine((channels,), config),
        non_trainable_weights=((channels,),) * (5 if config["renorm"] else 2),
    )


def group_normalization(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """GroupNormalization: γ and β for each channel, statistics for each group of channels.

    Source: Wu and He 2018, section 3.1.
    """
    shape = only(inputs)
    axis = config["axis"]
    channels = known(_along(shape, axis), f"its size along axis {axis}")
    groups = channels if config["groups"] == -1 else config["groups"]
    if not groups or channels % groups or channels < groups:
        raise Impossible(f"groups {groups} must divide the {channels} along axis {axis}")
    spatial = _spatial(shape)
    return Derived(
        (shape,),
        trainable_weights=_affine((channels,), config),
        window=None if axis % (len(shape.sizes) + 1) in spatial else seen(shape, spatial),
    )


def layer_normalization(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """LayerNormalization: γ and β for each value along the axes that are normalised over.

    Source: Ba, Kiros and Hinton 2016, section 3 and 3.1.
    """
    shape = only(inputs)
    sizes = _normalised(shape, config["axis"])
    trained: Weights = ()
    if config["center"] or config["scale"]:
        trained = _affine(tuple(known(size, _WHERE) for size in sizes), config)
    return Derived((shape,), trainable_weights=trained, window=seen(shape, config["axis"]))


def rms_normalization(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """RMSNormalization: one gain for each value along the axes that are normalised over.

    The gain is multiplied in along the last axes, whichever it is of; an axis of size 1 is
    stretched. Source: Zhang and Sennrich 2019, equation 4.
    """
    shape = only(inputs)
    axes = config["axis"]
    gains = tuple(known(size, _WHERE) for size in _normalised(shape, axes))
    try:
        scaled = elementwise((shape, Shape(gains)), {}).shapes
    except Impossible as e:
        raise Impossible(f"its gain over axis {_listed(axes)} does not fit the last axes") from e
    return Derived(scaled, trainable_weights=(gains,), window=seen(shape, axes))


def unit_normalization(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """UnitNormalization: everything divided by its length along some axes; no weights."""
    shape = only(inputs)
    _normalised(shape, config["axis"])
    return Derived((shape,), window=seen(shape, config["axis"]))


_WHERE = "the size along an axis that it has weights for"


def _affine(sizes: tuple[int, ...], config: Mapping[str, Any]) -> Weights:
    """γ and β, as far as there are, each of that shape."""
    return (sizes,) * (bool(config["scale"]) + bool(config["center"]))


def _along(shape: Shape, axis: int) -> int | None:
    """The size along an axis, counted as Keras does: 0 is the batch, of variable size."""
    sizes = (None, *shape.sizes)
    if not -len(sizes) <= axis < len(sizes):
        raise Impossible(f"{shape} has no axis {axis} (the batch is axis 0)")
    return sizes[axis]


def _normalised(shape: Shape, axes: Iterable[int]) -> tuple[int | None, ...]:
    """The sizes along axes that are normalised over together, in the order of their numbers."""
    sizes = {axis: _along(shape, axis) for axis in sorted(axes)}
    if len({axis % (len(shape.sizes) + 1) for axis in axes}) < len(tuple(axes)):
        raise Impossible(f"axis {_listed(axes)} names one axis twice")
    return tuple(sizes.values())


def _listed(axes: Iterable[int]) -> str:
    return ", ".join(map(str, axes))


def _spatial(shape: Shape) -> tuple[int, ...]:
    """The axes of a map that are not its channels, the batch counted as axis 0."""
    rank = len(shape.sizes)
    channels = 1 if shape.channels_first and rank > 1 else rank
    return tuple(axis for axis in range(1, rank + 1) if axis != channels)


def seen(shape: Shape, axes: Iterable[int]) -> Window:
    """What one position sees that is normalised over these axes: all along them."""
    over = {axis % (len(shape.sizes) + 1) for axis in axes}
    spatial = _spatial(shape)
    if not over & set(spatial):
        return HERE
    reach = tuple(None if axis in over else 1 for axis in spatial)
    return Window(reach, (Fraction(1),) * len(reach))


def _check_clipping(config: Mapping[str, Any]) -> None:
    """Whether the bounds of a renormalisation can be kept. Source: Ioffe 2017, section 3."""
    clipping = config["renorm_clipping"] if config["renorm"] else None
    rmax, rmin, dmax = ((clipping or {}).get(bound) for bound in ("rmax", "rmin", "dmax"))
    if rmax is not None and rmin is not None and rmax < rmin:
        raise Impossible(f"rmax {rmax} of renorm_clipping is below its rmin {rmin}")
    if dmax is not None and dmax < 0:
        raise Impossible(f"dmax {dmax} of renorm_clipping is below 0")
