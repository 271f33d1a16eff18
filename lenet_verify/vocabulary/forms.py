"""The forms that an argument's value may have in a spec.

A form reads a plain value (int, float, str, bool, None, list, dict) into the normal form in
which a spec and a live layer are compared, says in words what it takes, and gives the JSON
Schema of exactly that. A form never imports, opens or evaluates what it reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

TYPE_CHECKING = False  # without importing typing, which costs as much as this whole package
if TYPE_CHECKING:
    from typing import TypeGuard

Schema = dict[str, object]

LARGEST = 2**31 - 1
"""The largest size that a spec may state: a dimension is at most this everywhere."""

LARGEST_FLOAT = 1.7976931348623157e308
MOST_AXES = 15
"""Axes of a tensor, without the batch."""


class Frozen:
    """A value object: set once by its constructor, compared and shown by what it holds."""

    def _hold(self, **fields: object) -> None:
        vars(self).update(fields)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen: cannot set {name!r}")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((type(self), tuple(vars(self).items())))

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"{type(self).__name__}({fields})"


class Form(Frozen):
    """How one argument's value is written."""

    numeric: bool = False
    """Whether the normal form is one number, so that a claim may compare: `"< 25"`."""

    def read(self, value: object, rank: int | None = None) -> object:
        """The normal form of a value from a spec.

        Args:
            value: the plain value.
            rank: the spatial rank of the layer's class; None where it has none or is unknown.

        Raises:
            ValueError: the value has another form; the message says what the argument takes.
        """
        raise NotImplementedError

    def takes(self, rank: int | None = None) -> str:
        """What the argument takes, in words that follow "takes"."""
        raise NotImplementedError

    def schema(self, rank: int | None = None) -> Schema:
        """JSON Schema (2020-12) of what `read` accepts; references are to `definitions()`."""
        raise NotImplementedError

    def normal(self, value: object, rank: int | None = None) -> object:
        """The normal form of a value from a live layer's config. Never raises: a value that
        no spec could state comes back as it is, with its lists as tuples."""
        value = plain(value)
        try:
            return self.read(value, rank)
        except ValueError:
            return tupled(value)

    def fill(self, value: object, rank: int | None = None) -> object:
        """A value already read, with Keras's defaults filled in inside it."""
        return value

    def for_keras(self, value: object, rank: int | None = None) -> object:
        """A value already read, as Keras's constructors take it."""
        return value

    def refuse(self, value: object, rank: int | None = None) -> ValueError:
        """The error that says what this form takes, and what was there instead."""
        return ValueError(f"takes {self.takes(rank)}, not {shown(value)}")


class WholeNumber(Form):
    """A whole number within bounds. `5.0` and `true` are none."""

    numeric = True
    least: int
    most: int

    def __init__(self, least: int = 0, most: int = LARGEST) -> None:
        self._hold(least=least, most=most)

    def read(self, value: object, rank: int | None = None) -> int:
        if is_whole(value) and self.least <= value <= self.most:
            return value
        raise self.refuse(value)

    def takes(self, rank: int | None = None) -> str:
        if self.least == self.most:
            return str(self.least)
        return f"a whole number from {self.least} to {self.most}"

    def schema(self, rank: int | None = None) -> Schema:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


class Number(Form):
    """A finite number within bounds."""

    numeric = True
    least: float
    most: float

    def __init__(self, least: float = -LARGEST_FLOAT, most: float = LARGEST_FLOAT) -> None:
        self._hold(least=least, most=most)

    def read(self, value: object, rank: int | None = None) -> int | float:
        if is_number(value) and self.least <= value <= self.most:
            return value
        raise self.refuse(value)

    def takes(self, rank: int | None = None) -> str:
        if self.most < LARGEST_FLOAT:
            return f"a number from {self.least} to {self.most}"
        return "a number" if self.least < 0 else f"a number from {self.least}"

    def schema(self, rank: int | None = None) -> Schema:
        return {"type": "number", "minimum": self.least, "maximum": self.most}


