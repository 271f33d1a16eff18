"""A network as the figure of a paper: tensors in true proportion, and what leads to each.

As in Fig. 2 of LeCun et al. 1998: feature maps are stacked planes, vectors bars; a receptive
field is drawn from map to map; the operations stand below. Drawn without any other program.
"""

from __future__ import annotations

from lenet_verify.architecture import Architecture
from lenet_verify.drawings.figure.composition import composed
from lenet_verify.drawings.figure.picture import Group, Picture
from lenet_verify.drawings.figure.svg import as_svg, as_svg_of_page, style
from lenet_verify.drawings.marks import Marks
from lenet_verify.verdict import Verdict

__all__ = ["Group", "Picture", "as_svg", "as_svg_of_page", "composed", "draw_figure", "style"]


def draw_figure(
    architecture: Architecture,
    found: Verdict | Marks | None = None,
    theme: str = "auto",
    most: int | None = None,
) -> str:
    """The figure of a network as the text of an SVG file.

    Args:
        architecture: the network.
        found: what a check found, or any other marks.
        theme: `light`, `dark`, or `auto`: as its reader's system is.
        most: how many stages a row may have, at least 3; None for as many as a page holds.
    """
    return as_svg(composed(architecture, found, most), theme)
