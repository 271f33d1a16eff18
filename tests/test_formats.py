"""The formats for CI, each read back as its consumer reads it, hostile names included."""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import jsonschema
import pytest

import lenet_verify as lv
from lenet_verify.cli import main
from lenet_verify.codes import CODES
from lenet_verify.renderers import gate_renderer
from lenet_verify.renderers.github import render_github
from lenet_verify.report import Provenance, Report, Undecided
from lenet_verify.visible import visible
from tests.test_hostile_names import FORBIDDEN, NAMES, TEXTS, quoted, spec_of

ROOT = Path(__file__).parent.parent
SPEC = "spec/lenet5.yaml"
RECIPE = (ROOT / SPEC).read_text(encoding="utf-8").partition("\nclaims:")[0] + "\n"
PADDED = RECIPE.replace("kernel_size: 5, strides: 1", "kernel_size: 5, padding: same", 1)
GATES = ("junit", "sarif", "gitlab", "github")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with the paper's spec and a network that pads C1, whose output is another then."""
    shutil.copytree(ROOT / "spec", tmp_path / "spec")
    (tmp_path / "padded.yaml").write_text(PADDED, encoding="utf-8")
    (tmp_path / "right.yaml").write_text(RECIPE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(folder, capfd):
    """Runs a command line: its exit code, and both streams."""

    def run(*arguments):
        try:
            code = main([*arguments])
        except SystemExit as e:  # argparse's
            code = e.code
        streams = capfd.readouterr()
        assert "Traceback" not in streams.err
        assert "internal error" not in streams.err
        return code, streams.out, streams.err

    return run


PADDED_IS = (SPEC, "--model", "padded.yaml", "--static")
RIGHT_IS = (SPEC, "--model", "right.yaml", "--static")


# ---- JUnit -------------------------------------------------------------------------------------

COUNTS = {"tests", "failures", "errors"}
JUNIT = {
    "testsuites": (COUNTS | {"name"}, set(), {"testsuite"}),
    "testsuite": (COUNTS | {"name", "skipped"}, set(), {"testcase"}),
    "testcase": ({"name", "classname"}, set(), {"failure", "error", "skipped", "system-out"}),
    "failure": ({"message", "type"}, set(), set()),
    "error": ({"message", "type"}, set(), set()),
    "skipped": ({"message"}, {"type"}, set()),
    "system-out": (set(), set(), set()),
}
"""By element: the attributes that it has, those that it may have, and what may be inside; of what
Jenkins' junit-10.xsd allows."""


def junit(text):
    """The test suites of a file that follows the schema, and counts what is in it."""
    root = ElementTree.fromstring(text.encode())
    for element in root.iter():
        needed, allowed, inside = JUNIT[element.tag]
        assert needed <= set(element.keys()) <= needed | allowed, element.tag
        assert {child.tag for child in element} <= inside
    assert root.tag == "testsuites"
    for suite in root:
        assert int(suite.get("tests")) == len(suite)
        for count, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.get(count)) == len(suite.findall(f"testcase/{tag}"))
    for count in COUNTS:
        assert int(root.get(count)) == sum(int(suite.get(count)) for suite in root)
    return list(root)


def test_junit_has_a_case_for_each_claim_and_each_finding_besides(run):
    code, out, err = run(*PADDED_IS, "--format", "junit")
    assert (code, err) == (1, "")
    (suite,) = junit(out)
    assert suite.get("name") == "spec/lenet5.yaml on padded.yaml"
    cases = {case.get("name").partition(":")[0]: case for case in suite}
    claims = [claim.id for claim in lv.load_spec(SPEC).claims]
    assert list(cases)[: len(claims)] == claims
    assert set(list(cases)[len(claims) :]) == {"structure"}
    failing = {name for name, case in cases.items() if case.find("failure") is not None}
    assert failing == {"ii", "iii", "iv", "flatten", "parameters", "total"}
    assert cases["provenance"].find("skipped").get("message").startswith("unchecked: who said")
    assert cases["ii"].get("name").startswith("ii: The first convolutional layer uses 6 kernels")


