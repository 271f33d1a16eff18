"""What people pass as a model that is none, and factories that do odd things."""

from __future__ import annotations

import os
import sys
import warnings

from keras import layers

from . import right

a_number = 3
live = None


def raising():
    try:
        raise KeyError("the innermost")
    except KeyError as e:
        raise RuntimeError("wrapped\nin two lines") from e


def raising_nothing_to_say():
    raise ValueError


class Speechless(Exception):
    def __str__(self):
        raise RuntimeError("no words")


def raising_speechless():
    raise Speechless


def leaving():
    sys.exit("I am off")


def returning_none():
    return None


def returning_a_list():
    return [1, 2, 3]


def keras_refuses():
    return right.chained([layers.Conv2D(6, 5), layers.Conv2D(6, 500)])


def loud():
    """Prints in every way there is, and warns."""
    print("printed to stdout")
    print("printed to stderr", file=sys.stderr)
    sys.__stdout__.write("past every redirection\n")
    os.write(1, b"written to descriptor 1\n")
    os.system("echo said by a child")
    warnings.warn("a warning of the user's own", stacklevel=1)
    model = right.input_shape_in_the_first_layer()
    model.summary()
    return model


class NeedsArguments:
    def __new__(cls, classes, activation="softmax"):
        return right.with_classes(classes, activation)
