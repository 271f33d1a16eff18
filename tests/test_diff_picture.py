"""`lenet-verify diff -o`: both networks in one picture, every difference marked, nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pydot
import pytest

import lenet_verify as lv
from lenet_verify.architecture import Architecture, Layer, Shape
from lenet_verify.cli import main
from lenet_verify.diffing.behind import with_gaps
from lenet_verify.diffing.merged import merged
from lenet_verify.drawings.figure import draw_figure
from lenet_verify.drawings.graph import draw_graph
from lenet_verify.drawings.mermaid import draw_mermaid
from tests import stored
from tests.test_figure import judged, texts
from tests.test_graph import HOSTILE

OLD = """\
format: 1
title: First
input: 1@12x12
layers:
  a: {type: Conv2D, filters: 4, kernel_size: 3, padding: same}
  b: {type: Conv2D, filters: 4, kernel_size: 5, padding: same}
  c: {type: Conv2D, filters: 4, kernel_size: 1}
  sum: {type: Add, inputs: [a, c]}
  p: {type: AveragePooling2D, pool_size: 2}
  f: {type: Flatten}
  gone: {type: Dense, units: 9, activation: tanh}
  out: {type: Dense, units: 3}
"""
EDITS = {
    "First": "Second",
    "kernel_size: 5": "kernel_size: 3",
    "inputs: [a, c]": "inputs: [b, c]",
    "  f: ": "  norm: {type: BatchNormalization}\n  f: ",
    "  gone: {type: Dense, units: 9, activation: tanh}\n": "",
}
REMOVED = {("a", "sum"), ("p", "f"), ("f", "gone"), ("gone", "out")}
ADDED = {("b", "sum"), ("p", "norm"), ("norm", "f"), ("f", "out")}
KEPT = {("input", "a"), ("a", "b"), ("b", "c"), ("c", "sum"), ("sum", "p")}
WORDS = {
    "b": "~ changed", "sum": "~ changed", "norm": "+ added", "gone": "− removed",
    "out": "→ affected",
}  # fmt: skip

Capture = pytest.CaptureFixture[str]
Edge = tuple[str, str]


@pytest.fixture
def pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two specs in it, which is the current one."""
    new = OLD
    for old, replaced in EDITS.items():
        assert old in new
        new = new.replace(old, replaced)
    (tmp_path / "old.yaml").write_text(OLD)
    (tmp_path / "new.yaml").write_text(new)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def drawn(file: str, *options: str, models: Sequence[str] = ("old.yaml", "new.yaml")) -> str:
    """The text of the picture, where the models differ."""
    assert main(["diff", *models, "-qq", "-o", file, *options]) == 1
    return Path(file).read_text(encoding="utf-8")


def of_dot(dot: str) -> tuple[dict[str, Any], dict[Edge, Any]]:
    """Nodes and clusters by what is written on them first, and edges by what they join."""
    (whole,) = pydot.graph_from_dot_data(dot)
    parts, edges, waiting = {}, {}, [whole]
    while waiting:
        graph = waiting.pop()
        waiting += graph.get_subgraphs()
        edges |= {(one.get_source(), one.get_destination()): one for one in graph.get_edges()}
        for one in (*graph.get_nodes(), *graph.get_subgraphs()):
            defaults = getattr(one, "get_graph_defaults", list)()
            label = str(one.get_label() or [each["label"] for each in defaults])
            if "<TABLE" in label:
                one.set_label(label)
                parts[one.get_name()] = one
    names = {own: written(one)[0] for own, one in parts.items()}
    named = {(names[tail], names[head]): edge for (tail, head), edge in edges.items()}
    return {names[own]: one for own, one in parts.items()}, named


def written(part: Any) -> list[str]:
    return re.findall(r"<FONT [^>]*>([^<]*)</FONT>", part.get_label())


