"""The weights that a file keeps, held against those that its config implies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from lenet_verify.architecture import Architecture, Layer
from lenet_verify.inference import weights_of
from lenet_verify.inference.derived import Weights
from lenet_verify.verdict import Finding, Outcome

_OTHERS = "its file keeps other weights than its config implies"
_LEAST_SHOWN = 8


def stored_weights(
    observed: Architecture, paper_names: Mapping[str, str] | None = None
) -> Iterator[Finding]:
    """A finding for every layer whose weights were read, if the config tells what they must be.

    Args:
        observed: the model of a file.
        paper_names: by the model's names of its layers, the paper's.
    """
    names = paper_names or {}
    if why := observed.unknown.get("weights"):
        yield Finding(
            code="opaque", outcome=Outcome.UNKNOWN, layer="model", fact="weights", reason=why
        )
    for layer in observed.layers:
        if layer.weights is not None and (implied := _implied(layer)) is not None:
            yield from _compared(layer, names.get(layer.name, layer.name), implied, layer.weights)
    if stray := observed.stray_weights:
        shown = ", ".join(stray[:_LEAST_SHOWN])
        more = f" and {len(stray) - _LEAST_SHOWN} more" if len(stray) > _LEAST_SHOWN else ""
        yield Finding(
            code="weights",
            outcome=Outcome.BROKEN,
            layer="model",
            fact="weights",
            expected=[],
            observed=list(stray),
            reason=f"its file keeps weights for layers that its config lacks: {shown}{more}",
        )


def _implied(layer: Layer) -> Weights | None:
    """The shapes that a layer's weights must have in its file."""
    implied = weights_of(layer)
    if implied is None or layer.weights is None or Counter(implied) == Counter(layer.weights):
        return implied
    # Keras adds a low-rank adaptation to the kernel when it writes a .keras file
    whole = weights_of(_without_adaptation(layer))
    return whole if whole is not None and Counter(whole) == Counter(layer.weights) else implied


def _without_adaptation(layer: Layer) -> Layer:
    layers = tuple(map(_without_adaptation, layer.layers))
    return replace(layer, layers=layers, config=_unadapted(layer.config))


def _unadapted(value: Any) -> Any:
    """Arguments, those of layers inside too, without a rank of an adaptation."""
    if isinstance(value, Mapping):
        return {key: None if key == "lora_rank" else _unadapted(v) for key, v in value.items()}
    return tuple(map(_unadapted, value)) if isinstance(value, tuple) else value


def _compared(
    layer: Layer, name: str, implied: tuple[tuple[int, ...], ...], kept: tuple[tuple[int, ...], ...]
) -> Iterator[Finding]:
    """Whether the shapes are the same, in whatever order: Keras writes them in several."""
    if not implied and not kept:
        return
    holds = Counter(implied) == Counter(kept)
    yield Finding(
        code="weights",
        outcome=Outcome.HOLDS if holds else Outcome.BROKEN,
        layer=name,
        fact="weights",
        expected=_written(implied, kept),
        observed=_written(kept, implied),
        reason=None if holds else _OTHERS,
        model_layer=layer.name,
        model_type=layer.type,
    )


def _written(shapes: tuple[tuple[int, ...], ...], others: tuple[tuple[int, ...], ...]) -> list[str]:
    """Shapes as text: all, or if they are many those that the others lack, should some differ."""
    lacking = tuple((Counter(shapes) - Counter(others)).elements())
    many = len(shapes) > _LEAST_SHOWN and Counter(shapes) != Counter(others)
    shown = lacking if many else shapes
    return ["x".join(map(str, shape)) or "scalar" for shape in shown]
