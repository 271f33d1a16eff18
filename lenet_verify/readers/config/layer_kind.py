"""A serialised layer to what it is, by the vocabulary's tables."""

from __future__ import annotations

import marshal
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from lenet_verify.readers.config.entry import Entry
from lenet_verify.readers.config.identity import Identity
from lenet_verify.readers.config.keras2 import in_keras_3
from lenet_verify.readers.config.shared import shared_inside
from lenet_verify.readers.kind import Kind, opaque, stranger, unreadable, with_activation
from lenet_verify.visible import visible
from lenet_verify.vocabulary import (
    ACTIVATION_LAYERS,
    APPLICATION_LAYERS,
    BASE_ARGUMENTS,
    LAYERS,
    PAPER_ACTIVATIONS,
    normalise,
)
from lenet_verify.vocabulary.argument_forms import COUNT
from lenet_verify.vocabulary.forms import Form, Optional
from lenet_verify.vocabulary.lists import Paddings, Sizes
from lenet_verify.vocabulary.plain import plain, tupled

_LARGEST_NUMBER = 2**63
_INSIDE = ("backward_layer", "cell", "cells", "layer")


_known_kinds: dict[tuple[Identity, str, bool, bool, bytes], Kind] = {}
"""What layers of these arguments are: a network, and one after it, has most of them again."""

_MOST_KNOWN, _LONGEST_KNOWN = 512, 4096

_WITH_POLICIES = ("application", "layer")
"""The roles of what has weights and a dtype to keep them in."""

_WITHOUT_EFFECT = frozenset(
    {
        *("activity_regularizer", "autocast", "batch_input_shape", "data_format"),
        *("implementation", "input_length", "key_shape", "name", "noise_shape", "oov_method"),
        *("query_shape", "rng_type", "value_shape", "vocabulary_size", "zero_output_for_mask"),
        *("kernel_constraint", "kernel_initializer", "kernel_regularizer"),
    }
)
"""What some version of Keras writes of some layer, besides its arguments, and what decides no
shape, count or function. (`kernel_…` of separable convolutions, which have two kernels;
`data_format` of augmentations that treat every value alike.)"""


def kind_of(entry: Entry, identity: Identity) -> Kind:
    """What a layer is; the activation of a layer of nothing else is left out, since that may hang
    on the shape of its input."""
    arguments = marshal.dumps({**entry.config, "name": None}, 2)  # as exact as repr, and faster
    key = (identity, entry.class_name, entry.dated, entry.shared, arguments)
    if key in _known_kinds:
        return _known_kinds[key]
    kind = _kind(entry, identity)
    if identity.role in _WITH_POLICIES and _is_quantized(entry.config):
        why = "it is quantized, which its arguments do not tell"
        unknown = {**kind.unknown, "quantization": why}
        kind = Kind(kind.type, kind.config, kind.activation, unknown)
    if len(arguments) <= _LONGEST_KNOWN:
        if len(_known_kinds) == _MOST_KNOWN:
            _known_kinds.clear()
        _known_kinds[key] = kind
    return kind


def _kind(entry: Entry, identity: Identity) -> Kind:
    role, type_ = identity
    if role == "layer":
        return _known(type_, entry)
    if role == "application":
        taken = {name: entry.config.get(name) for name in APPLICATION_LAYERS[type_]}
        policy = normalise("Identity", {"dtype": entry.config.get("dtype")})
        trainable = bool(entry.config.get("trainable", True))
        return Kind(type_, {**taken, "trainable": trainable, **_dtype(policy)})
    if role == "operation":
        noted = "function" in entry.config  # of TensorFlow, by its name and no arguments
        made = {key: v for key, v in entry.config.items() if key != "name" and not noted}
        return Kind(type_, {key: tupled(plain(v)) for key, v in made.items()})
    if role == "opaque":
        return opaque(type_)
    if role == "tensorflow":
        function = entry.config.get("function")
        called = f"tf.{function}" if isinstance(function, str) else "a function"
        return stranger(type_, f"it calls {called} of TensorFlow, which Keras 2 noted by name")
    return stranger(type_, "it is no class of Keras")


