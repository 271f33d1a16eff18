"""What somebody else's code raised, in one line."""

from __future__ import annotations

import os
import re
from pathlib import Path

from lenet_verify.visible import visible

# Keras wraps what a layer raised in a page of its own, with the message itself in bold.
_BOLD = re.compile(r"\x1b\[1m(.*?)\x1b\[0m", re.DOTALL)
_LONGEST = 300


def innermost_message(error: BaseException) -> str:
    """The class and message of the error at the bottom of a chain, on one line."""
    error = _innermost(error)
    text = _text(error)
    if bold := _BOLD.search(text):
        text = bold[1]
    text = " ".join(re.sub(r"\x1b\[[0-9;]*m", "", text).split())
    return visible(f"{type(error).__name__}: {text}" if text else type(error).__name__, _LONGEST)


def place(error: BaseException) -> str:
    """The deepest line of the user's own code behind an error: ` (mine.py:12)`, or nothing."""
    trace, found = _innermost(error).__traceback__, ""
    ours = Path(__file__).parent
    while trace is not None:
        path = Path(trace.tb_frame.f_code.co_filename)
        installed = {"site-packages", "dist-packages"} & set(path.parts)
        if path.suffix == ".py" and not installed and ours not in path.parents:
            pythons = Path(os.__file__).parent in path.parents
            found = found if pythons else f" ({path.name}:{trace.tb_lineno})"
        trace = trace.tb_next
    return visible(found)


def _innermost(error: BaseException) -> BaseException:
    seen = {id(error)}
    while True:
        below = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if below is None or id(below) in seen:
            return error
        error = below
        seen.add(id(error))


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # somebody's own __str__
        return ""
