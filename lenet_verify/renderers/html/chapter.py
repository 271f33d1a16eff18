"""One report as a chapter of a page: what in it belongs together, and where it is found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from lenet_verify.drawings.judged import paths_of
from lenet_verify.renderers.html.anchors import Anchors
from lenet_verify.renderers.html.element import Html, block, element, short
from lenet_verify.renderers.layer_table import LayerRow, layer_rows
from lenet_verify.report import Report
from lenet_verify.spec import Claim
from lenet_verify.verdict import Finding

Path = tuple[str, ...]


class Chapter:
    """A report on its page.

    Attributes:
        report: itself.
        prefix: of its ids, empty where it is alone.
        level: of its heading, from 1.
        rows: its layers; a number in `data-layers` counts them from 0.
    """

    def __init__(self, report: Report, anchors: Anchors, prefix: str, level: int) -> None:
        """Gives everything its id."""
        self.report, self.prefix, self.level = report, prefix, level
        self.rows: Sequence[LayerRow] = layer_rows(report)
        self.id = anchors.new(f"{prefix}verdict")
        self._parts = {
            name: anchors.new(f"{prefix}{name}")
            for name in (
                "causes",
                "figure",
                "claims",
                "layers",
                "facts",
                "training",
                "coverage",
                "sources",
            )
        }
        self._layers = [anchors.new(f"{prefix}layer", row.name) for row in self.rows]
        self._claims = {
            claim.id: anchors.new(f"{prefix}claim", claim.id) for claim in report.spec.claims
        }
        self._numbers = {claim.id: number for number, claim in enumerate(report.spec.claims)}
        self._facts: dict[int, str] = {}
        self._rows_of: dict[int, list[int]] = {}
        for at, row in enumerate(self.rows):
            for finding in row.findings:
                self._rows_of.setdefault(id(finding), []).append(at)
        for finding in report.verdict.findings:
            self._facts[id(finding)] = anchors.new(f"{prefix}fact", finding.layer, finding.fact)
        self._by_name = self._names()
        self.of_claims: dict[str | None, list[Finding]] = {}
        for finding in report.verdict.findings:
            self.of_claims.setdefault(finding.claim, []).append(finding)

    def part(self, name: str) -> str:
        """The id of a part of the chapter: `causes`, `figure` …"""
        return self._parts[name]

    def heading(self, text: str, **attributes: str) -> Html:
        """The heading of a part."""
        return element(f"h{self.level + 1}", text, **attributes)

    def section(self, name: str, title: str, *content: str) -> Html:
        """A part with its heading."""
        head = self.heading(title, id=f"{self.part(name)}-heading")
        return block(
            "section", head, *content,
            id=self.part(name), class_=name,
            # a landmark, of which a page has each once
            aria_labelledby=None if self.prefix else f"{self.part(name)}-heading",
        )  # fmt: skip

    def layer_id(self, number: int) -> str:
        """The id of a layer's row."""
        return self._layers[number]

    def claim_id(self, claim: Claim) -> str:
        """The id of a claim's row."""
        return self._claims[claim.id]

    def claim_number(self, finding: Finding) -> int | None:
        """Which claim a finding answers, from 0."""
        return self._numbers.get(finding.claim) if finding.claim is not None else None

    def fact_id(self, finding: Finding) -> str:
        """The id of a finding's row."""
        return self._facts[id(finding)]

    def layers_of(self, findings: Iterable[Finding]) -> list[int]:
        """The layers that findings are about."""
        found = {at: None for one in findings for at in self._rows_of.get(id(one), ())}
        return sorted(found)

    def layers_named(self, names: Iterable[str], missing: bool = False) -> list[int]:
        """The layers of a part of the figure.

        Args:
            names: of the model's layers, `outer/inner`, or the paper's of missing ones.
            missing: which of the two.
        """
        if missing:
            wanted = set(names)
            found = {
                at
                for at, row in enumerate(self.rows)
                if row.row.model_layer is None and row.name in wanted
            }
        else:
            found = {at for name in names for at in self._by_name.get(name, ())}
        return sorted(found)

    def layer_link(self, number: int) -> Html:
        """A link to a layer."""
        return element("a", short(self.rows[number].name), href=f"#{self.layer_id(number)}")

    def claim_link(self, finding: Finding) -> Html:
        """A link to the claim that a finding answers, or that it is the structure's."""
        if finding.claim is None:
            return element("span", "structure", class_="quiet")
        found = self._claims.get(finding.claim)
        name = short(finding.claim)
        return element("a", name, href=f"#{found}") if found else name

    def _names(self) -> dict[str, list[int]]:
        """Rows by the names of the model's layers, a nested model's with those inside of it."""
        paths = paths_of(self.report.architecture)
        found: dict[str, list[int]] = {}
        for at, row in enumerate(self.rows):
            name = row.row.model_layer
            for outer in _outwards(paths.get(name, (name,))) if name is not None else ():
                found.setdefault("/".join(outer), []).append(at)
        return found


def _outwards(path: Path) -> Iterator[Path]:
    for end in range(len(path), 0, -1):
        yield path[:end]


def numbers(layers: Iterable[int]) -> Html:
    """Layers as an attribute has them, all of them."""
    return Html(" ".join(map(str, layers)))
