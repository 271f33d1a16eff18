"""How a report came about, in words that every format shares."""

from __future__ import annotations

from lenet_verify.report import Report

PINNED_FACTS = (
    "the output shape, the parameters and the activation of every layer, and the shape of every "
    "input"
)
"""What claims should pin."""


def provenance(report: Report) -> list[tuple[str, str]]:
    """What there is to say, each with what it is about; the spec is told of by each format."""
    known = report.provenance
    rewrites = "none allowed" if known.exact else "allowed, and named where they were used"
    return [
        ("How the model came to be known", known.how),
        ("Rewrites that do not change what is computed", rewrites),
        ("Versions", ", ".join(f"{name} {version}" for name, version in known.versions)),
    ]
