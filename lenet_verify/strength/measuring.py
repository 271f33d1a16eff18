"""Every single edit to a spec's own network, held against the spec."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial

from lenet_verify.architecture import Architecture
from lenet_verify.checking import check
from lenet_verify.edits import Edit, applied, every_edit
from lenet_verify.errors import UsageError
from lenet_verify.many import each
from lenet_verify.spec import Spec
from lenet_verify.static_model import infer
from lenet_verify.strength.catching import caught, proposals
from lenet_verify.strength.measured import Aside, Fate, Strength
from lenet_verify.strength.same_function import Function
from lenet_verify.verdict import Outcome


def strength(spec: Spec, sample: int | None = None) -> Strength:
    """How many single edits to a spec's own network the spec notices, by inference alone.

    Args:
        spec: with layers.
        sample: how many edits to take, spread evenly over all of them; None for all.

    Raises:
        UsageError: the spec has no network, or does not hold for it and quotes nobody who says so.
        InferenceError: its layers do not join.
    """
    if not spec.closed:
        raise UsageError(
            f"{spec.path} has claims but no 'layers': there is no network of its own to edit"
        )
    own = infer(spec)
    aside = _untrue(spec, own)
    every = tuple(every_edit(own))
    edits = _spread(every, sample)
    work = partial(_fate, spec, own, Function(own), edits, frozenset(aside))
    fates = tuple(each(range(len(edits)), work, what=" edits"))
    surviving = [edit for edit, fate in zip(edits, fates, strict=True) if fate is Fate.SURVIVES]
    survivors = caught(spec, own, surviving)
    return Strength(
        spec=spec.path,
        title=spec.title,
        edits=tuple(zip(edits, fates, strict=True)),
        layers=tuple(layer.name for layer in own.layers),
        sampled_from=len(every),
        survivors=survivors,
        proposals=proposals(spec, survivors),
        aside=aside,
    )


def _untrue(spec: Spec, own: Architecture) -> tuple[Aside, ...]:
    """What sources say of a network that is not so: it notices no edit, whatever that changes.

    Raises:
        UsageError: something else does not hold, which is a mistake in the spec.
    """
    sourced = {claim.id for claim in spec.claims if claim.quote is not None}
    failing = check(spec, own).failing
    for finding in failing:
        if finding.claim not in sourced or finding.outcome is not Outcome.BROKEN:
            raise UsageError(
                f"{spec.path} does not hold for its own network ({finding.layer}: {finding.fact}), "
                "so nothing can be said of its strength: see `lenet-verify check --static`"
            )
    return tuple(dict.fromkeys(map(Aside.of, failing)))


def _spread(edits: Sequence[Edit], number: int | None) -> Sequence[Edit]:
    """So many of the edits, as far from each other as can be."""
    if number is None or number >= len(edits):
        return edits
    return tuple(edits[place * len(edits) // number] for place in range(number))


def _fate(
    spec: Spec,
    own: Architecture,
    function: Function,
    edits: Sequence[Edit],
    aside: Collection[Aside],
    number: int,
) -> Fate:
    """What becomes of one edit."""
    mutant = applied(own, edits[number])
    if mutant is None:
        return Fate.NO_NETWORK
    if function.is_that_of(mutant):
        return Fate.SAME
    findings = check(spec, mutant).failing
    failing = {finding.claim for finding in findings if Aside.of(finding) not in aside}
    if any(claim.id in failing for claim in spec.claims if claim.quote is not None):
        return Fate.QUOTED
    if failing - {None}:
        return Fate.CLAIMED
    return Fate.STRUCTURE if failing else Fate.SURVIVES
