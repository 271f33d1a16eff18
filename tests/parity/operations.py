"""Random nodes of keras.ops."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

import numpy as np

from lenet_verify.inference.operations import BINARY, BITWISE, OPERATIONS, REDUCTIONS
from tests.parity import draws
from tests.parity.case import Case, Generator, Generators, Oddities, Oddity, Sizes

Arguments = dict[str, Any]


def _array(rng: Random, sizes: Sizes) -> Any:
    """An array of these sizes, variable ones as it comes."""
    return np.zeros([rng.randint(1, 4) if size is None else size for size in sizes], "float32")


def _axis(rng: Random, rank: int) -> int:
    """Mostly an axis of so many, the batch included, and seldom the batch."""
    if rng.random() < 0.05:
        return rng.choice((rank, -rank - 1))
    axis = rng.randint(min(1, rank - 1), rank - 1) if rng.random() < 0.94 else 0
    return rng.choice((axis, axis - rank))


def _axes(rng: Random, rank: int) -> Any:
    fate = rng.random()
    if fate < 0.5 or rank < 2:
        return _axis(rng, rank)
    if fate < 0.53:
        return None
    chosen = rng.sample(range(1, rank), rng.randint(1, rank - 1))
    return tuple(rng.choice((axis, axis - rank)) for axis in chosen)


# Value by value.


def _unary(name: str, rng: Random) -> Case:
    more: Arguments = {
        "Cast": {"dtype": "float16"},
        "SaturateCast": {"dtype": "int8"},
        "Clip": {"x_min": 0, "x_max": 6},
        "Round": {"decimals": 2},
        "Tril": {"k": 1},
        "Threshold": {"threshold": 0.5, "default_value": 0.0},
        "LeakyRelu": {"negative_slope": 0.3},
        "ReLU": rng.choice(({"max_value": 6.0}, {"negative_slope": 0.1}, {"threshold": 1.0})),
    }.get(name, {})
    whole = name.startswith("Bitwise")
    return Case(f"ops.{name}", more, (draws.sizes(rng),), "int32" if whole else "float32")


def _like(rng: Random, sizes: Sizes) -> Sizes:
    fate = rng.random()
    if fate < 0.45:
        return sizes
    if fate < 0.97:
        return tuple(rng.choice((size, size, size, 1, None)) for size in sizes)
    return draws.sizes(rng)


def _beside(rng: Random, sizes: Sizes) -> Any:
    """A number or an array that goes with a tensor of these sizes."""
    fate = rng.random()
    if fate < 0.4:
        return rng.choice((2, 0.5))
    if fate < 0.9:
        return _array(rng, tuple(rng.choice((size, size, 1)) for size in sizes[-2:]))
    return _array(rng, (1, *_like(rng, sizes)))


def _binary(name: str, rng: Random, names: tuple[str, str] = ("x1", "x2")) -> Case:
    dtype = "int32" if names[0] == "x" or name in ("Gcd", "Lcm") else "float32"
    sizes = draws.sizes(rng)
    if rng.random() < 0.5:
        return Case(f"ops.{name}", {}, (sizes, _like(rng, sizes)), dtype)
    value, place = _beside(rng, sizes), rng.choice((*names, names[1]))
    if dtype == "int32":
        value = np.asarray(value).astype("int32") if np.ndim(value) else 2
    no_numbers = name in ("Heaviside", "Hypot") or (names[0] == "x" and "Shift" not in name)
    if not np.ndim(value) and (no_numbers or place == "x"):
        return Case(f"ops.{name}", {}, (sizes, sizes), dtype)  # which Keras takes in others
    arguments = {place: value}
    return Case(f"ops.{name}", arguments, (sizes,), dtype)


def _where(rng: Random) -> Case:
    sizes = draws.sizes(rng)
    shapes = (sizes, _like(rng, sizes), _like(rng, sizes))
    if rng.random() < 0.5:
        return Case("ops.Where", {}, shapes)
    given = {rng.choice(("condition", "x1", "x2")): _beside(rng, sizes)}
    return Case("ops.Where", given, shapes[:2])


def _first(name: str, rng: Random) -> Case:
    sizes = draws.sizes(rng)
    if name == "FullLike":
        return Case("ops.FullLike", {"fill_value": 2.0}, (sizes,))
    if name == "Digitize":
        return Case("ops.Digitize", {"bins": np.array([0.0, 1.0])}, (sizes,))
    if name == "IsIn":
        return Case("ops.IsIn", {"x2": np.array([0.0, 1.0])}, (sizes,))
    rank = len(sizes) + 1
    if name == "SliceUpdate":
        return Case("ops.SliceUpdate", {"start_indices": [0] * rank}, (sizes, sizes))
    places = np.zeros((3, rank), "int32")
    given = {"indices": places, "updates": np.zeros(3, "float32")}
    return Case("ops.ScatterUpdate", given, (sizes,))


# Along axes.

_ONE_AXIS = ("Argmax", "Argmin", "Nanargmax", "Nanargmin", "Ptp")


def _reduction(name: str, rng: Random) -> Case:
    sizes = draws.sizes(rng)
    rank = len(sizes) + 1
    arguments: Arguments = {"keepdims": rng.random() < 0.5, "axis": _axes(rng, rank)}
    if name in _ONE_AXIS and isinstance(arguments["axis"], tuple):
        arguments["axis"] = arguments["axis"][0]
    if name == "CountNonzero":
        del arguments["keepdims"]
    if name == "Norm" and isinstance(arguments["axis"], tuple) and len(arguments["axis"]) > 2:
        arguments["axis"] = arguments["axis"][:2]
    return Case(f"ops.{name}", draws.some(rng, arguments, 0.9), (sizes,))


def _along(name: str, rng: Random) -> Case:
    sizes = draws.sizes(rng)
    rank = len(sizes) + 1
    single = name not in ("Flip", "Softmax", "LogSoftmax", "Normalize")
    axis = _axis(rng, rank) if single else _axes(rng, rank)
    arguments = draws.some(rng, {"axis": axis}, 0.9)
    if name == "Roll":
        arguments["shift"] = 2
    if name == "Argpartition":
        arguments["kth"] = 0
    return Case(f"ops.{name}", arguments, (sizes,))


def _moments(rng: Random) -> Case:
    sizes = draws.sizes(rng, 1)
    arguments = {"axes": _axes(rng, len(sizes) + 1)} | draws.some(rng, {"keepdims": True})
    return Case("ops.Moments", arguments, (sizes,))


def _average(rng: Random) -> Case:
    sizes = draws.sizes(rng)
    axis = _axis(rng, len(sizes) + 1)
    arguments: Arguments = {"axis": axis}
    if rng.random() < 0.5 and -len(sizes) <= axis < 0:
        arguments["weights"] = _array(rng, (sizes[axis] or 3,))
    return Case("ops.Average", arguments, (sizes,))


def _quantile(name: str, rng: Random) -> Case:
    sizes = draws.sizes(rng, 1)
    q = 0.5 if rng.random() < 0.95 else [0.25, 0.5]
    arguments = {"q": q, "axis": _axes(rng, len(sizes) + 1)} | draws.some(rng, {"keepdims": True})
    return Case(f"ops.{name}", arguments, (sizes,))


def _normalized(name: str, rng: Random) -> Case:
    sizes = draws.sizes(rng, 1)
    axis = _axis(rng, len(sizes) + 1)
    return Case(f"ops.{name}", draws.some(rng, {"axis": axis}, 0.6), (sizes,))


def _batch_norm(rng: Random) -> Case:
    sizes = draws.sizes(rng, 1)
    axis = _axis(rng, len(sizes) + 1)
    rank = len(sizes) + 1
    length = sizes[axis % rank - 1] or 3 if -rank <= axis < rank else 3
    values = np.zeros(length + (rng.random() < 0.05), "float32")
    arguments = {"axis": axis, "mean": values, "variance": values}
    return Case("ops.BatchNorm", arguments | draws.some(rng, {"scale": values}), (sizes,))


def _loss(name: str, rng: Random) -> Case:
    sizes = draws.sizes(rng)
    return Case(f"ops.{name}", {}, (sizes, sizes if rng.random() < 0.8 else _like(rng, sizes)))


# Rearranged.


def _reshape(rng: Random) -> Case:
    sizes = (
        tuple(size or 2 for size in draws.sizes(rng)) if rng.random() < 0.8 else draws.sizes(rng)
    )
    values = [size for size in sizes if size is not None]
    rng.shuffle(values)
    while len(values) > 1 and rng.random() < 0.5:
        values[:2] = [values[0] * values[1]]
    if rng.random() < 0.2:
        values.insert(rng.randint(0, len(values)), rng.choice((1, 1, 1, 2, -1, -2)))
    first = -1 if rng.random() < 0.95 else 4
    return Case("ops.Reshape", {"newshape": (first, *values)}, (sizes,))


def _order(rng: Random) -> Case:
    sizes = draws.sizes(rng)
    order = [0, *rng.sample(range(1, len(sizes) + 1), len(sizes))]
    if rng.random() < 0.1:
        order = rng.sample(order, rng.randint(1, len(order)))
    axes = tuple(rng.choice((axis, axis - len(sizes) - 1)) for axis in order)
    return Case("ops.Transpose", draws.some(rng, {"axes": axes}, 0.95), (sizes,))


def _moved(rng: Random) -> Case:
    sizes = draws.sizes(rng, 1)
    rank = len(sizes) + 1
    count = rng.randint(1, rank - 1)
    source, goal = (tuple(rng.sample(range(1, rank), count)) for _ in range(2))
    arguments: Arguments = {"source": source, "destination": goal}
    if rng.random() < 0.4:
        arguments = {"source": _axis(rng, rank), "destination": _axis(rng, rank)}
    return Case("ops.Moveaxis", arguments, (sizes,))


def _swapped(rng: Random) -> Case:
    sizes = draws.sizes(rng, 1)
    rank = len(sizes) + 1
    return Case("ops.Swapaxes", {"axis1": _axis(rng, rank), "axis2": _axis(rng, rank)}, (sizes,))


def _turned(rng: Random) -> Case:
    sizes = draws.sizes(rng, 1 if rng.random() < 0.1 else 2)
    rank = len(sizes) + 1
    axes = rng.sample(range(1, rank), 2) if rank > 2 else [0, 1]
    arguments: Arguments = {"k": rng.choice((-1, 1, 1, 2, 3)), "axes": tuple(axes)}
    if rng.random() < 0.05:
        arguments["axes"] = (1, 1)
    return Case("ops.Rot90", arguments, (sizes,))


def _expanded(rng: Random) -> Case:
    sizes = draws.sizes(rng)
    rank = len(sizes) + 1
    axis: Any = _axis(rng, rank + 1)
    if rng.random() < 0.3:
        axis = tuple(rng.sample(range(1, rank + 2), 2))
    return Case("ops.ExpandDims", {"axis": axis}, (sizes,))


def _squeezed(rng: Random) -> Case:
    sizes = tuple(rng.choice((1, draws.size(rng))) for _ in range(rng.randint(1, 4)))
    ones = [axis for axis, size in enumerate(sizes, start=1) if size == 1]
    axis: Any = rng.choice(ones) if ones and rng.random() < 0.8 else _axis(rng, len(sizes) + 1)
    if len(ones) > 1 and rng.random() < 0.3:
        axis = tuple(ones[:2])
    return Case("ops.Squeeze", draws.some(rng, {"axis": axis}, 0.7), (sizes,))


def _joined(name: str, rng: Random) -> Case:
    sizes = draws.sizes(rng, 1)
    rank = len(sizes) + 1
    axis = _axis(rng, rank + (name == "Stack"))
    along = {"Hstack": 1, "Dstack": 2, "Stack": 0}.get(name, axis % rank)
    shapes = []
    for _ in range(rng.randint(1, 3)):
        other = [rng.choice((size, size, size, None)) for size in sizes]
        if along and along < rank:
            other[along - 1] = draws.size(rng)
        shapes.append(tuple(other))
    if rng.random() < 0.05:
        shapes.append(draws.sizes(rng))
    if name == "Dstack":
        return Case("ops.Dstack", {}, tuple(shapes))
    arguments = {} if name == "Hstack" else draws.some(rng, {"axis": axis}, 0.9)
    return Case(f"ops.{name}", arguments, tuple(shapes))


def _split(name: str, rng: Random) -> Case:
    sizes = draws.sizes(rng, 1)
    rank = len(sizes) + 1
    axis = _axis(rng, rank)
    place = {"Hsplit": 1, "Dsplit": 2}.get(name, axis % rank)
    size = (sizes[place - 1] if 0 < place < rank else None) or 4
    at: Any = rng.choice([n for n in range(1, size + 1) if size % n == 0])
    if rng.random() < 0.15:
        at = rng.randint(1, 4)
    if rng.random() < 0.3 and name != "ArraySplit":
        at = tuple(sorted(rng.sample(range(size + 1), min(2, size))))
    arguments: Arguments = {"indices_or_sections": at}
    if name in ("Split", "ArraySplit"):
        arguments["axis"] = axis
    return Case(f"ops.{name}", arguments, (sizes,))


def _unstacked(rng: Random) -> Case:
    sizes = draws.sizes(rng, 1)
    axis = _axis(rng, len(sizes) + 1)
    arguments: Arguments = {"axis": axis}
    if rng.random() < 0.3:
        place = axis % (len(sizes) + 1)
        arguments["num"] = (sizes[place - 1] if place else None) or 3
    return Case("ops.Unstack", arguments, (sizes,))


def _tiled(rng: Random) -> Case:
    sizes = draws.sizes(rng)
    repeats: Any = tuple(rng.randint(1, 3) for _ in range(rng.randint(0, len(sizes))))
    if rng.random() < 0.6:
        repeats = (1, *repeats)
    if rng.random() < 0.1:
        repeats = rng.randint(1, 3)
    return Case("ops.Tile", {"repeats": repeats}, (sizes,))


def _repeated(rng: Random) -> Case:
    sizes = draws.sizes(rng)
    axis = _axis(rng, len(sizes) + 1)
    repeats: Any = rng.randint(1, 3)
    if rng.random() < 0.3:
        place = axis % (len(sizes) + 1)
        repeats = [2] * ((sizes[place - 1] if place else None) or 3)
    return Case("ops.Repeat", {"repeats": repeats} | draws.some(rng, {"axis": axis}, 0.9), (sizes,))


def _padded(rng: Random) -> Case:
    sizes = draws.sizes(rng)
    pairs: Any = [(rng.randint(0, 2), rng.randint(0, 2)) for _ in sizes]
    pairs = [(0, 0), *pairs]
    if rng.random() < 0.1:
        pairs = rng.choice((1, (1, 2), ((1, 1),), pairs[:-1] or 2, [(0,), *[(1,)] * len(sizes)]))
    arguments: Arguments = {"pad_width": pairs}
    if rng.random() < 0.3:
        arguments |= {"mode": "constant", "constant_values": 1}
    return Case("ops.Pad", arguments, (sizes,))


def _differences(rng: Random) -> Case:
    sizes = draws.sizes(rng, 1)
    arguments = {"n": rng.randint(1, 3), "axis": _axis(rng, len(sizes) + 1)}
    return Case("ops.Diff", draws.some(rng, arguments, 0.8), (sizes,))


def _taken(rng: Random) -> Case:
    sizes = draws.sizes(rng)
    fate = rng.random()
    if fate < 0.3:  # an embedding by hand
        table = _array(rng, (5, *draws.sizes(rng, 0, 2)))
        return Case("ops.Take", {"x": table, "axis": 0}, (sizes,), "int32")
    axis = _axis(rng, len(sizes) + 1)
    indices = rng.choice((0, [0, 0], np.zeros((1, 2), "int32")))
    return Case("ops.Take", {"indices": indices} | draws.some(rng, {"axis": axis}, 0.95), (sizes,))


def _taken_along(rng: Random) -> Case:
    sizes = draws.sizes(rng, 1)
    axis = _axis(rng, len(sizes) + 1)
    other = list(sizes)
    if axis % (len(sizes) + 1):
        other[axis % (len(sizes) + 1) - 1] = 2
    return Case("ops.TakeAlongAxis", {"axis": axis}, (sizes, tuple(other)), "int32")


def _item(rng: Random) -> Case:
    sizes = draws.sizes(rng)
    key: list[Any] = [slice(None)]
    for size in sizes[: rng.randint(0, len(sizes))]:
        most = size or 3
        picked = rng.randint(-most, most - (rng.random() < 0.9))
        piece = slice(*[rng.choice((None, rng.randint(-7, 7))) for _ in range(2)])
        stepped = slice(None, None, rng.choice((-2, -1, 2, 3)))
        key.append(rng.choice((picked, piece, stepped, slice(None))))
    if rng.random() < 0.3:
        key.insert(rng.randint(1, len(key)), None)
    if rng.random() < 0.3:
        key.append(Ellipsis)
    elif rng.random() < 0.1:
        key = [Ellipsis, *[0] * rng.randint(1, 2)]
    if rng.random() < 0.03:
        key[0] = rng.choice((0, slice(1, None), Ellipsis))
    return Case("ops.GetItem", {"key": tuple(key)}, (sizes,))


def _stretched(rng: Random) -> Case:
    sizes = draws.sizes(rng)
    wanted = tuple(rng.randint(1, 4) if size in (1, None) else size for size in sizes)
    return Case("ops.BroadcastTo", {"shape": (None, *wanted)}, (sizes,))


def _square(name: str, rng: Random) -> Case:
    sizes = draws.sizes(rng, 1)
    rank = len(sizes) + 1
    axes = (_axis(rng, rank), _axis(rng, rank))
    if rank > 2 and rng.random() < 0.9:
        axes = tuple(rng.sample(range(1, rank), 2))
    arguments: Arguments = {"axis1": axes[0], "axis2": axes[1]}
    return Case(
        f"ops.{name}", arguments | draws.some(rng, {"offset": rng.randint(-3, 3)}), (sizes,)
    )


def _hot(name: str, rng: Random) -> Case:
    sizes = draws.sizes(rng)
    axis = rng.choice((-1, -1, rng.randint(0, len(sizes) + 1)))
    arguments = {"num_classes": rng.randint(1, 9)} | draws.some(rng, {"axis": axis})
    return Case(f"ops.{name}", arguments, (sizes,), "int32")


def _top(rng: Random) -> Case:
    return Case("ops.TopK", {"k": rng.randint(1, 3)}, (draws.sizes(rng),))


def _glu(rng: Random) -> Case:
    sizes = tuple(rng.choice((2, 4, 6, draws.size(rng))) for _ in range(rng.randint(1, 4)))
    return Case("ops.Glu", draws.some(rng, {"axis": _axis(rng, len(sizes) + 1)}), (sizes,))


def _block(rng: Random) -> Case:
    sizes = draws.sizes(rng)
    starts = [0, *[rng.randint(0, (size or 3) - 1) for size in sizes]]
    lengths = [-1, *[rng.choice((-1, 1)) for _ in sizes]]
    if rng.random() < 0.05:
        lengths = lengths[1:]
    return Case("ops.Slice", {"start_indices": starts, "shape": lengths}, (sizes,))


def _pieces(rng: Random) -> Case:
    length = rng.choice((None, rng.randint(1, 30), rng.randint(1, 30)))
    arguments = {"sequence_length": rng.randint(1, 9), "sequence_stride": rng.randint(1, 4)}
    return Case("ops.ExtractSequences", arguments, ((*draws.sizes(rng, 0, 2), length),))


def _transformed(name: str, rng: Random) -> Case:
    sizes = draws.sizes(rng)
    return Case(f"ops.{name}", {}, (sizes, sizes if rng.random() < 0.9 else draws.sizes(rng)))


# Products.


def _matmul(name: str, rng: Random) -> Case:
    length = draws.size(rng)
    batch = draws.sizes(rng, 0, 2)
    one: Sizes = (*batch, draws.size(rng), length)
    if rng.random() < 0.07:
        one = (length,)
    if rng.random() < 0.05:
        length = draws.size(rng)
    fate = rng.random() * (1 if name == "Matmul" else 0.65)
    if fate < 0.5:
        other = (length or 3, rng.randint(1, 5))
        if fate < 0.05:
            other = other[:1]
        last = other[::-1] if name == "Inner" else other
        return Case(f"ops.{name}", {"x2": _array(rng, last)}, (one,))
    if fate < 0.52:
        return Case(f"ops.{name}", {"x1": _array(rng, (3, 4))}, (one,))
    return Case(f"ops.{name}", {}, (one, (*_like(rng, batch), length, draws.size(rng))))


def _tensordot(rng: Random) -> Case:
    sizes = tuple(size or 3 for size in draws.sizes(rng, 1))
    rank = len(sizes) + 1
    count = rng.randint(0, len(sizes))
    kernel = _array(rng, (*sizes[len(sizes) - count :], 4))
    if rng.random() < 0.5:
        return Case("ops.Tensordot", {"x2": kernel, "axes": count}, (sizes,))
    ours = rng.sample(range(1, rank), count)
    kernel = _array(rng, (*[sizes[axis - 1] for axis in ours], 4))
    if rng.random() < 0.05:
        kernel = _array(rng, (2, 2, 2, 2))
    axes = [[rng.choice((axis, axis - rank)) for axis in ours], list(range(count))]
    return Case("ops.Tensordot", {"x2": kernel, "axes": axes}, (sizes,))


_EQUATIONS = (
    *(
        "bij,bjk->bik",
        "bi,bi->b",
        "bi,bj->bij",
        "bij->bji",
        "bij->bi",
        "b...i,b...i->b...",
        "bi->ib",
    ),
    *(
        "bhqd,bhkd->bhqk",
        "bqhd,bkhd->bhqk",
        "bii->bi",
        "bij,bjk",
        "...ij->...ji",
        "bij,bik,bil->bjkl",
    ),
)


def _einsum(rng: Random) -> Case:
    written = rng.choice(_EQUATIONS)
    of: dict[str, int | None] = {letter: draws.size(rng) for letter in "hijklqd"}
    middle = draws.sizes(rng, 0, 2)
    shapes: list[Sizes] = []
    for term in written.partition("->")[0].split(","):
        letters, dots, last = term.partition("...")
        shape = [of[x] for x in letters] if dots and letters[:1] != "b" else []
        shape = [of[x] for x in letters[1:]] if letters[:1] == "b" else shape
        shapes.append((*shape, *(middle if dots else ()), *[of[x] for x in last]))
    if rng.random() < 0.1:
        shapes[-1] = draws.sizes(rng)
    return Case("ops.Einsum", {"subscripts": written}, tuple(shapes))


def _attention(rng: Random) -> Case:
    heads, width, steps = rng.randint(1, 4), rng.randint(1, 8), draws.size(rng)
    query = (draws.size(rng), heads, width)
    return Case(
        "ops.DotProductAttention", {}, (query, (steps, heads, width), (steps, heads, width))
    )


def _distances(rng: Random) -> Case:
    batch, length = draws.sizes(rng, 0, 2), draws.size(rng)
    other = length if rng.random() < 0.9 else draws.size(rng)
    return Case(
        "ops.CDist", {}, ((*batch, draws.size(rng), length), (*batch, draws.size(rng), other))
    )


# Of networks.


def _maps(rng: Random, rank: int, channels: int | None) -> tuple[Arguments, Sizes]:
    spatial = [rng.choice((None, *[rng.randint(1, 12)] * 5)) for _ in range(rank)]
    if rng.random() < 0.35:
        return {"data_format": "channels_first"}, (channels, *spatial)
    return draws.some(rng, {"data_format": "channels_last"}), (*spatial, channels)


def _per_axis(rng: Random, rank: int, most: int) -> Any:
    if rng.random() < 0.4:
        return rng.randint(1, most)
    return tuple(rng.randint(1, most) for _ in range(rank + (rng.random() < 0.02)))


def _pool(name: str, rng: Random) -> Case:
    rank = rng.randint(1, 3)
    order, shape = _maps(rng, rank, draws.size(rng))
    if name.startswith("Adaptive"):
        sizes = tuple(rng.randint(1, 4) for _ in range(rank))
        return Case(f"ops.{name}", order | {"output_size": sizes}, (shape,))
    arguments = {"strides": _per_axis(rng, rank, 3), "padding": rng.choice(("same", "VALID"))}
    window = {"pool_size": _per_axis(rng, rank, 4)}
    return Case(f"ops.{name}", order | window | draws.some(rng, arguments), (shape,))


def _conv(name: str, rng: Random) -> Case:
    rank = rng.randint(1, 2 if name in ("DepthwiseConv", "SeparableConv") else 3)
    channels = rng.choice((1, 2, 3, 4, 6))
    order, shape = _maps(rng, rank, channels)
    kernel = tuple(rng.randint(1, 4) for _ in range(rank))
    if rng.random() < 0.05:
        channels += 1
    filters = rng.randint(1, 4)
    arguments: Arguments = order | draws.some(rng, {"padding": rng.choice(("same", "valid"))})
    fate = rng.random()
    if fate < 0.7:
        name_of = "strides" if fate < 0.4 else "dilation_rate"
        sizes = tuple(rng.randint(1, 3) for _ in range(rank))
        arguments[name_of] = sizes if rng.random() < 0.6 else sizes[0]
    if name == "Conv":
        # the layer takes groups, the operation refuses them
        groups = 2 if channels % 2 == 0 and rng.random() < 0.05 else 1
        arguments["kernel"] = _array(rng, (*kernel, channels // groups, groups * filters))
    elif name == "ConvTranspose":
        arguments["kernel"] = _array(rng, (*kernel, filters, channels))
    elif name == "DepthwiseConv":
        arguments["kernel"] = _array(rng, (*kernel, channels, filters))
    else:
        arguments["depthwise_kernel"] = _array(rng, (*kernel, channels, 2))
        arguments["pointwise_kernel"] = _array(rng, (*(1,) * rank, 2 * channels, filters))
    return Case(f"ops.{name}", arguments, (shape,))


def _image(name: str, rng: Random) -> Case:
    channels = rng.choice((3, 3, 3, 1, None, draws.size(rng)))
    if name in ("DepthToSpace", "SpaceToDepth") and rng.random() < 0.9:
        channels = rng.choice((4, 8, 12))
    order, shape = _maps(rng, 2, channels)
    if name == "SpaceToDepth" and rng.random() < 0.8:
        shape = tuple(None if size is None else size + size % 2 for size in shape)
    if rng.random() < 0.1:
        shape = rng.choice((shape[1:], (2, *shape), shape[:1]))
    make: dict[str, Callable[[], Arguments]] = {
        "AffineTransform": lambda: {"transform": np.zeros(8, "float32")},
        "CropImages": lambda: _frame(rng, "cropping", shape, order),
        "DepthToSpace": lambda: {"block_size": rng.choice((1, *[2] * 9))},
        "ExtractPatches": lambda: {
            "size": rng.choice((2, 3, (1, 2))),
            **draws.some(rng, {"padding": "same", "strides": rng.randint(1, 3)}),
        },
        "PadImages": lambda: _frame(rng, "padding", shape, order),
        "Resize": lambda: {"size": (rng.randint(1, 9), rng.randint(1, 9))},
        "SpaceToDepth": lambda: {"block_size": rng.choice((1, 3, *[2] * 8))},
    }
    return Case(f"ops.{name}", order | make.get(name, dict)(), (shape,))


def _frame(rng: Random, noun: str, shape: Sizes, order: Arguments) -> Arguments:
    """Margins, and what they come to."""
    found: Arguments = {}
    first = order.get("data_format") == "channels_first"
    spatial = shape[1:] if first else shape[:-1]
    for number, (target, sides) in enumerate(
        (("target_height", ("top", "bottom")), ("target_width", ("left", "right")))
    ):
        size = (spatial[number] if number < len(spatial) else None) or 6
        margins = [rng.randint(0, 2), rng.randint(0, 2)]
        sign = 1 if noun == "padding" else -1
        values = {f"{side}_{noun}": m for side, m in zip(sides, margins, strict=True)}
        values[target] = size + sign * sum(margins)
        for left_out in rng.sample(sorted(values), 1 if rng.random() < 0.9 else rng.randint(0, 3)):
            del values[left_out]
        found |= values
    return found


def _each(names: tuple[str, ...], cases: Any) -> dict[str, Generator]:
    return {f"ops.{name}": partial(cases, name) for name in names}


_OWN: dict[str, Generator] = {
    **_each(("FullLike", "Digitize", "IsIn", "SliceUpdate", "ScatterUpdate"), _first),
    **_each(("Flip", "LogSoftmax", "Roll", "Softmax", "Sparsemax", "Normalize"), _along),
    **_each(("Argpartition", "Argsort", "Cumprod", "Cumsum", "Sort"), _along),
    **_each(("Nancumprod", "Nancumsum"), _along),
    **_each(("LayerNorm", "RMSNorm"), _normalized),
    **_each(("Quantile", "Percentile", "Nanquantile", "Nanpercentile"), _quantile),
    **_each(("BinaryCrossentropy", "CategoricalCrossentropy"), _loss),
    **_each(("Concatenate", "Stack", "Hstack", "Dstack"), _joined),
    **_each(("Split", "Hsplit", "Dsplit", "ArraySplit"), _split),
    **_each(("Diagonal", "Trace"), _square),
    **_each(("OneHot", "MultiHot"), _hot),
    **_each(("FFT", "FFT2", "IFFT2"), _transformed),
    **_each(("Matmul", "Dot", "Inner"), _matmul),
    **_each(("MaxPool", "AveragePool", "AdaptiveMaxPool", "AdaptiveAveragePool"), _pool),
    **_each(("Conv", "DepthwiseConv", "SeparableConv", "ConvTranspose"), _conv),
    **_each(("AffineTransform", "CropImages", "DepthToSpace", "ElasticTransform"), _image),
    **_each(("ExtractPatches", "GaussianBlur", "HSVToRGB", "PadImages", "RGBToGrayscale"), _image),
    **_each(("RGBToHSV", "Resize", "SpaceToDepth"), _image),
    "ops.Average": _average,
    "ops.BatchNorm": _batch_norm,
    "ops.BroadcastTo": _stretched,
    "ops.CDist": _distances,
    "ops.Diff": _differences,
    "ops.DotProductAttention": _attention,
    "ops.Einsum": _einsum,
    "ops.ExpandDims": _expanded,
    "ops.ExtractSequences": _pieces,
    "ops.GetItem": _item,
    "ops.Glu": _glu,
    "ops.Moments": _moments,
    "ops.Moveaxis": _moved,
    "ops.Pad": _padded,
    "ops.Repeat": _repeated,
    "ops.Reshape": _reshape,
    "ops.Rot90": _turned,
    "ops.Slice": _block,
    "ops.Squeeze": _squeezed,
    "ops.Swapaxes": _swapped,
    "ops.Take": _taken,
    "ops.TakeAlongAxis": _taken_along,
    "ops.Tensordot": _tensordot,
    "ops.Tile": _tiled,
    "ops.TopK": _top,
    "ops.Transpose": _order,
    "ops.Unstack": _unstacked,
    "ops.Where": _where,
}

CASES: Generators = {
    **{type_: partial(_unary, type_.removeprefix("ops.")) for type_ in sorted(OPERATIONS)},
    **{f"ops.{name}": partial(_binary, name) for name in BINARY},
    **{f"ops.{name}": partial(_binary, name, names=("x", "y")) for name in BITWISE},
    **{f"ops.{name}": partial(_reduction, name) for name in REDUCTIONS},
    **_OWN,
}


def _no_axis(case: Case) -> bool:
    rank = len(case.shapes[0]) + 1
    axis = case.arguments.get("axis", -1)
    return isinstance(axis, int) and not -rank <= axis < rank


def _mismatched(case: Case) -> bool:
    """Whether a letter stands for different sizes, or a term has more letters than its tensor."""
    sizes: dict[str, set[int]] = {}
    for term, shape in zip(_terms(case), case.shapes, strict=False):
        letters, dots, last = term.partition("...")
        whole = (1, *shape)
        if len(whole) < len(letters + last):
            return True
        named = [*whole[: len(letters)], *(whole[len(whole) - len(last) :] if dots else ())]
        for letter, size in zip(letters + last, named, strict=True):
            sizes.setdefault(letter, set()).update({size} - {None, 1})
    return any(len(different) > 1 for different in sizes.values())


def _terms(case: Case) -> list[str]:
    return str(case.arguments["subscripts"]).partition("->")[0].split(",")


def _too_many_axes(case: Case) -> bool:
    given = (case.arguments.get(name, 1) for name in ("pool_size", "strides"))
    axes = len(case.shapes[0]) - 1
    return any(isinstance(sizes, tuple) and len(sizes) > axes for sizes in given)


def _other_axes(case: Case) -> bool:
    """Whether a tensordot sums over axes of which some are known to differ."""
    one: Any = (None, *case.shapes[0])
    other, axes = case.arguments["x2"].shape, case.arguments["axes"]
    if isinstance(axes, int):
        pairs = zip(one[len(one) - axes :], other[:axes], strict=False)
    else:
        pairs = zip((one[axis] for axis in axes[0]), (other[axis] for axis in axes[1]), strict=True)
    return any(None not in pair and pair[0] != pair[1] for pair in pairs)


_WITH_THE_FIRST = Oddity(
    "compares every tensor with the first alone, of which a size is variable",
    lambda case: len(case.shapes) > 2,
)
_NO_AXIS = Oddity("takes an axis that there is not, then refuses it when it runs", _no_axis)
_AS_THE_FIRST = Oddity(
    "says that it has the shape of its first tensor, whatever it is stretched to",
    lambda case: True,
)
_ONE_AXIS_MORE = Oddity(
    "of channels_last, says that it has one axis for each of its sizes too many",
    lambda case: case.arguments.get("data_format") != "channels_first",
)

ODDITIES: Oddities = {
    **{f"ops.{name}": (_AS_THE_FIRST,) for name in BITWISE},
    **dict.fromkeys(("ops.Concatenate", "ops.Dstack", "ops.Hstack"), (_WITH_THE_FIRST,)),
    "ops.Stack": (_WITH_THE_FIRST,),
    "ops.Einsum": (
        Oddity("does not compare the sizes of what it sums over, nor count the axes", _mismatched),
        Oddity(
            "lines up what `...` stands for with named axes where one tensor has fewer axes",
            lambda case: "..." in _terms(case)[0] and len(set(map(len, case.shapes))) > 1,
        ),
        Oddity(
            "takes the first size of an axis that stands twice, be it variable",
            lambda case: "ii" in _terms(case)[0],
        ),
    ),
    **dict.fromkeys(("ops.Argpartition", "ops.ArraySplit"), (_NO_AXIS,)),
    **dict.fromkeys(("ops.LayerNorm", "ops.RMSNorm"), (_NO_AXIS,)),
    **dict.fromkeys(("ops.Nancumprod", "ops.Nancumsum"), (_NO_AXIS,)),
    **dict.fromkeys(("ops.AdaptiveAveragePool", "ops.AdaptiveMaxPool"), (_ONE_AXIS_MORE,)),
    **dict.fromkeys(
        ("ops.AveragePool", "ops.MaxPool"),
        (
            Oddity(
                "takes windows and strides of too many axes, which it refuses when it runs",
                _too_many_axes,
            ),
        ),
    ),
    "ops.ExtractSequences": (
        Oddity(
            "counts fewer than no sequences in what is too short",
            lambda case: case.arguments["sequence_length"] > (case.shapes[0][-1] or 99),
        ),
    ),
    "ops.Tensordot": (
        Oddity(
            "compares how many values are summed over, not the axes that they are in",
            _other_axes,
            by_accident=True,
        ),
    ),
    "ops.Rot90": (
        Oddity(
            "says that two quarter turns swap the axes",
            lambda case: case.arguments.get("k", 1) % 2 == 0,
        ),
    ),
    "ops.TopK": (
        Oddity(
            "takes more values than there are, then refuses when it runs",
            lambda case: case.arguments["k"] > (case.shapes[0][-1] or 99),
        ),
    ),
}
