"""One node of keras.ops, its tensors in whole: an operation counts the batch as axis 0."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from lenet_verify.architecture import Shape
from lenet_verify.inference.derived import (
    HERE,
    Derived,
    Impossible,
    Window,
    everywhere,
    product,
)

BATCH: Final = "batch"
"""The size of the batch, known to be the same wherever it stands."""

Size = int | Literal["batch"] | None
Whole = tuple[Size, ...]
"""All sizes of a tensor; of one that holds data of the model, the first is `BATCH`."""

Rule = Callable[[tuple[Shape, ...], Mapping[str, Any]], Derived | None]


class Unsaid(Exception):
    """What comes out is not one thing for each example, or cannot be told."""


@dataclass(frozen=True)
class Node:
    """A node: the tensors that it is fed, and everything else that it was made or called with."""

    inputs: tuple[Shape, ...]
    config: Mapping[str, Any]

    def operands(self, *names: str) -> list[Whole]:
        """The tensors, arrays and numbers that stand for these parameters of the call.

        Raises:
            Impossible: there are not as many.
        """
        found = [self.operand(name, number) for number, name in self._places(names)]
        present = [whole for whole in found if whole is not None]
        given = sum(name not in self.config for name in names)
        if len(present) < len(names) or (given and given != len(self.inputs)):
            raise Impossible(f"it takes {len(names)} tensors")
        return present

    def _places(self, names: Sequence[str]) -> Iterable[tuple[int, str]]:
        """For each parameter, which of the inputs it would be."""
        number = 0
        for name in names:
            yield number, name
            number += name not in self.config

    def operand(self, name: str, number: int) -> Whole | None:
        """What stands for a parameter: the tensor of that number, where the config tells nothing
        else; None for none."""
        if name in self.config:
            return self.value(self.config[name])
        return whole(self.inputs[number]) if number < len(self.inputs) else None

    def value(self, value: Any) -> Whole | None:
        """The sizes of what the config has in a tensor's place."""
        if isinstance(value, Mapping):
            if "input" in value:
                return whole(self.inputs[value["input"]])
            return tuple(value["constant"])
        if isinstance(value, tuple):
            inner = self.value(value[0]) if value else ()
            return (len(value), *(inner or ()))
        return None if value is None else ()

    def listed(self, name: str) -> list[Whole]:
        """The tensors of a parameter that takes a list of them.

        Raises:
            Impossible: there are none.
        """
        if name not in self.config:
            found = list(map(whole, self.inputs))
        else:
            found = [sizes for item in self.config[name] if (sizes := self.value(item)) is not None]
        if not found:
            raise Impossible("it takes tensors to join")
        return found

    def tensor(self) -> Whole:
        """The one tensor that it takes.

        Raises:
            Impossible: there are more.
        """
        if len(self.inputs) != 1:
            raise Impossible(f"it takes one tensor, not {len(self.inputs)}")
        return whole(self.inputs[0])

    def gives(
        self,
        *outputs: Sequence[Size],
        macs: int | None = 0,
        connections: int | None = None,
        window: Window | None = None,
    ) -> Derived:
        """What comes out, for one example.

        Raises:
            Unsaid: the batch does not come first, or stands elsewhere too.
        """
        shapes = tuple(self._of_one_example(tuple(sizes)) for sizes in outputs)
        return Derived(shapes, macs=macs, connections=connections, window=window)

    def _of_one_example(self, sizes: Whole) -> Shape:
        if sizes[:1] != (BATCH,):
            raise Unsaid
        found = known_sizes(sizes[1:])
        product(found)  # refuses what is too large
        first = any(
            shape.channels_first and len(shape.sizes) == len(found) > 1 for shape in self.inputs
        )
        return Shape(found, channels_first=first)


def whole(shape: Shape) -> Whole:
    """All sizes of a tensor of the model."""
    return (BATCH, *shape.sizes)


