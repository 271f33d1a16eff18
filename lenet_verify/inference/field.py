"""What part of the input each layer sees: receptive fields, and how far maps are reduced.

Source: Araujo, Norris and Sim, Computing Receptive Fields of Convolutional Neural Networks,
Distill 2019: along each axis the field grows by (reach - 1) times the distance, in the input,
between two neighbouring positions; that distance is the product of the strides so far. Of
several paths the largest field counts. A field may reach beyond the input where padding does;
one that is everything is as large as the input.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from lenet_verify.architecture import Layer
from lenet_verify.errors import InferenceError
from lenet_verify.inference.derived import HERE, LARGEST_COUNT, Derived, Window
from lenet_verify.inference.layer import derive

_MIXING = frozenset({"Dense", "EinsumDense"})
"""Layers of which one unit sees all of a vector."""


@dataclass(frozen=True)
class Field:
    """What one position of a layer's output sees of the network's input, axis by axis.

    Attributes:
        origin: the input's name.
        extent: the sizes of that input.
        size: of the receptive field.
        jump: how far apart the fields of neighbouring positions are: the total downsampling.
        positions: how many there are.
        flat: whether the positions have become entries of a vector.
    """

    origin: str
    extent: tuple[int | None, ...]
    size: tuple[Fraction | None, ...]
    jump: tuple[Fraction, ...]
    positions: tuple[int | None, ...]
    flat: bool = False

    @property
    def single(self) -> bool:
        """Whether there is but one position, which sees what it sees."""
        return all(number == 1 for number in self.positions)

    def everything(self) -> tuple[Fraction | None, ...]:
        """The size of the field of all positions together."""
        axes = zip(self.size, self.positions, self.jump, self.extent, strict=True)
        return tuple(
            None
            if size is None or number is None or most is None
            else min(size + (number - 1) * jump, Fraction(most))
            for size, number, jump, most in axes
        )


def fields(layers: Iterable[Layer], feeders: Mapping[str, Sequence[str]]) -> dict[str, Field | str]:
    """The field of each layer's output; for a layer of which it cannot be said, the reason.

    Args:
        layers: in topological order, each called once, input layers among them.
        feeders: by layer, the names of the layers that feed it.
    """
    found: dict[str, Field | str] = {}
    for layer in layers:
        if layer.type == "InputLayer":
            found[layer.name] = _of_input(layer)
            continue
        fed = [found.get(name, "it is fed by what cannot be seen") for name in feeders[layer.name]]
        reasons = [one for one in fed if isinstance(one, str)]
        if reasons or not fed:
            found[layer.name] = reasons[0] if reasons else "nothing feeds it"
        else:
            after = _after(layer, [one for one in fed if isinstance(one, Field)])
            told = isinstance(after, str) or _is_countable(after)
            found[layer.name] = after if told else f"{layer.name} sees more than 2**63 can count"
    return found


def _is_countable(field: Field) -> bool:
    """Whether anybody could mean its numbers: those of a thousand layers have thousands of
    digits."""
    sizes = (size for size in (*field.size, *field.jump) if size is not None)
    return all(max(size.numerator, size.denominator) <= LARGEST_COUNT for size in sizes)


def _of_input(layer: Layer) -> Field | str:
    if not layer.shapes:
        return "the shape of the input is unknown"
    spatial = layer.shapes[0].spatial
    ones = (Fraction(1),) * len(spatial)
    return Field(layer.name, spatial, ones, ones, spatial)


def _after(layer: Layer, fed: list[Field]) -> Field | str:
    """What a layer's output sees, given what each of its inputs sees."""
    if layer.calls:
        return f"{layer.name} is called several times"
    try:
        derived = derive(layer)
    except InferenceError as e:
        return e.message
    if derived is None:
        return f"what {layer.name} sees of its input cannot be derived ({layer.type})"
    joined = _joined(layer, fed)
    if isinstance(joined, str):
        return joined
    if layer.type == "Flatten":
        return replace(joined, flat=True)
    if joined.flat and not joined.single:
        return _of_vector(layer, joined, derived)
    if joined.single:
        # one position sees what it sees, however it is turned about
        return replace(joined, flat=joined.flat or not derived.shapes[0].spatial)
    if derived.window is None:
        return f"{layer.name} ({layer.type}) rearranges positions"
    return _seen(layer, joined, derived.window, derived)


def _joined(layer: Layer, fed: list[Field]) -> Field | str:
    """Several inputs as one: the largest field; one position goes with each of many."""
    fed = [one for one in fed if one.extent] or fed[:1]
    if len({one.origin for one in fed}) > 1:
        return f"{layer.name} sees several inputs"
    many = [one for one in fed if not one.single] or fed
    if len({(one.jump, one.flat) for one in many}) > 1:
        return f"the inputs of {layer.name} are reduced differently"
    sizes = zip(*(one.size for one in fed), strict=True)
    size = tuple(None if None in axis else max(axis) for axis in sizes)
    return replace(many[0], size=size)


def _of_vector(layer: Layer, field: Field, derived: Derived) -> Field | str:
    """A vector whose entries are the positions of maps."""
    if layer.type in _MIXING:
        ones = (1,) * len(field.positions)
        return replace(field, size=field.everything(), positions=ones)
    if derived.window == HERE and len(derived.shapes[0].sizes) == 1:
        return field
    return f"{layer.name} ({layer.type}) mixes the positions of a flattened map"


def _seen(layer: Layer, field: Field, window: Window, derived: Derived) -> Field | str:
    output = derived.shapes[0]
    if window == HERE:
        if len(output.spatial) != len(field.positions):
            return f"{layer.name} ({layer.type}) rearranges positions"
        return replace(field, positions=output.spatial)
    if len(window.reach) != len(field.size):
        return f"{layer.name} ({layer.type}) looks along other axes than the input has"
    everything = field.everything()
    size = tuple(
        whole if reach is None else None if own is None else own + (reach - 1) * jump
        for own, jump, reach, whole in zip(
            field.size, field.jump, window.reach, everything, strict=True
        )
    )
    jump = tuple(a * b for a, b in zip(field.jump, window.step, strict=True))
    if len(output.spatial) != len(field.positions):
        ones = (1,) * len(field.positions)
        return replace(field, size=size, positions=ones, flat=True)
    return replace(field, size=size, jump=jump, positions=output.spatial)
