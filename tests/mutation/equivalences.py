"""Changes to a network after which it computes what it did, with the same weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import prod
from random import Random
from typing import Any

from tests.mutation.network import Network, Row
from tests.mutation.static import shapes

Rewrite = Callable[[Network, Random], Network | None]

_ENDED = ("Conv1D", "Conv2D", "Conv2DTranspose", "Dense", "DepthwiseConv1D", "DepthwiseConv2D",
          "SeparableConv1D", "SeparableConv2D")  # fmt: skip
"""Layers that apply an activation to what they have computed."""
_CLASSES: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "relu": ("ReLU", {}), "softmax": ("Softmax", {}),
    "leaky_relu": ("LeakyReLU", {"negative_slope": 0.2}),
}  # fmt: skip
"""Activations that have a class of their own."""
_HALVED = ("kernel_size", "strides", "padding", "dilation_rate", "depth_multiplier")
_COMMUTATIVE = ("Add", "Average", "Maximum", "Minimum", "Multiply")
_WITHOUT_WEIGHTS = (
    "Activation", "Add", "AveragePooling2D", "Concatenate", "Dropout", "Flatten", "LeakyReLU",
    "MaxPooling2D", "Multiply", "ReLU", "Softmax",
)  # fmt: skip


def respelt(net: Network, rng: Random, count: int) -> tuple[Network, list[str]]:
    """So many equivalences, one after the other, and which they were; fewer if none would go."""
    done: list[str] = []
    for _ in range(count):
        for kind in rng.sample(list(EQUIVALENCES), len(EQUIVALENCES)):
            other = EQUIVALENCES[kind](net, rng)
            if other is not None:
                net = other
                done.append(kind)
                break
    return net, done


def owned(net: Network) -> Network:
    """The same, every row keeping its weights whatever becomes of it."""
    rows = tuple(replace(row, origin=row.origin or row.name) for row in net.rows)
    return replace(net, rows=rows)


def _identity(net: Network, rng: Random) -> Network:
    """A layer that does nothing at inference."""
    live = net.live()
    known = [row for row in net.rows if row.arguments.get("dtype") != "int32"]
    above = rng.choice([row for row in known if row.name in live])
    type_, arguments = rng.choice(
        (
            ("Activation", {"activation": "linear"}),
            ("Dropout", {"rate": 0.5}),
            ("GaussianNoise", {"stddev": 0.1}),
            ("Identity", {}),
        )
    )
    row = Row(net.fresh("nothing"), type_, arguments, (above.name,))
    readers = [one.name for one in net.readers(above.name)]
    readers += [""] if above.name in net.outputs else []
    return net.inserted(row, rng.sample(readers, rng.randint(1, len(readers))))


def _split_activation(net: Network, rng: Random) -> Network | None:
    found = [
        row
        for row in net.layers
        if row.type in _ENDED and row.arguments.get("activation", "linear") != "linear"
    ]
    if not found or any(row.shares for row in net.rows):
        return None
    row = rng.choice(found)
    name = row.arguments["activation"]
    type_, arguments = _spelt(name, rng)
    added = Row(net.fresh("activation"), type_, arguments, (row.name,))
    rest = {key: value for key, value in row.arguments.items() if key != "activation"}
    return net.with_row(replace(row, arguments=rest)).inserted(added)


def _spelt(name: str, rng: Random) -> tuple[str, Mapping[str, Any]]:
    if name in _CLASSES and rng.random() < 0.5:
        return _CLASSES[name]
    return "Activation", {"activation": name}


def _name_of(row: Row) -> str | None:
    """The name of the activation that a layer is; None if it is none that has one."""
    if row.type == "Activation":
        return str(row.arguments["activation"])
    whole = {"negative_slope": 0.3} if row.type == "LeakyReLU" else {}
    told = row.type, {**whole, **row.arguments}
    return next((name for name, spelling in _CLASSES.items() if spelling == told), None)


def _join_activation(net: Network, rng: Random) -> Network | None:
    found = []
    for row in net.layers:
        if (name := _name_of(row)) is None or row.shares:
            continue
        host = net.row(row.inputs[0])
        plain = host.arguments.get("activation", "linear") == "linear"
        if host.type in _ENDED and plain and net.uses(host.name) == 1:
            found.append((row, host, name))
    if not found or any(row.shares for row in net.rows):
        return None
    row, host, name = rng.choice(found)
    return net.without(row.name).with_row(host.having(activation=name))


def _respell_activation(net: Network, rng: Random) -> Network | None:
    found = [(row, name) for row in net.layers if (name := _name_of(row)) in _CLASSES]
    found = [(row, name) for row, name in found if not _is_shared(net, row)]
    if not found:
        return None
    row, name = rng.choice(found)
    classes = _CLASSES[str(name)]
    type_, arguments = classes if row.type == "Activation" else (
        "Activation", {"activation": name}
    )  # fmt: skip
    return net.with_row(replace(row, type=type_, arguments=arguments))


def _is_shared(net: Network, row: Row) -> bool:
    return bool(row.shares) or any(other.shares == row.name for other in net.rows)


def _twice(net: Network, rng: Random) -> Network | None:
    """relu once more."""
    hosts = (*_ENDED, "Activation")
    found = [
        row
        for row in net.layers
        if row.type == "ReLU" or (row.type in hosts and row.arguments.get("activation") == "relu")
    ]
    if not found:
        return None
    row = rng.choice(found)
    type_, arguments = _spelt("relu", rng)
    return net.inserted(Row(net.fresh("again"), type_, arguments, (row.name,)))


def _exchanged_neighbours(net: Network, rng: Random) -> Network | None:
    """An activation before or after what only reshapes, or does nothing at inference."""
    found = []
    for lower in net.layers:
        upper = net.row(lower.inputs[0])
        both = {_part(upper), _part(lower)}
        shared = _is_shared(net, upper) or _is_shared(net, lower)
        if both == {"applies", "passes"} and net.uses(upper.name) == 1 and not shared:
            found.append((upper, lower))
    if not found:
        return None
    upper, lower = rng.choice(found)
    return _exchanged(net, upper, lower, replace(lower, inputs=upper.inputs),
                      replace(upper, inputs=(lower.name,)))  # fmt: skip


def _part(row: Row) -> str:
    if row.type in ("Dropout", "GaussianNoise", "Identity", "Flatten", "Reshape"):
        return "passes"
    single = row.type in ("Activation", "ReLU", "LeakyReLU")
    return "applies" if single and "softmax" not in str(_name_of(row)) else ""


def _flattened(net: Network) -> list[Row]:
    found = [row for row in net.layers if row.type in ("Flatten", "Reshape")]
    return [row for row in found if not _is_shared(net, row)]


def _view(net: Network, rng: Random) -> Network | None:
    """Flatten as Reshape, or the other way about."""
    sizes = shapes(net)
    found = [row for row in _flattened(net) if len(sizes[row.name]) == 1]
    if not found:
        return None
    row = rng.choice(found)
    if row.type == "Reshape" and rng.random() < 0.5:
        return net.with_row(replace(row, type="Flatten", arguments={}))
    target = rng.choice(((-1,), sizes[row.name]))
    return net.with_row(replace(row, type="Reshape", arguments={"target_shape": target}))


def _view_more(net: Network, rng: Random) -> Network | None:
    """A further view before or after one that is there."""
    sizes = shapes(net)
    found = [row for row in _flattened(net) if len(sizes[row.name]) == 1]
    if not found:
        return None
    row = rng.choice(found)
    if rng.random() < 0.5:
        kinds = (("Flatten", {}), ("Reshape", {"target_shape": sizes[row.name]}))
        type_, arguments = rng.choice(kinds)
        return net.inserted(Row(net.fresh("view"), type_, arguments, (row.name,)))
    before = sizes[row.inputs[0]]
    if len(before) < 2:
        return None
    target = rng.choice(((before[0], prod(before[1:])), (prod(before[:-1]), before[-1]), (-1,)))
    view = Row(net.fresh("view"), "Reshape", {"target_shape": target}, row.inputs)
    return net.inserted(view, [row.name])


def _as_dense(net: Network, rng: Random) -> Network | None:
    """A convolution over the whole map, then Flatten: Flatten, then a dense layer."""
    sizes = shapes(net)
    found = []
    for row in net.layers:
        if row.type not in ("Conv1D", "Conv2D") or row.arguments.get("groups", 1) != 1:
            continue
        spatial = sizes[row.inputs[0]][:-1]
        kernel = row.arguments["kernel_size"]
        each = tuple(kernel) if isinstance(kernel, tuple) else (kernel,) * len(spatial)
        plain = row.arguments.get("padding", "valid") == "valid" and not _is_shared(net, row)
        plain = plain and row.arguments.get("dilation_rate", 1) == 1
        after = net.readers(row.name)
        one = net.uses(row.name) == 1 and [r.type for r in after] == ["Flatten"]
        if each == spatial and plain and one and not _is_shared(net, after[0]):
            found.append((row, after[0]))
    if not found:
        return None
    row, flatten = rng.choice(found)
    kept = {key: row.arguments[key] for key in ("activation", "use_bias") if key in row.arguments}
    dense = replace(row, type="Dense", arguments={"units": row.arguments["filters"], **kept})
    return _exchanged(net, row, flatten, replace(flatten, inputs=row.inputs),
                      replace(dense, inputs=(flatten.name,)))  # fmt: skip


def _exchanged(net: Network, first: Row, second: Row, upper: Row, lower: Row) -> Network:
    """Two neighbours replaced by two others; what read the second reads the last of them."""
    gone = {first.name, second.name}
    rows: list[Row] = []
    for row in net.rows:
        if row.name == second.name:
            rows += [upper, lower]
        elif row.name not in gone:
            rows.append(row.reading(second.name, lower.name))
    outputs = tuple(lower.name if name == second.name else name for name in net.outputs)
    return replace(net, rows=tuple(rows), outputs=outputs)


def _as_convolution(net: Network, rng: Random) -> Network | None:
    """Flatten, then a dense layer: a convolution over the whole map, then Flatten."""
    sizes = shapes(net)
    found = [
        (flatten, dense)
        for dense in net.layers
        if dense.type == "Dense"
        for flatten in net.layers
        if flatten.name == dense.inputs[0]
        and flatten.type == "Flatten"
        and net.uses(flatten.name) == 1
        and len(sizes[flatten.inputs[0]]) > 1
        and not (_is_shared(net, dense) or _is_shared(net, flatten))
    ]
    if not found:
        return None
    flatten, dense = rng.choice(found)
    spatial = sizes[flatten.inputs[0]][:-1]
    kept = {k: dense.arguments[k] for k in ("activation", "use_bias") if k in dense.arguments}
    kernel = spatial if len(spatial) > 1 else spatial[0]
    arguments = {"filters": dense.arguments["units"], "kernel_size": kernel, **kept}
    upper = replace(dense, type=f"Conv{len(spatial)}D", arguments=arguments, inputs=flatten.inputs)
    return _exchanged(net, flatten, dense, upper, replace(flatten, inputs=(dense.name,)))


def _as_window(net: Network, rng: Random) -> Network | None:
    """Global pooling as pooling over the whole map."""
    found = [row for row in net.layers if row.type.startswith("Global")]
    found = [row for row in found if not _is_shared(net, row)]
    if not found:
        return None
    row = rng.choice(found)
    spatial = shapes(net)[row.inputs[0]][:-1]
    pooling = replace(
        row,
        type=row.type.removeprefix("Global"),
        arguments={"pool_size": spatial if len(spatial) > 1 else spatial[0]},
    )
    other = net.with_row(pooling)
    if row.arguments.get("keepdims"):
        return other
    return other.inserted(Row(net.fresh("flatten"), "Flatten", {}, (row.name,)))


def _keeping_axes(net: Network, rng: Random) -> Network | None:
    """Global pooling that keeps its axes, then Flatten."""
    found = [
        row
        for row in net.layers
        if row.type.startswith("Global")
        and not row.arguments.get("keepdims")
        and not _is_shared(net, row)
    ]
    if not found:
        return None
    row = rng.choice(found)
    other = net.with_row(row.having(keepdims=True))
    return other.inserted(Row(net.fresh("flatten"), "Flatten", {}, (row.name,)))


def _as_global(net: Network, rng: Random) -> Network | None:
    """Pooling over the whole map as global pooling."""
    sizes = shapes(net)
    found = []
    for row in net.layers:
        if row.type.startswith(("Max", "AveragePooling")) and "Pooling" in row.type:
            spatial = sizes[row.inputs[0]][:-1]
            window = row.arguments.get("pool_size", 2)
            each = tuple(window) if isinstance(window, tuple) else (window,) * len(spatial)
            valid = row.arguments.get("padding", "valid") == "valid"
            if each == spatial and valid and not _is_shared(net, row):
                found.append(row)
    if not found:
        return None
    row = rng.choice(found)
    whole = replace(row, type=f"Global{row.type}", arguments={"keepdims": True})
    after = net.readers(row.name)
    flattened = net.uses(row.name) == 1 and [r.type for r in after] == ["Flatten"]
    if flattened and not _is_shared(net, after[0]) and rng.random() < 0.7:
        return net.with_row(replace(whole, arguments={})).without(after[0].name)
    return net.with_row(whole)


def _halves(net: Network, rng: Random) -> Network | None:
    """A separable convolution in two."""
    found = [row for row in net.layers if row.type.startswith("Separable")]
    found = [row for row in found if not _is_shared(net, row)]
    if not found:
        return None
    row = rng.choice(found)
    where = {key: row.arguments[key] for key in _HALVED if key in row.arguments}
    rest = {key: value for key, value in row.arguments.items() if key not in _HALVED}
    rank = row.type[-2:]
    upper = Row(
        net.fresh("depthwise"), f"DepthwiseConv{rank}", {**where, "use_bias": False}, row.inputs,
        origin=row.origin, first=0,
    )  # fmt: skip
    lower = replace(
        row, type=f"Conv{rank}", arguments={**rest, "kernel_size": 1}, inputs=(upper.name,), first=1
    )
    return _before(net, row, upper, lower)


def _before(net: Network, row: Row, upper: Row, lower: Row) -> Network:
    rows: list[Row] = []
    for one in net.rows:
        rows += [upper, lower] if one.name == row.name else [one]
    return replace(net, rows=tuple(rows))


def _whole(net: Network, rng: Random) -> Network | None:
    """A depthwise convolution and one of 1x1, which are a separable one."""
    found = []
    for row in net.layers:
        depthwise = net.row(row.inputs[0])
        given, upper = row.arguments, depthwise.arguments
        if row.type not in ("Conv1D", "Conv2D") or not depthwise.type.startswith("Depthwise"):
            continue
        plain = given.get("groups", 1) == 1 and given["kernel_size"] == 1
        plain = plain and given.get("strides", 1) == 1 and given.get("dilation_rate", 1) == 1
        bare = upper.get("activation", "linear") == "linear" and upper.get("use_bias") is False
        shared = _is_shared(net, row) or _is_shared(net, depthwise)
        of_one = row.origin == depthwise.origin  # so that their weights are
        if plain and bare and of_one and net.uses(depthwise.name) == 1 and not shared:
            found.append((depthwise, row))
    if not found:
        return None
    depthwise, row = rng.choice(found)
    where = {key: depthwise.arguments[key] for key in _HALVED if key in depthwise.arguments}
    rest = {key: row.arguments[key] for key in ("filters", "use_bias", "activation")
            if key in row.arguments}  # fmt: skip
    whole = replace(
        row, type=f"Separable{row.type}", arguments={**where, **rest}, inputs=depthwise.inputs,
        first=0,
    )  # fmt: skip
    return net.with_row(whole).dropped(depthwise.name)


def _permuted(net: Network, rng: Random) -> Network | None:
    found = [
        row
        for row in net.layers
        if row.type in _COMMUTATIVE and len(set(row.inputs)) > 1 and not _is_shared(net, row)
    ]
    if not found:
        return None
    row = rng.choice(found)
    order = rng.sample(row.inputs, len(row.inputs))
    return net.with_row(replace(row, inputs=tuple(order))) if tuple(order) != row.inputs else None


def _shared(net: Network, rng: Random) -> Network | None:
    """One layer without weights in the place of two that are alike."""
    live = net.live()
    layers = [row for row in net.layers if row.name in live]
    found = [
        (one, other)
        for number, one in enumerate(layers)
        for other in layers[number + 1 :]
        if one.type in _WITHOUT_WEIGHTS
        and (one.type, one.arguments) == (other.type, other.arguments)
        and not (one.shares or _is_shared(net, other))
    ]
    if not found:
        return None
    one, other = rng.choice(found)
    return net.with_row(replace(other, shares=one.name))


def _unread(net: Network, rng: Random) -> Network:
    """A layer without weights that nothing reads."""
    above = rng.choice([row for row in net.rows if row.arguments.get("dtype") != "int32"])
    return net.added(Row(net.fresh("unread"), "ReLU", {}, (above.name,)))


EQUIVALENCES: Mapping[str, Rewrite] = {
    "identity inserted": _identity,
    "activation split": _split_activation,
    "activation joined": _join_activation,
    "activation respelt": _respell_activation,
    "activation before or after": _exchanged_neighbours,
    "relu twice": _twice,
    "view respelt": _view,
    "view repeated": _view_more,
    "convolution as dense": _as_dense,
    "dense as convolution": _as_convolution,
    "global pooling as window": _as_window,
    "global pooling keeping axes": _keeping_axes,
    "window as global pooling": _as_global,
    "separable as halves": _halves,
    "halves as separable": _whole,
    "operands permuted": _permuted,
    "layer without weights shared": _shared,
    "dead layer without weights": _unread,
}
"""By name, every kind of equivalence."""


def nested(net: Network, rng: Random) -> Network | None:
    """Some of the layers as a model inside the model."""
    if any(row.shares for row in net.rows):
        return None
    start = rng.randrange(len(net.layers))
    stop = rng.randint(start + 1, len(net.layers))
    live = net.live()
    group = frozenset(row.name for row in net.layers[start:stop])
    return replace(net, nested=(group,)) if group <= live else None