def of_mermaid(text: str) -> tuple[dict[str, list[str]], dict[Edge, str]]:
    """Lines in boxes by the first, and arrows by what they join."""
    plain = re.sub(r"#(\d+);", lambda one: chr(int(one[1])), text)
    boxes = {own: box.split("<br/>") for own, box in re.findall(r' (\w+)\["(.*)"\]', plain)}
    name = {own: re.sub("</?b>", "", box[0]) for own, box in boxes.items()}
    arrows = re.findall(r"^  (\w+) (-->|==>|-\.->) (\w+)$", plain, re.MULTILINE)
    joined = {(name[tail], name[head]): arrow for tail, arrow, head in arrows}
    return {name[own]: box for own, box in boxes.items()}, joined


@pytest.mark.usefixtures("pair")
def test_the_graph_has_every_layer_of_both_and_marks_what_differs() -> None:
    cards, _ = of_dot(drawn("both.dot"))
    marked = {
        name: word
        for name, card in cards.items()
        for word in written(card)
        if re.match(r"[+−~?→] \w+$", word)
    }
    own = {"input", "a", "b", "c", "sum", "p", "norm", "f", "gone", "out"}
    assert {name for name, card in cards.items() if card.get_name() != "network"} >= own
    assert {name: word for name, word in marked.items() if name in own} == WORDS
    # no two kinds alike in line, whatever the colour
    looks = {
        word: tuple(cards[name].get(key) for key in ("style", "penwidth", "peripheries"))
        for name, word in WORDS.items()
    }
    plain = tuple(cards["a"].get(key) for key in ("style", "penwidth", "peripheries"))
    assert len({*looks.values(), plain}) == len(looks) + 1
    assert "kernel_size 5x5 → 3x3" in written(cards["b"])
    assert "inputs a, c → b, c" in written(cards["sum"])


@pytest.mark.usefixtures("pair")
def test_the_graph_marks_connections() -> None:
    _, edges = of_dot(drawn("both.dot"))
    assert set(edges) == REMOVED | ADDED | KEPT
    assert {edge for edge, one in edges.items() if one.get("style") == "dashed"} == REMOVED
    assert {edge for edge, one in edges.items() if one.get("arrowhead") == "empty"} == REMOVED
    assert {edge for edge, one in edges.items() if one.get("penwidth") == "2.8"} == ADDED


@pytest.mark.usefixtures("pair")
def test_mermaid_has_the_same() -> None:
    text = drawn("both.mmd")
    boxes, arrows = of_mermaid(text)
    of = {"==>": ADDED, "-.->": REMOVED, "-->": KEPT}
    assert arrows == {edge: arrow for arrow, edges in of.items() for edge in edges}
    for name, word in WORDS.items():
        assert word in boxes[name]
    assert all(word not in boxes[name] for name in ("a", "c", "p", "f") for word in WORDS.values())
    assert "kernel_size 5x5 → 3x3" in boxes["b"]
    looks = re.findall(r"classDef (\w+) fill", text)
    assert sorted(looks) == ["added", "affected", "changed", "removed"]
    legend = [line for line in boxes["First → Second"] if ": " in line]
    assert [line.partition(":")[0] for line in legend] == [
        "+ added", "− removed", "~ changed", "→ affected",
    ]  # fmt: skip


@pytest.mark.usefixtures("pair")
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_figure_marks_stages_and_says_what_changed(theme: str) -> None:
    root = judged(drawn("both.svg", "--theme", theme))
    words = texts(root)
    assert words[0] == "First → Second"
    for word in ("~ b changed: kernel_size 5x5 → 3x3; params 404 → 148 (−256); multiply-adds",
                 "− gone removed: Dense 9 · tanh, 9", "+ added: norm",
                 "~ sum changed: inputs a, c → b, c"):  # fmt: skip
        assert any(line.startswith(word) for line in words), word
    assert words.count("~ norm added") == 1
    roles = [shape.get("class") for shape in root.iter() if shape.get("points")]
    assert roles.count("missing") == 3  # a frame and a cross in it
    assert "changed-solid" in roles
    title, about = (
        root.findtext(f"{{http://www.w3.org/2000/svg}}{tag}") for tag in ("title", "desc")
    )
    assert title == "First → Second"
    assert "gone (removed)" in str(about)
    legend = words[: words.index("input")]
    signs = [word for word in legend if re.match("[+−~?] ", word)]
    assert signs == ["~ 2 layers changed, 1 added, 1 removed, 1 affected", "− removed", "~ changed"]


