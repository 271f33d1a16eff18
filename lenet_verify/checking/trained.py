"""What a training run is evidence of."""

from __future__ import annotations

from lenet_verify.checking.observation import Observation
from lenet_verify.evidence import Evidence
from lenet_verify.notation import as_percent, in_percent
from lenet_verify.spec import Expectation
from lenet_verify.verdict import Outcome


def observe_run(
    expectation: Expectation, evidence: Evidence | None, with_training: bool
) -> Observation:
    """A fact of the run that trained the model.

    Args:
        expectation: the fact that is claimed.
        evidence: the run; None if there was none.
        with_training: whether a claim without a run is unknown; it is skipped otherwise.
    """
    if evidence is None:
        instead = Outcome.UNKNOWN if with_training else Outcome.SKIPPED
        reason = "no training run is given"
        return Observation(instead=instead, code="not-run", reason=reason)
    if evidence.stale is not None:
        return Observation(instead=Outcome.UNKNOWN, code="stale", reason=evidence.stale)
    value = evidence.run.stated(expectation.fact)
    if value is None:
        reason = f"{evidence.file} does not say it"
        return Observation(instead=Outcome.UNKNOWN, code="not-run", reason=reason)
    return Observation(value)


def shown(value: object, expectation: Expectation) -> object:
    """An observed value in the notation of the claim, which may speak in percent."""
    in_parts = isinstance(value, float) and in_percent(expectation.expected.written)
    return as_percent(value) if in_parts and isinstance(value, float) else value
