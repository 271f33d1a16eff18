"""How models are to look, as the command line says it, and models looking so."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass

from lenet_verify.errors import UsageError
from lenet_verify.show.columns import Column, choice
from lenet_verify.show.rows import Shown, opened
from lenet_verify.show.table import Table, table


@dataclass(frozen=True)
class Look:
    """How models are to look.

    Attributes:
        format: text, json or markdown.
        columns: of their tables; None for the usual ones.
        expand: the nested models to open.
    """

    format: str = "text"
    columns: tuple[Column, ...] | None = None
    expand: tuple[str, ...] = ()


@dataclass(frozen=True)
class Drawn:
    """A model with its table; JSON needs none."""

    shown: Shown
    table: Table | None


def look(options: Namespace) -> Look:
    """How the command line wants models to look.

    Raises:
        UsageError: it asks for something impossible.
    """
    if options.format == "json" and (options.columns is not None or options.expand):
        option = "--expand" if options.expand else "--columns"
        raise UsageError(f"{option} is for tables: the JSON has every layer and fact anyhow")
    return Look(options.format, choice(options.columns), tuple(options.expand))


def drawn(shown: Shown, look: Look) -> Drawn:
    """A model ready to be rendered.

    Raises:
        UsageError: a nested model to open is not there.
    """
    if look.format == "json":
        return Drawn(shown, None)
    return Drawn(shown, table(shown.architecture, look.columns, opened(shown, look.expand)))


def render(models: Sequence[Drawn], look: Look, room: int | None, colour: bool) -> str:
    """All models as one text.

    Args:
        models: as `drawn` makes them for this look.
        look: how.
        room: how many columns the terminal has; None if it does not matter.
        colour: whether text may have colour.
    """
    # each format is loaded only where it is asked for
    if look.format == "json":
        from lenet_verify.show.json_document import render_json

        return render_json([one.shown for one in models])
    tables = [(one.shown, one.table) for one in models if one.table is not None]
    if look.format == "markdown":
        from lenet_verify.show.markdown import render_markdown

        return render_markdown(tables)
    from lenet_verify.show.text import render_text

    return render_text(tables, room=room, colour=colour)
