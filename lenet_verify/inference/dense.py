"""Fully connected layers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from lenet_verify.architecture import Shape
from lenet_verify.inference.derived import (
    HERE,
    Derived,
    Impossible,
    Window,
    biased,
    everywhere,
    known,
    only,
    product,
    times,
    total,
)


def dense(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived | None:
    """Dense: each unit sees the whole last axis; units · (inputs + 1 bias) weights."""
    vector = only(inputs)
    if not vector.sizes:
        raise Impossible("it takes a vector, not a scalar")
    units = config["units"]
    width = known(vector.sizes[-1], "the length of the vector that comes in")
    bias = bool(config["use_bias"])
    sizes = (*vector.sizes[:-1], units)
    derived = Derived(
        (Shape(sizes, vector.channels_first),),
        trainable_weights=biased(config, (width, units), bias=(units,)),
        macs=times(product(sizes), width),
        connections=times(product(sizes), width + bias),
    )
    return adapted(derived, config, "kernel")


def adapted(derived: Derived, config: Mapping[str, Any], name: str) -> Derived | None:
    """A layer with the low-rank adaptation of its kernel, if it has one; None if it is quantized.

    The kernel is its first weight. Of rank r, it trains a matrix of (all axes but the last, r) and
    one of (r, last axis) instead, and the kernel is frozen. No multiply-adds: it is added to the
    kernel, not computed for each example. Source: Hu et al. 2021 (LoRA), section 4.1.
    """
    if config.get("quantization_config") is not None:
        return None
    rank = config.get("lora_rank")
    if not rank:
        return derived
    if config.get(f"{name}_constraint") is not None:
        raise Impossible(f"lora_rank does not go with a {name}_constraint")
    kernel, *others = derived.trainable_weights
    return replace(
        derived,
        trainable_weights=(*others, (*kernel[:-1], rank), (rank, kernel[-1])),
        non_trainable_weights=(kernel,),
    )


def einsum_dense(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived | None:
    """EinsumDense: its input times a kernel, summed over the letters that the output lacks.

    A letter is an axis. Multiply-adds: the product of the sizes of all letters. Sizes that
    `output_shape` leaves open are variable, as Keras has them. Source: Einstein's convention, as
    numpy.einsum has it.
    """
    shape = only(inputs)
    found = _read(config["equation"], shape, config["output_shape"])
    if found is None:
        return None
    bias = () if config["bias_axes"] is None else (found.bias(config["bias_axes"]),)
    units = times(*(found.sizes[letter] for letter in found.output[1:]))
    macs = times(*(size for letter, size in found.sizes.items() if letter != found.output[0]))
    derived = Derived(
        (Shape(tuple(found.stated[letter] for letter in found.output[1:]), shape.channels_first),),
        trainable_weights=(found.kernel_shape, *bias),
        macs=macs,
        connections=total(macs, units if bias else 0),
        window=_seen(found, shape.channels_first),
    )
    return adapted(derived, config, "kernel")


@dataclass(frozen=True)
class _Letters:
    """An equation put to an input: a letter for each axis, the batch first.

    Attributes:
        input, kernel, output: the letters of each; an ellipsis is spelt out as `.0`, `.1` …
        sizes: how many values each letter runs over.
        stated: the sizes that Keras gives the output's letters, None where they are left open.
    """

    input: tuple[str, ...]
    kernel: tuple[str, ...]
    output: tuple[str, ...]
    sizes: Mapping[str, int | None]
    stated: Mapping[str, int | None]

    @property
    def kernel_shape(self) -> tuple[int, ...]:
        return tuple(self.made(letter, "kernel") for letter in self.kernel)

    def made(self, letter: str, weight: str) -> int:
        """The size of a weight along a letter: what the output is stated to have there."""
        what = f"the size of {letter!r}, an axis of its {weight},"
        return known({**self.sizes, **self.stated}[letter], what)

    def bias(self, axes: str) -> tuple[int, ...]:
        """The shape of the bias: the output's from the first of these axes on, 1 along others."""
        if not axes or not set(axes) <= set(self.output):
            raise Impossible(f"bias_axes must name axes of its output, not {axes!r}")
        letters = self.output[min(map(self.output.index, axes)) :]
        return tuple(self.made(one, "bias") if one in set(axes) else 1 for one in letters)


