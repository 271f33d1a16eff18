"""Names and texts from strangers (case 28): literal and visible in every output, active in none."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

import lenet_verify as lv
from lenet_verify.drawings.graph import draw_graph
from lenet_verify.errors import SpecError
from lenet_verify.renderers import RENDERERS
from lenet_verify.renderers.markdown import code, render_markdown
from lenet_verify.report import Provenance, Report
from lenet_verify.report_files import compose
from lenet_verify.visible import visible
from tests.picture_only import elements_of

# how a stranger writes it, and how everybody sees it
NAMES = {
    "<script>alert(1)": "<script>alert(1)",
    "<img src=x onerror=alert(2)>": "<img src=x onerror=alert(2)>",
    '"];x[': '"];x[',
    "|": "|",
    "a|b||c": "a|b||c",
    "](javascript:alert(3))": "](javascript:alert(3))",
    "![i](u)": "![i](u)",
    "[a][b]": "[a][b]",
    "`rm`": "`rm`",
    "=1+1": "=1+1",
    "\x1b[2J": "\\x1b[2J",
    "a\0b": "a\\x00b",
    "\u202ecba": "\\u202ecba",
    "\x85\u2028\x9b31m": "\\x85\\u2028\\x9b31m",
    "\n::error::x": "\\x0a::error::x",
    "::error::y": "::error::y",
    "  ::error::z": "  ::error::z",
    "\r\n::stop-commands::w": "\\x0d\\x0a::stop-commands::w",
    "\\N\\G\\l": "\\N\\G\\l",
    "&lt;b&gt;&#0;": "&lt;b&gt;&#0;",
    "%n%s{x}${x}": "%n%s{x}${x}",
    "**b** _i_ ~~s~~": "**b** _i_ ~~s~~",
    "# h": "# h",
    "@me #1 <e@example.org>": "@me #1 <e@example.org>",
    "a\ufeffb\u200bc\U000e0041": "a\\ufeffb\\u200bc\\U000e0041",
    "\ufffe\uffff": "\\ufffe\\uffff",
}
TEXTS = {
    "../../x": "../../x",
    "</text></svg><script>alert(4)</script>": "</text></svg><script>alert(4)</script>",
    "-->]]><!DOCTYPE x>": "-->]]><!DOCTYPE x>",
    "<!--": "<!--",
    "<a href='javascript:alert(5)'>": "<a href='javascript:alert(5)'>",
}
FILE = ".a`|](u)\n::error::x.yaml"
FORBIDDEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
MEGABYTE = 2**20

# in one process, since Keras takes seconds to load: each command's streams go to files
DRIVER = """\
import json, os, sys
from lenet_verify.cli import main
for name, arguments in json.load(open(sys.argv[1])).items():
    for descriptor, stream in ((1, "out"), (2, "err")):
        file = os.open(f"{name}.{stream}", os.O_WRONLY | os.O_CREAT)
        os.dup2(file, descriptor)
    code = main(arguments)
    sys.stdout.flush()
    sys.stderr.flush()
    with open(f"{name}.code", "w") as file:
        file.write(str(code))
"""


def quoted(text: str) -> str:
    """A text as YAML's double-quoted scalar."""
    escapes = {'"': '\\"', "\\": "\\\\"}
    return (
        '"'
        + "".join(escapes.get(c) or (c if c.isprintable() else f"\\U{ord(c):08x}") for c in text)
        + '"'
    )


def spec_of(names: dict[str, str], units: int, more: str = "") -> str:
    """A spec with a layer and a claim for each name, and every text in every free field."""
    everything = " ".join([*names, *TEXTS])
    lines = ["format: 1", f"title: {quoted(everything)}", "sources:"]
    for at, name in enumerate([*names, *TEXTS]):
        free = ", ".join(f"{key}: {quoted(name)}" for key in ("title", "doi", "url", "note"))
        lines.append(f"  {quoted(f'{at} {name}')}: {{{free}, authors: [{quoted(name)}]}}")
    lines += ["input: 4", "layers:"]
    lines += [f"  {quoted(name)}: {{type: Dense, units: 2}}" for name in names]
    lines += [
        "  last: {type: Dense, units: 2}",
        *([more] if more else []),
        "outputs: last",
        "claims:",
    ]
    for at, name in enumerate(names):
        text = quoted(name)
        source = quoted(f"{at} {name}")
        lines.append(
            f"  - {{id: {text}, source: {source}, where: {text}, quote: {text}, why: {text}, "
            f"expect: {{{text}: {{units: {units}}}}}}}"
        )
    lines += ["  - id: chain", "    why: so that names are values too", "    expect:"]
    for before, name in pairwise(names):
        lines.append(f"      {quoted(name)}: {{inputs: {quoted(before)}}}")
    for name in TEXTS:
        text = quoted(name)
        lines.append(f"  - {{id: {text}, quote: {text}, why: {text}, unchecked: {text}}}")
    return "\n".join(lines) + "\n"


