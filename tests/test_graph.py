"""The diagram: right by an independent witness, inert whatever names it is given."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pydot
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lenet_verify.architecture import Architecture, Layer, Shape
from lenet_verify.cli import main
from lenet_verify.drawings.graph import draw_graph
from lenet_verify.drawings.graph_label import INK, LINE, LOOKS, MUTED
from lenet_verify.drawings.graph_theme import IN_THE_DARK, darkened
from lenet_verify.drawings.telling import LONGEST_NAME, shortened, summary
from lenet_verify.pictures import lay_out
from lenet_verify.verdict import Finding, Outcome, Pairing, Verdict

HOSTILE = [
    "<script>alert(1)</script>",
    '"];x[',
    '" URL="https://example.org',
    "|",
    r"\N",
    r"\l",
    r"\G \E \T \H \L",
    "back\\",
    "\x1b[2J",
    "nul\x00nul",
    "\u202egnp.exe",
    "lone\ud800surrogate",
    "line\nbreak",
    "\ufffe\uffff",
    "&lt;&#65;&amp;&#45;",
    "<title>t</title>",
    ' id="node1" xmlns:xlink="x" font-family="DejaVu Sans"',
    "<!-- c --> -->",
    "]]>",
    "{a|b}",
    "->",
    "n0:port",
    "",
    " ",
    "'\"`$(id)",
    "../../x",
    "名前 é ✓",
]


def layer(name: str, *inputs: str, sizes: tuple[int, ...] = (8,), **facts: Any) -> Layer:
    given: dict[str, Any] = {"type": "Dense", "params": 0, "shapes": (Shape(sizes),), **facts}
    return Layer(name=name, inputs=inputs, **given)


def architecture(*layers: Layer, title: str = "a network") -> Architecture:
    ends = (layers[0].name,), (layers[-1].name,)
    return Architecture(title=title, inputs=ends[0], outputs=ends[1], layers=layers, params=61_706)


def finding(outcome: Outcome, where: str, fact: str = "output", **facts: Any) -> Finding:
    return Finding(**{"code": "shape", "layer": where, "fact": fact, "outcome": outcome, **facts})


def verdict(*findings: Finding, alignment: Mapping[str, tuple[str, ...]]) -> Verdict:
    pairs = tuple(Pairing(name, there, "order") for name, there in alignment.items())
    return Verdict(spec="spec/x.yaml", model=None, findings=findings, alignment=pairs)


def lenet5() -> Architecture:
    def convolution(name: str, source: str, filters: int, size: int, params: int) -> Layer:
        return layer(
            name, source, sizes=(size, size, filters), type="Conv2D", params=params,
            activation="tanh", config={"filters": filters, "kernel_size": (5, 5),
            "strides": (1, 1), "padding": "valid"},
        )  # fmt: skip

    def pooling(name: str, source: str, filters: int, size: int) -> Layer:
        config = {"pool_size": (2, 2), "strides": (2, 2), "padding": "valid"}
        sizes = (size, size, filters)
        return layer(name, source, sizes=sizes, type="AveragePooling2D", config=config)

    def dense(name: str, source: str, units: int, params: int, activation: str) -> Layer:
        config = {"units": units}
        return layer(
            name, source, sizes=(units,), params=params, activation=activation, config=config
        )

    return architecture(
        layer("image", sizes=(32, 32, 1), type="InputLayer"),
        convolution("conv2d", "image", 6, 28, 156),
        pooling("pool", "conv2d", 6, 14),
        convolution("conv2d_1", "pool", 16, 10, 2416),
        pooling("pool_1", "conv2d_1", 16, 5),
        convolution("conv2d_2", "pool_1", 120, 1, 48_120),
        layer("flatten", "conv2d_2", sizes=(120,), type="Flatten"),
        dense("dense", "flatten", 84, 10_164, "tanh"),
        dense("dense_1", "dense", 10, 850, "softmax"),
        title="LeNet-5",
    )


PAPER = {
    "input": ("image",), "C1": ("conv2d",), "S2": ("pool",), "C3": ("conv2d_1",),
    "S4": ("pool_1",), "C5": ("conv2d_2",), "F6": ("dense",), "output": ("dense_1",),
}  # fmt: skip


def cards(dot: str) -> list[str]:
    """The words of the heading and of every card, as a person reads them."""
    labels = re.findall(r"label=<(<TABLE.*?</TABLE>)>", dot)
    return [" ".join(ElementTree.fromstring(label).itertext()) for label in labels]


def card(dot: str, name: str) -> str:
    (found,) = [words for words in cards(dot)[1:] if name in words.split()]
    return found


def edges(dot: str) -> set[tuple[str, str]]:
    """All the edges of a DOT text, those of subgraphs too."""
    (graph,) = pydot.graph_from_dot_data(dot)
    return {(edge.get_source(), edge.get_destination()) for edge in _edges(graph)}


def _edges(graph: Any) -> Iterator[Any]:
    yield from graph.get_edges()
    for subgraph in graph.get_subgraphs():
        yield from _edges(subgraph)


# ---- right ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def keras() -> Any:
    return pytest.importorskip("keras")


def from_keras(model: Any) -> tuple[Layer, ...]:
    """The layers of a functional model, by its serialised configuration alone."""
    layers = []
    for config, own in zip(model.get_config()["layers"], model.layers, strict=True):
        calls = tuple(tuple(_sources(node["args"])) for node in config["inbound_nodes"])
        inner: dict[str, Any] = {}
        if config["class_name"] == "Functional":
            ends = config["config"]["output_layers"]
            ends = [ends] if isinstance(ends[0], str) else ends
            inner = {"layers": from_keras(own), "outputs": tuple(end[0] for end in ends)}
        layers.append(
            Layer(
                name=config["config"]["name"],
                type=config["class_name"],
                inputs=calls[0] if calls else (),
                calls=calls if len(calls) > 1 else (),
                **inner,
            )
        )
    return tuple(layers)


def _sources(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "keras_history" in value:
            yield value["keras_history"][0]
        for inside in value.values():
            yield from _sources(inside)
    elif isinstance(value, list | tuple):
        for inside in value:
            yield from _sources(inside)


def leaves(layers: Any) -> Iterator[Any]:
    """Layers in the order in which both diagrams name them; nested models are clusters."""
    for one in layers:
        inner = getattr(one, "layers", ())
        if inner:
            yield from leaves(inner)
        else:
            yield one


def witnessed(keras: Any, model: Any) -> set[tuple[str, str]]:
    """The edges of Keras's own diagram, under our identifiers."""
    dot = keras.utils.model_to_dot(model, expand_nested=True)
    names = {str(id(own)): f"n{at}" for at, own in enumerate(leaves(model.layers))}
    return {(names[edge.get_source()], names[edge.get_destination()]) for edge in _edges(dot)}


