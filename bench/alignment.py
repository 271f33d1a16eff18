"""How long it takes to pair the layers of two models, none of whose names agree.

python bench/alignment.py RUNS [LENGTH]
"""

from __future__ import annotations

import gc
import json
import statistics
import sys
import time
from dataclasses import replace

from inference import chain

from lenet_verify.architecture import Architecture, Shape
from lenet_verify.checking.align import align, in_reading_order
from lenet_verify.checking.canonical import Unit, canonical_form
from lenet_verify.inference import inferred


def units(architecture: Architecture) -> list[Unit]:
    """The layers of a model as they are paired."""
    form = canonical_form(inferred(architecture), exact=True)
    return in_reading_order(form.units, form.outputs)


def renamed(architecture: Architecture) -> Architecture:
    """The same network in names of another's."""
    names = {one.name: f"their_{number}" for number, one in enumerate(architecture.layers)}
    layers = tuple(
        replace(one, name=names[one.name], inputs=tuple(names[name] for name in one.inputs))
        for one in architecture.layers
    )
    ends = tuple(names[name] for name in architecture.outputs)
    return replace(architecture, inputs=(layers[0].name,), outputs=ends, layers=layers)


def without_one(architecture: Architecture) -> Architecture:
    """The same without the convolution in its middle."""
    layers = [*architecture.layers]
    middle = len(layers) // 2 // 6 * 6 + 1
    gone, before = layers[middle], layers[middle - 1].name
    kept = (
        replace(one, inputs=tuple(before if name == gone.name else name for name in one.inputs))
        for one in layers
        if one is not gone
    )
    return replace(architecture, layers=tuple(kept))


def on_another_input(architecture: Architecture) -> Architecture:
    """The same on larger maps."""
    first, *rest = architecture.layers
    return replace(architecture, layers=(replace(first, shapes=(Shape((40, 40, 8)),)), *rest))


def with_other_arguments(architecture: Architecture) -> Architecture:
    """The same with every layer told otherwise, each in a way of its own."""
    layers = (
        replace(one, config={**one.config, "told": number})
        for number, one in enumerate(architecture.layers)
    )
    return replace(architecture, layers=tuple(layers))


CASES = {
    "the same": lambda ours: ours,
    "one layer less": without_one,
    "another input": on_another_input,
    "every layer another": with_other_arguments,
}


def main() -> None:
    """Prints the median seconds of each case, as one line of JSON."""
    gc.set_threshold(100_000, 20, 20)  # as the console script does
    runs, length = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    ours = chain(length)
    found = {}
    for name, case in CASES.items():
        taken = []
        for _ in range(runs):
            wanted, theirs = units(ours), units(renamed(case(ours)))
            start = time.perf_counter()
            align(wanted, theirs)
            taken.append(time.perf_counter() - start)
        found[f"{length:,} layers, {name}"] = statistics.median(taken)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
