"""Random layers that take arrays of any rank: merging, preprocessing, activation layers, layers
that are identities at inference, and those of keras.applications."""

from __future__ import annotations

from functools import partial
from random import Random
from typing import Any

from lenet_verify.vocabulary import ACTIVATION_LAYERS, IDENTITY_LAYERS, LAYERS, REQUIRED
from lenet_verify.vocabulary.layers import TABLE
from tests.parity import draws
from tests.parity.case import Case, Generator, Generators, Oddities, Oddity, Sizes

Arguments = dict[str, Any]


def _base(rng: Random, *names: str) -> Arguments:
    """What layers take besides their own arguments."""
    policy = rng.choice(("float16", "float64", "mixed_bfloat16"))
    found = draws.some(rng, {"trainable": rng.random() < 0.3, "dtype": policy}, 0.15)
    return {name: value for name, value in found.items() if not names or name in names}


# Merging.


def _like(rng: Random, sizes: Sizes) -> Sizes:
    """Sizes that mostly go together with the given ones."""
    fate = rng.random()
    if fate < 0.5:
        return sizes
    if fate < 0.6:
        return sizes[rng.randint(0, len(sizes)) :]
    if fate < 0.68:
        return (*draws.sizes(rng, 0, 2), *sizes)
    if fate < 0.97:
        return tuple(rng.choice((size, size, size, 1, None)) for size in sizes)
    return tuple(draws.size(rng) for _ in sizes)


def _joined(type_: str, rng: Random) -> Case:
    first = draws.sizes(rng)
    number = 2 if type_ == "Subtract" and rng.random() < 0.9 else rng.randint(1, 4)
    shapes = [first]
    while len(shapes) < number:
        shapes.append(_like(rng, rng.choice(shapes)))
    rng.shuffle(shapes)  # the smaller may come first
    return Case(type_, _base(rng), tuple(shapes))


def _concatenation(rng: Random) -> Case:
    first = draws.sizes(rng, 0 if rng.random() < 0.05 else 1)
    rank = len(first) + 1
    axis = rng.choice((-1, -1, -1, *range(1 - rank, 0), *range(1, rank)))
    if rng.random() < 0.12:
        axis = rng.choice((0, -rank, rank))
    along = axis % rank - 1
    shapes = [first]
    for _ in range(rng.randint(0 if rng.random() < 0.05 else 1, 3)):
        other = [rng.choice((size, size, size, None)) for size in first]
        if along >= 0 and other:
            other[along] = draws.size(rng)
        shapes.append(_like(rng, tuple(other)) if rng.random() < 0.1 else tuple(other))
    return Case("Concatenate", draws.some(rng, {"axis": axis}, 0.8) | _base(rng), tuple(shapes))


def _dot(rng: Random) -> Case:
    one, other = list(draws.sizes(rng, 1, 4)), list(draws.sizes(rng, 1, 4))
    places = rng.randint(1, len(one)), rng.randint(1, len(other))
    if rng.random() < 0.85:
        other[places[1] - 1] = one[places[0] - 1]
    lengths = len(one) + 1, len(other) + 1
    axes: Any = tuple(
        rng.choice((place, place - length)) for place, length in zip(places, lengths, strict=True)
    )
    if rng.random() < 0.3:
        axes = rng.randint(-5, 5)
    elif rng.random() < 0.06:
        axes = (rng.randint(-5, 5), rng.randint(-5, 5))
    shapes = [tuple(one), tuple(other)]
    if rng.random() < 0.03:
        shapes = [shapes[0]] * rng.choice((1, 3))
    return Case(
        "Dot", {"axes": axes} | draws.some(rng, {"normalize": True}) | _base(rng), tuple(shapes)
    )


# Categories and texts.


def _categories(rng: Random) -> tuple[tuple[Sizes, ...], str]:
    shape = rng.choice(((), (1,), draws.sizes(rng, 1, 3), draws.sizes(rng, 1, 1)))
    return (shape,), rng.choice(("int32", "int64"))


