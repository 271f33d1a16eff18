"""Layers that only read the same values in another shape, and networks without them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from enum import Enum
from functools import partial
from math import prod

from lenet_verify.architecture import Layer, Shape
from lenet_verify.checking.rewriting.forms import Form, filled
from lenet_verify.checking.wiring import Network, calls_of, free, layer_of, with_wires
from lenet_verify.vocabulary import ACTIVATION_LAYERS, IDENTITY_LAYERS, complete

RESHAPE = "reshape"
"""Layers that only reshape are one, whatever they are called, or none where nothing is reshaped."""

RESHAPING = frozenset({"Flatten", "Reshape", "ops.ExpandDims", "ops.Reshape", "ops.Squeeze"})
"""Layers that may only read the same values in another shape."""
_ALONG_THE_LAST_AXIS = frozenset({"BatchNormalization", "Dense", "LayerNormalization"})


def is_view(layer: Layer) -> bool:
    """Whether a layer reads what it is fed in another shape, value by value in the same order."""
    if layer.type not in RESHAPING or len(layer.inputs) != 1 or layer.calls:
        return False
    if layer.unknown.keys() & {"call", "config", "inputs", "output"}:
        return False
    if not layer.shapes or not layer.input_shapes:
        return False
    before, after = layer.input_shapes[0].sizes, layer.shapes[0].sizes
    if None in (*before, *after) or _size(layer.input_shapes[0]) != _size(layer.shapes[0]):
        return False
    # Flatten of channels first moves them to the end, which changes the order
    moves = layer.type == "Flatten" and layer.config.get("data_format") == "channels_first"
    return not moves or len(before) <= 2 or set(layer.input_shapes[0].spatial) == {1}


def flattens(layer: Layer) -> bool:
    """Whether a layer makes one vector of what it is fed."""
    return is_view(layer) and len((layer.shapes or (Shape(()),))[0].sizes) == 1


def seen_through(net: Network) -> Network:
    """A network without its views, what they fed fed by what fed them."""
    found = net.copy()
    found.layers = []
    roots: dict[str, str] = {}
    for layer in net.layers:
        layer = with_wires(layer, lambda wire: roots.get(wire, wire))
        if is_view(layer):
            roots[layer.name] = layer.inputs[0]
        else:
            found.layers.append(layer)
    found.outputs = [roots.get(wire, wire) for wire in net.outputs]
    return found


def shapes_of(net: Network) -> dict[str, Shape]:
    """The shapes of all wires that are known."""
    found: dict[str, Shape] = {}
    for layer in net.layers:
        for number, shape in enumerate(layer.shapes or ()):
            found[f"{layer.name}[{number}]" if number else layer.name] = shape
    return found


def along_last_axis(layer: Layer, fed: Shape) -> Layer | None:
    """A layer that works along the last axis alone, on a vector for a map of 1x1 or the other way
    round; None where it would not compute the same."""
    seen = layer.input_shapes[0] if layer.input_shapes else None
    if seen is None or seen.channels_first or not _is_pixel(seen, fed):
        return None
    axis = layer.config.get("axis", -1)
    if layer.type in _ALONG_THE_LAST_AXIS:
        works = axis in (-1, (-1,), [-1])
    else:
        elementwise = layer.type in ACTIVATION_LAYERS or layer.type in IDENTITY_LAYERS
        works = elementwise and axis in (-1, (-1,))
    if not works or layer.unknown.keys() & {"call", "config", "quantization"}:
        return None
    changed = filled(replace(layer, input_shapes=(fed,)))
    return changed if changed is not None and changed.params == layer.params else None


class Place(Enum):
    """Where what works value by value does so, if that may be before a reshape or after."""

    THERE = "where it is"
    EARLY = "on a vector, the reshape before it"
    LATE = "on what it is fed as that is made, the reshape after it"


class Reshaper:
    """A network made anew, some of its layers in another form, with the views that this takes."""

    def __init__(
        self,
        net: Network,
        form_of: Callable[[Layer, Shape], Form | None],
        flatten: Layer | None,
        place: Place,
    ) -> None:
        """Takes a network and what to make of it.

        Args:
            net: in topological order.
            form_of: a layer's other form, given the shape that its input is made in.
            flatten: a layer that makes vectors, as they should be made; None to leave those that
                there are as they are.
            place: of what works along the last axis alone, among reshapes of a map of 1x1.
        """
        self._net, self._form_of, self._flatten, self._place = net, form_of, flatten, place
        self._before = shapes_of(net)
        self._now: dict[str, Shape] = {}
        self._roots: dict[str, str] = {}
        self._views: dict[tuple[str, tuple[int | None, ...]], Layer] = {}
        self._made: dict[tuple[str, tuple[int | None, ...]], str] = {}
        self._why: dict[str, str] = {}
        self._names = {layer.name for layer in net.layers}
        self.found = net.copy()
        self.found.layers = []

    def network(self) -> Network:
        """The network that computes the same."""
        live = [layer for layer in self._net.layers if layer.reaches_output]
        for layer in live:
            if is_view(layer):
                root = self._root(layer.inputs[0])
                self._roots[layer.name] = root
                assert layer.shapes is not None
                self._views.setdefault((root, layer.shapes[0].sizes), layer)
        for layer in live:
            if layer.name not in self._roots:
                self._add(layer)
        self.found.outputs = [self._as_before(wire) for wire in self._net.outputs]
        self.found.layers += [one for one in self._net.layers if not one.reaches_output]
        there = {layer.name for layer in self.found.layers}
        gone = [name for name in self._roots if name not in there]
        made = [layer.name for layer in self.found.layers if layer.name in self.found.parts]
        take_names(self.found, made, gone)
        return self.found

    def _add(self, layer: Layer) -> None:
        single = len(layer.inputs) == 1 and not layer.calls
        root = self._root(layer.inputs[0]) if single else ""
        fed = self._now.get(root)
        form = self._form_of(layer, fed) if fed is not None else None
        if form is not None and form.layer.input_shapes is not None:
            rule = form.rule
            wire = self._as(root, form.layer.input_shapes[0], rule, layer.name)
            self.found.recast[layer.name] = self._why[layer.name] = rule
            self._put(replace(form.layer, inputs=(wire,)), layer)
            return
        alike = self._along(layer, fed) if fed is not None else None
        if alike is not None and alike.input_shapes is not None:
            self._why[layer.name] = self._why.get(layer_of(root, self._names), RESHAPE)
            wire = self._as(root, alike.input_shapes[0], RESHAPE, layer.name)
            self._put(replace(alike, inputs=(wire,)), layer)
            return
        self._put(with_wires(layer, partial(self._as_before, reader=layer.name)), layer)

    def _put(self, layer: Layer, before: Layer) -> None:
        if calls_of(layer) != calls_of(before):
            self.found.note(layer.name, self._rule_of(layer))
        self.found.layers.append(layer)
        self._now |= shapes_of(Network([layer], []))

    def _rule_of(self, layer: Layer) -> str:
        """Why a layer is not fed as before."""
        fed = (layer_of(wire, self._names) for call in calls_of(layer) for wire in call)
        return next((self._why[name] for name in (layer.name, *fed) if name in self._why), RESHAPE)

    def _along(self, layer: Layer, fed: Shape) -> Layer | None:
        """A layer that works along the last axis alone, on a vector for a map of 1x1 or the other
        way round, where it is to be placed so or need not have another shape than it is fed."""
        seen = self._before.get(layer.inputs[0])
        if seen is None or seen.channels_first or not _is_pixel(seen, fed):
            return None
        vector = Shape(seen.sizes[-1:])
        taken = vector if self._place is Place.EARLY else fed
        to_vector = len(taken.sizes) == 1
        if taken.sizes == seen.sizes or not (to_vector or self._place is Place.LATE):
            return None
        if layer.type == "Dense" and not to_vector:
            return None  # on a vector it would be flattened before
        return along_last_axis(layer, taken)

    def _root(self, wire: str) -> str:
        return self._roots.get(wire, wire)

    def _as_before(self, wire: str, reader: str | None = None) -> str:
        """What carries what a wire carried, in the shape that it had."""
        before = self._before.get(wire)
        if before is None:
            return wire
        return self._as(self._root(wire), before, RESHAPE, reader)

    def _as(self, root: str, shape: Shape, rule: str, reader: str | None) -> str:
        """What carries what `root` does, in some shape, for a layer or for an output."""
        now = self._now.get(root)
        if now is None or now.sizes == shape.sizes:
            return root
        key = (root, shape.sizes)
        if key not in self._made:
            self._made[key] = self._view(root, now, shape, rule, reader)
        return self._made[key]

    def _view(self, root: str, now: Shape, shape: Shape, rule: str, reader: str | None) -> str:
        """Adds a layer that reads what carries `root` in some shape, as the model has it or as it
        should be made."""
        view = self._views.get((root, shape.sizes))
        if view is None:
            name = free(f"{root} as {shape}", self._names)
            self.found.parts[name] = reader or layer_of(root, self._names)
            config = complete("Reshape", {"target_shape": shape.sizes})
            view = Layer(name=name, type="Reshape", config=config)
            self.found.recast[name] = self._why[name] = self._why.get(root, rule)
        if len(shape.sizes) == 1:
            flatten = self._flatten
            if flatten is None and view.name in self.found.parts:
                flatten = Layer(name="", type="Flatten", config=complete("Flatten", {}))
            if flatten is not None:
                view = self._flattened(view, flatten, shape)
        if view.name not in self.found.parts and view.inputs != (root,):
            self.found.recast.setdefault(view.name, RESHAPE)
        self.found.layers.append(_without_counts(replace(view, inputs=(root,)), now, shape))
        return view.name

    def _flattened(self, view: Layer, flatten: Layer, shape: Shape) -> Layer:
        """A layer that makes a vector, told so in the words of another."""
        config = dict(flatten.config)
        if "target_shape" in config and -1 not in config["target_shape"]:
            config["target_shape"] = shape.sizes
        if view.type == flatten.type and view.config.get("target_shape") == config.get(
            "target_shape"
        ):
            return view
        self.found.recast.setdefault(view.name, RESHAPE)
        return replace(view, type=flatten.type, config=config)


def take_names(net: Network, made: Iterable[str], gone: Iterable[str]) -> dict[str, str]:
    """Gives views that had to be made the names of those that are gone, as far as there are any.

    Args:
        net: changed in its place.
        made, gone: the names of the two.

    Returns:
        The new names by the old.
    """
    names = dict(zip(made, gone, strict=False))
    if not names:
        return names

    def new(name: str) -> str:
        return names.get(name, name)

    net.layers = [with_wires(replace(one, name=new(one.name)), new) for one in net.layers]
    net.outputs = [new(wire) for wire in net.outputs]
    net.rules = {new(name): rules for name, rules in net.rules.items()}
    net.recast = {new(name): rule for name, rule in net.recast.items()}
    net.parts = {name: whole for name, whole in net.parts.items() if name not in names}
    return names


def _without_counts(view: Layer, before: Shape, after: Shape) -> Layer:
    """A view with its shapes, and the counts of a layer without weights."""
    return replace(
        view, input_shapes=(before,), shapes=(after,), params=0, trainable=0, non_trainable=0,
        macs=0, connections=0,
    )  # fmt: skip


def _size(shape: Shape) -> int:
    return prod(size for size in shape.sizes if size is not None)


def _is_pixel(one: Shape, other: Shape) -> bool:
    """Whether two shapes are one vector, each with axes of size one before it or none."""
    return all(set(s.sizes[:-1]) <= {1} and s.sizes for s in (one, other)) and (
        one.sizes[-1] == other.sizes[-1]
    )
