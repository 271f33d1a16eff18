"""The spec's notation and what it admits: `6@28x28`, `25.6M`, `"<= 5M"`, `5x5`, `{any: [...]}`.

Everything that a claim may expect is a value here with two faces: `written`, what the report
shows and JSON carries, and `admits(observed)`, whether an observation satisfies it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Protocol

from lenet_verify.architecture import Shape
from lenet_verify.quoting import shown

LARGEST_SIZE = 2**31 - 1
LARGEST_RANK = 16

_UNITS = {"": 1, "k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "B": 10**9, "T": 10**12}
_WHOLE = "(?:0|[1-9][0-9]{0,29})"  # no leading zeros: YAML 1.1 takes 010 for eight
_QUANTITY = re.compile(rf"(<=|>=|<|>)?\s*(-?{_WHOLE}(?:\.[0-9]{{1,30}})?)\s*([kKMGBT%]?)")
_SIZE = rf"(?:{_WHOLE}|_|None)"
_ALONG_AXIS = re.compile("[1-9][0-9]{0,9}(?:/[1-9][0-9]{0,9})?|_|None")
_SIZES = re.compile(rf"{_SIZE}(?:x{_SIZE})*")


class NotationError(ValueError):
    """A value that is not in the spec's notation; the message says what would be."""


class Expected(Protocol):
    """What a claim expects of a fact."""

    @property
    def written(self) -> Any:
        """As JSON: a number, a string in the spec's notation, a list or an object."""

    def admits(self, observed: Any) -> bool:
        """Whether the observed value satisfies it."""


@dataclass(frozen=True)
class Exactly:
    """One value, nothing else. `written` is how the spec has it, `value` its normal form."""

    value: Any
    written: Any

    def admits(self, observed: Any) -> bool:
        """Equality that keeps True apart from 1 and lets 2 equal 2.0."""
        return _equal(self.value, observed)


@dataclass(frozen=True)
class AnyOf:
    """One of several: `{any: [softmax, linear]}`, or a value that may be meant in several ways."""

    choices: tuple[Expected, ...]
    written: Any

    def admits(self, observed: Any) -> bool:
        """Whether any choice admits it."""
        return any(choice.admits(observed) for choice in self.choices)


@dataclass(frozen=True)
class Each:
    """One expectation for each of several values, in order: the shapes of several outputs."""

    each: tuple[Expected, ...]

    @property
    def written(self) -> Any:
        """The values as the spec has them."""
        return [one.written for one in self.each]

    def admits(self, observed: Any) -> bool:
        """Whether as many values are there, each admitted."""
        if not isinstance(observed, tuple) or len(observed) != len(self.each):
            return False
        return all(one.admits(value) for one, value in zip(self.each, observed, strict=True))


@dataclass(frozen=True)
class PerAxis:
    """A size for each spatial axis, `5x5`; a single one, `5`, `1/2` or `<= 32`, for all axes."""

    sizes: tuple[Expected, ...]
    written: Any

    def admits(self, observed: Any) -> bool:
        """Whether the sizes of all axes are admitted."""
        if not isinstance(observed, tuple) or not observed:
            return False
        sizes = self.sizes * len(observed) if len(self.sizes) == 1 else self.sizes
        if len(sizes) != len(observed):
            return False
        return all(size.admits(value) for size, value in zip(sizes, observed, strict=True))


@dataclass(frozen=True)
class AnySize:
    """`_`: any size."""

    written: str = "_"

    def admits(self, observed: Any) -> bool:
        """Always."""
        return True


@dataclass(frozen=True)
class Counts:
    """`{Conv2D: 2, dense: 3}`: how many layers of each class or family there are."""

    counts: Mapping[str, Expected]

    @property
    def written(self) -> Any:
        """The counts as the spec has them."""
        return {kind: count.written for kind, count in self.counts.items()}

    def admits(self, observed: Any) -> bool:
        """`observed` maps each kind that is asked for to its count."""
        return all(count.admits(observed[kind]) for kind, count in self.counts.items())


