"""The named rewrites that do not change what a network computes.

A claim is judged on the canonical form, so that a right network passes whatever its layers are
called and however they are cut. Each rewrite has a numerical test that both forms compute the
same. `--exact` allows none.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from lenet_verify.architecture import Architecture, Layer
from lenet_verify.vocabulary import ACTIVATION_LAYERS, IDENTITY_LAYERS, LAYERS

IDENTITY = "identity"
"""A layer that is an identity at inference is left out."""
ACTIVATION = "separate-activation"
"""An activation layer is composed into the layer that it follows."""
NESTED = "nested-model"
"""A nested model is opened: its layers stand where it stood."""

_IDEMPOTENT = frozenset({"relu", "relu6"})


@dataclass(frozen=True)
class Unit:
    """One layer of the canonical form.

    Attributes:
        layer: the layer itself, `inputs` naming the units (or input layers) that feed it.
        activations: what it applies, in order, `linear` left out.
        absorbed: the activation layers that were composed into it, in order.
        rules: the rewrites by which its inputs are what they are.
        optional: whether it is an identity at inference, kept only because the spec has its kind.
    """

    layer: Layer
    activations: tuple[str, ...]
    absorbed: tuple[Layer, ...] = ()
    rules: tuple[str, ...] = ()
    optional: bool = False

    @property
    def name(self) -> str:
        """The layer's name."""
        return self.layer.name

    @property
    def activation(self) -> str | None:
        """The activation as one: `linear`, `tanh`, or `tanh, then relu`; None where it has none."""
        return composed(self.activations) or self.layer.activation


@dataclass(frozen=True)
class CanonicalForm:
    """A network as claims are judged on it.

    Attributes:
        units: in topological order, input layers left out.
        inputs: the input layers.
        outputs: the units (or input layers) where data leaves, by name.
        dead: layers that have no effect on any output.
    """

    units: tuple[Unit, ...]
    inputs: tuple[Layer, ...]
    outputs: tuple[str, ...]
    dead: tuple[Layer, ...]


def canonical_form(
    architecture: Architecture, keep: Iterable[str] = (), *, exact: bool = False
) -> CanonicalForm:
    """The canonical form of an architecture.

    Args:
        architecture: any model.
        keep: types that the spec speaks of, so that layers of theirs stay as they are.
        exact: whether to allow no rewrite at all.
    """
    rules: dict[str, tuple[str, ...]] = defaultdict(tuple)
    layers: Sequence[Layer] = architecture.layers
    outputs: Sequence[str] = architecture.outputs
    kept = frozenset(keep)
    if not exact:
        layers, outputs = _opened(layers, outputs, rules)
        layers, outputs = _without_identities(layers, outputs, kept, rules)
    live = [layer for layer in layers if layer.reaches_output]
    units = _composed(live, outputs, kept, rules, exact)
    renamed = {part.name: unit.name for unit in units for part in unit.absorbed}
    return CanonicalForm(
        units=units,
        inputs=tuple(layer for layer in live if layer.type == "InputLayer"),
        outputs=tuple(renamed.get(name, name) for name in outputs),
        dead=tuple(layer for layer in layers if not layer.reaches_output),
    )


def is_identity(layer: Layer) -> bool:
    """Whether a layer gives back at inference what it gets."""
    linear = layer.type in ACTIVATION_LAYERS and layer.activation == "linear"
    return (layer.type in IDENTITY_LAYERS or linear) and len(layer.inputs) == 1


def composed(activations: Sequence[str]) -> str | None:
    """Several activations as one text; None for none. Applying relu twice is applying it once."""
    names: list[str] = []
    for name in activations:
        if not (names and names[-1] == name and name in _IDEMPOTENT):
            names.append(name)
    return ", then ".join(names) or None


