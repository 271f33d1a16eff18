"""argv -> exit code: the command that is named, and what becomes of its errors."""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import os
import sys
import traceback
from collections.abc import Sequence
from typing import NoReturn

from lenet_verify.commands import NAMES, command
from lenet_verify.console import complain, discard_stdout, put, say
from lenet_verify.errors import LenetVerifyError
from lenet_verify.exit_codes import INTERRUPTED, UNDECIDED


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
    named = bool(arguments) and arguments[0] in NAMES
    wanted = command(arguments[0] if named else "check")
    try:
        return wanted.run(_parsed(wanted.parser(), arguments[1:] if named else arguments))
    except LenetVerifyError as error:
        complain(error, debug)
    except BrokenPipeError:  # nobody reads on, and nobody wants to hear of it
        discard_stdout()
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # a fault of ours: one line, unless asked for more
        say(f"lenet-verify: internal error: {type(error).__name__}: {error} (--debug shows more)")
        if debug:
            say(traceback.format_exc())
    return UNDECIDED


def _parsed(parser: argparse.ArgumentParser, arguments: Sequence[str]) -> argparse.Namespace:
    """The options; help and version go out the way that all data does."""
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            return parser.parse_intermixed_args(arguments)
    except SystemExit:
        if said.getvalue():
            put(said.getvalue())
        raise


def _occupy_standard_descriptors() -> None:
    """Opens those that came closed on nothing, so that no file of ours takes their place."""
    descriptor = 0
    while descriptor <= 2:
        descriptor = os.open(os.devnull, os.O_RDWR)
    os.close(descriptor)
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
