"""Operations that move, repeat, join or pick values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lenet_verify.inference.derived import HERE, Derived, Impossible
from lenet_verify.inference.operations.node import (
    BATCH,
    Node,
    Size,
    Unsaid,
    Whole,
    alike,
    axes_of,
    axis_of,
    broadcast,
    known_sizes,
    number_of,
    whole,
)


def reshape(node: Node) -> Derived:
    """Reshape: the same values in other axes.

    The batch stays itself where it is the axis left to be filled up and the others take in just
    the values of one example; any other shape mixes examples.
    """
    tensor, wanted = node.tensor(), node.config["newshape"]
    if not isinstance(wanted, tuple):
        raise Unsaid
    if any(size is not None and size < -1 for size in wanted) or wanted.count(-1) > 1:
        raise Impossible(f"{wanted} is no shape")
    rest = wanted[1:]
    if wanted[:1] != (-1,) or None in rest or number_of(tensor) != number_of(rest):
        raise Unsaid
    return node.gives((BATCH, *rest), connections=0)


def transpose(node: Node) -> Derived:
    """Transpose: axes in another order, by default the reverse one."""
    tensor, axes = node.tensor(), node.config["axes"]
    order = axes_of(tuple(reversed(range(len(tensor)))) if axes is None else axes, len(tensor))
    if len(order) != len(tensor):
        raise Impossible(f"{axes} is no order of {len(tensor)} axes")
    return node.gives([tensor[axis] for axis in order], connections=0)


def moveaxis(node: Node) -> Derived:
    """Moveaxis: some axes elsewhere, the others in their order."""
    tensor = node.tensor()
    sources = axes_of(node.config["source"], len(tensor))
    places = axes_of(node.config["destination"], len(tensor))
    if len(sources) != len(places):
        raise Impossible("its source and destination are of different lengths")
    others = iter([size for axis, size in enumerate(tensor) if axis not in sources])
    moved = {place: tensor[axis] for axis, place in zip(sources, places, strict=True)}
    sizes = [moved[place] if place in moved else next(others) for place in range(len(tensor))]
    return node.gives(sizes, connections=0)


def swapaxes(node: Node) -> Derived:
    """Swapaxes: two axes, each in the other's place."""
    tensor = list(node.tensor())
    one, other = (axis_of(node.config[name], len(tensor)) for name in ("axis1", "axis2"))
    tensor[one], tensor[other] = tensor[other], tensor[one]
    return node.gives(tensor, connections=0)


def rotation(node: Node) -> Derived:
    """Rot90: by quarter turns, an odd number of which swaps two axes."""
    tensor = list(node.tensor())
    axes = axes_of(node.config["axes"], len(tensor))
    if len(axes) != 2:
        raise Impossible("it takes two axes to turn")
    if node.config["k"] % 2:
        one, other = axes
        tensor[one], tensor[other] = tensor[other], tensor[one]
    return node.gives(tensor, connections=0)


def expand_dims(node: Node) -> Derived:
    """ExpandDims: further axes of size 1."""
    tensor, axis = node.tensor(), node.config["axis"]
    count = len(axis) if isinstance(axis, tuple) else 1
    new = axes_of(axis, len(tensor) + count)
    others = iter(tensor)
    sizes = [1 if place in new else next(others) for place in range(len(tensor) + count)]
    return node.gives(sizes, connections=0)


def squeeze(node: Node) -> Derived:
    """Squeeze: axes of size 1 left out, all of them by default."""
    tensor, axis = node.tensor(), node.config["axis"]
    if axis is None:
        return node.gives([size for size in tensor if size != 1], connections=0)
    gone = axes_of(axis, len(tensor))
    if any(tensor[place] != 1 for place in gone):
        raise Impossible(f"axis {axis} is not of size 1")
    return node.gives([s for place, s in enumerate(tensor) if place not in gone], connections=0)


def concatenation(node: Node) -> Derived:
    """Concatenate: one after the other along an axis, alike along all others."""
    return _joined(node, node.listed("xs"), node.config["axis"])


def horizontal(node: Node) -> Derived:
    """Hstack: one after the other along axis 1."""
    return _joined(node, node.listed("xs"), 1)


def depthwise(node: Node) -> Derived:
    """Dstack: one after the other along axis 2, which is made where there is none."""
    tensors = node.listed("xs")
    if min(map(len, tensors)) < 2:
        raise Unsaid
    return _joined(node, [(*sizes, 1) if len(sizes) == 2 else sizes for sizes in tensors], 2)


