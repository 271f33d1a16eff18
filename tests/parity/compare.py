"""The same case by Keras and by inference."""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from lenet_verify.architecture import Layer, Shape
from lenet_verify.builder import ONE_BY_ONE
from lenet_verify.errors import InferenceError
from lenet_verify.framework import import_keras
from lenet_verify.inference import derive
from lenet_verify.readers.keras_layer import kind_of
from lenet_verify.vocabulary import LAYERS, complete, normalise, read_layer
from tests.parity.case import Case, Sizes
from tests.parity.cases import ODDITIES

keras = import_keras()


@dataclass(frozen=True)
class Answer:
    """What becomes of the inputs."""

    shapes: tuple[Sizes, ...]
    trainable: int
    non_trainable: int

    def __str__(self) -> str:
        shapes = ", ".join(map(str, self.shapes))
        return f"{shapes}; {self.trainable} trainable, {self.non_trainable} not"


@dataclass(frozen=True)
class Refusal:
    """There is no such layer, or it takes no such inputs."""

    why: str

    def __str__(self) -> str:
        return f"refused: {self.why}"


@dataclass(frozen=True)
class Unsaid:
    """The rule cannot say."""

    def __str__(self) -> str:
        return "unsaid"


_Ours = Answer | Refusal | Unsaid


@dataclass(frozen=True)
class Comparison:
    """Both answers, and what they come to: `agreed` (both answer), `refused` (both do), `unsaid`
    (the rule says nothing), `odd` (Keras is known to be wrong there) or `disagreed`."""

    case: Case
    keras: Answer | Refusal
    inference: Answer | Refusal | Unsaid
    outcome: str
    why: str = ""

    def __str__(self) -> str:
        more = f"\n    {self.why}" if self.why else ""
        return f"{self.case}\n    Keras:     {self.keras}\n    inference: {self.inference}{more}"


def disagreement(case: Case) -> str | None:
    """What Keras and inference say differently of a case; None where they agree."""
    comparison = compare(case)
    return str(comparison) if comparison.outcome == "disagreed" else None


def by_keras(case: Case) -> Answer | Refusal:
    """What Keras says."""
    return compare(case).keras


def by_inference(case: Case) -> Answer | Refusal | Unsaid:
    """What inference says, of the arguments as a spec states them and as Keras's layer does."""
    return compare(case).inference


def compare(case: Case) -> Comparison:
    """Both answers, and what they come to."""
    asked = _asked(case)
    theirs = asked.answer
    try:
        recipe = _recipe(case)
    except ValueError as e:  # no spec could state such arguments
        ours: _Ours = _inferred(case, asked.config) if asked.config is not None else _refusal(e)
    else:
        ours = _inferred(case, recipe)
        if asked.config is not None and asked.config != recipe:
            read = _inferred(case, asked.config)
            if not _alike(ours, read):
                why = f"from Keras's own config: {read}"
                return Comparison(case, theirs, ours, "disagreed", why)
    if isinstance(ours, Unsaid):
        return Comparison(case, theirs, ours, "unsaid")
    if _alike(theirs, ours):
        outcome = "refused" if isinstance(theirs, Refusal) else "agreed"
        return Comparison(case, theirs, ours, outcome)
    for oddity in ODDITIES.get(case.type, ()):
        if oddity.applies(case):
            return Comparison(case, theirs, ours, "odd", oddity.why)
    return Comparison(case, theirs, ours, "disagreed")


def _alike(one: _Ours, other: _Ours) -> bool:
    return one == other or (isinstance(one, Refusal) and isinstance(other, Refusal))


# Keras's side.


@dataclass(frozen=True)
class _Asked:
    """Keras's answer, and the arguments in normal form if Keras could make the layer at all."""

    answer: Answer | Refusal
    config: Mapping[str, Any] | None


def _asked(case: Case) -> _Asked:
    # a warning made an error would look like a refusal
    with warnings.catch_warnings(), keras.StatelessScope(initialize_variables=False):
        warnings.simplefilter("ignore")
        if case.type.startswith("ops."):
            return _operation_asked(case)
        return _layer_asked(case)


