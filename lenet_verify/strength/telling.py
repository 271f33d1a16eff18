"""What there is to say of a spec's strength, whatever it is written in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from lenet_verify.freeze.yaml_text import prose, rows, scalar
from lenet_verify.strength.measured import Fate, Proposal, Strength, Tally, share

COLUMNS = ("edits", "by quotes", "by claims", "noticed")
"""The columns of a table of tallies."""


def percent(part: int, whole: int) -> str:
    """A share, rounded down: 100 % is all of them."""
    tenths = int(10 * share(part, whole))
    return "100 %" if tenths == 1000 else f"{tenths / 10:.1f} %"


def scores(strength: Strength) -> Iterator[tuple[str, int, str]]:
    """What notices how many edits, and what share of them that is."""
    total = strength.total
    for what, number in (
        ("claims that quote a source", total.quoted),
        ("all claims", total.claimed),
        ("claims, and the structure of the layers", total.noticed),
    ):
        yield what, number, percent(number, total.edits)


def cells(tally: Tally) -> tuple[str, ...]:
    """A tally under `COLUMNS`."""
    counts = (tally.edits, tally.quoted, tally.claimed, tally.noticed)
    return tuple(f"{count:,}" for count in counts)


def tables(strength: Strength) -> Iterator[tuple[str, Mapping[str, Tally]]]:
    """The tallies, by what tells the edits apart."""
    yield "kind of edit", strength.by_kind
    yield "layer", strength.by_layer


def not_counted(strength: Strength) -> str:
    """The edits that are left out; nothing where there are none."""
    same, none = strength.count(Fate.SAME), strength.count(Fate.NO_NETWORK)
    parts = [f"{same:,} that compute the same"] if same else []
    parts += [f"{none:,} after which the layers do not join"] if none else []
    left_out = f"Not counted: {' and '.join(parts)}." if parts else ""
    sampled = f"A sample: {len(strength.edits):,} of {strength.sampled_from:,} edits."
    whole = len(strength.edits) == strength.sampled_from
    return left_out if whole else f"{sampled} {left_out}".rstrip()


def set_aside(strength: Strength) -> str:
    """What of the claims is left out; nothing where all of them hold."""
    told = ", ".join(f"{one.fact} of {one.layer} [{one.claim}]" for one in strength.aside)
    return f"Set aside, since the network itself does not bear it out: {told}." if told else ""


def pasted(proposals: Iterable[Proposal]) -> Iterator[str]:
    """Claims as lines of a spec."""
    for proposal in proposals:
        yield f"  - id: {scalar(proposal.id)}"
        yield f"    why: {prose(proposal.why)}"
        yield "    expect:"
        yield from rows(proposal.expect, " " * 6)
