"""Inference against Keras, on layers that nobody would think of; and the paper's own numbers."""

from __future__ import annotations

from math import prod

import keras
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import lenet_verify as lv
from lenet_verify.architecture import Layer, Shape
from lenet_verify.errors import InferenceError
from lenet_verify.inference import RULES, derive
from lenet_verify.vocabulary import ACTIVATION_LAYERS, IDENTITY_LAYERS, LAYERS, REQUIRED, normalise

ACTIVATIONS = sorted(ACTIVATION_LAYERS & set(LAYERS))
IDENTITIES = sorted(name for name in IDENTITY_LAYERS if hasattr(keras.layers, name))

# What inference takes and Keras refuses: a convolution that is both strided and dilated, which
# only its backends lack. What Keras takes and inference refuses: in its older versions, windows
# that reach beyond their input, of which nothing comes out.

many = settings(
    max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@st.composite
def images(draw, rank):
    """Feature maps, some of their sizes variable."""
    sizes = [draw(st.none() | st.integers(1, 12)) for _ in range(rank)]
    channels_first = draw(st.booleans())
    channels = draw(st.sampled_from([1, 2, 3, 4, 6]))
    shape = (channels, *sizes) if channels_first else (*sizes, channels)
    return Shape(shape, channels_first)


def per_axis(rank, most):
    return st.integers(1, most) | st.tuples(*[st.integers(1, most)] * rank)


@st.composite
def convolutions(draw):
    rank = draw(st.sampled_from([1, 2, 3]))
    shape = draw(images(rank))
    arguments = {
        "filters": draw(st.sampled_from([1, 2, 4, 6])),
        "kernel_size": draw(per_axis(rank, 4)),
        "strides": draw(st.just(1) | per_axis(rank, 3)),
        "padding": draw(st.sampled_from(["valid", "same", *(["causal"] if rank == 1 else [])])),
        "dilation_rate": draw(st.just(1) | per_axis(rank, 3)),
        "groups": draw(st.sampled_from([1, 1, 2, 3])),
        "use_bias": draw(st.booleans()),
        "activation": draw(st.sampled_from([None, "relu", "tanh"])),
        "trainable": draw(st.booleans()),
    }
    return f"Conv{rank}D", shape, arguments


@st.composite
def poolings(draw):
    rank = draw(st.sampled_from([1, 2, 3]))
    shape = draw(images(rank))
    arguments = {
        "pool_size": draw(per_axis(rank, 4)),
        "strides": draw(st.none() | per_axis(rank, 3)),
        "padding": draw(st.sampled_from(["valid", "same"])),
    }
    return f"{draw(st.sampled_from(['Max', 'Average']))}Pooling{rank}D", shape, arguments


@st.composite
def others(draw):
    name = draw(st.sampled_from(["Dense", "Flatten", *ACTIVATIONS, *IDENTITIES]))
    rank = {"1": 1, "2": 2, "3": 3}.get(name[-2:-1])
    sizes = st.none() | st.integers(1, 6)
    if LAYERS[name].family == "preprocessing":  # augmentation, which wants images
        count, sizes = 3, st.none() | st.integers(3, 12)
    else:
        count = 1 + rank if rank else draw(st.integers(0 if name in ("Dense", "Flatten") else 1, 4))
    shape = Shape(tuple(draw(sizes) for _ in range(count)))
    if LAYERS[name].family == "preprocessing":
        shape = Shape((*shape.sizes[:2], 3))
    arguments = {
        "Activation": {"activation": "tanh"},
        "Dense": {
            "units": draw(st.integers(1, 5)),
            "use_bias": draw(st.booleans()),
            "trainable": draw(st.booleans()),
        },
        "GaussianNoise": {"stddev": 0.1},
        "RandomPosterization": {"factor": 4},
    }.get(name) or {
        key: 0.1 for key, argument in LAYERS[name].arguments.items() if argument.default is REQUIRED
    }
    return name, shape, arguments


def agree(case):
    name, shape, arguments = case
    if "data_format" in LAYERS[name].arguments and len(shape.sizes) > 1:
        order = "channels_first" if shape.channels_first else "channels_last"
        arguments = arguments | {"data_format": order}
    theirs = by_keras(name, shape, arguments)
    if theirs is not None or not strided_and_dilated(arguments):
        assert by_inference(name, shape, normalise(name, arguments)) == theirs


def by_keras(name, shape, arguments):
    """Output shape and counts as Keras has them; None where it refuses."""
    try:
        layer = getattr(keras.layers, name)(**arguments)
        with keras.StatelessScope(initialize_variables=False):
            output = layer(keras.Input(shape.sizes))
    except ValueError:
        return None
    if 0 in output.shape:
        return None
    counts = (layer.trainable_weights, layer.non_trainable_weights)
    return tuple(output.shape)[1:], *(sum(prod(w.shape) for w in group) for group in counts)


def by_inference(name, shape, config):
    layer = Layer(name="it", type=name, inputs=("x",), input_shapes=(shape,), config=config)
    try:
        derived = derive(layer)
    except InferenceError:
        return None
    return derived.shapes[0].sizes, derived.trainable, derived.non_trainable


def strided_and_dilated(arguments):
    return all(
        max(size) > 1 if isinstance(size, tuple) else size > 1
        for size in (arguments.get("strides") or 1, arguments.get("dilation_rate", 1))
    )


@many
@given(convolutions())
def test_convolutions_agree_with_keras(case):
    agree(case)


@many
@given(poolings())
def test_pooling_agrees_with_keras(case):
    agree(case)


@many
@given(others())
def test_other_layers_agree_with_keras(case):
    agree(case)


MERGING = ("Add", "Average", "Concatenate", "Maximum", "Minimum", "Multiply", "Subtract")


@st.composite
def merges(draw):
    """Several inputs, alike but for what chance changes of them."""
    name = draw(st.sampled_from(MERGING))
    sizes = draw(st.lists(st.none() | st.integers(1, 4), min_size=1, max_size=4))
    shapes = []
    for _ in range(draw(st.integers(1, 3))):
        changed = [draw(st.sampled_from([size, size, size, size, 1, 5, None])) for size in sizes]
        shapes.append(Shape(tuple(changed[draw(st.sampled_from([0, 0, 0, 0, 1])) :])))
    axis = {"axis": draw(st.integers(-4, 5).filter(bool))} if name == "Concatenate" else {}
    return name, tuple(shapes), axis


@many
@given(merges())
def test_merging_agrees_with_keras(case):
    name, shapes, arguments = case
    layer = Layer(name="it", type=name, input_shapes=shapes, config=normalise(name, arguments))
    try:
        with keras.StatelessScope(initialize_variables=False):
            inputs = [keras.Input(shape.sizes) for shape in shapes]
            theirs = tuple(getattr(keras.layers, name)(**arguments)(inputs).shape)[1:]
    except (ValueError, IndexError, TypeError):
        theirs = None
    try:
        derived = derive(layer)
    except InferenceError:
        assert theirs is None
    else:
        assert derived is None or derived.shapes[0].sizes == theirs


def test_every_rule_is_compared_with_keras():
    convolved = {f"Conv{rank}D" for rank in (1, 2, 3)}
    pooled = {f"{kind}Pooling{rank}D" for kind in ("Max", "Average") for rank in (1, 2, 3)}
    compared = convolved | pooled | {"Dense", "Flatten", *MERGING, *ACTIVATIONS, *IDENTITY_LAYERS}
    of_operations = {name for name in RULES if name.startswith("ops.")}
    assert set(RULES) - of_operations == compared


# LeNet-5, typed in from the tables of the sources.


LENET5 = """
format: 1
title: LeNet-5
input: 1@32x32
layers:
  C1: {type: Conv2D, filters: 6, kernel_size: 5}
  S2: {type: AveragePooling2D, pool_size: 2}
  C3: {type: Conv2D, filters: 16, kernel_size: 5}
  S4: {type: AveragePooling2D, pool_size: 2}
  C5: {type: Conv2D, filters: 120, kernel_size: 5}
  flatten: {type: Flatten}
  F6: {type: Dense, units: 84}
  output: {type: Dense, units: 10}
"""

PAPER = {
    "C1": ("6@28x28", 156),
    "S2": ("6@14x14", 0),
    "C3": ("16@10x10", 2416),
    "S4": ("16@5x5", 0),
    "C5": ("120@1x1", 48120),
    "flatten": ("120", 0),
    "F6": ("84", 10164),
    "output": ("10", 850),
}


def inferred(tmp_path, text):
    path = tmp_path / "spec.yaml"
    path.write_text(text)
    return lv.infer(lv.load_spec(str(path)))


@pytest.mark.parametrize("name", PAPER)
def test_lenet5_as_the_paper_has_it(name, tmp_path):
    layer = inferred(tmp_path, LENET5).layer(name)
    assert (layer.output, layer.params) == PAPER[name]


@pytest.mark.parametrize(
    ("old", "new", "total"),
    [("1@32x32", "1@32x32", 61706), ("1@32x32", "1@28x28", 44426)],
)
def test_lenet5_has_as_many_parameters_as_its_input_allows(old, new, total, tmp_path):
    # at 28x28 the convolution C5 would reach beyond its 4x4 maps: there it is dense
    text = LENET5.replace(old, new)
    text = text.replace("  C5: {type: Conv2D, filters: 120, kernel_size: 5}\n", "")
    text = text.replace("  F6:", "  C5: {type: Dense, units: 120}\n  F6:")
    assert inferred(tmp_path, text).params == total


def test_what_does_not_join_names_the_layer(tmp_path):
    with pytest.raises(InferenceError, match=r"C5: Conv2D on 16@4x4: its window reaches over 5"):
        inferred(tmp_path, LENET5.replace("1@32x32", "1@28x28"))


def test_what_has_no_rule_is_unknown_and_so_is_the_total(tmp_path):
    text = LENET5.replace("AveragePooling2D, pool_size: 2}\n  C5", "UpSampling2D}\n  C5")
    architecture = inferred(tmp_path, text)
    assert architecture.layer("S4").params is None
    assert "no rule" in architecture.layer("S4").unknown["params"]
    assert architecture.layer("C5").shapes is None
    assert architecture.params is None


def test_inference_imports_no_framework(tmp_path):
    import subprocess
    import sys

    path = tmp_path / "spec.yaml"
    path.write_text(LENET5)
    code = (
        "import sys, lenet_verify as lv\n"
        f"print(lv.infer(lv.load_spec({str(path)!r})).params)\n"
        "assert not {'keras', 'tensorflow', 'numpy', 'h5py'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "61706\n"), done.stderr


def test_every_layer_that_does_not_join_is_told_at_once(tmp_path):
    text = """
format: 1
title: Misfits
input: 3@8x8
layers:
  small: {type: Conv2D, filters: 2, kernel_size: 9}
  after: {type: Dense, units: 2}
  other: {type: Conv2D, filters: 2, kernel_size: 3, inputs: input}
  again: {type: Conv2D, filters: 2, kernel_size: 5, inputs: input}
  joined: {type: Add, inputs: [other, again]}
"""
    with pytest.raises(InferenceError) as caught:
        inferred(tmp_path, text)
    assert [misfit.layer for misfit in (caught.value, *caught.value.further)] == [
        "small",
        "joined",
    ]
