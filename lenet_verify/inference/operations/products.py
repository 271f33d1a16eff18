"""Products of matrices and tensors.

Multiply-adds: values that come out for one example · length of what is summed over. Source: the
definition of the matrix product.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lenet_verify.inference.derived import Derived, Impossible, times, total
from lenet_verify.inference.operations.node import (
    BATCH,
    Node,
    Size,
    Unsaid,
    Whole,
    axis_of,
    broadcast,
    known_sizes,
    number_of,
)


def matmul(node: Node) -> Derived:
    """Matmul: products of the matrices in the last two axes; a vector is a matrix of one row,
    or, as the second, of one column. Source: NumPy's manual, matmul."""
    one, other = node.operands("x1", "x2")
    if not one or not other:
        raise Impossible("it takes no scalars")
    row, column = len(one) == 1, len(other) == 1
    rows: Whole = (1, *one) if row else one
    columns: Whole = (*other, 1) if column else other
    length = _summed(rows[-1], columns[-2])
    leading = broadcast(rows[:-2], columns[:-2])
    sizes = [*leading, *([] if row else [rows[-2]]), *([] if column else [columns[-1]])]
    return _product(node, sizes, [length])


def dot(node: Node) -> Derived:
    """Dot: the last axis of the one with the last but one of the other, or its only one."""
    one, other = node.operands("x1", "x2")
    if not one or not other:
        return node.gives(broadcast(one, other))
    if len(other) == 1 and one[-1] != other[0]:  # not even where one of them is variable
        raise Impossible(f"its vector is of length {other[0]}, not {one[-1]}")
    length = _summed(one[-1], other[-2] if len(other) > 1 else other[0])
    return _product(node, [*one[:-1], *other[:-2], *other[len(other) - 1 or 1 :]], [length])


def inner(node: Node) -> Derived:
    """Inner: the last axis of the one with the last of the other."""
    one, other = node.operands("x1", "x2")
    if not one or not other:
        return node.gives(broadcast(one, other))
    return _product(node, [*one[:-1], *other[:-1]], [_summed(one[-1], other[-1])])


def tensordot(node: Node) -> Derived:
    """Tensordot: some axes of the one with as many of the other."""
    one, other = node.operands("x1", "x2")
    axes = node.config["axes"]
    if isinstance(axes, int):
        if axes > min(len(one), len(other)):
            raise Impossible(f"its tensors do not have {axes} axes")
        count = max(axes, 0)
        pairs = [(len(one) - count + place, place) for place in range(count)]
    else:
        if len(axes) != 2 or any(isinstance(axis, int) for axis in axes):
            raise Impossible("it takes axes of the one and as many of the other")
        ours, theirs = axes
        if len(ours) != len(theirs):
            raise Impossible("it takes as many axes of the one as of the other")
        pairs = [
            (axis_of(mine, len(one)), axis_of(yours, len(other)))
            for mine, yours in zip(ours, theirs, strict=True)
        ]
    lengths = [_summed(one[mine], other[yours]) for mine, yours in pairs]
    kept = [size for axis, size in enumerate(one) if axis not in [mine for mine, _ in pairs]]
    kept += [size for axis, size in enumerate(other) if axis not in [yours for _, yours in pairs]]
    return _product(node, kept, lengths)


def einsum(node: Node) -> Derived:
    """Einsum: a letter for each axis; letters that do not come out are summed over.

    Multiply-adds: the product of the sizes of all letters, where there are several tensors.
    Source: Einstein's summation convention, as in NumPy's manual, einsum.
    """
    written = node.config["subscripts"].replace(" ", "")
    tensors = node.listed("operands")
    ins, arrow, out = written.partition("->")
    terms = ins.split(",")
    if len(terms) != len(tensors):
        raise Impossible(f"{written} is of {len(terms)} tensors, not of {len(tensors)}")
    sizes: dict[str, Size] = {}
    rest: list[Whole] = []
    for term, tensor in zip(terms, tensors, strict=True):
        letters, ellipsis, last = term.partition("...")
        spared = len(tensor) - len(letters) - len(last)
        if spared < 0 or (spared and not ellipsis):
            raise Impossible(f"{term} is not of {len(tensor)} axes")
        if ellipsis:
            rest.append(tensor[len(letters) : len(letters) + spared])
        named = [*tensor[: len(letters)], *tensor[len(letters) + spared :]]
        for letter, size in zip(letters + last, named, strict=True):
            (sizes[letter],) = broadcast((sizes.get(letter, 1),), (size,))
    common = broadcast(*rest) if rest else ()
    if not arrow:
        once = sorted(letter for letter in sizes if ins.count(letter) == 1)
        out = ("..." if rest else "") + "".join(once)
    if set(out) - {*sizes, "."}:
        raise Impossible(f"{out} has letters that no tensor has")
    found: list[Size] = []
    for part in re.findall(r"\.\.\.|.", out):
        found += common if part == "..." else [sizes[part]]
    macs = number_of([*sizes.values(), *common]) if len(tensors) > 1 else 0
    return node.gives(found, macs=macs)


def distances(node: Node) -> Derived:
    """CDist: the distance of each row of the one from each of the other."""
    one, other = node.operands("x", "y")
    if min(len(one), len(other)) < 2:
        raise Impossible("it takes matrices")
    _summed(one[-1], other[-1])
    return node.gives((*broadcast(one[:-2], other[:-2]), one[-2], other[-2]))


def attention(node: Node) -> Derived:
    """DotProductAttention: of each query a mean of the values, weighted by its keys.

    Multiply-adds: of all queries with all keys, and of the weights with all values. Source:
    Vaswani et al., Attention Is All You Need, 2017, 3.2.1.
    """
    if any(name in node.config for name in ("query", "key", "value")):
        raise Unsaid
    if len(node.inputs) < 3:
        raise Impossible("it takes a query, a key and a value")
    query, key, value = (known_sizes((1, *shape.sizes)) for shape in node.inputs[:3])
    if {len(query), len(key), len(value)} != {4}:
        raise Impossible("it takes sequences of heads, such as 10x8x64")
    _, steps, heads, width = query
    for noun, sizes in (
        ("heads", (heads, key[2], value[2])),
        ("lengths of vectors in query and key", (width, key[3])),
        ("numbers of keys and values", (key[1], value[1])),
    ):
        if len({size for size in sizes if size is not None}) > 1:
            raise Impossible(f"its {noun} differ: {sizes}")
    output: Whole = (BATCH, steps, heads, value[3])
    first = times(steps, key[1], heads, width)
    second = times(steps, key[1], heads, value[3])
    return node.gives(output, macs=total(first, second))


def _summed(one: Size, other: Size) -> Size:
    """The length that two tensors have in common."""
    (length,) = broadcast((one,), (other,))
    if 1 in (one, other) and length != 1:
        if length == BATCH:
            raise Unsaid
        if None not in (one, other):
            raise Impossible(f"its tensors differ in size, {one} and {other}")
    return length


def _product(node: Node, sizes: Sequence[Size], summed: Sequence[Size]) -> Derived:
    return node.gives(sizes, macs=times(number_of(sizes), *known_sizes(summed)))
