"""A difference in the format that the command line asks for."""

from __future__ import annotations

from lenet_verify.difference import Difference


def render(
    difference: Difference,
    names: tuple[str, str],
    kind: str,
    room: int | None,
    colour: bool,
    *,
    brief: bool = False,
) -> str:
    """A difference as text.

    Args:
        difference: what changed.
        names: what the user calls the two models.
        kind: text, json or markdown.
        room: how many columns the terminal has; None if it does not matter.
        colour: whether text may have colour.
        brief: whether text says no more than what it comes to.
    """
    # each format is loaded only where it is asked for
    if kind == "json":
        from lenet_verify.diffing.json_document import render_json

        return render_json(difference, names)
    if kind == "markdown":
        from lenet_verify.diffing.markdown import render_markdown

        return render_markdown(difference, names)
    from lenet_verify.diffing.text import render_text

    return render_text(difference, names, room=room, colour=colour, brief=brief)
