"""A spec's own model by inference alone: no framework, no weights, nothing run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lenet_verify.architecture import Architecture, Compiled, Layer
from lenet_verify.errors import InferenceError
from lenet_verify.inference import inferred
from lenet_verify.spec import Spec
from lenet_verify.vocabulary import activation_of, complete


def infer(spec: Spec) -> Architecture:
    """The architecture of a spec's build recipe, from first principles.

    Args:
        spec: a spec with `layers`; without, the architecture is empty.

    Returns:
        Every layer with its shapes and counts; None, with the reason, where there is no rule.

    Raises:
        InferenceError: shapes that do not join, naming every such layer.
    """
    rows = [
        Layer(name=one.name, type="InputLayer", shapes=(one.shape,), config={"dtype": one.dtype})
        for one in spec.inputs
    ]
    for recipe in spec.layers:
        config = complete(recipe.type, recipe.arguments)
        rows.append(
            Layer(
                name=recipe.name,
                type=recipe.type,
                inputs=recipe.inputs,
                activation=activation_of(recipe.type, config),
                config=config,
            )
        )
    _refuse_states(rows)
    return inferred(
        Architecture(
            title=spec.title,
            inputs=tuple(one.name for one in spec.inputs),
            outputs=spec.outputs,
            layers=tuple(rows),
            compiled=_compiled(spec),
        )
    )


def _refuse_states(rows: Sequence[Layer]) -> None:
    """Refuses layers that keep their state from batch to batch: a spec has no size of the batch.

    Raises:
        InferenceError: naming every such layer.
    """
    why = "it is stateful, which takes a batch of a fixed size, and a spec has none"
    refused = [
        InferenceError(row.name, f"{row.type}: {why}") for row in rows if _stateful(row.config)
    ]
    if refused:
        raise InferenceError(refused[0].layer, refused[0].message, refused[1:])


def _stateful(config: Mapping[str, Any]) -> bool:
    inner = config.get("layer")
    return bool(config.get("stateful")) or (isinstance(inner, Mapping) and _stateful(inner))


def _compiled(spec: Spec) -> Compiled | None:
    if spec.compile is None:
        return None
    return Compiled(spec.compile.optimizer, spec.compile.loss, spec.compile.metrics)
