"""Reports to files, each said to be written: of the commands that write any."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lenet_verify.console import SILENT, say

if TYPE_CHECKING:
    from lenet_verify.pictures import LayoutEngine
    from lenet_verify.report import Report


def written(
    reports: Sequence[Report],
    folder: Path,
    engine: LayoutEngine | None,
    options: argparse.Namespace,
) -> Iterator[Report]:
    """The reports, each with its files written and its pictures named."""
    from lenet_verify.publishing import publish

    for one in publish(reports, folder, engine):
        say(f"warning: {one.warning}" if one.warning and options.quiet < SILENT else "")
        say(one.log if options.debug else "")
        say("" if options.quiet else f"wrote {', '.join(map(str, one.files))}")
        yield one.report
