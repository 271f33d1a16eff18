"""The claims that would notice what nothing notices: found by trying them, so that they do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from lenet_verify.architecture import Architecture, Layer
from lenet_verify.checking import check
from lenet_verify.edits import Activation, Argument, Edit, Input, Type, applied
from lenet_verify.freeze.arguments import claimed
from lenet_verify.freeze.claims import in_notation
from lenet_verify.many import each
from lenet_verify.notation import Exactly, Expected, parse_shape
from lenet_verify.spec import Claim, Expectation, Selector, Spec
from lenet_verify.strength.measured import Catch, Proposal, Survivor

_MOST_TOLD = 8
"""So many layers are named in the reason for a claim."""


def caught(spec: Spec, own: Architecture, edits: Sequence[Edit]) -> tuple[Survivor, ...]:
    """Edits that a spec does not notice, each with the fact that would.

    Args:
        spec: the spec.
        own: its network.
        edits: to that network.
    """
    found = each(range(len(edits)), Trials(spec, own, edits).catch, what=" survivors")
    return tuple(map(Survivor, edits, found))


def proposals(spec: Spec, survivors: Sequence[Survivor]) -> tuple[Proposal, ...]:
    """The claims that would notice survivors, one for each fact."""
    facts: dict[str, list[Survivor]] = {}
    for one in survivors:
        if one.catch is not None:
            facts.setdefault(one.catch.fact, []).append(one)
    taken = {claim.id for claim in spec.claims}
    found = []
    for fact, those in facts.items():
        id_ = fact
        while id_ in taken:
            id_ += "-again"
        expect: dict[str, dict[str, Any]] = {}
        for one in those:
            if one.catch is not None:
                expect.setdefault(one.catch.layer, {})[fact] = one.catch.expected
        found.append(Proposal(id_, _why(those), expect))
    return tuple(found)


def _why(survivors: Sequence[Survivor]) -> str:
    layers: dict[str, dict[str, None]] = {}
    for one in survivors:
        layers.setdefault(_change(one.edit), {})[one.edit.layer] = None
    told = [f"{what} ({_some(list(names))})" for what, names in layers.items()]
    return f"nothing else notices {_some(told)}"


def _change(edit: Edit) -> str:
    """What is changed, in words."""
    if isinstance(edit, Argument):
        return f"a change of {edit.argument}"
    if isinstance(edit, Activation | Type | Input):
        return f"a change of {'shape' if isinstance(edit, Input) else edit.kind}"
    return edit.text


def _some(told: Sequence[str]) -> str:
    more = f" and {len(told) - _MOST_TOLD} more" if len(told) > _MOST_TOLD else ""
    return ", ".join(told[:_MOST_TOLD]) + more


class Trials:
    """Specs of one claim each, to be tried."""

    def __init__(self, spec: Spec, own: Architecture, edits: Sequence[Edit]) -> None:
        self._spec, self._own, self._edits = spec, own, edits
        self._known: dict[tuple[str, str], Spec | None] = {}

    def catch(self, number: int) -> Catch | None:
        """The first fact, of those that are nearest to an edit, that notices it."""
        edit = self._edits[number]
        mutant = applied(self._own, edit)
        for catch, selector, expected in _facts(self._own, edit):
            trial = self._trial(catch, selector, expected)
            if trial is None or mutant is None:
                continue
            if any(finding.claim == _TRIAL for finding in check(trial, mutant).failing):
                return catch
        return None

    def _trial(self, catch: Catch, selector: Selector, expected: Expected) -> Spec | None:
        """The spec with this claim alone; None where it does not hold for its own network."""
        key = catch.layer, catch.fact
        if key not in self._known:
            named = (catch.layer,) if selector.kind == "name" else ()
            stated = Expectation(selector, named, catch.fact, expected, 0)
            trial = replace(self._spec, claims=(Claim(_TRIAL, 0, (stated,), why=_TRIAL),))
            self._known[key] = trial if check(trial, self._own).holds else None
        return self._known[key]


_TRIAL = "trial"


def _facts(own: Architecture, edit: Edit) -> Iterator[tuple[Catch, Selector, Expected]]:
    """Facts of a network that an edit might change, the nearest first."""
    row = own.layer(edit.layer)
    name = Selector(row.name, "input" if isinstance(edit, Input) else "name")
    if isinstance(edit, Argument):
        written = claimed(row.type, row.config, [])
        for argument in (edit.argument, *edit.along):
            if argument in written:
                expected = Exactly(row.config[argument], written[argument])
                yield Catch(row.name, argument, written[argument]), name, expected
    elif isinstance(edit, Activation):
        expected = Exactly(row.activation, row.activation)
        yield Catch(row.name, "activation", row.activation), name, expected
    elif isinstance(edit, Type):
        yield Catch(row.name, "type", row.type), name, Exactly(row.type, row.type)
    yield from _counted(row, name)
    model = Selector("model", "model")
    for fact in ("params", "macs", "connections"):
        value = getattr(own, fact)
        if value is not None:
            yield Catch("model", fact, value), model, Exactly(value, value)


def _counted(row: Layer, selector: Selector) -> Iterator[tuple[Catch, Selector, Expected]]:
    """What a layer puts out, and how many weights it has."""
    shape = in_notation(row.shapes[0]) if row.shapes and len(row.shapes) == 1 else None
    if shape is not None:
        yield Catch(row.name, "output", shape), selector, parse_shape(shape)
    if row.params is not None and selector.kind == "name":
        expected = Exactly(row.params, row.params)
        yield Catch(row.name, "params", row.params), selector, expected
