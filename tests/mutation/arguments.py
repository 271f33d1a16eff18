"""Changes to the arguments of one layer, each to something that computes otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from random import Random
from typing import Any

from tests.mutation.layers import ACTIVATIONS, EPSILONS
from tests.mutation.network import INPUT, Network, Row

Altered = Callable[[Row, Random], Row | None]
Change = Callable[[Network, Random], Network | None]

_CONVOLUTIONS = ("Conv1D", "Conv2D")
_DEPTHWISE = ("DepthwiseConv1D", "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D")
_WITH_KERNELS = (*_CONVOLUTIONS, *_DEPTHWISE)
_POOLINGS = ("AveragePooling1D", "AveragePooling2D", "MaxPooling1D", "MaxPooling2D")
_RECURRENT = ("GRU", "LSTM", "SimpleRNN")
_BIASED = (*_WITH_KERNELS, *_RECURRENT, "Conv2DTranspose", "Dense")
_ACTIVATED = (*_WITH_KERNELS, *_RECURRENT, "Conv2DTranspose", "Dense")
_NORMALIZATIONS = ("BatchNormalization", "LayerNormalization")
_MERGES = ("Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract")
_PADS = {"ZeroPadding1D": "padding", "ZeroPadding2D": "padding",
         "Cropping1D": "cropping", "Cropping2D": "cropping"}  # fmt: skip


def altering(alter: Altered, types: Iterable[str]) -> Change:
    """A change to one layer of some types."""
    known = frozenset(types)

    def change(net: Network, rng: Random) -> Network | None:
        found = [row for row in net.rows if row.type in known and not row.shares]
        if not found:
            return None
        row = rng.choice(found)
        other = alter(row, rng)
        return None if other is None or other == row else net.with_row(other)

    return change


def another(name: str, usual: Any, *choices: Any) -> Altered:
    """One argument, as one of some others."""

    def alter(row: Row, rng: Random) -> Row:
        now = row.arguments.get(name, usual)
        return row.having(**{name: rng.choice([one for one in choices if one != now])})

    return alter


def counted(name: str, usual: int = 1) -> Altered:
    """One argument, a little more or less."""

    def alter(row: Row, rng: Random) -> Row | None:
        now = row.arguments.get(name, usual)
        new = now + rng.choice((-2, -1, 1, 2, 3))
        return row.having(**{name: new}) if new > 0 else None

    return alter


def sized(name: str, usual: Any) -> Altered:
    """One size, on one axis or on all of them."""

    def alter(row: Row, rng: Random) -> Row | None:
        now = row.arguments.get(name, usual)
        rank = 1 if "1D" in row.type else 2
        each = list(now) if isinstance(now, tuple | list) else [now] * rank
        changed = rng.choice([[axis] for axis in range(rank)] + [list(range(rank))])
        step = rng.choice((-2, -1, 1, 1, 2))
        each = [size + step if axis in changed else size for axis, size in enumerate(each)]
        if min(each) < 1:
            return None
        return row.having(**{name: each[0] if rank == 1 else tuple(each)})

    return alter


def _activation(row: Row, rng: Random) -> Row | None:
    now = row.arguments.get("activation", "tanh" if row.type in _RECURRENT else "linear")
    if now in ("linear", None):
        return None
    return row.having(activation=rng.choice([one for one in (*ACTIVATIONS, "softmax", "log_softmax")
                                             if one != now]))  # fmt: skip


def _with_activation(row: Row, rng: Random) -> Row | None:
    if row.type in _RECURRENT:
        return None  # they have one by default
    if row.arguments.get("activation", "linear") != "linear":
        return None
    return row.having(activation=rng.choice((*ACTIVATIONS, "softmax")))


def _without_activation(row: Row, rng: Random) -> Row | None:
    usual = "tanh" if row.type in _RECURRENT else "linear"
    return row.having(activation="linear") if row.arguments.get("activation", usual) else None


def _activation_layer(row: Row, rng: Random) -> Row:
    """Another function in the place of an activation layer's."""
    kind = rng.choice(("Activation", "Activation", "ReLU", "LeakyReLU", "Softmax"))
    arguments = {"activation": rng.choice(ACTIVATIONS)} if kind == "Activation" else {}
    return replace(row, type=kind, arguments=arguments)


def _bias(row: Row, rng: Random) -> Row:
    return row.having(use_bias=not row.arguments.get("use_bias", True))


