"""A function that somebody wrote, by what it computes."""

from __future__ import annotations

from lenet_verify.functions.points import POINTS, Values

THEN = ", then "
"""Between the names of activations that are applied in turn."""


class Computed(str):
    """The name of an activation that is a function of the model's own: that of the known
    activation that it computes, else its own.

    It is a name like any other, and knows more.

    Attributes:
        function: what it is called in the model's own code.
        values: what it gives at the points; None where that cannot be told, as of one function
            after another.
    """

    __slots__ = ("function", "values")

    function: str
    values: Values | None

    def __new__(cls, name: str, function: str, values: Values | None) -> Computed:
        """The name, with what is known of it."""
        made = super().__new__(cls, name)
        made.function = function
        made.values = values
        return made

    @property
    def evidence(self) -> str | None:
        """How it is known that it computes what its name says; None where it has no name but its
        own."""
        if self.values is None or self == self.function:
            return None
        return f"{self.function} computes {self}, by its values at {len(POINTS)} points"

    def __reduce__(self) -> tuple[type[Computed], tuple[str, str, Values | None]]:
        return Computed, (str(self), self.function, self.values)


def both_computed(one: str | None, other: str | None) -> tuple[Values, Values] | None:
    """What two activations of the models' own give; None if one of them is not, or not known."""
    if not isinstance(one, Computed) or not isinstance(other, Computed):
        return None
    return None if one.values is None or other.values is None else (one.values, other.values)
