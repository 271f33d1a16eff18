"""The vocabulary's tables against the installed Keras, and its forms against their schemas."""

from __future__ import annotations

import inspect
import json
import math
import re
import subprocess
import sys
from functools import cache

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lenet_verify import vocabulary
from lenet_verify.vocabulary import (
    ACTIVATION_LAYERS,
    ACTIVATIONS,
    ALIASES,
    APPLICATION_LAYERS,
    ARGUMENT_FORMS,
    BASE_ARGUMENTS,
    CONSTRAINTS,
    FAMILIES,
    IDENTITY_LAYERS,
    INITIALIZERS,
    LAYERS,
    LOSSES,
    METRICS,
    OPTIMIZERS,
    PAPER_ACTIVATIONS,
    PAPER_LAYERS,
    REFUSED,
    REGULARIZERS,
    REQUIRED,
    UNOBSERVED,
    Form,
    activation_of,
    complete,
    definitions,
    nearest,
    normalise,
    read_layer,
    to_keras,
)

keras = pytest.importorskip("keras")

from lenet_verify import paper_layers  # noqa: E402
from lenet_verify.vocabulary.objects import PAPER_INITIALIZERS  # noqa: E402
from tests.classes import class_of  # noqa: E402

# The table is Keras 3.15's. Older ones lack some of it, and later ones may have more.
SAME_KERAS = keras.__version__.startswith("3.15.")
of_this_keras = pytest.mark.skipif(not SAME_KERAS, reason="the table is that of Keras 3.15")

NAMES = [name for name in LAYERS if class_of(name)]

# Of each class the required arguments, and those without which Keras constructs nothing.
MINIMAL: dict[str, object] = {
    "activation": "relu",
    "axes": 1,
    "cell": {"type": "LSTMCell", "units": 2},
    "cells": [{"type": "LSTMCell", "units": 2}, {"type": "GRUCell", "units": 3}],
    "codes": ["#.#", "##."],
    "connection_table": [[0], [0, 1]],
    "dims": [2, 1],
    "equation": "ab,bc->ac",
    "factor": 0.5,
    "filters": 2,
    "head_dim": 2,
    "height": 4,
    "height_factor": 0.1,
    "input_dim": 3,
    "kernel_size": 3,
    "key_dim": 2,
    "layer": {"type": "Dense", "units": 2},
    "max_number": 3,
    "n": 2,
    "num_bins": 3,
    "num_heads": 2,
    "num_key_value_heads": 1,
    "num_query_heads": 2,
    "output_dim": 4,
    "output_shape": 3,
    "output_size": 2,
    "pool_size": 2,
    "rate": 0.5,
    "scale": 0.5,
    "stddev": 0.1,
    "target_shape": [2, -1],
    "units": 3,
    "width": 4,
    "width_factor": 0.1,
}
OWN_MINIMAL: dict[str, dict[str, object]] = {
    "Bidirectional": {"layer": {"type": "LSTM", "units": 2}},
    "CategoryEncoding": {"num_tokens": 3},
    "Discretization": {"bin_boundaries": [0.1, 0.2]},
    "RandomPosterization": {"factor": 4},
}


def minimal(name: str) -> dict[str, object]:
    """The least that a spec must say of a class."""
    required = [it.name for it in LAYERS[name].arguments.values() if it.default is REQUIRED]
    return {key: MINIMAL[key] for key in required} | OWN_MINIMAL.get(name, {})


def built(name: str, read: dict[str, object]) -> object:
    """The Keras layer of arguments that have been read, as the builder makes it."""

    def inner(value: object) -> object:
        if isinstance(value, tuple):
            return tuple(map(inner, value))
        if isinstance(value, dict) and set(value) == {"type", "arguments"}:
            return built(value["type"], value["arguments"])
        return value

    keywords = {key: inner(value) for key, value in to_keras(name, read).items()}
    return class_of(name)(**keywords)


def plain_config(layer: object) -> dict[str, object]:
    return json.loads(json.dumps(layer.get_config()))


# The tables are Keras's.


def keras_layers() -> set[str]:
    found = {"Input"}
    for name in dir(keras.layers):
        it = getattr(keras.layers, name)
        if inspect.isclass(it) and issubclass(it, keras.layers.Layer):
            found.add(name)
    return found


@of_this_keras
def test_every_layer_of_keras_is_in_one_table_and_no_other():
    tables = [*LAYERS, *ALIASES, *REFUSED]
    assert len(tables) == len(set(tables))
    assert set(tables) - {"GroupedQueryAttention"} - PAPER_LAYERS == keras_layers()
    assert not PAPER_LAYERS & keras_layers()


