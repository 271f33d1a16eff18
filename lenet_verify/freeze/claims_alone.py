"""A spec of claims alone, for a model that no recipe of Keras's own layers builds again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lenet_verify.architecture import Architecture, Layer
from lenet_verify.checking.canonical import CanonicalForm
from lenet_verify.checking.wiring import layer_of
from lenet_verify.freeze.arguments import Unsayable
from lenet_verify.freeze.claims import claims
from lenet_verify.freeze.closed import beyond_names, declared_input
from lenet_verify.freeze.draft import Draft, Notes, Row
from lenet_verify.freeze.names import fitting, selecting
from lenet_verify.vocabulary import LAYERS


def open_draft(architecture: Architecture, form: CanonicalForm, why: Notes) -> Draft:
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
            draft.unpinned.add("all of what no claim can name", unit.name)
            continue
        feeders = (layer_of(wire, known) for wire in unit.layer.inputs)
        type_ = unit.layer.type if unit.layer.type in LAYERS else None
        inputs = tuple(names.get(name, name) for name in feeders)
        rows.append(Row(key, unit.layer, type_, unit.activation, inputs))
    for what, name in beyond_names(architecture.layers):
        draft.unpinned.add(f"that it is {what}", name)
    _note_what_is_beyond(form, draft.unpinned)
    entrances = {
        names[layer.name]: layer
        for layer in form.inputs
        if names[layer.name] in draft.inputs or len(form.inputs) == 1
    }
    draft.claims = claims(draft, architecture, entrances, rows, form.outputs, closed=False)
    return draft


def _inputs(inputs: Sequence[Layer], draft: Draft) -> Mapping[str, str]:
    """What a spec of claims alone calls the inputs, which are declared if there are words."""
    own = [layer.name for layer in inputs]
    names = {own[0]: "input"} if len(own) == 1 else fitting(own, ())
    try:
        draft.inputs = {names[layer.name]: declared_input(layer) for layer in inputs}
    except Unsayable as e:
        draft.unpinned.add(str(e))
        if own and "input" not in own:
            names = {name: name for name in own} | {own[0]: "input"}
    return names


def _note_what_is_beyond(form: CanonicalForm, unpinned: Notes) -> None:
    """Notes what no claim can state."""
    names = {layer.name for layer in form.inputs} | {unit.name for unit in form.units}
    for unit in form.units:
        _note_of_layer(unit.layer, names, unpinned)
    for wire in form.outputs:
        if wire not in names:
            unpinned.add("which output of a layer leaves the model", wire)
    if len(form.outputs) > 1:
        unpinned.add("which layers give the outputs, whose shapes alone are claimed")
    for layer in form.dead:
        unpinned.add("that it is there, without effect on any output", layer.name)


def _note_of_layer(layer: Layer, names: set[str], unpinned: Notes) -> None:
    if layer.layers:
        unpinned.add("what is inside of it", layer.name)
    elif layer.type not in LAYERS:
        unpinned.add(f"the class {layer.type}, which no claim can state", layer.name)
        if "type" in layer.unknown:
            return
    if layer.calls:
        unpinned.add("what feeds its later calls, and which call feeds what", layer.name)
    if any(wire not in names for wire in layer.inputs):
        unpinned.add("which of several outputs feeds it", layer.name)
    for fact in ("type", "call", "inputs", "config", "quantization"):
        if fact in layer.unknown:
            unpinned.add(f"{fact} ({layer.unknown[fact]})", layer.name)
