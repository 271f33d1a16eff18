"""A separable convolution and its two halves: a depthwise convolution, then one of 1x1."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping
from dataclasses import replace
from typing import Any

from lenet_verify.architecture import Layer
from lenet_verify.checking.rewriting.forms import filled
from lenet_verify.checking.wiring import Network, calls_of, free
from lenet_verify.vocabulary import LAYERS, complete

SEPARABLE = "separable-convolution"
"""A separable convolution is a depthwise one and a convolution of 1x1 after it."""

_HALVES = {
    "SeparableConv1D": ("DepthwiseConv1D", "Conv1D"),
    "SeparableConv2D": ("DepthwiseConv2D", "Conv2D"),
}
_WHOLES = {halves: whole for whole, halves in _HALVES.items()}
_OWN_HALF = ("depthwise_initializer", "depthwise_regularizer", "depthwise_constraint")
_OTHER_HALF = {
    "pointwise_initializer": "kernel_initializer",
    "pointwise_regularizer": "kernel_regularizer",
    "pointwise_constraint": "kernel_constraint",
}
_WHERE = ("kernel_size", "strides", "padding", "dilation_rate", "depth_multiplier", "data_format")
_AT_THE_END = (
    "filters", "use_bias", "activation", "bias_initializer", "bias_regularizer",
    "bias_constraint", "activity_regularizer", "trainable", "dtype",
)  # fmt: skip


def is_whole(type_: str) -> bool:
    """Whether layers of this type have halves."""
    return type_ in _HALVES


def halves_of(type_: str) -> set[str]:
    """The types of the halves of a separable convolution."""
    return set(_HALVES[type_])


def joined(net: Network, only: Container[str] | None = None) -> Network:
    """Every depthwise convolution that a 1x1 one follows, as one separable convolution; if `only`,
    those whose second half is among these."""
    live = (layer for layer in net.layers if layer.reaches_output)
    readers = Counter(wire for layer in live for call in calls_of(layer) for wire in call)
    readers.update(net.outputs)
    by_name = {layer.name: layer for layer in net.layers}
    wholes: dict[str, Layer] = {}
    gone: set[str] = set()
    for layer in net.layers:
        first = by_name.get(layer.inputs[0]) if layer.inputs else None
        if only is not None and layer.name not in only:
            continue
        if first is not None and readers[first.name] == 1 and first.name not in wholes:
            whole = _joined(first, layer)
            if whole is not None:
                wholes[layer.name] = whole
                gone.add(first.name)
    found = net.copy()
    found.layers = [wholes.get(one.name, one) for one in net.layers if one.name not in gone]
    for name in wholes:
        found.recast[name] = SEPARABLE
    return found


def _joined(first: Layer, second: Layer) -> Layer | None:
    whole = _WHOLES.get((first.type, second.type))
    if whole is None or not (_is_plain(first) and _is_plain(second)):
        return None
    one, other = first.config, second.config
    if one.get("use_bias") is not False or first.activation != "linear":
        return None
    if one.get("trainable") != other.get("trainable") or not _is_pointwise(other):
        return None
    arguments = {name: one[name] for name in (*_WHERE, *_OWN_HALF) if name in one}
    arguments |= {ours: other[name] for ours, name in _OTHER_HALF.items() if name in other}
    arguments |= {name: other[name] for name in _AT_THE_END if name in other}
    config = {**complete(whole, _known(whole, arguments)), **arguments}
    layer = filled(
        replace(
            second, type=whole, config=config, inputs=first.inputs, input_shapes=first.input_shapes
        )
    )
    return layer if layer is not None and _adds_up(layer, first, second) else None


def split(net: Network) -> Network:
    """Every separable convolution as its two halves."""
    found = net.copy()
    found.layers = []
    taken = {layer.name for layer in net.layers}
    for layer in net.layers:
        halves = _halves(layer, taken) if layer.type in _HALVES and _is_plain(layer) else None
        found.layers += halves or [layer]
        for half in halves or ():
            found.recast[half.name] = SEPARABLE
            if half.name != layer.name:
                found.parts[half.name] = layer.name
    return found


def _halves(layer: Layer, taken: set[str]) -> list[Layer] | None:
    depthwise, pointwise = _HALVES[layer.type]
    config = layer.config
    arguments = {name: config[name] for name in (*_WHERE, *_OWN_HALF) if name in config}
    arguments |= {name: config[name] for name in ("trainable", "dtype") if name in config}
    arguments |= {"use_bias": False, "activation": "linear"}
    first = filled(
        replace(
            layer,
            type=depthwise,
            config={**complete(depthwise, _known(depthwise, arguments)), **arguments},
            activation="linear",
        )
    )
    if first is None:
        return None
    arguments = {theirs: config[name] for name, theirs in _OTHER_HALF.items() if name in config}
    arguments |= {name: config[name] for name in (*_AT_THE_END, "data_format") if name in config}
    arguments["kernel_size"] = tuple(1 for _ in config["kernel_size"])
    second = filled(
        replace(
            layer,
            type=pointwise,
            config={**complete(pointwise, _known(pointwise, arguments)), **arguments},
            input_shapes=first.shapes,
        )
    )
    if second is None or not _adds_up(layer, first, second):
        return None
    name = free(f"{layer.name}/depthwise", taken)
    return [replace(first, name=name), replace(second, inputs=(name,))]


def _known(type_: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {name: arguments[name] for name in LAYERS[type_].arguments if name in arguments}


def _is_plain(layer: Layer) -> bool:
    single = len(layer.inputs) == 1 and not layer.calls and len(layer.shapes or ()) == 1
    return single and not layer.unknown.keys() & {"call", "config", "quantization", "inputs"}


def _is_pointwise(config: Mapping[str, Any]) -> bool:
    windows = (config.get("kernel_size"), config.get("strides"), config.get("dilation_rate"))
    ones = all(isinstance(sizes, tuple) and set(sizes) == {1} for sizes in windows)
    return ones and config.get("groups") == 1


def _adds_up(whole: Layer, first: Layer, second: Layer) -> bool:
    """Whether the halves have the weights of the whole, and put out what it puts out."""
    if None in (whole.params, first.params, second.params) or whole.shapes != second.shapes:
        return False
    return whole.params == (first.params or 0) + (second.params or 0)
