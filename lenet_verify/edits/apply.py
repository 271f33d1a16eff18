"""Edits made to an architecture, and what comes of it by inference."""

from __future__ import annotations

from lenet_verify.architecture import Architecture
from lenet_verify.edits.edit import Edit
from lenet_verify.edits.graph import Graph, Inapplicable
from lenet_verify.errors import InferenceError
from lenet_verify.inference import inferred

_TOTALS = frozenset({"params", "trainable", "non_trainable", "macs", "connections"})


def applied(architecture: Architecture, *edits: Edit) -> Architecture | None:
    """The network that comes of some edits, one after the other, everything of it derived.

    Args:
        architecture: filled, by inference or by a reader: what no edit changes stays as it is.
        edits: those of a layer that a former one has changed speak of it as it is then.

    Returns:
        None where an edit cannot be made, or where what comes of it does not join.
    """
    graph = Graph.of(architecture)
    try:
        for edit in edits:
            edit.make(graph.inside(edit.within))
        untouched = graph.close()
    except Inapplicable:
        return None
    unknown = {fact: why for fact, why in architecture.unknown.items() if fact not in _TOTALS}
    outline = graph.model(architecture)
    outline = Architecture(
        title=outline.title,
        inputs=outline.inputs,
        outputs=outline.outputs,
        layers=outline.layers,
        ends=outline.ends,
        compiled=outline.compiled,
        unknown=unknown,
    )
    try:
        return inferred(outline, untouched)
    except InferenceError:
        return None
