"""Activations that are functions of the model's own, judged by what they compute."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from lenet_verify.architecture import Architecture, Layer
from lenet_verify.functions import POINTS, Computed, Values, agree, difference, values_of
from lenet_verify.notation import AnyOf, Expected
from lenet_verify.spec import Applied, Spec


def in_words_of(spec: Spec, wanted: Iterable[Layer], observed: Architecture) -> Architecture:
    """A model, its own functions called by what the spec calls the same.

    Args:
        spec: its claims have words.
        wanted: its layers, which have others.
        observed: the model.
    """
    if not any(isinstance(name, Computed) for name in _activations(observed.layers)):
        return observed
    words: dict[str, Values] = {}
    for name, values in _words(spec, wanted):
        if values is not None:
            words.setdefault(name, values)
    return replace(observed, layers=_renamed(observed.layers, words))


def _activations(layers: Iterable[Layer]) -> Iterator[str | None]:
    for layer in layers:
        yield layer.activation
        yield from _activations(layer.layers)


def _words(spec: Spec, wanted: Iterable[Layer]) -> Iterator[tuple[str, Values | None]]:
    """The activations that a spec speaks of."""
    for name in _activations(wanted):
        if name is not None:
            yield name, values_of(name)
    for claim in spec.claims:
        for one in claim.expectations:
            for expected in _choices(one.expected):
                if isinstance(expected, Applied):
                    yield expected.value, expected.values


def _choices(expected: Expected) -> Iterator[Expected]:
    if isinstance(expected, AnyOf):
        for choice in expected.choices:
            yield from _choices(choice)
    else:
        yield expected


def _renamed(layers: Iterable[Layer], words: dict[str, Values]) -> tuple[Layer, ...]:
    return tuple(
        replace(
            layer,
            activation=_named(layer.activation, words),
            layers=_renamed(layer.layers, words),
        )
        for layer in layers
    )


def _named(activation: str | None, words: dict[str, Values]) -> str | None:
    if not isinstance(activation, Computed) or activation in words:
        return activation
    values = activation.values
    same = (name for name, known in words.items() if values and agree(known, values))
    return Computed(next(same, str(activation)), activation.function, values)


def untold(activation: str | None) -> str | None:
    """Why it cannot be said what an activation computes; None if it can."""
    if isinstance(activation, Computed) and activation.values is None:
        return f"what {activation.function} computes together cannot be told"
    return None


def by_its_values(activation: str | None) -> str | None:
    """How it is known what an activation computes, where that is not by its name."""
    return activation.evidence if isinstance(activation, Computed) else None


def at_odds(expected: Expected, activation: str | None) -> str | None:
    """Where an activation differs from what is expected of it, if names do not tell that."""
    if activation is None or not isinstance(expected, Applied) or expected.values is None:
        return None
    if not isinstance(activation, Computed) and not expected.is_formula:
        return None
    values = activation.values if isinstance(activation, Computed) else values_of(activation)
    where = None if values is None else difference(values, expected.values)
    if values is None or where is None:
        return None
    k = POINTS.index(where)
    seen, wanted = (f"{one[k] + 0.0:.6g}" for one in (values, expected.values))  # no -0
    return f"at x = {where:.6g} {activation} gives {seen}, {expected.written} {wanted}"
