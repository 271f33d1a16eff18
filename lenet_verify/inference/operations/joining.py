"""Operations that join tensors, or take one apart."""

from __future__ import annotations

from collections.abc import Sequence

from lenet_verify.inference.derived import HERE, MOST_OUTPUTS, Derived, Impossible
from lenet_verify.inference.operations.node import (
    BATCH,
    Node,
    Size,
    Unsaid,
    Whole,
    alike,
    axis_of,
    known_sizes,
)


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
        _refuse_too_many(at)
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
    _refuse_too_many(count)
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
    _refuse_too_many(number)
    return node.gives(*[(*tensor[:axis], *tensor[axis + 1 :])] * number, connections=0)


def _refuse_too_many(parts: int) -> None:
    """Leaves a tensor in thousands of parts to others: each of them would be a shape of its own,
    and a file can ask for 2**31 of them in a word."""
    if parts > MOST_OUTPUTS:
        raise Unsaid
