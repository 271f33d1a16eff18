"""Whether a layer is fed by the same, what was added or removed before it aside.

That a layer is put between two others is told of that layer; the one after it is not rewired.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import IntEnum

from lenet_verify.architecture import Layer, Source
from lenet_verify.checking.wiring import COMMUTATIVE
from lenet_verify.diffing.opened import Graph
from lenet_verify.diffing.pairing import Partners


class Fed(IntEnum):
    """How what feeds a layer compares."""

    SAME = 0
    FOLLOWS = 1
    """It is another, because of layers that are added or removed, which do not say it all."""
    OTHERWISE = 2


class Wiring:
    """What feeds the layers of two models of which some stand for each other."""

    def __init__(self, old: Graph, new: Graph, partners: Partners) -> None:
        self._old = _Side(old, partners)
        self._new = _Side(new, {name: name for name in partners.values()})

    def of_layer(self, old: Layer, new: Layer) -> Fed:
        """How the feeders of two layers compare, as far as both are called."""
        commutes = old.type == new.type and old.type in COMMUTATIVE
        calls = zip(old.details, new.details, strict=False)
        return max(
            (self.of_sources(one.inputs, other.inputs, commutes) for one, other in calls),
            default=Fed.SAME,
        )

    def of_sources(
        self, old: Sequence[Source], new: Sequence[Source], commutes: bool = False
    ) -> Fed:
        """How some sources compare.

        Args:
            old, new: the sources.
            commutes: whether their order does not matter.
        """
        ours, theirs = list(map(self._old.shared, old)), list(map(self._new.shared, new))
        if ours == theirs and None not in ours:
            return Fed.SAME
        if commutes:
            common = [one for one in ours if one is not None and one in theirs]
            old, new = self._old.without(old, common), self._new.without(new, common)
        if len(old) == len(new):
            return max(map(self._compared, old, new), default=Fed.SAME)
        kept = [[one for one in side if one is not None] for side in (ours, theirs)]
        fewer = len(kept[0]) < len(ours) or len(kept[1]) < len(theirs)
        same = kept[0] == kept[1] or (commutes and set(kept[0]) == set(kept[1]))
        return Fed.FOLLOWS if fewer and same else Fed.OTHERWISE

    def _compared(self, old: Source, new: Source) -> Fed:
        ours, theirs = self._old.shared(old), self._new.shared(new)
        if ours is not None and theirs is not None:
            return Fed.SAME if ours == theirs else Fed.OTHERWISE
        origins, others = self._old.origins(old), self._new.origins(new)
        if old.argument != new.argument or (origins | others and not origins & others):
            return Fed.OTHERWISE
        return Fed.SAME if len(origins | others) < 2 else Fed.FOLLOWS


class _Side:
    """One model.

    Args:
        graph: its layers.
        names: of those that stand for one of the other model: what both are called here.
    """

    def __init__(self, graph: Graph, names: Mapping[str, str]) -> None:
        self._layers = {layer.name: layer for layer in graph.layers}
        self._names = names

    def shared(self, source: Source) -> Source | None:
        """A source in the names of both; None for one that only this model has."""
        name = self._names.get(source.layer)
        return None if name is None else replace(source, layer=name)

    def without(self, sources: Sequence[Source], common: Sequence[Source]) -> list[Source]:
        """The sources that are not among those, each taken once."""
        left = list(common)
        kept = []
        for source in sources:
            shared = self.shared(source)
            if shared in left:
                left.remove(shared)
            else:
                kept.append(source)
        return kept

    def origins(self, source: Source) -> set[Source]:
        """What both models have and this comes from, directly or by layers of this one only."""
        found: set[Source] = set()
        seen: set[tuple[str, int]] = set()
        waiting = [source]
        while waiting:
            one = waiting.pop()
            shared = self.shared(one)
            if shared is not None:
                found.add(replace(shared, argument=""))
                continue
            calls = self._layers[one.layer].details if one.layer in self._layers else ()
            if (one.layer, one.call) not in seen and one.call < len(calls):
                seen.add((one.layer, one.call))
                waiting += calls[one.call].inputs
        return found
