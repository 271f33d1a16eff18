"""Layers that prepare data: categories, texts, spectrograms, values brought to a scale.

What they make of data is by their own definitions; none has a kernel, but for the spectrogram
that is made by convolution.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import ceil, log2
from operator import index
from typing import Any

from lenet_verify.architecture import Shape
from lenet_verify.inference.derived import (
    Derived,
    Impossible,
    everywhere,
    known,
    maps,
    of_rank,
    only,
    product,
    sliding,
    times,
    windowed,
)

Sizes = tuple[int | None, ...]


def adjustment(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """AutoContrast, Equalization, CLAHE: images of the same size, all of each looked at."""
    return Derived((_images(inputs),), window=everywhere(2))


def augmentation(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """Augmentation, which is for training only, and MaxNumBoundingBoxes: images as they are."""
    return Derived((_images(inputs),), connections=0)


def colour_augmentation(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """RandomColorDegeneration: images in red, green and blue, as they are."""
    image = _images(inputs)
    single = len(image.sizes) == 2 and image.channels_first  # its colours are the batch
    if not single and image.channels not in (3, None):
        raise Impossible(f"it takes images of 3 colours, not {image}")
    return augmentation(inputs, config)


def _images(inputs: tuple[Shape, ...]) -> Shape:
    """Images, or a single one whose height then stands where the batch is."""
    image = only(inputs)
    if len(image.sizes) not in (2, 3):
        raise Impossible(f"it takes images such as _@_x_, not {image}")
    return image


def normalization(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """Normalization: less the mean, over the deviation, of each index of the kept axes.

    Where mean and variance are to be learned from data, they and the count of what was seen are
    weights that are not trained. `axis` counts the batch as axis 0.
    """
    data = only(inputs)
    rank = len(data.sizes) + 1
    if any(not -rank <= axis < rank for axis in config["axis"]):
        raise Impossible(f"its axis {config['axis']} is none of the {rank} axes of what comes in")
    kept = sorted(axis % rank for axis in config["axis"])
    if 0 in kept:
        raise Impossible("its axis must not be the batch")
    if len(set(kept)) < len(kept):
        raise Impossible(f"its axis {config['axis']} names an axis twice")
    each = tuple(known(data.sizes[axis - 1], f"the size of axis {axis}") for axis in kept)
    if (config["mean"] is None) != (config["variance"] is None):
        raise Impossible("it takes a mean and a variance, or neither")
    if config["mean"] is None:
        return Derived((data,), non_trainable_weights=(each, each, ()))
    given = _sizes_of(config["mean"])
    if len(given) > len(each) or any(
        one not in (1, size) for one, size in zip(given[::-1], each[::-1], strict=False)
    ):
        raise Impossible(f"its mean is of shape {given}, the axes that it is for of {each}")
    return Derived((data,))


def _sizes_of(nested: object) -> tuple[int, ...]:
    """The shape of nested tuples of numbers."""
    if not isinstance(nested, tuple | list):
        return ()
    return (len(nested), *(_sizes_of(nested[0]) if nested else ()))


def rescaling(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """Rescaling: x · scale + offset; several numbers are for as many channels, or make as many of
    a single one."""
    data = only(inputs)
    for name in ("scale", "offset"):
        numbers = _sizes_of(config[name])
        # Keras lines scales up with its usual axis order, not with that of the data
        sizes = {*data.sizes[-1:], *data.sizes[-3:-2], None}
        if not numbers or numbers[0] in (1, *sizes) or None in data.sizes:
            continue
        if data.sizes[-1:] != (1,):
            raise Impossible(f"its {name} is of {numbers[0]} numbers, which are no channels' here")
        data = replace(data, sizes=(*data.sizes[:-1], numbers[0]))
    return Derived((data,))


def category_encoding(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived | None:
    """CategoryEncoding: categories as vectors of `num_tokens`."""
    return _encoded(only(inputs), config["output_mode"], config["num_tokens"])


def discretization(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived | None:
    """Discretization: numbers as bins, one more than there are boundaries."""
    boundaries = config["bin_boundaries"]
    if boundaries is None and config["num_bins"] is None:
        raise Impossible("it takes bin_boundaries or num_bins")
    bins = config["num_bins"] if boundaries is None else len(boundaries) + 1
    return _encoded(only(inputs), config["output_mode"], bins)


def hashing(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived | None:
    """Hashing: anything as one of `num_bins`. Source: Weinberger et al., Feature Hashing, 2009."""
    shape, mode = only(inputs), config["output_mode"]
    if mode == "one_hot" and shape.sizes[-1:] == (None,):
        return None  # one of size 1 is left out
    if mode == "one_hot" and shape.sizes[-1:] == (1,):
        shape = Shape(shape.sizes[:-1])
    return _encoded(shape, mode, config["num_bins"])


def crossing(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived | None:
    """HashedCrossing: two categories together as one of `num_bins`."""
    if len(inputs) != 2:
        raise Impossible(f"it takes two inputs, not {len(inputs)}")
    one, other = (shape.sizes for shape in inputs)
    if {one, other} <= {(None,), (1,)} and one + other != (1, 1):
        return None  # whether they are scalars is not known
    if one not in ((), (1,)) or one != other:
        raise Impossible(f"it takes two scalars, not {inputs[0]} and {inputs[1]}")
    return _encoded(inputs[0], config["output_mode"], config["num_bins"])


def lookup(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived | None:
    """IntegerLookup, StringLookup: words as their places in a vocabulary, others as one of the
    `num_oov_indices`."""
    mode = config["output_mode"]
    words = _vocabulary(config, config["oov_token"])
    if mode == "int":
        return Derived((only(inputs),))
    return None if words is None else _encoded(only(inputs), mode, words)


def text_vectorization(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived | None:
    """TextVectorization: a text as the places of its words, or as one vector of them all."""
    text, mode, split = only(inputs), config["output_mode"], config["split"]
    if split is not None and text.sizes[-1:] == (None,):
        return None  # only a single text is split
    if split is not None and text.sizes and text.sizes[-1] != 1:
        raise Impossible(f"it takes single texts to split, not {text}")
    if len(text.sizes) > 1 or (split is None and not text.sizes):
        return None
    words = _vocabulary({**config, "num_oov_indices": 1, "mask_token": ""}, "[UNK]")
    length = config["output_sequence_length"]
    if mode == "int":
        return Derived((Shape((length,)),), window=None)
    if length is not None:
        raise Impossible("only with output_mode int has it an output_sequence_length")
    # of one word there are no longer n-grams
    apart = split is None and (config["ngrams"] is None or text.sizes == (1,))
    return None if words is None else _encoded(text if apart else Shape((None,)), mode, words)


def _vocabulary(config: Mapping[str, Any], unknown_word: object) -> int | None:
    """How many words there are; None where that is not in the arguments, as after `adapt`."""
    most, mode, mask = config["max_tokens"], config["output_mode"], config["mask_token"]
    idf = config["idf_weights"]
    if most is None and config["pad_to_max_tokens"]:
        raise Impossible("to pad_to_max_tokens, it must have max_tokens")
    if idf is not None and mode != "tf_idf":
        raise Impossible("only with output_mode tf_idf has it idf_weights")
    words: Sequence[object] | None = config["vocabulary"]
    if isinstance(words, str):
        words = None  # a path, which nobody opens
    if words is not None:
        if mode == "tf_idf" and (idf is None or len(idf) != len(words)):
            raise Impossible("with output_mode tf_idf, it takes one of idf_weights for each word")
        masks = (mask,) if mask is not None and mode == "int" else ()
        unknown = index(config["num_oov_indices"])
        reserved = len(masks) + unknown
        # a file may say that there are 2**31 of them, which are not written out
        listed = reserved <= len(words) and (
            tuple(words[:reserved]) == (*masks, *(unknown_word,) * unknown)
        )
        own = words[reserved:] if listed else words
        if not own:
            raise Impossible("its vocabulary has no words of its own")
        if len(set(own)) < len(own) or (mask is not None and mask in own):
            raise Impossible("a word stands twice in its vocabulary, or is its mask_token")
        count = reserved + len(own)
        if most is not None and count > most:
            raise Impossible(f"its vocabulary is of {count} words, its max_tokens {most}")
    if config["pad_to_max_tokens"]:
        return int(most)
    return None if words is None else count


def _encoded(shape: Shape, mode: str, depth: int) -> Derived | None:
    """Categories as they are, each as a vector (`one_hot`; a last axis of 1 is taken for none),
    or, in the other modes, those along the first axis as one vector together. Without an axis,
    those are the batch's: there is nothing to say of one example."""
    sizes = shape.sizes
    if mode == "int":
        return Derived((shape,))
    if mode == "one_hot":
        sizes = sizes[:-1] if sizes[-1:] == (1,) else sizes
        return Derived((Shape((*sizes, depth)),), window=None)
    return Derived((Shape((*sizes[1:], depth)),), window=None) if sizes else None


