"""The claims: what a source says, and the facts that it comes to."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from functools import partial
from typing import Any

from lenet_verify.facts import LAYER_FACTS, MODEL_FACTS
from lenet_verify.notation import AnyOf, Expected
from lenet_verify.spec.contents import Claim, Expectation, LayerRecipe, Selector, Source
from lenet_verify.spec.document import Mapping, Node, Scalar, Sequence
from lenet_verify.spec.expected import READERS, read_argument_fact, read_names
from lenet_verify.spec.fields import Problems, fields, mapping, text, unknown
from lenet_verify.spec.layers import Graph
from lenet_verify.spec.selectors import chosen, parse_selector
from lenet_verify.vocabulary import ALIASES, ARGUMENT_FORMS, BASE_ARGUMENTS, LAYERS

CLAIM_KEYS = ("id", "source", "where", "quote", "why", "expect", "unchecked")


def read_claims(
    problems: Problems, node: Node | None, sources: Dictionary[str, Source], graph: Graph
) -> tuple[Claim, ...]:
    """Every claim of a spec, in order."""
    if node is None:
        return ()
    if not isinstance(node, Sequence):
        problems.add(node, "'claims' is a list, each item with an 'id'")
        return ()
    claims: dict[str, Claim] = {}
    for item in node.items:
        claim = _claim(problems, item, sources, graph)
        if claim is None:
            continue
        if claim.id in claims:
            first = claims[claim.id].line
            problems.add(item, f"claim '{claim.id}' has the id of the claim on line {first}")
        claims.setdefault(claim.id, claim)
    return tuple(claims.values())


def _claim(
    problems: Problems, node: Node, sources: Dictionary[str, Source], graph: Graph
) -> Claim | None:
    given = fields(problems, node, "a claim", CLAIM_KEYS)
    if given is None:
        return None
    source = text(problems, given.get("source"), "source")
    if source is not None and source not in sources:
        problems.add(given["source"], unknown(source, "source", sources))
    if "quote" not in given and "why" not in given:
        problems.add(node, "a claim has a 'quote' from its source, or says 'why' it is one")
    if ("expect" in given) == ("unchecked" in given):
        problems.add(node, "a claim has either 'expect', or 'unchecked' with the reason")
    if "id" not in given:
        problems.add(node, "a claim needs an 'id'")
    expectations = _expectations(problems, given.get("expect"), graph)
    return Claim(
        id=text(problems, given.get("id"), "id") or f"line {node.line}",
        line=node.line,
        expectations=expectations,
        unchecked=text(problems, given.get("unchecked"), "unchecked"),
        source=source,
        where=text(problems, given.get("where"), "where"),
        quote=text(problems, given.get("quote"), "quote"),
        why=text(problems, given.get("why"), "why"),
    )


def _expectations(
    problems: Problems, node: Node | None, graph: Graph
) -> tuple[Expectation, ...]:
    table = mapping(problems, node, "'expect'")
    if table is None:
        return ()
    if not table.entries:
        problems.add(table, "'expect' states no fact")
    stated: list[Expectation] = []
    for key, facts in table.entries:
        rows = _rows_of(problems, key, graph)
        if rows is None:
            continue
        selector, layers = rows
        facts_table = mapping(problems, facts, f"'{key.text}'")
        if facts_table is None:
            continue
        if not facts_table.entries:
            problems.add(facts_table, f"'{key.text}' is expected to be something: state a fact")
        types = _types(selector, layers, facts_table)
        for fact, value in facts_table.entries:
            expected = _fact(problems, selector, types, fact, value, graph)
            if expected is not None:
                names = tuple(layer.name for layer in layers)
                stated.append(Expectation(selector, names, fact.text, expected, fact.line))
    return tuple(stated)


def _rows_of(
    problems: Problems, key: Scalar, graph: Graph
) -> tuple[Selector, tuple[LayerRecipe, ...]] | None:
    """The selector and the spec's layers that it chooses; None with the problem noted."""
    names = [layer.name for layer in graph.layers]
    several = [one.name for one in graph.inputs] if len(graph.inputs) > 1 else []
    selector = problems.attempt(
        key, f"'{key.text}'", lambda: parse_selector(key.text, [*names, *several])
    )
    if selector is None:
        return None
    if selector.kind == "input" and several:
        problems.add(key, f"the spec has several inputs: {', '.join(several)}; name one")
        return None
    if selector.kind == "output" and len(graph.outputs) > 1:
        problems.add(key, f"the spec has several outputs: {', '.join(graph.outputs)}; name one")
        return None
    if selector.text in several:
        return Selector(selector.text, "input"), ()
    if selector.kind in ("model", "input") or not graph.layers:
        return selector, ()
    if selector.kind == "output":
        selector = Selector(graph.outputs[0], "name") if graph.outputs else selector
    layers = chosen(selector, graph.layers, lambda row: row.name, lambda row: row.type)
    if not layers:
        message = {
            "name": unknown(key.text, "layer", [*names, *several, "input", "output", "model"]),
            "glob": f"'{key.text}' matches no layer of this spec",
            "ordinal": f"this spec has no '{key.text}'",
        }.get(selector.kind, f"'{key.text}' chooses no layer")
        problems.add(key, message)
        return None
    return selector, layers


