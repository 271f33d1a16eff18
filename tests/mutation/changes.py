"""Changes to a network after which it does not compute the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random

from lenet_verify.errors import InferenceError
from tests.mutation.arguments import ALTERATIONS, Change
from tests.mutation.growing import shape_of
from tests.mutation.layers import Arguments, drawn
from tests.mutation.meaning import meaning
from tests.mutation.network import INPUT, Network, Row
from tests.mutation.static import shapes

_TRIES = 20


def changed(net: Network, kind: str, rng: Random) -> Network | None:
    """A network that one change of some kind makes of another; None if there is no such change
    to make, or if it leaves what the network computes as it is."""
    try:
        other = CHANGES[kind](net, rng)
        if other is None or not other.layers or meaning(other) == meaning(net):
            return None
    except (InferenceError, ValueError):
        return None
    return other


def _insert(net: Network, rng: Random, *, keeping: bool = False) -> Network | None:
    """A layer of any kind, after any tensor, for all that read it or for some."""
    sizes = shapes(net)
    above = rng.choice([row for row in net.rows if row.arguments.get("dtype") != "int32"])
    for _ in range(_TRIES):
        type_, arguments = drawn(rng, sizes[above.name])
        fitted = _fitted(type_, arguments, sizes[above.name])
        if not keeping or fitted is not None:
            break
    else:
        return None
    row = Row(net.fresh("added"), type_, fitted or arguments, (above.name,))
    readers = [one.name for one in net.readers(above.name)]
    readers += [""] if above.name in net.outputs else []
    some = None if rng.random() < 0.6 else rng.sample(readers, rng.randint(1, len(readers)))
    return net.inserted(row, some)


def _fitted(type_: str, arguments: Arguments, sizes: Sequence[int]) -> Arguments | None:
    """Arguments with which a layer keeps the shape, if there are any."""
    same = {key: sizes[-1] for key in ("filters", "units") if key in arguments}
    for more in ({}, {"padding": "same", "strides": 1}):
        if more and not {"kernel_size", "pool_size"} & arguments.keys():
            continue
        if shape_of(type_, arguments | same | more, [tuple(sizes)]) == tuple(sizes):
            return arguments | same | more
    return None


def _insert_alike(net: Network, rng: Random) -> Network | None:
    """One more of a layer that is there, after it."""
    found = [row for row in net.layers if len(row.inputs) == 1 and not row.shares]
    if not found:
        return None
    row = rng.choice(found)
    more = replace(row, name=net.fresh(row.name), inputs=(row.name,), origin="")
    return net.inserted(more)


def _delete(net: Network, rng: Random) -> Network | None:
    found = [row for row in net.layers if len(row.inputs) == 1]
    return net.without(rng.choice(found).name) if found else None


def _delete_merge(net: Network, rng: Random) -> Network | None:
    """A merge without some of what it merges, or nothing but one of it in its place."""
    found = [row for row in net.layers if len(row.inputs) > 1]
    if not found:
        return None
    row = rng.choice(found)
    return net.redirected(row.name, rng.choice(row.inputs)).dropped(row.name).pruned()


def _swap(net: Network, rng: Random) -> Network | None:
    """Two layers, one after the other, in the other order."""
    pairs = [
        (first, second)
        for second in net.layers
        if len(second.inputs) == 1
        for first in net.layers
        if first.name == second.inputs[0] and len(first.inputs) == 1 and net.uses(first.name) == 1
    ]
    if not pairs:
        return None
    first, second = rng.choice(pairs)
    net = net.redirected(second.name, first.name).dropped(first.name, second.name)
    # whatever read the second reads the first now
    upper = replace(second, inputs=first.inputs)
    lower = replace(first, inputs=(second.name,))
    names = [one.name for one in net.rows]
    place = 1 + names.index(first.inputs[0])
    return replace(net, rows=(*net.rows[:place], upper, lower, *net.rows[place:]))


def _above(net: Network, name: str) -> set[str]:
    """What a row depends on, itself too."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += net.row(one).inputs
    return found


def _rewire(net: Network, rng: Random, *, prune: bool = True) -> Network | None:
    """One input of a layer from another tensor of its shape."""
    sizes = shapes(net)
    wires = []
    for row in net.layers:
        for place, name in enumerate(row.inputs):
            for other in net.rows:
                fits = sizes[other.name] == sizes[name] and other.name != name
                same = other.arguments.get("dtype") == net.row(name).arguments.get("dtype")
                if fits and same and row.name not in _above(net, other.name):
                    wires.append((row, place, other.name))
    if not wires:
        return None
    row, place, other_name = rng.choice(wires)
    inputs = (*row.inputs[:place], other_name, *row.inputs[place + 1 :])
    rows = tuple(replace(one, inputs=inputs) if one is row else one for one in net.rows)
    found = _sorted(replace(net, rows=rows))
    return found.pruned() if prune else found


def _sorted(net: Network) -> Network:
    """Rows in topological order, otherwise as they come."""
    rows: list[Row] = []
    waiting = list(net.rows)
    made: set[str] = set()
    while waiting:
        row = next(row for row in waiting if made.issuperset(row.inputs))
        waiting.remove(row)
        rows.append(row)
        made.add(row.name)
    return replace(net, rows=tuple(rows))