@of_this_keras
def test_aliases_are_keras_own():
    for alias, name in ALIASES.items():
        if alias != "GroupedQueryAttention":
            assert getattr(keras.layers, alias) is getattr(keras.layers, name)
    names = {class_of(name).__name__: name for name in LAYERS}
    # Keras exports one class under another name than its own.
    assert {own: name for own, name in names.items() if own != name} == {
        "GroupedQueryAttention": "GroupQueryAttention"
    }


@of_this_keras
@pytest.mark.parametrize("name", LAYERS)
def test_arguments_order_and_defaults_are_keras_own(name):
    class_ = class_of(name)
    parameters = [*inspect.signature(class_.__init__).parameters.values()]
    if name not in PAPER_LAYERS and parameters[-1].kind is inspect.Parameter.VAR_KEYWORD:
        # these hand on to their base class what makes them adaptable (LoRA)
        known = {it.name for it in parameters}
        bases = inspect.signature(class_.__mro__[1].__init__).parameters
        parameters += [bases[n] for n in ("lora_rank", "lora_alpha") if n in {*bases} - known]
    expected = [
        (it.name, REQUIRED if it.default is it.empty else it.default)
        for it in parameters
        if it.kind is it.POSITIONAL_OR_KEYWORD
        and it.name not in {"self", "name", "dtype", "trainable"}
    ]
    found = [(it.name, it.default) for it in LAYERS[name].arguments.values()]
    assert found == expected
    assert [type(default) for _, default in found] == [type(default) for _, default in expected]


def test_families_and_ranks():
    assert {LAYERS[name].family for name in LAYERS} == set(FAMILIES)
    families = {name: LAYERS[name].family for name in LAYERS}
    assert families["Conv2DTranspose"] == families["SeparableConv1D"] == "convolution"
    assert families["ConvLSTM2D"] == families["LSTMCell"] == "recurrent"
    assert families["GlobalMaxPooling1D"] == families["AdaptiveMaxPooling3D"] == "pooling"
    assert families["Dense"] == families["EinsumDense"] == "dense"
    for name in LAYERS:
        if "Pooling" in name:
            assert families[name] == "pooling"
        if "Conv" in name and "LSTM" not in name:
            assert families[name] == "convolution"
    ranks = {name: LAYERS[name].rank for name in LAYERS}
    assert ranks["Conv1D"] == 1
    assert ranks["Conv3DTranspose"] == 3
    assert ranks["SpatialDropout2D"] == 2
    assert ranks["Dense"] is None


def objects_of_keras(kind: str) -> dict[str, str]:
    module = __import__(f"keras.src.{kind}", fromlist=["ALL_OBJECTS_DICT"])
    return {name: it.__name__ for name, it in module.ALL_OBJECTS_DICT.items()}


@of_this_keras
def test_activations_are_keras_own():
    ours = {name: name for name in PAPER_ACTIVATIONS}
    assert {**objects_of_keras("activations"), **ours} == ACTIVATIONS


@of_this_keras
@pytest.mark.parametrize(
    ("kind", "table"),
    [("initializers", INITIALIZERS), ("regularizers", REGULARIZERS), ("constraints", CONSTRAINTS)],
)
def test_objects_are_keras_own(kind, table):
    base = {"initializers": "Initializer", "regularizers": "Regularizer"}.get(kind, "Constraint")
    expected = {key: it for key, it in objects_of_keras(kind).items() if it != base}
    keras_own = {name: it for name, it in table.items() if name not in PAPER_INITIALIZERS}
    found = {key: name for name, it in keras_own.items() for key in (name, *it.names)}
    assert found == expected
    for name, it in table.items():
        home = getattr(keras, kind) if name in keras_own else paper_layers
        parameters = inspect.signature(getattr(home, name).__init__).parameters
        own = {
            key: parameter.default
            for key, parameter in parameters.items()
            if parameter.kind is parameter.POSITIONAL_OR_KEYWORD and key != "self"
        }
        assert {key: default for key, (_, default) in it.arguments.items()} == own


def accepted(get, names: set[str], kind: type | None = None) -> set[str]:
    """Of these names, those that one of Keras's `get` makes something of."""
    found = set()
    for name in names:
        try:
            it = get(name)
        except (TypeError, ValueError):
            continue
        if kind is None or isinstance(it, kind):
            found.add(name)
    return found


