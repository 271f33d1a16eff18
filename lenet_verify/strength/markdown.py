"""A spec's strength as Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from lenet_verify.renderers.markdown import code, escaped, table
from lenet_verify.strength.measured import Strength, told
from lenet_verify.strength.telling import (
    COLUMNS,
    cells,
    not_counted,
    pasted,
    scores,
    set_aside,
    tables,
)


def render_markdown(strength: Strength) -> str:
    """A spec's strength.

    Args:
        strength: what became of every edit.
    """
    return "\n\n".join(_blocks(strength)) + "\n"


def _blocks(strength: Strength) -> Iterator[str]:
    total = strength.total
    yield f"### {escaped(strength.title)}: notices {total.noticed:,} of {total.edits:,} edits"
    yield f"Every single edit to the network of {code(strength.spec)} that computes something else."
    found = [(what, f"{number:,}", share) for what, number, share in scores(strength)]
    yield table(("noticed by", "edits", ""), found)
    for what, tallies in tables(strength):
        rows = [(escaped(name), *cells(tally)) for name, tally in tallies.items()]
        yield table((what, *COLUMNS), rows)
    yield from filter(None, (not_counted(strength), escaped(set_aside(strength))))
    if strength.survivors:
        yield f"Nothing notices {len(strength.survivors):,}:"
        yield table(("layer", "edit"), [(code(a), escaped(b)) for a, b in told(strength.survivors)])
    if strength.proposals:
        yield "Claims that would, if the paper says so:"
        yield "\n".join(("```yaml", *pasted(strength.proposals), "```"))