def _groups(row: Row, rng: Random) -> Row | None:
    now = row.arguments.get("groups", 1)
    new = rng.choice([one for one in (1, 2, 3, 4, 6) if one != now])
    return row.having(groups=new) if row.arguments["filters"] % new == 0 else None


def _padding(row: Row, rng: Random) -> Row:
    now = row.arguments.get("padding", "valid")
    choices = ["valid", "same", *(["causal"] if row.type == "Conv1D" else [])]
    return row.having(padding=rng.choice([one for one in choices if one != now]))


def _pooling_kind(row: Row, rng: Random) -> Row:
    old, new = ("Max", "Average") if "Max" in row.type else ("Average", "Max")
    return replace(row, type=row.type.replace(old, new))


def _merge_kind(row: Row, rng: Random) -> Row | None:
    choices = [one for one in _MERGES if one != row.type]
    type_ = rng.choice(choices)
    return None if type_ == "Subtract" and len(row.inputs) != 2 else replace(row, type=type_)


def _operands(row: Row, rng: Random) -> Row | None:
    order = list(row.inputs)
    rng.shuffle(order)
    return replace(row, inputs=tuple(order)) if tuple(order) != row.inputs else None


def _operand_more_or_less(row: Row, rng: Random) -> Row | None:
    if len(row.inputs) > 2 and rng.random() < 0.5:
        place = rng.randrange(len(row.inputs))
        return replace(row, inputs=(*row.inputs[:place], *row.inputs[place + 1 :]))
    return replace(row, inputs=(*row.inputs, rng.choice(row.inputs)))


def _axis(row: Row, rng: Random) -> Row:
    now = row.arguments.get("axis", -1)
    return row.having(axis=rng.choice([one for one in (-1, -2, 1, 2, 3) if one != now]))


def _parameters(row: Row, rng: Random) -> Row:
    """Whether a normalisation shifts or scales."""
    name = rng.choice(("center", "scale"))
    return row.having(**{name: not row.arguments.get(name, True)})


def _way(row: Row, rng: Random) -> Row:
    return row.having(go_backwards=not row.arguments.get("go_backwards", False))


def _steps(row: Row, rng: Random) -> Row:
    return row.having(return_sequences=not row.arguments.get("return_sequences", False))


def _cell(row: Row, rng: Random) -> Row:
    kept = {key: value for key, value in row.arguments.items() if key != "recurrent_activation"}
    kind = rng.choice([one for one in _RECURRENT if one != row.type])
    return replace(row, type=kind, arguments=kept)


def _wrapped(row: Row, rng: Random) -> Row:
    """Something of the layer that Bidirectional wraps, or how its two ways are joined."""
    inner = dict(row.arguments["layer"])
    what = rng.choice(("mode", "units", "bias", "cell", "activation", "steps"))
    if what == "mode":
        now = row.arguments.get("merge_mode", "concat")
        others = [one for one in ("concat", "sum", "mul", "ave") if one != now]
        return row.having(merge_mode=rng.choice(others))
    if what == "units":
        inner["units"] += 1
    elif what == "bias":
        inner["use_bias"] = False
    elif what == "cell":
        inner["type"] = rng.choice([one for one in _RECURRENT if one != inner["type"]])
    elif what == "activation":
        inner["activation"] = rng.choice(("relu", "sigmoid", "softsign"))
    else:
        inner["return_sequences"] = not inner.get("return_sequences", False)
    return row.having(layer=inner)


def _ways(row: Row, rng: Random) -> Row:
    """Padding or cropping that sums up to the same, or to something else."""
    name = _PADS[row.type]
    rank = 1 if "1D" in row.type else 2
    now = row.arguments.get(name, 1)
    told = now if isinstance(now, tuple | list) else (now,) * rank
    sides = [told] if rank == 1 and isinstance(now, tuple) else list(told)
    each = [list(one) if isinstance(one, tuple | list) else [one, one] for one in sides]
    axis = rng.randrange(rank)
    if rng.random() < 0.5:
        each[axis].reverse()
    else:
        each[axis][rng.randrange(2)] += rng.choice((-1, 1))
    if min(map(min, each)) < 0:
        return row
    return row.having(**{name: tuple(each[0]) if rank == 1 else tuple(map(tuple, each))})


def _dims(row: Row, rng: Random) -> Row:
    dims = list(row.arguments["dims"])
    rng.shuffle(dims)
    return row.having(dims=tuple(dims))