@of_this_keras
def test_optimizers_are_keras_own():
    classes = {
        name
        for name in dir(keras.optimizers)
        if inspect.isclass(getattr(keras.optimizers, name))
        and issubclass(getattr(keras.optimizers, name), keras.optimizers.Optimizer)
    } - {"Optimizer", "LossScaleOptimizer", "MultiOptimizer", "OptimizerMap"}
    names = classes | {name.lower() for name in classes}
    assert set(OPTIMIZERS) == accepted(keras.optimizers.get, names)
    for name, canonical in OPTIMIZERS.items():
        made = keras.optimizers.get(name)
        assert type(made) is type(keras.optimizers.get(canonical))
        assert made.__class__.__name__.lower() == canonical


@of_this_keras
def test_losses_are_keras_own():
    expected = set(objects_of_keras("losses")) - {"Loss", "LossFunctionWrapper"}
    assert set(LOSSES) - {"ce", "crossentropy"} == accepted(keras.losses.get, expected)
    for name in expected:
        canonical = LOSSES[name]
        it = keras.losses.get(name)
        function = getattr(it, "fn", it)
        assert function.__name__ == canonical == LOSSES[canonical]


@of_this_keras
def test_metrics_are_keras_own():
    # The three that take no targets, and the wrapper, are no metrics of a model.
    not_of_models = {"Metric", "Mean", "Sum", "MeanMetricWrapper"}
    known = {n for n, it in objects_of_keras("metrics").items() if it not in not_of_models}
    expected = accepted(keras.metrics.get, known, keras.metrics.Metric)
    assert set(METRICS) - {"acc"} == expected
    for name in expected:
        canonical = METRICS[name]
        assert METRICS[canonical] == canonical
        assert type(keras.metrics.get(name)) is type(keras.metrics.get(canonical))


def test_what_compile_resolves_itself():
    import numpy as np

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    for loss, metric in (("crossentropy", "accuracy"), ("ce", "acc")):
        for names in ((loss, metric), (LOSSES[loss], METRICS[metric])):
            model.compile(loss=names[0], metrics=[names[1]])
            model.evaluate(np.ones((1, 3)), np.ones((1, 2)), verbose=0)


# One normal form.


@pytest.mark.parametrize("name", NAMES)
def test_complete_equals_a_live_layer(name):
    read = read_layer(name, minimal(name))
    try:
        layer = built(name, read)
    except ImportError as error:
        pytest.skip(str(error))
    for config in (layer.get_config(), plain_config(layer)):
        live = normalise(name, config)
        live.pop("dtype", None)
        assert strip(live) == strip(complete(name, read))
        assert not UNOBSERVED.get(name, frozenset()) & set(live)


@pytest.mark.parametrize("name", sorted(UNOBSERVED))
def test_what_is_unobserved_is_in_no_config(name):
    if name != "RandomCrop":
        assert not UNOBSERVED[name] & set(built(name, read_layer(name, minimal(name))).get_config())
    assert UNOBSERVED[name] <= set(LAYERS[name].arguments)


@pytest.mark.parametrize("name", NAMES)
def test_every_observed_argument_is_in_the_config(name):
    """Else `normalise` would report Keras's default for what it cannot see."""
    try:
        config = built(name, read_layer(name, minimal(name))).get_config()
    except ImportError as error:
        pytest.skip(str(error))
    missing = set(LAYERS[name].arguments) - set(config) - UNOBSERVED.get(name, frozenset())
    # These are written only where they are set.
    assert missing <= {
        *("activity_regularizer", "lora_rank", "lora_alpha", "gptq_unpacked_column_size"),
    }


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("BatchNormalization", (None, 4, 4, 3)),
        ("LayerNormalization", (None, 5)),
        ("RMSNormalization", (None, 5)),
        ("UnitNormalization", (None, 5)),
        ("GroupNormalization", (None, 4, 4, 32)),
        ("PReLU", (None, 4, 4, 3)),
        ("Dense", (None, 5)),
        ("Conv2D", (None, 8, 8, 3)),
        ("Reshape", (None, 6)),
        ("Normalization", (None, 5)),
        ("LSTM", (None, 5, 3)),
        ("Bidirectional", (None, 5, 3)),
        ("TimeDistributed", (None, 5, 3)),
    ],
)
def test_building_a_layer_does_not_change_its_normal_form(name, shape):
    layer = built(name, read_layer(name, minimal(name)))
    before = normalise(name, layer.get_config())
    layer.build(shape)
    assert normalise(name, layer.get_config()) == before


def strip(value: object) -> object:
    """Floats that differ in the last bit are one: Keras keeps some in single precision."""
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, dict):
        return {key: strip(item) for key, item in value.items()}
    return tuple(map(strip, value)) if isinstance(value, tuple) else value