@dataclass(frozen=True)
class Quantity:
    """A number with a comparison or a suffix: as precise as it is printed.

    `25.6M` admits 25.55M up to 25.65M, `< 25M` whatever is below 25,000,000, `0.95%` 0.00945
    up to 0.00955.
    """

    written: str
    low: Fraction | None
    high: Fraction | None
    strict: bool

    def admits(self, observed: Any) -> bool:
        """Whether a number lies in the interval."""
        if isinstance(observed, bool) or not isinstance(observed, int | float | Fraction):
            return False
        if not math.isfinite(observed):
            return False
        # 0.99 as it is printed, not the binary number a little below it
        value = Fraction(repr(observed) if isinstance(observed, float) else observed)
        above = self.low is None or value > self.low or (value == self.low and not self.strict)
        below = self.high is None or value < self.high or (value == self.high and not self.strict)
        return above and below


@dataclass(frozen=True)
class ShapePattern:
    """A shape as a paper states it, whatever the framework's axis order.

    Attributes:
        written: the spec's text.
        sizes: each a number, None for a variable size, or "_" for any; channels last, unless
            `literal`.
        literal: the sizes are the framework's own, in its order (`2x3x4x5x6`).
    """

    written: str | int
    sizes: tuple[int | str | None, ...]
    literal: bool = False

    def admits(self, observed: Any) -> bool:
        """Whether a `Shape` fits; `120` fits no map, not even `120@1x1`."""
        if not isinstance(observed, Shape) or len(observed.sizes) != len(self.sizes):
            return False
        actual: tuple[int | None, ...] = observed.sizes
        if actual and not self.literal:
            actual = (*observed.spatial, observed.channels)
        return all(
            wanted == "_" or wanted == size for wanted, size in zip(self.sizes, actual, strict=True)
        )


def parse_shape(value: object) -> ShapePattern:
    """`6@28x28`, `128x768`, `120` or `scalar` as a pattern.

    Raises:
        NotationError: with an example of what would be right.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return ShapePattern(value, (_size(str(value)),))
    takes = "takes a shape such as '6@28x28', '128x768' or 120"
    if not isinstance(value, str):
        raise NotationError(f"{takes}, not {shown(value)}")
    text = value.strip().replace("×", "x")
    if text == "scalar":
        return ShapePattern(value, ())
    channels, at, rest = text.partition("@")
    if not at:
        rest = channels
    if not _SIZES.fullmatch(rest) or (at and not re.fullmatch(_SIZE, channels)):
        raise NotationError(f"{takes}, not {shown(value)}")
    sizes = tuple(_size(part) for part in rest.split("x"))
    if at:
        sizes = (*sizes, _size(channels))
    if len(sizes) > LARGEST_RANK:
        raise NotationError(f"takes a shape of at most {LARGEST_RANK} axes, not of {len(sizes)}")
    return ShapePattern(value, sizes, literal=not at and len(sizes) > 2)


def input_shape(value: object) -> Shape:
    """The shape of an input, channels last; every size is a number or None.

    Raises:
        NotationError: also for `_`, with which nothing could be built.
    """
    pattern = parse_shape(value)
    if "_" in pattern.sizes:
        raise NotationError("takes definite sizes: each a number, or None for a variable one")
    return Shape(tuple(size for size in pattern.sizes if not isinstance(size, str)))


def parse_quantity(value: object) -> Expected:
    """A number, `25.6M`, `0.95%`, or a comparison such as `"<= 5M"`.

    Raises:
        NotationError: with a hint for `61,706` and the like.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Exactly(value, value)
    takes = "takes a number, one with a suffix such as 25.6M, or a comparison such as '< 25M'"
    if not isinstance(value, str):
        raise NotationError(f"{takes}, not {shown(value)}")
    if re.fullmatch(r"[0-9]{1,3}(,[0-9]{3})+", value.strip()):
        raise NotationError(f"takes a number without commas: write {value.replace(',', '')}")
    match = _QUANTITY.fullmatch(value.strip())
    if not match:
        raise NotationError(f"{takes}, not {shown(value)}")
    comparison, digits, suffix = match.groups()
    scale = Fraction(1, 100) if suffix == "%" else Fraction(_UNITS[suffix])
    number = Fraction(digits) * scale
    if comparison in ("<", "<="):
        return Quantity(value, None, number, strict=comparison == "<")
    if comparison in (">", ">="):
        return Quantity(value, number, None, strict=comparison == ">")
    if not suffix:
        return Quantity(value, number, number, strict=False)
    half = Fraction(1, 2 * 10 ** len(digits.partition(".")[2])) * scale
    return Quantity(value, number - half, number + half, strict=False)