def test_a_failure_in_junit_reads_like_the_terminal(run):
    _, text, _ = run(*PADDED_IS)
    _, out, _ = run(*PADDED_IS, "--format", "junit")
    failures = {case.get("name").partition(":")[0]: case.find("failure") for case in junit(out)[0]}
    lines = failures["ii"].text.splitlines()
    assert failures["ii"].get("message") == "C1: output: 6@28x28 expected, 6@32x32 observed"
    assert failures["ii"].get("type") == "shape"
    assert len([line for line in lines if line]) == 3
    assert all(line in text.splitlines() for line in lines if line)
    # what follows is told of in short there, in full here
    assert "✗ params: 61,706 expected, 82,826 observed" in failures["total"].text
    assert '1. C1: padding "same" → "valid": mends 10 of 10' in failures["total"].text


def test_junit_tells_skipped_and_accepted_apart(folder, run):
    Path("pyproject.toml").write_text(
        '[[tool.lenet-verify.check]]\nspec = "spec/lenet5.yaml"\nmodel = "relu.yaml"\n'
        "static = true\n[[tool.lenet-verify.check.deviations]]\n"
        'layer = "F6"\nfact = "activation"\naccept = "relu"\nreason = "faster"\n'
    )
    relu = RECIPE.replace("units: 84, activation: tanh", "units: 84, activation: relu")
    Path("relu.yaml").write_text(relu.partition("\ncompile:")[0] + "\n", encoding="utf-8")
    code, out, _ = run("--format", "junit")
    assert code == 0
    cases = {case.get("name").partition(":")[0]: case for case in junit(out)[0]}
    assert "faster" in cases["tanh"].find("system-out").text
    skipped = cases["compile"].find("skipped")
    assert "skipped: the model is not compiled" in skipped.get("message")
    assert "optimizer: adam expected" in skipped.text


# ---- SARIF -------------------------------------------------------------------------------------


def closed(properties, *optional):
    """An object with these properties and no other, all needed but the optional."""
    needed = sorted(set(properties) - set(optional))
    return {
        "type": "object",
        "properties": properties,
        "required": needed,
        "additionalProperties": False,
    }


TEXT = {"type": "string", "minLength": 1}
MESSAGE = closed({"text": TEXT})
PLACE = closed(
    {
        "physicalLocation": closed(
            {
                "artifactLocation": closed({"uri": {**TEXT, "pattern": r"^[A-Za-z0-9_.~%/-]+$"}}),
                "region": closed({"startLine": {"type": "integer", "minimum": 1}}),
            }
        ),
        "logicalLocations": {
            "type": "array",
            "items": closed({"name": TEXT, "kind": {"const": "member"}}),
        },
    },
    "logicalLocations",
)
LEVEL = {"enum": ["none", "note", "warning", "error"]}
RULE = closed(
    {
        "id": TEXT,
        "shortDescription": closed({"text": {**TEXT, "maxLength": 1024}}),
        "fullDescription": closed({"text": {**TEXT, "maxLength": 1024}}),
        "help": closed({"text": TEXT, "markdown": TEXT}),
        "defaultConfiguration": closed({"level": LEVEL}),
        "properties": closed({"tags": {"type": "array", "items": TEXT, "maxItems": 20}}),
    }
)
RESULT = closed(
    {
        "ruleId": {"enum": list(CODES)},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": LEVEL,
        "message": MESSAGE,
        "locations": {"type": "array", "items": PLACE, "minItems": 1, "maxItems": 1},
        "partialFingerprints": {
            "type": "object",
            "required": ["primaryLocationLineHash"],
            "additionalProperties": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
        },
    }
)
NOTIFICATION = closed(
    {"level": LEVEL, "message": MESSAGE, "locations": {"type": "array", "items": PLACE}}
)
SARIF = closed(
    {
        "$schema": {**TEXT, "pattern": "^https://.*/sarif-schema-2.1.0.json$"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1,
            "items": closed(
                {
                    "tool": closed(
                        {
                            "driver": closed(
                                {
                                    "name": {"const": "lenet-verify"},
                                    "version": TEXT,
                                    "rules": {"type": "array", "items": RULE},
                                },
                                "version",
                            )
                        }
                    ),
                    "invocations": {
                        "type": "array",
                        "items": closed(
                            {
                                "executionSuccessful": {"type": "boolean"},
                                "toolExecutionNotifications": {
                                    "type": "array",
                                    "items": NOTIFICATION,
                                },
                            }
                        ),
                    },
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "results": {"type": "array", "items": RESULT, "maxItems": 25_000},
                }
            ),
        },
    }
)
"""What the standard has of what is written, and what GitHub demands of it."""


