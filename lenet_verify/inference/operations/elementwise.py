"""Operations value by value, and reductions of axes to one value."""

from __future__ import annotations

from lenet_verify.inference.derived import HERE, Derived, Impossible
from lenet_verify.inference.operations.node import (
    Node,
    Unsaid,
    Whole,
    axes_of,
    axis_of,
    broadcast,
    spatial_window,
    whole,
)


def unary(node: Node) -> Derived:
    """A function of each value alone: the shape stays."""
    return node.gives(node.tensor(), connections=0, window=HERE)


def first(node: Node) -> Derived:
    """A function of each value of the first tensor and of something besides: its shape stays."""
    if not node.inputs:
        raise Unsaid
    return node.gives(whole(node.inputs[0]), window=HERE)


def binary(node: Node) -> Derived:
    """A function of the values of two tensors, one of which may be an array or a number."""
    return node.gives(broadcast(*node.operands("x1", "x2")), window=HERE)


def bitwise(node: Node) -> Derived:
    """The same of whole numbers, whose parameters have other names."""
    return node.gives(broadcast(*node.operands("x", "y")), window=HERE)


def where(node: Node) -> Derived:
    """Where: the one or the other value, as a condition has it."""
    if node.config.get("x1", 0) is None:  # places, whose number depends on the data
        raise Unsaid
    return node.gives(broadcast(*node.operands("condition", "x1", "x2")), window=HERE)


def along_axes(node: Node) -> Derived:
    """Softmax and its kind, flips: the shape stays; along some axes, values depend on others."""
    tensor = node.tensor()
    axes = axes_of(node.config["axis"], len(tensor))
    return node.gives(tensor, connections=0, window=spatial_window(node.inputs[0], axes))


def along_axis(node: Node) -> Derived:
    """Sorting, cumulative sums: along one axis; without an axis, of all values in one row."""
    if node.config["axis"] is None:
        raise Unsaid
    return along_axes(node)


def reduction(node: Node) -> Derived:
    """Sums, means, maxima …: axes are left out, or kept as axes of size 1."""
    tensor = node.tensor()
    axes = axes_of(node.config["axis"], len(tensor))
    return node.gives(
        reduced(tensor, axes, bool(node.config.get("keepdims"))),
        window=spatial_window(node.inputs[0], axes),
    )


def reduced(tensor: Whole, axes: tuple[int, ...], keepdims: bool) -> Whole:
    """A tensor without some axes, or with axes of size 1 in their place."""
    kept = [(1 if place in axes else size) for place, size in enumerate(tensor)]
    return tuple(kept if keepdims else (s for i, s in enumerate(tensor) if i not in axes))


def moments(node: Node) -> Derived:
    """Moments: the means and the variances."""
    tensor = node.tensor()
    output = reduced(tensor, axes_of(node.config["axes"], len(tensor)), node.config["keepdims"])
    return node.gives(output, output)


def average(node: Node) -> Derived:
    """Average: a mean along one axis, perhaps a weighted one; the weights do not change its
    shape, but have the tensor's, or its size along the axis."""
    if not node.inputs or "x" in node.config:
        raise Unsaid
    tensor, axis = whole(node.inputs[0]), node.config["axis"]
    axes = axes_of(axis, len(tensor))
    weights = node.operand("weights", 1)
    if weights is not None:
        lengths = (tensor[axis],) if isinstance(axis, int) else tensor
        fits = (_may_equal(weights, tensor), _may_equal(weights, lengths))
        if not any(fits):
            raise Impossible(f"its weights are of shape {weights}")
    return node.gives(reduced(tensor, axes, keepdims=False))


def _may_equal(one: Whole, other: Whole) -> bool:
    return len(one) == len(other) and all(
        a == b or a is None or b is None for a, b in zip(one, other, strict=True)
    )


def quantile(node: Node) -> Derived:
    """Quantile, percentile: a reduction to one value, or, of several, to as many; those then
    come before the batch."""
    if node.operand("q", 1) != ():
        raise Unsaid
    return reduction(node)


def same_along(node: Node) -> Derived:
    """Normalisation of the first tensor: the shape stays."""
    if not node.inputs:
        raise Unsaid
    tensor = whole(node.inputs[0])
    axes = axes_of(node.config["axis"], len(tensor))
    return node.gives(tensor, window=spatial_window(node.inputs[0], axes))


def batch_normalization(node: Node) -> Derived:
    """BatchNorm: means and variances of as many values as the axis has."""
    if not node.inputs or "x" in node.config:
        raise Unsaid
    tensor = whole(node.inputs[0])
    length = tensor[axis_of(node.config["axis"], len(tensor))]
    taken = 1
    for name in ("mean", "variance", "offset", "scale"):
        sizes = node.operand(name, taken)
        taken += name not in node.config
        if sizes is not None and sizes != (length,):
            raise Impossible(f"its {name} is of shape {sizes}, not of ({length},)")
    return node.gives(tensor, window=HERE)


def loss(node: Node) -> Derived:
    """BinaryCrossentropy: value by value."""
    return node.gives(_compared(node), window=HERE)


def categorical_loss(node: Node) -> Derived:
    """CategoricalCrossentropy: one value for all classes, along the last axis."""
    return node.gives(_compared(node)[:-1])


def _compared(node: Node) -> Whole:
    """The shape of a target and of what it is compared with."""
    target, output = node.operands("target", "output")
    if target != output:
        raise Impossible(f"its target is of shape {target}, its output of {output}")
    return output