def parse_per_axis(value: Any) -> PerAxis:
    """Sizes along the spatial axes: `5x5`, 5, `28x_`, `1/2`; or for all axes `'<= 32'`.

    Raises:
        NotationError: it is none of these.
    """
    text = str(value).strip() if _is_whole(value) or isinstance(value, str) else ""
    if text[:1] in ("<", ">"):
        return PerAxis((parse_quantity(text),), value)
    parts = text.replace("×", "x").split("x")
    if not all(map(_ALONG_AXIS.fullmatch, parts)):
        raise NotationError(f"takes sizes such as 5x5, 5 or 1/2, not {shown(value)}")
    return PerAxis(tuple(map(_along_axis, parts)), value)


def _along_axis(part: str) -> Expected:
    if part == "_":
        return AnySize()
    over, slash, under = part.partition("/")
    size = _size(over)
    return Exactly(Fraction(int(over), int(under)) if slash else size, part)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def as_json(value: Any) -> Any:
    """An observed value as JSON: shapes and sizes in the spec's notation."""
    if value is None or isinstance(value, str | int):
        return value  # as most are
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, Shape):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        sizes = type(value) in (tuple, list)  # what is more than that says what it is
        if sizes and len(value) > 1 and all(type(item) in (int, Fraction) for item in value):
            return "x".join(str(item) for item in value)
        return [as_json(item) for item in value]
    return value


def expected_as_json(expected: Expected) -> Any:
    """What a claim expects as JSON. A list of values stays one, where numbers would be taken for
    the axes of a size."""
    written = expected.written
    return [as_json(one) for one in written] if isinstance(expected, Each) else as_json(written)


def in_percent(written: Any) -> bool:
    """Whether an expectation is written in percent, or any of its alternatives."""
    if isinstance(written, Mapping):
        return any(map(in_percent, written.get("any", ())))
    return isinstance(written, str) and written.rstrip().endswith("%")


def as_percent(value: float) -> str:
    """A part of one in percent, to four digits behind the point: `0.95%` for 0.0095."""
    text = f"{round(Decimal(repr(value)) * 100, 4):f}"
    return f"{text.rstrip('0').rstrip('.')}%"


def as_text(value: Any) -> str:
    """A value of a finding for people: `61,706`, `6@28x28`, `softmax or linear`, `none`."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Mapping):
        if set(value) == {"any"}:
            return " or ".join(as_text(item) for item in value["any"])
        return ", ".join(f"{key}: {as_text(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_item_as_text, value)) or "none"
    return str(value)


def _item_as_text(value: Any) -> str:
    numbers = isinstance(value, list | tuple) and all(type(item) is int for item in value)
    return f"[{as_text(value)}]" if numbers else as_text(value)


def _size(text: str) -> int | str | None:
    if text == "_":
        return "_"
    if text == "None":
        return None
    if len(text) > 10 or not 1 <= int(text) <= LARGEST_SIZE:
        raise NotationError(f"takes sizes from 1 to {LARGEST_SIZE}, not {shown(text)}")
    return int(text)


def _equal(wanted: Any, observed: Any) -> bool:
    if isinstance(wanted, bool) or isinstance(observed, bool):
        return wanted is observed
    if isinstance(wanted, str | int):
        return bool(wanted == observed)
    if isinstance(wanted, Mapping) and isinstance(observed, Mapping):
        # a claim names an object's class and perhaps some of its arguments; the rest is free
        return all(key in observed and _equal(wanted[key], observed[key]) for key in wanted)
    if isinstance(wanted, tuple | list) and isinstance(observed, tuple | list):
        return len(wanted) == len(observed) and all(map(_equal, wanted, observed))
    return bool(wanted == observed)
