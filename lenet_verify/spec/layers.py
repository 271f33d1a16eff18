"""The build recipe: `input(s)`, `layers`, `outputs`, joined to a graph without cycles."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, replace
from functools import cached_property
from heapq import heapify, heappop, heappush
from typing import Any

from lenet_verify.architecture import Shape
from lenet_verify.notation import input_shape
from lenet_verify.spec.blocks import read_blocks, unused
from lenet_verify.spec.contents import Input, LayerRecipe
from lenet_verify.spec.document import Limits, Mapping, Node, Scalar, Sequence, plain
from lenet_verify.spec.expansion import Expanded, expanded
from lenet_verify.spec.fields import Problems, fields, mapping, text, texts
from lenet_verify.visible import visible
from lenet_verify.vocabulary import (
    ALIASES,
    ARGUMENT_FORMS,
    BASE_ARGUMENTS,
    LAYERS,
    REFUSED,
    REQUIRED,
    Argument,
)

UNKNOWN_TYPE = "?"
"""The type of a layer whose own is wrong, in a spec that is refused for it in the end."""

DTYPES = (
    "float16", "bfloat16", "float32", "float64", "uint8", "uint16", "uint32", "uint64",
    "int8", "int16", "int32", "int64", "bool", "string",
)  # fmt: skip


@dataclass(frozen=True)
class Graph:
    """The recipe as a graph, its layers in topological order.

    Attributes:
        ends: the last layer of each use of a block, by the name of the use.
    """

    inputs: tuple[Input, ...]
    layers: tuple[LayerRecipe, ...]
    outputs: tuple[str, ...]
    warnings: tuple[str, ...]
    ends: Dictionary[str, str]

    @cached_property
    def names(self) -> dict[str, str]:
        """The names of inputs, layers and uses of blocks, and the layer that each stands for."""
        named = [row.name for rows in (self.inputs, self.layers) for row in rows]
        return {name: name for name in named} | dict(self.ends)


def read_graph(problems: Problems, top: Dictionary[str, Node], limits: Limits) -> Graph:
    """Inputs, layers and outputs of a spec.

    Raises:
        SpecError: a limit is passed.
    """
    inputs = _inputs(problems, top)
    blocks = read_blocks(problems, top.get("blocks"))
    if blocks and "layers" not in top:
        problems.add(top["blocks"], "'blocks' needs 'layers': there is nothing to build")
    written = mapping(problems, top.get("layers"), "'layers'")
    input_names = [one.name for one in inputs]
    layers = Expanded((), {})
    if written is not None:
        if not written.entries:
            problems.add(written, "'layers' names no layer")
        if not {"input", "inputs"} & top.keys():
            problems.add(written, "a spec with layers needs 'input' (or 'inputs'), such as 1@32x32")
        layers = expanded(problems, written, blocks, input_names, limits)
    rows = _rows(problems, layers, inputs)
    outputs = _outputs(problems, top, rows, layers.ends)
    ordered = _in_topological_order(problems, rows, set(input_names))
    if any(row.arguments.get("data_format") == "channels_first" for row in ordered):
        inputs = tuple(_channels_first(one) for one in inputs)
    warnings = (*_unread(inputs, ordered, outputs), *unused(blocks))
    return Graph(inputs, ordered, outputs, warnings, layers.ends)


def read_type(problems: Problems, node: Node | None) -> str | None:
    """A Keras class that a spec may name, its alias resolved."""
    name = text(problems, node, "type")
    if name is None or node is None:
        return None
    name = ALIASES.get(name, name)
    if name in REFUSED:
        problems.add(node, f"'{name}' cannot stand in a spec: {REFUSED[name]}")
        return None
    if name not in LAYERS:
        problems.unknown(node, name, "layer type", (*LAYERS, *ALIASES))
        return None
    return name


def read_argument(
    problems: Problems, name: str, value: Node, argument: Argument, rank: int | None
) -> Any:
    """An argument's value in normal form; None with the problem noted."""
    return problems.attempt(value, f"'{name}'", lambda: argument.form.read(plain(value), rank))


def _inputs(problems: Problems, top: Dictionary[str, Node]) -> tuple[Input, ...]:
    several = top.get("inputs")
    if several is None:
        only = top.get("input")
        return () if only is None else (_one_input(problems, "input", only),)
    if "input" in top:
        problems.add(several, "'input' and 'inputs' exclude each other")
    table = mapping(problems, several, "'inputs'")
    if table is None:
        return ()
    if not table.entries:
        problems.add(several, "'inputs' names no input")
    for key, _ in table.entries:
        if key.text == "model":
            problems.add(key, "'model' is a reserved name: choose another")
    return tuple(_one_input(problems, key.text, value) for key, value in table.entries)


