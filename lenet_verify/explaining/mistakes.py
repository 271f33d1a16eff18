"""Well-known mistakes, in words, by what they look like: in one visible table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from lenet_verify.architecture import Architecture, Layer, Shape
from lenet_verify.edits import Activation, Argument, Edit, Input
from lenet_verify.explaining.candidate import Candidate
from lenet_verify.spec import Spec


def mistakes(spec: Spec, model: Architecture, causes: Sequence[Candidate]) -> Iterator[str]:
    """The well-known mistakes that some causes come to."""
    for recognised in TABLE:
        if told := recognised(spec, model, causes):
            yield told


def padded_by_the_first(spec: Spec, model: Architecture, causes: Sequence[Candidate]) -> str | None:
    """Small images that the first convolution pads, where the spec has larger ones."""
    images, padding = _inputs(causes), _padded_first(model, causes)
    if not images or padding is None:
        return None
    old, new = images[0].old, images[0].new
    if not all(a is not None and b is not None and a < b for a, b in _sides(old, new)):
        return None
    return (
        f"the images are {_size(old)}, and {padding.layer} pads them instead: pad the images to "
        f"{_size(new)}, so that {padding.layer} sees their background, and leave it unpadded"
    )


def padded_though_large(spec: Spec, model: Architecture, causes: Sequence[Candidate]) -> str | None:
    """The first convolution pads images that have their margin already."""
    padding = _padded_first(model, causes)
    shapes = [one.shapes[0] for one in model.layers if one.type == "InputLayer" and one.shapes]
    if padding is None or _inputs(causes) or not shapes:
        return None
    return (
        f"{padding.layer} is padded although the images are {_size(shapes[0])} already, margin "
        "included: that is for images that are smaller"
    )


def another_lenet(spec: Spec, model: Architecture, causes: Sequence[Candidate]) -> str | None:
    """20 and 50 maps are those of a later network that is called LeNet too."""
    if "lenet" not in spec.title.lower():
        return None
    filters = [one.edit.old for one in causes if _of(one.edit, "filters")]
    if filters[:2] != [20, 50]:
        return None
    return (
        "20 and 50 feature maps are those of the LeNet that came with Caffe (max pooling, 500 "
        "units, relu), which is another network"
    )


def logits(spec: Spec, model: Architecture, causes: Sequence[Candidate]) -> str | None:
    """The last layer gives logits, because the loss takes them."""
    for one in causes:
        edit = one.edit
        last = edit.layer in model.outputs and not edit.within
        idle = isinstance(edit, Activation) and edit.old in (None, "linear")
        if idle and last and edit.new in ("softmax", "sigmoid", "log_softmax"):
            return (
                f"{edit.layer} gives logits, as for a loss with from_logits=True: if that is "
                f"meant, accept it as a deviation of {one.layer}; else add the {edit.new}"
            )
    return None


Recognised = Callable[[Spec, Architecture, Sequence[Candidate]], str | None]

TABLE: tuple[Recognised, ...] = (
    padded_by_the_first,
    padded_though_large,
    another_lenet,
    logits,
)
"""Each looks at a spec, a model and the causes, and tells a mistake if it is the one it knows."""


def _inputs(causes: Sequence[Candidate]) -> list[Input]:
    return [one.edit for one in causes if isinstance(one.edit, Input)]


def _padded_first(model: Architecture, causes: Sequence[Candidate]) -> Edit | None:
    """The edit that takes the padding from a convolution that reads an input."""
    entrances = {one.name for one in model.layers if one.type == "InputLayer"}
    for one in causes:
        if _of(one.edit, "padding") and (one.edit.old, one.edit.new) == ("same", "valid"):
            layer = next(
                (row for row in _rows(model, one.edit) if row.name == one.edit.layer), None
            )
            entrances |= {row.name for row in _rows(model, one.edit) if row.type == "InputLayer"}
            if layer is not None and "Conv" in layer.type and entrances & {*layer.inputs}:
                return one.edit
    return None


def _rows(model: Architecture, edit: Edit) -> Sequence[Layer]:
    rows: Sequence[Layer] = model.layers
    for name in edit.within:
        rows = next((row.layers for row in rows if row.name == name), ())
    return rows


def _of(edit: Edit, argument: str) -> bool:
    return isinstance(edit, Argument) and edit.argument == argument


def _sides(old: Shape, new: Shape) -> list[tuple[int | None, int | None]]:
    return list(zip(old.spatial, new.spatial, strict=False))


def _size(shape: Shape) -> str:
    return "x".join(str(size) for size in shape.spatial)
