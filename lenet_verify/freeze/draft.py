"""A spec before it is text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lenet_verify.architecture import Layer


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
        remarks: what else a reader should know; of what is not pinned, in `unpinned`.
    """

    title: str
    inputs: Mapping[str, Any]
    layers: Mapping[str, Facts] = field(default_factory=dict)
    outputs: Sequence[str] | None = None
    compile: Facts = field(default_factory=dict)
    claims: Sequence[Claim] = ()
    why_open: Sequence[str] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    unpinned: list[str] = field(default_factory=list)
