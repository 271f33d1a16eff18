"""Evidence of behaviour: the record of a training run, which a later check may rest on.

Neither a framework nor a spec is known here.
"""

from lenet_verify.evidence.record import RECORD, read_run, written
from lenet_verify.evidence.run import (
    PICTURES,
    SCHEMA,
    STATED,
    Data,
    Evidence,
    Results,
    Run,
)

__all__ = [
    "PICTURES", "RECORD", "SCHEMA", "STATED", "Data", "Evidence", "Results", "Run", "read_run",
    "written",
]  # fmt: skip
