"""Model files written by hand: configs as Keras writes them, and archives that hold them."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

TINY = """\
format: 1
title: Tiny
input: 4
layers:
  hidden: {type: Dense, units: 5, activation: tanh}
claims:
- {id: widths, why: by hand, expect: {hidden: {units: 5}}}
"""
"""A spec, and in `tiny` a model that it holds for if it has 5 units."""


def tiny(units: int = 5) -> bytes:
    """An archive with the model of that spec."""
    hidden = layer("Dense", "hidden", units=units, activation="tanh")
    return archive(sequential([given("x", 4), hidden]))


def layer(
    class_name: str,
    name: str,
    *nodes: Any,
    module: str | None = "keras.layers",
    registered: str | None = None,
    built_on: Sequence[int | None] | None = None,
    **config: Any,
) -> dict[str, Any]:
    """A layer in the form of Keras 3; `nodes` are its calls."""
    return {
        "module": module,
        "class_name": class_name,
        "config": {"name": name, "trainable": True, "dtype": "float32", **config},
        "registered_name": registered,
        **({"build_config": {"input_shape": [*built_on]}} if built_on else {}),
        "name": name,
        "inbound_nodes": list(nodes),
    }


def given(name: str, *sizes: Any) -> dict[str, Any]:
    """An input layer."""
    return layer("InputLayer", name, batch_shape=[None, *sizes])


def tensor(name: str, call: int = 0, output: int = 0, shape: Any = None) -> dict[str, Any]:
    """A tensor that a call reads."""
    config = {"shape": shape, "dtype": "float32", "keras_history": [name, call, output]}
    return {"class_name": "__keras_tensor__", "config": config}


def reads(*names: str | Mapping[str, Any]) -> dict[str, Any]:
    """A call: of a name its first output is meant."""
    tensors = [tensor(one) if isinstance(one, str) else one for one in names]
    return {"args": tensors if len(tensors) == 1 else [tensors], "kwargs": {}}


def functional(
    layers: Sequence[Any],
    inputs: Any = (("x", 0, 0),),
    outputs: Any = (("y", 0, 0),),
    name: str = "model",
) -> dict[str, Any]:
    """A functional model, by default from `x` to `y`."""
    config = {
        "name": name,
        "trainable": True,
        "layers": list(layers),
        "input_layers": [list(one) for one in inputs],
        "output_layers": [list(one) for one in outputs],
    }
    return _model("Functional", config)


def sequential(layers: Sequence[Any], name: str = "model", **more: Any) -> dict[str, Any]:
    """A Sequential."""
    return _model("Sequential", {"name": name, "layers": list(layers), **more})


def _model(class_name: str, config: Mapping[str, Any]) -> dict[str, Any]:
    module = "keras.src.models.functional" if class_name == "Functional" else "keras"
    return {
        "module": module, "class_name": class_name, "config": config, "registered_name": None,
    }  # fmt: skip


def keras_2(model: Mapping[str, Any]) -> dict[str, Any]:
    """The same in the form of Keras 2, which tells a class by its name alone."""
    layers = []
    for one in model["config"]["layers"]:
        config = dict(one["config"])
        if "batch_shape" in config:
            config["batch_input_shape"] = config.pop("batch_shape")
        entry = {"class_name": one["class_name"], "config": config, "name": one["name"]}
        nodes = [_node_2(node) for node in one["inbound_nodes"]]
        layers.append({**entry, "inbound_nodes": nodes})
    config = {**model["config"], "layers": layers}
    return {"class_name": model["class_name"], "config": config, "keras_version": "2.15.0"}


def _node_2(node: Mapping[str, Any]) -> list[Any]:
    (first,) = node["args"]
    tensors = first if isinstance(first, list) else [first]
    return [[*one["config"]["keras_history"], {}] for one in tensors]


def archive(config: Any, weights: bytes | None = None, packed: bool = False) -> bytes:
    """A .keras file; `packed` compresses its weights."""
    text = config if isinstance(config, str) else json.dumps(config)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        file.writestr("metadata.json", '{"keras_version": "3.15.1"}')
        file.writestr("config.json", text)
        if weights is not None:
            how = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
            file.writestr("model.weights.h5", weights, how)
    return held.getvalue()


def stored(folder: Path, name: str, config: Any) -> list[str]:
    """The config as a .keras and as a .json file: their names."""
    (folder / f"{name}.keras").write_bytes(archive(config))
    text = config if isinstance(config, str) else json.dumps(config)
    (folder / f"{name}.json").write_text(text, encoding="utf-8")
    return [f"{name}.keras", f"{name}.json"]


def unpacked(path: Path) -> tuple[dict[str, Any], bytes]:
    """The config and the weights of a .keras file."""
    with zipfile.ZipFile(path) as file:
        return json.loads(file.read("config.json")), file.read("model.weights.h5")
