"""Random convolutions, poolings, reshapings, and layers that bring images to a size."""

from __future__ import annotations

from functools import partial
from math import prod
from random import Random
from typing import Any

from tests.parity import draws
from tests.parity.case import Case, Generators, Oddities, Oddity, Sizes

Arguments = dict[str, Any]


def _size(rng: Random, most: int = 12) -> int | None:
    if rng.random() < 0.15:
        return None
    return rng.randint(1, most) if rng.random() < 0.7 else most


def _per_axis(rng: Random, rank: int, most: int, least: int = 1) -> int | tuple[int, ...]:
    if rng.random() < 0.4:
        return rng.randint(least, most)
    return tuple(rng.randint(least, most) for _ in range(rank))


def _base(rng: Random) -> Arguments:
    """What every layer takes."""
    policy = rng.choice(("float16", "float64", "mixed_bfloat16"))
    return draws.some(rng, {"trainable": rng.random() < 0.3, "dtype": policy}, 0.2)


def _dtype(rng: Random) -> str:
    if rng.random() < 0.9:
        return "float32"
    return rng.choice(("bfloat16", "float16", "float64", "int32", "uint8"))


def _misshapen(rng: Random, sizes: Sizes, share: float = 0.04) -> Sizes:
    """The sizes, or now and then some of another rank."""
    if rng.random() >= share:
        return sizes
    return rng.choice(((), sizes[1:], sizes[:1], (*sizes, 3), (4, 4, *sizes)))


def _feature_maps(rng: Random, rank: int, channels: int | None) -> tuple[Arguments, Sizes]:
    """The shape of feature maps, and an argument that says their axis order."""
    spatial = [_size(rng) for _ in range(rank)]
    order = rng.choice(("channels_last", "channels_first", None))
    shape = (channels, *spatial) if order == "channels_first" else (*spatial, channels)
    said = {} if order is None and rng.random() < 0.5 else {"data_format": order}
    return said, _misshapen(rng, shape)


def _channels(rng: Random) -> int | None:
    return None if rng.random() < 0.03 else rng.choice((1, 2, 3, 4, 6))


def _case(type_: str, rng: Random, shape: Sizes, *arguments: Arguments) -> Case:
    joined: Arguments = {}
    for some in (*arguments, _base(rng)):
        joined |= some
    return Case(type_, joined, (shape,), _dtype(rng))


def _kernel(rng: Random, rank: int, paddings: tuple[str, ...] = ("valid", "same")) -> Arguments:
    """What all convolutions take."""
    strided, dilated = rng.random() < 0.45, rng.random() < 0.35
    if strided and dilated:  # which most refuse
        dilated = rng.random() < 0.2
    return {
        "kernel_size": _per_axis(rng, rank, 4),
        **({"strides": _per_axis(rng, rank, 3)} if strided else {}),
        **({"dilation_rate": _per_axis(rng, rank, 3)} if dilated else {}),
        **draws.some(
            rng,
            {
                "padding": rng.choice(paddings),
                "use_bias": rng.random() < 0.5,
                "activation": rng.choice((None, "relu", "tanh", "softmax")),
            },
            0.7,
        ),
    }


def _convolution(type_: str, rank: int, rng: Random) -> Case:
    order, shape = _feature_maps(rng, rank, _channels(rng))
    paddings = ("valid", "same", "causal") if rank == 1 else ("valid", "same")
    arguments = draws.some(rng, {"groups": rng.choice((1, 2, 2, 3))}, 0.3)
    arguments["filters"] = rng.choice((1, 2, 4, 6, 12))
    adapted = draws.some(rng, {"lora_rank": rng.randint(1, 3)}, 0.1)
    return _case(type_, rng, shape, order, arguments, adapted, _kernel(rng, rank, paddings))


