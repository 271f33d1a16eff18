"""Deviations: facts in which a model is known to differ, and why that is accepted.

They stand under a spec's `implementations:`, and in a user's configuration.
"""

from __future__ import annotations

from lenet_verify.facts import LAYER_FACTS, MODEL_FACTS
from lenet_verify.spec.contents import Deviation
from lenet_verify.spec.document import Node, Sequence, plain
from lenet_verify.spec.fields import Problems, fields, text
from lenet_verify.vocabulary import ARGUMENT_FORMS

KEYS = ("layer", "fact", "accept", "reason")


def read_deviations(problems: Problems, node: Node | None) -> tuple[Deviation, ...]:
    """A list of deviations; what is wrong with each is noted."""
    if node is None:
        return ()
    if not isinstance(node, Sequence):
        problems.add(node, "'deviations' is a list")
        return ()
    found: list[Deviation] = []
    for item in node.items:
        given = fields(problems, item, "a deviation", KEYS)
        if given is None:
            continue
        missing = [key for key in KEYS if key not in given]
        if missing:
            problems.add(item, f"a deviation needs {', '.join(map(repr, missing))}")
            continue
        layer = text(problems, given["layer"], "layer")
        fact = text(problems, given["fact"], "fact")
        reason = text(problems, given["reason"], "reason")
        known = (*LAYER_FACTS, *MODEL_FACTS, *ARGUMENT_FORMS, "layer")
        if fact is not None and fact not in known:
            problems.unknown(given["fact"], fact, "fact", known)
        if layer and fact and reason:
            accept = plain(given["accept"])
            found.append(Deviation(layer, fact, accept, reason, item.line, problems.file))
    return tuple(found)
