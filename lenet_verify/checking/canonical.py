"""The named rewrites that do not change what a network computes.

A claim is judged on the canonical form, so that a right network passes whatever its layers are
called and however they are cut. Each rewrite has a numerical test that both forms compute the
same. `--exact` allows none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from lenet_verify.architecture import Architecture, Layer
from lenet_verify.checking.likeness import Features, features
from lenet_verify.checking.wiring import NESTED, SHARED, Network, calls_of, layer_of, network
from lenet_verify.functions import POINTS, THEN, Computed, Values, after
from lenet_verify.vocabulary import ACTIVATION_LAYERS, IDENTITY_LAYERS, LAYERS, complete

__all__ = [
    "ACTIVATION",
    "IDENTITY",
    "NESTED",
    "OPERATION",
    "SHARED",
    "UNREADABLE",
    "CanonicalForm",
    "Unit",
    "canonical_form",
    "composed",
    "formed",
    "is_activation",
    "is_identity",
    "prepared",
]

IDENTITY = "identity"
"""A layer that is an identity at inference is left out."""
ACTIVATION = "separate-activation"
"""An activation layer is composed into the layer that it follows."""
OPERATION = "operation"
"""A sum, product … or concatenation of tensors by keras.ops is Keras's layer of that name."""

UNREADABLE = "?"
"""An activation that cannot be read, among those that a unit applies."""

_FLOATS = frozenset({"float16", "bfloat16", "float32", "float64"})
_IDEMPOTENT = frozenset({"relu", "relu6"})
_MERGING = frozenset({"Add", "Concatenate", "Maximum", "Minimum", "Multiply", "Subtract"})


@dataclass(frozen=True)
class Unit:
    """One layer of the canonical form.

    Attributes:
        layer: the layer itself, `inputs` naming the units (or input layers) that feed it.
        activations: what it applies, in order, `linear` left out.
        absorbed: the activation layers that were composed into it, in order.
        rules: the rewrites by which its inputs are what they are.
        optional: whether it is an identity at inference, kept only because the spec has its kind.
        recast: the rewrite by which it is of another form than in the model, if it is.
        forms: what else it may be taken for, by a rewrite that computes the same.
        leaves: as which of the model's outputs it leaves it.
    """

    layer: Layer
    activations: tuple[str, ...]
    absorbed: tuple[Layer, ...] = ()
    rules: tuple[str, ...] = ()
    optional: bool = False
    recast: str | None = None
    forms: tuple[Unit, ...] = ()
    leaves: tuple[int, ...] = ()

    @cached_property
    def name(self) -> str:
        """The layer's name."""
        return self.layer.name

    @cached_property
    def activation(self) -> str | None:
        """The activation as one: `linear`, `tanh`, or `tanh, then relu`; None where it has none."""
        return composed(self.activations) or self.layer.activation

    @cached_property
    def features(self) -> Features:
        """What tells it from other units, whatever it is called and wherever it stands."""
        return features(self.layer, self.activation)


@dataclass(frozen=True)
class CanonicalForm:
    """A network as claims are judged on it.

    Attributes:
        units: in topological order, input layers left out.
        inputs: the input layers.
        outputs: the units (or input layers) where data leaves, by name.
        dead: layers that have no effect on any output.
        parts: by the name of a layer that is in another form only, the model's that it is part of.
    """

    units: tuple[Unit, ...]
    inputs: tuple[Layer, ...]
    outputs: tuple[str, ...]
    dead: tuple[Layer, ...]
    parts: Mapping[str, str] = field(default_factory=dict)


def canonical_form(
    architecture: Architecture,
    keep: Iterable[str] = (),
    *,
    exact: bool = False,
    of_spec: bool = False,
) -> CanonicalForm:
    """The canonical form of an architecture.

    Args:
        architecture: any model.
        keep: types that the spec speaks of, so that layers of theirs stay as they are.
        exact: whether to allow no rewrite at all.
        of_spec: whether it is the spec's own, none of whose layers may be left out.
    """
    return formed(
        prepared(architecture, keep, exact=exact, of_spec=of_spec), frozenset(keep), exact=exact
    )


