"""The Mermaid flowchart of a network: every layer, every arrow, the verdict, nothing hostile."""

import re

import pytest

import lenet_verify as lv
from lenet_verify.architecture import Architecture, Layer, Shape
from lenet_verify.drawings.mermaid import draw_mermaid, too_large

_BOX = re.compile(r'^ *(?:subgraph )?(\w+)\["([^"]*)"\]$', re.MULTILINE)
_TEXT = re.compile(r"(?:[^\W_]|[ ,/@()=×·→–—…✓✗≈])+|<b>|</b>|<br/>|#\d+;")
SPEC = """\
format: 1
title: Small
input: 1@8x8
layers:
  conv: {type: Conv2D, filters: 2, kernel_size: 3}
  flat: {type: Flatten}
  out: {type: Dense, units: 3}
claims:
  - {id: a, why: by hand, expect: {conv: {output: 2@6x6}, out: {params: 219}}}
"""


def _spec(tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    return lv.load_spec(tmp_path / name)


def _drawn(tmp_path, theirs=SPEC):
    spec = _spec(tmp_path, "spec.yaml", SPEC)
    model = lv.infer(_spec(tmp_path, "theirs.yaml", theirs))
    return draw_mermaid(model, lv.check(spec, model))


def test_boxes_arrows_and_a_verdict_that_holds(tmp_path):
    text = _drawn(tmp_path)
    assert text == _drawn(tmp_path)
    assert text.splitlines() == [
        "flowchart TB",
        '  n0["<b>input</b><br/>1@8x8<br/>not claimed"]',
        '  n1["<b>conv</b><br/>Conv2D 2 · 3x3<br/>2@6x6 · 20 parameters<br/>✓ holds"]',
        '  n2["<b>flat</b><br/>Flatten<br/>72<br/>✓ holds"]',
        '  n3["<b>out</b><br/>Dense 3<br/>3 · 219 parameters<br/>✓ holds"]',
        "  n0 --> n1",
        "  n1 --> n2",
        "  n2 --> n3",
        "  classDef holds fill:#ffffff,stroke:#00694d,color:#1f2328,stroke-width:1.2px",
        "  class n1,n2,n3 holds",
    ]


def test_what_is_broken_is_on_its_layer(tmp_path):
    text = _drawn(tmp_path, SPEC.replace("kernel_size: 3", "kernel_size: 5"))
    boxes = dict(_BOX.findall(text))
    assert boxes["n1"].endswith("✗ broken<br/>output#58; 2@6x6 expected, 2@4x4 observed")
    assert re.search(r"^  class n1,n3 broken$", text, re.MULTILINE)
    assert re.search(r"^  classDef broken ", text, re.MULTILINE)


def test_a_layer_that_is_missing_stands_between_its_neighbours(tmp_path):
    theirs = SPEC.replace("  flat: {type: Flatten}\n", "").replace("  - {id", "  #")
    theirs = theirs.replace("claims:\n", "")
    text = _drawn(tmp_path, theirs)
    assert dict(_BOX.findall(text))["g0"].startswith("<b>flat</b><br/>✗ missing")
    assert "  n1 -.-> g0\n  g0 -.-> n2\n" in text


def test_a_nested_model_is_a_frame():
    inner = Layer(name="inner", type="Dense", shapes=(Shape((3,)),), params=12)
    entry = Layer(name="in", type="InputLayer", shapes=(Shape((3,)),), params=0)
    nested = Layer(name="outer", type="Functional", inputs=("in",), layers=(inner,), params=12)
    text = draw_mermaid(
        Architecture(title="n", inputs=("in",), outputs=("outer",), layers=(entry, nested))
    )
    assert "  subgraph n1[" in text
    assert '    n2["<b>inner</b>' in text
    assert "  end\n  n0 --> n1\n" in text


HOSTILE = [
    'a"]; click n0 "javascript:alert(1)"', "`c`", "end", '%%{init: {"theme": "dark"}}%%',
    "</b><script>alert(1)</script>", "#quot;#34;", "1. list", "- item", "**bold** _it_",
    "fa:fa-car", "https://x.example", "-->", "$$x^2$$", "\u202ertl", "\n---\ntitle: x\n---", "",
    "```", "<!-- /lenet-verify -->",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_is_read_as_anything_but_text(name):
    layers = (
        Layer(name="in", type="InputLayer", shapes=(Shape((3,)),), params=0),
        Layer(name=name, type=f"mine.{name}", inputs=("in",), activation=name),
        Layer(name="last", type="Dense", inputs=(name,), params=3),
    )
    text = draw_mermaid(Architecture(title=name, inputs=("in",), outputs=("last",), layers=layers))
    header, *boxes, first, second = text.splitlines()
    assert (header, first, second) == ("flowchart TB", "  n0 --> n1", "  n1 --> n2")
    found = _BOX.findall("\n".join(boxes))
    assert [own for own, _ in found] == ["n0", "n1", "n2"]
    for _, label in found:
        assert "".join(_TEXT.findall(label)) == label


def test_what_mermaid_would_refuse_is_known():
    layers = [Layer(name="0", type="Dense", params=0)]
    layers += [Layer(name=f"{at}", type="Dense", inputs=(f"{at - 1}",)) for at in range(1, 502)]
    whole = Architecture(title="long", inputs=("0",), outputs=("501",), layers=tuple(layers))
    assert too_large(draw_mermaid(whole))
    few = Architecture(title="long", inputs=("0",), outputs=("9",), layers=tuple(layers[:10]))
    assert not too_large(draw_mermaid(few))
