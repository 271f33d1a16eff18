"""Inference against Keras on random layers and models that nobody would think of.

`make parity` puts the same questions by the hundred thousand.
"""

from __future__ import annotations

from collections import Counter
from random import Random

import keras
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lenet_verify.inference import RULES, WITHOUT_RULE
from lenet_verify.vocabulary import ALIASES
from tests.parity import graphs
from tests.parity.applications import application
from tests.parity.cases import CASES
from tests.parity.compare import compare

RANDOM = st.randoms(use_true_random=False)

some = settings(
    max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@pytest.mark.parametrize("type_", CASES)
@some
@given(RANDOM)
def test_a_layer_agrees_with_keras(type_, rng):
    compared = compare(CASES[type_](rng))
    assert compared.outcome != "disagreed", str(compared)


@pytest.mark.parametrize("type_", CASES)
def test_most_random_cases_are_answered(type_):
    rng = Random(0)
    outcomes = Counter(compare(CASES[type_](rng)).outcome for _ in range(20))
    assert outcomes["agreed"] >= 8, outcomes
    assert outcomes["unsaid"] <= 6, outcomes
    assert not outcomes["disagreed"], "see test_a_layer_agrees_with_keras, or make parity"


@pytest.mark.parametrize("kind", graphs.KINDS)
@pytest.mark.parametrize("seed", range(4))
def test_random_models_agree_with_keras(kind, seed):
    rng = Random(seed)
    for _ in range(10):
        held = graphs.KINDS[kind](rng)
        assert not held.disagreements, held


@pytest.mark.parametrize(
    "name",
    ["ConvNeXtTiny", "DenseNet121", "EfficientNetB0", "InceptionV3", "MobileNetV2", "VGG16"],
)
@pytest.mark.parametrize("include_top", [True, False])
def test_a_well_known_model_agrees_with_keras(name, include_top):
    held = application(name, include_top=include_top)
    assert (held.disagreements, held.unsaid) == ((), ())


def test_every_rule_has_random_cases():
    assert set(RULES) <= set(CASES)


def test_every_class_of_keras_has_a_rule_or_a_reason():
    classes = {
        ALIASES.get(name, name)
        for name, value in vars(keras.layers).items()
        if isinstance(value, type) and issubclass(value, keras.layers.Layer)
    }
    assert classes - {"InputLayer"} <= set(RULES) | set(WITHOUT_RULE)
    assert not set(RULES) & set(WITHOUT_RULE)
