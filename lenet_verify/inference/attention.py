"""Attention: each position of a query gathers values by how their keys match it.

What is handed over as a mask changes no shape and no count, and is not among the inputs here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from lenet_verify.architecture import Shape
from lenet_verify.inference.derived import (
    HERE,
    Derived,
    Impossible,
    Weights,
    Window,
    biased,
    known,
    times,
    total,
)

Sizes = tuple[int | None, ...]

Projection = tuple[Sizes, Sizes, tuple[int, ...]]
"""At how many positions, from values of which sizes at each, to which."""


def attention(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived | None:
    """Attention: scores = query · keyᵀ, output = softmax(scores) · value.

    At most one weight that scales the scores, and one more where they are additive (`concat`),
    which multiplies no matrix. Source: Luong, Pham and Manning 2015, section 3.1.
    """
    dot = config["score_mode"] == "dot"
    derived = _gathered(inputs, exact=dot, products=dot)
    if derived is None:
        return None
    return replace(derived, trainable_weights=((),) * (bool(config["use_scale"]) + (not dot)))


def additive_attention(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived | None:
    """AdditiveAttention: scores = scaleᵀ · tanh(query + key), output = softmax(scores) · value.

    The scale has a weight for each value of a query's vector. Source: Bahdanau, Cho and Bengio
    2015, appendix A.1.2.
    """
    scaled = bool(config["use_scale"])
    derived = _gathered(inputs, exact=False, products=scaled)
    if derived is None or not scaled:
        return derived
    length = known(inputs[0].sizes[-1], "the length of the query's vectors")
    return replace(derived, trainable_weights=((length,),))


def multi_head_attention(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived | None:
    """MultiHeadAttention: query, key and value projected for each head, and the heads' outputs
    projected together. A gate is one more projection of the query.

    Multiply-adds: of the projections, of query · keyᵀ and of scores · value, masked or not.
    Source: Vaswani et al. 2017, section 3.2.2; Qiu et al. 2025 (the gate).
    """
    query, value, key = _query_value_key(inputs)
    rank = len(value.sizes)
    if len(query.sizes) != rank or rank < 2:
        raise Impossible("its query, value and key must be sequences of as many axes")
    if value.sizes[:-1] != key.sizes[:-1]:
        raise Impossible("its value and its key must be alike but for their last axis")
    axes = _attended(config["attention_axes"], rank)
    if len(set(axes)) < len(axes) or not all(0 <= axis < rank - 1 for axis in axes):
        return None  # examples, or heads, would attend to each other
    _check_others(query, value, axes)
    heads, of_key, of_value = config["num_heads"], config["key_dim"], config["value_dim"]
    result = tuple(config["output_shape"] or query.sizes[-1:])
    projections = [
        _from(query, heads, of_key),
        _from(key, heads, of_key),
        *([_from(query, heads, of_value)] if config["use_gate"] else []),
        _from(value, heads, of_value),
        (query.sizes[:-1], (heads, of_value), tuple(_stated(size) for size in result)),
    ]
    sources = tuple(value.sizes[axis] for axis in axes)
    scores = times(*query.sizes[:-1], *sources, heads)
    return Derived(
        (Shape((*query.sizes[:-1], *result), query.channels_first),),
        trainable_weights=_weights(projections, config),
        macs=total(
            *(times(*at, *inner, *outer) for at, inner, outer in projections),
            times(scores, of_key + of_value),
        ),
        window=_over(axes, rank - 1),
    )


def group_query_attention(inputs: tuple[Shape, ...], config: Mapping[str, Any]) -> Derived:
    """GroupQueryAttention: as many heads of queries share one of keys and values.

    Multiply-adds as of MultiHeadAttention. Source: Ainslie et al. 2023, section 2.2.
    """
    query, value, key = _query_value_key(inputs)
    if any(len(shape.sizes) != 2 for shape in (query, value, key)):
        raise Impossible("its query, value and key must be sequences of vectors")
    if query.sizes[-1] != value.sizes[-1]:
        raise Impossible("its query and its value must have vectors of one length")
    if value.sizes[:-1] != key.sizes[:-1]:
        raise Impossible("its value and its key must be alike but for their last axis")
    heads, shared = config["num_query_heads"], config["num_key_value_heads"]
    if heads % shared:
        raise Impossible(f"num_key_value_heads {shared} must divide num_query_heads {heads}")
    size = config["head_dim"]
    steps, width = query.sizes
    projections = [
        _from(query, heads, size),
        _from(key, shared, size),
        *([_from(query, heads, size)] if config["use_gate"] else []),
        _from(value, shared, size),
        ((steps,), (heads, size), (_stated(width),)),
    ]
    return Derived(
        (query,),
        trainable_weights=_weights(projections, config),
        macs=total(
            *(times(*at, *inner, *outer) for at, inner, outer in projections),
            times(steps, value.sizes[0], heads, 2 * size),
        ),
        window=_over((0,), 1),
    )


def _query_value_key(inputs: tuple[Shape, ...]) -> tuple[Shape, Shape, Shape]:
    """The inputs by what they are; the value is its own key where there is no other."""
    if len(inputs) not in (2, 3):
        raise Impossible(f"it takes a query, a value and perhaps a key, not {len(inputs)} inputs")
    return inputs[0], inputs[1], inputs[-1]


def _gathered(inputs: tuple[Shape, ...], *, exact: bool, products: bool) -> Derived | None:
    """Values gathered for each query, along the last axis but one; nothing is projected.

    Args:
        inputs: query, value, perhaps a key.
        exact: whether the vectors of query and key must have one length, not be stretched.
        products: whether the scores are products of vectors.
    """
    query, value, key = _query_value_key(inputs)
    ranks = {len(shape.sizes) for shape in (query, value, key)}
    if min(ranks) < 2:
        return None  # each example would attend to the others
    if len(ranks) > 1:
        raise Impossible("its query, value and key must be sequences of as many axes")
    for one, other in ((query, value), (query, key), (value, key)):
        if not _alike(one.sizes[:-2], other.sizes[:-2]):
            return None  # Keras does not say to what it stretches them
    length, width = query.sizes[-1], key.sizes[-1]
    if not _alike((length,), (width,)) and (exact or 1 not in (length, width)):
        raise Impossible("its query and its key must have vectors of one length")
    if not _alike(value.sizes[-2:-1], key.sizes[-2:-1]):
        raise Impossible("its value and its key must be of one length")
    scores = times(*query.sizes[:-1], key.sizes[-2])
    wide = None if None in (length, width) else max(length or 0, width or 0)
    return Derived(
        (Shape((*query.sizes[:-1], value.sizes[-1]), query.channels_first),),
        macs=total(
            times(scores, wide) if products else 0,
            times(scores, value.sizes[-1]),
        ),
        window=_over((len(query.sizes) - 2,), len(query.sizes) - 1),
    )


def _attended(axes: tuple[int, ...] | None, rank: int) -> tuple[int, ...]:
    """The axes of the value that are attended along, batch left out: all but the last by default.

    Keras counts them with the batch, and the projected value has one axis more, of the heads.
    """
    if axes is None:
        return tuple(range(rank - 1))
    places = tuple((axis if axis >= 0 else rank + 1 + axis) - 1 for axis in axes)
    if not all(-1 <= place <= rank for place in places):
        raise Impossible(f"attention_axes must be axes of its sequence, not {axes}")
    return places


def _check_others(query: Shape, value: Shape, axes: tuple[int, ...]) -> None:
    """Whether query and value agree along the axes that are not attended along."""
    others = [axis for axis in range(len(query.sizes) - 1) if axis not in axes]
    for axis in others:
        if not _alike(query.sizes[axis : axis + 1], value.sizes[axis : axis + 1]):
            raise Impossible("its query and value differ along an axis not attended along")


def _alike(one: Sizes, other: Sizes) -> bool:
    """Whether sizes agree, as far as they are known."""
    return all(a == b or None in (a, b) for a, b in zip(one, other, strict=True))


def _stated(size: int | None) -> int:
    return known(size, "a size of its output")


def _from(vectors: Shape, *outer: int) -> Projection:
    """Vectors projected, each to values of these sizes."""
    return vectors.sizes[:-1], vectors.sizes[-1:], outer


def _weights(projections: Iterable[Projection], config: Mapping[str, Any]) -> Weights:
    """A kernel for each projection, and a bias for each value that comes out of it."""
    found: list[tuple[int, ...]] = []
    for _, inner, outer in projections:
        width = (known(size, "the length of the vectors that come in") for size in inner)
        found += biased(config, (*width, *outer), bias=outer)
    return tuple(found)


def _over(axes: tuple[int, ...], spatial: int) -> Window:
    """What one position sees that attends along some of the spatial axes."""
    if not spatial:
        return HERE
    reach = tuple(None if axis in axes else 1 for axis in range(spatial))
    return Window(reach, (Fraction(1),) * spatial)
