"""The claims: what a source says, and the facts that it comes to."""

from __future__ import annotations

from collections.abc import Callable, Collection
from collections.abc import Mapping as Dictionary
from functools import partial

from lenet_verify.facts import LAYER_FACTS, MODEL_FACTS
from lenet_verify.notation import AnyOf, Expected
from lenet_verify.spec.contents import Claim, Expectation
from lenet_verify.spec.document import Limits, Mapping, Node, Scalar, Sequence, over
from lenet_verify.spec.expected import READERS, read_argument_fact, read_names
from lenet_verify.spec.fields import Problems, each, fields, mapping, text
from lenet_verify.spec.layers import UNKNOWN_TYPE, Graph
from lenet_verify.spec.selection import Chosen, Selection
from lenet_verify.vocabulary import ALIASES, ARGUMENT_FORMS, BASE_ARGUMENTS, LAYERS

CLAIM_KEYS = ("id", "source", "where", "quote", "why", "expect", "unchecked")


def read_claims(
    problems: Problems,
    node: Node | None,
    sources: Collection[str],
    graph: Graph,
    limits: Limits,
) -> tuple[Claim, ...]:
    """Every claim of a spec, in order.

    Args:
        problems: where mistakes are noted.
        node: the list of claims.
        sources: the names that a claim's `source` may have.
        graph: the spec's recipe.
        limits: on globs and facts.

    Raises:
        SpecError: a limit is passed.
    """
    if node is None:
        return ()
    if not isinstance(node, Sequence):
        problems.add(node, "'claims' is a list, each item with an 'id'")
        return ()
    selection = Selection(problems, graph, limits)
    claims: dict[str, Claim] = {}
    facts = 0
    for item in node.items:
        claim = _claim(problems, item, sources, selection, claims)
        if claim is None:
            continue
        claims.setdefault(claim.id, claim)
        facts += sum(max(1, len(one.layers)) for one in claim.expectations)
        if facts > limits.facts:
            raise problems.refused(item, over("facts", limits.facts))
    return tuple(claims.values())


def _claim(
    problems: Problems,
    node: Node,
    sources: Collection[str],
    selection: Selection,
    before: Dictionary[str, Claim],
) -> Claim | None:
    given = fields(problems, node, "a claim", CLAIM_KEYS)
    if given is None:
        return None
    source = text(problems, given.get("source"), "source")
    if source is not None and source not in sources:
        problems.unknown(given["source"], source, "source", sources)
    if "quote" not in given and "why" not in given:
        problems.add(node, "a claim has a 'quote' from its source, or says 'why' it is one")
    if ("expect" in given) == ("unchecked" in given):
        problems.add(node, "a claim has either 'expect', or 'unchecked' with the reason")
    if "id" not in given:
        problems.add(node, "a claim needs an 'id'")
    id_ = text(problems, given.get("id"), "id") or f"line {node.line}"
    if id_ in before:
        first = before[id_].line
        problems.add(given["id"], f"claim '{id_}' has the id of the claim on line {first}")
    return Claim(
        id=id_,
        line=node.line,
        expectations=_expectations(problems, given.get("expect"), selection),
        unchecked=text(problems, given.get("unchecked"), "unchecked"),
        source=source,
        where=text(problems, given.get("where"), "where"),
        quote=text(problems, given.get("quote"), "quote"),
        why=text(problems, given.get("why"), "why"),
    )


def _expectations(
    problems: Problems, node: Node | None, selection: Selection
) -> tuple[Expectation, ...]:
    table = mapping(problems, node, "'expect'")
    if table is None:
        return ()
    if not table.entries:
        problems.add(table, "'expect' states no fact")
    stated: list[Expectation] = []
    for key, facts in table.entries:
        chosen = selection.choose(key)
        facts_table = mapping(problems, facts, f"'{key.text}'")
        if facts_table is None:
            continue
        if not facts_table.entries:
            problems.add(facts_table, f"'{key.text}' is expected to be something: state a fact")
        types = _types(chosen, facts_table)
        for fact, value in facts_table.entries:
            expected = _fact(problems, chosen, types, fact, value, selection.graph)
            if expected is not None:
                stated.append(
                    Expectation(chosen.selector, chosen.names, fact.text, expected, fact.line)
                )
    return tuple(stated)


