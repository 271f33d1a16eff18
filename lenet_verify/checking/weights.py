"""The weights that a file keeps, held against those that its config implies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lenet_verify.architecture import Architecture, Layer
from lenet_verify.inference import weights_of
from lenet_verify.verdict import Finding, Outcome

_OTHERS = "its file keeps other weights than its config implies"
_LEAST_SHOWN = 8


def stored_weights(observed: Architecture) -> Iterator[Finding]:
    """A finding for every layer whose weights were read, if the config tells what they must be."""
    if why := observed.unknown.get("weights"):
        yield Finding(
            code="opaque", outcome=Outcome.UNKNOWN, layer="model", fact="weights", reason=why
        )
    for layer in observed.layers:
        if layer.weights is not None and (implied := weights_of(layer)) is not None:
            yield from _compared(layer, implied, layer.weights)
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


def _compared(
    layer: Layer, implied: tuple[tuple[int, ...], ...], kept: tuple[tuple[int, ...], ...]
) -> Iterator[Finding]:
    """Whether the shapes are the same, in whatever order: Keras writes them in several."""
    if not implied and not kept:
        return
    holds = Counter(implied) == Counter(kept)
    yield Finding(
        code="weights",
        outcome=Outcome.HOLDS if holds else Outcome.BROKEN,
        layer=layer.name,
        fact="weights",
        expected=_written(implied, kept),
        observed=_written(kept, implied),
        reason=None if holds else _OTHERS,
        model_layer=layer.name,
        model_type=layer.type,
    )


def _written(shapes: tuple[tuple[int, ...], ...], others: tuple[tuple[int, ...], ...]) -> list[str]:
    """Shapes as text: all of a layer; of a model inside the model those that the others lack."""
    shown = (
        shapes if len(shapes) <= _LEAST_SHOWN else (Counter(shapes) - Counter(others)).elements()
    )
    return ["x".join(map(str, shape)) or "scalar" for shape in shown]
