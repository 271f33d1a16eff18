"""A whole model by Keras and by inference, layer by layer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lenet_verify.architecture import Architecture, Call, Layer, Source
from lenet_verify.errors import InferenceError
from lenet_verify.inference import derive, inferred, weights_of

COUNTS = ("params", "trainable", "non_trainable")

Weights = Mapping[str, list[tuple[int, ...]]]
"""The shapes of the weights of every layer, sorted, by its path."""


@dataclass(frozen=True)
class Held:
    """A model held against inference.

    Attributes:
        title: the types of its layers.
        layers: how many rows were compared, those inside nested models included; 0 if Keras
            would not make the model.
        unsaid: the types of the rows that inference says nothing of.
        disagreements: what it says differently.
        odd: whether it says something else where Keras is known to be odd.
    """

    title: str
    layers: int = 0
    unsaid: tuple[str, ...] = ()
    disagreements: tuple[str, ...] = ()
    odd: bool = False

    @property
    def outcome(self) -> str:
        """In the words of a comparison of one case."""
        if self.disagreements:
            return "disagreed"
        if self.odd:
            return "odd"
        return "unsaid" if self.unsaid else "agreed" if self.layers else "refused"


def held_against_inference(observed: Architecture, weights: Weights) -> Held:
    """Every shape and count of a model that was read, held against what follows from its outline.

    Args:
        observed: as a reader gives it.
        weights: of the same model.
    """
    try:
        derived = inferred(outline(observed))
    except InferenceError as e:
        return Held(title(observed), len(observed.layers), (), (f"refused: {e}",))
    return differences(observed, derived, weights)


def outline(observed: Architecture) -> Architecture:
    """A model with nothing left but types, arguments and wiring, and the shapes of its inputs."""
    nothing: dict[str, Any] = dict.fromkeys((*COUNTS, "macs", "connections"))
    layers = tuple(_bare(layer, outermost=True) for layer in observed.layers)
    return replace(observed, layers=layers, **nothing)


def _bare(layer: Layer, *, outermost: bool = False) -> Layer:
    told = outermost and layer.type == "InputLayer"
    return Layer(
        name=layer.name,
        type=layer.type,
        inputs=layer.inputs,
        shapes=layer.shapes if told else None,
        config=layer.config,
        layers=tuple(map(_bare, layer.layers)),
        outputs=layer.outputs,
        ends=layer.ends,
        calls=layer.calls,
        details=tuple(Call(call.inputs) for call in layer.details),
        unknown={key: why for key, why in layer.unknown.items() if key == "config"},
    )


def weights_by_path(model: Any, above: str = "") -> dict[str, list[tuple[int, ...]]]:
    """The weights of every layer of a Keras model, those inside nested models too."""
    found: dict[str, list[tuple[int, ...]]] = {}
    for layer in model.layers:
        path = f"{above}{layer.name}"
        found[path] = sorted(tuple(weight.shape) for weight in layer.weights)
        if hasattr(layer, "layers"):
            found |= weights_by_path(layer, f"{path}/")
    return found


def differences(observed: Architecture, derived: Architecture, weights: Weights) -> Held:
    """What two derivations of one model say differently, row by row."""
    theirs, ours = list(rows(observed.layers)), list(rows(derived.layers))
    if [path for path, _ in theirs] != [path for path, _ in ours]:
        return Held(title(observed), len(theirs), (), ("not the same layers",))
    said_of = dict(ours)
    unsaid: list[str] = []
    found: list[str] = []
    for (path, one), (_, other) in zip(theirs, ours, strict=True):
        found += [f"{path} ({one.type}): {what}" for what in _lost(path, one, said_of)]
        if other.shapes is None or other.params is None:
            unsaid.append(one.type)
            continue
        inside = "/" in path
        facts = _facts(one, other)
        if path in weights:  # no operation's
            facts["weights"] = weights[path], _sorted(weights_of(other))
        for fact, (seen, said) in facts.items():
            if said is None:
                unsaid.append(one.type)
            elif not (_fits(seen, said) if inside else seen == said):
                found.append(f"{path} ({one.type}): {fact} by Keras {seen}, by inference {said}")
    if not unsaid:
        for fact in _sound_counts(observed):
            seen, said = getattr(observed, fact), getattr(derived, fact)
            if seen != said:
                found.append(f"the model: {fact} by Keras {seen}, by inference {said}")
    return Held(title(observed), len(theirs), tuple(unsaid), tuple(found))


def _sorted(weights: tuple[tuple[int, ...], ...] | None) -> list[tuple[int, ...]] | None:
    return None if weights is None else sorted(weights)


def _lost(path: str, seen: Layer, said_of: Mapping[str, Layer]) -> Iterator[str]:
    """What inference says nothing of although it knows all that it takes to."""
    above = path[: path.rfind("/") + 1]
    said = said_of[path]
    if seen.type == "InputLayer":
        if said.shapes is None and said_of[above[:-1]].input_shapes is not None:
            yield "its shape is lost"
        return
    calls = said.details or (Call(_sources(said), said.input_shapes, said.shapes),)
    for number, call in enumerate(calls):
        feeders = [_output(said_of[f"{above}{one.layer}"], one) for one in call.inputs]
        if call.input_shapes is None and None not in feeders:
            yield f"the inputs of call {number} are lost"
        if call.shapes is None and call.input_shapes is not None and not seen.layers:
            exact = replace(seen, input_shapes=call.input_shapes, details=(call,))
            if derive(exact) is not None:
                yield f"the outputs of call {number} are lost"


def _sources(layer: Layer) -> tuple[Source, ...]:
    return tuple(map(Source, layer.inputs))


def _output(feeder: Layer, source: Source) -> Any:
    shapes = feeder.details[source.call].shapes if feeder.details else feeder.shapes
    return None if shapes is None else shapes[source.output]


def _sound_counts(model: Architecture | Layer) -> tuple[str, ...]:
    """The counts of which Keras agrees with itself.

    A layer that has layers inside (a recurrent layer, a wrapper) and is made with
    `trainable=False` says that it has nothing to train, but its model trains it.
    """
    return COUNTS if is_sound(model) else ("params",)


def is_sound(model: Architecture | Layer) -> bool:
    trained = sum(layer.trainable or 0 for layer in model.layers)
    return not model.layers or (trained == model.trainable and all(map(is_sound, model.layers)))


def title(architecture: Architecture) -> str:
    return " ".join(layer.type for _, layer in rows(architecture.layers))


def rows(layers: Iterable[Layer], above: str = "") -> Iterator[tuple[str, Layer]]:
    """Every layer, those inside nested models too, by its path."""
    for layer in layers:
        path = f"{above}{layer.name}"
        yield path, layer
        yield from rows(layer.layers, f"{path}/")


def _facts(one: Layer, other: Layer) -> dict[str, tuple[Any, Any]]:
    facts = {"output": (_sizes(one.shapes), _sizes(other.shapes))}
    facts |= {fact: (getattr(one, fact), getattr(other, fact)) for fact in _sound_counts(one)}
    for number, (call, said) in enumerate(zip(one.details, other.details, strict=True)):
        facts[f"input of call {number}"] = _sizes(call.input_shapes), _sizes(said.input_shapes)
        facts[f"output of call {number}"] = _sizes(call.shapes), _sizes(said.shapes)
    return facts


def _fits(seen: Any, said: Any) -> bool:
    """Whether they are equal, sizes excepted that are open: Keras tells what the model inside says
    of itself, inference what it comes to where it is called."""
    if isinstance(seen, tuple) and isinstance(said, tuple):
        return len(seen) == len(said) and all(map(_fits, seen, said))
    return seen is None or said is None or seen == said


def _sizes(shapes: Any) -> Any:
    """The sizes alone: which axis has the channels is a way of reading them."""
    return None if shapes is None else tuple(shape.sizes for shape in shapes)
