"""A paper's architectural claims, made executable.

    import lenet_verify as lv

    spec = lv.load_spec("spec/lenet5.yaml")
    verdict = lv.check(spec, lv.read(my_keras_model))

Importing this package imports no framework; a name is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lenet_verify.architecture import Architecture, Layer, Shape
    from lenet_verify.builder import build
    from lenet_verify.causes import Cause, Causes
    from lenet_verify.checking import check
    from lenet_verify.diffing import Difference, diff
    from lenet_verify.documents.document import filled
    from lenet_verify.errors import LenetVerifyError, SpecError
    from lenet_verify.explaining import explain
    from lenet_verify.readers import read
    from lenet_verify.spec import Spec, load_spec
    from lenet_verify.static_model import infer
    from lenet_verify.verdict import Finding, Outcome, Verdict

__version__ = "0.1.0"

_HOMES = {
    "Architecture": "architecture",
    "Cause": "causes",
    "Causes": "causes",
    "Difference": "diffing",
    "Finding": "verdict",
    "Layer": "architecture",
    "LenetVerifyError": "errors",
    "Outcome": "verdict",
    "Shape": "architecture",
    "Spec": "spec",
    "SpecError": "errors",
    "Verdict": "verdict",
    "build": "builder",
    "check": "checking",
    "diff": "diffing",
    "explain": "explaining",
    "filled": "documents.document",
    "infer": "static_model",
    "load_spec": "spec",
    "read": "readers",
}

__all__ = [
    "Architecture",
    "Cause",
    "Causes",
    "Difference",
    "Finding",
    "Layer",
    "LenetVerifyError",
    "Outcome",
    "Shape",
    "Spec",
    "SpecError",
    "Verdict",
    "build",
    "check",
    "diff",
    "explain",
    "filled",
    "infer",
    "load_spec",
    "read",
]


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'lenet_verify' has no attribute '{name}'")
    return getattr(import_module(f"lenet_verify.{_HOMES[name]}"), name)
