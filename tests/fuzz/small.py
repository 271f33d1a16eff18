"""Configs by hand, for where there is no Keras to save a model: small, but of every form."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def tensor(layer: str, output: int = 0, call: int = 0, shape: Any = None) -> Json:
    """What a call reads, as Keras 3 notes it."""
    return {
        "class_name": "__keras_tensor__",
        "config": {"shape": shape, "dtype": "float32", "keras_history": [layer, call, output]},
    }


def layer(
    class_name: str, name: str, *reads: Any, module: str = "keras.layers", **config: Any
) -> Json:
    """A layer that is called once, on all that it reads."""
    fed = [one if isinstance(one, dict) else tensor(one) for one in reads]
    args = fed if len(fed) < 2 or not module.endswith("layers") else [fed]
    return {
        "module": module,
        "class_name": class_name,
        "config": {"name": name, "trainable": True, "dtype": "float32", **config},
        "registered_name": None,
        "name": name,
        "inbound_nodes": [{"args": args, "kwargs": {}}] if reads else [],
    }


def operation(class_name: str, name: str, *args: Any, **kwargs: Any) -> Json:
    """A node of keras.ops."""
    made = layer(class_name, name, module="keras.src.ops.numpy")
    calls = [{"args": list(args), "kwargs": kwargs}]
    return {**made, "config": {"name": name}, "inbound_nodes": calls}


def entrance(name: str, *shape: int | None, dtype: str = "float32") -> Json:
    """An input."""
    return layer("InputLayer", name, batch_shape=[None, *shape], dtype=dtype)


def functional(name: str, layers: list[Json], outputs: list[str]) -> Json:
    """A model whose inputs are its InputLayers."""
    inputs = [one["name"] for one in layers if one["class_name"] == "InputLayer"]
    return {
        "module": "keras.src.models.functional",
        "class_name": "Functional",
        "config": {
            "name": name,
            "trainable": True,
            "layers": layers,
            "input_layers": [[one, 0, 0] for one in inputs],
            "output_layers": [[one, 0, 0] for one in outputs],
        },
        "registered_name": "Functional",
    }


def sequential(name: str, *layers: Json) -> Json:
    """A model in a row."""
    bare = [{key: v for key, v in one.items() if key != "inbound_nodes"} for one in layers]
    return {
        "module": "keras",
        "class_name": "Sequential",
        "config": {"name": name, "trainable": True, "layers": bare},
        "registered_name": None,
        "compile_config": {"optimizer": "adam", "loss": "mse", "metrics": ["accuracy"]},
    }


def images() -> Json:
    """Convolutions with a way around them, and a model inside."""
    head = functional(
        "head",
        [entrance("maps", 6, 6, 4), layer("GlobalAveragePooling2D", "pool", "maps"),
         layer("Dense", "probs", "pool", units=3, activation="softmax")],
        ["probs"],
    )  # fmt: skip
    inner = {**layer("Functional", "head", "sum"), **head, "name": "head"}
    return functional(
        "images",
        [
            entrance("image", 8, 8, 1),
            layer("Conv2D", "one", "image", filters=4, kernel_size=[3, 3], activation="tanh"),
            layer("Conv2D", "way", "image", filters=4, kernel_size=[3, 3], padding="valid"),
            layer("BatchNormalization", "norm", "one", axis=-1),
            layer("Add", "sum", "norm", "way"),
            inner,
        ],
        ["head"],
    )


def words() -> Json:
    """Recurrent layers, masks, wrappers, further outputs."""
    lstm = {"module": "keras.layers", "class_name": "LSTM", "config": {"units": 3, "name": "l"}}
    return functional(
        "words",
        [
            entrance("word", None, dtype="int32"),
            layer("Embedding", "table", "word", input_dim=9, output_dim=4, mask_zero=True),
            layer("Bidirectional", "both", "table", layer=lstm | {"registered_name": None}),
            layer("GRU", "gru", "table", units=2, return_state=True),
            layer("Concatenate", "all", "both", tensor("gru", 1), axis=-1),
        ],
        ["all", "gru"],
    )


def operations() -> Json:
    """Nodes of keras.ops, slices and constants."""
    part = {"class_name": "__slice__", "config": {"start": 1, "stop": 5, "step": 2}}
    constant = {"class_name": "__numpy__", "config": {"value": [[1.0]], "dtype": "float32"}}
    return functional(
        "operations",
        [
            entrance("x", 8, 6),
            operation("Add", "sum", tensor("x"), constant),
            operation("GetItem", "part", tensor("sum"), [{"class_name": "__ellipsis__"}, part]),
            operation("Transpose", "turned", tensor("x"), axes=[0, 2, 1]),
            operation("Matmul", "product", tensor("turned"), tensor("part")),
            operation("Reshape", "flat", tensor("product"), newshape=[-1, 12]),
        ],
        ["flat"],
    )


def old() -> Json:
    """The form of Keras 2, with a shared layer."""
    dense = {"name": "d", "units": 2, "activation": "relu", "trainable": True, "dtype": "float32"}
    start = {"batch_input_shape": [None, 4], "name": "a", "dtype": "float32"}
    return {
        "class_name": "Functional",
        "config": {
            "name": "old",
            "layers": [
                {"class_name": "InputLayer", "config": start, "name": "a", "inbound_nodes": []},
                {"class_name": "Dense", "config": {**dense, "units": 4, "name": "s"}, "name": "s",
                 "inbound_nodes": [[["a", 0, 0, {}]], [["s", 0, 0, {}]]]},
                {"class_name": "Dense", "config": dense, "name": "d",
                 "inbound_nodes": [[["s", 1, 0, {}]]]},
            ],
            "input_layers": [["a", 0, 0]],
            "output_layers": [["d", 0, 0]],
        },
    }  # fmt: skip


def unbuilt() -> Json:
    """Layers without any input."""
    return sequential(
        "unbuilt",
        layer("Conv1D", "c", filters=2, kernel_size=[3], data_format="channels_first"),
        layer("Flatten", "f"),
        layer("Mine", "m", module="mine"),
        layer("Lambda", "l"),
    )


MODELS = (images, words, operations, old, unbuilt)
