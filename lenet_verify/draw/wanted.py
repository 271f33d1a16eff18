"""Which picture the command line asks for."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lenet_verify.errors import OutputError, UsageError
from lenet_verify.visible import visible

STYLES: Mapping[str, tuple[str, ...]] = {
    "figure": ("svg", "png", "pdf"),
    "graph": ("dot", "svg", "png", "pdf"),
    "mermaid": ("mmd",),
}
"""What each style can be written as; the first of them goes to standard output."""


THEMES = ("light", "dark", "auto")
ORIENTATIONS = ("down", "right")


@dataclass(frozen=True)
class Wanted:
    """A picture that somebody wants.

    Attributes:
        style: one of `STYLES`.
        kind: what it is written as.
        file: where to; None for standard output.
        theme, orientation: how it is drawn.
        stages: how many a row may have; None for as many as a page holds.
    """

    style: str
    kind: str
    file: Path | None
    theme: str
    orientation: str
    stages: int | None


def wanted(options: Namespace) -> Wanted:
    """The picture that the options ask for.

    Raises:
        UsageError: no style is written so, or what is asked for is another style's.
        OutputError: the file cannot be one.
    """
    file = None if options.out is None else _file(options.out)
    style, kind = _style_and_kind(options.style, file)
    if options.theme is not None and style == "mermaid":
        raise UsageError("--theme is not for Mermaid, whose page decides: leave it out")
    for option, value, whose in (
        ("--stages", options.stages, "figure"),
        ("--orientation", options.orientation, "graph"),
    ):
        if value is not None and style != whose:
            raise UsageError(f"{option} is for the {whose}: leave it out, or add --style {whose}")
    theme = options.theme or "auto"
    if theme == "auto" and kind != "svg":
        theme = "light"
    return Wanted(style, kind, file, theme, options.orientation or "down", options.stages)


def _file(given: str) -> Path:
    file = Path(given)
    if not file.name or given.endswith("/"):
        raise OutputError(f"--out takes a file, not '{visible(given)}'")
    try:
        is_folder = file.is_dir()
    except OSError as e:  # a name that no file system takes
        raise OutputError(f"{visible(given)} cannot be a file: {e.strerror}") from e
    if is_folder:
        raise OutputError(f"{visible(given)} is a folder: name a file in it with --out")
    return file


def _style_and_kind(style: str | None, file: Path | None) -> tuple[str, str]:
    if file is None:
        style = style or "figure"
        return style, STYLES[style][0]
    kind = file.suffix.lower().removeprefix(".")
    able = [name for name, kinds in STYLES.items() if kind in kinds]
    if style is None and able:
        return able[0], kind
    if style in able:
        return style or "", kind
    kinds = STYLES[style] if style else [one for each in STYLES.values() for one in each]
    what = f"a {style}" if style else "a picture"
    other = f"; --style {able[0]} writes .{kind}" if able else ""
    raise UsageError(f"{visible(str(file))}: {what} is written as {_either(kinds)}{other}")


def _either(kinds: Sequence[str]) -> str:
    *most, last = (f".{kind}" for kind in dict.fromkeys(kinds))
    return f"{', '.join(most)} or {last}" if most else last
