"""What changed between two models: (Architecture, Architecture) -> Difference -> text.

`comparison.py` compares; whoever renders knows neither where a model comes from nor a framework.
"""

from lenet_verify.difference import Change, Difference, Kind, LayerDifference, Unknown
from lenet_verify.diffing.comparison import diff

__all__ = ["Change", "Difference", "Kind", "LayerDifference", "Unknown", "diff"]
