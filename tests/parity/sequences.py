"""Random layers with weights that look at vectors: dense, normalisation, embedding, attention,
recurrent layers and wrappers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

from tests.parity.case import Case, Generators, Oddities, Oddity, Sizes

Arguments = dict[str, Any]


def _flip(rng: Random, share: float = 0.5) -> bool:
    return rng.random() < share


def _size(rng: Random, most: int = 7) -> int | None:
    return None if _flip(rng, 0.12) else rng.randint(1, most)


def _width(rng: Random) -> int | None:
    """A size that weights depend on, so that it is seldom variable."""
    return None if _flip(rng, 0.04) else rng.choice((1, 2, 3, 4, 6, 8))


def _sizes(rng: Random, fewest: int = 0, most: int = 4) -> Sizes:
    return tuple(_size(rng) for _ in range(rng.randint(fewest, most)))


def _flags(rng: Random, *names: str, share: float = 0.7) -> Arguments:
    """Some of the flags; the others have their defaults."""
    return {name: _flip(rng) for name in names if _flip(rng, share)}


def _base(rng: Random) -> Arguments:
    """What every layer takes."""
    said: Arguments = _flags(rng, "trainable", share=0.3)
    if _flip(rng, 0.05):
        said["dtype"] = rng.choice(("float16", "float64", "mixed_bfloat16"))
    return said


def _lora(rng: Random, kernel: str) -> Arguments:
    if not _flip(rng, 0.2):
        return {}
    said: Arguments = {"lora_rank": rng.randint(1, 4)}
    if _flip(rng, 0.2):
        said["lora_alpha"] = 2.0
    if _flip(rng, 0.2):
        said[f"{kernel}_constraint"] = "non_neg"
    return said


def _axis(rng: Random, shape: Sizes) -> int:
    """An axis, counted with the batch; now and then none of them."""
    rank = len(shape)
    if not rank or _flip(rng, 0.06):
        return rng.choice((-rank - 2, -rank - 1, rank + 1, 0))
    return rng.choice((-1, 1)) * rng.randint(1, rank)


def _axes(rng: Random, shape: Sizes) -> int | tuple[int, ...]:
    if _flip(rng) or not shape:
        return _axis(rng, shape)
    if _flip(rng, 0.7):
        rank = len(shape)
        chosen = rng.sample(range(1, rank + 1), rng.randint(1, rank))
        return tuple(axis - rank - 1 if _flip(rng, 0.3) else axis for axis in chosen)
    return tuple(_axis(rng, shape) for _ in range(rng.randint(1, 3)))


def dense(rng: Random) -> Case:
    """Dense: any rank, scalars too."""
    shape = () if _flip(rng, 0.04) else (*_sizes(rng, 0, 3), _width(rng))
    said = {"units": rng.randint(1, 6), **_flags(rng, "use_bias"), **_lora(rng, "kernel")}
    shapes = (shape, shape) if _flip(rng, 0.02) else (shape,)
    return Case("Dense", said | _base(rng), shapes)


def einsum_dense(rng: Random) -> Case:
    """EinsumDense: letters drawn, dots left or right, sizes of the output left open."""
    letters = rng.sample("abcdefgxyz", 8)
    kept, summed, both, new = (
        letters[start : start + rng.randint(0, 2)] for start in range(0, 8, 2)
    )
    inner = rng.sample(kept + summed + both, len(kept + summed + both))
    outer = rng.sample(kept + both + new, len(kept + both + new))
    kernel = rng.sample(summed + both + new, len(summed + both + new))
    if _flip(rng):  # as nearly all are in practice
        inner, outer, kernel = kept + both + summed, kept + both + new, both + summed + new
    sizes: dict[str, int | None] = {
        letter: _size(rng) if letter in kept else _width(rng) or 5 for letter in letters
    }
    if _flip(rng, 0.05):
        sizes[rng.choice(letters)] = None
    dots = rng.choice(("", "", "left", "right"))
    batch = [] if dots == "left" and _flip(rng, 0.9) else ["q"]
    terms = [batch + inner, kernel, batch + outer]
    if _flip(rng, 0.06):  # a letter too many, or twice
        rng.choice(terms).append(rng.choice([*letters, "w", "q"]))
    first, middle, last = map("".join, terms)
    equation = {
        "": f"{first},{middle}->{last}",
        "left": f"...{first},{middle}->...{last}",
        "right": f"{first}...,{middle}->{last}...",
    }[dots]
    further = _sizes(rng, 0, 2) if dots else ()
    shape = tuple(sizes[letter] for letter in inner)
    shape = (*further, *shape) if dots == "left" else (*shape, *further)
    open_ = 0.35 if _flip(rng) else 0.0
    output = tuple(
        None if letter in kept and _flip(rng, open_) else sizes[letter] for letter in outer
    )
    if _flip(rng, 0.06):
        output = rng.choice((output[1:], (*output, 3), tuple(reversed(output))))
    said: Arguments = {"equation": equation, "output_shape": output, **_lora(rng, "kernel")}
    if _flip(rng, 0.6):
        pool = [*new, *both]
        if not pool or _flip(rng, 0.05):
            pool = [*outer, "q"]
        axes = rng.sample(pool, rng.randint(1, len(pool)))
        said["bias_axes"] = "" if _flip(rng, 0.02) else "".join(axes)
    if _flip(rng, 0.04):
        shape = rng.choice(((), shape[1:], (*shape, 3)))
    return Case("EinsumDense", said | _base(rng), (shape,))


def embedding(rng: Random, type_: str) -> Case:
    """Embedding and ReversibleEmbedding, of numbers of any shape."""
    said: Arguments = {
        "input_dim": rng.randint(1, 20),
        "output_dim": rng.randint(1, 6),
        **_flags(rng, "mask_zero"),
        **(_lora(rng, "embeddings") if type_ == "Embedding" else _flags(rng, "tie_weights")),
    }
    shape = _sizes(rng)
    shapes = (shape, shape) if _flip(rng, 0.02) else (shape,)
    return Case(type_, said | _base(rng), shapes, rng.choice(("int32", "float32", "int64")))


def batch_normalization(rng: Random) -> Case:
    """BatchNormalization, renormalisation too."""
    shape = _sizes(rng) if _flip(rng, 0.3) else tuple(_width(rng) for _ in range(rng.randint(1, 4)))
    said = _flags(rng, "center", "scale", "renorm")
    if _flip(rng, 0.6):
        said["axis"] = _axis(rng, shape)
    if _flip(rng, 0.2):
        bounds = {name: rng.choice((-1.0, 0.5, 2.0)) for name in ("rmax", "rmin", "dmax")}
        said["renorm_clipping"] = {name: bounds[name] for name in bounds if _flip(rng)}
    return Case("BatchNormalization", said | _base(rng), (shape,))


def group_normalization(rng: Random) -> Case:
    """GroupNormalization: groups that divide the channels and groups that do not."""
    shape = (*_sizes(rng, 0, 3), rng.choice((2, 4, 6, 8)) if _flip(rng, 0.7) else _width(rng))
    said = {"groups": rng.choice((-1, 1, 1, 2, 2, 3, 4)), **_flags(rng, "center", "scale")}
    if _flip(rng, 0.4):
        said["axis"] = _axis(rng, shape)
    return Case("GroupNormalization", said | _base(rng), (shape,))


def normalization(rng: Random, type_: str) -> Case:
    """Normalisation over one axis or several."""
    shape = _sizes(rng) if _flip(rng, 0.3) else tuple(_width(rng) for _ in range(rng.randint(1, 4)))
    said = _flags(rng, "center", "scale") if type_ == "LayerNormalization" else {}
    if _flip(rng, 0.7):
        said["axis"] = _axes(rng, shape)
    return Case(type_, said | _base(rng), (shape,))


def prelu(rng: Random) -> Case:
    """PReLU, its axes shared."""
    shape = _sizes(rng) if _flip(rng, 0.3) else tuple(_width(rng) for _ in range(rng.randint(0, 4)))
    said = {"shared_axes": _axes(rng, shape)} if _flip(rng, 0.6) else {}
    if _flip(rng, 0.3):  # as it is used: all axes but the last
        said = {"shared_axes": tuple(range(1, len(shape)))} if len(shape) > 1 else {}
    return Case("PReLU", said | _base(rng), (shape,))


def _query_value_key(
    rng: Random, rank: int, *, one_width: bool, listed: bool = False
) -> tuple[Sizes, ...]:
    """Query, value and perhaps a key that fit together, mostly."""
    leads = _sizes(rng, rank - 2, rank - 2) if rank > 2 else ()
    steps, sources = _size(rng), _size(rng)
    widths = [_width(rng) for _ in range(3)]
    if one_width:
        widths[2] = widths[0]
    shapes = [(*leads, steps, widths[0]), (*leads, sources, widths[1])]
    if _flip(rng):
        shapes.append((*leads, sources, widths[2]))
    elif one_width:
        shapes[1] = (*leads, sources, widths[0])
    if _flip(rng, 0.08):
        place = rng.randrange(len(shapes))
        shapes[place] = rng.choice((shapes[place][1:], (2, *shapes[place]), (11, 11), ()))
    if _flip(rng, 0.03):
        # what is the fourth to fifth of several arguments is a mask; in a list it is too many
        shapes = rng.choice((shapes[:1], [*shapes, shapes[0], shapes[0]] if listed else shapes[:1]))
    return tuple(shapes)


def attention(rng: Random, type_: str) -> Case:
    """Attention and AdditiveAttention."""
    rank = 2 if _flip(rng, 0.8) else rng.choice((1, 3, 4))
    said = _flags(rng, "use_scale")
    if type_ == "Attention" and _flip(rng, 0.6):
        said["score_mode"] = rng.choice(("dot", "concat"))
    if _flip(rng, 0.2):
        said["dropout"] = 0.1
    shapes = _query_value_key(rng, rank, one_width=_flip(rng, 0.95), listed=True)
    return Case(type_, said | _base(rng), shapes)


def multi_head_attention(rng: Random) -> Case:
    """MultiHeadAttention, along one axis or several."""
    rank = 2 if _flip(rng, 0.65) else rng.choice((1, 3, 3, 4))
    said: Arguments = {"num_heads": rng.randint(1, 4), "key_dim": rng.randint(1, 4)}
    said |= _flags(rng, "use_bias", "use_gate")
    if _flip(rng, 0.3):
        said["value_dim"] = rng.randint(1, 4)
    if _flip(rng, 0.3):
        said["output_shape"] = rng.choice((rng.randint(1, 5), (3,), (2, 3), (2, None)))
    if _flip(rng, 0.3):
        usual = (1, (1,), -2) if rank < 3 else (1, (2,), (1, 2), (-2, -3), -2)
        said["attention_axes"] = rng.choice(usual if _flip(rng, 0.8) else ((2,), -1, 0, 7))
    if _flip(rng, 0.1):
        said["sliding_window"] = 2
    shapes = _query_value_key(rng, rank, one_width=False)
    return Case("MultiHeadAttention", said | _base(rng), shapes)


def group_query_attention(rng: Random) -> Case:
    """GroupQueryAttention: heads that divide and heads that do not."""
    heads, shared = (3, 2) if _flip(rng, 0.05) else rng.choice(((2, 1), (4, 2), (3, 3), (6, 2)))
    said: Arguments = {
        "head_dim": rng.randint(1, 4),
        "num_query_heads": heads,
        "num_key_value_heads": shared,
        **_flags(rng, "use_bias", "use_gate"),
    }
    rank = 2 if _flip(rng, 0.92) else rng.choice((1, 3))
    query, *others = _query_value_key(rng, rank, one_width=False)
    if others and others[0] and query and _flip(rng, 0.9):  # their widths must agree
        others[0] = (*others[0][:-1], query[-1])
    return Case("GroupQueryAttention", said | _base(rng), (query, *others))


def _cell(rng: Random, type_: str) -> Arguments:
    """What a cell and its layer take alike."""
    said: Arguments = {"units": rng.randint(1, 5), **_flags(rng, "use_bias")}
    if type_.startswith("GRU"):
        said |= _flags(rng, "reset_after")
    if _flip(rng, 0.15):
        said[rng.choice(("dropout", "recurrent_dropout"))] = 0.2
    return said


_KINDS = {"SimpleRNN": 1, "GRU": 1, "LSTM": 2}
"""How many states each has."""


def _nested_cell(rng: Random, deep: int = 1) -> Arguments:
    if deep and _flip(rng, 0.3):
        cells = [_nested_cell(rng, deep - 1) for _ in range(rng.randint(1, 3))]
        return {"type": "StackedRNNCells", "cells": cells, **_flags(rng, "trainable", share=0.2)}
    type_ = rng.choice([*_KINDS]) + "Cell"
    return {"type": type_, **_cell(rng, type_), **_flags(rng, "trainable", share=0.2)}


def _states(cell: Arguments, type_: str) -> list[Sizes]:
    """The states of a cell of these arguments."""
    if type_ == "StackedRNNCells":
        return [state for inner in cell["cells"] for state in _states(inner, inner["type"])]
    return [(cell["units"],)] * _KINDS[type_.removesuffix("Cell")]


def _spoilt(rng: Random, states: list[Sizes]) -> list[Sizes]:
    """The states, or now and then others."""
    if _flip(rng, 0.85) or not states:
        return states
    place = rng.randrange(len(states))
    return rng.choice(
        (
            states[:-1],
            [*states[:place], (None,), *states[place + 1 :]],
            [*states[:place], (9,), *states[place + 1 :]],
        )
    )


def cell(rng: Random, type_: str) -> Case:
    """A cell by itself, on a step and its states."""
    said = _cell(rng, type_)
    step = (_width(rng),) if _flip(rng, 0.95) else ()
    states = _spoilt(rng, _states(said, type_))
    return Case(type_, said | _base(rng), (step, *states))


def stacked_cells(rng: Random) -> Case:
    """Cells of one state each by themselves: more would have to be handed over in lists."""
    cells = []
    for _ in range(rng.randint(1, 3)):
        type_ = rng.choice(("SimpleRNNCell", "GRUCell"))
        frozen = _flags(rng, "trainable", share=0.2)
        cells.append({"type": type_, **_cell(rng, type_), **frozen})
    said: Arguments = {"cells": cells}
    states = [state for inner in cells for state in _states(inner, inner["type"])]
    if _flip(rng, 0.05):
        states = []
    return Case("StackedRNNCells", said | _base(rng), ((_width(rng),), *states))


def _sequence(rng: Random) -> Sizes:
    if _flip(rng, 0.06):
        return rng.choice(((), (4,), (4, 3, 2), (None, None, 3)))
    return (_size(rng), _width(rng))


_RETURNS = ("return_sequences", "return_state", "go_backwards")


def recurrent(rng: Random, type_: str) -> Case:
    """SimpleRNN, GRU and LSTM, with and without states to begin with."""
    said = _cell(rng, type_) | _flags(rng, *_RETURNS, "unroll", share=0.5)
    states = _spoilt(rng, _states(said, type_)) if _flip(rng, 0.25) else []
    return Case(type_, said | _base(rng), (_sequence(rng), *states))


def rnn(rng: Random) -> Case:
    """RNN, of one cell or several."""
    inner = _nested_cell(rng, 2 if _flip(rng, 0.1) else 1)
    said: Arguments = {"cell": inner, **_flags(rng, *_RETURNS, "zero_output_for_mask", share=0.5)}
    states = _spoilt(rng, _states(inner, inner["type"])) if _flip(rng, 0.2) else []
    return Case("RNN", said | _base(rng), (_sequence(rng), *states))


def _maps(rng: Random, rank: int) -> tuple[Arguments, Sizes]:
    """The arguments of a convolution within a recurrence, and a sequence of maps."""
    said: Arguments = {
        "filters": rng.randint(1, 3),
        "kernel_size": rng.choice((1, 2, 3, tuple(rng.randint(1, 4) for _ in range(rank)))),
        **_flags(rng, "use_bias"),
    }
    if _flip(rng, 0.3):
        said["strides"] = rng.choice((1, 2, tuple(rng.randint(1, 3) for _ in range(rank))))
    if _flip(rng, 0.2):
        said["dilation_rate"] = rng.choice((1, 2, tuple(rng.randint(1, 2) for _ in range(rank))))
    if _flip(rng):
        said["padding"] = rng.choice(("valid", "same"))
    channels = None if _flip(rng, 0.02) else rng.randint(1, 3)
    spatial = [None if _flip(rng, 0.03) else rng.randint(2, 7) for _ in range(rank)]
    shape: Sizes = (*spatial, channels)
    if _flip(rng, 0.4):
        said["data_format"] = rng.choice(("channels_first", "channels_last"))
        if said["data_format"] == "channels_first":
            shape = (channels, *spatial)
    if _flip(rng, 0.03):
        shape = rng.choice((shape[1:], (2, *shape), ()))
    return said, (_size(rng), *shape)


def conv_lstm(rng: Random, rank: int) -> Case:
    """ConvLSTM1D, ConvLSTM2D and ConvLSTM3D."""
    said, shape = _maps(rng, rank)
    said |= _flags(rng, *_RETURNS, share=0.5)
    return Case(f"ConvLSTM{rank}D", said | _base(rng), (shape,))


def bidirectional(rng: Random) -> Case:
    """Bidirectional: the same both ways, or two layers of which each goes its own."""
    shape = _sequence(rng)
    states: list[Sizes] = []
    kind = rng.random()
    if kind < 0.15:
        rank = rng.choice((1, 2))
        said, shape = _maps(rng, rank)
        way: Arguments = {"type": f"ConvLSTM{rank}D", **said}
    elif kind < 0.3:
        way = {"type": "RNN", "cell": _nested_cell(rng)}
        states = _states(way["cell"], way["cell"]["type"])
    else:
        type_ = rng.choice([*_KINDS])
        way = {"type": type_, **_cell(rng, type_)}
        states = _states(way, type_)
    way |= _flags(rng, "return_sequences", "return_state", share=0.5)
    way |= _flags(rng, "trainable", share=0.15)
    if _flip(rng, 0.06):
        way["go_backwards"] = _flip(rng)
    outer: Arguments = {"layer": way}
    if _flip(rng, 0.25):
        back = {**way, "go_backwards": _flip(rng, 0.95)}
        if _flip(rng, 0.2) and "units" in back:
            back["units"] = rng.randint(1, 5)
        if _flip(rng, 0.1):
            back["return_sequences"] = _flip(rng)
        outer["backward_layer"] = back
    if _flip(rng, 0.7):
        outer["merge_mode"] = rng.choice((None, "concat", "sum", "mul", "ave"))
    further = _spoilt(rng, states * 2) if _flip(rng, 0.15) and len(set(states)) == 1 else []
    return Case("Bidirectional", outer | _base(rng), (shape, *further))


_WRAPPED: tuple[Callable[[Random], Case], ...] = (
    dense,
    einsum_dense,
    batch_normalization,
    partial(embedding, type_="Embedding"),
    partial(normalization, type_="LayerNormalization"),
    prelu,
    partial(recurrent, type_="LSTM"),
    partial(recurrent, type_="GRU"),
    partial(conv_lstm, rank=1),
    bidirectional,
)


def _convolution(rng: Random) -> Case:
    """A convolution of one of the kinds whose kernels differ in their last axis."""
    rank = rng.choice((1, 2))
    kind = rng.choice(("Conv{}D", "Conv{}DTranspose", "DepthwiseConv{}D", "SeparableConv{}D"))
    said: Arguments = {"kernel_size": rng.randint(1, 3), **_flags(rng, "use_bias")}
    if kind.startswith("Depthwise"):
        said["depth_multiplier"] = rng.randint(1, 3)
    else:
        said["filters"] = rng.randint(1, 4)
    spatial = tuple(rng.choice((None, 3, 4, 5)) for _ in range(rank))
    if _flip(rng, 0.2):
        return Case(kind.format(rank), {**said, "data_format": "channels_first"}, ((2, *spatial),))
    return Case(kind.format(rank), said, ((*spatial, 3),))


def _nested(case: Case, rng: Random) -> Arguments:
    return {"type": case.type, **case.arguments, **_flags(rng, "trainable", share=0.15)}


def time_distributed(rng: Random) -> Case:
    """TimeDistributed around layers with one output and with several, and around another."""
    drawn = rng.random()
    if drawn < 0.1:
        inner = time_distributed(rng)
    elif drawn < 0.3:
        inner = _convolution(rng)
    elif drawn < 0.35:
        inner = Case("Flatten", {}, (_sizes(rng),))
    elif drawn < 0.4:
        inner = spectral_normalization(rng)
    elif drawn < 0.42:
        inner = Case("Add", {}, (_sizes(rng),))
    else:
        inner = rng.choice(_WRAPPED)(rng)
    shape = (_size(rng), *inner.shapes[0])
    said: Arguments = {"layer": _nested(inner, rng)}
    return Case("TimeDistributed", said | _base(rng), (shape,), inner.dtype)


def spectral_normalization(rng: Random) -> Case:
    """SpectralNormalization around layers with a kernel, and without one."""
    drawn = rng.random()
    if drawn < 0.3:
        inner = dense(rng)
    elif drawn < 0.5:
        inner = _convolution(rng)
    elif drawn < 0.65:
        inner = einsum_dense(rng)
    elif drawn < 0.8:
        inner = embedding(rng, rng.choice(("Embedding", "ReversibleEmbedding")))
    elif drawn < 0.9:
        inner = spectral_normalization(rng)
    else:
        inner = rng.choice(_WRAPPED)(rng)
    said: Arguments = {"layer": _nested(inner, rng)}
    if _flip(rng, 0.2):
        said["power_iterations"] = 2
    return Case("SpectralNormalization", said | _base(rng), inner.shapes[:1], inner.dtype)


CASES: Generators = {
    "Dense": dense,
    "EinsumDense": einsum_dense,
    "Embedding": partial(embedding, type_="Embedding"),
    "ReversibleEmbedding": partial(embedding, type_="ReversibleEmbedding"),
    "BatchNormalization": batch_normalization,
    "GroupNormalization": group_normalization,
    "LayerNormalization": partial(normalization, type_="LayerNormalization"),
    "RMSNormalization": partial(normalization, type_="RMSNormalization"),
    "UnitNormalization": partial(normalization, type_="UnitNormalization"),
    "PReLU": prelu,
    "Attention": partial(attention, type_="Attention"),
    "AdditiveAttention": partial(attention, type_="AdditiveAttention"),
    "MultiHeadAttention": multi_head_attention,
    "GroupQueryAttention": group_query_attention,
    "SimpleRNNCell": partial(cell, type_="SimpleRNNCell"),
    "GRUCell": partial(cell, type_="GRUCell"),
    "LSTMCell": partial(cell, type_="LSTMCell"),
    "StackedRNNCells": stacked_cells,
    "SimpleRNN": partial(recurrent, type_="SimpleRNN"),
    "GRU": partial(recurrent, type_="GRU"),
    "LSTM": partial(recurrent, type_="LSTM"),
    "RNN": rnn,
    "ConvLSTM1D": partial(conv_lstm, rank=1),
    "ConvLSTM2D": partial(conv_lstm, rank=2),
    "ConvLSTM3D": partial(conv_lstm, rank=3),
    "Bidirectional": bidirectional,
    "TimeDistributed": time_distributed,
    "SpectralNormalization": spectral_normalization,
}


def _input_letters(case: Case) -> str:
    """The letters of the input of an EinsumDense, or of one that is wrapped."""
    arguments = case.arguments
    while "layer" in arguments:
        arguments = arguments["layer"]
    return str(arguments.get("equation", "...")).split(",")[0]


def _for_other_axes(case: Case) -> bool:
    """Whether an equation is for an input of another number of axes, the batch among them."""
    letters = _input_letters(case)
    return "..." not in letters and len(letters) != len(case.shapes[0]) + 1


def _leaves_out_several(case: Case) -> bool:
    """Whether dots on the left stand for several axes besides the batch."""
    letters = _input_letters(case)
    return letters.startswith("...") and len(case.shapes[0]) + 1 - len(letters[3:]) > 2


_BY_ACCIDENT = Oddity(
    "takes an input of more axes than its equation has letters for, which TensorFlow may stretch",
    _for_other_axes,
    by_accident=True,
)

_REVERSED = Oddity("gives the axes that dots on the left stand for in reverse", _leaves_out_several)

_WITH_EQUATIONS = ("EinsumDense", "SpectralNormalization", "TimeDistributed")

ODDITIES: Oddities = dict.fromkeys(_WITH_EQUATIONS, (_BY_ACCIDENT, _REVERSED))
