"""A network with one row for every call: shared layers split, nested models opened.

What feeds a layer is named here by its wire: the layer's name, or `lstm[1]` for a further output
of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from lenet_verify.architecture import Layer, Source
from lenet_verify.inference import measure

NESTED = "nested-model"
"""A nested model is opened: its layers stand where it stood."""
SHARED = "shared-layer"
"""A layer without weights that is called several times is as many layers."""

COMMUTATIVE = frozenset({"Add", "Average", "Maximum", "Minimum", "Multiply"})
"""Layers that compute the same whatever the order of their inputs."""

Rules = dict[str, tuple[str, ...]]
"""By layer, the rewrites by which its inputs are what they are."""


@dataclass
class Network:
    """Layers in topological order, their `inputs` and the `outputs` of the whole as wires.

    `rules` has, by layer, the rewrites by which its inputs are what they are; `recast` that by
    which it is of another form than in the model; `parts` has, by a layer that is in another form
    only, the model's layer that it is part of; `origins`, by a layer that stands in a nested model
    or is one call of several, the names that lead to it from outside.
    """

    layers: list[Layer]
    outputs: list[str]
    rules: Rules = field(default_factory=dict)
    recast: dict[str, str] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    origins: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def copy(self) -> Network:
        """The same network, to be changed."""
        return replace(
            self,
            layers=[*self.layers],
            outputs=[*self.outputs],
            rules={**self.rules},
            recast={**self.recast},
            parts={**self.parts},
        )

    def note(self, name: str, rule: str) -> None:
        """Notes that a layer's inputs are what they are by a rewrite."""
        self.rules[name] = tuple(dict.fromkeys((*self.rules.get(name, ()), rule)))

    def rewired(self, layer: Layer, stands_for: Mapping[str, str], rule: str) -> Layer:
        """The layer with wires that are gone replaced by what stands for them."""
        if not any(wire in stands_for for call in calls_of(layer) for wire in call):
            return layer
        self.note(layer.name, rule)
        return with_wires(layer, lambda wire: stands_for.get(wire, wire))


def network(
    layers: Sequence[Layer],
    outputs: Sequence[str],
    ends: Sequence[Source],
    *,
    exact: bool = False,
) -> Network:
    """The layers of a model with their wires; unless `exact`, one row for every call, and what
    is inside of nested models in their place."""
    found = _split(layers, ends or [Source(name) for name in outputs], exact)
    return found if exact else _opened(found)


def calls_of(layer: Layer) -> tuple[tuple[str, ...], ...]:
    """What feeds each call of a layer."""
    return layer.calls or (layer.inputs,)


def layer_of(wire: str, known: Container[str]) -> str:
    """The name of the layer that a wire comes from."""
    # a name may have brackets of its own; those of a wire come last
    return wire if wire in known else wire.rpartition("[")[0] or wire


def in_order(
    layers: Iterable[Layer],
    feeders: Callable[[Layer], Iterable[str]],
    last: Iterable[str] = (),
) -> list[Layer]:
    """The layers so that each follows what feeds it, otherwise as they come.

    Args:
        layers: in any order.
        feeders: the wires that a layer reads, in the order in which to look at them.
        last: wires to begin from; what does not lead to them comes at the end.
    """
    by_wire = {layer.name: layer for layer in layers}
    done: dict[str, Layer] = {}

    def fed_by(name: str) -> Iterator[str]:
        return (layer_of(wire, by_wire) for wire in feeders(by_wire[name]))

    roots = (layer_of(wire, by_wire) for wire in last)
    for root in (*(name for name in roots if name in by_wire), *by_wire):
        path = {} if root in done else {root: fed_by(root)}
        while path:
            top, names = next(reversed(path.items()))
            waiting = (n for n in names if n in by_wire and n not in done and n not in path)
            name = next(waiting, None)
            if name is None:
                done[top] = by_wire[top]
                del path[top]
            else:
                path[name] = fed_by(name)
    return list(done.values())


