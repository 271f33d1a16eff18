"""A model's config to an outline: layers that are named and wired, and no more."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from lenet_verify.architecture import Call, Layer, Shape, Source
from lenet_verify.readers.config.calls import CONSTANT, Recorded, Ref
from lenet_verify.readers.config.declared import (
    DeclaredShapes,
    OfAllLayers,
    OfOneLayer,
    after_batch,
)
from lenet_verify.readers.config.entry import Entry, Malformed, name_apart, whole_shape
from lenet_verify.readers.config.graph import Wiring
from lenet_verify.readers.config.identity import Identity, identity
from lenet_verify.readers.config.keras2 import in_keras_3
from lenet_verify.readers.config.layer_kind import kind_of
from lenet_verify.readers.config.outputs import outputs
from lenet_verify.readers.kind import Kind, told_inside
from lenet_verify.visible import visible

_DEEPEST = 64
_MAKES_ANOTHER = frozenset({"reverse", CONSTANT})
"""What a layer can be told in a call that makes another of it: an embedding to go backwards; any,
that one of its inputs is no tensor."""


_OUTPUT = re.compile(r"(.+)\[\d+\]", re.DOTALL)
"""How a check calls the further outputs of a layer."""


class Outline(NamedTuple):
    """A model, named and wired.

    Attributes:
        layers: its own, inputs first; shapes only of inputs, and of others what the config
            declares of them.
        inputs: names of its input layers.
        ends: what leaves it.
        supplied: whether it declares no input, and the one given had to serve.
    """

    layers: tuple[Layer, ...]
    inputs: tuple[str, ...]
    ends: tuple[Source, ...]
    supplied: bool = False


class Given(NamedTuple):
    """An input for a model that declares none of its own."""

    name: str
    shape: Shape | None
    dtype: str


class Room:
    """How many layers a network may have, those of nested models included."""

    def __init__(self, most: int) -> None:
        self._most = self._left = most

    def take(self, layers: int) -> None:
        """Makes room for so many.

        Raises:
            Malformed: there is no more.
        """
        self._left -= layers
        if self._left < 0:
            raise Malformed(
                f"it has more than {self._most:,} layers; --limit layers=NUMBER lets in more"
            )


def outline(
    entry: Entry,
    role: str,
    room: Room,
    given: Sequence[Given] = (),
    *,
    frozen: bool = False,
    depth: int = 0,
) -> Outline:
    """What a Sequential or functional model is made of.

    Args:
        entry: the model.
        role: `sequential` or `functional`.
        room: for layers.
        given: inputs for a Sequential that declares none.
        frozen: whether a model around it is not trained.
        depth: how many models are around it.

    Raises:
        Malformed: no version of Keras would make a model of it.
    """
    if depth > _DEEPEST:
        raise Malformed(f"models are nested more than {_DEEPEST} deep")
    layers = entry.config.get("layers")
    if not isinstance(layers, list):
        raise Malformed(f"the layers of model '{visible(entry.name)}' must be a list")
    room.take(len(layers))
    entries = [Entry(layer, f"layer {number + 1}") for number, layer in enumerate(layers)]
    name_apart(entries)
    frozen = frozen or (role == "functional" and entry.config.get("trainable") is False)
    reader = _Reader(entries, room, frozen, depth)
    if role == "functional":
        return reader.functional(entry)
    return reader.sequential(entry, given)


class _Reader:
    """The layers of one model."""

    def __init__(self, entries: Sequence[Entry], room: Room, frozen: bool, depth: int) -> None:
        self.entries: dict[str, Entry] = {}
        for entry in entries:
            if entry.name in self.entries:
                raise Malformed(f"two layers are called '{visible(entry.name)}'")
            self.entries[entry.name] = entry
        for name in self.entries:
            if (output := _OUTPUT.fullmatch(name)) and output[1] in self.entries:
                raise Malformed(
                    f"layer '{visible(name)}' is called as an output of '{visible(output[1])}' is"
                )
        self.identities = {entry.name: identity(entry) for entry in entries}
        self.room, self.frozen, self.depth = room, frozen, depth

    def functional(self, model: Entry) -> Outline:
        """A model whose layers tell what they read."""
        wiring = Wiring(model.config, self.entries, self.identities)
        declared = OfAllLayers(self.entries, wiring, self._batches())
        order = [*wiring.inputs, *(name for name in self.entries if name not in wiring.inputs)]
        rows = []
        for name in order:
            entry, found = self.entries[name], self.identities[name]
            if found.role == "input":
                if name in wiring.inputs:
                    rows.append(self._input(entry))
            elif wiring.calls[name]:
                rows.append(self._row(entry, found, wiring.calls[name], declared))
        return Outline(tuple(rows), wiring.inputs, tuple(map(_source, wiring.ends)))

    def sequential(self, model: Entry, given: Sequence[Given]) -> Outline:
        """A model whose layers read the one before."""
        entries = list(self.entries.values())
        if entries and self.identities[entries[0].name].role == "input":
            first = self._input(entries.pop(0))
        else:
            first = self._input_of(model, entries)
        supplied = first.shapes is None and len(given) == 1
        if supplied:
            shapes = None if given[0].shape is None else (given[0].shape,)
            first = replace(first, shapes=shapes, config={"dtype": given[0].dtype})
        rows = [first]
        batches = self._batches()
        for number, entry in enumerate(entries):
            found = self.identities[entry.name]
            if found.role == "input":
                raise Malformed(f"an InputLayer, '{visible(entry.name)}', follows other layers")
            call = Recorded(tuple((Ref(rows[-1].name, 0, n), "") for n in range(outputs(rows[-1]))))
            reader = entries[number + 1] if number + 1 < len(entries) else None
            shape = whole_shape(reader.built_on) if reader else None
            declared = OfOneLayer(after_batch(shape, batches))
            rows.append(self._row(entry, found, (call,), declared))
        ends = tuple(Source(rows[-1].name, output=n) for n in range(outputs(rows[-1])))
        return Outline(tuple(rows), (first.name,), ends, supplied)

    def _input_of(self, model: Entry, entries: Sequence[Entry]) -> Layer:
        """The input of a Sequential that has no InputLayer; its shape is None if it is not told."""
        shape = whole_shape(model.config.get("build_input_shape"))
        name = "input"
        if entries:
            old = whole_shape(entries[0].config.get("batch_input_shape"))
            if old is not None:
                shape, name = old, f"{entries[0].name}_input"
        while name in self.entries:
            name += "_"
        shapes = None if shape is None else (Shape(shape[1:]),)
        return Layer(name=name, type="InputLayer", shapes=shapes, config={"dtype": "float32"})

    def _input(self, entry: Entry) -> Layer:
        config = in_keras_3("InputLayer", entry.config)
        shape = whole_shape(config.get("batch_shape"))
        if shape is None:
            raise Malformed(f"the batch_shape of input '{visible(entry.name)}' is no shape")
        dtype = config.get("dtype")
        if not isinstance(dtype, str | None):
            raise Malformed(f"the dtype of input '{visible(entry.name)}' must be a text")
        return Layer(
            name=entry.name,
            type="InputLayer",
            shapes=(Shape(shape[1:]),),
            config={"dtype": dtype or "float32"},
        )

    def _batches(self) -> set[int | None]:
        """The sizes that a first axis has that is the batch."""
        found: set[int | None] = {None}
        for name, (role, _) in self.identities.items():
            if role == "input":
                config = in_keras_3("InputLayer", self.entries[name].config)
                shape = whole_shape(config.get("batch_shape"))
                found |= set(shape[:1]) if shape else set()
        return found

    def _row(
        self, entry: Entry, found: Identity, calls: Sequence[Recorded], declared: DeclaredShapes
    ) -> Layer:
        """One layer with all its calls."""
        inner = self._inside(entry, found)
        kind = Kind(found.type) if inner else self._kind(entry, found, calls)
        told = tuple(dict.fromkeys(one for call in calls for one in call.told))
        unknown = dict(kind.unknown)
        if told:
            unknown["call"] = f"it is called with {', '.join(told)}"
            if not _MAKES_ANOTHER.isdisjoint(told):
                unknown.setdefault("config", unknown["call"])
        details = tuple(
            Call(
                tuple(_source(ref, argument) for ref, argument in _told_apart(call.taken)),
                shapes=declared.of(entry.name, number),
            )
            for number, call in enumerate(calls)
        )
        names = tuple(tuple(source.layer for source in call.inputs) for call in details)
        in_full = len(details) > 1 or any(map(_needs_telling, details[0].inputs))
        return Layer(
            name=entry.name,
            type=kind.type,
            inputs=names[0],
            shapes=details[0].shapes,
            activation=kind.activation,
            config=kind.config,
            layers=_told(inner.layers, unknown.get("call")) if inner else (),
            outputs=tuple(end.layer for end in inner.ends) if inner else (),
            ends=inner.ends if inner and any(map(_needs_telling, inner.ends)) else (),
            calls=names if len(names) > 1 else (),
            details=details if in_full else (),
            unknown=unknown,
        )

    def _inside(self, entry: Entry, found: Identity) -> Outline | None:
        if found.role not in ("functional", "sequential"):
            return None
        inside = [Given("input", None, "float32")]
        return outline(
            entry, found.role, self.room, inside, frozen=self.frozen, depth=self.depth + 1
        )

    def _kind(self, entry: Entry, found: Identity, calls: Sequence[Recorded]) -> Kind:
        kind = kind_of(entry, found)
        config = kind.config
        if found.role == "operation":
            if any(call.arguments != calls[0].arguments for call in calls):
                why = "its arguments cannot be read: its calls have different arguments"
                return Kind(kind.type, unknown={"activation": why, "config": why})
            config = {**config, **calls[0].arguments}
        elif self.frozen and "trainable" in config:
            config = {**config, "trainable": False}
        return Kind(kind.type, config, kind.activation, kind.unknown)


def _told(layers: tuple[Layer, ...], why: str | None) -> tuple[Layer, ...]:
    return layers if why is None else told_inside(layers, why)


def _told_apart(taken: Sequence[tuple[Ref, str]]) -> Sequence[tuple[Ref, str]]:
    """The tensors of a call; the parameter of a single one need not be told."""
    return [(taken[0][0], "")] if len(taken) == 1 else taken


def _source(ref: Ref, argument: str = "") -> Source:
    return Source(ref.layer, ref.call, ref.output, argument)


def _needs_telling(source: Source) -> bool:
    """Whether a layer's name does not say which of its tensors is meant."""
    return bool(source.call or source.output or source.argument)
