"""Which of a spec's layers the keys of `expect` choose."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import translate

from lenet_verify.spec.contents import LayerRecipe, Selector
from lenet_verify.spec.document import Limits, Scalar, over
from lenet_verify.spec.fields import Problems
from lenet_verify.spec.layers import UNKNOWN_TYPE, Graph
from lenet_verify.spec.selectors import family, nth, parse_selector


@dataclass(frozen=True)
class Chosen:
    """A selector and the spec's layers that it chooses: none for the model and its inputs, in a
    spec without layers, and where the selector is wrong."""

    selector: Selector
    names: tuple[str, ...] = ()
    types: tuple[str, ...] = ()


class Selection:
    """Resolves the selectors of one spec. Each answer is kept, since claims repeat them."""

    def __init__(self, problems: Problems, graph: Graph, limits: Limits) -> None:
        self.problems = problems
        self.graph = graph
        self.limits = limits
        self.several = dict.fromkeys(i.name for i in graph.inputs if len(graph.inputs) > 1)
        self.by_name = {layer.name: layer for layer in graph.layers}
        self.names = {**self.by_name, **graph.ends, **self.several}
        self.by_kind: dict[str | None, list[LayerRecipe]] = {}
        for layer in graph.layers:
            self.by_kind.setdefault(layer.type, []).append(layer)
            self.by_kind.setdefault(family(layer.type), []).append(layer)
        self.globs: dict[str, tuple[LayerRecipe, ...]] = {}

    def choose(self, key: Scalar) -> Chosen:
        """What a key of `expect` chooses; what is wrong with it is noted."""
        selector = self.problems.attempt(
            key, f"'{key.text}'", lambda: parse_selector(key.text, self.names)
        )
        if selector is None:
            return Chosen(Selector(key.text, "name"))
        for kind, found in (("input", [*self.several]), ("output", self.graph.outputs)):
            if selector.kind == kind and len(found) > 1:
                several = ", ".join(found[:12])
                self.problems.add(key, f"the spec has several {kind}s: {several}; name one")
                return Chosen(selector)
        if selector.text in self.several:
            return Chosen(Selector(selector.text, "input"))
        if selector.kind in ("model", "input") or not self.graph.layers:
            return Chosen(selector)
        if selector.kind == "output":
            if not self.graph.outputs:  # noted as wrong already
                return Chosen(selector)
            selector = Selector(self.graph.outputs[0], "name")
        if selector.text in self.graph.ends:
            selector = Selector(self.graph.ends[selector.text], "name")
        layers = self._layers(key, selector)
        if not layers:
            self._note_none(key, selector)
        return Chosen(
            selector,
            tuple(layer.name for layer in layers),
            tuple(dict.fromkeys(layer.type for layer in layers)),
        )

    def _layers(self, key: Scalar, selector: Selector) -> tuple[LayerRecipe, ...]:
        if selector.kind == "name":
            return tuple(layer for layer in [self.by_name.get(selector.text)] if layer)
        if selector.kind == "ordinal":
            return nth(self.by_kind.get(selector.kind_of_layer, ()), selector.position)
        if selector.text not in self.globs:
            if len(self.globs) >= self.limits.globs:
                raise self.problems.refused(key, over("globs", self.limits.globs))
            fits = re.compile(translate(selector.text)).match
            layers = [row for row in self.graph.layers if fits(row.name)]
            self.globs[selector.text] = tuple(layers)
        return self.globs[selector.text]

    def _note_none(self, key: Scalar, selector: Selector) -> None:
        if selector.kind == "name":
            known = {**self.names, **dict.fromkeys(("input", "output", "model"))}
            self.problems.unknown(key, key.text, "layer", known)
        elif selector.kind == "glob":
            self.problems.add(key, f"'{key.text}' matches no layer of this spec")
        elif UNKNOWN_TYPE not in self.by_kind:
            self.problems.add(key, f"this spec has no '{key.text}'")