class Flag(Form):
    """true or false."""

    def read(self, value: object, rank: int | None = None) -> bool:
        if isinstance(value, bool):
            return value
        raise self.refuse(value)

    def takes(self, rank: int | None = None) -> str:
        return "true or false"

    def schema(self, rank: int | None = None) -> Schema:
        return {"type": "boolean"}


class Word(Form):
    """One of a few words."""

    choices: tuple[str, ...]

    def __init__(self, *choices: str) -> None:
        self._hold(choices=choices)

    def read(self, value: object, rank: int | None = None) -> str:
        if isinstance(value, str) and value in self.choices:
            return value
        raise refused_word(value, self.choices, self.takes(rank))

    def takes(self, rank: int | None = None) -> str:
        return alternatives([repr(choice) for choice in self.choices])

    def schema(self, rank: int | None = None) -> Schema:
        return {"enum": list(self.choices)}


class Text(Form):
    """Text that nothing looks up. With a pattern, only text of that pattern."""

    pattern: str
    means: str

    def __init__(self, pattern: str = "", means: str = "text") -> None:
        self._hold(pattern=pattern, means=means)

    def read(self, value: object, rank: int | None = None) -> str:
        if isinstance(value, str) and self._matches(value):
            return value
        raise self.refuse(value)

    def _matches(self, value: str) -> bool:
        if not self.pattern:
            return True
        import re

        return re.fullmatch(self.pattern, value) is not None

    def takes(self, rank: int | None = None) -> str:
        return self.means

    def schema(self, rank: int | None = None) -> Schema:
        if not self.pattern:
            return {"type": "string"}
        return {"type": "string", "pattern": f"^{self.pattern}$"}


class Nothing(Form):
    """Only null: what Keras takes there, a spec cannot state (weights, quantization)."""

    def read(self, value: object, rank: int | None = None) -> None:
        if value is not None:
            raise self.refuse(value)

    def takes(self, rank: int | None = None) -> str:
        return "nothing but null in a spec"

    def schema(self, rank: int | None = None) -> Schema:
        return {"type": "null"}


class Optional(Form):
    """Another form, or null."""

    form: Form

    def __init__(self, form: Form) -> None:
        self._hold(form=form, numeric=form.numeric)

    def read(self, value: object, rank: int | None = None) -> object:
        return None if value is None else self.form.read(value, rank)

    def takes(self, rank: int | None = None) -> str:
        return self.form.takes(rank)

    def schema(self, rank: int | None = None) -> Schema:
        return {"anyOf": [{"type": "null"}, self.form.schema(rank)]}

    def normal(self, value: object, rank: int | None = None) -> object:
        return None if value is None else self.form.normal(value, rank)

    def fill(self, value: object, rank: int | None = None) -> object:
        return None if value is None else self.form.fill(value, rank)

    def for_keras(self, value: object, rank: int | None = None) -> object:
        return None if value is None else self.form.for_keras(value, rank)


class Either(Form):
    """One of several forms; the first that reads a value decides."""

    forms: tuple[Form, ...]

    def __init__(self, *forms: Form) -> None:
        self._hold(forms=forms, numeric=all(form.numeric for form in forms))

    def read(self, value: object, rank: int | None = None) -> object:
        for form in self.forms:
            try:
                return form.read(value, rank)
            except ValueError:
                continue
        words = [form for form in self.forms if isinstance(form, Word)]
        if words and isinstance(value, str):
            raise refused_word(value, words[0].choices, self.takes(rank))
        raise self.refuse(value, rank)

    def takes(self, rank: int | None = None) -> str:
        return ", or ".join(dict.fromkeys(form.takes(rank) for form in self.forms))

    def schema(self, rank: int | None = None) -> Schema:
        return {"anyOf": [form.schema(rank) for form in self.forms]}


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
    """One size for each spatial axis: `5`, `"5x5"` or `[5, 5]`, read into a tuple of `rank`."""

    least: int
    fixed_rank: int | None

    def __init__(self, least: int = 1, rank: int | None = None) -> None:
        self._hold(least=least, fixed_rank=rank)

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

    def _is_size(self, size: object) -> bool:
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


