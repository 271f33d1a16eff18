"""How long it takes to explain a broken verdict: LeNet-5 with five faults, a long network with
three.

python bench/causes.py RUNS [LENGTH]
"""

from __future__ import annotations

import gc
import json
import statistics
import sys
import time
from pathlib import Path

from inference import chain

from lenet_verify import check, infer, load_spec
from lenet_verify.architecture import Architecture
from lenet_verify.edits import Argument, Delete, Edit, Type, applied
from lenet_verify.explaining import explain
from lenet_verify.freeze import freeze
from lenet_verify.inference import inferred
from lenet_verify.spec import Limits, Spec
from lenet_verify.spec.contents import Input, LayerRecipe
from lenet_verify.spec.load import read_spec

LENET5 = Path(__file__).parent.parent / "spec" / "lenet5.yaml"


def lenet5() -> tuple[Spec, Architecture, list[Edit]]:
    """LeNet-5 with five faults, which have to do with each other."""
    spec = load_spec(str(LENET5))
    model = infer(spec)
    faults = [
        Argument(layer="C1", argument="padding", old="valid", new="same"),
        Argument(layer="C3", argument="kernel_size", old=(5, 5), new=(3, 3)),
        Type(
            layer="S4",
            old="AveragePooling2D",
            new="MaxPooling2D",
            arguments=model.layer("S4").config,
        ),
        Argument(layer="C5", argument="units", old=120, new=128),
        Delete(layer="F6", old=model.layer("F6")),
    ]
    return spec, model, list(faults)


def long(length: int) -> tuple[Spec, Architecture, list[Edit]]:
    """A network of so many layers with a kernel too small, a layer less and padding too little."""
    model = inferred(chain(length))
    layers = tuple(
        LayerRecipe(one.name, one.type, dict(one.config), one.inputs, number, 1)
        for number, one in enumerate(model.layers)
        if one.type != "InputLayer"
    )
    (shape,) = model.layers[0].shapes or ()
    plain = Spec(
        path="chain", sha256="", title="chain", sources={},
        inputs=(Input("input", shape, "float32", 1),), layers=layers, outputs=model.outputs,
        compile=None, claims=(),
    )  # fmt: skip
    model = infer(plain)
    text = freeze(model, "chain").text
    spec = read_spec(text.encode(), "chain", Limits(yaml_nodes=2**30, facts=2**30))
    convolutions = [one for one in model.layers if one.type == "Conv2D"]
    first, middle = convolutions[len(convolutions) // 4], convolutions[len(convolutions) // 2]
    gone = next(one for one in reversed(model.layers) if one.type == "BatchNormalization")
    faults = [
        Argument(layer=first.name, argument="kernel_size", old=(3, 3), new=(2, 2)),
        Argument(layer=middle.name, argument="use_bias", old=True, new=False),
        Delete(layer=gone.name, old=gone),
    ]
    return spec, model, list(faults)


def main() -> None:
    """Prints the median seconds of each case, as one line of JSON."""
    gc.set_threshold(100_000, 20, 20)  # as the console script does
    runs, length = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    found = {}
    for name, (spec, model, faults) in {
        "LeNet-5, 5 faults": lenet5(),
        f"{length:,} layers, 3 faults": long(length),
    }.items():
        faulty = applied(model, *faults)
        assert faulty is not None
        verdict = check(spec, faulty)
        taken = []
        for _ in range(runs):
            start = time.perf_counter()
            causes = explain(spec, faulty, verdict)
            taken.append(time.perf_counter() - start)
        assert len(causes) == len(faults), [(one.layer, one.edit) for one in causes]
        assert not causes.unmended
        found[name] = statistics.median(taken)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
