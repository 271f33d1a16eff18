"""The wiring of a functional model: its calls, those that reach its outputs, and their order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from lenet_verify.readers.config.calls import Recorded, Ref, is_dated, recorded
from lenet_verify.readers.config.entry import Entry, Malformed
from lenet_verify.readers.config.identity import Identity
from lenet_verify.readers.config.masks import MasksHandedOn
from lenet_verify.visible import visible

Step = tuple[str, int]
"""One call of one layer."""


class Wiring:
    """The calls of a functional model that lie between its inputs and its outputs.

    Attributes:
        calls: of each layer that has any, in the order in which they count.
        inputs: the names of the input layers.
        ends: the tensors that leave the model.
    """

    def __init__(
        self,
        config: Mapping[str, Any],
        entries: Mapping[str, Entry],
        identities: Mapping[str, Identity],
    ) -> None:
        self._entries = entries
        self._identities = identities
        forms = {is_dated(node) for entry in entries.values() for node in _nodes(entry)}
        if len(forms) > 1:
            raise Malformed("its calls are noted in the forms of Keras 2 and of Keras 3")
        self._dated = True in forms
        noted = {name: self._recorded(entry) for name, entry in entries.items()}
        noted = self._from_zero(noted)
        noted = MasksHandedOn(noted, entries, identities).left_out()
        self.inputs = tuple(ref.layer for ref in _places(config, "input_layers"))
        ends = [self._end(ref) for ref in _places(config, "output_layers")]
        if not ends:
            raise Malformed("the model has no output_layers")
        for name in self.inputs:
            if identities.get(name, ("",))[0] != "input":
                raise Malformed(f"its input_layers name '{visible(name)}', which is no InputLayer")
        needed = self._needed(noted, ends)
        self.calls, self.ends = _renumbered(noted, ends, needed)

    def _recorded(self, entry: Entry) -> list[Recorded]:
        type_ = self._identities[entry.name].type
        try:
            return [recorded(node, type_, self._entries) for node in _nodes(entry)]
        except Malformed as e:
            raise Malformed(f"layer '{visible(entry.name)}': {e}") from e

    def _from_zero(self, noted: dict[str, list[Recorded]]) -> dict[str, list[Recorded]]:
        """The calls with those that they read counted from 0.

        A model that was made with inputs has a call of its own inside, which takes the number 0:
        Keras 2 counts it in all that reads such a model, some of Keras 3 too.
        """
        largest: dict[str, int] = {}
        for ref in _all_refs(noted):
            largest[ref.layer] = max(largest.get(ref.layer, 0), ref.call)
        later = {
            name
            for name, number in largest.items()
            if name in noted and self._counts_itself(name) and number >= len(noted[name]) > 0
        }
        if self._dated:
            later |= {name for name in noted if self._counts_itself(name)}
        if not later:
            return noted

        def shifted(ref: Ref) -> Ref:
            return replace(ref, call=max(ref.call - 1, 0)) if ref.layer in later else ref

        return {
            name: [
                replace(one, taken=tuple((shifted(ref), argument) for ref, argument in one.taken))
                for one in calls
            ]
            for name, calls in noted.items()
        }

    def _counts_itself(self, name: str) -> bool:
        role = self._identities[name].role
        if role == "sequential":
            return self._dated and _has_input(self._entries[name])
        return role == "functional"

    def _end(self, ref: Ref) -> Ref:
        counts = ref.layer in self._entries and self._counts_itself(ref.layer)
        if counts and not ref.call and len(_nodes(self._entries[ref.layer])) > 1:
            raise Malformed(
                f"its output_layers name no call of '{visible(ref.layer)}', which is called again"
            )
        return replace(ref, call=ref.call - 1) if counts and ref.call else ref

    def _needed(self, noted: Mapping[str, Sequence[Recorded]], ends: Iterable[Ref]) -> set[Step]:
        """The calls that the outputs hang on.

        Raises:
            Malformed: a call reads what is not there, or they wait for each other for ever.
        """
        needed: set[Step] = set()
        open_: set[Step] = set()
        for end in ends:
            self._check(end, "", noted)
            stack = [((end.layer, end.call), self._read_by(end, noted))]
            open_.add(stack[0][0])
            while stack:
                step, further = stack[-1]
                ref = next(further, None)
                if ref is None:
                    stack.pop()
                    open_.discard(step)
                    needed.add(step)
                    continue
                self._check(ref, step[0], noted)
                if (ref.layer, ref.call) in open_:
                    raise Malformed(f"layer '{visible(step[0])}' is fed by its own output")
                if (ref.layer, ref.call) not in needed:
                    stack.append(((ref.layer, ref.call), self._read_by(ref, noted)))
                    open_.add(stack[-1][0])
        return needed

    def _check(self, ref: Ref, reader: str, noted: Mapping[str, Sequence[Recorded]]) -> None:
        """Refuses a tensor that is not there.

        Args:
            ref: the tensor.
            reader: the layer that reads it; `""` for an output of the model.
            noted: all calls.
        """
        who = f"layer '{visible(reader)}' reads" if reader else "the outputs name"
        if ref.layer not in noted:
            raise Malformed(f"{who} '{visible(ref.layer)}', and there is no such layer")
        if self._identities[ref.layer].role == "input":
            if ref.layer not in self.inputs:
                raise Malformed(f"{who} '{visible(ref.layer)}', which is no input of the model")
            if ref.call or ref.output:
                raise Malformed(f"{who} a second output of the input '{visible(ref.layer)}'")
            return
        calls = noted[ref.layer]
        if not 0 <= ref.call < len(calls) or ref.output < 0:
            raise Malformed(
                f"{who} output {ref.output} of call {ref.call} of '{visible(ref.layer)}', "
                f"which is called {len(calls)} times"
            )

    def _read_by(self, ref: Ref, noted: Mapping[str, Sequence[Recorded]]) -> Iterator[Ref]:
        """What the call reads that a tensor comes from."""
        if self._identities[ref.layer].role == "input":
            return iter(())
        return iter([one for one, _ in noted[ref.layer][ref.call].taken])


def _nodes(entry: Entry) -> list[Any]:
    if not isinstance(entry.nodes, list):
        raise Malformed(f"the inbound_nodes of layer '{visible(entry.name)}' must be a list")
    return entry.nodes


def _all_refs(noted: Mapping[str, Iterable[Recorded]]) -> Iterator[Ref]:
    return (ref for calls in noted.values() for one in calls for ref, _ in one.taken)


def _has_input(entry: Entry) -> bool:
    layers = entry.config.get("layers")
    first = layers[0] if isinstance(layers, list) and layers else None
    return isinstance(first, Mapping) and first.get("class_name") == "InputLayer"


def _places(config: Mapping[str, Any], key: str) -> list[Ref]:
    """The tensors that a model names as its inputs or outputs, in Keras's order."""
    return list(_found_places(config.get(key), key))


