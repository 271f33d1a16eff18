"""`lenet-verify strength`: which single edits to its own network a spec notices."""

import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from fcntl import ioctl
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import lenet_verify as lv
from lenet_verify import many
from lenet_verify.edits import applied
from lenet_verify.freeze import freeze
from lenet_verify.spec import Limits
from lenet_verify.spec.load import read_spec
from lenet_verify.strength import Fate, strength
from lenet_verify.strength.telling import percent
from tests.processes import until_closed
from tests.test_edits import BRANCHES, WORDS

ROOT = Path(__file__).parent.parent
LENET5 = ROOT / "spec" / "lenet5.yaml"
COMMAND = Path(sys.executable).with_name("lenet-verify")

SAMES = """\
format: 1
title: sames
input: 3@9x9
layers:
  conv: {type: Conv2D, filters: 8, kernel_size: 2, activation: relu}
  mean: {type: GlobalAveragePooling2D}
  map:  {type: Reshape, target_shape: [1, 1, 8]}
  gate: {type: Conv2D, filters: 8, kernel_size: 1, activation: sigmoid}
  mul:  {type: Multiply, inputs: [conv, gate]}
  pool: {type: MaxPooling2D}
  tanh: {type: Activation, activation: tanh}
  relu: {type: ReLU}
  drop: {type: Dropout, rate: 0.5}
  up:   {type: Conv2DTranspose, filters: 4, kernel_size: 2, strides: 2}
  whole: {type: Conv2D, filters: 6, kernel_size: 8}
  tiny: {type: AveragePooling2D, pool_size: 1}
  soft: {type: Softmax}
  flat: {type: Flatten}
  out:  {type: Dense, units: 6}
  same: {type: Dense, units: 6}
"""


def spec_of(text):
    return read_spec(text.encode(), "spec.yaml", Limits())


@pytest.fixture
def run(tmp_path, monkeypatch, command):
    """The command in this process, in a folder with LeNet-5."""
    # a process as large as that of many tests is dear to fork
    monkeypatch.setattr(many, "cores", lambda: 1)
    monkeypatch.chdir(tmp_path)
    Path("lenet5.yaml").write_bytes(LENET5.read_bytes())
    return partial(command, "strength")


def poorer(drop):
    """LeNet-5 without some claims."""
    text = LENET5.read_text(encoding="utf-8")
    head, *claims = re.split(r"^(?=  - id: )", text, flags=re.MULTILINE)
    kept = [one for one in claims if not drop(re.match(r"  - id: (\S+)", one)[1])]
    assert len(kept) < len(claims)
    return head + "".join(kept)


def test_lenet5_is_pinned(run):
    code, out, err = run("lenet5.yaml", "--fail-under", 100)
    assert (code, err) == (0, "")
    assert out.startswith("✓ LeNet-5 (lenet5.yaml): notices 167 of 167 single edits to its network")
    assert "nothing notices" not in out


@pytest.mark.parametrize("text", [BRANCHES, WORDS, SAMES], ids=["branches", "words", "sames"])
def test_what_is_frozen_is_pinned(text):
    frozen = freeze(lv.infer(spec_of(text)), "it").text
    found = strength(spec_of(frozen))
    assert (found.score, found.survivors) == (100, ())
    assert found.total.edits > 100


def test_survivors_are_named_with_the_claim_that_catches_them(run):
    """No claim says how C1 and C3 are activated, nor whether pooling takes the mean."""
    Path("poor.yaml").write_text(poorer(lambda id_: id_ in ("tanh", "average-pooling")))
    code, out, _ = run("poor.yaml", "--fail-under", 100)
    assert code == 1
    gone = re.search(r"nothing notices \((\d+)\)\n(.*?)\n\n", out, re.DOTALL)
    assert int(gone[1]) == 4 * 8
    told = [" ".join(line.split()) for line in gone[2].splitlines()]
    assert [line.partition(" ")[0] for line in told] == ["C1", "C3", "C5", "F6"]
    assert told[0].startswith('C1 activation "tanh" → "linear", "relu", ')
    assert "      C1: {activation: tanh}\n      C3: {activation: tanh}\n" in out


@pytest.mark.no_cover  # what it runs is measured by others, and measuring takes its time
def test_the_claims_that_it_proposes_do_catch_the_survivors(run):
    """Of a spec with nothing but layers; whatever is pasted is read, and holds."""
    for number, text in enumerate((LENET5.read_text(encoding="utf-8"), BRANCHES, WORDS, SAMES)):
        file = Path(f"{number}.yaml")
        file.write_text(text.partition("\nclaims:")[0] + "\n")
        code, out, _ = run(file)
        assert code == 0
        assert "nothing notices" in out
        pasted = out.partition("claims that would, if the paper says so\n")[2]
        file.write_text(f"{file.read_text()}\nclaims:\n{pasted}")
        code, out, _ = run(file, "--fail-under", 100)
        assert code == 0, out


