"""The shapes that a config declares besides what its arguments come to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lenet_verify.architecture import Shape
from lenet_verify.readers.config.calls import Ref
from lenet_verify.readers.config.entry import Entry, Sizes, whole_shape
from lenet_verify.readers.config.graph import Wiring


class DeclaredShapes:
    """What a config declares of the shapes that calls give."""

    def of(self, name: str, call: int) -> tuple[Shape, ...] | None:
        """The shapes of the outputs of a call, as far as they are declared; None for none."""
        raise NotImplementedError


class OfOneLayer(DeclaredShapes):
    """By what the next layer of a Sequential was built on."""

    def __init__(self, sizes: Sizes | None) -> None:
        self._sizes = sizes

    def of(self, name: str, call: int) -> tuple[Shape, ...] | None:
        return None if self._sizes is None else (Shape(self._sizes),)


class OfAllLayers(DeclaredShapes):
    """By what the layers after each say that they read."""

    def __init__(
        self, entries: Mapping[str, Entry], wiring: Wiring, batches: set[int | None]
    ) -> None:
        self._found: dict[tuple[str, int], dict[int, Sizes]] = {}
        for name, calls in wiring.calls.items():
            for call in calls:
                for ref, _ in call.taken:
                    self._note(ref, ref.shape, batches)
            if len(calls) == 1 and len(calls[0].taken) == 1:
                self._note(calls[0].taken[0][0], whole_shape(entries[name].built_on), batches)

    def _note(self, ref: Ref, shape: Sizes | None, batches: set[int | None]) -> None:
        sizes = after_batch(shape, batches)
        if sizes is not None:
            self._found.setdefault((ref.layer, ref.call), {}).setdefault(ref.output, sizes)

    def of(self, name: str, call: int) -> tuple[Shape, ...] | None:
        found = self._found.get((name, call), {})
        first = [Shape(found[number]) for number in range(len(found)) if number in found]
        return tuple(first) if first and len(first) == len(found) else None


def after_batch(shape: Sizes | None, batches: Iterable[int | None]) -> Sizes | None:
    """A shape without its first axis; None if that is not the batch."""
    return shape[1:] if shape and shape[0] in batches else None
