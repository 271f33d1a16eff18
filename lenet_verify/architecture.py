"""The one noun for every model: what it is, wherever it came from.

Frozen values with tuples, free of any framework. Readers make them; checker, drawings and
renderers know nothing else of a model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any


@dataclass(frozen=True, slots=True)
class Shape:
    """The shape of one tensor, batch left out.

    Attributes:
        sizes: in the framework's own axis order; None is a variable size.
        channels_first: whether the first of two or more axes, not the last, is the channels.
    """

    sizes: tuple[int | None, ...]
    channels_first: bool = False

    @property
    def channels(self) -> int | None:
        """The number of feature maps, or the length of the vectors."""
        return self.sizes[0 if self.channels_first and len(self.sizes) > 1 else -1]

    @property
    def spatial(self) -> tuple[int | None, ...]:
        """The sizes of a feature map, channels left out."""
        if self.channels_first and len(self.sizes) > 1:
            return self.sizes[1:]
        return self.sizes[:-1]

    def __str__(self) -> str:
        """The spec's notation: `scalar`, `120`, `128x768`, `6@28x28`, `3@4x5x6`, `2x3x4x5x6`."""
        return _text(self)


@lru_cache(4096)  # a few shapes are told of again and again
def _text(shape: Shape) -> str:
    rank = len(shape.sizes)
    if rank == 0:
        return "scalar"
    if rank <= 2:
        return "x".join(str(size) for size in (*shape.spatial, shape.channels))
    if rank <= 4:
        return f"{shape.channels}@" + "x".join(str(size) for size in shape.spatial)
    return "x".join(str(size) for size in shape.sizes)


@dataclass(frozen=True, slots=True)
class Source:
    """What a layer reads: one output of one call of another layer, both counted from 0.

    Attributes:
        layer, call, output: where it comes from.
        argument: the parameter of the reading layer's call that it is for, where it is handed
            over by name or is a mask; the sources of a call are in the order of its parameters.
    """

    layer: str
    call: int = 0
    output: int = 0
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a layer; shapes are None when unknown."""

    inputs: tuple[Source, ...]
    input_shapes: tuple[Shape, ...] | None = None
    shapes: tuple[Shape, ...] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Layer:
    """One layer, or one nested model with its own `layers` inside.

    Attributes:
        name: the model's own name for it.
        type: a class of Keras (`Conv2D`), an operation of keras.ops (`ops.Relu`), or, with a
            dot or `>` in it, somebody's own class.
        inputs: names of the layers that feed it, in order (of its first call).
        input_shapes: their shapes; None when unknown.
        shapes: the shapes of its outputs; None when unknown.
        params, trainable, non_trainable: counts of weights; None when unknown.
        activation: the function that it applies: `linear` where it could apply one and applies
            none, None where it has none or where it is unknown (then `unknown` says why).
        config: its arguments under Keras's names, in the normal form of the vocabulary.
        macs, connections: multiply-adds and connections as the literature counts them, of all
            calls together; None when unknown, or where there is no definition.
        layers: of a nested model.
        outputs: of a nested model: the names of the inner layers that leave it.
        ends: of a nested model: its outputs in full, where names do not say it all.
        calls: the inputs of every call, where a layer is called more than once.
        details: every call in full, where names do not say it all: the layer is called more than
            once, or it reads a further call or output of another.
        reaches_output: whether what it computes has any effect on the model's outputs.
        weights: the shapes of its weights as its file keeps them, those of inner layers included;
            None where no file was asked for them.
        declared: for a fact that nothing but a file's own word says, whose word it is.
        unknown: for a fact that could not be observed, the reason.
    """

    name: str
    type: str
    inputs: tuple[str, ...] = ()
    input_shapes: tuple[Shape, ...] | None = None
    shapes: tuple[Shape, ...] | None = None
    params: int | None = None
    trainable: int | None = None
    non_trainable: int | None = None
    activation: str | None = None
    config: Mapping[str, Any] = field(default_factory=dict)
    macs: int | None = None
    connections: int | None = None
    layers: tuple[Layer, ...] = ()
    outputs: tuple[str, ...] = ()
    ends: tuple[Source, ...] = ()
    calls: tuple[tuple[str, ...], ...] = ()
    details: tuple[Call, ...] = ()
    reaches_output: bool = True
    weights: tuple[tuple[int, ...], ...] | None = None
    declared: Mapping[str, str] = field(default_factory=dict)
    unknown: Mapping[str, str] = field(default_factory=dict)

    @property
    def output(self) -> str | tuple[str, ...] | None:
        """The output shape in the spec's notation; a tuple where there are several outputs."""
        if self.shapes is None:
            return None
        texts = tuple(str(shape) for shape in self.shapes)
        return texts[0] if len(texts) == 1 else texts

    @property
    def output_shape(self) -> tuple[Any, ...] | None:
        """The output shape, batch left out, in the framework's axis order."""
        if self.shapes is None:
            return None
        sizes = tuple(shape.sizes for shape in self.shapes)
        return sizes[0] if len(sizes) == 1 else sizes


@dataclass(frozen=True, slots=True)
class Compiled:
    """How a model is compiled, as Keras's own identifiers (`adam`, `categorical_crossentropy`)."""

    optimizer: str | None
    loss: str | tuple[str, ...] | None
    metrics: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Architecture:
    """A whole model, its layers in topological order.

    Attributes:
        title: the model's name.
        inputs, outputs: names of the layers where data comes in and leaves.
        ends: the outputs in full, where names do not say it all.
        layers: every layer, input layers included.
        params, trainable, non_trainable: totals that count each weight once; None when unknown.
        compiled: None for a model that was never compiled.
        stray_weights: paths of weights that its file keeps for none of its layers.
        unknown: for a fact of the whole (`layers`, `params` …) that could not be observed, why.
    """

    title: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    layers: tuple[Layer, ...]
    ends: tuple[Source, ...] = ()
    params: int | None = None
    trainable: int | None = None
    non_trainable: int | None = None
    macs: int | None = None
    connections: int | None = None
    compiled: Compiled | None = None
    stray_weights: tuple[str, ...] = ()
    unknown: Mapping[str, str] = field(default_factory=dict)

    def layer(self, name: str) -> Layer:
        """The layer of that name; KeyError if there is none."""
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise KeyError(name)
