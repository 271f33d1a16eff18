"""What the commands that draw have in common: the options of a picture, and its file."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from lenet_verify.commands.arguments import whole_from
from lenet_verify.console import say
from lenet_verify.draw.wanted import ORIENTATIONS, STYLES, THEMES


def add_picture(add: Callable[..., object], out: str) -> None:
    """The options that say how a picture looks, and where it goes.

    Args:
        add: of the parser.
        out: what the file is, and what is done without one.
    """
    add(
        "-o", "--out", metavar="FILE",
        help="draw into that file, which is replaced if it is there; its suffix says what it is: "
        f".svg, .png, .pdf, .dot or .mmd {out}",
    )  # fmt: skip
    add(
        "--style", choices=tuple(STYLES), metavar="STYLE",
        help="figure (default), graph (by Graphviz), or mermaid (a graph for Markdown)",
    )  # fmt: skip
    add(
        "--theme", choices=THEMES, metavar="THEME",
        help="of the figure or graph: light, dark, or auto (default: SVG is as its reader's system "
        "is, everything else light)",
    )  # fmt: skip
    add(
        "--stages", type=whole_from(3), metavar="NUMBER",
        help="of the figure, how many stages a row may have: at least 3 (default: 16, or 6 in each "
        "of several rows); what is more is folded",
    )  # fmt: skip
    add(
        "--orientation", choices=ORIENTATIONS, metavar="WHERE",
        help="of the graph, where data flows to: down (default) or right",
    )  # fmt: skip


def write_picture(file: Path, content: bytes, options: argparse.Namespace) -> None:
    """Writes a picture, and says so.

    Raises:
        OutputError: it cannot be written.
    """
    from lenet_verify.files import write_files

    write_files(file.parent, {file.name: content})
    say("" if options.quiet else f"wrote {file}")
