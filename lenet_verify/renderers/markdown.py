"""The verdict as a Markdown report: for a code host, and to read as plain text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from lenet_verify.notation import as_text
from lenet_verify.renderers.cause_wording import about, effect, folded, followers, heading
from lenet_verify.renderers.layer_table import PINNED, LayerRow, coverage, layer_rows, told
from lenet_verify.renderers.origins import PINNED_FACTS, provenance
from lenet_verify.renderers.training import pictures, training
from lenet_verify.renderers.wording import (
    HEADINGS,
    MARKS,
    NOT_LOADED,
    NOTHING,
    expected_of,
    headline,
    in_network_order,
    stated_in,
    tally,
    verdict_mark,
    what,
    where,
)
from lenet_verify.report import Report
from lenet_verify.spec import Claim, Source
from lenet_verify.verdict import Finding, Outcome, worst
from lenet_verify.visible import one_line, visible

# what begins or ends anything in a line; the start of a list, a rule or a heading; and what a
# code host makes a link of
_SPECIAL = re.compile(r"[\\|\[\]()*_~<>&@`#!$]|^[-+=]|(?<=^\d)[.)]|:(?=//)|(?<=www)\.")


def render_markdown(reports: Sequence[Report]) -> str:
    """One report after the other."""
    return "\n---\n\n".join(_one(report) for report in reports)


def _one(report: Report) -> str:
    rows = layer_rows(report)
    blocks = [
        _title(report),
        _summary(report),
        _causes(report),
        _pictures(report),
        *_findings(report),
        _claims(report),
        _layers(*told(report, rows)),
        _model(report),
        _training(report),
        _coverage(report, rows),
        _sources(report),
        _provenance(report),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _title(report: Report) -> str:
    mark = verdict_mark(report.verdict.holds)
    return f"# {mark} {escaped(report.spec.title)}: {headline(report)}"


def _summary(report: Report) -> str:
    model = report.verdict.model
    checked = code(model) if model else "the model that this spec builds"
    checked += ", by inference alone" if report.provenance.static else ""
    text = f"{tally(report.verdict)}. Checked: {checked}, against {code(report.verdict.spec)}."
    text += f" {NOT_LOADED[0].upper()}{NOT_LOADED[1:]}." if report.provenance.file else ""
    warnings = [f"\n\nWarning: {escaped(warning)}" for warning in report.verdict.warnings]
    return text + "".join(warnings)


def _pictures(report: Report) -> str:
    """The figure, and links to the graph, which may be far too long for a page."""
    if not report.pictures:
        return ""
    figure, *graph = report.pictures
    links = [f"[{name.rpartition('.')[2].upper()}]({name})" for name in graph]
    alternative = f"{escaped(report.spec.title)}: {headline(report)}"
    return f"![{alternative}]({figure})\n\nEvery layer, as a graph: {' · '.join(links)}"


def _findings(report: Report) -> Iterable[str]:
    """A section for each outcome but `holds`."""
    for outcome, name in HEADINGS.items():
        found = [f for f in report.verdict.findings if f.outcome is outcome]
        if found:
            yield "\n".join([f"## {name} ({len(found)})", "", *_by_cause(report, found)])


def _by_cause(report: Report, findings: Sequence[Finding]) -> Iterable[str]:
    """The findings in the order of their causes, in short where they only follow."""
    known = {id(one) for one in findings}
    told: set[int] = set()
    for number, cause in enumerate(report.causes or (), 1):
        own, rest = folded(report, cause)
        if not any(id(one) in known for one in cause.findings):
            continue
        told |= {id(one) for one in cause.findings}
        yield f"- by {number}, **{escaped(about(cause))}**:"
        yield from (f"  - {MARKS[one.outcome]} {_sentence(one)}" for one in own)
        if rest:
            yield f"  - {escaped(followers(rest))}"
    left = [one for one in findings if id(one) not in told]
    for finding in in_network_order(report.verdict, left):
        yield f"- {MARKS[finding.outcome]} {_sentence(finding)}"


def _causes(report: Report) -> str:
    """The edits that mend what is broken, each with what it mends."""
    causes = report.causes
    if causes is None:
        return ""
    lines = [f"## Causes ({len(causes)})", "", f"{escaped(heading(causes))}."]
    lines += [""] if causes.every else []
    for number, cause in enumerate(causes, 1):
        said = f"**{escaped(about(cause))}** {escaped(cause.edit)}: {effect(cause, causes)}"
        lines.append(f"{number}. {said}")
    for text in causes.mistakes:
        lines += ["", f"Note: {escaped(text)}."]
    if causes.every and causes.unmended:
        told = dict.fromkeys(f"{one.layer} {one.fact}" for one in causes.unmended)
        lines += ["", f"Unmended: {', '.join(map(escaped, told))}."]
    return "\n".join(lines)


def _sentence(finding: Finding) -> str:
    place = f", line {finding.line}" if finding.line is not None else ""
    rule = f" By the rule {code(finding.rule)}." if finding.rule else ""
    claim = escaped(stated_in(finding))
    return f"**{escaped(where(finding))}** {escaped(what(finding))} {claim}{place}.{rule}"


def _claims(report: Report) -> str:
    if not report.spec.claims:
        return ""
    lines = ["## Claims"]
    for claim in report.spec.claims:
        lines += ["", *_claim(report, claim)]
    return "\n".join(lines)


def _claim(report: Report, claim: Claim) -> list[str]:
    found = [finding for finding in report.verdict.findings if finding.claim == claim.id]
    outcome = worst(found)
    word = "unchecked" if claim.unchecked is not None else (outcome.value if outcome else "")
    mark = MARKS[outcome] if outcome else NOTHING
    origin = ", ".join(escaped(one_line(t)) for t in (claim.source, claim.where) if t)
    lines = [f"### {mark} {escaped(claim.id)}: {word}", ""]
    if claim.quote is not None:
        lines.append(f"> {escaped(one_line(claim.quote))}")
        lines += [">", f"> — {origin}", ""] if origin else [""]
    elif origin:
        lines += [f"Source: {origin}", ""]
    if claim.why is not None:
        lines += [f"Why: {escaped(one_line(claim.why))}", ""]
    if claim.unchecked is not None:
        lines.append(f"Not checked: {escaped(one_line(claim.unchecked))}")
    lines += _facts(found)
    return lines


def _facts(findings: Sequence[Finding]) -> list[str]:
    """A line a layer; what does not hold says so."""
    by_layer: dict[str, list[str]] = {}
    for finding in findings:
        text = f"{finding.fact} {code(as_text(finding.expected))}"
        if finding.outcome is not Outcome.HOLDS:
            seen = code(as_text(finding.observed))
            reason = f", {escaped(finding.reason)}" if finding.reason else ""
            text += f" **{finding.outcome.value}** (observed {seen}{reason})"
        elif finding.rule or finding.reason:
            text += f" ({escaped('; '.join(t for t in (finding.rule, finding.reason) if t))})"
        by_layer.setdefault(where(finding), []).append(text)
    return [f"- {escaped(layer)}: {', '.join(texts)}" for layer, texts in by_layer.items()]


def _layers(rows: Sequence[LayerRow], rest: str | None) -> str:
    header = (
        "", "layer", "type", "output expected", "observed", "params expected", "observed",
        "activation expected", "observed", "pinned by",
    )  # fmt: skip
    lines = table(header, [_layer(row) for row in rows]) if rows else ""
    return "## Layers\n\n" + "\n\n".join(text for text in (lines, rest and f"And {rest}.") if text)


def _layer(row: LayerRow) -> tuple[str, ...]:
    outcome = worst(row.findings)
    name = f"**{escaped(row.name)}**"
    if row.row.model_layer is None:
        name += " (missing)"
    elif any(finding.code == "extra-layer" for finding in row.findings):
        name += " (extra)"
    elif row.row.model_layer != row.name:
        name += f" ({escaped(row.row.model_layer)})"
    claims = dict.fromkeys(f.claim for f in row.findings if f.claim is not None)
    seen = (row.row.output, row.row.params, row.row.activation)
    pairs = zip(PINNED, seen, strict=True)
    columns = [
        cell for fact, value in pairs for cell in (_expected(row, fact), _seen(row, fact, value))
    ]
    return (
        MARKS[outcome] if outcome else NOTHING,
        name,
        code(row.row.type) if row.row.type else NOTHING,
        *columns,
        ", ".join(escaped(claim) for claim in claims) or NOTHING,
    )


def _expected(row: LayerRow, fact: str) -> str:
    found = expected_of(row.findings, fact)
    texts = (code(as_text(finding.expected)) for finding in found)
    return ", ".join(texts) or NOTHING


def _seen(row: LayerRow, fact: str, value: Any) -> str:
    # None is a value where a claim of none was judged by it, else unknown or not applicable
    judged = any(f.fact == fact and f.outcome is Outcome.HOLDS for f in row.findings)
    return NOTHING if value is None and not judged else code(as_text(value))


def _model(report: Report) -> str:
    architecture = report.architecture
    claimed = [f for f in report.verdict.findings if f.layer == "model" and f.claim is not None]
    lines = [
        (
            MARKS[f.outcome],
            f.fact,
            code(as_text(f.expected)),
            NOTHING if f.observed is None else code(as_text(f.observed)),
            escaped(stated_in(f)),
        )
        for f in claimed
    ]
    stated = {f.fact for f in claimed}
    lines += [
        (NOTHING, fact, NOTHING, code(as_text(getattr(architecture, fact))), NOTHING)
        for fact in ("params", "trainable", "non_trainable")
        if fact not in stated and getattr(architecture, fact) is not None
    ]
    header = ("", "fact", "expected", "observed", "claim")
    return "## Totals, and the model as a whole\n\n" + table(header, lines)


def _training(report: Report) -> str:
    if report.evidence is None:
        return ""
    told = [f"- {term}: {escaped(text)}" for term, text in training(report.evidence)]
    shown = [f"![{escaped(about)}]({name})" for name, about in pictures(report)]
    return "\n\n".join(["## Training", *shown, "\n".join(told)])


def _coverage(report: Report, rows: tuple[LayerRow, ...]) -> str:
    found = coverage(report, rows)
    if not found.facts:
        return ""
    text = f"## Claim coverage\n\nClaims pin {found.pinned} of {found.facts} facts: {PINNED_FACTS}."
    if found.unpinned:
        missing = ", ".join(f"{fact} of {escaped(name)}" for name, fact in found.unpinned)
        text += f"\n\nPinned by no claim: {missing}."
    return text


def _sources(report: Report) -> str:
    if not report.spec.sources:
        return ""
    lines = [f"- {_source(source)}" for source in report.spec.sources.values()]
    return "## Sources\n\n" + "\n".join(lines)


def _source(source: Source) -> str:
    parts = [
        ", ".join(source.authors),
        source.title,
        str(source.year) if source.year is not None else "",
        f"doi:{source.doi}" if source.doi else "",
        source.url or "",
    ]
    text = ". ".join(escaped(one_line(part)) for part in parts if part)
    note = f" ({escaped(one_line(source.note))})" if source.note else ""
    return f"**{escaped(source.key)}**: {text}{note}"


def _provenance(report: Report) -> str:
    told = [f"- {term}: {escaped(text)}" for term, text in provenance(report)]
    spec = f"- Spec: {code(report.spec.path)}, SHA-256 `{report.spec.sha256}`"
    return "\n".join(["## Provenance", "", *told[:-1], spec, *told[-1:]])


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table, padded so that it reads as plain text too."""
    lines = [tuple(header), *(tuple(row) for row in rows)]
    widths = [max(3, *(len(line[i]) for line in lines)) for i in range(len(header))]
    padded = [
        "| " + " | ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) + " |"
        for line in lines
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([padded[0], rule, *padded[1:]])


def escaped(text: str) -> str:
    """Text from anywhere as literal Markdown on one line."""
    return _SPECIAL.sub(r"\\\g<0>", visible(text, longest=2000))


def code(text: str) -> str:
    """Text as a code span, which nothing inside can end."""
    # a backtick would end the span, and a bar the cell of a table, whatever stands before it
    return f"`{visible(text).replace('`', 'ˋ').replace('|', '¦')}`"
