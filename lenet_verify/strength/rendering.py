"""A spec's strength in the format that the command line asks for."""

from __future__ import annotations

from lenet_verify.strength.measured import Strength


def render(strength: Strength, kind: str, *, colour: bool = False, brief: bool = False) -> str:
    """A spec's strength as text.

    Args:
        strength: what became of every edit.
        kind: text, json or markdown.
        colour: whether text may have colour.
        brief: whether text says no more than the scores.
    """
    # each format is loaded only where it is asked for
    if kind == "json":
        from lenet_verify.strength.json_document import render_json

        return render_json(strength)
    if kind == "markdown":
        from lenet_verify.strength.markdown import render_markdown

        return render_markdown(strength)
    from lenet_verify.strength.text import render_text

    return render_text(strength, colour=colour, brief=brief)
