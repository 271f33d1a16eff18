"""The model in that of its forms which is most like the spec.

Where the spec has one form and the model another that computes the same, the model is rewritten
into the spec's: the spec says how its layers are counted and called. Nothing is rewritten where
that brings the two no nearer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from lenet_verify.architecture import Layer, Shape
from lenet_verify.checking.align import Alignment
from lenet_verify.checking.as_written import as_written
from lenet_verify.checking.canonical import (
    ACTIVATION,
    UNREADABLE,
    CanonicalForm,
    Unit,
    composed,
    formed,
    is_identity,
)
from lenet_verify.checking.likeness import only_applies
from lenet_verify.checking.rewriting.bare import plain_form
from lenet_verify.checking.rewriting.forms import Form, forms, has_forms, in_form
from lenet_verify.checking.rewriting.identities import activations_first
from lenet_verify.checking.rewriting.separable import halves_of, is_whole, joined, split
from lenet_verify.checking.rewriting.views import (
    RESHAPING,
    Place,
    Reshaper,
    is_view,
    seen_through,
    shapes_of,
)
from lenet_verify.checking.wanted import Wanted
from lenet_verify.checking.wiring import Network


def best_form(wanted: Wanted, model: Network) -> tuple[CanonicalForm, Alignment]:
    """The model in its best form, paired with what a spec wants."""
    found = formed(model, wanted.keep)
    best = found, wanted.paired(found)
    if best[1].cost == 0 or _differ_inside_alone(wanted, *best):
        return _in_spelling(wanted, *best)
    for form, settled in _candidates(wanted, model):
        alignment = wanted.paired(form, settled)
        if alignment.cost < best[1].cost:
            best = form, alignment
        if alignment.cost == 0:
            break
    return _in_spelling(wanted, *best)


def _in_spelling(
    wanted: Wanted, form: CanonicalForm, alignment: Alignment
) -> tuple[CanonicalForm, Alignment]:
    """The model with activation layers that stand alone written as the spec writes them."""
    if wanted.form is None:
        return form, alignment
    spelt: dict[str, Unit] = {}
    for one in wanted.units:
        unit = alignment.partners[one.name][0] if one.name in alignment.partners else one
        if _is_spelt_otherwise(one.layer, unit.layer):
            layer = replace(unit.layer, type=one.layer.type, config=one.layer.config)
            spelt[unit.name] = replace(unit, layer=layer, recast=ACTIVATION)
    if not spelt:
        return form, alignment
    units = tuple(spelt.get(unit.name, unit) for unit in form.units)
    partners = {
        name: (spelt.get(unit.name, unit), by) for name, (unit, by) in alignment.partners.items()
    }
    return replace(form, units=units), replace(alignment, partners=partners)


def _is_spelt_otherwise(one: Layer, other: Layer) -> bool:
    """Whether two layers apply the same activation and nothing else, but differ in class."""
    apply = only_applies(one) and only_applies(other)
    return apply and one.activation == other.activation and one.type != other.type


def _differ_inside_alone(wanted: Wanted, found: CanonicalForm, alignment: Alignment) -> bool:
    """Whether the two have the same layers on the same wires, and differ in arguments alone:
    another form would be of another type, on other wires, or apply its activation elsewhere."""
    if wanted.form is None or alignment.extra or len(alignment.partners) < len(wanted.units):
        return False
    pairs = [(unit, alignment.partners[unit.name][0]) for unit in wanted.units]
    names = {other.name: unit.name for unit, other in pairs}
    entrances = zip(found.inputs, wanted.form.inputs, strict=False)
    names |= {layer.name: other.name for layer, other in entrances}
    return _are_applied_where_they_stand(pairs) and all(
        unit.layer.type == other.layer.type
        and unit.layer.config.get("keepdims") == other.layer.config.get("keepdims")
        and unit.layer.inputs == tuple(names.get(wire, wire) for wire in other.layer.inputs)
        and not unit.layer.calls
        and not other.layer.calls
        and not _stands_elsewhere(unit.layer, other.layer)
        for unit, other in pairs
    )


def _are_applied_where_they_stand(pairs: Sequence[tuple[Unit, Unit]]) -> bool:
    """Whether no activation that one of a pair lacks is one that another pair has too much."""
    differing = [pair for pair in pairs if pair[0].activation != pair[1].activation]
    ours, theirs = (
        {name for pair in differing for name in pair[side].activations} for side in (0, 1)
    )
    return UNREADABLE not in ours | theirs and not (
        ours & theirs
        or any(_may_repeat([pair[side] for pair in pairs], differing, side) for side in (0, 1))
    )


def _may_repeat(units: Sequence[Unit], differing: Iterable[tuple[Unit, Unit]], side: int) -> bool:
    """Whether an activation that is the same twice may come again after a view or an identity."""
    passing = {
        unit.layer.inputs[0] for unit in units if is_identity(unit.layer) or is_view(unit.layer)
    }
    return any(
        pair[side].name in passing and composed((name, name)) == name
        for pair in differing
        for name in pair[side].activations
    )


def _stands_elsewhere(one: Layer, other: Layer) -> bool:
    """Whether a window that covers the whole map is told to stand otherwise than in the spec,
    which is all the same."""
    differ = any(one.config.get(name) != other.config.get(name) for name in ("strides", "padding"))
    return differ and plain_form(other) is not None


def _candidates(
    wanted: Wanted, model: Network
) -> Iterator[tuple[CanonicalForm, Mapping[str, str] | None]]:
    """The forms of a model that might be nearer to a spec, with pairs that are known of them."""
    followed = False
    for candidate in as_written(wanted, model):
        followed = True
        yield candidate
    if followed:
        return  # each of its layers is in the spec's form already, if it has that
    seen = {_wires(model)}
    for net in _rearranged(wanted, model):
        if net is not model:
            yield formed(net, wanted.keep), None
        through = _seen_through(wanted, net)
        if through.pairs:
            form = formed(net, wanted.keep)
            yield form, _known(through.pairs, wanted, form)
        if not through.recasts and not any(map(is_view, net.layers)):
            continue

        def form_of(
            layer: Layer, fed: Shape, recasts: Mapping[str, Layer] = through.recasts
        ) -> Form | None:
            example = recasts.get(layer.name)
            return None if example is None else in_form(example, layer, fed)

        for place in Place:
            reshaped = Reshaper(net, form_of, wanted.flatten, place).network()
            if (wires := _wires(reshaped)) not in seen:
                seen.add(wires)
                yield formed(reshaped, wanted.keep), None


def _wires(net: Network) -> tuple[object, ...]:
    """What tells one form of a model from another."""
    return tuple(
        (one.name, one.type, one.inputs, one.input_shapes, str(one.config.get("target_shape")))
        for one in net.layers
    )


def _rearranged(wanted: Wanted, model: Network) -> Iterator[Network]:
    """The model; with activations before what is an identity at inference."""
    yield from _by_halves(wanted, model)
    first = activations_first(model)
    if first is not None:
        yield from _by_halves(wanted, first)


def _by_halves(wanted: Wanted, model: Network) -> Iterator[Network]:
    """The model; with its separable convolutions whole where the spec has such, or in halves."""
    yield model
    ours, theirs = ({layer.type for layer in each} for each in (wanted.layers, model.layers))
    if any(halves_of(type_) <= theirs for type_ in ours if is_whole(type_)):
        yield joined(model)
    if any(halves_of(type_) <= ours for type_ in theirs if is_whole(type_)):
        yield split(model)


class _Through(NamedTuple):
    """What is seen of a model where views are seen through.

    Attributes:
        recasts: the spec's layers that layers of the model could be like in another form, by the
            names of those.
        pairs: the model's names by the spec's, if there are views to be seen through.
    """

    recasts: Mapping[str, Layer]
    pairs: Mapping[str, str]


def _seen_through(wanted: Wanted, model: Network) -> _Through:
    examples = list(
        {
            (layer.type, layer.config.get("keepdims")): layer
            for layer in wanted.layers
            if has_forms(layer.type)
        }.values()
    )
    theirs = seen_through(model)
    fed = shapes_of(theirs)
    found = formed(theirs, wanted.keep)
    units = tuple(_with_forms(unit, fed, examples) for unit in found.units)
    views = wanted.flatten is not None and len(theirs.layers) < len(model.layers)
    if not views and not any(unit.forms for unit in units):
        return _Through({}, {})
    alignment = wanted.without_views().paired(replace(found, units=units))
    by_name = {layer.name: layer for layer in wanted.layers}
    recasts = {
        unit.name: by_name[name]
        for name, (unit, _) in alignment.partners.items()
        if name in by_name and _form(by_name[name], unit.layer, fed) is not None
    }
    pairs = {name: unit.name for name, (unit, _) in alignment.partners.items()} if views else {}
    return _Through(recasts, pairs)


def _known(pairs: Mapping[str, str], wanted: Wanted, form: CanonicalForm) -> dict[str, str]:
    """The pairs of units that a form has, too; and what only reshapes, in its order."""
    ours, theirs = (
        {unit.name: unit.layer.type in RESHAPING for unit in units}
        for units in (wanted.units, form.units)
    )
    views = ((name for name, is_one in side.items() if is_one) for side in (ours, theirs))
    known = {name: other for name, other in pairs.items() if name in ours and other in theirs}
    return known | dict(zip(*views, strict=False))


def _with_forms(unit: Unit, fed: Mapping[str, Shape], examples: Sequence[Layer]) -> Unit:
    shape = fed.get(unit.layer.inputs[0]) if unit.layer.inputs else None
    if shape is None or not has_forms(unit.layer.type):
        return unit
    found = forms(unit.layer, shape, examples)
    return replace(unit, forms=tuple(replace(unit, layer=form.layer) for form in found))


def _form(wanted: Layer, layer: Layer, fed: Mapping[str, Shape]) -> Form | None:
    shape = fed.get(layer.inputs[0]) if layer.inputs else None
    return None if shape is None else in_form(wanted, layer, shape)