def test_ids_of_proposed_claims_are_free(run):
    text = poorer(lambda id_: id_ == "tanh").replace("id: total", "id: activation")
    Path("poor.yaml").write_text(text)
    _, out, _ = run("poor.yaml")
    assert "  - id: activation-again\n" in out


def test_scores_of_quotes_of_claims_and_with_the_structure(run):
    """A quote pins the units of C5, a `why` its weights, and the layers what it is fed by."""
    text = LENET5.read_text(encoding="utf-8").partition("\nclaims:")[0]
    quote = "  - {id: a, quote: 120 units, expect: {C5: {units: 120}}}\n"
    why = "  - {id: b, why: arithmetic, expect: {C5: {params: 48120}}}\n"
    scores = {}
    for name, claims in (("none", ""), ("quote", quote), ("both", quote + why)):
        Path("it.yaml").write_text(text + (f"\nclaims:\n{claims}" if claims else "\n"))
        _, out, _ = run("it.yaml", "--format", "json")
        found = json.loads(out)
        (scores[name],) = [one for one in found["layers"] if one["layer"] == "C5"]
    assert scores["none"]["by_quotes"] == scores["none"]["by_claims"] == 0
    assert 0 < scores["none"]["noticed"] < scores["none"]["edits"]
    # four other widths
    assert scores["quote"]["by_quotes"] >= 4
    assert scores["quote"]["by_claims"] == scores["quote"]["by_quotes"]
    assert scores["both"]["by_quotes"] == scores["quote"]["by_quotes"]
    # without a bias, too
    assert scores["both"]["by_claims"] > scores["quote"]["by_claims"]


def test_the_score_is_never_rounded_up(run):
    """One of 167 survives: 99.4 %, and below 100."""
    text = LENET5.read_text(encoding="utf-8").replace(
        "output: {type: Dense, units: 10, output: 10, activation: softmax}",
        "output: {type: Dense, units: 10, output: 10, activation: {any: [softmax, linear]}}",
    )
    Path("it.yaml").write_text(text)
    assert percent(19_999, 20_000) == "99.9 %"
    code, out, _ = run("it.yaml", "--fail-under", "99.5%")
    assert code == 1
    assert re.search(r"claims, and the structure of the layers +166 +99\.4 %", out)
    assert run("it.yaml", "--fail-under", "99.4")[0] == 0
    # it is not proposed to claim what the spec leaves open, but what would catch it is said
    assert 'output  activation "softmax" → "linear"' in out


@pytest.mark.no_cover  # as above
def test_edits_that_compute_the_same_compute_the_same():
    """By Keras, with the same weights; and there are some of many kinds."""
    spec = spec_of(SAMES)
    own = lv.infer(spec)
    model = lv.build(spec)
    rng = np.random.default_rng(0)
    model.set_weights([rng.normal(size=one.shape) for one in model.get_weights()])
    images = rng.normal(size=(4, 9, 9, 3)).astype("float32")
    told = model.predict(images, verbose=0)
    found = strength(spec)
    sames = [edit for edit, fate in found.edits if fate is Fate.SAME]
    for edit in sames:
        frozen = spec_of(freeze(applied(own, edit), "it").text)
        other = lv.build(frozen)
        other.set_weights(model.get_weights())
        np.testing.assert_allclose(
            other.predict(images, verbose=0), told, rtol=1e-4, atol=1e-5, err_msg=edit.text
        )
    assert {f"{edit.layer} {edit.text}" for edit in sames} >= {
        "mean keepdims false → true",
        "map insert Activation(relu) after it",
        "gate strides 1x1 → 2x2",
        'gate padding "valid" → "same"',
        'pool padding "valid" → "same"',
        "pool swap with tanh",
        "relu duplicate it (ReLU)",
        "relu swap with drop",
        "drop delete it (Dropout(0.5))",
        'up padding "valid" → "same"',
        "whole strides 1x1 → 2x2",
        "tiny AveragePooling2D → MaxPooling2D",
        "tiny delete it (AveragePooling2D(1x1))",
        "flat duplicate it (Flatten)",
    }
    assert "tanh swap with relu" not in {f"{edit.layer} {edit.text}" for edit in sames}


def test_a_sample_is_spread_over_the_network(run):
    code, out, _ = run("lenet5.yaml", "--sample", 20, "--format", "json")
    found = json.loads(out)
    assert (code, found["sampled"], found["sampled_from"]) == (0, 20, 174)
    assert len(found["layers"]) == 9


def test_every_key_of_the_json_is_explained(run):
    Path("poor.yaml").write_text(poorer(lambda id_: id_ == "tanh"))
    document = json.loads(run("poor.yaml", "--format", "json")[1])
    assert document["schema"] == "lenet-verify/strength-1"
    page = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    tables = (document["kinds"], document["layers"], document["survivors"], document["proposals"])
    keys = {*document, *document["not_counted"], *(key for one in tables for key in one[0])}
    assert not [key for key in keys if f'"{key}"' not in page]
    assert document["survivors"][0] == {
        "layer": "C1",
        "kind": "activation",
        "edit": 'activation "tanh" → "linear"',
        "old": "tanh",
        "new": "linear",
        "claim": {"layer": "C1", "fact": "activation", "expected": "tanh"},
    }