def _category_encoding(rng: Random) -> Case:
    tokens = rng.randint(0 if rng.random() < 0.1 else 1, 9)
    mode = rng.choice(("one_hot", "multi_hot", "count"))
    arguments = draws.some(rng, {"output_mode": mode}, 0.8) | {"num_tokens": tokens}
    return Case("CategoryEncoding", arguments | _base(rng), *_categories(rng))


_MODES = ("int", "one_hot", "multi_hot", "count")


def _discretization(rng: Random) -> Case:
    boundaries = sorted(rng.uniform(-1, 1) for _ in range(rng.randint(1, 4)))
    bins = rng.choice(({"bin_boundaries": boundaries}, {"num_bins": rng.randint(1, 9)}))
    if rng.random() < 0.03:
        bins = {}
    mode = draws.some(rng, {"output_mode": rng.choice(_MODES)}, 0.8)
    return Case("Discretization", bins | mode, _categories(rng)[0])


def _hashing(rng: Random) -> Case:
    bins = rng.randint(0 if rng.random() < 0.05 else 1, 9)
    chosen = {"output_mode": rng.choice(_MODES), "salt": rng.choice((7, (1, 2)))}
    arguments = draws.some(rng, {**chosen, "mask_value": 0}, 0.6)
    return Case("Hashing", arguments | {"num_bins": bins}, *_categories(rng))


def _crossing(rng: Random) -> Case:
    first: Sizes = rng.choice(((), (1,), (1,), draws.sizes(rng, 0, 2)))
    other = first if rng.random() < 0.9 else draws.sizes(rng, 0, 2)
    shapes = (first, other) if rng.random() < 0.95 else (first,) * rng.choice((1, 3))
    mode = draws.some(rng, {"output_mode": rng.choice(("int", "one_hot"))}, 0.8)
    return Case("HashedCrossing", {"num_bins": rng.randint(1, 9)} | mode, shapes, "int64")


def _lookup(type_: str, rng: Random) -> Case:
    words: list[Any] = [*range(3, 3 + rng.randint(1, 5))]
    unknown: Any = -1
    if type_ == "StringLookup":
        words, unknown = [f"w{word}" for word in words], "[UNK]"
    mode = rng.choice((*_MODES, "tf_idf"))
    reserved = rng.randint(0, 3)
    if rng.random() < 0.2:
        words = [unknown] * reserved + words
    arguments = draws.some(rng, {"num_oov_indices": reserved}) | draws.some(
        rng, {"output_mode": mode}, 0.9
    )
    if rng.random() < 0.95:
        arguments["vocabulary"] = words
        if arguments.get("output_mode") == "tf_idf" and rng.random() < 0.95:
            arguments["idf_weights"] = [0.5] * len(words)
    if rng.random() < 0.3:
        arguments |= {"max_tokens": rng.randint(2, 12)}
        arguments |= draws.some(rng, {"pad_to_max_tokens": True})
    if rng.random() < 0.2:
        arguments["mask_token"] = rng.choice((words[0], unknown, "" if unknown == "[UNK]" else 0))
    shapes, dtype = _categories(rng)
    if not shapes[0] and rng.random() < 0.8:
        shapes = ((3,),)
    return Case(type_, arguments, shapes, "string" if type_ == "StringLookup" else dtype)


def _text(rng: Random) -> Case:
    mode = rng.choice(("int", "one_hot", "multi_hot", "count", "tf_idf"))
    arguments: Arguments = draws.some(
        rng,
        {
            "split": rng.choice((None, "character")),
            "standardize": rng.choice((None, "lower")),
            "ngrams": rng.randint(1, 3),
        },
        0.4,
    )
    if rng.random() < 0.8:
        arguments["output_mode"] = mode
    if arguments.get("output_mode", "int") == "int":
        arguments |= draws.some(rng, {"output_sequence_length": rng.randint(1, 9)})
    if rng.random() < 0.95:
        words = [f"w{word}" for word in range(rng.randint(1, 5))]
        arguments["vocabulary"] = ["[UNK]", *words] if rng.random() < 0.1 else words
        if arguments.get("output_mode") == "tf_idf":
            arguments["idf_weights"] = [0.5] * len(arguments["vocabulary"])
    if rng.random() < 0.3:
        arguments |= {"max_tokens": rng.randint(4, 12), "pad_to_max_tokens": rng.random() < 0.6}
    shape: Sizes = rng.choice(((), (), (1,), draws.sizes(rng, 0, 2)))
    if arguments.get("split", "") is None and rng.random() < 0.9:
        shape = (rng.randint(1, 4),)
    return Case("TextVectorization", arguments, (shape,), "string")