def lenet_model(keras: Any) -> Any:
    image = keras.Input((32, 32, 1))
    flow = keras.layers.Conv2D(6, 5, activation="tanh")(image)
    flow = keras.layers.AveragePooling2D(2)(flow)
    flow = keras.layers.Conv2D(16, 5, activation="tanh")(flow)
    flow = keras.layers.AveragePooling2D(2)(flow)
    flow = keras.layers.Conv2D(120, 5, activation="tanh")(flow)
    flow = keras.layers.Flatten()(flow)
    flow = keras.layers.Dense(84, activation="tanh")(flow)
    return keras.Model(image, keras.layers.Dense(10, activation="softmax")(flow))


def branching_model(keras: Any) -> Any:
    """Branches, a layer called twice, one tensor read twice, two inputs and two outputs."""
    left, right = keras.Input((8,)), keras.Input((8,))
    shared = keras.layers.Dense(4)
    a, b = shared(left), shared(right)
    joined = keras.layers.Concatenate()([a, b])
    squared = keras.layers.Multiply()([joined, joined])
    added = keras.layers.Add()([joined, squared])
    return keras.Model([left, right], [keras.layers.Dense(1)(added), squared])


def nested_model(keras: Any) -> Any:
    """A model in a model in a model; the middle one has two inputs and is called twice."""
    seen = keras.Input((8,))
    core = keras.Model(seen, keras.layers.Dense(8)(keras.layers.Dense(8)(seen)))
    one, two = keras.Input((8,)), keras.Input((8,))
    pair = keras.Model([one, two], keras.layers.Add()([core(one), two]))
    x, y = keras.Input((8,)), keras.Input((8,))
    return keras.Model([x, y], keras.layers.Subtract()([pair([x, y]), pair([y, x])]))


