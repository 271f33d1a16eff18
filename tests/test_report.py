"""The report: golden files, and invariants that are computed another way."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

import lenet_verify as lv
from lenet_verify.errors import UsageError
from lenet_verify.pictures import lay_out
from lenet_verify.renderers import render_markdown, render_text
from lenet_verify.report import Provenance, Report
from lenet_verify.report_files import compose, distinct_names
from lenet_verify.spec import Deviation
from lenet_verify.verify import Options, verify

ROOT = Path(__file__).parent.parent

PAPER = {
    # typed in: output, parameters, activation
    "C1": ("6@28x28", 156, "tanh"),
    "S2": ("6@14x14", 0, "none"),
    "C3": ("16@10x10", 2416, "tanh"),
    "S4": ("16@5x5", 0, "none"),
    "flatten": ("400", 0, "none"),
    "C5": ("120", 48120, "tanh"),
    "F6": ("84", 10164, "tanh"),
    "output": ("10", 850, "softmax"),
}


@pytest.fixture(scope="module")
def lenet5(request):
    """LeNet-5's report as the command line makes it, from the project's root."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        (report,) = verify(lv.load_spec("spec/lenet5.yaml"), None, Options())
        return compose(report, "lenet5", lay_out)


def without_versions(markdown):
    return re.sub(r"^- Versions: .*$", "- Versions: …", markdown, flags=re.MULTILINE)


def rows_of(markdown, heading):
    """The cells of the table under a heading, code marks taken off."""
    section = markdown.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip().strip("`*") for cell in line.split("|")[1:-1]] for line in lines[2:]]


def test_the_committed_report_is_what_the_program_makes(lenet5):
    """Regenerate with `make reports`, and read the difference."""
    _, files = lenet5
    golden = (ROOT / "reports" / "lenet5.md").read_text(encoding="utf-8")
    assert without_versions(files["lenet5.md"].decode()) == without_versions(golden)
    for drawn in ("lenet5.dot", "lenet5.figure.svg"):
        assert files[drawn] == (ROOT / "reports" / drawn).read_bytes()
    for picture in ("lenet5.svg", "lenet5.png"):
        assert (ROOT / "reports" / picture).stat().st_size


def test_first_line_is_the_verdict(lenet5):
    _, files = lenet5
    assert files["lenet5.md"].decode().splitlines()[0] == "# ✓ LeNet-5: every claim holds"


def test_layer_table_has_the_papers_numbers(lenet5):
    _, files = lenet5
    rows = {row[1]: row for row in rows_of(files["lenet5.md"].decode(), "Layers")}
    for name, (output, params, activation) in PAPER.items():
        mark, _, _, *cells, claims = rows[name]
        assert mark == "✓"
        assert cells == [output] * 2 + [f"{params:,}"] * 2 + [activation] * 2
        assert "parameters" in claims


def test_parameters_of_the_layers_add_up_to_the_total(lenet5):
    """Summed from the printed table, against the printed total and the number typed in."""
    _, files = lenet5
    markdown = files["lenet5.md"].decode()
    column = [row[6] for row in rows_of(markdown, "Layers")]
    totals = {row[1]: row for row in rows_of(markdown, "Totals, and the model as a whole")}
    assert sum(int(cell.replace(",", "")) for cell in column) == 61706
    assert totals["params"][2:4] == ["61,706", "61,706"]


def test_shapes_follow_from_the_kernels(lenet5):
    """Each printed shape from the one before, by the arithmetic of the recipe's numbers."""
    report, _ = lenet5
    side, maps = 32, 1
    for layer in report.spec.layers:
        if layer.type == "Conv2D":
            side, maps = side - layer.arguments["kernel_size"][0] + 1, layer.arguments["filters"]
        elif layer.type == "AveragePooling2D":
            side //= layer.arguments["strides"][0]
        else:
            break
        assert PAPER[layer.name][0] == f"{maps}@{side}x{side}"


def test_every_claim_and_quote_is_there(lenet5):
    report, files = lenet5
    plain = files["lenet5.md"].decode().replace("\\", "")
    for claim in report.spec.claims:
        assert f" {claim.id}: " in plain
        assert claim.quote is None or " ".join(claim.quote.split()) in plain
        assert claim.unchecked is None or " ".join(claim.unchecked.split()) in plain


def test_provenance_binds_the_spec(lenet5):
    import hashlib

    _, files = lenet5
    digest = hashlib.sha256((ROOT / "spec" / "lenet5.yaml").read_bytes()).hexdigest()
    assert digest in files["lenet5.md"].decode()