def _transposed(type_: str, rank: int, rng: Random) -> Case:
    order, shape = _feature_maps(rng, rank, _channels(rng))
    arguments = _kernel(rng, rank) | {"filters": rng.randint(1, 6)}
    if rng.random() < 0.5:
        strides = arguments.get("strides", 1)
        each = strides if isinstance(strides, tuple) else (strides,) * rank
        fitting = tuple(rng.randint(0, stride - 1) for stride in each)
        extra = _per_axis(rng, rank, 2, least=0)
        arguments["output_padding"] = rng.choice((None, fitting, fitting, fitting, extra))
    return _case(type_, rng, shape, order, arguments)


def _depthwise(type_: str, rank: int, rng: Random) -> Case:
    order, shape = _feature_maps(rng, rank, _channels(rng))
    arguments = draws.some(rng, {"depth_multiplier": rng.randint(1, 3)})
    return _case(type_, rng, shape, order, arguments, _kernel(rng, rank))


def _separable(type_: str, rank: int, rng: Random) -> Case:
    case = _depthwise(type_, rank, rng)
    case.arguments["filters"] = rng.randint(1, 6)
    return case


def _pooling(type_: str, rank: int, rng: Random) -> Case:
    order, shape = _feature_maps(rng, rank, _channels(rng))
    window = {"pool_size": _per_axis(rng, rank, 4)}
    if type_.startswith("Max"):
        window = draws.some(rng, window, 0.8)
    least = 0 if rng.random() < 0.03 else 1
    strides = rng.choice((None, *[_per_axis(rng, rank, 3, least)] * 3))
    rest = draws.some(rng, {"strides": strides, "padding": rng.choice(("valid", "same"))}, 0.6)
    return _case(type_, rng, shape, order, window, rest)


def _global_pooling(type_: str, rank: int, rng: Random) -> Case:
    order, shape = _feature_maps(rng, rank, _channels(rng))
    return _case(type_, rng, shape, order, draws.some(rng, {"keepdims": rng.random() < 0.7}))


def _adaptive_pooling(type_: str, rank: int, rng: Random) -> Case:
    order, shape = _feature_maps(rng, rank, _channels(rng))
    least = 0 if rng.random() < 0.03 else 1
    return _case(type_, rng, shape, order, {"output_size": _per_axis(rng, rank, 9, least)})


def _tensor(rng: Random, rank: int, most: int = 6) -> Sizes:
    return tuple(_size(rng, most) for _ in range(rank))


def _flatten(rng: Random) -> Case:
    order = draws.some(rng, {"data_format": rng.choice((None, "channels_first", "channels_last"))})
    return _case("Flatten", rng, _tensor(rng, rng.randint(0, 5)), order)


def _permute(rng: Random) -> Case:
    order = rng.sample(range(1, 6), 5)
    rank = rng.randint(0, 5)
    dims = [axis for axis in order if axis <= rank]
    if rng.random() < 0.05:
        dims = dims[1:]
    shape = _misshapen(rng, _tensor(rng, rank), 0.1)
    return _case("Permute", rng, shape, {"dims": rng.choice((list, tuple))(dims)})


def _repeat(rng: Random) -> Case:
    shape = _misshapen(rng, _tensor(rng, 1), 0.2)
    return _case("RepeatVector", rng, shape, {"n": rng.choice((0, *range(1, 20)))})


def _reshape(rng: Random) -> Case:
    shape = tuple(
        None if rng.random() < 0.07 else rng.choice((1, 2, 3, 4, 6))
        for _ in range(rng.randint(0, 4))
    )
    target: list[int | None] = []
    values = prod(size or rng.randint(1, 3) for size in shape)
    for _ in range(rng.randint(0, 3)):
        factor = rng.choice([n for n in range(1, values + 1) if not values % n])
        target.append(factor)
        values //= factor
    if values > 1 or rng.random() < 0.5:
        target.append(values)
    rng.shuffle(target)
    if rng.random() < 0.15:
        target.append(rng.choice((-2, -1, 0, 2, 5, None)))
    if target and rng.random() < 0.05:
        target.pop()
    for wild in (0.4, 0.05):
        if target and rng.random() < wild:
            target[rng.randrange(len(target))] = -1
    return _case("Reshape", rng, shape, {"target_shape": rng.choice((list, tuple))(target)})


