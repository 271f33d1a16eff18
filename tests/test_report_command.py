"""`lenet-verify report`: a folder of reports, its index, and whether it is stale."""

import re
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

THEIRS = ""

TINY = """\
format: 1
title: "Tiny <b>|net"
input: 1@8x8
layers:
  C1: {type: Conv2D, filters: 2, kernel_size: 3}
  output: {type: Dense, units: 2}
claims:
  - {id: size, why: 8 - 3 + 1, expect: {C1: {output: 2@6x6}}}
"""
WRONG = TINY.replace("2@6x6", "2@7x7").replace("Tiny <b>|net", "Wrong")
KINDS = ("dot", "figure.svg", "html", "md", "png", "svg")
LISTS = ("index.html", "index.json", "index.md")


@pytest.fixture
def specs(folder):
    (folder / "tiny.yaml").write_text(TINY)
    (folder / "wrong.yaml").write_text(WRONG)
    return ("tiny.yaml", "wrong.yaml", "--static", "--out", "site")


def test_reports_are_written_whatever_they_say(specs, command, folder):
    code, out, err = command("report", *specs)
    assert (code, out) == (0, "")
    written = sorted(path.name for path in (folder / "site").iterdir())
    assert written == sorted([*LISTS, *(f"{s}.{k}" for s in ("tiny", "wrong") for k in KINDS)])
    assert sorted(re.findall(r"site/([\w.]+)", err)) == written
    assert "Wrong: 1 fact broken" in (folder / "site/wrong.md").read_text()


def test_the_list_has_each_verdict_its_picture_and_its_report(specs, command, folder):
    command("report", *specs)
    text = (folder / "site/index.md").read_text()
    assert "Of 2 models, 1 is as claimed." in text
    rows = [line for line in text.splitlines() if "<img" in line]
    assert len(rows) == 2
    for row, name, said in zip(
        rows, ("tiny", "wrong"), ("✓ every", "✗ 1 fact broken"), strict=True
    ):
        assert f"({name}.md)" in row
        assert f'src="{name}.figure.svg"' in row
        assert said in row
        # three cells, whatever the title says
        assert len(re.findall(r"(?<!\\)\|", row)) == 4
    assert "<b>" not in text.replace("\\<b\\>", "")


def test_a_models_own_report_is_listed_as_its(specs, command, folder):
    (folder / "other.yaml").write_text(TINY.replace("filters: 2", "filters: 4"))
    code, _, _ = command("report", "tiny.yaml", "--model", "other.yaml", "--out", "site", "-q")
    assert code == 0
    assert "`other.yaml`" in (folder / "site/index.md").read_text()
    assert (folder / "site/tiny--other.md").exists()


def test_fresh_reports_are_not_stale(specs, command, folder):
    command("report", *specs)
    before = {path: path.stat().st_mtime_ns for path in (folder / "site").iterdir()}
    assert command("report", *specs, "--check") == (0, "", "")
    assert before == {path: path.stat().st_mtime_ns for path in (folder / "site").iterdir()}


@pytest.mark.parametrize("name", [f"tiny.{kind}" for kind in KINDS] + [*LISTS])
def test_a_file_that_is_missing_is_named(specs, command, folder, name):
    command("report", *specs)
    (folder / "site" / name).unlink()
    code, out, err = command("report", *specs, "--check")
    assert (code, out) == (1, "")
    assert f"site/{name} is missing\n" in err
    assert not (folder / "site" / name).exists()


@pytest.mark.parametrize("name", ["tiny.md", "tiny.html", "tiny.dot", "tiny.figure.svg", *LISTS])
def test_a_file_that_differs_is_named_with_its_line(specs, command, folder, name):
    command("report", *specs)
    file = folder / "site" / name
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join([*lines[:2], "something else\n", *lines[3:]]))
    code, _, err = command("report", *specs, "--check")
    assert code == 1
    assert err == f"site/{name} is stale from line 3 on\n"


def test_pictures_of_the_graph_differ_by_machine_and_are_not_compared(specs, command, folder):
    command("report", *specs)
    (folder / "site/tiny.svg").write_text("<svg>laid out by another version</svg>")
    (folder / "site/tiny.png").write_bytes(b"other")
    assert command("report", *specs, "--check")[0] == 0