def sarif(text):
    """The one run of a file that follows the schema, and points to its own rules."""
    document = json.loads(text)
    jsonschema.validate(document, SARIF)
    (run,) = document["runs"]
    ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert ids == list(CODES)
    for result in run["results"]:
        assert ids[result["ruleIndex"]] == result["ruleId"]
    prints = [one["partialFingerprints"]["primaryLocationLineHash"] for one in run["results"]]
    assert len(set(prints)) == len(prints)
    return run


def literal(text):
    """A message of SARIF as its reader sees it: no placeholder and no link is in it."""
    bare = text.replace("{{", "").replace("}}", "")
    assert not set("{}") & set(bare)
    assert not re.search(r"(?<!\\)\]\(", text)
    return text.replace("{{", "{").replace("}}", "}").replace("\\](", "](")


def place(result):
    (location,) = result["locations"]
    physical = location["physicalLocation"]
    return unquote(physical["artifactLocation"]["uri"]), physical["region"]["startLine"]


def test_sarif_has_a_result_for_all_that_fails_at_its_line(run):
    code, out, err = run(*PADDED_IS, "--format", "sarif")
    assert (code, err) == (1, "")
    _, text, _ = run(*PADDED_IS, "--format", "json")
    broken = [one for one in json.loads(text)["findings"] if one["outcome"] == "broken"]
    results = sarif(out)["results"]
    expected = {(one["code"], one["file"], one["line"]) for one in broken}
    assert {(one["ruleId"], *place(one)) for one in results} == expected
    assert len(results) == len(broken)
    first = results[0]  # the cause stands before what follows from it
    assert (first["ruleId"], *place(first)) == ("shape", SPEC, 43)
    assert first["message"]["text"] == (
        "C1: output: 6@28x28 expected, 6@32x32 observed [ii] (checked on padded.yaml); "
        'to mend it: C1: padding "same" → "valid"'
    )


def test_a_fingerprint_outlives_the_lines_above_it(folder, run):
    before = sarif(run(*PADDED_IS, "--format", "sarif")[1])["results"]
    spec = Path(SPEC)
    spec.write_text("# one\n# two\n" + spec.read_text(encoding="utf-8"), encoding="utf-8")
    after = sarif(run(*PADDED_IS, "--format", "sarif")[1])["results"]
    assert [one["partialFingerprints"] for one in after] == [
        one["partialFingerprints"] for one in before
    ]
    assert [place(one)[1] - 2 for one in after] == [place(one)[1] for one in before]


def test_no_two_results_have_one_fingerprint(hostile):
    (first, *_) = hostile.verdict.failing
    twice = replace(hostile, verdict=replace(hostile.verdict, findings=(first, replace(first))))
    assert len(sarif(gate_renderer("sarif")([twice], []))["results"]) == 2


def test_rules_of_sarif_help_as_explain_does(run):
    rules = sarif(run(*RIGHT_IS, "--format", "sarif")[1])["tool"]["driver"]["rules"]
    for rule in rules:
        code = CODES[rule["id"]]
        for text in (rule["help"]["text"], rule["help"]["markdown"]):
            assert code.mend in text
            assert code.example in text


