"""What people write instead of LeNet-5: everything that deviates is told, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import keras
import numpy as np
import pytest
import yaml
from keras import layers
from models import right
from models.equivalents import EQUIVALENTS, REWRITTEN
from models.implementations import DEVIATIONS, FORMS, PAIRS, Deviation, lenet, written

import lenet_verify as lv
from lenet_verify.verdict import Outcome

# what these run is measured by others, and measuring doubles the time
pytestmark = pytest.mark.no_cover

ROOT = Path(__file__).parent.parent
LENET5 = lv.load_spec(str(ROOT / "spec" / "lenet5.yaml"))


def judged(spec, model):
    return lv.check(spec, lv.read(model))


def rows(*texts):
    """The lines of a case: code, layer, fact, observed; and whether they are all there is."""
    lines = [line.strip() for text in texts for line in text.splitlines() if line.strip()]
    found = set()
    for line in lines:
        if line == "...":
            continue
        left, _, observed = line.partition(": ")
        code, *places = left.split()
        for place in places:
            layer, _, fact = place.partition(".")
            found.add((code, layer, fact, observed and str(yaml.safe_load(observed))))
    return found, lines[-1] != "..."


def told(verdict, named):
    """The failing findings as rows, the model's own names put back to the paper's.

    All that is said of a layer that is missing is one row.
    """
    back = {theirs: ours for ours, theirs in named.items()}
    found = set()
    for finding in verdict.failing:
        assert finding.outcome is Outcome.BROKEN, finding
        if finding.code == "missing-layer":
            found.add(("missing-layer", finding.layer, "", ""))
            continue
        observed = finding.observed
        if finding.fact == "inputs":
            observed = [back.get(name, name) for name in observed]
        layer = back.get(finding.layer, finding.layer)
        found.add((finding.code, layer, finding.fact, str(observed)))
    return found


def assert_their_layers_are_named(verdict, named):
    """Each finding says which of the user's layers it is about."""
    for finding in verdict.failing:
        theirs = finding.model_layer
        if finding.code == "missing-layer" or finding.layer == "model":
            assert theirs is None
        elif finding.layer != "input":
            assert theirs == named.get(finding.layer, finding.layer), finding


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("case", {**DEVIATIONS, **PAIRS})
def test_a_deviation_is_told_and_nothing_else(case, form):
    deviation = {**DEVIATIONS, **PAIRS}[case]
    model, named = written(form, deviation.steps(), deviation.shape)
    verdict = judged(LENET5, model)
    expected, all_there_is = rows(deviation.broken)
    found = told(verdict, named)
    assert expected <= found
    if all_there_is:
        assert found == expected
        assert_their_layers_are_named(verdict, named)


def pooled_off():
    """C5 convolved, and global pooling of the one pixel that is left instead of Flatten."""
    steps = lenet(flatten=None, C5=layers.Conv2D(120, 5, activation="tanh", name="C5"))
    return [*steps[:5], layers.GlobalAveragePooling2D(name="pool"), *steps[5:]]


@pytest.mark.parametrize("case", [*DEVIATIONS, *PAIRS, "pooled-off"])
def test_no_layer_is_named_that_the_model_has_not(case):
    """Nor are those that a rewrite makes up."""
    known = {**DEVIATIONS, **PAIRS}.get(case, Deviation(None, pooled_off, ""))
    model, _ = written("Functional", known.steps(), known.shape)
    theirs = {layer.name for layer in model.layers}
    verdict = judged(LENET5, model)
    assert {f.model_layer for f in verdict.findings} <= theirs | {None}
    assert {f.layer for f in verdict.failing if f.code == "extra-layer"} <= theirs
    assert {name for one in verdict.alignment for name in one.model_layers} <= theirs
    assert {row.model_layer for row in verdict.rows} <= theirs | {None}


def names_of_rules(findings):
    return {rule for finding in findings for rule in (finding.rule or "").split(", ") if rule}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("case", EQUIVALENTS)
def test_an_equivalent_holds_by_a_rule(case, form):
    equivalent = EQUIVALENTS[case]
    model, _ = written(form, equivalent.steps())
    verdict = judged(LENET5, model)
    assert verdict.failing == ()
    assert all(finding.outcome is not Outcome.DEVIATES for finding in verdict.findings)
    for rule, places in equivalent.rules.items():
        for place in places.split():
            on = [f for f in verdict.findings if f.layer in place.split("/")]
            assert rule in names_of_rules(on), (rule, place)
    assert bool(equivalent.rules) or not names_of_rules(verdict.findings)


@pytest.mark.parametrize("case", EQUIVALENTS)
def test_exactly_as_it_stands_none_but_the_paper_s_own_form_holds(case):
    model, _ = written("Functional", EQUIVALENTS[case].steps())
    verdict = lv.check(LENET5, lv.read(model), exact=True)
    assert verdict.holds is (case == "as-the-paper")


