"""A spec before it is text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lenet_verify.architecture import Layer
from lenet_verify.visible import visible

_MOST = 6
"""So many layers are named in one note."""
_LONGEST = 80


@dataclass(frozen=True)
class Row:
    """A layer as the spec will have it.

    Attributes:
        key: what `expect` calls it.
        layer: the model's own, in canonical form.
        type: its class; None for one that no spec names.
        activation: what it applies, operations that were composed into it included.
        inputs: what feeds it, by the spec's names.
    """

    key: str
    layer: Layer
    type: str | None
    activation: str | None
    inputs: tuple[str, ...]


Facts = dict[str, Any]


class Notes:
    """What is to be said of layers, each thing once."""

    def __init__(self) -> None:
        self._of: dict[str, dict[str, None]] = {}

    def add(self, what: str, layer: str = "") -> None:
        """Says it of a layer; of the whole if none is named."""
        self._of.setdefault(what, {})[layer] = None

    def lines(self) -> Iterator[str]:
        """`what: layers`; of many layers some are named, and the others counted."""
        for what, layers in self._of.items():
            names = [visible(name, longest=_LONGEST) for name in layers if name]
            more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
            yield what + (f": {', '.join(names[:_MOST])}{more}" if names else "")

    def __bool__(self) -> bool:
        return bool(self._of)


@dataclass(frozen=True)
class Claim:
    """A claim to be: the facts of each layer, under a word on what they are about."""

    id: str
    about: str
    expect: Mapping[str, Facts]


@dataclass
class Draft:
    """The parts of a spec, in plain values.

    Attributes:
        inputs: by name, a shape or a mapping of shape and dtype; a single one is `input`.
        layers: empty in a spec of claims alone.
        outputs: None where it is the last layer.
        why_open: why there are no layers.
        renamed: the model's names that no spec can have, with those that stand for them.
        unpinned: what no claim can state.
        untold: arguments of the recipe that have no words, and change nothing but training.
    """

    title: str
    inputs: Mapping[str, Any]
    layers: Mapping[str, Facts] = field(default_factory=dict)
    outputs: Sequence[str] | None = None
    compile: Facts = field(default_factory=dict)
    claims: Sequence[Claim] = ()
    why_open: Notes = field(default_factory=Notes)
    renamed: Mapping[str, str] = field(default_factory=dict)
    unpinned: Notes = field(default_factory=Notes)
    untold: Notes = field(default_factory=Notes)
