"""argv -> exit code; the only place that prints, writes files or exits."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, NoReturn

from lenet_verify import __version__
from lenet_verify.errors import LenetVerifyError, MissingLibraryError, OutputError, UsageError

HOLDS, FAILS, UNDECIDED = 0, 1, 2
"""Exit codes: every claim holds; a claim is broken or unknown; the run could not decide."""

DEFAULT_OUT = "reports"
EXIT_CODES = (
    "exit codes: 0 every claim holds, deviates as accepted, or is skipped; 1 a claim is broken "
    "or unknown; 2 the run could not decide"
)


def entry() -> NoReturn:
    """The console script."""
    try:
        code = main(sys.argv[1:])
    except SystemExit as e:  # argparse: help, version, bad usage
        code = e.code if isinstance(e.code, int) else UNDECIDED
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.flush()
    if "tensorflow" in sys.modules:
        # everything is written and closed; TensorFlow would spend half a second taking itself down
        os._exit(code)
    sys.exit(code)


def main(arguments: Sequence[str]) -> int:
    """Runs a command line.

    Returns:
        The exit code: 0, 1 or 2.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # the same bytes whatever the locale
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    try:
        command = COMMANDS.get(arguments[0]) if arguments else None
        if command is not None:
            return command(arguments[1:])
        return check_command(arguments)
    except BrokenPipeError:
        _discard_stdout()
        return UNDECIDED
    except KeyboardInterrupt:
        return 130


def check_command(arguments: Sequence[str]) -> int:
    """`lenet-verify [check] SPEC…`."""
    options = check_parser().parse_intermixed_args(arguments)
    try:
        return _check(options)
    except LenetVerifyError as error:
        _complain(error, options.debug)
        return UNDECIDED
    except BrokenPipeError:
        raise
    except Exception as error:  # a fault of ours: one line, unless asked for more
        if options.debug:
            raise
        _say(f"lenet-verify: internal error: {type(error).__name__}: {error} (--debug shows more)")
        return UNDECIDED


def schema_command(arguments: Sequence[str]) -> int:
    """`lenet-verify schema`."""
    parser = argparse.ArgumentParser(
        prog="lenet-verify schema", description="Prints the JSON Schema of specs."
    )
    parser.parse_args(arguments)
    from lenet_verify.spec.schema import schema_text

    try:
        _print(schema_text())
    except OutputError as error:
        _complain(error, debug=False)
        return UNDECIDED
    return HOLDS


COMMANDS: Mapping[str, Callable[[Sequence[str]], int]] = {
    "check": check_command,
    "schema": schema_command,
}
"""Recognised only as the first argument; a spec that is called `check` is `./check`."""


def check_parser() -> argparse.ArgumentParser:
    """The parser of `check`, from which the help text comes."""
    parser = argparse.ArgumentParser(
        prog="lenet-verify",
        usage="%(prog)s [check] SPEC... [options]\n       %(prog)s schema",
        description="Checks a neural network against what a paper claims of it.",
        epilog=EXIT_CODES,
        formatter_class=lambda prog: argparse.HelpFormatter(prog, width=88),
    )
    add = parser.add_argument
    add("specs", nargs="+", metavar="SPEC", help="a YAML spec; its own model is built and checked")
    add(
        "--model", action="append", default=[], metavar="MODEL",
        help="check this model instead: package.module:object (a Keras model, or a factory or "
        "class that makes one; this runs that code) or another SPEC; may be given again",
    )  # fmt: skip
    add(
        "--arg", action="append", default=[], metavar="NAME=VALUE",
        help="an argument for the factory; VALUE is JSON, else a string; may be given again",
    )  # fmt: skip
    add(
        "--out", metavar="DIR",
        help=f"where reports go (default: {DEFAULT_OUT}; with --model nothing is written unless "
        "this is given)",
    )  # fmt: skip
    add(
        "--format", default="text", choices=("text", "json", "markdown"), metavar="FORMAT",
        help="what goes to standard output: text (default), json, markdown",
    )  # fmt: skip
    add("--exact", action="store_true", help="judge the model as it stands, without any rewrite")
    add(
        "--limit", action="append", default=[], metavar="NAME=NUMBER",
        help="raise a limit on specs: spec-bytes, yaml-depth, yaml-aliases, yaml-nodes",
    )  # fmt: skip
    add("--debug", action="store_true", help="show tracebacks and what the framework logged")
    add("--version", action=_Version, nargs=0, help="show the version and exit")
    return parser


def _check(options: argparse.Namespace) -> int:
    from lenet_verify.report import Report
    from lenet_verify.spec import load_spec
    from lenet_verify.verify import Options, verify

    limits = _limits(options.limit)
    how = Options(_arguments(options.arg), options.exact, limits)
    specs = _all_or_problems([_shown_path(path) for path in options.specs], limits, load_spec)
    folder = _folder(options)
    reports: list[Report] = []
    failures = 0
    with ExitStack() as stack:
        # the layout engine loads while the framework does
        engine = _engine(stack) if folder is not None else None
        for spec in specs:
            for model in options.model or [None]:
                try:
                    reports += verify(spec, model, how)
                except LenetVerifyError as error:
                    _complain(error, options.debug)
                    failures += 1
        if folder is not None:
            reports = _written(reports, folder, engine, options.debug)
    for report in reports:
        for warning in report.verdict.warnings:
            _say(f"warning: {report.verdict.spec}: {warning}")
    if reports:
        _print(_rendered(reports, options.format))
    if options.debug:
        from lenet_verify.framework import kept_log

        _say(kept_log())
    if failures:
        return UNDECIDED
    return HOLDS if all(report.verdict.holds for report in reports) else FAILS


