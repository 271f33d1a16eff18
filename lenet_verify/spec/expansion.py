"""Uses of blocks, replaced by the layers that they stand for.

Nodes become nodes, so that whatever reads layers knows nothing of blocks. Each keeps its place:
what is wrong with a layer of a block is told where it stands in the block, and what is wrong with
an argument where that is given.
"""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from collections.abc import Sequence as Several
from dataclasses import dataclass, replace

from lenet_verify.quoting import shown
from lenet_verify.spec.blocks import INPUT, Block, check_uses, feeders, is_null, reference
from lenet_verify.spec.document import Limits, Mapping, Node, Scalar, Sequence, over
from lenet_verify.spec.fields import Problems
from lenet_verify.spec.names import RESERVED, check_name
from lenet_verify.visible import visible

_TEXT = 64
"""So many characters count as one node more."""


@dataclass(frozen=True)
class Expanded:
    """The layers of a spec, those of the blocks that it uses among them.

    Attributes:
        rows: each layer's name, with its place, and how it is built.
        ends: the last layer of each use of a block, by the name of the use.
    """

    rows: tuple[tuple[Scalar, Node], ...]
    ends: Dictionary[str, str]


def expanded(
    problems: Problems,
    layers: Mapping,
    blocks: Dictionary[str, Block],
    inputs: Several[str],
    limits: Limits,
) -> Expanded:
    """The layers, with each use of a block replaced by those that it stands for.

    Args:
        problems: where mistakes are noted.
        layers: as they are written.
        blocks: that they may use; which are, is noted there.
        inputs: the names of the network's inputs.
        limits: what is written out counts as if it were by hand.

    Raises:
        SpecError: a limit is passed.
    """
    check_uses(problems, layers, blocks)
    expansion = _Expansion(problems, blocks, inputs, limits)
    above = tuple(_named(name, layers) for name in inputs[:1])
    for index, (key, layer) in enumerate(layers.entries):
        check_name(problems, key)
        problems.settle()
        if not isinstance(layer, Mapping) or layer.get("block") is None:
            expansion.add(key, key, layer)
            above = (key,)
            continue
        fed_by = layer.get("inputs")
        if fed_by is None and index == 0 and len(inputs) > 1:
            message = f"the spec has several inputs: say which feed '{key.text}' (inputs:)"
            problems.add(key, message)
        fed = above if fed_by is None else tuple(feeders(problems, key, fed_by))
        above = expansion.use(key, key, layer, fed)
    return Expanded(tuple(expansion.rows.values()), expansion.ends)


