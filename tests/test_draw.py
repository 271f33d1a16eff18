"""`lenet-verify draw`: which picture goes where, and what is said where there is none."""

from __future__ import annotations

import io
import sys
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

import lenet_verify as lv
from lenet_verify.cli import main
from lenet_verify.draw.glyphs import boxed
from lenet_verify.draw.wanted import STYLES
from lenet_verify.drawings.figure import composed, draw_figure
from lenet_verify.drawings.figure.picture import COLOURS, Group, Text
from lenet_verify.drawings.graph import draw_graph
from lenet_verify.drawings.mermaid import draw_mermaid

LENET5 = "spec/lenet5.yaml"
KINDS = [(style, kind) for style, kinds in STYLES.items() for kind in kinds]
BEGINNINGS = {
    "svg": b"<svg ",
    "png": b"\x89PNG",
    "pdf": b"%PDF-",
    "dot": b"digraph ",
    "mmd": b"flowchart ",
}
NEEDED = {("figure", "png"): "resvg_py", ("figure", "pdf"): "fpdf"}

Capture = pytest.CaptureFixture[str]


def network() -> lv.Architecture:
    return lv.infer(lv.load_spec(LENET5))


def test_the_figure_goes_to_standard_output(capsys: Capture) -> None:
    assert main(["draw", LENET5]) == 0
    assert capsys.readouterr().out == draw_figure(network())
    assert main(["draw", LENET5, "--theme", "dark"]) == 0
    assert capsys.readouterr().out == draw_figure(network(), theme="dark")


def test_the_graph_goes_to_standard_output(capsys: Capture) -> None:
    assert main(["draw", LENET5, "--style", "graph"]) == 0
    down = capsys.readouterr().out
    assert down == draw_graph(network())
    assert main(["draw", LENET5, "--style", "graph", "--orientation", "right"]) == 0
    right = capsys.readouterr().out
    assert "rankdir=LR" in right
    assert "rankdir" not in down


@pytest.mark.parametrize(("style", "kind"), KINDS)
def test_the_suffix_says_what_a_picture_is_written_as(
    style: str, kind: str, tmp_path: Path, capsys: Capture
) -> None:
    if library := NEEDED.get((style, kind)):
        pytest.importorskip(library)
    file = tmp_path / "new" / f"a.{kind.upper()}"
    assert main(["draw", LENET5, "--style", style, "-o", str(file)]) == 0
    assert capsys.readouterr() == ("", f"wrote {file}\n")
    assert file.read_bytes().startswith(BEGINNINGS[kind])


def test_mermaid_goes_to_standard_output(capsys: Capture) -> None:
    assert main(["draw", LENET5, "--style", "mermaid"]) == 0
    assert capsys.readouterr().out == draw_mermaid(network())


def test_a_suffix_that_only_one_style_has_says_the_style_too(tmp_path: Path) -> None:
    for kind, draw in (("dot", draw_graph), ("mmd", draw_mermaid)):
        file = tmp_path / f"a.{kind}"
        assert main(["draw", LENET5, "-o", str(file)]) == 0
        assert file.read_text(encoding="utf-8") == draw(network())


def test_an_old_picture_is_replaced(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "a.svg"
    file.write_text("old", encoding="utf-8")
    assert main(["draw", LENET5, "-q", "-o", str(file)]) == 0
    assert capsys.readouterr() == ("", "")
    assert file.read_text(encoding="utf-8") == draw_figure(network())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-o", "a.jpg"], "a.jpg: a picture is written as .svg, .png, .pdf, .dot or .mmd"),
        (["-o", "a"], "a: a picture is written as .svg, .png, .pdf, .dot or .mmd"),
        (
            ["-o", "a.dot", "--style", "figure"],
            "a.dot: a figure is written as .svg, .png or .pdf; --style graph writes .dot",
        ),
        (["-o", "spec"], "spec is a folder: name a file in it with --out"),
        (["-o", "."], "--out takes a file, not '.'"),
        (["-o", "x" * 300 + ".svg"], f"{'x' * 255}… cannot be a file: File name too long"),
        (
            ["--style", "mermaid", "--theme", "dark"],
            "--theme is not for Mermaid, whose page decides: leave it out",
        ),
        (
            ["--orientation", "right"],
            "--orientation is for the graph: leave it out, or add --style graph",
        ),
        (["--spec", "nope.yaml"], "nope.yaml:1:1: cannot be read: No such file or directory"),
    ],
)
def test_what_cannot_be_drawn_is_said_in_a_line(
    arguments: list[str], said: str, capsys: Capture
) -> None:
    assert main(["draw", LENET5, *arguments]) == 2
    assert capsys.readouterr() == ("", f"{said}\n")


@pytest.mark.parametrize(
    ("kind", "library", "package"), [("png", "resvg_py", "resvg_py"), ("pdf", "fpdf", "fpdf2")]
)
def test_a_library_that_is_not_installed_is_named_and_the_old_picture_left(
    kind: str,
    library: str,
    package: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
) -> None:
    file = tmp_path / f"a.{kind}"
    file.write_bytes(b"old")
    monkeypatch.setitem(sys.modules, library, None)
    assert main(["draw", LENET5, "-o", str(file)]) == 2
    said = f"drawing a {kind.upper()} needs {package}; install it with: "
    assert capsys.readouterr().err == f"{said}pip install 'lenet-verify[pictures]'\n"
    assert file.read_bytes() == b"old"


