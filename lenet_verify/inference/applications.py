"""Layers that the models of keras.applications define for themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lenet_verify.architecture import Shape
from lenet_verify.inference.derived import Derived, Impossible, only
from lenet_verify.inference.merging import elementwise


def layer_scale(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """LayerScale of ConvNeXt: a trained factor for each channel.

    Source: Touvron et al., Going deeper with Image Transformers, 2021, section 2.
    """
    data, factors = only(inputs), config["projection_dim"]
    if not data.sizes or (factors != 1 and data.sizes[-1] not in (None, 1, factors)):
        raise Impossible(f"its {factors} factors are for as many channels, not for {data}")
    channels = data.sizes[-1] if factors == 1 else factors
    output = replace(data, sizes=(*data.sizes[:-1], channels))
    return Derived((output,), trainable_weights=((factors,),))


def scaled_sum(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """CustomScaleLayer of Inception-ResNet-v2: the first input and `scale` times the second.

    Source: Szegedy et al., Inception-v4, Inception-ResNet, 2016, 3.3.
    """
    if len(inputs) != 2:
        raise Impossible(f"it takes two inputs, not {len(inputs)}")
    return elementwise(inputs, config)
