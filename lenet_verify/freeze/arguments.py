"""Arguments of layers in the spec's notation: what a recipe states, and what a claim does.

Whatever is written has been read back by the form that will read it, and found to be the value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from lenet_verify.notation import Exactly
from lenet_verify.vocabulary import (
    ARGUMENT_FORMS,
    BASE_ARGUMENTS,
    LAYERS,
    REQUIRED,
    UNOBSERVED,
    Form,
    complete,
)
from lenet_verify.vocabulary.forms import Optional
from lenet_verify.vocabulary.lists import Many
from lenet_verify.vocabulary.nested import LayerForm
from lenet_verify.vocabulary.objects import OBJECTS, KerasObject

USUAL_DTYPE = "float32"
_TRAINING_ONLY = ("initializer", "regularizer", "constraint")
_RARE = frozenset(
    {"gptq_unpacked_column_size", "lora_alpha", "lora_rank", "quantization_config"}
)  # fmt: skip
"""Adaptations of trained weights: claimed only where there is one."""


class Unsayable(ValueError):
    """Something that a spec has no words for; the message says what."""


def recipe(type_: str, config: Mapping[str, Any], lost: list[str]) -> dict[str, Any]:
    """The arguments that make Keras build this layer, those left out that it has of itself.

    Args:
        type_: a class that a spec may name.
        config: the arguments in normal form.
        lost: is told the arguments that a spec cannot say and that change nothing but training.

    Raises:
        Unsayable: an argument has no words.
    """
    known = LAYERS[type_]
    given: dict[str, object] = {}
    written: dict[str, Any] = {}
    for name, argument in known.arguments.items():
        if name not in config or name in UNOBSERVED.get(type_, ()):
            continue
        usual = argument.default is not REQUIRED and complete(type_, given).get(name)
        if argument.default is not REQUIRED and _same(usual, config[name]):
            continue
        try:
            written[name] = _written(name, argument.form, config[name], known.rank, _as_recipe)
        except Unsayable:
            if not _for_training(name):
                raise
            lost.append(name)
            continue
        given[name] = argument.form.read(written[name], known.rank)
    usual = complete(type_, {})["trainable"]
    trained = config.get("trainable", usual)
    if trained != usual and complete(type_, {"trainable": trained})["trainable"] == trained:
        written["trainable"] = trained
    dtype = config.get("dtype")
    if dtype not in (None, USUAL_DTYPE):
        written["dtype"] = _written("dtype", BASE_ARGUMENTS["dtype"].form, dtype, None, _as_recipe)
    return written


def claimed(type_: str, config: Mapping[str, Any], lost: list[str]) -> dict[str, Any]:
    """The arguments that decide what a layer computes, as facts.

    Args:
        type_: a class that a spec may name, or any other, of which names alone tell the form.
        config: the arguments in normal form.
        lost: is told the arguments that no claim can state.
    """
    known = LAYERS.get(type_)
    facts: dict[str, Any] = {}
    for name, value in config.items():
        if _for_training(name) or name in ("activation", "name", "trainable"):
            continue
        if (name in _RARE and value is None) or (name == "dtype" and value == USUAL_DTYPE):
            continue
        try:
            if name in BASE_ARGUMENTS:
                facts[name] = _written(name, BASE_ARGUMENTS[name].form, value, None, _as_claim)
            elif known is not None and name in known.arguments:
                form = known.arguments[name].form
                facts[name] = _written(name, form, value, known.rank, _as_claim)
            elif known is None:
                facts[name] = _by_name(name, value)
        except Unsayable:
            lost.append(name)
    return facts


def usual(type_: str, name: str, config: Mapping[str, Any]) -> bool:
    """Whether a layer's argument is as Keras has it where nothing is said."""
    argument = LAYERS[type_].arguments.get(name) if type_ in LAYERS else None
    if argument is None or argument.default is REQUIRED:
        return False
    others = {key: value for key, value in config.items() if key != name}
    return _same(complete(type_, others).get(name), config[name])


def _for_training(name: str) -> bool:
    """Whether an argument only says how a layer is trained."""
    return name == "seed" or name.rpartition("_")[2] in _TRAINING_ONLY