@pytest.mark.parametrize("build", [lenet_model, branching_model, nested_model])
def test_the_edges_are_those_of_keras_own_diagram(keras: Any, build: Any) -> None:
    model = build(keras)
    dot = draw_graph(architecture(*from_keras(model)))
    expected = witnessed(keras, model)
    assert len(expected) >= 6
    assert edges(dot) == expected


def test_lenet5_reads_as_the_paper_tells_it() -> None:
    findings = [finding(Outcome.HOLDS, name) for name in PAPER]
    dot = draw_graph(lenet5(), verdict(*findings, alignment=PAPER))
    assert [" ".join(words.split()) for words in cards(dot)] == [
        "LeNet-5 ✓ holds · 61,706 parameters",
        "input image 1@32x32 ✓ holds",
        "C1 conv2d 6@28x28 ✓ holds Conv2D 6 · 5x5 · tanh 156 parameters",
        "S2 pool 6@14x14 ✓ holds AveragePooling2D 2x2 / 2",
        "C3 conv2d_1 16@10x10 ✓ holds Conv2D 16 · 5x5 · tanh 2,416 parameters",
        "S4 pool_1 16@5x5 ✓ holds AveragePooling2D 2x2 / 2",
        "C5 conv2d_2 120@1x1 ✓ holds Conv2D 120 · 5x5 · tanh 48,120 parameters",
        "flatten 120 not claimed Flatten",
        "F6 dense 84 ✓ holds Dense 84 · tanh 10,164 parameters",
        "output dense_1 10 ✓ holds Dense 10 · softmax 850 parameters",
    ]


def test_without_a_verdict_nothing_is_judged() -> None:
    dot = draw_graph(lenet5())
    words = " ".join(cards(dot))
    assert not re.search(r"holds|broken|claimed|unknown|✓|✗", words)
    assert "bgcolor=white" in dot
    assert 'fontname="DejaVu Sans"' in dot


@pytest.mark.parametrize(
    ("kind", "config", "activation", "expected"),
    [
        ("Conv2D", {"filters": 64, "kernel_size": (7, 7), "strides": (2, 2), "padding": "same"},
         "linear", "Conv2D 64 · 7x7 / 2 · same"),
        ("Conv2D", {"filters": 8, "kernel_size": [3, 1], "strides": [2, 1], "groups": 4,
         "dilation_rate": (2, 2)}, "relu", "Conv2D 8 · 3x1 / 2x1 · dilation 2x2 · groups 4 · relu"),
        ("MaxPooling2D", {"pool_size": 3, "strides": 1}, None, "MaxPooling2D 3 / 1"),
        ("Dropout", {"rate": 0.5, "seed": None}, None, "Dropout 0.5"),
        ("ZeroPadding2D", {"padding": ((1, 1), (2, 2))}, None, "ZeroPadding2D 1x1, 2x2"),
        ("mypkg>Gate", {}, None, "mypkg>Gate"),
        ("Activation", {}, "relu", "Activation relu"),
    ],
)  # fmt: skip
def test_a_layer_in_a_few_words(
    kind: str, config: dict[str, Any], activation: str | None, expected: str
) -> None:
    assert summary(Layer(name="x", type=kind, config=config, activation=activation)) == expected


# ---- the verdict is visible, and in words -------------------------------------------------------


