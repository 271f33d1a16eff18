"""The model in that of its forms which is most like the spec.

Where the spec has one form and the model another that computes the same, the model is rewritten
into the spec's: the spec says how its layers are counted and called. Nothing is rewritten where
that brings the two no nearer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from lenet_verify.architecture import Layer, Shape
from lenet_verify.checking.align import Alignment, align, in_reading_order
from lenet_verify.checking.canonical import CanonicalForm, Unit, formed
from lenet_verify.checking.likeness import features
from lenet_verify.checking.rewriting.forms import Form, forms, has_forms, in_form
from lenet_verify.checking.rewriting.separable import halves_of, is_whole, joined, split
from lenet_verify.checking.rewriting.views import (
    Reshaper,
    flattens,
    is_view,
    seen_through,
    shapes_of,
)
from lenet_verify.checking.wiring import Network


def best_form(
    wanted: Sequence[Unit], spec: Network, model: Network, keep: frozenset[str]
) -> tuple[CanonicalForm, Alignment]:
    """The model in its best form, paired with the spec.

    Args:
        wanted: the spec's units, in reading order.
        spec: its layers.
        model: the model's.
        keep: the types that the spec speaks of.
    """
    found = formed(model, keep)
    best = found, align(wanted, in_reading_order(found.units, found.outputs))
    if best[1].cost == 0:
        return best
    for candidate in _candidates(spec, model, keep):
        form = formed(candidate, keep)
        alignment = align(wanted, in_reading_order(form.units, form.outputs))
        if alignment.cost < best[1].cost:
            best = form, alignment
    return best


def _candidates(spec: Network, model: Network, keep: frozenset[str]) -> Iterator[Network]:
    """The forms of a model that might be nearer to a spec."""
    flatten = next((layer for layer in spec.layers if flattens(layer)), None)
    for net in _by_halves(spec, model):
        if net is not model:
            yield net
        recasts = _recasts(spec, net, keep)
        if not recasts and not any(map(is_view, net.layers)):
            continue

        def form_of(
            layer: Layer, fed: Shape, recasts: Mapping[str, Layer] = recasts
        ) -> Form | None:
            wanted = recasts.get(layer.name)
            return None if wanted is None else in_form(wanted, layer, fed)

        for late in (False, True) if recasts else (False,):
            yield Reshaper(net, form_of, flatten, late=late).network()


def _by_halves(spec: Network, model: Network) -> Iterator[Network]:
    """The model; with its separable convolutions whole where the spec has such, or in halves."""
    yield model
    ours, theirs = ({layer.type for layer in net.layers} for net in (spec, model))
    if any(halves_of(type_) <= theirs for type_ in ours if is_whole(type_)):
        yield joined(model)
    if any(halves_of(type_) <= ours for type_ in theirs if is_whole(type_)):
        yield split(model)


def _recasts(spec: Network, model: Network, keep: frozenset[str]) -> dict[str, Layer]:
    """The spec's layers that layers of the model could be like in another form, by their names."""
    ours, theirs = seen_through(spec), seen_through(model)
    examples = {
        (layer.type, layer.config.get("keepdims")): layer
        for layer in ours.layers
        if has_forms(layer.type)
    }
    if not examples:
        return {}
    fed = shapes_of(theirs)
    wanted, found = formed(ours, keep), formed(theirs, keep)
    units = [_with_forms(unit, fed, list(examples.values())) for unit in found.units]
    alignment = align(
        in_reading_order(wanted.units, wanted.outputs), in_reading_order(units, found.outputs)
    )
    by_name = {unit.name: unit.layer for unit in wanted.units}
    return {
        unit.name: by_name[name]
        for name, (unit, _) in alignment.partners.items()
        if _form(by_name[name], unit.layer, fed) is not None
    }


def _with_forms(unit: Unit, fed: Mapping[str, Shape], wanted: Sequence[Layer]) -> Unit:
    shape = fed.get(unit.layer.inputs[0]) if unit.layer.inputs else None
    if shape is None or not has_forms(unit.layer.type):
        return unit
    found = (features(form.layer, unit.activation) for form in forms(unit.layer, shape, wanted))
    return replace(unit, forms=tuple(found))


def _form(wanted: Layer, layer: Layer, fed: Mapping[str, Shape]) -> Form | None:
    shape = fed.get(layer.inputs[0]) if layer.inputs else None
    return None if shape is None else in_form(wanted, layer, shape)
