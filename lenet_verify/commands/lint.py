"""`lenet-verify lint SPEC…`: the mistakes in specs, whatever their models."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from lenet_verify.commands.arguments import add_debug, add_limit, command_parser
from lenet_verify.console import say
from lenet_verify.exit_codes import HOLDS


def parser() -> argparse.ArgumentParser:
    """The parser, from which its help text comes."""
    parser = command_parser(
        "lint",
        "SPEC... [options]",
        "Prints every mistake in specs, each with its line and column: what the format has no word "
        "for, and layers that do not join. No model is checked, no framework loaded and no code "
        "run.",
        _EPILOG,
    )
    add = parser.add_argument
    add("specs", nargs="+", metavar="SPEC", help="a YAML spec")
    add(
        "--only-specs", action="store_true",
        help="pass by what does not look like a spec: YAML without 'format:' and 'layers:' or "
        "'claims:' at its top level",
    )  # fmt: skip
    add_limit(add)
    add_debug(add)
    return parser


_EPILOG = """\
examples:
  lenet-verify lint spec/*.yaml
  lenet-verify lint --only-specs $(git ls-files '*.yaml')

exit codes: 0 there is no mistake; 2 there are some
"""


def run(options: argparse.Namespace) -> int:
    """Runs it; the exit code."""
    from lenet_verify.options import limits, shown_path
    from lenet_verify.spec_header import is_spec
    from lenet_verify.verify import load_specs

    paths = [shown_path(path) for path in options.specs]
    if options.only_specs:  # what cannot be read is told of
        paths = [path for path in paths if is_spec(Path(path)) or not os.access(path, os.R_OK)]
    for spec in load_specs(paths, limits(options.limit)):
        for warning in spec.warnings:
            say(f"warning: {spec.path}: {warning}")
    return HOLDS
