"""A whole network: what every layer of it comes to, and its totals."""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from lenet_verify.architecture import Architecture, Call, Layer, Shape, Source
from lenet_verify.errors import InferenceError
from lenet_verify.inference.derived import Derived, Impossible, Weights, all_weights, total
from lenet_verify.inference.layer import Inputs, derive_call, measures
from lenet_verify.inference.rules import RULES, why_without

Step = tuple[str, int]
"""One call of one layer."""


def inferred(outline: Architecture, filled: Container[str] = ()) -> Architecture:
    """A network whose layers are only named and wired, with everything that follows from that.

    Args:
        outline: layers with types, arguments and inputs, those of nested models inside; shapes
            of its input layers, and where no rule says what comes out, what there is to tell.
        filled: names of layers that have all that already, of a network that was a little
            different. Fed what it was fed there, such a layer is left as it is.

    Returns:
        Every layer with its shapes and counts; None, with the reason, where there is no rule.

    Raises:
        InferenceError: shapes that do not join, naming every such layer.
    """
    misfits: list[InferenceError] = []
    layers = _Network(outline.layers, misfits, before=filled).filled()
    if misfits:
        raise InferenceError(misfits[0].layer, misfits[0].message, misfits[1:])
    counts: dict[str, Any] = {
        fact: total(*(getattr(layer, fact) for layer in layers))
        for fact in ("params", "trainable", "non_trainable")
    }
    return _with_totals(replace(outline, layers=layers, **counts))


def with_measures(architecture: Architecture) -> Architecture:
    """An architecture whose shapes were observed, with multiply-adds and connections added."""
    return _with_totals(replace(architecture, layers=tuple(map(measure, architecture.layers))))


