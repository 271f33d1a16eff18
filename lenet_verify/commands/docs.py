"""`lenet-verify docs FILE.md…`: what stands between markers in Markdown files, filled in."""

from __future__ import annotations

import argparse
from pathlib import Path

from lenet_verify.commands.arguments import add_debug, add_limit, add_static, command_parser
from lenet_verify.console import put, say, say_what_was_logged
from lenet_verify.exit_codes import FAILS, HOLDS


def parser() -> argparse.ArgumentParser:
    """The parser, from which its help text comes."""
    parser = command_parser(
        "docs",
        "FILE.md... [options]",
        "Fills in what stands between markers in Markdown files, from specs and models as they are "
        "now; everything else stays as it is. A marker is a comment, alone on its line: PART is "
        "verdict, claims, layers, mermaid or picture, or several of them with commas between; SPEC "
        "and models are files, seen from the folder of the Markdown file, or objects.",
        _EPILOG,
    )
    add = parser.add_argument
    add("files", nargs="+", metavar="FILE.md", help="a Markdown file")
    add(
        "--check", action="store_true",
        help="change nothing; print the difference, and exit with 1 if there is one",
    )  # fmt: skip
    add_static(add)
    add("-q", "--quiet", action="count", default=0, help="do not say what was changed")
    add_limit(add)
    add_debug(add)
    return parser


_EPILOG = """\
examples:
  <!-- lenet-verify: verdict,layers spec/lenet5.yaml -->
  <!-- /lenet-verify -->
  <!-- lenet-verify: claims spec/lenet5.yaml --model mine:lenet5 -->
  <!-- /lenet-verify -->
  <!-- lenet-verify: layers mine:network --columns +kernel_size -->
  <!-- /lenet-verify -->

  lenet-verify docs README.md docs/*.md
  lenet-verify docs --check README.md

exit codes: 0 the files say what is so; 1 one does not (--check); 2 one could not be filled in, and
none is changed
"""


def run(options: argparse.Namespace) -> int:
    """Runs it; the exit code."""
    from lenet_verify.configuration import find_configuration
    from lenet_verify.documents.document import read_documents
    from lenet_verify.documents.subject import How
    from lenet_verify.files import write_files

    how = How(options.static, tuple(options.limit), find_configuration(Path.cwd()))
    documents = read_documents(options.files, how)
    for warning in dict.fromkeys(warning for one in documents for warning in one.warnings):
        say(f"warning: {warning}")
    stale = [one for one in documents if one.changed]
    if options.check:
        put("".join(one.difference for one in stale))
    for one in () if options.check else stale:
        file = Path(one.path).resolve()  # a link stays one
        write_files(file.parent, {file.name: one.content})
        say("" if options.quiet else f"wrote {one.path}: {'; '.join(one.changed)}")
    say_what_was_logged(options)
    return FAILS if options.check and stale else HOLDS