def test_markdown_has_the_claims_to_paste(run):
    Path("poor.yaml").write_text(poorer(lambda id_: id_ == "tanh"))
    _, out, _ = run("poor.yaml", "--format", "markdown")
    (block,) = re.findall(r"```yaml\n(.*?)```", out, re.DOTALL)
    assert block.startswith("  - id: activation\n")
    assert "| kind of edit | edits | by quotes | by claims | noticed |" in out


def test_the_same_bytes_whatever_the_order_of_hashes():
    told = {
        subprocess.run(
            [COMMAND, "strength", LENET5, "--format", kind],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True, check=True,
        ).stdout
        for kind in ("json",)
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(told) == 1


UNTRUE = """\
format: 1
title: untrue
input: 4
layers: {out: {type: Dense, units: 3}}
claims:
  - {id: said, quote: of 4 units, expect: {out: {units: 4, activation: linear}}}
  - {id: own, why: w, expect: {out: {use_bias: true}}}
"""


def test_what_a_source_says_that_is_not_so_is_set_aside_and_notices_nothing(run):
    Path("untrue.yaml").write_text(UNTRUE)
    Path("true.yaml").write_text(UNTRUE.replace("units: 4, ", ""))
    told = [json.loads(run(name, "--format", "json")[1]) for name in ("untrue.yaml", "true.yaml")]
    untrue, true = told
    assert untrue.pop("set_aside") == [{"claim": "said", "layer": "out", "fact": "units"}]
    assert true.pop("set_aside") == []
    for document in told:
        del document["spec"]
    assert untrue == true
    line = "Set aside, since the network itself does not bear it out: units of out [said]."
    for kind in ("text", "markdown"):
        _, out, _ = run("untrue.yaml", "--format", kind)
        assert line in out.replace("\\", "")


REFUSED = {
    "claims alone": (
        "format: 1\ntitle: open\nclaims: [{id: a, why: w, expect: {model: {params: 3}}}]\n",
        "it.yaml has claims but no 'layers': there is no network of its own to edit\n",
    ),
    "a spec that fails itself": (
        BRANCHES + "claims: [{id: a, why: w, expect: {out: {units: 4}}}]\n",
        "it.yaml does not hold for its own network (out: units), so nothing can be said of its "
        "strength: see `lenet-verify check --static`\n",
    ),
    "layers that do not join": (
        BRANCHES.replace("3@16x16", "3@2x2"),
        "it.yaml:11:3: layer 'wide': DepthwiseConv2D on 4@2x2: its window reaches over 3, beyond "
        "an input of size 2\n",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_measured_is_refused_in_a_line(run, case):
    text, complaint = REFUSED[case]
    Path("it.yaml").write_text(text)
    assert run("it.yaml") == (2, "", complaint)


@pytest.mark.parametrize(
    "arguments", [["--fail-under", "101"], ["--fail-under", "all"], ["--sample", "0"], ["a", "b"]]
)
def test_bad_usage(run, arguments):
    code, out, err = run("lenet5.yaml", *arguments)
    assert (code, out) == (2, "")
    assert err.count("\n") == 2


def test_no_framework_is_imported():
    code = (
        "import sys; from lenet_verify.cli import main;"
        f"code = main(['strength', {str(LENET5)!r}]);"
        "sys.exit(code or bool({'keras', 'numpy', 'tensorflow', 'h5py'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert run.returncode == 0, run.stderr


def test_a_bar_on_a_terminal_where_it_takes_longer(tmp_path):
    """On standard error alone, and gone at the end."""
    layers = "\n".join(
        f"  c{n}: {{type: Conv2D, filters: 8, kernel_size: 3, padding: same, activation: relu}}"
        for n in range(40)
    )
    Path(tmp_path, "deep.yaml").write_text(
        f"format: 1\ntitle: deep\ninput: 8@16x16\nlayers:\n{layers}\n"
        "claims: [{id: a, why: w, expect: {'c*': {params: 584}}}]\n"
    )
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack("4H", 24, 80, 0, 0))
    with Path(tmp_path, "out").open("w") as file:
        process = subprocess.Popen(
            [COMMAND, "strength", "deep.yaml", "--sample", "400"],
            cwd=tmp_path, stdout=file, stderr=theirs,
        )  # fmt: skip
    os.close(theirs)
    shown = until_closed(ours).decode()
    os.close(ours)
    assert process.wait() == 0
    out = Path(tmp_path, "out").read_text(encoding="utf-8")
    assert out.startswith("✗ deep (deep.yaml): notices ")
    assert "/400 [" in shown
    assert " edits/s" in shown
    assert "/400 [" not in out