def _one_input(problems: Problems, name: str, node: Node) -> Input:
    """An input; one that is wrong keeps its name, so that nobody misses it."""
    shape_node: Node | None = node
    dtype = "float32"
    if isinstance(node, Mapping):
        given = fields(problems, node, "an input", ("shape", "dtype")) or {}
        shape_node = given.get("shape")
        dtype = text(problems, given.get("dtype"), "dtype") or dtype
        if dtype not in DTYPES:
            problems.unknown(given["dtype"], dtype, "dtype", DTYPES)
        if shape_node is None:
            problems.add(node, "an input needs its 'shape'")
    shape: Shape | None = None
    if shape_node is not None:
        value = plain(shape_node)
        shape = problems.attempt(shape_node, f"'{name}'", lambda: input_shape(value))
    return Input(name, shape or Shape(()), dtype, node.line)


def _channels_first(one: Input) -> Input:
    """The input as a network takes it whose layers want the channels first."""
    if len(one.shape.sizes) < 2:
        return one
    sizes = (one.shape.channels, *one.shape.spatial)
    return replace(one, shape=Shape(sizes, channels_first=True))


def _rows(
    problems: Problems, layers: Expanded, inputs: tuple[Input, ...]
) -> dict[str, LayerRecipe]:
    named = (*(one.name for one in inputs), *(key.text for key, _ in layers.rows))
    names = {name: name for name in named} | dict(layers.ends)
    above = inputs[0].name if len(inputs) == 1 else None
    rows: dict[str, LayerRecipe] = {}
    for key, value in layers.rows:
        rows[key.text] = _row(problems, key, value, names, above, several=len(inputs) > 1)
        above = key.text
        problems.settle()  # another use of its block would say the same
    return rows


def _row(
    problems: Problems,
    key: Scalar,
    node: Node,
    names: Dictionary[str, str],
    above: str | None,
    several: bool,
) -> LayerRecipe:
    """A layer; what is wrong with it is left out, so that nobody misses the rest."""
    chain: tuple[str, ...] = (above,) if above is not None else ()
    table = mapping(problems, node, f"layer '{key.text}'")
    if table is None:
        return LayerRecipe(key.text, UNKNOWN_TYPE, {}, chain, key.line, key.column)
    type_node = table.get("type")
    if type_node is None:
        problems.add(key, f"layer '{key.text}' needs a 'type', such as Conv2D")
    type_ = read_type(problems, type_node)
    refused = isinstance(type_node, Scalar) and type_node.text in REFUSED
    arguments = {} if refused else _arguments(problems, key, table, type_)
    fed_by = table.get("inputs")
    if fed_by is None:
        if above is None and several:
            problems.add(key, f"the spec has several inputs: say which feed '{key.text}' (inputs:)")
        inputs = chain
    else:
        pairs = texts(problems, fed_by, "inputs")
        for name, item in pairs:
            if name not in names:
                problems.unknown(item, name, "layer", names)
        if isinstance(fed_by, Sequence) and not fed_by.items:
            problems.add(fed_by, f"'inputs' of '{key.text}' names no layer")
        inputs = tuple(names.get(name, name) for name, _ in pairs)
    return LayerRecipe(key.text, type_ or UNKNOWN_TYPE, arguments, inputs, key.line, key.column)