def _all_or_problems(
    paths: Sequence[str], limits: Any, load: Callable[[str, Any], Any]
) -> list[Any]:
    """Every spec, or the problems of all that have any."""
    from lenet_verify.errors import SpecError

    specs: list[Any] = []
    problems: list[Any] = []
    for path in paths:
        try:
            specs.append(load(path, limits))
        except SpecError as error:
            problems += error.problems
    if problems:
        raise SpecError(problems)
    return specs


def _folder(options: argparse.Namespace) -> Path | None:
    """Where reports go; None for nowhere."""
    if options.model and not options.out:
        return None
    folder = Path(options.out or DEFAULT_OUT)
    for part in (folder, *(() if folder.is_absolute() else folder.parents)):
        if part.is_symlink():
            raise OutputError(f"{part} is a link: name the folder itself with --out")
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is not a folder: name one with --out")
    return folder


def _engine(stack: ExitStack) -> Any:
    from lenet_verify.pictures import LayoutEngine, PictureError

    try:
        return stack.enter_context(LayoutEngine())
    except PictureError:
        return None  # asked for a picture, it will say why there is none


def _written(reports: Sequence[Any], folder: Path, engine: Any, debug: bool) -> list[Any]:
    """The reports, each with its files written and its pictures named."""
    from lenet_verify.files import write_files
    from lenet_verify.pictures import PictureError, lay_out
    from lenet_verify.report_files import compose, distinct_names

    drawers = [engine.lay_out] if engine is not None else []
    written = []
    names = distinct_names(reports)
    for report, name in zip(reports, names, strict=True):
        draw = drawers.pop() if drawers else lay_out
        try:
            report, files = compose(report, name, draw)
        except (PictureError, MissingLibraryError) as error:
            _say(f"warning: no picture of {report.spec.path}: {error}{_stale(folder, name)}")
            if debug:
                _say(getattr(error, "log", ""))
            report, files = compose(report, name, None)
        write_files(folder, files)
        _say(f"wrote {', '.join(str(folder / file) for file in files)}")
        written.append(report)
    return written


def _stale(folder: Path, name: str) -> str:
    """A word on pictures of an earlier run, which now show something else than the report."""
    old = [f"{name}.{kind}" for kind in ("svg", "png") if (folder / f"{name}.{kind}").exists()]
    return f"; {' and '.join(old)} in {folder} show an earlier run" if old else ""


def _rendered(reports: Sequence[Any], kind: str) -> str:
    from lenet_verify.renderers import RENDERERS, render_text

    if kind == "text":
        return render_text(reports, colour=_wants_colour())
    return RENDERERS[kind](reports)


def _wants_colour() -> bool:
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return sys.stdout.isatty() and not plain


def _arguments(given: Sequence[str]) -> dict[str, Any]:
    """`--arg NAME=VALUE` as keyword arguments."""
    arguments: dict[str, Any] = {}
    for one in given:
        name, equals, text = one.partition("=")
        if not equals or not name.isidentifier():
            raise UsageError(f"--arg takes NAME=VALUE, such as classes=10, not '{one}'")
        if name in arguments:
            raise UsageError(f"--arg: '{name}' is given twice")
        try:
            arguments[name] = json.loads(text)
        except (ValueError, RecursionError):
            arguments[name] = text
    return arguments


def _limits(given: Sequence[str]) -> Any:
    """`--limit NAME=NUMBER` as limits on specs."""
    from lenet_verify.spec import Limits

    known = {field.name.replace("_", "-"): field.name for field in fields(Limits)}
    raised: dict[str, int] = {}
    for one in given:
        name, _, number = one.partition("=")
        if name not in known or not number.isdecimal() or len(number) > 12:
            raise UsageError(
                f"--limit takes NAME=NUMBER with a NAME of {', '.join(known)}, not '{one}'"
            )
        raised[known[name]] = int(number)
    return replace(Limits(), **raised)


def _shown_path(path: str) -> str:
    """A path below the current folder relative to it, so that no report names this machine."""
    absolute = Path(os.path.normpath(Path.cwd() / path))
    if Path(path).is_absolute() and not absolute.is_relative_to(Path.cwd()):
        return str(absolute)
    return os.path.relpath(absolute)


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: Any, **__: Any) -> None:
        _print(f"lenet-verify {__version__}\n")
        parser.exit()


def _complain(error: LenetVerifyError, debug: bool) -> None:
    """An error as its lines on standard error; what lies behind it only on request."""
    from lenet_verify.visible import visible

    for line in str(error).split("\n"):
        _say(visible(line, longest=2000))
    if debug:
        _say("".join(traceback.format_exception(error)).rstrip())


def _say(text: str) -> None:
    if text:
        print(text, file=sys.stderr)


def _print(text: str) -> None:
    """Data to standard output, whole or not at all well.

    Raises:
        OutputError: the disk is full, or the like.
    """
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
