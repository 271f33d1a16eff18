"""`lenet-verify [check] SPEC…`: a model held against a spec."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from lenet_verify import __version__
from lenet_verify.commands.arguments import (
    Help,
    add_arg,
    add_color,
    add_debug,
    add_evidence,
    add_judging,
    add_limit,
    add_models,
    add_quiet,
    add_specs,
)
from lenet_verify.commands.placing import in_place
from lenet_verify.commands.written import written
from lenet_verify.console import SILENT, complain, put, say, say_what_was_logged, wants_colour
from lenet_verify.errors import MistakesError
from lenet_verify.exit_codes import FAILS, HOLDS, UNDECIDED
from lenet_verify.options import DEFAULT_OUT, FORMATS, output_files, seen_from_here

if TYPE_CHECKING:
    from lenet_verify.configuration import Configuration
    from lenet_verify.pictures import LayoutEngine


def parser() -> argparse.ArgumentParser:
    """The parser, from which the help text comes."""
    parser = argparse.ArgumentParser(
        prog="lenet-verify",
        usage="%(prog)s [check] [SPEC...] [options]\n       %(prog)s COMMAND ... [options]",
        description="Checks a neural network against what a paper claims of it.",
        epilog=_EPILOG,
        formatter_class=Help,
    )
    add = parser.add_argument
    add_specs(add)
    add_models(add)
    add_arg(add)
    add(
        "--out", metavar="DIR",
        help=f"where reports go (default: {DEFAULT_OUT}; with --model nothing is written unless "
        "this is given or configured)",
    )  # fmt: skip
    add(
        "--format", choices=FORMATS, metavar="FORMAT",
        help="what goes to standard output: text (default), json, markdown, html (a page to look "
        "at), junit, sarif, gitlab (code quality), or github (text with annotations; the default "
        "inside GitHub Actions)",
    )  # fmt: skip
    add(
        "--output", action="append", default=[], metavar="FORMAT=FILE",
        help="write the verdict in that format to a file too; may be given again",
    )  # fmt: skip
    add(
        "--fix-hint", action="store_true",
        help="of a broken verdict, print nothing but the edits that mend it, in Keras terms, to "
        "be copied",
    )  # fmt: skip
    add_judging(add)
    add_evidence(add)
    add(
        "--weights", action=argparse.BooleanOptionalAction,
        help="of a .keras or .h5 file, also compare the shapes of the weights with the config",
    )  # fmt: skip
    add_quiet(add, "tell only the verdict, the edits that mend it, and what fails")
    add(
        "-v", "--verbose", action="count", default=0,
        help="also tell of every fact that holds, and of what only follows in full",
    )  # fmt: skip
    add_color(add)
    add_limit(add)
    add_debug(add)
    add("--version", action=_Versions, nargs=0, help="show the versions that matter and exit")
    return parser


_EPILOG = """\
commands, of which each tells more with --help:
  check       hold a model against a spec; meant where no command is named
  report      write a folder of reports on specs, with an index
  show        print the architecture of a model, layer by layer
  diff        print what changed between two models
  draw        draw a network as a paper does, or as a graph
  freeze      print a spec that pins a model
  strength    print which single edits to its own network a spec notices
  train       train a spec's network, and write the evidence
  papers      list the specs that ship with lenet-verify
  lint        print the mistakes in specs, whatever their models
  docs        fill in what stands between markers in Markdown files
  explain     print what the code of a finding means
  schema      print the JSON Schema of specs, or of a JSON output
  completion  print a script by which bash, fish or zsh completes all this

examples:
  lenet-verify spec/lenet5.yaml
  lenet-verify spec/lenet5.yaml --model mine:lenet5
  lenet-verify spec/lenet5.yaml --model 'checkpoints/*.keras' -q
  lenet-verify spec/lenet5.yaml --static --format json

exit codes: 0 every claim holds, deviates as accepted, or is skipped; 1 a claim is broken or
unknown; 2 the run could not decide
"""


class _Versions(argparse.Action):
    """Prints versions as lines, which argparse's own action would run together."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from lenet_verify.versions import told

        sys.stdout.write(told(__version__))
        parser.exit()


def run(options: argparse.Namespace) -> int:
    """Runs it; the exit code."""
    from lenet_verify.configuration import Configuration, find_configuration

    here = Path.cwd()
    options.output = output_files(options.output)
    with _annotated(options, Configuration()):
        configuration = find_configuration(here)
    with in_place(options, configuration, parser()):
        if not options.specs:
            options.output = [(kind, seen_from_here(file, here)) for kind, file in options.output]
        return _checked(options, configuration)


def _checked(options: argparse.Namespace, configuration: Configuration) -> int:
    from lenet_verify.checks import jobs, report_folder, wanted_checks
    from lenet_verify.outputs import append_summary, wanted_outputs, write_outputs

    checks = wanted_checks(options, configuration)
    folder = report_folder(checks, options, configuration)
    outputs = wanted_outputs(options, configuration, os.environ)
    with ExitStack() as stack:
        stack.enter_context(_annotated(options, configuration))
        # the layout engine loads while this process does
        engine = _engine(stack) if folder is not None else None
        from lenet_verify.many import each
        from lenet_verify.summary import reports_of, tell, undecided, warnings, with_reports
        from lenet_verify.verify import attempt

        todo = jobs(checks, options, configuration, outputs.formats)
        # a line takes little room, so that other processes may do the work and tell us
        in_short = outputs.formats == {"text"} and folder is None and not options.debug
        in_short = in_short and all(job.listed for job in todo)
        work = partial(attempt, todo, in_short)
        what = "" if options.quiet else " models"
        attempts = list(each(range(len(todo)), work, what=what, alone=not in_short))
        for one in attempts:
            if one.error is not None:
                complain(one.error, options.debug)
        pictured = attempts
        if folder is not None:
            published = reports_of([one for one in attempts if todo[one.job].reported])
            pictured = with_reports(todo, attempts, written(published, folder, engine, options))
    telling = partial(tell, jobs=todo, attempts=attempts, folder=outputs.folder)
    for file in write_outputs(outputs.files, telling):
        say("" if options.quiet else f"wrote {file}")
    for warning in warnings(todo, attempts) if options.quiet < SILENT else ():
        say(f"warning: {warning}")
    look = {"colour": wants_colour(options), "detail": options.verbose - options.quiet}
    if options.quiet < SILENT and (text := telling(outputs.printed, attempts=pictured, **look)):
        put(text)
    if outputs.summary is not None:
        failed = append_summary(outputs.summary, reports_of(attempts), undecided(todo, attempts))
        say(f"warning: {failed}" if failed else "")
    say_what_was_logged(options)
    if any(one.error is not None for one in attempts):
        return UNDECIDED
    return HOLDS if all(one.holds for one in attempts) else FAILS


def _engine(stack: ExitStack) -> LayoutEngine | None:
    from lenet_verify.pictures import LayoutEngine, PictureError

    try:
        return stack.enter_context(LayoutEngine())
    except PictureError:
        return None  # asked for a picture, it will say why there is none


@contextlib.contextmanager
def _annotated(options: argparse.Namespace, configuration: Configuration) -> Iterator[None]:
    """Mistakes in specs and configuration are shown at their lines, where GitHub does that."""
    try:
        yield
    except MistakesError as error:
        from lenet_verify.outputs import wanted_outputs
        from lenet_verify.renderers.github import render_mistakes

        outputs = wanted_outputs(options, configuration, os.environ)
        if outputs.printed == "github":
            put(render_mistakes(error.problems, outputs.folder))
        raise
