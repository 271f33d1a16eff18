"""A difference as plain text for a terminal, much as `diff -u` has it."""

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
    rest,
    several,
    told,
    totals,
    unknown,
)
from lenet_verify.show.display_width import padded, width
from lenet_verify.visible import visible

_BOLD, _DIM, _RED, _GREEN, _YELLOW = "1", "2", "31", "32", "33"
_COLOURS = {
    Kind.ADDED: _GREEN,
    Kind.REMOVED: _RED,
    Kind.CHANGED: _YELLOW,
    Kind.UNKNOWN: _YELLOW,
    Kind.AFFECTED: _DIM,
}
_MOST_FOLLOWING = 6
_NARROWEST = 40
_HANGING = "      "
_JOINED = "\0"
"""A space at which no line is broken; no name has one, once it is made visible."""


def render_text(
    difference: Difference,
    names: tuple[str, str],
    *,
    room: int | None = None,
    colour: bool = False,
    brief: bool = False,
) -> str:
    """A difference.

    Args:
        difference: what changed.
        names: what the user calls the two models.
        room: how many columns the terminal has; None if it does not matter.
        colour: whether to colour.
        brief: whether to leave out everything but what it comes to.
    """
    paper = _Paper(None if room is None else max(room, _NARROWEST), colour)
    for sign, title, name in zip("-+", difference.titles, names, strict=True):
        paper.line(f"{sign * 3} {visible(title)} ({visible(name)})", _BOLD)
    paper.line("")
    paper.line(headline(difference))
    if not brief:
        _body(paper, difference)
    return "".join(line + "\n" for line in paper.lines)


class _Paper:
    """Lines as wide as there is room."""

    def __init__(self, room: int | None, colour: bool) -> None:
        self.lines: list[str] = []
        self._room, self._colour = room, colour

    def line(self, text: str, code: str | None = None) -> None:
        """A line, broken if need be; what follows is indented."""
        for line in self._broken(text):
            line = line.replace(_JOINED, " ")
            self.lines.append(f"\x1b[{code}m{line}\x1b[0m" if code and self._colour else line)

    def _broken(self, text: str) -> Iterator[str]:
        if self._room is None or width(text) <= self._room:
            yield text
            return
        words = text.lstrip(" ")
        line = text[: len(text) - len(words)]
        began = False
        for word in self._words(words):
            if began and width(line) + 1 + width(word) > self._room:
                yield line
                line = _HANGING + word
            else:
                line = f"{line} {word}" if began else line + word
            began = True
        yield line

    def _words(self, text: str) -> Iterator[str]:
        """What stays together, unless it takes more than a line of its own."""
        for word in text.split(" "):
            fits = self._room is None or width(word) <= self._room - len(_HANGING)
            yield from [word] if fits else word.split(_JOINED)


def _body(paper: _Paper, difference: Difference) -> None:
    found = entries(difference)
    if found or difference.model or difference.compiled:
        paper.line("")
    for entry in found:
        _entry(paper, entry)
    for what, changes in (("model", difference.model), ("compiled", difference.compiled)):
        for change in changes:
            paper.line(f"~ {what}: {_said(told(change))}", _YELLOW)
    _following(paper, difference)
    if pairs := renamed(difference):
        paper.line("")
        names = [f"{visible(old)} → {visible(new)}" for old, new in pairs]
        paper.line(f"named otherwise: {several(names)}", _DIM)
    if lines := unknown(difference):
        paper.line("")
        paper.line("cannot be compared")
        for line in lines:
            paper.line(f"  {MARKS[Kind.UNKNOWN]} {visible(line, 2000)}", _YELLOW)
    if not difference.same:
        _totals(paper, totals(difference))


def _entry(paper: _Paper, entry: Entry) -> None:
    many = len(entry.names) > 1
    name = f"{len(entry.names):,} layers" if many else _name(entry.names[0])
    kind = f" ({visible(entry.type)})" if entry.type else ""
    says = ", ".join(map(_said, entry.says))
    paper.line(
        f"{MARKS[entry.kind]} {name}{kind}{': ' if says else ''}{says}", _COLOURS[entry.kind]
    )
    if many:
        paper.line(f"    {several(list(map(_name, entry.names)))}", _DIM)
    if entry.effects:
        paper.line(f"    {', '.join(map(_said, entry.effects))}", _DIM)


def _following(paper: _Paper, difference: Difference) -> None:
    found = following(difference)
    if not found:
        return
    paper.line("")
    paper.line("it follows")
    for entry in found[:_MOST_FOLLOWING]:
        says = ", ".join(map(_said, entry.effects))
        paper.line(f"  {_name(entry.names[0])}: {says}", _DIM)
    if len(found) > _MOST_FOLLOWING:
        sums = ", ".join(map(_said, rest(difference, _MOST_FOLLOWING)))
        more = f"  and {len(found) - _MOST_FOLLOWING:,} more"
        paper.line(f"{more}: {sums}" if sums else more, _DIM)


def _totals(paper: _Paper, found: Sequence[Told]) -> None:
    paper.line("")
    paper.line("in total")
    numbers = found[:-1]
    words = max(width(one.label) for one in found)
    olds = max(width(one.old or "") for one in numbers)
    news = max(width(one.new or "") for one in numbers)
    for one in numbers:
        old = padded(one.old or "", olds, right=True)
        new = padded(one.new or "", news, right=True)
        grown = f" → {new}  {one.change}".rstrip() if one.old != one.new else ""
        paper.lines.append(f"  {padded(one.label, words)}  {old}{grown}")
    paper.line(f"  {padded(found[-1].label, words)}  {_values(found[-1])}")


def _name(names: Sequence[str]) -> str:
    return " → ".join(map(visible, names))


def _said(one: Told) -> str:
    text = visible(one.label)
    if one.old is not None:
        text += f" {_values(one)}{f' ({one.change})' if one.change else ''}"
        text = text.replace(" ", _JOINED)
    return text


def _values(one: Told) -> str:
    old, new = visible(one.old or ""), visible(one.new or "")
    return old if old == new else f"{old} → {new}"
