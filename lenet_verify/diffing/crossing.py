"""What a connection as it is drawn stands for, where it leads into a nested model or out of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from lenet_verify.architecture import Layer
from lenet_verify.drawings.marks import Path

Edge = tuple[Path, Path]


def drawn_edges(
    layers: Sequence[Layer], rows: Collection[Path]
) -> Iterator[tuple[Edge, set[Edge]]]:
    """Each connection between neighbours, and those between layers that it may be a part of.

    Args:
        layers: of a model.
        rows: the paths of the layers that are compared: not nested models that are opened, nor
            their inputs.
    """
    known = dict(walk((), layers))
    ends = _Ends(known, rows)
    for path, layer in known.items():
        for source in _sources(layer):
            tail = (*path[:-1], source)
            if tail in known:
                yield (
                    (tail, path),
                    {(one, other) for one in ends.tails(tail) for other in ends.heads(path)},
                )


class _Ends:
    """The layers that a connection really comes from and leads to."""

    def __init__(self, layers: Mapping[Path, Layer], rows: Collection[Path]) -> None:
        self._layers, self._rows = layers, rows
        self._tails: dict[Path, set[Path]] = {}
        self._heads: dict[Path, set[Path]] = {}

    def tails(self, path: Path) -> set[Path]:
        """Of a nested model, the layers that leave it; of its input, what feeds that."""
        if path not in self._tails:
            self._tails[path] = set()  # where a file leads in a circle
            layer, around = self._layers.get(path), self._layers.get(path[:-1])
            if path in self._rows:
                self._tails[path] = {path}
            elif layer and layer.layers:
                self._tails[path] = self._of_all((*path, name) for name in layer.outputs)
            elif around:
                outer = path[:-2]
                self._tails[path] = self._of_all((*outer, name) for name in _sources(around))
        return self._tails[path]

    def heads(self, path: Path) -> set[Path]:
        """Of a nested model, the layers that read its inputs."""
        if path not in self._heads:
            self._heads[path] = {path} if path in self._rows else set()
            layer = self._layers[path]
            if path not in self._rows and layer.layers:
                inputs = {one.name for one in layer.layers if one.type == "InputLayer"}
                for inner in layer.layers:
                    if not inputs.isdisjoint(_sources(inner)):
                        self._heads[path] |= self.heads((*path, inner.name))
        return self._heads[path]

    def _of_all(self, paths: Iterator[Path]) -> set[Path]:
        return {tail for path in paths for tail in self.tails(path)}


def _sources(layer: Layer) -> Sequence[str]:
    return tuple(dict.fromkeys(name for call in layer.calls or (layer.inputs,) for name in call))


def walk(around: Path, layers: Sequence[Layer]) -> Iterator[tuple[Path, Layer]]:
    """Every layer with its path, nested models before what is inside of them."""
    for layer in layers:
        path = (*around, layer.name)
        yield path, layer
        yield from walk(path, layer.layers)
