"""`lenet-verify schema [NAME]`: the JSON Schema of specs, or of a JSON output."""

from __future__ import annotations

import argparse

from lenet_verify.commands.arguments import command_parser
from lenet_verify.console import put
from lenet_verify.exit_codes import HOLDS
from lenet_verify.options import SCHEMAS


def parser() -> argparse.ArgumentParser:
    """The parser, from which its help text comes."""
    parser = command_parser(
        "schema",
        "[NAME]",
        "Prints a JSON Schema (draft 2020-12): of specs, or of what a command prints as JSON, by "
        "what its key 'schema' says after 'lenet-verify/'.",
        _EPILOG,
    )
    parser.add_argument(
        "name", nargs="?", default=SCHEMAS[0], choices=SCHEMAS, metavar="NAME",
        help=f"{SCHEMAS[0]} (default), {', '.join(SCHEMAS[1:])}",
    )  # fmt: skip
    return parser


_EPILOG = """\
examples:
  lenet-verify schema > spec.schema.json
  lenet-verify schema verdict-1

exit codes: 0 done; 2 there is no such schema
"""


def run(options: argparse.Namespace) -> int:
    """Runs it; the exit code."""
    if options.name == SCHEMAS[0]:
        from lenet_verify.spec.schema import schema_text

        put(schema_text())
    else:
        from lenet_verify.schemas import schema_text as schema_text_of

        put(schema_text_of(options.name))
    return HOLDS