# Numbers and signals.


def _normalization(rng: Random) -> Case:
    shape = draws.sizes(rng)
    rank = len(shape) + 1
    axis: Any = rng.choice((-1, -1, None, rng.randint(-rank, rank), 0))
    if rng.random() < 0.3 and rank > 2:
        axis = tuple(rng.sample(range(1, rank), rng.randint(1, rank - 1)))
        if rng.random() < 0.4:
            axis = tuple(rng.choice((one, one - rank)) for one in axis)
    arguments = draws.some(rng, {"axis": axis}, 0.8) | draws.some(rng, {"invert": True}, 0.2)
    if rng.random() < 0.4:
        chosen = arguments.get("axis", -1)
        axes = () if chosen is None else chosen if isinstance(chosen, tuple) else (chosen,)
        kept = sorted(one % rank for one in axes)
        sizes = [shape[one - 1] or 2 if 0 < one < rank else 2 for one in kept]
        sizes = sizes[rng.choice((0, 0, len(sizes))) :]
        if rng.random() < 0.1:
            sizes = [rng.randint(1, 4) for _ in range(rng.randint(0, 3))]
        arguments |= {"mean": _filled(sizes, 0.5), "variance": _filled(sizes, 1.5)}
        if rng.random() < 0.03:
            del arguments["mean"]
    return Case("Normalization", arguments | _base(rng), (shape,))


def _filled(sizes: list[int], value: float) -> Any:
    """Nested lists of these sizes."""
    return [_filled(sizes[1:], value)] * sizes[0] if sizes else value


def _rescaling(rng: Random) -> Case:
    shape = draws.sizes(rng)
    number = (shape[-1] if shape else 1) or 2
    scale = rng.choice((0.5, [0.5] * number, [0.5]))
    if rng.random() < 0.03:
        scale = [0.5] * 7
    offsets = rng.choice((0.5, [0.5] * number))
    arguments = {"scale": scale} | draws.some(rng, {"offset": offsets}, 0.3)
    return Case("Rescaling", arguments | _base(rng), (shape,))