def _types(chosen: Chosen, facts: Mapping) -> tuple[str, ...] | None:
    """The Keras classes whose arguments are facts here; None if any class may be meant."""
    claimed = facts.get("type")
    named = [v.text for v in _choices(claimed) if isinstance(v, Scalar)] if claimed else []
    named = [ALIASES.get(name, name) for name in named]
    if any(name not in LAYERS for name in named) or UNKNOWN_TYPE in chosen.types:
        return None
    if chosen.selector.kind == "input":
        return ()
    if chosen.selector.kind == "ordinal" and chosen.selector.kind_of_layer in LAYERS:
        named.append(chosen.selector.kind_of_layer or "")
    return tuple(dict.fromkeys([*named, *chosen.types])) or None


def _choices(node: Node) -> tuple[Node, ...]:
    """The alternatives of `{any: [...]}`; any other node is the only one."""
    if isinstance(node, Mapping) and [key.text for key, _ in node.entries] == ["any"]:
        value = node.entries[0][1]
        return value.items if isinstance(value, Sequence) else (value,)
    return (node,)


def _fact(
    problems: Problems,
    chosen: Chosen,
    types: tuple[str, ...] | None,
    fact: Scalar,
    node: Node,
    graph: Graph,
) -> Expected | None:
    choices = _choices(node)
    if not choices:
        problems.add(node, "'any' takes a list of at least one value")
        return None
    reader = _reader(problems, chosen, types, fact, graph)
    if reader is None:
        return None
    read = problems.attempt(node, f"'{fact.text}'", lambda: each(choices, reader))
    if read is None:
        return None
    if choices == (node,):
        return read[0]
    return AnyOf(tuple(read), {"any": [expected.written for expected in read]})


def _reader(
    problems: Problems,
    chosen: Chosen,
    types: tuple[str, ...] | None,
    fact: Scalar,
    graph: Graph,
) -> Callable[[Node], Expected] | None:
    """What reads a value of that fact; None with the problem noted."""
    if chosen.selector.kind == "model":
        if fact.text not in MODEL_FACTS:
            problems.unknown(fact, fact.text, "fact", MODEL_FACTS, of="model")
            return None
        return partial(READERS[MODEL_FACTS[fact.text].form], problems)
    if fact.text == "inputs":
        known_names = graph.names if graph.layers else {}
        return lambda node: read_names(problems, node, known_names)
    if fact.text in LAYER_FACTS:
        return partial(READERS[LAYER_FACTS[fact.text].form], problems)
    if chosen.selector.kind == "input" and fact.text != "dtype":
        problems.unknown(fact, fact.text, "fact", (*LAYER_FACTS, "dtype"), of="input")
        return None
    if fact.text in BASE_ARGUMENTS:
        form = BASE_ARGUMENTS[fact.text].form
        return lambda node: read_argument_fact(node, [(form, None)])
    if types is None:
        if fact.text not in ARGUMENT_FORMS:
            known = (*LAYER_FACTS, *ARGUMENT_FORMS)
            problems.unknown(fact, fact.text, "fact", known)
            return None
        form = ARGUMENT_FORMS[fact.text]
        return lambda node: read_argument_fact(node, [(form, rank) for rank in (None, 1, 2, 3)])
    having = [LAYERS[t] for t in types if fact.text in LAYERS[t].arguments]
    lacking = [t for t in types if fact.text not in LAYERS[t].arguments]
    if not having or (lacking and chosen.selector.kind != "name"):
        known = (*LAYER_FACTS, *LAYERS[lacking[0]].arguments)
        problems.unknown(fact, fact.text, "fact", known, of=lacking[0])
        return None
    forms = [(known.arguments[fact.text].form, known.rank) for known in having]
    return lambda node: read_argument_fact(node, forms)