# ---- GitLab ------------------------------------------------------------------------------------

GITLAB = {
    "type": "array",
    "items": closed(
        {
            "description": TEXT,
            "check_name": {"enum": [*CODES, "undecided"]},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": closed(
                {
                    "path": {**TEXT, "pattern": r"^(?!\./|/)"},
                    "lines": closed({"begin": {"type": "integer", "minimum": 1}}),
                }
            ),
        }
    ),
}
"""What GitLab documents of its code quality reports."""


def gitlab(text):
    issues = json.loads(text)
    jsonschema.validate(issues, GITLAB)
    assert len({one["fingerprint"] for one in issues}) == len(issues)
    return issues


def test_gitlab_has_an_issue_for_all_that_fails(run):
    code, out, _ = run(*PADDED_IS, "--format", "gitlab")
    assert code == 1
    issues = gitlab(out)
    assert len(issues) == 10
    assert issues[0]["check_name"] == "shape"
    assert issues[0]["location"] == {"path": SPEC, "lines": {"begin": 43}}
    assert issues[0]["severity"] == "critical"
    assert issues[0]["description"].startswith("C1: output: 6@28x28 expected, 6@32x32 observed")
    assert gitlab(run(*RIGHT_IS, "--format", "gitlab")[1]) == []


# ---- GitHub ------------------------------------------------------------------------------------


def commands(text):
    """The workflow commands in an output, as GitHub's runner reads them."""
    found = []
    for line in re.split("[\r\n]", text):
        assert "##[" not in line  # the older form, obeyed anywhere in a line
        if not line.lstrip().startswith("::"):
            continue
        head, _, data = line.lstrip()[2:].partition("::")
        name, _, given = head.partition(" ")
        properties = dict(one.strip().split("=", 1) for one in given.split(",") if one)
        found.append((name, {k: unescaped(v, True) for k, v in properties.items()},
                      unescaped(data, False)))  # fmt: skip
    return found


def unescaped(text, in_property):
    signs = {"%0D": "\r", "%0A": "\n", **({"%3A": ":", "%2C": ","} if in_property else {})}
    for escape, sign in {**signs, "%25": "%"}.items():
        text = text.replace(escape, sign)
    return text


def test_github_annotates_the_line_of_the_claim(run):
    code, out, _ = run(*PADDED_IS, "--format", "github")
    assert code == 1
    _, text, _ = run(*PADDED_IS)
    assert out.startswith(text)  # for those who read the log
    found = commands(out)
    assert found[0] == (
        "error",
        {"file": SPEC, "line": "43", "title": "C1: shape"},
        "output: 6@28x28 expected, 6@32x32 observed [ii] (checked on padded.yaml); "
        'to mend it: C1: padding "same" → "valid"',
    )
    assert [name for name, _, _ in found] == ["error"] * 10
    assert commands(run(*RIGHT_IS, "--format", "github")[1]) == []


def test_github_shows_ten_and_counts_the_rest(run):
    twice = (*PADDED_IS, "--model", "../" + Path.cwd().name + "/padded.yaml")
    found = commands(run(*twice, "--format", "github")[1])
    assert [name for name, _, _ in found] == ["error"] * 10 + ["notice"]
    assert found[-1][2] == "and 10 more, all of them in the log"
    # the cause of each model comes before what follows in any
    assert [one[1]["title"] for one in found[:2]] == ["C1: shape", "C1: shape"]


def test_a_missing_layer_is_annotated_once_before_each_of_its_facts(folder, run):
    f6 = "  F6:      {type: Dense, units: 84, activation: tanh}\n"
    Path("short.yaml").write_text(RECIPE.replace(f6, ""), encoding="utf-8")
    _, out, _ = run(SPEC, "--model", "short.yaml", "--static", "--format", "github")
    first, second, *_ = commands(out)
    assert first[1] == {"file": SPEC, "line": "27", "title": "F6: missing-layer"}
    assert first[2].startswith("missing: the model has no Dense here [structure]")
    assert "F6: insert Dense(84, tanh) after C5" in first[2]
    assert second[1]["title"] == "F6: missing-layer"


