"""The spec's layers and the model's, paired.

By name where names agree; the rest in order, by the pairing of least cost: what kind of layer,
which shape, how many weights. Where names agree but the layers do not (Keras counts `conv2d_1`
on from one model to the next), order alone may cost less, and is right then. A layer without a
partner is missing, or extra.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lenet_verify.architecture import Layer
from lenet_verify.checking.canonical import Unit
from lenet_verify.checking.wiring import calls_of, in_order, layer_of
from lenet_verify.vocabulary import LAYERS

_GAP = 4.0
"""What it costs to leave a layer without a partner; two gaps cost more than a poor pair."""
_MOST_ABOVE = 2**256
"""Beyond it branches are alike: in a row of sums every one has twice as much above it."""
_SAME_TYPE, _SAME_FAMILY, _OTHER_FAMILY = 0.0, 2.0, 9.0


@dataclass(frozen=True)
class Alignment:
    """Which unit of the model stands for which of the spec's.

    Attributes:
        partners: by the spec's name: the model's unit and how it was found (`name`, `order`).
        extra: the model's units that stand for none.
    """

    partners: Mapping[str, tuple[Unit, str]]
    extra: tuple[Unit, ...]


COMMUTATIVE = frozenset({"Add", "Average", "Maximum", "Minimum", "Multiply"})
"""Layers that compute the same whatever the order of their inputs."""


def align(wanted: Sequence[Unit], found: Sequence[Unit], *, partial: bool = False) -> Alignment:
    """Pairs a spec's units with a model's, both in topological order.

    Args:
        wanted: the spec's; a type of "?" pairs by name alone.
        found: the model's.
        partial: whether `wanted` speaks of some layers only, so that others are no surprise.
    """
    by_name = {unit.name: unit for unit in found}
    named = {unit.name: by_name[unit.name] for unit in wanted if unit.name in by_name}
    best = _completed(wanted, found, named, partial)
    if not partial and named and _cost(wanted, best) > 0:
        by_order = _completed(wanted, found, {}, partial)
        if _cost(wanted, by_order) < _cost(wanted, best):
            return by_order
    return best


def in_reading_order(units: Sequence[Unit], outputs: Sequence[str]) -> list[Unit]:
    """Units in the order in which they feed the outputs, first inputs first.

    It depends on the graph alone: frameworks order parallel branches each in their own way.
    """
    by_name = {unit.name: unit for unit in units}
    layers = {name: unit.layer for name, unit in by_name.items()}
    above: dict[str, int] = {}
    for layer in layers.values():
        feeders = (above.get(layer_of(wire, layers), 0) for wire in layer.inputs)
        above[layer.name] = min(1 + sum(feeders), _MOST_ABOVE)

    def feeders_of(layer: Layer) -> Sequence[str]:
        if layer.type not in COMMUTATIVE:
            return [wire for call in calls_of(layer) for wire in call]
        return sorted(layer.inputs, key=lambda wire: _look(layers.get(wire), above.get(wire, 0)))

    return [by_name[layer.name] for layer in in_order(layers.values(), feeders_of, outputs)]


def _look(layer: Layer | None, above: int) -> tuple[int, str, str, int]:
    """What tells the branches of a sum apart, whatever they are called."""
    if layer is None:
        return (-above, "", "", 0)
    return (-above, layer.type, str(layer.shapes), layer.params or 0)


def _completed(
    wanted: Sequence[Unit], found: Sequence[Unit], named: Mapping[str, Unit], partial: bool
) -> Alignment:
    """The alignment with the pairs that are named, and the cheapest ones of the rest."""
    paired = {unit.name for unit in named.values()}
    rest_wanted = [u for u in wanted if u.name not in named and u.layer.type in LAYERS]
    rest_found = [unit for unit in found if unit.name not in paired]
    partners = {name: (unit, "name") for name, unit in named.items()}
    for one, other in _cheapest(rest_wanted, rest_found, 0.0 if partial else _GAP):
        partners[one.name] = (other, "order")
    for one, other in [] if partial else _moved(rest_wanted, rest_found, partners):
        partners[one.name] = (other, "order")
    taken = {unit.name for unit, _ in partners.values()}
    return Alignment(partners, tuple(unit for unit in found if unit.name not in taken))


def _moved(
    wanted: Sequence[Unit], found: Sequence[Unit], partners: Mapping[str, tuple[Unit, str]]
) -> list[tuple[Unit, Unit]]:
    """Layers alike in every respect that stand elsewhere: better wired wrong than missing here
    and extra there."""
    taken = {unit.name for unit, _ in partners.values()}
    left = {unit.name: unit for unit in found if unit.name not in taken}
    pairs: list[tuple[Unit, Unit]] = []
    for one in wanted:
        if one.name not in partners and one.layer.params:
            other = next((u for u in left.values() if _difference(one, u) == 0), None)
            if other is not None:
                pairs.append((one, left.pop(other.name)))
    return pairs


def _cost(wanted: Sequence[Unit], alignment: Alignment) -> float:
    """How unlike the layers of all pairs are, and how many layers are without one."""
    pairs = [(unit, alignment.partners.get(unit.name)) for unit in wanted]
    differences = (_GAP if pair is None else _difference(unit, pair[0]) for unit, pair in pairs)
    return sum(differences) + sum(0.0 if unit.optional else _GAP for unit in alignment.extra)


def _cheapest(
    wanted: Sequence[Unit], found: Sequence[Unit], extra: float
) -> list[tuple[Unit, Unit]]:
    """The order-preserving pairing of least cost (Needleman and Wunsch, 1970)."""
    rows, columns = len(wanted), len(found)
    # cost[i][j] is that of the best pairing of what comes from i and j on, so that of several
    # equally good ones the earliest layers are taken
    cost = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows, -1, -1):
        for j in range(columns, -1, -1):
            steps = []
            if i < rows and j < columns:
                steps.append(cost[i + 1][j + 1] + _difference(wanted[i], found[j]))
            if i < rows:
                steps.append(cost[i + 1][j] + _GAP)
            if j < columns:
                steps.append(cost[i][j + 1] + (0.0 if found[j].optional else extra))
            cost[i][j] = min(steps, default=0.0)
    pairs: list[tuple[Unit, Unit]] = []
    i, j = 0, 0
    while i < rows and j < columns:
        if cost[i][j] == cost[i + 1][j + 1] + _difference(wanted[i], found[j]):
            pairs.append((wanted[i], found[j]))
            i, j = i + 1, j + 1
        elif cost[i][j] == cost[i + 1][j] + _GAP:
            i += 1
        else:
            j += 1
    return pairs


def _difference(wanted: Unit, found: Unit) -> float:
    """How unlike two layers are, from 0; more than two gaps if they cannot stand for each other."""
    one, other = wanted.layer, found.layer
    if other.type in LAYERS:
        family = LAYERS[one.type].family == LAYERS[other.type].family
        cost = _SAME_TYPE if one.type == other.type else _SAME_FAMILY
        if not family:
            return _OTHER_FAMILY
    else:
        # somebody's own class may well be the paper's layer; its last name is a hint
        cost = 1.0 if other.type.rpartition(".")[2] == one.type else 3.0
    if one.shapes and other.shapes:
        cost += 0.0 if str(one.shapes[0]) == str(other.shapes[0]) else 0.8
    cost += 0.0 if one.params == other.params else 0.4
    cost += 0.0 if wanted.activation == found.activation else 0.2
    return cost