class Table(Form):
    """A mapping of a few known keys to values of one form each, all of which may be left out."""

    fields: tuple[tuple[str, Form], ...]

    def __init__(self, **fields: Form) -> None:
        self._hold(fields=tuple(fields.items()))

    def read(self, value: object, rank: int | None = None) -> dict[str, object]:
        if not isinstance(value, dict):
            raise self.refuse(value)
        forms = dict(self.fields)
        for key in value:
            if key not in forms:
                raise refused_word(key, forms, self.takes())
        return {key: read_part(key, forms[key], item, rank) for key, item in value.items()}

    def takes(self, rank: int | None = None) -> str:
        return f"a mapping of {alternatives([key for key, _ in self.fields], 'and')}"

    def schema(self, rank: int | None = None) -> Schema:
        properties = {key: form.schema(rank) for key, form in self.fields}
        return {"type": "object", "properties": properties, "additionalProperties": False}


def is_whole(value: object) -> TypeGuard[int]:
    """Whether it is a whole number; true and false are none."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether it is a number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_decimal(text: str) -> bool:
    """Whether it is a whole number in digits, without leading zeros. Nine digits stay below the
    largest size, and a JSON Schema can say so."""
    digits = text.isascii() and text.isdigit() and len(text) <= 9
    return digits and (text == "0" or not text.startswith("0"))


def read_part(name: str, form: Form, value: object, rank: int | None) -> object:
    """Read a part of a larger value; the error names the part."""
    try:
        return form.read(value, rank)
    except ValueError as error:
        raise ValueError(f"{shown_name(name)} {error}") from error


def refused_word(value: object, known: Iterable[str], takes: str) -> ValueError:
    """The error for a word that is none of the known ones, with the nearest that is."""
    hint = nearest(value, known) if isinstance(value, str) else None
    return ValueError(
        f"takes {takes}, not {shown(value)}" + (f"; did you mean {hint!r}?" if hint else "")
    )


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is most like this one; None if nothing is near."""
    import difflib

    by_lower = {name.lower(): name for name in known}
    # A stranger's megabyte is not compared: no known word is nearly as long.
    found = difflib.get_close_matches(word[:64].lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found and len(word) <= 64 else None


def alternatives(words: list[str], joint: str = "or") -> str:
    """a, b or c; of a long list, the first few."""
    if len(words) > 12:
        return f"one of {', '.join(words[:12])} … ({len(words)} in all)"
    if len(words) == 1:
        return words[0]
    return f"{', '.join(words[:-1])} {joint} {words[-1]}"


def shown(value: object) -> str:
    """A value as an error quotes it: as YAML writes it, short, and without control characters."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) > 10**30:
        return "a number of more than 30 digits"
    if isinstance(value, list | tuple):
        simple = len(value) <= 6 and not any(isinstance(item, dict) for item in value)
        inside = f"[{', '.join(map(shown, value))}]" if simple else ""
        return inside if 0 < len(inside) <= 60 or not value else f"a list of {len(value)} values"
    if isinstance(value, dict):
        return "a mapping"
    return shown_name(value) if isinstance(value, str) else repr(value)[:60]


def shown_name(name: object) -> str:
    """A name as an error quotes it; `repr` escapes what a terminal would obey."""
    text = str(name)
    return repr(text) if len(text) <= 40 else f"{text[:40]!r}…"


def plain(value: object) -> object:
    """A config's value with tuples as lists, and Keras's marks for tuples and arrays undone."""
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    if value.get("class_name") == "__tuple__":
        return plain(value.get("items", []))
    if value.get("class_name") in ("__numpy__", "__tensor__"):
        config = value.get("config")
        return plain(config.get("value")) if isinstance(config, Mapping) else None
    return {key: plain(item) for key, item in value.items()}


def tupled(value: object) -> object:
    """A plain value with its lists as tuples."""
    if isinstance(value, list):
        return tuple(map(tupled, value))
    if isinstance(value, dict):
        return {key: tupled(item) for key, item in value.items()}
    return value
