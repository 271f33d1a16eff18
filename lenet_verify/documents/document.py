"""A Markdown file as it is and as it should be."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lenet_verify.documents.marker import About, wanted
from lenet_verify.documents.markers import Block, blocks, replaced
from lenet_verify.documents.parts import PARTS
from lenet_verify.documents.subject import How, Subject
from lenet_verify.errors import DocumentError, LenetVerifyError, MistakesError, Problem, ReadError
from lenet_verify.options import shown_path
from lenet_verify.spec.file_bytes import read_bytes
from lenet_verify.visible import visible

_MOST_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class Document:
    """A file with what its blocks should say.

    Attributes:
        path: as the user would write it.
        old, new: its text, line ends as they are.
        changed: the blocks that differ, each as `line 12, verdict`.
        warnings: what a reader should know besides.
    """

    path: str
    old: str
    new: str
    changed: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def content(self) -> bytes:
        """The file as it should be."""
        return self.new.encode()

    @property
    def difference(self) -> str:
        """What would change, as `diff -u` has it."""
        old, new = (_lines(text) for text in (self.old, self.new))
        lines = difflib.unified_diff(old, new, self.path, self.path, lineterm="")
        return "".join(f"{_shown(line)}\n" for line in lines)


def read_documents(paths: Sequence[str], how: How) -> list[Document]:
    """Every file, and what it should be.

    Raises:
        DocumentError: with the problems of all of them.
    """
    found: list[Document] = []
    problems: list[Problem] = []
    for path in dict.fromkeys(map(shown_path, paths)):
        try:
            found.append(_document(_text(path), path, how))
        except MistakesError as e:
            problems += e.problems
    if problems:
        raise DocumentError(problems)
    return found


def filled(text: str, path: str, how: How | None = None) -> str:
    """A Markdown text with its blocks filled, such as a page that a documentation tool renders.

    Args:
        text: of the page.
        path: of its file; paths in its markers are seen from the folder of it.
        how: whether code may be run for it, and what is configured.

    Raises:
        DocumentError: what is wrong with its blocks, or the specs and models that they name.
    """
    return _document(text, path, how or How()).new


def _document(text: str, path: str, how: How) -> Document:
    found = blocks(text, path)
    subjects: dict[About, Subject] = {}
    contents: list[str] = []
    problems: list[Problem] = []
    for block in found:
        try:
            asked = wanted(block.words, PARTS)
            subject = subjects.setdefault(asked.about, Subject(asked.about, Path(path).parent, how))
            contents.append("\n\n".join(PARTS[part](subject, asked) for part in asked.parts))
        except MistakesError as e:
            problems += e.problems
        except LenetVerifyError as e:
            said = e.problems if isinstance(e, ReadError) else (str(e).replace("\n", "; "),)
            problems += [Problem(path, block.line, block.column, one) for one in said]
    if problems:
        raise DocumentError(problems)
    filled_in = zip(found, contents, strict=True)
    changed = [block for block, content in filled_in if _differs(text, block, content)]
    return Document(
        path,
        text,
        replaced(text, found, contents),
        tuple(f"line {block.line}, {visible(block.words)}" for block in changed),
        tuple(warning for subject in subjects.values() for warning in subject.warnings),
    )


def _differs(text: str, block: Block, content: str) -> bool:
    return replaced(text, [block], [content]) != text


def _text(path: str) -> str:
    """The text of a file.

    Raises:
        DocumentError: it is none.
    """
    data = read_bytes(path, _MOST_BYTES, DocumentError)
    if len(data) > _MOST_BYTES:
        raise DocumentError([Problem(path, 1, 1, f"this is larger than {_MOST_BYTES:,} bytes")])
    try:
        return data.decode()
    except UnicodeDecodeError as e:
        before = data[: e.start].decode()
        line = before.count("\n") + 1
        column = len(before) - before.rfind("\n")
        raise DocumentError([Problem(path, line, column, "this is not UTF-8")]) from e


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").removesuffix("\n").split("\n")


def _shown(line: str) -> str:
    """A line that a terminal shows as it is, and a runner of CI jobs takes for no command."""
    head, rest = line[:1], visible(line[1:].expandtabs(), None)
    return f"{head}· {rest}" if rest.lstrip().startswith("::") else head + rest