def _layer_asked(case: Case) -> _Asked:
    try:
        layer = layer_of(case.type, case.arguments)
    except Exception as e:  # whatever Keras refuses with
        return _Asked(_refusal(e), None)
    try:
        outputs = called(case.type, layer, _inputs(case))
    except Exception as e:
        return _Asked(_refusal(e), normalise(case.type, layer.get_config()))
    weights, trained = _size(layer.weights), _size(layer.trainable_weights)
    answer = Answer(_shapes(outputs), trained, weights - trained)
    # as a reader finds the arguments: in a layer that was called
    return _Asked(answer, normalise(case.type, layer.get_config()))


def _operation_asked(case: Case) -> _Asked:
    inputs = _inputs(case)
    try:
        outputs = operated(case.type, inputs, case.arguments)
    except Exception as e:  # whatever Keras refuses with
        return _Asked(_refusal(e), None)
    operation = keras.tree.flatten(outputs)[0]._keras_history.operation
    kind = kind_of(operation, len(inputs[0].shape))
    assert kind.type == case.type, f"the case of {case.type} is a case of {kind.type}"
    return _Asked(Answer(_shapes(outputs), 0, 0), kind.config)


def layer_of(type_: str, arguments: Mapping[str, Any]) -> Any:
    ready = {key: _inner(value) for key, value in arguments.items()}
    return getattr(keras.layers, type_)(**ready)


def _inner(value: Any) -> Any:
    """A value with the layers in it made."""
    if isinstance(value, dict) and "type" in value:
        return layer_of(value["type"], {key: v for key, v in value.items() if key != "type"})
    if isinstance(value, list):
        return [_inner(item) for item in value]
    return value


def _inputs(case: Case) -> list[Any]:
    return [keras.KerasTensor((None, *shape), dtype=case.dtype) for shape in case.shapes]


def called(type_: str, layer: Any, inputs: list[Any]) -> Any:
    """What comes out of a layer, called the way it takes several inputs."""
    family = LAYERS[type_].family
    if family == "merging":
        return layer(inputs)
    if len(inputs) == 1:
        return layer(inputs[0])
    if type_.endswith(("Cell", "Cells")):
        return layer(inputs[0], inputs[1:])
    if family == "recurrent" or type_ == "Bidirectional":
        return layer(inputs[0], initial_state=inputs[1:])
    return layer(*inputs) if type_ in ONE_BY_ONE else layer(inputs)


_FUNCTIONS: Mapping[str, str] = {}
"""By operation, the function of keras.ops, where its name is not the class's in snake case."""


def operated(type_: str, inputs: list[Any], arguments: Mapping[str, Any]) -> Any:
    """What a function of keras.ops makes of tensors."""
    name = type_.removeprefix("ops.")
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    function = getattr(keras.ops, _FUNCTIONS.get(name, snake))
    first = next(iter(inspect.signature(function).parameters))
    if first in ("xs", "arrays", "tensors"):
        return function(inputs, **arguments)
    return function(*inputs, **arguments)


def _shapes(outputs: Any) -> tuple[Sizes, ...]:
    return tuple(tuple(tensor.shape)[1:] for tensor in keras.tree.flatten(outputs))


def _size(weights: Iterable[Any]) -> int:
    return sum(prod(weight.shape) for weight in {id(w): w for w in weights}.values())


def _refusal(error: Exception) -> Refusal:
    return Refusal(f"{type(error).__name__}: {error}"[:200])


# Our side.


def _inferred(case: Case, config: Mapping[str, Any]) -> _Ours:
    shapes = tuple(map(Shape, case.shapes))
    try:
        derived = derive(Layer(name="it", type=case.type, input_shapes=shapes, config=config))
    except InferenceError as e:
        return _refusal(e)
    if derived is None:
        return Unsaid()
    sizes = tuple(shape.sizes for shape in derived.shapes)
    return Answer(sizes, derived.trainable, derived.non_trainable)


def _recipe(case: Case) -> Mapping[str, Any]:
    """The arguments as a spec would have them.

    Raises:
        ValueError: it could not.
    """
    if case.type.startswith("ops."):
        return case.arguments
    return complete(case.type, read_layer(case.type, listed(case.arguments)))


def listed(value: Any) -> Any:
    """A value as YAML has it: lists for tuples."""
    if isinstance(value, Mapping):
        return {key: listed(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [listed(item) for item in value]
    return value
