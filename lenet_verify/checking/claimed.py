"""The layers that a spec of claims alone speaks of: a partial network.

They come in the order of first mention, but each after those that are claimed to feed it.
"""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import partial
from typing import Any

from lenet_verify.architecture import Layer
from lenet_verify.checking.align import Unlike
from lenet_verify.checking.canonical import Unit
from lenet_verify.checking.likeness import OTHER, difference, features
from lenet_verify.notation import Exactly
from lenet_verify.spec import Expectation, Spec, family
from lenet_verify.vocabulary import ARGUMENT_FORMS, LAYERS

_ANY = "?"
_UNLIKE = 1.0
"""What it costs if no claimed fact holds; if some do, as much less."""
_KNOWN_BY = 2
"""So many facts that hold tell a layer of which no type is claimed."""
_MANY = 3
"""So many facts none of which holds are another layer's."""


def claimed_units(spec: Spec) -> tuple[Unit, ...]:
    """The layers that claims name, as far as they say what they are."""
    units = []
    for name, claims in _claims(spec).items():
        stated = {
            one.fact: one.expected.value for one in claims if isinstance(one.expected, Exactly)
        }
        inputs = stated.get("inputs", ())
        layer = Layer(
            name=name,
            type=str(stated.get("type", _ANY)),
            inputs=(inputs,) if isinstance(inputs, str) else tuple(inputs),
        )
        units.append(Unit(layer, ()))
    return tuple(units)


def unlike_claimed(spec: Spec) -> Unlike:
    """What it costs to let a unit of the model be the layer that claims speak of."""
    claims = _claims(spec)
    families = {name: _family(own) for name, own in claims.items()}

    def unlike(wanted: Unit, found: Unit) -> float:
        cost = 0.0
        if wanted.layer.type != _ANY:
            kind = features(Layer(name="", type=wanted.layer.type), None)
            cost = difference(kind, features(Layer(name="", type=found.layer.type), None))
        seen = [
            (one, _observed(found, one.fact)) for one in claims[wanted.name] if one.fact != "type"
        ]
        stated = [(one, value) for one, value in seen if value is not _NOT_SEEN]
        held = sum(one.expected.admits(value) for one, value in stated)
        known = families[wanted.name]
        if wanted.layer.type == _ANY and known is None and held < _KNOWN_BY:
            return OTHER
        if wanted.layer.type == _ANY and known not in (None, family(found.layer.type)):
            return OTHER
        if not held and len(stated) >= _MANY:
            return OTHER
        return cost + (_UNLIKE * (1 - held / len(stated)) if stated else 0.0)

    return unlike


def _claims(spec: Spec) -> dict[str, list[Expectation]]:
    """What is claimed of each layer that is named, in the order of first mention; what is claimed
    by a pattern of names, too."""
    found: dict[str, list[Expectation]] = {}
    for claim in spec.claims:
        for one in claim.expectations:
            if one.selector.kind == "name":
                found.setdefault(one.selector.text, []).append(one)
    for claim in spec.claims:
        for one in claim.expectations:
            if one.selector.kind == "glob":
                for name in filter(partial(fnmatchcase, pat=one.selector.text), found):
                    found[name].append(one)
    return found


def _family(claims: Sequence[Expectation]) -> str | None:
    """The family of a layer by the arguments that are claimed of it, if one alone has these."""
    names = {one.fact for one in claims} & set(ARGUMENT_FORMS)
    having = {known.family for known in LAYERS.values() if names <= known.arguments.keys()}
    return having.pop() if names and len(having) == 1 else None


_NOT_SEEN = object()


def _observed(unit: Unit, fact: str) -> Any:
    """A fact of a unit that can be told without its place in the network."""
    layer = unit.layer
    if fact == "activation":
        return unit.activation
    if fact in ("output", "input"):
        shapes = layer.shapes if fact == "output" else layer.input_shapes
        return shapes[0] if shapes and len(shapes) == 1 else _NOT_SEEN
    if fact in ("params", "trainable", "non_trainable"):
        value = getattr(layer, fact)
        return _NOT_SEEN if value is None else value
    if fact in ARGUMENT_FORMS and layer.type in LAYERS and "config" not in layer.unknown:
        return layer.config.get(fact)
    return _NOT_SEEN
