"""Recurrent layers: the same cell at every step of a sequence, and its state from step to step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from lenet_verify.architecture import Shape
from lenet_verify.inference.derived import (
    Derived,
    Impossible,
    all_weights,
    biased,
    everywhere,
    known,
    maps,
    product,
    times,
    total,
    weights,
    windowed,
)
from lenet_verify.inference.nested import derived_inside

Config = Mapping[str, Any]

_GATES = {"SimpleRNNCell": 1, "GRUCell": 3, "LSTMCell": 4}
"""How many times a cell multiplies its input and its state by a matrix. Source: Elman 1990;
Cho et al. 2014, equations 5 to 8; Hochreiter and Schmidhuber 1997 and Gers et al. 2000."""


def cell(type_: str, inputs: tuple[Shape, ...], config: Config) -> Derived | None:
    """SimpleRNNCell, GRUCell, LSTMCell: one step, of an input and the state before it.

    Weights: gates · units · (inputs + units + 1 bias). A GRU that resets after the product has
    a second bias, for the state. Source: as of the gates.
    """
    step, given = _split(inputs)
    states = _states_of({**config, "type": type_}) or ()
    if len(given) < len(states):
        raise Impossible(f"it takes {len(states)} states, not {len(given)}")
    if len(step.sizes) > 1:
        return None  # its products may or may not fit, by the size of the batch
    if not step.sizes:
        raise Impossible("it takes a vector, not a scalar")
    units = config["units"]
    gates = _GATES[type_] * units
    if not _fit(given, states):
        return None
    width = known(step.sizes[0], "the length of the vectors that come in")
    bias = (2, gates) if config.get("reset_after") else (gates,)
    return Derived(
        (Shape((units,)), *map(Shape, states)),
        trainable_weights=biased(config, (width, gates), (units, gates), bias=bias),
        macs=weights((width, gates), (units, gates)),
    )


def stacked_cells(inputs: tuple[Shape, ...], config: Config) -> Derived | None:
    """StackedRNNCells: each cell's output is the next one's input. Source: Graves 2013."""
    step, given = _split(inputs)
    derived: list[Derived] = []
    for inner in config["cells"]:
        states = _states_of(inner)
        if states is None:
            return None
        if len(given) < len(states):
            if inputs[1:]:
                return None  # the cells for which there is none are left out
            raise Impossible("it takes the states of each of its cells")
        one = derived_inside(inner, (step, *given[: len(states)]))
        if one is None:
            return None
        given = given[len(states) :]
        step = one.shapes[0]
        derived.append(one)
    return Derived(
        (step, *(shape for one in derived for shape in one.shapes[1:])),
        *all_weights(derived),
        macs=total(*(one.macs for one in derived)),
    )


def recurrent(type_: str, inputs: tuple[Shape, ...], config: Config) -> Derived | None:
    """SimpleRNN, GRU, LSTM: their cell over all steps."""
    return unrolled(inputs, {**config, "cell": {**config, "type": type_ + "Cell"}})


def unrolled(inputs: tuple[Shape, ...], config: Config) -> Derived | None:
    """RNN: a cell over all steps; states may be handed over to begin with.

    Multiply-adds: those of a step, times the steps. Whether the batch has a fixed size, as a
    `stateful` layer wants, is not in the shapes here. Source: Elman 1990.
    """
    sequence, given = _split(inputs)
    if len(sequence.sizes) != 2:
        raise Impossible(f"it takes a sequence of vectors such as 10x8, not {sequence}")
    states = _states_of(config["cell"])
    if states is None:
        return None
    if config["return_state"] and _depth(config["cell"]) > 2:
        raise Impossible("it returns no states of cells that are stacked in a stack")
    step = derived_inside(config["cell"], (Shape(sequence.sizes[1:]), *map(Shape, states)))
    return None if step is None else _over_steps(sequence, given, step, config)


def conv_lstm(inputs: tuple[Shape, ...], config: Config) -> Derived | None:
    """ConvLSTM1D, ConvLSTM2D, ConvLSTM3D: an LSTM whose products are convolutions.

    Four kernels for the input, as a convolution of these arguments has them; four for the state,
    whose maps they leave in size. Source: Shi et al. 2015, equation 3 (without peepholes).
    """
    kernel, strides, dilation = (config[n] for n in ("kernel_size", "strides", "dilation_rate"))
    sequence, given = _split(inputs)
    if len(sequence.sizes) != len(kernel) + 2:
        raise Impossible(f"it takes a sequence of maps of {len(kernel)} axes, not {sequence}")
    if max(strides) > 1 and max(dilation) > 1:
        raise Impossible("it takes strides or a dilation_rate, not both")
    image = Shape(sequence.sizes[1:], config["data_format"] == "channels_first")
    channels = known(image.channels, "the number of feature maps that come in")
    spatial = tuple(
        windowed(known(size, "the size of its maps"), window, stride, spread, config["padding"])
        for size, window, stride, spread in zip(
            image.spatial, kernel, strides, dilation, strict=True
        )
    )
    filters = config["filters"]
    state = maps(filters, spatial, image)
    of_input, of_state = (*kernel, channels, 4 * filters), (*kernel, filters, 4 * filters)
    step = Derived(
        (state,) * 3,
        trainable_weights=biased(config, of_input, of_state, bias=(4 * filters,)),
        macs=times(product(spatial), weights(of_input, of_state)),
        window=None,
    )
    return _over_steps(sequence, given, step, config)


def _over_steps(
    sequence: Shape, given: Sequence[Shape], step: Derived, config: Config
) -> Derived | None:
    """A step of a cell, at every step of a sequence."""
    steps = sequence.sizes[0]
    if steps == 0:
        raise Impossible("it takes at least one step")
    output, *states = step.shapes
    if given and len(given) != len(states):
        if config.get("cell", {}).get("type") == "StackedRNNCells":
            return None  # the cells for which there is none are left out
        raise Impossible(f"it takes {len(states)} states to begin with, not {len(given)}")
    if not _fit(given, [state.sizes for state in states]):
        return None
    if config["return_sequences"]:
        output = Shape((steps, *output.sizes), sequence.channels_first)
    return replace(
        step,
        shapes=(output, *(states if config["return_state"] else ())),
        macs=times(steps, step.macs),
        window=step.window and everywhere(1),
    )


def _split(inputs: tuple[Shape, ...]) -> tuple[Shape, tuple[Shape, ...]]:
    """What comes in, and the states that are handed over with it."""
    if not inputs:
        raise Impossible("it takes an input")
    return inputs[0], inputs[1:]


def _states_of(config: Any) -> tuple[tuple[int, ...], ...] | None:
    """The shapes of a cell's states; None of a cell that is not Keras's own."""
    type_ = config.get("type") if isinstance(config, Mapping) else None
    if type_ == "StackedRNNCells":
        found: list[tuple[int, ...]] = []
        for inner in config["cells"]:
            states = _states_of(inner)
            if states is None:
                return None
            found += states
        return tuple(found)
    if type_ not in _GATES:
        return None
    return ((config["units"],),) * (2 if type_ == "LSTMCell" else 1)


def _depth(config: Config) -> int:
    """How deep Keras's lists of a cell's states are: an LSTM's two are a list."""
    if config["type"] == "StackedRNNCells":
        return 1 + max(map(_depth, config["cells"]))
    return int(config["type"] == "LSTMCell")


def _fit(given: Sequence[Shape], states: Sequence[tuple[int | None, ...]]) -> bool:
    """Whether the states that are handed over are as the cell's own, as far as they are known;
    a single unit is stretched to whatever state it is given, so that nothing can be said."""
    for shape, state in zip(given, states, strict=False):
        if state == (1,) != shape.sizes:
            return False
        alike = len(shape.sizes) == len(state) and all(
            None in (size, own) or size == own for size, own in zip(shape.sizes, state, strict=True)
        )
        if not alike:
            raise Impossible(f"it takes a state of {Shape(state)}, not of {shape}")
    return True
