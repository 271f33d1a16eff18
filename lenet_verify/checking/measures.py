"""Facts that the wiring decides: depth, stages, receptive fields; and counts of units.

Each is read on the canonical form; `docs/facts.md` has the definitions and their sources.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import chain
from math import prod
from typing import Any

from lenet_verify.architecture import Architecture, Layer
from lenet_verify.checking.canonical import CanonicalForm, canonical_form
from lenet_verify.checking.wiring import calls_of, in_order, layer_of
from lenet_verify.errors import InferenceError
from lenet_verify.inference import HERE, Field, derive, fields
from lenet_verify.vocabulary import APPLICATION_LAYERS, LAYERS

_WEIGHTED = frozenset({"attention", "convolution", "dense", "embedding", "recurrent"})
_WEIGHTED_TYPES = frozenset({"Subsampling2D"})
"""Of other families: its coefficient multiplies all the inputs of a window."""
_RESAMPLING = frozenset({"convolution", "pooling"})
_GLOBAL = "Global"


class Unmeasurable(Exception):
    """A fact that the network does not decide, or that cannot be seen; the message says why."""


@dataclass(frozen=True)
class Wiring:
    """The layers of a canonical form and what feeds them."""

    form: CanonicalForm

    @cached_property
    def layers(self) -> dict[str, Layer]:
        """By name, in topological order, input layers first."""
        layers = (*self.form.inputs, *(unit.layer for unit in self.form.units))
        # a file may have them in any order
        ordered = in_order(layers, lambda layer: chain.from_iterable(calls_of(layer)))
        return {layer.name: layer for layer in ordered}

    @cached_property
    def feeders(self) -> dict[str, tuple[str, ...]]:
        """By layer, the names of the layers that feed it."""
        return {
            name: tuple(layer_of(wire, self.layers) for call in calls_of(layer) for wire in call)
            for name, layer in self.layers.items()
        }

    @cached_property
    def fields(self) -> Mapping[str, Field | str]:
        """By layer, what of the input it sees, or why that cannot be said."""
        return fields(self.layers.values(), self.feeders)

    @cached_property
    def depths(self) -> tuple[dict[str, int], dict[str, str]]:
        """By layer, how many layers with weights are on the way to it that has most of them; and
        the layer before it on that way.

        Raises:
            Unmeasurable: some layer cannot be seen through.
        """
        depths: dict[str, int] = {}
        before: dict[str, str] = {}
        for name, layer in self.layers.items():
            fed = self.feeders[name]
            if any(feeder not in depths for feeder in fed):
                raise Unmeasurable(f"{name} is called again on what it made itself")
            deepest = max(fed, key=lambda feeder: depths[feeder], default=None)
            depths[name] = _depth_of(layer) + (depths[deepest] if deepest else 0)
            if deepest:
                before[name] = deepest
        return depths, before

    @cached_property
    def deepest(self) -> tuple[Layer, ...]:
        """The path from an input to an output on which most layers have weights.

        Raises:
            Unmeasurable: some layer cannot be seen through.
        """
        depths, before = self.depths
        ends = [layer_of(wire, self.layers) for wire in self.form.outputs]
        if nowhere := [name for name in ends if name not in depths]:
            raise Unmeasurable(f"an output is named that {nowhere[0]} has not")
        path = [max(ends, key=lambda name: depths[name])] if ends else []
        while path and path[-1] in before:
            path.append(before[path[-1]])
        return tuple(self.layers[name] for name in reversed(path))


def inside(model: Layer) -> Wiring:
    """What is inside a nested model that is called several times, and so was not opened."""
    return Wiring(
        canonical_form(
            Architecture(
                title=model.name,
                inputs=(),
                outputs=model.outputs,
                ends=model.ends,
                layers=model.layers,
            )
        )
    )


def has_weights(layer: Layer) -> bool:
    """Whether a layer has weights that multiply inputs: a weight layer, as papers count them.

    Layers that only scale or shift single values (normalisation, PReLU, LayerScale) are not
    counted. Source: He et al. 2016, whose ResNet-50 has 50 layers with batch normalisation not
    among them.

    Raises:
        Unmeasurable: it is somebody's own and has weights of whatever kind.
    """
    if layer.params == 0 or layer.type == "InputLayer" or layer.type in APPLICATION_LAYERS:
        return False
    family = _family(layer.type, layer.config)
    if family is None:
        raise Unmeasurable(f"what {layer.name} computes cannot be read ({layer.type})")
    return family in _WEIGHTED or layer.type in _WEIGHTED_TYPES


def _family(type_: str, config: Mapping[str, Any]) -> str | None:
    """The family of a layer, of a wrapper that of what it wraps."""
    inner = config.get("layer")
    if isinstance(inner, Mapping) and "type" in inner:
        return _family(str(inner["type"]), inner)
    return LAYERS[type_].family if type_ in LAYERS else None


def weight_layers(wiring: Wiring) -> int:
    """How many layers have weights that multiply inputs; a shared layer counts once."""
    return sum(
        weight_layers(inside(layer)) if layer.layers else has_weights(layer)
        for layer in wiring.layers.values()
    )


def depth(wiring: Wiring) -> int:
    """How many weight layers the path has that has most of them."""
    path = wiring.deepest
    return wiring.depths[0][path[-1].name] if path else 0


def _depth_of(layer: Layer) -> int:
    return depth(inside(layer)) if layer.layers else has_weights(layer)


def neurons(wiring: Wiring) -> int:
    """The units of all weight layers and calls, as Krizhevsky et al. 2012, 3.5, count them."""
    found = 0
    for layer in wiring.layers.values():
        if layer.layers:
            found += neurons(inside(layer)) * len(calls_of(layer))
        elif has_weights(layer):
            found += units(layer) * len(calls_of(layer))
    return found


def units(layer: Layer) -> int:
    """How many values a layer puts out for one example."""
    if layer.shapes is None:
        raise Unmeasurable(layer.unknown.get("output", "its output shape is unknown"))
    sizes = layer.shapes[0].sizes
    if None in sizes:
        raise Unmeasurable(f"its output {layer.shapes[0]} has a variable size")
    return prod(size for size in sizes if size is not None)


def stages(wiring: Wiring) -> tuple[tuple[int | None, ...], ...]:
    """The sizes of the feature maps along the deepest path, each where it changes.

    The input's own size is left out, and so is what is made of maps that a global pooling took
    together, such as the squeeze of a squeeze-and-excitation block.
    """
    path = wiring.deepest  # which tells why, where a layer waits for itself
    maps: dict[str, bool] = {}
    for name, layer in wiring.layers.items():
        spatial = _spatial(layer)
        from_maps = not wiring.feeders[name] or any(maps[one] for one in wiring.feeders[name])
        maps[name] = bool(spatial) and from_maps and not layer.type.startswith(_GLOBAL)
    found: list[tuple[int | None, ...]] = []
    for layer in path:
        if layer.layers:
            raise Unmeasurable(f"{layer.name} is a model that is called several times")
        source = layer.type == "InputLayer"
        if maps[layer.name] and (source or _resamples(layer)):
            spatial = _spatial(layer)
            if not found or found[-1] != spatial:
                found.append(spatial)
    first = path[0] if path else None
    return tuple(found[1:] if first is not None and maps[first.name] else found)


def _resamples(layer: Layer) -> bool:
    upsampling = layer.type.startswith(("UpSampling", "Resizing"))
    return upsampling or _family(layer.type, layer.config) in _RESAMPLING


def _spatial(layer: Layer) -> tuple[int | None, ...]:
    if layer.shapes is None:
        raise Unmeasurable(f"the output shape of {layer.name} is unknown")
    return layer.shapes[0].spatial


def downsampling(layer: Layer) -> tuple[Fraction, ...]:
    """A layer's own factor of reduction along each axis of its maps: its stride.

    Raises:
        Unmeasurable: there is no such factor.
    """
    try:
        derived = derive(layer)
    except InferenceError as e:
        raise Unmeasurable(e.message) from e
    if derived is None or derived.window is None or layer.input_shapes is None:
        raise Unmeasurable(f"how a {layer.type} places its outputs cannot be derived")
    rank = len(layer.input_shapes[0].spatial) if layer.input_shapes else 0
    if not rank or len(derived.shapes[0].spatial) != rank:
        raise NoMaps("it makes no feature maps of feature maps")
    return (Fraction(1),) * rank if derived.window == HERE else derived.window.step


class NoMaps(Exception):
    """There are no feature maps that the fact could be of; the message says where."""


def total_downsampling(wiring: Wiring, name: str) -> tuple[Fraction, ...]:
    """The factor of reduction from the input on, along each axis: the product of the strides.

    Raises:
        NoMaps: a layer without feature maps has none.
        Unmeasurable: it cannot be said.
    """
    field = _field(wiring, name)
    if field.flat or not field.jump:
        raise NoMaps("it makes no feature maps of feature maps")
    return field.jump


def receptive_field(wiring: Wiring, name: str) -> tuple[Fraction, ...]:
    """How much of the input one unit sees along each axis.

    Raises:
        NoMaps: the input has no spatial axes.
        Unmeasurable: it cannot be said.
    """
    field = _field(wiring, name)
    if not field.size:
        raise NoMaps("the input has no spatial axes")
    if None in field.size:
        raise Unmeasurable("it depends on a variable size")
    return tuple(size for size in field.size if size is not None)


def _field(wiring: Wiring, name: str) -> Field:
    field = wiring.fields[name]
    if isinstance(field, str):
        raise Unmeasurable(field)
    return field


def whole(sizes: Iterable[Fraction]) -> tuple[int | Fraction, ...]:
    """Sizes as whole numbers where they are."""
    return tuple(int(size) if size.denominator == 1 else size for size in sizes)
