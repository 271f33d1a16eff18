"""What can go wrong before a verdict exists: one error a stage, all of them exit code 2."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class LenetVerifyError(Exception):
    """A run that could not decide; the message is meant for the user, one line a problem."""


@dataclass(frozen=True)
class Problem:
    """One mistake in a file: where it stands (line and column from 1) and what would be right."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class MistakesError(LenetVerifyError):
    """Everything that is wrong with a file that a person writes, in the order of its lines.

    Attributes:
        problems: every problem that one reading of the file found.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(set(problems), key=_reading_order))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def _reading_order(problem: Problem) -> tuple[str, int, int, str]:
    return problem.file, problem.line, problem.column, problem.message


class SpecError(MistakesError):
    """Everything that is wrong with a spec."""


class ConfigurationError(MistakesError):
    """Everything that is wrong with the configuration."""


class DocumentError(MistakesError):
    """Everything that is wrong with the blocks of a Markdown file."""


class InferenceError(LenetVerifyError):
    """Shapes that do not join: no framework could build this network.

    Attributes:
        layer: the layer that cannot take what feeds it.
        message: its type, those shapes, and what is wrong.
        further: the same of other layers.
    """

    def __init__(self, layer: str, message: str, further: Sequence[InferenceError] = ()) -> None:
        self.layer = layer
        self.message = message
        self.further = tuple(further)
        super().__init__("\n".join([f"{layer}: {message}", *map(str, further)]))


class BuildError(LenetVerifyError):
    """Keras refused what the spec asked it to build."""


class ReadError(LenetVerifyError):
    """A model that could not be found, called or read.

    Attributes:
        problems: what is wrong, each in a line of its own.
    """

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class DataError(LenetVerifyError):
    """Data to train on that is not there, or that does not fit."""


class TrainingError(LenetVerifyError):
    """A training that cannot begin, go on, or end well."""


class MissingLibraryError(LenetVerifyError):
    """An optional library that is needed here is not installed.

    Attributes:
        library, extra: what it is called, and which of our extras brings it.
        purpose: what it is needed for.
    """

    def __init__(self, library: str, extra: str, purpose: str, *, or_else: str = "") -> None:
        self.library, self.extra, self.purpose = library, extra, purpose
        how = f"pip install 'lenet-verify[{extra}]'" + (f", or {or_else}" if or_else else "")
        super().__init__(f"{purpose} needs {library}; install it with: {how}")


class UsageError(LenetVerifyError):
    """A command line that asks for something impossible."""


class OutputError(LenetVerifyError):
    """A report or picture that could not be written; the old one is left as it was."""
