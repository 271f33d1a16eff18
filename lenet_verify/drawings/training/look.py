"""How the pictures of a run look, in light and in dark."""

from __future__ import annotations

from collections.abc import Mapping

from lenet_verify.drawings.figure.picture import COLOURS, Look
from lenet_verify.drawings.figure.svg import Kind

LEVELS = 5
"""Of shading, from few to all."""

_SHADES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "light": {
        "right": ("#eef5fb", "#d3e6f5", "#a9d0ee", "#7db8e3", "#579fd2"),
        "wrong": ("#fff4ec", "#ffe3d0", "#ffc9a8", "#fbab7d", "#ee8d58"),
    },
    "dark": {
        "right": ("#10202d", "#123049", "#144264", "#175681", "#1a6a9f"),
        "wrong": ("#2a1710", "#432113", "#5e2b16", "#7b3618", "#98421a"),
    },
}
"""Of the cells of a confusion matrix; a test holds text on each to 4.5:1."""

_CELL_INK: Mapping[str, str] = {"light": "#14181d", "dark": "#ffffff"}
_GRID: Mapping[str, str] = {"light": "#d8dee4", "dark": "#30363d"}


def looks(theme: str) -> Mapping[str, Look]:
    """How every role looks in `light` or `dark`."""
    colours = COLOURS[theme]
    training, validation = colours["deviates"], colours["broken"]
    ground = colours["ground"]
    found = {
        "ground": Look(ground),
        "ink": Look(colours["ink"]),
        "muted": Look(colours["muted"]),
        "cell-ink": Look(_CELL_INK[theme]),
        "axis": Look("", colours["line"], 1.0),
        "grid": Look("", _GRID[theme], 0.8),
        "training": Look(training),
        "training-line": Look("", training, 2.0),
        "training-point": Look(training, ground, 0.8),
        "validation": Look(validation),
        "validation-line": Look("", validation, 2.0, (6.0, 3.0)),
        "validation-point": Look(ground, validation, 1.6),
        "right": Look(colours["holds"]),
        "wrong": Look(validation),
        "right-frame": Look("", colours["line"], 1.0),
        "wrong-frame": Look("", validation, 3.0),
        "wrong-flag": Look(validation, ground, 1.0),
        "wrong-cross": Look("", ground, 2.0),
        "empty": Look("", _GRID[theme], 0.8),
    }
    for kind, shades in _SHADES[theme].items():
        for level, shade in enumerate(shades):
            found[f"{kind}-{level}"] = Look(shade, ground, 1.0)
    return found


TRAINING = Kind("training-picture", looks)
