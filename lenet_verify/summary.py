"""What a run of many checks comes to, beside the reports."""

from __future__ import annotations

from collections.abc import Sequence

from lenet_verify.checking.deviations import UNUSED
from lenet_verify.renderers.brief import line, render_lines, unreadable
from lenet_verify.verify import Attempt, Job


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


def lists(jobs: Sequence[Job], attempts: Sequence[Attempt], *, colour: bool) -> list[str]:
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
        texts.append(render_lines(title, path, lines, colour=colour))
    return texts
