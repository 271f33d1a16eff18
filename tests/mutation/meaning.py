"""What a network computes, as far as rows tell: its terms, and their graph in numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

from tests.mutation import axes
from tests.mutation.network import INPUT, Network, Row
from tests.mutation.static import shapes
from tests.mutation.terms import ORDERLESS, Key, Sizes, Term, Terms

AT_TRAINING = frozenset(
    {"ActivityRegularization", "AlphaDropout", "Dropout", "GaussianDropout", "GaussianNoise",
     "Identity", "SpatialDropout1D", "SpatialDropout2D"}
)  # fmt: skip
"""Layers that do nothing at inference."""
_MERGES = ORDERLESS | {"Subtract"}
_EVERY_CELL = {"activation": "tanh", "use_bias": True, "go_backwards": False}
_GATES = {"recurrent_activation": "sigmoid"}
_RECURRENT: Mapping[str, Mapping[str, Any]] = {
    "GRU": _EVERY_CELL | _GATES | {"reset_after": True},
    "LSTM": _EVERY_CELL | _GATES,
    "SimpleRNN": _EVERY_CELL,
}
"""What recurrent layers do where nothing is said."""


def meaning(net: Network) -> Key:
    """A value that differs between two networks only if no renaming makes one of the other.

    Raises:
        InferenceError: shapes do not join.
        ValueError: some of it is a constant whatever comes in, or is not used, so that many a
            change to it would be none.
    """
    made = _Meaning(net)
    outputs = [made.terms_of[name] for name in net.outputs]
    live = net.live()
    owners = {made.owner(row) for row in net.layers if row.name in live}
    unused = sorted(
        repr((row.type, sorted(row.arguments.items())))
        for row in net.layers
        if row.name not in live and _has_weights(row) and made.owner(row) not in owners
    )
    inputs = tuple((made.sizes[row.name], row.arguments.get("dtype")) for row in net.inputs)
    return (inputs, tuple(unused), fingerprint(outputs))


def fingerprint(outputs: Sequence[Term]) -> Key:
    """A graph of terms in numbers, by what each is, reads, and is read by (Weisfeiler and Leman,
    1968): graphs that differ in it differ under any names."""
    terms = _all_of(outputs)
    if constant := next((term for term in terms if term.key[0] in _CONSTANTS), None):
        raise ValueError(f"a constant: {constant.key[0]}")
    weights = {term.weights for term in terms if term.weights is not None}
    edges: list[tuple[Any, Any, Any]] = []
    for term in terms:
        for place, fed in enumerate(term.inputs):
            edges.append((fed, term, 0 if term.key[0] in ORDERLESS else place))
        if term.weights is not None:
            edges.append((term.weights, term, "weights"))
    edges += [(term, "outputs", place) for place, term in enumerate(outputs)]
    colours: dict[Any, int] = {term: hash((term.key, term.sizes)) for term in terms}
    colours |= dict.fromkeys(weights, 1) | {"outputs": 2}
    kinds = 0
    while kinds < (kinds := len(set(colours.values()))):
        seen: dict[Any, list[tuple[Any, ...]]] = {one: [] for one in colours}
        for source, target, place in edges:
            seen[target].append(("above", str(place), colours[source]))
            seen[source].append(("below", str(place), colours[target]))
        colours = {one: hash((colours[one], *sorted(seen[one]))) for one in colours}
    return (colours["outputs"], tuple(sorted(colours.values())))


def _all_of(outputs: Sequence[Term]) -> list[Term]:
    found: dict[Term, None] = {}
    waiting = list(outputs)
    while waiting:
        term = waiting.pop()
        if term not in found:
            found[term] = None
            waiting += term.inputs
    return list(found)


_CONSTANTS = ("bias", "ones", "zeros")


def _has_weights(row: Row) -> bool:
    return row.type in _MAKES and row.type in _WITH_WEIGHTS


class _Meaning:
    """The terms of all rows."""

    def __init__(self, net: Network) -> None:
        self.sizes = shapes(net)
        self.terms = Terms()
        self.by_name = {row.name: row for row in net.rows}
        self.terms_of: dict[str, Term] = {}
        entrances = [row.name for row in net.inputs]
        for row in net.rows:
            if row.type == INPUT:
                key = (INPUT, entrances.index(row.name), row.arguments.get("dtype"))
                self.terms_of[row.name] = self.terms.term(key, [], self.sizes[row.name])
            else:
                self.terms_of[row.name] = self._of(row)

    def owner(self, row: Row) -> Key:
        """Whose weights a row uses."""
        return (row.shares or row.name,)

    def _of(self, row: Row) -> Term:
        fed = [self.terms_of[name] for name in row.inputs]
        if row.type in AT_TRAINING:
            return fed[0]
        x = _MAKES[row.type](self.terms, row.arguments, fed, self.sizes[row.name], self.owner(row))
        activation = row.arguments.get("activation")
        if activation is None or row.type in _RECURRENT:
            return x
        return _activated(self.terms, (str(activation),), x)


Make = Callable[[Terms, Mapping[str, Any], list[Term], Sizes, Key], Term]


def _activated(terms: Terms, function: Key, x: Term) -> Term:
    if function == ("softmax",):
        return terms.along(("softmax",), -1, x)
    if function == ("leaky_relu",):
        function = ("leaky_relu", 0.2)
    return terms.activation(function, x)


def _many(value: Any, rank: int) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value] * rank


def _taps(arguments: Mapping[str, Any], size: str, sizes: Sizes) -> list[axes.Taps]:
    """Where a kernel or window stands on every axis."""
    rank = len(sizes) - 1
    kernel = _many(arguments.get(size, 2), rank)
    usual = kernel if size == "pool_size" else 1
    strides = _many(arguments.get("strides") or usual, rank)
    dilation = _many(arguments.get("dilation_rate", 1), rank)
    padding = arguments.get("padding", "valid")
    return [
        axes.taps(one, k, s, padding, d)
        for one, k, s, d in zip(sizes, kernel, strides, dilation, strict=False)
    ]


def _convolution(
    terms: Terms, given: Mapping[str, Any], fed: list[Term], sizes: Sizes, owner: Key
) -> Term:
    places = _taps(given, "kernel_size", fed[0].sizes)
    kind = ("convolution", given.get("groups", 1))
    return terms.convolution(
        kind, given["filters"], given.get("use_bias", True), places, fed[0], (*owner, 0)
    )


def _depthwise(
    terms: Terms, given: Mapping[str, Any], fed: list[Term], sizes: Sizes, owner: Key
) -> Term:
    places = _taps(given, "kernel_size", fed[0].sizes)
    count = fed[0].sizes[-1] * given.get("depth_multiplier", 1)
    return terms.convolution(
        ("depthwise",), count, given.get("use_bias", True), places, fed[0], (*owner, 0)
    )


def _separable(
    terms: Terms, given: Mapping[str, Any], fed: list[Term], sizes: Sizes, owner: Key
) -> Term:
    first = {**given, "use_bias": False}
    x = _depthwise(terms, first, fed, sizes, owner)
    return terms.dense(given["filters"], given.get("use_bias", True), x, (*owner, 1))


def _transposed(
    terms: Terms, given: Mapping[str, Any], fed: list[Term], sizes: Sizes, owner: Key
) -> Term:
    told = {name: value for name, value in given.items() if name != "activation"}
    return terms.term(("transposed", *sorted(map(str, told.items()))), fed, sizes, (*owner, 0))


def _dense(
    terms: Terms, given: Mapping[str, Any], fed: list[Term], sizes: Sizes, owner: Key
) -> Term:
    return terms.dense(given["units"], given.get("use_bias", True), fed[0], (*owner, 0))


def _pooling(kind: str) -> Make:
    def make(
        terms: Terms, given: Mapping[str, Any], fed: list[Term], sizes: Sizes, owner: Key
    ) -> Term:
        windows = [axes.windowed(p) for p in _taps(given, "pool_size", fed[0].sizes)]
        return terms.read(kind, windows, fed[0])

    return make


def _global_pooling(kind: str) -> Make:
    def make(
        terms: Terms, given: Mapping[str, Any], fed: list[Term], sizes: Sizes, owner: Key
    ) -> Term:
        windows = [axes.windowed((tuple(range(size)),)) for size in fed[0].sizes[:-1]]
        return terms.view(terms.read(kind, windows, fed[0]), sizes)

    return make


def _batch_norm(
    terms: Terms, given: Mapping[str, Any], fed: list[Term], sizes: Sizes, owner: Key
) -> Term:
    axis = given.get("axis", -1) % len((*sizes, 0)) - 1
    affine = given.get("center", True), given.get("scale", True)
    key = ("batch-norm", given.get("epsilon", 1e-3), *affine)
    return terms.on_pixels(key, -1 if axis == len(sizes) - 1 else axis, fed[0], (*owner, 0))


def _layer_norm(
    terms: Terms, given: Mapping[str, Any], fed: list[Term], sizes: Sizes, owner: Key
) -> Term:
    axis = given.get("axis", -1)
    axis = axis % (len(sizes) + 1) - 1 if axis >= 0 else axis
    affine = given.get("center", True), given.get("scale", True)
    return terms.along(
        ("layer-norm", given.get("epsilon", 1e-3), *affine), axis, fed[0], (*owner, 0)
    )


def _softmax(
    terms: Terms, given: Mapping[str, Any], fed: list[Term], sizes: Sizes, owner: Key
) -> Term:
    axis = given.get("axis", -1)
    return terms.along(("softmax",), axis - 1 if axis > 0 else axis, fed[0])


def _view(
    terms: Terms, given: Mapping[str, Any], fed: list[Term], sizes: Sizes, owner: Key
) -> Term:
    return terms.view(fed[0], sizes)


def _permute(
    terms: Terms, given: Mapping[str, Any], fed: list[Term], sizes: Sizes, owner: Key
) -> Term:
    dims = [axis for axis in given["dims"] if fed[0].sizes[axis - 1] != 1]
    if dims == sorted(dims):
        return terms.view(fed[0], sizes)
    return terms.term(("permute", *given["dims"]), fed, sizes)


def _repeat(
    terms: Terms, given: Mapping[str, Any], fed: list[Term], sizes: Sizes, owner: Key
) -> Term:
    row = terms.view(fed[0], (1, *fed[0].sizes))
    return terms.read("pick", [axes.picked([0] * given["n"])], row)


def _pick(of_axis: Callable[[int, Any], Sequence[int]], argument: str) -> Make:
    """What picks positions, by what it does on an axis of some size."""

    def make(
        terms: Terms, given: Mapping[str, Any], fed: list[Term], sizes: Sizes, owner: Key
    ) -> Term:
        spatial = fed[0].sizes[:-1]
        usual = 2 if argument == "size" else 1
        told = given.get(argument, usual)
        each = [told] if len(spatial) == 1 else _many(told, len(spatial))
        table = [axes.picked(of_axis(*both)) for both in zip(spatial, each, strict=True)]
        return terms.read("pick", table, fed[0])

    return make


def _both(value: Any) -> tuple[int, int]:
    first, last = _many(value, 2)
    return first, last


def _cropped(size: int, by: Any) -> Sequence[int]:
    first, last = _both(by)
    return range(first, size - last)


def _padded(size: int, by: Any) -> Sequence[int]:
    first, last = _both(by)
    return [*[axes.ZERO] * first, *range(size), *[axes.ZERO] * last]


def _repeated(size: int, by: Any) -> Sequence[int]:
    return [position for position in range(size) for _ in range(by)]


def _upsampled(
    terms: Terms, given: Mapping[str, Any], fed: list[Term], sizes: Sizes, owner: Key
) -> Term:
    smooth = given.get("interpolation", "nearest") != "nearest"
    if smooth and prod(fed[0].sizes[:-1]) > 1:
        return terms.term(("bilinear", *_many(given.get("size", 2), 2)), fed, sizes)
    return _pick(_repeated, "size")(terms, given, fed, sizes, owner)


def _merge(type_: str) -> Make:
    def make(
        terms: Terms, given: Mapping[str, Any], fed: list[Term], sizes: Sizes, owner: Key
    ) -> Term:
        return terms.merged(type_, fed, sizes)

    return make


def _concatenation(
    terms: Terms, given: Mapping[str, Any], fed: list[Term], sizes: Sizes, owner: Key
) -> Term:
    axis = given.get("axis", -1)
    return terms.joined(axis - 1 if axis > 0 else axis, fed, sizes)


def _recurrent(type_: str) -> Make:
    def make(
        terms: Terms, given: Mapping[str, Any], fed: list[Term], sizes: Sizes, owner: Key
    ) -> Term:
        steps, units = fed[0].sizes[0], given["units"]
        told = {**_RECURRENT[type_], **given}
        told.pop("return_sequences", None)
        if steps == 1:
            raise ValueError("a recurrent layer of one step uses but a part of its weights")
        key = (type_, *sorted(map(str, told.items())))
        x = terms.term(key, fed, (steps, units), (*owner, 0))
        if given.get("return_sequences"):
            return x
        return terms.view(terms.read("pick", [axes.picked([steps - 1])], x), sizes)

    return make


def _opaque(type_: str) -> Make:
    def make(
        terms: Terms, given: Mapping[str, Any], fed: list[Term], sizes: Sizes, owner: Key
    ) -> Term:
        return terms.term((type_, repr(sorted(given.items()))), fed, sizes, (*owner, 0))

    return make


def _activation(
    name: str | None = None, parameter: str | None = None, usual: float | None = None
) -> Make:
    def make(
        terms: Terms, given: Mapping[str, Any], fed: list[Term], sizes: Sizes, owner: Key
    ) -> Term:
        if name is None:
            return fed[0]  # its argument says it
        function = (name,) if parameter is None else (name, given.get(parameter, usual))
        return terms.activation(function, fed[0])

    return make


_MAKES: Mapping[str, Make] = {
    "Activation": _activation(),
    "AveragePooling1D": _pooling("average"),
    "AveragePooling2D": _pooling("average"),
    "BatchNormalization": _batch_norm,
    "Bidirectional": _opaque("Bidirectional"),
    "Concatenate": _concatenation,
    "Conv1D": _convolution,
    "Conv2D": _convolution,
    "Conv2DTranspose": _transposed,
    "Cropping1D": _pick(_cropped, "cropping"),
    "Cropping2D": _pick(_cropped, "cropping"),
    "Dense": _dense,
    "DepthwiseConv1D": _depthwise,
    "DepthwiseConv2D": _depthwise,
    "Embedding": _opaque("Embedding"),
    "Flatten": _view,
    "GlobalAveragePooling1D": _global_pooling("average"),
    "GlobalAveragePooling2D": _global_pooling("average"),
    "GlobalMaxPooling1D": _global_pooling("max"),
    "GlobalMaxPooling2D": _global_pooling("max"),
    "LayerNormalization": _layer_norm,
    "LeakyReLU": _activation("leaky_relu", "negative_slope", 0.3),
    "MaxPooling1D": _pooling("max"),
    "MaxPooling2D": _pooling("max"),
    "Permute": _permute,
    "ReLU": _activation("relu"),
    "RepeatVector": _repeat,
    "Reshape": _view,
    "SeparableConv1D": _separable,
    "SeparableConv2D": _separable,
    "Softmax": _softmax,
    "UpSampling1D": _pick(_repeated, "size"),
    "UpSampling2D": _upsampled,
    "ZeroPadding1D": _pick(_padded, "padding"),
    "ZeroPadding2D": _pick(_padded, "padding"),
    **{type_: _merge(type_) for type_ in _MERGES},
    **{type_: _recurrent(type_) for type_ in _RECURRENT},
}
"""How the terms of a type of layer are made."""

_WITH_WEIGHTS = frozenset(
    {"BatchNormalization", "Bidirectional", "Conv1D", "Conv2D", "Conv2DTranspose", "Dense",
     "DepthwiseConv1D", "DepthwiseConv2D", "Embedding", "LayerNormalization", "SeparableConv1D",
     "SeparableConv2D", *_RECURRENT}
)  # fmt: skip
