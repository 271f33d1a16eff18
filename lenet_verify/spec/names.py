"""What a layer may be called."""

from __future__ import annotations

from lenet_verify.spec.document import Scalar
from lenet_verify.spec.fields import Problems

RESERVED = ("input", "model")
"""Names that `expect` keeps for itself, and a block for what it is fed."""


def check_name(problems: Problems, key: Scalar) -> None:
    """Notes it if a layer cannot be called that."""
    if key.text in RESERVED:
        problems.add(key, f"'{key.text}' is a reserved name: choose another")
    elif not key.text.strip():
        problems.add(key, "a layer needs a name")
    elif "/" in key.text:
        problems.add(key, "Keras allows no '/' in the name of a layer")
