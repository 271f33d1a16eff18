"""`lenet-verify report SPEC…`: the reports of specs in a folder, with an index."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from lenet_verify.commands.arguments import (
    add_arg,
    add_debug,
    add_evidence,
    add_judging,
    add_limit,
    add_models,
    add_quiet,
    add_specs,
    command_parser,
)
from lenet_verify.commands.placing import in_place
from lenet_verify.commands.written import written
from lenet_verify.console import SILENT, complain, say, say_what_was_logged
from lenet_verify.exit_codes import FAILS, HOLDS, UNDECIDED
from lenet_verify.options import DEFAULT_OUT

if TYPE_CHECKING:
    from lenet_verify.configuration import Configuration
    from lenet_verify.report import Report


def parser() -> argparse.ArgumentParser:
    """The parser, from which its help text comes."""
    parser = command_parser(
        "report",
        "[SPEC...] [options]",
        "Checks models against specs and writes a folder of reports on them, whatever the "
        "verdicts: of each a page, Markdown, its figure and its graph; and an index of them all, "
        "index.html, index.md and index.json.",
        _EPILOG,
    )
    add = parser.add_argument
    add_specs(add)
    add_models(add)
    add_arg(add)
    add("--out", metavar="DIR", help=f"the folder (default: what is configured, or {DEFAULT_OUT})")
    add(
        "--check", action="store_true",
        help="write nothing; name the files that are not what would be written, and exit with 1 "
        "if there are any; of pictures that Graphviz lays out, only whether they are there",
    )  # fmt: skip
    add_judging(add)
    add_evidence(add)
    add_quiet(add, "do not say what was written")
    add_limit(add)
    add_debug(add)
    return parser


_EPILOG = """\
examples:
  lenet-verify report spec/*.yaml --out site
  lenet-verify report spec/lenet5.yaml --model mine:lenet5 --out docs/reports
  lenet-verify report --check

exit codes: 0 the reports are written, whatever they say; 1 some are stale (--check); 2 a model
could not be checked, or a report not be written
"""


def run(options: argparse.Namespace) -> int:
    """Runs it; the exit code."""
    from lenet_verify.configuration import find_configuration

    configuration = find_configuration(Path.cwd())
    with in_place(options, configuration, parser()):
        return _reported(options, configuration)


def _reported(options: argparse.Namespace, configuration: Configuration) -> int:
    from lenet_verify.checks import jobs, report_folder, wanted_checks
    from lenet_verify.many import each
    from lenet_verify.publishing import stale
    from lenet_verify.summary import reports_of, warnings
    from lenet_verify.verify import attempt

    options.weights = None  # a report says nothing of them
    checks = [replace(check, reported=True) for check in wanted_checks(options, configuration)]
    folder = report_folder(checks, options, configuration) or Path(DEFAULT_OUT)
    todo = jobs(checks, options, configuration, ("markdown",))
    what = "" if options.quiet else " models"
    work = partial(attempt, todo, False)
    attempts = list(each(range(len(todo)), work, what=what, alone=True))
    for warning in warnings(todo, attempts) if options.quiet < SILENT else ():
        say(f"warning: {warning}")
    undecided = [one.error for one in attempts if one.error is not None]
    for error in undecided:
        complain(error, options.debug)
    if undecided:
        return UNDECIDED
    reports = reports_of(attempts)
    if options.check:
        found = stale(reports, folder)
        say("\n".join(found) if options.quiet < SILENT else "")
        return FAILS if found else HOLDS
    _write(reports, folder, options)
    say_what_was_logged(options)
    return HOLDS


def _write(reports: Sequence[Report], folder: Path, options: argparse.Namespace) -> None:
    from lenet_verify.files import write_files
    from lenet_verify.publishing import left_over
    from lenet_verify.report_files import distinct_names, index

    names = distinct_names(reports)
    listed = index(reports, names)
    for _ in written(reports, folder, None, options):
        pass
    write_files(folder, listed)
    for file in left_over(names, folder) if options.quiet < SILENT else ():
        say(f"warning: {file} is left of a report that is gone, and is not listed")
    say("" if options.quiet else f"wrote {', '.join(str(folder / name) for name in listed)}")