def _same(one: Any, other: Any) -> bool:
    return Exactly(one, one).admits(other) and Exactly(other, other).admits(one)


def _by_name(name: str, value: Any) -> Any:
    """A value of an argument of a class that no spec knows, if its name tells how to write it."""
    if name not in ARGUMENT_FORMS:
        raise Unsayable(name)
    for rank in (None, 1, 2, 3):
        try:
            return _written(name, ARGUMENT_FORMS[name], value, rank, _as_claim)
        except Unsayable:
            continue
    raise Unsayable(name)


Style = Callable[[Form, Any], Iterator[Any]]
"""The ways to write a value, the preferred ones first."""


def _written(name: str, form: Form, value: Any, rank: int | None, style: Style) -> Any:
    """The first way to write a value that its form reads as that very value."""
    inner = form.form if isinstance(form, Optional) else form
    for candidate in style(inner, value):
        try:
            read = form.read(candidate, rank)
        except ValueError:
            continue
        if form.numeric and isinstance(candidate, str):
            continue  # a claim would take it for a quantity
        if style is _as_recipe:
            read = form.fill(read, rank)
        if Exactly(read, candidate).admits(value):
            return candidate
    raise Unsayable(name)


def _as_recipe(form: Form, value: Any) -> Iterator[Any]:
    """As short as can be: `5` for 5x5, `he_normal` for its object."""
    if isinstance(value, tuple):
        leaves = list(_leaves(value))
        if leaves and all(leaf == leaves[0] for leaf in leaves):
            yield leaves[0]
    if isinstance(form, KerasObject) and isinstance(value, Mapping):
        yield from _objects(form, value)
    yield from _plainly(form, value, partial(_nested, arguments=recipe))


def _as_claim(form: Form, value: Any) -> Iterator[Any]:
    """As a paper has it: `5x5`; but one padding for both ends of every axis."""
    if isinstance(value, tuple) and any(isinstance(item, tuple) for item in value):
        yield from _as_recipe(form, value)
    yield from _plainly(form, value, partial(_nested, arguments=claimed))


def _plainly(
    form: Form, value: Any, nested: Callable[[Mapping[str, Any]], Mapping[str, Any]]
) -> Iterator[Any]:
    if isinstance(form, LayerForm) and isinstance(value, Mapping):
        yield nested(value)
    elif isinstance(form, Many) and isinstance(form.form, LayerForm) and isinstance(value, tuple):
        yield [nested(item) for item in value]
    elif isinstance(value, tuple):
        if len(value) == 1:
            yield value[0]
        if len(value) > 1 and all(type(item) is int for item in value):
            yield "x".join(map(str, value))
        yield _listed(value)
    else:
        yield value


def _nested(
    value: Mapping[str, Any],
    arguments: Callable[[str, Mapping[str, Any], list[str]], dict[str, Any]],
) -> dict[str, Any]:
    """A layer inside of another as a mapping."""
    type_ = value.get("type")
    if not isinstance(type_, str) or type_ not in LAYERS:
        raise Unsayable(str(value.get("custom", type_)))
    config = {key: item for key, item in value.items() if key != "type"}
    lost: list[str] = []
    written = {"type": type_} | arguments(type_, config, lost)
    if arguments is claimed and "activation" in config:
        form = LAYERS[type_].arguments["activation"].form
        written["activation"] = _written("activation", form, config["activation"], None, _as_claim)
    if [name for name in lost if not _for_training(name)]:
        raise Unsayable(lost[0])
    return written


def _objects(form: KerasObject, value: Mapping[str, Any]) -> Iterator[Any]:
    """An initializer, a regularizer or a constraint: by its name alone, or with arguments."""
    known = OBJECTS[form.kind].get(str(value.get("type")))
    if known is None:
        return
    yield known.names[0]
    differing = {
        key: _listed(value[key])
        for key, (_, default) in known.arguments.items()
        if key in value and not _same(value[key], default)
    }
    yield {"type": known.names[0], **differing}


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, tuple):
        for item in value:
            yield from _leaves(item)
    else:
        yield value


def _listed(value: Any) -> Any:
    """Tuples as lists."""
    return [_listed(item) for item in value] if isinstance(value, tuple | list) else value
