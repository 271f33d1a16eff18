"""What a frozen spec claims, one claim for each kind of facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from lenet_verify.architecture import Architecture, Layer, Shape
from lenet_verify.checking.wiring import layer_of
from lenet_verify.facts import COMPILE_FACTS
from lenet_verify.freeze.arguments import claimed, usual
from lenet_verify.freeze.draft import Claim, Draft, Facts, Row
from lenet_verify.freeze.names import ORDINAL
from lenet_verify.notation import NotationError, parse_shape
from lenet_verify.spec.activation import NAMES
from lenet_verify.spec.layers import DTYPES
from lenet_verify.vocabulary import (
    ACTIVATION_LAYERS,
    LAYERS,
    LOSSES,
    METRICS,
    OPTIMIZERS,
)


def claims(
    draft: Draft,
    architecture: Architecture,
    inputs: Mapping[str, Layer],
    rows: Sequence[Row],
    outputs: Sequence[str],
    *,
    closed: bool,
) -> Sequence[Claim]:
    """Every claim; what none can state is noted in the draft.

    Args:
        draft: the spec so far.
        architecture: the model.
        inputs: its input layers by the keys that choose them.
        rows: its layers, in order.
        outputs: what leaves it, by the model's own names.
        closed: whether the spec has layers, so that it says itself what feeds what.
    """
    layers = [row.layer for row in rows]
    functions = {row.key: _function(row, draft, closed=closed) for row in rows}
    common = _in_common(rows, functions)
    total = _counts(architecture, draft) | _leaving([*inputs.values(), *layers], outputs)
    total |= {} if closed else _kinds(rows)
    facts = [
        Claim("input", "what comes in", _inputs(inputs)),
        Claim("layers", "what each layer is", functions),
        Claim("defaults", "as Keras has it where nothing is said", common),
    ]
    if not closed:
        facts.append(Claim("connections", "what feeds what", _connections(rows, outputs)))
    facts += [
        Claim("shapes", "what each layer puts out", _shapes(rows, draft)),
        Claim("parameters", "the layers that have any", _parameters(rows, draft)),
        Claim("total", "the model as a whole", {"model": total}),
        Claim("compile", "how it is trained", _compiled(draft, architecture)),
    ]
    kept = (Claim(c.id, c.about, {k: v for k, v in c.expect.items() if v}) for c in facts)
    return [claim for claim in kept if claim.expect]


def shapes(layer: Layer, fact: str = "output") -> Any:
    """The shape of a layer's output, or a list of several, as a spec writes it; None if unknown
    or if a spec has no words for it."""
    found = layer.shapes if fact == "output" else layer.input_shapes
    if not found or fact in layer.unknown:
        return None
    written = [in_notation(shape) for shape in found]
    if None in written:
        return None
    return written[0] if len(written) == 1 else written


def in_notation(shape: Shape) -> Any:
    """A shape as a spec writes it; None if it has no words for it."""
    text = str(shape)
    value = int(text) if text.isdecimal() else text
    try:
        return value if parse_shape(value).admits(shape) else None
    except NotationError:
        return None


def _inputs(inputs: Mapping[str, Layer]) -> Mapping[str, Facts]:
    found = {}
    for key, layer in inputs.items():
        shape, dtype = shapes(layer), layer.config.get("dtype")
        known = {} if shape is None else {"output": shape}
        found[key] = known | ({"dtype": dtype} if dtype in DTYPES else {})
    return found


def _function(row: Row, draft: Draft, *, closed: bool) -> Facts:
    """What a layer computes: its class, its activation, its arguments."""
    activation = _activation(row, draft, closed=closed)
    if closed and row.type in ACTIVATION_LAYERS:
        return activation  # however it is written
    lost: list[str] = []
    facts = {} if row.type is None else {"type": row.type}
    facts |= claimed(row.layer.type, row.layer.config, lost)
    for name in lost:
        draft.unpinned.add(f"{name}, whose value no claim can state", row.layer.name)
    return facts | activation


def _activation(row: Row, draft: Draft, *, closed: bool) -> Facts:
    if "type" in row.layer.unknown:
        return {}  # nothing is known of what it computes, which is said once
    if "activation" in row.layer.unknown:
        draft.unpinned.add(f"activation ({row.layer.unknown['activation']})", row.layer.name)
        return {}
    if row.activation is None:
        return {} if closed else {"activation": None}
    if row.activation.partition("(")[0] not in NAMES:
        draft.unpinned.add(f"activation ({row.activation})", row.layer.name)
        return {}
    return {"activation": row.activation}


def _in_common(rows: Iterable[Row], functions: Mapping[str, Facts]) -> Mapping[str, Facts]:
    """By class, the facts that are Keras's own defaults in all of its layers: they are taken out
    of each and stated once."""
    by_type: dict[str, list[Row]] = {}
    for row in rows:
        if row.type is not None and "type" in functions[row.key]:
            by_type.setdefault(row.type, []).append(row)
    common: dict[str, Facts] = {}
    for type_, alike in by_type.items():
        first = functions[alike[0].key]
        for fact, value in list(first.items()):
            if all(_by_default(row, functions[row.key], fact, value) for row in alike):
                common.setdefault(ORDINAL + type_, {})[fact] = value
                for row in alike:
                    del functions[row.key][fact]
    return common


def _by_default(row: Row, facts: Facts, fact: str, value: Any) -> bool:
    if fact == "type" or fact not in facts or facts[fact] != value:
        return False
    if fact == "activation":
        return value in (None, "linear")
    return row.type is not None and usual(row.type, fact, row.layer.config)


def _connections(rows: Iterable[Row], outputs: Sequence[str]) -> Mapping[str, Facts]:
    found = {row.key: _fed(row) for row in rows if row.inputs}
    last = [row for row in rows if row.layer.name in outputs]
    if len(outputs) == 1 and last:
        # whichever layer it is that gives the output, it is one like this
        facts = {} if last[0].type is None else {"type": last[0].type}
        found = {"output": facts | _fed(last[0])} | found
    return found


def _fed(row: Row) -> Facts:
    if "inputs" in row.layer.unknown or not row.inputs:
        return {}
    return {"inputs": row.inputs[0] if len(row.inputs) == 1 else list(row.inputs)}


def _shapes(rows: Iterable[Row], draft: Draft) -> Mapping[str, Facts]:
    found = {}
    for row in rows:
        shape = shapes(row.layer)
        if shape is None:
            why = row.layer.unknown.get("output", "no claim can state it")
            draft.unpinned.add(f"output ({why})", row.layer.name)
        else:
            found[row.key] = {"output": shape}
    return found


def _parameters(rows: Iterable[Row], draft: Draft) -> Mapping[str, Facts]:
    found: dict[str, Facts] = {}
    for row in rows:
        layer = row.layer
        if layer.params is None or "params" in layer.unknown:
            why = layer.unknown.get("params", "it cannot be counted")
            draft.unpinned.add(f"params ({why})", layer.name)
        elif layer.params:
            found[row.key] = {"params": layer.params}
            if layer.trainable != layer.params:
                found[row.key] |= {
                    fact: getattr(layer, fact)
                    for fact in ("trainable", "non_trainable")
                    if fact not in layer.unknown
                }
    return found


def _counts(architecture: Architecture, draft: Draft) -> Facts:
    facts: Facts = {}
    for fact in ("params", "trainable", "non_trainable"):
        value = getattr(architecture, fact)
        if value is None:
            why = architecture.unknown.get(fact, "it cannot be counted")
            draft.unpinned.add(f"{fact} of the model ({why})")
        else:
            facts[fact] = value
    return facts


def _kinds(rows: Sequence[Row]) -> Facts:
    """How many layers there are of each class; nothing if some may be of any."""
    if any(row.type is None and not row.layer.type.startswith("ops.") for row in rows):
        return {}
    counts = Counter(type_ for row in rows for type_ in _types(row))
    return {"layers": dict(counts)} if counts else {}


def _types(row: Row) -> Iterator[str]:
    """The classes that a layer counts as: its own, and those of what it wraps."""
    layer: Any = {"type": row.type, **row.layer.config}
    while isinstance(layer, Mapping) and layer.get("type") in LAYERS:
        yield layer["type"]
        layer = layer.get("layer")


def _leaving(layers: Iterable[Layer], outputs: Iterable[str]) -> Facts:
    """The shapes of the outputs."""
    by_name = {layer.name: layer for layer in layers}
    found: list[Any] = []
    for wire in outputs:
        name = layer_of(wire, by_name)
        number = wire[len(name) :].strip("[]") or "0"
        given = (by_name[name].shapes or ()) if name in by_name else ()
        known = number.isdecimal() and int(number) < len(given)
        found.append(in_notation(given[int(number)]) if known else None)
    if None in found:
        return {}
    return {"output": found[0]} if len(found) == 1 else {"outputs": found}


def _named(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def _compiled(draft: Draft, architecture: Architecture) -> Mapping[str, Facts]:
    compiled = architecture.compiled
    if compiled is None:
        return {}
    tables = {"optimizer": OPTIMIZERS, "loss": LOSSES, "metrics": METRICS}
    facts: Facts = {}
    for fact in sorted(COMPILE_FACTS, key=list(tables).index):
        value = getattr(compiled, fact)
        several = isinstance(value, tuple)
        if value is None:
            continue
        if any(name not in tables[fact] for name in (value if several else (value,))):
            draft.unpinned.add(f"{fact} of the model, {_named(value)}: no name of Keras's")
            continue
        draft.compile |= {fact: list(value) if several else value} if value else {}
        if fact == "loss" and several:
            draft.unpinned.add("loss of the model: it has several, and a claim states one")
        else:
            facts[fact] = list(value) if several else value
    return {"model": facts}
