"""What a spec says: sources, the build recipe, and the claims, each with its line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from lenet_verify.architecture import Shape
from lenet_verify.notation import Expected


@dataclass(frozen=True)
class Source:
    """Where quotes come from."""

    key: str
    title: str
    authors: tuple[str, ...] = ()
    year: int | None = None
    doi: str | None = None
    url: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Input:
    """A tensor that comes into the network; `shape` leaves the batch out."""

    name: str
    shape: Shape
    dtype: str
    line: int


@dataclass(frozen=True)
class LayerRecipe:
    """How one layer is built: a Keras class and its arguments, in the vocabulary's normal form."""

    name: str
    type: str
    arguments: Mapping[str, Any]
    inputs: tuple[str, ...]
    line: int
    column: int


@dataclass(frozen=True)
class CompileRecipe:
    """How the model is compiled, as Keras's identifiers."""

    optimizer: str | None
    loss: str | tuple[str, ...] | None
    metrics: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class TrainingRecipe:
    """How the model is trained.

    Attributes:
        epochs, batch_size: how long, and on how many samples a step.
        data: a data set of `vocabulary.DATA_SETS`; None if the spec names none.
        pad: the rows and columns that images are padded to with background.
        scale: what the background (0) and the foreground (255, or the data set's own largest
            value) become.
        optimizer: `{"type": "SGD", "learning_rate": 0.01}`, a class of Keras's and those of its
            arguments that are given; None for that of `compile`.
        loss: as Keras's identifier, or one of `vocabulary.DISTANCE_LOSSES`; None for that of
            `compile`.
        schedule: from which epoch on, counted from 1, which learning rate; empty for one rate.
        validation: what history's `val_` values are of: a part or a number of the training
            samples, which are then not trained on, or `test`; None for nothing.
        seed: of the weights, the order of the samples, and what is held back.
    """

    epochs: int
    batch_size: int = 32
    data: str | None = None
    pad: tuple[int, int] | None = None
    scale: tuple[float, float] = (0.0, 1.0)
    optimizer: Mapping[str, Any] | None = None
    loss: str | None = None
    schedule: tuple[tuple[int, float], ...] = ()
    validation: float | int | Literal["test"] | None = None
    seed: int = 0
    line: int = 1


@dataclass(frozen=True)
class Selector:
    """Which layers a claim speaks of.

    `kind` says how `text` is meant. An ordinal selects by class or family: `kind_of_layer` is
    `Conv2D` or `pooling`, `position` counts from 1, -1 is the last, None is every one.
    """

    text: str
    kind: Literal["model", "input", "output", "name", "glob", "ordinal"]
    kind_of_layer: str | None = None
    position: int | None = None


@dataclass(frozen=True)
class Expectation:
    """One fact that a claim states.

    `layers` names the spec's own layers that the selector chooses; it is empty for the model,
    and in a spec without layers, whose selectors choose among the layers of the model.
    """

    selector: Selector
    layers: tuple[str, ...]
    fact: str
    expected: Expected
    line: int


@dataclass(frozen=True)
class Claim:
    """A statement of a source, with the facts that it comes to, or why it is not checked."""

    id: str
    line: int
    expectations: tuple[Expectation, ...] = ()
    unchecked: str | None = None
    source: str | None = None
    where: str | None = None
    quote: str | None = None
    why: str | None = None


@dataclass(frozen=True)
class Deviation:
    """A fact in which a model is known to differ, and why that is accepted.

    Attributes:
        layer: its name, a glob over names, or what chooses it in a claim (`first Conv2D`).
        accept: what is observed instead, as JSON has it; `unknown` for what cannot be.
        line, file: where that is said.
    """

    layer: str
    fact: str
    accept: Any
    reason: str
    line: int | None = None
    file: str | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Implementation:
    """A well-known model to hold a spec of claims alone against."""

    name: str
    deviations: tuple[Deviation, ...]
    line: int


@dataclass(frozen=True)
class Spec:
    """A whole spec.

    Attributes:
        path: as the user gave it.
        sha256: of the file's bytes.
        layers: in topological order; empty in a spec of claims alone.
        outputs: names of the layers whose outputs leave the network.
        warnings: what is odd but allowed.
    """

    path: str
    sha256: str
    title: str
    sources: Mapping[str, Source]
    inputs: tuple[Input, ...]
    layers: tuple[LayerRecipe, ...]
    outputs: tuple[str, ...]
    compile: CompileRecipe | None
    claims: tuple[Claim, ...]
    implementations: tuple[Implementation, ...] = ()
    warnings: tuple[str, ...] = ()
    training: TrainingRecipe | None = None

    @property
    def closed(self) -> bool:
        """Whether the spec describes a whole network, so that nothing else may be in it."""
        return bool(self.layers)
