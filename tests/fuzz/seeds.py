"""Saved models to begin with, small and as different as they come; Keras makes them once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

CACHE = Path(__file__).with_name(".cache")
"""Seeds, what the loop found worth keeping, and findings; no part of the repository."""

KINDS = ("json", "keras", "hdf5")
_SUFFIXES = {"json": "json", "keras": "keras", "hdf5": "h5"}
_DONE = "complete"


def seeds(kind: str) -> list[Path]:
    """The seeds of a kind, made first if they are not there."""
    folder = CACHE / "seeds"
    if not (folder / _DONE).exists():
        folder.mkdir(parents=True, exist_ok=True)
        for framework in ("keras", "tf_keras"):
            # each in a process of its own: none of it must be in the one that fuzzes
            command = [sys.executable, "-m", "tests.fuzz.seeds", framework, str(folder)]
            subprocess.run(command, check=True, env={**os.environ, "CUDA_VISIBLE_DEVICES": ""})
        (folder / _DONE).touch()
    return sorted(folder.glob(f"*.{_SUFFIXES[kind]}"))


Make = Callable[[Any], Any]
"""Of `keras` or `tf_keras`, a model."""


ODD = {"keras": "odd | name](x) ::error::", "tf_keras": "odd.name"}
"""Keras 2 allows less."""


def _lenet(k: Any) -> Any:
    layers = k.layers
    model = k.Sequential(
        [
            k.Input((32, 32, 1)),
            layers.Conv2D(6, 5, activation="tanh", name="C1"),
            layers.AveragePooling2D(2, name="S2"),
            layers.Conv2D(16, 5, activation="tanh", name="C3"),
            layers.AveragePooling2D(2, name="S4"),
            layers.Flatten(name="flatten"),
            layers.Dense(120, activation="tanh", name="C5"),
            layers.Dense(84, activation="tanh", name="F6"),
            layers.Dense(10, activation="softmax", name="output"),
        ]
    )
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    return model


def _unbuilt(k: Any) -> Any:
    return k.Sequential([k.layers.Conv2D(2, 3), k.layers.Flatten(), k.layers.Dense(3)])


def _built_late(k: Any) -> Any:
    model = k.Sequential([k.layers.Dense(4, "relu"), k.layers.Dropout(0.5), k.layers.Dense(2)])
    model.build((None, 5))
    return model


def _blocks(k: Any) -> Any:
    layers = k.layers
    x = inputs = k.Input((16, 16, 3))
    for filters in (4, 8):
        short = layers.Conv2D(filters, 1, strides=2, use_bias=False)(x)
        x = layers.Conv2D(filters, 3, strides=2, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization()(x)
        x = layers.ReLU(max_value=6.0)(x)
        x = layers.DepthwiseConv2D(3, padding="same", dilation_rate=2)(x)
        x = layers.Add()([x, short])
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dense(3, kernel_regularizer="l2", activation="softmax")(x)
    return k.Model(inputs, x)


def _several(k: Any) -> Any:
    layers = k.layers
    left, right = k.Input((8,), name="left"), k.Input((8,), name="right")
    shared = layers.Dense(4, name="shared")
    one, other = shared(left), shared(right)
    both = layers.Concatenate()([one, other])
    return k.Model(
        {"left": left, "right": right},
        {"sum": layers.Add()([one, other]), "both": layers.Dense(2, name="both")(both)},
    )


def _nested(k: Any) -> Any:
    layers = k.layers
    x = inner_in = k.Input((8, 8, 2), name="inner_in")
    x = layers.Conv2D(4, 3, name="inner_conv")(x)
    inner = k.Model(inner_in, [layers.Flatten()(x), layers.GlobalMaxPooling2D()(x)], name="inner")
    head = k.Sequential([k.Input((4,)), layers.Dense(3), layers.Activation("relu")], name="head")
    a, b = k.Input((8, 8, 2)), k.Input((8, 8, 2))
    flat, pooled = inner(a)
    _, again = inner(b)
    return k.Model([a, b], [flat, head(pooled), head(again)])


def _recurrent(k: Any) -> Any:
    layers = k.layers
    words = k.Input((None,), dtype="int32")
    x = layers.Embedding(50, 4, mask_zero=True)(words)
    x = layers.Bidirectional(layers.LSTM(3, return_sequences=True), merge_mode="concat")(x)
    x = layers.TimeDistributed(layers.Dense(5))(x)
    x, state = layers.GRU(4, return_sequences=True, return_state=True)(x)
    x = layers.RNN([layers.LSTMCell(3), layers.GRUCell(2)])(x)
    return k.Model(words, [x, state])


def _masks(k: Any) -> Any:
    layers = k.layers
    inputs, mask = k.Input((5, 3)), k.Input((5,), dtype="bool")
    x = layers.Masking(0.0)(inputs)
    x = layers.SimpleRNN(4, return_sequences=True)(x)
    x = layers.LSTM(2)(x, mask=mask)
    return k.Model([inputs, mask], x)


def _attention(k: Any) -> Any:
    layers = k.layers
    query, value = k.Input((5, 8)), k.Input((None, 8))
    x = layers.MultiHeadAttention(2, 4)(query, value)
    x = layers.LayerNormalization()(layers.Add()([x, query]))
    y = layers.Attention()([query, value, value])
    z = layers.AdditiveAttention()([query, value])
    return k.Model([query, value], [x, y, z])


def _first(k: Any) -> Any:
    layers = k.layers
    x = inputs = k.Input((3, 16, 16))
    x = layers.Conv2D(4, 3, data_format="channels_first")(x)
    x = layers.BatchNormalization(axis=1)(x)
    x = layers.MaxPooling2D(data_format="channels_first")(x)
    x = layers.Conv2DTranspose(2, 3, strides=2, data_format="channels_first")(x)
    return k.Model(inputs, layers.GlobalAveragePooling2D(data_format="channels_first")(x))


def _ranks(k: Any) -> Any:
    layers = k.layers
    a, b = k.Input((20, 2)), k.Input((6, 6, 6, 1))
    x = layers.Conv1D(4, 3, padding="causal", dilation_rate=2)(layers.ZeroPadding1D(2)(a))
    x = layers.UpSampling1D(2)(layers.SeparableConv1D(3, 3)(x))
    y = layers.Conv3D(2, 3)(b)
    y = layers.Reshape((-1, 2))(layers.Cropping3D(1)(y))
    y = layers.Permute((2, 1))(y)
    return k.Model([a, b], [x, y, layers.Flatten()(y)])


def _image(k: Any) -> Any:
    layers = k.layers
    x = inputs = k.Input((20, 20, 3))
    x = layers.Rescaling(1 / 255)(layers.Resizing(16, 16)(x))
    x = layers.RandomFlip()(layers.CenterCrop(12, 12)(x))
    x = layers.Normalization(mean=[0.5] * 3, variance=[1.0] * 3)(x)
    x = layers.UnitNormalization()(layers.PReLU(shared_axes=[1, 2])(x))
    return k.Model(inputs, layers.GaussianNoise(0.1)(x))


def _text(k: Any) -> Any:
    layers = k.layers
    words, numbers = k.Input((4,), dtype="string"), k.Input((4,), dtype="int64")
    x = layers.StringLookup(vocabulary=["a", "b", "/etc/passwd"], output_mode="int")(words)
    y = layers.CategoryEncoding(num_tokens=7, output_mode="multi_hot")(numbers)
    return k.Model([words, numbers], [layers.Embedding(9, 2)(x), y])


def _lambda(k: Any) -> Any:
    inputs = k.Input((4,))
    x = k.layers.Dense(3)(inputs)
    return k.Model(inputs, k.layers.Lambda(lambda t: t * 2, output_shape=(3,))(x))


def _stranger(k: Any) -> Any:
    @k.saving.register_keras_serializable("mine")
    class Conv2D(k.layers.Layer):  # type: ignore[misc]
        def __init__(self, width: int = 3, **more: Any) -> None:
            super().__init__(**more)
            self.width = width

        def call(self, x: Any) -> Any:
            return x

        def get_config(self) -> dict[str, Any]:
            return {**super().get_config(), "width": self.width, "name\x1b": "\u202e::"}

    inputs = k.Input((6, 6, 2))
    x = Conv2D(name=ODD[k.__name__])(inputs)
    return k.Model(inputs, k.layers.Dense(2)(k.layers.Flatten()(x)))


def _frozen(k: Any) -> Any:
    inputs = k.Input((6, 6, 2), batch_size=4)
    x = k.layers.Conv2D(3, 3, trainable=False)(inputs)
    x = k.layers.SpatialDropout2D(0.2)(k.layers.LeakyReLU(0.2)(x))
    x = k.layers.SeparableConv2D(4, 3, padding="same", depth_multiplier=2)(x)
    model = k.Model(inputs, k.layers.GlobalMaxPooling2D(keepdims=True)(x))
    model.trainable = False
    return model


def _operations(k: Any) -> Any:
    import numpy

    ops = k.ops
    a, b = k.Input((8, 6)), k.Input((8, 6))
    x = ops.relu(a + b) * 2.0
    x = x[:, 1:5, ::2]
    y = ops.matmul(a, ops.transpose(b, (0, 2, 1))) + numpy.ones((8, 8), "float32")
    z = ops.einsum("bij,bkj->bik", a, b)
    w = ops.where(ops.reshape(y, (-1, 64)) > 0, 1.0, 0.0)
    parts = ops.split(ops.pad(a, ((0, 0), (1, 1), (0, 0))), 2, axis=1)
    return k.Model([a, b], [x, ops.softmax(z), ops.mean(y, axis=(1, 2)), w, *parts])


def _three(k: Any) -> Any:
    layers = k.layers
    inputs = k.Input((5, 8))
    x = layers.GroupQueryAttention(4, 4, 2)(inputs, inputs)
    x = layers.EinsumDense("abc,cd->abd", output_shape=(None, 6), bias_axes="d")(x)
    x = layers.SpectralNormalization(layers.Dense(4))(x)
    x = layers.GroupNormalization(2)(x)
    return k.Model(inputs, k.ops.take(x, _indices(), axis=1))


def _indices() -> Any:
    """A constant in the middle of a graph."""
    import numpy

    return numpy.array([0, 2])


def _convolved_in_time(k: Any) -> Any:
    inputs = k.Input((4, 8, 8, 1))
    x = k.layers.ConvLSTM2D(2, 3, return_sequences=True)(inputs)
    x = k.layers.TimeDistributed(k.layers.Conv2D(3, 3))(x)
    return k.Model(inputs, k.layers.TimeDistributed(k.Sequential([k.layers.Flatten()]))(x))


def _functions(k: Any) -> Any:
    import tensorflow

    a, b = k.Input((6,)), k.Input((6,))
    x = tensorflow.nn.relu(a + b)
    x = tensorflow.concat([x, a[:, :2]], axis=1)
    return k.Model([a, b], k.layers.Dense(2)(tensorflow.math.multiply(x, 2.0)))


COMMON: Sequence[Make] = (
    _lenet, _unbuilt, _built_late, _blocks, _several, _nested, _recurrent, _masks, _attention,
    _first, _ranks, _image, _text, _lambda, _stranger, _frozen, _convolved_in_time,
)  # fmt: skip
ONLY: dict[str, Sequence[Make]] = {"keras": (_operations, _three), "tf_keras": (_functions,)}


def _saved(framework: str, folder: Path) -> Iterator[str]:
    """Every model in every format that takes it; the names of those that none does."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import importlib
    import warnings

    warnings.simplefilter("ignore")
    k = importlib.import_module(framework)
    for make in (*COMMON, *ONLY[framework]):
        k.backend.clear_session()
        name = f"{framework}-{make.__name__.lstrip('_')}"
        try:
            model = make(k)
        except Exception as e:
            yield f"{name}: {type(e).__name__}: {e}"
            continue
        for suffix in _SUFFIXES.values():
            path = folder / f"{name}.{suffix}"
            try:
                if suffix == "json":
                    path.write_text(model.to_json(), encoding="utf-8")
                else:
                    model.save(path)
            except Exception as e:
                path.unlink(missing_ok=True)
                yield f"{path.name}: {type(e).__name__}: {e}"


if __name__ == "__main__":
    for skipped in _saved(sys.argv[1], Path(sys.argv[2])):
        print(skipped.splitlines()[0][:200], file=sys.stderr)
