"""Keras's layers, their arguments and the forms of their values, as literal tables.

Nothing here imports a framework; the tests hold the tables against the installed Keras.
"""

from __future__ import annotations

from lenet_verify.quoting import nearest
from lenet_verify.vocabulary.activations import (
    ACTIVATION_LAYERS,
    IDENTITY_LAYERS,
    activation_of,
)
from lenet_verify.vocabulary.classes import (
    ARGUMENT_FORMS,
    BASE_ARGUMENTS,
    LAYERS,
    Argument,
    LayerClass,
)
from lenet_verify.vocabulary.forms import Form
from lenet_verify.vocabulary.layers import (
    ALIASES,
    APPLICATION_LAYERS,
    FAMILIES,
    PAPER_LAYERS,
    REFUSED,
    REQUIRED,
)
from lenet_verify.vocabulary.nested import read_layer
from lenet_verify.vocabulary.normal_form import UNOBSERVED, complete, normalise, to_keras
from lenet_verify.vocabulary.objects import (
    ACTIVATIONS,
    CONSTRAINTS,
    INITIALIZERS,
    LOSSES,
    METRICS,
    OPTIMIZERS,
    PAPER_ACTIVATIONS,
    REGULARIZERS,
)
from lenet_verify.vocabulary.schemas import definitions, layer_schema

__all__ = [
    "ACTIVATIONS",
    "ACTIVATION_LAYERS",
    "ALIASES",
    "APPLICATION_LAYERS",
    "ARGUMENT_FORMS",
    "BASE_ARGUMENTS",
    "CONSTRAINTS",
    "FAMILIES",
    "IDENTITY_LAYERS",
    "INITIALIZERS",
    "LAYERS",
    "LOSSES",
    "METRICS",
    "OPTIMIZERS",
    "PAPER_ACTIVATIONS",
    "PAPER_LAYERS",
    "REFUSED",
    "REGULARIZERS",
    "REQUIRED",
    "UNOBSERVED",
    "Argument",
    "Form",
    "LayerClass",
    "activation_of",
    "complete",
    "definitions",
    "layer_schema",
    "nearest",
    "normalise",
    "read_layer",
    "to_keras",
]
