"""How good a spec is as a gate: which single edits to its own network it notices."""

from __future__ import annotations

from lenet_verify.strength.measured import Fate, Strength, Survivor, Tally
from lenet_verify.strength.measuring import strength

__all__ = ["Fate", "Strength", "Survivor", "Tally", "strength"]
