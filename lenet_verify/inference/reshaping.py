"""Layers that only rearrange."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lenet_verify.architecture import Shape
from lenet_verify.inference.derived import Derived, only, product


def flatten(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """Flatten: everything in one vector; a scalar becomes a vector of one."""
    return Derived((Shape((product(only(inputs).sizes),)),), connections=0)
