"""The parts that a block may have, as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from lenet_verify.documents.marker import Wanted
from lenet_verify.documents.subject import Subject
from lenet_verify.errors import UsageError
from lenet_verify.readers.files.byte_source import without_secrets
from lenet_verify.renderers.markdown import code, escaped
from lenet_verify.renderers.wording import (
    MARKS,
    NOT_LOADED,
    NOTHING,
    headline,
    tally,
    verdict_mark,
    what,
    where,
)
from lenet_verify.shipped import is_shipped
from lenet_verify.verdict import FAILING, Finding, Outcome, worst
from lenet_verify.visible import one_line

if TYPE_CHECKING:
    from lenet_verify.report import Report
    from lenet_verify.spec import Claim

_MOST_TOLD = 3
"""Facts of one claim that are told beside it."""


def _verdict(subject: Subject, _: Wanted) -> str:
    report = subject.report
    verdict, provenance = report.verdict, report.provenance
    mark = verdict_mark(verdict.holds)
    path = report.spec.path
    spec = f"[{escaped(subject.seen(path))}]({subject.link(path)})"
    spec = code(path) if is_shipped(path) else spec
    model = subject.about.model
    checked = f"{code(without_secrets(model))} against {spec}" if model else f"the model of {spec}"
    checked += ", by inference alone" if provenance.static else ""
    checked += f"; {NOT_LOADED}" if provenance.file else ""
    return (
        f"{mark} **{escaped(report.spec.title)}**: {headline(report)}. "
        f"{tally(verdict)}. Checked: {checked}."
    )


def _claims(subject: Subject, _: Wanted) -> str:
    report = subject.report
    lines = [_claim(report, claim) for claim in report.spec.claims]
    structure = [f for f in report.verdict.findings if f.claim is None and f.outcome in FAILING]
    if structure:
        lines.append(f"- {MARKS[Outcome.BROKEN]} the structure of the layers: {_found(structure)}")
    return "\n".join(lines) or "This spec claims nothing."


def _claim(report: Report, claim: Claim) -> str:
    found = [finding for finding in report.verdict.findings if finding.claim == claim.id]
    outcome = worst(found)
    said = f"“{one_line(claim.quote)}”" if claim.quote is not None else one_line(claim.why or "")
    line = f"- {MARKS[outcome] if outcome else NOTHING} **{escaped(claim.id)}** {escaped(said)}"
    if claim.unchecked is not None:
        return f"{line} (unchecked: {escaped(one_line(claim.unchecked))})"
    return line if outcome is Outcome.HOLDS else f"{line} ({_found(found)})"


def _found(findings: list[Finding]) -> str:
    """The worst outcome in a word, and the facts of that outcome."""
    outcome = worst(findings)
    if outcome is None:
        return "nothing was found of it"
    told = [f"{where(one)} {what(one)}" for one in findings if one.outcome is outcome]
    more = f"; and {len(told) - _MOST_TOLD} more" if len(told) > _MOST_TOLD else ""
    return f"**{outcome.value}**: {escaped('; '.join(told[:_MOST_TOLD]) + more)}"


def _layers(subject: Subject, wanted: Wanted) -> str:
    from lenet_verify.show.columns import choice
    from lenet_verify.show.markdown import below_title
    from lenet_verify.show.rows import opened
    from lenet_verify.show.table import table as layer_table

    shown = subject.shown
    columns = choice(wanted.columns)
    expanded = opened(shown, wanted.expand)
    return below_title(layer_table(shown.architecture, columns, expanded))


def _mermaid(subject: Subject, _: Wanted) -> str:
    from lenet_verify.drawings.mermaid import LONGEST, MOST_ARROWS, draw_mermaid, too_large

    if subject.judged:
        report = subject.report
        text = draw_mermaid(report.architecture, report.verdict)
    else:
        text = draw_mermaid(subject.shown.architecture)
    if too_large(text):
        raise UsageError(
            f"this network is too large for Mermaid, which draws {LONGEST:,} characters and "
            f"{MOST_ARROWS} arrows at most: show a picture instead"
        )
    return f"```mermaid\n{text}```"


def _picture(subject: Subject, wanted: Wanted) -> str:
    report = subject.report
    path = subject.path(wanted.svg or "")
    return f"![{escaped(report.spec.title)}: {headline(report)}]({subject.link(path)})"


PARTS: Mapping[str, Callable[[Subject, Wanted], str]] = {
    "verdict": _verdict,
    "claims": _claims,
    "layers": _layers,
    "mermaid": _mermaid,
    "picture": _picture,
}
"""What a marker may name."""
