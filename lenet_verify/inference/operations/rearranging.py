"""Operations that move values about or repeat them."""

from __future__ import annotations

from lenet_verify.inference.derived import HERE, Derived, Impossible
from lenet_verify.inference.operations.node import (
    BATCH,
    Node,
    Size,
    Unsaid,
    Whole,
    axes_of,
    axis_of,
    broadcast,
    known_sizes,
    number_of,
    plus,
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
    sizes = [plus(size, sum(pair)) for size, pair in zip(tensor, pairs, strict=True)]
    return node.gives(sizes, connections=0, window=HERE)


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
