"""Shapes and counts from first principles, without any framework.

A second derivation beside Keras's own: each checks the other. It never supplies an expected
value. A file a family of layers; `rules.py` says which function is whose.
"""

from __future__ import annotations

from lenet_verify.inference.derived import HERE, Derived, Window
from lenet_verify.inference.field import Field, fields
from lenet_verify.inference.graph import inferred, measure, outlined, with_measures
from lenet_verify.inference.layer import derive, derive_call, weights_of
from lenet_verify.inference.rules import RULES, WITHOUT_RULE, why_without

__all__ = [
    "HERE",
    "RULES",
    "WITHOUT_RULE",
    "Derived",
    "Field",
    "Window",
    "derive",
    "derive_call",
    "fields",
    "inferred",
    "measure",
    "outlined",
    "weights_of",
    "why_without",
    "with_measures",
]
