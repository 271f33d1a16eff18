"""Records of training runs, made by hand: no framework trains anything for them."""

from __future__ import annotations

from dataclasses import replace

from lenet_verify.evidence import Data, Results, Run, written
from lenet_verify.spec import network_sha256, training_as_json


def run_of(spec, mistakes=95, train_mistakes=None, **given):
    """The run of a spec that was trained as it says, with so many of 10,000 test samples wrong."""
    training = training_as_json(spec, spec.training)
    train = None if train_mistakes is None else (train_mistakes, 60_000)
    run = Run(
        spec=spec.path,
        title=spec.title,
        spec_sha256=spec.sha256,
        network_sha256=network_sha256(spec),
        training=training,
        model="trained.keras",
        model_sha256="a" * 64,
        data=Data(name="mnist", sha256="b" * 64, train=60_000, validation=0, test=10_000),
        versions={"lenet-verify": "0.1.0", "keras": "3.15.0"},
        epochs=training["epochs"],
        history=({"loss": 0.5, "accuracy": 0.9},) * training["epochs"],
        results=Results.counted(test=(mistakes, 10_000), train=train),
    )
    return replace(run, **given)


def write(path, run):
    """Puts a record into a file."""
    path.write_text(written(run), encoding="utf-8")
    return path
