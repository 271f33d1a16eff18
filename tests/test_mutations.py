"""A frozen spec passes no network that computes something else, and fails none that computes the
same in another form or under other names.

`python -m tests.mutation` puts the same question by the ten thousand.
"""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import lenet_verify as lv
from tests.mutation.changes import CHANGES, changed
from tests.mutation.equivalences import EQUIVALENCES, nested, owned, respelt
from tests.mutation.growing import random_network
from tests.mutation.live import deviation, has_other_weights, keras_model
from tests.mutation.meaning import meaning
from tests.mutation.static import architecture
from tests.mutation.trial import NAMINGS, Original, equivalents, mutants

# what these run is measured by others, and measuring takes three times as long
pytestmark = pytest.mark.no_cover

RANDOM = st.randoms(use_true_random=False)

many = settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)

AT_MOST_APART = 2e-3
"""Relative: the same sums in another order, in single precision."""


@many
@given(RANDOM)
def test_no_mutant_passes(rng):
    for held in mutants(rng):
        assert held.outcome in ("caught", "refused"), f"{held.kind}\n{held.wrong}"


@many
@given(RANDOM)
def test_every_equivalent_holds(rng):
    for held in equivalents(rng):
        assert held.outcome == "held", f"{held.kind}\n{held.wrong}"


@pytest.mark.parametrize("kind", CHANGES)
def test_each_kind_of_change_is_made_and_caught(kind):
    rng = Random(kind)
    made = 0
    for _ in range(2000):
        net = random_network(rng)
        if (mutant := changed(net, kind, rng)) is None:
            continue
        verdict = Original(net).verdict(NAMINGS["foreign"](mutant, rng))
        assert not verdict.holds, f"{net}\n=>\n{mutant}"
        made += 1
        if made == 3:
            return
    pytest.fail(f"made {made} times")


@pytest.mark.parametrize("kind", EQUIVALENCES)
def test_each_kind_of_equivalence_is_made_and_means_the_same(kind):
    rng = Random(kind)
    made = 0
    for _ in range(2000):
        net = owned(random_network(rng))
        if kind == "halves as separable":  # such halves are seldom drawn
            net = EQUIVALENCES["separable as halves"](net, rng) or net
        other = EQUIVALENCES[kind](net, rng)
        if other is None:
            continue
        assert meaning(other) == meaning(net), f"{net}\n=>\n{other}"
        made += 1
        if made == 3:
            return
    pytest.fail(f"made {made} times")


@pytest.mark.parametrize("seed", range(30))
def test_by_keras_equivalents_compute_the_same_and_mutants_do_not(seed):
    """The same weights in both, where they fit; and Keras's models get their rows' verdict."""
    rng = Random(seed)
    net = owned(random_network(rng))
    spec = Original(net).spec
    form, done = respelt(net, rng, 3)
    form = NAMINGS["foreign"](form, rng)
    form = (nested(form, rng) if seed % 3 == 0 else None) or form
    assert not deviation(net, form) > AT_MOST_APART, f"{done}\n{net}\n=>\n{form}"
    assert lv.check(spec, lv.read(keras_model(form))).holds, f"{done}\n{net}\n=>\n{form}"
    kind, mutant = _mutant(net, rng)
    assert not lv.check(spec, lv.read(keras_model(mutant))).holds, f"{kind}\n{net}\n=>\n{mutant}"
    assert has_other_weights(net, mutant) or _differ(net, mutant), f"{kind}\n{net}\n=>\n{mutant}"


def _mutant(net, rng):
    """A change to what a network computes of the same inputs."""
    while True:
        kind = rng.choice([kind for kind in CHANGES if kind not in _BESIDES])
        mutant = changed(net, kind, rng)
        if mutant is not None:
            return kind, mutant


_BESIDES = ("dead layer", "further input", "input shape")
"""Changes that numbers do not show, or that take other inputs."""


def _differ(net, mutant):
    """Whether the results differ for any of some weights and inputs."""
    return any(deviation(net, mutant, draw) > 1e-6 for draw in range(6))


def test_rows_are_what_keras_makes_of_them():
    rng = Random(1)
    for _ in range(10):
        net = random_network(rng)
        ours, theirs = architecture(net), lv.read(keras_model(net))
        seen = [
            {layer.name: (layer.type, layer.shapes, layer.params, layer.inputs, layer.activation)
             for layer in one.layers}
            for one in (ours, theirs)
        ]  # fmt: skip
        assert seen[0] == seen[1]
