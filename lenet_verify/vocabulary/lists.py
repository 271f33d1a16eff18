"""The forms of lists: sizes, paddings, axes, shapes, ranges."""

from __future__ import annotations

from collections.abc import Callable

from lenet_verify.vocabulary.forms import (
    LARGEST,
    LARGEST_FLOAT,
    MOST_AXES,
    Form,
    Number,
    Schema,
    WholeNumber,
)
from lenet_verify.vocabulary.plain import is_decimal, is_number, is_whole, plain, tupled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeGuard


class Many(Form):
    """A list of values of one form; read into a tuple. A single value may stand for a list of
    one where `single`; `distinct` refuses repetitions."""

    form: Form
    what: str
    single: bool
    least: int
    most: int | None

    def __init__(
        self,
        form: Form,
        what: str,
        *,
        single: bool = False,
        least: int = 0,
        most: int | None = None,
    ) -> None:
        self._hold(form=form, what=what, single=single, least=least, most=most)

    def read(self, value: object, rank: int | None = None) -> tuple[object, ...]:
        if not isinstance(value, list):
            if not self.single:
                raise self.refuse(value, rank)
            return (self._item(value, value, rank),)
        if len(value) < self.least or (self.most is not None and len(value) > self.most):
            raise self.refuse(value, rank)
        return tuple(self._item(item, value, rank) for item in value)

    def _item(self, item: object, value: object, rank: int | None) -> object:
        try:
            return self.form.read(item, rank)
        except ValueError as error:
            raise self.refuse(value, rank) from error

    def takes(self, rank: int | None = None) -> str:
        number = f"{self.least} " if self.least == self.most else ""
        listed = f"a list of {number}{self.what}"
        return f"{self.form.takes(rank)}, or {listed}" if self.single else listed

    def schema(self, rank: int | None = None) -> Schema:
        listed: Schema = {"type": "array", "items": self.form.schema(rank), "minItems": self.least}
        if self.most is not None:
            listed["maxItems"] = self.most
        return {"anyOf": [self.form.schema(rank), listed]} if self.single else listed

    def fill(self, value: object, rank: int | None = None) -> object:
        return self._each(self.form.fill, value, rank)

    def for_keras(self, value: object, rank: int | None = None) -> object:
        return self._each(self.form.for_keras, value, rank)

    def normal(self, value: object, rank: int | None = None) -> object:
        value = plain(value)
        if isinstance(value, list):
            return tuple(self.form.normal(item, rank) for item in value)
        return (self.form.normal(value, rank),) if self.single else tupled(value)

    @staticmethod
    def _each(
        convert: Callable[[object, int | None], object], value: object, rank: int | None
    ) -> object:
        if not isinstance(value, tuple):
            return value
        return tuple(convert(item, rank) for item in value)


class Axes(Many):
    """One axis or several. Always read into a tuple, since Keras's own layers turn the one
    into a list when they are built."""

    def __init__(self) -> None:
        axis = WholeNumber(-MOST_AXES - 1, MOST_AXES)
        super().__init__(axis, "axes", single=True, least=1, most=MOST_AXES + 1)

    def for_keras(self, value: object, rank: int | None = None) -> object:
        return value[0] if isinstance(value, tuple) and len(value) == 1 else value


class Sizes(Form):
    """One size for each spatial axis: `5`, `"5x5"` or `[5, 5]`, read into a tuple of `rank`.

    Where `bare`, Keras's constructor takes no tuple but the one size itself.
    """

    least: int
    fixed_rank: int | None
    bare: bool

    def __init__(self, least: int = 1, rank: int | None = None, bare: bool = False) -> None:
        self._hold(least=least, fixed_rank=rank, bare=bare)

    def read(self, value: object, rank: int | None = None) -> tuple[int, ...]:
        rank = self.fixed_rank or rank
        sizes = self._listed(value)
        if sizes is None or not all(self._is_size(size) for size in sizes):
            raise self.refuse(value, rank)
        if not isinstance(value, list | str) and rank:
            sizes = sizes * rank
        if len(sizes) not in ((rank,) if rank else (1, 2, 3)):
            raise self.refuse(value, rank)
        return tuple(size for size in sizes if is_whole(size))

    @staticmethod
    def _listed(value: object) -> list[object] | None:
        if isinstance(value, str):
            parts = value.split("x")
            return [int(part) for part in parts] if all(map(is_decimal, parts)) else None
        return value if isinstance(value, list) else [value]

    def for_keras(self, value: object, rank: int | None = None) -> object:
        return value[0] if self.bare and isinstance(value, tuple) else value

    def _is_size(self, size: object) -> TypeGuard[int]:
        return is_whole(size) and self.least <= size <= LARGEST

    def takes(self, rank: int | None = None) -> str:
        rank = self.fixed_rank or rank
        one = f"a whole number from {self.least} to {LARGEST}"
        if rank is None:
            return f"{one}, or one for each axis such as 5x5"
        text, listed = "x".join("5" * rank), ", ".join("5" * rank)
        return one if rank == 1 else f"{one}, or {rank} of them such as {text} or [{listed}]"

    def schema(self, rank: int | None = None) -> Schema:
        rank = self.fixed_rank or rank
        size: Schema = {"type": "integer", "minimum": self.least, "maximum": LARGEST}
        digits = "[1-9][0-9]{0,8}" if self.least else "(0|[1-9][0-9]{0,8})"
        more = f"{{{rank - 1}}}" if rank else "{0,2}"
        text: Schema = {"type": "string", "pattern": f"^{digits}(x{digits}){more}$"}
        fewest, most = (rank, rank) if rank else (1, 3)
        listed: Schema = {"type": "array", "items": size, "minItems": fewest, "maxItems": most}
        return {"anyOf": [size, text, listed]}