def test_custom_objects_are_marked_and_never_looked_up():
    @keras.saving.register_keras_serializable("mine")
    def own(x):
        return x

    config = keras.layers.Dense(2, activation=own).get_config()
    assert normalise("Dense", config)["activation"] == {"custom": "mine>own"}
    assert activation_of("Dense", config) == "?mine>own"
    stranger = {
        "module": "evil",
        "class_name": "GlorotUniform",
        "config": {},
        "registered_name": "evil>GlorotUniform",
    }
    assert normalise("Dense", config | {"kernel_initializer": stranger})["kernel_initializer"] == {
        "custom": "evil>GlorotUniform"
    }
    inside = {"module": "os", "class_name": "system", "config": {}, "registered_name": None}
    assert normalise("TimeDistributed", {"layer": inside})["layer"] == {"custom": "system"}


def test_a_plain_function_of_the_user_is_custom():
    def own(x):
        return x

    config = keras.layers.Dense(2, activation=own).get_config()
    assert activation_of("Dense", config) == "?own"


HOSTILE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["class_name", "config", "module", "registered_name", "type", "items"]),
            inner | st.sampled_from(["LSTM", "keras.layers", "GlorotUniform", "function", "relu"]),
        )
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_config_makes_it_raise(data):
    name = data.draw(st.sampled_from(list(LAYERS)))
    keys = [*LAYERS[name].arguments, *BASE_ARGUMENTS]
    config = data.draw(st.dictionaries(st.sampled_from(keys), HOSTILE))
    found = normalise(name, config)
    assert set(found) <= set(keys)
    assert isinstance(activation_of(name, config), str | None)
    assert isinstance(activation_of(name, found), str | None)


def test_what_older_files_say():
    plain_function = {"module": "keras.activations", "class_name": "function", "config": "relu"}
    assert activation_of("Dense", {"activation": plain_function}) == "relu"
    old = {"class_name": "HeNormal", "config": {"seed": 3}}
    assert normalise("Dense", {"kernel_initializer": old})["kernel_initializer"] == {
        "type": "HeNormal",
        "seed": 3,
        "input_axes": None,
        "output_axes": None,
    }
    assert normalise("Dense", {"kernel_initializer": "ones"})["kernel_initializer"] == {
        "type": "Ones"
    }
    array = {"class_name": "__numpy__", "config": {"value": [1.0, 2.0], "dtype": "float32"}}
    assert normalise("Rescaling", {"scale": array})["scale"] == (1.0, 2.0)
    assert normalise("Dense", {"dtype": "float32"})["dtype"] == "float32"


def test_normal_forms_of_sizes_and_policies():
    layer = keras.layers.Conv2D(6, 5, dtype="mixed_float16", trainable=False)
    found = normalise("Convolution2D", layer.get_config())
    assert found["kernel_size"] == (5, 5)
    assert found["dtype"] == "mixed_float16"
    assert found["trainable"] is False
    assert "name" not in found
    assert (
        normalise("Conv2D", {"filters": 6, "kernel_size": [5, 5], "strides": "odd"})["strides"]
        == "odd"
    )
    tuples = {"kernel_size": {"class_name": "__tuple__", "items": [5, 3]}}
    assert normalise("Conv2D", tuples)["kernel_size"] == (5, 3)
    pool = complete("MaxPool2D", {"pool_size": (3, 3)})
    assert pool["strides"] == (3, 3)


def test_to_keras_names_the_data_format():
    assert (
        to_keras("Conv2D", read_layer("Conv2D", {"filters": 1, "kernel_size": 1}))["data_format"]
        == "channels_last"
    )
    assert "data_format" not in to_keras("Dense", {"units": 1})


# Random valid arguments: read, made, and read back from the live layer.