def test_every_outcome_has_its_word_and_a_look_of_its_own() -> None:
    model = architecture(*(layer(outcome.value) for outcome in Outcome), layer("other"))
    findings = [
        finding(Outcome.HOLDS, "p-holds"),
        finding(Outcome.BROKEN, "p-broken", expected="6@28x28", observed="6@32x32"),
        finding(Outcome.UNKNOWN, "p-unknown", "params", expected=7, reason="it is a Lambda"),
        finding(Outcome.DEVIATES, "p-deviates", "activation", expected="softmax",
                observed="linear", reason="the loss takes logits"),
        finding(Outcome.SKIPPED, "p-skipped", "rate", reason="never trained"),
    ]  # fmt: skip
    alignment = {f"p-{outcome.value}": (outcome.value,) for outcome in Outcome}
    dot = draw_graph(model, verdict(*findings, alignment=alignment))
    assert "✗ 1 broken, 1 unknown of 5 facts" in cards(dot)[0]
    assert "✓ holds" in card(dot, "p-holds")
    broken = card(dot, "p-broken")
    assert "✗ broken" in broken
    assert "output: 6@28x28 expected, 6@32x32 observed" in broken
    assert "? unknown" in card(dot, "p-unknown")
    assert "params: unknown, it is a Lambda" in card(dot, "p-unknown")
    assert "≈ deviates" in card(dot, "p-deviates")
    text = "activation: softmax expected, linear observed; the loss takes logits"
    assert text in card(dot, "p-deviates")
    assert "– skipped" in card(dot, "p-skipped")
    assert "not claimed" in card(dot, "other")
    (graph,) = pydot.graph_from_dot_data(dot)
    nodes = [node for node in graph.get_nodes() if re.fullmatch(r"n\d+", node.get_name())]
    looks = [tuple(node.get(key) for key in ("style", "penwidth", "peripheries")) for node in nodes]
    assert len(set(looks)) == len(nodes) == 6


def test_a_card_sums_up_its_findings() -> None:
    """Broken outweighs the rest; a fact that several claims state is told once, with its sign."""
    wrong = finding(Outcome.BROKEN, "C1", expected="6@28x28", observed="6@32x32")
    other = finding(Outcome.UNKNOWN, "C1", "params", reason="opaque")
    found = verdict(
        finding(Outcome.HOLDS, "C1", "type"), wrong, wrong, other, alignment={"C1": ("conv2d",)}
    )
    words = card(draw_graph(lenet5(), found), "C1")
    assert "✗ broken" in words
    assert words.count("6@28x28 expected") == 1
    assert "? params: unknown, opaque" in words


def test_many_broken_facts_are_counted_not_listed() -> None:
    wrong = [finding(Outcome.BROKEN, "C1", f"fact{at}", expected=at) for at in range(100)]
    words = card(draw_graph(lenet5(), verdict(*wrong, alignment={"C1": ("conv2d",)})), "C1")
    assert "fact6" in words
    assert "fact7" not in words
    assert "and 93 more" in words


def test_an_extra_layer_is_marked() -> None:
    extra = finding(Outcome.BROKEN, "pool", "layer", code="extra-layer", reason="it computes")
    words = card(draw_graph(lenet5(), verdict(extra, alignment={})), "pool")
    assert "✗ extra" in words
    assert "it computes" in words


def test_an_extra_layer_is_the_models_even_if_the_paper_has_one_of_that_name() -> None:
    extra = finding(Outcome.BROKEN, "pool", "layer", code="extra-layer")
    dot = draw_graph(lenet5(), verdict(extra, alignment={"pool": ("dense",)}))
    assert "✗ extra" in next(words for words in cards(dot) if words.split()[0] == "pool")
    assert "extra" not in card(dot, "dense")


def test_missing_layers_are_ghosts_between_their_neighbours() -> None:
    whole = lenet5()
    kept = [one for one in whole.layers if one.name not in ("conv2d_2", "dense")]
    lack = [finding(Outcome.BROKEN, name, "layer", code="missing-layer") for name in ("C5", "F6")]
    lack += [
        finding(Outcome.BROKEN, "F6", "layer", code="missing-layer", expected="Dense"),
        finding(Outcome.BROKEN, "F6", "units", code="missing-layer", expected=84, reason="none"),
    ]
    alignment = {**PAPER, "C5": (), "F6": ()}
    model = architecture(*kept)
    dot = draw_graph(model, verdict(*lack, alignment=alignment))
    assert "✗ missing" in card(dot, "C5")
    assert card(dot, "F6").endswith("✗ missing Dense expected units: 84 expected")
    assert edges(dot) - edges(draw_graph(model)) == {("n4", "g0"), ("g0", "g1"), ("g1", "n6")}
    assert edges(dot) > edges(draw_graph(model))
    (graph,) = pydot.graph_from_dot_data(dot)
    assert "dashed" in graph.get_node("g0")[0].get("style")


def test_a_missing_layer_that_the_alignment_does_not_place_is_drawn_all_the_same() -> None:
    lack = finding(Outcome.BROKEN, "F6", "layer", code="missing-layer")
    assert "✗ missing" in card(draw_graph(lenet5(), verdict(lack, alignment={})), "F6")


