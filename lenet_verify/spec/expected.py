"""What a claim expects of a fact: a node of the spec, read in the form of that fact."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from collections.abc import Mapping as Dictionary
from typing import Any

from lenet_verify.facts import Form
from lenet_verify.notation import (
    AnyOf,
    Counts,
    Each,
    Exactly,
    Expected,
    NotationError,
    parse_quantity,
    parse_shape,
)
from lenet_verify.spec.document import Mapping, Node, Sequence, plain
from lenet_verify.spec.fields import shown, unknown
from lenet_verify.vocabulary import (
    ACTIVATIONS,
    ALIASES,
    FAMILIES,
    LAYERS,
    LOSSES,
    METRICS,
    OPTIMIZERS,
    nearest,
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
            expected = Exactly(form.read(value, rank), value)
        except ValueError as e:
            mistakes.append(e)
            continue
        if expected not in read:
            read.append(expected)
    if not read:
        raise mistakes[0]
    return read[0] if len(read) == 1 else AnyOf(tuple(read), value)


def _type(node: Node) -> Expected:
    value = plain(node)
    name = ALIASES.get(value, value) if isinstance(value, str) else value
    if name not in LAYERS and name != "InputLayer":
        hint = _hint(value, [*LAYERS, *ALIASES])
        raise NotationError(f"takes a Keras class such as Conv2D, not {shown(value)}{hint}")
    return Exactly(name, value)


def _shape(node: Node) -> Expected:
    value = plain(node)
    if isinstance(value, list):
        return _shapes(node)
    return parse_shape(value)


def _shapes(node: Node) -> Expected:
    value = plain(node)
    if not isinstance(value, list) or not value:
        raise NotationError("takes a list of shapes, one an output")
    return Each(tuple(parse_shape(item) for item in value))


def _activation(node: Node) -> Expected:
    value = plain(node)
    if value is None:
        return Exactly(None, None)
    known = isinstance(value, str) and value.partition("(")[0] in (*ACTIVATIONS, "prelu")
    if not known:
        takes = "takes an activation of Keras such as tanh, or null"
        raise NotationError(f"{takes}, not {shown(value)}{_hint(value, ACTIVATIONS)}")
    return Exactly(value, value)


def _sizes(node: Node) -> Expected:
    value = plain(node)
    if isinstance(value, str) and set(value) <= set("0123456789x"):
        sizes = parse_shape(value).sizes
        return Exactly(sizes, value)
    return parse_quantity(value)


def read_names(node: Node, known: Collection[str]) -> Expected:
    value = plain(node)
    names = value if isinstance(value, list) else [value]
    for name in names:
        if not isinstance(name, str) or (known and name not in known):
            raise NotationError(f"takes names of layers, not {shown(name)}{_hint(name, known)}")
    return Exactly(tuple(names), value)


def _counts(node: Node) -> Expected:
    if not isinstance(node, Mapping) or not node.entries:
        raise NotationError("takes counts by class or family, such as {convolution: 2, Dense: 3}")
    counts: dict[str, Expected] = {}
    for key, value in node.entries:
        kind = ALIASES.get(key.text, key.text)
        if kind not in LAYERS and kind not in FAMILIES:
            raise NotationError(unknown(kind, "class or family", (*FAMILIES, *LAYERS)))
        counts[kind] = parse_quantity(plain(value))
    return Counts(counts)


def _stages(node: Node) -> Expected:
    value = plain(node)
    if not isinstance(value, list) or not value:
        raise NotationError("takes the sizes of the feature maps in order, such as [28, 14, 10, 5]")
    return Exactly(tuple(parse_shape(item).sizes for item in value), value)


def _one_of(table: Dictionary[str, str], what: str) -> Any:
    def read(node: Node) -> Expected:
        value = plain(node)
        if not isinstance(value, str) or value not in table:
            raise NotationError(
                f"takes {what} of Keras, not {shown(value)}{_hint(value, table)}"
            )
        return Exactly(table[value], value)

    return read


def _metrics(node: Node) -> Expected:
    one = _one_of(METRICS, "a metric")
    items = node.items if isinstance(node, Sequence) else (node,)
    return Exactly(tuple(one(item).value for item in items), plain(node))


def _hint(value: object, known: Iterable[str]) -> str:
    near = nearest(str(value), known)
    return f"; did you mean '{near}'?" if near else ""


READERS: Dictionary[Form, Callable[[Node], Expected]] = {
    "type": _type,
    "shape": _shape,
    "shapes": _shapes,
    "quantity": lambda node: parse_quantity(plain(node)),
    "activation": _activation,
    "sizes": _sizes,
    "counts": _counts,
    "stages": _stages,
    "optimizer": _one_of(OPTIMIZERS, "an optimizer"),
    "loss": _one_of(LOSSES, "a loss"),
    "metrics": _metrics,
}
