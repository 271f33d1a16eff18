"""What a claim expects of a fact: a node of the spec, read in the form of that fact."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Dictionary
from functools import partial

from lenet_verify.facts import Form
from lenet_verify.notation import (
    AnyOf,
    Counts,
    Each,
    Exactly,
    Expected,
    NotationError,
    Quantity,
    parse_per_axis,
    parse_quantity,
    parse_shape,
)
from lenet_verify.spec.activation import read_activation
from lenet_verify.spec.document import Mapping, Node, Sequence, plain
from lenet_verify.spec.fields import Mistakes, Problems, each, shown
from lenet_verify.vocabulary import (
    ALIASES,
    FAMILIES,
    LAYERS,
    LOSSES,
    METRICS,
    OPTIMIZERS,
)
from lenet_verify.vocabulary import Form as ArgumentForm


def read_argument_fact(node: Node, forms: list[tuple[ArgumentForm, int | None]]) -> Expected:
    """An argument as any of the forms reads it: `5` is 5x5 of a Conv2D and 5 of a Conv1D."""
    value = plain(node)
    read: list[Expected] = []
    mistakes: list[ValueError] = []
    for form, rank in forms:
        if form.numeric and isinstance(value, str):
            return parse_quantity(value)
        try:
            argument = form.read(value, rank)
            expected = Exactly(argument, form.told(value, argument))
        except ValueError as e:
            mistakes.append(e)
            continue
        if expected not in read:
            read.append(expected)
    if not read:
        raise mistakes[0]
    return read[0] if len(read) == 1 else AnyOf(tuple(read), value)


def _type(problems: Problems, node: Node) -> Expected:
    value = plain(node)
    name = ALIASES.get(value, value) if isinstance(value, str) else value
    if not isinstance(name, str) or (name not in LAYERS and name != "InputLayer"):
        hint = problems.hint(value, (*LAYERS, *ALIASES))
        raise NotationError(f"takes a Keras class such as Conv2D, not {shown(value)}{hint}")
    return Exactly(name, value)


def _shape(problems: Problems, node: Node) -> Expected:
    if isinstance(node, Sequence):
        return _shapes(problems, node)
    return parse_shape(plain(node))


def _shapes(problems: Problems, node: Node) -> Expected:
    if not isinstance(node, Sequence) or not node.items:
        raise NotationError("takes a list of shapes, one an output")
    return Each(tuple(each(node.items, lambda item: parse_shape(plain(item)))))


def _quantity(problems: Problems, node: Node) -> Expected:
    return parse_quantity(plain(node))


def _share(problems: Problems, node: Node) -> Expected:
    """A part of a whole, which is neither below 0 nor above 1."""
    expected = parse_quantity(plain(node))
    bounds = (expected.low, expected.high) if isinstance(expected, Quantity) else (plain(node),)
    if not all(bound is None or 0 <= bound <= 1 for bound in bounds):
        takes = "takes a part of all samples such as 0.95% or 0.0095"
        raise NotationError(f"{takes}, not {shown(plain(node))}")
    return expected


def _sizes(problems: Problems, node: Node) -> Expected:
    return parse_per_axis(plain(node))


def read_names(problems: Problems, node: Node, known: Dictionary[str, str]) -> Expected:
    """One name of a layer or a list of them, each as what it stands for; any if none is known."""

    def name(item: Node) -> str:
        value = plain(item)
        if not isinstance(value, str) or (known and value not in known):
            hint = problems.hint(value, known)
            raise NotationError(f"takes names of layers, not {shown(value)}{hint}")
        return known.get(value, value)

    return Exactly(tuple(each(_items(node), name)), plain(node))


def _counts(problems: Problems, node: Node) -> Expected:
    if not isinstance(node, Mapping) or not node.entries:
        raise NotationError("takes counts by class or family, such as {convolution: 2, Dense: 3}")
    counts: dict[str, Expected] = {}
    mistakes: list[tuple[Node, str]] = []
    for key, value in node.entries:
        kind = ALIASES.get(key.text, key.text)
        if kind not in LAYERS and kind not in FAMILIES:
            hint = problems.hint(kind, (*FAMILIES, *LAYERS))
            message = f"counts layers of a class or family, not of {shown(kind)}{hint}"
            mistakes.append((key, message))
            continue
        try:
            counts[kind] = parse_quantity(plain(value))
        except NotationError as e:
            mistakes.append((value, f"of {kind} {e}"))
    if mistakes:
        raise Mistakes(mistakes)
    return Counts(counts)


def _stages(problems: Problems, node: Node) -> Expected:
    if not isinstance(node, Sequence) or not node.items:
        raise NotationError("takes the sizes of the feature maps in order, such as [28, 14, 10, 5]")
    return Each(tuple(each(node.items, lambda item: parse_per_axis(plain(item)))))


def _one_of(table: Dictionary[str, str], what: str) -> Reader:
    def read(problems: Problems, node: Node) -> Expected:
        value = plain(node)
        if not isinstance(value, str) or value not in table:
            hint = problems.hint(value, table)
            raise NotationError(f"takes {what} of Keras, not {shown(value)}{hint}")
        return Exactly(table[value], value)

    return read


def _metrics(problems: Problems, node: Node) -> Expected:
    one = partial(_one_of(METRICS, "a metric"), problems)
    read = each(_items(node), one)
    return Exactly(tuple(e.value for e in read if isinstance(e, Exactly)), plain(node))


def _items(node: Node) -> tuple[Node, ...]:
    return node.items if isinstance(node, Sequence) else (node,)


Reader = Callable[[Problems, Node], Expected]
"""Reads a node as a fact; the problems are only asked for the nearest word."""

READERS: Dictionary[Form, Reader] = {
    "type": _type,
    "shape": _shape,
    "shapes": _shapes,
    "quantity": _quantity,
    "activation": read_activation,
    "sizes": _sizes,
    "counts": _counts,
    "stages": _stages,
    "optimizer": _one_of(OPTIMIZERS, "an optimizer"),
    "loss": _one_of(LOSSES, "a loss"),
    "metrics": _metrics,
    "share": _share,
}
