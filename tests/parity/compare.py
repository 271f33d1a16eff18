"""The same case by Keras and by inference."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from zlib import crc32

from lenet_verify.architecture import Layer, Shape
from lenet_verify.errors import InferenceError
from lenet_verify.framework import import_keras
from lenet_verify.inference import derive
from lenet_verify.raised import innermost_message
from lenet_verify.readers import read
from lenet_verify.readers.keras_layer import kind_of
from lenet_verify.vocabulary import LAYERS, complete, normalise, read_layer
from tests.parity.calling import called, layer_of, operated
from tests.parity.case import Case, Sizes
from tests.parity.cases import ODDITIES
from tests.parity.runs import verdict

keras = import_keras()


@dataclass(frozen=True)
class Answer:
    """What becomes of the inputs, and each weight by its shape: those that are trained in Keras's
    own order; the others sorted, for frozen ones may stand among them."""

    shapes: tuple[Sizes, ...]
    trainable: tuple[Sizes, ...] = ()
    non_trainable: tuple[Sizes, ...] = ()

    def __str__(self) -> str:
        shapes = ", ".join(map(str, self.shapes))
        return f"{shapes}; {self.trainable} trained, {self.non_trainable} not"


@dataclass(frozen=True)
class Refusal:
    """There is no such layer, or it takes no such inputs."""

    why: str

    def __str__(self) -> str:
        return f"refused: {self.why}"


@dataclass(frozen=True)
class Unsaid:
    """The rule cannot say; or Keras puts something else before the batch."""

    def __str__(self) -> str:
        return "unsaid"


Said = Answer | Refusal | Unsaid


@dataclass(frozen=True)
class Comparison:
    """Both answers, and what they come to: `agreed` (or neither can say), `refused` (both do),
    `unsaid` (the rule says nothing), `odd` (Keras is known to be wrong there) or `disagreed`."""

    case: Case
    keras: Said
    inference: Said
    outcome: str
    why: str = ""

    def __str__(self) -> str:
        more = f"\n    {self.why}" if self.why else ""
        return f"{self.case}\n    Keras:     {self.keras}\n    inference: {self.inference}{more}"


def disagreement(case: Case) -> str | None:
    """What Keras and inference say differently of a case; None where they agree."""
    comparison = compare(case)
    return str(comparison) if comparison.outcome == "disagreed" else None


def by_keras(case: Case) -> Said:
    """What Keras says."""
    return compare(case).keras


def by_inference(case: Case) -> Said:
    """What inference says, of the arguments as a spec states them and as Keras's layer does."""
    return compare(case).inference


def compare(case: Case) -> Comparison:
    """Both answers, and what they come to."""
    asked = _asked(case)
    theirs = asked.answer
    ours = _ours(case, asked)
    if isinstance(ours, str):
        return Comparison(case, theirs, Unsaid(), "disagreed", ours)
    if isinstance(ours, Unsaid) and not isinstance(theirs, Unsaid):
        return Comparison(case, theirs, ours, "unsaid")
    if _alike(theirs, ours):
        outcome = "refused" if isinstance(theirs, Refusal) else "agreed"
        return Comparison(case, theirs, ours, outcome)
    shapes = ours.shapes if isinstance(ours, Answer) else None
    run = verdict(case, shapes)
    if not _same_weights(theirs, ours):
        return Comparison(case, theirs, ours, "disagreed")
    for oddity in ODDITIES.get(case.type, ()):
        if (oddity.by_accident or run != "refuted") and oddity.applies(case):
            return Comparison(case, theirs, ours, "odd", oddity.why)
    if run == "refuted":
        return Comparison(case, theirs, ours, "disagreed", "when it runs, inference is wrong too")
    # a convolution or a pooling that does not run may just be lacking on this machine
    if run == "confirmed" and not re.search("Conv|Pool", case.type):
        return Comparison(case, theirs, ours, "odd", "when it runs, it does what inference says")
    return Comparison(case, theirs, ours, "disagreed")


def _same_weights(one: Said, other: Said) -> bool:
    if not (isinstance(one, Answer) and isinstance(other, Answer)):
        return True
    return (one.trainable, one.non_trainable) == (other.trainable, other.non_trainable)


def _alike(one: Said, other: Said) -> bool:
    return one == other or (isinstance(one, Refusal) and isinstance(other, Refusal))


# Keras's side.


@dataclass(frozen=True)
class _Asked:
    """Keras's answer, the arguments in normal form if Keras could make the layer at all, and the
    shapes in the order in which a reader tells them, if that is not the case's."""

    answer: Said
    config: Mapping[str, Any] | None
    shapes: tuple[Shape, ...] | None = None


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
        inputs = [_tensor(shape, case.dtype) for shape in case.shapes]
        outputs = called(case.type, layer, inputs)
    except Exception as e:
        return _Asked(_refusal(e), _config(case.type, layer))
    trained = tuple(tuple(weight.shape) for weight in layer.trainable_weights)
    others = sorted(tuple(weight.shape) for weight in layer.non_trainable_weights)
    answer = Answer(_shapes(outputs), trained, tuple(others))
    # as a reader finds the arguments: in a layer that was called
    return _Asked(answer, _config(case.type, layer))


