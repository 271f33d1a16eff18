"""How an error puts a value and what was meant instead."""

from __future__ import annotations

from collections.abc import Iterable


def refused_word(value: object, known: Iterable[str], takes: str) -> ValueError:
    """The error for a word that is none of the known ones, with the nearest that is."""
    hint = nearest(value, known) if isinstance(value, str) else None
    return ValueError(
        f"takes {takes}, not {shown(value)}" + (f"; did you mean {hint!r}?" if hint else "")
    )


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is most like this one; None if nothing is near."""
    import difflib

    by_lower = {name.lower(): name for name in known}
    # A stranger's megabyte is not compared: no known word is nearly as long.
    found = difflib.get_close_matches(word[:64].lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found and len(word) <= 64 else None


def alternatives(words: list[str], joint: str = "or") -> str:
    """a, b or c; of a long list, the first few."""
    if len(words) > 12:
        return f"one of {', '.join(words[:12])} … ({len(words)} in all)"
    if len(words) == 1:
        return words[0]
    return f"{', '.join(words[:-1])} {joint} {words[-1]}"


def shown(value: object) -> str:
    """A value as an error quotes it: as YAML writes it, short, and without control characters."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) > 10**30:
        return "a number of more than 30 digits"
    if isinstance(value, list | tuple):
        simple = len(value) <= 6 and not any(isinstance(item, dict) for item in value)
        inside = f"[{', '.join(map(shown, value))}]" if simple else ""
        return inside if 0 < len(inside) <= 60 or not value else f"a list of {len(value)} values"
    if isinstance(value, dict):
        return "a mapping"
    return shown_name(value) if isinstance(value, str) else repr(value)[:60]


def shown_name(name: object) -> str:
    """A name as an error quotes it; `repr` escapes what a terminal would obey."""
    text = str(name)
    quoted = repr(text) if len(text) <= 40 else f"{text[:40]!r}…"
    # what is spelt out can become long
    return quoted if len(quoted) <= 64 else f"{quoted[:62]}…'"
