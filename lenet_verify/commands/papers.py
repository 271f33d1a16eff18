"""`lenet-verify papers`: the specs that ship with the package."""

from __future__ import annotations

import argparse

from lenet_verify.commands.arguments import add_debug, command_parser
from lenet_verify.console import put
from lenet_verify.exit_codes import HOLDS


def parser() -> argparse.ArgumentParser:
    """The parser, from which its help text comes."""
    parser = command_parser(
        "papers",
        "[options]",
        "Lists the specs that ship with lenet-verify: the paper, how many claims, and how its last "
        "check ended. Wherever a SPEC or a model may be named, paper:NAME is one of them.",
        _EPILOG,
    )
    add = parser.add_argument
    add(
        "--format", default="text", choices=("text", "markdown", "json"), metavar="FORMAT",
        help="what goes to standard output: text (default), markdown, json",
    )  # fmt: skip
    add_debug(add)
    return parser


_EPILOG = """\
examples:
  lenet-verify papers
  lenet-verify paper:resnet50 --model mine:resnet
  lenet-verify draw paper:lenet5-1998 -o lenet5.svg

exit codes: 0 they are listed
"""


def run(options: argparse.Namespace) -> int:
    """Runs it; the exit code."""
    from lenet_verify.papers.listing import papers

    found = papers()
    if options.format == "json":
        from lenet_verify.papers.json_document import render_json as render
    elif options.format == "markdown":
        from lenet_verify.papers.markdown import render_markdown as render
    else:
        from lenet_verify.papers.text import render_text as render
    put(render(found))
    return HOLDS