def _ends(rng: Random, rank: int, least: int) -> int | tuple[Any, ...]:
    """What is added or cut at the ends of each axis, in any of the ways to write it."""

    def pair() -> tuple[int, int]:
        return rng.randint(0, most), rng.randint(0, most)

    most = rng.choice((1, 2, 3))
    if rng.random() < 0.3:
        return rng.randint(least, most)
    if rank == 1:
        return pair()
    return tuple(rng.choice((pair(), rng.randint(0, most))) for _ in range(rank))


def _cropping(type_: str, rank: int, rng: Random) -> Case:
    order, shape = _feature_maps(rng, rank, rng.randint(1, 12))
    arguments = draws.some(rng, {"cropping": _ends(rng, rank, 0)}, 0.9)
    return _case(type_, rng, shape, order if rank > 1 else {}, arguments)


def _padding(type_: str, rank: int, rng: Random) -> Case:
    order, shape = _feature_maps(rng, rank, _channels(rng))
    least = -1 if rng.random() < 0.05 else 0
    return _case(
        type_, rng, shape, order, draws.some(rng, {"padding": _ends(rng, rank, least)}, 0.9)
    )


def _upsampling(type_: str, rank: int, rng: Random) -> Case:
    order, shape = _feature_maps(rng, rank, _channels(rng))
    least = 0 if rng.random() < 0.05 else 1
    size = _per_axis(rng, rank, 4, least) if rank > 1 else rng.randint(least, 4)
    arguments = draws.some(rng, {"size": size}, 0.9)
    if rank == 2:
        methods = ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")
        arguments |= draws.some(rng, {"interpolation": rng.choice(methods)})
    return _case(type_, rng, shape, order if rank > 1 else {}, arguments)


def _images(type_: str, rng: Random) -> Case:
    order, shape = _feature_maps(rng, 2, _channels(rng))
    arguments: Arguments = {"height": rng.randint(1, 14), "width": rng.randint(1, 14)}
    if type_ == "Resizing":
        methods = ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")
        flags = ("crop_to_aspect_ratio", "pad_to_aspect_ratio", "antialias")
        arguments |= draws.some(rng, {"interpolation": rng.choice(methods)})
        arguments |= draws.some(rng, dict.fromkeys(flags, True), 0.2)
        arguments |= draws.some(rng, {"fill_mode": rng.choice(("constant", "nearest"))}, 0.1)
    return _case(type_, rng, shape, order, arguments)


CASES: Generators = {
    **{f"Conv{rank}D": partial(_convolution, f"Conv{rank}D", rank) for rank in (1, 2, 3)},
    **{
        f"Conv{rank}DTranspose": partial(_transposed, f"Conv{rank}DTranspose", rank)
        for rank in (1, 2, 3)
    },
    **{
        f"DepthwiseConv{rank}D": partial(_depthwise, f"DepthwiseConv{rank}D", rank)
        for rank in (1, 2)
    },
    **{
        f"SeparableConv{rank}D": partial(_separable, f"SeparableConv{rank}D", rank)
        for rank in (1, 2)
    },
    **{
        f"{how}Pooling{rank}D": partial(generator, f"{how}Pooling{rank}D", rank)
        for how, generator in (
            ("Max", _pooling),
            ("Average", _pooling),
            ("GlobalMax", _global_pooling),
            ("GlobalAverage", _global_pooling),
            ("AdaptiveMax", _adaptive_pooling),
            ("AdaptiveAverage", _adaptive_pooling),
        )
        for rank in (1, 2, 3)
    },
    "Flatten": _flatten,
    "Permute": _permute,
    "RepeatVector": _repeat,
    "Reshape": _reshape,
    **{f"Cropping{rank}D": partial(_cropping, f"Cropping{rank}D", rank) for rank in (1, 2, 3)},
    **{f"ZeroPadding{rank}D": partial(_padding, f"ZeroPadding{rank}D", rank) for rank in (1, 2, 3)},
    **{
        f"UpSampling{rank}D": partial(_upsampling, f"UpSampling{rank}D", rank) for rank in (1, 2, 3)
    },
    **{type_: partial(_images, type_) for type_ in ("CenterCrop", "RandomCrop", "Resizing")},
}


