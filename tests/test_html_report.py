"""The HTML report as a text: complete, well-formed, and inert whatever the names in it are."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

import lenet_verify as lv
from lenet_verify.cli import main
from lenet_verify.notation import as_text
from lenet_verify.renderers import gate_renderer
from lenet_verify.renderers.html import render_html
from lenet_verify.renderers.html.anchors import Anchors
from lenet_verify.renderers.html.chapter import Chapter
from lenet_verify.report import Provenance, Report, Undecided
from lenet_verify.spec import Limits
from lenet_verify.verdict import Outcome, Row
from tests.pages import FAULTY, LENET, RECIPE, Element, page
from tests.test_hostile_names import FORBIDDEN, NAMES, TEXTS, commands_in, long_spec, spec_of

OUTCOMES = ("holds", "broken", "unknown", "deviates", "skipped", "unchecked")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, with the paper's spec, a right network and a faulty one."""
    (tmp_path / "lenet5.yaml").write_text(LENET, encoding="utf-8")
    (tmp_path / "right.yaml").write_text(RECIPE, encoding="utf-8")
    (tmp_path / "faulty.yaml").write_text(FAULTY, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def printed(capfd, *arguments) -> str:
    main([*map(str, arguments), "--format", "html"])
    return capfd.readouterr().out


@pytest.fixture
def faulty(folder, capfd) -> str:
    return printed(capfd, "lenet5.yaml", "--model", "faulty.yaml", "--static")


def report_of(path: Path, model: Path | None = None, causes: bool = False) -> Report:
    spec = lv.load_spec(path)
    architecture = lv.infer(lv.load_spec(model) if model else spec)
    verdict = lv.check(spec, architecture)
    why = lv.explain(spec, architecture, verdict) if causes else None
    return Report(spec, architecture, verdict, Provenance("somehow", ()), causes=why)


def rows(root: Element, part: str) -> list[Element]:
    return root.one("section", id=part).one("tbody").all("tr")


# ---- the file ----------------------------------------------------------------------------------


def test_policy_allows_exactly_its_own_style_and_script(faulty):
    root = page(faulty)
    policy = root.one("meta", http_equiv="Content-Security-Policy").attributes["content"]

    def digest(tag: str) -> str:
        (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", faulty, re.DOTALL)
        return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

    assert policy.split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{digest('style')}'",
        f"script-src 'sha256-{digest('script')}'",
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
    ]
    # it has to stand before all that it is to hold for
    assert faulty.index("Content-Security-Policy") < faulty.index("<style")


def test_page_is_sound(faulty):
    sound(page(faulty))


def sound(root: Element) -> None:
    """Ids are unique, what refers to one finds it, nothing is loaded, no attribute acts."""
    every = root.all()
    ids = [one.attributes["id"] for one in every if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    for one in every:
        for key, value in one.attributes.items():
            assert not re.match(r"on|style$|src|action|formaction|xlink|ping|background", key), key
            if key == "href":
                assert re.match(r"#|https?://", value), value
                assert not value.startswith("#") or value[1:] in ids, value
            if key in ("aria-labelledby", "aria-describedby"):
                assert set(value.split()) <= set(ids), value
            if key == "id":
                assert re.fullmatch(r"[\w.-]+", value), value
    kinds = {one.tag for one in every}
    assert not kinds & {"img", "link", "iframe", "object", "form", "base", "use", "image"}
    assert [one.tag for one in every].count("script") == 1
    assert [one.tag for one in every].count("style") == 1
    levels = [int(one.tag[1]) for one in every if re.fullmatch("h[1-6]", one.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_nothing_of_the_machine_is_in_it(faulty, folder):
    for told in (str(folder), str(Path(lv.__file__).parent), sys.version.split()[0]):
        assert told not in faulty


@pytest.mark.parametrize("name", ["lenet5.yaml", "hostile.yaml"])
def test_bytes_are_the_same_under_every_hash_seed(folder, name):
    (folder / "hostile.yaml").write_text(spec_of(NAMES, 3), encoding="utf-8")
    code = "import sys; from lenet_verify.cli import main; sys.exit(main(sys.argv[1:]))"
    arguments = [name, "--model", "faulty.yaml", "--static", "--format", "html"]
    found = {
        subprocess.run(
            [sys.executable, "-c", code, *arguments],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1
    assert found.pop().startswith(b"<!DOCTYPE html>\n")


def test_a_file_has_what_is_printed(folder, capfd):
    arguments = ["lenet5.yaml", "--model", "faulty.yaml", "--static"]
    assert main([*arguments, "--format", "html", "--output", "html=out/page.html"]) == 1
    assert (folder / "out" / "page.html").read_text(encoding="utf-8") == capfd.readouterr().out


# ---- what it says ------------------------------------------------------------------------------


def test_verdict_comes_first_and_its_causes_next(faulty):
    root = page(faulty)
    assert root.one("head").one("title").text == "✗ LeNet-5: 12 facts broken"
    assert root.one("h1").text == "LeNet-5"
    assert root.one(class_="verdict").text == "✗ 12 facts broken"
    assert "Checked: faulty.yaml, by inference alone, against lenet5.yaml." in root.text
    titles = [one.text for one in root.all("h2")]
    assert titles == [
        "What would mend it", "Skipped (3)", "The network", "Claims", "Layers", "Facts",
        "Claim coverage", "Sources and provenance",
    ]  # fmt: skip
    causes = root.one("ol", class_="causes").children
    assert [one.one(class_="edit").text for one in causes] == [
        'C1 padding "same" → "valid"',
        "S4 MaxPooling2D → AveragePooling2D",
        'C5 activation "relu" → "tanh"',
    ]
    assert causes[0].one("summary").text == "9 more facts that follow from it"


def test_every_fact_is_there_expected_against_observed(folder):
    report = report_of(folder / "lenet5.yaml", folder / "faulty.yaml", causes=True)
    root = page(render_html([report]))
    told = [[cell.text for cell in row.children] for row in rows(root, "facts")]
    for one in report.verdict.findings:
        said = [
            cells
            for cells in told
            if cells[0].endswith(one.outcome.value)
            and cells[1:3] == [one.layer, one.fact]
            and cells[5] == (one.claim or "structure")
        ]
        assert said, one
        if one.outcome is Outcome.BROKEN:
            assert [as_text(one.expected), as_text(one.observed)] in [one[3:5] for one in said]
    assert len(told) == len(report.verdict.findings)


def test_every_claim_is_there_with_its_quote_and_source(folder):
    report = report_of(folder / "lenet5.yaml", folder / "faulty.yaml")
    root = page(render_html([report]))
    for row, claim in zip(rows(root, "claims"), report.spec.claims, strict=True):
        assert row.attributes["id"] == f"claim-{claim.id}"
        for text in (claim.quote, claim.source, claim.where, claim.why, claim.unchecked):
            assert " ".join((text or "").split()) in row.text


def test_layers_tell_shapes_parameters_and_activations(faulty):
    cells = {
        row.attributes["id"]: [cell.text for cell in row.children]
        for row in rows(page(faulty), "layers")
    }
    assert cells["layer-F6"][1:6] == [
        "F6", "Dense ✓, as claimed", "84 ✓, as claimed", "10,164 ✓, as claimed",
        "tanh ✓, as claimed",
    ]  # fmt: skip
    assert cells["layer-C1"][3] == "6@28x28 expected6@32x32 observed"
    assert cells["layer-S4"][2] == "AveragePooling2D expectedMaxPooling2D observed"
    assert "input: 16@10x10 expected, 16@12x12 observed" in cells["layer-S4"][6]


@pytest.mark.parametrize("static", [True, False])
def test_every_outcome_is_told_by_shape_and_word(folder, static):
    report = report_of(folder / "lenet5.yaml", folder / "faulty.yaml")
    found = list(report.verdict.findings)
    first = {one.outcome: at for at, one in reversed([*enumerate(found)])}
    holding = [at for at, one in enumerate(found) if one.outcome is Outcome.HOLDS]
    changed = {
        holding[3]: {"outcome": Outcome.UNKNOWN, "observed": None, "reason": "nobody knows"},
        holding[4]: {"outcome": Outcome.DEVIATES, "reason": "on purpose"},
    }
    found = [replace(one, **changed.get(at, {})) for at, one in enumerate(found)]
    assert first.keys() >= {Outcome.BROKEN, Outcome.SKIPPED}
    report = replace(
        report,
        verdict=replace(report.verdict, findings=tuple(found), warnings=("beware <of> it",)),
        provenance=replace(report.provenance, static=static, file=True),
    )
    root = page(render_html([report]))
    sound(root)
    shapes = {"holds": "✓", "broken": "✗", "unknown": "?", "deviates": "≈", "skipped": "–",
              "unchecked": "○"}  # fmt: skip
    tally = root.one(class_="tally").all("li")
    assert [one.text.split()[1:] for one in tally] == [[shapes[word], word] for word in OUTCOMES]
    assert all(one.text.split()[0] != "0" for one in tally)
    told = {row.attributes["data-outcome"] for row in rows(root, "facts") + rows(root, "claims")}
    assert told == set(OUTCOMES)
    for row in root.all("tr"):
        if word := row.attributes.get("data-outcome"):
            assert row.children[0].text == f"{shapes.get(word, '–')} {word}"
    titles = [one.text for one in root.all("h2")]
    assert {"Unknown (1)", "Deviating, as accepted (1)", "Skipped (3)"} <= set(titles)
    for text in ("nobody knows", "on purpose", "Warning: beware <of> it", "Nothing in the file"):
        assert text in root.text
    assert ("by inference alone" in root.one(class_="checked").text) is static


def test_a_right_network_has_nothing_to_mend(folder):
    root = page(render_html([report_of(folder / "lenet5.yaml")]))
    assert root.one("head").one("title").text == "✓ LeNet-5: every claim holds"
    assert root.one(class_="verdict").attributes["class"] == "verdict holds"
    assert root.all(id="causes") == []


# ---- the figure, and what belongs together -----------------------------------------------------


def test_each_part_of_the_figure_leads_to_its_layers(faulty):
    root = page(faulty)
    layers = [row.attributes["id"] for row in rows(root, "layers")]
    parts = {
        link.attributes["href"][1:]: [
            layers[int(number)] for number in link.attributes["data-layers"].split()
        ]
        for link in root.one("svg").all("a")
    }
    names = ("input", "C1", "S2", "C3", "S4", "C5", "F6", "output")
    assert {f"layer-{name}" for name in names} == set(parts)
    assert parts["layer-C5"] == ["layer-flatten", "layer-C5"]
    assert parts["layer-C3"] == ["layer-C3"]


def test_what_is_said_of_a_layer_is_marked_with_it(faulty):
    root = page(faulty)
    at = [row.attributes["id"] for row in rows(root, "layers")].index("layer-C3")
    claims = {
        row.attributes["id"]
        for row in rows(root, "claims")
        if str(at) in row.attributes["data-layers"].split()
    }
    assert claims == {"claim-iv", "claim-tanh", "claim-strides", "claim-parameters"}
    marked = [row for row in rows(root, "facts") if row.attributes["data-layers"] == str(at)]
    assert {row.children[1].text for row in marked} == {"C3"}
    assert len(marked) > 5


def test_missing_and_extra_layers_are_in_both(folder):
    (folder / "short.yaml").write_text(
        RECIPE.replace("  F6:      {type: Dense, units: 84, activation: tanh}\n", "").replace(
            "  flatten:", "  norm: {type: BatchNormalization}\n  flatten:"
        ),
        encoding="utf-8",
    )
    root = page(render_html([report_of(folder / "lenet5.yaml", folder / "short.yaml")]))
    sound(root)
    names = {row.attributes["id"]: row.children[1].text for row in rows(root, "layers")}
    assert names["layer-F6"] == "F6missing"
    assert names["layer-norm"] == "normextra"
    parts = [link.attributes["data-layers"].split() for link in root.one("svg").all("a")]
    for name in ("layer-F6", "layer-norm"):
        assert [str(list(names).index(name)) in part for part in parts].count(True) == 1, name


def test_layers_of_nested_models_are_found_opened_and_whole(folder):
    report = report_of(folder / "lenet5.yaml")
    inside = tuple(lv.Layer(name=name, type="Dense") for name in ("a", "b"))
    nested = lv.Layer(name="inner", type="Sequential", layers=inside)
    architecture = lv.Architecture(
        title="t", inputs=(), outputs=("b",), layers=(nested, lv.Layer(name="c", type="Dense"))
    )
    rows = tuple(Row(None, name) for name in ("a", "b", "c"))
    verdict = replace(report.verdict, rows=rows)
    chapter = Chapter(replace(report, architecture=architecture, verdict=verdict), Anchors(), "", 1)
    assert chapter.layers_named(["inner/b"]) == [1]
    assert chapter.layers_named(["inner"]) == [0, 1]
    assert chapter.layers_named(["c", "inner/a"]) == [0, 2]
    assert chapter.layers_named(["a"], missing=True) == []


def test_layers_of_which_nothing_is_claimed_are_folded(folder):
    (folder / "open.yaml").write_text(
        "format: 1\ntitle: t\nclaims: [{id: a, why: x, expect: {C1: {params: 156}}}]\n"
    )
    root = page(render_html([report_of(folder / "open.yaml", folder / "right.yaml")]))
    sound(root)
    fold = root.one("section", id="layers").one("details", class_="rest")
    assert fold.one("summary").text == "8 layers of which nothing is claimed"
    assert len(fold.one("tbody").all("tr")) == 8
    shown = [row.attributes["id"] for row in root.one(id="layers").all("tr", data_outcome="holds")]
    assert shown == ["layer-C1"]


# ---- many models -------------------------------------------------------------------------------


def test_several_models_are_chapters_after_a_list(folder, capfd):
    models = ("right.yaml", "faulty.yaml", "none.yaml")
    arguments = [text for model in models for text in ("--model", model)]
    root = page(printed(capfd, "lenet5.yaml", *arguments, "--static"))
    sound(root)
    assert root.one("h1").text == "1 of 3 hold, 1 does not, 1 cannot be read"
    listed = [one.text for one in root.one("ul", class_="models").children]
    assert listed[0].startswith("! no verdict none.yaml: ")
    assert listed[1] == "✓ holds LeNet-5, right.yaml: every claim holds"
    assert listed[2].startswith("✗ broken LeNet-5, faulty.yaml: 12 facts broken: C1 output: ")
    assert len(root.all("article", class_="chapter")) == 2
    assert len(root.all("svg")) == 2
    assert root.one(id="m2-layer-C3").children[0].text == "✗ broken"


def test_only_models_without_a_verdict():
    one = Undecided("s::,%0A\n.yaml", "m\r\n::error::x", "\x1b[2J <b> \ud800")
    render = gate_renderer("html")
    assert render is not None
    text = render([], [one])
    sound(page(text))
    assert page(text).one("h1").text == "0 of 1 hold, 1 cannot be read"
    assert "! no verdict m\\x0d\\x0a::error::x: \\x1b[2J <b> \\ud800" in page(text).text


# ---- names from strangers ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def hostile(tmp_path_factory) -> str:
    path = tmp_path_factory.mktemp("names") / "s.yaml"
    path.write_text(spec_of(NAMES, 3), encoding="utf-8")
    return render_html([report_of(path, causes=True)])


def test_hostile_names_are_text(hostile, tmp_path):
    root = page(hostile)
    sound(root)
    assert not FORBIDDEN.search(hostile)
    assert commands_in(hostile) == []
    innocent = {name: f"n{at}" for at, name in enumerate(NAMES)}
    path = tmp_path / "s.yaml"
    path.write_text(spec_of({name: name for name in innocent.values()}, 3), encoding="utf-8")
    plain = page(render_html([report_of(path)]))
    assert {one.tag for one in root.all()} == {one.tag for one in plain.all()}
    keys = {key for one in root.all() for key in one.attributes}
    assert keys == {key for one in plain.all() for key in one.attributes}


def test_hostile_names_are_visible(hostile):
    root = page(hostile)
    claims = [row.children[1].text for row in rows(root, "claims")]
    quotes = [row.one("blockquote").text for row in rows(root, "claims") if row.all("blockquote")]
    layers = [row.children[1].text for row in rows(root, "layers")]
    facts = [row.children[1].text for row in rows(root, "facts")]
    for shown in NAMES.values():
        plain = " ".join(shown.split())
        for texts in (claims, layers, facts):
            assert plain in texts, shown
    for shown in [*TEXTS.values(), "](javascript:alert(3))", "a|b||c"]:
        assert shown in quotes
    titles = " ".join(one.text for one in root.one("svg").all("title"))
    assert "<script>alert(1)" in titles


def test_addresses_of_strangers_lead_nowhere_odd(hostile):
    for one in page(hostile).all("a"):
        assert one.attributes["href"].startswith("#")


def test_addresses_lead_where_they_say(folder):
    address = "    year: 1998\n    url: https://example.org/a?b=1&c\n"
    text = LENET.replace("    year: 1998\n", address)
    (folder / "lenet5.yaml").write_text(text, encoding="utf-8")
    root = page(render_html([report_of(folder / "lenet5.yaml")]))
    found = root.one("section", id="sources").all("a")
    links = {one.attributes["href"]: one for one in found}
    assert set(links) == {"https://doi.org/10.1109/5.726791", "https://example.org/a?b=1&c"}
    assert links["https://example.org/a?b=1&c"].text == "https://example.org/a?b=1&c"


def test_a_megabyte_of_a_name_is_cut(tmp_path):
    (tmp_path / "s.yaml").write_text(long_spec())
    spec = lv.load_spec(tmp_path / "s.yaml", Limits(spec_bytes=20_000_000))
    architecture = lv.infer(spec)
    report = Report(spec, architecture, lv.check(spec, architecture), Provenance("somehow", ()))
    text = render_html([report])
    sound(page(text))
    assert "y" * 200 in text
    assert len(text) < 150_000


def test_names_that_look_alike_have_ids_of_their_own(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text(
        'format: 1\ntitle: t\ninput: 4\nlayers:\n  "a b": {type: Dense, units: 2}\n'
        '  "a?b": {type: Dense, units: 2}\n  "???": {type: Dense, units: 2}\n'
        "claims: [{id: x, why: y, expect: {'a b': {units: 2}}}]\n"
    )
    root = page(render_html([report_of(path)]))
    sound(root)
    ids = [row.attributes["id"] for row in rows(root, "layers")]
    assert ids == ["layer-input", "layer-a-b", "layer-a-b-2", "layer"]
