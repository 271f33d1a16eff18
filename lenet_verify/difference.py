"""What changed between two models, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from lenet_verify.architecture import Layer


class Kind(Enum):
    """What became of a layer."""

    SAME = "same"
    RENAMED = "renamed"
    AFFECTED = "affected"
    """Nothing of it was changed, but what feeds it was, and so its shape or counts are others."""
    UNKNOWN = "unknown"
    """No difference is known, but not all of it can be compared."""
    CHANGED = "changed"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Change:
    """A fact with two values.

    Attributes:
        fact: which; an argument inside of another is `kernel_initializer.seed`.
        old, new: plain JSON values; None for an absent or unknown one.
    """

    fact: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Unknown:
    """A fact that cannot be compared, and for either side why; None for a side that knows it."""

    fact: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a layer stands in its model.

    Attributes:
        path: the names of the nested models around it, and its own.
        fed_by: the paths of the layers that feed it, nested models being opened.
    """

    path: tuple[str, ...]
    fed_by: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class LayerDifference:
    """A layer of the one model and the layer of the other that stands for it.

    Attributes:
        old, new: None where there is none. Their names are paths: `stem/conv`, that of a layer in
            a nested model.
        causes: what is changed of the layer itself.
        effects: what follows, from that or from what feeds it.
        unknown: what cannot be compared.
        inputs, readers: of a layer that is added or removed, what feeds it, and what it feeds.
        old_place, new_place: where they stand.
    """

    old: Layer | None
    new: Layer | None
    causes: tuple[Change, ...] = ()
    effects: tuple[Change, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    inputs: tuple[str, ...] = ()
    readers: tuple[str, ...] = ()
    old_place: Place | None = None
    new_place: Place | None = None

    @property
    def kind(self) -> Kind:
        """What became of the layer, the most important first."""
        if self.old is None:
            return Kind.ADDED
        if self.new is None:
            return Kind.REMOVED
        if self.causes:
            return Kind.CHANGED
        if self.unknown:
            return Kind.UNKNOWN
        if self.effects:
            return Kind.AFFECTED
        return Kind.RENAMED if self.old.name != self.new.name else Kind.SAME

    @property
    def layer(self) -> Layer:
        """The new layer, or the old one if there is none."""
        layer = self.new or self.old
        assert layer is not None  # one of the two is there
        return layer


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed between two models.

    Attributes:
        titles: the names that the models give themselves.
        layers: every layer of either, in the order in which they feed the outputs.
        model: what is changed of the whole: its inputs and outputs, and totals that the layers
            do not account for.
        compiled: how it is compiled, where both models are.
        unknown: what cannot be compared of the whole.
        totals: counts of the whole and the shapes of its outputs, changed or not.
    """

    titles: tuple[str, str]
    layers: tuple[LayerDifference, ...]
    model: tuple[Change, ...]
    compiled: tuple[Change, ...]
    unknown: tuple[Unknown, ...]
    totals: tuple[Change, ...]

    @property
    def same(self) -> bool:
        """Whether both are known to be the same architecture; names do not count."""
        named = (Kind.SAME, Kind.RENAMED)
        differs = self.model or self.compiled or self.unknown
        return not differs and all(layer.kind in named for layer in self.layers)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many layers there are of each kind."""
        found = dict.fromkeys((kind.value for kind in reversed(Kind)), 0)
        for layer in self.layers:
            found[layer.kind.value] += 1
        return found

    def of(self, kind: Kind) -> tuple[LayerDifference, ...]:
        """The layers of one kind."""
        return tuple(layer for layer in self.layers if layer.kind is kind)