@pytest.fixture
def in_actions(folder, monkeypatch):
    """What GitHub sets for a step: the job's summary is in the file."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(folder))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(folder / "summary.md"))
    return folder / "summary.md"


def test_inside_github_actions_nothing_need_be_said(in_actions, run):
    in_actions.write_text("# Before\n")
    code, out, _ = run(*PADDED_IS)
    assert code == 1
    assert commands(out)[0][1] == {"file": SPEC, "line": "43", "title": "C1: shape"}
    _, markdown, _ = run(*PADDED_IS, "--format", "markdown")
    assert in_actions.read_text(encoding="utf-8") == "# Before\n" + markdown
    assert commands(in_actions.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("said", [["--format", "text"], ["--fix-hint"], ["--format", "json"]])
def test_inside_github_actions_what_is_said_holds(in_actions, run, said):
    code, out, _ = run(*PADDED_IS, *said)
    assert code == 1
    assert out
    assert commands(out) == []
    assert not in_actions.exists()


def test_inside_github_actions_what_is_configured_holds(in_actions, run):
    Path("pyproject.toml").write_text('[tool.lenet-verify]\nformat = "json"\n')
    _, out, _ = run(*PADDED_IS)
    assert json.loads(out)["holds"] is False
    assert not in_actions.exists()


def test_annotations_are_found_from_the_root_of_the_repository(in_actions, run, monkeypatch):
    monkeypatch.setenv("GITHUB_WORKSPACE", str(Path.cwd().parent))
    _, out, _ = run(*PADDED_IS)
    assert commands(out)[0][1]["file"] == f"{Path.cwd().name}/{SPEC}"


def test_a_mistake_in_a_spec_is_annotated_too(in_actions, run):
    Path("bad.yaml").write_text("format: 1\ntitle: t\ninput: 4\nlayers: {a: {type: Dens}}\n")
    code, out, err = run("bad.yaml")
    assert code == 2
    assert err.startswith("bad.yaml:4:20: unknown layer type 'Dens'")
    (found, *_) = commands(out)
    assert found[1] == {"file": "bad.yaml", "line": "4", "col": "20", "title": "lenet-verify"}
    Path("pyproject.toml").write_text("[tool.lenet-verify]\nouput = {}\n")
    code, out, err = run("spec/lenet5.yaml")
    assert code == 2
    assert commands(out)[0][1]["file"] == "pyproject.toml"


def test_a_summary_is_not_larger_than_is_shown(in_actions, run):
    in_actions.write_bytes(b"x" * (2**20 - 5000))
    assert run(*PADDED_IS, "--model", "right.yaml")[0] == 1
    text = in_actions.read_text(encoding="utf-8")
    assert len(text.encode()) < 2**20
    assert text.endswith("And 2 more, in the log.\n")


def test_a_summary_that_cannot_be_written_changes_no_verdict(in_actions, run):
    in_actions.mkdir()
    code, _, err = run(*PADDED_IS)
    assert code == 1
    assert err == "warning: the summary of the job cannot be written: Is a directory\n"


# ---- models on which there is no verdict -------------------------------------------------------


def test_a_model_that_cannot_be_read_is_no_pass_in_any_format(run):
    arguments = (*RIGHT_IS, "--model", "nothing.json")
    said = {kind: run(*arguments, "--format", kind) for kind in GATES}
    assert {code for code, _, _ in said.values()} == {2}
    right, none = junit(said["junit"][1])
    assert (right.get("failures"), right.get("errors")) == ("0", "0")
    assert none.find("testcase/error").get("message").endswith("there is no such file")
    found = sarif(said["sarif"][1])
    assert found["results"] == []
    (invocation,) = found["invocations"]
    assert invocation["executionSuccessful"] is False
    assert len(invocation["toolExecutionNotifications"]) == 1
    (issue,) = gitlab(said["gitlab"][1])
    assert (issue["check_name"], issue["severity"]) == ("undecided", "blocker")
    ((name, properties, message),) = commands(said["github"][1])
    assert (name, properties["title"]) == ("error", "no verdict on nothing.json")
    assert message.endswith("there is no such file")


def test_every_mistake_of_a_spec_in_place_of_a_model_is_told(run):
    Path("bad.yaml").write_text("format: 1\ntitle: t\ninput: 4\nlayers: {a: {type: Dens, x: 1}}\n")
    code, out, err = run(SPEC, "--model", "bad.yaml", "--static", "--format", "junit")
    assert code == 2
    (suite,) = junit(out)
    assert suite.find("testcase/error").get("message") == "; ".join(err.splitlines())


# ---- files -------------------------------------------------------------------------------------

ALL = ("text", "json", "markdown", *GATES)


def test_a_file_has_what_standard_output_would_have(run):
    said = {kind: run(*PADDED_IS, "--format", kind)[1] for kind in ALL}
    outputs = [option for kind in ALL for option in ("--output", f"{kind}=out/deep/{kind}")]
    code, out, err = run(*PADDED_IS, *outputs)
    assert (code, out) == (1, said["text"])
    assert err == "".join(f"wrote out/deep/{kind}\n" for kind in ALL)
    for kind in ALL:
        assert Path("out/deep", kind).read_text(encoding="utf-8") == said[kind]
    assert sorted(path.name for path in Path("out/deep").iterdir()) == sorted(ALL)


def test_many_models_are_lines_on_standard_output_and_whole_in_a_file(run):
    arguments = (SPEC, "--model", "*.yaml", "--static")
    code, lines, _ = run(*arguments)
    assert code == 1
    code, out, _ = run(*arguments, "--output", "junit=j.xml", "--output", "text=t.txt")
    assert (code, out) == (1, lines)
    assert Path("t.txt").read_text(encoding="utf-8") == lines
    broken, right = junit(Path("j.xml").read_text(encoding="utf-8"))
    assert "mends 10 of 10 broken facts" in broken.find("testcase/failure").text
    assert (broken.get("failures"), right.get("failures")) == ("6", "0")
    found = commands(run(*arguments, "--format", "github")[1])
    assert found[0][2].startswith("output: 6@28x28 expected, 6@32x32 observed")


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (
            "juint=x",
            "--output takes FORMAT=FILE with a FORMAT of text, json, markdown, html, junit, "
            "sarif, github, gitlab, not 'juint=x'; did you mean 'junit'?",
        ),
        (
            "junit",
            "--output takes FORMAT=FILE with a FORMAT of text, json, markdown, html, junit, "
            "sarif, github, gitlab, not 'junit'",
        ),
        ("junit=spec", "spec is a folder: name a file in it with --output"),
        ("junit=new/", "new/ is a folder: name a file in it with --output"),
        ("junit=right.yaml/x", "right.yaml is not a folder: name one with --output"),
        ("junit=link", "link is a link: name the file itself with --output"),
        ("junit=there/x", "there is a link: name the folder itself with --output"),
        ("junit=pipe", "pipe is not a file: name one with --output"),
        ("junit=/proc/nowhere/x", "/proc/nowhere cannot be written: No such file or directory"),
        ("sarif=same", "--output: same is named twice"),
    ],
)
def test_a_file_that_cannot_be_is_refused_in_one_line(run, given, line):
    Path("link").symlink_to("right.yaml")
    Path("there").symlink_to("spec")
    os.mkfifo("pipe")
    before = sorted(Path.cwd().rglob("*"))
    code, out, err = run(*PADDED_IS, "--output", "json=same", "--output", given)
    assert (code, out) == (2, "")
    assert [one for one in err.splitlines() if not one.startswith("wrote")] == [line]
    assert [path for path in sorted(Path.cwd().rglob("*")) if path.name != "same"] == before
    assert Path("right.yaml").read_text(encoding="utf-8") == RECIPE


def test_a_disk_that_is_full_leaves_the_old_file(folder, run, monkeypatch):
    Path("j.xml").write_text("old")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("lenet_verify.files.os.fsync", full)
    code, out, err = run(*PADDED_IS, "--output", "junit=j.xml")
    assert (code, out) == (2, "")
    assert err == "j.xml cannot be written: No space left on device\n"
    assert Path("j.xml").read_text() == "old"
    assert not list(folder.glob("*.part"))


def test_files_are_configured_from_the_folder_of_the_configuration(folder, run, monkeypatch):
    Path("pyproject.toml").write_text(
        "[tool.lenet-verify]\nstatic = true\n"
        'output = { junit = "out/j.xml", json = "out/v.json" }\n'
        '[[tool.lenet-verify.check]]\nspec = "spec/lenet5.yaml"\nmodel = "right.yaml"\n'
    )
    Path("below").mkdir()
    monkeypatch.chdir("below")
    code, _, err = run("--output", "json=mine.json")
    assert (code, err) == (0, "wrote below/mine.json\nwrote out/j.xml\n")
    assert json.loads(Path("mine.json").read_text())["holds"]
    assert junit(Path("../out/j.xml").read_text(encoding="utf-8"))
    assert not Path("../out/v.json").exists()  # the command line wins
    code, _, err = run("../spec/lenet5.yaml", "--model", "../right.yaml")
    assert (code, err) == (0, "wrote ../out/j.xml\nwrote ../out/v.json\n")


def test_mistakes_in_configured_files_are_told_with_their_places(run):
    Path("pyproject.toml").write_text(
        '[tool.lenet-verify]\noutput = { juint = "a", sarif = 1, json = "" }\n'
    )
    code, out, err = run(SPEC, "--static")
    assert (code, out) == (2, "")
    assert err.splitlines() == [
        "pyproject.toml:2:12: unknown key 'juint' of output; did you mean 'junit'?",
        "pyproject.toml:2:33: 'sarif' takes a text",
        "pyproject.toml:2:43: 'json' takes a text",
    ]


# ---- names from strangers ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A verdict that breaks a claim for each name."""
    path = tmp_path_factory.mktemp("hostile") / "s.yaml"
    path.write_text(spec_of(NAMES, 3), encoding="utf-8")
    spec = replace(lv.load_spec(path), path="a b%2C,:[x](y){0}\n::error::é.yaml")
    model = lv.infer(spec)
    verdict = replace(lv.check(spec, model), model="m\n::error::]]>&{0}")
    own = replace(spec, title="\ud800" + spec.title)
    return Report(own, model, verdict, Provenance("by hand", (("lenet-verify", "0"),)))


