"""Rows to a Keras model, and whether two networks give the same results with the same weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zlib import crc32

import numpy as np

from lenet_verify.framework import import_keras
from tests.mutation.network import INPUT, Network, Row
from tests.mutation.static import Groups

keras = import_keras()

_BATCH = 16


def keras_model(net: Network, draw: int = 0) -> Any:
    """The Keras model of a network; every weight is drawn by whose it is."""
    made = _Made(net, draw)
    for row in net.rows:
        group = made.groups.of(row.name)
        if group is None:
            made.tensors[row.name] = made.called(row, made.tensors)
        elif row.name == made.groups.last(group):
            made.call_group(group)
    inputs = [made.tensors[row.name] for row in net.inputs]
    return keras.Model(inputs, [made.tensors[name] for name in net.outputs])


def deviation(one: Network, other: Network, draw: int = 0) -> float:
    """By how much the results of two networks of the same inputs differ, with the same weights:
    relative to the largest, infinite if their shapes do, not a number if they are none."""
    ours, theirs = _results(one, draw), _results(other, draw)
    if [result.shape for result in ours] != [result.shape for result in theirs]:
        return float("inf")
    apart = 0.0
    for a, b in zip(ours, theirs, strict=True):
        if not (np.isfinite(a).all() and np.isfinite(b).all()):
            return float("nan")
        apart = max(apart, float(abs(a - b).max() / (abs(a).max() + 1e-6)))
    return apart


def _results(net: Network, draw: int) -> list[Any]:
    """What a network makes of random inputs, the same for inputs of the same place and shape."""
    model = keras_model(net, draw)
    given = []
    for place, row in enumerate(net.inputs):
        rng = np.random.default_rng([draw, place])
        sizes = (_BATCH, *row.arguments["shape"])
        whole = row.arguments.get("dtype") == "int32"
        # some of the batch all below zero, some all above
        centre = rng.normal(0, 2, (_BATCH, *[1] * len(row.arguments["shape"])))
        drawn = rng.integers(0, 10, sizes) if whole else rng.normal(0, 1, sizes) + centre
        given.append(drawn.astype("int32" if whole else "float32"))
    outputs = model(given, training=False)
    return [keras.ops.convert_to_numpy(output).astype("float64") for output in outputs]


def has_other_weights(one: Network, other: Network) -> bool:
    """Whether the weights of two networks differ in shape, so that none has those of the other."""
    shapes = (
        sorted(tuple(weight.shape) for weight in keras_model(net).weights) for net in (one, other)
    )
    first, second = shapes
    return first != second


class _Made:
    """The tensors of a network, as they are made."""

    def __init__(self, net: Network, draw: int) -> None:
        self.draw = draw
        self.groups = Groups(net)
        self.tensors: dict[str, Any] = {}
        self.layers: dict[str, Any] = {}

    def called(self, row: Row, tensors: Mapping[str, Any]) -> Any:
        if row.type == INPUT:
            dtype = row.arguments.get("dtype", "float32")
            return keras.Input(tuple(row.arguments["shape"]), dtype=dtype, name=row.name)
        layer = self.layers.get(row.shares)
        first = layer is None
        if first:
            layer = self.layers[row.name] = layer_of(row.type, row.arguments, row.name)
        fed = [tensors[name] for name in row.inputs]
        several = len(fed) > 1 or row.type in _MERGING
        result = layer(fed if several else fed[0])
        if first:
            _draw_weights(layer, row, self.draw)
        return result

    def call_group(self, group: int) -> None:
        """A group of rows as a model of its own, called on what feeds them."""
        entering, leaving = self.groups.entering(group), self.groups.leaving(group)
        outside = [self.tensors[name] for name in entering]
        inside = {
            name: keras.Input(tensor.shape[1:], dtype=tensor.dtype)
            for name, tensor in zip(entering, outside, strict=True)
        }
        entrances = list(inside.values())
        for row in self.groups.rows(group):
            inside[row.name] = self.called(row, inside)
        model = keras.Model(entrances, [inside[name] for name in leaving])
        self.tensors |= dict(zip(leaving, model(outside), strict=True))


_MERGING = frozenset(
    {"Add", "Average", "Concatenate", "Maximum", "Minimum", "Multiply", "Subtract"}
)


def layer_of(type_: str, arguments: Mapping[str, Any], name: str | None = None) -> Any:
    """A layer of Keras."""
    ready = {key: _inner(value) for key, value in arguments.items()}
    more = {} if name is None else {"name": name}
    return getattr(keras.layers, type_)(**ready, **more)


def _inner(value: Any) -> Any:
    """A value with the layer in it made."""
    if isinstance(value, Mapping) and "type" in value:
        return layer_of(value["type"], {key: v for key, v in value.items() if key != "type"})
    return value


def _draw_weights(layer: Any, row: Row, draw: int) -> None:
    for number, weight in enumerate(layer.weights):
        owner = f"{row.origin or row.name}/{row.first + number}"
        rng = np.random.default_rng([draw, crc32(owner.encode())])
        # larger ones too: a few functions differ but for these
        values = rng.normal(0, 0.7 * 4 ** (draw % 3), int(np.prod(weight.shape)))
        if "variance" in weight.path:
            values = 0.05 * abs(values) + 0.01
        weight.assign(values.reshape(weight.shape))
