"""What a picture consists of, and in which colours, whoever writes it down: SVG or PDF."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from lenet_verify.drawings.figure.lettering import width

Point = tuple[float, float]

FONT = "DejaVu Sans"


@dataclass(frozen=True)
class Shape:
    """A line from point to point, or the area that it encloses.

    Attributes:
        role: what it is, by which it has its look.
    """

    points: tuple[Point, ...]
    role: str
    closed: bool = True


@dataclass(frozen=True)
class Text:
    """One line of text; `x` is its left end, `y` its baseline.

    Attributes:
        centred: whether it stands in the middle of its room where it is narrower.
    """

    x: float
    y: float
    text: str
    size: float
    role: str = "ink"
    bold: bool = False
    centred: bool = False

    @property
    def width(self) -> float:
        """How wide it is at most."""
        return width(self.text, self.size, self.bold)


@dataclass(frozen=True)
class Image:
    """Pixels; `x` and `y` are the upper left corner.

    Attributes:
        png: the bytes of a PNG file.
    """

    x: float
    y: float
    width: float
    height: float
    png: bytes


Mark = Shape | Text | Image


@dataclass(frozen=True)
class Group:
    """What belongs together, with what is told where it is pointed at.

    Attributes:
        layers: names of the layers that it stands for, `outer/inner` in an opened model.
        first: the one of them that it is called after, or else the first.
        missing: whether the model lacks them, so that the names are the paper's.
    """

    title: str
    items: tuple[Mark, ...]
    layers: tuple[str, ...] = ()
    first: str = ""
    missing: bool = False


Item = Mark | Group


@dataclass(frozen=True)
class Picture:
    """A whole picture.

    Attributes:
        title, about: for those who do not see it.
    """

    width: float
    height: float
    title: str
    about: str
    items: tuple[Item, ...] = ()


@dataclass(frozen=True)
class Look:
    """How a role looks; an empty colour is none."""

    fill: str = ""
    stroke: str = ""
    width: float = 0.0
    dash: tuple[float, ...] = field(default=())


# Okabe and Ito's hues, darkened or lightened until text has 4.5:1 on its ground (WCAG AA)
_LIGHT: Mapping[str, str] = {
    "ground": "#ffffff",
    "ink": "#1f2328",
    "muted": "#57606a",
    "line": "#6e7781",
    "edge": "#3d4a57",
    "maps": "#e6eef7",
    "vector": "#fbeed7",
    "input": "#f3f4f6",
    "field": "#b6cbe3",
    "broken": "#a83800",
    "broken-fill": "#ffe9dc",
    "unknown": "#8a3b6c",
    "unknown-fill": "#faeaf4",
    "deviates": "#005a91",
    "deviates-fill": "#dff0fc",
    "removed": "#a83800",
    "removed-fill": "#ffffff",
    "added": "#00694d",
    "added-fill": "#d8f2e7",
    "changed": "#005a91",
    "changed-fill": "#dff0fc",
    "holds": "#00694d",
}
_DARK: Mapping[str, str] = {
    "ground": "#0d1117",
    "ink": "#e6edf3",
    "muted": "#9aa4af",
    "line": "#8b949e",
    "edge": "#a9b8c8",
    "maps": "#1d2b3a",
    "vector": "#3a2f1c",
    "input": "#1c2128",
    "field": "#44658a",
    "broken": "#ff9a66",
    "broken-fill": "#4a2413",
    "unknown": "#e6a3cb",
    "unknown-fill": "#3d2035",
    "deviates": "#7cc4f5",
    "deviates-fill": "#11324a",
    "removed": "#ff9a66",
    "removed-fill": "#0d1117",
    "added": "#5fd3ae",
    "added-fill": "#123a2d",
    "changed": "#7cc4f5",
    "changed-fill": "#11324a",
    "holds": "#5fd3ae",
}
COLOURS: Mapping[str, Mapping[str, str]] = {"light": _LIGHT, "dark": _DARK}
MARKED = ("broken", "unknown", "deviates", "removed", "added", "changed")
"""What changes how a stage looks."""


def looks(theme: str) -> Mapping[str, Look]:
    """How every role looks in `light` or `dark`."""
    colours = COLOURS[theme]
    found = {"ground": Look(colours["ground"])}
    for role in ("ink", "muted", "holds", *MARKED):
        found[role] = Look(colours[role])
    for role in ("maps", "vector", "input"):
        found[role] = Look(colours[role], colours["edge"], 0.9)
    for role in MARKED:
        look = Look(colours[f"{role}-fill"], colours[role], 1.2)
        found[f"{role}-solid"] = look
    found["broken-solid"] = replace(found["broken-solid"], width=2.2)
    found["unknown-solid"] = replace(found["unknown-solid"], width=1.4, dash=(4.0, 2.5))
    found["deviates-solid"] = replace(found["deviates-solid"], width=1.6, dash=(1.6, 1.6))
    found["added-solid"] = replace(found["added-solid"], width=2.6)
    found["changed-solid"] = replace(found["changed-solid"], width=1.6, dash=(1.6, 1.6))
    found["removed-solid"] = replace(found["removed-solid"], width=1.6, dash=(5.0, 3.0))
    found["missing"] = Look("", colours["broken"], 1.6, (5.0, 3.0))
    found["unseen"] = Look(colours["input"], colours["edge"], 1.0, (3.0, 2.5))
    found["field"] = Look(colours["field"], colours["edge"], 0.9)
    found["line"] = Look("", colours["line"], 0.8)
    found["head"] = Look(colours["line"])
    return found


def moved(items: Sequence[Item], dx: float, dy: float) -> tuple[Item, ...]:
    """The same, elsewhere."""
    return tuple(_moved(item, dx, dy) for item in items)


def _moved(item: Item, dx: float, dy: float) -> Item:
    if isinstance(item, Group):
        return replace(item, items=tuple(_moved_one(one, dx, dy) for one in item.items))
    return _moved_one(item, dx, dy)


def _moved_one(item: Mark, dx: float, dy: float) -> Mark:
    if isinstance(item, Text | Image):
        return replace(item, x=item.x + dx, y=item.y + dy)
    return replace(item, points=tuple((x + dx, y + dy) for x, y in item.points))
