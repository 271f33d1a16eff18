"""`lenet-verify draw MODEL`: a picture of a network."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lenet_verify.commands.arguments import (
    add_debug,
    add_of_models,
    command_parser,
)
from lenet_verify.commands.importing import import_path
from lenet_verify.commands.picture import add_picture, write_picture
from lenet_verify.console import put, say, say_what_was_logged
from lenet_verify.exit_codes import HOLDS

if TYPE_CHECKING:
    from lenet_verify.architecture import Architecture
    from lenet_verify.verdict import Verdict


def parser() -> argparse.ArgumentParser:
    """The parser, from which its help text comes."""
    parser = command_parser(
        "draw",
        "MODEL|SPEC [options]",
        "Draws a network: as the figure of a paper, feature maps as stacked planes in true "
        "proportion, or as a graph of all its layers.",
        _EPILOG,
    )
    add = parser.add_argument
    add(
        "models", nargs=1, metavar="MODEL",
        help="a YAML spec, whose own model is derived by inference; package.module:object (a Keras "
        "model, or a factory or class that makes one; this runs that code); or a model file or its "
        "URL, of which nothing is executed",
    )  # fmt: skip
    add_picture(
        add,
        "(default: SVG of a figure, DOT of a graph, or Mermaid, on standard output)",
    )
    add(
        "--spec", metavar="SPEC",
        help="check the model against that spec, as it is configured if it is, and mark on the "
        "picture what is broken, unknown or deviating",
    )  # fmt: skip
    add_of_models(add)
    add("-q", "--quiet", action="count", default=0, help="do not say what is written")
    add_debug(add)
    return parser


_EPILOG = """\
examples:
  lenet-verify draw spec/lenet5.yaml -o lenet5.svg
  lenet-verify draw mine:network --spec spec/lenet5.yaml -o network.pdf
  lenet-verify draw keras.applications:ResNet50 --arg weights=null --style graph -o resnet50.svg

exit codes: 0 the picture is there, whatever a check found; 2 there is none
"""


def run(options: argparse.Namespace) -> int:
    """Runs it; the exit code."""
    from lenet_verify.draw.rendering import drawn
    from lenet_verify.draw.wanted import wanted

    picture = wanted(options)
    architecture, verdict, warnings = _found(options)
    content, lost = drawn(architecture, verdict, picture)
    for warning in (*warnings, *lost):
        say(f"warning: {warning}")
    if picture.file is None:
        put(content.decode())
    else:
        write_picture(picture.file, content, options)
    say_what_was_logged(options)
    return HOLDS


def _found(options: argparse.Namespace) -> tuple[Architecture, Verdict | None, Sequence[str]]:
    """The model, what a check of it finds if one is wanted, and warnings."""
    if options.spec is None:
        from lenet_verify.show.finding import find, way

        how = way(options, import_path(options.models, options))
        shown = find(options.models[0], how)
        return shown.architecture, None, shown.warnings
    from lenet_verify.configuration import find_configuration
    from lenet_verify.draw.checked import checked

    architecture, verdict = checked(options, find_configuration(Path.cwd()))
    return architecture, verdict, verdict.warnings
