"""The specs of papers: what of each is not so, and which claims tell another network apart."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

import lenet_verify as lv
from lenet_verify.builder import build_implementation
from lenet_verify.verdict import Outcome

ROOT = Path(__file__).parent.parent
SPECS = {path.stem: path for path in sorted((ROOT / "spec").glob("*.yaml"))}

BROKEN = {
    "alexnet": {
        # the first layer has 55·55·96 = 290,400; 253,440 is 55·48·96
        ("neurons-of-layers", "conv1", "neurons"),
        # 60,965,224, which rounds to 61 million
        ("parameters", "model", "params"),
        # 659,272, or 622,312 by the paper's own list
        ("parameters", "model", "neurons"),
    },
    "inception-v3": {
        # 5.71 billion; later papers print 5.7
        ("cost", "model", "macs"),
        # 48 on the longest path; the paper does not say what it counts
        ("depth", "model", "depth"),
    },
    "resnet50": {
        # 3.858 billion: cut off, not rounded
        ("flops", "model", "macs"),
    },
    "mobilenet-v2": {
        # Table 2 sums to 300.77M and 3.50M: cut off, not rounded
        ("cost", "model", "macs"),
        ("table-4", "model", "macs"),
        ("table-4", "model", "trainable"),
        # Table 2 has 17
        ("bottlenecks-in-words", "model", "layers"),
    },
}
"""What a paper says that is not so of its own network, by claim, layer and fact."""

DEVIATING = {"efficientnet-b0": 1, "inception-v3": 9, "mobilenet": 28, "nasnet-mobile": 1}
"""In how many facts Keras's network is another, as its spec says."""


@cache
def spec_of(name):
    return lv.load_spec(SPECS[name])


@cache
def implementation(name):
    return lv.read(build_implementation(f"keras.applications.{name}"))


def verdicts(name):
    spec = spec_of(name)
    if spec.closed:
        return [lv.check(spec, lv.infer(spec))]
    found = [(implementation(one.name.rpartition(".")[2]), one) for one in spec.implementations]
    return [lv.check(spec, model, deviations=one.deviations) for model, one in found]


@pytest.mark.parametrize("name", SPECS)
def test_what_is_not_so_and_nothing_else_is_broken(name):
    found = verdicts(name)
    assert found, "a spec of a paper has a network to be held against"
    for verdict in found:
        failing = {(one.claim, one.layer, one.fact) for one in verdict.failing}
        assert failing == BROKEN.get(name, set())
        assert all(one.outcome is Outcome.BROKEN for one in verdict.failing), "none is unknown"
        deviating = [one for one in verdict.findings if one.outcome is Outcome.DEVIATES]
        assert len(deviating) == DEVIATING.get(name, 0)
        assert not verdict.warnings


@pytest.mark.parametrize("name", SPECS)
def test_every_claim_says_whose_it_is(name):
    spec = spec_of(name)
    for claim in spec.claims:
        assert claim.source or claim.why, claim.id
        assert claim.source is None or claim.quote or claim.where or claim.why, claim.id
    for source in spec.sources.values():
        assert (source.authors and source.year) or source.note, source.key


HOLDING = {
    "mobilenet": {"MobileNetV2 EfficientNetB0": "input", "DenseNet121": "pool"},
    "mobilenet-v2": {"MobileNet": "first kernels relu6", "EfficientNetB0": "first last"},
    "xception": {},
    "inception-v3": {
        "MobileNet MobileNetV2 DenseNet121 EfficientNetB0 NASNetMobile": "parameters",
        "Xception": "parameters classifier",
    },
    "densenet121": {
        "MobileNet MobileNetV2 EfficientNetB0": "sizes",
        "InceptionV3": "rectification",
    },
    "efficientnet-b0": {"MobileNet": "first", "MobileNetV2": "first last"},
    "convnext-tiny": {},
    "nasnet-mobile": {
        "MobileNet MobileNetV2 EfficientNetB0": "classifier first input reductions",
        "DenseNet121": "classifier input reductions",
        "ConvNeXtTiny": "classifier input",
        "InceptionV3 Xception": "classifier first",
    },
}
"""Which claims hold of which other network all the same; of those not named, none."""

OTHERS = (
    "ConvNeXtTiny", "DenseNet121", "EfficientNetB0", "InceptionV3", "MobileNet", "MobileNetV2",
    "NASNetMobile", "Xception",
)  # fmt: skip


def holding(spec, model):
    """The claims of which every fact holds."""
    found = lv.check(spec, model, with_training=True)  # what nobody measured holds of nothing
    broken = {finding.claim for finding in found.failing}
    return {claim.id for claim in spec.claims if claim.unchecked is None} - broken