def values(form: Form, rank: int | None) -> st.SearchStrategy:
    """Plain values that a form reads, small enough to make."""
    name = type(form).__name__
    if name == "Optional":
        return st.none() | values(form.form, rank)
    if name == "Either":
        return st.one_of([values(it, rank) for it in form.forms])
    if name == "WholeNumber":
        return st.integers(max(form.least, -3), min(form.most, 9))
    if name == "Number":
        return numbers(form.least, form.most)
    if name == "Flag":
        return st.booleans()
    if name == "Word":
        return st.sampled_from(form.choices)
    if name == "Nothing":
        return st.none()
    if name == "Activation":
        return st.sampled_from(sorted(ACTIVATIONS))
    if name in ("Many", "Axes"):
        listed = st.lists(values(form.form, rank), min_size=max(form.least, 1), max_size=2)
        return values(form.form, rank) | listed if form.single else listed
    if name == "Sizes":
        return sizes(form.least, form.fixed_rank or rank)
    if name == "Paddings":
        width = st.integers(0, 5)
        pair = st.lists(width, min_size=2, max_size=2)
        each = pair if rank == 1 else st.lists(width | pair, min_size=rank, max_size=rank)
        return width | each
    if name == "Dims":
        return st.lists(st.integers(1, 9), max_size=3) | st.just([2, -1])
    if name == "Permutation":
        return st.permutations([1, 2, 3])
    if name == "Range":
        one = numbers(form.least, form.most)
        pair = st.lists(one, min_size=2, max_size=2)
        return pair if form.below is None else one | pair
    if name == "Table":
        return st.fixed_dictionaries({}, optional={k: values(f, rank) for k, f in form.fields})
    if name == "KerasObject":
        return small_objects(form.kind)
    if name == "Text":
        return st.sampled_from({"": ["a", "b"]}.get(form.pattern, ["bc"]))
    if name == "ConnectionTable":
        row = st.lists(st.integers(0, 5), min_size=1, max_size=3, unique=True)
        return st.lists(row, min_size=1, max_size=3)
    if name == "Codes":
        code = st.sampled_from(["#.#", "##.", "..#", " #\n#\n.\n"])
        return st.lists(code, min_size=1, max_size=3, unique=True)
    if name == "LayerForm":
        return st.sampled_from(form.types or ("Dense", "Conv1D", "LSTM")).flatmap(
            lambda inner: some_arguments(inner).map(lambda them: {"type": inner} | them)
        )
    raise AssertionError(name)


def numbers(least: float, most: float) -> st.SearchStrategy:
    low, high = max(least, -4), min(most, 8)
    return st.integers(math.ceil(100 * low), math.floor(100 * high)).map(lambda it: it / 100)


def sizes(least: int, rank: int) -> st.SearchStrategy:
    each = st.lists(st.integers(least, 7), min_size=rank, max_size=rank)
    return st.integers(least, 7) | each | each.map(lambda them: "x".join(map(str, them)))


def small_objects(kind: str) -> st.SearchStrategy:
    table = vocabulary.objects.OBJECTS[kind]

    def mapping(name: str) -> st.SearchStrategy:
        forms = {key: values(form, None) for key, (form, _) in table[name].arguments.items()}
        return st.fixed_dictionaries({"type": st.just(name)}, optional=forms)

    # The initializer STFT needs scipy.
    names = [it for it in sorted(vocabulary.objects.CLASS_OF[kind]) if "stft" not in it.lower()]
    classes = [it for it in sorted(table) if it != "STFT"]
    return st.sampled_from(names) | st.sampled_from(classes).flatmap(mapping)


@cache
def some_arguments(name: str) -> st.SearchStrategy:
    layer = LAYERS[name]
    strategies = {key: values(it.form, layer.rank) for key, it in layer.arguments.items()}
    fixed = minimal(name)
    for key in fixed:
        # What only fits together with other arguments stays as it is.
        if key in {"equation", "axes", "bin_boundaries", "output_shape", "target_shape"}:
            strategies[key] = st.just(fixed[key])
    if name == "SimpleRNN":
        # Keras's own does not pass it on: the layer has none, whatever it is given.
        del strategies["activity_regularizer"]
    needed = {key: strategies.pop(key) for key in fixed}
    optional = strategies | {"trainable": st.booleans(), "dtype": st.just("float32")}
    return st.fixed_dictionaries(needed, optional=optional)


@pytest.mark.filterwarnings("ignore:`fft_length` is recommended")
@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_random_arguments_make_the_layer_they_say(name, data):
    given_arguments = data.draw(some_arguments(name))
    read = read_layer(name, given_arguments)
    try:
        layer = built(name, read)
    except (ValueError, ImportError):
        return  # Keras refuses some values by what others say; STFTSpectrogram needs scipy
    except Exception as error:
        # So does TensorFlow, of a vocabulary that has only the mask's word.
        if type(error).__name__ != "InvalidArgumentError":
            raise
        return
    live = normalise(name, plain_config(layer))
    expected = complete(name, read)
    live.pop("dtype", None)
    expected.pop("dtype", None)
    assert strip(live) == strip(expected)


# Forms say what they take, and their schemas say the same.


def every_form() -> dict[str, tuple[Form, int | None]]:
    found = {}
    for name in LAYERS:
        for argument in LAYERS[name].arguments.values():
            found[repr((argument.form, LAYERS[name].rank))] = (argument.form, LAYERS[name].rank)
    for form in ARGUMENT_FORMS.values():
        found[repr((form, None))] = (form, None)
    return found