def _operation_asked(case: Case) -> _Asked:
    in_full = _in_full(case)
    make = keras.Input if in_full else _tensor
    inputs = [make(shape, dtype=case.dtype) for shape in case.shapes]
    calls: list[Any] = []
    try:
        with _noted(calls):
            outputs = operated(case.type, inputs, case.arguments)
    except Exception as e:  # whatever Keras refuses with
        return _Asked(_refusal(e), _noted_arguments(calls))
    row = _read_operation(inputs, outputs) if in_full else _operation(inputs, outputs)
    assert row.type == case.type, f"the case of {case.type} is a case of {row.type}: {case}"
    assert "config" not in row.unknown, row.unknown["config"]
    if row.shapes is None:  # its first axis is not the batch
        return _Asked(Unsaid(), row.config, row.input_shapes)
    shapes = tuple(shape.sizes for shape in row.shapes)
    return _Asked(Answer(shapes), row.config, row.input_shapes)


def _tensor(shape: Sizes, dtype: str) -> Any:
    return keras.KerasTensor((None, *shape), dtype=dtype)


def _in_full(case: Case) -> bool:
    """Whether a whole model is made of a case and read: one case in ten, for it takes as long as
    ten others."""
    return crc32(repr(case).encode()) % 10 == 0


def _read_operation(inputs: list[Any], outputs: Any) -> Layer:
    """The one node of a model that does nothing else, as the reader has it."""
    rows = read(keras.Model(inputs, outputs)).layers
    (row,) = (row for row in rows if row.type != "InputLayer")
    return row


def _operation(inputs: list[Any], outputs: Any) -> Layer:
    """The same without a model around it."""
    tensors = keras.tree.flatten(outputs)
    operation = tensors[0]._keras_history.operation
    (node,) = operation._inbound_nodes
    kind = kind_of(operation, len(inputs[0].shape), [node.arguments])
    batch_first = all(tensor.shape and tensor.shape[0] is None for tensor in tensors)
    return Layer(
        name=operation.name,
        type=kind.type,
        config=kind.config,
        input_shapes=tuple(Shape(tuple(tensor.shape)[1:]) for tensor in inputs),
        shapes=tuple(map(Shape, _shapes(outputs))) if batch_first else None,
        unknown=kind.unknown,
    )


@contextmanager
def _noted(calls: list[Any]) -> Iterator[None]:
    """Notes every operation that is called, with its arguments: of what Keras refuses, there is
    no node to read them from."""
    usual = keras.Operation.symbolic_call

    def noting(operation: Any, *args: Any, **kwargs: Any) -> Any:
        calls.append((operation, SimpleNamespace(args=args, kwargs=kwargs)))
        return usual(operation, *args, **kwargs)

    keras.Operation.symbolic_call = noting
    try:
        yield
    finally:
        keras.Operation.symbolic_call = usual


def _noted_arguments(calls: list[Any]) -> Mapping[str, Any] | None:
    """What the refused operation was called with; None if the function refused by itself."""
    if not calls:
        return None
    operation, call = calls[-1]
    kind = kind_of(operation, None, [call])
    return None if "config" in kind.unknown else kind.config


def _config(type_: str, layer: Any) -> Mapping[str, Any]:
    """A layer's arguments as a reader tells them."""
    if type_ in LAYERS:
        return normalise(type_, layer.get_config())
    return kind_of(layer).config


def _shapes(outputs: Any) -> tuple[Sizes, ...]:
    return tuple(tuple(tensor.shape)[1:] for tensor in keras.tree.flatten(outputs))


def _refusal(error: Exception) -> Refusal:
    return Refusal(f"{type(error).__name__}: {innermost_message(error)}"[:200])


# Our side.


def _ours(case: Case, asked: _Asked) -> Said | str:
    """What inference says of the arguments as a spec states them and as Keras's layer does; a
    complaint where that differs."""
    shapes = asked.shapes or tuple(map(Shape, case.shapes))
    read = None if asked.config is None else _inferred(case.type, shapes, asked.config)
    if case.type not in LAYERS:  # no spec can name it
        return read or Refusal("Keras refuses before there is a layer")
    try:
        recipe = complete(case.type, read_layer(case.type, listed(case.arguments)))
    except ValueError as e:  # no spec could state such arguments
        return read or _refusal(e)
    stated = _inferred(case.type, shapes, recipe)
    if read is not None and not _alike(stated, read):
        return f"as a spec: {stated}; from Keras's own config: {read}"
    return stated


def _inferred(type_: str, shapes: tuple[Shape, ...], config: Mapping[str, Any]) -> Said:
    try:
        derived = derive(Layer(name="it", type=type_, input_shapes=shapes, config=config))
    except InferenceError as e:
        return _refusal(e)
    if derived is None:
        return Unsaid()
    sizes = tuple(shape.sizes for shape in derived.shapes)
    others = tuple(sorted(derived.non_trainable_weights))
    return Answer(sizes, derived.trainable_weights, others)


def listed(value: Any) -> Any:
    """A value as YAML has it: lists for tuples."""
    if isinstance(value, Mapping):
        return {key: listed(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [listed(item) for item in value]
    return value
