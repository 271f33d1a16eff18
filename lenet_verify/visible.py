"""Names are text from strangers: the one place that makes them visible and short.

Every sink (terminal, Markdown, DOT …) quotes in its own way afterwards.
"""

from __future__ import annotations

import re

LONGEST = 256

# C0 and C1 controls, DEL, line and paragraph separators, bidi controls and marks, zero-width
# characters, lone surrogates, the noncharacters U+FFFE and U+FFFF, annotation anchors and tags:
# whatever a terminal or an XML parser would act on or choke on, or a reader would not see.
# And the start of a command to a CI runner, which obeys it anywhere in a line.
_INVISIBLE = re.compile(
    r"#(?=#\[)|"
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)


def visible(text: str, longest: int | None = LONGEST) -> str:
    """The text with each unprintable character spelt out (``\\x1b``) and cut at `longest`."""
    if longest is not None and len(text) > longest:
        text = text[: longest - 1] + "…"
    return _INVISIBLE.sub(_spelt, text)


def one_line(text: str, longest: int | None = None) -> str:
    """A quote as one visible line: white space folded; whole unless `longest` says how long."""
    return visible(" ".join(text.split()), longest)


def _spelt(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
