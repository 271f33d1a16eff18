"""What a run of checks comes to, in any format, and what it warns of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from lenet_verify.checking.deviations import UNUSED
from lenet_verify.renderers import RENDERERS, gate_renderer, render_hints, render_text
from lenet_verify.renderers.brief import line, render_lines, unreadable
from lenet_verify.report import Report, Undecided
from lenet_verify.verify import Attempt, Job


def tell(
    kind: str,
    jobs: Sequence[Job],
    attempts: Sequence[Attempt],
    *,
    colour: bool = False,
    detail: int = 0,
    folder: str = "",
) -> str:
    """All that became of the jobs, in one format.

    Args:
        kind: the format, or `fix-hint`.
        jobs: what was to be done.
        attempts: what became of it.
        colour: whether text is coloured.
        detail: how much text tells: below 0 only what fails, above also what holds.
        folder: the current one, as seen from the root of the repository that CI checked out.
    """
    reports = reports_of(attempts)
    if render := gate_renderer(kind):
        return render(reports, undecided(jobs, attempts))
    if kind == "fix-hint":
        return render_hints(reports) if reports else ""
    if kind not in ("text", "github"):
        return RENDERERS[kind](reports)
    whole = [report for one in attempts if not jobs[one.job].listed for report in one.reports]
    texts = [render_text(whole, colour=colour, detail=detail)] if whole else []
    texts += lists(jobs, attempts, colour=colour, detail=detail)
    if kind == "github":
        from lenet_verify.renderers.github import render_github

        texts.append(render_github(reports, undecided(jobs, attempts), folder))
    return "\n".join(text for text in texts if text)


def reports_of(attempts: Sequence[Attempt]) -> list[Report]:
    """Every verdict that there is."""
    return [report for one in attempts for report in one.reports]


def with_reports(
    jobs: Sequence[Job], attempts: Sequence[Attempt], reports: Iterator[Report]
) -> list[Attempt]:
    """The attempts, with the reports that were written in place of those that were to be."""
    return [
        replace(one, reports=tuple(next(reports) for _ in one.reports))
        if jobs[one.job].reported
        else one
        for one in attempts
    ]


def undecided(jobs: Sequence[Job], attempts: Sequence[Attempt]) -> list[Undecided]:
    """Every model on which there is no verdict."""
    return [
        Undecided(jobs[one.job].spec.path, one.model, "; ".join(str(one.error).splitlines()))
        for one in attempts
        if one.error is not None
    ]


def warnings(jobs: Sequence[Job], attempts: Sequence[Attempt]) -> list[str]:
    """Each warning once, with its spec.

    A deviation of several models is unused if none of them needs it.
    """
    verdicts: dict[int, list[tuple[str, ...]]] = {}
    for one in attempts:
        verdicts.setdefault(jobs[one.job].check, []).extend(one.warnings)
    found: dict[str, None] = {}
    for one in attempts:
        job = jobs[one.job]
        every = verdicts[job.check]
        unused = set(every[0]).intersection(*every) if every else set()
        for told in one.warnings:
            said = [text for text in told if not text.startswith(UNUSED) or text in unused]
            found.update(dict.fromkeys(f"{job.spec.path}: {text}" for text in said))
    return list(found)


def lists(
    jobs: Sequence[Job], attempts: Sequence[Attempt], *, colour: bool, detail: int = 0
) -> list[str]:
    """The models of each spec, a line each; of the jobs that are listed."""
    groups: dict[str, list[Attempt]] = {}
    for one in attempts:
        if jobs[one.job].listed:
            groups.setdefault(jobs[one.job].spec.path, []).append(one)
    texts = []
    for path, group in groups.items():
        lines = []
        for one in group:
            lines += [*one.lines, *map(line, one.reports)] or [unreadable(one.model or "")]
        title = jobs[group[0].job].spec.title
        texts.append(render_lines(title, path, lines, colour=colour, detail=detail))
    return texts
