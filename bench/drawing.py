"""Prints as JSON the seconds that drawings of LeNet-5 and ResNet-152 take, ours and the peers'.

Run by bench.py. All draw the same live Keras model, in turn in one process.
"""

from __future__ import annotations

import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import keras
from peer_keras import draw_without_dot, lenet5

import lenet_verify as lv
from lenet_verify.drawings.figure import draw_figure
from lenet_verify.drawings.graph import draw_graph

SHOWN = {"show_shapes": True, "show_layer_names": True, "show_layer_activations": True}
"""What our graph shows too."""


def main() -> None:
    """Draws both networks so often."""
    runs = int(sys.argv[1])
    if shutil.which("dot") is None:
        draw_without_dot()
    with keras.StatelessScope(initialize_variables=False):
        resnet152 = keras.applications.ResNet152(weights=None)
    networks = {"LeNet-5": lenet5(), "ResNet-152": resnet152}
    with tempfile.TemporaryDirectory() as folder:
        times = {name: taken(drawings(model, folder), runs) for name, model in networks.items()}
    print(json.dumps(times))


def drawings(model: keras.Model, folder: str) -> dict[str, Callable[[], object]]:
    """Every way to draw a network."""
    architecture = lv.read(model)
    file = str(Path(folder, "peer.svg"))
    ways: dict[str, Callable[[], object]] = {
        "figure, SVG": lambda: draw_figure(architecture),
        "figure, SVG, the model read too": lambda: draw_figure(lv.read(model)),
        "graph, DOT": lambda: draw_graph(architecture),
        "graph, DOT, the model read too": lambda: draw_graph(lv.read(model)),
        "Keras model_to_dot, DOT": lambda: keras.utils.model_to_dot(model, **SHOWN).to_string(),
        "Keras plot_model, SVG": lambda: keras.utils.plot_model(model, file, **SHOWN),
    }
    try:
        import visualkeras
    except ImportError:
        return ways
    return {**ways, "visualkeras graph_view": lambda: visualkeras.graph_view(model)}


def taken(ways: Mapping[str, Callable[[], object]], runs: int) -> dict[str, float]:
    """The median of the seconds of each, run in turn; a first run only warms up."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(runs + 1):
        for name, draw in ways.items():
            start = time.perf_counter()
            draw()
            if number:
                seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(times) for name, times in seconds.items()}


if __name__ == "__main__":
    main()