def test_hostile_names_in_junit(hostile):
    text = gate_renderer("junit")([hostile], [])
    assert not FORBIDDEN.search(text.replace("\n", ""))
    (suite,) = junit(text)
    failures = [case.find("failure") for case in suite if case.find("failure") is not None]
    for shown in NAMES.values():
        assert any(f"[{shown}]" in failure.text for failure in failures), shown
        assert any(failure.get("message").startswith(shown + ": ") for failure in failures), shown
    names = " ".join(case.get("name") for case in suite)
    for shown in TEXTS.values():
        assert f"{shown}: {shown}" in names


def test_hostile_names_in_sarif(hostile):
    text = gate_renderer("sarif")([hostile], [])
    assert text.isascii()
    results = sarif(text)["results"]
    messages = [literal(one["message"]["text"]) for one in results]
    for shown in NAMES.values():
        assert any(one.startswith(f"{shown}: ") and f"[{shown}]" in one for one in messages), shown
    assert not any(FORBIDDEN.search(one) for one in messages)
    assert {place(one)[0] for one in results} == {hostile.spec.path}


def test_hostile_names_in_gitlab(hostile):
    text = gate_renderer("gitlab")([hostile], [])
    assert text.isascii()
    issues = gitlab(text)
    assert not any(FORBIDDEN.search(one["description"]) for one in issues)
    for shown in NAMES.values():
        assert any(one["description"].startswith(f"{shown}: ") for one in issues), shown
    assert {one["location"]["path"] for one in issues} == {visible(hostile.spec.path)}