def test_findings_of_the_model_and_of_nothing_drawn_are_in_the_heading() -> None:
    found = verdict(
        finding(Outcome.BROKEN, "model", "params", expected=61_706, observed=61_720),
        finding(Outcome.HOLDS, "model", "depth"),
        finding(Outcome.BROKEN, "C9", "units", expected=84),
        alignment=PAPER,
    )
    heading = cards(draw_graph(lenet5(), found))[0]
    assert "params: 61,706 expected, 61,720 observed" in heading
    assert "C9 units: 84 expected, none observed" in heading
    assert "depth" not in heading


def test_a_verdict_that_claims_nothing_does_not_hold() -> None:
    assert "nothing claimed" in cards(draw_graph(lenet5(), verdict(alignment={})))[0]


def test_accepted_deviations_are_told_in_the_heading() -> None:
    found = verdict(finding(Outcome.DEVIATES, "C1"), alignment=PAPER)
    assert "≈ holds, 1 deviating as accepted" in cards(draw_graph(lenet5(), found))[0]


def test_layers_that_share_a_name_of_the_paper() -> None:
    found = verdict(finding(Outcome.HOLDS, "C1"), alignment={"C1": ("conv2d", "pool")})
    dot = draw_graph(lenet5(), found)
    assert "✓ holds" in card(dot, "conv2d")
    assert "part of C1" in card(dot, "pool")


def test_a_layer_that_stands_for_two_of_the_paper() -> None:
    found = verdict(alignment={"depthwise": ("conv2d",), "pointwise": ("conv2d",)})
    assert "depthwise + pointwise" in card(draw_graph(lenet5(), found), "conv2d")


def test_a_layer_without_effect_is_marked() -> None:
    side = layer("side", "conv2d", reaches_output=False)
    dot = draw_graph(architecture(*lenet5().layers, side))
    assert "does not reach the output" in card(dot, "side")
    assert re.search(r"n1 -> n9 \[style=dashed\]", dot)
    found = finding(Outcome.BROKEN, "side", "layer", code="unreachable-layer", observed="Dense")
    judged = draw_graph(architecture(*lenet5().layers, side), verdict(found, alignment={}))
    words = " ".join(card(judged, "side").split())
    assert words == "side 8 ✗ broken Dense does not reach the output"


def test_what_is_unknown_is_said() -> None:
    dot = draw_graph(architecture(layer("x", shapes=None, params=None)))
    assert "shape unknown" in card(dot, "x")
    assert "parameters unknown" in card(dot, "x")


def test_inner_layers_show_their_own_outcome() -> None:
    inner = (layer("in", type="InputLayer"), layer("d", "in"))
    nest = layer("nest", "x", type="Functional", layers=inner, outputs=("d",))
    model = architecture(layer("x"), nest, layer("d", "nest"))
    found = verdict(
        finding(Outcome.HOLDS, "embedding"),
        finding(Outcome.BROKEN, "inside", model_layer="nest/d", expected=1, observed=2),
        alignment={"embedding": ("nest",), "inside": ("nest/d",)},
    )
    dot = draw_graph(model, found)
    assert "✓ holds" in card(dot, "embedding")
    assert "✗ broken" in card(dot, "inside")
    assert "not claimed" in cards(dot)[-1]


def test_a_nested_model_leaves_the_word_to_the_layers_inside() -> None:
    """Whatever of the many ways a checker names an inner layer."""
    core = layer("core", type="Functional", layers=(layer("d"), layer("e")), outputs=("e",))
    nest = layer("nest", "x", type="Functional", layers=(core,), outputs=("core",))
    model = architecture(layer("x"), nest, layer("d", "nest"))
    for name in ("core/d", "nest/d", "nest/core/d"):
        found = verdict(finding(Outcome.HOLDS, "F6", model_layer=name), alignment={"F6": (name,)})
        words = [" ".join(card.split()) for card in cards(draw_graph(model, found))[1:]]
        assert words == [
            "x 8 not claimed Dense",
            "nest 8 Functional",
            "core 8 Functional",
            "F6 d 8 ✓ holds Dense",
            "e 8 not claimed Dense",
            "d 8 not claimed Dense",
        ]