def test_a_graph_of_hundreds_of_layers_is_no_picture_of_pixels(command, folder):
    """It would be megabytes that nobody can look at."""
    for count, kinds in ((47, {"svg", "png"}), (48, {"svg"})):  # and three others
        layers = "".join(f"  d{n}: {{type: Dense, units: 1}}\n" for n in range(count))
        (folder / "long.yaml").write_text(TINY.replace("  output:", f"{layers}  output:"))
        command("report", "long.yaml", "--static", "--out", f"site{count}", "-q")
        found = {path.name for path in (folder / f"site{count}").glob("long.*")}
        assert {"long.svg", "long.png"} & found == {f"long.{kind}" for kind in kinds}
        assert (
            command("report", "long.yaml", "--static", "--out", f"site{count}", "--check")[0] == 0
        )


def test_reports_that_are_gone_are_told_of_and_kept(specs, command, folder):
    command("report", *specs)
    (folder / "site/notes.md").write_text("mine")
    (folder / "site/notes.figure.svg").write_text("<svg/>")
    code, _, err = command("report", "tiny.yaml", *specs[2:])
    assert code == 0
    said = "site/wrong.md is left of a report that is gone"
    assert f"warning: {said}, and is not listed" in err.splitlines()
    assert "notes" not in err
    assert (folder / "site/wrong.html").exists()
    assert command("report", "tiny.yaml", *specs[2:], "--check") == (1, "", f"{said}\n")
    for file in (folder / "site").glob("wrong.*"):
        file.unlink()
    assert command("report", "tiny.yaml", *specs[2:], "--check") == (0, "", "")


def test_a_changed_spec_makes_its_reports_stale(specs, command, folder):
    command("report", *specs)
    (folder / "tiny.yaml").write_text(TINY.replace("filters: 2", "filters: 3"))
    code, _, err = command("report", *specs, "--check")
    assert code == 1
    for kind in ("md", "html", "dot", "figure.svg"):
        assert f"site/tiny.{kind} is stale" in err
    assert "wrong" not in err


def test_what_cannot_be_checked_writes_nothing(specs, command, folder):
    code, out, err = command("report", "tiny.yaml", "--model", "none.keras", "--out", "site")
    assert (code, out) == (2, "")
    assert "none.keras" in err
    assert not (folder / "site").exists()


def test_no_report_takes_the_place_of_the_index(specs, command, folder):
    (folder / "index.yaml").write_text(TINY)
    code, _, err = command("report", "index.yaml", "--static", "--out", "site")
    assert code == 2
    assert err == "index.yaml would be reported as index.md, which lists all: rename it\n"
    assert not (folder / "site").exists()


@pytest.mark.parametrize(
    ("name", "file"), [("tiny.figure", "tiny.figure.svg"), ("TINY", "TINY.md")]
)
def test_no_report_writes_a_file_of_another(specs, command, folder, name, file):
    (folder / f"{name}.yaml").write_text(TINY)
    code, _, err = command("report", "tiny.yaml", f"{name}.yaml", "--static", "--out", "site")
    assert code == 2
    assert err.startswith(f"{name}.yaml and tiny.yaml would both be reported as {file}: ")
    assert not (folder / "site").exists()


def test_what_is_configured_is_reported(specs, command, folder):
    (folder / "pyproject.toml").write_text(
        '[tool.lenet-verify]\nout = "site"\nstatic = true\n'
        '[[tool.lenet-verify.check]]\nspec = "tiny.yaml"\n'
        '[[tool.lenet-verify.check]]\nspec = "wrong.yaml"\nmodel = "tiny.yaml"\n'
    )
    code, _, _ = command("report", "-q")
    assert code == 0
    assert {path.stem for path in (folder / "site").glob("*.md")} == {
        "index", "tiny", "wrong--tiny",
    }  # fmt: skip
    assert command("report", "--check") == (0, "", "")


def test_the_projects_own_reports_are_all_there_is(specs):
    """`make check` compares them; here, that none is left of a spec that is gone."""
    reports = {path.name for path in (ROOT / "reports").iterdir()}
    named = set(re.findall(r"\(([\w.-]+)\.md\)", (ROOT / "reports/index.md").read_text()))
    pixels = {name for name in reports if name.endswith(".png")}
    assert pixels <= {f"{name}.png" for name in named}
    kinds = [kind for kind in KINDS if kind != "png"]
    reports.remove("strengths.json")
    assert reports == {*LISTS, *pixels, *(f"{name}.{kind}" for name in named for kind in kinds)}
    assert {path.stem for path in (ROOT / "spec").glob("*.yaml")} <= {
        name.split("--")[0] for name in named
    }


def test_no_specs_at_all_is_bad_usage(command, folder):
    shutil.rmtree(folder / "site", ignore_errors=True)
    code, _, err = command("report")
    assert code == 2
    assert "name a SPEC, or configure what to check" in err
