"""How many outputs a layer of a Sequential has: its config does not tell what is read of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lenet_verify.architecture import Layer

_STATES: Mapping[str, int] = {
    **dict.fromkeys(("GRU", "GRUCell", "SimpleRNN", "SimpleRNNCell"), 1),
    **dict.fromkeys(("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "LSTM", "LSTMCell"), 2),
}


def outputs(layer: Layer) -> int:
    """How many outputs a layer of a Sequential has, all of which the next one is given."""
    if layer.layers:
        return len(layer.ends or layer.outputs)
    return 1 + _states(layer.type, layer.config) if _returns_states(layer.config) else 1


def _returns_states(config: Mapping[str, Any]) -> bool:
    inner = config.get("layer")
    return bool((inner if isinstance(inner, Mapping) else config).get("return_state"))


def _states(type_: str, config: Mapping[str, Any]) -> int:
    """How many states a recurrent layer has."""
    inside = (config.get("layer"), config.get("backward_layer"), config.get("cell"))
    cells = config.get("cells")
    found = [*inside, *(cells if isinstance(cells, tuple) else ())]
    layers = [one for one in found if isinstance(one, Mapping)]
    if layers:
        return sum(_states(str(one.get("type")), one) for one in layers)
    return _STATES.get(type_, 0)
