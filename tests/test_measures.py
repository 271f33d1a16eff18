"""Multiply-adds, connections, depth, stages, receptive fields: against published figures, and
against what real networks do when single inputs change."""

from __future__ import annotations

import re

import keras
import numpy as np
import pytest

import lenet_verify as lv

# LeNet-5 with C5 as the paper has it, a convolution; figures typed in from the paper (preprint,
# II.B, pages 7 and 8). S2 and S4 are left out: the paper's subsampling has weights.
PAPER = """
format: 1
title: LeNet-5
sources: {paper: {title: Gradient-Based Learning Applied to Document Recognition, year: 1998}}
input: 1@32x32
layers:
  C1: {type: Conv2D, filters: 6, kernel_size: 5, activation: tanh}
  S2: {type: AveragePooling2D, pool_size: 2}
  C3: {type: Conv2D, filters: 16, kernel_size: 5, activation: tanh}
  S4: {type: AveragePooling2D, pool_size: 2}
  C5: {type: Conv2D, filters: 120, kernel_size: 5, activation: tanh}
  flatten: {type: Flatten}
  F6: {type: Dense, units: 84, activation: tanh}
  output: {type: Dense, units: 10, activation: softmax}
claims:
  - id: connections
    source: paper
    quote: C1 contains 156 trainable parameters, and 122,304 connections.
    expect:
      C1: {connections: 122304}
      C5: {connections: 48120}
      F6: {connections: 10164}
"""


def checked(tmp_path, claims, text=PAPER):
    """The verdict on claims about the spec's own model, by inference alone."""
    path = tmp_path / "spec.yaml"
    path.write_text(text + claims)
    spec = lv.load_spec(str(path))
    return lv.check(spec, lv.infer(spec))


def broken(verdict):
    return {
        (f.layer, f.fact): (f.outcome.value, f.observed)
        for f in verdict.findings
        if f.claim is not None and f.outcome.value != "holds"
    }


def test_the_papers_own_connections(tmp_path):
    assert broken(checked(tmp_path, "")) == {}


# Each figure worked out by hand from the paper's sizes, not by this program.
BY_HAND = """
  - id: hand
    why: sizes of the paper
    expect:
      C1: {macs: 117600, neurons: 4704, downsampling: 1, total_downsampling: 1, receptive_field: 5}
      S2: {macs: 0, connections: 4704, neurons: 1176, downsampling: 2x2, receptive_field: 6x6}
      C3: {macs: 240000, connections: 241600, total_downsampling: 2, receptive_field: 14}
      S4: {downsampling: 2, total_downsampling: 4x4, receptive_field: 16}
      C5: {macs: 48000, neurons: 120, receptive_field: 32}
      flatten: {macs: 0, connections: 0, downsampling: NONE, receptive_field: 32}
      F6: {macs: 10080, neurons: 84, receptive_field: 32x32}
      model:
        macs: 416520
        connections: 429342
        neurons: 6518
        weight_layers: 5
        depth: 5
        stages: [28, 14, 10, 5, 1]
"""


def test_lenet5_by_hand(tmp_path):
    # what makes no feature maps has no downsampling, so no number is right
    verdict = checked(tmp_path, BY_HAND.replace("NONE", "1"))
    assert broken(verdict) == {("flatten", "downsampling"): ("broken", None)}


MEASURES = sorted(set(re.findall(r"\w+(?=: [\d\[])", BY_HAND)))


@pytest.mark.parametrize("fact", MEASURES)
def test_another_figure_is_broken(fact, tmp_path):
    """Every number of one fact with one more: what is not looked at would hold."""
    text = BY_HAND.replace("downsampling: NONE, ", "")
    raised = re.sub(
        rf"(?<=[ {{]{fact}: )(\[.*\]|[\dx]+)",
        lambda found: re.sub(r"\d+", lambda number: str(int(number[0]) + 1), found[0]),
        text,
    )
    stated = len(re.findall(rf"[ {{]{fact}: ", text))
    found = [name for _, name in broken(checked(tmp_path, raised))]
    assert found == [fact] * stated