def prepared(
    architecture: Architecture, keep: Iterable[str], *, exact: bool = False, of_spec: bool = False
) -> Network:
    """The layers of a model as they are judged, but for activations that stand apart.

    Args: as of `canonical_form`.
    """
    net = network(architecture.layers, architecture.outputs, architecture.ends, exact=exact)
    if not exact and not of_spec:
        net = _without_identities(net, frozenset(keep))
    if not exact:
        net.layers = [_as_layer(layer, net) for layer in net.layers]
    return net


def formed(net: Network, keep: frozenset[str], *, exact: bool = False) -> CanonicalForm:
    """The canonical form of layers that are prepared.

    Args:
        net: the layers.
        keep, exact: as of `canonical_form`.
    """
    live = [layer for layer in net.layers if layer.reaches_output]
    units = _composed(replace(net, layers=live), keep, exact)
    renamed = {part.name: unit.name for unit in units for part in unit.absorbed}
    outputs = tuple(renamed.get(name, name) for name in net.outputs)
    return CanonicalForm(
        units=_leaving(units, outputs),
        inputs=tuple(layer for layer in live if layer.type == "InputLayer"),
        outputs=outputs,
        dead=tuple(layer for layer in net.layers if not layer.reaches_output),
        parts=net.parts,
    )


def _leaving(units: tuple[Unit, ...], outputs: Sequence[str]) -> tuple[Unit, ...]:
    """The units, those that leave the model told as which of its outputs."""
    known = {unit.name for unit in units}
    places: dict[str, list[int]] = {}
    for place, wire in enumerate(outputs):
        places.setdefault(layer_of(wire, known), []).append(place)
    return tuple(
        replace(unit, leaves=tuple(places[unit.name])) if unit.name in places else unit
        for unit in units
    )


def is_identity(layer: Layer) -> bool:
    """Whether a layer gives back at inference what it gets."""
    linear = layer.type in ACTIVATION_LAYERS and layer.activation == "linear"
    unchanged = layer.type in IDENTITY_LAYERS or linear or _only_converts(layer)
    return unchanged and len(layer.inputs) == 1 and not layer.calls and "call" not in layer.unknown


def _only_converts(layer: Layer) -> bool:
    """Whether it makes floats of what comes, as Keras does where a Functional model is called."""
    dtype = str(layer.config.get("dtype") or "float32")
    return layer.type in ("ops.Cast", "ops.ConvertToTensor") and dtype in _FLOATS


def composed(activations: Sequence[str]) -> str | None:
    """Several activations as one text; None for none. Applying relu twice is applying it once."""
    names: list[str] = []
    for name in activations:
        if not (names and names[-1] == name and name in _IDEMPOTENT):
            names.append(name)
    if not any(isinstance(name, Computed) for name in names):
        return THEN.join(names) or None
    return names[0] if len(names) == 1 else _together(names)


def _together(names: Sequence[str]) -> Computed:
    """Several activations as one, some of which are the model's own."""
    values: Values | None = POINTS
    for name in names:
        own = name.values if values is POINTS and isinstance(name, Computed) else None
        values = own or (None if values is None else after(values, name))
    nameless = any(isinstance(name, Computed) and name.evidence is None for name in names)
    functions = (name.function if isinstance(name, Computed) else name for name in names)
    together = THEN.join(names)
    return Computed(together, together if nameless else THEN.join(functions), values)


def _without_identities(net: Network, keep: frozenset[str]) -> Network:
    """Layers that are identities at inference left out, what they fed rewired."""
    kept = Network([], [], net.rules, net.recast)
    stands_for: dict[str, str] = {}
    for layer in net.layers:
        layer = kept.rewired(layer, stands_for, IDENTITY)
        if is_identity(layer) and layer.type not in keep and layer.reaches_output:
            stands_for[layer.name] = layer.inputs[0]
        else:
            kept.layers.append(layer)
    kept.outputs = [stands_for.get(wire, wire) for wire in net.outputs]
    return kept