class Paddings(Form):
    """What is added or cut at both ends of each spatial axis: one number for all, one for each
    axis, or a pair for each. Read into pairs; along one axis, into one pair."""

    def read(self, value: object, rank: int | None = None) -> tuple[object, ...]:
        pairs = self._pairs(value, rank)
        if pairs is None:
            raise self.refuse(value, rank)
        return pairs

    def _pairs(self, value: object, rank: int | None) -> tuple[object, ...] | None:
        if self._is_width(value):
            return (value, value) if rank == 1 else ((value, value),) * (rank or 1)
        if not isinstance(value, list):
            return None
        if rank == 1 or (rank is None and len(value) == 2 and all(map(self._is_width, value))):
            return tuple(value) if len(value) == 2 and all(map(self._is_width, value)) else None
        if len(value) not in ((rank,) if rank else (2, 3)):
            return None
        pairs = tuple(self._pair(item) for item in value)
        return None if None in pairs else pairs

    def _pair(self, item: object) -> tuple[object, object] | None:
        if self._is_width(item):
            return (item, item)
        if isinstance(item, list) and len(item) == 2 and all(map(self._is_width, item)):
            return (item[0], item[1])
        return None

    @staticmethod
    def _is_width(value: object) -> bool:
        return is_whole(value) and 0 <= value <= LARGEST

    def takes(self, rank: int | None = None) -> str:
        one = f"a whole number from 0 to {LARGEST}"
        if rank == 1:
            return f"{one}, or 2 of them such as [1, 2]"
        pairs = ", ".join(["[1, 2]"] * (rank or 2))
        return f"{one}, or one or a pair for each axis such as [{pairs}]"

    def schema(self, rank: int | None = None) -> Schema:
        width: Schema = {"type": "integer", "minimum": 0, "maximum": LARGEST}
        pair: Schema = {"type": "array", "items": width, "minItems": 2, "maxItems": 2}
        if rank == 1:
            return {"anyOf": [width, pair]}
        fewest, most = (rank, rank) if rank else (2, 3)
        items: Schema = {"anyOf": [width, pair]}
        listed: Schema = {"type": "array", "items": items, "minItems": fewest, "maxItems": most}
        return {"anyOf": [width, listed]}


class Dims(Form):
    """A shape without its batch, in which one size may be -1: whatever remains."""

    def read(self, value: object, rank: int | None = None) -> tuple[int, ...]:
        if not isinstance(value, list) or len(value) > MOST_AXES or value.count(-1) > 1:
            raise self.refuse(value)
        if not all(type(size) is int and (size == -1 or 1 <= size <= LARGEST) for size in value):
            raise self.refuse(value)
        return tuple(value)

    def takes(self, rank: int | None = None) -> str:
        return f"a list of whole numbers from 1 to {LARGEST}, one of which may be -1"

    def schema(self, rank: int | None = None) -> Schema:
        size: Schema = {"anyOf": [WholeNumber(1).schema(), {"const": -1}]}
        one: Schema = {"contains": {"const": -1}, "minContains": 0, "maxContains": 1}
        return {"type": "array", "items": size, "maxItems": MOST_AXES} | one


class Permutation(Form):
    """The axes from 1 in another order."""

    def read(self, value: object, rank: int | None = None) -> tuple[int, ...]:
        if not isinstance(value, list) or not 1 <= len(value) <= MOST_AXES:
            raise self.refuse(value)
        if not all(type(axis) is int for axis in value):
            raise self.refuse(value)
        if sorted(value) != list(range(1, len(value) + 1)):
            raise self.refuse(value)
        return tuple(value)

    def takes(self, rank: int | None = None) -> str:
        return "a list of the axes from 1 in their new order, such as [2, 1]"

    def schema(self, rank: int | None = None) -> Schema:
        lengths: list[Schema] = [
            {"items": {"type": "integer", "minimum": 1, "maximum": n}, "minItems": n, "maxItems": n}
            for n in range(1, MOST_AXES + 1)
        ]
        return {"type": "array", "uniqueItems": True, "anyOf": lengths}


class Range(Form):
    """Two numbers, from and to. Where `below` is given, one number `f` stands for the range
    from `-f` to `f`, or from `below` if that is higher: Keras's rule for random factors."""

    least: float
    most: float
    below: float | None

    def __init__(
        self,
        least: float = -LARGEST_FLOAT,
        most: float = LARGEST_FLOAT,
        below: float | None = None,
    ) -> None:
        self._hold(least=least, most=most, below=below)

    def read(self, value: object, rank: int | None = None) -> tuple[float, float]:
        if self.below is not None and is_number(value) and self._is_inside(value):
            return (max(-abs(value), self.below), abs(value))
        if isinstance(value, list) and len(value) == 2 and all(map(is_number, value)):
            low, high = sorted(value)
            if self._is_inside(low) and self._is_inside(high):
                return (low, high)
        raise self.refuse(value)

    def _is_inside(self, number: float) -> bool:
        return self.least <= number <= self.most

    def takes(self, rank: int | None = None) -> str:
        bounds = Number(self.least, self.most).takes().removeprefix("a number")
        pair = f"a list of 2 numbers{bounds}"
        return pair if self.below is None else f"a number{bounds}, or {pair}"

    def schema(self, rank: int | None = None) -> Schema:
        number = Number(self.least, self.most).schema()
        pair: Schema = {"type": "array", "items": number, "minItems": 2, "maxItems": 2}
        return pair if self.below is None else {"anyOf": [number, pair]}
