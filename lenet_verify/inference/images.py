"""Layers that bring images to a size."""

from __future__ import annotations

from collections.abc import Mapping
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
    large = all(
        size is not None and part is not None and size >= part
        for size, part in zip(image.spatial, output.spatial, strict=True)
    )
    return Derived((output,), window=HERE if large else None)


def _images(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Shape:
    image = of_rank(only(inputs), 2)
    output = maps(image.channels, (config["height"], config["width"]), image)
    product(output.sizes)  # refuses what is too large
    return output
