"""The single edits that an architect makes to a network, each a value that can be applied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Literal

from lenet_verify.architecture import Layer, Shape, Source
from lenet_verify.edits.graph import Graph, Inapplicable, feeds, with_feeds
from lenet_verify.edits.wording import change_inside, change_of_rows, described, in_words
from lenet_verify.vocabulary import ACTIVATION_LAYERS, activation_of, complete

Kind = Literal[
    "argument",
    "activation",
    "type",
    "input",
    "insert",
    "delete",
    "swap",
    "duplicate",
    "rewire",
    "output",
]


@dataclass(frozen=True, kw_only=True)
class Edit:
    """A single edit to one network.

    Attributes:
        kind: what is done.
        layer: the layer that it is done to; of an insertion, the one that it follows.
        within: the names of the nested models that this layer is in, the outermost first.
        old, new: what there was, and what there is then; None for nothing.
    """

    kind: ClassVar[Kind]
    layer: str
    within: tuple[str, ...] = ()
    old: Any = None
    new: Any = None

    @property
    def text(self) -> str:
        """The edit in words that follow the layer's name: `padding "same" → "valid"`."""
        raise NotImplementedError

    @property
    def layers(self) -> tuple[str, ...]:
        """All layers of the network that it touches."""
        return (self.layer,)

    def make(self, graph: Graph) -> None:
        """Makes the edit.

        Raises:
            Inapplicable: the network has no such layer, or the layer is not such.
        """
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Argument(Edit):
    """Another value of an argument.

    Attributes:
        argument: Keras's name.
        old, new: in normal form.
        along: other arguments that follow it, with their new values (Keras's strides of a pooling
            layer are its window where nothing is said).
    """

    kind: ClassVar[Kind] = "argument"
    argument: str
    along: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        change = change_of_rows(self.old, self.new)
        change = change or f"{in_words(self.old)} → {in_words(self.new)}"
        if isinstance(self.old, Mapping) and isinstance(self.new, Mapping):
            return f"its {change_inside(self.old, self.new) or change}"
        return f"{' and '.join((self.argument, *self.along))} {change}"

    def make(self, graph: Graph) -> None:
        row = graph.row(self.layer)
        if "config" in row.unknown or self.argument not in row.config:
            raise Inapplicable(f"{self.layer} has no {self.argument} that can be read")
        graph.put(_configured(row, {**row.config, self.argument: self.new, **self.along}))


@dataclass(frozen=True, kw_only=True)
class Activation(Edit):
    """Another activation, by Keras's names; `linear` for none."""

    kind: ClassVar[Kind] = "activation"

    @property
    def text(self) -> str:
        return f"activation {in_words(self.old)} → {in_words(self.new)}"

    def make(self, graph: Graph) -> None:
        row = graph.row(self.layer)
        if "activation" in row.config:
            other = _configured(row, {**row.config, "activation": self.new})
            graph.put(replace(other, activation=self.new))
        elif row.type in ACTIVATION_LAYERS or row.type == "PReLU":
            config = complete("Activation", {"activation": self.new})
            graph.put(_configured(replace(row, type="Activation"), config))
        else:
            raise Inapplicable(f"{self.layer} has no activation")


@dataclass(frozen=True, kw_only=True)
class Type(Edit):
    """A layer of another class in its place.

    Attributes:
        old, new: the classes.
        arguments: all of the new layer's, in normal form.
    """

    kind: ClassVar[Kind] = "type"
    arguments: Mapping[str, Any]

    @property
    def text(self) -> str:
        return f"{self.old} → {self.new}"

    def make(self, graph: Graph) -> None:
        row = graph.row(self.layer)
        unknown = {fact: why for fact, why in row.unknown.items() if fact in ("call", "inputs")}
        other = replace(row, type=self.new, layers=(), outputs=(), ends=(), unknown=unknown)
        graph.put(_configured(other, self.arguments))


@dataclass(frozen=True, kw_only=True)
class Input(Edit):
    """Another `Shape` of what comes in."""

    kind: ClassVar[Kind] = "input"

    @property
    def text(self) -> str:
        return f"shape {self.old} → {self.new}"

    def make(self, graph: Graph) -> None:
        row = graph.row(self.layer)
        if row.type != "InputLayer" or not isinstance(self.new, Shape):
            raise Inapplicable(f"{self.layer} is no input")
        graph.put(replace(row, shapes=(self.new,)))


@dataclass(frozen=True, kw_only=True)
class Insert(Edit):
    """A new layer after one.

    Attributes:
        new: the layer; what it reads is disregarded, and its name is changed where it is taken.
        reader: the only layer that reads the new one then; None for all that read the old one.
        place: the only input of that reader that is changed, or without one the only output of the
            model, from 0.
        reads: all that the new layer reads, where that is more than the old one.
        unread: whether nothing reads it but layers that are inserted after it.
    """

    kind: ClassVar[Kind] = "insert"
    new: Layer
    reader: str | None = None
    place: int | None = None
    reads: tuple[Source, ...] = ()
    unread: bool = False

    @property
    def text(self) -> str:
        where = "after it" if self.reader is None else f"between it and {self.reader}"
        return f"insert {described(self.new)} {where}"

    @property
    def layers(self) -> tuple[str, ...]:
        return (self.layer,) if self.reader is None else (self.layer, self.reader)

    def make(self, graph: Graph) -> None:
        for name in (*self.layers, *(source.layer for source in self.reads)):
            graph.row(name)
        here, name = Source(self.layer), graph.free_name(self.new.name)
        row = replace(self.new, name=name, calls=(), details=(), reaches_output=True)
        graph.put(with_feeds(row, (self.reads or (here,),)), after=self.layer)

        def led(source: Source) -> Source:
            same = replace(source, argument="") == here
            return replace(source, layer=name) if same else source

        if self.unread:
            return
        if self.place is None:
            graph.rewire(led, only=self.reader, but=name)
        elif self.reader is None:
            Output(layer=name, old=here, new=Source(name), place=self.place).make(graph)
        else:
            old, new = here, Source(name)
            Rewire(layer=self.reader, old=old, new=new, place=self.place).make(graph)


