"""An architecture as the bytes of a picture."""

from __future__ import annotations

from collections.abc import Sequence

from lenet_verify.architecture import Architecture
from lenet_verify.draw.wanted import Wanted
from lenet_verify.drawings.marks import Marks
from lenet_verify.verdict import Verdict


def drawn(
    architecture: Architecture, found: Verdict | Marks | None, wanted: Wanted
) -> tuple[bytes, Sequence[str]]:
    """The picture of a network, and warnings of what it does not show.

    Args:
        architecture: the network.
        found: what a check found, or any other marks.
        wanted: how it is to look, and what it is written as.

    Raises:
        MissingLibraryError: what draws this kind is not installed.
        PictureError: Graphviz could not draw it.
    """
    if wanted.style == "graph":
        return _graph(architecture, found, wanted)
    if wanted.style == "mermaid":
        from lenet_verify.drawings.mermaid import draw_mermaid

        return draw_mermaid(architecture, found).encode("utf-8", "backslashreplace"), ()
    from lenet_verify.drawings.figure import as_svg, composed

    picture = composed(architecture, found, wanted.stages)
    if wanted.kind == "svg":
        return as_svg(picture, wanted.theme).encode(), ()
    from lenet_verify.draw.glyphs import boxed, warning

    picture, lacking = boxed(picture, right_to_left=wanted.kind == "png")
    if wanted.kind == "png":
        from lenet_verify.draw.png import as_png

        content = as_png(as_svg(picture, wanted.theme))
    else:
        from lenet_verify.draw.pdf import as_pdf

        content = as_pdf(picture, wanted.theme)
    return content, [warning(wanted.kind, lacking)] if lacking else []


def _graph(
    architecture: Architecture, found: Verdict | Marks | None, wanted: Wanted
) -> tuple[bytes, Sequence[str]]:
    from lenet_verify.drawings.graph import draw_graph
    from lenet_verify.drawings.graph_theme import as_its_reader_has_it, darkened

    dot = draw_graph(architecture, found, wanted.orientation)
    if wanted.theme == "dark":
        dot = darkened(dot)
    if wanted.kind == "dot":
        return dot.encode("utf-8", "backslashreplace"), ()
    from lenet_verify.draw.glyphs import lacking, warning
    from lenet_verify.pictures import lay_out

    characters = lacking(dot) if wanted.kind != "svg" else ""
    warnings = [warning(wanted.kind, characters)] if characters else []
    content = lay_out(dot, [wanted.kind])[wanted.kind]
    if wanted.theme == "auto":
        content = as_its_reader_has_it(content.decode()).encode()
    return content, warnings