class _Network:
    """The layers of one model, filled in the order in which their calls can be made."""

    def __init__(
        self,
        layers: Sequence[Layer],
        misfits: list[InferenceError],
        given: Sequence[Shape] = (),
        before: Container[str] = (),
    ) -> None:
        self.layers = layers
        self.before = before
        self.rows = {layer.name: layer for layer in layers}
        self.kept: set[str] = set()
        self.misfits = misfits
        self.calls: dict[str, list[Call]] = {layer.name: _calls(layer) for layer in layers}
        self.derived: dict[Step, Derived | None] = {}
        self.outputs: dict[Step, tuple[Shape, ...] | None] = {}
        self.inside: dict[str, tuple[Layer, ...]] = {}
        entrances = [layer for layer in layers if layer.type == "InputLayer"]
        for layer, shape in zip(entrances, given, strict=False):
            self.outputs[layer.name, 0] = (shape,)
        for layer in entrances:
            self.outputs.setdefault((layer.name, 0), layer.shapes)

    def filled(self) -> tuple[Layer, ...]:
        """The layers with what their calls came to."""
        for name, number in self._in_order():
            sources, told = self.calls[name][number].inputs, self.calls[name][number].shapes
            fed = self._fed(sources)
            if name in self.before:
                if self._is_as_before(self.rows[name], fed):
                    self.kept.add(name)
                    self.outputs[name, number] = told
                    continue
                self.rows[name], told = outlined(self.rows[name]), None
            derived = self._derive(self.rows[name], Call(sources, fed), number)
            shapes = _completed(derived, told)
            self.calls[name][number] = Call(sources, fed, shapes)
            self.derived[name, number] = derived
            self.outputs[name, number] = shapes
        return tuple(self._row(self.rows[layer.name]) for layer in self.layers)

    def _is_as_before(self, layer: Layer, fed: Inputs | None) -> bool:
        return fed is not None and fed == layer.input_shapes and len(self.calls[layer.name]) == 1

    def _in_order(self) -> Iterable[Step]:
        """The calls so that each follows what feeds it; a layer may be called before and after
        another. Calls that wait for each other for ever come last."""
        steps = [
            (layer.name, n) for layer in self.layers for n in range(len(self.calls[layer.name]))
        ]
        made = set(self.outputs)
        for step in steps:
            if not made.issuperset(self._feeders(step)):
                return self._sorted(steps)
            made.add(step)
        return steps  # as they mostly come

    def _feeders(self, step: Step) -> list[Step]:
        name, number = step
        return [(source.layer, source.call) for source in self.calls[name][number].inputs]

    def _sorted(self, steps: Iterable[Step]) -> Iterable[Step]:
        waiting: dict[Step, int] = {}
        readers: dict[Step, list[Step]] = {}
        for step in steps:
            feeders = [feeder for feeder in self._feeders(step) if feeder not in self.outputs]
            waiting[step] = len(feeders)
            for feeder in feeders:
                readers.setdefault(feeder, []).append(step)
        ready = deque(step for step, number in waiting.items() if not number)
        while ready:
            step = ready.popleft()
            del waiting[step]
            yield step
            for reader in readers.get(step, ()):
                waiting[reader] -= 1
                if not waiting[reader]:
                    ready.append(reader)
        yield from waiting

    def _fed(self, sources: Iterable[Source]) -> Inputs | None:
        """The shapes of what a call takes; None if one of them is unknown."""
        shapes: list[Shape] = []
        for source in sources:
            outputs = self.outputs.get((source.layer, source.call)) or ()
            if source.output >= len(outputs):
                return None
            shapes.append(outputs[source.output])
        return tuple(shapes)

    def _derive(self, layer: Layer, call: Call, number: int) -> Derived | None:
        if "config" in layer.unknown:
            return None
        try:
            if layer.layers:
                return self._nested(layer, call.input_shapes, number)
            return derive_call(layer, call)
        except InferenceError as e:
            # read on as if its shape were unknown, to find what else does not join
            self.misfits.append(e)
        except Impossible as e:  # a nested model is too large; of a rule it comes as an error
            self.misfits.append(InferenceError(layer.name, f"{layer.type}: {e}"))
        return None

    def _nested(self, layer: Layer, shapes: Inputs | None, number: int) -> Derived | None:
        """A model inside the model, as one layer. Fed the unknown, it may tell what it takes."""
        misfits = self.misfits if shapes is not None else []
        network = _Network(layer.layers, misfits, shapes or ())
        inner = network.filled()
        if shapes is None and misfits:
            return None
        if not number:
            self.inside[layer.name] = inner
        one = _as_one(replace(layer, layers=inner))
        if one is None:
            return None
        trained, others = network.weights()
        return replace(one, trainable_weights=trained, non_trainable_weights=others)

    def weights(self) -> tuple[Weights, Weights]:
        """The weights of all layers that are known, those of each once: of its first call."""
        first_calls = (self.derived.get((layer.name, 0)) for layer in self.layers)
        return all_weights(filter(None, first_calls))

    def _row(self, layer: Layer) -> Layer:
        if layer.name in self.kept:
            return layer
        if layer.type == "InputLayer":
            shapes = self.outputs[layer.name, 0]
            return replace(
                layer, input_shapes=(), shapes=shapes, **_no_weights(), macs=0, connections=0
            )
        calls = self.calls[layer.name]
        derived = [self.derived[layer.name, number] for number in range(len(calls))]
        first = derived[0]
        changes: dict[str, Any] = {
            "input_shapes": calls[0].input_shapes,
            "layers": self.inside.get(layer.name, layer.layers),
            "details": tuple(calls) if layer.details else (),
        }
        if first is None:
            changes["shapes"] = calls[0].shapes
            reasons = _why_unknown(replace(layer, **changes))
            unknown: Mapping[str, str] = {**reasons, **layer.unknown}
        else:
            unknown = layer.unknown
            changes |= {
                "shapes": first.shapes,
                "params": first.trainable + first.non_trainable,
                "trainable": first.trainable,
                "non_trainable": first.non_trainable,
            }
        changes |= measures(layer.type, unknown, calls, derived)
        return replace(layer, **changes)


