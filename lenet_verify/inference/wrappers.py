"""Layers around another layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from lenet_verify.architecture import Shape
from lenet_verify.inference.derived import (
    HERE,
    Derived,
    Impossible,
    Window,
    all_weights,
    only,
    times,
    total,
)
from lenet_verify.inference.merging import concatenation, elementwise
from lenet_verify.inference.nested import derived_inside
from lenet_verify.vocabulary import LAYERS

Config = Mapping[str, Any]


def bidirectional(inputs: tuple[Shape, ...], config: Config) -> Derived | None:
    """Bidirectional: one recurrent layer over a sequence and one over its reverse.

    Their outputs are put one after the other, joined value by value, or left two; their states
    follow. Source: Schuster and Paliwal 1997.
    """
    ways = (config["layer"], config["backward_layer"])
    if not all(isinstance(way, Mapping) and "type" in way for way in ways):
        return None
    _check_ways(*ways)
    sequence, states = inputs[:1], inputs[1:]
    half = len(states) // 2
    forward = derived_inside(ways[0], (*sequence, *states[:half]))
    backward = derived_inside(ways[1], (*sequence, *states[half:]))
    if forward is None or backward is None:
        return None
    outputs = forward.shapes[:1] + backward.shapes[:1]
    joined: Derived | None = None
    if config["merge_mode"] == "concat":
        joined = concatenation(outputs, {"axis": -1})
    elif config["merge_mode"] is not None:
        joined = elementwise(outputs, {})
    return Derived(
        (joined.shapes if joined else outputs) + forward.shapes[1:] + backward.shapes[1:],
        *all_weights((forward, backward)),
        macs=total(forward.macs, backward.macs),
        window=forward.window,
    )


def time_distributed(inputs: tuple[Shape, ...], config: Config) -> Derived | None:
    """TimeDistributed: one layer on each step by itself; its counts, times the steps."""
    sequence = only(inputs)
    if len(sequence.sizes) < 2:
        raise Impossible(f"it takes a sequence of vectors or maps, not {sequence}")
    steps, *sizes = sequence.sizes
    if steps == 0:
        raise Impossible("it takes at least one step")
    step = _wrapped(config["layer"], Shape(tuple(sizes), sequence.channels_first))
    if step is None:
        return None
    if len(step.shapes) != 1:
        raise Impossible("the layer that it wraps must have one output")
    output = Shape((steps, *step.shapes[0].sizes), sequence.channels_first)
    return replace(
        step,
        shapes=(output,),
        macs=times(steps, step.macs),
        connections=times(steps, step.connections),
        window=_at_each_step(step.window),
    )


def spectral_normalization(inputs: tuple[Shape, ...], config: Config) -> Derived | None:
    """SpectralNormalization: a layer with a kernel, and a vector as long as the kernel's last
    axis, not trained, that estimates the kernel's spectral norm.

    Source: Miyato et al. 2018, section 2.1 and algorithm 1.
    """
    shape = only(inputs)
    derived = _wrapped(config["layer"], shape)
    kernel = None if derived is None else _kernel(config["layer"], shape)
    if derived is None or kernel is None:
        return None
    vector = (1, kernel[-1])
    return replace(derived, non_trainable_weights=(vector, *derived.non_trainable_weights))


def _wrapped(config: Any, shape: Shape) -> Derived | None:
    """What the layer inside a wrapper comes to, which hands it one tensor."""
    type_ = config.get("type") if isinstance(config, Mapping) else None
    if isinstance(type_, str) and type_ in LAYERS and LAYERS[type_].family == "merging":
        raise Impossible(f"{type_} joins several inputs, and it has one")
    return derived_inside(config, (shape,))


def _check_ways(forward: Config, backward: Config) -> None:
    """Whether two recurrent layers run in opposite ways and return alike."""
    if forward.get("go_backwards") is backward.get("go_backwards"):
        raise Impossible("its layers must go in opposite ways: one of them go_backwards")
    for name in ("stateful", "return_sequences", "return_state"):
        if forward.get(name) is not backward.get(name):
            raise Impossible(f"its layers must have one {name}")


def _at_each_step(window: Window | None) -> Window | None:
    """What a position sees in a sequence of what it sees at a step: its own step alone."""
    if window is None or window == HERE:
        return window
    return Window((1, *window.reach), (Fraction(1), *window.step))


_WITH_KERNEL = frozenset(
    {
        *("Dense", "EinsumDense", "Embedding", "ReversibleEmbedding"),
        *("Conv1D", "Conv2D", "Conv3D", "DepthwiseConv1D", "DepthwiseConv2D"),
        *("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"),
    }
)
"""Whose first weight is a kernel or a table, the one whose norm is estimated."""


def _kernel(config: Config, shape: Shape) -> tuple[int, ...] | None:
    """The kernel of the layer inside; None where that cannot be said."""
    type_ = config["type"]
    if type_ == "SpectralNormalization":
        return _kernel(config["layer"], shape)
    if type_ not in _WITH_KERNEL:
        raise Impossible(f"{type_} has no kernel")
    # as it is if nothing freezes it
    plain = derived_inside({**config, "lora_rank": None, "trainable": True}, (shape,))
    return None if plain is None else plain.trainable_weights[0]
