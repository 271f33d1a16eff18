"""The losses that Keras lacks, against plain sums."""

from __future__ import annotations

import numpy as np
import pytest

from lenet_verify import paper_losses
from lenet_verify.vocabulary.optimizers import DISTANCE_LOSSES

DISTANCES = np.array([[4.0, 1.0, 9.0], [0.5, 8.0, 2.0], [3.0, 3.5, 0.25]], dtype="float32")


@pytest.mark.parametrize("shape", [(3,), (3, 1)])
def test_the_loss_is_the_distance_of_the_right_class(shape):
    classes = np.array([0, 1, 2]).reshape(shape)
    found = np.asarray(paper_losses.rbf_distance(classes, DISTANCES))
    assert found.tolist() == [4.0, 8.0, 0.25]


@pytest.mark.parametrize("shape", [(3,), (3, 1)])
def test_the_nearest_class_is_the_answer(shape):
    classes = np.array([1, 1, 2]).reshape(shape)
    found = np.asarray(paper_losses.nearest_class(classes, DISTANCES))
    assert found.tolist() == [1.0, 0.0, 1.0]


def test_every_name_that_a_spec_may_give_is_a_loss():
    for name in DISTANCE_LOSSES:
        assert callable(getattr(paper_losses, name))


def test_the_network_learns_by_it():
    """A step lowers the distance, which no accuracy of Keras's would tell."""
    import keras

    import lenet_verify as lv

    keras.utils.set_random_seed(1)
    model = lv.build(lv.load_spec("paper:lenet5-1998"))
    model.compile("sgd", loss=paper_losses.rbf_distance)
    model.optimizer.learning_rate = 0.01
    images = np.random.default_rng(1).uniform(-0.1, 1.175, (4, 32, 32, 1)).astype("float32")
    classes = np.array([0, 1, 2, 3])
    losses = [model.train_on_batch(images, classes) for _ in range(12)]
    assert losses[-1] < 0.9 * losses[0]
