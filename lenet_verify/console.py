"""What is said to people and to pipes; nothing else prints."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import traceback

from lenet_verify.errors import LenetVerifyError, MistakesError, OutputError, ReadError

SILENT = 2
"""So often `-q` leaves nothing but the exit code, and the error if that is 2."""


def put(text: str) -> None:
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
        discard_stdout()
        raise OutputError(f"standard output cannot be written: {e.strerror}") from e


def say(text: str) -> None:
    """Lines on standard error, as far as anybody can be told anything."""
    if not text:
        return
    # a line that began so would be a command to the runner of a CI job
    lines = ("· " + line if line.lstrip().startswith("::") else line for line in text.split("\n"))
    with contextlib.suppress(OSError):
        print("\n".join(lines), file=sys.stderr, flush=True)


def complain(error: LenetVerifyError, debug: bool) -> None:
    """An error as a line a problem on standard error; what lies behind it only on request."""
    from lenet_verify.visible import visible

    problems = error.problems if isinstance(error, MistakesError | ReadError) else (error,)
    say("\n".join(visible(str(problem), longest=2000) for problem in problems))
    if debug:
        say("".join(traceback.format_exception(error)).rstrip())


def say_what_was_logged(options: argparse.Namespace) -> None:
    """With `--debug`, what the framework logged."""
    if options.debug:
        from lenet_verify.framework import kept_log

        say(kept_log())


def wants_colour(options: argparse.Namespace) -> bool:
    """Whether standard output is to be coloured."""
    from lenet_verify import colour

    return colour.wanted(options.color, sys.stdout, os.environ)


def discard_stdout() -> None:
    """Points standard output nowhere, so that Python's last flush has nothing to complain of."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
