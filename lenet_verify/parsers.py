"""The parsers of the command line, from which its help texts come."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from lenet_verify import __version__
from lenet_verify.colour import CHOICES as COLOUR_CHOICES
from lenet_verify.options import DEFAULT_OUT, FORMATS, SCHEMAS
from lenet_verify.visible import visible

HELP_WIDTH = 88
_CHECK_EPILOG = """\
commands, of which each tells more with --help:
  check       hold a model against a spec; meant where no command is named
  show        print the architecture of a model, layer by layer
  diff        print what changed between two models
  freeze      print a spec that pins a model
  strength    print which single edits to its own network a spec notices
  lint        print the mistakes in specs, whatever their models
  docs        fill in what stands between markers in Markdown files
  explain     print what the code of a finding means
  schema      print the JSON Schema of specs, or of a JSON output
  completion  print a script by which bash, fish or zsh completes all this

examples:
  lenet-verify spec/lenet5.yaml
  lenet-verify spec/lenet5.yaml --model mine:lenet5
  lenet-verify spec/lenet5.yaml --model 'checkpoints/*.keras' -q
  lenet-verify spec/lenet5.yaml --static --format json

exit codes: 0 every claim holds, deviates as accepted, or is skipped; 1 a claim is broken or
unknown; 2 the run could not decide
"""


class _Help(argparse.HelpFormatter):
    """Text of one paragraph is broken into lines; what has lines already keeps them."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=HELP_WIDTH)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return text.rstrip() if "\n" in text else super()._fill_text(text, width, indent)


def check_parser() -> argparse.ArgumentParser:
    """The parser of `check`, from which the help text comes."""
    parser = argparse.ArgumentParser(
        prog="lenet-verify",
        usage="%(prog)s [check] [SPEC...] [options]\n       %(prog)s COMMAND ... [options]",
        description="Checks a neural network against what a paper claims of it.",
        epilog=_CHECK_EPILOG,
        formatter_class=_Help,
    )
    add = parser.add_argument
    add(
        "specs", nargs="*", metavar="SPEC",
        help="a YAML spec; its own model is built and checked (default: what the nearest "
        "pyproject.toml configures, each [[tool.lenet-verify.check]] of it)",
    )  # fmt: skip
    add(
        "--model", action="append", default=[], metavar="MODEL",
        help="check this model instead: FILE.keras, FILE.h5, FILE.json (nothing in a file is run; "
        "also a URL that fsspec understands, or a pattern such as 'models/*.keras'), another "
        "SPEC, or package.module:object (a Keras model, or a factory or class that makes one: "
        "this runs that code); may be given again",
    )  # fmt: skip
    add_arg(add)
    add(
        "--out", metavar="DIR",
        help=f"where reports go (default: {DEFAULT_OUT}; with --model nothing is written unless "
        "this is given or configured)",
    )  # fmt: skip
    add(
        "--format", choices=FORMATS, metavar="FORMAT",
        help="what goes to standard output: text (default), json, markdown, junit, sarif, gitlab "
        "(code quality), or github (text with annotations; the default inside GitHub Actions)",
    )  # fmt: skip
    add(
        "--output", action="append", default=[], metavar="FORMAT=FILE",
        help="write the verdict in that format to a file too; may be given again",
    )  # fmt: skip
    add(
        "--fix-hint", action="store_true",
        help="of a broken verdict, print nothing but the edits that mend it, in Keras terms, to "
        "be copied",
    )  # fmt: skip
    flag = argparse.BooleanOptionalAction  # what is configured can be taken back
    add(
        "--static", action=flag,
        help="load no framework and run no code: derive a spec's own model by inference alone",
    )  # fmt: skip
    add("--exact", action=flag, help="judge the model as it stands, without any rewrite")
    add(
        "--weights", action=flag,
        help="of a .keras or .h5 file, also compare the shapes of the weights with the config",
    )  # fmt: skip
    add_quiet(add, "tell only the verdict, the edits that mend it, and what fails")
    add(
        "-v", "--verbose", action="count", default=0,
        help="also tell of every fact that holds, and of what only follows in full",
    )  # fmt: skip
    add_color(add)
    add_limit(add)
    add_debug(add)
    add("--version", action=_Versions, nargs=0, help="show the versions that matter and exit")
    return parser