def _opened(
    layers: Sequence[Layer], outputs: Sequence[str], rules: dict[str, tuple[str, ...]]
) -> tuple[list[Layer], list[str]]:
    """Nested models that are called once, replaced by their layers."""
    flat: list[Layer] = []
    stands_for: dict[str, str] = {}
    names = Counter(layer.name for layer in layers)
    for outer in layers:
        outer = _rewired(outer, stands_for, NESTED, rules)
        # with several outputs a name alone does not say which of them a layer reads
        if not outer.layers or outer.calls or len(outer.outputs) != 1:
            flat.append(outer)
            continue
        inner, inner_outputs = _opened(outer.layers, outer.outputs, rules)
        entrances = [layer.name for layer in inner if layer.type == "InputLayer"]
        inside = dict(zip(entrances, outer.inputs, strict=False))
        for layer in inner:
            if layer.type == "InputLayer":
                continue
            unique = layer.name if names[layer.name] == 0 else f"{outer.name}/{layer.name}"
            names[unique] += 1
            inputs = tuple(inside.get(name, name) for name in layer.inputs)
            inside[layer.name] = unique
            rules[unique] = (*rules[layer.name], NESTED)
            flat.append(replace(layer, name=unique, inputs=inputs))
        stands_for[outer.name] = inside.get(inner_outputs[0], inner_outputs[0])
    return flat, [stands_for.get(name, name) for name in outputs]


def _without_identities(
    layers: Sequence[Layer],
    outputs: Sequence[str],
    keep: frozenset[str],
    rules: dict[str, tuple[str, ...]],
) -> tuple[list[Layer], list[str]]:
    """Layers that are identities at inference left out, what they fed rewired."""
    kept: list[Layer] = []
    stands_for: dict[str, str] = {}
    for layer in layers:
        layer = _rewired(layer, stands_for, IDENTITY, rules)
        if is_identity(layer) and layer.type not in keep and layer.reaches_output:
            stands_for[layer.name] = layer.inputs[0]
        else:
            kept.append(layer)
    return kept, [stands_for.get(name, name) for name in outputs]


def _composed(
    layers: Sequence[Layer],
    outputs: Sequence[str],
    keep: frozenset[str],
    rules: dict[str, tuple[str, ...]],
    exact: bool,
) -> tuple[Unit, ...]:
    """Separate activations composed into the layers that they follow."""
    readers = Counter(name for layer in layers for call in _calls(layer) for name in call)
    readers.update(outputs)
    units: dict[str, Unit] = {}
    stands_for: dict[str, str] = {}
    last_part: dict[str, str] = {}
    for layer in layers:
        if layer.type == "InputLayer":
            continue
        feeder = stands_for.get(layer.inputs[0], layer.inputs[0]) if layer.inputs else ""
        host = units.get(feeder)
        if (
            not exact
            and layer.type in ACTIVATION_LAYERS
            and layer.type not in keep
            and host is not None
            and _can_host(host.layer)
            and not layer.calls
            and readers[last_part[feeder]] == 1
            and len(layer.inputs) == 1
            and layer.activation is not None
        ):
            units[feeder] = replace(
                host,
                activations=(*host.activations, layer.activation),
                absorbed=(*host.absorbed, layer),
            )
            stands_for[layer.name] = feeder
            last_part[feeder] = layer.name
            continue
        units[layer.name] = Unit(
            layer=_rewired(layer, stands_for, ACTIVATION, rules),
            activations=() if layer.activation in (None, "linear") else (layer.activation,),
            rules=tuple(dict.fromkeys(rules[layer.name])),
            optional=is_identity(layer),
        )
        last_part[layer.name] = layer.name
    return tuple(units.values())


def _can_host(layer: Layer) -> bool:
    """Whether an activation after this layer is the same as one at its end."""
    known = LAYERS.get(layer.type)
    # a recurrent layer applies its activation at every step, not to its output
    recurrent = known is not None and known.family == "recurrent"
    return known is not None and not recurrent and not layer.calls and not layer.layers


def _rewired(
    layer: Layer, stands_for: Mapping[str, str], rule: str, rules: dict[str, tuple[str, ...]]
) -> Layer:
    if not any(name in stands_for for call in _calls(layer) for name in call):
        return layer
    rules[layer.name] += (rule,)
    calls = tuple(tuple(stands_for.get(n, n) for n in call) for call in _calls(layer))
    return replace(layer, inputs=calls[0], calls=calls if layer.calls else ())


def _calls(layer: Layer) -> tuple[tuple[str, ...], ...]:
    return layer.calls or (layer.inputs,)
