"""What might bring a layer that the user has in another form near enough to the spec's.

A convolution is a dense layer only if it covers the whole map; where it does not, the pairing sees
a convolution in the place of a dense layer, and what keeps it from being one is what to mend.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lenet_verify.architecture import Layer
from lenet_verify.checking.match import Match
from lenet_verify.edits import Argument, Edit, Insert
from lenet_verify.explaining.theirs import Theirs

Guess = tuple[Edit, str | None, str, bool]

_CONVOLUTIONS = ("Conv1D", "Conv2D", "Conv3D")


def guesses(match: Match, theirs: Theirs) -> Iterator[Guess]:
    """Edits that might let a rewrite take a layer for the spec's."""
    if match.wanted is None:
        return
    wanted = {unit.name: unit.layer for unit in match.wanted.units}
    for ours, (unit, _) in match.alignment.partners.items():
        path = theirs.path(unit.name)
        if path is None or wanted[ours].type != "Dense" or unit.layer.type not in _CONVOLUTIONS:
            continue
        layer = theirs.layer(path)
        for name, new in _whole_map(wanted[ours], unit.layer).items():
            if name in layer.config and layer.config[name] != new:
                old = layer.config[name]
                at = {"layer": path[-1], "within": path[:-1]}
                yield Argument(**at, argument=name, old=old, new=new), ours, unit.name, True  # type: ignore[arg-type]
    yield from _flattened(match, theirs)


def _whole_map(wanted: Layer, layer: Layer) -> Mapping[str, Any]:
    """The arguments of a convolution over the whole map."""
    rank = int(layer.type[4])
    found: dict[str, Any] = {
        "filters": wanted.config.get("units"),
        "padding": "valid",
        "groups": 1,
        "strides": (1,) * rank,
        "dilation_rate": (1,) * rank,
    }
    if layer.input_shapes and None not in layer.input_shapes[0].spatial:
        found["kernel_size"] = layer.input_shapes[0].spatial
    return found


def _flattened(match: Match, theirs: Theirs) -> Iterator[Guess]:
    """The spec's Flatten where values keep another shape than in the spec."""
    assert match.wanted is not None
    flatten = next((u for u in match.wanted.units if u.layer.type == "Flatten"), None)
    if flatten is None:
        return
    for unit in match.alignment.extra:
        above = unit.layer.inputs[0] if unit.layer.inputs else ""
        path = theirs.leaving(above) if above in theirs.places else None
        if unit.name in match.found.parts and path is not None:
            new = Layer(name=flatten.name, type="Flatten", config=flatten.layer.config)
            edit = Insert(layer=path[-1], within=path[:-1], new=new)
            yield edit, flatten.name, above, True
