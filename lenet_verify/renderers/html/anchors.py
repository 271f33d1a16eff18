"""Where a page is linked to: ids that say what they are of, whatever its name is."""

from __future__ import annotations

import re

_LONGEST = 60


class Anchors:
    """The ids of one page, each given once."""

    def __init__(self) -> None:
        """Starts without any."""
        self._taken: set[str] = set()

    def new(self, kind: str, *names: str) -> str:
        """An id such as `claim-ii`: the same for the same page, as no other is.

        Args:
            kind: of what it is for; ours, not a stranger's.
            names: of what it is for; only their letters, digits, `.`, `_` and `-` stay.
        """
        parts = [re.sub(r"[^\w.-]+", "-", name[:_LONGEST]).strip("-") for name in names]
        first = "-".join(part for part in (kind, *parts) if part)
        found, number = first, 1
        while found in self._taken:
            number += 1
            found = f"{first}-{number}"
        self._taken.add(found)
        return found
