"""Activations before the identities that they follow: at inference their order is no matter.

An identity such as Dropout stands in a network where the spec has its kind; an activation layer
after it belongs to the layer before it all the same.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from lenet_verify.architecture import Layer
from lenet_verify.checking.canonical import IDENTITY, is_activation, is_identity
from lenet_verify.checking.wiring import Network, calls_of


def activations_first(net: Network) -> Network | None:
    """A network with each activation layer above what is an identity at inference, if nothing
    else reads that; None if there is none to move."""
    readers = Counter(wire for layer in net.layers for call in calls_of(layer) for wire in call)
    readers.update(net.outputs)
    found = net.copy()
    made: dict[str, Layer] = {}
    stands_for: dict[str, str] = {}
    last: dict[str, str] = {}
    for layer in net.layers:
        layer = found.rewired(layer, stands_for, IDENTITY)
        feeder = layer.inputs[0] if layer.inputs else ""
        passed: list[str] = []
        name = feeder
        while (
            is_activation(layer)
            and name in made
            and is_identity(made[name])
            and readers[last.get(name, name)] == 1
        ):
            passed.append(name)
            name = made[name].inputs[0]
        if passed:
            stands_for[layer.name] = feeder
            last[feeder] = layer.name
            moved = {one: made.pop(one) for one in reversed(passed)}
            first = moved[passed[-1]]
            moved[first.name] = replace(first, inputs=(layer.name,))
            made[layer.name] = replace(layer, inputs=(name,))
            made |= moved
            for one in (layer.name, first.name):
                found.note(one, IDENTITY)
        else:
            made[layer.name] = layer
    found.layers = list(made.values())
    found.outputs = [stands_for.get(wire, wire) for wire in net.outputs]
    return found if stands_for else None
