"""argv -> exit code; the only place that prints, writes files or exits."""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from lenet_verify.errors import LenetVerifyError, MistakesError, OutputError, ReadError
from lenet_verify.options import new_file, output_files, seen_from_here
from lenet_verify.parsers import (
    check_parser,
    diff_parser,
    explain_parser,
    freeze_parser,
    lint_parser,
    schema_parser,
    show_parser,
    strength_parser,
    with_values,
)

if TYPE_CHECKING:
    from lenet_verify.configuration import Configuration
    from lenet_verify.pictures import LayoutEngine
    from lenet_verify.report import Report

HOLDS, FAILS, UNDECIDED, INTERRUPTED = 0, 1, 2, 130
"""Exit codes: every claim holds; a claim is broken or unknown; the run could not decide; ^C."""

SILENT = 2
"""So often `-q` leaves nothing but the exit code, and the error if that is 2."""


def entry() -> NoReturn:
    """The console script."""
    # a process that lives for a moment need not look for cycles all the time
    gc.set_threshold(100_000, 20, 20)
    _occupy_standard_descriptors()
    try:
        code = main(sys.argv[1:])
    except SystemExit as e:  # argparse: help, version, bad usage
        code = e.code if isinstance(e.code, int) else UNDECIDED
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, OSError, ValueError):
            stream.flush()
    # everything is written and closed; TensorFlow would spend half a second taking itself down
    os._exit(code)


