"""Why a verdict is broken: the edits to the user's network after which the claims hold again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lenet_verify.verdict import Finding


@dataclass(frozen=True, kw_only=True)
class Cause:
    """One edit that mends what is broken.

    Attributes:
        layer: the paper's name of the layer; None for a layer that only the model has.
        model_layer: the model's name of it; None for a layer that only the paper has.
        kind: of the edit: `argument`, `activation`, `type`, `input`, `insert`, `delete` …
        edit: the edit in words: `padding "same" → "valid"`.
        old, new: what the edit replaces, and by what, as JSON.
        hint: the edit in Keras terms, to be copied.
        findings: the broken findings that hold once it is made after the causes before it.
        keeps: how many facts that hold now would break if this edit alone were left out.
    """

    layer: str | None
    model_layer: str | None
    kind: str
    edit: str
    old: Any
    new: Any
    hint: str
    findings: tuple[Finding, ...]
    keeps: int = 0

    @property
    def mends(self) -> int:
        """How many broken findings it mends."""
        return len(self.findings)


@dataclass(frozen=True, kw_only=True)
class Causes:
    """Every cause of one broken verdict, in the order of the network.

    Attributes:
        every: the causes; together they were applied, and what they mend was seen to hold.
        failing: the findings that there were to mend.
        unmended: those of them that still fail with all causes applied.
        breaks: what fails only then.
        fewest: whether no fewer edits mend as much: all of them were tried.
        why: why causes cannot be told, if they cannot.
        mistakes: well-known mistakes that were recognised, in words.
    """

    every: tuple[Cause, ...] = ()
    failing: tuple[Finding, ...] = ()
    unmended: tuple[Finding, ...] = ()
    breaks: tuple[Finding, ...] = ()
    fewest: bool = False
    why: str | None = None
    mistakes: tuple[str, ...] = ()

    @property
    def mended(self) -> int:
        """How many findings hold with all causes applied."""
        return len(self.failing) - len(self.unmended)

    def __iter__(self) -> Iterator[Cause]:
        return iter(self.every)

    def __len__(self) -> int:
        return len(self.every)

    def __getitem__(self, number: int) -> Cause:
        return self.every[number]