def test_coverage_names_what_no_claim_pins(lenet5):
    report, files = lenet5
    assert "Claims pin 25 of 25 facts" in files["lenet5.md"].decode()
    claims = tuple(c for c in report.spec.claims if c.id not in ("tanh", "greyscale", "i"))
    spec = replace(report.spec, claims=claims)
    verdict = lv.check(spec, report.architecture)
    text = render_markdown([replace(report, spec=spec, verdict=verdict)])
    assert "Claims pin 20 of 25 facts" in text
    unpinned = re.search(r"Pinned by no claim: (.*)\.", text)[1].split(", ")
    assert sorted(unpinned) == [
        "activation of C1", "activation of C3", "activation of C5", "activation of F6",
        "output of input",
    ]  # fmt: skip


def test_pictures_are_linked_only_if_they_are_there(lenet5):
    report, files = lenet5
    markdown = files["lenet5.md"].decode()
    for name in ("lenet5.figure.svg", "lenet5.svg", "lenet5.png", "lenet5.dot"):
        assert f"({name})" in markdown
        assert files[name]
    plain, fewer = compose(replace(report, pictures=()), "lenet5", None)
    assert set(fewer) == {"lenet5.md", "lenet5.html", "lenet5.figure.svg", "lenet5.dot"}
    assert plain.pictures == ("lenet5.figure.svg", "lenet5.dot")
    assert b"lenet5.svg" not in fewer["lenet5.md"]
    assert b"lenet5.png" not in fewer["lenet5.md"]


def test_the_picture_has_every_layer_shape_and_count(lenet5):
    _, files = lenet5
    svg = ET.fromstring(files["lenet5.svg"])
    said = [t.text for t in svg.iter("{http://www.w3.org/2000/svg}text")]
    for name, (output, params, _) in PAPER.items():
        assert name in said
        assert output in said
        assert params == 0 or f"{params:,} parameters" in said
    assert said.count("holds") + said.count("✓ holds") >= 9


def broken_report():
    """LeNet-5 with relu in C1, without F6, with one more layer, checked by inference alone."""
    spec = lv.load_spec(ROOT / "spec" / "lenet5.yaml")
    whole = lv.infer(spec)
    layers = [
        replace(layer, activation="relu", config={**layer.config, "activation": "relu"})
        if layer.name == "C1"
        else replace(layer, inputs=("C5",))
        if layer.name == "output"
        else layer
        for layer in whole.layers
        if layer.name != "F6"
    ]
    architecture = replace(whole, layers=tuple(layers), compiled=None)
    verdict = lv.check(spec, architecture, model="theirs:lenet5")
    return Report(spec, architecture, verdict, Provenance("by hand", ()))


def test_a_broken_report_says_what_is_broken():
    text = render_markdown([broken_report()])
    first, *_ = text.splitlines()
    assert first.startswith("# ✗ LeNet-5: ")
    assert "broken" in first
    assert "- ✗ **C1** activation: tanh expected, relu observed \\[tanh\\], line" in text
    assert "- ✗ **F6** missing" in text
    assert "## Skipped (3)" in text
    assert "### ✗ tanh: broken" in text
    assert "### ✓ ii: holds" in text


def test_terminal_output_groups_by_layer_and_keeps_the_networks_order():
    text = render_text([broken_report()])
    broken = text.split("\nbroken (", 1)[1].split("\nskipped", 1)[0]
    places = re.findall(r"^  • (\S+)$", broken, flags=re.MULTILINE)
    assert places == ["C1", "F6", "model"]
    assert "\x1b" not in text
    coloured = render_text([broken_report()], colour=True)
    assert re.sub(r"\x1b\[\d+m", "", coloured) == text


def test_deviations_are_reported_apart_with_their_reason():
    broken = broken_report()
    deviations = [
        Deviation("C1", "activation", "relu", "it trains faster"),
        Deviation("S2", "strides", 3, "nobody needs this"),
    ]
    verdict = lv.check(broken.spec, broken.architecture, deviations=deviations)
    text = render_markdown([replace(broken, verdict=verdict)])
    assert "## Deviating, as accepted (1)" in text
    assert "it trains faster" in text
    assert "unused-deviation" in text
    assert verdict.count(lv.Outcome.DEVIATES) == 1


