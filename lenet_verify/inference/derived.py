"""What a rule derives of a layer, and the arithmetic that the rules share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from math import prod
from typing import Any

from lenet_verify.architecture import Shape

LARGEST_COUNT = 2**63
"""No count that anybody could mean is larger; what is, is refused before it grows further."""

MOST_AXES, MOST_OUTPUTS = 16, 256
"""What has more axes, the batch counted, or more outputs is left unsaid."""

Weights = tuple[tuple[int, ...], ...]
"""The shape of each weight; that of a single number is ()."""


@dataclass(frozen=True, slots=True)
class Window:
    """What of its input one position of a layer's output sees.

    Attributes:
        reach: along each spatial axis, how many positions of the input; None for all of them.
        step: along each spatial axis, by how many positions of the input that moves from one
            position of the output to the next: 2 for a stride of 2, 1/2 for an upsampling by 2.
    """

    reach: tuple[int | None, ...]
    step: tuple[Fraction, ...]


HERE = Window((), ())
"""Each position sees itself alone, as in a Dense on a sequence."""


@dataclass(frozen=True)
class Derived:
    """What a layer comes to, from first principles, for one example.

    Attributes:
        shapes: of its outputs.
        trainable_weights, non_trainable_weights: each weight by its shape, in the order in which
            Keras makes them. Among the others, those that are frozen may stand elsewhere.
        macs: multiply-adds; a layer that multiplies by no kernel and no matrix has none. None
            where a size that they depend on is variable.
        connections: as LeCun et al. 1998 count them: for each unit its inputs, and one more for
            a bias. None where a size is variable, or where the literature defines none.
        window: what one position sees: itself alone (`HERE`), a window, everything, or None
            where that cannot be said.

    Raises:
        Impossible: its weights hold more than 2**63 numbers.
    """

    shapes: tuple[Shape, ...]
    trainable_weights: Weights = ()
    non_trainable_weights: Weights = ()
    macs: int | None = 0
    connections: int | None = None
    window: Window | None = HERE

    def __post_init__(self) -> None:
        """Refuses what is too large."""
        if self.trainable_weights or self.non_trainable_weights:
            weights(*self.trainable_weights, *self.non_trainable_weights)

    @cached_property
    def trainable(self) -> int:
        """How many numbers it trains."""
        return weights(*self.trainable_weights)

    @cached_property
    def non_trainable(self) -> int:
        """How many numbers its other weights hold."""
        return weights(*self.non_trainable_weights)


class Impossible(ValueError):
    """No layer of these arguments takes inputs of these shapes; the message says why."""


def same_shape(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """A layer that changes values but no shape, and has no weights."""
    return Derived((only(inputs),), connections=0)


def same_maps(rank: int, inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """A layer of maps of so many spatial axes that changes no shape, and has no weights."""
    return Derived((of_rank(only(inputs), rank),), connections=0)


def only(inputs: tuple[Shape, ...]) -> Shape:
    """The single input of a layer that takes one.

    Raises:
        Impossible: there are more or fewer.
    """
    if len(inputs) != 1:
        raise Impossible(f"it takes one input, not {len(inputs)}")
    return inputs[0]


def of_rank(shape: Shape, spatial: int) -> Shape:
    """The shape, if it is feature maps of that many spatial axes.

    Raises:
        Impossible: it is something else.
    """
    if len(shape.sizes) != spatial + 1:
        axes = "x".join("_" * spatial)
        raise Impossible(f"it takes feature maps such as _@{axes}, not {shape}")
    return shape


def known(size: int | None, what: str) -> int:
    """A size that weights depend on, so that it cannot vary.

    Raises:
        Impossible: it is variable.
    """
    if size is None:
        raise Impossible(f"{what} must be a number, not variable")
    return size


def product(sizes: tuple[int | None, ...]) -> int | None:
    """How many values there are; None if any size is variable.

    Raises:
        Impossible: more than 2**63.
    """
    numbers = [size for size in sizes if size is not None]
    values = _countable(prod(numbers))
    return values if len(numbers) == len(sizes) else None


def weights(*shapes: tuple[int, ...]) -> int:
    """How many numbers weights of these shapes hold.

    Raises:
        Impossible: more than 2**63.
    """
    return _countable(sum(map(prod, shapes)))


def _countable(count: int) -> int:
    if count > LARGEST_COUNT:
        raise Impossible("it would have more than 2**63 values")
    return count


def biased(config: Mapping[str, Any], *kernels: tuple[int, ...], bias: tuple[int, ...]) -> Weights:
    """Kernels, and the bias after them if the layer has one."""
    return (*kernels, bias) if config["use_bias"] else kernels


def all_weights(layers: Iterable[Derived]) -> tuple[Weights, Weights]:
    """The weights of several layers one after the other: those that are trained, and the others."""
    trained: list[tuple[int, ...]] = []
    others: list[tuple[int, ...]] = []
    for layer in layers:
        trained += layer.trainable_weights
        others += layer.non_trainable_weights
    return tuple(trained), tuple(others)


def times(*factors: int | None) -> int | None:
    """A product; None if any factor is variable.

    Raises:
        Impossible: more than 2**63.
    """
    return product(factors)


@cache  # a network has a few of these, again and again
def sliding(
    window: tuple[int, ...], strides: tuple[int, ...], dilation: tuple[int, ...] | None = None
) -> Window:
    """What a sliding window sees; dilation spreads it. Source: Dumoulin and Visin, 5.1."""
    spread = dilation or (1,) * len(window)
    reach = tuple(d * (size - 1) + 1 for size, d in zip(window, spread, strict=True))
    return Window(reach, tuple(map(Fraction, strides)))


def maps(channels: int | None, spatial: tuple[int | None, ...], like: Shape) -> Shape:
    """Feature maps in the axis order of another shape."""
    if like.channels_first:
        return Shape((channels, *spatial), channels_first=True)
    return Shape((*spatial, channels))


def windowed(size: int | None, window: int, stride: int, dilation: int, padding: str) -> int | None:
    """How many positions a sliding window has along an axis; None on a variable axis.

    `valid`: floor((size - reach) / stride) + 1 with reach = dilation·(window - 1) + 1;
    `same` and `causal`: ceil(size / stride). Source: Dumoulin and Visin, A guide to convolution
    arithmetic for deep learning, 2016, section 2.4 and 5.1 (dilation).

    Raises:
        Impossible: the window reaches beyond the axis.
    """
    if size is None:
        return None
    if padding != "valid":
        return -(-size // stride)
    reach = dilation * (window - 1) + 1
    if reach > size:
        raise Impossible(f"its window reaches over {reach}, beyond an input of size {size}")
    return (size - reach) // stride + 1


def everywhere(axes: int) -> Window:
    """The window of what sees the whole map, along that many axes."""
    return Window((None,) * axes, (Fraction(1),) * axes)


def total(*counts: int | None) -> int | None:
    """A sum; None if any count depends on a variable size."""
    numbers = [count for count in counts if count is not None]
    return sum(numbers) if len(numbers) == len(counts) else None