def _arguments(
    problems: Problems, name: Scalar, table: Mapping, type_: str | None
) -> dict[str, Any]:
    known: Dictionary[str, Argument] = LAYERS[type_].arguments if type_ else {}
    rank = LAYERS[type_].rank if type_ else None
    given: dict[str, Any] = {}
    for key, value in table.entries:
        if key.text in ("type", "inputs"):
            continue
        argument = known.get(key.text) or BASE_ARGUMENTS.get(key.text)
        if argument is None and type_ is None and key.text in ARGUMENT_FORMS:
            # the type is misspelt; its argument is read all the same to find what else is wrong
            argument = Argument(key.text, ARGUMENT_FORMS[key.text], REQUIRED)
        if argument is not None:
            given[key.text] = read_argument(problems, key.text, value, argument, rank)
        elif key.text == "name":
            problems.add(key, f"the layer's name is its key, '{name.text}': leave 'name' out")
        elif key.text == "repeat":
            problems.add(key, "only the use of a block can be repeated: put the layer into one")
        elif type_ is not None:
            words = (*known, *BASE_ARGUMENTS, "inputs")
            meant = problems.unknown(key, key.text, "argument", words, of=type_)
            if meant is not None and meant in known and table.get(meant) is None:
                # read as what it means, to find what else is wrong
                given[meant] = read_argument(problems, meant, value, known[meant], rank)
        else:
            problems.unknown(key, key.text, "argument", (*ARGUMENT_FORMS, "block"))
    missing = [n for n, a in known.items() if a.default is REQUIRED and n not in given]
    if missing:
        problems.add(name, f"{type_} '{name.text}' needs {', '.join(map(repr, missing))}")
    return given


def _outputs(
    problems: Problems,
    top: Dictionary[str, Node],
    rows: dict[str, LayerRecipe],
    ends: Dictionary[str, str],
) -> tuple[str, ...]:
    node = top.get("outputs")
    if node is None:
        return tuple(rows)[-1:]
    if "layers" not in top:
        problems.add(node, "'outputs' names layers, but the spec has no 'layers'")
        return ()
    pairs = texts(problems, node, "outputs")
    if isinstance(node, Sequence) and not node.items:
        problems.add(node, "'outputs' names no layer")
    if isinstance(top["layers"], Mapping):
        for name, item in pairs:
            if name not in rows and name not in ends:
                problems.unknown(item, name, "layer", {**rows, **ends})
    named = (ends.get(name, name) for name, _ in pairs)
    return tuple(dict.fromkeys(name for name in named if name in rows))


def _in_topological_order(
    problems: Problems, rows: dict[str, LayerRecipe], ready: set[str]
) -> tuple[LayerRecipe, ...]:
    """The rows so that each follows what feeds it, otherwise in the order of the file."""
    order = list(rows)
    # a name that is no row is an input, or unknown and noted as such already
    fed_by = {n: {f for f in row.inputs if f in rows and f not in ready} for n, row in rows.items()}
    feeds: dict[str, list[int]] = {name: [] for name in order}
    for index, name in enumerate(order):
        for feeder in fed_by[name]:
            feeds[feeder].append(index)
    fed = [index for index, name in enumerate(order) if not fed_by[name]]
    heapify(fed)
    ordered: list[LayerRecipe] = []
    while fed:
        name = order[heappop(fed)]
        ordered.append(rows[name])
        for index in feeds[name]:
            fed_by[order[index]].discard(name)
            if not fed_by[order[index]]:
                heappush(fed, index)
    waiting = {name: row for name, row in rows.items() if fed_by[name]}
    if waiting:
        cycle = _cycle(waiting)
        at = waiting[cycle[0]]
        problems.add(
            Scalar(at.name, at.name, at.line, at.column),
            f"these layers feed each other in a cycle: {_arrows([*cycle, cycle[0]])}",
        )
        return tuple(rows.values())
    return tuple(ordered)


def _cycle(waiting: dict[str, LayerRecipe]) -> list[str]:
    """The names of one cycle, in the direction of the data, its first layer in the file first."""
    path: dict[str, int] = {}
    name = next(iter(waiting))
    while name not in path:
        path[name] = len(path)
        name = next(feeder for feeder in waiting[name].inputs if feeder in waiting)
    cycle = list(path)[path[name] :][::-1]
    first = min(range(len(cycle)), key=lambda i: (waiting[cycle[i]].line, waiting[cycle[i]].column))
    return cycle[first:] + cycle[:first]


def _arrows(names: list[str]) -> str:
    """The names as a path; of a long one, both ends."""
    shown = names if len(names) <= 12 else [*names[:6], "…", *names[-5:]]
    return " -> ".join(visible(name, longest=40) for name in shown)


def _unread(
    inputs: tuple[Input, ...], layers: tuple[LayerRecipe, ...], outputs: tuple[str, ...]
) -> tuple[str, ...]:
    read = {name for layer in layers for name in layer.inputs} | set(outputs)
    rows: tuple[Input | LayerRecipe, ...] = (*inputs, *layers) if layers else ()
    return tuple(
        f"line {row.line}: nothing reads '{visible(row.name)}', and it is no output"
        for row in rows
        if row.name not in read
    )
