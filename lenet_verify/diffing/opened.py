"""A model with its nested models opened: their layers stand where they stood, named by path.

A nested model that is called several times stays one row, as any shared layer does, and is
compared inside as a model of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lenet_verify.architecture import Architecture, Call, Layer, Source
from lenet_verify.difference import Place
from lenet_verify.show.rows import calls

_SAID_INSIDE = {"call", "params", "trainable", "non_trainable", "macs", "connections"}

Wires = Mapping[tuple[str, int, int], Source]
"""By layer, call and output, what stands for it."""


@dataclass(frozen=True)
class Graph:
    """Layers, their `details` in full, and what leaves them.

    Attributes:
        paths: by name, the nested models around a layer, and its own name there.
    """

    layers: tuple[Layer, ...]
    inputs: tuple[str, ...]
    outputs: tuple[Source, ...]
    paths: Mapping[str, tuple[str, ...]]

    def place(self, layer: Layer) -> Place:
        """Where one of the layers stands."""
        sources = dict.fromkeys(source.layer for call in layer.details for source in call.inputs)
        fed_by = (self.paths[name] for name in sources if name in self.paths)
        return Place(self.paths[layer.name], tuple(fed_by))


def kept_closed(layers: Iterable[Layer], around: str = "") -> Iterator[str]:
    """The paths of nested models that cannot be opened: they are called several times, or of
    themselves something is unknown that no layer in them says."""
    for layer in layers:
        if layer.layers:
            path = around + layer.name
            once = len(calls(layer)) == 1 and bool(_ends(layer))
            if not once or layer.unknown.keys() - _SAID_INSIDE:
                yield path
            yield from kept_closed(layer.layers, f"{path}/")


def of_model(model: Architecture, closed: Collection[str]) -> Graph:
    """A whole model.

    Args:
        model: any.
        closed: paths of nested models that stay as they are.
    """
    opening = _Opening(closed)
    layers, outputs = opening.open(model.layers, _ends(model), "", {})
    return Graph(tuple(layers), model.inputs, tuple(outputs), opening.paths)


def of_nested(model: Layer, path: tuple[str, ...], closed: Collection[str]) -> Graph:
    """A nested model on its own, its counts those of all its calls, as everywhere.

    Args:
        model: the layer that it is.
        path: where that stands.
        closed: paths of nested models that stay as they are.
    """
    opening = _Opening(closed, {f"{model.name}/": path})
    layers, outputs = opening.open(model.layers, _ends(model), f"{model.name}/", {})
    times = len(calls(model))
    counted = tuple(replace(one, macs=_times(one.macs, times)) for one in layers)
    inputs = tuple(layer.name for layer in layers if layer.type == "InputLayer")
    return Graph(counted, inputs, tuple(outputs), opening.paths)


class _Opening:
    """Opens the models in a model; no two of its rows have one name.

    Attributes:
        paths: by name, where each of them stands.
    """

    def __init__(
        self, closed: Collection[str], around: Mapping[str, tuple[str, ...]] | None = None
    ) -> None:
        self.paths: dict[str, tuple[str, ...]] = {}
        self._around = {"": (), **(around or {})}
        self._closed = closed
        self._names: dict[tuple[str, str], str] = {}
        self._taken: set[str] = set()

    def open(
        self, layers: Sequence[Layer], ends: Iterable[Source], around: str, given: Wires
    ) -> tuple[list[Layer], list[Source]]:
        """The rows of a model, and its outputs.

        Args:
            layers: of the model.
            ends: its outputs, in its own names.
            around: the path of the model, with a slash.
            given: by its inputs, what feeds them.
        """
        stands_for = dict(given)

        def through(source: Source) -> Source:
            found = stands_for.get((source.layer, source.call, source.output))
            if found is None:
                return replace(source, layer=self._name(around, source.layer))
            return replace(found, argument=source.argument)

        def feeders(call: Call) -> tuple[Source, ...]:
            return tuple(map(through, call.inputs))

        inside: dict[str, list[Layer]] = {}
        for layer in layers:
            path = self._name(around, layer.name)
            if not layer.layers or path in self._closed:
                continue
            entrances = [one.name for one in layer.layers if one.type == "InputLayer"]
            fed = dict(
                zip(((name, 0, 0) for name in entrances), feeders(calls(layer)[0]), strict=False)
            )
            rows, outputs = self.open(layer.layers, _ends(layer), f"{path}/", fed)
            inside[layer.name] = rows
            stands_for |= {(layer.name, 0, i): end for i, end in enumerate(outputs)}
        found: list[Layer] = []
        # only now: a layer that is called again may read what comes after it
        for layer in layers:
            if layer.name in inside:
                found += inside[layer.name]
            elif (layer.name, 0, 0) not in given:
                details = [replace(one, inputs=feeders(one)) for one in calls(layer)]
                name = self._name(around, layer.name)
                found.append(replace(layer, name=name, details=tuple(details)))
        return found, list(map(through, ends))

    def _name(self, around: str, name: str) -> str:
        if (around, name) not in self._names:
            path = around + name
            while path in self._taken:  # a file may have such a name in it
                path += "'"
            self._taken.add(path)
            self._names[around, name] = path
            self.paths[path] = self._around[f"{path}/"] = (*self._around[around], name)
        return self._names[around, name]


def _ends(model: Architecture | Layer) -> Sequence[Source]:
    return model.ends or tuple(map(Source, model.outputs))


def _times(count: int | None, times: int) -> int | None:
    return None if count is None else count * times
