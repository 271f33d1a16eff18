"""Every generator of random cases, and everything that is known to be odd about Keras."""

from __future__ import annotations

from tests.parity import arrays, lenet, operations, sequences, spatial
from tests.parity.case import Generators, Oddities

CASES: Generators = {
    **spatial.CASES,
    **sequences.CASES,
    **arrays.CASES,
    **operations.CASES,
    **lenet.CASES,
}

ODDITIES: Oddities = {
    **spatial.ODDITIES,
    **sequences.ODDITIES,
    **arrays.ODDITIES,
    **operations.ODDITIES,
}
