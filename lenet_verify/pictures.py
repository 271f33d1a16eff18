"""DOT -> SVG, PNG and PDF, by Graphviz in a child process that can harm nobody.

The engine is the library in pygraphviz's wheel, or else an installed `dot`. Fonts are those of
matplotlib where it is installed, so that a text is as wide on every machine, even on one that
has no fonts.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.machinery import PathFinder
from pathlib import Path
from types import TracebackType
from xml.parsers import expat

from lenet_verify.errors import LenetVerifyError, MissingLibraryError
from lenet_verify.layout_engine import png_dpi

TIMEOUT = 60.0
FORMATS = ("svg", "png")

_ENGINE = Path(__file__).with_name("layout_engine.py")
_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
  <selectfont>
    <rejectfont><glob>*</glob></rejectfont>
    <acceptfont><glob>*/DejaVuSans.ttf</glob><glob>*/DejaVuSans-Bold.ttf</glob></acceptfont>
  </selectfont>
</fontconfig>
"""


class PictureError(LenetVerifyError):
    """Graphviz could not draw; the verdict is none the worse for it.

    Attributes:
        log: what the engine printed, for --debug.
    """

    def __init__(self, message: str, log: str = "") -> None:
        self.log = log
        super().__init__(message)


class LayoutEngine:
    """Graphviz, started at once so that it loads while this process does something else.

    A context manager; leaving it ends the child. One instance draws once.
    """

    def __init__(self, command: Sequence[str] | None = None) -> None:
        """Starts the child. `command` stands in for it in tests."""
        # never from the folder that this runs in, which may be a stranger's
        alone = "-I" if sys.flags.isolated else "-P"
        try:
            self._folder = tempfile.TemporaryDirectory(prefix="lenet-verify-")
        except OSError as error:
            raise PictureError(f"no folder to draw in: {error.strerror}") from error
        try:
            self._environment = _environment(Path(self._folder.name))
            self._child = self._start(command or (sys.executable, alone, str(_ENGINE)))
        except OSError as error:
            self._folder.cleanup()
            raise PictureError(f"Graphviz could not be started: {error.strerror}") from error

    def __enter__(self) -> LayoutEngine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the child, if need be by force, and removes what it left behind."""
        _end(self._child)
        self._folder.cleanup()

    def lay_out(
        self, dot: str, formats: Sequence[str] = FORMATS, timeout: float = TIMEOUT
    ) -> dict[str, bytes]:
        """The pictures of a DOT text, one for each format.

        Raises:
            MissingLibraryError: there is neither pygraphviz nor an installed `dot`.
            PictureError: the engine crashed, hung, failed or answered nonsense.
        """
        until = time.monotonic() + timeout
        request = json.dumps({"formats": list(formats), "seconds": timeout}).encode()
        text = request + b"\n" + dot.encode(errors="replace")
        output, log = self._talk(self._child, text, until, timeout)
        header, _, body = output.partition(b"\n")
        try:
            answer = json.loads(header)
            if "missing" in answer:
                pictures = self._by_executable(dot, formats, until, timeout)
            elif "failed" in answer:
                raise PictureError("Graphviz could not draw the network", answer["failed"] + log)
            else:
                sizes = answer["sizes"]
                pictures = {}
                for kind in formats:
                    pictures[kind], body = body[: sizes[kind]], body[sizes[kind] :]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise PictureError("Graphviz gave no answer that makes sense", log) from error
        return {kind: _checked(kind, picture, log) for kind, picture in pictures.items()}

    def _by_executable(
        self, dot: str, formats: Sequence[str], until: float, timeout: float
    ) -> dict[str, bytes]:
        """Another way to the same pictures: an installed `dot`, one call for each format."""
        executable = _installed_dot()
        if executable is None:
            raise MissingLibraryError("Graphviz", "pictures", "drawing the network")
        pictures: dict[str, bytes] = {}
        for kind in dict.fromkeys(("svg", *formats)):
            dpi = (f"-Gdpi={png_dpi(pictures['svg'])}",) if kind == "png" else ()
            try:
                child = self._start((executable, f"-T{kind}", *dpi))
            except OSError as error:
                raise PictureError(f"Graphviz could not be started: {error.strerror}") from error
            try:
                text = dot.encode(errors="replace")
                pictures[kind], _ = self._talk(child, text, until, timeout)
            finally:
                _end(child)
        return {kind: pictures[kind] for kind in formats}

    def _start(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        # its own empty folder to run in: whatever lies about in the user's is not picked up
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            env=self._environment,
            cwd=self._folder.name,
        )

    def _talk(
        self, child: subprocess.Popen[bytes], text: bytes, until: float, timeout: float
    ) -> tuple[bytes, str]:
        """What the child answers, with what it logged."""
        try:
            output, noise = child.communicate(text, timeout=max(until - time.monotonic(), 0))
        except subprocess.TimeoutExpired as error:
            _end(child)
            raise PictureError(
                f"Graphviz did not finish within {timeout:g} seconds",
                (error.stderr or b"").decode(errors="replace"),
            ) from None
        log = noise.decode(errors="replace")
        if child.returncode < 0:
            raise PictureError(f"Graphviz crashed (signal {-child.returncode})", log)
        if child.returncode:
            raise PictureError(f"Graphviz failed (exit code {child.returncode})", log)
        return output, log


def lay_out(
    dot: str, formats: Sequence[str] = FORMATS, timeout: float = TIMEOUT
) -> dict[str, bytes]:
    """The pictures of a DOT text in one go; see `LayoutEngine.lay_out`."""
    with LayoutEngine() as engine:
        return engine.lay_out(dot, formats, timeout)


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        child.kill()
    for stream in (child.stdin, child.stdout, child.stderr):
        if stream:
            try:
                stream.close()
            except OSError:  # what was still to be written has no reader any more
                continue
    child.wait()


def _environment(folder: Path) -> dict[str, str]:
    """The user's own, but for the fonts, and for a folder of ours in place of the home's cache."""
    environment = dict(os.environ)
    fonts = font_folder()
    if fonts is not None:
        file = folder / "fonts.conf"
        text = _FONTS.format(fonts=_xml(str(fonts)), cache=_xml(str(folder / "cache")))
        file.write_text(text, encoding="utf-8", errors="surrogateescape")
        environment["FONTCONFIG_FILE"] = str(file)
        environment.pop("FONTCONFIG_SYSROOT", None)
    return environment


def font_folder() -> Path | None:
    """Where matplotlib keeps DejaVu Sans; None where it is not installed."""
    here = Path.cwd()
    folders = [folder for folder in map(Path, sys.path) if folder.is_absolute() and folder != here]
    installed = [str(folder) for folder in folders]
    found = PathFinder.find_spec("matplotlib", installed)  # finds it, does not run it
    places = (found and found.submodule_search_locations) or ()
    for place in places:
        fonts = Path(place).absolute() / "mpl-data" / "fonts" / "ttf"
        if (fonts / "DejaVuSans.ttf").is_file():
            return fonts
    return None


def _installed_dot() -> str | None:
    """`dot` on PATH, but never in a relative folder, which may be anybody's."""
    name = "dot.exe" if sys.platform == "win32" else "dot"
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        path = Path(folder, name)
        if Path(folder).is_absolute() and path.is_file() and os.access(path, os.X_OK):
            return str(path)
    return None


