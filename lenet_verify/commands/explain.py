"""`lenet-verify explain [CODE]`: what the code of a finding means."""

from __future__ import annotations

import argparse

from lenet_verify.commands.arguments import command_parser
from lenet_verify.console import put
from lenet_verify.exit_codes import HOLDS


def parser() -> argparse.ArgumentParser:
    """The parser, from which its help text comes."""
    parser = command_parser(
        "explain",
        "[CODE]",
        "Prints what the code of a finding means, with an example, and how to mend it.",
        _EPILOG,
    )
    parser.add_argument(
        "code", nargs="?", metavar="CODE",
        help="as --format json, junit or sarif name it, such as 'shape' (default: list them all)",
    )  # fmt: skip
    return parser


_EPILOG = """\
examples:
  lenet-verify explain
  lenet-verify explain missing-layer

exit codes: 0 done; 2 there is no such code
"""


def run(options: argparse.Namespace) -> int:
    """Runs it; the exit code."""
    from lenet_verify.codes import explained, listed

    put(listed() if options.code is None else explained(options.code))
    return HOLDS
