"""How findings are said, whatever the format: the same words everywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lenet_verify.notation import as_text
from lenet_verify.report import Report
from lenet_verify.verdict import Finding, Outcome, Verdict

MARKS = {
    Outcome.HOLDS: "✓",
    Outcome.BROKEN: "✗",
    Outcome.UNKNOWN: "?",
    Outcome.DEVIATES: "≈",
    Outcome.SKIPPED: "–",
}
"""A shape for each outcome, so that nothing relies on colour alone."""

HEADINGS = {
    Outcome.BROKEN: "Broken",
    Outcome.UNKNOWN: "Unknown",
    Outcome.DEVIATES: "Deviating, as accepted",
    Outcome.SKIPPED: "Skipped",
}
"""What stands over findings that do not simply hold."""

NOTHING = "–"


NOT_LOADED = "nothing in the file was loaded or run; whether it is safe to load is another matter"
"""What every report on a model file says."""


def verdict_mark(holds: bool) -> str:
    """The shape of a whole verdict."""
    return MARKS[Outcome.HOLDS if holds else Outcome.BROKEN]


def headline(report: Report) -> str:
    """The verdict in one sentence, without the title."""
    verdict = report.verdict
    if verdict.holds and not any(finding.claim is not None for finding in verdict.findings):
        return "its structure holds, nothing more is claimed" if verdict.findings else "no claims"
    if verdict.holds and verdict.count(Outcome.DEVIATES):
        return "every claim holds, or deviates as accepted"
    if verdict.holds and not verdict.count(Outcome.HOLDS):
        return "every claim is skipped"
    if verdict.holds:
        return "every claim holds"
    broken, unknown = verdict.count(Outcome.BROKEN), verdict.count(Outcome.UNKNOWN)
    parts = [f"{broken} {facts(broken)} broken"] if broken else []
    parts += [f"{unknown} unknown"] if unknown else []
    return ", ".join(parts)


def tally(verdict: Verdict) -> str:
    """How many facts have each outcome: `66 facts hold, 1 claim unchecked`."""
    counts = verdict.counts
    parts = [
        f"{counts['holds']} {facts(counts['holds'])} {'holds' if counts['holds'] == 1 else 'hold'}"
    ]
    parts += [f"{counts[w]} {w}" for w in ("broken", "unknown", "skipped") if counts[w]]
    if counts["deviates"]:
        parts.append(f"{counts['deviates']} deviating as accepted")
    if counts["unchecked"]:
        claims = "claim" if counts["unchecked"] == 1 else "claims"
        parts.append(f"{counts['unchecked']} {claims} unchecked")
    return ", ".join(parts)


def facts(count: int) -> str:
    """`fact` or `facts`."""
    return "fact" if count == 1 else "facts"


def in_network_order(verdict: Verdict, findings: Sequence[Finding]) -> list[Finding]:
    """The findings by layer, in the order of the network; those on the model come last.

    So the first broken shape stands before those that follow from it.
    """
    order = {row.layer or row.model_layer: place for place, row in enumerate(verdict.rows)}
    return sorted(findings, key=lambda finding: order.get(finding.layer, len(order)))


def where(finding: Finding) -> str:
    """The layer that a finding is about: the paper's name, and the model's where it differs."""
    if finding.model_layer in (None, finding.layer):
        return finding.layer
    return f"{finding.layer} (their {finding.model_layer})"


def what(finding: Finding) -> str:
    """What a finding says of its fact."""
    if finding.code == "missing-layer" and finding.fact == "layer":
        return f"missing: {finding.reason}"
    if finding.code == "extra-layer":
        return f"extra {finding.observed}: {finding.reason}"
    if finding.code in ("unreachable-layer", "derivations-disagree") and finding.fact == "layer":
        return f"{finding.observed or 'layer'}: {finding.reason}"
    expected = as_text(finding.expected)
    if finding.outcome is Outcome.UNKNOWN and finding.expected is None:
        return f"{finding.fact}: unknown: {finding.reason}"
    if finding.outcome is Outcome.UNKNOWN:
        seen = f", is {finding.observed}" if finding.observed is not None else ""
        return f"{finding.fact}: {expected} expected{seen}; unknown: {finding.reason}"
    if finding.outcome is Outcome.SKIPPED:
        return f"{finding.fact}: {expected} expected; skipped: {finding.reason}"
    if finding.outcome is Outcome.HOLDS:
        return f"{finding.fact}: {expected}"
    text = f"{finding.fact}: {_unlike(finding.expected, finding.observed)}"
    return f"{text} ({finding.reason})" if finding.reason else text


def _unlike(expected: object, observed: object) -> str:
    """What is expected and what is observed; of several counts, those that differ."""
    if isinstance(expected, Mapping) and isinstance(observed, Mapping):
        differing = {key for key, value in expected.items() if observed.get(key) != value}
        if differing:
            expected = {key: value for key, value in expected.items() if key in differing}
            observed = {key: value for key, value in observed.items() if key in differing}
    return f"{as_text(expected)} expected, {as_text(observed)} observed"


def rewritten(verdict: Verdict) -> dict[str, list[str]]:
    """By the rewrites that facts hold by, the layers, in the order of the network.

    A layer that is only fed otherwise is named where no layer is of another form by that rewrite.
    """
    found: dict[str, dict[bool, list[str]]] = {}
    held = [one for one in verdict.findings if one.outcome is Outcome.HOLDS and one.rule]
    for finding in in_network_order(verdict, held):
        for rule in (finding.rule or "").split(", "):
            layers = found.setdefault(rule, {True: [], False: []})[finding.fact != "inputs"]
            if where(finding) not in layers:
                layers.append(where(finding))
    return {rule: layers[True] or layers[False] for rule, layers in found.items()}


def stated_in(finding: Finding) -> str:
    """The claim that a finding answers, or that it is the structure's."""
    return f"[{finding.claim}]" if finding.claim is not None else "[structure]"


def expected_of(findings: Sequence[Finding], fact: str) -> list[Finding]:
    """The findings of claims about one fact, each expected value once."""
    found: dict[str, Finding] = {}
    for finding in findings:
        if finding.fact == fact and finding.claim is not None:
            found.setdefault(as_text(finding.expected), finding)
    return list(found.values())
