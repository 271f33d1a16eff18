"""What one claim comes to, as the terminal has it: a test of its own says no more."""

from __future__ import annotations

from lenet_verify.renderers.cause_wording import about, effect
from lenet_verify.renderers.terminal import by_layer
from lenet_verify.renderers.wording import facts
from lenet_verify.report import Report
from lenet_verify.spec import Claim
from lenet_verify.verdict import FAILING, Finding, Outcome
from lenet_verify.visible import one_line, visible

_LONGEST_QUOTE = 300


def findings_of(report: Report, claim: Claim | None) -> list[Finding]:
    """The findings of a claim; of None, those that no claim states."""
    name = claim.id if claim else None
    return [finding for finding in report.verdict.findings if finding.claim == name]


def render_claim(report: Report, claim: Claim | None) -> str:
    """A claim's words, those of its facts that fail or deviate, and the edits that mend them."""
    every = findings_of(report, claim)
    failing = [one for one in every if one.outcome in FAILING]
    told = [one for one in every if one.outcome in (*FAILING, Outcome.DEVIATES)]
    if claim is None:
        lines = [f"structure of {visible(report.spec.title)}"]
    else:
        quote = one_line(claim.quote or claim.why or "", _LONGEST_QUOTE)
        source = f" ({visible(claim.source)})" if claim.source else ""
        lines = [f"[{visible(claim.id)}] {quote}{source}"]
    checked = visible(report.verdict.model or "its own model")
    fail = f"{len(failing)} of {len(every)} {facts(len(every))} {_fail(len(failing))}"
    lines += [f"{fail}, checked on {checked}", "", *by_layer(report, told, colour=False)]
    return "\n".join([*lines, *_mended(report, failing)])


def _fail(count: int) -> str:
    return "fails" if count == 1 else "fail"


def _mended(report: Report, failing: list[Finding]) -> list[str]:
    """The edits to the whole network that mend some of what fails here, by their numbers."""
    lines = []
    known = {id(one) for one in failing}
    for number, cause in enumerate(report.causes or (), 1):
        if report.causes and any(id(one) in known for one in cause.findings):
            text = visible(f"{about(cause)}: {cause.edit}", 300)
            lines.append(f"  {number}. {text}: {effect(cause, report.causes)}")
    return ["", "mended by", *lines] if lines else []
