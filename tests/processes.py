"""Processes that tests start."""

from __future__ import annotations

import os


def unmeasured() -> dict[str, str]:
    """The environment of a process whose every file and descriptor counts: without what makes
    `--cov` measure it, which opens files of its own."""
    return {key: value for key, value in os.environ.items() if not key.startswith("COVERAGE")}