def test_edges_of_a_nested_model_end_at_its_frame() -> None:
    """At the frame's head, so that none crosses its title; several outputs leave the whole."""
    inner = (layer("in", type="InputLayer"), layer("a", "in"), layer("b", "in"))
    one = layer("one", "x", type="Functional", layers=inner, outputs=("a",))
    two = layer("two", "one", type="Functional", layers=inner, outputs=("a", "b"))
    dot = draw_graph(architecture(layer("x"), one, two, layer("y", "two")))
    assert "n0 -> n1 [lhead=cluster_0]" in dot
    assert "n2 -> n4 [lhead=cluster_1]" in dot
    assert "n5 -> n7 [ltail=cluster_1]" in dot


def test_all_text_has_the_contrast_of_wcag_aa() -> None:
    for look in LOOKS.values():
        for ink in (look.ink, INK, MUTED):
            assert contrast(ink, look.fill) >= 4.5, (ink, look.fill)
        assert contrast(look.ink, "#ffffff") >= 4.5
        ground, fill = IN_THE_DARK["white"], IN_THE_DARK[look.fill]
        for ink in (look.ink, INK, MUTED):
            assert contrast(IN_THE_DARK[ink], fill) >= 4.5, (ink, look.fill)
        assert contrast(IN_THE_DARK[look.ink], ground) >= 4.5
    for line, ground in ((LINE, "white"), (LINE, "#ffffff")):
        assert contrast(line, "#ffffff") >= 3
        assert contrast(IN_THE_DARK[line], IN_THE_DARK[ground]) >= 3


def test_in_the_dark_no_light_colour_is_left_and_no_text_is_changed() -> None:
    hostile = '="#ffffff" bgcolor=white ="#1f2328"'
    network = Architecture(
        title=hostile, inputs=(), outputs=(), layers=(replace(layer("a"), name=hostile),)
    )
    dark = darkened(draw_graph(network))
    light = draw_graph(network)
    attributes = re.compile(r'="(#[0-9a-f]{6})"')
    assert set(attributes.findall(light)) <= set(IN_THE_DARK)
    used = ["white", *attributes.findall(light)]
    assert set(attributes.findall(dark)) == {IN_THE_DARK[one] for one in used}
    assert dark.count("=&quot;#ffffff&quot; bgcolor=white =") == 2


@pytest.mark.parametrize("theme", ["dark", "auto"])
def test_the_laid_out_graph_is_light_or_dark_as_it_should_be(theme: str, tmp_path: Path) -> None:
    file = tmp_path / "a.svg"
    model = "spec/lenet5.yaml"
    assert main(["draw", model, "--style", "graph", "--theme", theme, "-qo", str(file)]) == 0
    root = ElementTree.parse(file).getroot()
    ground = root.find(".//{*}polygon")
    assert ground is not None
    style = root.findtext("{*}style") or ""
    rules = dict(re.findall(r'\[fill="([^"]+)"\] \{ fill: (#\w+) \}', style))
    if theme == "dark":
        assert (ground.get("fill"), rules) == (IN_THE_DARK["white"], {})
    else:
        assert ground.get("fill") == "white"
        assert "prefers-color-scheme: dark" in style
        used = {one.get("fill") for one in root.iter()} - {None, "none"}
        assert rules == {one: IN_THE_DARK[one or ""] for one in used}


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


# ---- inert and deterministic --------------------------------------------------------------------


def hostile_architecture(names: list[str]) -> tuple[Architecture, Verdict]:
    """Each text in every place where a stranger's text may stand."""
    layers = [
        layer(name, *names[at - 1 : at] if at else (), type=name, activation=name,
              config={"padding": name, "units": name})
        for at, name in enumerate(names)
    ]  # fmt: skip
    findings = [
        finding(outcome, f"paper{name}", name, code=code, expected=name, observed=[name],
                reason=name, model_layer=name)
        for name in names
        for code, outcome in (("shape", Outcome.BROKEN), ("opaque", Outcome.UNKNOWN))
    ]  # fmt: skip
    findings += [finding(Outcome.BROKEN, "model", name, expected=name) for name in names]
    findings += [finding(Outcome.BROKEN, f"no{name}", code="missing-layer") for name in names[:3]]
    alignment = {f"paper{name}": (name,) for name in names}
    model = architecture(*layers, title=names[0])
    return model, verdict(*findings, alignment=alignment)


