"""A spec to a Keras model: one that trains, and one for checking that takes no memory."""

from __future__ import annotations

import resource
import string
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from models.every_layer import smallest_spec

import lenet_verify as lv
from lenet_verify import builder
from lenet_verify.builder import build_for_checking
from lenet_verify.checking import check
from lenet_verify.errors import BuildError
from lenet_verify.vocabulary import LAYERS
from tests.classes import class_of

ROOT = Path(__file__).parent.parent
LENET5 = lv.load_spec(str(ROOT / "spec" / "lenet5.yaml"))


@pytest.fixture
def spec(tmp_path):
    def made(text):
        path = tmp_path / "spec.yaml"
        path.write_text(text)
        return lv.load_spec(str(path))

    return made


def test_the_model_trains():
    model = lv.build(LENET5)
    assert [layer.name for layer in model.layers] == ["input", *(x.name for x in LENET5.layers)]
    before = [weight.copy() for weight in model.get_weights()]
    images = np.random.default_rng(0).normal(size=(8, 32, 32, 1)).astype("float32")
    labels = keras.utils.to_categorical(np.arange(8), 10)
    history = model.fit(images, labels, epochs=1, verbose=0)
    assert set(history.history) == {"accuracy", "loss"}
    assert all((a != b).any() for a, b in zip(before, model.get_weights(), strict=True))


def test_the_model_is_compiled_as_the_spec_says():
    model = lv.build(LENET5)
    assert type(model.optimizer) is keras.optimizers.Adam
    compiled = lv.read(model).compiled
    assert (compiled.optimizer, compiled.loss) == ("adam", "categorical_crossentropy")
    assert compiled.metrics == ("accuracy",)


def test_without_compile_it_is_not_compiled(spec):
    model = lv.build(spec("format: 1\ntitle: T\ninput: 4\nlayers: {a: {type: Flatten}}\n"))
    assert not model.compiled


def test_both_builds_hold_what_the_spec_claims():
    for model in (lv.build(LENET5), build_for_checking(LENET5)):
        verdict = check(LENET5, lv.read(model))
        assert verdict.failing == ()
        assert verdict.counts["skipped"] == 0


def test_arguments_arrive(spec):
    text = """
format: 1
title: T
input: 3@9x9
layers:
  a: {type: Conv2D, filters: 4, kernel_size: [3, 1], strides: 2, padding: same, use_bias: false}
  b: {type: DepthwiseConv2D, kernel_size: 3, depth_multiplier: 2, dilation_rate: 2}
  c: {type: Bidirectional, layer: {type: LSTM, units: 3}, inputs: d}
  d: {type: Reshape, target_shape: [4, 2], inputs: b}
outputs: [c]
"""
    model = lv.build(spec(text))
    conv = model.get_layer("a")
    assert (conv.kernel_size, conv.strides, conv.padding) == ((3, 1), (2, 2), "same")
    assert not conv.use_bias
    assert model.get_layer("b").dilation_rate == (2, 2)
    assert model.get_layer("c").forward_layer.units == 3
    assert model.output_shape == (None, 6)


# Names

HOSTILE = [
    "a b", "a_b", "ß", "層", "1st", "a.b", "-", "_", "x" * 300, "conv:0", "a\\b", "%",
    "input_1", "a[1]", "a#2", "{}", "(x)", "a b ", "A_B", "..", "nul", "model.weights",
]  # fmt: skip


def test_hostile_names_get_usable_ones(spec):
    rows = [f"  {quoted(name)}: {{type: Dense, units: 3}}" for name in HOSTILE]
    made = spec("format: 1\ntitle: '層 1'\ninput: 3\nlayers:\n" + "\n".join(rows) + "\n")
    model = lv.build(made)
    names = [layer.name for layer in model.layers]
    assert len({name.lower() for name in names}) >= len(HOSTILE)
    assert "a_b" in names  # what is usable stays
    assert model.predict(np.ones((2, 3), "float32"), verbose=0).shape == (2, 3)
    assert check(made, lv.read(model)).failing == ()


def quoted(name):
    return "'" + name.replace("'", "''") + "'"


@pytest.mark.parametrize("character", string.punctuation.replace("/", ""))
def test_any_character_may_stand_in_names_and_titles(character, spec):
    name = quoted(f"{character}x{character}")
    model = lv.build(
        spec(f"format: 1\ntitle: {name}\ninput: 3\nlayers: {{{name}: {{type: Flatten}}}}\n")
    )
    assert model.predict(np.ones((2, 3), "float32"), verbose=0).shape == (2, 3)


