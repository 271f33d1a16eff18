"""The layers of LeNet-5 that Keras lacks, as the 1998 paper has them.

LeCun, Bottou, Bengio, Haffner, Gradient-Based Learning Applied to Document Recognition, Proc. IEEE
86(11), 1998, doi:10.1109/5.726791; sections and appendices are those of the authors' preprint.

They are Keras layers like any other: they train, and a model of them is saved and loaded, once
this module has been imported. They hold no more of the paper than their names say: which maps feed
which, and the codes of the output layer, are arguments.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import keras
import numpy as np
from keras import ops

A, S = 1.7159, 2 / 3
"""Amplitude and slope at the origin of the squashing function. Source: appendix A."""

_registered: Any = keras.saving.register_keras_serializable(package="lenet_verify")


@_registered  # type: ignore[untyped-decorator]
def scaled_tanh(x: Any) -> Any:
    """The paper's squashing function, A·tanh(S·x), which is ±1 at ±1. Source: appendix A.

    Args:
        x: a tensor.

    Returns:
        A tensor of the same shape.
    """
    return A * ops.tanh(S * x)


@_registered
class FanInUniform(keras.initializers.RandomUniform):  # type: ignore[misc]
    """Uniform between -scale/F and scale/F, where F is the fan-in of a unit. Source: appendix A.

    Args:
        scale: the paper's 2.4.
        seed: as of Keras's random initializers.
    """

    def __init__(self, scale: float = 2.4, seed: Any = None) -> None:
        super().__init__(seed=seed)
        self.scale = scale

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Any:
        """Draws weights: the last axis is that of the units, all others are what one takes in."""
        limit = self.scale / max(1, prod(shape[:-1] if len(shape) > 1 else shape))
        return keras.random.uniform(shape, -limit, limit, dtype=dtype, seed=self.seed)

    def get_config(self) -> dict[str, Any]:
        """Keras's serialisation of it."""
        return {"scale": self.scale, "seed": super().get_config()["seed"]}


