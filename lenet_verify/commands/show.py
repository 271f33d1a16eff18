"""`lenet-verify show MODEL…`: the architecture of models, layer by layer."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from lenet_verify.commands.arguments import (
    add_color,
    add_debug,
    add_of_models,
    command_parser,
)
from lenet_verify.commands.importing import import_path
from lenet_verify.console import complain, put, say, say_what_was_logged, wants_colour
from lenet_verify.errors import LenetVerifyError
from lenet_verify.exit_codes import HOLDS, UNDECIDED


class _Parser(argparse.ArgumentParser):
    """Takes a bare `--expand` for one with an empty value: what follows it is a MODEL, which
    argparse would take for the value."""

    def parse_intermixed_args(  # type: ignore[override]
        self, args: Sequence[str], namespace: None = None
    ) -> argparse.Namespace:
        end = list(args).index("--") if "--" in args else len(args)
        options = ["--expand=" if one == "--expand" else one for one in args[:end]]
        return super().parse_intermixed_args([*options, *args[end:]], namespace)


def parser() -> argparse.ArgumentParser:
    """The parser, from which its help text comes."""
    parser = command_parser(
        "show",
        "MODEL|SPEC... [options]",
        "Prints the architecture of models, layer by layer.",
        _EPILOG,
        _Parser,
    )
    add = parser.add_argument
    add(
        "models", nargs="+", metavar="MODEL",
        help="a YAML spec, whose own model is derived by inference; package.module:object (a Keras "
        "model, or a factory or class that makes one; this runs that code); or a model file, "
        "its URL, or a pattern of them; nothing in a file is executed",
    )  # fmt: skip
    add(
        "--columns", metavar="LIST",
        help="which columns, separated by commas; with a '+' before each, besides the usual ones: "
        "name, type, output, shape (in the framework's axis order), input, params, trainable, "
        "non_trainable, activation, inputs, macs, connections, receptive_field, "
        "total_downsampling, config, or any argument of a layer, such as kernel_size",
    )  # fmt: skip
    add(
        "--expand", action="append", default=[], metavar="[=NAME]",
        help="open nested models, or only those of that name; may be given again",
    )  # fmt: skip
    add(
        "--format", default="text", choices=("text", "json", "markdown"), metavar="FORMAT",
        help="what goes to standard output: text (default), json (every fact of every layer), "
        "markdown",
    )  # fmt: skip
    add_of_models(add)
    add_color(add)
    add_debug(add)
    return parser


_EPILOG = """\
examples:
  lenet-verify show spec/lenet5.yaml
  lenet-verify show keras.applications:ResNet50 --arg weights=null
  lenet-verify show mine:network --columns +kernel_size,+strides,+receptive_field
  lenet-verify show mine:network --columns name,shape,macs --expand=encoder
  lenet-verify show mine:network --format json

exit codes: 0 every model is shown; 2 one could not be, the others are
"""


def run(options: argparse.Namespace) -> int:
    """Runs it; the exit code."""
    from lenet_verify.patterns import spelt_out
    from lenet_verify.show.display_width import room
    from lenet_verify.show.finding import find, way
    from lenet_verify.show.rendering import drawn, look, render

    how, wanted = way(options, import_path(options.models, options)), look(options)
    found = []
    models = spelt_out(options.models).names
    for model in models:
        try:
            found.append(drawn(find(model, how), wanted))
        except LenetVerifyError as error:
            complain(error, options.debug)
    for one in found:
        for warning in one.shown.warnings:
            say(f"warning: {warning}")
    if found:
        put(render(found, wanted, room(sys.stdout), wants_colour(options)))
    say_what_was_logged(options)
    return HOLDS if len(found) == len(models) else UNDECIDED
