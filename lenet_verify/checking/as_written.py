"""The model written layer by layer as the spec is, where the two are wired alike.

Both are brought to a bare form, in which it does not matter how they are written; there their
layers are paired. Then the model is made anew as the spec has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lenet_verify.checking.align import align, in_reading_order
from lenet_verify.checking.canonical import CanonicalForm, formed
from lenet_verify.checking.rewriting.following import Following, Otherwise
from lenet_verify.checking.rewriting.separable import SEPARABLE, is_whole, joined
from lenet_verify.checking.rewriting.sides import Side, bared, marked
from lenet_verify.checking.wanted import Wanted
from lenet_verify.checking.wiring import Network, paired_inputs


def as_written(wanted: Wanted, model: Network) -> Iterator[tuple[CanonicalForm, Mapping[str, str]]]:
    """The model as the spec is written, and the model's layers by the spec's.

    There are two if it is not clear which of several layers is whose; none if the spec has claims
    alone, if the two are not wired alike, or if it would not be known to compute the same.
    """
    if wanted.net is None:
        return
    ours = wanted.bare
    theirs = bared(model, wanted.keep)
    if len(ours.units) != len(theirs.units) or len(ours.inputs) != len(theirs.inputs):
        return
    for marks in (True, False) if ours.identities and theirs.identities else (False,):
        pairs = _paired(ours, theirs, marks=marks)
        if len(pairs) < len(ours.units) + len(ours.inputs):
            continue
        following = Following(ours, theirs, pairs)
        try:
            net = following.network()
        except Otherwise:
            continue
        form = formed(_whole_again(net, model, wanted, following.partners), wanted.keep)
        names = {unit.name for unit in form.units}
        partners = following.partners.items()
        yield form, {name: other for name, other in partners if other in names}


def _paired(ours: Side, theirs: Side, *, marks: bool) -> dict[str, str]:
    """The units and inputs of the model by the spec's.

    Args:
        ours, theirs: the two.
        marks: whether to go by the identities around units, which tell twins apart.
    """
    inputs = paired_inputs(ours.inputs, theirs.inputs)
    units = (
        in_reading_order(marked(side) if marks else [*side.units.values()], side.outputs)
        for side in (ours, theirs)
    )
    partners = align(*units, settled=inputs).partners
    return inputs | {name: unit.name for name, (unit, _) in partners.items()}


def _whole_again(
    net: Network, model: Network, wanted: Wanted, partners: Mapping[str, str]
) -> Network:
    """A network with its separable convolutions whole where the spec's are."""
    wholes = {partners[one.name] for one in wanted.layers if is_whole(one.type)}
    if not wholes:
        return net
    found = joined(net, wholes)
    types = {layer.name: layer.type for layer in found.layers}
    for layer in model.layers:
        if found.recast.get(layer.name) == SEPARABLE and types.get(layer.name) == layer.type:
            del found.recast[layer.name]
    return found
