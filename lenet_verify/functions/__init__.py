"""Functions of one number, which activations are: known ones by name, others by formula, and any
by its values at fixed points."""

from __future__ import annotations

from lenet_verify.functions.computed import THEN, Computed, both_computed
from lenet_verify.functions.formula import LONGEST, WORDS, FormulaError, read_formula
from lenet_verify.functions.known import ELEMENTWISE, after, name_of, values_of
from lenet_verify.functions.points import POINTS, Values, agree, difference

__all__ = [
    "ELEMENTWISE",
    "LONGEST",
    "POINTS",
    "THEN",
    "WORDS",
    "Computed",
    "FormulaError",
    "Values",
    "after",
    "agree",
    "both_computed",
    "difference",
    "name_of",
    "read_formula",
    "values_of",
]