def outlined(layer: Layer) -> Layer:
    """What is left of a layer if nothing is known of what it is fed: type, arguments, wiring."""
    unknown = {fact: why for fact, why in layer.unknown.items() if fact not in _DERIVED}
    if "quantization" in unknown:
        unknown.setdefault("config", unknown["quantization"])
    told = layer.shapes if layer.type == "InputLayer" else None
    return replace(
        layer,
        input_shapes=None,
        shapes=told,
        params=None,
        trainable=None,
        non_trainable=None,
        macs=None,
        connections=None,
        weights=None,
        layers=tuple(map(outlined, layer.layers)),
        details=tuple(Call(call.inputs) for call in layer.details),
        declared={},
        unknown=unknown,
    )


_DERIVED = frozenset({"output", "params", "trainable", "non_trainable", "macs", "connections"})


def _calls(layer: Layer) -> list[Call]:
    if layer.type == "InputLayer":
        return []
    sources = tuple(map(Source, layer.inputs))
    return list(layer.details) or [Call(sources, shapes=layer.shapes)]


def _completed(derived: Derived | None, told: Inputs | None) -> Inputs | None:
    """The outputs of a call: those that are derived, then those that the outline tells."""
    shapes = derived.shapes if derived else ()
    return (*shapes, *(told or ())[len(shapes) :]) or (() if derived else None)


def _no_weights() -> dict[str, Any]:
    return dict.fromkeys(("params", "trainable", "non_trainable"), 0)


def _why_unknown(row: Layer) -> dict[str, str]:
    if "config" in row.unknown:
        why = row.unknown["config"]
    elif row.input_shapes is None:
        why = "the shape of what feeds it is unknown"
    elif row.type not in RULES and not row.layers:
        why = why_without(row.type)
    else:
        why = f"what a {row.type} of these arguments makes of its inputs cannot be derived"
    counts = ("params", "trainable", "non_trainable")
    return dict.fromkeys(counts if row.shapes is not None else ("output", *counts), why)


def _as_one(model: Layer) -> Derived | None:
    """A nested model, its layers filled, as if it were one layer, but for its weights; None if
    some layers are unknown."""
    ends = model.ends or tuple(Source(name) for name in model.outputs)
    by_name = {layer.name: layer for layer in model.layers}
    shapes: list[Shape] = []
    for end in ends:
        layer = by_name[end.layer]
        outputs = layer.details[end.call].shapes if layer.details else layer.shapes
        if outputs is None or end.output >= len(outputs):
            return None
        shapes.append(outputs[end.output])
    if any(None in (layer.trainable, layer.non_trainable) for layer in model.layers):
        return None
    macs, connections = (
        total(*(getattr(layer, fact) for layer in model.layers)) for fact in ("macs", "connections")
    )
    return Derived(tuple(shapes), macs=macs, connections=connections, window=None)


def measure(layer: Layer) -> Layer:
    """An observed layer with its multiply-adds and connections, of all its calls together."""
    never_called = not layer.reaches_output and layer.input_shapes is None
    if layer.type == "InputLayer" or never_called:
        return replace(layer, macs=0, connections=0)
    if layer.layers:
        layer = replace(layer, layers=tuple(map(measure, layer.layers)))
    calls = layer.details or (Call((), layer.input_shapes),)
    derived = [_observed(layer, call) for call in calls]
    return replace(layer, **measures(layer.type, layer.unknown, calls, derived))


def _observed(layer: Layer, call: Call) -> Derived | None:
    """What one call of an observed layer comes to; of what cannot be, another part complains."""
    if layer.layers:
        return _as_one(layer)
    if "config" in layer.unknown:
        return None
    try:
        return derive_call(layer, call)
    except InferenceError:
        return None


def _with_totals(architecture: Architecture) -> Architecture:
    unknown = dict(architecture.unknown)
    totals: dict[str, Any] = {}
    for fact in ("macs", "connections"):
        opaque = architecture.unknown.get("layers")
        if opaque is None:
            totals[fact] = total(*(getattr(layer, fact) for layer in architecture.layers))
        if totals.get(fact) is None:
            unknown[fact] = opaque or _first_reason(architecture.layers, fact)
    return replace(architecture, **totals, unknown=unknown)


def _first_reason(layers: Iterable[Layer], fact: str) -> str:
    layer = next(layer for layer in layers if getattr(layer, fact) is None)
    return f"{layer.name}: {layer.unknown[fact]}"
