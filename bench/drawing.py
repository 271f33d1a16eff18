"""Prints as JSON the seconds that drawings take: of LeNet-5, and of ResNet-152."""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable

import keras
from jobs import SPEC

import lenet_verify as lv
from lenet_verify.drawings.figure import draw_figure
from lenet_verify.drawings.graph import draw_graph


def main() -> None:
    """Runs every drawing so often."""
    runs = int(sys.argv[1])
    lenet5 = lv.infer(lv.load_spec(SPEC))
    with keras.StatelessScope(initialize_variables=False):
        resnet = lv.read(keras.applications.ResNet152(weights=None))
    times = {
        "LeNet-5, figure": taken(lambda: draw_figure(lenet5), runs),
        "LeNet-5, graph": taken(lambda: draw_graph(lenet5), runs),
        "ResNet-152, figure": taken(lambda: draw_figure(resnet), runs),
        "ResNet-152, graph": taken(lambda: draw_graph(resnet), runs),
    }
    print(json.dumps(times))


def taken(draw: Callable[[], str], runs: int) -> float:
    """The median of the seconds."""
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        draw()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


if __name__ == "__main__":
    main()