def _split(layers: Sequence[Layer], ends: Sequence[Source], exact: bool) -> Network:
    """Layers without weights that are called several times, one row for each call."""
    taken = {layer.name for layer in layers}
    copies: dict[tuple[str, int], str] = {}
    for layer in layers:
        if len(layer.details) > 1 and layer.params == 0 and not exact:
            for number in range(1, len(layer.details)):
                name = free(f"{layer.name}#{number + 1}", taken)
                copies[layer.name, number] = name

    def wire(source: Source) -> str:
        name = copies.get((source.layer, source.call), source.layer)
        return f"{name}[{source.output}]" if source.output else name

    found = Network([], [wire(end) for end in ends])
    for layer in layers:
        if any((name, 1) in copies for call in calls_of(layer) for name in call):
            found.note(layer.name, SHARED)
        wires = tuple(tuple(map(wire, call.inputs)) for call in layer.details)
        if (layer.name, 1) not in copies:
            several = wires if len(wires) > 1 else ()
            inputs = wires[0] if wires else layer.inputs
            told = inputs, several, ()
            if told != (layer.inputs, layer.calls, layer.details):
                layer = replace(layer, inputs=inputs, calls=several, details=())
            found.layers.append(layer)
            continue
        for number, call in enumerate(layer.details):
            name = copies.get((layer.name, number), layer.name)
            found.note(name, SHARED)
            found.origins[name] = (layer.name,)
            found.layers.append(
                measure(
                    replace(
                        layer,
                        name=name,
                        inputs=wires[number],
                        input_shapes=call.input_shapes,
                        shapes=call.shapes,
                        calls=(),
                        details=(),
                    )
                )
            )
    if copies:
        found.layers = in_order(found.layers, lambda layer: layer.inputs)
    return found


def _opened(outer: Network) -> Network:
    """Nested models that are called once, replaced by their layers."""
    found = Network([], [], outer.rules, origins=outer.origins)
    stands_for: dict[str, str] = {}
    names = Counter(layer.name for layer in outer.layers)
    for layer in outer.layers:
        layer = found.rewired(layer, stands_for, NESTED)
        if not layer.layers or layer.calls:
            found.layers.append(layer)
            continue
        inner = network(layer.layers, layer.outputs, layer.ends)
        entrances = [one.name for one in inner.layers if one.type == "InputLayer"]
        if _reads(inner, entrances[len(layer.inputs) :]):
            found.layers.append(layer)  # what is read inside would come from nowhere
            continue
        inside = dict(zip(entrances, layer.inputs, strict=False))
        for one in inner.layers:
            if one.type == "InputLayer":
                continue
            unique = one.name if names[one.name] == 0 else f"{layer.name}/{one.name}"
            while names[unique]:  # a file may have such a name in it
                unique += "'"
            names[unique] += 1
            found.origins[unique] = (layer.name, *inner.origins.get(one.name, (one.name,)))
            found.rules[unique] = tuple(dict.fromkeys((*inner.rules.get(one.name, ()), NESTED)))
            one = with_wires(one, partial(_through, renamed=inside))
            inside[one.name] = unique
            found.layers.append(replace(one, name=unique))
        for number, end in enumerate(inner.outputs):
            wire = f"{layer.name}[{number}]" if number else layer.name
            stands_for[wire] = _through(end, inside)
    found.outputs = [stands_for.get(wire, wire) for wire in outer.outputs]
    return found


def _reads(inner: Network, names: Sequence[str]) -> bool:
    """Whether anything in a network, or what leaves it, reads one of some of its layers."""
    if not names:
        return False
    calls = [call for layer in inner.layers for call in calls_of(layer)]
    return any(layer_of(wire, names) in names for call in (*calls, inner.outputs) for wire in call)


def _through(wire: str, renamed: Mapping[str, str]) -> str:
    """A wire whose layer is called otherwise now; a further output of it stays one."""
    name = layer_of(wire, renamed)
    return renamed.get(name, name) + wire[len(name) :]


def with_wires(layer: Layer, changed: Callable[[str], str]) -> Layer:
    """A layer that reads, for each wire that it read, what that is changed to."""
    calls = tuple(tuple(map(changed, call)) for call in calls_of(layer))
    return replace(layer, inputs=calls[0], calls=calls if layer.calls else ())


def paired_inputs(ours: Sequence[str], theirs: Sequence[str]) -> dict[str, str]:
    """The inputs of a model by those of a spec: where names agree, else in order."""
    pairs = {name: name for name in ours if name in theirs}
    waiting = [name for name in ours if name not in pairs]
    left = [name for name in theirs if name not in pairs]
    return pairs | dict(zip(waiting, left, strict=False))


def free(name: str, taken: set[str]) -> str:
    """The name, changed until it is none of those that are taken; then it is taken too."""
    while name in taken:
        name += "'"
    taken.add(name)
    return name