_PLAIN_DTYPES = frozenset(
    {
        *("bfloat16", "float16", "float32", "float64", "mixed_bfloat16", "mixed_float16", "bool"),
        *("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "string"),
        *("complex64", "complex128"),
    }
)
_PLAIN_POLICIES = frozenset({"DTypePolicy", "FloatDTypePolicy", "Policy"})


def _is_quantized(config: Mapping[str, Any]) -> bool:
    """Whether a layer, or one inside of it, may keep its weights in few bits: its dtype is none
    that is known not to."""
    if not _is_plain_dtype(config.get("dtype")):
        return True
    held = [config.get(name) for name in _INSIDE]
    layers = [one for value in held for one in (value if isinstance(value, list) else [value])]
    inner = [one["config"] for one in layers if isinstance(one, dict) and "config" in one]
    return any(isinstance(one, dict) and _is_quantized(one) for one in inner)


def _is_plain_dtype(value: Any) -> bool:
    if isinstance(value, dict):
        module = value.get("module")
        known = module is None or (isinstance(module, str) and module.startswith("keras"))
        known = known and value.get("registered_name") is None
        config = value.get("config")
        name = config.get("name") if isinstance(config, dict) else None
        class_name = value.get("class_name")
        known = known and isinstance(class_name, str) and class_name in _PLAIN_POLICIES
        return known and isinstance(name, str) and name in _PLAIN_DTYPES
    return value is None or (isinstance(value, str) and value in _PLAIN_DTYPES)


def _dtype(config: Mapping[str, Any]) -> dict[str, Any]:
    return {"dtype": config["dtype"]} if "dtype" in config else {}


def _known(type_: str, entry: Entry) -> Kind:
    """A layer of one of Keras's own classes."""
    if entry.shared or shared_inside(entry.config):
        return unreadable(type_, "it is, or holds, a layer that the file has elsewhere too")
    try:
        told = _with_functions(in_keras_3(type_, entry.config))
        if (more := _unheard_of(type_, told)) is not None:
            return unreadable(type_, f"'{visible(more)}' is no argument of it in Keras 3")
        config = normalise(type_, told)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return unreadable(type_, "its arguments cannot be read: they are not of Keras's forms")
    if not _is_sane(config):
        return unreadable(type_, "an argument of it is a number beyond 2^63")
    if (wrong := _misshapen(type_, config)) is not None:
        return unreadable(type_, f"its {wrong} is none that Keras takes")
    if strange := next(_strange_inside(config), None):
        return unreadable(type_, f"{strange} inside it is not Keras's own", config)
    alone = type_ in ACTIVATION_LAYERS
    return Kind(type_, config, None if alone else with_activation(type_, config, None).activation)


def _with_functions(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """The arguments, with what is written as we write a function of certain parameters, or one of
    our own, as Keras writes neither, as a function of the file's own."""
    own = {
        name: {"class_name": "function", "config": config[name]}
        for name in ("activation", "recurrent_activation")
        if isinstance(config.get(name), str) and _is_our_word(config[name])
    }
    return {**config, **own} if own else config


def _is_our_word(activation: str) -> bool:
    return "(" in activation or activation in PAPER_ACTIVATIONS


def _unheard_of(type_: str, config: Mapping[str, Any]) -> str | None:
    """An argument that the vocabulary does not know, and that may change what the layer is; of a
    layer inside of it too."""
    for name, value in config.items():
        if not _is_heard_of(type_, name, value):
            return name
        for inner in (value if isinstance(value, list) else [value]) if name in _INSIDE else ():
            class_name = inner.get("class_name") if isinstance(inner, dict) else None
            held = inner.get("config") if class_name in LAYERS else None
            if isinstance(held, dict) and (more := _unheard_of(str(class_name), held)) is not None:
                return more
    return None


def _is_heard_of(type_: str, name: str, value: Any) -> bool:
    if name in ("activation", "recurrent_activation") and isinstance(value, str):
        return not _is_our_word(value)  # of a layer inside of it
    if name in LAYERS[type_].arguments or name in BASE_ARGUMENTS or name in _WITHOUT_EFFECT:
        return True
    return value is None or value is False or (name == "groups" and value == 1)


def _is_sane(value: Any) -> bool:
    if isinstance(value, int | float):
        return abs(value) <= _LARGEST_NUMBER
    if isinstance(value, dict):
        return all(map(_is_sane, value.values()))
    return not isinstance(value, list | tuple) or all(map(_is_sane, value))


@cache
def _counted(type_: str) -> Sequence[tuple[str, Form]]:
    """The arguments of a class that shapes are counted from."""
    found = []
    for name, argument in LAYERS[type_].arguments.items():
        form = argument.form.form if isinstance(argument.form, Optional) else argument.form
        if form == COUNT or isinstance(form, Paddings | Sizes):
            found.append((name, argument.form))
    return found


def _misshapen(type_: str, config: Mapping[str, Any]) -> str | None:
    """The argument of a layer, or of one inside of it, that would make shapes of what is no size:
    a fraction, a negative number, one for an axis too many."""
    for name, form in _counted(type_):
        try:
            form.read(plain(config.get(name)), LAYERS[type_].rank)
        except ValueError:
            if name in config:  # what is missing, a rule will miss
                return name
    for inner in _layers_inside(config):
        if inner.get("type") in LAYERS and (wrong := _misshapen(inner["type"], inner)) is not None:
            return wrong
    return None


def _layers_inside(config: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for argument in _INSIDE:
        inside = config.get(argument)
        for layer in inside if isinstance(inside, tuple) else (inside,):
            if isinstance(layer, Mapping):
                yield layer


def _strange_inside(config: Mapping[str, Any]) -> Iterator[str]:
    """Layers and functions, not Keras's own, of the layers that a layer wraps."""
    for layer in _layers_inside(config):
        if "type" not in layer:
            yield str(layer.get("custom", "a layer"))
        for name in ("activation", "recurrent_activation"):
            function = layer.get(name)
            if isinstance(function, Mapping):
                yield str(function.get("custom", "a function"))
        yield from _strange_inside(layer)
