"""A network as a Mermaid flowchart, with a verdict or a comparison on it.

Code hosts draw it in Markdown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from lenet_verify.architecture import Architecture, Layer
from lenet_verify.difference import Kind
from lenet_verify.drawings.graph_label import INK, LOOKS
from lenet_verify.drawings.judged import marks
from lenet_verify.drawings.marks import SIGNS, Mark, Marks, Path, Told
from lenet_verify.drawings.telling import (
    LONGEST_TITLE,
    UNREACHABLE,
    outputs,
    parameters,
    shortened,
    summary,
    unread,
)
from lenet_verify.verdict import Verdict

LONGEST, MOST_ARROWS = 50_000, 500
"""What Mermaid draws where nobody has set it otherwise; of more it shows an error instead."""

_ARROW, _DASHED, _BOLD = "-->", "-.->", "==>"
_ARROWS = {Kind.ADDED: _BOLD, Kind.REMOVED: _DASHED}
_PLAIN = frozenset(" ,/@()=×·→–—…✓✗≈")
"""Beside letters and digits, what nothing on the way to the picture reads as anything else."""


def draw_mermaid(architecture: Architecture, found: Verdict | Marks | None = None) -> str:
    """The Mermaid text of a network: a box for each layer, an arrow from each that feeds it.

    No name from the model becomes an identifier, and none is interpreted by Mermaid, Markdown or
    a browser.
    """
    shown = marks(architecture, found)
    drawing = _Drawing(shown)
    lines = ["flowchart TB"]
    unknown = unread(architecture)
    if shown.whole.notes or shown.legend or unknown:
        title = shortened(architecture.title, LONGEST_TITLE)
        meanings = (f"{SIGNS[kind]} {kind.value}: {text}" for kind, text in shown.legend.items())
        whole = replace(shown.whole, notes=(*shown.whole.notes, *meanings))
        lines.append(f"  m{drawing.box('m', [title, *unknown], whole)}")
    lines += drawing.boxes((), architecture.layers, "  ")
    lines += drawing.missing()
    lines += drawing.arrows((), architecture.layers)
    lines += drawing.other_arrows()
    lines += drawing.arrows_of_missing()
    lines += drawing.looks()
    return "\n".join(lines) + "\n"


def too_large(text: str) -> bool:
    """Whether Mermaid refuses to draw so much."""
    arrows = sum(text.count(f" {arrow} ") for arrow in (_ARROW, _DASHED, _BOLD))
    return len(text) > LONGEST or arrows > MOST_ARROWS


class _Drawing:
    """One flowchart in the making: which identifier stands for which layer."""

    def __init__(self, found: Marks) -> None:
        self.marks = found
        self.ids: dict[Path | str | None, str] = {}
        self.judged: dict[Told, list[str]] = {}
        self.drawn: set[tuple[Path, Path]] = set()

    def boxes(self, outer: Path, layers: Sequence[Layer], indent: str) -> Iterator[str]:
        """A box for each layer; a nested model is a frame around those of its own."""
        for layer in layers:
            path = (*outer, layer.name)
            own = self.ids[path] = f"n{len(self.ids)}"
            mark = self.marks.layers.get(path, Mark())
            box = self.box(own, _told(layer, mark), mark)
            if not layer.layers:
                yield f"{indent}{own}{box}"
                continue
            yield f"{indent}subgraph {own}{box}"
            yield from self.boxes(path, layer.layers, indent + "  ")
            yield f"{indent}end"

    def missing(self) -> Iterator[str]:
        """A box for each layer that the model lacks."""
        for at, ghost in enumerate(self.marks.ghosts):
            own = self.ids[ghost.name] = f"g{at}"
            yield f"  {own}{self.box(own, [shortened(ghost.name)], ghost.mark)}"

    def box(self, own: str, lines: Sequence[str], mark: Mark) -> str:
        """What is written into a box; the first line is what it is called."""
        if mark.outcome is not None:
            self.judged.setdefault(mark.outcome, []).append(own)
        word = f"{SIGNS[mark.outcome]} {mark.word}".strip()
        first, *rest = (_inert(line) for line in (*lines, word, *mark.notes) if line)
        return f'["{"<br/>".join([f"<b>{first}</b>", *rest])}"]'

    def arrows(self, outer: Path, layers: Sequence[Layer]) -> Iterator[str]:
        """An arrow from each layer that feeds another, once, whichever call it feeds."""
        for layer in layers:
            path = (*outer, layer.name)
            fed = (source for call in layer.calls or (layer.inputs,) for source in call)
            for source in dict.fromkeys(fed):
                if tail := self.ids.get((*outer, source)):
                    between = ((*outer, source), path)
                    self.drawn.add(between)
                    kind = self.marks.edges.get(between)
                    usual = _ARROW if layer.reaches_output else _DASHED
                    yield f"  {tail} {_ARROWS[kind] if kind else usual} {self.ids[path]}"
            yield from self.arrows(path, layer.layers)

    def other_arrows(self) -> Iterator[str]:
        """Those that are removed, and those that lead into a nested model or out of it."""
        for between, kind in self.marks.edges.items():
            if between not in self.drawn:
                tail, head = between
                yield f"  {self.ids[tail]} {_ARROWS[kind]} {self.ids[head]}"

    def arrows_of_missing(self) -> Iterator[str]:
        """The arrows that there would be; of two missing layers, the second has it."""
        for ghost in self.marks.ghosts:
            own = self.ids[ghost.name]
            if before := self.ids.get(ghost.before):
                yield f"  {before} {_DASHED} {own}"
            if isinstance(ghost.after, tuple):
                yield f"  {own} {_DASHED} {self.ids[ghost.after]}"

    def looks(self) -> Iterator[str]:
        """How each outcome looks; its word is in the box, so that nothing is left to colour."""
        for outcome, boxes in self.judged.items():
            look, name = LOOKS[outcome], outcome.value
            style = f"fill:{look.fill},stroke:{look.ink},color:{INK},stroke-width:{look.width}px"
            if "dashed" in look.style or "dotted" in look.style:
                style += ",stroke-dasharray:5 3"
            yield f"  classDef {name} {style}"
            yield f"  class {','.join(boxes)} {name}"


def _told(layer: Layer, mark: Mark) -> list[str]:
    """A layer's names, what it is, and what comes out."""
    names = " + ".join(map(shortened, mark.names)) or shortened(layer.name)
    if mark.names and layer.name not in mark.names:
        names += f" ({shortened(layer.name)})"
    counts = f" · {parameters(layer.params)}" if layer.params != 0 else ""
    lines = [names, "" if layer.type == "InputLayer" else summary(layer), outputs(layer) + counts]
    if not layer.reaches_output and not any(note.endswith(UNREACHABLE) for note in mark.notes):
        lines.append(UNREACHABLE)
    return lines


def _inert(text: str) -> str:
    """Text in which only letters and digits stand for themselves.

    Mermaid's own entities for the rest: in one way or another it reads quotes, Markdown, HTML,
    icons (`fa:`), directives (`%%{`) and entities in the text of a box.
    """
    return "".join(one if one.isalnum() or one in _PLAIN else f"#{ord(one)};" for one in text)
