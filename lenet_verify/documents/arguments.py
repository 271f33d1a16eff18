"""The parser of `docs`, from which its help text comes."""

from __future__ import annotations

import argparse

from lenet_verify.parsers import add_debug, add_limit, add_static, command_parser


def docs_parser() -> argparse.ArgumentParser:
    """The parser of `docs`."""
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
