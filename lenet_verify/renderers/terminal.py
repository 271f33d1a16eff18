"""The verdict as plain text for a terminal; colour is added by the command line, on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lenet_verify.causes import Causes
from lenet_verify.notation import as_text
from lenet_verify.renderers.cause_wording import about, effect, folded, followers, heading
from lenet_verify.renderers.layer_table import LayerRow, coverage, layer_rows, told
from lenet_verify.renderers.training import in_short
from lenet_verify.renderers.wording import (
    MARKS,
    NOT_LOADED,
    NOTHING,
    facts,
    headline,
    in_network_order,
    rewritten,
    stated_in,
    tally,
    what,
    where,
)
from lenet_verify.report import Report
from lenet_verify.verdict import FAILING, Finding, Outcome, Verdict, worst
from lenet_verify.visible import one_line, visible

_COLOURS = {
    Outcome.HOLDS: "32",
    Outcome.BROKEN: "31",
    Outcome.UNKNOWN: "33",
    Outcome.DEVIATES: "36",
    Outcome.SKIPPED: "2",
}
_HEADINGS = {
    Outcome.BROKEN: "broken",
    Outcome.UNKNOWN: "unknown",
    Outcome.DEVIATES: "deviates as accepted",
    Outcome.SKIPPED: "skipped",
    Outcome.HOLDS: "holds",
}


AS_ABOVE = "as above"
UNCLAIMED = "·"
"""The mark of a layer of which nothing is claimed.

