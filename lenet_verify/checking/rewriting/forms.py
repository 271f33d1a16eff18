"""One layer in the form of another that computes the same on what it is fed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import prod
from typing import Any, NamedTuple

from lenet_verify.architecture import Layer, Shape
from lenet_verify.errors import InferenceError
from lenet_verify.inference import derive, measure
from lenet_verify.vocabulary import LAYERS, complete

WHOLE_MAP = "whole-map-convolution"
"""A convolution whose kernel covers the whole map is a dense layer on the flattened map."""
GLOBAL_POOLING = "global-pooling"
"""Pooling whose window covers the whole map is global pooling."""

_CONVOLUTIONS = {"Conv1D": 1, "Conv2D": 2, "Conv3D": 3}
_POOLINGS = {
    f"{kind}Pooling{rank}D": (rank, f"Global{kind}Pooling{rank}D")
    for kind in ("Average", "Max")
    for rank in (1, 2, 3)
}
_GLOBAL_POOLINGS = {name: (rank, kind) for kind, (rank, name) in _POOLINGS.items()}


class Form(NamedTuple):
    """A layer in another form.

    Attributes:
        layer: what it is then; its `input_shapes` say how it must be given what it is fed, and its
            `shapes` how it gives back what it computes: the same values in the same order.
        rule: why it computes the same.
    """

    layer: Layer
    rule: str


def in_form(wanted: Layer, layer: Layer, fed: Shape) -> Form | None:
    """A layer in the form of another, if it has that form too.

    Args:
        wanted: a layer of that form. Where it pools by another rule, the form is that of pooling
            over the whole map all the same. Its strides and padding are taken over, where a window
            stands in one place whatever they are.
        layer: has one input, whose shape is known.
        fed: the shape that its input has where it is made, before anything reshapes it.

    Returns:
        None where it is of that form already, or where it would not compute the same.
    """
    if not _is_plain(layer) or layer.input_shapes is None:
        return None
    seen = layer.input_shapes[0]
    if seen.channels_first or fed.channels_first or None in (*seen.sizes, *fed.sizes):
        return None
    if wanted.type == "Dense" and layer.type in _CONVOLUTIONS:
        return _dense(layer, seen)
    if wanted.type in _CONVOLUTIONS and layer.type == "Dense":
        return _convolution(wanted, layer, seen, fed)
    if wanted.type in _GLOBAL_POOLINGS:
        return _global_pooling(layer, seen, bool(wanted.config.get("keepdims", False)))
    if wanted.type in _POOLINGS and layer.type in _GLOBAL_POOLINGS:
        return _pooling(wanted, layer, seen)
    return None


def forms(layer: Layer, fed: Shape, wanted: Iterable[Layer]) -> Iterable[Form]:
    """The other forms that a layer has among some."""
    for one in wanted:
        form = in_form(one, layer, fed)
        if form is not None:
            yield form


def has_forms(type_: str) -> bool:
    """Whether layers of this type may have another form."""
    return type_ == "Dense" or type_ in _CONVOLUTIONS or type_ in (_POOLINGS | _GLOBAL_POOLINGS)


def _is_plain(layer: Layer) -> bool:
    """Whether nothing about a layer is unknown, or told otherwise than by its arguments."""
    opaque = layer.unknown.keys() & {"call", "config", "params", "output", "quantization", "inputs"}
    single = len(layer.inputs) == 1 and not layer.calls and not layer.layers
    return single and not opaque and len(layer.shapes or ()) == 1


def _covers(layer: Layer, size: object, seen: Shape) -> bool:
    """Whether a window of this size is the whole map, and stands on it in one place alone."""
    spatial = seen.spatial
    whole = size == spatial and layer.config.get("padding") == "valid"
    one_pixel = set(spatial) == {1} and set(_sizes(size)) == {1}
    return bool(spatial) and (whole or one_pixel)


def _sizes(value: object) -> tuple[object, ...]:
    return tuple(value) if isinstance(value, tuple | list) else (value,)


def _dense(layer: Layer, seen: Shape) -> Form | None:
    config = layer.config
    if len(seen.sizes) != _CONVOLUTIONS[layer.type] + 1:
        return None
    if not _covers(layer, config.get("kernel_size"), seen) or config.get("groups") != 1:
        return None
    if set(_sizes(config.get("dilation_rate"))) != {1}:
        return None
    flat = Shape((prod(_numbers(seen)),))
    arguments = {**_common(layer, "Dense"), "units": config.get("filters")}
    return _derived(layer, "Dense", arguments, flat, WHOLE_MAP)


def _convolution(wanted: Layer, layer: Layer, seen: Shape, fed: Shape) -> Form | None:
    if len(seen.sizes) != 1:
        return None
    type_, rank = wanted.type, _CONVOLUTIONS[wanted.type]
    is_map = len(fed.sizes) == rank + 1 and prod(_numbers(fed)) == seen.sizes[0]
    on = fed if is_map else Shape((*(1,) * rank, *seen.sizes))
    if wanted.config.get("kernel_size", on.spatial) != on.spatial:
        return None
    arguments = {
        **_common(layer, type_),
        "filters": layer.config.get("units"),
        "kernel_size": on.spatial,
        **_place(wanted, on),
    }
    return _derived(layer, type_, arguments, on, WHOLE_MAP)


def _global_pooling(layer: Layer, seen: Shape, keeps: bool) -> Form | None:
    if layer.type in _POOLINGS:
        rank, type_ = _POOLINGS[layer.type]
        other = _covers(layer, layer.config.get("pool_size"), seen)
    elif layer.type in _GLOBAL_POOLINGS:
        rank, type_ = _GLOBAL_POOLINGS[layer.type][0], layer.type
        other = layer.config.get("keepdims") is not keeps
    else:
        return None
    if not other or len(seen.sizes) != rank + 1:
        return None
    arguments = {**_common(layer, type_), "keepdims": keeps}
    return _derived(layer, type_, arguments, seen, GLOBAL_POOLING)


def _pooling(wanted: Layer, layer: Layer, seen: Shape) -> Form | None:
    rank, type_ = _GLOBAL_POOLINGS[layer.type]
    if len(seen.sizes) != rank + 1:
        return None
    arguments = {**_common(layer, type_), "pool_size": seen.spatial, "strides": seen.spatial}
    arguments |= _place(wanted, seen)
    return _derived(layer, type_, arguments, seen, GLOBAL_POOLING)


def _place(wanted: Layer, seen: Shape) -> dict[str, Any]:
    """The strides and padding of a layer, as far as a window over the whole map may have any."""
    strides, padding = wanted.config.get("strides"), wanted.config.get("padding")
    place = {} if strides is None else {"strides": strides}
    if padding is not None and set(seen.spatial) == {1}:
        place["padding"] = padding
    return place


def _numbers(shape: Shape) -> tuple[int, ...]:
    return tuple(size for size in shape.sizes if size is not None)


def _common(layer: Layer, type_: str) -> Mapping[str, Any]:
    """The arguments of a layer that a layer of another type has too; where kernels and windows
    stand is not among them, for they stand in one place."""
    place = {"strides", "padding", "dilation_rate", "pool_size", "kernel_size", "keepdims"}
    known = LAYERS[type_].arguments.keys() - place
    return {name: value for name, value in layer.config.items() if name in known}


def _derived(
    layer: Layer, type_: str, arguments: Mapping[str, Any], seen: Shape, rule: str
) -> Form | None:
    """The layer in its new form, if that has as many weights and puts out as many values."""
    config = {**complete(type_, arguments), **arguments}
    form = filled(replace(layer, type=type_, config=config, input_shapes=(seen,)))
    if form is None or not layer.shapes or not form.shapes:
        return None
    ours = (layer.params, prod(_numbers(layer.shapes[0])))
    theirs = (form.params, prod(_numbers(form.shapes[0])))
    return Form(form, rule) if ours == theirs else None


def filled(layer: Layer) -> Layer | None:
    """A layer with the shapes and counts that it comes to on its inputs; None if it takes none
    such."""
    try:
        derived = derive(layer)
    except InferenceError:
        return None
    if derived is None:
        return None
    known = {**layer.unknown}
    for fact in ("macs", "connections"):
        known.pop(fact, None)
    return measure(
        replace(
            layer,
            shapes=derived.shapes,
            params=derived.trainable + derived.non_trainable,
            trainable=derived.trainable,
            non_trainable=derived.non_trainable,
            unknown=known,
        )
    )
