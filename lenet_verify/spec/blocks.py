"""Blocks: groups of layers that are written once, with arguments, and used by name.

Here is what a spec defines, and what is wrong with that whoever uses it; `expansion.py` puts the
layers where they are used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field

from lenet_verify.spec.document import Mapping, Node, Scalar, Sequence
from lenet_verify.spec.fields import Problems, fields, mapping, text, texts
from lenet_verify.spec.names import check_name
from lenet_verify.visible import visible

BLOCK_KEYS = ("arguments", "layers")
USE_KEYS = ("block", "repeat", "inputs")
RESERVED_ARGUMENTS = (*USE_KEYS, "type")
ARGUMENT_NAME = "[A-Za-z_][A-Za-z0-9_]*"
INPUT = "input"
"""What a block's own layers call that which the block is fed."""


@dataclass
class Block:
    """A block as it is defined.

    Attributes:
        key: its name.
        arguments: their defaults by name; null for one that every use must give.
        layers: as they are written.
        read: the arguments that its layers refer to.
        used: whether a layer of the network uses it.
    """

    key: Scalar
    arguments: dict[str, Node]
    layers: Mapping
    read: set[str] = field(default_factory=set)
    used: bool = False


def read_blocks(problems: Problems, node: Node | None) -> dict[str, Block]:
    """The blocks that a spec defines; what is wrong with each, whoever uses it, is noted."""
    table = mapping(problems, node, "'blocks'")
    blocks: dict[str, Block] = {}
    for key, value in table.entries if table else ():
        what = f"block '{key.text}'"
        given = fields(problems, value, what, BLOCK_KEYS)
        if given is not None and "layers" not in given:
            problems.add(key, f"{what} needs 'layers'")
        layers = mapping(problems, (given or {}).get("layers"), f"'layers' of {what}")
        if layers and not layers.entries:
            problems.add(layers, f"'layers' of {what} names no layer")
        arguments = _arguments(problems, what, (given or {}).get("arguments"))
        blocks[key.text] = Block(key, arguments, layers or Mapping((), key.line, key.column))
    for block in blocks.values():
        _check_layers(problems, block)
        check_uses(problems, block.layers, blocks)
    problems.settle()
    return blocks


def check_uses(problems: Problems, layers: Mapping, blocks: Dictionary[str, Block]) -> None:
    """Notes what is wrong with uses of blocks: which one, and which arguments."""
    for key, use in layers.entries:
        if not isinstance(use, Mapping) or (named := use.get("block")) is None:
            continue
        name = text(problems, named, "block")
        if name is not None and name not in blocks:
            problems.unknown(named, name, "block", blocks)
        elif name is not None:
            _check_arguments(problems, key, use, blocks[name])


def feeders(problems: Problems, key: Scalar, node: Node) -> list[Scalar]:
    """The names under `inputs` of a layer."""
    if isinstance(node, Sequence) and not node.items:
        problems.add(node, f"'inputs' of '{key.text}' names no layer")
    named = [item for _, item in texts(problems, node, "inputs")]
    return [item for item in named if isinstance(item, Scalar)]


def is_null(node: Node) -> bool:
    """Whether a node is null, as the default of an argument that must be given."""
    return isinstance(node, Scalar) and node.value is None


def reference(node: Scalar) -> str | None:
    """The argument that a value stands for, as `$filters` does."""
    return node.text[1:] if isinstance(node.value, str) and node.text[:1] == "$" else None


def unused(blocks: Dictionary[str, Block]) -> Iterator[str]:
    """A warning for each block and each argument of which nothing makes use."""
    for name, block in blocks.items():
        what = f"block '{visible(name)}'"
        if not block.used:
            yield f"line {block.key.line}: no layer uses {what}"
        for argument in block.arguments:
            if argument not in block.read:
                yield f"line {block.key.line}: {what} makes no use of '{visible(argument)}'"


def _arguments(problems: Problems, what: str, node: Node | None) -> dict[str, Node]:
    table = mapping(problems, node, f"'arguments' of {what}")
    for key, default in table.entries if table else ():
        if key.text in RESERVED_ARGUMENTS:
            problems.add(key, f"'{key.text}' is a reserved name: choose another")
        elif not re.fullmatch(ARGUMENT_NAME, key.text):
            problems.add(key, "the name of an argument has letters, digits and '_' only")
        for scalar, _ in _references(default):
            problems.add(scalar, "a default refers to no argument: write a value")
    return {key.text: default for key, default in table.entries} if table else {}


def _check_layers(problems: Problems, block: Block) -> None:
    of = f"block '{block.key.text}'"
    names = {INPUT: None} | dict.fromkeys(key.text for key, _ in block.layers.entries)
    arguments = [f"${name}" for name in block.arguments]
    for key, layer in block.layers.entries:
        check_name(problems, key)
        for entry, value in layer.entries if isinstance(layer, Mapping) else ():
            if entry.text == "inputs":
                for item in feeders(problems, key, value):
                    if item.text not in names:
                        problems.unknown(item, item.text, "layer", names, of=of)
                continue
            for scalar, name in _references(value):
                block.read.add(name)
                if name not in block.arguments:
                    problems.unknown(scalar, scalar.text, "argument", arguments, of=of)


def _check_arguments(problems: Problems, key: Scalar, use: Mapping, block: Block) -> None:
    known = (*block.arguments, *USE_KEYS)
    given = {entry.text for entry, _ in use.entries}
    of = f"block '{block.key.text}'"
    for entry, _ in use.entries:
        if entry.text not in known:
            given.add(problems.unknown(entry, entry.text, "argument", known, of=of) or "")
    required = [name for name, default in block.arguments.items() if is_null(default)]
    missing = [repr(name) for name in required if name not in given]
    if missing:
        problems.add(key, f"{of} needs {', '.join(missing)}")


def _references(node: Node) -> Iterator[tuple[Scalar, str]]:
    if isinstance(node, Scalar):
        if (name := reference(node)) is not None:
            yield node, name
        return
    values = node.items if isinstance(node, Sequence) else [value for _, value in node.entries]
    for value in values:
        yield from _references(value)
