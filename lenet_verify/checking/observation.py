"""What is seen of a fact: a value, or why there is none to see."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from lenet_verify.architecture import Architecture, Layer, Shape
from lenet_verify.checking import measures
from lenet_verify.checking.canonical import ACTIVATION, OPERATION, CanonicalForm, Unit, composed
from lenet_verify.checking.functions import untold
from lenet_verify.checking.measures import Wiring, whole
from lenet_verify.checking.wiring import layer_of
from lenet_verify.checking.witness import DISAGREE
from lenet_verify.facts import COMPILE_FACTS, code_of
from lenet_verify.spec import family
from lenet_verify.verdict import Outcome
from lenet_verify.vocabulary import APPLICATION_LAYERS, LAYERS


@dataclass(frozen=True)
class Observation:
    """A fact as it was seen.

    Attributes:
        value: the value, where `instead` is None.
        instead: UNKNOWN or SKIPPED where there is no value to judge.
        code: of the finding that comes of it, where that is not the fact's own.
        reason: why there is none, or what to know about the value.
        rule: the rewrites by which it is so.
    """

    value: Any = None
    instead: Outcome | None = None
    code: str | None = None
    reason: str | None = None
    rule: str | None = None


@dataclass(frozen=True)
class Site:
    """A layer of the paper, as the model has it.

    Attributes:
        name: the paper's name; the model's own where a spec of claims alone uses none.
        layer: the model's layer that stands for it.
        activation: what it applies, separate activation layers included.
        inputs: what feeds it, by the paper's names.
        unit: the name of the unit of the canonical form that it belongs to.
        rules: for a fact, the rewrites by which it is judged.
        recast: the rewrite by which every fact is.
    """

    name: str
    layer: Layer
    activation: str | None
    inputs: tuple[str, ...]
    unit: str
    rules: Mapping[str, str] = field(default_factory=dict)
    recast: str | None = None

    def rule(self, fact: str) -> str | None:
        """The rewrites by which a fact is judged, if any."""
        own = self.rules.get(fact)
        parts = (own or "").split(", ")
        return (
            own
            if self.recast is None or self.recast in parts
            else ", ".join([self.recast, *filter(None, parts)])
        )


def sites(
    wanted: Unit | None, found: Unit, inputs: tuple[str, ...], name: str | None = None
) -> tuple[Site, ...]:
    """The sites of the paper that a unit of the model stands for.

    A unit of the spec with activation layers of its own has one site for each of them: then the
    model's activations are dealt out to them, wherever the model has them.
    """
    parts = wanted.absorbed if wanted else ()
    rules = {"inputs": ", ".join(found.rules)} if found.rules else {}
    if OPERATION in found.rules:
        rules["type"] = OPERATION
    if not parts:
        if found.absorbed:
            rules["activation"] = ACTIVATION
        own = name or (wanted.name if wanted else found.name)
        return (Site(own, found.layer, found.activation, inputs, found.name, rules, found.recast),)
    assert wanted is not None
    dealt = _dealt(wanted, found)
    base_activation = dealt[0]
    if base_activation is None and found.layer.activation is not None:
        base_activation = "linear"
    same = len(found.absorbed) == len(parts)
    unreadable = {key: why for key, why in found.layer.unknown.items() if key == "activation"}
    base_rules = rules if same else {**rules, "activation": ACTIVATION}
    result = [
        Site(
            wanted.name, found.layer, base_activation, inputs, found.name, base_rules, found.recast
        )
    ]
    for number, part in enumerate(parts):
        stand_in = found.absorbed[number] if number < len(found.absorbed) else part
        layer = Layer(
            name=stand_in.name if number < len(found.absorbed) else found.name,
            type=stand_in.type,
            inputs=(result[-1].layer.name,),
            input_shapes=found.layer.shapes,
            shapes=found.layer.shapes,
            params=0,
            trainable=0,
            non_trainable=0,
            macs=0,
            connections=0,
            config=stand_in.config,
            unknown=unreadable,
        )
        applied = dealt[number + 1] or "linear"
        own_rules = {} if same else dict.fromkeys(("type", "activation"), ACTIVATION)
        feeder = (result[-1].name,)
        result.append(Site(part.name, layer, applied, feeder, found.name, own_rules))
    return tuple(result)


def _dealt(wanted: Unit, found: Unit) -> list[str | None]:
    """The model's activations for the base and each activation layer of the spec's unit."""
    own = [wanted.layer.activation, *(part.activation for part in wanted.absorbed)]
    places = [i for i, activation in enumerate(own) if activation not in (None, "linear")]
    dealt: list[str | None] = [None] * len(own)
    ours = tuple(activation for activation in own if activation not in (None, "linear"))
    # the same in all, though relu may be applied twice
    applied = ours if composed(ours) == composed(found.activations) else found.activations
    if len(places) == len(applied):
        for place, activation in zip(places, applied, strict=True):
            dealt[place] = activation
    else:
        dealt[-1] = composed(found.activations)
    return dealt


def observe(site: Site, fact: str, wiring: Wiring) -> Observation:
    """A fact of a layer."""
    layer = site.layer
    rule = site.rule(fact)
    reason = layer.unknown.get(fact)
    if reason is None and fact in _MEASURES:
        # no count of a shape on which the two derivations disagree
        reason = layer.unknown.get("output")
    if reason is not None:
        code = "derivations-disagree" if reason.startswith(DISAGREE) else "opaque"
        value = layer.type if fact == "type" else None
        return Observation(value, Outcome.UNKNOWN, code, reason)
    if fact == "activation" and (why := untold(site.activation)):
        return Observation(instead=Outcome.UNKNOWN, code="opaque", reason=why)
    if fact == "activation":
        return Observation(site.activation, rule=rule)
    if fact == "inputs":
        return Observation(site.inputs, rule=rule)
    if fact in ("output", "input"):
        shapes = layer.shapes if fact == "output" else layer.input_shapes
        if shapes is None:
            return Observation(instead=Outcome.UNKNOWN, reason=f"its {fact} shape is unknown")
        return Observation(shapes[0] if len(shapes) == 1 else shapes, rule=rule)
    if fact in _MEASURES:
        return _measured(partial(_MEASURES[fact], site, wiring))
    if fact in ("type", "params", "trainable", "non_trainable"):
        value = getattr(layer, fact)
        if value is None:
            return Observation(instead=Outcome.UNKNOWN, reason=f"{fact} could not be counted")
        return Observation(value, rule=rule)
    seen = _argument(layer, fact)
    return seen if rule is None else replace(seen, rule=rule)


def _argument(layer: Layer, fact: str) -> Observation:
    if "config" in layer.unknown:
        return Observation(instead=Outcome.UNKNOWN, code="opaque", reason=layer.unknown["config"])
    known = LAYERS.get(layer.type)
    if fact not in layer.config and known is not None and fact in known.arguments:
        return Observation(
            instead=Outcome.UNKNOWN, reason=f"a {layer.type} does not tell its '{fact}'"
        )
    if fact not in layer.config:
        return Observation(reason=f"{layer.type} has no '{fact}'")
    value = layer.config[fact]
    if isinstance(value, Mapping) and "custom" in value:
        reason = f"{value['custom']} is the model's own; what it is cannot be read"
        return Observation(instead=Outcome.UNKNOWN, code="opaque", reason=reason)
    return Observation(value)


def observe_model(
    architecture: Architecture,
    form: CanonicalForm,
    every: Iterable[Site],
    fact: str,
    kinds: Iterable[str],
    wiring: Wiring,
) -> Observation:
    """A fact of the whole model; `kinds` are the classes and families to count for `layers`."""
    if fact in COMPILE_FACTS:
        compiled = architecture.compiled
        if compiled is None:
            return Observation(
                instead=Outcome.SKIPPED, code="not-compiled", reason="the model is not compiled"
            )
        if fact in architecture.unknown:
            why = architecture.unknown[fact]
            return Observation(instead=Outcome.UNKNOWN, code="opaque", reason=why)
        return Observation(getattr(compiled, fact))
    opaque = architecture.unknown.get("layers")
    if fact in ("params", "trainable", "non_trainable"):
        value = getattr(architecture, fact)
        unbuilt = [layer.name for layer in architecture.layers if layer.params is None]
        if value is None or unbuilt:
            reason = f"not built: {', '.join(unbuilt[:3])}" if unbuilt else "it cannot be counted"
            reason = architecture.unknown.get(fact, reason)
            return Observation(instead=Outcome.UNKNOWN, code="opaque", reason=reason)
        return Observation(value)
    if fact in ("macs", "connections"):
        value = getattr(architecture, fact)
        if value is None:
            why = architecture.unknown.get(fact, f"its {fact} cannot be derived")
            return Observation(instead=Outcome.UNKNOWN, code="opaque", reason=why)
        return Observation(value)
    if opaque:
        return Observation(instead=Outcome.UNKNOWN, code="opaque", reason=opaque)
    if fact in _MODEL_MEASURES:
        return _measured(partial(_MODEL_MEASURES[fact], wiring))
    if fact == "layers":
        return _counts(every, kinds)
    by_name = {layer.name: layer for layer in form.inputs}
    by_name |= {unit.name: unit.layer for unit in form.units}
    shapes = tuple(_shape_on(wire, by_name) for wire in form.outputs)
    if None in shapes:
        return Observation(instead=Outcome.UNKNOWN, reason="an output's shape is unknown")
    several = fact == "outputs" or len(shapes) != 1
    return Observation(shapes if several else shapes[0])


def _shape_on(wire: str, layers: Mapping[str, Layer]) -> Shape | None:
    """The shape of what a wire carries; None if it is unknown."""
    name = layer_of(wire, layers)
    output = int(wire[len(name) :].strip("[]") or 0)
    # a file may name an output that a layer has not, of a layer that is rewritten away
    shapes = (layers[name].shapes or ()) if name in layers else ()
    return shapes[output] if output < len(shapes) else None


def _counts(every: Iterable[Site], kinds: Iterable[str]) -> Observation:
    layers = [site.layer for site in every if site.layer.type != "InputLayer"]
    strangers = [layer.type for layer in layers if is_strange(layer.type)]
    if strangers:
        reason = f"{strangers[0]} may be of any kind"
        return Observation(instead=Outcome.UNKNOWN, code="opaque", reason=reason)
    of_each = [_kinds(layer.type, layer.config) for layer in layers]
    return Observation({kind: sum(kind in own for own in of_each) for kind in kinds})


def is_strange(type_: str) -> bool:
    """Whether a type is somebody's own class, which may do the work of several layers."""
    known = type_ in LAYERS or type_ in APPLICATION_LAYERS
    return not known and not type_.startswith("ops.")


