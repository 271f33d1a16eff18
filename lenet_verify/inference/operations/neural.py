"""Convolutions, poolings and images as operations: the arithmetic of the layers of those names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from lenet_verify.architecture import Shape
from lenet_verify.inference.convolution import (
    convolution,
    depthwise_convolution,
    separable_convolution,
    transposed_convolution,
)
from lenet_verify.inference.derived import HERE, Derived, Impossible, maps, of_rank, only
from lenet_verify.inference.operations.node import BATCH, Node, Size, Unsaid, Whole, known_sizes
from lenet_verify.inference.pooling import adaptive_pooling, pooling

_PER_AXIS = ("pool_size", "strides", "dilation_rate", "output_size", "output_padding")


def pool(node: Node) -> Derived:
    """MaxPool, AveragePool."""
    image, rank = _maps(node)
    return pooling((image,), _as_layer(node.config, rank))


def adaptive_pool(node: Node) -> Derived:
    """AdaptiveMaxPool, AdaptiveAveragePool."""
    image, rank = _maps(node)
    return adaptive_pooling((image,), _as_layer(node.config, rank))


def conv(node: Node) -> Derived:
    """Conv: with a kernel that is handed over, of sizes × channels × filters."""
    image, kernel = _with_kernels(node, "kernel")
    image = _for_channels(image, kernel[-2])
    return _convolved(convolution, node, image, kernel, filters=kernel[-1], groups=1)


def depthwise_conv(node: Node) -> Derived:
    """DepthwiseConv: with a kernel of sizes × channels × multiplier."""
    image, kernel = _with_kernels(node, "kernel")
    image = _for_channels(image, kernel[-2])
    return _convolved(depthwise_convolution, node, image, kernel, depth_multiplier=kernel[-1])


def separable_conv(node: Node) -> Derived:
    """SeparableConv: the same, then a kernel of 1 × channels between × filters."""
    image, kernel, pointwise = _with_kernels(node, "depthwise_kernel", "pointwise_kernel")
    image = _for_channels(image, kernel[-2])
    if pointwise[-2] != kernel[-1] * kernel[-2]:
        raise Impossible(f"its second kernel is not for {kernel[-1] * kernel[-2]} channels")
    given = {"depth_multiplier": kernel[-1], "filters": pointwise[-1]}
    return _convolved(separable_convolution, node, image, kernel, **given)


def conv_transpose(node: Node) -> Derived:
    """ConvTranspose: with a kernel of sizes × filters × channels."""
    image, kernel = _with_kernels(node, "kernel")
    image = _for_channels(image, kernel[-1])
    return _convolved(transposed_convolution, node, image, kernel, filters=kernel[-2])


def _maps(node: Node) -> tuple[Shape, int]:
    """Feature maps in the axis order that the operation is told, and how many axes they have."""
    if not node.inputs or "inputs" in node.config:
        raise Unsaid
    image = node.inputs[0]
    rank = len(image.sizes) - 1
    if rank < 1:
        raise Impossible(f"it takes feature maps, not {image}")
    return replace(image, channels_first=node.config["data_format"] == "channels_first"), rank


def _with_kernels(node: Node, *names: str) -> Any:
    """The feature maps, and the sizes of the kernels."""
    image, rank = _maps(node)
    kernels = [node.operand(name, number) for number, name in enumerate(names, start=1)]
    if None in kernels:
        raise Impossible("it takes a kernel")
    found = [known_sizes(kernel or ()) for kernel in kernels]
    if any(len(sizes) != rank + 2 for sizes in found):
        raise Impossible(f"its kernel must be of {rank + 2} axes")
    return image, *found


def _for_channels(image: Shape, channels: int) -> Shape:
    """The feature maps, as many as a kernel is for."""
    if image.channels not in (None, channels):
        raise Impossible(f"its kernel is for {channels} channels, not for {image.channels}")
    return maps(channels, image.spatial, image)


def _convolved(
    layer: Callable[[tuple[Shape, ...], Mapping[str, Any]], Derived | None],
    node: Node,
    image: Shape,
    kernel: tuple[int, ...],
    **given: int,
) -> Derived:
    """What the layer makes of it; the kernel is not the operation's own weight."""
    stated = _as_layer(node.config, len(kernel) - 2)
    own = {"kernel_size": kernel[:-2], "use_bias": False, **given}
    return _without_weights(layer((image,), {**stated, **own}))


def _without_weights(derived: Derived | None) -> Derived:
    if derived is None:
        raise Unsaid
    return replace(derived, trainable_weights=(), non_trainable_weights=())


def _as_layer(config: Mapping[str, Any], rank: int) -> dict[str, Any]:
    """The arguments as the layer's are: a size for each axis, the padding in small letters."""
    found = {**config}
    for name in _PER_AXIS:
        value = found.get(name)
        if isinstance(value, int):
            found[name] = (value,) * rank
        elif value is not None and len(value) != rank:
            raise Impossible(f"its {name} {value} is not for {rank} axes")
    padding = str(found.get("padding", "valid")).lower()
    if padding not in ("valid", "same") and not (padding == "causal" and rank == 1):
        raise Impossible(f"there is no padding {padding}")
    return found | {"padding": padding}


# Images.


def image(node: Node) -> Derived:
    """GaussianBlur and transforms of images, which keep their shape."""
    return node.gives(_image(node))