def is_inert(dot: str, count: int) -> None:
    """Nothing but our own identifiers, and no attribute that loads, links or runs anything."""
    (graph,) = pydot.graph_from_dot_data(dot)
    names = {node.get_name() for node in graph.get_nodes()} - {"node", "edge", "graph"}
    assert names == {f"n{at}" for at in range(count)} | {f"g{at}" for at in range(min(3, count))}
    known = {"label", "color", "fillcolor", "fontcolor", "penwidth", "peripheries", "style"}
    for node in graph.get_nodes():
        if node.get_name() in names:
            assert set(node.get_attributes()) <= known


def test_hostile_names_are_literal_and_inert() -> None:
    model, found = hostile_architecture(HOSTILE)
    dot = draw_graph(model, found)
    is_inert(dot, len(HOSTILE))
    svg = lay_out(dot, ("svg",))["svg"].decode()
    root = ElementTree.fromstring(svg)
    tags = {element.tag.partition("}")[2] for element in root.iter()}
    assert tags <= {"svg", "title", "desc", "g", "polygon", "path", "polyline", "text"}
    assert not any("href" in key or key.startswith("on") for e in root.iter() for key in e.attrib)
    shown = [element.text or "" for element in root.iter() if element.tag.endswith("}text")]
    for name in HOSTILE:
        assert any(shortened(name) in text for text in shown), name
        assert any(shortened(f"paper{name}") in text for text in shown), name
    assert {r"\N", r"\G \E \T \H \L"} <= {text.strip() for text in shown}
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\ufffe\uffff\ud800-\udfff]", svg)


def test_a_name_of_a_megabyte() -> None:
    name = "m" * 1_000_000
    dot = draw_graph(*hostile_architecture([name]))
    assert len(dot) < 20_000
    assert "m" * (LONGEST_NAME - 1) + "…" in dot


NAMES = st.lists(
    st.text(st.characters(exclude_categories=()), max_size=60), min_size=1, max_size=40, unique=True
)


@given(NAMES)
@settings(max_examples=50, deadline=None)
def test_any_names_make_sound_dot(names: list[str]) -> None:
    pygraphviz = pytest.importorskip("pygraphviz")
    dot = draw_graph(*hostile_architecture(names))
    is_inert(dot, len(names))
    graph = pygraphviz.AGraph(string=dot)
    real = {(a, b) for a, b in graph.edges() if not {a[0], b[0]} & {"g"}}
    assert real == {(f"n{at - 1}", f"n{at}") for at in range(1, len(names))}


@given(NAMES)
@example(["two  blanks", "  "])
@settings(max_examples=10, deadline=None)
def test_any_names_are_literal_in_the_picture(names: list[str]) -> None:
    model = architecture(*(layer(name) for name in names))
    root = ElementTree.fromstring(lay_out(draw_graph(model), ("svg",))["svg"])
    shown = [element.text for element in root.iter() if element.tag.endswith("}text")]
    # Graphviz keeps blanks apart that SVG would run together, as no-break spaces
    told = [(text or "").replace("\N{NO-BREAK SPACE}", " ") for text in shown[2:]]
    wanted = [shortened(name).replace("\N{NO-BREAK SPACE}", " ") for name in names]
    assert [text for text in told if text not in ("8", "Dense")] == [
        text for text in wanted if text not in ("8", "Dense")
    ]


SCRIPT = """
import sys
sys.path.insert(0, {tests!r})
from test_graph import HOSTILE, draw_graph, hostile_architecture
sys.stdout.buffer.write(draw_graph(*hostile_architecture(HOSTILE)).encode())
"""


def test_the_same_bytes_whatever_the_hash_seed(request: pytest.FixtureRequest) -> None:
    root = str(request.path.parent.parent)
    script = SCRIPT.format(tests=str(request.path.parent))
    texts = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": root, "LC_ALL": "C"},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "4242")
    }
    assert len(texts) == 1
    assert texts == {draw_graph(*hostile_architecture(HOSTILE)).encode()}


def test_three_hundred_layers_are_no_burden() -> None:
    import time

    rows = [layer(f"l{at}", *([f"l{at - 1}"] if at else [])) for at in range(300)]
    draw_graph(architecture(*rows[:2]))
    start = time.perf_counter()
    draw_graph(architecture(*rows))
    assert time.perf_counter() - start < 1
