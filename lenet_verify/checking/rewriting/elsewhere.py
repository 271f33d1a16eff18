"""A layer where the values that it is fed have another shape, or in another form there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lenet_verify.architecture import Layer, Shape
from lenet_verify.checking.likeness import arguments, only_applies
from lenet_verify.checking.rewriting.bare import plain_form
from lenet_verify.checking.rewriting.forms import Form, filled, in_form
from lenet_verify.checking.rewriting.views import RESHAPE, along_last_axis

_ALONG_THE_LAST = frozenset({"softmax", "log_softmax", "sparsemax"})
_OF_SEVERAL = frozenset({*_ALONG_THE_LAST, "glu", "prelu"})
"""Activations of several numbers together, or of each by where it stands."""


def alike(one: Layer, other: Layer) -> bool:
    """Whether two layers are of one type and have the same arguments."""
    return one.type == other.type and arguments(one.config) == arguments(other.config)


def elsewhere(wanted: Layer, layer: Layer, fed: Shape) -> Form | None:
    """A layer on the same values in some shape.

    Args:
        wanted: a layer whose form it is to have, if it has that.
        layer: has one input.
        fed: the shape.

    Returns:
        None where it is not known to compute the same.
    """
    found = [form for form in _forms(wanted, layer, fed) if _takes(form.layer, fed)]
    return next((one for one in found if one.layer.type == wanted.type), next(iter(found), None))


def _forms(wanted: Layer, layer: Layer, fed: Shape) -> Iterator[Form]:
    """The forms of a layer, and how they come out on that shape if they may."""
    if only_applies(layer):
        applied = applying_on(layer, layer.inputs[0], fed)
        yield from () if applied is None else (Form(applied, RESHAPE),)
    plain = plain_form(layer)
    for one, rule in ((layer, RESHAPE), *((plain,) if plain else ())):
        vector = Shape(one.input_shapes[0].sizes[-1:]) if one.input_shapes else fed
        for there in (one, along_last_axis(one, vector)):
            if there is not None:
                other, moved = in_form(wanted, there, fed), along_last_axis(there, fed)
                yield from () if other is None else (other,)
                yield from () if moved is None else (Form(moved, rule),)


def _takes(layer: Layer, fed: Shape) -> bool:
    return layer.input_shapes is not None and layer.input_shapes[0].sizes == fed.sizes


def applying_on(layer: Layer, feeder: str, fed: Shape) -> Layer | None:
    """An activation layer on the same values in another shape, if it makes the same of them."""
    seen = layer.input_shapes[0] if layer.input_shapes else None
    if not applies_the_same(layer.activation, seen, fed):
        return None
    return filled(replace(layer, inputs=(feeder,), input_shapes=(fed,)))


def applies_the_same(activation: str | None, one: Shape | None, other: Shape | None) -> bool:
    """Whether an activation makes the same of the same values in one shape and in another."""
    if one == other:
        return True
    if activation is None or one is None or other is None:
        return False
    if activation in _ALONG_THE_LAST and not (one.channels_first or other.channels_first):
        return one.sizes[-1:] == other.sizes[-1:]
    return activation.partition("(")[0] not in _OF_SEVERAL and not set("?[") & set(activation)
