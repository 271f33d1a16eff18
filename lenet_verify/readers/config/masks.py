"""The masks that Keras hands on by itself, which its configs note like any other tensor.

They follow from the layers before (`Masking`, `mask_zero`), so that they say nothing about the
network; a mask of the user's own making is a tensor like any other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from lenet_verify.readers.config.calls import Recorded, Ref
from lenet_verify.readers.config.entry import Entry
from lenet_verify.readers.config.identity import Identity

Noted = Mapping[str, Sequence[Recorded]]


class MasksHandedOn:
    """Which tensors of a functional model are masks that Keras made."""

    def __init__(
        self, noted: Noted, entries: Mapping[str, Entry], identities: Mapping[str, Identity]
    ) -> None:
        self._noted = noted
        self._types = {name: identity.type for name, identity in identities.items()}
        self._masked = {
            _key(ref)
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

    def _without(self, call: Recorded) -> Recorded:
        kept = tuple(
            (ref, argument)
            for ref, argument in call.taken
            if not (argument.endswith("mask") and self._is_keras_own(ref))
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
            return any(_key(self._before_cast(ref)) in self._masked for ref in fed)
        if type_ in ("ops.OnesLike", "ops.ZerosLike"):  # to join what is masked with what is not
            return True
        return type_.startswith("ops.") and bool(fed) and all(map(self._is_keras_own, fed))

    def _before_cast(self, ref: Ref) -> Ref:
        """What Keras has brought to another dtype to compare it."""
        calls = self._noted.get(ref.layer, ())
        if self._types.get(ref.layer) == "ops.Cast" and 0 <= ref.call < len(calls):
            return next((one for one, _ in calls[ref.call].taken), ref)
        return ref


def _key(ref: Ref) -> tuple[str, int, int]:
    return ref.layer, ref.call, ref.output