def test_reports_never_overwrite_each_other(lenet5):
    report, _ = lenet5
    theirs = replace(report, verdict=replace(report.verdict, model="theirs.models:lenet5"))
    assert distinct_names([report, theirs]) == ["lenet5", "lenet5--theirs.models-lenet5"]
    with pytest.raises(UsageError, match=r"lenet5\.md"):
        distinct_names([report, report])


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("../../etc/x.yaml", "lenet5--etc-x"),
        ("a b:c", "lenet5--a-b-c"),
        (".hidden:x", "lenet5--hidden-x"),
        ("x" * 500, "lenet5--" + "x" * 100),
    ],
)
def test_names_of_reports_are_plain(lenet5, model, name):
    report, _ = lenet5
    theirs = replace(report, verdict=replace(report.verdict, model=model))
    assert distinct_names([theirs]) == [name]


def test_a_spec_of_claims_alone_tells_of_the_claimed_layers_only(tmp_path):
    file = tmp_path / "open.yaml"
    file.write_text(
        "format: 1\ntitle: Open\nclaims:\n"
        "  - {id: a, why: by hand, expect: {'second Conv2D': {output: 16@10x10}}}\n",
        encoding="utf-8",
    )
    spec = lv.load_spec(file)
    architecture = lv.infer(lv.load_spec(ROOT / "spec" / "lenet5.yaml"))
    report = Report(spec, architecture, lv.check(spec, architecture), Provenance("by hand", ()))
    text = render_text([report])
    assert re.findall(r"^✓  (\w+)", text, flags=re.MULTILINE) == ["C3"]
    assert "and 8 layers of which nothing is claimed" in text
    markdown = render_markdown([report])
    assert [row[1] for row in rows_of(markdown, "Layers")] == ["C3"]
    assert "And 8 layers of which nothing is claimed." in markdown
    assert "(extra)" not in markdown


@pytest.mark.parametrize(
    "text",
    ["- x", "---", "+ x", "1. x", "2) x", "=", "# x", "$x$", "https://x.y", "www.x.y", "a@b.c"],
)
def test_text_stays_text_in_markdown(text):
    """Rendered by a parser that is not ours, with what code hosts add to it."""
    markdown_it = pytest.importorskip("markdown_it")
    from lenet_verify.renderers.markdown import escaped

    for block in ("{}", "> {}", "- {}"):
        tokens = markdown_it.MarkdownIt("commonmark").parse(block.format(escaped(text)))
        shown = [token.content for token in tokens if token.type == "inline"]
        (inline,) = [token for token in tokens if token.type == "inline"]
        said = "".join(child.content for child in inline.children)
        assert said == text, shown
        assert {child.type for child in inline.children} <= {"text", "text_special"}
    source = escaped(text)
    assert not re.search(r"(?<!\\)://", source)
    assert "www." not in source
    assert not re.search(r"(?<!\\)[$@]", source)


def test_no_runner_finds_a_command_in_a_text():
    from lenet_verify.visible import visible

    assert visible("x ##[error]y") == "x \\x23#[error]y"


def test_the_terminal_says_what_no_claim_pins(tmp_path):
    file = tmp_path / "half.yaml"
    file.write_text(
        "format: 1\ntitle: Half\ninput: 4\nlayers: {D: {type: Dense, units: 3}}\n"
        "claims: [{id: a, why: by hand, expect: {D: {output: 3}}}]\n",
        encoding="utf-8",
    )
    spec = lv.load_spec(file)
    architecture = lv.infer(spec)
    verdict = lv.check(spec, architecture)
    text = render_text([Report(spec, architecture, verdict, Provenance("by hand", ()))])
    assert (
        "claims pin 1 of 4 facts; no claim on output of input, params of D, activation of D" in text
    )
    unclaimed = replace(spec, claims=())
    verdict = lv.check(unclaimed, architecture)
    text = render_text([Report(unclaimed, architecture, verdict, Provenance("by hand", ()))])
    assert text.startswith("✓ Half: its structure holds, nothing more is claimed\n")


def test_claims_of_a_missing_layer_are_told_of_no_other():
    """Whatever the order of a set: a layer called `output` that the model has not."""
    spec = lv.load_spec(ROOT / "spec" / "lenet5.yaml")
    whole = lv.infer(spec)
    cut = replace(whole, layers=whole.layers[:-1], outputs=("F6",))
    report = Report(spec, cut, lv.check(spec, cut), Provenance("by hand", ()))
    rows = {row[1]: row[-1] for row in rows_of(render_markdown([report]), "Layers")}
    assert rows["F6"] == "vii-F6, tanh, parameters"
    assert rows["output** (missing)"] == "vi, parameters"
