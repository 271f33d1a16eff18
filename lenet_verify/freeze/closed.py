"""A spec with layers: a recipe by which Keras builds the model again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from lenet_verify.architecture import Architecture, Layer
from lenet_verify.checking.canonical import CanonicalForm, Unit
from lenet_verify.freeze.arguments import USUAL_DTYPE, Unsayable, recipe
from lenet_verify.freeze.claims import claims, shapes
from lenet_verify.freeze.draft import Draft, Facts, Notes, Row
from lenet_verify.freeze.names import fitting
from lenet_verify.spec.layers import DTYPES
from lenet_verify.vocabulary import ACTIVATION_LAYERS, LAYERS, activation_of, complete

_ARGUMENTS_OF_ATTENTION = ("query", "value", "key")


class NoRecipe(Exception):
    """A model that no recipe builds again; `why` says what stands in the way."""

    def __init__(self, why: Notes) -> None:
        super().__init__("; ".join(why.lines()))
        self.why = why


def closed_draft(architecture: Architecture, form: CanonicalForm) -> Draft:
    """A model as a spec with layers.

    Args:
        architecture: the model.
        form: its canonical form, every layer of Keras's kept.

    Raises:
        NoRecipe: there is no such spec.
    """
    why = Notes()
    for what, name in (*beyond_names(architecture.layers), *_beyond_recipes(form)):
        why.add(what, name)
    if why:
        raise NoRecipe(why)
    last = {unit.name: (unit.absorbed[-1] if unit.absorbed else unit).name for unit in form.units}
    steps = [step for unit in form.units for step in _steps(unit, last)]
    names = _names(form.inputs, steps)
    rows = [
        Row(
            names[step.name],
            step,
            step.type if step.type in LAYERS else "Activation",
            step.activation,
            tuple(names[name] for name in step.inputs),
        )
        for step in steps
    ]
    inputs = {names[one.name]: one for one in form.inputs}
    draft = Draft(
        title=architecture.title,
        inputs=_declared(inputs),
        outputs=[names[last.get(name, name)] for name in form.outputs],
        renamed={
            name: fit
            for name, fit in names.items()
            if name != fit and not (fit == "input" and len(inputs) == 1)
        },
    )
    draft.layers = _layers(rows, list(inputs), draft.untold)
    if draft.outputs == [rows[-1].key]:
        draft.outputs = None
    wires = [last.get(name, name) for name in form.outputs]
    draft.claims = claims(draft, architecture, inputs, rows, wires, closed=True)
    return draft


def _declared(inputs: Mapping[str, Layer]) -> Mapping[str, Any]:
    try:
        return {name: declared_input(layer) for name, layer in inputs.items()}
    except Unsayable as e:
        why = Notes()
        why.add(str(e))
        raise NoRecipe(why) from e


def declared_input(layer: Layer) -> Any:
    """An input as a spec declares it.

    Raises:
        Unsayable: its shape or its dtype has no words.
    """
    shape, dtype = shapes(layer), str(layer.config.get("dtype") or USUAL_DTYPE)
    if shape is None or dtype not in DTYPES:
        raise Unsayable(f"the input {layer.name} has a shape or a dtype that no spec can state")
    return shape if dtype == USUAL_DTYPE else {"shape": shape, "dtype": dtype}


def _names(inputs: Sequence[Layer], steps: Sequence[Layer]) -> Mapping[str, str]:
    """The spec's name for each input and layer."""
    ours = [layer.name for layer in steps]
    if len(inputs) == 1:
        return {inputs[0].name: "input"} | fitting(ours)
    return fitting([*(layer.name for layer in inputs), *ours])


def _steps(unit: Unit, last: Mapping[str, str]) -> Iterable[Layer]:
    """The layers of a unit in order, each fed by the one before; `last` is what leaves a unit."""
    yield replace(unit.layer, inputs=tuple(last.get(name, name) for name in unit.layer.inputs))
    above = unit.name
    for part in unit.absorbed:
        yield _fed_by(part, above, unit.layer)
        above = part.name


def _fed_by(part: Layer, above: str, host: Layer) -> Layer:
    """An operation that only applies an activation, as the layer that it is."""
    return Layer(
        name=part.name,
        type=part.type,
        inputs=(above,),
        shapes=host.shapes,
        params=0,
        trainable=0,
        non_trainable=0,
        activation=part.activation,
        config=part.config,
        unknown=part.unknown,
    )


def beyond_names(layers: Iterable[Layer]) -> Iterable[tuple[str, str]]:
    """What a spec's wires cannot say, since they are names alone, and of which layers."""
    for layer in layers:
        for call in layer.details:
            for source in call.inputs:
                if source.argument and source.argument not in _ARGUMENTS_OF_ATTENTION:
                    yield f"handed a tensor as its {source.argument}", layer.name
        yield from beyond_names(layer.layers)


def _beyond_recipes(form: CanonicalForm) -> Iterable[tuple[str, str]]:
    """Which layers no recipe makes, and why."""
    names = {layer.name for layer in form.inputs} | {unit.name for unit in form.units}
    for unit in form.units:
        layer = unit.layer
        if why := _reason(layer):
            yield why, layer.name
        for wire in layer.inputs:
            if wire not in names:
                yield f"fed by a further output of another, {wire}", layer.name
        for part in unit.absorbed:
            if part.activation is None or "(" in part.activation:
                yield f"applying {part.activation or 'what cannot be read'}", part.name
    for wire in form.outputs:
        if wire not in {unit.name for unit in form.units}:
            yield "leaving the model, though no layer's first output", wire


def _reason(layer: Layer) -> str:
    """Why there are no words for one layer; empty if there are."""
    applies = layer.type in ACTIVATION_LAYERS and layer.activation is not None
    if layer.calls:
        return f"called {len(layer.calls)} times, with the same weights"
    if layer.layers:
        return "a model that cannot be opened"
    if layer.type not in LAYERS and not applies:
        return f"of the class {layer.type}"
    if not layer.inputs:
        return "fed by nothing"
    for fact in ("type", "call", "inputs", "config", "activation", "quantization"):
        if fact in layer.unknown:
            return f"not wholly known ({layer.unknown[fact]})"
    return ""


def _layers(rows: Sequence[Row], inputs: Sequence[str], untold: Notes) -> Mapping[str, Facts]:
    """The recipe of each layer; `inputs` only where it does not follow the one above."""
    found: dict[str, Facts] = {}
    above = (inputs[0],) if len(inputs) == 1 else ()
    for row in rows:
        facts = {"type": row.type, **_recipe(row.layer, untold)}
        if row.inputs != above:
            facts["inputs"] = row.inputs[0] if len(row.inputs) == 1 else list(row.inputs)
        found[row.key] = facts
        above = (row.key,)
    return found


def _recipe(layer: Layer, untold: Notes) -> Facts:
    if layer.type not in LAYERS:
        return {"activation": layer.activation}
    config = layer.config
    applies = layer.type in ACTIVATION_LAYERS - {"Activation"}
    if applies and activation_of(layer.type, complete(layer.type, {})) == layer.activation:
        # its arguments say the same in other words, such as the last axis by its number
        config = {key: config[key] for key in ("trainable", "dtype") if key in config}
    lost: list[str] = []
    try:
        found = recipe(layer.type, config, lost)
    except Unsayable as e:
        why = Notes()
        why.add(f"of a value of {e} that no spec can state", layer.name)
        raise NoRecipe(why) from e
    for name in lost:
        untold.add(name, layer.name)
    return found
