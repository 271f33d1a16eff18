"""Verdicts as JUnit XML: a test suite each, a test case for each claim.

In the elements and attributes that Jenkins, GitLab and pytest's `xunit2` agree on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from lenet_verify.renderers.cause_wording import about, effect
from lenet_verify.renderers.terminal import by_layer
from lenet_verify.renderers.wording import what, where
from lenet_verify.report import Report, Undecided
from lenet_verify.spec import Claim
from lenet_verify.verdict import FAILING, Finding, Outcome
from lenet_verify.visible import one_line, visible


def render_junit(reports: Sequence[Report], undecided: Sequence[Undecided] = ()) -> str:
    """Every verdict; a model of which there is none is an error."""
    suites = [_of_report(report) for report in reports] + [_of_error(one) for one in undecided]
    root = Element("testsuites", name="lenet-verify")
    for count in ("tests", "failures", "errors"):
        root.set(count, str(sum(int(suite.get(count, 0)) for suite in suites)))
    root.extend(suites)
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'


def _of_report(report: Report) -> Element:
    name = _name(report.spec.path, report.verdict.model)
    findings = report.verdict.findings
    cases = []
    for claim in report.spec.claims:
        found = [one for one in findings if one.claim == claim.id]
        cases.append(_of_claim(report, claim, found, name))
    for finding in findings:
        if finding.claim is None:
            title = f"structure: {where(finding)} {finding.fact}"
            cases.append(_case(report, title, name, [finding]))
    return _suite(name, cases)


def _of_claim(report: Report, claim: Claim, found: Sequence[Finding], name: str) -> Element:
    said = claim.quote if claim.quote is not None else claim.why
    title = f"{visible(claim.id)}: {one_line(said or '', 200)}"
    case = _case(report, title, name, found)
    if claim.unchecked is not None:
        SubElement(case, "skipped", message=f"unchecked: {one_line(claim.unchecked, 200)}")
    elif not found:
        SubElement(case, "skipped", message="nothing of it was checked")
    return case


def _case(report: Report, title: str, name: str, found: Sequence[Finding]) -> Element:
    """A test case of some findings, which passes if they hold or deviate as accepted."""
    case = Element("testcase", classname=name, name=visible(title, 400))
    failing = [one for one in found if one.outcome in FAILING]
    skipped = [one for one in found if one.outcome is Outcome.SKIPPED]
    accepted = [one for one in found if one.outcome is Outcome.DEVIATES]
    if failing:
        message, type_ = _message(failing), failing[0].code
        _told(case, "failure", report, failing, message=message, type=type_)
    elif skipped and len(skipped) == len(found):
        _told(case, "skipped", report, skipped, message=_message(skipped))
    elif accepted:
        _told(case, "system-out", report, accepted)
    return case


def _told(
    case: Element, tag: str, report: Report, found: Sequence[Finding], **attributes: str
) -> None:
    """What the terminal says of some findings, inside a test case."""
    element = SubElement(case, tag, attributes)
    lines = by_layer(report, found)
    mended = list(_mended(report, found))
    element.text = "\n".join(["", *lines, *([""] if mended else []), *mended, ""])


def _mended(report: Report, found: Sequence[Finding]) -> Iterable[str]:
    """The causes of some findings, numbered as the terminal numbers them all."""
    wanted = {id(one) for one in found}
    for number, cause in enumerate(report.causes or (), 1):
        if report.causes and wanted & {id(one) for one in cause.findings}:
            said = visible(f"{about(cause)}: {cause.edit}", 300)
            yield f"  {number}. {said}: {effect(cause, report.causes)}"


def _message(found: Sequence[Finding]) -> str:
    first, rest = found[0], len(found) - 1
    more = f" (and {rest} more)" if rest else ""
    return visible(f"{where(first)}: {what(first)}", 1000) + more


def _of_error(one: Undecided) -> Element:
    name = _name(one.spec, one.model)
    case = Element("testcase", classname=name, name="there is a verdict")
    SubElement(case, "error", message=visible(one.why, 1000), type="undecided")
    return _suite(name, [case])


def _suite(name: str, cases: Sequence[Element]) -> Element:
    suite = Element("testsuite", name=name, tests=str(len(cases)))
    for count, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(count, str(sum(case.find(tag) is not None for case in cases)))
    suite.extend(cases)
    return suite


def _name(spec: str, model: str | None) -> str:
    return visible(f"{spec} on {model}" if model else spec)