@pytest.mark.usefixtures("pair")
def test_a_layer_that_is_added_whole_has_a_stage_of_its_own_look() -> None:
    root = judged(drawn("both.svg", models=("new.yaml", "old.yaml")))
    words = texts(root)
    (own,) = (at for at, word in enumerate(words) if re.fullmatch("gone(: layer)?", word))
    assert "+ added" in words[own:]
    roles = [shape.get("class") for shape in root.iter() if shape.get("points")]
    assert roles.count("added-solid") >= 2  # in the legend and in the picture
    assert "~ gone added" not in words


@pytest.mark.usefixtures("pair")
def test_nothing_is_marked_where_nothing_differs(capsys: Capture) -> None:
    renamed = OLD.replace("  gone:", "  other:").replace("First", "Same")
    Path("same.yaml").write_text(renamed)
    for file in ("a.svg", "a.dot", "a.mmd"):
        assert main(["diff", "old.yaml", "same.yaml", "-q", "-o", file]) == 0
        text = Path(file).read_text()
        assert not re.search(
            "added|removed|changed|affected(?!-)", re.sub("(?s)<style>.*</style>", "", text)
        )
        assert not re.search("classDef|==>|arrowhead=empty", text)
    assert "was gone" in Path("a.dot").read_text()
    assert "the same architecture" in capsys.readouterr().out


@pytest.mark.usefixtures("pair")
def test_what_is_printed_and_the_exit_code_are_as_without_a_picture(capsys: Capture) -> None:
    for options in ([], ["--format", "json"], ["--format", "markdown"]):
        assert main(["diff", "old.yaml", "new.yaml", *options]) == 1
        without = capsys.readouterr()
        assert main(["diff", "old.yaml", "new.yaml", *options, "-o", "new/a.svg"]) == 1
        assert capsys.readouterr() == (without.out, "wrote new/a.svg\n")


@pytest.mark.usefixtures("pair")
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--style", "graph"], "--style is for a picture: name its file with --out"),
        (["--theme", "dark"], "--theme is for a picture: name its file with --out"),
        (["-o", "a.jpg"], "a.jpg: a picture is written as .svg, .png, .pdf, .dot or .mmd"),
        (
            ["-o", "a.svg", "--orientation", "right"],
            "--orientation is for the graph: leave it out, or add --style graph",
        ),
    ],
)
def test_what_cannot_be_drawn_is_said_in_a_line(
    options: list[str], said: str, capsys: Capture
) -> None:
    assert main(["diff", "old.yaml", "new.yaml", *options]) == 2
    assert capsys.readouterr() == ("", f"{said}\n")


@pytest.mark.usefixtures("pair")
def test_the_options_of_a_picture_mean_what_they_do_for_draw() -> None:
    assert "rankdir=LR" in drawn("a.dot", "--orientation", "right")
    few = ElementTree.fromstring(drawn("a.svg", "--stages", "3"))
    many = ElementTree.fromstring(drawn("a.svg"))
    groups = [len(list(one.iter("{http://www.w3.org/2000/svg}g"))) for one in (few, many)]
    assert groups[0] < groups[1]
    drawn("a.svg", "--style", "graph")


def test_equal_titles_are_told_apart_by_the_files(pair: Path) -> None:
    (pair / "new.yaml").write_text((pair / "new.yaml").read_text().replace("Second", "First"))
    assert texts(judged(drawn("a.svg")))[0] == "First: old.yaml → new.yaml"


