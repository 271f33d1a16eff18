"""The table of layers as objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lenet_verify.vocabulary.argument_forms import DTYPE, form_by_name
from lenet_verify.vocabulary.forms import Either, Flag, Form, Frozen, Nothing, Optional, Word
from lenet_verify.vocabulary.layers import TABLE, Of
from lenet_verify.vocabulary.nested import ANY_LAYER


class Argument(Frozen):
    """An argument of a layer's class.

    Attributes:
        name: Keras's name.
        form: the form of its value in a spec.
        default: Keras's default as Keras writes it; REQUIRED where there is none.
    """

    name: str
    form: Form
    default: object

    def __init__(self, name: str, form: Form, default: object) -> None:
        self._hold(name=name, form=form, default=default)


class LayerClass(Frozen):
    """A class of keras.layers that a spec may name.

    Attributes:
        name: Keras's name.
        family: one of FAMILIES.
        arguments: by name, in Keras's order.
        rank: how many spatial axes it works on, where the class fixes that (Conv2D: 2).
    """

    name: str
    family: str
    arguments: Mapping[str, Argument]
    rank: int | None

    def __init__(
        self, name: str, family: str, arguments: Mapping[str, Argument], rank: int | None
    ) -> None:
        self._hold(name=name, family=family, arguments=arguments, rank=rank)


BASE_ARGUMENTS: Mapping[str, Argument] = {
    "trainable": Argument("trainable", Flag(), True),
    "dtype": Argument("dtype", Optional(DTYPE), None),
}
"""What every layer takes besides its own arguments. A layer's name is its key in the spec."""


class _Layers(Mapping[str, LayerClass]):
    """The table as objects, each made when it is first asked for: a spec names a few of them."""

    def __init__(self) -> None:
        self._families = {name: family for family, rows in TABLE.items() for name in rows}
        self._made: dict[str, LayerClass] = {}

    def __getitem__(self, name: str) -> LayerClass:
        if name not in self._made:
            family = self._families[name]
            row = TABLE[family][name]
            arguments = {key: _argument(key, default) for key, default in row.items()}
            self._made[name] = LayerClass(name, family, arguments, _rank(name))
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self._families  # which makes nothing

    def __iter__(self) -> Iterator[str]:
        return iter(self._families)

    def __len__(self) -> int:
        return len(self._families)


class _Forms(Mapping[str, Form]):
    """The form of an argument by its name alone: what any class takes there."""

    def __getitem__(self, name: str) -> Form:
        return self._table()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._table())

    def __len__(self) -> int:
        return len(self._table())

    def _table(self) -> dict[str, Form]:
        if not _FORM_OF:
            _FORM_OF.update(_forms_by_name())
        return _FORM_OF


_FORM_OF: dict[str, Form] = {}


def _argument(name: str, default: object) -> Argument:
    form = default.form if isinstance(default, Of) else form_by_name(name)
    default = default.default if isinstance(default, Of) else default
    if default is None and not isinstance(form, Optional | Nothing):
        form = Optional(form)
    return Argument(name, form, default)


def _rank(name: str) -> int | None:
    return next((rank for rank in (1, 2, 3) if f"{rank}D" in name), None)


def _forms_by_name() -> dict[str, Form]:
    """For each name the forms that classes give it, joined into one."""
    forms: dict[str, list[Form]] = {}
    for argument in BASE_ARGUMENTS.values():
        forms[argument.name] = [argument.form]
    for rows in TABLE.values():
        for row in rows.values():
            for name, default in row.items():
                form = _argument(name, default).form
                if form not in forms.setdefault(name, []):
                    forms[name].append(form)
    return {name: _joined(found) for name, found in forms.items()}


def _joined(forms: list[Form]) -> Form:
    inner = [form.form if isinstance(form, Optional) else form for form in forms]
    if ANY_LAYER in inner:
        inner = [ANY_LAYER]
    words = [form for form in inner if isinstance(form, Word)]
    choices = dict.fromkeys(choice for form in words for choice in form.choices)
    distinct: list[Form] = [Word(*choices)] if words else []
    for form in inner:
        if form not in distinct and form not in words:
            distinct.append(form)
    joined = distinct[0] if len(distinct) == 1 else Either(*distinct)
    return Optional(joined) if any(isinstance(form, Optional) for form in forms) else joined


LAYERS: Mapping[str, LayerClass] = _Layers()
"""Every class of keras.layers that a spec may name."""

ARGUMENT_FORMS: Mapping[str, Form] = _Forms()
"""The form of an argument by its name alone, for a layer whose type is not known."""
