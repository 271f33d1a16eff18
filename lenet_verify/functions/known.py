"""The activations that have names, as functions of one number: Keras's, and the 1998 paper's.

Those of several numbers (softmax) and those that learn (PReLU) are no such functions.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, partial

from lenet_verify.functions.computed import THEN
from lenet_verify.functions.points import POINTS, Values, agree, each

Parameter = float | bool | None


def _relu(
    x: float, negative_slope: float = 0, max_value: float | None = None, threshold: float = 0
) -> float:
    if max_value is not None and x >= max_value:
        return max_value
    return x if x >= threshold else negative_slope * (x - threshold)


def _elu(x: float, alpha: float = 1) -> float:
    return x if x > 0 else alpha * math.expm1(x)


def _celu(x: float, alpha: float = 1) -> float:
    return x if x > 0 else alpha * math.expm1(x / alpha)


def _selu(x: float) -> float:
    # self-normalising: Klambauer et al. 2017, equations 2 and 14
    return 1.0507009873554805 * _elu(x, 1.6732632423543772)


def _gelu(x: float, approximate: bool = False) -> float:
    if approximate:  # Hendrycks and Gimpel 2016, section 2
        return 0.5 * x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
    return 0.5 * x * math.erfc(-x / math.sqrt(2))


def exp(x: float) -> float:
    """exp(x), infinite where it passes all bounds."""
    return math.exp(x) if x < 709 else math.inf


def sigmoid(x: float) -> float:
    """1 / (1 + exp(-x)), wherever x is."""
    return 1 / (1 + math.exp(-x)) if x >= 0 else (e := exp(x)) / (1 + e)


def softplus(x: float) -> float:
    """log(1 + exp(x)), wherever x is."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def _between(low: float, x: float, high: float) -> float:
    return max(low, min(x, high))


def _hard_sigmoid(x: float) -> float:
    return _between(0, x + 3, 6) / 6


def _shrunk(x: float, threshold: float = 0.5) -> float:
    return math.copysign(max(abs(x) - threshold, 0), x)


def _sparse_plus(x: float) -> float:
    return x if x >= 1 else max(x + 1, 0) ** 2 / 4


ELEMENTWISE: Mapping[str, Callable[..., float]] = {
    "elu": _elu,
    "celu": _celu,  # with its plain name the same
    "exponential": exp,
    "gelu": _gelu,
    "hard_shrink": lambda x, threshold=0.5: x if abs(x) > threshold else 0.0,
    "hard_sigmoid": _hard_sigmoid,
    "hard_silu": lambda x: x * _hard_sigmoid(x),
    "hard_tanh": lambda x: _between(-1, x, 1),
    "leaky_relu": lambda x, negative_slope=0.2: x if x >= 0 else negative_slope * x,
    "linear": lambda x: x,
    "log_sigmoid": lambda x: -softplus(-x),
    "mish": lambda x: x * math.tanh(softplus(x)),
    "relu": _relu,
    "relu6": lambda x: _between(0, x, 6),
    # LeCun, Bottou, Bengio, Haffner 1998, Appendix A: A = 1.7159, S = 2/3
    "scaled_tanh": lambda x: 1.7159 * math.tanh(2 / 3 * x),
    "selu": _selu,
    "sigmoid": sigmoid,
    "silu": lambda x: x * sigmoid(x),
    "soft_shrink": _shrunk,
    "softplus": softplus,
    "softsign": lambda x: x / (1 + abs(x)),
    "sparse_plus": _sparse_plus,
    "sparse_sigmoid": lambda x: _between(0, (x + 1) / 2, 1),
    "squareplus": lambda x, b=4.0: (x + math.sqrt(x * x + b)) / 2,
    "tanh": math.tanh,
    "tanh_shrink": lambda x: x - math.tanh(x),
    "threshold": lambda x, threshold, default_value: x if x > threshold else default_value,
}
"""By Keras's name, the function; its parameters have Keras's names and defaults."""

_WRITTEN = re.compile(r"([a-z_0-9]+)(?:\((.*)\))?")
_PARAMETER = re.compile(r"([a-z_]+)=(-?[0-9.]+(?:e[-+]?[0-9]+)?|true|false|null)", re.IGNORECASE)
_WORDS: Mapping[str, Parameter] = {"true": True, "false": False, "null": None}


@lru_cache(256)
def values_of(activation: str) -> Values | None:
    """What an activation gives at the points.

    Args:
        activation: as a model's layer names it: `tanh`, `leaky_relu(negative_slope=0.3)`; or
            several in turn, `tanh, then relu`.

    Returns:
        None if it is not known, or no function of one number.
    """
    return after(POINTS, activation)


def after(values: Values, activation: str) -> Values | None:
    """What an activation makes of some values; None as of `values_of`."""
    for one in activation.split(THEN):
        function = _read(one)
        if function is None:
            return None
        try:
            values = each(function, values)
        except TypeError:  # parameters that it has not, or lacks
            return None
    return values


def _read(text: str) -> Callable[[float], float] | None:
    match = _WRITTEN.fullmatch(text)
    if match is None or match[1] not in ELEMENTWISE:
        return None
    parameters: dict[str, Parameter] = {}
    for part in filter(None, (match[2] or "").split(", ")):
        given = _PARAMETER.fullmatch(part)
        if given is None:
            return None
        word = given[2].lower()
        parameters[given[1]] = _WORDS[word] if word in _WORDS else float(word)
    return partial(ELEMENTWISE[match[1]], **parameters)


def name_of(values: Values) -> str | None:
    """The activation that has these values: a plain name, or one with one parameter."""
    own = ((name, values_of(name)) for name in (*ELEMENTWISE, *_with_a_parameter(values)))
    return next((name for name, known in own if known and agree(known, values)), None)


def _with_a_parameter(values: Values) -> Iterator[str]:
    """Activations that may have these values, by what they would have to have."""
    least, before_zero, largest = values[0], values[len(values) // 2 - 1], values[-1]
    slope = before_zero / POINTS[len(values) // 2 - 1]
    for name, value in (
        ("leaky_relu(negative_slope", slope),
        ("elu(alpha", -least),
        ("celu(alpha", -least),
        ("relu(max_value", largest),
    ):
        if math.isfinite(value):
            yield f"{name}={value:.6g})"