def _exchange(net: Network, rng: Random) -> Network | None:
    """Two tensors of one shape, each read by what read the other."""
    sizes = shapes(net)
    names = [row.name for row in net.layers]
    pairs = [
        (one, other)
        for one in names
        for other in names
        if one < other
        and sizes[one] == sizes[other]
        and one not in _above(net, other)
        and other not in _above(net, one)
    ]
    if not pairs:
        return None
    one, other = rng.choice(pairs)
    exchanged = {one: other, other: one}
    rows = tuple(
        replace(row, inputs=tuple(exchanged.get(name, name) for name in row.inputs))
        for row in net.rows
    )
    outputs = tuple(exchanged.get(name, name) for name in net.outputs)
    return _sorted(Network(rows, outputs))


def _skip(net: Network, rng: Random) -> Network | None:
    """A sum with something further up."""
    sizes = shapes(net)
    pairs = [
        (row, other.name)
        for row in net.layers
        for other in net.rows
        if other.name != row.name
        and sizes[other.name] == sizes[row.name]
        and row.name not in _above(net, other.name)
    ]
    if not pairs:
        return None
    row, other_name = rng.choice(pairs)
    type_ = rng.choice(("Add", "Multiply"))
    added = Row(net.fresh("added"), type_, {}, (row.name, other_name))
    rows = tuple(one.reading(row.name, added.name) for one in net.rows)
    outputs = tuple(added.name if name == row.name else name for name in net.outputs)
    return _sorted(replace(net, rows=(*rows, added), outputs=outputs))


def _another_output(net: Network, rng: Random) -> Network:
    place = rng.randrange(len(net.outputs))
    name = rng.choice([row.name for row in net.rows if row.arguments.get("dtype") != "int32"])
    return replace(net, outputs=(*net.outputs[:place], name, *net.outputs[place + 1 :])).pruned()


def _order_of_outputs(net: Network, rng: Random) -> Network:
    outputs = list(net.outputs)
    rng.shuffle(outputs)
    return replace(net, outputs=tuple(outputs))


def _number_of_outputs(net: Network, rng: Random) -> Network:
    if len(net.outputs) > 1 and rng.random() < 0.5:
        place = rng.randrange(len(net.outputs))
        outputs = (*net.outputs[:place], *net.outputs[place + 1 :])
        return replace(net, outputs=outputs).pruned()
    return replace(net, outputs=(*net.outputs, rng.choice(net.layers).name))


def _share(net: Network, rng: Random) -> Network | None:
    """One layer called twice in the place of two that are alike."""
    sizes = shapes(net)
    pairs = [
        (one, other)
        for number, one in enumerate(net.layers)
        for other in net.layers[number + 1 :]
        if (one.type, one.arguments) == (other.type, other.arguments)
        and [sizes[name] for name in one.inputs] == [sizes[name] for name in other.inputs]
        and not one.shares
        and not other.shares
    ]
    if not pairs:
        return None
    one, other = rng.choice(pairs)
    return net.with_row(replace(other, shares=one.name))


def _again(net: Network, rng: Random) -> Network | None:
    """A layer called once more on what it made, as in a recurrent block."""
    sizes = shapes(net)
    found = [
        row
        for row in net.layers
        if len(row.inputs) == 1 and sizes[row.name] == sizes[row.inputs[0]] and not row.shares
    ]
    if not found:
        return None
    row = rng.choice(found)
    more = Row(net.fresh(row.name), row.type, row.arguments, (row.name,), shares=row.name)
    return net.inserted(more)


def _dead(net: Network, rng: Random) -> Network | None:
    """A layer with weights that nothing reads."""
    sizes = shapes(net)
    above = rng.choice([row for row in net.rows if row.arguments.get("dtype") != "int32"])
    for _ in range(_TRIES):
        type_, arguments = drawn(rng, sizes[above.name])
        if shape_of(type_, arguments, [sizes[above.name]]) is not None:
            return net.added(Row(net.fresh("unused"), type_, arguments, (above.name,)))
    return None


def _input_more(net: Network, rng: Random) -> Network:
    """A further input, which is summed to something or not read at all."""
    sizes = shapes(net)
    row = rng.choice(net.layers)
    shape = sizes[row.name]
    new = Row(net.fresh("more"), INPUT, {"shape": shape})
    net = replace(net, rows=(*net.inputs, new, *net.layers))
    if rng.random() < 0.5:
        return net
    added = Row(net.fresh("added"), "Add", {}, (row.name, new.name))
    return net.inserted(added)


CHANGES: Mapping[str, Change] = {
    "insert": _insert,
    "insert, shape kept": lambda net, rng: _insert(net, rng, keeping=True),
    "insert one more alike": _insert_alike,
    "delete": _delete,
    "delete a merge": _delete_merge,
    "swap neighbours": _swap,
    "rewired input": _rewire,
    "rewired, the rest kept": lambda net, rng: _rewire(net, rng, prune=False),
    "readers exchanged": _exchange,
    "skip connection": _skip,
    "another output": _another_output,
    "order of outputs": _order_of_outputs,
    "number of outputs": _number_of_outputs,
    "one layer for two": _share,
    "a layer called again": _again,
    "dead layer": _dead,
    "further input": _input_more,
    **ALTERATIONS,
}
"""By name, every kind of change."""
