"""Reports to the files that people read, each with its pictures if there can be any."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lenet_verify.errors import MissingLibraryError
from lenet_verify.files import write_files
from lenet_verify.pictures import LayoutEngine, PictureError, lay_out
from lenet_verify.report import Report
from lenet_verify.report_files import compose, distinct_names


@dataclass(frozen=True)
class Published:
    """A report that is written.

    Attributes:
        report: with its pictures named.
        files: that it consists of.
        warning: why it has no pictures; empty if it has.
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
            warning = f"no picture of {report.spec.path}: {error}{_stale(folder, name)}"
            log = getattr(error, "log", "")
            whole, files = compose(report, name, None)
        write_files(folder, files)
        yield Published(whole, tuple(folder / file for file in files), warning, log)


def _stale(folder: Path, name: str) -> str:
    """A word on pictures of an earlier run, which now show something else than the report."""
    old = [f"{name}.{kind}" for kind in ("svg", "png") if (folder / f"{name}.{kind}").exists()]
    return f"; {' and '.join(old)} in {folder} show an earlier run" if old else ""