def long_spec(letter: str = "y") -> str:
    """A spec whose title, layer, claim, quote and source are a megabyte long each."""
    name = letter * MEGABYTE
    return f"""\
format: 1
title: t{name}
sources:
  ? {quoted("s" + name)}
  : {{title: u{name}}}
input: 4
layers:
  ? {quoted("l" + name)}
  : {{type: Dense, units: 2}}
claims:
  - id: c{name}
    source: s{name}
    quote: q{name}
    expect:
      ? {quoted("l" + name)}
      : {{units: 3}}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory, run_cli):
    """Every run that needs Keras."""
    folder = tmp_path_factory.mktemp("hostile") / "inner" / "most"
    folder.mkdir(parents=True)
    unread = f"  {quoted('unread' + chr(10) + '::error::unread')}: {{type: Flatten, inputs: input}}"
    (folder / "pass.yaml").write_text(spec_of(NAMES, 2), encoding="utf-8")
    (folder / "fail.yaml").write_text(spec_of(NAMES, 3, unread), encoding="utf-8")
    (folder / "long.yaml").write_text(long_spec(), encoding="utf-8")
    larger = ["--limit", "spec-bytes=20000000"]
    commands = {
        **{f: ["pass.yaml", "fail.yaml", "--format", f] for f in ("text", "json", "markdown")},
        **{
            f"long-{f}": ["long.yaml", *larger, "--format", f] for f in ("text", "json", "markdown")
        },
    }
    (folder / "input.yaml").write_text(
        'format: 1\ntitle: t\ninputs: {"::error::in": 4}\n'
        "layers: {f: {type: Flatten}}\nclaims: [{id: a, why: x, expect: {f: {output: 4}}}]\n"
    )
    commands["input"] = ["input.yaml"]
    (folder / FILE).write_text((folder / "input.yaml").read_text())
    commands["file"] = [FILE, "--model", "../most/input.yaml", "--out", "out"]
    (folder / "commands.json").write_text(json.dumps(commands))
    subprocess.run([sys.executable, "-c", DRIVER, "commands.json"], cwd=folder, check=True)
    return folder


def read(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "surrogatepass")


def texts_of(folder: Path) -> dict[str, str]:
    """All that was printed and written as text, by name."""
    files = [*folder.glob("*.out"), *folder.glob("*.err"), *folder.glob("reports/*.md")]
    for kind in ("dot", "svg", "html"):
        files += folder.glob(f"reports/*.{kind}")
    return {path.name: read(path) for path in files}


def test_case_28_the_runs_come_to_their_verdicts(folder):
    codes = {path.stem: path.read_text() for path in folder.glob("*.code")}
    kinds = ("text", "json", "markdown")
    failing = (*kinds, *(f"long-{kind}" for kind in kinds))
    assert codes == {**dict.fromkeys(failing, "1"), "input": "0", "file": "0"}
    text = read(folder / "text.out")
    assert len(re.findall("^✓ .*: every claim holds$", text, re.MULTILINE)) == 1
    assert len(re.findall(rf"^✗ .*: {len(NAMES) + 1} facts broken$", text, re.MULTILINE)) == 1
    assert text.endswith("\n1 of 2 hold\n")


def test_case_28_no_output_has_a_character_that_acts(folder):
    texts = texts_of(folder)
    assert len(texts) == 8 + 8 + 4 * 5
    for name, text in texts.items():
        # Graphviz's own indentation
        text = text.replace("\n\t", "\n") if name.endswith(".dot") else text
        assert not FORBIDDEN.search(text), name


def commands_in(text: str) -> list[str]:
    """The lines that a runner would obey; it looks at them without their leading white space."""
    return [line for line in re.split("[\r\n]", text) if line.lstrip().startswith("::")]


@pytest.mark.parametrize("kind", ["json", "markdown", "svg", "dot", "md", "err"])
def test_case_28_no_line_is_a_command_to_a_runner(folder, kind):
    texts = {name: text for name, text in texts_of(folder).items() if kind in name}
    assert texts
    assert not any(commands_in(text) for text in texts.values())


def test_case_28_no_line_of_text_is_a_command_to_a_runner(folder):
    assert commands_in(read(folder / "text.out") + read(folder / "long-text.out")) == []


def test_case_28_no_row_of_the_table_is_a_command_to_a_runner(folder):
    assert commands_in(read(folder / "input.out")) == []
    assert "::error::in" in read(folder / "input.out")


def test_case_28_a_warning_is_one_visible_line(folder):
    warnings = [line for line in read(folder / "text.err").splitlines() if "warning" in line]
    (number,) = (
        number
        for number, line in enumerate(read(folder / "fail.yaml").splitlines(), 1)
        if line.startswith('  "unread')
    )
    name = "unread\\x0a::error::unread"
    assert warnings == [
        f"warning: fail.yaml: line {number}: nothing reads '{name}', and it is no output"
    ]


def test_case_28_text_shows_every_name_literally(folder):
    text = read(folder / "text.out")
    for shown in NAMES.values():
        assert text.count(shown) >= 2, shown
    for shown in TEXTS.values():
        assert f"[{shown}]" in text


def test_case_28_json_has_every_name_as_it_is(folder):
    document = json.loads(read(folder / "json.out"))
    assert read(folder / "json.out").isascii()
    for verdict in document["verdicts"]:
        claimed = [f for f in verdict["findings"] if f["claim"] not in (None, "chain")]
        assert [finding["claim"] for finding in claimed] == list(NAMES)
        assert [finding["layer"] for finding in claimed] == list(NAMES)
        assert verdict["unchecked"] == list(TEXTS)
        chain = [finding for finding in verdict["findings"] if finding["claim"] == "chain"]
        assert [finding["expected"] for finding in chain] == list(NAMES)[:-1]


def test_case_28_markdown_is_all_text(folder):
    """Rendered by a parser that is not ours."""
    markdown_it = pytest.importorskip("markdown_it")
    parser = markdown_it.MarkdownIt("commonmark").enable(["table", "strikethrough"])
    for kind in ("pass", "fail"):
        source = read(folder / "reports" / f"{kind}.md")
        tokens = [t for block in parser.parse(source) for t in (block, *(block.children or ()))]
        kinds = {token.type for token in tokens}
        assert not kinds & {"html_block", "html_inline", "s_open", "fence", "code_block"}
        links = {token.attrs.get("href") for token in tokens if token.type == "link_open"}
        images = {token.attrs.get("src") for token in tokens if token.type == "image"}
        assert links == {f"{kind}.{suffix}" for suffix in ("svg", "png", "dot")}
        assert images == {f"{kind}.figure.svg"}
        headings = [t for t in parser.parse(source) if t.type == "heading_open"]
        assert [t.tag for t in headings].count("h3") == len(NAMES) + len(TEXTS) + 1
        rows = re.findall(r"<tr>.*?</tr>", parser.render(source), re.DOTALL)
        cells = {row.count("<td") for row in rows if "<td" in row}
        assert cells == {5, 10}  # a bar in a name makes no cell
        shown = " ".join("".join(_text(t)) for t in tokens if t.type == "inline")
        for name in NAMES.values():
            plain = " ".join(name.split())
            assert shown.count(plain) >= 4, name  # heading, quote, why, table
        for name in TEXTS.values():
            assert shown.count(name) >= 4, name


def _text(token):
    for child in token.children:
        yield from _text(child) if child.type == "image" else [child.content]


def test_case_28_a_specs_file_has_a_name_too(folder):
    markdown = read(folder / "out" / "a-u-error-x--most-input.md")
    for text in (markdown, read(folder / "file.out"), read(folder / "file.err")):
        assert not FORBIDDEN.search(text)
        assert commands_in(text) == []
    assert "`.aˋ¦](u)\\x0a::error::x.yaml`" in markdown
    assert ".a`|](u)\\x0a::error::x.yaml" in read(folder / "file.out")


def test_case_28_markdown_on_standard_output_is_the_same_without_pictures(folder):
    together = read(folder / "markdown.out")
    for kind in ("pass", "fail"):
        assert read(folder / "reports" / f"{kind}.md") in together


@pytest.mark.parametrize("kind", ["pass", "fail", "long"])
def test_case_28_svg_parses_and_is_a_picture_only(folder, kind):
    elements_of((folder / "reports" / f"{kind}.figure.svg").read_bytes())
    elements = elements_of((folder / "reports" / f"{kind}.svg").read_bytes())
    if kind != "long":
        shown = {"".join(element.itertext()).strip() for element in elements}
        for name in NAMES.values():
            assert " ".join(name.split()) in {" ".join(text.split()) for text in shown}, name


@pytest.mark.parametrize("kind", ["pass", "fail", "long"])
def test_case_28_dot_has_only_our_identifiers(folder, kind):
    dot = read(folder / "reports" / f"{kind}.dot")
    assert not re.search(r"\b(URL|href|image|target|tooltip|shapefile|imagepath)\s*=", dot, re.I)
    # labels out, in which angle brackets are balanced: what is left is our own grammar
    bare = re.sub(r"label=<<TABLE.*?</TABLE>>", "label=L", dot, flags=re.DOTALL)
    for line in bare.splitlines()[1:-1]:
        assert re.fullmatch(
            r"\t(graph|node|edge|[ng][0-9]+( -> [ng][0-9]+)?)"
            r'( \[([a-z]+=("[^"\\]*"|[^" ]+) ?)*\])?',
            line,
        ), line


@pytest.mark.parametrize("kind", ["pass", "fail", "long"])
def test_case_28_png_is_made(folder, kind):
    png = (folder / "reports" / f"{kind}.png").read_bytes()
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert png.endswith(b"IEND\xaeB`\x82")


KINDS = ("md", "html", "figure.svg", "svg", "png", "dot")


def test_case_28_no_name_becomes_a_path(folder):
    top = folder.parent.parent
    made = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    reports = {
        f"reports/{kind}.{suffix}" for kind in ("pass", "fail", "long", "input") for suffix in KINDS
    }
    out = {f"out/a-u-error-x--most-input.{suffix}" for suffix in KINDS}
    assert {name for name in made if "/" in name} == reports | out
    assert [path.name for path in top.iterdir()] == ["inner"]
    assert [path.name for path in folder.parent.iterdir()] == ["most"]


def test_case_28_a_megabyte_is_cut(folder):
    for path in [folder / "long-text.out", *(folder / "reports").glob("long.*")]:
        assert path.stat().st_size < 200_000, path.name
    for kind in ("text", "markdown"):
        assert "y" * 200 in read(folder / f"long-{kind}.out")
    verdict = json.loads(read(folder / "long-json.out"))
    (finding,) = (f for f in verdict["findings"] if f["claim"] is not None)
    assert finding["claim"].startswith("cyyy")
    assert finding["layer"].startswith("lyyy")


# ---- without Keras -----------------------------------------------------------------------------


def test_case_28_a_megabyte_in_a_bad_spec(refused):
    spec = long_spec().replace("units: 3", "unit: 3").replace("type: Dense", "type: Dens")
    first, second = refused(spec, "--limit", "spec-bytes=20000000")
    assert first[:2] == (9, 12)
    assert second == (16, 10, "unknown fact 'unit'; did you mean 'units'?")
    spec = long_spec().replace(
        "      ? " + quoted("l" + "y" * MEGABYTE), '      ? "n\\n::error::x"'
    )
    (place,) = refused(spec, "--limit", "spec-bytes=20000000")
    assert place[2].startswith("unknown layer 'n\\x0a::error::x'")
    assert len(place[2]) <= 500


def test_case_28_a_path_as_a_layers_name_is_refused(refused):
    spec = 'format: 1\ntitle: t\ninput: 3\nlayers: {"../../x": {type: Flatten}}\n'
    assert refused(spec) == [(4, 10, "Keras allows no '/' in the name of a layer")]


def test_case_28_every_name_in_every_error(refused, tmp_path):
    lines = ["format: 1", "title: t", "input: 3", "layers:"]
    lines += [f"  {quoted(name)}: {{type: {quoted(name)}, {quoted(name)}: 1}}" for name in NAMES]
    lines += ["claims:"]
    lines += [
        f"  - {{id: a, {quoted(name)}: 1, source: {quoted(name)}, why: x, "
        f"expect: {{{quoted('n' + name)}: {{{quoted(name)}: 1}}}}}}"
        for name in NAMES
    ]
    lines += [f"? {quoted(name)}\n: 1" for name in NAMES]
    found = refused("\n".join(lines) + "\n")
    messages = "\n".join(message for _, _, message in found)
    for shown in NAMES.values():
        assert messages.count(f"'{shown}'") >= 5, shown


BAD = "format: 2\ntitle: t\nlayers: {}\ninput: 3\n"
OPEN = "format: 1\ntitle: t\nclaims: []\n"
JOIN = BAD.replace("2", "1").replace(
    "{}", '{"a\\n::error::x": {type: Conv2D, filters: 2, kernel_size: 2}}'
)


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("::error::b.yaml", BAD),
        ("  ::error::b.yaml", BAD),
        ("a\n::error::b.yaml", BAD),
        ("missing\n::error::b.yaml", None),
        ("join.yaml", JOIN),
        ("a\n::error::open.yaml", OPEN),
    ],
)
def test_case_28_an_error_is_one_line_and_no_command(run_cli, tmp_path, file, content):
    if content is not None:
        (tmp_path / file).write_text(content)
    run = run_cli(file, cwd=tmp_path)
    assert run.returncode == 2
    assert commands_in(run.stderr) == []
    assert "::error::" in run.stderr
    assert len(run.stderr.splitlines()) == (2 if content == BAD else 1)


@pytest.fixture
def surrogates(monkeypatch, tmp_path):
    """A spec with lone surrogates, which only PyYAML's parser in Python lets in."""
    text = (
        spec_of({"NAME": "NAME", "other": "other"}, 3)
        .replace("NAME", "a\\ud800b")
        .replace("\\U0000", "\\u")
    )
    path = tmp_path / "s.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SpecError, match="not YAML: found invalid Unicode character escape code"):
        lv.load_spec(path)
    monkeypatch.delattr(yaml, "CSafeLoader")
    return lv.load_spec(path)


