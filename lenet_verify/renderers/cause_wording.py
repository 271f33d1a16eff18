"""How causes are said, whatever the format."""

from __future__ import annotations

from collections.abc import Sequence

from lenet_verify.causes import Cause, Causes
from lenet_verify.renderers.wording import facts, in_network_order
from lenet_verify.report import Report
from lenet_verify.verdict import Finding

_LEAST_FOLDED = 2


def heading(causes: Causes) -> str:
    """What the causes come to: `2 edits mend 14 of 14 broken facts, and no fewer do`."""
    if not causes.every:
        return f"causes cannot be told: {causes.why}"
    one = len(causes) == 1
    total = len(causes.failing)
    text = f"{len(causes)} {'edit mends' if one else 'edits mend'} "
    text += f"{causes.mended} of {total} broken {facts(total)}"
    if causes.fewest and not one:
        text += ", and no fewer do"
    elif not causes.fewest:
        text += "; whether fewer do was not tried out"
    if causes.breaks:
        text += f"; {len(causes.breaks)} that hold would break"
    return text


def about(cause: Cause) -> str:
    """The layer that a cause is about: the paper's name, and the model's where it differs."""
    if cause.layer is None:
        return cause.model_layer or ""
    if cause.model_layer in (None, cause.layer):
        return cause.layer
    return f"{cause.layer} (their {cause.model_layer})"


def effect(cause: Cause, causes: Causes) -> str:
    """What a cause mends."""
    total = len(causes.failing)
    if cause.mends or not cause.keeps:
        return f"mends {cause.mends} of {total} broken {facts(total)}"
    held = "fact that holds" if cause.keeps == 1 else "facts that hold"
    return f"goes with it: without it {cause.keeps} {held} would break"


def folded(report: Report, cause: Cause) -> tuple[list[Finding], list[Finding]]:
    """The findings that a cause mends: those about its own layer, and those that follow."""
    found = in_network_order(report.verdict, cause.findings)
    names = {cause.layer, cause.model_layer} - {None}
    own = [one for one in found if names & {one.layer, one.model_layer}] or found[:1]
    rest = [one for one in found if one not in own]
    return (found, []) if len(rest) < _LEAST_FOLDED else (own, rest)


def followers(findings: Sequence[Finding]) -> str:
    """Findings in short, those of a layer together: `S2 input, output; C3 output`."""
    by_layer: dict[str, list[str]] = {}
    for one in findings:
        facts_of = by_layer.setdefault(one.layer, [])
        if one.fact not in facts_of:
            facts_of.append(one.fact)
    told = "; ".join(f"{layer} {', '.join(names)}" for layer, names in by_layer.items())
    return (
        f"and {len(findings)} that {'follows' if len(findings) == 1 else 'follow'} from it: {told}"
    )


def hints(reports: Sequence[Report]) -> str:
    """The causes in Keras terms, to be copied: the output of `--fix-hint`."""
    blocks: list[str] = []
    for report in reports:
        name = report.verdict.model or report.verdict.spec
        causes = report.causes
        said = "every claim holds" if causes is None else heading(causes)
        lines = [f"# {name}: {said}", *(cause.hint for cause in causes or ())]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"
