"""Where checks are run: where one is named, or where all of them are configured."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lenet_verify.options import seen_from_here

if TYPE_CHECKING:
    from lenet_verify.configuration import Configuration


@contextlib.contextmanager
def in_place(
    options: argparse.Namespace, configuration: Configuration, parser: argparse.ArgumentParser
) -> Iterator[None]:
    """In the configuration's folder if no spec is named, so that reports are the same wherever
    they are asked for; what options name is seen from there then.

    Raises:
        SystemExit: no spec is named, and none is configured.
    """
    if options.specs:
        yield
        return
    if configuration.folder is None or not configuration.checks:
        parser.error(
            "name a SPEC, or configure what to check in pyproject.toml: "
            "[[tool.lenet-verify.check]] with a spec"
        )
    here = Path.cwd()
    with contextlib.chdir(configuration.folder):
        options.out = options.out and seen_from_here(options.out, here)
        yield
