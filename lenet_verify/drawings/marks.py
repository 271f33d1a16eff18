"""What a drawing shows of its layers beside what they are: of a verdict, or of a comparison."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lenet_verify.difference import Kind
from lenet_verify.verdict import Outcome

Path = tuple[str, ...]
"""A layer's name, preceded by those of the nested models around it."""

Told = Outcome | Kind
"""What became of a claim, or of a layer."""

SIGNS: Mapping[Told | None, str] = {
    Outcome.HOLDS: "✓",
    Outcome.BROKEN: "✗",
    Outcome.UNKNOWN: "?",
    Outcome.DEVIATES: "≈",
    Outcome.SKIPPED: "–",
    Kind.ADDED: "+",
    Kind.REMOVED: "−",
    Kind.CHANGED: "~",
    Kind.UNKNOWN: "?",
    Kind.AFFECTED: "→",
    None: "",
}


@dataclass(frozen=True)
class Mark:
    """What one layer shows.

    Attributes:
        names: the paper's names for it.
        outcome: the worst of its findings, or what became of it; None where there is nothing.
        word: the outcome in a word, never left to colour alone; empty where nothing is compared.
        notes: a line for each fact that does not simply hold.
    """

    names: tuple[str, ...] = ()
    outcome: Told | None = None
    word: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ghost:
    """A layer that the model lacks, with the layers that should stand, or stood, around it.

    A neighbour is a path in the model, another ghost's name, or None.
    """

    name: str
    mark: Mark
    before: Path | str | None
    after: Path | str | None


@dataclass
class Marks:
    """What is to be marked on a drawing of one architecture.

    Attributes:
        layers: of the layers that there are.
        ghosts: of layers that there are not.
        edges: the connections, by what they lead from and to, that are added; and those that are
            removed, which the architecture does not have.
        whole: of the model; its notes belong to no layer of the drawing.
        legend: what each kind of mark means, for those that a drawing has.
    """

    layers: dict[Path, Mark] = field(default_factory=dict)
    ghosts: list[Ghost] = field(default_factory=list)
    edges: Mapping[tuple[Path, Path], Kind] = field(default_factory=dict)
    whole: Mark = Mark()
    legend: Mapping[Kind, str] = field(default_factory=dict)
