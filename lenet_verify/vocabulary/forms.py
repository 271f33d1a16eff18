"""The forms that an argument's value may have in a spec.

A form reads a plain value (int, float, str, bool, None, list, dict) into the normal form in
which a spec and a live layer are compared, says in words what it takes, and gives the JSON
Schema of exactly that. A form never imports, opens or evaluates what it reads.
"""

from __future__ import annotations

from lenet_verify.quoting import alternatives, refused_word, shown, shown_name
from lenet_verify.vocabulary.plain import is_number, is_whole, plain, tupled

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

    def told(self, written: object, read: object) -> object:
        """What a report tells of a claimed value: as it is written, if that says what it is."""
        return written

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

    def fill(self, value: object, rank: int | None = None) -> object:
        return value or None  # Keras takes none of it for null

    def takes(self, rank: int | None = None) -> str:
        return f"a mapping of {alternatives([key for key, _ in self.fields], 'and')}"

    def schema(self, rank: int | None = None) -> Schema:
        properties = {key: form.schema(rank) for key, form in self.fields}
        return {"type": "object", "properties": properties, "additionalProperties": False}


def read_part(name: str, form: Form, value: object, rank: int | None) -> object:
    """Read a part of a larger value; the error names the part."""
    try:
        return form.read(value, rank)
    except ValueError as error:
        raise ValueError(f"{shown_name(name)} {error}") from error