def _checked(kind: str, picture: bytes, log: str) -> bytes:
    """The picture, tidied, if it is one."""
    try:
        if kind == "svg":
            return tidied(picture.decode()).encode()
        if kind == "png" and not (picture[:4] == b"\x89PNG" and picture[-8:-4] == b"IEND"):
            raise ValueError("not a PNG")
        if kind == "pdf" and not picture.startswith(b"%PDF-"):
            raise ValueError("not a PDF")
    except (ValueError, expat.ExpatError) as error:
        raise PictureError(f"Graphviz gave no {kind.upper()} that could be read", log) from error
    return picture


def tidied(svg: str) -> str:
    """Graphviz's SVG without its version, comments and internal names, for a page.

    Gains a title and a description for screen readers, and fonts of the same widths for
    machines that have no DejaVu Sans.

    Raises:
        ValueError: for no SVG.
        ExpatError: for no well-formed XML.
    """
    start = svg.find("<svg ")
    if start < 0:
        raise ValueError("not an SVG")
    body = re.sub(r"<!--.*?-->\n?", "", svg[start:], flags=re.DOTALL)
    body = re.sub(r"<title>.*?</title>\n?", "", body, flags=re.DOTALL)
    body = re.sub(r"<[^>]*>", _tidied_tag, body)
    body = body.replace("&#45;", "-").replace("&#160;", "\u00a0")
    title, *rest = _texts(body)
    about = f"<title>{title}</title>\n"
    if rest:
        about += f"<desc>{'; '.join(rest)}</desc>\n"
    head, bracket, body = body.partition(">")
    text = f'{head} role="img"{bracket}\n{about}{body.lstrip()}'
    parser = expat.ParserCreate()
    parser.Parse(text.encode(), True)
    return text


def _tidied_tag(match: re.Match[str]) -> str:
    tag = re.sub(r' (?:id|xmlns:xlink)="[^"]*"', "", match[0])
    return tag.replace('"DejaVu Sans"', '"DejaVu Sans, Verdana, sans-serif"')


def _texts(body: str) -> list[str]:
    """What the picture says, a text for the heading and one for each layer."""
    texts = []
    for group in re.split(r'(?=<g class="(?:node|cluster)">)', body):
        words = re.findall(r"<text [^>]*>([^<]*)</text>", group)
        if words:
            texts.append(" ".join(" ".join(words).split()))
    return texts or ["A network"]


def _xml(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
