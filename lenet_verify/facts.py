"""The facts that a claim may state: each name's form, and the code of its findings.

What a fact *means* is in `docs/facts.md`; how it is observed, in `check.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Form = Literal[
    "type", "shape", "shapes", "quantity", "activation", "sizes", "names", "counts", "stages",
    "optimizer", "loss", "metrics", "share",
]  # fmt: skip


@dataclass(frozen=True)
class Fact:
    """How a fact is written in a spec, and which code its findings carry."""

    form: Form
    code: str
    about: str


LAYER_FACTS = {
    "type": Fact("type", "type", "the Keras class"),
    "output": Fact("shape", "shape", "the output shape, batch left out"),
    "input": Fact("shape", "shape", "the input shape, batch left out"),
    "params": Fact("quantity", "params", "how many weights the layer has"),
    "trainable": Fact("quantity", "params", "how many of them are trained"),
    "non_trainable": Fact("quantity", "params", "how many of them are not"),
    "activation": Fact(
        "activation",
        "activation",
        "its name, or a formula in x; linear where it applies none, null where it has none",
    ),
    "connections": Fact("quantity", "count", "for each unit its inputs, and one for a bias"),
    "macs": Fact("quantity", "count", "multiply-adds for one example, biases left out"),
    "neurons": Fact("quantity", "count", "how many values it puts out for one example"),
    "downsampling": Fact("sizes", "shape", "its own factor of reduction: its stride"),
    "total_downsampling": Fact("sizes", "shape", "the factor of reduction from the input on"),
    "receptive_field": Fact("sizes", "shape", "how much of the input one unit sees"),
    "inputs": Fact("names", "connection", "the layers that feed it"),
}  # fmt: skip

MODEL_FACTS = {
    "params": Fact("quantity", "total", "all weights, each counted once"),
    "trainable": Fact("quantity", "total", "those that are trained"),
    "non_trainable": Fact("quantity", "total", "those that are not"),
    "connections": Fact("quantity", "total", "all connections"),
    "macs": Fact("quantity", "total", "all multiply-adds for one example"),
    "neurons": Fact("quantity", "total", "the units of the layers with weights"),
    "output": Fact("shape", "shape", "the shape of the only output"),
    "outputs": Fact("shapes", "shape", "the shapes of all outputs, in order"),
    "layers": Fact("counts", "count", "how many layers of each class or family"),
    "weight_layers": Fact("quantity", "count", "how many layers have weights that multiply inputs"),
    "depth": Fact("quantity", "count", "the longest path, in layers with such weights"),
    "stages": Fact("stages", "shape", "the sizes of the feature maps on that path, in order"),
    "optimizer": Fact("optimizer", "argument", "the optimizer it is compiled with"),
    "loss": Fact("loss", "argument", "the loss it is compiled with"),
    "metrics": Fact("metrics", "argument", "the metrics it is compiled with"),
    "test_accuracy": Fact("share", "result", "of a run: the part of the test data it has right"),
    "test_error": Fact("share", "result", "of a run: the part of the test data it has wrong"),
    "train_accuracy": Fact("share", "result", "of a run: the same of the training data"),
    "train_error": Fact("share", "result", "of a run: the same of the training data"),
    "epochs": Fact("quantity", "result", "of a run: how often it saw the training data"),
}  # fmt: skip

COMPILE_FACTS = frozenset({"optimizer", "loss", "metrics"})
"""Facts of a compiled model: skipped, not failed, where a model was never compiled."""

RUN_FACTS = frozenset({"test_accuracy", "test_error", "train_accuracy", "train_error", "epochs"})
"""Facts of a training run: skipped, not failed, where none is given."""


def code_of(fact: str, of_model: bool) -> str:
    """The code of a finding about that fact; every other fact is an argument of a layer."""
    known = (MODEL_FACTS if of_model else LAYER_FACTS).get(fact)
    return known.code if known else "argument"
