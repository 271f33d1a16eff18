"""Facts in which a model is known to differ: reported apart, each with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from lenet_verify.spec import Deviation
from lenet_verify.verdict import FAILING, Finding, Outcome


def accepted(
    findings: Sequence[Finding], deviations: Sequence[Deviation]
) -> tuple[list[Finding], tuple[str, ...]]:
    """The findings with those that deviate as accepted, and a warning for each unused deviation."""
    if not deviations:
        return list(findings), ()
    result: list[Finding] = []
    used: set[int] = set()
    for finding in findings:
        index = next((i for i, one in enumerate(deviations) if _accepts(one, finding)), None)
        if index is not None:
            used.add(index)
            finding = replace(finding, outcome=Outcome.DEVIATES, reason=deviations[index].reason)
        result.append(finding)
    warnings = tuple(
        f"unused-deviation: nothing deviates in {one.fact} of {one.layer} as accepted"
        for i, one in enumerate(deviations)
        if i not in used
    )
    return result, warnings


def _accepts(deviation: Deviation, finding: Finding) -> bool:
    if finding.outcome not in FAILING or finding.fact != deviation.fact:
        return False
    if not fnmatchcase(finding.layer, deviation.layer):
        return False
    if finding.outcome is Outcome.UNKNOWN:
        return bool(deviation.accept == "unknown")
    observed, accept = finding.observed, deviation.accept
    if isinstance(observed, bool) or isinstance(accept, bool):
        return observed is accept
    return bool(observed == accept or str(observed) == str(accept))