def _input_shape(row: Row, rng: Random) -> Row | None:
    shape = list(row.arguments["shape"])
    axis = rng.randrange(len(shape))
    shape[axis] += rng.choice((-2, -1, 1, 2))
    return row.having(shape=tuple(shape)) if shape[axis] > 0 else None


def _dilation(row: Row, rng: Random) -> Row:
    now = row.arguments.get("dilation_rate", 1)
    choices: list[Any] = [1, 2, 3] if "1D" in row.type else [1, 2, 3, (1, 2), (2, 1)]
    return row.having(dilation_rate=rng.choice([one for one in choices if one != now]))


ALTERATIONS: Mapping[str, Change] = {
    "activation": altering(_activation, _ACTIVATED),
    "activation added": altering(_with_activation, _ACTIVATED),
    "activation removed": altering(_without_activation, _ACTIVATED),
    "activation layer": altering(
        _activation_layer, ("Activation", "LeakyReLU", "ReLU", "Softmax")
    ),
    "recurrent activation": altering(
        another("recurrent_activation", "sigmoid", "sigmoid", "hard_sigmoid", "tanh"),
        ("GRU", "LSTM"),
    ),
    "reset after": altering(another("reset_after", True, True, False), ("GRU",)),
    "bias": altering(_bias, _BIASED),
    "dilation": altering(_dilation, _WITH_KERNELS),
    "groups": altering(_groups, _CONVOLUTIONS),
    "padding": altering(_padding, (*_WITH_KERNELS, *_POOLINGS)),
    "strides": altering(sized("strides", 1), _WITH_KERNELS),
    "strides of pooling": altering(sized("strides", 2), _POOLINGS),
    "kernel size": altering(sized("kernel_size", 1), (*_WITH_KERNELS, "Conv2DTranspose")),
    "filters": altering(counted("filters"), (*_CONVOLUTIONS, *_DEPTHWISE[2:], "Conv2DTranspose")),
    "units": altering(counted("units"), ("Dense", *_RECURRENT)),
    "output of embedding": altering(
        lambda row, rng: counted(rng.choice(("input_dim", "output_dim")))(row, rng), ("Embedding",)
    ),
    "pooling kind": altering(
        _pooling_kind, (*_POOLINGS, *(f"Global{one[:-2]}{one[-2:]}" for one in _POOLINGS))
    ),
    "pool size": altering(sized("pool_size", 2), _POOLINGS),
    "depth multiplier": altering(counted("depth_multiplier"), _DEPTHWISE),
    "axis of concatenation": altering(_axis, ("Concatenate",)),
    "axis of softmax": altering(_axis, ("Softmax",)),
    "axis of normalization": altering(_axis, _NORMALIZATIONS),
    "epsilon": altering(another("epsilon", 1e-3, *EPSILONS), _NORMALIZATIONS),
    "center or scale": altering(_parameters, _NORMALIZATIONS),
    "normalization kind": altering(
        lambda row, rng: replace(
            row, type=_NORMALIZATIONS[row.type == _NORMALIZATIONS[0]]
        ), _NORMALIZATIONS,
    ),
    "slope": altering(another("negative_slope", 0.3, 0.05, 0.1, 0.2, 0.3), ("LeakyReLU",)),
    "sequences": altering(_steps, _RECURRENT),
    "backwards": altering(_way, _RECURRENT),
    "cell": altering(_cell, _RECURRENT),
    "wrapped layer": altering(_wrapped, ("Bidirectional",)),
    "merge kind": altering(_merge_kind, _MERGES),
    "operands swapped": altering(_operands, ("Concatenate", "Subtract")),
    "operand more or less": altering(
        _operand_more_or_less, ("Add", "Average", "Concatenate", "Maximum", "Minimum", "Multiply")
    ),
    "upsampling": altering(
        lambda row, rng: another("interpolation", "nearest", "nearest", "bilinear")(row, rng)
        if row.type.endswith("2D") and rng.random() < 0.6 else sized("size", 2)(row, rng),
        ("UpSampling1D", "UpSampling2D"),
    ),
    "zero padding or cropping": altering(_ways, _PADS),
    "permutation": altering(_dims, ("Permute",)),
    "repetitions": altering(counted("n"), ("RepeatVector",)),
    "input shape": altering(_input_shape, (INPUT,)),
}  # fmt: skip
"""By name, the changes to one layer's arguments."""
