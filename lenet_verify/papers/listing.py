"""The specs that ship with the package, each with its paper and its last verdicts."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import PurePath
from typing import Any

from lenet_verify.shipped import PREFIX, names_spec, shipped, strengths_file, verdicts_file
from lenet_verify.spec import Source, Spec, load_spec


@dataclass(frozen=True)
class Judged:
    """How the last check of a model against a shipped spec ended.

    Attributes:
        report: its file, without folder and ending.
        model: its name; None for the spec's own.
        holds: the verdict.
        facts, claims: how many have each outcome, by its word.
    """

    report: str
    model: str | None
    holds: bool
    facts: Mapping[str, int]
    claims: Mapping[str, int]


@dataclass(frozen=True)
class Strength:
    """Which single edits to its own network a spec notices.

    Attributes:
        score: the share, in percent.
        edits: those of which it is one, which compute something else.
        sampled, sampled_from: how many were made, and how many there are.
    """

    score: float
    edits: int
    sampled: int
    sampled_from: int


@dataclass(frozen=True)
class Paper:
    """A spec that ships with the package.

    Attributes:
        name: by which it is called, `paper:lenet5`.
        judged: its last verdicts; none where the spec has changed since.
        strength: how strong it was found to be; None where it has no layers, or has changed since.
    """

    name: str
    spec: Spec
    judged: tuple[Judged, ...]
    strength: Strength | None = None

    @property
    def source(self) -> Source | None:
        """Whose words the spec has: of the sources that its claims name, or else of all, the first
        with a year, or else the first."""
        named = {claim.source for claim in self.spec.claims}
        known = self.spec.sources.values()
        sources = [one for one in known if one.key in named] or list(known)
        return next((one for one in sources if one.year is not None), next(iter(sources), None))

    @property
    def year(self) -> int | None:
        """When that appeared."""
        return self.source.year if self.source else None


def papers() -> tuple[Paper, ...]:
    """All of them: by year, then by name."""
    judged, strengths = _judged(), _strengths()
    found = []
    for stem in shipped():
        spec = load_spec(PREFIX + stem)
        key = (stem, spec.sha256)
        found.append(Paper(spec.path, spec, judged.get(key, ()), strengths.get(key)))
    return tuple(sorted(found, key=lambda paper: (paper.year or 0, _natural(paper.name))))


def _natural(name: str) -> list[tuple[int, str]]:
    """By which names are sorted as people would: ResNet-50 before ResNet-101."""
    parts = re.findall(r"[0-9]+|[^0-9]+", name)
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


def _strengths() -> dict[tuple[str, str], Strength]:
    """The strength of each spec that was measured, by its name and hash."""
    try:
        measured = json.loads(strengths_file().read_text(encoding="utf-8"))
    except FileNotFoundError:  # nothing was measured yet
        return {}
    return {
        (stem, one["sha256"]): Strength(*(one[field.name] for field in fields(Strength)))
        for stem, one in measured.items()
    }


def _judged() -> dict[tuple[str, str], tuple[Judged, ...]]:
    """The last verdicts on each shipped spec, by its name and hash."""
    try:
        reports = json.loads(verdicts_file().read_text(encoding="utf-8"))["reports"]
    except FileNotFoundError:  # nothing was reported yet
        return {}
    found: dict[tuple[str, str], tuple[Judged, ...]] = {}
    for one in reports:
        if not _about_the_paper(one):
            continue
        key = (PurePath(one["spec"]).stem, one["sha256"])
        judged = Judged(one["name"], one["model"], one["holds"], one["counts"], one["claims"])
        found[key] = (*found.get(key, ()), judged)
    return found


def _about_the_paper(report: Mapping[str, Any]) -> bool:
    """Whether a report is on the spec's own model or an implementation, not on another spec."""
    return not names_spec(report["model"] or "")