def main(arguments: Sequence[str]) -> int:
    """Runs a command line.

    Returns:
        The exit code: 0, 1 or 2.

    Raises:
        SystemExit: argparse's, after help, version or bad usage.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # the same bytes whatever the locale
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    debug = "--debug" in arguments
    named = bool(arguments) and arguments[0] in COMMANDS
    command = COMMANDS[arguments[0]] if named else check_command
    try:
        return command(arguments[1:] if named else arguments)
    except LenetVerifyError as error:
        _complain(error, debug)
    except BrokenPipeError:  # nobody reads on, and nobody wants to hear of it
        _discard_stdout()
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # a fault of ours: one line, unless asked for more
        _say(f"lenet-verify: internal error: {type(error).__name__}: {error} (--debug shows more)")
        if debug:
            _say(traceback.format_exc())
    return UNDECIDED


def check_command(arguments: Sequence[str]) -> int:
    """`lenet-verify [check] SPEC…`."""
    return _check(_parsed(check_parser(), arguments))


def show_command(arguments: Sequence[str]) -> int:
    """`lenet-verify show MODEL…`."""
    return _show(_parsed(show_parser(), with_values(arguments)))


def diff_command(arguments: Sequence[str]) -> int:
    """`lenet-verify diff OLD NEW`."""
    return _diff(_parsed(diff_parser(), arguments))


def freeze_command(arguments: Sequence[str]) -> int:
    """`lenet-verify freeze MODEL`."""
    return _freeze(_parsed(freeze_parser(), arguments))


def strength_command(arguments: Sequence[str]) -> int:
    """`lenet-verify strength SPEC`."""
    return _strength(_parsed(strength_parser(), arguments))


def completion_command(arguments: Sequence[str]) -> int:
    """`lenet-verify completion SHELL`."""
    from lenet_verify.completion.arguments import completion_parser

    shell = _parsed(completion_parser(), arguments).shell
    from lenet_verify.completion.scripts import script

    _print(script(shell))
    return HOLDS


def explain_command(arguments: Sequence[str]) -> int:
    """`lenet-verify explain [CODE]`."""
    code = _parsed(explain_parser(), arguments).code
    from lenet_verify.codes import explained, listed

    _print(listed() if code is None else explained(code))
    return HOLDS


def lint_command(arguments: Sequence[str]) -> int:
    """`lenet-verify lint SPEC…`."""
    return _lint(_parsed(lint_parser(), arguments))


def docs_command(arguments: Sequence[str]) -> int:
    """`lenet-verify docs FILE.md…`."""
    from lenet_verify.documents.arguments import docs_parser

    return _docs(_parsed(docs_parser(), arguments))


def schema_command(arguments: Sequence[str]) -> int:
    """`lenet-verify schema [NAME]`."""
    name = _parsed(schema_parser(), arguments).name
    if name == "spec":
        from lenet_verify.spec.schema import schema_text

        _print(schema_text())
    else:
        from lenet_verify.schemas import schema_text as schema_text_of

        _print(schema_text_of(name))
    return HOLDS


COMMANDS: Mapping[str, Callable[[Sequence[str]], int]] = {
    "check": check_command,
    "completion": completion_command,
    "diff": diff_command,
    "docs": docs_command,
    "explain": explain_command,
    "freeze": freeze_command,
    "lint": lint_command,
    "schema": schema_command,
    "show": show_command,
    "strength": strength_command,
}
"""Recognised only as the first argument; a spec that is called `check` is `./check`."""


def _parsed(parser: argparse.ArgumentParser, arguments: Sequence[str]) -> argparse.Namespace:
    """The options; help and version go out the way that all data does."""
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            return parser.parse_intermixed_args(arguments)
    except SystemExit:
        if said.getvalue():
            _print(said.getvalue())
        raise


def _check(options: argparse.Namespace) -> int:
    from lenet_verify.configuration import Configuration, find_configuration

    here = Path.cwd()
    options.output = output_files(options.output)
    with _annotated(options, Configuration()):
        configuration = find_configuration(here)
    if options.specs:
        return _checked(options, configuration)
    if configuration.folder is None or not configuration.checks:
        check_parser().error(
            "name a SPEC, or configure what to check in pyproject.toml: "
            "[[tool.lenet-verify.check]] with a spec"
        )
    # from there, so that the reports are the same wherever they are asked for
    with contextlib.chdir(configuration.folder):
        options.out = options.out and seen_from_here(options.out, here)
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
                _complain(one.error, options.debug)
        pictured = attempts
        if folder is not None:
            published = reports_of([one for one in attempts if todo[one.job].reported])
            written = _written(published, folder, engine, options)
            pictured = with_reports(todo, attempts, written)
    telling = partial(tell, jobs=todo, attempts=attempts, folder=outputs.folder)
    for file in write_outputs(outputs.files, telling):
        _say("" if options.quiet else f"wrote {file}")
    for warning in warnings(todo, attempts) if options.quiet < SILENT else ():
        _say(f"warning: {warning}")
    look = {"colour": _wants_colour(options), "detail": options.verbose - options.quiet}
    if options.quiet < SILENT and (text := telling(outputs.printed, attempts=pictured, **look)):
        _print(text)
    if outputs.summary is not None:
        failed = append_summary(outputs.summary, reports_of(attempts), undecided(todo, attempts))
        _say(f"warning: {failed}" if failed else "")
    _say_what_was_logged(options)
    if any(one.error is not None for one in attempts):
        return UNDECIDED
    return HOLDS if all(one.holds for one in attempts) else FAILS


def _show(options: argparse.Namespace) -> int:
    from lenet_verify.patterns import spelt_out
    from lenet_verify.show.display_width import room
    from lenet_verify.show.finding import find, way
    from lenet_verify.show.rendering import drawn, look, render

    how, wanted = way(options, _import_path(options.models, options)), look(options)
    found = []
    models = spelt_out(options.models).names
    for model in models:
        try:
            found.append(drawn(find(model, how), wanted))
        except LenetVerifyError as error:
            _complain(error, options.debug)
    for one in found:
        for warning in one.shown.warnings:
            _say(f"warning: {warning}")
    if found:
        _print(render(found, wanted, room(sys.stdout), _wants_colour(options)))
    _say_what_was_logged(options)
    return HOLDS if len(found) == len(models) else UNDECIDED


def _diff(options: argparse.Namespace) -> int:
    from lenet_verify.diffing import diff
    from lenet_verify.diffing.finding import both
    from lenet_verify.diffing.rendering import render
    from lenet_verify.show.display_width import room

    found, errors = both(options, _import_path((options.old, options.new), options))
    for error in errors:
        _complain(error, options.debug)
    for shown in found:
        for warning in shown.warnings:
            _say(f"warning: {warning}")
    if errors:
        _say_what_was_logged(options)
        return UNDECIDED
    old, new = found
    difference = diff(old.architecture, new.architecture)
    names = (old.model, new.model)
    wide, colour = room(sys.stdout), _wants_colour(options)
    if options.quiet < SILENT:
        brief = bool(options.quiet)
        _print(render(difference, names, options.format, wide, colour, brief=brief))
    _say_what_was_logged(options)
    return HOLDS if difference.same else FAILS


def _freeze(options: argparse.Namespace) -> int:
    from lenet_verify.files import write_files
    from lenet_verify.freeze import freeze
    from lenet_verify.show.finding import find, way

    target = new_file(options)
    how = way(options, _import_path(options.models, options))
    shown = find(options.models[0], how)
    frozen = freeze(shown.architecture, shown.model, how.limits)
    for warning in (*shown.warnings, *frozen.warnings):
        _say(f"warning: {warning}")
    if target is None:
        _print(frozen.text)
    else:
        write_files(target.parent, {target.name: frozen.text.encode()})
        _say("" if options.quiet else f"wrote {target}")
    _say_what_was_logged(options)
    return HOLDS


def _strength(options: argparse.Namespace) -> int:
    from lenet_verify.options import limits, shown_path
    from lenet_verify.strength import strength
    from lenet_verify.strength.rendering import render
    from lenet_verify.verify import load_specs

    (spec,) = load_specs([shown_path(options.spec)], limits(options.limit))
    found = strength(spec, options.sample)
    for warning in spec.warnings:
        _say(f"warning: {warning}")
    if options.quiet < SILENT:
        brief = bool(options.quiet)
        _print(render(found, options.format, colour=_wants_colour(options), brief=brief))
    return FAILS if found.score < options.fail_under else HOLDS


def _lint(options: argparse.Namespace) -> int:
    from lenet_verify.options import limits, shown_path
    from lenet_verify.spec_header import is_spec
    from lenet_verify.verify import load_specs

    paths = [shown_path(path) for path in options.specs]
    if options.only_specs:  # what cannot be read is told of
        paths = [path for path in paths if is_spec(Path(path)) or not os.access(path, os.R_OK)]
    for spec in load_specs(paths, limits(options.limit)):
        for warning in spec.warnings:
            _say(f"warning: {spec.path}: {warning}")
    return HOLDS


def _docs(options: argparse.Namespace) -> int:
    from lenet_verify.configuration import find_configuration
    from lenet_verify.documents.document import read_documents
    from lenet_verify.documents.subject import How
    from lenet_verify.files import write_files

    how = How(options.static, tuple(options.limit), find_configuration(Path.cwd()))
    documents = read_documents(options.files, how)
    for warning in dict.fromkeys(warning for one in documents for warning in one.warnings):
        _say(f"warning: {warning}")
    stale = [one for one in documents if one.changed]
    if options.check:
        _print("".join(one.difference for one in stale))
    for one in () if options.check else stale:
        file = Path(one.path).resolve()  # a link stays one
        write_files(file.parent, {file.name: one.content})
        _say("" if options.quiet else f"wrote {one.path}: {'; '.join(one.changed)}")
    _say_what_was_logged(options)
    return FAILS if options.check and stale else HOLDS


def _import_path(models: Sequence[str], options: argparse.Namespace) -> tuple[str, ...]:
    """The folders that are configured to import from, where anything is to be imported."""
    from lenet_verify.readers import is_named_object

    if options.static or not any(map(is_named_object, models)):
        return ()
    from lenet_verify.configuration import find_configuration

    return find_configuration(Path.cwd()).import_path


def _say_what_was_logged(options: argparse.Namespace) -> None:
    if options.debug:
        from lenet_verify.framework import kept_log

        _say(kept_log())


def _engine(stack: ExitStack) -> LayoutEngine | None:
    from lenet_verify.pictures import LayoutEngine, PictureError

    try:
        return stack.enter_context(LayoutEngine())
    except PictureError:
        return None  # asked for a picture, it will say why there is none


def _written(
    reports: Sequence[Report],
    folder: Path,
    engine: LayoutEngine | None,
    options: argparse.Namespace,
) -> Iterator[Report]:
    """The reports, each with its files written and its pictures named."""
    from lenet_verify.publishing import publish

    for one in publish(reports, folder, engine):
        _say(f"warning: {one.warning}" if one.warning and options.quiet < SILENT else "")
        _say(one.log if options.debug else "")
        _say("" if options.quiet else f"wrote {', '.join(map(str, one.files))}")
        yield one.report


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
            _print(render_mistakes(error.problems, outputs.folder))
        raise


def _wants_colour(options: argparse.Namespace) -> bool:
    from lenet_verify import colour

    return colour.wanted(options.color, sys.stdout, os.environ)


def _complain(error: LenetVerifyError, debug: bool) -> None:
    """An error as a line a problem on standard error; what lies behind it only on request."""
    from lenet_verify.visible import visible

    problems = error.problems if isinstance(error, MistakesError | ReadError) else (error,)
    _say("\n".join(visible(str(problem), longest=2000) for problem in problems))
    if debug:
        _say("".join(traceback.format_exception(error)).rstrip())


def _say(text: str) -> None:
    """Lines on standard error, as far as anybody can be told anything."""
    if not text:
        return
    # a line that began so would be a command to the runner of a CI job
    lines = ("· " + line if line.lstrip().startswith("::") else line for line in text.split("\n"))
    with contextlib.suppress(OSError):
        print("\n".join(lines), file=sys.stderr, flush=True)


def _print(text: str) -> None:
    """Data to standard output, whole or not at all well.

    Raises:
        OutputError: the disk is full, or the like.
    """
    if sys.stdout is None:
        raise OutputError("standard output is closed")
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as e:
        _discard_stdout()
        raise OutputError(f"standard output cannot be written: {e.strerror}") from e


def _discard_stdout() -> None:
    """Points standard output nowhere, so that Python's last flush has nothing to complain of."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _occupy_standard_descriptors() -> None:
    """Opens those that came closed on nothing, so that no file of ours takes their place."""
    descriptor = 0
    while descriptor <= 2:
        descriptor = os.open(os.devnull, os.O_RDWR)
    os.close(descriptor)
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
