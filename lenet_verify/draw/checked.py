"""An architecture with what a check of it finds."""

from __future__ import annotations

from dataclasses import replace

from lenet_verify.architecture import Architecture
from lenet_verify.checking import check
from lenet_verify.options import shown_path
from lenet_verify.spec import Limits
from lenet_verify.verdict import Verdict
from lenet_verify.verify import load_specs


def checked(
    architecture: Architecture, spec: str | None, limits: Limits | None
) -> tuple[Architecture, Verdict | None]:
    """The architecture under the title of the spec that it is held against, and the verdict.

    Args:
        architecture: the model.
        spec: the spec's file; None for no check.
        limits: how large it may be; None for the usual ones.

    Raises:
        SpecError: the spec is none.
    """
    if spec is None:
        return architecture, None
    (loaded,) = load_specs([shown_path(spec)], limits or Limits())
    return replace(architecture, title=loaded.title), check(loaded, architecture)
