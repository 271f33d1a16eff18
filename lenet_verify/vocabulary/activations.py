"""Which activation a layer applies, by name; which layers apply nothing else; and which are
the identity at inference."""

from __future__ import annotations

from collections.abc import Mapping

from lenet_verify.quoting import shown
from lenet_verify.vocabulary.classes import LAYERS
from lenet_verify.vocabulary.layers import ALIASES
from lenet_verify.vocabulary.objects import (
    ACTIVATIONS,
    OURS,
    PAPER_ACTIVATIONS,
    custom,
    keras_name,
)
from lenet_verify.vocabulary.plain import plain

_PARAMETERS: Mapping[str, Mapping[str, object]] = {
    "celu": {"alpha": 1.0},
    "elu": {"alpha": 1.0},
    "gelu": {"approximate": False},
    "glu": {"axis": -1},
    "hard_shrink": {"threshold": 0.5},
    "leaky_relu": {"negative_slope": 0.2},
    "log_softmax": {"axis": -1},
    "relu": {"negative_slope": 0.0, "max_value": None, "threshold": 0.0},
    "soft_shrink": {"threshold": 0.5},
    "softmax": {"axis": -1},
    "sparsemax": {"axis": -1},
    "squareplus": {"b": 4},
    "threshold": {"threshold": None, "default_value": None},
}
"""The parameters of Keras's activations, with the values that the plain name stands for."""

# By type, the activation it applies and, where they differ, its own defaults.
_APPLIES: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "ReLU": ("relu", {}),
    "LeakyReLU": ("leaky_relu", {"negative_slope": 0.3}),
    "ELU": ("elu", {}),
    "Softmax": ("softmax", {}),
    "ops.Celu": ("celu", {}),
    "ops.Elu": ("elu", {}),
    "ops.Exp": ("exponential", {}),
    "ops.Gelu": ("gelu", {"approximate": True}),
    "ops.Glu": ("glu", {}),
    "ops.HardShrink": ("hard_shrink", {}),
    "ops.HardSigmoid": ("hard_sigmoid", {}),
    "ops.HardSilu": ("hard_silu", {}),
    "ops.HardTanh": ("hard_tanh", {}),
    "ops.LeakyRelu": ("leaky_relu", {}),
    "ops.LogSigmoid": ("log_sigmoid", {}),
    "ops.LogSoftmax": ("log_softmax", {}),
    "ops.ReLU": ("relu", {}),
    "ops.Relu": ("relu", {}),
    "ops.Relu6": ("relu6", {}),
    "ops.Selu": ("selu", {}),
    "ops.Sigmoid": ("sigmoid", {}),
    "ops.Silu": ("silu", {}),
    "ops.SoftShrink": ("soft_shrink", {}),
    "ops.Softmax": ("softmax", {}),
    "ops.Softplus": ("softplus", {}),
    "ops.Softsign": ("softsign", {}),
    "ops.SparsePlus": ("sparse_plus", {}),
    "ops.SparseSigmoid": ("sparse_sigmoid", {}),
    "ops.Sparsemax": ("sparsemax", {}),
    "ops.Squareplus": ("squareplus", {}),
    "ops.Tanh": ("tanh", {}),
    "ops.TanhShrink": ("tanh_shrink", {}),
    "ops.Threshold": ("threshold", {}),
}

ACTIVATION_LAYERS: frozenset[str] = frozenset({"Activation", *_APPLIES} - {"ops.Glu"})
"""Types that only apply an activation, without weights. (A GLU also halves an axis.)"""

IDENTITY_LAYERS: frozenset[str] = frozenset(
    {
        "ActivityRegularization",
        "AlphaDropout",
        "Dropout",
        "GaussianDropout",
        "GaussianNoise",
        "Identity",
        "SpatialDropout1D",
        "SpatialDropout2D",
        "SpatialDropout3D",
        # Augmentation, which is for training only. RandomCrop is not among them: it changes sizes.
        *("AugMix", "CutMix", "MixUp", "RandAugment", "Solarization"),
        *("RandomBrightness", "RandomColorDegeneration", "RandomColorJitter", "RandomContrast"),
        *("RandomElasticTransform", "RandomErasing", "RandomFlip", "RandomGaussianBlur"),
        *("RandomGrayscale", "RandomHue", "RandomInvert", "RandomPerspective"),
        *("RandomPosterization", "RandomRotation", "RandomSaturation", "RandomSharpness"),
        *("RandomShear", "RandomTranslation", "RandomZoom"),
        # Of ConvNeXt, in keras.applications: it leaves out whole branches while training.
        "StochasticDepth",
    }
)
"""Types that compute the identity at inference."""

