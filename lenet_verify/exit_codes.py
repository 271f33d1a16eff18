"""What the process leaves with."""

from __future__ import annotations

HOLDS, FAILS, UNDECIDED, INTERRUPTED = 0, 1, 2, 130
"""Every claim holds; a claim is broken or unknown; the run could not decide; ^C."""
