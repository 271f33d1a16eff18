"""A difference as Markdown: a comment on a pull request, short enough to be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lenet_verify.difference import Difference, Kind
from lenet_verify.diffing.summary import (
    MARKS,
    Entry,
    Told,
    entries,
    following,
    headline,
    renamed,
    told,
    totals,
    unknown,
)
from lenet_verify.renderers.markdown import code, escaped, table

_MOST_ROWS = 100
"""A comment has room for so much of each kind; the JSON has all."""
_MOST_NAMES = 6


def render_markdown(difference: Difference, names: tuple[str, str]) -> str:
    """A difference.

    Args:
        difference: what changed.
        names: what the user calls the two models.
    """
    return "\n\n".join(_blocks(difference, names)) + "\n"


def _blocks(difference: Difference, names: tuple[str, str]) -> Iterator[str]:
    title = escaped(difference.titles[1])
    yield f"### {title}: {headline(difference)}"
    yield f"{code(names[0])} → {code(names[1])}"
    rows = [_row(entry) for entry in entries(difference)]
    for what, changes in (("model", difference.model), ("compiled", difference.compiled)):
        rows += [(MARKS[Kind.CHANGED], what, _said(told(change)), "") for change in changes]
    if rows:
        yield _cut(("", "layer", "change", "effect"), rows)
    if lines := unknown(difference):
        yield "\n".join(["Cannot be compared:", "", *(f"- {escaped(line)}" for line in lines)])
    if not difference.same:
        yield _totals(totals(difference))
    if found := following(difference):
        affected = [(_name(entry), _joined(entry.effects)) for entry in found]
        summary = f"{len(found):,} layer{'' if len(found) == 1 else 's'} affected by this"
        yield _folded(summary, _cut(("layer", "effect"), affected))
    if pairs := renamed(difference):
        names_of = [(code(old), code(new)) for old, new in pairs]
        summary = f"{len(pairs):,} layer{'' if len(pairs) == 1 else 's'} named otherwise"
        yield _folded(summary, _cut(("old", "new"), names_of))


def _row(entry: Entry) -> tuple[str, ...]:
    kind = f" {code(entry.type)}" if entry.type else ""
    return (MARKS[entry.kind], _name(entry) + kind, _joined(entry.says), _joined(entry.effects))


def _name(entry: Entry) -> str:
    names = [" → ".join(map(code, one)) for one in entry.names]
    if len(names) == 1:
        return names[0]
    more = ", …" if len(names) > _MOST_NAMES else ""
    return f"{len(names):,} layers ({', '.join(names[:_MOST_NAMES])}{more})"


def _joined(said: Sequence[Told]) -> str:
    return ", ".join(map(_said, said))


def _said(one: Told) -> str:
    if one.old is None or one.new is None:
        return escaped(one.label)
    grown = f" ({one.change})" if one.change else ""
    return f"{escaped(one.label)} {code(one.old)} → {code(one.new)}{grown}"


def _totals(found: Sequence[Told]) -> str:
    rows = [(one.label, code(one.old or ""), code(one.new or ""), one.change) for one in found]
    return table(("in total", "old", "new", "change"), rows)


def _cut(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    text = table(header, rows[:_MOST_ROWS])
    more = len(rows) - _MOST_ROWS
    return text if more <= 0 else f"{text}\n\nAnd {more:,} more."


def _folded(summary: str, content: str) -> str:
    return f"<details><summary>{summary}</summary>\n\n{content}\n\n</details>"
