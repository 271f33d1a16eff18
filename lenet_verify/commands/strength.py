"""`lenet-verify strength SPEC`: which single edits to its own network a spec notices."""

from __future__ import annotations

import argparse

from lenet_verify.commands.arguments import (
    add_color,
    add_debug,
    add_limit,
    add_quiet,
    command_parser,
    percentage,
    whole_from,
)
from lenet_verify.console import SILENT, put, say, wants_colour
from lenet_verify.exit_codes import FAILS, HOLDS


def parser() -> argparse.ArgumentParser:
    """The parser, from which its help text comes."""
    parser = command_parser(
        "strength",
        "SPEC [options]",
        "Prints which single edits to a spec's own network the spec notices: other "
        "arguments, activations, classes and inputs; layers inserted, deleted, swapped, duplicated "
        "and fed by others. Each is held against the spec by inference alone; of what nothing "
        "notices, it prints the claim that would.",
        _EPILOG,
    )
    add = parser.add_argument
    add("spec", metavar="SPEC", help="a YAML spec with layers")
    add(
        "--fail-under", type=percentage, default=0.0, metavar="PERCENT",
        help="exit with 1 if a smaller share of the edits is noticed, by the claims and the "
        "structure together",
    )  # fmt: skip
    add(
        "--sample", type=whole_from(1), metavar="NUMBER",
        help="of a large network, take so many edits, spread evenly over all of them",
    )  # fmt: skip
    add(
        "--format", default="text", choices=("text", "json", "markdown"), metavar="FORMAT",
        help="what goes to standard output: text (default), json, markdown",
    )  # fmt: skip
    add_quiet(add, "tell only the scores")
    add_color(add)
    add_limit(add)
    add_debug(add)
    return parser


_EPILOG = """\
examples:
  lenet-verify strength spec/lenet5.yaml
  lenet-verify strength spec/lenet5.yaml --fail-under 100

exit codes: 0 done; 1 the score is below --fail-under; 2 the spec cannot be measured
"""


def run(options: argparse.Namespace) -> int:
    """Runs it; the exit code."""
    from lenet_verify.options import limits, shown_path
    from lenet_verify.strength import strength
    from lenet_verify.strength.rendering import render
    from lenet_verify.verify import load_specs

    (spec,) = load_specs([shown_path(options.spec)], limits(options.limit))
    found = strength(spec, options.sample)
    for warning in spec.warnings:
        say(f"warning: {warning}")
    if options.quiet < SILENT:
        brief = bool(options.quiet)
        put(render(found, options.format, colour=wants_colour(options), brief=brief))
    return FAILS if found.score < options.fail_under else HOLDS
