"""Operations that pick values, or make several of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lenet_verify.inference.derived import Derived, Impossible
from lenet_verify.inference.operations.node import (
    BATCH,
    Node,
    Size,
    Unsaid,
    Whole,
    axis_of,
    broadcast,
    known_sizes,
    plus,
    whole,
)


def difference(node: Node) -> Derived:
    """Diff: each value less the one before it, n times."""
    tensor, n = list(node.tensor()), node.config["n"]
    axis = axis_of(node.config["axis"], len(tensor))
    size = plus(tensor[axis], -n)
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


def picked_slice(node: Node) -> Derived:
    """Slice: a block of a given shape; -1 is all that is left along an axis."""
    tensor, wanted = whole(node.inputs[0]), node.config["shape"]
    starts = node.config.get("start_indices")
    if len(wanted) != len(tensor) or (isinstance(starts, tuple) and len(starts) != len(tensor)):
        raise Impossible(f"it takes a start and a length for each of {len(tensor)} axes")
    if not isinstance(starts, tuple) or wanted[0] != -1 or starts[0] != 0:
        raise Unsaid
    sizes = [
        plus(size, -start) if length == -1 else length
        for size, start, length in zip(tensor, starts, wanted, strict=True)
    ]
    return node.gives(sizes, connections=0)


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