@pytest.mark.parametrize("name", HOLDING)
def test_another_network_is_told_from_the_papers(name):
    spec = spec_of(name)
    (own,) = (one.name.rpartition(".")[2] for one in spec.implementations)
    others = {other: implementation(other) for other in OTHERS if other != own}
    held = {other: holding(spec, model) for other, model in others.items()}
    expected = {
        other: set(claims.split()) for names, claims in HOLDING[name].items()
        for other in names.split()
    }  # fmt: skip
    assert {other: claims for other, claims in held.items() if claims} == expected
    # and no claim holds of everything: a network with ten classes has another classifier
    ten = spec_of("alexnet-cifar10")
    assert not set.intersection(*held.values(), holding(spec, lv.infer(ten)))


ONE_ELSE = {
    ("mobilenet", "tanh"): "batch-normalisation",
    ("mobilenet", "max"): "pool",
    ("mobilenet-v2", "tanh"): "relu6",
    ("mobilenet-v2", "max"): "last",
    ("xception", "tanh"): "batch-normalisation",
    ("xception", "max"): "exit",
    ("densenet121", "tanh"): "rectification",
    ("densenet121", "max"): "pooling",
    ("efficientnet-b0", "tanh"): "silu",
    ("convnext-tiny", "tanh"): "gelu",
}
"""Which claim tells Keras's network from the same with other functions: of those that have one, all
but the first and the last changed; or a maximum for the mean before the classifier."""


def with_else(model, which):
    if which == "max":
        kinds = {"GlobalAveragePooling2D": "GlobalMaxPooling2D"}
        layers = (replace(one, type=kinds.get(one.type, one.type)) for one in model.layers)
        return replace(model, layers=tuple(layers))
    names = [
        one.name
        for one in model.layers
        if one.type in ("Activation", "ReLU")
        and one.activation in ("relu", "relu6", "silu", "gelu")
    ][1:-1]
    tanh = {"type": "Activation", "activation": "tanh", "config": {"activation": "tanh"}}
    layers = (replace(one, **tanh) if one.name in names else one for one in model.layers)
    return replace(model, layers=tuple(layers))


@pytest.mark.parametrize(("name", "which"), ONE_ELSE)
def test_other_functions_are_noticed(name, which):
    spec = spec_of(name)
    (own,) = spec.implementations
    other = with_else(implementation(own.name.rpartition(".")[2]), which)
    failing = lv.check(spec, other, deviations=own.deviations).failing
    assert {one.claim for one in failing} - {claim for claim, *_ in BROKEN.get(name, ())} == {
        ONE_ELSE[name, which]
    }


CLOSED = {
    ("lenet5-overview", "lenet5"): {
        "input", "C1", "S2", "S2-formula", "C3", "S4", "C5", "F6", "output", "order", "softmax",
        "cross-entropy", "parameters", "total",
    },
    ("lenet5-overview", "alexnet-cifar10"): {
        "C1-formula", "output", "relu", "softmax", "cross-entropy",
    },
    ("alexnet-cifar10", "lenet5-overview"): set(),
    # what tutorials left as it was
    ("lenet5-1998", "lenet5"): {
        "input", "grey", "C1", "C1-shape", "S2-shape", "C3-shape", "C5", "C5-shape", "F6",
        "F6-shape",
    },
    ("alexnet", "alexnet-cifar10"): {
        "eight-layers", "no-gap", "pooling", "relu", "dropout", "loss",
    },
}  # fmt: skip
"""Which claims hold of another spec's network."""


@pytest.mark.parametrize(("name", "other"), CLOSED)
def test_another_spec_s_network_is_told_apart(name, other):
    assert holding(spec_of(name), lv.infer(spec_of(other))) == CLOSED[name, other]


def test_groups_are_what_tells_the_2012_network_from_its_copies(tmp_path):
    """Without them it has the 62,378,344 parameters that most implementations have."""
    copy = tmp_path / "copy.yaml"
    copy.write_text(
        SPECS["alexnet"].read_text(encoding="utf-8").replace(", groups: 2, act", ", act")
    )
    verdict = lv.check(spec_of("alexnet"), model := lv.infer(lv.load_spec(copy)))
    assert model.params == 62_378_344
    broken = {finding.claim for finding in verdict.failing}
    assert {"conv2", "conv4", "conv5", "gpus", "total", "multiply-adds"} <= broken


@pytest.mark.parametrize("name", ["alexnet", "alexnet-cifar10", "lenet5-1998", "lenet5-overview"])
def test_specs_with_layers_notice_nearly_every_edit(name):
    from lenet_verify.strength import strength

    assert strength(spec_of(name), sample=60).score >= 95
