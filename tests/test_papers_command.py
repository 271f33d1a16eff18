"""`lenet-verify papers`, and `paper:NAME` wherever a spec may be named."""

import json
from pathlib import Path

import pytest
import yaml

import lenet_verify as lv
from lenet_verify.papers.listing import papers

ROOT = Path(__file__).parent.parent
SPECS = sorted((ROOT / "spec").glob("*.yaml"))

THEIRS = """\
def lenet5():
    import lenet_verify as lv
    return lv.build(lv.load_spec("paper:lenet5"))
"""


def test_every_spec_that_ships_is_listed_with_its_paper_and_its_claims(command):
    code, out, err = command("papers", "--format", "json")
    assert (code, err) == (0, "")
    told = {one["name"]: one for one in json.loads(out)["papers"]}
    assert set(told) == {f"paper:{file.stem}" for file in SPECS}
    for file in SPECS:
        written = yaml.safe_load(file.read_text(encoding="utf-8"))
        one = told[f"paper:{file.stem}"]
        assert one["title"] == written["title"]
        assert one["claims"] == len(written["claims"])
        quoted = {claim.get("source") for claim in written["claims"]}
        years = [
            source["year"]
            for key, source in written["sources"].items()
            if key in quoted and "year" in source
        ]
        assert one["year"] == (years[0] if years else None)


def test_the_last_verdict_is_that_of_the_reports(command):
    reports = json.loads((ROOT / "reports" / "index.json").read_text(encoding="utf-8"))["reports"]
    own = {one["spec"]: one for one in reports if one["model"] is None}
    _, out, _ = command("papers", "--format", "json")
    for one in json.loads(out)["papers"]:
        said = [verdict for verdict in one["verdicts"] if verdict["model"] is None]
        spec = f"spec/{one['name'].removeprefix('paper:')}.yaml"
        assert [verdict["claims"] for verdict in said] == (
            [own[spec]["claims"]] if spec in own else []
        )


def test_every_spec_with_layers_is_strong(command):
    """`make strengths` measures those that have changed."""
    _, out, _ = command("papers", "--format", "json")
    told = {one["name"]: one["strength"] for one in json.loads(out)["papers"]}
    for file in SPECS:
        strength = told[f"paper:{file.stem}"]
        if "layers" not in yaml.safe_load(file.read_text(encoding="utf-8")):
            assert strength is None
            continue
        assert strength["score"] >= 95
        assert strength["sampled"] == strength["sampled_from"] or strength["sampled"] >= 1000


def test_a_recorded_strength_is_what_the_command_measures(command):
    _, out, _ = command("papers", "--format", "json")
    told = {one["name"]: one["strength"] for one in json.loads(out)["papers"]}
    for name in ("paper:lenet5", "paper:lenet5-1998"):
        found = json.loads(command("strength", name, "--format", "json")[1])
        assert told[name]["score"] == found["score"]
        assert all(told[name][key] == found[key] for key in ("edits", "sampled", "sampled_from"))


def test_a_verdict_on_what_the_spec_was_before_is_none(tmp_path, monkeypatch):
    reports = json.loads((ROOT / "reports" / "index.json").read_text(encoding="utf-8"))
    for one in reports["reports"]:
        one["sha256"] = "0" * 64
    (tmp_path / "index.json").write_text(json.dumps(reports))
    monkeypatch.setattr(
        "lenet_verify.papers.listing.verdicts_file", lambda: tmp_path / "index.json"
    )
    assert all(paper.judged == () for paper in papers())
    monkeypatch.setattr("lenet_verify.papers.listing.verdicts_file", lambda: tmp_path / "none.json")
    assert all(paper.judged == () for paper in papers())


def test_a_spec_of_a_tutorial_s_words_is_not_said_to_be_of_the_paper(command):
    """A spec may name the paper among its sources and yet have no claim of it."""
    _, out, _ = command("papers", "--format", "json")
    told = {one["name"]: (one["paper"], one["year"]) for one in json.loads(out)["papers"]}
    assert told["paper:lenet5"] == ("Implementation of LeNet-5", None)
    assert told["paper:lenet5-1998"][1] == 1998
    assert told["paper:vgg16"][1] == 2015


