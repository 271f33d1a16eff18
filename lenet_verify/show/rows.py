"""Which layers and calls are shown, in which order, and what feeds each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from lenet_verify.architecture import Architecture, Call, Layer, Source
from lenet_verify.errors import UsageError

Path = tuple[str, ...]
"""The names of the nested models around a layer, and its own."""

EVERYTHING = ""
"""What `--expand` says where it names no model."""


@dataclass(frozen=True)
class Shown:
    """A model to show.

    Attributes:
        model: what the user calls it.
        warnings: what to know about how it was found.
    """

    model: str
    architecture: Architecture
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """A call of a layer; the first stands for the layer itself.

    Attributes:
        path: where the layer is; as many nested models are around it as come before its name.
        call: which call, from 0.
        above: the wire that the row above puts out, in the same model; None for the first.
    """

    layer: Layer
    path: Path
    call: int = 0
    above: str | None = None

    @property
    def inputs(self) -> tuple[str, ...]:
        """The wires that feed it."""
        return tuple(map(wire, calls(self.layer)[self.call].inputs))

    @property
    def follows(self) -> bool:
        """Whether it is fed by the row above and nothing else; an input is fed by nothing."""
        if "inputs" in self.layer.unknown:
            return False
        return self.inputs in ((), (self.above,))


def wire(source: Source) -> str:
    """What feeds a layer: `C1`; `shared#2`, what its second call puts out; `lstm[1]`, the second
    output."""
    call = f"#{source.call + 1}" if source.call else ""
    return source.layer + call + (f"[{source.output}]" if source.output else "")


def calls(layer: Layer) -> Sequence[Call]:
    """Every call of a layer, what feeds it in full."""
    if layer.details:
        return layer.details
    return [Call(tuple(map(Source, layer.inputs)), layer.input_shapes, layer.shapes)]


def rows(layers: Iterable[Layer], opened: Collection[Path], path: Path = ()) -> Iterable[Row]:
    """The rows of a model; what is inside of an opened nested model follows it."""
    above = None
    for layer in layers:
        own = (*path, layer.name)
        for call in range(len(calls(layer))):
            yield Row(layer, own, call, above)
            above = wire(Source(layer.name, call))
            if own in opened and not call:
                yield from rows(layer.layers, opened, own)


def inside(layer: Layer) -> int:
    """How many layers are in a nested model, at any depth."""
    return sum(1 + inside(inner) for inner in layer.layers)


def opened(shown: Shown, names: Sequence[str]) -> frozenset[Path]:
    """The nested models to open: all, or those of these names and what they are in.

    Raises:
        UsageError: no nested model is called that.
    """
    nested = list(_nested(shown.architecture.layers))
    if EVERYTHING in names:
        return frozenset(nested)
    known = dict.fromkeys(path[-1] for path in nested)
    for name in names:
        if name not in known:
            raise UsageError(_no_such(shown.model, name, list(known)))
    found = [path for path in nested if path[-1] in names]
    return frozenset(path[:end] for path in found for end in range(1, len(path) + 1))


def _nested(layers: Iterable[Layer], path: Path = ()) -> Iterable[Path]:
    for layer in layers:
        if layer.layers:
            yield (*path, layer.name)
            yield from _nested(layer.layers, (*path, layer.name))


def _no_such(model: str, name: str, known: Sequence[str]) -> str:
    if not known:
        return f"--expand={name}: {model} has no nested models"
    from lenet_verify.vocabulary import nearest

    near = nearest(name, known)
    hint = f"did you mean '{near}'?" if near else f"there are {', '.join(known[:12])}"
    return f"--expand={name}: {model} has no nested model of that name; {hint}"
