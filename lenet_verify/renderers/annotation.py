"""What fails, finding by finding, for the consumers that show each at its line of the spec."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lenet_verify.renderers.cause_wording import about, folded
from lenet_verify.renderers.wording import in_network_order, stated_in, what, where
from lenet_verify.report import Report
from lenet_verify.verdict import Finding
from lenet_verify.visible import visible


@dataclass(frozen=True)
class Annotation:
    """A finding that fails, as something to be shown at a line.

    Attributes:
        file, line: where the spec states it, or begins to list its layers.
        layer: that it is about.
        message: what is expected and observed, on which model, and what mends it.
        fingerprint: the same as long as the same fact of the same model fails.
    """

    finding: Finding
    file: str
    line: int
    layer: str
    message: str
    fingerprint: str


def annotated(reports: Sequence[Report]) -> list[Annotation]:
    """Everything that fails; of every report first what its causes are about, then what follows."""
    found = [(report, *_ordered(report)) for report in reports]
    own = [(report, one) for report, first, _ in found for one in first]
    rest = [(report, one) for report, _, second in found for one in second]
    known: Counter[str] = Counter()
    told = []
    for report, finding in (*own, *rest):
        identity = _identity(report, finding)
        told.append(_annotation(report, finding, _hashed(f"{identity}{known[identity]}")))
        known[identity] += 1
    return told


def _ordered(report: Report) -> tuple[list[Finding], list[Finding]]:
    """What fails: of itself, and as a consequence of that, as each fact of a missing layer."""
    failing = report.verdict.failing
    missing = {one.layer for one in failing if one.code == "missing-layer" and one.claim is None}
    following = {id(one) for one in failing if one.layer in missing and one.claim is not None}
    for cause in report.causes or ():
        following |= {id(one) for one in folded(report, cause)[1]}
    every = in_network_order(report.verdict, failing)
    first = [one for one in every if id(one) not in following]
    return first, [one for one in every if id(one) in following]


def _annotation(report: Report, finding: Finding, fingerprint: str) -> Annotation:
    model = report.verdict.model
    checked = f" (checked on {visible(model)})" if model else ""
    message = f"{visible(what(finding), 1000)} {visible(stated_in(finding))}{checked}"
    mended = "; ".join(_remedies(report, finding))
    return Annotation(
        finding,
        finding.file or report.spec.path,
        finding.line or next((layer.line for layer in report.spec.layers), 1),
        visible(where(finding)),
        f"{message}; to mend it: {mended}" if mended else message,
        fingerprint,
    )


def _remedies(report: Report, finding: Finding) -> Iterator[str]:
    """The edits that mend a finding."""
    for cause in report.causes or ():
        if any(one is finding for one in cause.findings):
            yield visible(f"{about(cause)}: {cause.edit}", 300)


def _identity(report: Report, finding: Finding) -> str:
    """What makes a failing fact the same in the next run, wherever its line is then."""
    verdict = report.verdict
    return json.dumps(
        [verdict.spec, verdict.model, finding.code, finding.claim, finding.layer, finding.fact]
    )


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