_EQUATIONS = (
    r"(?P<input>[a-zA-Z]+),(?P<kernel>[a-zA-Z]+)->(?P<output>[a-zA-Z]+)(\.\.\.)?",
    r"(?P<left>\.{3})(?P<input>[a-zA-Z]+),(?P<kernel>[a-zA-Z]+)->\.{3}(?P<output>[a-zA-Z]+)",
    r"(?P<input>[a-zA-Z]{2,})(?P<right>\.{3}),(?P<kernel>[a-zA-Z]+)->(?P<output>[a-zA-Z]+)\.{3}",
)


def _read(equation: str, shape: Shape, stated: tuple[int | None, ...]) -> _Letters | None:
    """The letters of an equation with their sizes; None where the output is not one example's.

    Raises:
        Impossible: equation, input and `output_shape` do not go together.
    """
    match = next(filter(None, (re.fullmatch(form, equation) for form in _EQUATIONS)), None)
    if match is None:
        raise Impossible(f"{equation!r} is no equation such as 'abc,cd->abd' or '...b,bc->...c'")
    parts = match.groupdict()
    sizes = (None, *shape.sizes)
    number = len(sizes) - len(parts["input"])
    if number < 0 or (number and not (parts.get("left") or parts.get("right"))):
        raise Impossible(f"{equation!r} is for inputs of {len(parts['input']) - 1} axes")
    rest = tuple(f".{place}" for place in range(number))
    first = bool(parts.get("left"))
    input_, output = (
        (*rest, *parts[term]) if first else (*parts[term], *rest) for term in ("input", "output")
    )
    if len(set(output)) < len(output):
        raise Impossible(f"{equation!r} has a letter twice in its output")
    elided = sizes[:number] if first else sizes[len(sizes) - number :]
    outputs = (*(elided or (None,)), *stated) if first else (None, *stated, *elided)
    if len(outputs) < len(output) - (0 if first else number):
        raise Impossible(f"output_shape must have a size for each output letter of {equation!r}")
    if input_[0] != output[0] or input_[0] in input_[1:]:
        return None
    by_letter = dict(zip(output, outputs, strict=False)) | dict(zip(rest, elided, strict=True))
    found = _Letters(input_, tuple(parts["kernel"]), output, {}, by_letter)
    return replace(found, sizes=_sized(found, sizes))


def _sized(letters: _Letters, sizes: tuple[int | None, ...]) -> Mapping[str, int | None]:
    """The size of every letter: the input's, else the one that is stated of the output."""
    found: dict[str, int | None] = {}
    for letter, size in zip(letters.input, sizes, strict=True):
        if None not in (size, found.get(letter)) and size != found[letter]:
            raise Impossible(f"its input differs in size along the axes {letter!r}")
        found[letter] = found.get(letter) if size is None else size
        stated = letters.stated.get(letter)
        if stated is not None and stated != size:
            raise Impossible(f"output_shape has {stated} for {letter!r}, its input {size}")
    for letter in letters.kernel:
        if letter not in found and letter not in letters.stated:
            raise Impossible(f"its kernel's {letter!r} is neither in its input nor in its output")
        found.setdefault(letter, letters.stated.get(letter))
    if not set(letters.output) <= set(found):
        raise Impossible("its output has a letter that neither its input nor its kernel has")
    return found


def _seen(letters: _Letters, channels_first: bool) -> Window | None:
    """What one position of the output sees: itself where all positions stay in place,
    everything where none is left."""
    inner, outer = letters.input[1:], letters.output[1:]
    spatial = inner[1:] if channels_first else inner[:-1]
    kept = tuple(letter for letter in outer if letter in spatial)
    place = outer[len(outer) - len(spatial) :] if channels_first else outer[: len(spatial)]
    if kept == spatial == place:
        return HERE
    return None if kept else everywhere(len(spatial))
