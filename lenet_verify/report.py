"""Everything that a renderer may tell: the spec, the model, the verdict, and how it came about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lenet_verify.architecture import Architecture
from lenet_verify.causes import Causes
from lenet_verify.evidence import Evidence
from lenet_verify.spec import Spec
from lenet_verify.verdict import Verdict


@dataclass(frozen=True)
class Provenance:
    """How an architecture came to be known.

    Attributes:
        how: in words, `built from the spec with Keras`.
        versions: names and versions of what took part.
        exact: whether claims were judged without any rewrite.
        static: whether it is known by inference alone.
        file: whether it is known from a model file, of which nothing was loaded or run.
    """

    how: str
    versions: tuple[tuple[str, str], ...]
    exact: bool = False
    static: bool = False
    file: bool = False


@dataclass(frozen=True)
class Report:
    """One checked model.

    Attributes:
        pictures: names of the files with pictures that stand beside the report, the figure first;
            empty if none do.
        causes: why the verdict is broken; None if it holds, or if nobody asked.
        evidence: the training run that claims of behaviour were judged by; None without one.
        training_pictures: the files beside the report that show that run, by the names that they
            have beside its record.
    """

    spec: Spec
    architecture: Architecture
    verdict: Verdict
    provenance: Provenance
    pictures: tuple[str, ...] = ()
    causes: Causes | None = None
    evidence: Evidence | None = None
    training_pictures: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Undecided:
    """A model on which there is no verdict.

    Attributes:
        spec: the spec's path.
        model: as it is named; None for the spec's own.
        why: what went wrong.
    """

    spec: str
    model: str | None
    why: str
