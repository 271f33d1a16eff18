"""Where a command imports from what is named on its line."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path


def import_path(models: Sequence[str], options: argparse.Namespace) -> tuple[str, ...]:
    """The folders that are configured to import from, where anything is to be imported."""
    from lenet_verify.readers import is_named_object
    from lenet_verify.shipped import is_shipped  # which an object there may be called like

    if options.static or not any(is_named_object(one) or is_shipped(one) for one in models):
        return ()
    from lenet_verify.configuration import find_configuration

    return find_configuration(Path.cwd()).import_path