def _as_layer(layer: Layer, net: Network) -> Layer:
    """What `x + y` comes to, as the layer `Add`; any other layer as it is."""
    type_ = layer.type.removeprefix("ops.")
    # with further arguments, such as an array, it is no such layer
    merges = type_ != layer.type and type_ in _MERGING and set(layer.config) <= {"axis"}
    shapes = layer.input_shapes or ()
    # a layer and an operation broadcast differently
    alike = type_ == "Concatenate" or len(set(shapes)) == 1
    along_the_batch = layer.config.get("axis") == 0
    if not merges or len(shapes) < 2 or not alike or along_the_batch or "config" in layer.unknown:
        return layer
    net.note(layer.name, OPERATION)
    arguments = {**layer.config, "axis": _from_the_end(layer)} if "axis" in layer.config else {}
    return replace(layer, type=type_, config=complete(type_, arguments))


def _from_the_end(layer: Layer) -> object:
    """The axis that an operation works on, -1 if it is the last."""
    axis, shapes = layer.config["axis"], layer.input_shapes or ()
    return -1 if axis == len(shapes[0].sizes) else axis


def _composed(net: Network, keep: frozenset[str], exact: bool) -> tuple[Unit, ...]:
    """Separate activations composed into the layers that they follow."""
    readers = Counter(wire for layer in net.layers for call in calls_of(layer) for wire in call)
    readers.update(net.outputs)
    units: dict[str, Unit] = {}
    stands_for: dict[str, str] = {}
    last_part: dict[str, str] = {}
    for layer in net.layers:
        if layer.type == "InputLayer":
            continue
        feeder = stands_for.get(layer.inputs[0], layer.inputs[0]) if layer.inputs else ""
        host = units.get(feeder)
        if (
            host is not None
            and not exact
            and layer.type not in keep
            and is_activation(layer)
            and _can_host(host.layer)
            and readers[last_part[feeder]] == 1
        ):
            units[feeder] = _with_activation(host, layer)
            stands_for[layer.name] = feeder
            last_part[feeder] = layer.name
            continue
        units[layer.name] = Unit(
            layer=net.rewired(layer, stands_for, ACTIVATION),
            activations=() if layer.activation in (None, "linear") else (layer.activation,),
            rules=net.rules.get(layer.name, ()),
            optional=is_identity(layer),
            recast=net.recast.get(layer.name),
        )
        last_part[layer.name] = layer.name
    return tuple(units.values())


def is_activation(layer: Layer) -> bool:
    """Whether a layer only applies an activation, once."""
    only = layer.type in ACTIVATION_LAYERS and len(layer.inputs) == 1 and not layer.calls
    return only and (layer.activation is not None or "activation" in layer.unknown)


def _can_host(layer: Layer) -> bool:
    """Whether an activation after this layer is the same as one at its end."""
    known = LAYERS.get(layer.type)
    # a recurrent layer applies its activation at every step, not to its output; and an identity
    # may be left out of account, which must not hide what follows it
    other = known is None or known.family == "recurrent" or is_identity(layer)
    return not other and not layer.calls and not layer.layers


def _with_activation(host: Unit, layer: Layer) -> Unit:
    """The unit with one more activation layer composed into it."""
    unknown = {**host.layer.unknown}
    if layer.activation is None:
        unknown.setdefault("activation", layer.unknown["activation"])
    applied = () if layer.activation == "linear" else (layer.activation or UNREADABLE,)
    return replace(
        host,
        layer=replace(host.layer, unknown=unknown),
        activations=(*host.activations, *applied),
        absorbed=(*host.absorbed, layer),
    )