@pytest.fixture
def spec(tmp_path):
    """Makes a spec of what follows its first two lines."""

    def made(text):
        path = tmp_path / "spec.yaml"
        path.write_text("format: 1\ntitle: T\n" + text, encoding="utf-8")
        return lv.load_spec(str(path))

    return made


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("case", [name for name, one in REWRITTEN.items() if one.rule])
def test_another_form_of_a_spec_holds_by_a_rule(case, form, spec):
    rewritten = REWRITTEN[case]
    model, _ = written(form, rewritten.steps(), rewritten.shape)
    verdict = judged(spec(rewritten.spec), model)
    assert verdict.failing == ()
    assert rewritten.rule in names_of_rules(verdict.findings)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("case", [name for name, one in REWRITTEN.items() if not one.rule])
def test_what_is_nearly_another_form_is_broken(case, form, spec):
    rewritten = REWRITTEN[case]
    model, _ = written(form, rewritten.steps(), rewritten.shape)
    verdict = judged(spec(rewritten.spec), model)
    assert Outcome.BROKEN in {finding.outcome for finding in verdict.failing}


# The tables tell the truth: on random weights


def computes_the_same(one, other):
    """Whether two models do, the weights of the one carried over to the other."""
    sizes = [[weight.size for weight in model.get_weights()] for model in (one, other)]
    shapes = [(model.input_shape, model.output_shape) for model in (one, other)]
    if sizes[0] != sizes[1] or shapes[0] != shapes[1]:
        return False
    random = np.random.default_rng(1)
    for mine, theirs in zip(one.weights, other.weights, strict=True):
        mine.assign(random.normal(scale=0.2, size=mine.shape))
        theirs.assign(np.reshape(mine.numpy(), theirs.shape))
    image = random.normal(size=(4, *one.input_shape[1:])).astype("float32")
    results = [np.asarray(model(image, training=False)) for model in (one, other)]
    return np.allclose(*results, atol=1e-5)


@pytest.mark.parametrize("case", EQUIVALENTS)
def test_an_equivalent_computes_the_same(case):
    model, _ = written("Functional", EQUIVALENTS[case].steps())
    assert computes_the_same(right.functional(), model)


@pytest.mark.parametrize("case", {**DEVIATIONS, **PAIRS})
def test_a_deviation_computes_something_else(case):
    deviation = {**DEVIATIONS, **PAIRS}[case]
    model, _ = written("Functional", deviation.steps(), deviation.shape)
    assert not computes_the_same(right.functional(), model)


@pytest.mark.parametrize("case", REWRITTEN)
def test_another_form_of_a_spec_computes_the_same_and_a_near_miss_does_not(case, spec):
    rewritten = REWRITTEN[case]
    model, _ = written("Functional", rewritten.steps(), rewritten.shape)
    same = computes_the_same(lv.build(spec(rewritten.spec)), model)
    assert same is (rewritten.rule is not None)


# Nested models, of layers under foreign names


def nested(steps):
    """The layers up to the flattening in a model of their own, the rest in another."""
    at = [type(step).__name__ for step in steps].index("Flatten")
    features = keras.Sequential([keras.Input((32, 32, 1)), *steps[:at]], name="backbone")
    return keras.Sequential([keras.Input((32, 32, 1)), features, *steps[at:]])


@pytest.mark.parametrize("case", ["relu", "max-pooling", "F6-missing", "batch-normalization"])
def test_a_nested_model_is_judged_as_its_layers(case):
    deviation = DEVIATIONS[case]
    steps = deviation.steps()
    _, named = written("Functional", steps)
    verdict = judged(LENET5, nested(steps))
    assert told(verdict, named) == rows(deviation.broken)[0]


@pytest.mark.parametrize("case", ["dropout", "C5-convolved", "flatten-twice"])
def test_an_equivalent_may_be_nested(case):
    steps = EQUIVALENTS[case].steps()
    written("Functional", steps)
    verdict = judged(LENET5, nested(steps))
    assert verdict.failing == ()
    assert "nested-model" in names_of_rules(verdict.findings)


# Layers that nothing calls: two of the 118


class Spare(keras.Model):
    """LeNet-5 with a layer that is made and perhaps built or called, but of no effect."""

    def __init__(self, spare, built=False, called=False):
        super().__init__()
        self.steps = lenet()
        self.spare = spare
        self.called = called
        if built:
            spare.build((None, 400))

    def call(self, x):
        for step in self.steps:
            if step.name == "C5" and self.called:
                self.spare(x)
            x = step(x)
        return x


def spare_model(**how):
    model = Spare(layers.Dense(3, name="spare"), **how)
    model(np.zeros((1, 32, 32, 1), "float32"))
    return model