def test_the_list_as_text_and_markdown(command):
    _, text, _ = command("papers")
    _, markdown, _ = command("papers", "--format", "markdown")
    for file in SPECS:
        assert sum(line.startswith(f"paper:{file.stem} ") for line in text.splitlines()) == 1
        assert f"`paper:{file.stem}`" in markdown
    assert text.splitlines()[0] .split() == [
        "spec", "year", "title", "claims", "strength", "last", "verdict",
    ]  # fmt: skip
    assert all(line == line.rstrip() for line in text.splitlines())


def test_a_skipped_claim_is_not_said_to_hold(command):
    """The error rates of 1998: nobody trained the network that was checked."""
    _, text, _ = command("papers")
    (line,) = (one for one in text.splitlines() if one.startswith("paper:lenet5-1998 "))
    assert line.endswith("✓ 25 of 27 hold, 2 skipped")


def test_a_paper_is_checked_shown_drawn_and_compared_by_name(command, folder):
    code, out, err = command("paper:lenet5", "--static", "--out", "r")
    assert code == 0
    assert "(paper:lenet5, checked on" in out
    assert "r/lenet5.md" in err
    assert str(ROOT) not in out + err + (folder / "r/lenet5.md").read_text()
    assert command("show", "paper:lenet5")[1] == command("show", ROOT / "spec/lenet5.yaml")[
        1
    ].replace(str(ROOT / "spec/lenet5.yaml"), "paper:lenet5")
    assert command("draw", "paper:lenet5")[1].startswith("<svg ")
    assert command("diff", "paper:lenet5", ROOT / "spec/lenet5.yaml")[0] == 0
    assert command("lint", "paper:lenet5")[0] == 0
    assert command("strength", "paper:lenet5", "--sample", "5")[0] == 0
    (folder / "mine.yaml").write_text((ROOT / "spec/lenet5.yaml").read_text())
    assert command("mine.yaml", "--model", "paper:lenet5", "--static")[0] == 0
    assert lv.load_spec("paper:lenet5").path == "paper:lenet5"


def test_a_paper_may_be_configured_and_named_in_docs(command, folder):
    (folder / "pyproject.toml").write_text(
        "[[tool.lenet-verify.check]]\nspec = 'paper:lenet5'\nmodel = 'mine.yaml'\n"
        "deviations = [{layer = 'C1', fact = 'activation', accept = 'relu', reason = 'faster'}]\n"
    )
    text = (ROOT / "spec/lenet5.yaml").read_text()
    (folder / "mine.yaml").write_text(
        text.replace("strides: 1, activation: tanh", "strides: 1, activation: relu", 1)
    )
    code, out, _ = command("--static")
    assert code == 0
    assert "deviat" in out
    (folder / "below").mkdir()
    assert command("paper:lenet5", "--model", "mine.yaml", "--static")[0] == 0
    (folder / "a.md").write_text(
        "<!-- lenet-verify: verdict paper:lenet5 -->\n<!-- /lenet-verify -->\n"
    )
    assert command("docs", "a.md")[0] == 0
    assert "the model of `paper:lenet5`" in (folder / "a.md").read_text()


def test_a_name_that_is_none_is_refused_with_the_nearest(command, folder):
    code, out, err = command("paper:lenet-5", "--static")
    assert (code, out) == (2, "")
    assert err == (
        "paper:lenet-5:1:1: no such spec ships with lenet-verify; did you mean 'paper:lenet5'? "
        "(lenet-verify papers lists all)\n"
    )


def test_a_file_of_such_a_name_is_a_file(command, folder):
    (folder / "paper:mine.yaml").write_text((ROOT / "spec/lenet5.yaml").read_text())
    code, out, _ = command("paper:mine.yaml", "--static", "--out", "r")
    assert code == 0
    assert "(paper:mine.yaml, checked on" in out


@pytest.mark.parametrize("place", [".", "src"])
def test_a_module_of_that_name_is_never_taken_for_the_paper(command, folder, place):
    """Else a wrong network of the user's would pass as the paper's own."""
    (folder / place).mkdir(exist_ok=True)
    (folder / place / "paper.py").write_text("def lenet5():\n    raise SystemExit\n")
    (folder / "pyproject.toml").write_text("[tool.lenet-verify]\npythonpath = ['src']\n")
    for arguments in (
        ("paper:lenet5", "--model", "paper:lenet5"), ("show", "paper:lenet5"),
    ):  # fmt: skip
        code, out, err = command(*arguments)
        assert (code, out) == (2, "")
        assert err.startswith("paper:lenet5 is a spec that ships with lenet-verify, and a module ")
    # as a spec it can be nothing else
    assert command("lint", "paper:lenet5")[0] == 0
