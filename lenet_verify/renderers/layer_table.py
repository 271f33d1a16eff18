"""Which claims pin what of each layer, and what no claim pins."""

from __future__ import annotations

from dataclasses import dataclass

from lenet_verify.report import Report
from lenet_verify.verdict import Finding, Row

PINNED = ("output", "params", "activation")
"""The facts of every layer that a good spec pins."""


@dataclass(frozen=True)
class LayerRow:
    """A layer with the findings about it."""

    row: Row
    findings: tuple[Finding, ...]

    @property
    def name(self) -> str:
        """The paper's name, else the model's."""
        return self.row.layer or self.row.model_layer or ""

    def pins(self, fact: str) -> tuple[str, ...]:
        """The ids of the claims that state this fact."""
        ids = (f.claim for f in self.findings if f.fact == fact and f.claim is not None)
        return tuple(dict.fromkeys(ids))


@dataclass(frozen=True)
class Coverage:
    """How much of the network the claims pin."""

    pinned: int
    facts: int
    unpinned: tuple[tuple[str, str], ...]


def layer_rows(report: Report) -> tuple[LayerRow, ...]:
    """Every layer of paper and model with what was found of it."""
    by_layer: dict[str, list[Finding]] = {}
    for finding in report.verdict.findings:
        by_layer.setdefault(finding.layer, []).append(finding)
    rows = []
    for row in report.verdict.rows:
        names = [row.layer or row.model_layer or ""]
        if row.type == "InputLayer":
            names.append("input")
        # a spec of claims alone may speak of the output without naming a layer
        if not report.spec.closed and report.architecture.outputs == (row.model_layer,):
            names.append("output")
        found = [f for name in dict.fromkeys(names) for f in by_layer.get(name, ())]
        rows.append(LayerRow(row, tuple(found)))
    return tuple(rows)


def told(report: Report, rows: tuple[LayerRow, ...]) -> tuple[tuple[LayerRow, ...], str | None]:
    """The rows worth telling, and a word on the rest.

    A spec of claims alone speaks of some layers; the others would bury them.
    """
    if report.spec.closed:
        return rows, None
    claimed = tuple(row for row in rows if row.findings)
    rest = len(rows) - len(claimed)
    if not rest:
        return rows, None
    return claimed, f"{rest} {'layer' if rest == 1 else 'layers'} of which nothing is claimed"


def coverage(report: Report, rows: tuple[LayerRow, ...]) -> Coverage:
    """The claim coverage over output shape, parameters and activation of the paper's layers.

    An input has no parameters and no activation, so only its shape counts. A spec of claims
    alone has no layers that it could leave open.
    """
    wanted = [
        (row, fact)
        for row in (rows if report.spec.closed else ())
        if row.row.layer is not None
        for fact in (PINNED[:1] if row.row.type == "InputLayer" else PINNED)
    ]
    unpinned = tuple((row.name, fact) for row, fact in wanted if not row.pins(fact))
    return Coverage(len(wanted) - len(unpinned), len(wanted), unpinned)
