"""Drawing happens in a child process: it works without fonts, and no failure of it spreads."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.machinery import PathFinder
from pathlib import Path
from xml.etree import ElementTree

import pytest

from lenet_verify import layout_engine, pictures
from lenet_verify.errors import MissingLibraryError
from lenet_verify.layout_engine import LONGEST_SIDE, PNG_DPI, png_dpi
from lenet_verify.pictures import LayoutEngine, PictureError, lay_out, tidied

PNG = b"\x89PNG\r\n\x1a\n"
FONT = 'graph [fontname="DejaVu Sans" label="Four words of heading"] node [fontname="DejaVu Sans"]'
DOT = f'digraph {{ {FONT} n0 [label=<<B>C1</B> conv2d>]; n1 [label="S2 & co"]; n0 -> n1 }}'
SVG = (
    '<svg width="72pt" height="72pt" xmlns="http://www.w3.org/2000/svg"><text x="1">x</text></svg>'
)

needs_engine = pytest.mark.skipif(
    PathFinder.find_spec("pygraphviz", sys.path) is None, reason="needs pygraphviz"
)
needs_fonts = pytest.mark.skipif(
    PathFinder.find_spec("matplotlib", sys.path) is None, reason="needs matplotlib's fonts"
)
posix = pytest.mark.skipif(os.name != "posix", reason="signals and executable scripts")


def size(png: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def fake(script: str) -> list[str]:
    """A command that behaves as the script says, in place of the engine."""
    return [sys.executable, "-c", "import sys, os, time, json\n" + script]


def fails(script: str, timeout: float = 20) -> PictureError:
    """How drawing fails with such an engine: within the time, by one clear line."""
    start = time.monotonic()
    with LayoutEngine(fake(script)) as engine, pytest.raises(PictureError) as caught:
        engine.lay_out(DOT, timeout=timeout)
    assert time.monotonic() - start < timeout + 2
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("Graphviz ")
    return caught.value


@needs_engine
def test_an_svg_and_a_png(capfd: pytest.CaptureFixture[str]) -> None:
    drawn = lay_out(DOT)
    assert list(drawn) == ["svg", "png"]
    root = ElementTree.fromstring(drawn["svg"])
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "C1" in texts
    assert "S2 & co" in texts
    assert drawn["png"].startswith(PNG)
    width, height = size(drawn["png"])
    natural = [float(root.attrib[key].removesuffix("pt")) for key in ("width", "height")]
    assert [width, height] == pytest.approx([2 * side for side in natural], abs=3)
    assert capfd.readouterr() == ("", "")


@needs_engine
def test_one_format_alone_and_in_the_order_asked_for() -> None:
    assert list(lay_out(DOT, ("png",))) == ["png"]
    assert list(lay_out(DOT, ("png", "svg"))) == ["png", "svg"]


@needs_engine
def test_the_same_bytes_again() -> None:
    assert lay_out(DOT) == lay_out(DOT)


@needs_engine
def test_a_started_engine_waits_for_its_work() -> None:
    with LayoutEngine() as engine:
        time.sleep(0.5)
        assert engine.lay_out(DOT, ("svg",))["svg"].startswith(b"<svg ")


# ---- the SVG is clean --------------------------------------------------------------------------


@needs_engine
def test_an_svg_for_a_page() -> None:
    svg = lay_out(DOT, ("svg",))["svg"].decode()
    assert svg.startswith("<svg ")
    assert 'role="img"' in svg[: svg.index(">")]
    assert "<title>Four words of heading</title>\n<desc>C1 conv2d; S2 &amp; co</desc>" in svg
    assert svg.count("<title>") == 1
    for absent in ("<!--", "Generated", "<?xml", "<!DOCTYPE", " id=", "xlink", "<a ", "<script"):
        assert absent not in svg
    assert 'font-family="DejaVu Sans, Verdana, sans-serif"' in svg


@needs_engine
def test_text_that_looks_like_markup_stays_text() -> None:
    text = ' id="node1" xmlns:xlink="x" font-family="DejaVu Sans" <title>t</title> <!-- c --> a-b'
    label = text.replace('"', '\\"')
    svg = lay_out(f'digraph {{ n0 [label="{label}"] }}', ("svg",))["svg"]
    root = ElementTree.fromstring(svg)
    assert text in [element.text for element in root.iter()]


@pytest.mark.parametrize("text", ["", "hello", "<svg >", "<svg ><g></svg>", "<svg >\x1b</svg>"])
def test_what_is_no_svg_is_refused(text: str) -> None:
    with pytest.raises((ValueError, pictures.expat.ExpatError)):
        tidied(text)


# ---- the PNG has a sane size -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("width", "height", "dpi"),
    [(400, 560, 144), (400, 20_000, 115), (400, 2_000_000, 1), (20_000, 20_000, 22), (0, 0, 144)],
)
def test_an_enormous_picture_is_drawn_smaller(width: int, height: int, dpi: int) -> None:
    assert png_dpi(f'<svg width="{width}pt" height="{height}.00pt"'.encode()) == dpi


@needs_engine
def test_a_long_chain_fits_a_png() -> None:
    chain = "->".join(f"n{at}" for at in range(400))
    width, height = size(lay_out(f"digraph {{ {chain} }}", ("png",))["png"])
    assert height <= LONGEST_SIDE + 100
    assert width > 20


# ---- no failure spreads ------------------------------------------------------------------------


def test_an_engine_that_hangs_is_ended() -> None:
    script = "sys.stderr.write('tired'); sys.stderr.flush(); sys.stdin.read(); time.sleep(60)"
    error = fails(script, timeout=1)
    assert "within 1 seconds" in str(error)
    assert error.log == "tired"


def test_an_engine_that_never_listens_is_ended() -> None:
    with LayoutEngine(fake("time.sleep(60)")) as engine, pytest.raises(PictureError):
        engine.lay_out(DOT + " " * 5_000_000, timeout=1)


@posix
def test_an_engine_that_crashes() -> None:
    error = fails("sys.stdin.read(); os.write(2, b'so it ends'); os.kill(os.getpid(), 11)")
    assert "crashed (signal 11)" in str(error)
    assert error.log == "so it ends"


def test_an_engine_that_gives_up() -> None:
    error = fails("sys.stderr.write('no idea'); sys.exit(3)")
    assert "exit code 3" in str(error)
    assert error.log == "no idea"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"hello\n",
        b"\xff\xfe\n",
        b"[]\n",
        b"{}\n",
        b'{"sizes": {}}\n',
        b'{"sizes": {"svg": "3", "png": 3}}\nabcdef',
        b'{"sizes": {"svg": 3, "png": 3}}\nabcdef',
        b'{"sizes": {"svg": 300, "png": 3}}\n' + SVG.encode(),
        b'{"sizes": {"svg": %d, "png": 12}}\n' % len(SVG) + SVG.encode() + PNG + b"cut!",
        b"[" * 100_000 + b"\n",
    ],
)
def test_an_engine_that_talks_nonsense(answer: bytes) -> None:
    fails(f"sys.stdin.read(); sys.stdout.buffer.write({answer!r})")


@needs_engine
@pytest.mark.parametrize("dot", ["", "not dot", "digraph { n0 [label=<<B>] }\x00", "\ud800", "}{"])
def test_dot_that_is_none_is_an_error_not_a_crash(dot: str) -> None:
    with pytest.raises(PictureError):
        lay_out(dot)


def test_an_engine_that_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="could not be started"):
        LayoutEngine([str(tmp_path / "none")])


def test_nowhere_to_draw(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    with pytest.raises(PictureError, match="no folder"):
        LayoutEngine()


def test_nothing_is_left_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    engine = LayoutEngine(fake("time.sleep(60)"))
    assert list(tmp_path.iterdir())
    engine.close()
    engine.close()
    assert list(tmp_path.iterdir()) == []
    assert engine._child.returncode is not None


ORPHAN = """
import os, sys
from lenet_verify.pictures import LayoutEngine
engine = LayoutEngine()
print(engine._child.pid, engine._folder.name, flush=True)
os.kill(os.getpid(), 9)
"""


@posix
def test_the_child_ends_with_its_parent(request: pytest.FixtureRequest) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ORPHAN],
        env={**os.environ, "PYTHONPATH": str(request.path.parent.parent)},
        stdout=subprocess.PIPE,
        check=False,
        timeout=30,
    )
    pid, folder = done.stdout.decode().split()
    until = time.monotonic() + 10
    while running(int(pid)) and time.monotonic() < until:
        time.sleep(0.05)
    tempfile.TemporaryDirectory._rmtree(folder)  # type: ignore[attr-defined]
    assert not running(int(pid))


def running(pid: int) -> bool:
    """Whether that process still does anything; a zombie does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        if Path("/proc").is_dir():
            return False
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        return True
    return state != "Z"


