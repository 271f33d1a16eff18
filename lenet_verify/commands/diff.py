"""`lenet-verify diff OLD NEW`: what changed between two models."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lenet_verify.commands.arguments import (
    add_color,
    add_debug,
    add_of_models,
    add_quiet,
    command_parser,
)
from lenet_verify.commands.importing import import_path
from lenet_verify.commands.picture import add_picture, write_picture
from lenet_verify.console import SILENT, complain, put, say, say_what_was_logged, wants_colour
from lenet_verify.errors import UsageError
from lenet_verify.exit_codes import FAILS, HOLDS, UNDECIDED

if TYPE_CHECKING:
    from lenet_verify.diffing import Difference
    from lenet_verify.draw.wanted import Wanted
    from lenet_verify.show.rows import Shown


def parser() -> argparse.ArgumentParser:
    """The parser, from which its help text comes."""
    parser = command_parser(
        "diff",
        "OLD NEW [options]",
        "Prints what changed between two models, layer by layer. Each is a YAML spec, "
        "whose own model is derived by inference; package.module:object (a Keras model, or a "
        "factory or class that makes one; this runs that code); or a model file or its URL; "
        "nothing in a file is executed. With --out, also draws it.",
        _EPILOG,
    )
    add = parser.add_argument
    add("old", metavar="OLD", help="a model or spec")
    add("new", metavar="NEW", help="the one that it became")
    add(
        "--format", default="text", choices=("text", "json", "markdown"), metavar="FORMAT",
        help="what goes to standard output: text (default), json (every change), markdown (for a "
        "comment on a pull request)",
    )  # fmt: skip
    add_picture(
        add,
        "(default: none; DOT and Mermaid, and the figure as SVG, need nothing else installed)",
    )
    add_of_models(add)
    for side in ("old", "new"):
        add(
            f"--{side}-arg", action="append", default=[], metavar="NAME=VALUE",
            help=f"the same for the factory of {side.upper()} only",
        )  # fmt: skip
    add_quiet(add, "tell only what it comes to")
    add_color(add)
    add_debug(add)
    return parser


_EPILOG = """\
examples:
  lenet-verify diff spec/lenet5.yaml mine:lenet5
  lenet-verify diff released.keras trained.keras
  lenet-verify diff mine:network mine:network --new-arg width=8
  lenet-verify diff released.keras mine:network --format markdown
  lenet-verify diff released.keras trained.keras --style graph -o changes.svg

exit codes: 0 the same architecture, whatever its layers are called; 1 they differ, or cannot be
compared; 2 one of them cannot be read
"""


def run(options: argparse.Namespace) -> int:
    """Runs it; the exit code."""
    from lenet_verify.diffing import diff
    from lenet_verify.diffing.finding import both
    from lenet_verify.diffing.rendering import render
    from lenet_verify.show.display_width import room

    picture = _picture(options)
    found, errors = both(options, import_path((options.old, options.new), options))
    for error in errors:
        complain(error, options.debug)
    for shown in found:
        for warning in shown.warnings:
            say(f"warning: {warning}")
    if errors:
        say_what_was_logged(options)
        return UNDECIDED
    old, new = found
    difference = diff(old.architecture, new.architecture)
    names = (old.model, new.model)
    content, lost = _drawn(old, new, difference, picture) if picture else (b"", ())
    for warning in lost:
        say(f"warning: {warning}")
    wide, colour = room(sys.stdout), wants_colour(options)
    if options.quiet < SILENT:
        brief = bool(options.quiet)
        put(render(difference, names, options.format, wide, colour, brief=brief))
    if picture and picture.file:
        write_picture(picture.file, content, options)
    say_what_was_logged(options)
    return HOLDS if difference.same else FAILS


def _picture(options: argparse.Namespace) -> Wanted | None:
    """The picture that is wanted, if one is."""
    from lenet_verify.draw.wanted import wanted

    if options.out is not None:
        return wanted(options)
    for option in ("style", "theme", "stages", "orientation"):
        if getattr(options, option) is not None:
            raise UsageError(f"--{option} is for a picture: name its file with --out")
    return None


def _drawn(
    old: Shown, new: Shown, difference: Difference, picture: Wanted
) -> tuple[bytes, Sequence[str]]:
    from lenet_verify.diffing.behind import with_gaps
    from lenet_verify.diffing.merged import merged
    from lenet_verify.draw.rendering import drawn

    both = with_gaps if picture.style == "figure" else merged
    names = (old.model, new.model)
    return drawn(*both(old.architecture, new.architecture, difference, names), picture)
