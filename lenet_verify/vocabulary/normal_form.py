"""One normal form for a layer's arguments, whether a spec or a live layer states them.

A spec's arguments: `Form.read`, then `complete`. A live layer's: `normalise`. The two are equal
where the layers are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lenet_verify.vocabulary.classes import BASE_ARGUMENTS, LAYERS, LayerClass
from lenet_verify.vocabulary.layers import ALIASES, REQUIRED

Arguments = dict[str, object]

UNOBSERVED: Mapping[str, frozenset[str]] = {
    name: frozenset(keys.split())
    for name, keys in {
        "GRU": "use_cudnn",
        "LSTM": "use_cudnn",
        "GroupQueryAttention": "flash_attention",
        "MultiHeadAttention": "flash_attention",
        "SimpleRNN": "seed",
        "CategoryEncoding": "sparse",
        "MaxNumBoundingBoxes": "fill_value",
        "RandomGrayscale": "seed",
        # Keras draws a seed where none is given, and its config says which.
        "RandomCrop": "seed",
        "Embedding": "weights",
        "Bidirectional": "weights",
    }.items()
}
"""By class, the arguments that a live layer's config does not tell: `normalise` and `complete`
leave them out, since a default put there would be a guess."""

_WITHOUT_TRAINABLE = frozenset(
    {
        *("Discretization", "HashedCrossing", "IntegerLookup", "StringLookup"),
        *("SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"),
    }
)
"""Weightless classes whose constructors take no `trainable`, or do not keep it."""

_FIXED = frozenset({"EuclideanRBF"})
"""Classes whose weights are not trained unless they are told so."""


def normalise(class_name: str, config: Mapping[str, object]) -> Arguments:
    """The arguments of a live layer of one of Keras's classes, in normal form.

    Args:
        class_name: a name in LAYERS or ALIASES.
        config: the layer's `get_config()`. What it lacks has Keras's default, as it would when
            Keras loads it; what is no argument of the table is dropped, the name too.

    Returns:
        The class's arguments in its order, then `trainable`, then `dtype` if the config has it
        (a policy by its name). A custom object is `{"custom": name}`; a nested layer is
        `{"type": …}` with its own arguments, or `{"custom": name}`.

    Raises:
        KeyError: the class is not in the table.
    """
    layer = LAYERS[ALIASES.get(class_name, class_name)]
    given = {
        name: argument.form.normal(config[name], layer.rank)
        for name, argument in layer.arguments.items()
        if name in config
    }
    for name in BASE_ARGUMENTS:
        if name in config:
            given[name] = _policy_name(config[name])
    return _completed(layer, given)


def complete(class_name: str, arguments: Mapping[str, object]) -> Arguments:
    """The arguments of a recipe with Keras's defaults filled in, in normal form.

    Args:
        class_name: a name in LAYERS or ALIASES.
        arguments: values already read by their forms; `type` is ignored.

    Returns:
        What `normalise` gives for the layer that Keras makes of them, `dtype` excepted: it is
        there only if given, since its default depends on Keras's settings.

    Raises:
        KeyError: the class is not in the table.
    """
    return _completed(LAYERS[ALIASES.get(class_name, class_name)], arguments)


def _completed(layer: LayerClass, given: Mapping[str, object]) -> Arguments:
    filled: Arguments = {}
    for name, argument in layer.arguments.items():
        if name in UNOBSERVED.get(layer.name, ()):
            continue
        if name in given:
            filled[name] = argument.form.fill(given[name], layer.rank)
        elif argument.default is not REQUIRED:
            filled[name] = argument.form.normal(argument.default, layer.rank)
    for name, compute in _COMPUTED.items():
        if name in filled and filled[name] is None:
            filled[name] = compute(filled)
    if filled.get("lora_rank") is None and "lora_alpha" in filled:
        filled["lora_alpha"] = None  # Keras forgets it where there is no rank
    if layer.name == "Bidirectional":
        filled |= _both_ways(filled)
    kept = layer.name not in _WITHOUT_TRAINABLE
    usual = layer.name not in _FIXED
    filled["trainable"] = given.get("trainable", usual) if kept else True
    if given.get("dtype") is not None:
        filled["dtype"] = given["dtype"]
    return filled


# What Keras makes of None when it constructs a layer.
_COMPUTED: Mapping[str, Callable[[Arguments], object]] = {
    "activation": lambda _: "linear",
    "recurrent_activation": lambda _: "linear",
    "data_format": lambda _: "channels_last",
    "strides": lambda given: given.get("pool_size"),
    "value_dim": lambda given: given.get("key_dim"),
    "sequence_length": lambda given: given.get("fft_length"),
    "lora_alpha": lambda given: given.get("lora_rank"),
    "max_freq": lambda given: _half(given.get("sampling_rate")),
    "axis": lambda _: (),
}


def _half(rate: object) -> object:
    return int(rate / 2) if isinstance(rate, int) else None


def _both_ways(given: Arguments) -> Arguments:
    """The layers that Bidirectional makes of the one it is given: one for each way."""
    forward = _returning_zeros(given.get("layer"))
    backward = given.get("backward_layer")
    if backward is None and isinstance(forward, dict) and "type" in forward:
        backward = forward | {"go_backwards": True}
    return {"layer": forward, "backward_layer": _returning_zeros(backward)}


def _returning_zeros(layer: object) -> object:
    """Bidirectional decides what its layers return for masked steps."""
    if not isinstance(layer, dict) or "zero_output_for_mask" not in layer:
        return layer
    return layer | {"zero_output_for_mask": layer.get("return_sequences")}


def _policy_name(value: object) -> object:
    """The name of a dtype policy, which configs write as a name or as a serialised policy."""
    if not isinstance(value, Mapping):
        return value
    config = value.get("config")
    name = config.get("name") if isinstance(config, Mapping) else None
    return name if isinstance(name, str) else None


def nested(class_name: str, arguments: Mapping[str, object]) -> Arguments:
    """Arguments in normal form as those of a layer inside of another. What has Keras's usual
    dtype does not say so: in a spec, the outer layer would have to repeat it."""
    usual = arguments.get("dtype") == "float32"
    shown = {key: value for key, value in arguments.items() if not (key == "dtype" and usual)}
    return {"type": class_name} | shown


def to_keras(class_name: str, arguments: Mapping[str, object]) -> Arguments:
    """The keyword arguments with which to call Keras's class.

    Args:
        class_name: a name in LAYERS or ALIASES.
        arguments: values already read by their forms; `type` is ignored.

    Returns:
        What was given, no defaults: sizes as tuples; activations by name; initializers,
        regularizers and constraints as Keras's serialised dicts, which its constructors take.
        A nested layer is `{"type": class_name, "arguments": …}` (of StackedRNNCells a tuple of
        them), whose arguments are as they were read: the caller calls `to_keras` on them and
        constructs that layer first.
        `data_format` is always there where the class has it, so that a user's keras.json
        changes nothing.

    Raises:
        KeyError: the class is not in the table.
    """
    layer = LAYERS[ALIASES.get(class_name, class_name)]
    keywords: Arguments = {
        name: argument.form.for_keras(arguments[name], layer.rank)
        for name, argument in layer.arguments.items()
        if name in arguments
    }
    if "data_format" in layer.arguments and keywords.get("data_format") is None:
        keywords["data_format"] = "channels_last"
    for name in BASE_ARGUMENTS:
        if name in arguments and not (name == "trainable" and layer.name in _WITHOUT_TRAINABLE):
            keywords[name] = arguments[name]
    return keywords
