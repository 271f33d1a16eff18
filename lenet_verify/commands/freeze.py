"""`lenet-verify freeze MODEL`: a spec that pins a model."""

from __future__ import annotations

import argparse

from lenet_verify.commands.arguments import (
    add_debug,
    add_of_models,
    command_parser,
)
from lenet_verify.commands.importing import import_path
from lenet_verify.console import put, say, say_what_was_logged
from lenet_verify.exit_codes import HOLDS
from lenet_verify.options import new_file


def parser() -> argparse.ArgumentParser:
    """The parser, from which its help text comes."""
    parser = command_parser(
        "freeze",
        "MODEL [options]",
        "Prints a spec that pins a model: it holds for that model, and for none that "
        "computes something else.",
        _EPILOG,
    )
    add = parser.add_argument
    add(
        "models", nargs=1, metavar="MODEL",
        help="package.module:object (a Keras model, or a factory or class that makes one; this "
        "runs that code); a model file or its URL, of which nothing is executed; or a YAML spec, "
        "whose own model is derived by inference",
    )  # fmt: skip
    add("-o", "--out", metavar="FILE", help="write the spec there instead of printing it")
    add("--force", action="store_true", help="replace FILE if it is there already")
    add_of_models(add)
    add("-q", "--quiet", action="count", default=0, help="do not say what is written")
    add_debug(add)
    return parser


_EPILOG = """\
examples:
  lenet-verify freeze trained.keras -o spec/trained.yaml
  lenet-verify freeze mine:network --arg classes=10 > network.yaml
  lenet-verify network.yaml --model mine:network

exit codes: 0 the spec is there; 2 there is none
"""


def run(options: argparse.Namespace) -> int:
    """Runs it; the exit code."""
    from lenet_verify.files import write_files
    from lenet_verify.freeze import freeze
    from lenet_verify.show.finding import find, way

    target = new_file(options)
    how = way(options, import_path(options.models, options))
    shown = find(options.models[0], how)
    frozen = freeze(shown.architecture, shown.model, how.limits)
    for warning in (*shown.warnings, *frozen.warnings):
        say(f"warning: {warning}")
    if target is None:
        put(frozen.text)
    else:
        write_files(target.parent, {target.name: frozen.text.encode()})
        say("" if options.quiet else f"wrote {target}")
    say_what_was_logged(options)
    return HOLDS