ESCAPES = ("100%25", "a%0Ab%0D", "%3A%2C", "%250A", "a,b=c:d", "::", "a::b")


@pytest.mark.parametrize("name", [*NAMES, *TEXTS, *ESCAPES])
def test_hostile_names_in_github(hostile, name):
    """One at a time, since ten are shown."""
    (first, *_) = (f for f in hostile.verdict.failing if f.claim is not None)
    finding = replace(first, layer=name, claim=name, model_layer=None, file=f"{name}.yaml")
    report = replace(hostile, verdict=replace(hostile.verdict, findings=(finding,)))
    text = render_github([report])
    assert not FORBIDDEN.search(text.replace("\n", ""))
    ((kind, properties, message),) = commands(text)
    assert kind == "error"
    assert properties["title"] == f"{visible(name)}: argument"
    assert f"[{visible(name)}]" in message
    assert properties.keys() == {"file", "line", "title"}


@pytest.mark.parametrize("kind", GATES)
def test_hostile_names_of_models_without_a_verdict(kind):
    one = Undecided("s::,%0A\n.yaml", "m\r\n::error::x", "\x1b[2J ##[error] \ud800 {0} [a](b)")
    render = gate_renderer(kind) or render_github
    text = render([], [one])
    assert not FORBIDDEN.search(text.replace("\n", ""))
    if kind == "junit":
        ((case,),) = junit(text)
        said = case.find("error").get("message") + case.get("classname")
    elif kind == "sarif":
        ((invocation,),) = [sarif(text)["invocations"]]
        (notification,) = invocation["toolExecutionNotifications"]
        said = literal(notification["message"]["text"])
    elif kind == "gitlab":
        (issue,) = gitlab(text)
        said = issue["description"]
    else:
        ((_, properties, message),) = commands(text)
        assert properties["file"] == "s::,%0A\\x0a.yaml"
        said = message + properties["title"]
    assert not FORBIDDEN.search(said)
    for shown in ("m\\x0d\\x0a::error::x", "\\x1b[2J ", "\\ud800 {0} [a](b)"):
        assert shown in said


def test_hostile_names_of_mistakes_in_github(run, in_actions):
    names = list(NAMES)
    lines = ["format: 1", "title: t", "input: 3", "layers:"]
    lines += [f"  l{n}: {{type: {quoted(name)}}}" for n, name in enumerate(names)]
    Path("bad.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    code, out, _ = run("bad.yaml")
    assert code == 2
    found = commands(out)
    assert [name for name, _, _ in found] == ["error"] * 10 + ["notice"]
    assert [one[1]["line"] for one in found[:10]] == [str(n) for n in range(5, 15)]
    for name, one in zip(names[:10], found[:10], strict=True):
        assert f"'{visible(name)}'" in one[2]


# ---- the same bytes everywhere -----------------------------------------------------------------


@pytest.mark.parametrize("kind", GATES)
def test_no_format_names_a_place_or_differs_in_another(folder, run, monkeypatch, kind):
    _, here, _ = run(*PADDED_IS, "--format", kind)
    other = folder / "quite" / "another"
    shutil.copytree(folder / "spec", other / "spec")
    shutil.copy(folder / "padded.yaml", other)
    monkeypatch.chdir(other)
    assert run(*PADDED_IS, "--format", kind)[1] == here
    assert str(folder) not in here