def known_sizes(sizes: Iterable[Size]) -> tuple[int | None, ...]:
    """Sizes among which the batch is not.

    Raises:
        Unsaid: it is.
    """
    found: list[int | None] = []
    for size in sizes:
        if size == BATCH:
            raise Unsaid
        found.append(size)
    return tuple(found)


def number_of(sizes: Iterable[Size]) -> int | None:
    """How many values there are in one example; None if a size is variable."""
    return product(tuple(None if size is None else size for size in sizes if size != BATCH))


def plus(size: Size, more: int) -> Size:
    """A size that grows, or shrinks, by a number.

    Raises:
        Unsaid: it is the batch's.
    """
    if size == BATCH:
        if more:
            raise Unsaid
        return BATCH
    return None if size is None else size + more


def axis_of(axis: Any, rank: int) -> int:
    """An axis counted from the front.

    Raises:
        Impossible: there is no such axis.
    """
    if not isinstance(axis, int) or not -rank <= axis < rank:
        raise Impossible(f"{axis} is none of the {rank} axes")
    return axis % rank


def axes_of(axes: Any, rank: int) -> tuple[int, ...]:
    """Axes counted from the front; all of them for None.

    Raises:
        Impossible: there are no such axes, or one stands twice.
    """
    if axes is None:
        return tuple(range(rank))
    found = tuple(axis_of(axis, rank) for axis in (axes if isinstance(axes, tuple) else (axes,)))
    if len(set(found)) < len(found):
        raise Impossible(f"{axes} names an axis twice")
    return found


def broadcast(*wholes: Whole) -> Whole:
    """The sizes of tensors taken value by value: aligned at the last axis, axes of size 1
    stretched. Source: NumPy's manual, Broadcasting. A variable size is taken for the known one
    beside it.

    Raises:
        Impossible: two sizes differ.
        Unsaid: the batch stands beside some other size.
    """
    rank = max(map(len, wholes))
    padded = [(1,) * (rank - len(sizes)) + sizes for sizes in wholes]
    return tuple(_common(sizes) for sizes in zip(*padded, strict=True))


def _common(sizes: Iterable[Size]) -> Size:
    different = {size for size in sizes if size != 1}
    if BATCH in different:
        if len(different) > 1:
            raise Unsaid
        return BATCH
    numbers = different - {None}
    if len(numbers) > 1:
        one, other, *_ = sorted(map(str, numbers))
        raise Impossible(f"its tensors differ in size, {one} and {other}, along an axis")
    if not different:
        return 1
    return numbers.pop() if numbers else None


def alike(wholes: Sequence[Whole], but: int | None = None) -> None:
    """Refuses tensors whose sizes differ along an axis other than one; variable ones may be any.

    Raises:
        Impossible: they differ.
        Unsaid: the batch stands beside some other size.
    """
    if len(set(map(len, wholes))) > 1:
        raise Impossible("its tensors have different numbers of axes")
    for place, sizes in enumerate(zip(*wholes, strict=True)):
        different = set(sizes) - {None}
        if place != but and len(different) > 1:
            if BATCH in different:
                raise Unsaid
            raise Impossible(f"its tensors differ along axis {place}: {sizes}")


def spatial_window(shape: Shape, gone: Iterable[int]) -> Window | None:
    """What a value sees that comes of all along some axes of feature maps: everything, or itself
    where only the channels are taken together."""
    axes, rank = set(gone), len(shape.sizes)
    channels = 1 if shape.channels_first and rank > 1 else rank
    if axes == {channels} and rank:
        return HERE
    spatial = set(range(1, rank + 1)) - {channels}
    return everywhere(rank - 1) if spatial and axes >= spatial else None


def rule(compute: Callable[[Node], Derived]) -> Rule:
    """A rule of a node as the rules of layers are."""

    def applied(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived | None:
        try:
            return compute(Node(inputs, config))
        except Unsaid:
            return None

    return applied
