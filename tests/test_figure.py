"""The figure: its texts apart from each other and inside of it, every layer told, inert."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path
from random import Random
from xml.etree import ElementTree

import matplotlib
import pytest
from fontTools.ttLib import TTFont
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import ImageFont

import lenet_verify as lv
from lenet_verify.architecture import Architecture, Layer, Shape
from lenet_verify.drawings.figure import draw_figure
from lenet_verify.drawings.figure.lettering import ADVANCES, fitted, is_known, width, wrapped
from lenet_verify.drawings.figure.picture import COLOURS, MARKED
from lenet_verify.drawings.graph import draw_graph
from lenet_verify.drawings.mermaid import draw_mermaid
from lenet_verify.spec import Deviation
from lenet_verify.visible import visible
from tests.mutation.growing import random_network
from tests.mutation.static import architecture as of_network

FONTS = Path(matplotlib.get_data_path(), "fonts", "ttf")
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    "</title><script>alert(1)</script>",
    '" onload="alert(1)',
    "]]>",
    "&lt;&#65;&amp;",
    "<!-- c -->",
    "\x1b[2J",
    "nul\x00",
    "\u202egnp.exe",
    "lone\ud800surrogate",
    "\ufffe\uffff",
    "line\nbreak",
    "",
    " ",
    "名前 é ✓ ﷽ 𒐫",
    "a_very_long_name" * 19,
    "W" * 300,
]

quick = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@dataclass(frozen=True)
class Box:
    text: str
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        apart = self.right <= other.left or other.right <= self.left
        return not (apart or self.bottom <= other.top or other.bottom <= self.top)


@cache
def font(bold: bool) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS / f"DejaVuSans{'-Bold' if bold else ''}.ttf", 1000)


def boxes(root: ElementTree.Element) -> list[Box]:
    """Where texts stand, measured with the font itself."""
    found = []
    for text in root.iter(f"{SVG}text"):
        size = float(text.get("font-size", ""))
        x, y = float(text.get("x", "")), float(text.get("y", ""))
        words = text.text or ""
        long = font(text.get("font-weight") == "bold").getlength(words) * size / 1000
        if text.get("text-anchor") == "middle":
            x -= long / 2
        found.append(Box(words, x, y - 0.76 * size, x + long, y + 0.24 * size))
    return found


def lines(root: ElementTree.Element) -> Iterator[tuple[float, ...]]:
    """Every straight line of every shape."""
    for shape in root.iter():
        if points := shape.get("points"):
            corners = [tuple(map(float, point.split(","))) for point in points.split()]
            closing = corners[:1] if shape.tag == f"{SVG}polygon" else []
            for (x, y), (to_x, to_y) in pairwise([*corners, *closing]):
                yield x, y, to_x, to_y


def crosses(line: tuple[float, ...], box: Box) -> bool:
    x, y, to_x, to_y = line
    low, high = 0.0, 1.0
    for start, end, least, most in (
        (x, to_x, box.left, box.right),
        (y, to_y, box.top, box.bottom),
    ):
        if start == end:
            if not least < start < most:
                return False
            continue
        first, second = sorted(((least - start) / (end - start), (most - start) / (end - start)))
        low, high = max(low, first), min(high, second)
    return low < high


def judged(svg: str) -> ElementTree.Element:
    """The picture, of which no text overlaps another, a line or the border."""
    root = ElementTree.fromstring(svg)
    wide, tall = float(root.get("width", "")), float(root.get("height", ""))
    assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"
    texts = boxes(root)
    for box in texts:
        assert box.left >= 0, box
        assert box.right <= wide, box
        assert box.top >= 0, box
        assert box.bottom <= tall, box
    for one, other in combinations(texts, 2):
        assert not one.meets(other), (one, other)
    for line in lines(root):
        assert min(line) >= 0, line
        assert max(line[0::2]) <= wide, line
        assert max(line[1::2]) <= tall, line
        for box in texts:
            assert not crosses(line, box), (line, box)
    return root


def places(root: ElementTree.Element) -> Mapping[str, int]:
    """In which stage each layer is, by what is told where it is pointed at."""
    return {
        line.partition(":")[0]: at
        for at, group in enumerate(root.iter(f"{SVG}g"))
        for line in (group.findtext(f"{SVG}title") or "").split("\n")
    }


def passing(root: ElementTree.Element) -> set[tuple[int, int]]:
    """Which stages are joined by lines below the others."""
    spans = []
    for group in root.iter(f"{SVG}g"):
        xs = [
            float(point.split(",")[0])
            for shape in group.iter(f"{SVG}polygon")
            for point in shape.get("points", "").split()
        ]
        spans.append((min(xs) - 3, max(xs) + 3))

    def at(point: str) -> int:
        x = float(point.split(",")[0])
        (found,) = (number for number, (low, high) in enumerate(spans) if low <= x <= high)
        return found

    lines = (line.get("points", "").split() for line in root.iter(f"{SVG}polyline"))
    return {(at(points[0]), at(points[-1])) for points in lines if len(points) > 4}


def texts(root: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in root.iter(f"{SVG}text")]


def lenet5() -> tuple[lv.Spec, Architecture]:
    spec = lv.load_spec("spec/lenet5.yaml")
    return spec, lv.infer(spec)


def test_lenet5_is_labelled_as_in_the_paper() -> None:
    spec, network = lenet5()
    assert texts(judged(draw_figure(network, lv.check(spec, network)))) == [
        *("LeNet-5", "✓ holds", "61,706 parameters"),
        *("input", "1@32x32"),
        *("C1: feature maps", "6@28x28", "Convolutions", "5x5, tanh"),
        *("S2: feature maps", "6@14x14", "Subsampling", "average, 2x2 / 2"),
        *("C3: feature maps", "16@10x10", "Convolutions", "5x5, tanh"),
        *("S4: feature maps", "16@5x5", "Subsampling", "average, 2x2 / 2"),
        *("C5: layer", "120", "Flatten, full", "connection", "tanh"),
        *("F6: layer", "84", "Full connection", "tanh"),
        *("output", "10", "Full connection", "softmax"),
    ]


def test_planes_and_bars_of_lenet5_are_in_true_proportion() -> None:
    _, network = lenet5()
    root = judged(draw_figure(network))

    def extents(role: str, axis: int) -> list[float]:
        found = []
        for shape in root.iter(f"{SVG}polygon"):
            if shape.get("class") == role:
                numbers = [
                    float(point.split(",")[axis]) for point in shape.get("points", "").split()
                ]
                found.append(max(numbers) - min(numbers))
        return found

    unit = extents("input", 0)[0] / 32
    maps = [28] * 6 + [14] * 6 + [10] * 16 + [5] * 16
    assert [round(side / unit) for side in extents("maps", 0)] == maps
    assert [round(side / unit) for side in extents("maps", 1)] == maps
    long = extents("vector", 1)
    assert [round(one / long[0] * 120) for one in long] == [120, 84, 10]
    fields = extents("field", 0)[::2]  # every other is the point that a field leads to
    assert [round(side / unit) for side in fields] == [5, 2, 5, 2]


@given(st.integers(0, 10**9), st.booleans())
@settings(quick, max_examples=60)
def test_texts_of_random_networks_keep_apart_and_tell_every_layer(seed: int, checked: bool) -> None:
    network = of_network(random_network(Random(seed)))
    verdict = lv.check(lenet5()[0], network) if checked else None
    svg = draw_figure(network, verdict)
    assert draw_figure(network, verdict) == svg
    told = "".join(judged(svg).itertext())
    for layer in network.layers:
        assert layer.name in told


@st.composite
def wired(draw: st.DrawFn) -> Architecture:
    """Layers of which some read earlier ones past those between, and some are models."""
    count = draw(st.integers(3, 24))
    layers = [Layer(name="l0", type="InputLayer", shapes=(Shape((64, 64, 3)),))]
    for at in range(1, count):
        earlier = draw(st.lists(st.integers(0, at - 1), max_size=2))
        inputs = tuple(dict.fromkeys(f"l{one}" for one in (at - 1, *earlier)))
        side = draw(st.sampled_from((1, 8, 16, 32, 64)))
        shape = (draw(st.sampled_from((Shape((side, side, 4)), Shape((side,))))),)
        kind = draw(st.sampled_from(("Conv2D", "Add", "Flatten", "UpSampling2D")))
        inner: tuple[Layer, ...] = ()
        if draw(st.integers(0, 9)) == 0:
            kind = "Functional"
            start = Layer(name="start", type="InputLayer", shapes=shape)
            inner = (start, Layer(name="end", type="Conv2D", inputs=("start",), shapes=shape))
        outputs = ("end",) if inner else ()
        layers.append(
            Layer(
                name=f"l{at}", type=kind, inputs=inputs, shapes=shape, layers=inner, outputs=outputs
            )
        )
    return chain(*layers)


@given(wired(), st.booleans())
@settings(quick, max_examples=40)
def test_every_connection_of_random_wirings_is_drawn_or_told(
    network: Architecture, checked: bool
) -> None:
    svg = draw_figure(network, lv.check(lenet5()[0], network) if checked else None)
    root = judged(svg)
    stage = places(root)
    drawn = passing(root)
    undrawn = "".join(texts(root)).partition("not drawn: ")[2]
    titles = [group.findtext(f"{SVG}title") or "" for group in root.iter(f"{SVG}g")]
    missing = {at for at, title in enumerate(titles) if title.endswith(": missing")}
    for layer in network.layers:
        own = stage.get(layer.name, stage.get(f"{layer.name}/end"))
        assert own is not None
        for source in layer.inputs:
            start = stage.get(source, stage.get(f"{source}/end"))
            assert start is not None
            between = set(range(min(start, own) + 1, max(start, own))) - missing
            assert not between or start == own or (start, own) in drawn or undrawn, source


def test_of_too_many_connections_the_others_are_told() -> None:
    def maps(at: int) -> Layer:
        inputs = tuple(f"l{one}" for one in range(at))
        return Layer(
            name=f"l{at}",
            type="Add" if at else "InputLayer",
            inputs=inputs,
            shapes=(Shape((2 * at + 2, 64, 4)),),
        )

    words = texts(judged(draw_figure(chain(*map(maps, range(12))))))
    assert any(word.startswith("Connections that are not drawn: l0 to ") for word in words)


def test_a_lane_that_is_fed_from_the_middle_of_another_says_so() -> None:
    def maps(name: str, side: int, *inputs: str) -> Layer:
        kind = "Conv2D" if inputs else "InputLayer"
        return Layer(name=name, type=kind, inputs=inputs, shapes=(Shape((side, side, 4)),))

    layers = (
        maps("in", 64),
        maps("one", 32, "in"),
        maps("two", 16, "one"),
        maps("coarse", 8, "two"),
        maps("up", 32, "two"),
        maps("fine", 32, "up", "one"),
    )
    network = Architecture(title="x", inputs=("in",), outputs=("coarse", "fine"), layers=layers)
    words = texts(judged(draw_figure(network)))
    assert words[-1] == "Connections that are not drawn: one to fine"


def chain(*layers: Layer, title: str = "a network") -> Architecture:
    return Architecture(
        title=title, inputs=(layers[0].name,), outputs=(layers[-1].name,), layers=layers
    )


NAMES = st.sampled_from(HOSTILE) | st.text(max_size=40)
SIZES = st.integers(1, 5000) | st.none()
SHAPES = st.none() | st.lists(SIZES, max_size=5).map(lambda sizes: (Shape(tuple(sizes)),))
TYPES = st.sampled_from(["Conv2D", "Dense", "MaxPooling2D", "LSTM", "Flatten"]) | NAMES


@given(NAMES, st.lists(st.tuples(NAMES, TYPES, SHAPES), min_size=1, max_size=30))
@settings(quick, max_examples=80)
def test_whatever_a_network_is_called_nothing_of_it_is_markup(
    title: str, drawn: list[tuple[str, str, tuple[Shape, ...] | None]]
) -> None:
    layers: list[Layer] = []
    for at, (name, kind, shapes) in enumerate(drawn):
        inputs = (layers[-1].name,) if layers else ()
        config = {"kernel_size": [3, 3], "strides": [2, 2]} if "2D" in kind else {}
        own = f"{name}{at}"
        layers.append(
            Layer(name=own, type=kind, inputs=inputs, shapes=shapes, activation=name, config=config)
        )
    root = judged(draw_figure(chain(*layers, title=title)))
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert tags <= {"svg", "title", "desc", "style", "rect", "g", "polygon", "polyline", "text"}
    assert not any(key.startswith("on") for element in root.iter() for key in element.attrib)
    told = "".join(root.itertext())
    for layer in layers:
        assert visible(layer.name, None) in told


def deep(count: int) -> Architecture:
    """Convolutions in a row, by threes of one shape."""
    layers = [Layer(name="in", type="InputLayer", shapes=(Shape((256, 256, 3)),))]
    for at in range(count):
        side = 256 >> (at // 24)
        layers.append(
            Layer(
                name=f"conv{at}",
                type="Conv2D",
                inputs=(layers[-1].name,),
                shapes=(Shape((side, side, 8 * (at // 3 + 1))),),
                params=1,
            )
        )
    return chain(*layers)


@pytest.mark.parametrize(("count", "columns"), [(15, 16), (16, 7), (45, 16), (48, 3), (1000, 16)])
def test_long_networks_are_folded_and_the_words_below_say_so(count: int, columns: int) -> None:
    network = deep(count)
    root = judged(draw_figure(network))
    assert len(list(root.iter(f"{SVG}g"))) <= columns
    told = "".join(root.itertext())
    assert all(f"{layer.name}:" in told for layer in network.layers)
    assert ("stands for" in told) == (count > 15)


def test_equal_layers_in_a_row_are_one_stage_with_their_number() -> None:
    words = texts(judged(draw_figure(deep(18))))
    assert "8@256x256 ×3" in words
    assert "Convolutions ×3" in words
    assert "conv 8@256x256 ×3 stands for 3 layers: conv0 to conv2" in words


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["add_16", "add_17", "add_18"], "add"),
        (["b3_conv1", "b3_conv2"], "b3_conv"),
        (["x", "y"], "x … y"),
    ],
)
def test_a_fold_is_called_what_its_layers_have_in_common(names: list[str], told: str) -> None:
    layers = [Layer(name="in", type="InputLayer", shapes=(Shape((8, 8, 1)),))]
    for name in names:
        layers.append(
            Layer(name=name, type="Conv2D", inputs=(layers[-1].name,), shapes=(Shape((8, 8, 4)),))
        )
    words = texts(judged(draw_figure(chain(*layers), most=len(names))))
    assert told in words
    assert f"4@8x8 ×{len(names)}" in words


def test_inputs_and_outputs_have_lanes_of_their_own() -> None:
    def dense(name: str, *inputs: str, units: int = 8) -> Layer:
        return Layer(name=name, type="Dense", inputs=inputs, shapes=(Shape((units,)),), params=9)

    layers = (
        Layer(name="a", type="InputLayer", shapes=(Shape((4,)),)),
        Layer(name="b", type="InputLayer", shapes=(Shape((5,)),)),
        dense("left", "a"),
        dense("right", "b"),
        Layer(name="both", type="Concatenate", inputs=("left", "right"), shapes=(Shape((16,)),)),
        dense("x", "both"),
        dense("y", "both"),
        replace(dense("idle", "a"), reaches_output=False),
    )
    network = Architecture(title="two", inputs=("a", "b"), outputs=("x", "y"), layers=layers)
    root = judged(draw_figure(network))
    words = texts(root)
    assert words[-3:] == ["Inputs: a, b", "Outputs: x, y", words[-1]]
    assert words[-1] == "On no way to an output, and not drawn: idle"
    heights = {box.text: box.top for box in boxes(root)}
    assert heights["a"] < heights["both: layer"] < heights["b"]
    assert heights["x: layer"] < heights["both: layer"] < heights["y: layer"]
    heads = [one for one in root.iter(f"{SVG}polygon") if one.get("class") == "head"]
    assert len(heads) == 3  # into the first layers of the trunk and of both outputs
    joins = [one for one in root.iter(f"{SVG}polyline") if len(one.get("points", "").split()) == 3]
    assert len(joins) == 4


def test_branches_are_a_block_and_connections_past_stages_are_lines_below() -> None:
    def maps(name: str, kind: str, side: int, *inputs: str) -> Layer:
        return Layer(
            name=name, type=kind, inputs=inputs, shapes=(Shape((side, side, 4)),), params=2
        )

    residual = chain(
        maps("in", "InputLayer", 8),
        maps("one", "Conv2D", 8, "in"),
        maps("two", "Conv2D", 8, "one"),
        maps("sum", "Add", 8, "two", "in"),
    )
    words = texts(judged(draw_figure(residual)))
    assert words[-1] == "sum 4@8x8 stands for 3 layers, some in branches: one to sum"
    u_net = chain(
        maps("in", "InputLayer", 64),
        maps("down", "Conv2D", 64, "in"),
        maps("p1", "MaxPooling2D", 32, "down"),
        maps("p2", "MaxPooling2D", 16, "p1"),
        maps("u1", "UpSampling2D", 32, "p2"),
        maps("m1", "Add", 32, "u1", "p1"),
        maps("u2", "UpSampling2D", 64, "m1"),
        maps("m2", "Add", 64, "u2", "down"),
    )
    root = judged(draw_figure(u_net))
    words = texts(root)
    shapes = [word for word in words if re.fullmatch(r"4@\d+x\d+", word)]
    assert shapes == [f"4@{side}x{side}" for side in (64, 64, 32, 16, 32, 64)]
    assert passing(root) == {(1, 5), (2, 4)}
    assert not any("not drawn" in word for word in words)


def nested_lenet5(**facts: object) -> Architecture:
    """LeNet-5 whose first four layers are a model of their own."""
    network = lenet5()[1]
    layers = {layer.name: layer for layer in network.layers}
    start = replace(layers["input"], name="start")
    inner = (
        start,
        replace(layers["C1"], inputs=("start",)),
        *(layers[name] for name in ("S2", "C3", "S4")),
    )
    maps = replace(layers["S4"], name="maps", type="Functional", inputs=("input",), layers=inner)
    counts = {"params": 2572, "trainable": 2572, "non_trainable": 0}
    maps = replace(maps, outputs=("S4",), config={}, **counts, **facts)
    rest = (layers[name] for name in ("C5", "F6", "output"))
    flatten = replace(layers["flatten"], inputs=("maps",))
    return replace(network, layers=(layers["input"], maps, flatten, *rest))


def test_a_nested_model_is_opened() -> None:
    spec, network = lenet5()
    words = texts(judged(draw_figure(nested_lenet5())))
    assert [word for word in words if word.startswith("maps/")] == [
        *("maps/C1", "maps/S2", "maps/C3", "maps/S4"),
    ]
    checked = draw_figure(nested_lenet5(), lv.check(spec, nested_lenet5()))
    assert texts(judged(checked)) == texts(judged(draw_figure(network, lv.check(spec, network))))


def test_what_is_broken_inside_of_a_nested_model_is_marked_there() -> None:
    network = nested_lenet5()
    inner = network.layers[1].layers
    inner = (*inner[:3], replace(inner[3], activation="relu"), inner[4])
    network = nested_lenet5(layers=inner)
    words = texts(judged(draw_figure(network, lv.check(lenet5()[0], network))))
    assert words.count("✗ broken") == 1
    assert words.index("✗ broken") == words.index("C3: feature maps") + 2
    assert "✗ C3 broken: activation: tanh expected, relu observed" in words


def test_a_model_that_is_called_twice_is_a_block() -> None:
    network = nested_lenet5(calls=(("input",), ("input",)))
    words = texts(judged(draw_figure(network)))
    assert "Nested model" in words
    assert "maps 16@5x5 stands for a model of 5 layers" in words


def test_what_is_of_variable_or_unknown_size_is_drawn_dashed() -> None:
    shapes = [(None, None, 3), (None, 64), (None,), (8, 8, None), None]
    layers = [
        Layer(
            name=f"l{at}",
            type="Lambda",
            inputs=(f"l{at - 1}",) if at else (),
            shapes=None if sizes is None else (Shape(sizes),),
        )
        for at, sizes in enumerate(shapes)
    ]
    svg = draw_figure(chain(*layers))
    words = texts(judged(svg))
    assert {"3@NonexNone", "Nonex64", "None", "shape unknown"} <= set(words)
    drawn = []
    for group in ElementTree.fromstring(svg).iter(f"{SVG}g"):
        shape = next(group.iter(f"{SVG}polygon"))
        points = [tuple(map(float, one.split(","))) for one in shape.get("points", "").split()]
        drawn.append(shape.get("class"))
        for axis in (0, 1):
            numbers = [point[axis] for point in points]
            assert max(numbers) - min(numbers) >= 4
    assert drawn == ["unseen", "unseen", "unseen", "maps", "unseen"]


BROKEN = {
    "strides: 1, activation: tanh}\n  S2": "padding: same, activation: tanh}\n  S2",
    "  F6:      {type: Dense, units: 84, activation: tanh}\n": "",
}


def broken_lenet5(tmp_path: Path) -> tuple[lv.Spec, Architecture]:
    spec, _ = lenet5()
    recipe = Path("spec/lenet5.yaml").read_text(encoding="utf-8").partition("\nclaims:")[0]
    for old, new in BROKEN.items():
        assert old in recipe
        recipe = recipe.replace(old, new)
    file = tmp_path / "broken.yaml"
    file.write_text(recipe + "\n", encoding="utf-8")
    return spec, lv.infer(lv.load_spec(file))


def test_what_is_broken_is_marked_in_shape_and_word(tmp_path: Path) -> None:
    spec, network = broken_lenet5(tmp_path)
    root = judged(draw_figure(network, lv.check(spec, network)))
    words = texts(root)
    assert "✗ broken" in words
    assert "✗ missing" in words
    assert "✗ C1 broken: output: 6@28x28 expected, 6@32x32 observed" in words
    classes = {shape.get("class") for shape in root.iter(f"{SVG}polygon")}
    assert {"broken-solid", "missing"} <= classes
    # F6 stands where it belongs
    order = [word.split(":")[0] for word in words if word.split(":")[0] in ("C5", "F6", "output")]
    assert order[:3] == ["C5", "F6", "output"]


def test_what_is_missing_behind_a_flatten_stands_in_front_of_what_follows() -> None:
    spec, network = lenet5()
    layers = tuple(
        replace(one, inputs=("flatten",)) if one.name == "output" else one
        for one in network.layers
        if one.name not in ("C5", "F6")
    )
    network = replace(network, layers=layers)
    words = texts(judged(draw_figure(network, lv.check(spec, network))))
    assert [word for word in words if word in ("C5", "F6", "output")] == ["C5", "F6", "output"]


def test_what_is_unknown_is_not_drawn_as_if_it_held() -> None:
    spec, network = lenet5()
    unknown = {"output": "a custom layer"}
    layers = tuple(
        replace(one, shapes=None, unknown=unknown) if one.name == "C3" else one
        for one in network.layers
    )
    network = replace(network, layers=layers)
    root = judged(draw_figure(network, lv.check(spec, network)))
    words = texts(root)
    assert "shape unknown" in words
    assert "? unknown" in words
    assert any(re.match(r"\? C3 unknown: .*a custom layer", word) for word in words)


def test_a_deviation_that_is_accepted_is_marked_as_one() -> None:
    spec, network = lenet5()
    layers = tuple(
        replace(one, activation="linear") if one.name == "output" else one for one in network.layers
    )
    network = replace(network, layers=layers)
    accepted = Deviation("output", "activation", "linear", "the loss takes logits")
    verdict = lv.check(spec, network, deviations=[accepted])
    root = judged(draw_figure(network, verdict))
    words = texts(root)
    assert "≈ deviates" in words
    assert any(word.startswith("≈ output deviates: activation: softmax exp") for word in words)
    assert "deviates-solid" in {shape.get("class") for shape in root.iter(f"{SVG}polygon")}


def test_a_fold_tells_how_many_of_its_layers_are_broken() -> None:
    spec, network = lenet5()
    layers = tuple(
        replace(one, activation="relu") if one.name in ("C1", "F6") else one
        for one in network.layers
    )
    network = replace(network, layers=layers)
    verdict = lv.check(spec, network)
    assert texts(judged(draw_figure(network, verdict))).count("✗ broken") == 2
    words = texts(judged(draw_figure(network, verdict, most=3)))
    assert "✗ 2 broken" in words
    assert "✗ broken" not in words


def test_a_network_of_which_nothing_is_known_says_why() -> None:
    unknown = {"layers": "it is opaque"}
    nothing = Architecture(title="x", inputs=(), outputs=(), layers=(), unknown=unknown)
    assert "Its layers are unknown: it is opaque" in texts(judged(draw_figure(nothing)))


def test_of_unknown_connections_no_picture_says_that_they_are_not_there() -> None:
    rows = tuple(Layer(name=name, type="Dense", unknown={"inputs": "opaque"}) for name in "ab")
    network = Architecture(
        title="x", layers=rows, inputs=(), outputs=(), unknown={"layers": "opaque"}
    )
    why = "Its layers are unknown: opaque"
    words = texts(judged(draw_figure(network)))
    assert why in words
    assert "Not drawn: a" in words
    assert f">{why}</FONT>" in draw_graph(network)
    assert f"<b>x</b><br/>{why.replace(':', '#58;')}" in draw_mermaid(network)


def luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_have_the_contrast_of_wcag_aa(theme: str) -> None:
    colours = COLOURS[theme]
    for role in ("ink", "muted", "holds", *MARKED):
        assert contrast(colours[role], colours["ground"]) >= 4.5, role
    for role in ("edge", "line", *MARKED):
        assert contrast(colours[role], colours["ground"]) >= 3, role
    for role in MARKED:
        assert contrast(colours[role], colours[f"{role}-fill"]) >= 3, role


def test_the_theme_is_the_readers_unless_one_is_asked_for() -> None:
    _, network = lenet5()
    auto, light, dark = (draw_figure(network, theme=one) for one in ("auto", "light", "dark"))
    assert "prefers-color-scheme: dark" in auto
    assert "prefers-color-scheme" not in light + dark
    ground = {one: f"fill: {COLOURS[one]['ground']}" for one in COLOURS}
    assert ground["light"] in auto
    assert ground["dark"] in auto
    assert ground["dark"] not in light
    assert ground["light"] not in dark


def test_a_screen_reader_is_told_what_there_is_to_see() -> None:
    root = ElementTree.fromstring(draw_figure(lenet5()[1]))
    assert root.get("role") == "img"
    named = (root.get("aria-labelledby") or "").split()
    by_id = {element.get("id"): element.text for element in root.iter()}
    title, about = (by_id[one] or "" for one in named)
    assert title == "LeNet-5"
    assert "C1 feature maps 6@28x28, then S2 feature maps 6@14x14" in about


def test_two_runs_give_the_same_bytes() -> None:
    code = (
        "import sys, lenet_verify as lv; from random import Random\n"
        "from lenet_verify.drawings.figure import draw_figure\n"
        "from tests.mutation.growing import random_network\n"
        "from tests.mutation.static import architecture\n"
        "spec = lv.load_spec('spec/lenet5.yaml')\n"
        "for seed in range(12):\n"
        "    network = architecture(random_network(Random(seed)))\n"
        "    sys.stdout.write(draw_figure(network, lv.check(spec, network)))\n"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(filter(None, sys.path))},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1] != b""


def test_widths_are_those_of_the_font() -> None:
    for bold, file in ((False, "DejaVuSans.ttf"), (True, "DejaVuSans-Bold.ttf")):
        real = TTFont(FONTS / file)
        glyphs, advances = real.getBestCmap(), real["hmtx"]
        assert ADVANCES[bold] == {one: advances[glyphs[ord(one)]][0] for one in ADVANCES[bold]}
        for character in map(chr, range(0xA0, 0x800)):
            if ord(character) in glyphs:
                assert width(character, 2048, bold) >= advances[glyphs[ord(character)]][0]


@given(st.text(max_size=60), st.floats(20, 400))
@settings(quick, max_examples=100)
def test_what_is_fitted_fits(text: str, room: float) -> None:
    short = fitted(text, room, 12)
    assert short == text or (width(short, 12) <= room and short.endswith("…"))
    assert all(width(line, 12) <= room for line in wrapped(text, room, 12, 3))
    assert all(width(line, 17, True) <= room for line in wrapped(text, room, 17, bold=True))
    assert len(wrapped(text, room, 12, 3)) <= 3


@pytest.mark.parametrize("letter", ["t", "f", "i", "r", ".", "W", "t "])
def test_a_bold_title_is_measured_as_bold(letter: str) -> None:
    layers = [Layer(name="in", type="InputLayer", shapes=(Shape((40,)),))]
    for units in (30, 20, 10):
        shapes = (Shape((units,)),)
        layers.append(
            Layer(name=f"d{units}", type="Dense", inputs=(layers[-1].name,), shapes=shapes)
        )
    judged(draw_figure(chain(*layers, title=letter * 150)))


def test_a_label_of_unknown_width_stands_over_the_middle_of_its_tensor() -> None:
    _, network = lenet5()
    layers = tuple(
        replace(
            one,
            name="第一层" if one.name == "C1" else one.name,
            inputs=("第一层",) if one.name == "S2" else one.inputs,
        )
        for one in network.layers
    )
    middles = {
        box.text: (box.left + box.right) / 2
        for box in boxes(judged(draw_figure(replace(network, layers=layers))))
    }
    assert middles["第一层"] == pytest.approx(middles["6@28x28"], abs=0.1)


def test_texts_are_held_to_their_width_in_other_fonts() -> None:
    root = ElementTree.fromstring(draw_figure(lenet5()[1]))
    for text in root.iter(f"{SVG}text"):
        assert is_known(text.text or "")
        bold = text.get("font-weight") == "bold"
        wide = width(text.text or "", float(text.get("font-size", "")), bold)
        assert float(text.get("textLength", "")) == pytest.approx(wide, abs=0.01)
