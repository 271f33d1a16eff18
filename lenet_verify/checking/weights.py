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
_STRAY = "its file keeps weights for layers that its config lacks"
_WHOSE = "together they are what its config implies; its file does not tell which layer has which"
_LEAST_SHOWN = 8

Path = tuple[str, ...]


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
        yield from _judged(layer, (layer.name,), names)
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
            reason=f"{_STRAY}: {shown}{more}",
        )


def _judged(layer: Layer, path: Path, names: Mapping[str, str]) -> Iterator[Finding]:
    """The findings of a layer; of a nested model one, or where that cannot be, those of the layers
    inside it.

    Args:
        layer: it.
        path: its name after those of the models around it.
        names: by the model's names, the paper's.
    """
    if layer.weights is None:
        return
    implied = _implied(layer)
    if any(one.weights is not None for one in layer.layers):
        inside = [f for one in layer.layers for f in _judged(one, (*path, one.name), names)]
        inside += _left_over(layer, path, names)
        if implied is None or any(finding.outcome is not Outcome.HOLDS for finding in inside):
            yield from inside
            return
        implied = layer.weights  # as each of them has it
    if (not implied and not layer.weights) or implied is None:
        return
    holds = Counter(implied) == Counter(layer.weights)  # Keras writes them in several orders
    if holds and _is_unclear(layer):
        yield _finding(layer, path, names, Outcome.UNKNOWN, implied, _WHOSE)
    elif holds:
        yield _finding(layer, path, names, Outcome.HOLDS, implied)
    else:
        yield _finding(layer, path, names, Outcome.BROKEN, implied, _OTHERS)


def _is_unclear(layer: Layer) -> bool:
    """Whether it makes a difference that a file does not tell whose the weights inside are."""
    if any(one.weights is not None for one in layer.layers):
        return False
    return len({frozenset(Counter(own).items()) for own in _own_weights(layer) if own}) > 1


def _left_over(layer: Layer, path: Path, names: Mapping[str, str]) -> Iterator[Finding]:
    """A finding on weights of a nested model that belong to none of its layers, if all of these
    are known."""
    if any(one.weights is None and one.params != 0 for one in layer.layers):
        return
    dealt = Counter(shape for one in layer.layers for shape in one.weights or ())
    if left := tuple((Counter(layer.weights) - dealt).elements()):
        yield _finding(replace(layer, weights=left), path, names, Outcome.BROKEN, (), _STRAY)


def _own_weights(model: Layer) -> Iterator[Weights]:
    """The weights that each layer inside a nested model must have."""
    for layer in model.layers:
        if layer.layers:
            yield from _own_weights(layer)
        else:
            yield weights_of(layer) or ()


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


def _finding(
    layer: Layer,
    path: Path,
    names: Mapping[str, str],
    outcome: Outcome,
    implied: Weights,
    reason: str | None = None,
) -> Finding:
    name, kept = "/".join(path), layer.weights or ()
    return Finding(
        code="opaque" if outcome is Outcome.UNKNOWN else "weights",
        outcome=outcome,
        layer=names.get(name, name),
        fact="weights",
        expected=_written(implied, kept),
        observed=_written(kept, implied),
        reason=reason,
        model_layer=name,
        model_type=layer.type,
    )


def _written(shapes: tuple[tuple[int, ...], ...], others: tuple[tuple[int, ...], ...]) -> list[str]:
    """Shapes as text: all, or if they are many those that the others lack, should some differ."""
    lacking = tuple((Counter(shapes) - Counter(others)).elements())
    many = len(shapes) > _LEAST_SHOWN and Counter(shapes) != Counter(others)
    shown = lacking if many else shapes
    return ["x".join(map(str, shape)) or "scalar" for shape in shown]
