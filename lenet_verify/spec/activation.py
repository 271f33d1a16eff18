"""What a claim expects of an activation: its name, or the formula of what it computes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from lenet_verify.functions import (
    ELEMENTWISE,
    LONGEST,
    WORDS,
    Computed,
    FormulaError,
    Values,
    agree,
    name_of,
    read_formula,
    values_of,
)
from lenet_verify.notation import Exactly, NotationError
from lenet_verify.spec.document import Node, Scalar, plain
from lenet_verify.spec.fields import Mistakes, Problems, shown
from lenet_verify.vocabulary import ACTIVATIONS

NAMES = tuple(dict.fromkeys((*ACTIVATIONS, *ELEMENTWISE, "prelu")))
"""Every name of an activation that a claim may expect."""

_TAKES = "takes an activation of Keras such as tanh, a formula such as 1.7159 * tanh(2/3 * x)"

SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"enum": [*NAMES, None]},
        {"type": "string", "pattern": rf"^\s*({'|'.join(NAMES)})\([a-z_]+=[^()]*\)\s*$"},
        {
            "type": "string",
            "pattern": rf"^([-+*/().,·×−\s0-9]|[0-9.][eE][-+]?[0-9]|\b({'|'.join(WORDS)})\b)+$",
            "maxLength": LONGEST,
        },
    ]
}
"""What an editor can tell of it: that it has no word that is none."""


@dataclass(frozen=True)
class Applied(Exactly):
    """An activation; whatever computes the same at the points is the same.

    Attributes:
        value: its name; of a formula that no name has, the formula.
        values: what it gives at the points; None of one that is no function of one number.
    """

    values: Values | None = field(repr=False, compare=False)

    @property
    def is_formula(self) -> bool:
        """Whether it is written as a formula."""
        return self.values is not None and values_of(self.written) is None

    def admits(self, observed: Any) -> bool:
        """Whether it is, or computes, the same."""
        if not isinstance(observed, str) or self.values is None:
            return bool(self.value == observed)
        theirs = observed.values if isinstance(observed, Computed) else values_of(observed)
        return bool(self.value == observed) or (theirs is not None and agree(theirs, self.values))


def read_activation(problems: Problems, node: Node) -> Exactly:
    """A name, a name with parameters, a formula, or null.

    Raises:
        NotationError: it is none of these.
        Mistakes: a formula is wrong somewhere.
    """
    value = plain(node)
    if value is None:
        return Exactly(None, None)
    if not isinstance(value, str):
        raise NotationError(f"{_TAKES}, or null, not {shown(value)}")
    name, bracket, rest = value.strip().partition("(")
    if name in NAMES and not bracket:
        name = ACTIVATIONS.get(name, name)
        return Applied(name, value, values_of(name))
    if name in NAMES and "=" in rest:
        known = values_of(value.strip())
        if known is None and name in ELEMENTWISE:
            raise NotationError(f"takes {name} with parameters of its own, not {shown(value)}")
        return Applied(value.strip(), value, known)
    if re.fullmatch("[A-Za-z_][A-Za-z_0-9]*", value.strip()) and value.strip() != "x":
        if value.lower() == "none":
            raise NotationError(
                "takes null for a layer that has no activation, linear for one that applies none, "
                f"not {shown(value)}"
            )
        raise NotationError(f"{_TAKES}, or null, not {shown(value)}{problems.hint(value, NAMES)}")
    return _formula(node, value)


def _formula(node: Node, text: str) -> Applied:
    try:
        values = read_formula(text)
    except FormulaError as e:
        place = node
        if isinstance(node, Scalar) and node.lead is not None:
            place = replace(node, column=node.column + node.lead + e.column)
        raise Mistakes([(place, str(e))]) from e
    return Applied(name_of(values) or text, text, values)
