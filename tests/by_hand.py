"""One layer and everything that follows from its arguments and inputs, as a hand works it out."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from lenet_verify.architecture import Layer, Shape
from lenet_verify.inference import HERE, Window, derive
from lenet_verify.vocabulary import LAYERS, complete, read_layer

Axis = tuple[int | None, int | Fraction]
WHOLE: Axis = (None, 1)
"""All positions along an axis."""


def first(*sizes: int | None) -> Shape:
    """Feature maps whose channels come first."""
    return Shape(sizes, channels_first=True)


def sees(*axes: Axis) -> Window:
    """A window, by its reach and its step along each axis."""
    return Window(tuple(reach for reach, _ in axes), tuple(Fraction(step) for _, step in axes))


@dataclass(frozen=True)
class Case:
    """A layer of these arguments on these inputs, and everything that follows."""

    arguments: dict[str, Any]
    inputs: list[Any]
    outputs: list[Any]
    trained: int = 0
    frozen: int = 0
    macs: int | None = 0
    connections: int | None = None
    window: Window | None = HERE


def shaped(sizes: Any) -> Shape:
    return sizes if isinstance(sizes, Shape) else Shape(sizes)


def derived(type_: str, config: Any, inputs: list[Any]) -> Any:
    shapes = tuple(map(shaped, inputs))
    return derive(Layer(name="it", type=type_, input_shapes=shapes, config=config))


def listed(value: Any) -> Any:
    """A value as YAML has it: lists for tuples."""
    if isinstance(value, dict):
        return {key: listed(item) for key, item in value.items()}
    return [listed(item) for item in value] if isinstance(value, (list, tuple)) else value


def config_of(type_: str, arguments: dict[str, Any]) -> Any:
    """The arguments with Keras's defaults; as they are, of layers that no spec can name."""
    if type_ not in LAYERS:
        return arguments
    return complete(type_, read_layer(type_, listed(arguments)))


def check(type_: str, config: Any, case: Case) -> None:
    found = derived(type_, config, case.inputs)
    assert found is not None
    outputs = [shaped(sizes) for sizes in case.outputs]
    assert [shape.sizes for shape in found.shapes] == [shape.sizes for shape in outputs]
    assert [shape.spatial for shape in found.shapes] == [shape.spatial for shape in outputs]
    assert (found.trainable, found.non_trainable) == (case.trained, case.frozen)
    assert found.macs == case.macs
    assert found.connections == case.connections
    assert found.window == case.window
    reaches = found.window.reach if found.window else ()
    sizes = (size for shape in found.shapes for size in shape.sizes)
    weights = (found.trainable, found.non_trainable)
    for number in (*sizes, *reaches, *weights, found.macs, found.connections):
        assert number is None or type(number) is int  # not 2.0
