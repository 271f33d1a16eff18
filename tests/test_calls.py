"""What layers and operations take when they are called, held against the installed Keras."""

from __future__ import annotations

import inspect

import keras
import pytest
from keras.src import activations, ops
from keras.src.ops.operation import Operation

from lenet_verify.inference import RULES
from lenet_verify.vocabulary import APPLICATION_LAYERS, LAYERS
from lenet_verify.vocabulary.calls import SPREAD, call_parameters
from lenet_verify.vocabulary.layers import REQUIRED
from tests.classes import class_of


def operations(class_=Operation):
    """Every operation of keras.ops by name."""
    found = {}
    for one in class_.__subclasses__():
        if one.__module__.startswith((ops.__name__, activations.__name__)):
            found[one.__name__] = one
        found |= operations(one)
    return found


OPERATIONS = operations()


def of_keras(class_):
    parameters = list(inspect.signature(class_.call).parameters.values())[1:]
    return {
        one.name: REQUIRED if one.default is one.empty else one.default
        for one in parameters
        if one.kind is not one.VAR_KEYWORD
    }


@pytest.mark.parametrize("type_", [*LAYERS, "Functional", "Sequential"])
def test_layers(type_):
    class_ = class_of(type_) or getattr(keras.models, type_, None)
    known, theirs = call_parameters(type_), of_keras(class_ or keras.src.models.Functional)
    if len(theirs) == 1:
        assert len(known) == 1
    else:
        assert list(known.items()) == list(theirs.items())


@pytest.mark.parametrize(
    "type_", [type_ for type_ in RULES if type_.startswith("ops.") and type_ not in SPREAD]
)
def test_operations(type_):
    known, theirs = call_parameters(type_), of_keras(OPERATIONS[type_[4:]])
    if len(theirs) == 1:
        assert len(known) == 1
    else:
        assert list(known.items()) == list(theirs.items())


@pytest.mark.parametrize("type_", sorted(SPREAD))
def test_spread(type_):
    kinds = [one.kind for one in inspect.signature(OPERATIONS[type_[4:]].call).parameters.values()]
    assert inspect.Parameter.VAR_POSITIONAL in kinds


@pytest.mark.parametrize("type_", APPLICATION_LAYERS)
def test_layers_of_applications_take_one_thing(type_):
    assert all(default is not REQUIRED for default in list(call_parameters(type_).values())[1:])