FORMS = list(every_form().values())
DEFINITIONS = definitions()

JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**33), 2**33)
    | st.integers(-3, 9)
    | st.floats(allow_nan=False, allow_infinity=False).filter(lambda it: it != int(it))
    | st.text(max_size=6).filter(lambda it: not it.endswith("\n"))
    | st.sampled_from(["5x5", "3", "3x3x3", "0x1", "05x5", "valid", "same", "auto", "relu", "l2"])
    | st.sampled_from(["#.", "# .\n#", " ", "#0", "ab,bc->ac", "GlorotUniform", "max_norm"])
    | st.sampled_from(["-1", "no", "5X5", "1x-1", "x"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["type", "units", "seed", "l2", "rmax", "a"]), inner)
    ),
    max_leaves=8,
)


@cache
def validator(index: int) -> jsonschema.Draft202012Validator:
    form, rank = FORMS[index]
    jsonschema.Draft202012Validator.check_schema(form.schema(rank))
    return jsonschema.Draft202012Validator({**form.schema(rank), "$defs": DEFINITIONS})


def test_definitions_are_schemas():
    jsonschema.Draft202012Validator.check_schema({"$defs": DEFINITIONS})


def reads(form: Form, value: object, rank: int | None) -> bool:
    try:
        form.read(value, rank)
    except ValueError:
        return False
    return True


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(value=JSON_VALUES, indexes=st.sets(st.integers(0, len(FORMS) - 1), min_size=5, max_size=9))
def test_schemas_accept_what_forms_read(value, indexes):
    for index in indexes:
        form, rank = FORMS[index]
        assert validator(index).is_valid(value) == reads(form, value, rank), (form, rank, value)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_schemas_accept_what_is_right_and_refuse_what_is_nearly_right(data):
    index = data.draw(st.integers(0, len(FORMS) - 1))
    form, rank = FORMS[index]
    value = data.draw(values(form, rank or 2))
    for near in (value, [value], [value, value], str(value), {"type": value}):
        if isinstance(near, float) and near.is_integer():
            continue  # JSON Schema cannot tell 5.0 from 5; a spec can
        if whole_floats(near):
            continue
        assert validator(index).is_valid(near) == reads(form, near, rank), (form, rank, near)


def whole_floats(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(whole_floats, value.values()))
    if isinstance(value, list):
        return any(map(whole_floats, value))
    return isinstance(value, float) and value.is_integer()


def test_forms_by_name_read_what_any_class_reads():
    assert set(ARGUMENT_FORMS) == set(BASE_ARGUMENTS) | {
        key for name in LAYERS for key in LAYERS[name].arguments
    }
    assert ARGUMENT_FORMS["padding"].read("causal") == "causal"
    assert ARGUMENT_FORMS["padding"].read([[1, 2], [3, 4]]) == ((1, 2), (3, 4))
    assert ARGUMENT_FORMS["kernel_size"].read("5x3") == (5, 3)
    assert ARGUMENT_FORMS["units"].numeric
    assert not ARGUMENT_FORMS["padding"].numeric


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_forms_by_name_read_random_values_of_any_class(data):
    name = data.draw(st.sampled_from(list(LAYERS)))
    arguments = data.draw(some_arguments(name))
    for key, value in arguments.items():
        ARGUMENT_FORMS[key].read(value)


@pytest.mark.parametrize(
    "value",
    [
        "no",
        "010",
        "1e3",
        "1:30",
        math.nan,
        math.inf,
        -5,
        0,
        True,
        10**12,
        10**10000,
        5.0,
        None,
        [5],
    ],
    ids=lambda value: type(value).__name__ + str(value)[:5] if value != 10**10000 else "huge",
)
def test_a_count_takes_nothing_but_a_count(value):
    with pytest.raises(ValueError, match="takes a whole number from 1 to 2147483647, not ") as it:
        ARGUMENT_FORMS["units"].read(value)
    assert len(str(it.value)) < 120


