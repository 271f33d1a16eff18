"""Reports to the files that people read, each with its pictures if there can be any."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from lenet_verify.errors import MissingLibraryError
from lenet_verify.files import write_files
from lenet_verify.pictures import LayoutEngine, PictureError, lay_out
from lenet_verify.report import Report
from lenet_verify.report_files import compose, distinct_names, figure_of, graph_kinds, index


@dataclass(frozen=True)
class Published:
    """A report that is written.

    Attributes:
        report: with its pictures named.
        files: that it consists of.
        warning: why it has no pictures of its graph; empty if it has.
        log: what the layout engine said of that.
    """

    report: Report
    files: tuple[Path, ...]
    warning: str = ""
    log: str = ""


def publish(
    reports: Sequence[Report], folder: Path, engine: LayoutEngine | None
) -> Iterator[Published]:
    """Writes each report as a whole.

    Args:
        reports: without pictures.
        folder: where to.
        engine: draws the first report's pictures; it has been loading since the run began.

    Raises:
        UsageError: two reports would have one name.
        OutputError: one cannot be written.
    """
    names = distinct_names(reports)
    for report, name in zip(reports, names, strict=True):
        draw, engine = (engine.lay_out if engine else lay_out), None
        warning = log = ""
        try:
            whole, files = compose(report, name, draw)
        except (PictureError, MissingLibraryError) as error:
            warning = f"no picture of the graph of {report.spec.path}: {error}"
            warning += _of_an_earlier_run(folder, name)
            log = getattr(error, "log", "")
            whole, files = compose(report, name, None)
        write_files(folder, files)
        yield Published(whole, tuple(folder / file for file in files), warning, log)


def stale(reports: Sequence[Report], folder: Path) -> list[str]:
    """The files in a folder that are not what would be written, a line each.

    What Graphviz lays out differs from one version of it to another: of that, only whether it is
    there.

    Raises:
        UsageError: two reports would have one name.
    """
    names = distinct_names(reports)
    wanted: dict[str, bytes] = {}
    for report, name in zip(reports, names, strict=True):
        laid_out = any((folder / f"{name}.{kind}").exists() for kind in graph_kinds(report))
        wanted |= compose(report, name, _anything if laid_out else None)[1]
    wanted |= index(reports, names)
    found = ((folder / name, content) for name, content in wanted.items())
    said = [f"{file} {said}" for file, content in found if (said := _unlike(file, content))]
    return said + [f"{file} is left of a report that is gone" for file in left_over(names, folder)]


def left_over(names: Sequence[str], folder: Path) -> list[Path]:
    """Reports in a folder that are of no spec and model any more, each by its Markdown file.

    Args:
        names: of those that are.
        folder: where they are. What else is in it is its owner's.
    """
    figures = (file.name for file in sorted(folder.glob(figure_of("*"))))
    found = (name.removesuffix(figure_of("")) for name in figures)
    # nobody but `report` writes all of these
    kinds = ("md", "html", "dot")
    return [
        folder / f"{name}.md"
        for name in found
        if name not in names and all((folder / f"{name}.{kind}").is_file() for kind in kinds)
    ]


def _anything(_: str, kinds: Sequence[str]) -> dict[str, bytes]:
    return dict.fromkeys(kinds, b"")


def _unlike(file: Path, wanted: bytes) -> str:
    """In what a file differs from what it should be, nothing being anything; or nothing."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return "is missing"
    except OSError as e:
        return f"cannot be read: {e.strerror}"
    if not wanted or content == wanted:
        return ""
    lines = zip(content.splitlines(), wanted.splitlines(), strict=False)
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], lines))
    return f"is stale from line {same + 1} on"


def _of_an_earlier_run(folder: Path, name: str) -> str:
    """A word on pictures of an earlier run, which now show something else than the report."""
    old = [f"{name}.{kind}" for kind in ("svg", "png") if (folder / f"{name}.{kind}").exists()]
    return f"; {' and '.join(old)} in {folder} show an earlier run" if old else ""
