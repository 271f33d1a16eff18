"""Facts in which a model is known to differ: reported apart, each with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from itertools import zip_longest

from lenet_verify.spec import Deviation, Spec
from lenet_verify.verdict import FAILING, Finding, Outcome
from lenet_verify.visible import visible
from lenet_verify.vocabulary import nearest

UNUSED = "unused-deviation"


def accepted(
    findings: Sequence[Finding],
    chosen: Sequence[str],
    deviations: Sequence[Deviation],
    spec: Spec,
) -> tuple[list[Finding], tuple[str, ...]]:
    """The findings with those that deviate as accepted, and a warning for each unused deviation.

    Args:
        findings: all of them, those of claims first.
        chosen: how the claim chooses the layer, for each of those of claims. Without layers in
            the spec that is what stays the same from model to model.
        deviations: what is accepted.
        spec: the spec.
    """
    if not deviations:
        return list(findings), ()
    result: list[Finding] = []
    used: set[int] = set()
    for finding, name in zip_longest(findings, chosen):
        index = next((i for i, one in enumerate(deviations) if _accepts(one, finding, name)), None)
        if index is not None:
            used.add(index)
            finding = replace(finding, outcome=Outcome.DEVIATES, reason=deviations[index].reason)
        result.append(finding)
    unused = [one for i, one in enumerate(deviations) if i not in used]
    return result, tuple(_unused(one, _names(spec)) for one in unused)


def _accepts(deviation: Deviation, finding: Finding, chosen: str | None) -> bool:
    if finding.outcome not in FAILING or finding.fact != deviation.fact:
        return False
    if deviation.layer != chosen and not fnmatchcase(finding.layer, deviation.layer):
        return False
    if finding.outcome is Outcome.UNKNOWN:
        return bool(deviation.accept == "unknown")
    observed, accept = finding.observed, deviation.accept
    if isinstance(observed, bool) or isinstance(accept, bool):
        return observed is accept
    return bool(observed == accept or str(observed) == str(accept))


def _unused(deviation: Deviation, names: Sequence[str]) -> str:
    """The same of every model, so that it can be told whether any needs the deviation."""
    layer = visible(deviation.layer)
    text = f"{UNUSED}: nothing deviates in {deviation.fact} of {layer} as accepted"
    if deviation.file is not None:
        text += f" ({deviation.file}:{deviation.line})"
    # a layer of the model that the spec has not goes by the model's own name, so it is no mistake
    if not any(name == deviation.layer or fnmatchcase(name, deviation.layer) for name in names):
        near = nearest(deviation.layer, names)
        text += f"; the spec has no layer '{layer}'" + (f", did you mean '{near}'?" if near else "")
    return text


def _names(spec: Spec) -> list[str]:
    """What findings on a spec's own layers are called."""
    selectors = [e.selector.text for claim in spec.claims for e in claim.expectations]
    named = [*(i.name for i in spec.inputs), *(row.name for row in spec.layers), *selectors]
    return list(dict.fromkeys(["model", "input", "output", *named]))
