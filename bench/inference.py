"""How long inference takes, without any framework: chains of layers, and ResNet152.

Prints one line of JSON; run by bench.py. A chain goes through convolutions, normalisation,
activations, sums and pooling again and again.
"""

from __future__ import annotations

import gc
import json
import statistics
import sys
import time
from dataclasses import replace

from lenet_verify.architecture import Architecture, Layer, Shape
from lenet_verify.inference import inferred
from lenet_verify.vocabulary import complete

CHAIN = (
    ("Conv2D", {"filters": 8, "kernel_size": (3, 3), "padding": "same"}),
    ("BatchNormalization", {}),
    ("Activation", {"activation": "relu"}),
    ("DepthwiseConv2D", {"kernel_size": (3, 3), "padding": "same"}),
    ("MaxPooling2D", {"pool_size": (2, 2), "strides": (1, 1), "padding": "same"}),
    ("Add", {}),
)


def chain(length: int) -> Architecture:
    """An outline of so many layers, each fed by the one before; a sum also by an earlier one."""
    layers = [Layer(name="input", type="InputLayer", shapes=(Shape((32, 32, 8)),))]
    for number in range(length):
        type_, arguments = CHAIN[number % len(CHAIN)]
        inputs = (layers[-1].name,)
        if type_ == "Add":
            inputs += (layers[-5].name,)
        config = complete(type_, arguments)
        layers.append(Layer(name=f"{type_}_{number}", type=type_, inputs=inputs, config=config))
    last = layers[-1].name
    return Architecture(title="chain", inputs=("input",), outputs=(last,), layers=tuple(layers))


def resnet152() -> Architecture:
    """The outline of Keras's ResNet152: what it is made of, no shapes and no counts."""
    import keras

    from lenet_verify.readers import read

    with keras.StatelessScope(initialize_variables=False):
        architecture = read(keras.applications.ResNet152(weights=None))
    layers = tuple(
        layer
        if layer.type == "InputLayer"
        else replace(
            layer, input_shapes=None, shapes=None, params=None, trainable=None, non_trainable=None
        )
        for layer in architecture.layers
    )
    return replace(architecture, layers=layers, params=None)


def seconds(outline: Architecture, runs: int) -> float:
    """The median time to derive everything of a network."""
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        found = inferred(outline)
        taken.append(time.perf_counter() - start)
        if found.params is None:
            raise SystemExit("bench: inference left something unknown")
    return statistics.median(taken)


if __name__ == "__main__":
    gc.set_threshold(100_000, 20, 20)  # as the command line does
    runs = int(sys.argv[1])
    times = {f"chain of {n:,}": seconds(chain(n), runs) for n in (10, 100, 1_000, 10_000)}
    if not {"keras", "numpy", "tensorflow"}.isdisjoint(sys.modules):
        raise SystemExit("bench: inference imported a framework")
    times["ResNet152"] = seconds(resnet152(), runs)
    print(json.dumps(times))
