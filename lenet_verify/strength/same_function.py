"""Whether two networks compute the same, given the same weights.

Every tensor of a network's canonical form gets a number: the same for what is computed the same
way from the same. Networks with the same numbers at their outputs, and the same layers with
weights, compute the same. Two that do may still have different numbers; never the other way round.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from lenet_verify.architecture import Architecture, Layer, Shape
from lenet_verify.checking.canonical import UNREADABLE, Unit, canonical_form
from lenet_verify.checking.likeness import arguments
from lenet_verify.checking.wiring import COMMUTATIVE, calls_of, layer_of
from lenet_verify.vocabulary import LAYERS

_TRAINING = frozenset(
    {"dropout", "momentum", "rate", "recurrent_dropout", "renorm_momentum", "synchronized"}
    | {"unit_forget_bias", "unroll", "use_cudnn"}
)
"""Arguments that change nothing but how a network is trained, or how fast it runs."""

_NOT_NEGATIVE = frozenset(
    {"relu", "relu6", "sigmoid", "hard_sigmoid", "softmax", "softplus", "exponential"}
)
"""Activations that give no negative number, so that relu after them changes nothing."""
_RISING = frozenset(
    {"relu", "relu6", "sigmoid", "hard_sigmoid", "tanh", "hard_tanh", "elu", "selu", "softplus"}
    | {"softsign", "leaky_relu", "exponential", "log_sigmoid", "scaled_tanh"}
)
"""Activations that keep the order of numbers: the largest comes out largest."""
_ALONG_AN_AXIS = frozenset({"softmax", "log_softmax", "sparsemax", "glu"})
"""Activations of several numbers together."""
_ALONG_THE_LAST = frozenset({"softmax", "log_softmax", "sparsemax"})
"""Those of the numbers along the last axis, as many as before."""
_ALONG_THE_LAST_AXIS = frozenset({"BatchNormalization", "Dense", "LayerNormalization"})
"""Layers that take the numbers along the last axis for a vector, wherever they stand."""
_MOVING = frozenset({"Flatten", "Reshape", "Permute", "RepeatVector"})
"""Layers that only move numbers."""
_LARGEST = frozenset(f"{kind}MaxPooling{rank}D" for kind in ("", "Global") for rank in (1, 2, 3))
_AVERAGE = frozenset(
    f"{kind}AveragePooling{rank}D" for kind in ("", "Global") for rank in (1, 2, 3)
)
_RESIZING = frozenset(
    f"{kind}{rank}D" for kind in ("ZeroPadding", "Cropping", "UpSampling") for rank in (1, 2, 3)
)
_MERGING = frozenset({"Add", "Average", "Concatenate", "Maximum", "Minimum", "Multiply"})
_KEEPS_SIGN = _MOVING | _LARGEST | _AVERAGE | _RESIZING | _MERGING

Shapes = tuple[Shape, ...] | None


class Function:
    """What one network computes, to hold others against it."""

    def __init__(self, architecture: Architecture) -> None:
        self._numbers: dict[Hashable, int] = {}
        self._keys: list[tuple[Hashable, ...]] = []
        self._not_negative: set[int] = set()
        self._params = architecture.params
        self._own = self._of(architecture)

    def is_that_of(self, other: Architecture) -> bool:
        """Whether another network is known to compute the same."""
        if other.params != self._params:
            return False
        known = len(self._keys)
        try:
            return self._of(other) == self._own
        finally:  # forgets what it alone computes: there may be thousands of others
            for number in range(known, len(self._keys)):
                del self._numbers[self._keys[number]]
                self._not_negative.discard(number)
            del self._keys[known:]

    def _of(self, architecture: Architecture) -> Hashable:
        form = canonical_form(architecture)
        known = {
            layer.name: self._number("input", place, str(layer.shapes))
            for place, layer in enumerate(form.inputs)
        }
        weighty: Counter[tuple[int, int | None]] = Counter()
        for unit in form.units:
            number = self._unit(unit, known)
            if unit.layer.params != 0:
                weighty[self._below_view(number)[0], unit.layer.params] += 1
            for activation in unit.activations:
                number = self._activated(activation, number, unit)
            known[unit.name] = number
        outputs = tuple(self._wire(wire, known) for wire in form.outputs)
        return outputs, frozenset(weighty.items())

    def _wire(self, wire: str, known: Mapping[str, int]) -> int:
        name = layer_of(wire, known)
        if name not in known:
            return self._number("unknown", wire)
        return known[name] if name == wire else self._number("part", wire[len(name) :], known[name])

    def _unit(self, unit: Unit, known: Mapping[str, int]) -> int:
        layer = unit.layer
        fed = [tuple(self._wire(wire, known) for wire in call) for call in calls_of(layer)]
        if layer.unknown.keys() & {"config", "call", "type", "inputs"}:
            return self._number("opaque", layer.name, layer.type, *fed)
        if len(fed) == 1 and len(fed[0]) == 1:
            if _keeps(layer):
                return fed[0][0]
            return self._alone(layer, fed[0][0])
        if layer.type in COMMUTATIVE:
            fed = [tuple(sorted(call)) for call in fed]
        return self._layer(layer, *fed)

    def _alone(self, layer: Layer, fed: int) -> int:
        """A layer of one input; an activation before it is moved behind it where it may be."""
        key = self._keys[fed]
        if key[0] == "activation":
            name = str(key[1])
            moves = layer.type in _MOVING and _is_elementwise(name)
            if name in _ALONG_THE_LAST and layer.type in ("Flatten", "Reshape"):
                moves = _in_order(layer) and _keeps_the_last_axis(layer)
            if moves or (layer.type in _LARGEST and name in _RISING):
                below = key[2]
                assert isinstance(below, int)
                return self._activated(name, self._alone(layer, below), None)
        if layer.type in ("Flatten", "Reshape") and _in_order(layer):
            return self._viewed(fed, layer.input_shapes, layer.shapes)
        if layer.config.get("keepdims") and layer.type in _LARGEST | _AVERAGE and _in_order(layer):
            flat = (Shape(layer.shapes[0].sizes[-1:]),) if layer.shapes else None
            pooled = replace(layer, config={**layer.config, "keepdims": False}, shapes=flat)
            return self._viewed(self._layer(pooled, (fed,)), flat, layer.shapes)
        if _works_along_the_last_axis(layer) and _is_pixel(layer.shapes):
            below, first = self._below_view(fed)
            if below != fed:
                before = (Shape((*_sizes(first)[:-1], _sizes(layer.shapes)[-1])),)
                return self._viewed(self._layer(layer, (below,)), before, layer.shapes)
        return self._layer(layer, (fed,))

    def _below_view(self, fed: int) -> tuple[int, Shapes]:
        """What a vector that is seen in another shape is where it is made, and its shape there."""
        key = self._keys[fed]
        if key[0] == "viewed" and _is_pixel(key[2]) and _is_pixel(key[3]):
            _, below, first, _ = key
            assert isinstance(below, int)
            return below, cast(Shapes, first)
        if key[0] == "activation" and (_is_elementwise(str(key[1])) or key[1] in _ALONG_THE_LAST):
            _, name, inside, *_ = key
            assert isinstance(inside, int)
            below, first = self._below_view(inside)
            if below != inside:
                return self._activated(str(name), below, None), first
        return fed, None

    def _viewed(self, number: int, before: Shapes, after: Shapes) -> int:
        """The same numbers in the same order, in another shape."""
        base: Hashable = number
        first: Hashable = before
        if self._keys[number][0] == "viewed":
            _, base, first, _ = self._keys[number]
        assert isinstance(base, int)
        if first == after:
            return base
        view = self._number("viewed", base, first, after)
        if base in self._not_negative:
            self._not_negative.add(view)
        return view

    def _layer(self, layer: Layer, *fed: tuple[int, ...]) -> int:
        own = tuple(
            (name, text) for name, text in arguments(_essential(layer)) if name not in _TRAINING
        )
        number = self._number("layer", _kind(layer), own, *fed)
        inputs = [one for call in fed for one in call]
        if layer.type in _KEEPS_SIGN and self._not_negative.issuperset(inputs):
            self._not_negative.add(number)
        return number

    def _activated(self, name: str, fed: int, unit: Unit | None) -> int:
        if name == "relu" and fed in self._not_negative:
            return fed
        if name in ("relu", "relu6") and self._keys[fed][:2] == ("activation", name):
            return fed
        own = (unit.name,) if unit is not None and UNREADABLE in name else ()
        number = self._number("activation", name, fed, *own)
        if name in _NOT_NEGATIVE:
            self._not_negative.add(number)
        return number

    def _number(self, *key: Hashable) -> int:
        if key not in self._numbers:
            self._numbers[key] = len(self._keys)
            self._keys.append(key)
        return self._numbers[key]


def _in_order(layer: Layer) -> bool:
    """Whether the channels are last in what a layer takes, so that a view of it moves nothing."""
    shapes = (*(layer.input_shapes or ()), *(layer.shapes or ()))
    known = len(shapes) == 2 and not any(None in shape.sizes for shape in shapes)
    first = layer.config.get("data_format") == "channels_first"
    return known and not first and not any(shape.channels_first for shape in shapes)


def _is_elementwise(activation: str) -> bool:
    return activation.partition("(")[0] not in _ALONG_AN_AXIS and UNREADABLE not in activation


def _works_along_the_last_axis(layer: Layer) -> bool:
    """Whether it makes no difference to a layer how many axes of size one stand before the last."""
    last = layer.config.get("axis", -1) in (-1, (-1,), [-1])
    return last and layer.type in _ALONG_THE_LAST_AXIS


def _is_pixel(shapes: object) -> bool:
    return set(_sizes(shapes)[:-1]) <= {1}


def _sizes(shapes: Any) -> tuple[int | None, ...]:
    """The sizes of the one shape that there is; a size that nothing is if there are several."""
    return tuple(shapes[0].sizes) if shapes is not None and len(shapes) == 1 else (None, None)


def _keeps_the_last_axis(layer: Layer) -> bool:
    """Whether a view of one tensor leaves what lies along its last axis together."""
    assert layer.shapes
    assert layer.input_shapes
    return layer.shapes[0].sizes[-1] == layer.input_shapes[0].sizes[-1]


def _keeps(layer: Layer) -> bool:
    """Whether a layer gives back what it gets, by its arguments or by what it is fed."""
    if layer.shapes is None or layer.shapes != layer.input_shapes:
        return False
    if layer.type in ("Flatten", "Reshape"):
        return True
    if layer.type in _RESIZING:
        return not layer.type.startswith("Cropping") or not any(_leaves(layer.config["cropping"]))
    if layer.type == "Permute":
        dims = layer.config["dims"]
        return tuple(dims) == tuple(sorted(dims))
    if not _picks(layer):
        return False
    moves = zip(layer.shapes[0].spatial, _axes(layer, "strides"), strict=False)
    return all(size == 1 or stride == 1 for size, stride in moves)


def _kind(layer: Layer) -> str:
    """The class of a layer; of pooling where each window has one value in it, neither."""
    if not _picks(layer):
        return layer.type
    return "Flatten" if layer.type.startswith("Global") else "picking"


def _picks(layer: Layer) -> bool:
    """Whether each window of a pooling layer has one value in it."""
    if layer.type not in _LARGEST | _AVERAGE or not layer.input_shapes:
        return False
    if layer.type.startswith("Global"):
        one = set(layer.input_shapes[0].spatial) == {1}
        return one and not layer.config.get("keepdims")
    windows, sizes = _axes(layer, "pool_size"), layer.input_shapes[0].spatial
    return all(1 in pair for pair in zip(windows, sizes, strict=False)) and bool(windows)


def _essential(layer: Layer) -> Mapping[str, Any]:
    """The arguments of a layer, those that make no difference on what it is fed as if they were
    as usual."""
    config = dict(layer.config)
    if layer.type.startswith("Global") and _picks(layer):
        return {}
    window = "kernel_size" if "kernel_size" in config else "pool_size"
    shapes = (layer.input_shapes, layer.shapes)
    known = layer.type in LAYERS and all(one is not None and len(one) == 1 for one in shapes)
    if not known or window not in config or "strides" not in config:
        return config
    if layer.type.endswith("Transpose"):
        return _essential_transposed(layer, config)
    assert layer.input_shapes is not None
    assert layer.shapes is not None
    axes = [
        _Axis(size, out, window_, stride, dilation)
        for size, out, window_, stride, dilation in zip(
            layer.input_shapes[0].spatial,
            layer.shapes[0].spatial,
            _axes(layer, window),
            _axes(layer, "strides"),
            _axes(layer, "dilation_rate") or (1,) * 3,
            strict=False,
        )
    ]
    padding = config.get("padding")
    if padding == "same" and not any(axis.padded for axis in axes):
        config["padding"] = "valid"
    if padding == "causal" and all(axis.reach == 1 for axis in axes):
        config["padding"] = "valid"
    config["strides"] = tuple(1 if axis.out == 1 else axis.stride for axis in axes)
    if "dilation_rate" in config:
        config["dilation_rate"] = tuple(1 if axis.window == 1 else axis.dilation for axis in axes)
    return config


def _essential_transposed(layer: Layer, config: dict[str, Any]) -> Mapping[str, Any]:
    windows, strides = _axes(layer, "kernel_size"), _axes(layer, "strides")
    plain = config.get("output_padding") is None and set(_axes(layer, "dilation_rate")) <= {1}
    if plain and all(one <= other for one, other in zip(windows, strides, strict=False)):
        config["padding"] = "valid"  # windows do not overlap, so nothing is cut off
    return config


class _Axis:
    """A window along one axis."""

    def __init__(
        self, size: int | None, out: int | None, window: int, stride: int, dilation: int
    ) -> None:
        self.out, self.window, self.stride, self.dilation = out, window, stride, dilation
        self.reach = dilation * (window - 1) + 1
        positions = None if size is None else -(-size // stride)
        self.padded = (
            self.reach > 1
            if size is None or positions is None
            else (positions - 1) * stride + self.reach > size
        )


def _axes(layer: Layer, name: str) -> Sequence[int]:
    value = layer.config.get(name)
    if isinstance(value, int):
        return (value,)
    return tuple(value) if isinstance(value, tuple | list) else ()


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, tuple | list):
        for item in value:
            yield from _leaves(item)
    else:
        yield value