class _Expansion:
    """Writes out uses of blocks, within the limits."""

    def __init__(
        self,
        problems: Problems,
        blocks: Dictionary[str, Block],
        inputs: Several[str],
        limits: Limits,
    ) -> None:
        self.problems = problems
        self.blocks = blocks
        self.inputs = inputs
        self.limits = limits
        self.rows: dict[str, tuple[Scalar, Node]] = {}
        self.ends: dict[str, str] = {}
        self.open: list[str] = []
        self.nodes = 0

    def add(self, at: Scalar, name: Scalar, layer: Node) -> None:
        """Adds a layer, or notes at `at` that there is one of this name."""
        self._is_free(at, name)
        self.rows.setdefault(name.text, (name, layer))

    def use(
        self, at: Scalar, name: Scalar, use: Mapping, fed: tuple[Scalar, ...]
    ) -> tuple[Scalar, ...]:
        """Adds the layers of a use.

        Args:
            at: what in `layers` this comes of.
            name: of the use, within those that it is part of.
            use: which block, how often, with which arguments.
            fed: the names of what feeds it.

        Returns:
            The name of its last layer, which the layer after it follows.
        """
        named = use.get("block") or use
        block = self._block(named)
        times = self._times(use)
        if block is None:  # what is wrong has been noted; a layer of no known type stands for it
            self.problems.silence(named)
            self.add(at, name, Scalar(None, "", named.line, named.column))
            return (name,)
        if len(self.open) >= self.limits.yaml_depth:
            message = over("yaml-depth", self.limits.yaml_depth, "blocks nested deeper")
            raise self.problems.refused(named, message)
        self.open.append(block.key.text)
        given = self._given(at, block, use)
        for number in [""] if times is None else (f".{n}" for n in range(1, times + 1)):
            fed = self._layers(at, f"{name.text}{number}.", block, given, fed)
        self.open.pop()
        if self._is_free(at, name):
            self.ends[name.text] = fed[0].text
        return fed

    def _block(self, named: Node) -> Block | None:
        """The block that a use names; None if it has no layers to write out."""
        block = self.blocks.get(named.text) if isinstance(named, Scalar) else None
        if block is None:
            return None
        block.used = True
        if block.key.text in self.open:
            cycle = [*self.open[self.open.index(block.key.text) :], block.key.text]
            arrows = visible(" -> ".join(cycle), longest=400)
            self._note(named, f"a block cannot be used inside itself: {arrows}")
            return None
        return block if block.layers.entries else None

    def _layers(
        self,
        at: Scalar,
        prefix: str,
        block: Block,
        given: Dictionary[str, Node],
        fed: tuple[Scalar, ...],
    ) -> tuple[Scalar, ...]:
        """Adds the layers of a block once; the name of the last."""
        above = fed
        for key, layer in block.layers.entries:
            name = _named(prefix + key.text, key)
            self._count(at, _size(name))
            if not isinstance(layer, Mapping):
                self.add(at, name, layer)
                above = (name,)
                continue
            if (fed_by := layer.get("inputs")) is not None:
                above = self._feeders(at, prefix, fed_by, fed)
            entries = [entry for entry in layer.entries if entry[0].text != "inputs"]
            filled = self._filled(at, replace(layer, entries=tuple(entries)), given)
            if filled.get("block") is not None:
                above = self.use(at, name, filled, above)
                continue
            self._count(at, len(above))
            if above:
                following = (_named("inputs", key), Sequence(above, key.line, key.column))
                filled = replace(filled, entries=(*filled.entries, following))
            self.add(at, name, filled)
            above = (name,)
        return above

    def _feeders(
        self, at: Scalar, prefix: str, node: Node, fed: tuple[Scalar, ...]
    ) -> tuple[Scalar, ...]:
        """What feeds a layer of a block: its own layers, or what the block itself is fed."""
        names: list[Scalar] = []
        for item in _scalars(node):
            inside = fed if item.text == INPUT else (_named(prefix + item.text, item),)
            self._count(at, len(inside))
            names += inside
        return tuple(names)

    def _given(self, at: Scalar, block: Block, use: Mapping) -> dict[str, Node]:
        """The arguments of a use, each given or by default."""
        given: dict[str, Node] = {}
        for name, default in block.arguments.items():
            value = use.get(name) or default
            if value is default and is_null(default):
                # that it is missing, or misspelt, has been noted: what follows from it is not
                self.problems.silence(at)
                value = Scalar(None, "", at.line, at.column)
            given[name] = value
        return given

    def _times(self, use: Mapping) -> int | None:
        """How often a block is repeated; None if that is not said."""
        node = use.get("repeat")
        if node is None:
            return None
        value = node.value if isinstance(node, Scalar) else None
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
        not_this = f", not {shown(value)}" if isinstance(node, Scalar) else ""
        self._note(node, f"'repeat' takes a whole number from 1{not_this}")
        return 1

    def _filled(self, at: Scalar, layer: Mapping, given: Dictionary[str, Node]) -> Mapping:
        """The layer with the arguments where it refers to them."""

        def fill(node: Node) -> Node:
            if isinstance(node, Scalar):
                node = given.get(reference(node) or "", node)
                self._count(at, _size(node))
                return node
            self._count(at, 1)
            if isinstance(node, Sequence):
                return replace(node, items=tuple(map(fill, node.items)))
            for key, _ in node.entries:
                self._count(at, _size(key))
            return replace(node, entries=tuple((key, fill(value)) for key, value in node.entries))

        filled = fill(layer)
        assert isinstance(filled, Mapping)
        return filled

    def _is_free(self, at: Scalar, name: Scalar) -> bool:
        """Whether nothing else has this name; if something has, that is noted."""
        if name.text in self.inputs:
            self._note(at, f"'{name.text}' is the name of an input already: choose another")
        elif name.text in self.rows or name.text in self.ends:
            message = f"'{name.text}' is the name of a block's layer already: choose another"
            self._note(at, message)
        else:
            return name.text not in RESERVED
        return False

    def _note(self, node: Node, message: str) -> None:
        """Notes a mistake, once for all that a use is written out to."""
        self.problems.add(node, message)
        self.problems.settle()

    def _count(self, at: Scalar, nodes: int) -> None:
        self.nodes += nodes
        if self.nodes > self.limits.yaml_nodes:
            message = over(
                "yaml-nodes", self.limits.yaml_nodes, "with its blocks written out, more"
            )
            raise self.problems.refused(at, message)


def _named(name: str, at: Node) -> Scalar:
    """A name at a place."""
    return Scalar(name, name, at.line, at.column)


def _scalars(node: Node) -> list[Scalar]:
    """One text or those of a list; what else stands there has been noted."""
    items = node.items if isinstance(node, Sequence) else (node,)
    return [item for item in items if isinstance(item, Scalar)]


def _size(node: Node) -> int:
    """How many nodes it counts as."""
    if isinstance(node, Scalar):
        return 1 + len(node.text) // _TEXT
    if isinstance(node, Sequence):
        return 1 + sum(map(_size, node.items))
    return 1 + sum(_size(key) + _size(value) for key, value in node.entries)
