"""Units as the stages of a figure: each its own, or folded until a page holds them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from lenet_verify.architecture import Layer
from lenet_verify.drawings.figure.units import Unit, first_shape, size
from lenet_verify.drawings.marks import Ghost

ALONE, EQUAL, OF_ONE_SIZE, LEFT_OUT = "alone", "equal", "of one size", "left out"
"""Why units stand in one stage."""


@dataclass(frozen=True)
class Stage:
    """What is drawn as one.

    Attributes:
        units: what it stands for, in order; none for a layer that the model lacks.
        why: what they have in common.
        ghost: that layer.
    """

    units: tuple[Unit, ...]
    why: str = ALONE
    ghost: Ghost | None = None

    @property
    def end(self) -> Layer | None:
        """The layer that makes what leaves."""
        return self.units[-1].end if self.units else None

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Every layer, in order."""
        return tuple(layer for unit in self.units for layer in unit.all_layers)

    @property
    def is_one_layer(self) -> bool:
        """Whether one layer makes the whole of it."""
        return len(self.units) == 1 and not self.units[0].branches


def folded(
    units: Sequence[Unit], most: int, apart: Mapping[str, Hashable] | None = None
) -> list[Stage]:
    """At most so many stages.

    Args:
        units: of one lane.
        most: at least 3.
        apart: by layer, what it is marked with: only those of the same are folded.
    """
    stages = [Stage((unit,)) for unit in units]
    if len(stages) > most:
        stages = _equal(stages, apart or {})
    if len(stages) > most:
        stages = _of_one_size([Stage((unit,)) for unit in units])
    if len(stages) > most:
        first = most // 2
        last = len(stages) - (most - first - 1)
        between = tuple(unit for stage in stages[first:last] for unit in stage.units)
        stages = [*stages[:first], Stage(between, LEFT_OUT), *stages[last:]]
    return stages


def _equal(stages: Sequence[Stage], apart: Mapping[str, Hashable]) -> list[Stage]:
    found: list[Stage] = []
    for stage in stages:
        (unit,) = stage.units
        alike = found and _are_equal(found[-1].units[-1], unit)
        if alike and _marked(found[-1], apart) == _marked(stage, apart):
            found[-1] = Stage((*found[-1].units, unit), EQUAL)
        else:
            found.append(stage)
    return found


def _marked(stage: Stage, apart: Mapping[str, Hashable]) -> set[Hashable]:
    return {apart[layer.name] for layer in stage.layers if layer.name in apart}


def _are_equal(one: Unit, other: Unit) -> bool:
    if one.is_input or one.is_part or other.is_part or one.end.shapes is None:
        return False
    if one.branches != other.branches or first_shape(one.end) != first_shape(other.end):
        return False
    if one.branches:
        return True
    first, second = one.all_layers, other.all_layers
    same = [layer.type for layer in first] == [layer.type for layer in second]
    return same and one.end.config == other.end.config


def _of_one_size(stages: Sequence[Stage]) -> list[Stage]:
    """Maps of one size together."""
    found: list[Stage] = []
    for stage in stages:
        (unit,) = stage.units
        if found and not found[-1].units[-1].is_input and not unit.is_input:
            before = found[-1].units[-1].end
            if size(before) and size(before) == size(unit.end):
                found[-1] = Stage((*found[-1].units, unit), OF_ONE_SIZE)
                continue
        found.append(stage)
    return found
