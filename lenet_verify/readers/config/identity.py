"""What a serialised object is: module, class name and registered name together are the key.

A stranger's class may be called `Conv2D`; it is Keras's only if it is so by all three. What is
older, and every `.h5` file, tells the class's name alone: there it is what Keras would make of
the name by itself.
"""

from __future__ import annotations

from typing import NamedTuple

from lenet_verify.inference import RULES, WITHOUT_RULE
from lenet_verify.readers.config.entry import Entry
from lenet_verify.readers.config.keras2 import operation_of
from lenet_verify.vocabulary import ALIASES, APPLICATION_LAYERS, LAYERS, PAPER_LAYERS, REFUSED
from lenet_verify.vocabulary.objects import OURS, is_ours


class Identity(NamedTuple):
    """What an object is.

    Attributes:
        role: `input`, `sequential`, `functional`, `layer` (one of the vocabulary's),
            `operation`, `application` (one of keras.applications' own), `tensorflow` (a function
            of TensorFlow, as Keras 2 notes it), `opaque` (Keras's, but it runs code) or
            `stranger`.
        type: its name in an architecture.
    """

    role: str
    type: str


_ENGINES = ("keras.src.", "tf_keras.src.", "keras.")
"""How the modules of Keras's own begin that are not of its public interface, by version."""

_FUNCTIONAL = ("models.functional", "engine.functional", "engine.training", "models.model")
_SEQUENTIAL = ("models.sequential", "engine.sequential")
_OPERATIONS = ("ops.", "activations.")
_TENSORFLOW = ("keras.layers.core.tf_op_layer", "keras.src.layers.core.tf_op_layer")
_TENSORFLOW_CLASSES = frozenset(
    {"ClassMethod", "SlicingOpLambda", "TFOpLambda", "TensorFlowOpLayer"}
)


def identity(entry: Entry) -> Identity:
    """What an object of a config is."""
    name = entry.class_name
    if entry.dated:
        return _by_name(entry)
    if is_ours(entry.module, name, entry.registered):
        return Identity("layer", name)
    if entry.registered in (None, name) and entry.module is not None:
        found = _of_keras(entry.module, name)
        if found is not None:
            return found
        if name in _TENSORFLOW_CLASSES and entry.module.endswith(_TENSORFLOW):
            return _of_tensorflow(entry)
    if entry.registered is not None and ">" in entry.registered:
        return Identity("stranger", entry.registered)
    if entry.module is not None:
        return Identity("stranger", f"{entry.module}.{name}")
    return Identity("stranger", f"Custom>{name}")


def _of_keras(module: str, name: str) -> Identity | None:
    if module == "keras.layers":
        return _public(name)
    if module in ("keras", "keras.models"):
        return _model(name)
    inner = next((module[len(one) :] for one in _ENGINES if module.startswith(one)), None)
    if inner is None:
        return None
    if inner in _FUNCTIONAL and name in ("Functional", "Model"):
        return Identity("functional", "Functional")
    if inner in _SEQUENTIAL and name == "Sequential":
        return Identity("sequential", name)
    if f"{inner}.".startswith(_OPERATIONS) and name.isidentifier():
        return Identity("operation", f"ops.{name}")
    if inner.startswith("applications.") and name in APPLICATION_LAYERS:
        return Identity("application", name)
    return None


def _of_tensorflow(entry: Entry) -> Identity:
    """A function of TensorFlow, as Keras 2 notes it: by name."""
    noted = entry.class_name in ("SlicingOpLambda", "TFOpLambda")
    known = operation_of(entry.config) if noted else None
    return Identity("operation", known) if known else Identity("tensorflow", entry.class_name)


def _public(name: str) -> Identity | None:
    """A class of keras.layers."""
    if name == "InputLayer":
        return Identity("input", name)
    known = ALIASES.get(name, name)
    if known in LAYERS and known not in PAPER_LAYERS:
        return Identity("layer", known)
    return Identity("opaque", name) if name in REFUSED else None


def _model(name: str) -> Identity | None:
    if name == "Sequential":
        return Identity("sequential", name)
    return Identity("functional", "Functional") if name in ("Functional", "Model") else None


def _is_operation(name: str) -> bool:
    """Whether a class's name alone may be that of an operation of keras.ops."""
    return f"ops.{name}" in RULES or f"ops.{name}" in WITHOUT_RULE


def _by_name(entry: Entry) -> Identity:
    name, config = entry.class_name, entry.config
    if "layers" in config and (model := _model(name)):
        return model
    if name in _TENSORFLOW_CLASSES:
        return _of_tensorflow(entry)
    if "trainable" not in config and _is_operation(name):  # every layer of Keras's own has that
        return Identity("operation", f"ops.{name}")
    if known := _public(name):
        return known
    package, _, own = name.partition(">")
    if package == OURS and own in PAPER_LAYERS:
        return Identity("layer", own)
    if name in APPLICATION_LAYERS and set(APPLICATION_LAYERS[name]) <= set(config):
        return Identity("application", name)
    return Identity("stranger", name if ">" in name else f"Custom>{name}")
