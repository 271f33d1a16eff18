"""`lenet-verify docs`: what stands between markers says what is so, the rest stays as it was."""

import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

import lenet_verify as lv
from lenet_verify.cli import main

ROOT = Path(__file__).parent.parent
BEGIN, END = "<!-- lenet-verify: {} -->\n", "<!-- /lenet-verify -->\n"
VERDICT = (
    "✓ **LeNet-5**: every claim holds. 66 facts hold, 1 claim unchecked. "
    "Checked: the model of [spec/lenet5.yaml](spec/lenet5.yaml), by inference alone."
)
WRONG = """\
format: 1
title: Wrong
input: 1@32x32
layers:
  C1: {type: Conv2D, filters: 6, kernel_size: 3, activation: tanh}
"""

OPEN = """\
format: 1
title: Open
claims: [{id: a, why: by hand, expect: {model: {params: 60}}}]
implementations: {keras.applications.VGG16: }
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "spec").mkdir()
    shutil.copy(ROOT / "spec" / "lenet5.yaml", tmp_path / "spec")
    (tmp_path / "wrong.yaml").write_text(WRONG, encoding="utf-8")
    (tmp_path / "open.yaml").write_text(OPEN, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def block(words, content=""):
    return BEGIN.format(words) + content + END


def run(capsys, *arguments):
    """Exit code, standard output and error of `lenet-verify docs`."""
    code = main(["docs", *arguments])
    streams = capsys.readouterr()
    return code, streams.out, streams.err


def write(name, text):
    file = Path(name)
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def test_a_block_is_filled_and_then_up_to_date(folder, capsys):
    file = write("a.md", "before\n" + block("verdict spec/lenet5.yaml", "old\n") + "after\n")
    code, out, err = run(capsys, "a.md")
    assert (code, out) == (0, "")
    assert err == "wrote a.md: line 2, verdict spec/lenet5.yaml\n"
    expected = "before\n" + block("verdict spec/lenet5.yaml", f"\n{VERDICT}\n\n") + "after\n"
    assert file.read_text(encoding="utf-8") == expected
    before = file.stat()
    assert run(capsys, "a.md") == (0, "", "")
    assert file.stat().st_ino == before.st_ino
    assert run(capsys, "--check", "a.md") == (0, "", "")


def test_check_prints_the_difference_and_changes_nothing(folder, capsys):
    text = block("verdict spec/lenet5.yaml", "old\n")
    file = write("a.md", text)
    code, out, err = run(capsys, "--check", "a.md")
    assert (code, err) == (1, "")
    assert file.read_text(encoding="utf-8") == text
    assert out.splitlines() == [
        "--- a.md",
        "+++ a.md",
        "@@ -1,3 +1,5 @@",
        " <!-- lenet-verify: verdict spec/lenet5.yaml -->",
        "-old",
        "+",
        f"+{VERDICT}",
        "+",
        " <!-- /lenet-verify -->",
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"\xef\xbb\xbf", b"no newline at the end"),
        (b"a\r\nb\r\n\t \r\n", b"c\r\nd"),
        ("mixed\r\nénds\n\u2028\x0c\n".encode(), b"\r\r\n"),
    ],
)
def test_everything_outside_of_the_markers_stays_byte_for_byte(folder, capsys, before, after):
    newline = b"\r\n" if b"\r\nb" in before else b"\n"
    begin, end = (text.strip().encode() + newline for text in (BEGIN, END))
    begin = begin.replace(b"{}", b"verdict spec/lenet5.yaml")
    file = write("a.md", before + begin + b"old" + newline + end + after)
    assert run(capsys, "a.md")[0] == 0
    content = newline + VERDICT.encode() + newline + newline
    assert file.read_bytes() == before + begin + content + end + after


def test_a_marker_on_the_last_line_without_an_end(folder, capsys):
    file = write("a.md", block("verdict spec/lenet5.yaml").rstrip("\n"))
    assert run(capsys, "a.md")[0] == 0
    assert file.read_bytes().endswith(b"\n\n<!-- /lenet-verify -->")


def test_every_part_by_name(folder, capsys):
    write("docs/lenet5.svg", "<svg/>")
    file = write("docs/a.md", "".join([
        block("claims,mermaid ../spec/lenet5.yaml"),
        block("layers ../spec/lenet5.yaml --columns name,kernel_size"),
        block("picture ../spec/lenet5.yaml --svg lenet5.svg"),
    ]))  # fmt: skip
    assert run(capsys, "docs/a.md")[0] == 0
    text = file.read_text(encoding="utf-8")
    assert "\n- ✓ **vi** “The output layer has 10 units, one for each class, with a" in text
    assert "\n- – **provenance** “In the paper, we can read:” (unchecked: who said" in text
    assert "\n\n```mermaid\nflowchart TB\n  n0[" in text
    assert "\n```\n\n<!-- /lenet-verify -->\n" in text
    assert "\n| C1      | 5x5         |\n" in text
    assert "\n- params: 61,706\n" in text
    assert "\n![LeNet\\-5: every claim holds](lenet5.svg)\n".replace("\\", "") in text
    assert run(capsys, "--check", "docs/a.md") == (0, "", "")


def test_a_model_is_held_against_the_spec_and_told_as_it_is(folder, capsys):
    words = "verdict,claims,mermaid spec/lenet5.yaml --model wrong.yaml"
    file = write("a.md", block(words))
    assert run(capsys, "a.md")[0] == 0
    text = file.read_text(encoding="utf-8")
    assert re.search(r"^✗ \*\*LeNet-5\*\*: \d+ facts broken", text, re.MULTILINE)
    assert "Checked: `wrong.yaml` against [spec/lenet5.yaml]" in text
    line = re.search(r"^- ✗ \*\*ii\*\* .*$", text, re.MULTILINE)[0]
    assert "**broken**: C1 kernel\\_size: 5x5 expected, 3x3 observed; " in line
    assert "- ✗ the structure of the layers: **broken**: " in text
    assert "✗ missing" in text


def test_a_table_of_a_model_without_a_spec(folder, capsys):
    (folder / "m.json").write_text(
        '{"class_name": "Sequential", "config": {"name": "s", "layers": [{"class_name": '
        '"InputLayer", "config": {"name": "in", "batch_shape": [null, 4]}}, {"class_name": "Dense",'
        ' "config": {"name": "d", "units": 3}}]}, "keras_version": "3.8.0"}', encoding="utf-8",
    )  # fmt: skip
    file = write("a.md", block("layers,mermaid m.json"))
    assert run(capsys, "a.md")[0] == 0
    assert re.search(r"^\| d +\| Dense +\| 3 +\| +15 ", file.read_text("utf-8"), re.MULTILINE)


def test_code_of_the_project_runs_unless_static(folder, capsys):
    (folder / "mine_of_docs.py").write_text("raise OSError('it ran')", encoding="utf-8")
    for words in ("layers mine_of_docs:net", "verdict spec/lenet5.yaml --model mine_of_docs:net"):
        write("a.md", block(words))
        code, out, err = run(capsys, "a.md")
        assert (code, out) == (2, "")
        assert err.startswith("a.md:1:1: ")
        assert "it ran" in err
        code, out, err = run(capsys, "--static", "a.md")
        assert (code, out) == (2, "")
        assert "--static runs no code" in err
        assert "it ran" not in err


def test_deviations_of_the_configuration_count(folder, capsys):
    spec = (folder / "spec" / "lenet5.yaml").read_text(encoding="utf-8")
    theirs = spec.partition("\nclaims:")[0].replace("activation: softmax", "activation: linear")
    (folder / "theirs.yaml").write_text(theirs + "\n", encoding="utf-8")
    (folder / "pyproject.toml").write_text(
        '[[tool.lenet-verify.check]]\nspec = "spec/lenet5.yaml"\nmodel = "theirs.yaml"\n'
        'deviations = [{ layer = "output", fact = "activation", accept = "linear", '
        'reason = "logits" }]\n', encoding="utf-8",
    )  # fmt: skip
    file = write("a.md", block("verdict,claims spec/lenet5.yaml --model theirs.yaml"))
    assert run(capsys, "a.md")[0] == 0
    text = file.read_text(encoding="utf-8")
    assert "every claim holds, or deviates as accepted" in text
    assert re.search(r"^- ≈ \*\*vi\*\* .*\(\*\*deviates\*\*: .*logits", text, re.MULTILINE)


IN_CODE = [
    "```\n{}```\n",
    "~~~~ markdown\n```\n{}~~~\n~~~~\n",
    "> ```\n> {}> ```\n",
    "```\n    ```\n{}```\n",
    "1. ```\n   {}   ```\n",
    "    {}",
    "\t{}",
    "`<!-- lenet-verify: x -->` and ``<!-- lenet-verify: ` -->``\n",
    "```\nnever closed, so all that follows is code\n{}",
]


@pytest.mark.parametrize("code", IN_CODE)
def test_markers_in_code_are_text(folder, capsys, code):
    write("a.md", code.replace("{}", "<!-- lenet-verify: nonsense -->\n"))
    assert run(capsys, "a.md") == (0, "", "")


@pytest.mark.parametrize(
    "code", ["```\ncode\n```\n", "``` a `b` c\n", "> ```\n> code\n\n", "~~~\n```\n~~~\n"]
)
def test_what_follows_code_is_none(folder, capsys, code):
    write("a.md", code + block("verdict spec/lenet5.yaml"))
    assert run(capsys, "--check", "a.md")[0] == 1


ALONE = "a marker stands alone on its line, and is <!-- lenet-verify: PART SPEC -->"
VERDICT_OF = "verdict spec/lenet5.yaml"
MISTAKES = {
    "no end": (BEGIN.format(VERDICT_OF), "1:1: this block has no end: write"),
    "no beginning": ("a\n" + END, "2:1: <!-- /lenet-verify --> ends nothing"),
    "nested": (
        BEGIN.format(VERDICT_OF) + " " + block("layers spec/lenet5.yaml"),
        "2:2: a block cannot stand in another: the one of line 1 has no end",
    ),
    "no part": (
        block("verdikt spec/lenet5.yaml"),
        "1:1: there is no part 'verdikt'; did you mean 'verdict'?",
    ),
    "no spec": (block("verdict"), "1:1: the following arguments are required: SPEC"),
    "no option": (block(f"{VERDICT_OF} --modle x"), "1:1: unrecognized arguments: --modle x"),
    "no file": (block("verdict lenet5.yaml"), "1:1: there is no file lenet5.yaml: a marker's"),
    "no quote": (block("verdict 'x.yaml"), "1:1: this marker cannot be read: no closing quotation"),
    "no column": (
        block("layers spec/lenet5.yaml --columns nam"),
        "1:1: --columns: there is no column 'nam'",
    ),
    "no layers": (block(f"{VERDICT_OF} --columns name"), "1:1: --columns and --expand are for"),
    "no picture": (block("picture spec/lenet5.yaml"), "1:1: the part picture and --svg go"),
    "no svg": (block("picture spec/lenet5.yaml --svg x.svg"), "1:1: there is no file x.svg"),
    "no model": (block("verdict open.yaml"), "1:1: open.yaml has no layers to derive a model from"),
    "a model": (block("verdict m.json"), "1:1: 'm.json' is no spec"),
    "in a line": (f"text <!-- lenet-verify: {VERDICT_OF} -->\n", f"1:6: {ALONE}"),
    "no colon": (f"<!-- lenet-verify {VERDICT_OF} -->\n", f"1:1: {ALONE}"),
    "two lines": ("<!-- lenet-verify: verdict\nspec/lenet5.yaml -->\n", f"1:1: {ALONE}"),
    "quoted": ("> " + END, f"1:3: {ALONE}"),
    "not UTF-8": (b"one\ntw\xff", "2:3: this is not UTF-8"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_has_its_place_and_nothing_is_written(folder, capsys, mistake):
    text, said = MISTAKES[mistake]
    right = block("verdict spec/lenet5.yaml")
    files = {"right.md": right.encode(), "a.md": text if isinstance(text, bytes) else text.encode()}
    for name, content in files.items():
        write(name, content)
    for option in ((), ("--check",)):
        code, out, err = run(capsys, *option, "right.md", "a.md")
        assert (code, out) == (2, "")
        assert err.startswith(f"a.md:{said}")
        assert err.count("\n") == 1
    assert {name: Path(name).read_bytes() for name in files} == files


def test_all_mistakes_of_all_files_come_at_once(folder, capsys):
    write("a.md", END + block("verdict x.yaml"))
    write("b.md", block("layers x.yaml") + block("verdict wrong2.yaml"))
    (folder / "wrong2.yaml").write_text("format: 1\ntitel: x\n", encoding="utf-8")
    code, _, err = run(capsys, "a.md", "b.md", "none.md")
    assert code == 2
    places = re.findall(r"^([\w.]+:\d+:\d+): ", err, re.MULTILINE)
    assert {"a.md:1:1", "b.md:1:1", "wrong2.yaml:2:1", "none.md:1:1"} <= set(places)


def test_a_file_keeps_its_mode(folder, capsys):
    file = write("a.md", block("verdict spec/lenet5.yaml"))
    file.chmod(0o604)
    assert run(capsys, "a.md")[0] == 0
    assert file.stat().st_mode & 0o777 == 0o604


def test_a_link_stays_one(folder, capsys):
    write("real.md", block("verdict spec/lenet5.yaml"))
    (folder / "link.md").symlink_to("real.md")
    assert run(capsys, "-q", "link.md") == (0, "", "")
    assert (folder / "link.md").is_symlink()
    assert VERDICT in (folder / "real.md").read_text(encoding="utf-8")


def test_hostile_names_stay_text(folder, capsys):
    (folder / "bad.yaml").write_text(
        'format: 1\ntitle: "<!-- /lenet-verify --> **x** \\u202e"\ninput: 4\nlayers:\n'
        '  "```": {type: Dense, units: 3}\n  "<!-- lenet-verify: x -->": {type: Dense, units: 3}\n',
        encoding="utf-8",
    )
    file = write("a.md", block("verdict,claims,layers,mermaid bad.yaml"))
    assert run(capsys, "a.md")[0] == 0
    assert run(capsys, "--check", "a.md") == (0, "", "")
    lines = file.read_text(encoding="utf-8").split("\n")
    assert [line.strip() for line in lines].count("<!-- /lenet-verify -->") == 1
    assert sum(line.startswith("```") for line in lines) == 2


def test_the_recipe_for_mkdocs_fills_a_page(folder):
    text = (ROOT / "docs" / "docs.md").read_text(encoding="utf-8")
    (recipe,) = re.findall(r"```python\n(import lenet_verify.*?)```", text, re.DOTALL)
    hook = {}
    exec(recipe, hook)
    page = SimpleNamespace(file=SimpleNamespace(abs_src_path=str(folder / "docs" / "page.md")))
    markdown = block("verdict ../spec/lenet5.yaml")
    filled = hook["on_page_markdown"](markdown, page=page, config=None, files=None)
    assert VERDICT.replace("spec/lenet5.yaml", "../spec/lenet5.yaml") in filled
    assert lv.filled(filled, page.file.abs_src_path) == filled