def test_case_28_lone_surrogates(surrogates):
    assert surrogates.layers[0].name == "a\ud800b"
    observed = lv.infer(surrogates)
    verdict = lv.check(surrogates, observed)
    report = Report(surrogates, observed, verdict, Provenance("by inference", ()))
    for kind, render in {**RENDERERS, "dot": lambda r: draw_graph(r[0].architecture)}.items():
        text = render([report])
        text.encode("utf-8")  # which refuses them
        text = text.replace("\n\t", "\n") if kind == "dot" else text
        assert not FORBIDDEN.search(text), kind
        assert "a\\ud800b" in text.replace("\\\\", "\\")
    findings = json.loads(RENDERERS["json"]([report]))["findings"]
    assert "a\ud800b" in {finding["layer"] for finding in findings}
    report, files = compose(report, "s", None)
    for content in files.values():
        content.decode("utf-8")


def test_case_28_markdown_escapes_are_doubled_by_none_and_missed_by_none(surrogates):
    """Without a parser of Markdown: every special character stands behind a backslash."""
    title = "".join(map(chr, range(32, 127)))
    spec = replace(surrogates, title=title)
    observed = lv.infer(spec)
    report = Report(spec, observed, lv.check(spec, observed), Provenance("by inference", ()))
    heading = render_markdown([report]).splitlines()[0]
    inside = heading.removeprefix("# ✗ ").rpartition(":")[0]
    assert re.sub(r"\\(.)", r"\1", inside) == title
    bare = re.sub(r"\\.", "", inside)
    assert not set(bare) & set("\\`*_[]<>|~&@#!()")


def test_case_28_nothing_ends_a_code_span_or_its_cell():
    for name in [*NAMES, *TEXTS]:
        span = code(f"a{name}b")
        assert span.startswith("`a")
        assert span.endswith("b`")
        assert not set("`|\n\r") & set(span[1:-1])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("Été 日本 🙂 a\u0301", "Été 日本 🙂 a\u0301"),
        ("\x00\t\n\x1b\x7f\x80\x9f\xa0", "\\x00\\x09\\x0a\\x1b\\x7f\\x80\\x9f\xa0"),
        ("\u200e\u202a\u2066\u061c\u2069", "\\u200e\\u202a\\u2066\\u061c\\u2069"),
        ("\ud800\udfff\ufffe\uffff\ufffd", "\\ud800\\udfff\\ufffe\\uffff\ufffd"),
        ("\U000e0001\U000e007f\U000e0100", "\\U000e0001\\U000e007f\U000e0100"),
        ("x" * 256, "x" * 256),
        ("x" * 257, "x" * 255 + "…"),
        ("\x00" * 300, "\\x00" * 255 + "…"),
    ],
)
def test_rule_5_visible(text, shown):
    assert visible(text) == shown
    assert visible(shown, longest=None) == shown
