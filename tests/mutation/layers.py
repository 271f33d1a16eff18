"""Random layers that take one tensor of some shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

Arguments = dict[str, Any]
Draw = Callable[[Random], Arguments]

ACTIVATIONS = (
    "relu", "relu", "tanh", "sigmoid", "elu", "selu", "softplus", "softsign", "silu", "gelu",
    "exponential", "hard_sigmoid", "relu6", "leaky_relu", "mish",
)  # fmt: skip
EPSILONS = (1e-3, 1e-5, 0.01)


def _pair(rng: Random, *choices: int) -> Any:
    """A size for two axes: mostly one for both."""
    if rng.random() < 0.8:
        return rng.choice(choices)
    return (rng.choice(choices), rng.choice(choices))


def _activation(rng: Random) -> Arguments:
    return {"activation": rng.choice(ACTIVATIONS)} if rng.random() < 0.5 else {}


def _bias(rng: Random) -> Arguments:
    return {"use_bias": False} if rng.random() < 0.25 else {}


def _ends(rng: Random) -> Arguments:
    return _activation(rng) | _bias(rng)


def _place(rng: Random, rank: int) -> Arguments:
    """Padding, strides and dilation."""
    found: Arguments = {"padding": "same"} if rng.random() < 0.6 else {}
    if rng.random() < 0.25:
        found["strides"] = 2
    elif rng.random() < 0.15:
        found["dilation_rate"] = 2
    if rank == 1 and found == {"dilation_rate": 2} and rng.random() < 0.5:
        found["padding"] = "causal"
    return found


def _size(rng: Random, rank: int, *choices: int) -> Any:
    return rng.choice(choices) if rank == 1 else _pair(rng, *choices)


def _convolution(rank: int) -> Draw:
    def draw(rng: Random) -> Arguments:
        found = {
            "filters": rng.choice((2, 4, 4, 6)),
            "kernel_size": _size(rng, rank, 1, 2, 3, 3, 5),
        }
        grouped = {"groups": 2} if rng.random() < 0.15 else {}
        return found | _place(rng, rank) | grouped | _ends(rng)

    return draw


def _depthwise(rank: int) -> Draw:
    def draw(rng: Random) -> Arguments:
        found = {"kernel_size": _size(rng, rank, 2, 3, 3)} | _place(rng, rank) | _ends(rng)
        found.pop("padding" if found.get("padding") == "causal" else "", None)
        return found | ({"depth_multiplier": 2} if rng.random() < 0.25 else {})

    return draw


def _separable(rank: int) -> Draw:
    def draw(rng: Random) -> Arguments:
        return _depthwise(rank)(rng) | {"filters": rng.choice((2, 4, 6))}

    return draw


def _pooling(rank: int) -> Draw:
    def draw(rng: Random) -> Arguments:
        found: Arguments = {"pool_size": _size(rng, rank, 2, 2, 3)}
        if rng.random() < 0.3:
            found["strides"] = rng.choice((1, 2))
        return found | ({"padding": "same"} if rng.random() < 0.3 else {})

    return draw


def _global(rng: Random) -> Arguments:
    return {"keepdims": True} if rng.random() < 0.15 else {}


def _around(rank: int, name: str) -> Draw:
    def draw(rng: Random) -> Arguments:
        if rng.random() < 0.5:
            return {name: 1}
        each = [(rng.randint(0, 1), rng.randint(0, 2)) for _ in range(rank)]
        return {name: each[0] if rank == 1 else tuple(each)}

    return draw


def _batch_norm(rng: Random) -> Arguments:
    found: Arguments = {} if rng.random() < 0.7 else {"epsilon": rng.choice(EPSILONS)}
    return found | ({rng.choice(("center", "scale")): False} if rng.random() < 0.15 else {})


def _recurrent(rng: Random) -> Arguments:
    found: Arguments = {"units": rng.choice((2, 4, 6))}
    found |= {"return_sequences": True} if rng.random() < 0.5 else {}
    return found | ({"go_backwards": True} if rng.random() < 0.2 else {}) | _bias(rng)


def _both_ways(rng: Random) -> Arguments:
    inner = {"type": rng.choice(("LSTM", "GRU", "SimpleRNN")), "units": rng.choice((2, 3))}
    if rng.random() < 0.5:
        inner["return_sequences"] = True
    mode = {"merge_mode": rng.choice(("sum", "mul", "ave"))} if rng.random() < 0.3 else {}
    return {"layer": inner} | mode


def _dense(rng: Random) -> Arguments:
    softmax = {"activation": "softmax"} if rng.random() < 0.1 else {}
    return {"units": rng.choice((2, 3, 4, 4, 6, 6))} | _ends(rng) | softmax


def _nothing(rng: Random) -> Arguments:
    return {}


_EVERYWHERE: Mapping[str, Draw] = {
    "Activation": lambda rng: {"activation": rng.choice(ACTIVATIONS)},
    "BatchNormalization": _batch_norm,
    "Dense": _dense,
    "Dropout": lambda rng: {"rate": rng.choice((0.25, 0.5))},
    "LayerNormalization": _batch_norm,
    "LeakyReLU": lambda rng: {} if rng.random() < 0.5 else {"negative_slope": 0.1},
    "ReLU": _nothing,
    "Softmax": _nothing,
}
_IMAGES: Mapping[str, Draw] = _EVERYWHERE | {
    "AveragePooling2D": _pooling(2),
    "Conv2D": _convolution(2),
    "Conv2DTranspose": lambda rng: {"filters": rng.choice((2, 4)), "kernel_size": 2,
                                    "strides": rng.choice((1, 2))} | _ends(rng),
    "Cropping2D": _around(2, "cropping"),
    "DepthwiseConv2D": _depthwise(2),
    "Flatten": _nothing,
    "GlobalAveragePooling2D": _global,
    "GlobalMaxPooling2D": _global,
    "MaxPooling2D": _pooling(2),
    "Permute": lambda rng: {"dims": rng.choice(((2, 1, 3), (3, 1, 2)))},
    "SeparableConv2D": _separable(2),
    "SpatialDropout2D": lambda rng: {"rate": 0.5},
    "UpSampling2D": lambda rng: {"size": 2, "interpolation": rng.choice(("nearest", "bilinear"))},
    "ZeroPadding2D": _around(2, "padding"),
}  # fmt: skip
_SEQUENCES: Mapping[str, Draw] = _EVERYWHERE | {
    "AveragePooling1D": _pooling(1),
    "Bidirectional": _both_ways,
    "Conv1D": _convolution(1),
    "Cropping1D": _around(1, "cropping"),
    "DepthwiseConv1D": _depthwise(1),
    "Flatten": _nothing,
    "GRU": _recurrent,
    "GlobalAveragePooling1D": _global,
    "GlobalMaxPooling1D": _global,
    "LSTM": _recurrent,
    "MaxPooling1D": _pooling(1),
    "Permute": lambda rng: {"dims": (2, 1)},
    "SeparableConv1D": _separable(1),
    "SimpleRNN": _recurrent,
    "UpSampling1D": lambda rng: {"size": 2},
    "ZeroPadding1D": _around(1, "padding"),
}
_VECTORS: Mapping[str, Draw] = _EVERYWHERE | {
    "RepeatVector": lambda rng: {"n": rng.choice((2, 3))},
}

_OFTEN = {
    "Conv2D": 8, "Conv1D": 6, "Dense": 4, "BatchNormalization": 3, "MaxPooling2D": 2,
    "AveragePooling2D": 2, "MaxPooling1D": 2, "Activation": 2, "LSTM": 2, "Softmax": 0.3,
    "Permute": 0.4, "RepeatVector": 0.5, "GlobalAveragePooling2D": 0.7, "Flatten": 0.7,
}  # fmt: skip
_MOST = 14 * 14 * 8
"""Values that a tensor may have before it has to be made smaller."""


def kinds(sizes: Sequence[int]) -> Mapping[str, Draw]:
    """The types of layers that take a tensor of this shape."""
    return {1: _VECTORS, 2: _SEQUENCES, 3: _IMAGES}[len(sizes)]


def drawn(rng: Random, sizes: Sequence[int]) -> tuple[str, Arguments]:
    """A random layer for a tensor, which may refuse it all the same."""
    known = kinds(sizes)
    type_ = rng.choices(list(known), [_OFTEN.get(name, 1) for name in known])[0]
    return type_, known[type_](rng)


def of_type(rng: Random, type_: str, rank: int) -> Arguments:
    """Random arguments of a layer of one type."""
    return kinds((1,) * rank)[type_](rng)
