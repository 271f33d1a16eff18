"""A network as a Graphviz diagram (DOT), with a verdict or a comparison on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from lenet_verify.architecture import Architecture, Layer
from lenet_verify.difference import Kind
from lenet_verify.drawings import graph_label
from lenet_verify.drawings.graph_label import INK, LINE, LOOKS
from lenet_verify.drawings.judged import marks
from lenet_verify.drawings.marks import Mark, Marks, Path
from lenet_verify.drawings.telling import parameters, unread
from lenet_verify.verdict import Verdict

if TYPE_CHECKING:
    from graphviz import Digraph

FONT = "DejaVu Sans"

EDGES: Mapping[Kind | None, Mapping[str, str]] = {
    Kind.ADDED: {"color": LOOKS[Kind.ADDED].ink, "penwidth": "2.8"},
    Kind.REMOVED: {
        "color": LOOKS[Kind.REMOVED].ink,
        "penwidth": "1.4",
        "style": "dashed",
        "arrowhead": "empty",
        "weight": "1",
    },
}
"""How connections look that only one of two networks has: other in line and head, too."""


def draw_graph(
    architecture: Architecture,
    found: Verdict | Marks | None = None,
    orientation: str = "down",
) -> str:
    """The DOT text of a network: a card for each layer, an edge for each tensor that flows.

    No name from the model becomes an identifier, and none is interpreted by Graphviz.

    Args:
        architecture: the network.
        found: what a check found, or any other marks.
        orientation: where data flows to: `down` or `right`.
    """
    from graphviz import Digraph

    shown = marks(architecture, found)
    graph = Digraph(
        "network",
        graph_attr={
            "bgcolor": "white",
            "fontname": FONT,
            "label": _heading(architecture, shown),
            "labeljust": "l",
            "labelloc": "t",
            "nodesep": "0.3",
            "outputorder": "edgesfirst",
            "pad": "0.2",
            "ranksep": "0.2",
            "compound": "true",
            **({"rankdir": "LR", "ranksep": "0.4"} if orientation == "right" else {}),
        },
        node_attr={"fontname": FONT, "shape": "box", "margin": "0.13,0.06", "height": "0.3"},
        edge_attr={"arrowsize": "0.6", "color": LINE, "penwidth": "1.1", "weight": "8"},
    )
    _Drawing(graph, shown).draw(architecture, side_by_side=orientation == "right")
    return str(graph.source)


class _Drawing:
    """One diagram in the making: which identifier stands for which layer."""

    def __init__(self, graph: Digraph, found: Marks) -> None:
        self.graph = graph
        self.marks = found
        self.count = 0
        self.entries: dict[Path, tuple[str, ...]] = {}
        self.exits: dict[Path, tuple[str, str]] = {}
        self.clusters: dict[Path, str] = {}
        self.edges: list[tuple[str, str, dict[str, str]]] = []
        self.drawn: set[tuple[Path, Path]] = set()
        self.widths = graph_label.WIDE

    def draw(self, architecture: Architecture, side_by_side: bool) -> None:
        if side_by_side or not _is_chain(architecture.layers):
            self.widths = graph_label.NARROW
        self.draw_layers(self.graph, (), architecture.layers)
        self.draw_ghosts()
        self.draw_other_edges()
        for tail, head, attributes in self.edges:
            self.graph.edge(tail, head, **attributes)

    def draw_layers(self, graph: Digraph, outer: Path, layers: Sequence[Layer]) -> None:
        for layer in layers:
            path = (*outer, layer.name)
            mark = self.marks.layers.get(path, Mark())
            if layer.layers:
                self.draw_nested(graph, path, layer, mark)
            else:
                name = f"n{self.count}"
                self.count += 1
                label = graph_label.card(layer, mark, self.widths)
                graph.node(name, label, **_look(mark, layer))
                self.entries[path] = (name,)
                self.exits[path] = (name, "")
        for layer in layers:
            self.connect(outer, layer)

    def draw_nested(self, graph: Digraph, path: Path, layer: Layer, mark: Mark) -> None:
        name = self.clusters[path] = f"cluster_{len(self.clusters)}"
        label = graph_label.around(layer, mark)
        attributes = {"label": label, "labeljust": "l", "margin": "12"}
        with graph.subgraph(name=name, graph_attr={**attributes, **_look(mark, layer)}) as inside:
            self.draw_layers(inside, path, layer.layers)
        inputs = [child for child in layer.layers if child.type == "InputLayer"]
        inner = {(*path, child.name) for child in layer.layers}
        self.entries[path] = tuple(
            self.entries[(*path, child.name)][0] for child in inputs or layer.layers[:1]
        )
        ends = [(*path, end) for end in layer.outputs if (*path, end) in inner]
        end = ends[0] if ends else (*path, layer.layers[-1].name)
        tail, _ = self.exits[end]
        # one output leaves from the layer that makes it, several from the whole
        self.exits[path] = self.exits[end] if len(ends) == 1 else (tail, name)

    def connect(self, outer: Path, layer: Layer) -> None:
        """An edge for each layer that feeds this one, once, whichever call it feeds."""
        path = (*outer, layer.name)
        entries = self.entries[path]
        known = set()
        for call in layer.calls or (layer.inputs,):
            for at, source in enumerate(call):
                if (*outer, source) not in self.exits:
                    continue
                tail, cluster = self.exits[(*outer, source)]
                head = entries[at % len(entries)]
                if (tail, head) in known:
                    continue
                known.add((tail, head))
                attributes = {"ltail": cluster} if cluster else {}
                if layer.layers:
                    attributes["lhead"] = self.clusters[path]
                if not layer.reaches_output:
                    attributes["style"] = "dashed"
                between = ((*outer, source), path)
                self.drawn.add(between)
                attributes |= EDGES.get(self.marks.edges.get(between), {})
                self.edges.append((tail, head, attributes))

    def draw_other_edges(self) -> None:
        """Those that are removed, and those that lead into a nested model or out of it."""
        for between, kind in self.marks.edges.items():
            if between not in self.drawn:
                source, target = between
                attributes = dict(EDGES[kind])
                tail, cluster = self.exits[source]
                if cluster:
                    attributes["ltail"] = cluster
                if target in self.clusters:
                    attributes["lhead"] = self.clusters[target]
                self.edges.append((tail, self.entries[target][0], attributes))

    def draw_ghosts(self) -> None:
        names = {ghost.name: f"g{at}" for at, ghost in enumerate(self.marks.ghosts)}
        for ghost in self.marks.ghosts:
            name = names[ghost.name]
            look = {**_look(ghost.mark), "style": "rounded,dashed", "penwidth": "1.4"}
            self.graph.node(name, graph_label.missing(ghost.mark), **look)
            attributes = {"style": "dashed", "color": look["color"], "weight": "0"}
            if isinstance(ghost.before, tuple):
                self.edges.append((self.exits[ghost.before][0], name, attributes))
            elif ghost.before in names:
                self.edges.append((names[ghost.before], name, attributes))
            if isinstance(ghost.after, tuple):
                self.edges.append((name, self.entries[ghost.after][0], attributes))


def _is_chain(layers: Sequence[Layer]) -> bool:
    sources = [source for layer in layers for source in layer.inputs]
    branches = len(set(sources)) < len(sources) or any(layer.calls for layer in layers)
    return not branches and all(_is_chain(layer.layers) for layer in layers)


def _look(mark: Mark, layer: Layer | None = None) -> dict[str, str]:
    look = LOOKS[mark.outcome]
    style = look.style
    if layer and not layer.reaches_output and mark.outcome is None:
        style += ",dashed"
    colour = LINE if mark.outcome is None else look.ink
    return {
        "color": colour,
        "fillcolor": look.fill,
        "fontcolor": INK,
        "penwidth": look.width,
        "peripheries": look.lines,
        "style": style,
    }


def _heading(architecture: Architecture, shown: Marks) -> str:
    """Title, the verdict's word, totals, and what fails without belonging to a layer."""
    counts = parameters(architecture.params)
    whole = replace(shown.whole, notes=(*unread(architecture), *shown.whole.notes))
    return graph_label.heading(architecture.title, counts, whole, shown.legend)