# Figures of papers, and of papers.md for Keras's implementations: multiply-adds, weight layers,
# depth, sizes of the feature maps. The depths are the papers' own names (ResNet-50, VGG16,
# DenseNet-121, MobileNet's "28 layers").
FIGURES = {
    "VGG16": ("15.470G", 16, 16, [112, 56, 28, 14, 7]),
    "VGG19": ("19.632G", 19, 19, [112, 56, 28, 14, 7]),
    "ResNet50": ("3.858G", 54, 50, [112, 56, 28, 14, 7]),
    "ResNet101": ("7.570G", 105, 101, [112, 56, 28, 14, 7]),
    "ResNet152": ("11.282G", 156, 152, [112, 56, 28, 14, 7]),
    "InceptionV3": ("5.713G", 95, None, [149, 147, 73, 71, 35, 17, 8]),
    "Xception": ("8.357G", None, None, [149, 147, 74, 37, 19, 10]),
    "MobileNet": ("568.74M", 28, 28, [112, 56, 28, 14, 7]),
    "MobileNetV2": ("300.77M", 53, 53, [112, 56, 28, 14, 7]),
    "DenseNet121": ("2.834G", 121, 121, [112, 56, 28, 14, 7]),
    "EfficientNetB0": ("385.8M", None, None, [112, 56, 28, 14, 7]),
    "ConvNeXtTiny": ("4.456G", None, None, [56, 28, 14, 7]),
    "NASNetMobile": ("563.6M", None, None, [111, 56, 28, 14, 7]),
}


@pytest.mark.parametrize("name", FIGURES)
def test_published_networks(name, tmp_path):
    macs, layers, depth, stages = FIGURES[name]
    facts = {"macs": macs, "weight_layers": layers, "depth": depth, "stages": stages}
    text = f"""
format: 1
title: {name}
claims:
  - id: figures
    why: published
    expect: {{model: {{{", ".join(f"{k}: {v}" for k, v in facts.items() if v)}}}}}
"""
    path = tmp_path / "spec.yaml"
    path.write_text(text)
    with keras.StatelessScope(initialize_variables=False):
        model = getattr(keras.applications, name)(weights=None)
    assert broken(lv.check(lv.load_spec(str(path)), lv.read(model))) == {}


# Receptive fields of VGG16 by hand, with the recurrence of Araujo et al. 2019.
VGG16_FIELDS = {
    "block1_conv1": 3, "block1_conv2": 5, "block1_pool": 6, "block2_conv1": 10,
    "block2_conv2": 14, "block2_pool": 16, "block3_conv1": 24, "block3_conv2": 32,
    "block3_conv3": 40, "block3_pool": 44, "block4_conv1": 60, "block4_conv2": 76,
    "block4_conv3": 92, "block4_pool": 100, "block5_conv1": 132, "block5_conv2": 164,
    "block5_conv3": 196, "block5_pool": 212, "fc1": 224,
}  # fmt: skip


def test_receptive_fields_of_vgg16(tmp_path):
    lines = "".join(f"      {n}: {{receptive_field: {f}}}\n" for n, f in VGG16_FIELDS.items())
    text = "format: 1\ntitle: VGG16\nclaims:\n  - id: fields\n    why: published\n    expect:\n"
    path = tmp_path / "spec.yaml"
    path.write_text(text + lines)
    with keras.StatelessScope(initialize_variables=False):
        model = keras.applications.VGG16(weights=None)
    verdict = lv.check(lv.load_spec(str(path)), lv.read(model))
    assert broken(verdict) == {}
    assert len(verdict.findings) == len(VGG16_FIELDS)


# Networks whose figures are worked out by hand.


def unet():
    x = inputs = keras.Input((64, 64, 3))
    skips = []
    for filters in (8, 16):
        x = keras.layers.Conv2D(filters, 3, padding="same")(x)
        skips.append(x)
        x = keras.layers.MaxPooling2D()(x)
    x = keras.layers.Conv2D(32, 3, padding="same")(x)
    for filters, skip in ((16, skips[1]), (8, skips[0])):
        x = keras.layers.Conv2DTranspose(filters, 2, strides=2)(x)
        x = keras.layers.Concatenate()([x, skip])
        x = keras.layers.Conv2D(filters, 3, padding="same")(x)
    return keras.Model(inputs, keras.layers.Conv2D(1, 1, name="last")(x))


def transformer():
    inputs = keras.Input((16,), dtype="int32")
    x = keras.layers.Embedding(100, 32, name="embedded")(inputs)
    x = x + keras.layers.MultiHeadAttention(4, 8, name="attention")(x, x)
    y = keras.layers.Dense(64, "gelu")(keras.layers.LayerNormalization()(x))
    x = keras.ops.mean(x + keras.layers.Dense(32)(y), axis=1)
    return keras.Model(inputs, keras.layers.Dense(3, name="head")(x))


def siamese():
    encoder = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(4, 3),
            keras.layers.Flatten(),
            keras.layers.Dense(5),
        ],
        name="encoder",
    )
    one, other = keras.Input((28, 28, 1)), keras.Input((28, 28, 1))
    apart = keras.ops.abs(encoder(one) - encoder(other))
    return keras.Model([one, other], keras.layers.Dense(1, name="head")(apart))


