"""Inference on the paper's own numbers; `test_parity.py` holds it against Keras."""

from __future__ import annotations

from dataclasses import replace

import pytest

import lenet_verify as lv
from lenet_verify.errors import InferenceError
from lenet_verify.inference import inferred as infer_outline

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
    outline = inferred(tmp_path, LENET5)
    layers = [replace(layer, shapes=None, params=None) for layer in outline.layers[1:]]
    layers[3] = replace(layers[3], type="mine.Subsampling")
    architecture = infer_outline(replace(outline, layers=(outline.layers[0], *layers)))
    assert architecture.layer("S2").output == "6@14x14"
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
