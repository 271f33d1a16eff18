"""What the claims themselves say of the layers that they speak of: another argument, another
activation. It is all there is to go by where a spec has no layers, and where its own layers are
what its claims are broken by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lenet_verify.architecture import Layer, Shape
from lenet_verify.checking.match import Match
from lenet_verify.checking.observation import Site
from lenet_verify.edits import Argument, Delete, Edit, Input, Type
from lenet_verify.explaining.layers import edits_of_activations
from lenet_verify.explaining.theirs import Path, Theirs
from lenet_verify.facts import LAYER_FACTS
from lenet_verify.notation import AnyOf, Exactly, Expected, ShapePattern
from lenet_verify.spec import Spec
from lenet_verify.verdict import Finding, Outcome
from lenet_verify.vocabulary import LAYERS, complete

Suggested = tuple[Edit, str | None, str, bool]
"""An edit, the paper's name of its layer, the name of its unit, and whether it is a guess."""

_OTHER_PADDING = {"same": "valid", "valid": "same"}


def edits_of_claims(
    spec: Spec, match: Match, theirs: Theirs, failing: Sequence[Finding]
) -> Iterator[Suggested]:
    """The edits that broken claims suggest, each for itself."""
    expected = _expected(spec)
    for finding in failing:
        site = match.sites.get(finding.layer)
        one = expected.get((finding.claim, finding.line, finding.fact))
        if site is None or one is None or finding.outcome is not Outcome.BROKEN:
            continue
        if site.layer.type == "InputLayer":
            yield from _of_input(site, one)
            continue
        path = theirs.path(site.layer.name)
        if path is None:
            continue
        layer = theirs.layer(path)
        for edit in _of_fact(finding.fact, one, site, layer, path, theirs):
            guess = finding.fact == "output"
            if not (guess and spec.closed):
                yield edit, finding.layer, site.unit, guess
        if finding.fact == "inputs" and not spec.closed:
            yield from _between(site, one, match, theirs)


def _expected(spec: Spec) -> Mapping[tuple[str | None, int | None, str], Expected]:
    return {
        (claim.id, one.line, one.fact): one.expected
        for claim in spec.claims
        for one in claim.expectations
    }


def _of_input(site: Site, expected: Expected) -> Iterator[Suggested]:
    shapes = site.layer.shapes
    if not isinstance(expected, ShapePattern) or not shapes:
        return
    value = _shape(expected, shapes[0])
    if value is not None and value != shapes[0]:
        edit = Input(layer=site.layer.name, old=shapes[0], new=value)
        yield edit, site.name, site.layer.name, False


def _shape(expected: ShapePattern, seen: Shape) -> Shape | None:
    """The shape that is nearest to what is seen and as expected."""
    if len(expected.sizes) != len(seen.sizes):
        return None
    now = seen.sizes if expected.literal else (*seen.spatial, seen.channels)
    sizes: list[int | None] = []
    for wanted, size in zip(expected.sizes, now, strict=True):
        sizes.append(size if isinstance(wanted, str) else wanted)
    if seen.channels_first and not expected.literal:
        sizes = [sizes[-1], *sizes[:-1]]
    return Shape(tuple(sizes), seen.channels_first)


def _of_fact(
    fact: str, expected: Expected, site: Site, layer: Layer, path: Path, theirs: Theirs
) -> Iterator[Edit]:
    """The edits of one layer that might make one fact of it as expected."""
    at: dict[str, Any] = {"layer": path[-1], "within": path[:-1]}
    value = _value(expected)
    if fact == "activation" and (value is None or isinstance(value, str)):
        unit = theirs.units[site.unit]
        yield from edits_of_activations(() if value in (None, "linear") else (value,), unit, theirs)
    elif fact == "type" and isinstance(value, str) and value in LAYERS:
        yield from _of_type(value, layer, at)
    elif (
        fact in layer.config
        and fact not in LAYER_FACTS
        and value is not None
        and value != layer.config[fact]
    ):
        before = layer.config[fact]
        if isinstance(before, tuple) and isinstance(value, int):
            value = (value,) * len(before)
        yield Argument(**at, argument=fact, old=before, new=value)
    elif fact == "output" and isinstance(expected, ShapePattern):
        yield from _of_shape(expected, layer, at)


def _value(expected: Expected) -> Any:
    """The one value that is expected; of several, the first."""
    if isinstance(expected, AnyOf):
        return _value(expected.choices[0])
    return expected.value if isinstance(expected, Exactly) else None


def _of_type(value: str, layer: Layer, at: Mapping[str, Any]) -> Iterator[Edit]:
    known = LAYERS[value].arguments
    arguments = {key: one for key, one in layer.config.items() if key in known}
    config = complete(value, arguments)
    if config.keys() >= known.keys() - {"weights", "seed"}:
        yield Type(**at, old=layer.type, new=value, arguments=config)


def _of_shape(expected: ShapePattern, layer: Layer, at: Mapping[str, Any]) -> Iterator[Edit]:
    """The arguments by which a layer comes to have another output."""
    if not layer.shapes or len(layer.shapes) != 1:
        return
    channels = expected.sizes[-1] if expected.sizes and not expected.literal else "_"
    size = next((name for name in ("filters", "units") if name in layer.config), None)
    if size is not None and isinstance(channels, int) and channels != layer.config[size]:
        yield Argument(**at, argument=size, old=layer.config[size], new=channels)
    padding = layer.config.get("padding")
    if padding in _OTHER_PADDING:
        yield Argument(**at, argument="padding", old=padding, new=_OTHER_PADDING[padding])
    window, strides = layer.config.get("pool_size"), layer.config.get("strides")
    if window is not None and strides is not None and window != strides:
        yield Argument(**at, argument="strides", old=strides, new=window)


def _between(site: Site, expected: Expected, match: Match, theirs: Theirs) -> Iterator[Suggested]:
    """Layers that no claim knows, between two that one wants to be neighbours."""
    wanted = _value(expected)
    names = set(wanted) if isinstance(wanted, tuple) else {wanted}
    claimed = {unit.name for unit, _ in match.alignment.partners.values()}
    for name in theirs.units[site.unit].layer.inputs:
        unit = theirs.units.get(name)
        path = theirs.path(name)
        if unit is None or path is None or name in claimed or len(unit.layer.inputs) != 1:
            continue
        if names & set(match.named(unit.layer.inputs)):
            edit = Delete(layer=path[-1], within=path[:-1], old=theirs.layer(path))
            yield edit, None, name, False
