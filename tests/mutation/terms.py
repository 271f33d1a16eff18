"""A network as terms in which what computes the same for a known reason is one.

It shares no code with the checker: it says of two networks that they are *not* the same, and is
asked before the checker is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf, prod
from typing import Any

from tests.mutation import axes

Key = tuple[Any, ...]
Sizes = tuple[int, ...]

MONOTONE = frozenset(
    {"elu", "exponential", "hard_sigmoid", "leaky_relu", "relu", "relu6", "selu", "sigmoid",
     "softplus", "softsign", "tanh"}
)  # fmt: skip
"""Activations that never fall, so that the largest value stays the largest."""
OF_ZERO_ZERO = frozenset(
    {"elu", "gelu", "leaky_relu", "mish", "relu", "relu6", "selu", "silu", "softsign", "tanh"}
)
_BOUNDS = {
    "elu": (-1.0, inf), "exponential": (0.0, inf), "hard_sigmoid": (0.0, 1.0),
    "gelu": (-0.2, inf), "mish": (-0.4, inf), "relu": (0.0, inf), "relu6": (0.0, 6.0),
    "selu": (-1.8, inf), "sigmoid": (0.0, 1.0), "silu": (-0.3, inf), "softplus": (0.0, inf),
    "softsign": (-1.0, 1.0), "tanh": (-1.0, 1.0),
}  # fmt: skip
_UNCHANGED = {"relu": (0.0, inf), "leaky_relu": (0.0, inf), "elu": (0.0, inf), "relu6": (0.0, 6.0)}
"""Where an activation changes nothing."""
_HIDDEN = {"relu": ("leaky_relu", "elu"), "relu6": ("leaky_relu", "elu", "relu")}
"""What nothing is seen of after an activation: it changes but what that makes zero."""
_ABOVE_ITS_INPUT = frozenset({"elu", "exponential", "leaky_relu", "relu", "softplus"})
"""Activations that are never less than what they are of."""
_BY_POSITION = frozenset({"batch-norm", "layer-norm", "pointwise", "depthwise-1", "softmax"})
"""What works on every position alike, on what is along the last axis."""
_AFFINE = frozenset({"batch-norm", "pointwise", "depthwise-1"})
"""Of these, what an average can be taken before or after."""
ORDERLESS = frozenset({"Add", "Average", "Maximum", "Minimum", "Multiply"})


@dataclass(frozen=True)
class Term:
    """A tensor.

    Attributes:
        key: what computes it.
        inputs: of what.
        sizes: its shape.
        weights: whose weights are used; None if there are none.
    """

    key: Key
    inputs: tuple[Term, ...]
    sizes: Sizes
    weights: Key | None = None

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other


class Terms:
    """Makes terms, each once."""

    def __init__(self) -> None:
        self._made: dict[Key, Term] = {}

    def term(
        self, key: Key, inputs: Iterable[Term], sizes: Sizes, weights: Key | None = None
    ) -> Term:
        """A term as it stands."""
        fed = tuple(inputs)
        whole = (key, tuple(sorted(map(id, fed)) if key[0] in ORDERLESS else map(id, fed)), sizes,
                 weights)  # fmt: skip
        return self._made.setdefault(whole, Term(key, fed, sizes, weights))

    def view(self, x: Term, sizes: Sizes) -> Term:
        """The same values in another shape."""
        if x.key[0] == "view":
            x = x.inputs[0]
        if x.sizes == sizes:
            return x
        if x.key[0] == "activation":
            return self.activation(x.key[1:], self.view(x.inputs[0], sizes))
        return self.term(("view",), [x], sizes)

    def flat(self, x: Term) -> Term:
        return self.view(x, (prod(x.sizes),))

    def activation(self, function: Key, x: Term) -> Term:
        """A function of single values: its name, its parameters."""
        name = function[0]
        if x.key[0] == "activation" and x.key[1] in _HIDDEN.get(name, ()):
            x = x.inputs[0]
        if name == "linear" or _within(bounds(x), _UNCHANGED.get(name)):
            return x
        return self.term(("activation", *function), [x], x.sizes)

    def along(self, key: Key, axis: int, x: Term, weights: Key | None = None) -> Term:
        """A softmax or a normalisation along one axis."""
        axis %= len(x.sizes)
        if x.sizes[axis] == 1 and key[0] == "softmax":
            return self.term(("ones",), [], x.sizes)
        if x.sizes[axis] == 1 and key[0] == "layer-norm":
            return self.term(("bias", *key[2:]), [], x.sizes, weights)  # whatever it is fed
        return self.on_pixels(key, -1 if axis == len(x.sizes) - 1 else axis, x, weights)

    def on_pixels(self, key: Key, axis: int, x: Term, weights: Key | None) -> Term:
        """What works along one axis, on a vector where there is but one position."""
        if axis == -1 and len(x.sizes) > 1 and prod(x.sizes[:-1]) == 1:
            return self.view(self.on_pixels(key, axis, self.flat(x), weights), x.sizes)
        return self.term((*key, axis), [x], x.sizes, weights)

    def dense(self, units: int, bias: bool, x: Term, weights: Key) -> Term:
        """Along the last axis, position by position."""
        sizes = (*x.sizes[:-1], units)
        if len(x.sizes) > 1 and prod(x.sizes[:-1]) == 1:
            return self.view(self.dense(units, bias, self.flat(x), weights), sizes)
        return self.term(("pointwise", units, bias), [x], sizes, weights)

    def convolution(
        self, kind: Key, count: int, bias: bool, places: Sequence[axes.Taps], x: Term, weights: Key
    ) -> Term:
        """A kernel over positions: `kind` is how it treats channels, `count` how many it makes."""
        ungrouped = kind == ("convolution", 1)
        sizes = (*map(len, places), count)
        if any(set(sum(windows, ())) == {axes.ZERO} for windows in places):
            return self.term(("zeros",), [], sizes)  # it sees nothing but padding
        if all(len(windows) == 1 for windows in places) and ungrouped:
            seen = self.read("pick", [axes.picked(windows[0]) for windows in places], x)
            return self.view(self.dense(count, bias, self.flat(seen), weights), sizes)
        if all(len(windows[0]) == 1 for windows in places):
            x = self.read("pick", [axes.picked(axes.first_taps(p)) for p in places], x)
            if ungrouped:
                return self.dense(count, bias, x, weights)
            return self.term(("depthwise-1", *kind, count, bias), [x], sizes, weights)
        if x.key[0] == "pick":
            table = x.key[1]
            places = [axes.taps_through(p, t) for p, t in zip(places, table, strict=True)]
            x = x.inputs[0]
        return self.term((*kind, count, bias, tuple(places)), [x], sizes, weights)

    def read(self, kind: str, table: Sequence[axes.Shares], x: Term) -> Term:
        """Positions picked, or windows of them by their `max` or `average`."""
        table = tuple(map(axes.without_shares, table) if kind == "max" else table)
        if all(map(axes.is_picking, table)):
            kind = "pick"
        spatial = x.sizes[:-1]
        if kind == "pick" and all(map(axes.is_identity, table, spatial)):
            return x
        zeros = any(map(axes.pads, table))
        before = x.key[0]
        if before in (kind, "pick") or (kind == "pick" and before in ("max", "average")):
            both = kind if before == "pick" else before
            inner = [axes.after(t, i) for t, i in zip(table, x.key[1], strict=True)]
            return self.read(both, inner, x.inputs[0])
        if before == "activation":
            kept = kind == "pick" or (kind == "max" and x.key[1] in MONOTONE)
            if kept and (not zeros or x.key[1] in OF_ZERO_ZERO):
                return self.activation(x.key[1:], self.read(kind, table, x.inputs[0]))
        if before in _BY_POSITION and not zeros and _along_the_last(x.key):
            rising = before == "batch-norm" and not x.key[3]  # it scales by nothing negative
            average = kind == "average" and before in _AFFINE
            if kind == "pick" or average or (kind == "max" and rising):
                inner = self.read(kind, table, x.inputs[0])
                return self._again(x, inner)
        return self.term((kind, table), [x], (*map(len, table), x.sizes[-1]))

    def _again(self, x: Term, fed: Term) -> Term:
        """What a term does, done to something else of as many channels."""
        if x.key[0] == "pointwise":
            assert x.weights is not None
            return self.dense(x.key[1], x.key[2], fed, x.weights)
        if x.key[0] == "depthwise-1":
            return self.term(x.key, [fed], (*fed.sizes[:-1], x.sizes[-1]), x.weights)
        return self.on_pixels(x.key[:-1], -1, fed, x.weights)

    def merged(self, type_: str, inputs: Sequence[Term], sizes: Sizes) -> Term:
        """Several tensors by a merge that is no concatenation."""
        inputs = [self._spread(one, sizes) for one in inputs]
        if type_ == "Maximum":
            inputs = self._largest(inputs)
        if type_ in ("Maximum", "Minimum"):
            inputs = list(dict.fromkeys(inputs))
        alike = all(one is inputs[0] for one in inputs)
        if alike and type_ in ("Average", "Maximum", "Minimum"):
            return inputs[0]
        if alike and type_ == "Subtract":
            return self.term(("zeros",), [], sizes)
        if all(one.sizes == sizes for one in inputs) and prod(sizes[:-1]) == 1 < len(sizes):
            flat = [self.flat(one) for one in inputs]
            return self.view(self.merged(type_, flat, sizes[-1:]), sizes)
        return self.term((type_,), inputs, sizes)

    def _largest(self, inputs: Sequence[Term]) -> Sequence[Term]:
        """What a maximum is taken of: nothing below another, and nothing below zero told apart
        where another is above."""
        if any(bounds(one)[0] >= 0 for one in inputs):
            inputs = [_above_zero(one) for one in inputs]
        below = {
            one.inputs[0]
            for one in inputs
            if one.key[0] == "activation" and one.key[1] in _ABOVE_ITS_INPUT
        }
        return [one for one in inputs if one not in below]

    def _spread(self, x: Term, sizes: Sizes) -> Term:
        """One position as many, where a merge takes it for them."""
        if x.sizes == sizes or len(x.sizes) != len(sizes) or x.sizes[-1] != sizes[-1]:
            return x
        pairs = zip(x.sizes[:-1], sizes[:-1], strict=True)
        table = [axes.picked(range(to) if size == to else [0] * to) for size, to in pairs]
        return self.read("pick", table, x)

    def joined(self, axis: int, inputs: Sequence[Term], sizes: Sizes) -> Term:
        """A concatenation."""
        axis = axis % len(sizes)
        if axis == len(sizes) - 1 and len(sizes) > 1 and prod(sizes[:-1]) == 1:
            flat = [self.flat(one) for one in inputs]
            return self.view(self.joined(0, flat, sizes[-1:]), sizes)
        return self.term(("Concatenate", axis), inputs, sizes)


def bounds(x: Term) -> tuple[float, float]:
    """Between which values all of a tensor's are, as far as is known."""
    name, of = x.key[0], x.inputs
    if name == "activation":
        low, high = _BOUNDS.get(x.key[1], (-inf, inf))
        if x.key[1] in OF_ZERO_ZERO:  # all of these keep the sign
            least, most = bounds(of[0])
            low, high = (0.0 if least >= 0 else low), (0.0 if most <= 0 else high)
        if x.key[1] in ("elu", "leaky_relu", "relu"):
            high = min(high, max(bounds(of[0])[1], 0.0))
        return low, high
    if name in _FIXED:
        return _FIXED[name]
    if name in ("view", "max", "average", "pick"):
        low, high = bounds(of[0])
        padded = name != "view" and any(map(axes.pads, x.key[1]))
        if name == "max" and any(map(axes.always_pads, x.key[1])):
            low = max(low, 0.0)
        return (min(low, 0.0), max(high, 0.0)) if padded else (low, high)
    if name in _TOGETHER:
        return _TOGETHER[name]([bounds(one) for one in of])
    return -inf, inf