BY_HAND_TOO = {
    unet: (
        # each convolution: positions · kernel · maps in · maps out
        {
            "macs": 64 * 64 * 9 * 3 * 8 + 32 * 32 * 9 * 8 * 16 + 16 * 16 * 9 * 16 * 32
            + 16 * 16 * 4 * 32 * 16 + 32 * 32 * 9 * 32 * 16
            + 32 * 32 * 4 * 16 * 8 + 64 * 64 * 9 * 16 * 8 + 64 * 64 * 8,
            "weight_layers": 8, "depth": 8, "stages": "[32, 16, 32, 64]",
        },
        # 3, 4 (pool), 8, 10 (pool), 18, 18 (transposed), 22, 22, 24
        {"last": {"receptive_field": 24, "total_downsampling": 1, "neurons": 4096}},
    ),
    transformer: (
        # 4 projections, two products of 16x16 scores, two layers on 16 steps, and the head
        {
            "macs": 4 * 16 * 32 * 32 + 2 * 16 * 16 * 32 + 2 * 16 * 32 * 64 + 32 * 3,
            "weight_layers": 5, "depth": 5,
        },
        {"attention": {"macs": 4 * 16 * 32 * 32 + 2 * 16 * 16 * 32}, "embedded": {"macs": 0}},
    ),
    siamese: (
        {
            "macs": 2 * (26 * 26 * 9 * 4 + 26 * 26 * 4 * 5) + 5,
            "neurons": 2 * (26 * 26 * 4 + 5) + 1, "weight_layers": 3, "depth": 3,
        },
        {
            "encoder": {"connections": 2 * (26 * 26 * 4 * 10 + 5 * (26 * 26 * 4 + 1))},
            "head": {"macs": 5, "connections": 6},
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize("make", BY_HAND_TOO, ids=lambda make: make.__name__)
def test_networks_by_hand(make, tmp_path):
    of_model, of_layers = BY_HAND_TOO[make]
    path = tmp_path / "spec.yaml"
    path.write_text("format: 1\ntitle: Net\nclaims:\n  - id: a\n    why: by hand\n    expect:\n")
    with path.open("a") as file:
        for name, facts in {"model": of_model, **of_layers}.items():
            stated = ", ".join(f"{fact}: {value}" for fact, value in facts.items())
            file.write(f"      {name}: {{{stated}}}\n")
    assert broken(lv.check(lv.load_spec(str(path)), lv.read(make()))) == {}


UNDEFINED = {
    "attention: {connections: 1}": "the literature defines no connections of MultiHeadAttention",
    "model: {connections: 1}": "embedded: the literature defines no connections of Embedding",
}


@pytest.mark.parametrize("claim", UNDEFINED)
def test_what_nobody_defines_is_unknown(claim, tmp_path):
    path = tmp_path / "spec.yaml"
    text = "format: 1\ntitle: Net\nclaims:\n  - id: a\n    why: by hand\n    expect:\n"
    path.write_text(f"{text}      {claim}")
    (finding,) = lv.check(lv.load_spec(str(path)), lv.read(transformer())).findings
    assert (finding.outcome.value, finding.reason) == ("unknown", UNDEFINED[claim])


# What becomes of a change of the input. Weights are positive, so that nothing cancels.

LINEAR = {
    "conv": ((9, 8, 3), lambda: keras.layers.Conv2D(4, (3, 2))),
    "strided": ((9, 8, 3), lambda: keras.layers.Conv2D(4, 3, strides=(2, 3), use_bias=False)),
    "dilated": ((9, 9, 2), lambda: keras.layers.Conv2D(2, 3, dilation_rate=(2, 3))),
    "grouped": ((5, 6, 4), lambda: keras.layers.Conv2D(6, 2, groups=2)),
    "conv1d": ((9, 3), lambda: keras.layers.Conv1D(4, 3)),
    "conv3d": ((4, 5, 4, 2), lambda: keras.layers.Conv3D(3, 2)),
    "transposed": ((4, 5, 3), lambda: keras.layers.Conv2DTranspose(2, 3)),
    "transposed and strided": ((4, 3, 3), lambda: keras.layers.Conv2DTranspose(2, 3, strides=2)),
    "transposed 1d": ((4, 3), lambda: keras.layers.Conv1DTranspose(2, 4, strides=3)),
    "depthwise": ((5, 6, 3), lambda: keras.layers.DepthwiseConv2D(3, depth_multiplier=2)),
    "dense": ((7,), lambda: keras.layers.Dense(5)),
    "dense on a sequence": ((4, 7), lambda: keras.layers.Dense(5, use_bias=False)),
    "dense on maps": ((3, 4, 7), lambda: keras.layers.Dense(5)),
    "einsum": (
        (4, 7),
        lambda: keras.layers.EinsumDense("abc,cde->abde", (None, 2, 3), bias_axes="e"),
    ),
    "over the steps": ((4, 7), lambda: keras.layers.TimeDistributed(keras.layers.Dense(3))),
    "pooling": ((6, 8, 2), lambda: keras.layers.AveragePooling2D((2, 3))),
    "overlapping pooling": ((7, 8, 2), lambda: keras.layers.AveragePooling2D(3, strides=2)),
    "global pooling": ((4, 5, 3), lambda: keras.layers.GlobalAveragePooling2D()),
}  # fmt: skip


@pytest.mark.parametrize("name", LINEAR)
def test_connections_are_the_changes_that_come_through(name):
    shape, make = LINEAR[name]
    model = keras.Sequential([keras.Input(shape), make()])
    for weight in model.weights:
        weight.assign(np.random.default_rng(0).uniform(1, 2, weight.shape))
    size = np.prod(shape)
    one_by_one = np.eye(size, dtype="float32").reshape((size, *shape))
    outputs = values(model, np.zeros((1, *shape), "float32"))
    reached = int(np.count_nonzero(values(model, one_by_one) - outputs))
    layer = lv.read(model).layers[1]
    bias = any("bias" in weight.path for weight in model.weights)
    assert layer.connections == reached + (outputs.size if bias else 0)
    assert layer.macs == (reached if model.weights else 0)


def values(model, inputs):
    return keras.ops.convert_to_numpy(model(inputs))


def residual(x):
    y = keras.layers.Conv2D(2, 3, strides=2, padding="same")(x)
    y = keras.layers.Conv2D(2, 3, padding="same")(y)
    x = keras.layers.Conv2D(2, 1, strides=2, padding="same")(x)
    return keras.layers.Add()([x, y])


def inception(x):
    wide = keras.layers.Conv2D(2, 5, padding="same")(x)
    narrow = keras.layers.Conv2D(2, 1)(x)
    pooled = keras.layers.AveragePooling2D(3, strides=1, padding="same")(x)
    return keras.layers.Concatenate()([wide, narrow, pooled])


NETWORKS = {
    "convolutions": (keras.layers.Conv2D(2, 3), keras.layers.Conv2D(2, (5, 2))),
    "strides": (
        keras.layers.Conv2D(2, 3, strides=2),
        keras.layers.AveragePooling2D(2),
        keras.layers.Conv2D(2, 3, strides=(1, 2), padding="same"),
    ),
    "dilated": (
        keras.layers.Conv2D(2, 3, dilation_rate=2, padding="same"),
        keras.layers.AveragePooling2D(2),
        keras.layers.DepthwiseConv2D(3, dilation_rate=(2, 1)),
    ),
    "separable": (
        keras.layers.SeparableConv2D(2, 5), keras.layers.SeparableConv2D(2, 3, strides=2),
    ),
    "cropped and padded": (
        keras.layers.Cropping2D(2), keras.layers.Conv2D(2, 3), keras.layers.ZeroPadding2D(1),
        keras.layers.BatchNormalization(), keras.layers.Conv2D(2, 3),
    ),
    "upsampled": (
        keras.layers.Conv2D(2, 3, strides=2), keras.layers.UpSampling2D(2),
        keras.layers.Conv2D(2, 1),
    ),
    "residual": (residual, residual),
    "inception": (keras.layers.AveragePooling2D(2), inception, inception),
}  # fmt: skip


@pytest.mark.parametrize("name", NETWORKS)
def test_receptive_fields_are_where_changes_come_from(name, tmp_path):
    x = inputs = keras.Input((63, 63, 1), name="image")
    for step in NETWORKS[name]:
        x = step(x)
    model = keras.Model(inputs, x)
    for weight in model.weights:
        if "moving" not in weight.path:
            weight.assign(np.full(weight.shape, 0.5))
    seen = reach(model)
    path = tmp_path / "spec.yaml"
    path.write_text(
        "format: 1\ntitle: Net\nclaims:\n  - id: a\n    why: changes\n"
        f"    expect: {{output: {{receptive_field: {seen}}}}}\n"
    )
    assert broken(lv.check(lv.load_spec(str(path)), lv.read(model))) == {}


def reach(model):
    """Along both axes, how many lines of the input change a unit in the middle."""
    sizes = []
    for axis in (0, 1):
        lines = np.zeros((64, 63, 63, 1), "float32")
        for number in range(63):
            lines[(number, number) if axis == 0 else (number, slice(None), number)] = 1
        outputs = values(model, lines)
        unit = outputs[:, outputs.shape[1] // 2, outputs.shape[2] // 2, 0]
        (touched,) = np.nonzero(unit[:63] - unit[63])
        sizes.append(touched.max() - touched.min() + 1)
    return "x".join(map(str, sizes))
