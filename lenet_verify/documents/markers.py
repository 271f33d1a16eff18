"""Where the blocks of a Markdown text are: between markers, each alone on its line.

As in CommonMark, what stands in a fenced code block, or is indented by four or more, is code: a
marker in it is text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lenet_verify.errors import DocumentError, Problem

BEGIN = "<!-- lenet-verify: PART SPEC -->"
END = "<!-- /lenet-verify -->"

_LINE = re.compile(r"([^\r\n]*)(\r\n|\n|\r|\Z)")
_MARKER = re.compile(
    r"(\ufeff? {0,3})<!--\s*(?:/lenet-verify|lenet-verify\s*:\s*((?:(?!-->).)*?))\s*-->\s*"
)
_ALIKE = re.compile(r"<!--\s*/?\s*lenet[-_]verify(?![\w-])", re.IGNORECASE)
_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)")
_INDENTED = re.compile(r" {4}| {0,3}\t")
_FENCE = re.compile(
    r"(?P<quote>(?: {0,3}> ?)*) {0,3}(?:(?:[-+*]|\d{1,9}[.)]) {1,4})*"
    r"(?P<fence>`{3,}(?=[^`]*$)|~{3,})"
)


@dataclass(frozen=True)
class Block:
    """A block of a text.

    Attributes:
        words: what its marker says after the colon.
        line, column: where that marker stands, from 1.
        start, end: what stands between the markers, as positions in the text.
        newline: how the line of the marker ends.
        indent: what stands before the marker.
    """

    words: str
    line: int
    column: int
    start: int
    end: int
    newline: str
    indent: str


def blocks(text: str, file: str) -> list[Block]:
    """The blocks of a text, in order.

    Args:
        text: of the file, its line ends as they are.
        file: its name, for errors.

    Raises:
        DocumentError: markers that make no blocks, each with its line and column.
    """
    found: list[Block] = []
    problems: list[Problem] = []
    opened: Block | None = None
    for line, start, end, content, newline in _outside_code(text):
        marker = _MARKER.fullmatch(content)
        if marker is None:
            if _ALIKE.search(content) and (alike := _ALIKE.search(_without_code(content))):
                message = f"a marker stands alone on its line, and is {BEGIN} or {END}"
                problems.append(Problem(file, line, alike.start() + 1, message))
            continue
        column = marker.end(1) + 1
        if marker[2] is not None:
            if opened:
                problems.append(Problem(file, line, column, _nested(opened)))
            indent = marker[1].removeprefix("\ufeff")
            opened = Block(marker[2], line, column, end, end, newline, indent)
        elif opened is None:
            message = f"{END} ends nothing: there is no {BEGIN} before it"
            problems.append(Problem(file, line, column, message))
        else:
            found.append(Block(**{**vars(opened), "end": start}))
            opened = None
    if opened:
        message = f"this block has no end: write {END} after it"
        problems.append(Problem(file, opened.line, opened.column, message))
    if problems:
        raise DocumentError(problems)
    return found


def replaced(text: str, found: Sequence[Block], contents: Sequence[str]) -> str:
    """The text with the contents of its blocks, everything outside of them as it was."""
    parts: list[str] = []
    at = 0
    for block, content in zip(found, contents, strict=True):
        lines = ["", *content.split("\n"), ""]
        parts.append(text[at : block.start])
        parts += [(block.indent + line if line else "") + block.newline for line in lines]
        at = block.end
    return "".join([*parts, text[at:]])


def _nested(opened: Block) -> str:
    return (
        f"a block cannot stand in another: the one of line {opened.line} has no end before this; "
        f"write {END} after it"
    )


def _outside_code(text: str) -> Iterator[tuple[int, int, int, str, str]]:
    """The lines that are no code: number, start, end, content, line end."""
    fence: re.Match[str] | None = None
    for number, match in enumerate(_LINE.finditer(text), 1):
        content, newline = match.groups()
        if fence and fence["quote"] and ">" not in content:
            fence = None  # the quote ends, and what is in it
        if fence:
            if _closes(fence, content):
                fence = None
            continue
        if _INDENTED.match(content) or (fence := _FENCE.match(content)):
            continue
        yield number, match.start(), match.end(), content, newline


def _closes(fence: re.Match[str], content: str) -> bool:
    bare = content.rstrip().removeprefix(fence["quote"])
    marks = bare.lstrip(" ")
    indented = len(bare) - len(marks) > fence.start("fence") + 3
    return not indented and len(marks) >= len(fence["fence"]) and not marks.strip(fence["fence"][0])


def _without_code(line: str) -> str:
    """The line with blanks for what stands in backticks."""
    return _CODE_SPAN.sub(lambda m: " " * len(m[0]), line)
