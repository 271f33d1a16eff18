"""Random layers of the kinds that LeNet-5 has and Keras lacks."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.parity import draws
from tests.parity.case import Case, Generators, Sizes


def _image(rng: Random, channels: int | None) -> tuple[dict[str, Any], Sizes]:
    """Feature maps, and an argument that says their axis order."""
    order = rng.choice(("channels_last", "channels_first", None))
    spatial = tuple(rng.choice((None, *range(2, 10))) for _ in range(2))
    shape = (channels, *spatial) if order == "channels_first" else (*spatial, channels)
    if rng.random() < 0.05:
        shape = rng.choice((shape[1:], (*shape, 3)))
    return {"data_format": order}, shape


def _pair(rng: Random, most: int) -> int | tuple[int, int]:
    return rng.choice((rng.randint(1, most), (rng.randint(1, most), rng.randint(1, most))))


def _base(rng: Random) -> dict[str, Any]:
    trained = {"trainable": rng.random() < 0.5, "dtype": rng.choice(("float16", "float64"))}
    return draws.some(rng, trained, 0.3)


def _subsampling(rng: Random) -> Case:
    order, shape = _image(rng, rng.choice((1, 2, 3, 4, 6, None)))
    sizes = {"pool_size": _pair(rng, 3), "strides": rng.choice((None, _pair(rng, 3)))}
    more = draws.some(rng, {**sizes, "activation": "scaled_tanh"})
    return Case("Subsampling2D", {**order, **more, **_base(rng)}, (shape,))


def _sparse_convolution(rng: Random) -> Case:
    channels = rng.randint(1, 6)
    order, shape = _image(rng, None if rng.random() < 0.05 else channels)
    named = channels + (rng.random() < 0.1)  # one that does not come in
    table = [
        rng.sample(range(named), rng.randint(1, named) if rng.random() < 0.98 else 0)
        for _ in range(rng.randint(1, 5))
    ]
    if rng.random() < 0.05:
        table[0] = table[0] * 2
    arguments = {
        "connection_table": table,
        "kernel_size": _pair(rng, 4),
        **draws.some(
            rng,
            {
                "strides": _pair(rng, 3),
                "padding": rng.choice(("valid", "same")),
                "use_bias": rng.random() < 0.5,
                "activation": rng.choice((None, "relu", "scaled_tanh")),
            },
        ),
    }
    return Case("SparseConv2D", {**order, **arguments, **_base(rng)}, (shape,))


def _rbf(rng: Random) -> Case:
    length, units = rng.randint(1, 6), rng.randint(1, 4)
    codes = ["".join(rng.choice("#.") for _ in range(length)) for _ in range(units)]
    if rng.random() < 0.1:
        codes[0] += "#"
    inputs = length if rng.random() < 0.9 else rng.choice((length + 1, None))
    shape = (*draws.sizes(rng, 0, 2), inputs) if rng.random() < 0.97 else ()
    return Case("EuclideanRBF", {"codes": codes, **_base(rng)}, (shape,))


CASES: Generators = {
    "EuclideanRBF": _rbf,
    "SparseConv2D": _sparse_convolution,
    "Subsampling2D": _subsampling,
}