_FIXED = {"softmax": (0.0, 1.0), "ones": (1.0, 1.0), "zeros": (0.0, 0.0)}
_TOGETHER: Mapping[str, Callable[[list[tuple[float, float]]], tuple[float, float]]] = {
    "Add": lambda of: (sum(low for low, _ in of), sum(high for _, high in of)),
    "Average": lambda of: (min(low for low, _ in of), max(high for _, high in of)),
    "Concatenate": lambda of: (min(low for low, _ in of), max(high for _, high in of)),
    "Maximum": lambda of: (max(low for low, _ in of), max(high for _, high in of)),
    "Minimum": lambda of: (min(low for low, _ in of), min(high for _, high in of)),
    "Multiply": lambda of: (
        (prod(low for low, _ in of), prod(high for _, high in of))
        if all(low >= 0 and high < inf for low, high in of)
        else (0.0 if all(low >= 0 for low, _ in of) else -inf, inf)
    ),
}


def _above_zero(x: Term) -> Term:
    """What a tensor is the same as where it is above zero."""
    while x.key[0] == "activation" and x.key[1] in ("elu", "leaky_relu", "relu"):
        x = x.inputs[0]
    return x


def _within(inner: tuple[float, float], outer: tuple[float, float] | None) -> bool:
    return outer is not None and outer[0] <= inner[0] and inner[1] <= outer[1]


def _along_the_last(key: Key) -> bool:
    return key[0] in ("pointwise", "depthwise-1") or key[-1] == -1
