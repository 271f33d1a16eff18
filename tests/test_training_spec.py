"""`training:` of a spec: what it may say, and what is told where it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

import lenet_verify as lv
from lenet_verify.spec import training_as_json

ROOT = Path(__file__).parent.parent
SPEC = """\
format: 1
title: a network
input: 1@32x32
layers:
  hidden: {type: Flatten}
  output: {type: Dense, units: 10, activation: softmax}
compile: {optimizer: adam, loss: categorical_crossentropy}
training:
"""


def load(tmp_path, *lines, spec=SPEC):
    file = tmp_path / "spec.yaml"
    file.write_text(spec + "".join(f"  {line}\n" for line in lines), encoding="utf-8")
    return lv.load_spec(file)


def mistakes(tmp_path, *lines, spec=SPEC):
    with pytest.raises(lv.SpecError) as caught:
        load(tmp_path, *lines, spec=spec)
    return [(one.line, one.column, one.message) for one in caught.value.problems]


def test_it_says_how_a_network_is_trained(tmp_path):
    training = load(
        tmp_path,
        "data: mnist",
        "pad: 32x32",
        "scale: [-0.1, 1.175]",
        "optimizer: {type: sgd, learning_rate: 0.01, momentum: 0.9}",
        "loss: sparse_categorical_crossentropy",
        "schedule: {1: 0.01, 3: 0.001}",
        "epochs: 20",
        "batch_size: 16",
        "validation: 0.1",
        "seed: 7",
    ).training
    assert training.data == "mnist"
    assert (training.pad, training.scale) == ((32, 32), (-0.1, 1.175))
    assert training.optimizer == {"type": "SGD", "learning_rate": 0.01, "momentum": 0.9}
    assert training.loss == "sparse_categorical_crossentropy"
    assert training.schedule == ((1, 0.01), (3, 0.001))
    assert (training.epochs, training.batch_size) == (20, 16)
    assert (training.validation, training.seed) == (0.1, 7)


def test_what_it_leaves_out_is_that_of_compile_and_of_keras(tmp_path):
    spec = load(tmp_path, "epochs: 3")
    assert training_as_json(spec, spec.training) == {
        "data": None,
        "pad": None,
        "scale": [0.0, 1.0],
        "optimizer": {"type": "Adam"},
        "loss": "categorical_crossentropy",
        "schedule": [],
        "epochs": 3,
        "batch_size": 32,
        "validation": None,
        "seed": 0,
    }


@pytest.mark.parametrize(
    ("line", "column", "message"),
    [
        ("data: mnits", 9, "unknown data set 'mnits'; did you mean 'mnist'?"),
        ("pad: 28x28", 8, "'pad' is 28x28, and the input is 1@32x32"),
        ("pad: [32, 32]", 8, "'pad' takes rows and columns such as 32x32, not [32, 32]"),
        ("scale: [1, 0]", 10, "'scale' goes from low to high: write [0, 1]"),
        ("optimizer: adm", 14, "not 'adm'; did you mean 'adam'?"),
        (
            "optimizer: {type: SGD, learning_rte: 1}", 14,
            "'optimizer' has no argument 'learning_rte' in SGD; did you mean 'learning_rate'?",
        ),
        (
            "optimizer: {type: SGD, momentum: 2}", 14,
            "'optimizer' 'momentum' takes a number from 0 to 1, not 2",
        ),
        ("loss: cros_entropy", 9, "unknown loss 'cros_entropy'; did you mean 'crossentropy'?"),
        ("schedule: {3: 0.1, 2: 0.01}", 22, "'schedule' goes on from epoch 3, not to 2"),
        ("schedule: {0: 0.1}", 14, "'schedule' counts epochs from 1, so '0' is none"),
        ("schedule: {9: 0.1}", 14, "'schedule' never comes to epoch 9: 'epochs' is 5"),
        ("batch_size: 0", 15, "'batch_size' takes a whole number from 1 to 2147483647, not 0"),
        ("validation: 1.5", 15, "'validation' takes a part such as 0.1 or a number of the"),
        ("seed: -1", 9, "'seed' takes a whole number from 0 to 4294967295, not -1"),
        ("epoch: 3", 3, "unknown key 'epoch' of training; did you mean 'epochs'?"),
        ("data: mnist", 9, "mnist has images of 28x28, and the input is 1@32x32: write pad: 32x32"),
        ("data: cifar10", 9, "cifar10 has images of 3 channels, and the input is 1@32x32"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_where_it_is(tmp_path, line, column, message):
    (found,) = mistakes(tmp_path, "epochs: 5", line)
    assert found[:2] == (10, column)
    assert message in found[2]


@pytest.mark.parametrize("epochs", ["0", "-3", "2.5", "many", "true", "null"])
def test_epochs_are_a_whole_number(tmp_path, epochs):
    (found,) = mistakes(tmp_path, f"epochs: {epochs}")
    assert found[:2] == (9, 11)
    assert found[2].startswith("'epochs' takes a whole number from 1")


def test_every_mistake_is_told_in_one_run(tmp_path):
    found = mistakes(tmp_path, "epochs: 0", "sed: 1", "scale: 3", "pad: wide")
    assert [line for line, _, _ in found] == [9, 10, 11, 12]


def test_without_epochs_there_is_no_training(tmp_path):
    assert mistakes(tmp_path, "seed: 1") == [(9, 3, "'training' needs 'epochs'")]


def test_an_optimizer_and_a_loss_are_somewhere(tmp_path):
    bare = SPEC.replace("compile: {optimizer: adam, loss: categorical_crossentropy}\n", "")
    found = [message for _, _, message in mistakes(tmp_path, "epochs: 1", spec=bare)]
    assert found == [
        "'training' needs a 'loss', here or under 'compile'",
        "'training' needs an 'optimizer', here or under 'compile'",
    ]
    training = load(tmp_path, "{epochs: 1, optimizer: sgd, loss: mse}", spec=bare).training
    assert training.loss == "mean_squared_error"


def test_claims_alone_cannot_be_trained(tmp_path):
    claims = "format: 1\ntitle: t\nclaims: [{id: a, why: b, expect: {model: {depth: 3}}}]\n"
    found = mistakes(tmp_path, "{epochs: 1}", spec=claims + "training:\n")
    assert found == [(5, 3, "'training' needs 'layers': there is nothing to train")]


@pytest.mark.parametrize("share", ["95", "1.2", "-0.1", "101%", "'< 95'"])
def test_an_error_is_a_part_of_all_samples(tmp_path, share):
    claims = f"claims: [{{id: a, why: b, expect: {{model: {{test_error: {share}}}}}}}]\n"
    ((line, _, message),) = mistakes(tmp_path, "{epochs: 1}", spec=claims + SPEC)
    assert line == 1
    assert "'test_error' takes a part of all samples such as 0.95% or 0.0095, not" in message


@pytest.mark.parametrize("name", ["lenet5", "lenet5-overview", "alexnet-cifar10"])
def test_shipped_specs_say_how_they_are_trained(name):
    training = lv.load_spec(ROOT / "spec" / f"{name}.yaml").training
    assert training.epochs == 10
    assert training.data == ("cifar10" if "cifar" in name else "mnist")


def test_every_optimizer_is_one_of_keras_with_these_arguments_and_defaults():
    keras = pytest.importorskip("keras")
    from inspect import signature

    from lenet_verify.vocabulary.optimizers import OPTIMIZER_CLASSES

    for class_name, known in OPTIMIZER_CLASSES.items():
        theirs = signature(getattr(keras.optimizers, class_name)).parameters
        for argument, (_, default) in known.arguments.items():
            assert theirs[argument].default == default, (class_name, argument)
