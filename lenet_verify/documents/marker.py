"""What a marker wants: `verdict,layers spec/lenet5.yaml --model mine:lenet5`."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Collection
from dataclasses import dataclass
from typing import NoReturn

from lenet_verify.errors import UsageError
from lenet_verify.visible import visible


@dataclass(frozen=True)
class About:
    """What a block is about, as its marker names it.

    Attributes:
        spec: a spec; of some parts it may be a model.
        model: to hold against the spec; None for the spec's own.
        arg: for the factory that makes the model.
        exact: whether the model is judged without any rewrite; None if nothing is said.
    """

    spec: str
    model: str | None = None
    arg: tuple[str, ...] = ()
    exact: bool | None = None


@dataclass(frozen=True)
class Wanted:
    """What a marker says.

    Attributes:
        parts: by name, in order.
        columns, expand: of the table of layers.
        svg: the picture to show.
    """

    about: About
    parts: tuple[str, ...]
    columns: str | None
    expand: tuple[str, ...]
    svg: str | None


def wanted(words: str, known: Collection[str]) -> Wanted:
    """What a marker says.

    Args:
        words: what stands in it.
        known: the parts that there are.

    Raises:
        UsageError: it says something else.
    """
    try:
        arguments = shlex.split(words)
    except ValueError as e:
        raise UsageError(f"this marker cannot be read: {str(e).lower()}") from e
    options = _parser().parse_intermixed_args(arguments)
    parts = tuple(options.parts.split(","))
    for part in parts:
        if part not in known:
            raise UsageError(_no_part(part, known))
    if "layers" not in parts and (options.columns is not None or options.expand):
        raise UsageError("--columns and --expand are for the part layers")
    if ("picture" in parts) != (options.svg is not None):
        raise UsageError("the part picture and --svg go together: picture SPEC --svg lenet5.svg")
    about = About(options.spec, options.model, tuple(options.arg), options.exact)
    return Wanted(about, parts, options.columns, tuple(options.expand), options.svg)


def _no_part(part: str, known: Collection[str]) -> str:
    from lenet_verify.vocabulary import nearest

    near = nearest(part, list(known))
    hint = f"; did you mean '{near}'?" if near else ""
    return f"there is no part '{visible(part)}'{hint} (parts: {', '.join(known)})"


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(
            f"{message}; a marker is <!-- lenet-verify: PART[,PART] SPEC [options] -->"
        )


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="", add_help=False, allow_abbrev=False)
    parser.add_argument("parts", metavar="PART")
    parser.add_argument("spec", metavar="SPEC")
    parser.add_argument("--model")
    parser.add_argument("--arg", action="append", default=[])
    parser.add_argument("--exact", action=argparse.BooleanOptionalAction)
    parser.add_argument("--columns")
    parser.add_argument("--expand", action="append", default=[])
    parser.add_argument("--svg")
    return parser
