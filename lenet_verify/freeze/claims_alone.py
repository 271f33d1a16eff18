"""A spec of claims alone, for a model that no recipe of Keras's own layers builds again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from lenet_verify.architecture import Architecture, Layer
from lenet_verify.checking.canonical import CanonicalForm, Unit
from lenet_verify.checking.wiring import layer_of
from lenet_verify.freeze.arguments import Unsayable
from lenet_verify.freeze.claims import claims
from lenet_verify.freeze.closed import declared_input
from lenet_verify.freeze.draft import Draft, Row
from lenet_verify.freeze.names import fitting, selecting
from lenet_verify.vocabulary import LAYERS


def open_draft(
    architecture: Architecture, form: CanonicalForm, why: Sequence[str]
) -> Draft:
    """A model as a spec of claims alone, with a note of everything that they do not pin.

    Args:
        architecture: the model.
        form: its canonical form, every layer of Keras's kept.
        why: why there are no layers.
    """
    draft = Draft(title=architecture.title, inputs={}, why_open=why)
    names = _inputs(form.inputs, draft)
    known = {layer.name for layer in (*form.inputs, *(unit.layer for unit in form.units))}
    rows = []
    for unit in form.units:
        key = selecting(unit.name, draft.inputs)
        if key is None:
            draft.unpinned.append(f"{unit.name[:60]}: no claim can name it")
            continue
        feeders = (layer_of(wire, known) for wire in unit.layer.inputs)
        type_ = unit.layer.type if unit.layer.type in LAYERS else None
        inputs = tuple(names.get(name, name) for name in feeders)
        rows.append(Row(key, unit.layer, type_, unit.activation, inputs))
    draft.unpinned += _beyond_claims(form)
    outputs = form.outputs
    if len(form.outputs) > 1:
        draft.unpinned.append("which layers give the several outputs: claims state their shapes")
    entrances = {
        name: layer
        for layer, name in zip(form.inputs, names.values(), strict=True)
        if name in draft.inputs or len(form.inputs) == 1
    }
    draft.claims = claims(draft, architecture, entrances, rows, outputs, closed=False)
    return draft


def _inputs(inputs: Sequence[Layer], draft: Draft) -> Mapping[str, str]:
    """What a spec of claims alone calls the inputs, which are declared if there are words."""
    own = [layer.name for layer in inputs]
    names = {own[0]: "input"} if len(own) == 1 else fitting(own, ())
    try:
        draft.inputs = {names[layer.name]: declared_input(layer) for layer in inputs}
    except Unsayable as e:
        draft.unpinned.append(str(e))
        if own and "input" not in own:
            names = {name: name for name in own} | {own[0]: "input"}
    return names


def _beyond_claims(form: CanonicalForm) -> Iterable[str]:
    """What no claim can state."""
    names = {layer.name for layer in form.inputs} | {unit.name for unit in form.units}
    for unit in form.units:
        yield from _of_layer(unit, names)
    for wire in form.outputs:
        if wire not in names:
            yield f"that what leaves the model is {wire}"
    for layer in form.dead:
        yield f"{layer.name}, which has no effect on any output"


def _of_layer(unit: Unit, names: set[str]) -> Iterable[str]:
    layer = unit.layer
    if layer.layers:
        yield f"what is inside {layer.name}"
    elif layer.type not in LAYERS:
        yield f"the class of {layer.name}, {layer.type}: a claim states Keras's classes alone"
    if layer.calls:
        yield f"what feeds {layer.name} after the first of its {len(layer.calls)} calls"
    for wire in layer.inputs:
        if wire not in names:
            yield f"that {layer.name} reads a further output, {wire}"
    for fact in ("type", "call", "inputs", "config", "quantization"):
        if fact in layer.unknown:
            yield f"{fact} of {layer.name}: {layer.unknown[fact]}"