def _joined(node: Node, tensors: Sequence[Whole], axis: int) -> Derived:
    place = axis_of(axis, len(tensors[0]))
    alike(tensors, place)
    if not place:
        raise Unsaid
    along = known_sizes(sizes[place] for sizes in tensors)
    sizes: list[Size] = list(tensors[0])
    sizes[place] = None if None in along else sum(size or 0 for size in along)
    return node.gives(sizes, connections=0, window=HERE)


def stack(node: Node) -> Derived:
    """Stack: tensors of one shape along a further axis."""
    tensors = node.listed("x")
    place = axis_of(node.config["axis"], len(tensors[0]) + 1)
    alike(tensors)
    sizes = list(tensors[0])
    return node.gives((*sizes[:place], len(tensors), *sizes[place:]))


def split(node: Node) -> Derived:
    """Split: in equal parts, or at some places."""
    return _parts(node, axis_of(node.config["axis"], len(node.tensor())))


def depth_split(node: Node) -> Derived:
    """Dsplit: along axis 2."""
    return _parts(node, axis_of(2, len(node.tensor())))


def horizontal_split(node: Node) -> Derived:
    """Hsplit: along axis 1."""
    if len(node.tensor()) == 1:
        raise Unsaid
    return _parts(node, 1)


def _parts(node: Node, axis: int) -> Derived:
    tensor, at = node.tensor(), node.config["indices_or_sections"]
    size = tensor[axis]
    if size == BATCH:
        raise Unsaid
    if isinstance(at, int):
        if at < 1 or (size is not None and size % at):
            raise Impossible(f"{size} cannot be divided by {at}")
        lengths: list[int | None] = [None if size is None else size // at] * at
    else:
        ends = [*at, size]
        lengths = [
            None if end is None else end - start for start, end in zip([0, *at], ends, strict=True)
        ]
        if any(length is not None and length < 0 for length in lengths):
            raise Impossible(f"{at} are no places to split {size} at")
    outputs = [(*tensor[:axis], length, *tensor[axis + 1 :]) for length in lengths]
    return node.gives(*outputs, connections=0)


def uneven_split(node: Node) -> Derived:
    """ArraySplit: in nearly equal parts, the first ones longer by one."""
    tensor, count = node.tensor(), node.config["indices_or_sections"]
    axis = axis_of(node.config["axis"], len(tensor))
    size = tensor[axis]
    if not isinstance(count, int) or size == BATCH:
        raise Unsaid
    if count < 1:
        raise Impossible("it takes at least one part")
    lengths = [None if size is None else size // count + (i < size % count) for i in range(count)]
    outputs = [(*tensor[:axis], length, *tensor[axis + 1 :]) for length in lengths]
    return node.gives(*outputs, connections=0)


def unstack(node: Node) -> Derived:
    """Unstack: every index of an axis on its own."""
    tensor, count = node.tensor(), node.config["num"]
    axis = axis_of(node.config["axis"], len(tensor))
    if tensor[axis] == BATCH:
        raise Unsaid
    (size,) = known_sizes(tensor[axis : axis + 1])
    if count is None and size is None:
        raise Impossible("its num must be given where the axis is variable")
    if None not in (count, size) and count != size:
        raise Impossible(f"its num is {count}, its axis of size {size}")
    number = count if size is None else size
    return node.gives(*[(*tensor[:axis], *tensor[axis + 1 :])] * number, connections=0)


def tile(node: Node) -> Derived:
    """Tile: the whole tensor several times along its axes, the last ones first."""
    tensor, repeats = node.tensor(), node.config["repeats"]
    counts = repeats if isinstance(repeats, tuple) else (repeats,)
    counts = (*(1,) * (len(tensor) - len(counts)), *counts)
    tensor = (*(1,) * (len(counts) - len(tensor)), *tensor)
    pairs = zip(tensor, counts, strict=True)
    return node.gives([_times(size, count) for size, count in pairs], connections=0)


def repeat(node: Node) -> Derived:
    """Repeat: every index along an axis several times."""
    tensor, repeats, axis = node.tensor(), node.config["repeats"], node.config["axis"]
    if axis is None:
        raise Unsaid
    place = axis_of(axis, len(tensor))
    counts = repeats if isinstance(repeats, tuple) else (repeats,)
    size = tensor[place]
    if len(counts) == 1:
        size = _times(size, counts[0])
    elif size == BATCH:
        raise Unsaid
    elif size is not None:
        if len(counts) != size:
            raise Impossible(f"it takes as many repeats as axis {axis} has indices")
        size = sum(counts)
    return node.gives((*tensor[:place], size, *tensor[place + 1 :]), connections=0)


def _times(size: Size, count: int) -> Size:
    if size == BATCH:
        if count != 1:
            raise Unsaid
        return BATCH
    return None if size is None else size * count


def pad(node: Node) -> Derived:
    """Pad: further values around, so many before and after along each axis."""
    tensor, widths = whole(node.inputs[0]), node.config["pad_width"]
    if isinstance(widths, int):
        widths = ((widths, widths),)
    elif all(isinstance(width, int) for width in widths):
        widths = (widths,)
    pairs = [pair * 2 if len(pair) == 1 else pair for pair in widths]
    pairs = pairs * len(tensor) if len(pairs) == 1 else pairs
    if len(pairs) != len(tensor) or any(len(pair) != 2 for pair in pairs):
        raise Impossible(f"it takes a pair of widths for each of {len(tensor)} axes")
    sizes = [_plus(size, sum(pair)) for size, pair in zip(tensor, pairs, strict=True)]
    return node.gives(sizes, connections=0, window=HERE)


def _plus(size: Size, more: int) -> Size:
    if size == BATCH:
        if more:
            raise Unsaid
        return BATCH
    return None if size is None else size + more


def difference(node: Node) -> Derived:
    """Diff: each value less the one before it, n times."""
    tensor, n = list(node.tensor()), node.config["n"]
    axis = axis_of(node.config["axis"], len(tensor))
    size = _plus(tensor[axis], -n)
    tensor[axis] = max(size, 0) if isinstance(size, int) else size
    return node.gives(tensor)


def take(node: Node) -> Derived:
    """Take: some indices of an axis, as an embedding is looked up."""
    axis = node.config["axis"]
    if axis is None:
        raise Unsaid
    tensor, indices = node.operands("x", "indices")
    place = axis_of(axis, len(tensor))
    return node.gives((*tensor[:place], *indices, *tensor[place + 1 :]))


def take_along_axis(node: Node) -> Derived:
    """TakeAlongAxis: along an axis, other indices for all others."""
    axis = node.config["axis"]
    if axis is None:
        raise Unsaid
    tensor, indices = node.operands("x", "indices")
    if len(tensor) != len(indices):
        raise Impossible("its tensor and its indices have different numbers of axes")
    place = axis_of(axis, len(tensor))
    return node.gives(broadcast((*tensor[:place], indices[place], *tensor[place + 1 :]), indices))


def item(node: Node) -> Derived:
    """GetItem: `x[:, 0]`, `x[..., ::2, None]`; a number takes an axis away."""
    key = node.config["key"]
    parts = list(key) if isinstance(key, tuple) else [key]
    if parts.count("...") > 1:
        raise Impossible("it has more than one `...`")
    if "..." not in parts:
        parts.append("...")
    tensor = list(whole(node.inputs[0]))
    skipped = len(tensor) - sum(part is not None and part != "..." for part in parts)
    if skipped < 0:
        raise Impossible(f"it picks along more than {len(tensor)} axes")
    sizes: list[Size] = []
    for part in parts:
        if part is None:
            sizes.append(1)
        elif part == "...":
            sizes += tensor[:skipped]
            tensor = tensor[skipped:]
        else:
            sizes += _picked(tensor.pop(0), part)
    return node.gives(sizes, connections=0)


def _picked(size: Size, part: Any) -> list[Size]:
    """What a number or a slice leaves of an axis."""
    if isinstance(part, Mapping) and "slice" in part:
        if part["slice"] in ((None, None, None), (0, None, None), (None, None, 1)):
            return [size]
        if size == BATCH:
            raise Unsaid
        return [None if size is None else len(range(*slice(*part["slice"]).indices(size)))]
    if not isinstance(part, int) or size == BATCH:
        raise Unsaid
    if size is not None and not -size <= part < size:
        raise Impossible(f"there is no index {part} in an axis of size {size}")
    return []


def broadcast_to(node: Node) -> Derived:
    """BroadcastTo: stretched to a shape; a variable size in its first place is the batch."""
    tensor, wanted = node.tensor(), node.config["shape"]
    if wanted[:1] != (None,) or len(wanted) != len(tensor) or None in wanted[1:]:
        raise Unsaid
    sizes = (BATCH, *wanted[1:])
    broadcast(tensor, sizes)
    return node.gives(sizes, connections=0)


def diagonal(node: Node) -> Derived:
    """Diagonal: of two axes, which go, the diagonal, which comes last."""
    rest, rows, columns = _square(node)
    if rows is None or columns is None:
        return node.gives((*rest, None))
    offset = node.config["offset"]
    longest = columns - offset if offset > 0 else rows + offset
    return node.gives((*rest, max(0, min(longest, rows, columns))))


def trace(node: Node) -> Derived:
    """Trace: its sum."""
    return node.gives(_square(node)[0])


def _square(node: Node) -> tuple[Whole, int | None, int | None]:
    """The sizes but those of two axes, and those two."""
    tensor = node.tensor()
    axes = axes_of((node.config["axis1"], node.config["axis2"]), len(tensor))
    rows, columns = known_sizes(tensor[axis] for axis in axes)
    return tuple(s for place, s in enumerate(tensor) if place not in axes), rows, columns


def one_hot(node: Node) -> Derived:
    """OneHot: each category as a vector, along a further axis."""
    return node.gives(_with_classes(node, node.tensor()))


def multi_hot(node: Node) -> Derived:
    """MultiHot: those along axis 1 as one vector together."""
    sizes = _with_classes(node, node.tensor())
    return node.gives(sizes[-1:] if len(sizes) == 2 else (*sizes[:1], *sizes[2:]))


def _with_classes(node: Node, tensor: Whole) -> Whole:
    classes, axis = node.config["num_classes"], node.config["axis"]
    if axis != -1 and not 0 <= axis < len(tensor):
        raise Impossible(f"its axis must be -1 or below {len(tensor)}")
    place = len(tensor) if axis == -1 else axis
    return (*tensor[:place], classes, *tensor[place:])


def top(node: Node) -> Derived:
    """TopK: the k largest values along the last axis, and their places."""
    tensor, k = node.tensor(), node.config["k"]
    (size,) = known_sizes(tensor[-1:])
    if size is not None and k > size:
        raise Impossible(f"there are no {k} values among {size}")
    output = (*tensor[:-1], k)
    return node.gives(output, output)


def halved(node: Node) -> Derived:
    """Glu: one half of an axis gates the other. Source: Dauphin et al., 2017, section 2."""
    tensor = list(node.tensor())
    axis = axis_of(node.config["axis"], len(tensor))
    (size,) = known_sizes(tensor[axis : axis + 1])
    if size is not None and size % 2:
        raise Impossible(f"an axis of size {size} cannot be halved")
    tensor[axis] = None if size is None else size // 2
    return node.gives(tensor)


def picked_slice(node: Node) -> Derived:
    """Slice: a block of a given shape; -1 is all that is left along an axis."""
    tensor, wanted = whole(node.inputs[0]), node.config["shape"]
    starts = node.config.get("start_indices")
    if len(wanted) != len(tensor) or (isinstance(starts, tuple) and len(starts) != len(tensor)):
        raise Impossible(f"it takes a start and a length for each of {len(tensor)} axes")
    if not isinstance(starts, tuple) or wanted[0] != -1 or starts[0] != 0:
        raise Unsaid
    sizes = [
        _plus(size, -start) if length == -1 else length
        for size, start, length in zip(tensor, starts, wanted, strict=True)
    ]
    return node.gives(sizes, connections=0)


def sequences(node: Node) -> Derived:
    """ExtractSequences: overlapping pieces of the last axis."""
    tensor, length = node.tensor(), node.config["sequence_length"]
    (size,) = known_sizes(tensor[-1:])
    stride = node.config["sequence_stride"]
    count = None if size is None else max(0, 1 + (size - length) // stride)
    return node.gives((*tensor[:-1], count, length))


def transform(axes: int, node: Node) -> Derived:
    """FFT, FFT2, IFFT2: of a real and an imaginary part, both parts, along the last axes."""
    parts = node.listed("x")
    if len(parts) != 2 or parts[0] != parts[1]:
        raise Impossible("it takes a real and an imaginary part of one shape")
    lengths = parts[0][1:][-axes:]
    if len(lengths) < axes or None in lengths:
        raise Impossible(f"its last {axes} axes must be of known sizes")
    return node.gives(*parts)
