"""The single edits that an architect makes to a network: one list, two users.

`causes` asks which of them would mend a broken verdict, `strength` which of them a spec does
not notice.
"""

from __future__ import annotations

from lenet_verify.edits.apply import applied
from lenet_verify.edits.edit import (
    KINDS,
    Activation,
    Argument,
    Delete,
    Duplicate,
    Edit,
    Input,
    Insert,
    Kind,
    Output,
    Rewire,
    Swap,
    Type,
)
from lenet_verify.edits.enumeration import every_edit
from lenet_verify.edits.wording import described, in_words

__all__ = [
    "KINDS",
    "Activation",
    "Argument",
    "Delete",
    "Duplicate",
    "Edit",
    "Input",
    "Insert",
    "Kind",
    "Output",
    "Rewire",
    "Swap",
    "Type",
    "applied",
    "described",
    "every_edit",
    "in_words",
]