@pytest.mark.parametrize(
    ("name", "key", "value", "message"),
    [
        ("Conv2D", "padding", "sane", "takes 'valid' or 'same', not 'sane'; did you mean 'same'?"),
        ("Conv2D", "kernel_size", [3, 3, 3], "or 2 of them such as 5x5 or [5, 5], not [3, 3, 3]"),
        ("Conv2D", "kernel_size", "5x0", "not '5x0'"),
        ("Conv2D", "activation", "ReLU", "not 'ReLU'; did you mean 'relu'?"),
        ("Conv2D", "use_bias", "no", "takes true or false, not 'no'"),
        ("Conv2D", "kernel_initializer", "glorot", "takes the name of an initializer"),
        (
            "Conv2D",
            "kernel_initializer",
            {"type": "he_normal", "sed": 1},
            "has no argument 'sed' in HeNormal; did you mean 'seed'?",
        ),
        (
            "Conv2D",
            "kernel_initializer",
            {"type": "he_normal", "seed": -1},
            "'seed' takes a whole number from 0 to 2147483647, not -1",
        ),
        ("StringLookup", "vocabulary", "/etc/passwd", "takes a list of texts, not '/etc/passwd'"),
        ("Dropout", "rate", 1.5, "takes a number from 0 to 1, not 1.5"),
        ("Reshape", "target_shape", [-1, -1], "one of which may be -1, not [-1, -1]"),
        ("Permute", "dims", [1, 3], "not [1, 3]"),
        ("Embedding", "weights", [1.0], "takes nothing but null in a spec"),
        ("TimeDistributed", "layer", {"type": "Lambda"}, "takes no Lambda: it runs code"),
        ("TimeDistributed", "layer", {"type": "Dence"}, "did you mean 'Dense'?"),
        ("TimeDistributed", "layer", {"type": "Dense"}, "lacks 'units' of Dense"),
        (
            "TimeDistributed",
            "layer",
            {"type": "Dense", "unit": 1},
            "has no argument 'unit' in Dense; did you mean 'units'?",
        ),
        (
            "TimeDistributed",
            "layer",
            {"type": "Dense", "units": 0},
            "'units' takes a whole number from 1",
        ),
        ("RNN", "cell", {"type": "LSTM", "units": 1}, "did you mean 'LSTMCell'?"),
        ("RNN", "cell", "LSTMCell", "takes a recurrent cell such as {type: LSTMCell, units: 32}"),
    ],
)
def test_what_a_wrong_value_is_told(name, key, value, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        LAYERS[name].arguments[key].form.read(value, LAYERS[name].rank)


def test_messages_are_one_short_line_without_control_characters():
    hostile = ["\x1b[2J", "\u202e", "a\nb", "x" * 10**6, "\ud800", [[1] * 1000] * 1000]
    for form, rank in FORMS:
        for value in hostile:
            try:
                form.read(value, rank)
            except ValueError as error:
                text = str(error)
                assert text.isprintable()
                assert len(text) < 600


def test_nearest():
    assert nearest("kernal_size", LAYERS["Conv2D"].arguments) == "kernel_size"
    assert nearest("conv2d", LAYERS) == "Conv2D"
    assert nearest("zzzz", LAYERS) is None
    assert nearest("", []) is None


def test_forms_are_frozen_values():
    form = ARGUMENT_FORMS["units"]
    with pytest.raises(AttributeError):
        form.least = 0
    assert form == ARGUMENT_FORMS["filters"]
    assert hash(form) == hash(ARGUMENT_FORMS["filters"])


# Activations and identities.


@pytest.mark.parametrize(
    ("name", "config", "expected"),
    [
        ("Dense", {}, "linear"),
        ("Dense", {"activation": None}, "linear"),
        ("Conv2D", {"activation": "swish"}, "silu"),
        ("Convolution2D", {"activation": "tanh"}, "tanh"),
        ("LSTM", {}, "tanh"),
        ("Activation", {"activation": "relu"}, "relu"),
        ("ReLU", {}, "relu"),
        ("ReLU", {"max_value": 6.0}, "relu6"),
        (
            "ReLU",
            {"max_value": 1.5, "negative_slope": 0.1},
            "relu(negative_slope=0.1, max_value=1.5)",
        ),
        ("LeakyReLU", {}, "leaky_relu(negative_slope=0.3)"),
        ("LeakyReLU", {"negative_slope": 0.2}, "leaky_relu"),
        ("ELU", {}, "elu"),
        ("ELU", {"alpha": 2.0}, "elu(alpha=2)"),
        ("Softmax", {}, "softmax"),
        ("Softmax", {"axis": (-1,)}, "softmax"),
        ("Softmax", {"axis": 1}, "softmax(axis=1)"),
        ("Softmax", {"axis": [1, 2]}, "softmax(axis=[1, 2])"),
        ("PReLU", {}, "prelu"),
        ("MaxPooling2D", {}, None),
        ("ops.Relu", {}, "relu"),
        ("ops.Tanh", {}, "tanh"),
        ("ops.Gelu", {}, "gelu(approximate=true)"),
        ("ops.Gelu", {"approximate": False}, "gelu"),
        ("ops.LeakyRelu", {"negative_slope": 0.2}, "leaky_relu"),
        ("ops.Softmax", {"axis": -1}, "softmax"),
        ("ops.Add", {}, None),
        ("Whatever", {"activation": "relu"}, None),
        ("TimeDistributed", {"layer": {"type": "Dense", "activation": "relu"}}, "relu"),
        ("StackedRNNCells", {"cells": ({"type": "LSTMCell"},)}, "tanh"),
        ("TimeDistributed", {"layer": None}, None),
    ],
)
def test_activation_of(name, config, expected):
    assert activation_of(name, config) == expected


def test_activation_of_live_layers():
    layers = keras.layers
    dense = layers.Dense(2, activation=layers.LeakyReLU(negative_slope=0.1))
    assert activation_of("Dense", dense.get_config()) == "leaky_relu(negative_slope=0.1)"
    inside = layers.TimeDistributed(layers.Dense(2, activation="relu"))
    assert activation_of("TimeDistributed", inside.get_config()) == "relu"
    assert activation_of("TimeDistributed", normalise("TimeDistributed", inside.get_config())) == (
        "relu"
    )
    rnn = layers.RNN([layers.LSTMCell(2), layers.SimpleRNNCell(2, activation="relu")])
    assert activation_of("RNN", rnn.get_config()) == "relu"


@of_this_keras
@pytest.mark.parametrize("name", sorted(ACTIVATION_LAYERS | {"ops.Glu"}))
def test_activation_layers_compute_the_activation_they_are_named(name):
    import numpy as np
    from keras.src.activations import activations
    from keras.src.ops import nn, numpy

    x = np.linspace(-8, 8, 24, dtype="float32").reshape(2, 3, 4)
    if name == "Activation":
        operation = keras.layers.Activation("tanh")
        text = activation_of(name, operation.get_config())
    elif name.startswith("ops."):
        short = name.removeprefix("ops.")
        cls = next(getattr(m, short) for m in (nn, numpy, activations) if hasattr(m, short))
        config = {"threshold": 1.0, "default_value": 2.0} if short == "Threshold" else {}
        operation = cls(**config)
        text = activation_of(name, config)
    else:
        operation = getattr(keras.layers, name)()
        text = activation_of(name, operation.get_config())
    function, _, arguments = text.partition("(")
    pairs = [pair.split("=") for pair in arguments.rstrip(")").split(", ") if pair]
    keywords = {key: json.loads(value) for key, value in pairs}
    expected = getattr(keras.activations, function)(x, **keywords)
    np.testing.assert_allclose(operation(x), expected, rtol=1e-5, atol=1e-6)


@of_this_keras
def test_every_activation_of_keras_has_the_parameters_of_its_signature():
    from lenet_verify.vocabulary.activations import _PARAMETERS

    for name in set(ACTIVATIONS.values()):
        home = paper_layers if name in PAPER_ACTIVATIONS else keras.activations
        parameters = list(inspect.signature(getattr(home, name)).parameters.values())
        own = {it.name: None if it.default is it.empty else it.default for it in parameters[1:]}
        assert dict(_PARAMETERS.get(name, {})) == own


# With factors that would change every image in training.
FACTORS: dict[str, dict[str, object]] = {
    "ActivityRegularization": {"l1": 0.5},
    "RandomColorJitter": {"brightness_factor": [0.5, 1], "hue_factor": [0.5, 1]},
    "RandomShear": {"x_factor": [0.5, 1], "y_factor": [0.5, 1]},
    "Solarization": {"addition_factor": [0.5, 1], "threshold_factor": [0.5, 1]},
}


@pytest.mark.parametrize("name", [name for name in NAMES if name in IDENTITY_LAYERS])
def test_identity_layers_compute_the_identity_at_inference(name):
    import numpy as np

    assert {*LAYERS, *APPLICATION_LAYERS} >= IDENTITY_LAYERS
    rank = LAYERS[name].rank or 2
    x = 300 * np.random.default_rng(0).normal(size=(2, *[6] * rank, 3)).astype("float32")
    layer = built(name, read_layer(name, minimal(name) | FACTORS.get(name, {})))
    takes_training = "training" in inspect.signature(layer.call).parameters
    y = layer(x, training=False) if takes_training else layer(x)
    np.testing.assert_array_equal(y, x)


def test_importing_it_imports_no_framework_and_nothing_slow():
    code = (
        "import sys; import lenet_verify.vocabulary; "
        "print(*{'keras', 'numpy', 'typing', 're', 'dataclasses', 'difflib'} & set(sys.modules))"
    )
    run = subprocess.run(
        [sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True
    )
    assert not {"keras", "numpy", "dataclasses", "difflib"} & set(run.stdout.split())
