"""Why a verdict is broken: the edits that mend it, each tried out, and none too many."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import combinations, islice
from pathlib import Path
from random import Random

import pytest
from models.implementations import DEVIATIONS, FORMS, PAIRS, written

import lenet_verify as lv
from lenet_verify.architecture import Architecture, Layer, Shape
from lenet_verify.cli import main
from lenet_verify.edits import (
    Activation,
    Argument,
    Delete,
    Input,
    Insert,
    Type,
    applied,
)
from lenet_verify.edits import Swap as Swapped
from lenet_verify.inference import inferred
from lenet_verify.spec import Deviation
from lenet_verify.vocabulary import activation_of, complete
from tests.mutation.explained import LEAST
from tests.mutation.explained import explained as explained_edits

ROOT = Path(__file__).parent.parent
LENET5 = lv.load_spec(str(ROOT / "spec" / "lenet5.yaml"))
OWN = lv.infer(LENET5)


def explained(model, spec=LENET5):
    return lv.explain(spec, model, lv.check(spec, model))


def told(causes, named):
    """Layer and edit of each cause, by the names that the layers had."""
    back = {theirs: ours for ours, theirs in named.items()}

    def name(cause):
        return cause.layer or back.get(cause.model_layer, cause.model_layer)

    return {f"{name(cause)}: {cause.edit.partition(' after ')[0]}" for cause in causes}


def lines(text):
    return {line.strip() for line in text.splitlines() if line.strip()}


TANH = '{}: activation "{}" → "tanh"'
RELU = "\n".join(TANH.format(name, "relu") for name in ("C1", "C3"))
MAX = "S2: MaxPooling2D → AveragePooling2D\nS4: MaxPooling2D → AveragePooling2D"
LOGITS = 'output: activation "linear" → "softmax"'
LARGER = "input: 1@28x28 → 1@32x32"
C1_PADDED, C3_PADDED = (f'{name}: padding "same" → "valid"' for name in ("C1", "C3"))
KERNELS = "C1: kernel_size 3x3 → 5x5\nC3: kernel_size 3x3 → 5x5"
MAPS_20_AND_50 = "C1: filters 20 → 6\nC3: filters 50 → 16"
NO_F6 = "F6: insert Dense(84, tanh)"
NORM = "{}: delete it (BatchNormalization)"

CAUSES = {
    "relu": RELU,
    "relu-in-layers-of-its-own": RELU,
    "relu-everywhere": RELU + "\n" + TANH.format("C5", "relu") + "\n" + TANH.format("F6", "relu"),
    "sigmoid": RELU.replace("relu", "sigmoid"),
    "max-pooling": MAX,
    "28x28": LARGER,
    "28x28-C1-padded": f"{LARGER}\n{C1_PADDED}",
    "C1-padded": C1_PADDED,
    "C3-padded": C3_PADDED,
    "3x3": KERNELS,
    "20-and-50-maps": MAPS_20_AND_50,
    "32-and-64-maps": "C1: filters 32 → 6\nC3: filters 64 → 16",
    "C5-of-128": "C5: units 128 → 120",
    "C5-convolved-on-6x6": C1_PADDED,
    "C5-convolved-on-7x7": C3_PADDED,
    "C5-convolved-and-padded": 'C5: padding "same" → "valid"',
    "C5-convolved-in-groups": "C5: groups 2 → 1",
    "pooling-stride-1": "S2: strides 1x1 → 2x2\nS4: strides 1x1 → 2x2",
    "pooling-3x3": "S2: pool_size 3x3 → 2x2\nS4: pool_size 3x3 → 2x2",
    "a-third-pooling": "S6: delete it (AveragePooling2D(2x2))",
    "S2-missing": "S2: insert AveragePooling2D(2x2)",
    "S4-missing": "S4: insert AveragePooling2D(2x2)",
    "activation-after-pooling": "\n".join(
        f"{name}: delete it (Activation(sigmoid))" for name in ("S2", "S4")
    ),
    "activation-after-pooling-instead": "S2: swap with after_S2\nS4: swap with after_S4",
    "F6-missing": NO_F6,
    "F6-of-64": "F6: units 64 → 84",
    "one-dense-layer-of-500": f"C5: units 500 → 120\n{NO_F6}",
    "a-dense-layer-more-at-the-end": "F7: delete it (Dense(42, tanh))",
    "a-dense-layer-more-at-first": "wide: delete it (Dense(256, tanh))",
    "43-classes": "output: units 43 → 10",
    "one-sigmoid-output": 'output: units 1 → 10\noutput: activation "sigmoid" → "softmax"',
    "logits": LOGITS,
    "log-softmax": 'output: activation "log_softmax" → "softmax"',
    "log-softmax-in-a-layer": 'output: activation "log_softmax" → "softmax"',
    "relu-before-softmax": 'output: activation "relu" → "linear"',
    "softmax-twice": "output: delete it (Softmax)",
    "flatten-missing": "flatten: insert Flatten",
    "flatten-missing-after-convolved-C5": "flatten: insert Flatten",
    "flatten-by-pooling": "flatten: GlobalAveragePooling2D → Flatten",
    "flatten-of-permuted-maps": "to_channels_first: delete it (Permute)",
    "reshape-not-to-a-vector": "flatten: Reshape → Flatten",
    "reshape-and-permute": "mix: delete it (Permute)",
    "C5-convolved-then-relu": "C5: delete it (ReLU)",
    "batch-normalization": NORM.format("bn"),
    "batch-normalization-before-tanh": NORM.format("bn"),
    "batch-normalization-everywhere": "\n".join(NORM.format(f"bn_{n}") for n in (1, 2, 3, 4)),
    "3-channels": "input: 3@32x32 → 1@32x32",
    "max-pooling, relu": f"{RELU}\n{MAX}",
    "28x28-C1-padded, max-pooling, relu": f"{LARGER}\n{C1_PADDED}\n{RELU}\n{MAX}",
    "28x28, 3x3": f"{LARGER}\n{KERNELS}",
    "28x28, max-pooling": f"{LARGER}\n{MAX}",
    "batch-normalization, max-pooling": f"{NORM.format('bn')}\n{MAX}",
    "a-dense-layer-more, logits": f"F7: delete it (Dense(42, tanh))\n{LOGITS}",
    "F6-missing, logits": f"{NO_F6}\n{LOGITS}",
    "F6-missing, max-pooling": f"{NO_F6}\n{MAX}",
    "C3-padded, relu": f"{C3_PADDED}\n{RELU}",
    "20-and-50-maps, one-dense-layer-of-500, max-pooling": "\n".join(
        (MAPS_20_AND_50, MAX, "C5: units 500 → 120", NO_F6)
    ),
    "3-channels, 43-classes": "input: 3@32x32 → 1@32x32\noutput: units 43 → 10",
    "C5-convolved, max-pooling": MAX,
    "dropout, relu": RELU,
    "reshape, logits": LOGITS,
}
"""By the names in `DEVIATIONS` and `PAIRS`, what mends them: what was done to the paper's network,
taken back."""


def test_every_deviation_has_its_causes():
    assert CAUSES.keys() == {**DEVIATIONS, **PAIRS}.keys()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("case", CAUSES)
def test_the_causes_are_what_was_done(case, form):
    deviation = {**DEVIATIONS, **PAIRS}[case]
    model, named = written(form, deviation.steps(), deviation.shape)
    causes = explained(lv.read(model))
    back = {theirs: ours for ours, theirs in named.items()}
    found = told(causes, named)
    for theirs, ours in back.items():
        found = {text.replace(f"swap with {theirs}", f"swap with {ours}") for text in found}
    assert found == lines(CAUSES[case])
    assert causes.unmended == causes.breaks == ()
    assert causes.mended == len(causes.failing) == sum(cause.mends for cause in causes)


FAULTS = {
    "input": Input(layer="input", old=Shape((32, 32, 1)), new=Shape((28, 28, 1))),
    "padding": Argument(layer="C1", argument="padding", old="valid", new="same"),
    "kernel": Argument(layer="C3", argument="kernel_size", old=(5, 5), new=(3, 3)),
    "strides": Argument(layer="S2", argument="strides", old=(2, 2), new=(1, 1)),
    "widths": Argument(layer="C3", argument="filters", old=16, new=20),
    "units": Argument(layer="C5", argument="units", old=120, new=100),
    "relu": Activation(layer="F6", old="tanh", new="relu"),
    "max": Type(
        layer="S4", old="AveragePooling2D", new="MaxPooling2D", arguments=OWN.layer("S4").config
    ),
    "missing": Delete(layer="F6", old=OWN.layer("F6")),
    "extra": Insert(
        layer="S2", new=Layer(name="norm", type="BatchNormalization",
                              config=complete("BatchNormalization", {})),
    ),
    "swapped": Swapped(layer="C5", other="F6"),
    "logits": Activation(layer="output", old="softmax", new="linear"),
}  # fmt: skip
"""One fault of each kind."""


def where(edit):
    return {"norm"} if isinstance(edit, Insert) else {*edit.layers}


@pytest.mark.no_cover  # as above
@pytest.mark.parametrize("count", [1, 2, 3])
def test_faults_at_once_are_each_told(count):
    """Single, in pairs and in threes: as many causes, on the layers that the faults are on."""
    tried = 0
    for names in combinations(FAULTS, count):
        faults = [FAULTS[name] for name in names]
        model = applied(OWN, *faults)
        if model is None or lv.check(LENET5, model).holds:
            continue
        tried += 1
        causes = explained(model)
        assert causes.unmended == causes.breaks == (), names
        assert len(causes) <= count, (names, [cause.edit for cause in causes])
        if len(causes) == count:
            touched = {name for fault in faults for name in where(fault)}
            places = {cause.layer or cause.model_layer for cause in causes}
            assert places <= touched, (names, [(c.layer, c.edit) for c in causes])
    assert tried >= {1: 12, 2: 50, 3: 120}[count]


def test_fewer_edits_that_do_the_same_are_found():
    """Swapping two layers of other sizes is one edit, not one for each of them."""
    model = applied(OWN, FAULTS["swapped"])
    (cause,) = explained(model)
    assert (cause.kind, cause.layer, cause.model_layer) == ("swap", "F6", "F6")


def test_a_verdict_that_holds_has_no_causes():
    causes = explained(OWN)
    assert not causes
    assert causes.failing == ()


def test_what_mends_nothing_alone_tells_what_it_keeps():
    model, _ = written("Functional", DEVIATIONS["28x28-C1-padded"].steps(), (28, 28, 1))
    larger, unpadded = explained(lv.read(model))
    assert (larger.mends, unpadded.mends, unpadded.keeps) == (2, 0, 10)


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("28x28-C1-padded", "pads them instead: pad the images to 32x32"),
        ("C1-padded", "padded although the images are 32x32 already"),
        ("20-and-50-maps", "the LeNet that came with Caffe"),
        ("logits", "from_logits=True"),
    ],
)
def test_a_well_known_mistake_is_said_in_words(case, said):
    deviation = DEVIATIONS[case]
    model, _ = written("Functional", deviation.steps(), deviation.shape)
    (text,) = explained(lv.read(model)).mistakes
    assert said in text


@pytest.mark.parametrize("case", ["relu", "28x28", "C3-padded", "43-classes", "a-third-pooling"])
def test_other_deviations_are_no_well_known_mistakes(case):
    deviation = DEVIATIONS[case]
    model, _ = written("Functional", deviation.steps(), deviation.shape)
    assert explained(lv.read(model)).mistakes == ()


def test_a_nested_model_is_edited_inside():
    import keras
    from models.implementations import conv, lenet

    steps = lenet(C3=conv("C3", 16, padding="same"))
    features = keras.Sequential([keras.Input((32, 32, 1)), *steps[:5]], name="features")
    model = lv.read(keras.Sequential([keras.Input((32, 32, 1)), features, *steps[5:]]))
    (cause,) = explained(model)
    assert (cause.layer, cause.edit) == ("C3", 'padding "same" → "valid"')
    assert cause.hint == 'features/C3: Conv2D(padding="valid")  # was "same"'


def test_of_an_unreadable_model_causes_are_not_guessed():
    model = Architecture(
        title="", inputs=(), outputs=(), layers=(), unknown={"layers": "it is somebody's own"}
    )
    causes = explained(model)
    assert not causes.every
    assert causes.why == "which layers it has is unknown: it is somebody's own"
    assert causes.unmended == causes.failing


def test_another_network_altogether_is_not_explained():
    rows = [Layer(name="input", type="InputLayer", shapes=(Shape((32, 32, 1)),))]
    for number in range(60):
        config = complete("Conv2D", {"filters": 3, "kernel_size": (1, 1), "activation": "relu"})
        rows.append(
            Layer(name=f"c{number}", type="Conv2D", config=config, inputs=(rows[-1].name,),
                  activation=activation_of("Conv2D", config))
        )  # fmt: skip
    model = inferred(
        Architecture(title="", inputs=("input",), outputs=("c59",), layers=tuple(rows))
    )
    causes = explained(model)
    assert not causes.every
    assert "another network" in causes.why


def test_what_deviates_as_accepted_is_no_cause():
    model = applied(OWN, FAULTS["logits"], FAULTS["max"])
    deviation = Deviation("output", "activation", "linear", "the loss takes logits")
    verdict = lv.check(LENET5, model, deviations=[deviation])
    (cause,) = lv.explain(LENET5, model, verdict)
    assert cause.layer == "S4"


def test_claims_alone_have_causes_too(tmp_path):
    path = tmp_path / "open.yaml"
    path.write_text(
        "format: 1\ntitle: T\nclaims:\n"
        "  - {id: a, why: w, expect: {C1: {type: Conv2D, kernel_size: 5x5, output: 6@28x28}}}\n"
        "  - {id: b, why: w, expect: {S2: {type: AveragePooling2D, output: 6@14x14}}}\n",
        encoding="utf-8",
    )
    spec = lv.load_spec(str(path))
    causes = explained(applied(OWN, FAULTS["padding"]), spec)
    assert [(cause.layer, cause.edit) for cause in causes] == [("C1", 'padding "same" → "valid"')]


# Random networks


@pytest.mark.no_cover  # what it runs is measured by others; measuring takes three times as long
@pytest.mark.parametrize(("edits", "count"), [(1, 120), (2, 80)])
def test_random_edits_to_random_networks_are_told(edits, count):
    """They, or as few with the same effect. `python -m tests.mutation.explained` does it by the
    thousand; docs/causes.md has what came of it."""
    tried = [*islice(explained_edits(Random(11), edits), count)]
    missed = [str(one) for one in tried if not one.told]
    assert len(missed) <= (1 - LEAST[edits]) * count, "\n".join(missed)
    for one in tried:  # nothing is said to be mended that is not
        assert one.causes.mended > 0 or not one.causes.every, str(one)
    assert len({edit.kind for one in tried for edit in one.edits}) >= 9


# On the command line


@pytest.fixture
def theirs(tmp_path, monkeypatch):
    """Two specs to be taken for models: with two faults, and with none."""
    text = (ROOT / "spec" / "lenet5.yaml").read_text(encoding="utf-8")
    faulty = text.replace(
        "filters: 6, kernel_size: 5, strides: 1", "filters: 6, kernel_size: 5, padding: same"
    )
    faulty = faulty.replace("  F6:      {type: Dense, units: 84, activation: tanh}\n", "")
    (tmp_path / "lenet5.yaml").write_text(text, encoding="utf-8")
    faulty = faulty.partition("\nclaims:")[0] + "\n"
    (tmp_path / "theirs.yaml").write_text(faulty, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return ["lenet5.yaml", "--model", "theirs.yaml", "--static"]


def test_the_terminal_tells_causes_first_and_folds_what_follows(theirs, capsys):
    assert main(theirs) == 1
    out = capsys.readouterr().out
    heading = "2 edits mend 19 of 19 broken facts, and no fewer do\n"
    first = '  1. C1: padding "same" → "valid": mends 8 of 19 broken facts\n'
    second = "  2. F6: insert Dense(84, tanh) after C5: mends 11 of 19 broken facts\n"
    assert heading + first + second in out
    assert out.index(heading) < out.index("   layer ") < out.index("broken (19)")
    assert "  by 1. C1\n  • C1\n    ✗ output: 6@28x28 expected, 6@32x32 observed" in out
    assert "follow from it: S2 input, output; C3 output" in out


def test_markdown_tells_causes_first(theirs, capsys):
    assert main([*theirs, "--format", "markdown"]) == 1
    out = capsys.readouterr().out
    assert "## Causes (2)\n\n2 edits mend 19 of 19 broken facts, and no fewer do.\n" in out
    assert out.index("## Causes") < out.index("## Broken (19)") < out.index("## Claims")


def test_json_keeps_every_finding(theirs, capsys):
    assert main([*theirs, "--format", "json"]) == 1
    document = json.loads(capsys.readouterr().out)
    first, second = document["causes"]
    assert (first["layer"], first["model_layer"]) == ("C1", "C1")
    assert first["edit"] == 'padding "same" → "valid"'
    assert (first["kind"], first["old"], first["new"]) == ("argument", "same", "valid")
    assert (first["mends"], first["of"]) == (8, 19)
    assert (second["layer"], second["model_layer"], second["mends"]) == ("F6", None, 11)
    broken = {n for n, f in enumerate(document["findings"]) if f["outcome"] == "broken"}
    assert {*first["findings"], *second["findings"]} == broken
    told = document["explanation"]
    assert (told["edits"], told["mended"], told["of"], told["fewest"]) == (2, 19, 19, True)
    assert told["unmended"] == told["breaks"] == []


def test_the_fix_is_printed_to_be_copied(theirs, capsys):
    assert main([*theirs, "--fix-hint"]) == 1
    assert capsys.readouterr().out == (
        "# theirs.yaml: 2 edits mend 19 of 19 broken facts, and no fewer do\n"
        'C1: Conv2D(padding="valid")  # was "same"\n'
        '+ F6: Dense(units=84, activation="tanh")  # after C5\n'
    )
    assert main(["lenet5.yaml", "--static", "--fix-hint", "--out", "r"]) == 0
    assert capsys.readouterr().out == "# lenet5.yaml: every claim holds\n"


def test_the_fix_is_text(theirs, capsys):
    assert main([*theirs, "--fix-hint", "--format", "json"]) == 2
    assert "leave --format json out" in capsys.readouterr().err


def test_a_green_verdict_loads_nothing_of_it():
    code = (
        "import sys; from lenet_verify.cli import main\n"
        "assert main(['spec/lenet5.yaml', '--static', '--model', 'spec/lenet5.yaml']) == 0\n"
        "assert not [n for n in sys.modules if n.startswith(('lenet_verify.explaining',"
        " 'lenet_verify.edits'))]"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
