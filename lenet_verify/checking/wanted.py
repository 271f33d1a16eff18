"""What a spec wants of any model: its layers as they are judged, and how a model's are paired."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from lenet_verify.architecture import Layer
from lenet_verify.checking.align import Alignment, Unlike, align, in_best_form, in_reading_order
from lenet_verify.checking.canonical import CanonicalForm, Unit, formed, prepared
from lenet_verify.checking.claimed import claimed_units, orders, unlike_claimed
from lenet_verify.checking.rewriting.sides import Side, bared
from lenet_verify.checking.rewriting.views import RESHAPING, flattens, seen_through
from lenet_verify.checking.wiring import Network
from lenet_verify.notation import AnyOf, Counts, Exactly, Expected
from lenet_verify.spec import Spec
from lenet_verify.static_model import infer
from lenet_verify.vocabulary import ACTIVATION_LAYERS, LAYERS, complete


@dataclass(frozen=True)
class Wanted:
    """What a spec wants of any model.

    Attributes:
        keep: the types that it speaks of.
        form: of its own layers, in topological order; None for a spec of claims alone.
        units: its layers, or those that are claimed.
        orders: the same in the orders in which they may come.
        layers: the layers behind the units, as far as they are known.
        flatten: a layer that makes vectors, as the spec has it; None if it has none.
        unlike: what it costs to let a unit of a model stand for one of these.
    """

    keep: frozenset[str]
    form: CanonicalForm | None
    net: Network | None
    units: Sequence[Unit]
    orders: Sequence[Sequence[Unit]]
    layers: Sequence[Layer]
    flatten: Layer | None
    unlike: Unlike

    def paired(self, model: CanonicalForm, settled: Mapping[str, str] | None = None) -> Alignment:
        """The best pairing with a model.

        Args:
            model: the model.
            settled: pairs that are settled already, the model's names by the spec's.
        """
        theirs = in_reading_order(model.units, model.outputs)
        partial = self.form is None
        found = (
            align(order, theirs, partial=partial, unlike=self.unlike, settled=settled)
            for order in self.orders
        )
        return min(found, key=lambda alignment: alignment.cost)

    @cached_property
    def bare(self) -> Side:
        """Its own network; there is none of claims alone."""
        assert self.net is not None
        return bared(self.net, self.keep)

    def without_views(self) -> Wanted:
        """The same, layers that only reshape left out."""
        if self.net is None:
            orders = [[u for u in o if u.layer.type not in RESHAPING] for o in self.orders]
            return replace(self, orders=orders)
        net = seen_through(self.net)
        form = formed(net, self.keep)
        ordered = in_reading_order(form.units, form.outputs)
        return replace(self, form=form, net=net, units=form.units, orders=[ordered])


_last: list[tuple[Spec, bool, Wanted]] = []
"""What the last spec wants: it is often held against one model after another."""


def wanted(spec: Spec, exact: bool) -> Wanted:
    """What a spec wants of any model.

    Raises:
        InferenceError: its own layers do not join.
    """
    for known, how, found in _last:
        if known is spec and how is exact:
            return found
    found = _of_layers(spec, exact) if spec.closed else _of_claims(spec)
    _last[:] = [(spec, exact, found)]
    return found


def _of_layers(spec: Spec, exact: bool) -> Wanted:
    keep = _kinds_named(spec)
    return of_network(prepared(infer(spec), keep, exact=exact, of_spec=True), keep, exact)


def of_network(net: Network, keep: frozenset[str], exact: bool = False) -> Wanted:
    """What is wanted where a model should be this one.

    Args:
        net: its layers.
        keep: the types of layers that are not to be rewritten away.
        exact: whether nothing is to be rewritten.
    """
    form = formed(net, keep, exact=exact)
    ordered = in_reading_order(form.units, form.outputs)
    flatten = next((layer for layer in net.layers if flattens(layer)), None)
    return Wanted(keep, form, net, form.units, [ordered], net.layers, flatten, in_best_form)


def _of_claims(spec: Spec) -> Wanted:
    units = claimed_units(spec)
    layers = [unit.layer for unit in units]
    flat = any(layer.type == "Flatten" for layer in layers)
    flatten = Layer(name="", type="Flatten", config=complete("Flatten", {})) if flat else None
    keep = _kinds_named(spec)
    return Wanted(keep, None, None, units, orders(units), layers, flatten, unlike_claimed(spec))


def _kinds_named(spec: Spec) -> frozenset[str]:
    """The layer types that a spec speaks of, so that such layers are not rewritten away.

    A spec with layers has its activation layers matched with the model's afterwards; one of
    claims alone keeps those that it claims.
    """
    kinds = {layer.type for layer in spec.layers}
    for claim in spec.claims:
        for one in claim.expectations:
            kinds |= {one.selector.kind_of_layer or ""}
            if one.fact == "type":
                kinds |= {str(value) for value in _values(one.expected)}
            if isinstance(one.expected, Counts):
                kinds |= set(one.expected.counts)
    types = {name for name, known in LAYERS.items() if name in kinds or known.family in kinds}
    return frozenset(types - ACTIVATION_LAYERS if spec.closed else types)


def _values(expected: Expected) -> Iterable[Any]:
    if isinstance(expected, AnyOf):
        for choice in expected.choices:
            yield from _values(choice)
    elif isinstance(expected, Exactly):
        yield expected.value