@dataclass(frozen=True, kw_only=True)
class Delete(Edit):
    """A layer left out: what read it reads what fed it.

    Attributes:
        old: the layer.
        keep: which of its inputs is read then, from 0.
    """

    kind: ClassVar[Kind] = "delete"
    old: Layer
    keep: int = 0

    @property
    def text(self) -> str:
        several = len(self.old.inputs) > 1
        kept = f", keep {self.old.inputs[self.keep]}" if several else ""
        return f"delete it ({described(self.old)}){kept}"

    def make(self, graph: Graph) -> None:
        read = feeds(graph.row(self.layer))
        if any(self.keep >= len(call) for call in read):
            raise Inapplicable(f"{self.layer} has no such input")

        def past(source: Source) -> Source:
            if source.layer != self.layer:
                return source
            if source.output:
                raise Inapplicable(f"more than one output of {self.layer} is read")
            return replace(past(read[source.call][self.keep]), argument=source.argument)

        del graph.rows[self.layer]
        graph.rewire(past)


@dataclass(frozen=True, kw_only=True)
class Swap(Edit):
    """A layer and the one that follows it, the other way round."""

    kind: ClassVar[Kind] = "swap"
    other: str

    @property
    def text(self) -> str:
        return f"swap with {self.other}"

    @property
    def layers(self) -> tuple[str, ...]:
        return (self.layer, self.other)

    def make(self, graph: Graph) -> None:
        first, second = graph.row(self.layer), graph.row(self.other)
        entrance = feeds(first)
        follows = feeds(second) == ((Source(self.layer),),)
        if not follows or len(entrance) != 1 or len(entrance[0]) != 1:
            raise Inapplicable(f"{self.other} does not follow {self.layer} alone")
        old, new = Source(self.layer), Source(self.other)
        graph.rewire(lambda source: replace(old) if source == new else source)
        graph.put(with_feeds(second, entrance))
        graph.put(with_feeds(first, ((new,),)))
        names = list(graph.rows)
        names.remove(self.layer)
        names.insert(names.index(self.other) + 1, self.layer)
        graph.rows = {name: graph.rows[name] for name in names}


@dataclass(frozen=True, kw_only=True)
class Duplicate(Edit):
    """The same layer once more, after itself, with weights of its own.

    Attributes:
        old: the layer.
    """

    kind: ClassVar[Kind] = "duplicate"
    old: Layer

    @property
    def text(self) -> str:
        return f"duplicate it ({described(self.old)})"

    def make(self, graph: Graph) -> None:
        Insert(layer=self.layer, new=graph.row(self.layer)).make(graph)


@dataclass(frozen=True, kw_only=True)
class Rewire(Edit):
    """Another tensor as an input.

    Attributes:
        old, new: what is read, as sources.
        place: which input of the layer, from 0.
        call: of which call of it, from 0.
    """

    kind: ClassVar[Kind] = "rewire"
    old: Source
    new: Source
    place: int = 0
    call: int = 0

    @property
    def text(self) -> str:
        which = f" {self.place + 1}" if self.place else ""
        return f"input{which} from {self.old.layer} → from {self.new.layer}"

    def make(self, graph: Graph) -> None:
        row = graph.row(self.layer)
        if self.layer in graph.above(self.new.layer):
            raise Inapplicable(f"{self.layer} feeds {self.new.layer}")
        read = [list(call) for call in feeds(row)]
        if self.call >= len(read) or self.place >= len(read[self.call]):
            raise Inapplicable(f"{self.layer} has no such input")
        argument = read[self.call][self.place].argument
        read[self.call][self.place] = replace(self.new, argument=argument)
        graph.rows[self.layer] = with_feeds(row, tuple(map(tuple, read)))
        graph.sort()


@dataclass(frozen=True, kw_only=True)
class Output(Edit):
    """Another tensor that leaves the model.

    Attributes:
        old, new: what leaves it, as sources.
        place: which of its outputs, from 0.
    """

    kind: ClassVar[Kind] = "output"
    old: Source
    new: Source
    place: int = 0

    @property
    def text(self) -> str:
        return f"output {self.place + 1} from {self.old.layer} → from {self.new.layer}"

    def make(self, graph: Graph) -> None:
        graph.row(self.new.layer)
        if self.place >= len(graph.ends):
            raise Inapplicable("the model has no such output")
        ends = list(graph.ends)
        ends[self.place] = self.new
        graph.ends = tuple(ends)


KINDS: tuple[Kind, ...] = tuple(
    edit.kind
    for edit in (Argument, Activation, Type, Input, Insert, Delete, Swap, Duplicate, Rewire)
)
"""What can be done, in the order in which it is told of."""


def _configured(row: Layer, config: Mapping[str, Any]) -> Layer:
    """The layer with other arguments, its activation in step with them."""
    return replace(row, config=config, activation=activation_of(row.type, config))
