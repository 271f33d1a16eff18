"""(Spec, Architecture) -> Verdict. Pure: nothing is read, built, printed or written here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice, permutations
from typing import Any

from lenet_verify.architecture import Architecture
from lenet_verify.checking.deviations import accepted
from lenet_verify.checking.functions import at_odds, by_its_values
from lenet_verify.checking.match import Match, match, pairings, rows
from lenet_verify.checking.observation import Observation, Site, code_for, observe, observe_model
from lenet_verify.checking.structure import absent, structure
from lenet_verify.checking.trained import observe_run, shown
from lenet_verify.checking.weights import stored_weights
from lenet_verify.checking.wiring import COMMUTATIVE
from lenet_verify.checking.witness import cross_checked
from lenet_verify.evidence import Evidence
from lenet_verify.facts import RUN_FACTS
from lenet_verify.notation import Counts, Expected, as_json, expected_as_json
from lenet_verify.spec import Claim, Deviation, Expectation, Spec, chosen
from lenet_verify.verdict import Finding, Outcome, Verdict


def check(
    spec: Spec,
    observed: Architecture,
    *,
    deviations: Sequence[Deviation] = (),
    exact: bool = False,
    model: str | None = None,
    evidence: Evidence | None = None,
    with_training: bool = False,
) -> Verdict:
    """Compares every claim of a spec, and a closed spec's structure, with a model.

    Args:
        spec: the claims, and the layers if it has any.
        observed: what the model is.
        deviations: facts in which this model is known to differ, with the reasons.
        exact: whether to judge the model as it stands, without any rewrite.
        model: the model's name as the user gave it; None for the spec's own.
        evidence: the training run by which claims of behaviour are judged, if there is one.
        with_training: whether such claims are unknown without a run; they are skipped otherwise.

    Returns:
        A finding for every checked fact, those that hold too.

    Raises:
        InferenceError: the spec's own layers do not join.
    """
    if not isinstance(spec, Spec) or not isinstance(observed, Architecture):
        raise TypeError("check takes a Spec (load_spec) and an Architecture (read, infer)")
    matched = match(spec, cross_checked(observed), exact)
    judged = [
        (finding, expectation.selector.text)
        for claim in spec.claims
        for expectation in claim.expectations
        for finding in (
            [_of_the_run(spec, claim, expectation, evidence, with_training)]
            if expectation.selector.kind == "model" and expectation.fact in RUN_FACTS
            else _judged(spec, claim, expectation, matched)
        )
    ]
    findings = [finding for finding, _ in judged]
    findings += structure(spec, matched, findings)
    findings += stored_weights(observed, {site.layer.name: site.name for site in matched.every})
    findings = [_in_the_model(_placed(finding, spec), matched) for finding in findings]
    findings, warnings = accepted(findings, [selector for _, selector in judged], deviations, spec)
    return Verdict(
        spec=spec.path,
        model=model,
        findings=tuple(findings),
        alignment=pairings(spec, matched),
        rows=rows(matched),
        unchecked=tuple(claim.id for claim in spec.claims if claim.unchecked is not None),
        warnings=(*spec.warnings, *warnings),
    )


def _of_the_run(
    spec: Spec,
    claim: Claim,
    expectation: Expectation,
    evidence: Evidence | None,
    with_training: bool,
) -> Finding:
    """The finding of a fact that a training run decides."""
    seen = observe_run(expectation, evidence, with_training)
    found = _finding(spec, claim, expectation, "model", seen, None)
    return replace(found, observed=shown(seen.value, expectation))


def _judged(
    spec: Spec, claim: Claim, expectation: Expectation, matched: Match
) -> Iterable[Finding]:
    """The findings of one stated fact: one for each layer that it speaks of."""
    fact, expected = expectation.fact, expectation.expected
    if expectation.selector.kind == "model":
        kinds = expected.counts if isinstance(expected, Counts) else ()
        seen = observe_model(
            matched.observed, matched.found, matched.every, fact, kinds, matched.wiring
        )
        yield _finding(spec, claim, expectation, "model", seen, None)
        return
    for name, site in _subjects(spec, expectation, matched):
        if site is None:
            reason = "the model has no such layer"
            missing = absent(matched, name, fact, expected_as_json(expected), reason)
            yield replace(missing, claim=claim.id, line=expectation.line)
        else:
            seen = observe(site, fact, matched.wiring)
            if seen.reason is None and (hearsay := _hearsay(matched, site, fact)):
                seen = replace(seen, reason=hearsay)
            if seen.reason is None and fact == "activation":
                seen = replace(seen, reason=_computing(expected, seen.value))
            yield _finding(spec, claim, expectation, name, seen, site)


def _hearsay(matched: Match, site: Site, fact: str) -> str | None:
    """What to know about a value that nobody derived: who says so."""
    if site.layer.type == "InputLayer":
        return matched.observed.unknown.get("input")
    return site.layer.declared.get(fact)


def _computing(expected: Expected, activation: Any) -> str | None:
    """What to know about an activation that is judged by what it computes."""
    return by_its_values(activation) or at_odds(expected, activation)


def _subjects(
    spec: Spec, expectation: Expectation, matched: Match
) -> Sequence[tuple[str, Site | None]]:
    """The layers that a fact is stated of, each with its counterpart in the model."""
    selector = expectation.selector
    if selector.kind == "input":
        name = selector.text
        if name == "input" and "input" not in matched.sites and len(matched.found.inputs) == 1:
            name = spec.inputs[0].name if spec.inputs else "input"
        return [(selector.text, matched.sites.get(name))]
    if expectation.layers:
        return [(name, matched.sites.get(name)) for name in expectation.layers]
    if selector.kind == "output":
        ends = [site for site in matched.every if site.layer.name in matched.found.outputs]
        return [("output", ends[0] if len(matched.found.outputs) == 1 and ends else None)]
    if selector.kind == "name":
        return [(selector.text, matched.sites.get(selector.text))]
    if "layers" in matched.observed.unknown and selector.kind in ("glob", "ordinal"):
        return [(selector.text, None)]  # which layers it speaks of cannot be seen
    units = [site for site in matched.every if site.layer.type != "InputLayer"]
    selected = chosen(selector, units, lambda s: s.layer.name, lambda s: s.layer.type)
    if selector.kind == "glob":  # the paper's names count as the model's own do
        by_ours = chosen(selector, units, lambda s: s.name, lambda s: s.layer.type)
        selected = tuple(site for site in units if site in (*selected, *by_ours))
    return [(site.name, site) for site in selected] or [(selector.text, None)]


def _admits(expectation: Expectation, value: Any, site: Site | None) -> bool:
    """Whether a value is as expected; what feeds a sum may be told in any order."""
    if expectation.fact == "inputs" and site is not None and site.layer.type in COMMUTATIVE:
        orders = islice(permutations(value), 5040)
        return any(expectation.expected.admits(order) for order in orders)
    return expectation.expected.admits(value)


def _placed(finding: Finding, spec: Spec) -> Finding:
    """A finding of a line with the file that the line is in."""
    if finding.line is None or finding.file is not None:
        return finding
    return replace(finding, file=spec.path)


def _in_the_model(finding: Finding, matched: Match) -> Finding:
    """A finding on a layer that the model has, and not only another form of it."""
    parts = matched.found.parts
    if finding.model_layer is None or finding.model_layer not in parts:
        return finding
    return replace(finding, model_layer=parts[finding.model_layer])


def _finding(
    spec: Spec,
    claim: Claim,
    expectation: Expectation,
    name: str,
    seen: Observation,
    site: Site | None,
) -> Finding:
    holds = seen.instead is None and _admits(expectation, seen.value, site)
    return Finding(
        code=code_for(seen, expectation.fact, of_model=site is None),
        outcome=seen.instead or (Outcome.HOLDS if holds else Outcome.BROKEN),
        claim=claim.id,
        layer=name,
        fact=expectation.fact,
        expected=expected_as_json(expectation.expected),
        observed=as_json(seen.value),
        reason=seen.reason,
        rule=seen.rule,
        model_layer=site.layer.name if site else None,
        model_type=site.layer.type if site else None,
        file=spec.path if expectation.line is not None else None,
        line=expectation.line,
    )