def unreachable(verdict):
    return [
        (f.layer, f.fact, f.observed, f.outcome)
        for f in verdict.findings
        if f.code == "unreachable-layer"
    ]


@pytest.mark.parametrize("how", ["built", "called"])
def test_a_layer_with_weights_and_without_effect_is_broken(how):
    verdict = judged(LENET5, spare_model(**{how: True}))
    expected, _ = rows("""
        unreachable-layer spare.layer: Dense
        total model.params model.trainable: 62909
    """)
    assert told(verdict, {}) == expected


@pytest.mark.filterwarnings("ignore:`build\\(\\)` was called on layer:UserWarning")
@pytest.mark.parametrize("spare", [layers.Dropout, layers.Dense])
def test_a_layer_that_nothing_calls_and_without_weights_is_told_of_and_fails_nothing(spare):
    model = Spare(spare(0.5 if spare is layers.Dropout else 3, name="spare"))
    model(np.zeros((1, 32, 32, 1), "float32"))
    assert model.count_params() == 61706
    verdict = judged(LENET5, model)
    assert unreachable(verdict) == [("spare", "layer", spare.__name__, Outcome.SKIPPED)]
    assert verdict.failing == ()


# Claims alone: the same verdict without any layers to go by

# without what builds and trains it
OPEN = re.sub(
    r"\nlayers:\n.*?(?=\nclaims:)|\ntraining:.*", "\n", Path(LENET5.path).read_text(), flags=re.S
)


@pytest.fixture(scope="module")
def claims_alone(tmp_path_factory):
    path = tmp_path_factory.mktemp("open") / "lenet5.yaml"
    path.write_text(OPEN, encoding="utf-8")
    spec = lv.load_spec(str(path))
    assert not spec.layers
    assert len(spec.claims) == len(LENET5.claims)
    return spec


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "case", ["as-the-paper", "separate-activations", "dropout", "reshape-to-400", "C5-convolved"]
)
def test_claims_alone_hold_under_any_names(case, form, claims_alone):
    model, _ = written(form, EQUIVALENTS[case].steps())
    assert judged(claims_alone, model).failing == ()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "case",
    [
        "relu", "max-pooling", "28x28", "28x28-C1-padded", "C1-padded", "C3-padded", "3x3",
        "20-and-50-maps", "pooling-stride-1", "pooling-3x3", "activation-after-pooling",
        "F6-missing", "F6-of-64", "43-classes", "logits", "3-channels",
    ],
)  # fmt: skip
def test_claims_alone_are_broken_on_the_right_layer(case, form, claims_alone):
    deviation = DEVIATIONS[case]
    model, named = written(form, deviation.steps(), deviation.shape)
    verdict = judged(claims_alone, model)
    assert told(verdict, named) == rows(deviation.broken)[0]
    assert_their_layers_are_named(verdict, named)


@pytest.mark.parametrize("case", {**DEVIATIONS, **PAIRS})
def test_claims_alone_pass_no_deviation(case, claims_alone):
    deviation = {**DEVIATIONS, **PAIRS}[case]
    model, _ = written("Functional", deviation.steps(), deviation.shape)
    assert not judged(claims_alone, model).holds


# Names that mislead


def test_names_of_the_paper_on_other_layers_mislead_nobody():
    """Every layer is called what the one after it should be."""
    steps = lenet()
    names = [step.name for step in steps]
    for step, name in zip(steps, [*names[1:], names[0]], strict=True):
        step.name = name
    assert judged(LENET5, right.chained(steps)).failing == ()


def test_a_layer_more_is_not_taken_for_the_paper_s_by_its_name():
    """The dense layer that is too many is called F6, and F6 itself something else."""
    steps = DEVIATIONS["a-dense-layer-more-at-the-end"].steps()
    named = {step.name: step.name for step in steps} | {"F6": "fc2", "F7": "F6"}
    for step in steps:
        step.name = named[step.name]
    verdict = judged(LENET5, right.chained(steps))
    extra = [(f.layer, f.observed) for f in verdict.failing if f.code == "extra-layer"]
    assert extra == [("F6", "Dense")]
    assert [f.layer for f in verdict.failing if f.claim] == ["model", "output", "model", "model"]
    assert {one.layer: one.model_layers for one in verdict.alignment}["F6"] == ("fc2",)


def test_a_layer_that_is_called_input_is_not_the_input(claims_alone):
    """Images of 28x28 that a layer called `input` pads: the input is still of 28x28."""
    padded = [layers.ZeroPadding2D(2, name="input"), *lenet()]
    model = right.chained(padded, (28, 28, 1))
    expected, _ = rows("shape input.output: 1@28x28")
    assert told(judged(claims_alone, model), {}) == expected
    of_closed = told(judged(LENET5, model), {})
    assert of_closed == expected | {("extra-layer", "input", "layer", "ZeroPadding2D")}