# Without memory


def buildable():
    """Every class but those that the installed libraries cannot make."""
    without_scipy = [] if _installed("scipy") else ["STFTSpectrogram"]
    known = [name for name in LAYERS if class_of(name) and name not in without_scipy]
    return [name for name in known if not gives_back_its_input(name)]


def gives_back_its_input(name):
    """Whether Keras, in some versions, makes no node of a layer."""
    if name not in ("Equalization", "RandomGrayscale"):
        return False
    tensor = keras.Input((8, 8, 3))
    return getattr(keras.layers, name)()(tensor) is tensor


def _installed(library):
    import importlib.util

    return importlib.util.find_spec(library) is not None


def facts(model):
    architecture = lv.read(model)
    layer = architecture.layer("it")
    return layer.shapes, layer.params, layer.trainable, architecture.params


@pytest.mark.parametrize("name", buildable())
def test_building_without_weights_says_the_same(name, spec):
    made = spec(smallest_spec(name))
    assert facts(build_for_checking(made)) == facts(lv.build(made))


def test_every_class_is_measured_or_refused(spec):
    for name in set(LAYERS) - set(buildable()):
        with pytest.raises(BuildError, match=f"5:3: Keras refuses layer 'it' \\({name} on "):
            lv.build(spec(smallest_spec(name)))


def test_checking_allocates_nothing_and_building_does(spec):
    made = spec("format: 1\ntitle: T\ninput: 4\nlayers: {a: {type: Dense, units: 2}}\n")
    assert build_for_checking(made).get_layer("a").kernel._value is None
    assert lv.build(made).get_layer("a").kernel._value is not None


VGG16 = "format: 1\ntitle: VGG16\ninput: 3@224x224\nlayers:\n" + "".join(
    "".join(
        f"  c{block}{n}: {{type: Conv2D, filters: {filters}, kernel_size: 3, padding: same}}\n"
        for n in range(depth)
    )
    + f"  p{block}: {{type: MaxPooling2D}}\n"
    for block, (filters, depth) in enumerate([(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)])
)
VGG16 += """\
  flat: {type: Flatten}
  fc1: {type: Dense, units: 4096}
  fc2: {type: Dense, units: 4096}
  out: {type: Dense, units: 1000}
"""


def test_checking_takes_no_memory(spec):
    made = spec(VGG16)
    unit = 1 if sys.platform == "darwin" else 1024
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    architecture = lv.read(build_for_checking(made))
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    assert architecture.params == 138_357_544  # 553 MB, were they there
    assert after - before < 50_000_000


def test_well_known_implementations_take_no_memory():
    unit = 1 if sys.platform == "darwin" else 1024
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    model = builder.build_implementation("keras.applications.VGG19")
    assert lv.read(model).params == 143_667_240
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit - before < 50_000_000


def test_well_known_implementations_are_named_alike_whatever_was_built_before():
    first, second = (builder.build_implementation("keras.applications.Xception") for _ in "12")
    assert [layer.name for layer in first.layers] == [layer.name for layer in second.layers]
    assert "conv2d" in [layer.name for layer in second.layers]


# Refusals


def test_what_keras_refuses_names_line_and_layer(spec):
    text = """\
format: 1
title: T
input: 3@8x8
layers:
  fine: {type: Conv2D, filters: 4, kernel_size: 3}
  bad: {type: DepthwiseConv2D, kernel_size: 9}
"""
    made = spec(text)
    for build in (lv.build, build_for_checking):
        with pytest.raises(BuildError) as caught:
            build(made)
        message = str(caught.value)
        assert message.startswith(f"{made.path}:6:3: Keras refuses layer 'bad' ")
        assert "DepthwiseConv2D on (6, 6, 4)" in message
        assert "\n" not in message


def test_there_is_nothing_to_build_in_claims_alone(spec):
    text = "format: 1\ntitle: T\nclaims: [{id: a, why: w, expect: {model: {params: 1}}}]\n"
    with pytest.raises(BuildError, match="nothing to build"):
        lv.build(spec(text))


def test_a_users_keras_configuration_changes_nothing(spec):
    text = (
        "format: 1\ntitle: T\ninput: 3@8x8\n"
        "layers: {a: {type: Conv2D, filters: 2, kernel_size: 3}, b: {type: Flatten}}\n"
    )
    made = spec(text)
    keras.config.set_image_data_format("channels_first")
    try:
        verdict = check(made, lv.read(lv.build(made)))
    finally:
        keras.config.set_image_data_format("channels_last")
    assert verdict.failing == ()