def _found_places(value: Any, key: str) -> Iterator[Ref]:
    match value:
        case [str(name), int(call), int(output)] if bool not in (type(call), type(output)):
            yield Ref(name, call, output)
        case list():
            for item in value:
                yield from _found_places(item, key)
        case {"class_name": "__tuple__", "items": items}:
            yield from _found_places(items, key)
        case Mapping():
            for name in sorted(value):
                yield from _found_places(value[name], key)
        case _:
            raise Malformed(f"its {key} must be places such as [layer, 0, 0]")


def _renumbered(
    noted: Mapping[str, Sequence[Recorded]], ends: Iterable[Ref], needed: set[Step]
) -> tuple[dict[str, tuple[Recorded, ...]], tuple[Ref, ...]]:
    """The calls that are needed, counted as if there were no others."""
    if all((name, n) in needed for name, calls in noted.items() for n in range(len(calls))):
        return {name: tuple(calls) for name, calls in noted.items()}, tuple(ends)
    numbers = {
        (name, old): new
        for name, calls in noted.items()
        for new, old in enumerate(n for n in range(len(calls)) if (name, n) in needed)
    }

    def moved(ref: Ref) -> Ref:
        return replace(ref, call=numbers.get((ref.layer, ref.call), 0))

    kept = {
        name: tuple(
            replace(one, taken=tuple((moved(ref), argument) for ref, argument in one.taken))
            for number, one in enumerate(calls)
            if (name, number) in needed
        )
        for name, calls in noted.items()
    }
    return kept, tuple(map(moved, ends))