def gray(node: Node) -> Derived:
    """RGBToGrayscale: one channel of three."""
    sizes, channels = _coloured(node, (1, 3, None))
    sizes[channels] = 1
    return node.gives(sizes, window=HERE)


def recoloured(node: Node) -> Derived:
    """RGBToHSV, HSVToRGB: other channels, three again."""
    return node.gives(_coloured(node, (3, None))[0], window=HERE)


def _coloured(node: Node, known: tuple[Size, ...]) -> tuple[list[Size], int]:
    sizes = list(_image(node))
    channels = -3 if _first(node) else -1
    if sizes[channels] != BATCH and sizes[channels] not in known:
        raise Impossible(f"it takes images of 3 channels, not of {sizes[channels]}")
    return sizes, channels


def resized(node: Node) -> Derived:
    """Resize: images of a given height and width."""
    size = node.config["size"]
    return _of_size(node, size[0], size[1])


def padded(node: Node) -> Derived:
    """PadImages: so much above, below, left and right, or up to a size."""
    return _framed(node, "padding", 1)


def cropped(node: Node) -> Derived:
    """CropImages: so much less, or down to a size."""
    return _framed(node, "cropping", -1)


def _framed(node: Node, noun: str, sign: int) -> Derived:
    sizes = _image(node)
    found: list[int | None] = []
    for axis, target, sides in (
        (-3, "target_height", ("top", "bottom")),
        (-2, "target_width", ("left", "right")),
    ):
        place = axis + 1 if _first(node) else axis
        (size,) = known_sizes(sizes[len(sizes) + place : len(sizes) + place + 1])
        margins = [node.config[f"{side}_{noun}"] for side in sides]
        wanted = node.config[target]
        if [wanted, *margins].count(None) != 1:
            raise Impossible(f"it takes two of {target} and its margins")
        if wanted is None and size is None and sign < 0:
            raise Impossible(f"of images of a variable size, it takes the {target}")
        if size is not None:
            known = sum(margin for margin in margins if margin is not None)
            wanted = size + sign * known if wanted is None else wanted
            if (
                wanted < 0
                or sign * (wanted - size) < known
                or min(filter(None, margins), default=0) < 0
            ):
                raise Impossible(f"its margins do not go with images of {size}")
        found.append(wanted)
    return _of_size(node, *found)


def patches(node: Node) -> Derived:
    """ExtractPatches: the pixels of each window, as its channels."""
    size = node.config["size"]
    windows = size if isinstance(size, tuple) else (size, size)
    if len(windows) != 2:
        raise Unsaid
    sizes = _image(node)
    if len(sizes) == 3:
        raise Unsaid
    picture = Shape(known_sizes(sizes[1:]), channels_first=_first(node))
    given = {**node.config, "strides": node.config["strides"] or windows}
    stated = _as_layer(given, 2)
    filters = picture.channels
    if filters is None:
        raise Impossible("the number of channels must be a number, not variable")
    own = {"kernel_size": windows, "use_bias": False, "groups": 1}
    found = convolution((picture,), {**stated, **own, "filters": filters * windows[0] * windows[1]})
    return replace(_without_weights(found), macs=0, connections=0)


def space_to_depth(node: Node) -> Derived:
    """SpaceToDepth: blocks of pixels as channels. Source: Shi et al., 2016, section 3.2."""
    picture, block = _square_blocks(node)
    if any(size is not None and size % block for size in picture.spatial):
        raise Impossible(f"{picture} cannot be cut into blocks of {block}")
    spatial = tuple(None if size is None else size // block for size in picture.spatial)
    channels = None if picture.channels is None else picture.channels * block**2
    return Derived((maps(channels, spatial, picture),), connections=0, window=None)


def depth_to_space(node: Node) -> Derived:
    """DepthToSpace: channels as blocks of pixels. Source: ibid."""
    picture, block = _square_blocks(node)
    if picture.channels is not None and picture.channels % block**2:
        raise Impossible(f"{picture.channels} channels are no blocks of {block}x{block}")
    spatial = tuple(None if size is None else size * block for size in picture.spatial)
    channels = None if picture.channels is None else picture.channels // block**2
    return Derived((maps(channels, spatial, picture),), connections=0, window=None)


def _square_blocks(node: Node) -> tuple[Shape, int]:
    picture = replace(of_rank(only(node.inputs), 2), channels_first=_first(node))
    block: int = node.config["block_size"]
    if block < 2:
        raise Impossible("its block_size must be at least 2")
    return picture, block


def _first(node: Node) -> bool:
    return bool(node.config.get("data_format") == "channels_first")


def _image(node: Node) -> Whole:
    """Images, or a single one, whose height stands in place of the batch."""
    if not node.inputs or "images" in node.config:
        raise Unsaid
    sizes: Whole = (BATCH, *node.inputs[0].sizes)
    if len(sizes) not in (3, 4):
        raise Impossible(f"it takes images such as _@_x_, not {node.inputs[0]}")
    return sizes


def _of_size(node: Node, height: int | None, width: int | None) -> Derived:
    sizes = list(_image(node))
    place = len(sizes) - (2 if _first(node) else 3)
    sizes[place : place + 2] = [height, width]
    return node.gives(sizes)