def _types(
    selector: Selector, layers: tuple[LayerRecipe, ...], facts: Mapping
) -> tuple[str, ...] | None:
    """The Keras classes whose arguments are facts here; None if any class may be meant."""
    claimed = facts.get("type")
    named = [v.text for v in _choices(claimed) if isinstance(v, Scalar)] if claimed else []
    named = [ALIASES.get(name, name) for name in named]
    if any(name not in LAYERS for name in named) or any(row.type == "?" for row in layers):
        return None
    if selector.kind == "input":
        return ()
    if selector.kind == "ordinal" and selector.kind_of_layer in LAYERS:
        named.append(selector.kind_of_layer or "")
    return tuple(dict.fromkeys([*named, *(row.type for row in layers)])) or None


def _choices(node: Node) -> tuple[Node, ...]:
    """The alternatives of `{any: [...]}`; any other node is the only one."""
    if isinstance(node, Mapping) and [key.text for key, _ in node.entries] == ["any"]:
        value = node.entries[0][1]
        return value.items if isinstance(value, Sequence) else (value,)
    return (node,)


def _fact(
    problems: Problems,
    selector: Selector,
    types: tuple[str, ...] | None,
    fact: Scalar,
    node: Node,
    graph: Graph,
) -> Expected | None:
    choices = _choices(node)
    if not choices:
        problems.add(node, "'any' takes a list of at least one value")
        return None
    reader = _reader(problems, selector, types, fact, graph)
    if reader is None:
        return None
    read: list[Expected] = []
    for choice in choices:
        expected = problems.attempt(choice, f"'{fact.text}'", partial(reader, choice))
        if expected is None:
            return None
        read.append(expected)
    if choices == (node,):
        return read[0]
    return AnyOf(tuple(read), {"any": [expected.written for expected in read]})


def _reader(
    problems: Problems,
    selector: Selector,
    types: tuple[str, ...] | None,
    fact: Scalar,
    graph: Graph,
) -> Any:
    """What reads a value of that fact; None with the problem noted."""
    if selector.kind == "model":
        if fact.text not in MODEL_FACTS:
            problems.add(fact, unknown(fact.text, "fact", MODEL_FACTS, of="model"))
            return None
        return READERS[MODEL_FACTS[fact.text].form]
    if fact.text == "inputs":
        known_names = graph.names if graph.layers else ()
        return lambda node: read_names(node, known_names)
    if fact.text in LAYER_FACTS:
        return READERS[LAYER_FACTS[fact.text].form]
    if selector.kind == "input" and fact.text != "dtype":
        problems.add(fact, unknown(fact.text, "fact", (*LAYER_FACTS, "dtype"), of="input"))
        return None
    if fact.text in BASE_ARGUMENTS:
        form = BASE_ARGUMENTS[fact.text].form
        return lambda node: read_argument_fact(node, [(form, None)])
    if types is None:
        if fact.text not in ARGUMENT_FORMS:
            known = (*LAYER_FACTS, *ARGUMENT_FORMS)
            problems.add(fact, unknown(fact.text, "fact", known))
            return None
        form = ARGUMENT_FORMS[fact.text]
        return lambda node: read_argument_fact(node, [(form, rank) for rank in (None, 1, 2, 3)])
    having = [LAYERS[t] for t in types if fact.text in LAYERS[t].arguments]
    lacking = [t for t in types if fact.text not in LAYERS[t].arguments]
    if not having or (lacking and selector.kind != "name"):
        known = (*LAYER_FACTS, *LAYERS[lacking[0]].arguments)
        problems.add(fact, unknown(fact.text, "fact", known, of=lacking[0]))
        return None
    return lambda node: read_argument_fact(node, [(c.arguments[fact.text].form, c.rank) for c in having])
