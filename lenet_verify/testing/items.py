"""A spec as tests: one for each claim, and one for the structure, of each model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import chdir
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from lenet_verify.checking.deviations import UNUSED
from lenet_verify.errors import LenetVerifyError
from lenet_verify.readers.files.byte_source import without_secrets
from lenet_verify.renderers.claim import findings_of, render_claim
from lenet_verify.report import Report
from lenet_verify.spec import Claim
from lenet_verify.testing.specs import jobs_of, told
from lenet_verify.verdict import FAILING, Outcome, worst
from lenet_verify.verify import Attempt, Job, attempt
from lenet_verify.visible import one_line, visible

STRUCTURE = "structure"
"""The test of what no claim states: a closed spec's layers, and what feeds them."""


class SpecFile(pytest.File):
    """A spec, with a test for each of its claims."""

    def collect(self) -> Iterator[ClaimTest]:
        """The tests, none of them run; nothing is built or read before the first one is."""
        try:
            jobs, folder = jobs_of(self.config, self.path)
        except LenetVerifyError as error:
            raise self.CollectError(told(error)) from error
        taken: set[str] = set()
        for number in range(len(jobs)):
            checked = Checked(jobs, number, folder)
            for place, model in enumerate(checked.models):
                for claim in (*jobs[number].spec.claims, None):
                    name = visible(claim.id if claim else STRUCTURE) + (model and f"[{model}]")
                    while name in taken:
                        name += "'"
                    taken.add(name)
                    yield ClaimTest.from_parent(
                        self, name=name, claim=claim, checked=checked, place=place
                    )


class Checked:
    """A job, done when the first test asks what came of it."""

    def __init__(self, jobs: Sequence[Job], number: int, folder: Path) -> None:
        self.jobs, self.number, self.folder = jobs, number, folder

    @property
    def job(self) -> Job:
        """The job."""
        return self.jobs[self.number]

    @property
    def models(self) -> list[str]:
        """The name of each model that it is about; empty of the spec's own."""
        spec = self.job.spec
        if self.job.model is None and not spec.closed and spec.implementations:
            return [one.name for one in spec.implementations]
        return [visible(without_secrets(self.job.model or "") + self.job.options.told)]

    @property
    def missing(self) -> bool:
        """Whether there is no model to check."""
        spec = self.job.spec
        return self.job.model is None and not spec.closed and not spec.implementations

    @cached_property
    def attempt(self) -> Attempt:
        """What became of it."""
        with chdir(self.folder):
            return attempt(self.jobs, False, self.number)

    def warnings(self, report: Report) -> Iterator[str]:
        """What to know besides. Another of several models may need a deviation."""
        several = sum(job.check == self.job.check for job in self.jobs) > 1
        for text in report.verdict.warnings:
            if not (several and text.startswith(UNUSED)):
                yield f"{report.spec.path}: {text}"


class ClaimTest(pytest.Item):
    """A claim, or the structure, held against one model."""

    def __init__(self, *, claim: Claim | None, checked: Checked, place: int, **more: Any) -> None:
        super().__init__(**more)
        self.claim, self.checked, self.place = claim, checked, place
        if claim is not None and claim.unchecked is not None:
            reason = f"unchecked: {one_line(claim.unchecked, 200)}"
            self.add_marker(pytest.mark.skip(reason=reason))
        elif checked.missing:
            reason = "a spec of claims alone: configure the model to check, or name it in a test"
            self.add_marker(pytest.mark.skip(reason=reason))

    def setup(self) -> None:
        """Checks the model, if no test before did; fails if it cannot be checked."""
        error = self.checked.attempt.error
        if error is not None:
            pytest.fail(told(error), pytrace=False)

    def runtest(self) -> None:
        """Passes, fails with what the terminal says of the claim, or is skipped."""
        report = self.checked.attempt.reports[self.place]
        if self.claim is None:
            for text in self.checked.warnings(report):
                self.warn(pytest.PytestWarning(text))
        findings = findings_of(report, self.claim)
        outcome = worst(findings)
        if outcome in FAILING:
            pytest.fail(render_claim(report, self.claim), pytrace=False)
        if outcome is Outcome.SKIPPED:
            pytest.skip("; ".join(dict.fromkeys(one.reason or "" for one in findings)))
        if outcome is None:
            pytest.skip("the spec's claims are all that is judged")
        if outcome is Outcome.DEVIATES:
            self.add_report_section("call", "deviations", render_claim(report, self.claim))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """A warning that is an error is its words; what else is raised is a fault of ours."""
        if isinstance(excinfo.value, pytest.PytestWarning):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the claim stands, its line counted from 0."""
        line = self.claim.line if self.claim else 1
        return self.path, line - 1, f"{self.name} of {self.path.name}"
