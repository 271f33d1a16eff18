"""The child process that draws: DOT on standard input, pictures on standard output.

Run by file name, never imported: Graphviz is C code that may crash, hang, grow or print, and
here it can harm nothing but itself. It reads one line of JSON (`formats`, `seconds`), then the
DOT until the end of its input, so that it ends when its parent does. It answers with one line
of JSON (`{"sizes": {"svg": 123, …}}`, `{"missing": why}` or `{"failed": why}`), then the bytes.
"""

from __future__ import annotations

import io
import json
import os
import re
import sys

POINTS_PER_INCH = 72
PNG_DPI = 144
LONGEST_SIDE = 32_000  # what cairo can draw, nearly
MOST_PIXELS = 40_000_000
MOST_MEMORY = 2 * 2**30

_SIZE = re.compile(rb'<svg width="([\d.]+)pt" height="([\d.]+)pt"')


def main() -> None:
    """Answer one request; the exit code says nothing that the answer does not."""
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever C code prints is noise, and must not get into the answer
    _limit_memory()
    try:
        import pygraphviz
    except (ImportError, OSError) as error:
        return _answer(answer, {"missing": str(error)})
    line, _, dot = sys.stdin.buffer.read().partition(b"\n")
    if not line:
        return None  # the parent is gone, or wants no pictures after all
    request = json.loads(line)
    _limit_time(request["seconds"])
    try:
        graph = pygraphviz.AGraph(string=dot.decode())
        svg = graph.draw(format="svg", prog="dot")
        pictures = {}
        for kind in request["formats"]:
            if kind == "png":
                graph.graph_attr["dpi"] = str(png_dpi(svg))
            pictures[kind] = svg if kind == "svg" else graph.draw(format=kind, prog="dot")
    except Exception as error:
        return _answer(answer, {"failed": f"{type(error).__name__}: {error}"})
    sizes = {kind: len(picture) for kind, picture in pictures.items()}
    return _answer(answer, {"sizes": sizes}, *pictures.values())


def png_dpi(svg: bytes) -> int:
    """The resolution that is crisp in a README, less where the picture would be enormous."""
    found = _SIZE.search(svg)
    if not found:
        return PNG_DPI
    width, height = (max(float(size), 1) / POINTS_PER_INCH for size in found.groups())
    most = min(LONGEST_SIDE / max(width, height), (MOST_PIXELS / (width * height)) ** 0.5)
    return max(1, min(PNG_DPI, int(most)))


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    for limit, value in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_AS, MOST_MEMORY)):
        _, most = resource.getrlimit(limit)
        if most != resource.RLIM_INFINITY:
            value = min(value, most)
        try:
            resource.setrlimit(limit, (value, most))
        except (OSError, ValueError):  # a limit that this system does not have
            continue


def _limit_time(seconds: float) -> None:
    """End even inside C code, should the parent die meanwhile."""
    import signal

    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds + 1)


def _answer(to: io.BufferedWriter, header: dict[str, object], *pictures: bytes) -> None:
    line = json.dumps(header).encode() + b"\n"
    to.write(line + b"".join(pictures))
    to.flush()


if __name__ == "__main__":
    main()
    # the answer is out; tidying up would only keep the parent waiting
    os._exit(0)