def library(folder: Path, does: str) -> dict[str, str]:
    """An environment in which pygraphviz does, on import, what it is told."""
    (folder / "pygraphviz.py").write_text(
        "import os, time\n"
        "class AGraph:\n"
        "    graph_attr = {}\n"
        "    def __init__(self, string): pass\n"
        "    def draw(self, format, prog):\n"
        f"        {does}\n"
        f"        return {SVG.encode()!r}\n"
    )
    return {**os.environ, "PYTHONPATH": str(folder)}


def test_an_engine_that_prints_on_standard_output(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environment = library(tmp_path, "os.write(1, b'noise'); print('more', flush=True)")
    monkeypatch.setenv("PYTHONPATH", environment["PYTHONPATH"])
    assert ElementTree.fromstring(lay_out(DOT, ("svg",))["svg"]).tag.endswith("svg")


@posix
def test_an_engine_that_grows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment = library(tmp_path, f"bytearray({layout_engine.MOST_MEMORY})")
    monkeypatch.setenv("PYTHONPATH", environment["PYTHONPATH"])
    with pytest.raises(PictureError, match="could not draw") as caught:
        lay_out(DOT)
    assert "MemoryError" in caught.value.log


@posix
def test_a_child_that_nobody_ends_ends_itself(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-P", layout_engine.__file__],
        input=b'{"formats": ["svg"], "seconds": 0.1}\n' + DOT.encode(),
        env=library(tmp_path, "time.sleep(60)"),
        capture_output=True,
        check=False,
        timeout=20,
    )
    assert done.returncode == -14


# ---- the other engine, and none ----------------------------------------------------------------

WITHOUT_PYGRAPHVIZ = [sys.executable, "-I", "-S", layout_engine.__file__]


def plant_dot(folder: Path, answer: str = "svg") -> Path:
    """A `dot` that answers as the real one, and notes down how it was called."""
    folder.mkdir(exist_ok=True)
    script = folder / "dot"
    script.write_text(
        f"#!{sys.executable}\nimport sys\n"
        f"open({str(folder / 'called')!r}, 'a').write(' '.join(sys.argv[1:]) + '\\n')\n"
        f"text = sys.stdin.read()\n"
        + {
            "svg": f"png = {PNG + b'....IEND....'!r}\n"
            f"answer = png if sys.argv[1] == '-Tpng' else {SVG.encode()!r}\n"
            "sys.stdout.buffer.write(answer)\n",
            "hang": "import time; time.sleep(60)\n",
            "crash": "import os; os.kill(os.getpid(), 11)\n",
            "garbage": "print('hello')\n",
        }[answer]
    )
    script.chmod(0o755)
    return folder / "called"


@pytest.mark.parametrize("path", ["", ".", "here", "./here:", ":here"])
def test_no_engine_at_all(path: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A `dot` in the working directory, or found by way of it, does not count."""
    calls = [plant_dot(tmp_path), plant_dot(tmp_path / "here")]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", path)
    with (
        LayoutEngine(WITHOUT_PYGRAPHVIZ) as engine,
        pytest.raises(MissingLibraryError, match=r"Graphviz.*lenet-verify\[pictures\]"),
    ):
        engine.lay_out(DOT)
    assert not any(called.exists() for called in calls)


@posix
def test_an_installed_dot_serves_as_well(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    called = plant_dot(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"relative{os.pathsep}{tmp_path / 'bin'}")
    with LayoutEngine(WITHOUT_PYGRAPHVIZ) as engine:
        drawn = engine.lay_out(DOT, ("png",))
    assert list(drawn) == ["png"]
    assert drawn["png"].startswith(PNG)
    assert called.read_text() == f"-Tsvg\n-Tpng -Gdpi={PNG_DPI}\n"


@posix
@pytest.mark.parametrize(
    ("how", "message"),
    [("hang", "did not finish"), ("crash", "crashed"), ("garbage", "no SVG")],
)
def test_an_installed_dot_that_fails(
    how: str, message: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plant_dot(tmp_path / "bin", how)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    start = time.monotonic()
    with (
        LayoutEngine(WITHOUT_PYGRAPHVIZ) as engine,
        pytest.raises(PictureError, match=message),
    ):
        engine.lay_out(DOT, timeout=2)
    assert time.monotonic() - start < 4


@needs_engine
def test_nothing_planted_in_the_working_directory_is_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    expected = lay_out(DOT)
    mark = tmp_path / "owned"
    for name in ("pygraphviz", "lenet_verify", "json", "re", "sitecustomize", "usercustomize"):
        (tmp_path / f"{name}.py").write_text(f"open({str(mark)!r}, 'w').write({name!r})\n")
    (tmp_path / "matplotlib" / "mpl-data" / "fonts" / "ttf").mkdir(parents=True)
    (tmp_path / "matplotlib" / "__init__.py").touch()
    (tmp_path / "matplotlib" / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf").touch()
    called = plant_dot(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), "", *sys.path])
    monkeypatch.setenv("PYTHONPATH", ".")
    assert lay_out(DOT) == expected
    assert not mark.exists()
    assert not called.exists()


# ---- fonts -------------------------------------------------------------------------------------


def without_fonts(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """A machine whose fontconfig finds nothing at all."""
    empty = folder / "empty.conf"
    empty.write_text("<fontconfig></fontconfig>")
    monkeypatch.setenv("HOME", str(folder / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "home"))
    monkeypatch.setenv("XDG_DATA_HOME", str(folder / "home"))
    monkeypatch.setenv("FONTCONFIG_PATH", str(folder))
    monkeypatch.setenv("FONTCONFIG_FILE", str(empty))


@needs_engine
@needs_fonts
def test_a_machine_without_fonts_draws_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    expected = lay_out(DOT)
    without_fonts(monkeypatch, tmp_path)
    assert lay_out(DOT) == expected
    assert not (tmp_path / "home").exists()

    def find_nothing(*_: object) -> None:
        return None

    nothing: Callable[..., None] = find_nothing
    monkeypatch.setattr(pictures.PathFinder, "find_spec", nothing)
    assert lay_out(DOT)["png"] != expected["png"], "the fonts must come from somewhere else then"
    assert capfd.readouterr() == ("", "")