No line begins with a name: a runner of CI jobs would obey one that begins with `::`.
"""


_MOST_NAMED = 6
"""Layers that are named in a list of them."""


def render_text(reports: Sequence[Report], *, colour: bool = False, detail: int = 0) -> str:
    """A table of layers and the findings that do not hold, for each model.

    Args:
        reports: of the models.
        colour: whether outcomes are coloured.
        detail: how much is told: below 0 nothing but the verdict and what fails, above 0 every
            finding in full.
    """
    texts = [_one(report, colour, detail) for report in reports]
    if len(reports) > 1:
        holding = sum(report.verdict.holds for report in reports)
        texts.append(f"{holding} of {len(reports)} hold\n")
    return "\n".join(texts)


def _one(report: Report, colour: bool, detail: int) -> str:
    verdict = report.verdict
    summary = Outcome.HOLDS if verdict.holds else (worst(verdict.findings) or Outcome.HOLDS)
    text = f"{MARKS[summary]} {visible(report.spec.title)}: {headline(report)}"
    lines = [painted(text, summary, colour)]
    if detail >= 0:
        lines += _about(report)
    elif verdict.model is not None:
        lines[0] += f" ({visible(verdict.model)})"
    lines += _causes(report.causes)
    if detail >= 0:
        lines += ["", *_layers(report, colour)]
    for outcome, name in _HEADINGS.items():
        found = [finding for finding in verdict.findings if finding.outcome is outcome]
        if found and _is_told(outcome, detail):
            lines += ["", f"{name} ({len(found)})", *_by_cause(report, found, colour, detail)]
    unchecked = [claim for claim in report.spec.claims if claim.unchecked is not None]
    if unchecked and detail >= 0:
        lines += ["", f"unchecked ({len(unchecked)})"]
        lines += [f"  [{visible(c.id)}] {one_line(c.unchecked or '', 200)}" for c in unchecked]
    return "\n".join(lines) + "\n"


def _is_told(outcome: Outcome, detail: int) -> bool:
    if outcome is Outcome.HOLDS:
        return detail > 0
    return detail >= 0 or outcome in FAILING


def _about(report: Report) -> list[str]:
    """What came of it in numbers, and what was checked."""
    verdict = report.verdict
    checked = visible(verdict.model or "the model built from it")
    if report.provenance.static:
        checked = visible(verdict.model or "the model derived from it") + ", by inference alone"
    lines = [f"  {tally(verdict)} ({visible(verdict.spec)}, checked on {checked})"]
    lines += [f"  {NOT_LOADED}"] if report.provenance.file else []
    if report.evidence is not None:
        lines.append(f"  {visible(in_short(report.evidence), 300)}")
    if supplied := report.architecture.unknown.get("input"):
        lines.append(f"  {visible(supplied)}")
    return lines


def _layers(report: Report, colour: bool) -> list[str]:
    """The table of layers, and what there is to say of it."""
    every = layer_rows(report)
    rows, rest = told(report, every)
    lines = _table(rows, colour) if rows else []
    lines += [f"   and {rest}"] if rest else []
    lines += _rewritten(report.verdict)
    return lines + _coverage(report, every)


def _causes(causes: Causes | None) -> list[str]:
    """The edits that mend what is broken, each with what it mends."""
    if causes is None:
        return []
    lines = ["", heading(causes)]
    for number, cause in enumerate(causes, 1):
        text = f"{about(cause)}: {cause.edit}"
        lines.append(f"  {number}. {visible(text, 300)}: {effect(cause, causes)}")
    lines += [f"  note: {visible(text, 400)}" for text in causes.mistakes]
    if causes.every and causes.unmended:
        told = dict.fromkeys(f"{one.layer} {one.fact}" for one in causes.unmended)
        lines.append(f"  unmended: {_listed([visible(one, 80) for one in told])}")
    return lines


def _by_cause(report: Report, findings: Sequence[Finding], colour: bool, detail: int) -> list[str]:
    """The findings under the cause that mends them, in short where they only follow from it."""
    known = {id(one) for one in findings}
    lines: list[str] = []
    told: set[int] = set()
    for number, cause in enumerate(report.causes or (), 1):
        own, rest = folded(report, cause) if detail <= 0 else (cause.findings, ())
        if not any(id(one) in known for one in cause.findings):
            continue
        told |= {id(one) for one in cause.findings}
        lines.append(f"  by {number}. {visible(about(cause))}")
        lines += by_layer(report, own, colour=colour)
        if rest:
            lines.append(f"    {visible(followers(rest), longest=1000)}")
    left = [one for one in findings if id(one) not in told]
    if left and lines:
        lines.append("  by none of these")
    return lines + by_layer(report, left, colour=colour)


def _rewritten(verdict: Verdict) -> list[str]:
    """The rules by which the model has another form, and computes the same."""
    lines = [""]
    for rule, layers in rewritten(verdict).items():
        lines.append(f"   by {rule}: {_listed([visible(name, 80) for name in layers])}")
    return lines if len(lines) > 1 else []


def _coverage(report: Report, rows: tuple[LayerRow, ...]) -> list[str]:
    """What the claims leave open: there the model may be anything, and still pass."""
    found = coverage(report, rows)
    if not found.unpinned:
        return []
    names = _listed([f"{fact} of {visible(name, 40)}" for name, fact in found.unpinned])
    return ["", f"   claims pin {found.pinned} of {found.facts} facts; no claim on {names}"]


def _listed(names: Sequence[str]) -> str:
    """Some names; of many the first few."""
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more


def _table(rows: Sequence[LayerRow], colour: bool) -> list[str]:
    """Columns as wide as their widest cell; numbers to the right."""
    header = ("", "layer", "type", "output", "params", "activation", "claims")
    cells = [header, *(_cells(row) for row in rows)]
    widths = [max(len(line[i]) for line in cells) for i in range(len(header))]
    lines = []
    for line, row in zip(cells, (None, *rows), strict=True):
        padded = [
            cell.rjust(width) if header[i] == "params" else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        outcome = worst(row.findings) if row else None
        if outcome is not None:
            padded[0] = painted(padded[0], outcome, colour)
        lines.append("  ".join(padded).rstrip())
    return lines


def _cells(row: LayerRow) -> tuple[str, ...]:
    outcome = worst(row.findings)
    name = visible(row.name, 40)
    if row.row.layer is not None and row.row.model_layer not in (None, row.row.layer):
        name += f" ({visible(row.row.model_layer or '', 40)})"
    claims = dict.fromkeys(f.claim for f in row.findings if f.claim is not None)
    missing = row.row.model_layer is None
    return (
        MARKS[outcome] if outcome else UNCLAIMED,
        name,
        "missing" if missing else visible(row.row.type or NOTHING, 40),
        NOTHING if row.row.output is None else as_text(row.row.output),
        NOTHING if row.row.params is None else as_text(row.row.params),
        visible(row.row.activation or NOTHING, 40),
        visible(", ".join(claims), 60) or NOTHING,
    )


def by_layer(report: Report, findings: Sequence[Finding], *, colour: bool = False) -> list[str]:
    """The findings under the layer that they are about, in the order of the network."""
    groups: dict[str, list[Finding]] = {}
    for finding in in_network_order(report.verdict, findings):
        groups.setdefault(where(finding), []).append(finding)
    lines = []
    said: set[str | None] = set()
    for place, group in groups.items():
        lines.append(f"  • {visible(place)}")
        for finding in _told(group):
            known = finding.reason is not None and finding.reason in said
            said.add(finding.reason)
            lines.append(_line(replace(finding, reason=AS_ABOVE) if known else finding, colour))
    return lines


def _told(group: Sequence[Finding]) -> Sequence[Finding]:
    """Of a layer that is missing, that it is, and not each of its facts besides."""
    missing = [f for f in group if f.code == "missing-layer" and f.claim is None]
    if not missing or len(missing) == len(group):
        return group
    rest = len(group) - len(missing)
    return [replace(f, reason=f"{f.reason} ({rest} {facts(rest)} claimed of it)") for f in missing]


def _line(finding: Finding, colour: bool) -> str:
    place = f"  {finding.file}:{finding.line}" if finding.line is not None else ""
    rule = f"  by {finding.rule}" if finding.rule else ""
    mark = painted(MARKS[finding.outcome], finding.outcome, colour)
    text = visible(f"{what(finding)}  {stated_in(finding)}{place}{rule}", longest=1000)
    return f"    {mark} {text}"


def painted(text: str, outcome: Outcome, colour: bool) -> str:
    """Text in the colour of an outcome, where colour is wanted."""
    return f"\x1b[{_COLOURS[outcome]}m{text}\x1b[0m" if colour else text
