"""Models as JSON, for other programs. Keys are added, never renamed (`docs/json.md`)."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from lenet_verify.architecture import Architecture, Call, Layer, Shape, Source
from lenet_verify.functions import Computed
from lenet_verify.show.rows import Shown

ONE = "lenet-verify/architecture-1"
SEVERAL = "lenet-verify/architectures-1"


def render_json(models: Sequence[Shown]) -> str:
    """One model, or several as a list."""
    documents = [document(shown.architecture, shown.model) for shown in models]
    whole = documents[0] if len(documents) == 1 else {"schema": SEVERAL, "architectures": documents}
    # lone surrogates and controls become escapes, so that any parser can read it
    return json.dumps(whole, indent=2, ensure_ascii=True, allow_nan=False) + "\n"


def document(architecture: Architecture, model: str) -> dict[str, Any]:
    """An architecture as plain JSON values.

    Args:
        architecture: the model.
        model: what the user calls it.
    """
    return {
        "schema": ONE,
        "model": model,
        "title": architecture.title,
        "inputs": list(architecture.inputs),
        "outputs": list(architecture.outputs),
        **_ends(architecture.ends),
        "layers": [layer_document(layer) for layer in architecture.layers],
        **_weights(architecture),
        **_work(architecture),
        **_unknown(architecture.unknown),
    }


def layer_document(layer: Layer) -> dict[str, Any]:
    """A layer as plain JSON values, with what is inside of it."""
    found: dict[str, Any] = {
        "name": layer.name,
        "type": layer.type,
        "inputs": None if "inputs" in layer.unknown else list(layer.inputs),
        **_output(layer.shapes),
        **_weights(layer),
        "activation": None if layer.activation is None else str(layer.activation),
        "config": _config(layer),
        **_work(layer),
    }
    if layer.layers:
        found["layers"] = [layer_document(inner) for inner in layer.layers]
        found["outputs"] = list(layer.outputs)
        found |= _ends(layer.ends)
    if layer.calls:
        found["calls"] = [list(names) for names in layer.calls]
    if layer.details:
        found["details"] = [_call(call) for call in layer.details]
    if not layer.reaches_output:
        found["reaches_output"] = False
    if isinstance(layer.activation, Computed):
        found["function"] = layer.activation.function
    if layer.declared:
        found["declared"] = dict(layer.declared)
    return found | _unknown(layer.unknown)


def _weights(owner: Architecture | Layer) -> dict[str, int | None]:
    return {
        "params": owner.params,
        "trainable": owner.trainable,
        "non_trainable": owner.non_trainable,
    }


def _work(owner: Architecture | Layer) -> dict[str, int | None]:
    return {"macs": owner.macs, "connections": owner.connections}


def _config(layer: Layer) -> Any:
    return None if "config" in layer.unknown and not layer.config else plain_config(layer.config)


def _output(shapes: Sequence[Shape] | None) -> dict[str, Any]:
    """The output in both notations; lists of them where there are several."""
    if shapes is None:
        return {"output": None, "output_shape": None}
    texts = [str(shape) for shape in shapes]
    sizes = [list(shape.sizes) for shape in shapes]
    one = len(shapes) == 1
    return {"output": texts[0] if one else texts, "output_shape": sizes[0] if one else sizes}


def _call(call: Call) -> dict[str, Any]:
    return {"inputs": [_source(source) for source in call.inputs], **_output(call.shapes)}


def _source(source: Source) -> dict[str, Any]:
    found = {"layer": source.layer, "call": source.call, "output": source.output}
    return found | ({"argument": source.argument} if source.argument else {})


def _ends(ends: Sequence[Source]) -> dict[str, Any]:
    return {"ends": [_source(end) for end in ends]} if ends else {}


def _unknown(reasons: Mapping[str, str]) -> dict[str, Any]:
    return {"unknown": dict(reasons)} if reasons else {}


def plain_config(value: Any) -> Any:
    """A layer's arguments as JSON: tuples as lists, sets sorted, what JSON has no word for by its
    name (`inf`, `nan`, somebody's own class)."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {str(key): plain_config(item) for key, item in value.items()}
    if isinstance(value, tuple) and type(value) is not tuple:
        return value  # maps by their numbers, which are no sizes
    if isinstance(value, list | tuple):
        return [plain_config(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(map(plain_config, value), key=repr)
    if hasattr(value, "tolist"):  # a number or an array of numpy's
        return plain_config(value.tolist())
    # not its repr, which may hold an address
    return {"custom": f"{type(value).__module__}.{type(value).__qualname__}"}