def nested(inner: Mapping[str, Sequence[Any]], *outer: Any, end: str) -> str:
    """The text of a model file: models one after another, then layers, then `y`."""
    rows, last = [stored.given("x", 4)], "x"
    for name, layers in inner.items():
        inside = [stored.given(f"{name}_in", 4)]
        for class_name, own, config in layers:
            inside.append(stored.layer(class_name, own, stored.reads(inside[-1]["name"]), **config))
        ends = (("in", 0, 0),), ((inside[-1]["name"], 0, 0),)
        model = stored.functional(inside, ((f"{name}_in", 0, 0),), ends[1], name)
        rows.append({**model, "name": name, "inbound_nodes": [stored.reads(last)]})
        last = name
    rows += outer
    rows.append(stored.layer("Dense", "y", stored.reads(end), units=2))
    return json.dumps(stored.functional(rows))


DENSE = ("Dense", "d", {"units": 4, "activation": "relu"})


def test_what_is_changed_inside_of_nested_models_is_marked_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    normal = ("BatchNormalization", "bn", {})
    drop = ("Dropout", "drop", {"rate": 0.5})
    wide = ("Dense", "w", {"units": 16})
    before = {"one": [DENSE, drop], "two": [wide, ("Softmax", "s", {})]}
    after = {"one": [DENSE, normal]}
    Path("old.json").write_text(nested(before, end="two"))
    Path("new.json").write_text(nested(after, end="one"))
    cards, edges = of_dot(drawn("both.dot", models=("old.json", "new.json")))
    frames = {name for name, card in cards.items() if card.get_name().startswith("cluster")}
    assert frames == {"one", "two"}
    for name, word in {"bn": "+ added", "drop": "− removed", "two": "− removed",
                       "w": "− removed", "s": "− removed"}.items():  # fmt: skip
        assert word in written(cards[name]), name
    assert not {"+ added", "− removed", "~ changed"} & set(written(cards["one"]))
    dashed = {edge for edge, one in edges.items() if one.get("style") == "dashed"}
    assert dashed == {("d", "drop"), ("drop", "w"), ("w", "s"), ("s", "y")}
    bold = {edge for edge, one in edges.items() if one.get("penwidth") == "2.8"}
    assert bold == {("d", "bn"), ("bn", "y")}
    # what leads into a nested model is bold up to the layer in it
    cards, edges = of_dot(drawn("back.dot", models=("new.json", "old.json")))
    bold = {edge for edge, one in edges.items() if one.get("penwidth") == "2.8"}
    assert bold == {("d", "drop"), ("drop", "two_in"), ("two_in", "w"), ("w", "s"), ("s", "y")}
    assert "+ added" in written(cards["two"])
    for file in ("both.svg", "both.mmd"):
        assert "bn" in drawn(file, models=("old.json", "new.json"))


def test_a_network_that_is_wrapped_into_a_model_is_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("flat.json").write_text(
        nested({}, stored.layer("Dense", "d", stored.reads("x"), **DENSE[2]), end="d")
    )
    Path("wrapped.json").write_text(nested({"one": [DENSE]}, end="one"))
    assert main(["diff", "flat.json", "wrapped.json", "-qq", "-o", "a.dot"]) == 0
    _, edges = of_dot(Path("a.dot").read_text())
    assert {one.get("penwidth") for one in edges.values()} == {None}
    assert {one.get("style") for one in edges.values()} == {None}


def test_what_cannot_be_compared_is_marked_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    custom = stored.layer(
        "Odd", "odd", stored.reads("x"), module="mine", registered="mine>Odd", size=1
    )
    Path("a.json").write_text(nested({}, custom, end="odd"))
    cards, _ = of_dot(drawn("a.dot", models=("a.json", "a.json")))
    assert "? not compared" in written(cards["odd"])
    assert "? odd not compared" in " ".join(
        texts(judged(drawn("a.svg", models=("a.json", "a.json"))))
    )


