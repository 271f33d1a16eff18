"""The masks that Keras hands on by itself, which its configs note like any other tensor.

They follow from the layers before (`Masking`, `mask_zero`), so that they say nothing about the
network; a mask of the user's own making is a tensor like any other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from lenet_verify.readers.config.calls import Recorded, Ref
from lenet_verify.readers.config.entry import Entry
from lenet_verify.readers.config.identity import Identity

Noted = Mapping[str, Sequence[Recorded]]


_HANDED_ON = frozenset({"mask", "query_mask", "value_mask", "key_mask"})
"""The parameters by which Keras hands a mask on by itself."""

_OF_THE_UNMASKED = frozenset({"ops.OnesLike", "ops.ZerosLike"})
"""What stands for a mask where what has one is joined with what has none."""

_COMBINING = frozenset(
    {
        *("ops.All", "ops.Any", "ops.Broadcast", "ops.BroadcastTo", "ops.Cast", "ops.Concatenate"),
        *("ops.ExpandDims", "ops.LogicalAnd", "ops.LogicalOr", "ops.Reshape", "ops.Squeeze"),
        *("ops.Transpose", "ops.Stack", "ops.Repeat", "ops.GetItem"),
    }
)
"""What the `compute_mask` of Keras's layers makes masks of masks with."""


class MasksHandedOn:
    """Which tensors of a functional model are masks that Keras made."""

    def __init__(
        self, noted: Noted, entries: Mapping[str, Entry], identities: Mapping[str, Identity]
    ) -> None:
        self._noted = noted
        self._types = {name: identity.type for name, identity in identities.items()}
        self._masked = {
            _key(ref): self._compared_with(entry)
            for name, entry in entries.items()
            if self._makes_a_mask(entry)
            for call in noted[name]
            for ref, _ in call.taken
        }
        self._known: dict[tuple[str, int], bool] = {}

    def left_out(self) -> dict[str, list[Recorded]]:
        """The calls without them."""
        return {
            name: [self._without(call) for call in calls] for name, calls in self._noted.items()
        }

    def _makes_a_mask(self, entry: Entry) -> bool:
        type_ = self._types[entry.name]
        return type_ == "Masking" or (type_ == "Embedding" and bool(entry.config.get("mask_zero")))

    def _compared_with(self, entry: Entry) -> Any:
        """What the layer compares its input with: equal values are masked."""
        return entry.config.get("mask_value", 0.0) if self._types[entry.name] == "Masking" else 0

    def _without(self, call: Recorded) -> Recorded:
        kept = tuple(
            (ref, argument)
            for ref, argument in call.taken
            if not (argument in _HANDED_ON and self._is_keras_own(ref))
        )
        return call if len(kept) == len(call.taken) else replace(call, taken=kept)

    def _is_keras_own(self, ref: Ref) -> bool:
        """Whether a mask is made of nothing but the marks that Keras compares with, and the like
        of them: operations on what a layer that makes a mask reads too."""
        step = (ref.layer, ref.call)
        calls = self._noted.get(ref.layer, ())
        if step not in self._known:
            self._known[step] = False  # should it be fed by itself
            if 0 <= ref.call < len(calls):
                self._known[step] = self._made(self._types[ref.layer], calls[ref.call])
        return self._known[step]

    def _made(self, type_: str, call: Recorded) -> bool:
        fed = [ref for ref, _ in call.taken]
        if type_ == "ops.NotEqual":
            found = [self._masked.get(_key(self._before_cast(ref))) for ref in fed]
            return len(fed) == 1 and found[0] is not None and self._is_that(call, found[0])
        if type_ not in _COMBINING or not fed:
            return False
        own = [ref for ref in fed if self._types.get(ref.layer) not in _OF_THE_UNMASKED]
        return bool(own) and all(map(self._is_keras_own, own))

    def _is_that(self, call: Recorded, value: Any) -> bool:
        compared = call.arguments.get("x2")
        number = isinstance(compared, int | float) and not isinstance(compared, bool)
        return number and isinstance(value, int | float) and compared == value

    def _before_cast(self, ref: Ref) -> Ref:
        """What Keras has brought to another dtype to compare it."""
        calls = self._noted.get(ref.layer, ())
        if self._types.get(ref.layer) == "ops.Cast" and 0 <= ref.call < len(calls):
            return next((one for one, _ in calls[ref.call].taken), ref)
        return ref


def _key(ref: Ref) -> tuple[str, int, int]:
    return ref.layer, ref.call, ref.output