def test_a_spec_marks_on_the_picture_what_is_broken(tmp_path: Path, capsys: Capture) -> None:
    recipe = Path(LENET5).read_text(encoding="utf-8").partition("\nclaims:")[0]
    file = tmp_path / "theirs.yaml"
    file.write_text(recipe.replace("filters: 6", "filters: 8") + "\n", encoding="utf-8")
    assert main(["draw", str(file), "--spec", LENET5]) == 0
    root = ElementTree.fromstring(capsys.readouterr().out)
    words = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert words.count("✗ broken") == 3
    assert "✗ S2 broken: input: 6@28x28 expected, 8@28x28 observed; output:" in " ".join(
        word or "" for word in words
    )
    assert main(["draw", str(file), "--spec", LENET5, "--style", "graph"]) == 0
    assert "✗ broken" in capsys.readouterr().out


def test_a_deviation_that_is_configured_is_none_that_breaks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    text = Path(LENET5).read_text(encoding="utf-8")
    theirs = text.partition("\nclaims:")[0].replace("softmax", "linear") + "\n"
    deviation = '{layer = "output", fact = "activation", accept = "linear", reason = "logits"}'
    files = {
        "spec.yaml": text,
        "theirs.yaml": theirs,
        "pyproject.toml": "[[tool.lenet-verify.check]]\nspec = 'spec.yaml'\n"
        f"model = 'theirs.yaml'\ndeviations = [{deviation}]\n",
    }
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["draw", "theirs.yaml", "--spec", "spec.yaml"]) == 0
    picture = capsys.readouterr().out
    assert "≈ deviates" in picture
    assert "✗" not in picture


def test_stages_are_folded_until_a_row_has_so_many(capsys: Capture) -> None:
    assert main(["draw", LENET5, "--stages", "4"]) == 0
    few = ElementTree.fromstring(capsys.readouterr().out)
    assert len(list(few.iter("{http://www.w3.org/2000/svg}g"))) == 4
    words = [text.text for text in few.iter("{http://www.w3.org/2000/svg}text")]
    assert "84 stands for 6 layers: S2 to F6" in words
    with pytest.raises(SystemExit) as error:
        main(["draw", LENET5, "--stages", "2"])
    assert error.value.code == 2
    assert "takes a whole number from 3, not '2'" in capsys.readouterr().err


def test_a_png_has_real_text_and_the_colours_of_its_theme(tmp_path: Path) -> None:
    pytest.importorskip("resvg_py")
    for theme, ground in (("light", (255, 255, 255)), ("dark", (13, 17, 23))):
        file = tmp_path / f"{theme}.png"
        assert main(["draw", LENET5, "-o", str(file), "--theme", theme]) == 0
        image = Image.open(io.BytesIO(file.read_bytes())).convert("RGB")
        assert (
            image.getpixel((1, 1)) == ground == image.getpixel((image.width - 1, image.height - 1))
        )
        ink = tuple(int(COLOURS[theme]["ink"][at : at + 2], 16) for at in (1, 3, 5))
        title = image.crop((52, 52, 190, 90))  # LeNet-5, at twice its size
        columns = [{title.getpixel((x, y)) for y in range(38)} for x in range(title.width)]
        letters = [x for x, colours in enumerate(columns) if ink in colours]
        # seven letters with gaps between, and no box
        gaps = sum(after - before > 1 for before, after in pairwise(letters))
        assert len(letters) > 40
        assert gaps >= 5


def named_in_many_scripts(tmp_path: Path) -> Path:
    """LeNet-5 of which DejaVu Sans lacks one name, and of which letters join in another."""
    recipe = Path(LENET5).read_text(encoding="utf-8").partition("\nclaims:")[0]
    recipe = recipe.replace("  C1: ", "  第一层: ").replace("  F6: ", "  تجميع: ") + "\n"
    file = tmp_path / "scripts.yaml"
    file.write_text(recipe, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("style", "kind", "lost"),
    [
        ("figure", "svg", ""),
        ("figure", "png", "第 一 层"),
        ("figure", "pdf", "第 一 层 ت ج م ي ع"),
        ("graph", "png", "第 一 层"),
        ("graph", "dot", ""),
    ],
)
def test_characters_that_a_picture_cannot_show_are_boxes_and_named(
    style: str, kind: str, lost: str, tmp_path: Path, capsys: Capture
) -> None:
    if library := NEEDED.get((style, kind)):
        pytest.importorskip(library)
    model, file = named_in_many_scripts(tmp_path), tmp_path / f"a.{kind}"
    assert main(["draw", str(model), "--style", style, "-q", "-o", str(file)]) == 0
    said = f"warning: the {kind.upper()} has boxes for {lost}, which it cannot show; an SVG can\n"
    assert capsys.readouterr() == ("", said if lost else "")


def test_a_box_stands_for_each_character_in_the_middle_of_its_room(tmp_path: Path) -> None:
    network = lv.infer(lv.load_spec(named_in_many_scripts(tmp_path)))
    picture = composed(network)
    shown, lost = boxed(picture, right_to_left=True)
    assert lost == "第一层"
    groups = zip(picture.items, shown.items, strict=True)
    pairs = [
        (one, other)
        for group, same in groups
        if isinstance(group, Group) and isinstance(same, Group)
        for one, other in zip(group.items, same.items, strict=True)
        if isinstance(one, Text) and isinstance(other, Text) and one != other
    ]
    ((one, other),) = pairs
    assert (one.text, other.text) == ("第一层", "□□□")
    assert other.x + other.width / 2 == pytest.approx(one.x + one.width / 2)
    plain = composed(lv.infer(lv.load_spec(LENET5)))
    assert boxed(plain, right_to_left=False) == (plain, "")


def test_a_pdf_has_the_same_bytes_each_time(tmp_path: Path) -> None:
    pytest.importorskip("fpdf")
    files = [tmp_path / "a.pdf", tmp_path / "b.pdf"]
    for file in files:
        assert main(["draw", LENET5, "-o", str(file)]) == 0
    assert files[0].read_bytes() == files[1].read_bytes()