def _kinds(type_: str, config: Mapping[str, Any]) -> set[str | None]:
    """What a layer counts as: its class and family, and those of the layer that it wraps."""
    inner = config.get("layer")
    wrapped = (
        _kinds(str(inner["type"]), inner)
        if isinstance(inner, Mapping) and "type" in inner
        else set()
    )
    return {type_, family(type_)} | wrapped


def _measured(measure: Callable[[], Any]) -> Observation:
    try:
        return Observation(measure())
    except measures.NoMaps as e:
        return Observation(reason=str(e))
    except measures.Unmeasurable as e:
        return Observation(instead=Outcome.UNKNOWN, code="opaque", reason=str(e))


def _count(fact: str, site: Site, wiring: Wiring) -> int:
    value = getattr(site.layer, fact)
    if value is None:
        raise measures.Unmeasurable(site.layer.unknown.get(fact, f"its {fact} cannot be derived"))
    return int(value)


_MEASURES: Mapping[str, Callable[[Site, Wiring], Any]] = {
    "macs": partial(_count, "macs"),
    "connections": partial(_count, "connections"),
    "neurons": lambda site, _: measures.units(site.layer),
    "downsampling": lambda site, _: whole(measures.downsampling(site.layer)),
    "total_downsampling": lambda site, wiring: whole(
        measures.total_downsampling(wiring, site.unit)
    ),
    "receptive_field": lambda site, wiring: whole(measures.receptive_field(wiring, site.unit)),
}

_MODEL_MEASURES: Mapping[str, Callable[[Wiring], Any]] = {
    "neurons": measures.neurons,
    "weight_layers": measures.weight_layers,
    "depth": measures.depth,
    "stages": measures.stages,
}


def code_for(observation: Observation, fact: str, of_model: bool) -> str:
    """The code of the finding that an observation comes to."""
    return observation.code or code_of(fact, of_model)