def chain(title: str, names: Sequence[str], **facts: Any) -> Architecture:
    """Dense layers one after another."""
    layers, last = [Layer(name="x", type="InputLayer", shapes=(Shape((8,)),), params=0)], "x"
    for name in names:
        more = {"shapes": (Shape((8,)),), "input_shapes": (Shape((8,)),), "params": 0, **facts}
        layers.append(Layer(name=name, type=more.pop("type", "Dense"), inputs=(last,), **more))
        last = name
    return Architecture(title=title, inputs=("x",), outputs=(last,), layers=tuple(layers), params=0)


def pictures(old: Architecture, new: Architecture) -> list[str]:
    """The two in each style."""
    difference = lv.diff(old, new)
    both = merged(old, new, difference, ("old", "new"))
    behind = with_gaps(old, new, difference, ("old", "new"))
    return [draw_graph(*both), draw_mermaid(*both), draw_figure(*behind)]


def test_hostile_names_are_but_text() -> None:
    old = chain(HOSTILE[0], [f"{name}{at % 2}" for at, name in enumerate(HOSTILE)])
    new = chain(HOSTILE[1], [f"{name}{at % 3}" for at, name in enumerate(HOSTILE)])
    new = replace(new, layers=tuple(replace(one, type=f"mine.{one.name}") for one in new.layers))
    dot, mermaid, figure = pictures(old, new)
    assert pictures(old, new) == [dot, mermaid, figure]
    _, edges = of_dot(dot)
    assert len(edges) >= len(HOSTILE)
    for node in re.findall(r"^\s*(\S+) \[", dot, re.MULTILINE):
        assert re.fullmatch(r"n\d+|node|edge|graph", node), node
    for line in mermaid.splitlines():
        assert re.fullmatch(
            r"flowchart TB|  (n\d+|m)\[\"(<b>|</b>|<br/>|#\d+;|[^\W_]|[_ ,/@()=×·→–—…✓✗≈])*\"\]"
            r"|  n\d+ (-->|==>|-\.->) n\d+|  class(Def)? [\w,]+ \S+", line,
        ), line  # fmt: skip
    ElementTree.fromstring(figure)


def test_a_layer_that_keeps_only_its_name_is_there_twice() -> None:
    old, new = chain("one", ["same"]), chain("two", ["same"], type="LSTM", shapes=None)
    difference = lv.diff(old, new)
    cards, _ = of_dot(draw_graph(*merged(old, new, difference, ("a", "b"))))
    if difference.counts["removed"]:
        assert "− removed" in written(cards["same (old)"])
    else:
        assert "type Dense → LSTM" in written(cards["same"])


def test_a_thousand_layers_are_no_trouble() -> None:
    names = [f"l{at}" for at in range(1000)]
    old, new = chain("long", names), chain("short", names[:400] + names[900:])
    for one, other, word in ((old, new, "removed"), (new, old, "added")):
        dot, mermaid, figure = pictures(one, other)
        sign = {"removed": "−", "added": "+"}[word]
        assert dot.count(f">{sign} {word}</FONT>") == 500 + 1  # and in the legend
        assert mermaid.count(f" {word}<") + mermaid.count(f' {word}"') >= 500
        root = judged(figure)
        assert len(list(root.iter("{http://www.w3.org/2000/svg}g"))) <= 17
        assert any("500" in text for text in texts(root))


def test_many_gaps_are_told_in_words() -> None:
    names = [f"l{at}" for at in range(40)]
    old = chain("long", names)
    odd = [replace(one, type="Dropout") if one.name in names[1::2] else one for one in old.layers]
    old, new = replace(old, layers=tuple(odd)), chain("short", names[::2])
    *_, figure = pictures(old, new)
    root = judged(figure)
    assert "missing" not in [shape.get("class") for shape in root.iter()]
    assert any(text.startswith("The model: 20 layers are removed: l1, l3") for text in texts(root))
