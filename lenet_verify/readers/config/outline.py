"""A model's config to an outline: layers that are named and wired, and no more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from lenet_verify.architecture import Call, Layer, Shape, Source
from lenet_verify.readers.config.calls import CONSTANT, Recorded, Ref
from lenet_verify.readers.config.entry import Entry, Malformed, Sizes, name_apart, whole_shape
from lenet_verify.readers.config.graph import Wiring
from lenet_verify.readers.config.identity import Identity, identity
from lenet_verify.readers.config.keras2 import in_keras_3
from lenet_verify.readers.config.layer_kind import kind_of
from lenet_verify.readers.kind import Kind
from lenet_verify.visible import visible

_DEEPEST = 64
_MAKES_ANOTHER = frozenset({"reverse", CONSTANT})
"""What a layer can be told in a call that makes another of it: an embedding to go backwards; any,
that one of its inputs is no tensor."""


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


def outline(
    entry: Entry,
    role: str,
    most: int,
    given: Sequence[Given] = (),
    *,
    frozen: bool = False,
    depth: int = 0,
) -> Outline:
    """What a Sequential or functional model is made of.

    Args:
        entry: the model.
        role: `sequential` or `functional`.
        most: how many layers it may have.
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
    if len(layers) > most:
        raise Malformed(
            f"model '{visible(entry.name)}' has {len(layers):,} layers; at most {most:,} are read "
            "(--limit layers=NUMBER raises that)"
        )
    entries = [Entry(layer, f"layer {number + 1}") for number, layer in enumerate(layers)]
    name_apart(entries)
    frozen = frozen or (role == "functional" and entry.config.get("trainable") is False)
    reader = _Reader(entries, most, frozen, depth)
    if role == "functional":
        return reader.functional(entry)
    return reader.sequential(entry, given)


class _Reader:
    """The layers of one model."""

    def __init__(self, entries: Sequence[Entry], most: int, frozen: bool, depth: int) -> None:
        self.entries: dict[str, Entry] = {}
        for entry in entries:
            if entry.name in self.entries:
                raise Malformed(f"two layers are called '{visible(entry.name)}'")
            self.entries[entry.name] = entry
        self.identities = {entry.name: identity(entry) for entry in entries}
        self.most, self.frozen, self.depth = most, frozen, depth

    def functional(self, model: Entry) -> Outline:
        """A model whose layers tell what they read."""
        wiring = Wiring(model.config, self.entries, self.identities)
        declared = _Declared(self.entries, wiring, self._batches())
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
            call = Recorded(
                tuple((Ref(rows[-1].name, 0, n), "") for n in range(_outputs(rows[-1])))
            )
            reader = entries[number + 1] if number + 1 < len(entries) else None
            shape = whole_shape(reader.built_on) if reader else None
            declared = _One(_after_batch(shape, batches))
            rows.append(self._row(entry, found, (call,), declared))
        ends = tuple(Source(rows[-1].name, output=n) for n in range(_outputs(rows[-1])))
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
        config = in_keras_3("InputLayer", entry.config, dated=entry.dated)
        shape = whole_shape(config.get("batch_shape"))
        if shape is None:
            raise Malformed(f"the batch_shape of input '{visible(entry.name)}' is no shape")
        dtype = config.get("dtype")
        return Layer(
            name=entry.name,
            type="InputLayer",
            shapes=(Shape(shape[1:]),),
            config={"dtype": dtype if isinstance(dtype, str) else "float32"},
        )

    def _batches(self) -> set[int | None]:
        """The sizes that a first axis has that is the batch."""
        found: set[int | None] = {None}
        for name, (role, _) in self.identities.items():
            if role == "input":
                config = in_keras_3("InputLayer", self.entries[name].config, dated=True)
                shape = whole_shape(config.get("batch_shape"))
                found |= set(shape[:1]) if shape else set()
        return found

    def _row(
        self, entry: Entry, found: Identity, calls: Sequence[Recorded], declared: _Shapes
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
            config=kind.config,
            layers=inner.layers if inner else (),
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
            entry, found.role, self.most, inside, frozen=self.frozen, depth=self.depth + 1
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
        return Kind(kind.type, config, unknown=kind.unknown)


_STATES: Mapping[str, int] = {
    **dict.fromkeys(("GRU", "GRUCell", "SimpleRNN", "SimpleRNNCell"), 1),
    **dict.fromkeys(("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "LSTM", "LSTMCell"), 2),
}


def _outputs(layer: Layer) -> int:
    """How many outputs a layer of a Sequential has, all of which the next one is given."""
    if layer.layers:
        return len(layer.ends or layer.outputs)
    return 1 + _states(layer.type, layer.config) if _returns_states(layer.config) else 1


def _returns_states(config: Mapping[str, Any]) -> bool:
    inner = config.get("layer")
    return bool((inner if isinstance(inner, Mapping) else config).get("return_state"))


def _states(type_: str, config: Mapping[str, Any]) -> int:
    """How many states a recurrent layer has."""
    inside = (config.get("layer"), config.get("backward_layer"), config.get("cell"))
    cells = config.get("cells")
    found = [*inside, *(cells if isinstance(cells, tuple) else ())]
    layers = [one for one in found if isinstance(one, Mapping)]
    if layers:
        return sum(_states(str(one.get("type")), one) for one in layers)
    return _STATES.get(type_, 0)


class _Shapes:
    """What a config declares of the shapes that calls give."""

    def of(self, name: str, call: int) -> tuple[Shape, ...] | None:
        """The shapes of the outputs of a call, as far as they are declared; None for none."""
        raise NotImplementedError


class _One(_Shapes):
    def __init__(self, sizes: Sizes | None) -> None:
        self._sizes = sizes

    def of(self, name: str, call: int) -> tuple[Shape, ...] | None:
        return None if self._sizes is None else (Shape(self._sizes),)


class _Declared(_Shapes):
    """By what the layers after it say that they read."""

    def __init__(
        self, entries: Mapping[str, Entry], wiring: Wiring, batches: set[int | None]
    ) -> None:
        self._found: dict[tuple[str, int], dict[int, Sizes]] = {}
        for name, calls in wiring.calls.items():
            for call in calls:
                for ref, _ in call.taken:
                    self._note(ref, ref.shape, batches)
            if len(calls) == 1 and len(calls[0].taken) == 1:
                self._note(calls[0].taken[0][0], whole_shape(entries[name].built_on), batches)

    def _note(self, ref: Ref, shape: Sizes | None, batches: set[int | None]) -> None:
        sizes = _after_batch(shape, batches)
        if sizes is not None:
            self._found.setdefault((ref.layer, ref.call), {}).setdefault(ref.output, sizes)

    def of(self, name: str, call: int) -> tuple[Shape, ...] | None:
        found = self._found.get((name, call), {})
        first = [Shape(found[number]) for number in range(len(found)) if number in found]
        return tuple(first) if first and len(first) == len(found) else None


def _after_batch(shape: Sizes | None, batches: Iterable[int | None]) -> Sizes | None:
    return shape[1:] if shape and shape[0] in batches else None


def _told_apart(taken: Sequence[tuple[Ref, str]]) -> Sequence[tuple[Ref, str]]:
    """The tensors of a call; the parameter of a single one need not be told."""
    return [(taken[0][0], "")] if len(taken) == 1 else taken


def _source(ref: Ref, argument: str = "") -> Source:
    return Source(ref.layer, ref.call, ref.output, argument)


def _needs_telling(source: Source) -> bool:
    """Whether a layer's name does not say which of its tensors is meant."""
    return bool(source.call or source.output or source.argument)
