"""How a run is told of besides its reports: standard output, files, the summary of a CI job."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from lenet_verify.configuration import Configuration
from lenet_verify.errors import OutputError, UsageError
from lenet_verify.options import output_folder, seen_from_here
from lenet_verify.renderers.markdown import code, escaped, render_markdown
from lenet_verify.report import Report, Undecided
from lenet_verify.visible import visible

FIX_HINT = "fix-hint"
"""What `--fix-hint` prints, as a format."""

MOST_OF_SUMMARY = 2**20
"""Bytes: of a larger summary GitHub shows nothing."""


@dataclass(frozen=True)
class Outputs:
    """What is wanted of a run.

    Attributes:
        printed: the format on standard output.
        files: formats by file.
        summary: the file of the CI job's summary, which gets Markdown.
        folder: the current one, as seen from the root of the repository that CI checked out.
    """

    printed: str
    files: Mapping[Path, str] = field(default_factory=dict)
    summary: Path | None = None
    folder: str = ""

    @property
    def formats(self) -> frozenset[str]:
        """Every format that is wanted."""
        return frozenset((self.printed, *self.files.values()))


def wanted_outputs(
    options: Namespace, configuration: Configuration, environment: Mapping[str, str]
) -> Outputs:
    """What the command line, the configuration and the environment want together.

    Raises:
        UsageError: two formats in one file, or hints in a format of their own.
        OutputError: a file that cannot be one.
    """
    if options.fix_hint and options.format not in (None, "text"):
        raise UsageError(f"--fix-hint is text: leave --format {options.format} out")
    in_actions = environment.get("GITHUB_ACTIONS") == "true"
    usual = "github" if in_actions else "text"
    printed = FIX_HINT if options.fix_hint else options.format or configuration.format or usual
    summary = environment.get("GITHUB_STEP_SUMMARY") if in_actions and printed == "github" else ""
    return Outputs(
        printed,
        _files(options, configuration),
        Path(summary) if summary else None,
        _folder(environment.get("GITHUB_WORKSPACE", "")) if in_actions else "",
    )


def _files(options: Namespace, configuration: Configuration) -> dict[Path, str]:
    said = {kind for kind, _ in options.output}
    named = list(options.output)
    for kind, path in configuration.outputs.items():
        if kind not in said and configuration.folder is not None:
            named.append((kind, seen_from_here(path, configuration.folder)))
    files: dict[Path, str] = {}
    for kind, path in named:
        file = _file(path)
        if file in files:
            raise UsageError(f"--output: {path} is named twice")
        files[file] = kind
    return files


def _file(path: str) -> Path:
    """A file that may be written.

    Raises:
        OutputError: it is a folder, a link, a device or the like, or below something of the kind.
    """
    file = Path(path)
    output_folder(str(file.parent), "--output")
    try:
        if file.is_symlink():
            raise OutputError(f"{file} is a link: name the file itself with --output")
        if file.is_dir() or path.endswith(("/", os.sep)):
            raise OutputError(f"{path} is a folder: name a file in it with --output")
        if file.exists() and not file.is_file():
            raise OutputError(f"{file} is not a file: name one with --output")
    except OSError as e:  # a name that no file system takes
        raise OutputError(f"{visible(path)} cannot be a file: {e.strerror}") from e
    return file


def _folder(workspace: str) -> str:
    here = Path.cwd()
    root = Path(os.path.realpath(workspace)) if workspace else here
    return here.relative_to(root).as_posix() if here.is_relative_to(root) else ""


def write_outputs(files: Mapping[Path, str], tell: Callable[[str], str]) -> Iterator[Path]:
    """Writes each file as a whole, those of a folder together.

    Args:
        files: formats by file.
        tell: what is said in a format.

    Raises:
        OutputError: one cannot be written.
    """
    if not files:
        return
    from lenet_verify.files import write_files  # only where there is something to write

    for folder in dict.fromkeys(file.parent for file in files):
        texts = {file.name: tell(files[file]) for file in files if file.parent == folder}
        write_files(
            folder, {name: text.encode("utf-8", "backslashreplace") for name, text in texts.items()}
        )
    yield from files


def append_summary(
    file: Path, reports: Sequence[Report], undecided: Sequence[Undecided]
) -> str | None:
    """Adds Markdown to a job's summary, as much as is shown.

    Returns:
        Why it could not be added, which changes no verdict.
    """
    try:
        with file.open("ab") as stream:
            room = MOST_OF_SUMMARY - stream.tell() - 100
            text = "\n".join(_fitting(reports, undecided, room))
            stream.write(text.encode("utf-8", "backslashreplace"))
    except OSError as e:
        return f"the summary of the job cannot be written: {e.strerror}"
    return None


def _fitting(reports: Sequence[Report], undecided: Sequence[Undecided], room: int) -> Iterator[str]:
    """The blocks of a summary that fit, and how many do not."""
    blocks = [
        f"No verdict on {code(one.model or one.spec)}: {escaped(one.why)}\n" for one in undecided
    ]
    # pictures stand beside a report, not beside a summary
    blocks += [render_markdown([replace(report, pictures=())]) for report in reports]
    for number, block in enumerate(blocks):
        room -= len(block.encode("utf-8", "backslashreplace")) + 1
        if room < 0:
            yield f"And {len(blocks) - number} more, in the log.\n"
            return
        yield block
