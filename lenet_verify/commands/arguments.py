"""What the parsers of the commands have in common."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from lenet_verify.colour import CHOICES as COLOUR_CHOICES
from lenet_verify.visible import visible

HELP_WIDTH = 88


class Help(argparse.HelpFormatter):
    """Text of one paragraph is broken into lines; what has lines already keeps them."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=HELP_WIDTH)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return text.rstrip() if "\n" in text else super()._fill_text(text, width, indent)


def command_parser(
    name: str,
    usage: str,
    about: str,
    epilog: str,
    kind: type[argparse.ArgumentParser] = argparse.ArgumentParser,
) -> argparse.ArgumentParser:
    """The parser of a command, without its arguments.

    Args:
        name: of the command.
        usage: its arguments in short.
        about: what it does.
        epilog: examples and exit codes, as they are to stand.
        kind: its class.
    """
    return kind(
        prog=f"lenet-verify {name}",
        usage=f"%(prog)s {usage}",
        description=about,
        epilog=epilog,
        formatter_class=Help,
        allow_abbrev=False,
    )


def whole_from(least: int) -> Callable[[str], int]:
    """What takes a whole number from some least one for the value of an option."""

    def number(text: str) -> int:
        if not text.isdecimal() or len(text) > 9 or int(text) < least:
            raise argparse.ArgumentTypeError(
                f"takes a whole number from {least}, not '{visible(text)}'"
            )
        return int(text)

    return number


def percentage(text: str) -> float:
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


def add_of_models(add: Callable[..., object]) -> None:
    """The options that say how models are found: with which arguments, whether by running code,
    and within which limits."""
    add_arg(add)
    add_static(add)
    add_limit(add)


def add_specs(add: Callable[..., object]) -> None:
    """The specs to hold models against."""
    add(
        "specs", nargs="*", metavar="SPEC",
        help="a YAML spec; its own model is built and checked (default: what the nearest "
        "pyproject.toml configures, each [[tool.lenet-verify.check]] of it)",
    )  # fmt: skip


def add_models(add: Callable[..., object]) -> None:
    """The option that names the models to check."""
    add(
        "--model", action="append", default=[], metavar="MODEL",
        help="check this model instead: FILE.keras, FILE.h5, FILE.json (nothing in a file is run; "
        "also a URL that fsspec understands, or a pattern such as 'models/*.keras'), another "
        "SPEC, keras.applications.NAME (without weights), or package.module:object (a Keras model, "
        "or a factory or class that makes one: this runs that code); may be given again",
    )  # fmt: skip


def add_judging(add: Callable[..., object]) -> None:
    """The options that say how a model is read and judged."""
    flag = argparse.BooleanOptionalAction  # what is configured can be taken back
    add(
        "--static", action=flag,
        help="load no framework and run no code: derive a spec's own model by inference alone",
    )  # fmt: skip
    add("--exact", action=flag, help="judge the model as it stands, without any rewrite")


def add_evidence(add: Callable[..., object]) -> None:
    """The options that say what claims of behaviour are judged by."""
    add(
        "--run", metavar="RUN",
        help="judge claims of behaviour, such as a test error, by this training run: its run.json, "
        "or the folder that it is in",
    )  # fmt: skip
    add(
        "--with-training", action=argparse.BooleanOptionalAction,
        help="claims of behaviour are unknown without a training run, which fails; otherwise they "
        "are skipped",
    )  # fmt: skip


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


def add_color(add: Callable[..., object]) -> None:
    """The option that says whether text is coloured."""
    add(
        "--color", default="auto", choices=COLOUR_CHOICES, metavar="WHEN",
        help="whether text is coloured: auto (default: on a terminal, unless NO_COLOR is set; "
        "anywhere if FORCE_COLOR is), always, never",
    )  # fmt: skip


def add_limit(add: Callable[..., object]) -> None:
    """The option that raises limits."""
    add(
        "--limit", action="append", default=[], metavar="NAME=NUMBER",
        help="raise a limit on specs: spec-bytes, yaml-depth, yaml-aliases, yaml-nodes, globs, "
        "facts; or on model files: config-bytes, config-ratio, config-values, archive-members, "
        "hdf5-objects, layers",
    )  # fmt: skip


def add_debug(add: Callable[..., object]) -> None:
    """The option that shows what went wrong, in full."""
    add("--debug", action="store_true", help="show tracebacks and what the framework logged")
