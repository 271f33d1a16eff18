"""What may be put for an argument's value, an activation, a class, an input: literal tables.

An operator gives the values that an architect might have instead; those that no layer takes fall
away when the edit is applied. What only says how a network is trained (rates of dropout, momentum,
initializers) is not among them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any

from lenet_verify.architecture import Layer, Shape

Operator = Callable[[Any, Layer], Iterable[Any]]
"""From an argument's value and its layer, other values."""


def _sizes(*steps: int) -> Operator:
    """All sizes larger or smaller by the same."""

    def others(value: Any, layer: Layer) -> Iterable[Any]:
        sizes = value if isinstance(value, tuple) else (value,)
        for step in steps if all(map(_is_count, sizes)) else ():
            if min(sizes) + step >= 1:
                larger = tuple(size + step for size in sizes)
                yield larger if isinstance(value, tuple) else larger[0]

    return others


def _counts(*steps: int) -> Operator:
    """More or fewer, half as many and twice as many."""

    def others(value: Any, layer: Layer) -> Iterable[Any]:
        if _is_count(value):
            found = (*(value + step for step in steps), value // 2, value * 2)
            yield from (other for other in found if other >= 1)

    return others


def _words(*choices: Any) -> Operator:
    """One word for another; of what is no word, nothing."""
    return lambda value, layer: choices if value in choices else ()


def _times(*factors: float) -> Operator:
    def others(value: Any, layer: Layer) -> Iterable[Any]:
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield from (float(f"{value * factor:.6g}") for factor in factors)

    return others


def _flip(value: Any, layer: Layer) -> Iterable[Any]:
    return (not value,) if isinstance(value, bool) else ()


def _groups(value: Any, layer: Layer) -> Iterable[Any]:
    channels = layer.input_shapes[0].channels if layer.input_shapes else None
    groups = (1, 2 * value, value // 2, channels) if _is_count(value) else ()
    return (number for number in groups if number)


def _paddings(value: Any, layer: Layer) -> Iterable[Any]:
    """Of a layer with windows the other rule; of one that pads or crops, wider or narrower."""
    if isinstance(value, str):
        return ("valid", "same", "causal") if layer.type == "Conv1D" else ("valid", "same")
    return (_wider(value, step) for step in (-1, 1))


def _wider(value: Any, step: int) -> Any:
    if isinstance(value, tuple):
        return tuple(_wider(item, step) for item in value)
    return max(0, value + step)


def _axes(value: Any, layer: Layer) -> Iterable[Any]:
    """Every other axis of what it is fed, where it works along one."""
    shapes = layer.input_shapes
    if not shapes or not isinstance(value, int) or isinstance(value, bool):
        return ()
    rank = len(shapes[0].sizes)
    here = value if value < 0 else value - rank - 1
    return (axis for axis in range(-rank, 0) if axis != here)


def _turned(value: Any, layer: Layer) -> Iterable[Any]:
    """The order of axes, or of sizes, the other way round."""
    return (tuple(reversed(value)),) if isinstance(value, tuple) else ()


def _connected(value: Any, layer: Layer) -> Iterable[Any]:
    """Tables in which a map is fed by one fewer, or by another one; without the last map; and the
    one of a usual convolution, in which every map feeds every map."""
    if not isinstance(value, tuple) or not all(isinstance(row, tuple) and row for row in value):
        return
    channels = layer.input_shapes[0].channels if layer.input_shapes else None
    maps = tuple(range(channels or 1 + max(map(max, value))))
    like = type(value[0])
    for place, row in enumerate(value):
        others = (one for one in maps if one not in row)
        for new in (row[:-1], *(sorted((*row[:-1], other)) for other in islice(others, 1))):
            if new:
                yield (*value[:place], like(new), *value[place + 1 :])
    if len(value) > 1:
        yield value[:-1]
    yield (like(maps),) * len(value)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


ACTIVATIONS = (
    "linear", "relu", "leaky_relu", "elu", "gelu", "silu", "sigmoid", "tanh", "softmax",
)  # fmt: skip
"""The activations that are common."""

ARGUMENTS: Mapping[str, Operator] = {
    **dict.fromkeys(("filters", "units", "input_dim", "output_dim"), _counts(-1, 1)),
    **dict.fromkeys(("num_heads", "key_dim", "value_dim", "head_dim"), _counts()),
    **dict.fromkeys(("num_query_heads", "num_key_value_heads"), _counts()),
    "depth_multiplier": _sizes(-1, 1),
    "kernel_size": _sizes(-2, -1, 1, 2),
    **dict.fromkeys(("pool_size", "output_size", "size", "n"), _sizes(-1, 1)),
    **dict.fromkeys(("strides", "dilation_rate"), _sizes(-1, 1)),
    **dict.fromkeys(("height", "width"), _sizes(-1, 1)),
    "connection_table": _connected,
    "codes": lambda value, layer: (value[:-1],) if len(value) > 1 else (),
    "groups": _groups,
    "padding": _paddings,
    "cropping": lambda value, layer: (_wider(value, step) for step in (-1, 1)),
    **dict.fromkeys(("use_bias", "center", "scale", "use_scale", "use_gate"), _flip),
    **dict.fromkeys(("return_sequences", "go_backwards", "reset_after"), _flip),
    **dict.fromkeys(("keepdims", "mask_zero", "normalize", "tie_weights"), _flip),
    "axis": _axes,
    **dict.fromkeys(("dims", "target_shape"), _turned),
    "epsilon": _times(0.1, 10),
    "alpha": _times(0.5, 2),
    "negative_slope": lambda value, layer: (value / 2, value * 2) if value else (0.1,),
    "max_value": lambda value, layer: (6.0,) if value is None else (None,),
    "recurrent_activation": _words(*ACTIVATIONS),
    "merge_mode": _words("concat", "sum", "mul", "ave"),
    "score_mode": _words("dot", "concat"),
    "interpolation": _words("nearest", "bilinear"),
}
"""By argument, what may be there instead."""

ONLY_OF: Mapping[str, frozenset[str]] = {
    "alpha": frozenset({"ELU"}),
    "epsilon": frozenset(
        {"BatchNormalization", "GroupNormalization", "LayerNormalization", "RMSNormalization"}
    ),
}
"""Arguments that mean something else, or nothing, for other classes."""


def _of_ranks(*names: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(name.format(rank) for name in names) for rank in (1, 2, 3))


CLASSES: tuple[tuple[str, ...], ...] = (
    *_of_ranks("AveragePooling{}D", "MaxPooling{}D"),
    *_of_ranks("GlobalAveragePooling{}D", "GlobalMaxPooling{}D", "Flatten"),
    *_of_ranks("AdaptiveAveragePooling{}D", "AdaptiveMaxPooling{}D"),
    *_of_ranks("Conv{}D", "Conv{}DTranspose", "SeparableConv{}D", "DepthwiseConv{}D"),
    ("BatchNormalization", "LayerNormalization", "GroupNormalization", "RMSNormalization"),
    ("SimpleRNN", "GRU", "LSTM"),
    ("Add", "Average", "Maximum", "Multiply", "Subtract", "Concatenate"),
    ("Attention", "AdditiveAttention"),
)
"""Classes that stand for each other; arguments that both have are kept."""

SIMPLER: Mapping[str, Mapping[str, Mapping[str, Callable[[Mapping[str, Any]], Any]]]] = {
    "EuclideanRBF": {"Dense": {"units": lambda config: len(config["codes"])}},
    "SparseConv2D": {"Conv2D": {"filters": lambda config: len(config["connection_table"])}},
    "Subsampling2D": {"AveragePooling2D": {}, "MaxPooling2D": {}},
}
"""Classes of Keras that are put for the 1998 paper's, with what follows for their arguments."""


def other_shapes(shape: Shape) -> Iterable[Shape]:
    """What else might come in: larger, smaller or padded otherwise; in colour, or grey."""
    if not shape.sizes:
        return
    for change in _SIZES if any(shape.spatial) else ():
        yield _shape(shape, tuple(size and change(size) for size in shape.spatial), shape.channels)
    if shape.channels is not None:
        for channels in dict.fromkeys((1, 3, shape.channels - 1, shape.channels + 1)):
            yield _shape(shape, shape.spatial, channels)


_SIZES: tuple[Callable[[int], int], ...] = (
    lambda size: size - 4,
    lambda size: size - 1,
    lambda size: size + 1,
    lambda size: size + 4,
    lambda size: size // 2,
    lambda size: 2 * size,
)


def _shape(like: Shape, spatial: tuple[int | None, ...], channels: int | None) -> Shape:
    if like.channels_first and len(like.sizes) > 1:
        return Shape((channels, *spatial), channels_first=True)
    return Shape((*spatial, channels))


def insertions(layer: Layer) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """What might be put after a layer: classes with their arguments."""
    shape = layer.shapes[0] if layer.shapes and len(layer.shapes) == 1 else None
    if shape is None or not shape.sizes:
        return
    rank, channels = len(shape.sizes) - 1, shape.channels
    order = "channels_first" if shape.channels_first and rank else "channels_last"
    axis = 1 if order == "channels_first" else -1
    if channels is not None:
        yield "BatchNormalization", {"axis": axis}
    yield "Activation", {"activation": "relu"}
    if channels is not None and rank == 0:
        yield "Dense", {"units": channels}
    if rank in (1, 2, 3):
        maps: dict[str, Any] = {"data_format": order}
        if channels is not None:
            pixel = {"filters": channels, "kernel_size": (1,) * rank, **maps}
            yield f"Conv{rank}D", pixel
        yield f"MaxPooling{rank}D", {"pool_size": (2,) * rank, **maps}
        edge = (1, 1) if rank == 1 else ((1, 1),) * rank
        yield f"ZeroPadding{rank}D", {"padding": edge, **maps}
