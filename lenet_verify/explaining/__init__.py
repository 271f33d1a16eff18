"""(Spec, Architecture, Verdict) -> Causes: the edits to a network that mend a broken verdict.

Pure: the edits are made to the architecture, which is inferred and checked again. Nothing is told
that was not seen to hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lenet_verify.architecture import Architecture, Layer, Source
from lenet_verify.causes import Cause, Causes
from lenet_verify.edits import Edit, Input, Insert, described
from lenet_verify.explaining.candidate import Candidate
from lenet_verify.explaining.candidates import candidates
from lenet_verify.explaining.hints import hint
from lenet_verify.explaining.mistakes import mistakes
from lenet_verify.explaining.search import fewest
from lenet_verify.explaining.trial import Trial, Trials, key_of
from lenet_verify.notation import as_json
from lenet_verify.spec import Spec
from lenet_verify.verdict import Finding, Outcome, Verdict

__all__ = ["explain"]

MOST = 24
"""More causes than this explain nothing."""
_MOST_LAYERS = 3000


def explain(spec: Spec, observed: Architecture, verdict: Verdict, *, exact: bool = False) -> Causes:
    """Why a verdict is broken: the edits to the model after which the claims hold again.

    Args:
        spec: what the model was checked against.
        observed: the model.
        verdict: what came of it.
        exact: whether the model was judged as it stands, without any rewrite.

    Returns:
        The fewest edits that mend as much as can be mended; each was applied, and what it mends
        seen to hold. No edit, and why, where nothing can be tried.
    """
    failing = verdict.failing
    if not failing:
        return Causes(fewest=True)
    if why := _untellable(observed, failing):
        return Causes(failing=failing, unmended=failing, why=why)
    accepted = (one for one in verdict.findings if one.outcome is Outcome.DEVIATES)
    trials = Trials(spec, observed, exact, accepted)
    base = trials.of(())
    if base is None:
        why = "what its layers come to cannot be derived, so that no edit to them can be tried"
        return Causes(failing=failing, unmended=failing, why=why)

    def propose(trial: Trial, number: int) -> Sequence[Candidate]:
        return candidates(spec, trial.architecture, trial.failing, exact, number)

    first = propose(Trial(observed, failing), 0)
    chosen, proved = fewest(trials, first, propose)
    if len(chosen) > MOST:
        why = f"it would take {len(chosen)} edits: it is another network"
        return Causes(failing=failing, unmended=failing, why=why)
    every = tuple(_told(trials, chosen, failing))
    after = trials.of(chosen)
    broken = after.failing if after else ()
    known = {key_of(one) for one in failing}
    # what is broken of weights, say, is not seen on an edited model, and not mended by that
    mended = base.keys - {key_of(one) for one in broken}
    return Causes(
        every=every,
        failing=failing,
        unmended=tuple(one for one in failing if key_of(one) not in mended),
        breaks=tuple(one for one in broken if key_of(one) not in known),
        fewest=proved,
        why=None if every else _why_none(failing),
        mistakes=tuple(mistakes(spec, observed, chosen)),
    )


def _untellable(observed: Architecture, failing: Sequence[Finding]) -> str | None:
    """Why nothing can be tried on a model; None if something can."""
    if why := observed.unknown.get("layers"):
        return f"which layers it has is unknown: {why}"
    if len(observed.layers) > _MOST_LAYERS:
        return f"it has more than {_MOST_LAYERS:,} layers, too many to try edits on"
    if (least := _least_edits(failing)) > MOST:
        return f"{least} layers differ: it is another network"
    return None if observed.layers else "it has no layers that can be seen"


def _least_edits(failing: Sequence[Finding]) -> int:
    """How many layers differ in themselves; one that is extra may stand for one that is missing."""
    of = {
        code: len({one.layer for one in failing if one.code == code})
        for code in ("missing-layer", "extra-layer")
    }
    own = {one.layer for one in failing if one.code in ("activation", "argument", "type")}
    return max(of.values()) + len(own - {"model"})


def _why_none(failing: Sequence[Finding]) -> str:
    if all(one.outcome is Outcome.UNKNOWN for one in failing):
        return "what is unknown may be right or wrong"
    return "no edit to a layer that was tried mends what is broken"


def _told(
    trials: Trials, chosen: Sequence[Candidate], failing: Sequence[Finding]
) -> Iterator[Cause]:
    """The edits, each with what holds once it is made after those before it, and stays so."""
    base, whole = trials.keys(()), trials.keys(chosen)
    left = [one for one in failing if key_of(one) in base - whole]
    for number, one in enumerate(chosen, 1):
        after = trials.of(chosen[:number])
        still = base if after is None else after.keys
        mended = tuple(finding for finding in left if key_of(finding) not in still)
        left = [finding for finding in left if key_of(finding) in still]
        keeps = 0
        if not mended:
            rest = trials.of([other for other in chosen if other is not one])
            keeps = 0 if rest is None else len(rest.keys - base)
        edit = one.edit
        old, new = (_as_json(value) for value in (edit.old, edit.new))
        yield Cause(
            layer=one.layer,
            model_layer=one.model_layer,
            kind=edit.kind,
            edit=_words(edit),
            old=old,
            new=new,
            hint=hint(edit, _layer(trials, edit)),
            findings=mended,
            keeps=keeps,
        )


def _layer(trials: Trials, edit: Edit) -> Layer | None:
    """The layer that an edit is made to."""
    layers = trials.model.layers
    for name in edit.within:
        layers = next((one.layers for one in layers if one.name == name), ())
    return next((one for one in layers if one.name == edit.layer), None)


def _as_json(value: object) -> object:
    """What an edit replaces, or by what: of a layer its class, of a wire where it comes from."""
    if isinstance(value, Layer):
        return value.type
    if isinstance(value, Source):
        return value.layer
    return as_json(value)


def _words(edit: Edit) -> str:
    """The edit in words that stand after the layer that it is about."""
    if isinstance(edit, Insert):
        reader = f", before {edit.reader}" if edit.reader else ""
        return f"insert {described(edit.new)} after {edit.layer}{reader}"
    if isinstance(edit, Input):
        return f"{edit.old} → {edit.new}"
    return edit.text