def show_parser() -> argparse.ArgumentParser:
    """The parser of `show`, from which its help text comes."""
    parser = command_parser(
        "show",
        "MODEL|SPEC... [options]",
        "Prints the architecture of models, layer by layer.",
        _SHOW_EPILOG,
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
    add_arg(add)
    add_static(add)
    add_color(add)
    add_limit(add)
    add_debug(add)
    return parser


_SHOW_EPILOG = """\
examples:
  lenet-verify show spec/lenet5.yaml
  lenet-verify show keras.applications:ResNet50 --arg weights=null
  lenet-verify show mine:network --columns +kernel_size,+strides,+receptive_field
  lenet-verify show mine:network --columns name,shape,macs --expand=encoder
  lenet-verify show mine:network --format json

exit codes: 0 every model is shown; 2 one could not be, the others are
"""


def diff_parser() -> argparse.ArgumentParser:
    """The parser of `diff`, from which its help text comes."""
    parser = command_parser(
        "diff",
        "OLD NEW [options]",
        "Prints what changed between two models, layer by layer. Each is a YAML spec, "
        "whose own model is derived by inference; package.module:object (a Keras model, or a "
        "factory or class that makes one; this runs that code); or a model file or its URL; "
        "nothing in a file is executed.",
        _DIFF_EPILOG,
    )
    add = parser.add_argument
    add("old", metavar="OLD", help="a model or spec")
    add("new", metavar="NEW", help="the one that it became")
    add(
        "--format", default="text", choices=("text", "json", "markdown"), metavar="FORMAT",
        help="what goes to standard output: text (default), json (every change), markdown (for a "
        "comment on a pull request)",
    )  # fmt: skip
    add_arg(add)
    for side in ("old", "new"):
        add(
            f"--{side}-arg", action="append", default=[], metavar="NAME=VALUE",
            help=f"the same for the factory of {side.upper()} only",
        )  # fmt: skip
    add_static(add)
    add_quiet(add, "tell only what it comes to")
    add_color(add)
    add_limit(add)
    add_debug(add)
    return parser


_DIFF_EPILOG = """\
examples:
  lenet-verify diff spec/lenet5.yaml mine:lenet5
  lenet-verify diff released.keras trained.keras
  lenet-verify diff mine:network mine:network --new-arg width=8
  lenet-verify diff released.keras mine:network --format markdown

exit codes: 0 the same architecture, whatever its layers are called; 1 they differ, or cannot be
compared; 2 one of them cannot be read
"""


def freeze_parser() -> argparse.ArgumentParser:
    """The parser of `freeze`, from which its help text comes."""
    parser = command_parser(
        "freeze",
        "MODEL [options]",
        "Prints a spec that pins a model: it holds for that model, and for none that "
        "computes something else.",
        _FREEZE_EPILOG,
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
    add_arg(add)
    add_static(add)
    add("-q", "--quiet", action="count", default=0, help="do not say what is written")
    add_limit(add)
    add_debug(add)
    return parser


_FREEZE_EPILOG = """\
examples:
  lenet-verify freeze trained.keras -o spec/trained.yaml
  lenet-verify freeze mine:network --arg classes=10 > network.yaml
  lenet-verify network.yaml --model mine:network

exit codes: 0 the spec is there; 2 there is none
"""


def strength_parser() -> argparse.ArgumentParser:
    """The parser of `strength`, from which its help text comes."""
    parser = command_parser(
        "strength",
        "SPEC [options]",
        "Prints which single edits to a spec's own network the spec notices: other "
        "arguments, activations, classes and inputs; layers inserted, deleted, swapped, duplicated "
        "and fed by others. Each is held against the spec by inference alone; of what nothing "
        "notices, it prints the claim that would.",
        _STRENGTH_EPILOG,
    )
    add = parser.add_argument
    add("spec", metavar="SPEC", help="a YAML spec with layers")
    add(
        "--fail-under", type=_percentage, default=0.0, metavar="PERCENT",
        help="exit with 1 if a smaller share of the edits is noticed, by the claims and the "
        "structure together",
    )  # fmt: skip
    add(
        "--sample", type=_positive, metavar="NUMBER",
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


_STRENGTH_EPILOG = """\
examples:
  lenet-verify strength spec/lenet5.yaml
  lenet-verify strength spec/lenet5.yaml --fail-under 100

exit codes: 0 done; 1 the score is below --fail-under; 2 the spec cannot be measured
"""


class _Versions(argparse.Action):
    """Prints versions as lines, which argparse's own action would run together."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from lenet_verify.versions import told

        sys.stdout.write(told(__version__))
        parser.exit()


def _positive(text: str) -> int:
    """A whole number from 1.

    Raises:
        ArgumentTypeError: it is none.
    """
    if not text.isdecimal() or len(text) > 9 or int(text) < 1:
        raise argparse.ArgumentTypeError(f"takes a whole number from 1, not '{visible(text)}'")
    return int(text)


def _percentage(text: str) -> float:
    """A number from 0 to 100, with or without its sign.

    Raises:
        ArgumentTypeError: it is none.
    """
    number = text.removesuffix("%").strip()
    try:
        value = float(number)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 100:
        raise argparse.ArgumentTypeError(f"takes a number from 0 to 100, not '{visible(text)}'")
    return value


def with_values(arguments: Sequence[str]) -> list[str]:
    """The arguments of `show`, each bare `--expand` with its empty value.

    What follows it is a MODEL, which argparse would take for the value.
    """
    end = list(arguments).index("--") if "--" in arguments else len(arguments)
    options = ["--expand=" if one == "--expand" else one for one in arguments[:end]]
    return [*options, *arguments[end:]]


def command_parser(name: str, usage: str, about: str, epilog: str) -> argparse.ArgumentParser:
    """The parser of a command, without its arguments.

    Args:
        name: of the command.
        usage: its arguments in short.
        about: what it does.
        epilog: examples and exit codes, as they are to stand.
    """
    return argparse.ArgumentParser(
        prog=f"lenet-verify {name}",
        usage=f"%(prog)s {usage}",
        description=about,
        epilog=epilog,
        formatter_class=_Help,
        allow_abbrev=False,
    )


def add_arg(add: Callable[..., object]) -> None:
    """The option that says what a factory is called with."""
    add(
        "--arg", action="append", default=[], metavar="NAME=VALUE",
        help="an argument for the factory; VALUE is JSON, else a string; may be given again",
    )  # fmt: skip


def add_static(add: Callable[..., object]) -> None:
    """The option that keeps everybody's code from running."""
    add(
        "--static", action="store_true",
        help="load no framework and run no code: refuse package.module:object",
    )  # fmt: skip


def add_limit(add: Callable[..., object]) -> None:
    """The option that raises limits."""
    add(
        "--limit", action="append", default=[], metavar="NAME=NUMBER",
        help="raise a limit on specs: spec-bytes, yaml-depth, yaml-aliases, yaml-nodes, globs, "
        "facts; or on model files: config-bytes, config-ratio, config-values, archive-members, "
        "hdf5-objects, layers",
    )  # fmt: skip


def add_color(add: Callable[..., object]) -> None:
    """The option that says whether text is coloured."""
    add(
        "--color", default="auto", choices=COLOUR_CHOICES, metavar="WHEN",
        help="whether text is coloured: auto (default: on a terminal, unless NO_COLOR is set; "
        "anywhere if FORCE_COLOR is), always, never",
    )  # fmt: skip


def add_quiet(add: Callable[..., object], once: str) -> None:
    """The option that takes away from what is told.

    Args:
        add: of the parser.
        once: what is left if it is given once; given twice, nothing is but the exit code.
    """
    add(
        "-q", "--quiet", action="count", default=0,
        help=f"{once}; twice: nothing, the exit code tells",
    )  # fmt: skip


def add_debug(add: Callable[..., object]) -> None:
    """The option that shows what went wrong, in full."""
    add("--debug", action="store_true", help="show tracebacks and what the framework logged")


def schema_parser() -> argparse.ArgumentParser:
    """The parser of `schema`, from which its help text comes."""
    parser = command_parser(
        "schema",
        "[NAME]",
        "Prints a JSON Schema (draft 2020-12): of specs, or of what a command prints as JSON, by "
        "what its key 'schema' says after 'lenet-verify/'.",
        _SCHEMA_EPILOG,
    )
    parser.add_argument(
        "name", nargs="?", default=SCHEMAS[0], choices=SCHEMAS, metavar="NAME",
        help=f"{SCHEMAS[0]} (default), {', '.join(SCHEMAS[1:])}",
    )  # fmt: skip
    return parser


_SCHEMA_EPILOG = """\
examples:
  lenet-verify schema > spec.schema.json
  lenet-verify schema verdict-1

exit codes: 0 done; 2 there is no such schema
"""


def lint_parser() -> argparse.ArgumentParser:
    """The parser of `lint`, from which its help text comes."""
    parser = command_parser(
        "lint",
        "SPEC... [options]",
        "Prints every mistake in specs, each with its line and column: what the format has no word "
        "for, and layers that do not join. No model is checked, no framework loaded and no code "
        "run.",
        _LINT_EPILOG,
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


_LINT_EPILOG = """\
examples:
  lenet-verify lint spec/*.yaml
  lenet-verify lint --only-specs $(git ls-files '*.yaml')

exit codes: 0 there is no mistake; 2 there are some
"""


def explain_parser() -> argparse.ArgumentParser:
    """The parser of `explain`, from which its help text comes."""
    parser = command_parser(
        "explain",
        "[CODE]",
        "Prints what the code of a finding means, with an example, and how to mend it.",
        _EXPLAIN_EPILOG,
    )
    parser.add_argument(
        "code", nargs="?", metavar="CODE",
        help="as --format json, junit or sarif name it, such as 'shape' (default: list them all)",
    )  # fmt: skip
    return parser


_EXPLAIN_EPILOG = """\
examples:
  lenet-verify explain
  lenet-verify explain missing-layer

exit codes: 0 done; 2 there is no such code
"""
