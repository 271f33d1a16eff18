"""Whether a YAML file is a spec, told at a glance and without a YAML library."""

from __future__ import annotations

import re
from pathlib import Path

_GLANCE = 256 * 1024
_FORMAT = re.compile(rb"""^(["']?)format\1[ \t]*:[ \t]+[0-9]+[ \t]*(#.*)?\r?$""", re.MULTILINE)
_CONTENT = re.compile(rb"""^(["']?)(layers|claims)\1[ \t]*:""", re.MULTILINE)


def is_spec(file: Path) -> bool:
    """Whether a file looks like a spec: `format:`, and `layers:` or `claims:`, at its top level.

    It may be wrong in anything else. What cannot be read does not look like one.
    """
    try:
        if not file.is_file():  # a pipe would block
            return False
        with file.open("rb") as stream:
            content = stream.read(_GLANCE)
    except OSError:
        return False
    content = content.removeprefix(b"\xef\xbb\xbf")
    return bool(_FORMAT.search(content) and _CONTENT.search(content))
