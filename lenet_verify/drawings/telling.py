"""A layer in a few words: `Conv2D 6 · 5x5 · tanh`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lenet_verify.architecture import Architecture, Layer
from lenet_verify.notation import as_json, as_text
from lenet_verify.visible import visible

LONGEST_NAME = 48
LONGEST_VALUE = 72
LONGEST_TITLE = 72
LONGEST_REASON = 96
UNREACHABLE = "does not reach the output"


def shortened(text: str, longest: int = LONGEST_NAME) -> str:
    """A stranger's text made visible and short enough for a box in a diagram."""
    seen = visible(text)
    if not seen or seen.isspace():
        return f"'{seen}'"
    return seen if len(seen) <= longest else seen[: longest - 1] + "…"


def summary(layer: Layer) -> str:
    """Type, the arguments that make it what it is, and the activation where it applies one."""
    words = [written for written in _arguments(layer.config) if written]
    if layer.activation not in (None, "linear"):
        words.append(layer.activation or "")
    text = shortened(layer.type)
    return shortened(f"{text} {' · '.join(words)}", LONGEST_VALUE) if words else text


def outputs(layer: Layer) -> str:
    """The output shape in the spec's notation; says so where it is unknown."""
    if layer.shapes is None:
        return "shape unknown"
    return shortened(", ".join(str(shape) for shape in layer.shapes), LONGEST_VALUE)


def parameters(count: int | None) -> str:
    """`61,706 parameters`; says so where the count is unknown."""
    if count is None:
        return "parameters unknown"
    return f"{count:,} parameter" + ("" if count == 1 else "s")


def unread(architecture: Architecture, longest: int = LONGEST_REASON) -> tuple[str, ...]:
    """A line that says why a network's layers, and so what feeds them, are unknown; or none."""
    reason = architecture.unknown.get("layers")
    return (f"Its layers are unknown: {shortened(reason, longest)}",) if reason else ()


def _arguments(config: Mapping[str, Any]) -> list[str]:
    """Every telling argument, in the order of the table; a pooling's stride is always told."""
    words = []
    for key, write in _TELLING.items():
        if config.get(key) is not None:
            words.append(write(config[key]))
    strides = config.get("strides")
    if strides is not None and (not _is_one(strides) or "pool_size" in config):
        at = 0
        for key in ("filters", "kernel_size", "pool_size"):
            at += config.get(key) is not None
        step = f"/ {_step(strides)}"
        if at:
            words[at - 1] += f" {step}"
        else:
            words.insert(0, step)
    return words


def _sizes(value: Any) -> str:
    return as_text(as_json(value))


def _step(value: Any) -> str:
    """2 for strides of 2 in every direction, else `2x1`."""
    if isinstance(value, list | tuple) and value and all(item == value[0] for item in value):
        return as_text(value[0])
    return _sizes(value)


def _is_one(value: Any) -> bool:
    return all(item == 1 for item in (value if isinstance(value, list | tuple) else (value,)))


def _unless_one(name: str) -> Callable[[Any], str]:
    return lambda value: "" if _is_one(value) else f"{name} {_sizes(value)}"


_TELLING: Mapping[str, Callable[[Any], str]] = {
    "filters": as_text,
    "kernel_size": _sizes,
    "pool_size": _sizes,
    "units": as_text,
    "padding": lambda value: "" if value == "valid" else _sizes(value),
    "dilation_rate": _unless_one("dilation"),
    "groups": _unless_one("groups"),
    "depth_multiplier": _unless_one("depth"),
    "rate": as_text,
    "num_heads": lambda value: f"{as_text(value)} heads",
    "key_dim": as_text,
    "target_shape": _sizes,
    "size": _sizes,
    "input_dim": as_text,
    "output_dim": as_text,
}
"""The arguments that a diagram tells, with how; an empty text where there is nothing to tell."""
