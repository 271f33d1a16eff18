"""Shapes and counts from first principles, without any framework.

A second derivation beside Keras's own: each checks the other. It never supplies an expected
value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from lenet_verify.architecture import Architecture, Compiled, Layer, Shape
from lenet_verify.errors import InferenceError
from lenet_verify.inference.convolution import convolution
from lenet_verify.inference.dense import dense
from lenet_verify.inference.derived import Derived, Impossible, same_shape
from lenet_verify.inference.merging import concatenation, difference, elementwise
from lenet_verify.inference.pooling import pooling
from lenet_verify.inference.reshaping import flatten
from lenet_verify.spec import LayerRecipe, Spec
from lenet_verify.vocabulary import ACTIVATION_LAYERS, IDENTITY_LAYERS, activation_of, complete

Rule = Callable[[tuple[Shape, ...], Mapping[str, Any]], Derived | None]
"""What a layer of these arguments makes of inputs of these shapes; None where there is no rule."""

RULES: Mapping[str, Rule] = {
    **dict.fromkeys(("Conv1D", "Conv2D", "Conv3D"), convolution),
    **{f"{kind}Pooling{rank}D": pooling for kind in ("Max", "Average") for rank in (1, 2, 3)},
    "Dense": dense,
    "Flatten": flatten,
    **dict.fromkeys(("Add", "Average", "Maximum", "Minimum", "Multiply"), elementwise),
    "Subtract": difference,
    "Concatenate": concatenation,
    **dict.fromkeys(ACTIVATION_LAYERS, same_shape),
    **dict.fromkeys(IDENTITY_LAYERS, same_shape),
}
"""One rule a layer class; a class without one is unknown, never guessed."""


def infer(spec: Spec) -> Architecture:
    """The architecture of a spec's build recipe, from first principles.

    Args:
        spec: a spec with `layers`; without, the architecture is empty.

    Returns:
        Every layer with its shapes and counts; None, with the reason, where there is no rule.

    Raises:
        InferenceError: shapes that do not join, naming every such layer.
    """
    rows: dict[str, Layer] = {}
    for one in spec.inputs:
        rows[one.name] = Layer(
            name=one.name,
            type="InputLayer",
            input_shapes=(),
            shapes=(one.shape,),
            params=0,
            trainable=0,
            non_trainable=0,
            config={"dtype": one.dtype},
        )
    misfits: list[InferenceError] = []
    for recipe in spec.layers:
        try:
            rows[recipe.name] = _row(recipe, rows)
        except InferenceError as e:
            # read on as if its shape were unknown, to find what else does not join
            misfits.append(e)
            rows[recipe.name] = Layer(name=recipe.name, type=recipe.type)
    if misfits:
        raise InferenceError(misfits[0].layer, misfits[0].message, misfits[1:])
    layers = tuple(rows.values())
    return Architecture(
        title=spec.title,
        inputs=tuple(one.name for one in spec.inputs),
        outputs=spec.outputs,
        layers=layers,
        params=_total(layer.params for layer in layers),
        trainable=_total(layer.trainable for layer in layers),
        non_trainable=_total(layer.non_trainable for layer in layers),
        compiled=_compiled(spec),
    )


def derive(layer: Layer) -> Derived | None:
    """The shapes and counts of one layer on the inputs it has; None where there is no rule.

    Raises:
        InferenceError: no such layer takes such inputs.
    """
    rule = RULES.get(layer.type)
    if rule is None or layer.input_shapes is None:
        return None
    try:
        derived = rule(layer.input_shapes, layer.config)
    except Impossible as e:
        inputs = ", ".join(str(shape) for shape in layer.input_shapes) or "nothing"
        raise InferenceError(layer.name, f"{layer.type} on {inputs}: {e}") from e
    if derived is not None and layer.config.get("trainable") is False:
        frozen = derived.trainable + derived.non_trainable
        return replace(derived, trainable=0, non_trainable=frozen)
    return derived


def _row(recipe: LayerRecipe, rows: Mapping[str, Layer]) -> Layer:
    feeders = [rows[name] for name in recipe.inputs]
    # a feeder with several outputs gives its first, as Keras's own layers do on a list
    shapes = [feeder.shapes[0] if feeder.shapes else None for feeder in feeders]
    config = complete(recipe.type, recipe.arguments)
    known = tuple(shape for shape in shapes if shape is not None)
    row = Layer(
        name=recipe.name,
        type=recipe.type,
        inputs=recipe.inputs,
        input_shapes=known if len(known) == len(shapes) else None,
        activation=activation_of(recipe.type, config),
        config=config,
    )
    derived = derive(_with_axis_order(row))
    if derived is None:
        why = (
            f"there is no rule for {recipe.type} yet"
            if recipe.type not in RULES
            else "the shape of what feeds it is unknown"
        )
        unknown = dict.fromkeys(("output", "params", "trainable", "non_trainable"), why)
        return replace(row, unknown=unknown)
    return replace(
        row,
        shapes=derived.shapes,
        params=derived.trainable + derived.non_trainable,
        trainable=derived.trainable,
        non_trainable=derived.non_trainable,
    )


def _with_axis_order(row: Layer) -> Layer:
    """The layer with its inputs read in the axis order that it is told they have."""
    stated = row.config.get("data_format")
    if row.input_shapes is None or stated not in ("channels_first", "channels_last"):
        return row
    first = stated == "channels_first"
    shapes = tuple(replace(shape, channels_first=first) for shape in row.input_shapes)
    return replace(row, input_shapes=shapes)


def _total(counts: Any) -> int | None:
    numbers = list(counts)
    return None if None in numbers else sum(numbers)


def _compiled(spec: Spec) -> Compiled | None:
    if spec.compile is None:
        return None
    return Compiled(spec.compile.optimizer, spec.compile.loss, spec.compile.metrics)