_INNER: Mapping[str, str] = {
    "Bidirectional": "layer",
    "RNN": "cell",
    "SpectralNormalization": "layer",
    "StackedRNNCells": "cells",
    "TimeDistributed": "layer",
}


def activation_of(type_name: str, config: Mapping[str, object]) -> str | None:
    """The activation that a layer of this type applies.

    Args:
        type_name: a class of Keras's, or `ops.Name` for a node of keras.ops.
        config: the layer's `get_config()` or its arguments in normal form; of a node, its
            operation's own arguments.

    Returns:
        Keras's name of the activation, with those parameters that differ from what the plain
        name stands for: "tanh", "relu6", "leaky_relu(negative_slope=0.3)". "linear" for a layer
        that could have one and applies none. "?" and a name for a function that is not Keras's.
        A wrapper applies what its layer applies, a stack of cells what its last cell does.
        None for layers that have no activation.
    """
    type_name = ALIASES.get(type_name, type_name)
    if type_name in _APPLIES:
        name, defaults = _APPLIES[type_name]
        return _written(name, {**_PARAMETERS.get(name, {}), **defaults, **config})
    if type_name == "PReLU":
        return "prelu"
    if type_name in _INNER:
        return _activation_inside(config.get(_INNER[type_name]))
    if type_name not in LAYERS or "activation" not in LAYERS[type_name].arguments:
        return None
    default = LAYERS[type_name].arguments["activation"].default
    found = serialised_activation(config.get("activation", default))
    if isinstance(found, dict):
        return f"?{found.get('custom', '')}"
    return found if isinstance(found, str) else "linear"


def _activation_inside(value: object) -> str | None:
    """The activation of a nested layer, serialised or in normal form."""
    value = plain(value)
    if isinstance(value, list):
        value = value[-1] if value else None
    if not isinstance(value, dict):
        return None
    if isinstance(value.get("type"), str):
        return activation_of(value["type"], value)
    name, config = keras_name(value, "layers"), value.get("config")
    return None if name is None else activation_of(name, config if isinstance(config, dict) else {})


def serialised_activation(value: object) -> object:
    """The normal form of an activation in a live layer's config: its name, None for none, or
    `{"custom": name}` for what is not Keras's."""
    value = plain(value)
    if value is None:
        return None
    if isinstance(value, str):
        return ACTIVATIONS.get(value) or _parametrised(value) or custom(value)
    if isinstance(value, dict) and value.get("class_name") == "function":
        name = value.get("config")
        package, _, own = str(name).partition(">")
        if package == OURS and own in PAPER_ACTIVATIONS:
            return own
        ours = value.get("module") == "keras.activations" and isinstance(name, str)
        ours = ours and value.get("registered_name") in (None, "function", name)
        return ACTIVATIONS.get(str(name), custom(value)) if ours else custom(value)
    # Keras takes a layer for an activation: `activation=keras.layers.LeakyReLU()`.
    layer = keras_name(value, "layers")
    if layer in ACTIVATION_LAYERS and isinstance(value, dict):
        config = value.get("config")
        return activation_of(layer, config if isinstance(config, dict) else {})
    return custom(value)


def _parametrised(text: str) -> str | None:
    """A text that `activation_of` has written already, as it is."""
    name = text.partition("(")[0]
    return text if name in _PARAMETERS and text.endswith(")") else None


def _written(name: str, values: Mapping[str, object]) -> str:
    usual = _PARAMETERS.get(name, {})
    given = {key: plain(values[key]) for key in usual}
    if name == "relu" and given == {**usual, "max_value": 6}:
        return "relu6"
    differing = {key: value for key, value in given.items() if _single(value) != usual[key]}
    if not differing:
        return name
    return f"{name}({', '.join(f'{key}={_text(value)}' for key, value in differing.items())})"


def _single(value: object) -> object:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _text(value: object) -> str:
    """A parameter as it is printed: 6.0 and 6 alike."""
    value = _single(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return shown(value)