def _rank_is_not(rank: int, case: Case) -> bool:
    return len(case.shapes[0]) != rank


def _is_matrix(case: Case) -> bool:
    return len(case.shapes[0]) == 2


def _gives_nothing(case: Case) -> bool:
    arguments, (shape,) = case.arguments, case.shapes
    rank = len(shape) - 1
    spatial = shape[1:] if arguments.get("data_format") == "channels_first" else shape[:-1]
    kernel, spread, extra = (
        value if isinstance(value, tuple) else (value,) * rank
        for value in (
            arguments["kernel_size"],
            arguments.get("dilation_rate", 1),
            arguments.get("output_padding"),
        )
    )
    return arguments.get("padding") == "same" and any(
        size == 1 and more == 0 and wide * (taps - 1) % 2
        for size, taps, wide, more in zip(spatial, kernel, spread, extra, strict=True)
    )


def _has_negative_padding(case: Case) -> bool:
    return case.arguments.get("padding") == -1


def _gives_no_size(case: Case) -> bool:
    size = case.arguments["output_size"]
    return 0 in (size if isinstance(size, tuple) else (size,))


def _leaves_two_open(case: Case) -> bool:
    return sum(size in (-1, None) for size in case.arguments["target_shape"]) > 1


def _crops_and_pads(case: Case) -> bool:
    return all(case.arguments.get(f"{how}_to_aspect_ratio") for how in ("crop", "pad"))


def _fills_otherwise(case: Case) -> bool:
    return case.arguments.get("fill_mode", "constant") != "constant"


def _never_fills(case: Case) -> bool:
    (shape,), target = case.shapes, case.arguments["target_shape"]
    if None not in shape or None in target or -1 in target:
        return False
    return prod(target) % prod(size for size in shape if size is not None) != 0


_NOTHING = Oddity(
    "an even kernel, `same` and output_padding 0 make an axis of size 0 out of one of size 1",
    _gives_nothing,
)
_NO_SIZE = Oddity("it pools to an output_size of 0", _gives_no_size)
_NEGATIVE = Oddity(
    "it pads by -1, which it refuses as a tuple, so that its own config cannot be loaded",
    _has_negative_padding,
)
_VARIABLE = Oddity("it takes variable sizes to be anything: rows of 4 never fill 3x2", _never_fills)
_TWO_OPEN = Oddity("it takes -1 beside None, which its own call refuses", _leaves_two_open)
_BOTH = Oddity(
    "it takes both ways to keep an aspect ratio, which its own call refuses", _crops_and_pads
)
_FILLED = Oddity("it takes a fill_mode that its own call refuses", _fills_otherwise)
_ANY_RANK = "its shape looks at no rank: its own call refuses such an input, or gives another shape"
_UNBATCHED = Oddity("it takes a batch of matrices for one image, as high as the batch", _is_matrix)

ODDITIES: Oddities = {
    **{f"Conv{rank}DTranspose": (_NOTHING,) for rank in (1, 2, 3)},
    **{
        f"Adaptive{how}Pooling{rank}D": (
            Oddity(_ANY_RANK, partial(_rank_is_not, rank + 1)),
            _NO_SIZE,
        )
        for how in ("Max", "Average")
        for rank in (1, 2, 3)
    },
    **{f"ZeroPadding{rank}D": (_NEGATIVE,) for rank in (2, 3)},
    "Reshape": (_VARIABLE, _TWO_OPEN),
    "CenterCrop": (_UNBATCHED,),
    "RandomCrop": (_UNBATCHED, Oddity(_ANY_RANK, partial(_rank_is_not, 3))),
    "Resizing": (_UNBATCHED, Oddity(_ANY_RANK, partial(_rank_is_not, 3)), _BOTH, _FILLED),
}