@_registered
class Subsampling2D(keras.layers.Layer):  # type: ignore[misc]
    """Trainable subsampling: "added, then multiplied by a trainable coefficient, and added to a
    trainable bias", and passed through the activation. Source: II.B, layers S2 and S4.

    Two weights a map: `coefficient` and `bias`. Takes and gives four axes, as pooling does.

    Args:
        pool_size: of the window whose inputs are added; one number or a pair.
        strides: how far apart windows are; None for `pool_size`, so that they do not overlap.
        data_format: `channels_last` or `channels_first`; None for Keras's setting.
        activation: a function, or its name; None for none.
        coefficient_initializer: asked for the weights of units with as many inputs as a window
            has, which share one coefficient.
        bias_initializer: of the biases.
    """

    def __init__(
        self,
        pool_size: int | Sequence[int] = (2, 2),
        strides: int | Sequence[int] | None = None,
        data_format: str | None = None,
        activation: Any = None,
        coefficient_initializer: Any = "fan_in_uniform",
        bias_initializer: Any = "zeros",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.pool_size = _pair(pool_size, "pool_size")
        self.strides = self.pool_size if strides is None else _pair(strides, "strides")
        self.data_format = _data_format(data_format)
        self.activation = _activation(activation)
        self.coefficient_initializer = _initializer(coefficient_initializer)
        self.bias_initializer = _initializer(bias_initializer)
        self.input_spec = keras.layers.InputSpec(ndim=4)

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Makes a coefficient and a bias for each map that comes in."""
        maps = _maps(input_shape, self.data_format)
        self.coefficient = self.add_weight(
            name="coefficient", shape=(maps,), initializer=self._drawn
        )
        self.bias = self.add_weight(name="bias", shape=(maps,), initializer=self.bias_initializer)

    def _drawn(self, shape: Sequence[int], dtype: Any = None) -> Any:
        return self.coefficient_initializer((prod(self.pool_size), *shape), dtype=dtype)[0]

    def call(self, inputs: Any) -> Any:
        """The subsampled maps."""
        means = ops.average_pool(inputs, self.pool_size, self.strides, "valid", self.data_format)
        sums = means * prod(self.pool_size)
        scaled = sums * _along_maps(self.coefficient, self.data_format)
        return self.activation(scaled + _along_maps(self.bias, self.data_format))

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """The batch and the maps, as many as came in."""
        maps = input_shape[1 if self.data_format == "channels_first" else 3]
        return _output_shape(input_shape, self, self.pool_size, maps, "valid")

    def get_config(self) -> dict[str, Any]:
        """Keras's serialisation of it."""
        return {
            **super().get_config(),
            "pool_size": self.pool_size,
            "strides": self.strides,
            "data_format": self.data_format,
            "activation": keras.activations.serialize(self.activation),
            "coefficient_initializer": keras.initializers.serialize(self.coefficient_initializer),
            "bias_initializer": keras.initializers.serialize(self.bias_initializer),
        }


@_registered
class SparseConv2D(keras.layers.Layer):  # type: ignore[misc]
    """A convolution in which each map takes in only some of the maps below. Source: II.B, layer
    C3, and its Table I.

    A kernel exists for each connected pair of maps, and nothing for the others: `kernel` is
    (height, width, connected pairs), its pairs map by map in ascending order, and there is a
    `bias` for each map. C3: 5·5·60 + 16 = 1,516 weights.

    Args:
        connection_table: for each map of the output the maps of the input, counted from 0, that
            feed it.
        kernel_size, strides: one number or a pair.
        padding: `valid` or `same`.
        data_format: `channels_last` or `channels_first`; None for Keras's setting.
        activation: a function, or its name; None for none.
        use_bias: whether there are biases.
        kernel_initializer: asked once for all maps with the same number of inputs, for a kernel
            of (height, width, inputs, maps), so that the fan-in that it sees is a unit's.
        bias_initializer: of the biases.
    """

    def __init__(
        self,
        connection_table: Sequence[Sequence[int]],
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = (1, 1),
        padding: str = "valid",
        data_format: str | None = None,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "fan_in_uniform",
        bias_initializer: Any = "zeros",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.connection_table = _table(connection_table)
        self.kernel_size = _pair(kernel_size, "kernel_size")
        self.strides = _pair(strides, "strides")
        if padding not in ("valid", "same"):
            raise ValueError(f"padding is 'valid' or 'same', not {padding!r}")
        self.padding = padding
        self.data_format = _data_format(data_format)
        self.activation = _activation(activation)
        self.use_bias = use_bias
        self.kernel_initializer = _initializer(kernel_initializer)
        self.bias_initializer = _initializer(bias_initializer)
        self.input_spec = keras.layers.InputSpec(ndim=4)

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Makes a kernel for each connected pair of maps."""
        maps = _maps(input_shape, self.data_format)
        if max(map(max, self.connection_table)) >= maps:
            raise ValueError(
                f"connection_table names map {max(map(max, self.connection_table))}, but only "
                f"{maps} maps come in, counted from 0"
            )
        pairs = [(of, to) for to, row in enumerate(self.connection_table) for of in row]
        # where in the kernel each pair of maps stands; behind its end, where a zero is put, those
        # that are not connected
        self._places = np.full((maps, len(self.connection_table)), len(pairs))
        for place, pair in enumerate(pairs):
            self._places[pair] = place
        shape = (*self.kernel_size, len(pairs))
        self.kernel = self.add_weight(name="kernel", shape=shape, initializer=self._drawn)
        if self.use_bias:
            outputs = (len(self.connection_table),)
            self.bias = self.add_weight(
                name="bias", shape=outputs, initializer=self.bias_initializer
            )

    def _drawn(self, shape: Sequence[int], dtype: Any = None) -> Any:
        drawn: dict[int, Any] = {}
        lengths = [len(row) for row in self.connection_table]
        for length in sorted(set(lengths)):
            alike = [to for to, other in enumerate(lengths) if other == length]
            # one initializer draws the same numbers again and again; a clone of it has its own
            draw = getattr(self.kernel_initializer, "clone", lambda: self.kernel_initializer)()
            kernels = draw((*self.kernel_size, length, len(alike)), dtype=dtype)
            drawn |= {to: kernels[..., place] for place, to in enumerate(alike)}
        return ops.concatenate([drawn[to] for to in range(len(lengths))], axis=-1)

    def call(self, inputs: Any) -> Any:
        """The convolved maps."""
        with_a_zero = ops.pad(self.kernel, ((0, 0), (0, 0), (0, 1)))
        dense = ops.take(with_a_zero, self._places, axis=-1)
        maps = ops.conv(inputs, dense, self.strides, self.padding, self.data_format)
        if self.use_bias:
            maps = maps + _along_maps(self.bias, self.data_format)
        return self.activation(maps)

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """The batch and the maps, one for each row of the table."""
        maps = len(self.connection_table)
        return _output_shape(input_shape, self, self.kernel_size, maps, self.padding)

    def get_config(self) -> dict[str, Any]:
        """Keras's serialisation of it."""
        return {
            **super().get_config(),
            "connection_table": [list(row) for row in self.connection_table],
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
            "data_format": self.data_format,
            "activation": keras.activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "bias_initializer": keras.initializers.serialize(self.bias_initializer),
        }


@_registered
class EuclideanRBF(keras.layers.Layer):  # type: ignore[misc]
    """Euclidean radial basis function units: how far the input is from the code of each class,
    y_i = Σ_j (x_j - w_ij)². Source: II.B, the output layer.

    The smallest output is that of the likeliest class. The codes are the weight `codes`, (units,
    inputs), "chosen by hand and kept fixed (at least initially)": not trained unless told so.

    Args:
        codes: for each unit a picture of its code, of `#` for +1 and `.` for -1; spaces and line
            breaks mean nothing. They are of one length, that of the input, and no two are alike.
        trainable: whether training moves the codes.
    """

    def __init__(self, codes: Sequence[str], trainable: bool = False, **kwargs: Any) -> None:
        super().__init__(trainable=trainable, **kwargs)
        self.codes = tuple(codes)
        self._signs = _signs(self.codes)
        self.input_spec = keras.layers.InputSpec(min_ndim=2)

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Makes the codes a weight."""
        length = self._signs.shape[1]
        if input_shape[-1] != length:
            raise ValueError(f"codes of {length} signs do not fit an input of {input_shape[-1]}")
        self.centres = self.add_weight(
            name="codes",
            shape=self._signs.shape,
            initializer=lambda shape, dtype=None: ops.convert_to_tensor(self._signs, dtype=dtype),
        )

    def call(self, inputs: Any) -> Any:
        """The squared distance from each code."""
        return ops.sum(ops.square(ops.expand_dims(inputs, -2) - self.centres), axis=-1)

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """A distance for each code."""
        return (*input_shape[:-1], len(self.codes))

    def get_config(self) -> dict[str, Any]:
        """Keras's serialisation of it."""
        return {**super().get_config(), "codes": list(self.codes)}


def _pair(value: int | Sequence[int], what: str) -> tuple[int, int]:
    pair = (value, value) if isinstance(value, int) else tuple(value)
    if len(pair) != 2 or not all(isinstance(size, int) and size >= 1 for size in pair):
        raise ValueError(f"{what} is a whole number of 1 or more, or a pair of them, not {value}")
    return pair


def _table(rows: Sequence[Sequence[int]]) -> tuple[tuple[int, ...], ...]:
    table = tuple(tuple(sorted(row)) for row in rows)
    for row in table or ((),):
        if not row or len(set(row)) < len(row) or min(row) < 0:
            raise ValueError(
                "connection_table is a list, for each map, of the maps that feed it: "
                f"one or more, counted from 0, each once, not {list(row)}"
            )
    return table


def _signs(codes: Sequence[str]) -> Any:
    """The codes as a matrix of ones and minus ones, a row for each."""
    marks = ["".join(code.split()) for code in codes]
    lengths = {len(code) for code in marks}
    if len(lengths) != 1 or not min(lengths) or set("".join(marks)) - set("#."):
        raise ValueError("codes are pictures of '#' and '.', one or more, all of one length")
    if len(set(marks)) < len(marks):
        raise ValueError("codes are of one unit each: no two are alike")
    return np.array([[1.0 if mark == "#" else -1.0 for mark in code] for code in marks])


def _maps(shape: Sequence[int | None], data_format: str) -> int:
    maps = shape[1 if data_format == "channels_first" else 3]
    if maps is None:
        raise ValueError("the number of maps that come in must be known")
    return maps


def _along_maps(weight: Any, data_format: str) -> Any:
    """A value for each map, shaped so that it meets the axis of the maps."""
    return ops.reshape(weight, (1, -1, 1, 1) if data_format == "channels_first" else (-1,))


def _output_shape(
    input_shape: Sequence[int | None],
    layer: Subsampling2D | SparseConv2D,
    window: tuple[int, int],
    maps: int | None,
    padding: str,
) -> tuple[int | None, ...]:
    first = layer.data_format == "channels_first"
    sizes = input_shape[2:] if first else input_shape[1:3]
    found: list[int | None] = []
    for size, reach, stride in zip(sizes, window, layer.strides, strict=True):
        if size is None:
            found.append(None)
        elif padding == "same":
            found.append(-(-size // stride))
        elif reach > size:
            raise ValueError(f"a window of {window[0]}x{window[1]} does not fit into {sizes}")
        else:
            found.append((size - reach) // stride + 1)
    return (input_shape[0], maps, *found) if first else (input_shape[0], *found, maps)


def _data_format(value: str | None) -> str:
    found = keras.config.image_data_format() if value is None else value
    if found not in ("channels_first", "channels_last"):
        raise ValueError(f"data_format is 'channels_first' or 'channels_last', not {value!r}")
    return str(found)


def _activation(value: Any) -> Any:
    return scaled_tanh if value == "scaled_tanh" else keras.activations.get(value)


def _initializer(value: Any) -> Any:
    ours = value in ("fan_in_uniform", "FanInUniform") if isinstance(value, str) else False
    return FanInUniform() if ours else keras.initializers.get(value)
