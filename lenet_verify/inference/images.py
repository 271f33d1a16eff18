"""Layers that bring images to a size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lenet_verify.architecture import Shape
from lenet_verify.inference.derived import HERE, Derived, Impossible, maps, of_rank, only, product


def resizing(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """Resizing: images of `height` × `width`, whatever they were.

    By definition; how far an interpolation sees depends on how much it shrinks.
    """
    if config["crop_to_aspect_ratio"] and config["pad_to_aspect_ratio"]:
        raise Impossible("it either crops to the aspect ratio or pads to it, not both")
    if config["fill_mode"] != "constant":
        raise Impossible("it pads with a constant: its fill_mode must be 'constant'")
    return Derived((_images(inputs, config),), window=None)


def image_cropping(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """CenterCrop, RandomCrop: the part of that size. An image that is smaller is resized."""
    image, output = only(inputs), _images(inputs, config)
    height, width = image.sizes[-2:] if image.channels_first else image.sizes[:2]
    large = all(
        size is not None and size >= part
        for size, part in ((height, config["height"]), (width, config["width"]))
    )
    return Derived((output,), window=HERE if large else None)


def _images(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Shape:
    image, size = only(inputs), (config["height"], config["width"])
    if image.channels_first and len(image.sizes) == 2:
        # Keras takes the batch for channels: each example is a map that is brought to that size
        output = replace(image, sizes=size)
    else:
        output = maps(of_rank(image, 2).channels, size, image)
    product(output.sizes)  # refuses what is too large
    return output