def _mel(rng: Random) -> Case:
    length = rng.choice((None, *[rng.randint(1, 400)] * 5))
    frame = rng.choice((16, 32, 33, 64, 256))
    arguments = {"fft_length": frame, "sequence_stride": rng.randint(1, 64), "window": None}
    arguments |= draws.some(rng, {"num_mel_bins": rng.randint(1, 40), "power_to_db": False})
    arguments |= draws.some(rng, {"sequence_length": frame // rng.choice((1, 2))}, 0.2)
    shape: Sizes = rng.choice(((length,), (length,), (length,), (draws.size(rng), length), ()))
    return Case("MelSpectrogram", arguments, (shape,))


def _stft(rng: Random) -> Case:
    reach = rng.randint(1, 20)
    channels = None if rng.random() < 0.03 else rng.randint(1, 3)
    shape: Sizes = (rng.choice((None, *[rng.randint(1, 60)] * 5)), channels)
    modes = ("log", "magnitude", "psd", "real", "imag", "angle", "stft")
    arguments: Arguments = draws.some(
        rng,
        {
            "mode": rng.choice(modes),
            "frame_step": rng.randint(1, reach + (rng.random() < 0.1)),
            "fft_length": rng.choice((32, 64, reach)),
            "padding": rng.choice(("valid", "same")),
            "expand_dims": True,
        },
    )
    if rng.random() < 0.3:
        arguments["data_format"], shape = "channels_first", shape[::-1]
    if rng.random() < 0.03:
        shape = shape[1:]
    arguments |= {"frame_length": reach, "window": None}
    return Case("STFTSpectrogram", arguments | _base(rng, "trainable"), (shape,))


# Images, and what leaves them alone.

_FACTORS: dict[str, Any] = {"RandomPosterization": 4, "RandomHue": 0.3}


def _required(rng: Random, type_: str) -> Arguments:
    """The arguments that a class must have."""
    arguments = LAYERS[type_].arguments
    names = [name for name, it in arguments.items() if it.default is REQUIRED]
    values: Arguments = {name: _FACTORS.get(type_, 0.1) for name in names}
    if "activation" in values:
        values["activation"] = rng.choice(("relu", "tanh", "softmax", None))
    return values


def _image(rng: Random, type_: str) -> Case:
    rank = rng.choice((3, 3, 3, 3, 2, rng.randint(0, 5)))
    sizes = [draws.size(rng, 12) for _ in range(rank - 1)]
    channels = rng.choice((3, 3, 1, draws.size(rng)))
    arguments = _required(rng, type_)
    if type_ == "MaxNumBoundingBoxes":
        arguments["max_number"] = 5
    shape: Sizes = (*sizes, channels) if rank else ()
    if "data_format" in LAYERS[type_].arguments and rng.random() < 0.3:
        arguments["data_format"], shape = "channels_first", shape[::-1]
    return Case(type_, arguments, (shape,))


def _identity(type_: str, rng: Random) -> Case:
    if LAYERS[type_].family == "preprocessing":
        return _image(rng, type_)
    rank = LAYERS[type_].rank
    shape = (
        draws.sizes(rng, rank + 1, rank + 1) if rank and rng.random() < 0.95 else draws.sizes(rng)
    )
    arguments = _required(rng, type_)
    if "data_format" in LAYERS[type_].arguments:
        arguments |= draws.some(
            rng, {"data_format": rng.choice(("channels_first", "channels_last"))}
        )
    return Case(type_, arguments | _base(rng, "dtype"), (shape,))


def _activation(type_: str, rng: Random) -> Case:
    shape = draws.sizes(rng)
    axes = tuple(range(-len(shape) - 1, len(shape) + 1))
    arguments = _required(rng, type_) | _base(rng)
    if type_ == "Softmax" and rng.random() < 0.5:
        axis: Any = rng.choice(axes)
        if rng.random() < 0.3 and len(axes) > 2:
            axis = tuple(rng.sample(axes[: len(axes) // 2], rng.randint(1, len(axes) // 2)))
        arguments["axis"] = axis
    return Case(type_, arguments, (shape,))


# Of keras.applications.


def _layer_scale(rng: Random) -> Case:
    shape = draws.sizes(rng, 1)
    factors = shape[-1] or 3
    if rng.random() < 0.1:
        factors = rng.randint(1, 6)
    arguments = {"init_values": 1e-6, "projection_dim": factors}
    return Case("LayerScale", arguments | _base(rng, "trainable"), (shape,))


def _scaled_sum(rng: Random) -> Case:
    first = draws.sizes(rng, 1)
    shapes = (first, tuple(rng.choice((size, size, size, 1)) for size in first))
    return Case("CustomScaleLayer", {"scale": 0.2}, shapes)


def _stochastic_depth(rng: Random) -> Case:
    return Case("StochasticDepth", {"drop_path_rate": 0.1}, (draws.sizes(rng),))


_MERGING = ("Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract")
_IMAGES = ("AutoContrast", "Equalization", "MaxNumBoundingBoxes")
_CLAHE = "ContrastLimitedAdaptiveHistogramEqualization"


def _each(names: tuple[str, ...] | list[str], cases: Any) -> dict[str, Generator]:
    return {name: partial(cases, name) for name in names}


CASES: Generators = {
    **_each(_MERGING, _joined),
    "Concatenate": _concatenation,
    "Dot": _dot,
    "CategoryEncoding": _category_encoding,
    "Discretization": _discretization,
    "Hashing": _hashing,
    "HashedCrossing": _crossing,
    **_each(("IntegerLookup", "StringLookup"), _lookup),
    "TextVectorization": _text,
    "Normalization": _normalization,
    "Rescaling": _rescaling,
    "MelSpectrogram": _mel,
    "STFTSpectrogram": _stft,
    **{name: partial(_image, type_=name) for name in (*_IMAGES, _CLAHE)},
    **_each(sorted({"Masking", *IDENTITY_LAYERS} & set(LAYERS)), _identity),
    **_each(sorted(ACTIVATION_LAYERS & set(LAYERS)), _activation),
    "LayerScale": _layer_scale,
    "CustomScaleLayer": _scaled_sum,
    "StochasticDepth": _stochastic_depth,
}


def _mode(case: Case) -> str:
    return str(case.arguments.get("output_mode", "multi_hot"))


_SUMMED = Oddity(
    "sums up along axis 1, but says that it does along the last axis",
    lambda case: len(case.shapes[0]) > 1 and _mode(case) in ("multi_hot", "count", "tf_idf"),
)
_ANY_IMAGES = Oddity(
    "takes images of any number of axes, then refuses them when it runs",
    lambda case: len(case.shapes[0]) not in (2, 3),
)


def _frames(case: Case) -> bool:
    """Whether Keras's formula for the number of frames is wrong, or it forgets axes."""
    (shape,) = case.shapes
    if len(shape) != 1 or shape[0] is None:
        return True
    length, stride = shape[0], case.arguments["sequence_stride"]
    frame = case.arguments["fft_length"]
    short = length <= frame // 2
    return short or (length + stride + 1) // stride != (length - frame % 2) // stride + 1


ODDITIES: Oddities = {
    "CategoryEncoding": (_SUMMED,),
    "IntegerLookup": (_SUMMED,),
    "StringLookup": (_SUMMED,),
    "Hashing": (
        _SUMMED,
        Oddity(
            "with one_hot, says that the last axis goes, which only one of size 1 does",
            lambda case: _mode(case) == "one_hot" and case.shapes[0][-1:] != (1,),
        ),
        Oddity(
            "with one_hot, takes away two last axes of size 1, but says that it takes one",
            lambda case: _mode(case) == "one_hot" and case.shapes[0][-2:] == (1, 1),
        ),
    ),
    "HashedCrossing": (
        Oddity(
            "takes tensors of any shape, then refuses all but scalars when it runs",
            lambda case: case.shapes[0] not in ((), (1,)) or len(set(case.shapes)) > 1,
        ),
    ),
    "TextVectorization": (
        Oddity(
            "of texts in an axis of size 1, which it takes away, says that it keeps it",
            lambda case: case.shapes[0] == (1,) and _mode(case) != "int",
        ),
        Oddity(
            "takes several texts an example, then refuses to split them when it runs",
            lambda case: case.arguments.get("split", "") is not None,
        ),
        Oddity(
            "with ngrams, says that there are as many of them as words",
            lambda case: "ngrams" in case.arguments and _mode(case) == "one_hot",
        ),
    ),
    "MelSpectrogram": (
        Oddity("counts frames that its own transform does not make, or forgets axes", _frames),
    ),
    "Rescaling": (
        Oddity(
            "takes a scale of any length, then refuses it when it runs",
            lambda case: case.arguments["scale"] == [0.5] * 7,
        ),
    ),
    "Dot": (
        Oddity(
            "takes the batch for an axis to multiply along, then refuses when it runs",
            lambda case: any(
                axis % (len(shape) + 1) == 0
                for axis, shape in zip(_axes(case), case.shapes, strict=False)
            ),
        ),
    ),
    **dict.fromkeys((*_IMAGES, _CLAHE), (_ANY_IMAGES,)),
    **dict.fromkeys(sorted(IDENTITY_LAYERS & set(TABLE["preprocessing"])), (_ANY_IMAGES,)),
}


def _axes(case: Case) -> tuple[int, ...]:
    axes = case.arguments["axes"]
    return (axes, axes) if isinstance(axes, int) else tuple(axes)