def mel_spectrogram(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """MelSpectrogram: `num_mel_bins` intensities for each frame of a signal.

    The signal is padded by half a frame on both sides, so that there are
    floor((length + 2 · floor(frame / 2) - frame) / stride) + 1 frames. Source: Keras's own
    short-time Fourier transform with `center=True`, as in librosa.
    """
    signal = only(inputs)
    if not signal.sizes:
        raise Impossible("it takes a signal, not a scalar")
    frame, length = config["fft_length"], signal.sizes[-1]
    margin = frame // 2
    if length is None:
        frames = None
    elif length <= margin:
        raise Impossible(f"a signal of {length} is too short to be mirrored for half of {frame}")
    else:
        frames = (length + 2 * margin - frame) // config["sequence_stride"] + 1
    sizes = (*signal.sizes[:-1], config["num_mel_bins"], frames)
    return Derived((Shape(sizes),), window=None)


def stft_spectrogram(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """STFTSpectrogram: a 1-D convolution of each channel with waves of fft_length / 2 + 1
    frequencies, the real parts and the imaginary ones, whichever its mode needs.

    The waves are weights. Source: Allen and Rabiner, A unified approach to short-time Fourier
    analysis and synthesis, 1977; the arithmetic is that of a convolution.
    """
    signal = of_rank(only(inputs), 1)
    channels = known(signal.channels, "the number of channels that come in")
    reach = config["frame_length"]
    step = config["frame_step"] or reach // 2
    if step > reach or (config["fft_length"] or reach) < reach:
        raise Impossible("its frame_step must not be more than its frame, its fft_length not less")
    if not step:
        raise Impossible("a frame of 1 cannot be moved on by half of it: give a frame_step")
    frequencies = (config["fft_length"] or 2 ** ceil(log2(reach))) // 2 + 1
    parts = 1 if config["mode"] in ("real", "imag") else 2
    (length,) = signal.spatial
    frames = windowed(length, reach, step, 1, config["padding"])
    shown = frequencies * (2 if config["mode"] == "stft" else 1)
    if config["expand_dims"]:
        sizes: Sizes = (frames, shown, channels)
        first = signal.channels_first
        output = replace(signal, sizes=(channels, frames, shown) if first else sizes)
    else:
        output = maps(shown * channels, (frames,), signal)
    product(output.sizes)  # refuses what is too large
    return Derived(
        (output,),
        trainable_weights=((reach, 1, frequencies),) * parts,
        macs=times(frames, channels, reach, frequencies, parts),
        window=None if config["expand_dims"] else sliding((reach,), (step,)),
    )
